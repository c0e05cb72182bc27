"""Benefits: money that begins with a decision and changes month by month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from assistance.domain.aid import Aid
from assistance.domain.benefit import Basis, Benefit, Payee, Recipient, TaperAmountMode, start_benefit
from assistance.domain.means_test import Share
from assistance.domain.standard import Residence
from assistance.store import Tx
from shared.kernel.ids import new_id


async def start(
    tx: Tx,
    *,
    aid: Aid,
    division: str,
    residence: Residence,
    recipients: Sequence[Recipient],
    shares: Sequence[Share],
    first_month: date,
    case_id: UUID | None = None,
    accepted_by: str | None = None,
    payee: Payee | None = None,
    basis: Basis | None = None,
) -> Benefit:
    """Begin the monthly money of a decision.

    :param division: the township responsible; ``accepted_by`` the one that took the application, if another.
    :param shares: ``verdict.shares``; their refs are those of ``recipients``.
    :param first_month: ``verdict.first_month``, the first day of the first paid month.
    :param basis: counted income and number of persons, so that a new standard can be applied.
    :raises PersonHoldsThisBenefit: a recipient has the same aid already in one of these months.
    """
    benefit = start_benefit(
        id=new_id(tx.at), division=division, aid=aid, case_id=case_id, residence=residence, accepted_by=accepted_by,
        recipients=recipients, payee=payee, shares=shares, first_month=first_month, basis=basis,
    )  # fmt: skip
    await tx.benefits.add(benefit)
    return benefit


async def adjust(
    tx: Tx, benefit_id: UUID, *, from_month: date, shares: Sequence[Share], reason_code: str, expected: int | None
) -> Benefit:
    """Other amounts from a month on, also of the past: the next run settles the difference."""
    benefit = await tx.benefits.get(benefit_id, area=tx.caller.area, expected=expected)
    benefit.adjust(from_month=from_month, shares=shares, reason_code=reason_code)
    await tx.benefits.save(benefit)
    return benefit


async def suspend(tx: Tx, benefit_id: UUID, *, from_month: date, reason_code: str, expected: int | None) -> Benefit:
    """Stop paying while payment is impossible."""
    benefit = await tx.benefits.get(benefit_id, area=tx.caller.area, expected=expected)
    benefit.suspend(from_month=from_month, reason_code=reason_code)
    await tx.benefits.save(benefit)
    return benefit


async def resume(tx: Tx, benefit_id: UUID, *, expected: int | None) -> Benefit:
    """Pay again, and the months between."""
    benefit = await tx.benefits.get(benefit_id, area=tx.caller.area, expected=expected)
    benefit.resume()
    await tx.benefits.save(benefit)
    return benefit


async def taper(tx: Tx, benefit_id: UUID, *, from_month: date, reason_code: str, expected: int | None) -> Benefit:
    """Begin the taper: length and amount by the parameters of the day."""
    benefit = await tx.benefits.get(benefit_id, area=tx.caller.area, expected=expected)
    rules = tx.around.parameters.reader(tx.today)
    mode = TaperAmountMode(rules.text("taper.amount_mode"))
    benefit.taper(from_month=from_month, months=rules.integer("taper.months"), mode=mode, reason_code=reason_code)
    await tx.benefits.save(benefit)
    return benefit


async def end(tx: Tx, benefit_id: UUID, *, from_month: date, reason_code: str, expected: int | None) -> Benefit:
    """Nothing from a month on."""
    benefit = await tx.benefits.get(benefit_id, area=tx.caller.area, expected=expected)
    benefit.end(from_month=from_month, reason_code=reason_code)
    await tx.benefits.save(benefit)
    return benefit
