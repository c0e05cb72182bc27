"""Referrals: proposed by the window, sent with consent, answered by departments, closed when the applicant knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from assistance.domain.application import Application
from assistance.domain.household import Need
from assistance.domain.referral import (
    Department,
    NotThisDepartment,
    Referral,
    ReferralResult,
    ReferralUnknown,
    ReturnReason,
    propose_referral,
)
from assistance.store import Tx
from assistance.usecases.applications import counting
from shared.kernel.ids import new_id

ORGANISATIONS = {f"department-{department.value.lower().replace('_', '-')}": department for department in Department}
"""The calling organisation of a department's own client."""


@dataclass(frozen=True)
class Result:
    """What a department reports at the end."""

    result: ReferralResult
    reason: str | None
    amount_fen: int | None
    service: str | None


def own_department(tx: Tx) -> Department | None:
    """The department that calls; None for civil affairs, which sees all."""
    return ORGANISATIONS.get(tx.caller.organisation)


async def propose_for(tx: Tx, application: Application) -> tuple[UUID, ...]:
    """One proposed referral for each need that has none yet."""
    present = await tx.referrals.of_application(application.id)
    needs = [need for need in application.needs if need not in {each.need for each in present}]
    added = [await _propose(tx, application, need, urgent=False) for need in needs]
    return tuple(each.id for each in (*present, *added))


async def _propose(
    tx: Tx, application: Application, need: Need, *, urgent: bool, department: Department | None = None
) -> Referral:
    referral = propose_referral(
        id=new_id(tx.at), division=application.division, application_id=application.id, need=need, urgent=urgent,
        on=tx.today, department=department,
    )  # fmt: skip
    await tx.referrals.add(referral)
    return referral


async def propose(tx: Tx, application_id: UUID, *, need: Need, urgent: bool, department: Department | None) -> Referral:
    """The window finds a need, at any time; an urgent one leaves at once (F-01)."""
    application = await tx.applications.find(application_id, area=tx.caller.area)
    return await _propose(tx, application, need, urgent=urgent, department=department)


async def consent(tx: Tx, referral_id: UUID, *, expected: int | None) -> Referral:
    """The applicant agrees to share."""
    referral = await tx.referrals.get(referral_id, area=tx.caller.area, expected=expected)
    referral.consent(on=tx.today, count=counting(tx))
    await tx.referrals.save(referral)
    return referral


async def send(tx: Tx, referral_id: UUID, *, expected: int | None) -> Referral:
    """It goes to the department."""
    referral = await tx.referrals.get(referral_id, area=tx.caller.area, expected=expected)
    referral.send(on=tx.today, count=counting(tx))
    await tx.referrals.save(referral)
    return referral


async def _of_own(tx: Tx, referral_id: UUID, expected: int | None) -> Referral:
    """A referral for its department; another department's looks like none."""
    referral = await tx.referrals.get(referral_id, area=tx.caller.area, expected=expected)
    own = own_department(tx)
    if own is not None and own is not referral.department:
        raise NotThisDepartment(rule="F-03")
    return referral


async def acknowledge(tx: Tx, referral_id: UUID, *, expected: int | None) -> Referral:
    """The department's receipt."""
    referral = await _of_own(tx, referral_id, expected)
    referral.acknowledge(on=tx.today)
    await tx.referrals.save(referral)
    return referral


async def accept_referral(
    tx: Tx, referral_id: UUID, *, own_case_no: str, own_due_on: date | None, expected: int | None
) -> Referral:
    """The department takes it."""
    referral = await _of_own(tx, referral_id, expected)
    referral.accept(on=tx.today, own_case_no=own_case_no, own_due_on=own_due_on, count=counting(tx))
    await tx.referrals.save(referral)
    return referral


async def send_back(
    tx: Tx, referral_id: UUID, *, reason: ReturnReason, right_body: Department | None, missing: Sequence[str],
    expected: int | None,
) -> Referral:  # fmt: skip
    """The department will not take it, and says why."""
    referral = await _of_own(tx, referral_id, expected)
    referral.send_back(on=tx.today, reason=reason, right_body=right_body, missing=missing, count=counting(tx))
    await tx.referrals.save(referral)
    return referral


async def reroute(tx: Tx, referral_id: UUID, *, department: Department, expected: int | None) -> Referral:
    """To the right department."""
    referral = await tx.referrals.get(referral_id, area=tx.caller.area, expected=expected)
    referral.reroute(on=tx.today, department=department, count=counting(tx))
    await tx.referrals.save(referral)
    return referral


async def coordinate(tx: Tx, referral_id: UUID, *, expected: int | None) -> Referral:
    """To the coordination mechanism."""
    referral = await tx.referrals.get(referral_id, area=tx.caller.area, expected=expected)
    referral.coordinate(on=tx.today, count=counting(tx))
    await tx.referrals.save(referral)
    return referral


async def assign(tx: Tx, referral_id: UUID, *, department: Department, expected: int | None) -> Referral:
    """The mechanism names who is responsible."""
    referral = await tx.referrals.get(referral_id, area=tx.caller.area, expected=expected)
    referral.assign(on=tx.today, department=department, count=counting(tx))
    await tx.referrals.save(referral)
    return referral


async def finish(tx: Tx, referral_id: UUID, *, result: Result, expected: int | None) -> Referral:
    """What came of it."""
    referral = await _of_own(tx, referral_id, expected)
    referral.finish(on=tx.today, **vars(result), count=counting(tx))
    await tx.referrals.save(referral)
    return referral


async def close_referral(tx: Tx, referral_id: UUID, *, expected: int | None) -> Referral:
    """The applicant has been told."""
    referral = await tx.referrals.get(referral_id, area=tx.caller.area, expected=expected)
    referral.close(on=tx.today)
    await tx.referrals.save(referral)
    return referral


async def find(tx: Tx, referral_id: UUID) -> Referral:
    """A referral to read; a department finds its own only, and none that has not left the window."""
    referral = await tx.referrals.find(referral_id, area=tx.caller.area)
    own = own_department(tx)
    if own is not None and (own is not referral.department or referral.sent_on is None):
        raise ReferralUnknown
    return referral
