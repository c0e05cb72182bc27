"""Entitled persons and the visits to them, places below an institution, incidents and drills."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from eldercare.domain import emergency, facility
from eldercare.domain.emergency import Emergency, record_emergency
from eldercare.domain.facility import Facility, open_facility
from eldercare.domain.institution import require_township
from eldercare.domain.recipient import Category, EntitledPerson, Fact, Recipient, Visit, register_recipient
from eldercare.store import Tx
from eldercare.usecases.institutions import minimum_beds
from shared.kernel.ids import new_id


async def register_entitled(
    tx: Tx, *, township: str, person: EntitledPerson, category: Category, since: date
) -> Recipient:
    """Enter somebody; the database keeps one living entry a person."""
    tx.caller.require_area(township)
    code = require_township(tx.around.divisions.get(township, tx.today))
    recipient = register_recipient(
        id=new_id(tx.at), township=code, person=person, category=category, since=since, today=tx.today
    )
    await tx.recipients.add(recipient)
    return recipient


async def update_entitled(
    tx: Tx, recipient_id: UUID, *, fact: Fact, holds: bool, on: date, expected: int | None
) -> Recipient:
    """A dated fact begins or ends."""
    recipient = await tx.recipients.get(recipient_id, area=tx.caller.area, expected=expected)
    recipient.update(fact=fact, holds=holds, on=on, today=tx.today)
    await tx.recipients.save(recipient)
    return recipient


async def visit_entitled(tx: Tx, recipient_id: UUID, *, visit: Visit, expected: int | None) -> Recipient:
    """Somebody looked in."""
    recipient = await tx.recipients.get(recipient_id, area=tx.caller.area, expected=expected)
    recipient.visit(visit=visit, today=tx.today)
    await tx.recipients.save(recipient)
    return recipient


async def remove_entitled(tx: Tx, recipient_id: UUID, *, on: date, expected: int | None) -> Recipient:
    """No longer entitled."""
    recipient = await tx.recipients.get(recipient_id, area=tx.caller.area, expected=expected)
    recipient.remove(on=on, today=tx.today)
    await tx.recipients.save(recipient)
    return recipient


async def add_facility(
    tx: Tx, *, township: str, name: str, kind: facility.Kind, beds: int, opened_on: date
) -> Facility:
    """Enter a place that is no institution."""
    tx.caller.require_area(township)
    code = require_township(tx.around.divisions.get(township, tx.today))
    found = open_facility(
        id=new_id(tx.at), township=code, name=name, kind=kind, beds=beds, opened_on=opened_on,
        minimum_beds=minimum_beds(tx), today=tx.today,
    )  # fmt: skip
    await tx.facilities.add(found)
    return found


async def close_facility(tx: Tx, facility_id: UUID, *, on: date, expected: int | None) -> Facility:
    """Closed from a day on."""
    found = await tx.facilities.get(facility_id, area=tx.caller.area, expected=expected)
    found.close(on=on, today=tx.today)
    await tx.facilities.save(found)
    return found


async def report_emergency(
    tx: Tx, *, institution_id: UUID | None, kind: emergency.Kind, cause: emergency.Cause,
    level: emergency.Level | None, deaths: int, happened_at: datetime, evacuated: bool,
) -> Emergency:  # fmt: skip
    """An incident of an institution, or a drill of an institution or of the caller's whole area."""
    division = tx.caller.area.code
    if institution_id is not None:
        division = (await tx.institutions.find(institution_id, area=tx.caller.area)).division
    found = record_emergency(
        id=new_id(tx.at), division=division, institution_id=institution_id, kind=kind, cause=cause, level=level,
        deaths=deaths, happened_at=happened_at, now=tx.at, evacuated=evacuated,
        parameters=tx.around.parameters.reader(tx.today),
    )  # fmt: skip
    await tx.emergencies.add(found)
    return found
