"""Closed periods: snapshots that are never changed, only followed by another revision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, DateTime, Integer, String, Table, func, insert, select, text
from sqlalchemy.dialects.postgresql import JSONB

from monitoring.store.states import METADATA
from shared.storage.transaction import Transaction

closed_periods = Table(
    "closed_period",
    METADATA,
    Column("period", String, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("until", Date, nullable=False),
    Column("closed_at", DateTime(timezone=True), nullable=False),
    Column("known_on", Date, nullable=False),
    Column("reason", String, nullable=False),
    Column("divisions_version", String, nullable=False),
    Column("figures", JSONB, nullable=False),
    Column("changes", JSONB, nullable=False),
    Column("signature", String, nullable=False),
)

CHANGED_SINCE = text(
    """
    SELECT s.source, s.noun, s.entity_id, s.seen_at FROM entity_state s
    WHERE s.received_at > :since
      AND EXISTS (SELECT 1 FROM jsonb_array_elements(s.contributed) c WHERE c ->> 0 = ANY(:measures))
    ORDER BY s.seen_at, s.entity_id LIMIT :limit
    """
)


@dataclass(frozen=True)
class Snapshot:
    """One revision of a closed period (结账快照), as it was signed."""

    period: str
    revision: int
    until: date
    closed_at: datetime
    known_on: date
    reason: str
    divisions_version: str
    figures: list[dict[str, Any]]
    changes: list[dict[str, Any]]
    signature: str


class ClosedPeriods:
    """Snapshots by period and revision."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def latest(self, period: str) -> Snapshot | None:
        """The last revision of a period; two closings at once wait for each other."""
        await self._tx.connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(period, 7))))
        found = await self.revisions(period)
        return found[-1] if found else None

    async def revisions(self, period: str | None = None) -> list[Snapshot]:
        """All revisions of a period, or of all periods, in order."""
        statement = select(closed_periods).order_by(closed_periods.c.period, closed_periods.c.revision)
        if period is not None:
            statement = statement.where(closed_periods.c.period == period)
        return [Snapshot(**row) for row in (await self._tx.connection.execute(statement)).mappings()]

    async def add(self, snapshot: Snapshot) -> None:
        """Keep a new revision."""
        await self._tx.connection.execute(insert(closed_periods).values(**snapshot.__dict__))

    async def changed_since(self, since: datetime, measures: list[str], limit: int) -> list[dict[str, Any]]:
        """The entities that reached us after a moment and add to some measures: why a figure moved."""
        rows = await self._tx.connection.execute(CHANGED_SINCE, {"since": since, "measures": measures, "limit": limit})
        return [
            {"source": r.source, "noun": r.noun, "entity_id": str(r.entity_id), "seen_at": r.seen_at.isoformat()}
            for r in rows
        ]
