"""How the monthly money of a case follows a decided change."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from assistance.domain.application import Application
from assistance.domain.change import Change, Effect
from assistance.store import Tx
from assistance.store.benefits import benefits as table
from assistance.usecases import benefits
from assistance.usecases.granting import equal_shares


async def benefit_of(tx: Tx, application_id: UUID) -> UUID | None:
    """The running benefit of a case."""
    running = select(table.c.id).where(table.c.case_id == application_id, table.c.status != "ENDED")
    found = (await tx.connection.execute(running.order_by(table.c.id).limit(1))).scalar_one_or_none()
    return UUID(str(found)) if found else None


async def follow(tx: Tx, application: Application, change: Change) -> None:
    """Raise, cut, taper, suspend, resume or end what is paid, from the month the change takes effect."""
    held, month, reason = await benefit_of(tx, application.id), change.effective_from, change.kind.value
    if held is None or month is None:
        return
    match change.effect:
        case Effect.RAISE | Effect.CUT:
            shares = equal_shares(change.amount_fen or 0, application)
            await benefits.adjust(tx, held, from_month=month, shares=shares, reason_code=reason, expected=None)
        case Effect.STOP:
            await benefits.end(tx, held, from_month=month, reason_code=reason, expected=None)
        case Effect.TAPER:
            await benefits.taper(tx, held, from_month=month, reason_code=reason, expected=None)
        case Effect.SUSPEND:
            await benefits.suspend(tx, held, from_month=month, reason_code=reason, expected=None)
        case Effect.RESUME:
            await benefits.resume(tx, held, expected=None)
        case _:
            return
