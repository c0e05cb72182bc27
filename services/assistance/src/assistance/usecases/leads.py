"""Leads: reported, merged, contacted, visited, and turned into a draft that the household itself signs."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from assistance.domain.application import Application
from assistance.domain.lead import Lead, LeadSource, report_lead
from assistance.store import Tx
from assistance.usecases.applications import Submission, counting, require_township, submit
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.ids import new_id


@dataclass(frozen=True)
class Report:
    """What somebody tells the township about people in need."""

    division: str
    source: LeadSource
    person: str
    identity: IdentityNumber | None
    contact: str | None
    situation: str


async def report(tx: Tx, told: Report) -> Lead:
    """A new lead; of a person who has an open one, that one with a further source."""
    division = require_township(tx, told.division)
    if told.identity is not None:
        present = await tx.leads.open_of(told.identity)
        if present is not None and present.division == division:
            present.report_again(told.source)
            await tx.leads.save(present)
            return present
    lead = report_lead(
        id=new_id(tx.at), division=division, source=told.source, person=told.person,
        identity_number=told.identity.plain if told.identity else None, contact=told.contact,
        situation=told.situation, on=tx.today, count=counting(tx),
    )  # fmt: skip
    await tx.leads.add(lead)
    return lead


async def contact(tx: Tx, lead_id: UUID, *, expected: int | None) -> Lead:
    """Somebody spoke with the person."""
    lead = await tx.leads.get(lead_id, area=tx.caller.area, expected=expected)
    lead.contact_person(on=tx.today)
    await tx.leads.save(lead)
    return lead


async def visit_lead(tx: Tx, lead_id: UUID, *, expected: int | None) -> Lead:
    """Somebody went there."""
    lead = await tx.leads.get(lead_id, area=tx.caller.area, expected=expected)
    lead.visit(on=tx.today)
    await tx.leads.save(lead)
    return lead


async def merge(tx: Tx, lead_id: UUID, *, into: UUID, expected: int | None) -> Lead:
    """The same people as another lead; both are locked in the order of their ids."""
    if lead_id == into:
        lead = await tx.leads.get(lead_id, area=tx.caller.area, expected=expected)
        lead.merge_into(lead)
    first, second = sorted((lead_id, into))
    held = {each: await tx.leads.get(each, area=tx.caller.area) for each in (first, second)}
    lead, other = held[lead_id], held[into]
    lead.merge_into(other)
    await tx.leads.save(other)
    await tx.leads.save(lead)
    return lead


async def convert(tx: Tx, lead_id: UUID, *, submission: Submission, expected: int | None) -> Application:
    """A draft for the household to sign; the lead keeps where it went."""
    lead = await tx.leads.get(lead_id, area=tx.caller.area, expected=expected)
    application = await submit(tx, submission, lead_id=lead.id)
    lead.convert(application_id=application.id)
    await tx.leads.save(lead)
    return application


async def close_lead(tx: Tx, lead_id: UUID, *, reason_code: str, expected: int | None) -> Lead:
    """No need, or help found elsewhere."""
    lead = await tx.leads.get(lead_id, area=tx.caller.area, expected=expected)
    lead.close(reason_code=reason_code)
    await tx.leads.save(lead)
    return lead
