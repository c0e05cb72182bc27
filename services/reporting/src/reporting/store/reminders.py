"""Reminders that were sent, one of a kind for each duty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Date, DateTime, Row, String, Table, Uuid
from sqlalchemy.dialects.postgresql import insert

from reporting.domain.reminder import Reminder, ReminderKind
from reporting.store.metadata import METADATA
from shared.storage.transaction import Transaction

reminders = Table(
    "reminder",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("form", String, nullable=False),
    Column("division", String(12), nullable=False),
    Column("period", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False),
)


class Reminders:
    """The reminders of this service."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def load(self, row: Row[Any]) -> Reminder:
        """Row → value."""
        return Reminder(row.id, row.form, row.division, row.period, ReminderKind(row.kind), row.due_on, row.sent_at)

    async def send(self, earned: Sequence[Reminder]) -> int:
        """Keep those that were not sent before; how many that were."""
        if not earned:
            return 0
        rows = [{**vars(reminder), "kind": reminder.kind.value} for reminder in earned]
        added = await self._tx.connection.execute(
            insert(reminders).values(rows).on_conflict_do_nothing().returning(reminders.c.id)
        )
        new = [row.id for row in added]
        if new:
            self._tx.audit("reminder.sent", "reminder")
        return len(new)
