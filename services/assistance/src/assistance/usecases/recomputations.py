"""Running benefits made again after a standard changed, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from assistance.domain.aid import Aid
from assistance.domain.benefit import BenefitStatus
from assistance.domain.programmes import MonthlyStandards
from assistance.domain.recomputation import shares_under
from assistance.store import Tx
from assistance.store.benefits import benefits as table
from assistance.usecases.programmes import standards_of
from shared.storage.entities import within

REASON = "STANDARD_CHANGED"


@dataclass(frozen=True)
class Page:
    """What one page did: benefits looked at and changed, and the last one, if there may be more."""

    examined: int
    changed: int
    after: UUID | None


async def recompute(tx: Tx, *, aid: Aid, from_month: date, after: UUID | None, limit: int) -> Page:
    """Apply the standards of a month to the benefits running in it; months paid already are settled by the next run.

    Repeating a page changes nothing.
    """
    now = await standards_of(tx, from_month)
    before = await standards_of(tx, from_month - timedelta(days=1))
    wanted = select(table.c.id).where(
        table.c.aid == aid.value, within(tx.caller.area, table.c.division), table.c.status.in_(["ACTIVE", "SUSPENDED"])
    )
    if after is not None:
        wanted = wanted.where(table.c.id > after)
    ids = list((await tx.connection.execute(wanted.order_by(table.c.id).limit(limit))).scalars())
    changed = 0
    for benefit_id in ids:
        changed += await _one(tx, benefit_id, from_month, before, now)
    return Page(len(ids), changed, ids[-1] if len(ids) == limit else None)


async def _one(tx: Tx, benefit_id: UUID, from_month: date, before: MonthlyStandards, now: MonthlyStandards) -> bool:
    benefit = await tx.benefits.get(benefit_id, area=tx.caller.area)
    month = max(from_month, benefit.started_on)
    shares = shares_under(benefit, month, before, now, tx.around.parameters.reader(from_month))
    if shares is None or benefit.status is not BenefitStatus.ACTIVE or benefit.reason_code == _mark(from_month):
        return False
    benefit.adjust(from_month=month, shares=shares, reason_code=_mark(from_month))
    await tx.benefits.save(benefit)
    return True


def _mark(month: date) -> str:
    """The reason tells which month's standards were applied, so that a difference is added once."""
    return f"{REASON}_{month:%Y_%m}"
