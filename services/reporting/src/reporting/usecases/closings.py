"""Closing a period, and opening it again."""

from __future__ import annotations

from uuid import UUID

from reporting.domain.closing import Closing, PeriodClosedBefore, Status, require_ended
from reporting.store import Tx
from shared.kernel.ids import new_id
from shared.kernel.periods import Period
from shared.kernel.principal import CITY


async def close_period(tx: Tx, period_text: str) -> Closing:
    """An official of the city makes the figures of a period final."""
    tx.caller.require_area(CITY)
    period, person = Period.parse(period_text), tx.caller.require_person()
    require_ended(period, tx.today)
    await tx.closings.lock()
    closing = await tx.closings.of(period)
    if closing is None:
        closing = Closing(
            id=new_id(tx.at), division=CITY, period=period, status=Status.CLOSED, closed_by=person, closed_at=tx.at
        )
        closing.note("closed")
        await tx.closings.add(closing)
        return closing
    if closing.holds:
        raise PeriodClosedBefore(field="period", closed_at=closing.closed_at.isoformat())
    closing.close_again(by=person, at=tx.at)
    await tx.closings.save(closing)
    return closing


async def reopen_period(tx: Tx, closing_id: UUID, *, reason: str, expected: int | None) -> Closing:
    """A second person opens a closed period again."""
    tx.caller.require_area(CITY)
    closing = await tx.closings.get(closing_id, area=tx.caller.area, expected=expected)
    closing.reopen(by=tx.caller, at=tx.at, reason=reason)
    await tx.closings.save(closing)
    return closing
