"""Events that could not be understood: set aside with the reason, counted, replayed after a repair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, DateTime, Integer, LargeBinary, String, Table, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from shared.kernel.errors import NotFound
from shared.storage.parameter_store import CHASSIS
from shared.storage.transaction import Transaction

dead_letters = Table(
    "dead_letter",
    CHASSIS,
    Column("id", BigInteger, primary_key=True),
    Column("event_id", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("deliveries", Integer, nullable=False),
    Column("received_at", DateTime(timezone=True)),
    Column("resolved_at", DateTime(timezone=True)),
)


SUSPECTED = "suspected of ending the process"


class DeadLetterUnknown(NotFound):
    """死信不存在"""


@dataclass(frozen=True)
class DeadLetter:
    """An event set aside (死信) with what is known of it."""

    event_id: str
    subject: str
    reason: str
    body: bytes
    deliveries: int
    id: int = 0
    received_at: datetime | None = None


async def set_aside(tx: Transaction, letter: DeadLetter) -> None:
    """Keep the event; the same event twice is one letter."""
    statement = insert(dead_letters).values(
        event_id=letter.event_id,
        subject=letter.subject,
        reason=letter.reason,
        body=letter.body,
        deliveries=letter.deliveries,
    )
    await tx.connection.execute(
        statement.on_conflict_do_update(
            index_elements=[dead_letters.c.event_id],
            set_={"reason": letter.reason, "deliveries": letter.deliveries, "resolved_at": None},
        )
    )


async def suspect(tx: Transaction, letter: DeadLetter) -> int:
    """Note that an event is about to be tried alone; gives the delivery at which that was first noted.

    The note is committed before the trial, so that it survives a process that does not. It is no open letter.
    """
    statement = insert(dead_letters).values(
        event_id=letter.event_id,
        subject=letter.subject,
        reason=SUSPECTED,
        body=letter.body,
        deliveries=letter.deliveries,
        resolved_at=tx.at,
    )
    noted = statement.on_conflict_do_update(
        index_elements=[dead_letters.c.event_id], set_={"subject": statement.excluded.subject}
    ).returning(dead_letters.c.deliveries)
    return int((await tx.connection.execute(noted)).scalar_one())


async def clear(tx: Transaction, letter: DeadLetter) -> None:
    """Take back the note of :func:`suspect`: the event did no harm."""
    await tx.connection.execute(
        delete(dead_letters).where(dead_letters.c.event_id == letter.event_id, dead_letters.c.reason == SUSPECTED)
    )


async def open_letters(tx: Transaction, *, limit: int, after: int = 0) -> list[DeadLetter]:
    """Letters that still wait for a repair, oldest first."""
    rows = await tx.connection.execute(
        select(dead_letters)
        .where(dead_letters.c.resolved_at.is_(None), dead_letters.c.id > after)
        .order_by(dead_letters.c.id)
        .limit(limit)
    )
    return [
        DeadLetter(row.event_id, row.subject, row.reason, row.body, row.deliveries, row.id, row.received_at)
        for row in rows
    ]


async def take_letter(tx: Transaction, letter_id: int) -> DeadLetter:
    """Lock one open letter for a replay."""
    row = (
        await tx.connection.execute(
            select(dead_letters)
            .where(dead_letters.c.id == letter_id, dead_letters.c.resolved_at.is_(None))
            .with_for_update()
        )
    ).one_or_none()
    if row is None:
        raise DeadLetterUnknown()
    return DeadLetter(row.event_id, row.subject, row.reason, row.body, row.deliveries, row.id, row.received_at)


async def resolve(tx: Transaction, letter_id: int) -> None:
    """Close a letter after its event was applied."""
    await tx.connection.execute(update(dead_letters).where(dead_letters.c.id == letter_id).values(resolved_at=tx.at))


async def count_open(tx: Transaction) -> int:
    """How many letters wait."""
    return int(
        (
            await tx.connection.execute(
                select(func.count()).select_from(dead_letters).where(dead_letters.c.resolved_at.is_(None))
            )
        ).scalar_one()
    )
