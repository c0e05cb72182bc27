"""Closed periods: table, mapping, and the lock that keeps a close and a change of figures apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Date, DateTime, Row, String, Table, func, select

from reporting.domain.closing import Closing, ClosingUnknown, Status, require_open
from reporting.store.metadata import METADATA
from shared.kernel.periods import Period
from shared.storage.entities import Entities, entity_columns

CLOSING_LOCK = 7202

closings = Table(
    "closing",
    METADATA,
    *entity_columns(),
    Column("period", String, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("status", String, nullable=False),
    Column("closed_by", String, nullable=False),
    Column("closed_at", DateTime(timezone=True), nullable=False),
    Column("reopened_by", String),
    Column("reopened_at", DateTime(timezone=True)),
    Column("reason", String),
)


class Closings(Entities[Closing]):
    """Closed periods with their audit entries; the world hears of figures, not of closes."""

    table, noun, missing = closings, "closing", ClosingUnknown

    def load(self, row: Row[Any]) -> Closing:
        """Row → aggregate."""
        return Closing(
            id=row.id,
            division=row.division,
            version=row.version,
            period=Period.parse(row.period),
            status=Status(row.status),
            closed_by=row.closed_by,
            closed_at=row.closed_at,
            reopened_by=row.reopened_by,
            reopened_at=row.reopened_at,
            reason=row.reason,
        )

    def dump(self, aggregate: Closing) -> Mapping[str, Any]:
        """Aggregate → row."""
        return {
            "period": str(aggregate.period),
            "first_day": aggregate.period.first,
            "last_day": aggregate.period.last,
            "status": aggregate.status.value,
            "closed_by": aggregate.closed_by,
            "closed_at": aggregate.closed_at,
            "reopened_by": aggregate.reopened_by,
            "reopened_at": aggregate.reopened_at,
            "reason": aggregate.reason,
        }

    def _announce(self, aggregate: Closing) -> None:
        """A new version and its audit entry; no event."""
        for participle in aggregate.happened:
            aggregate.version += 1
            self.tx.audit(f"{self.noun}.{participle}", self.noun, aggregate.id)
        aggregate.happened.clear()

    async def lock(self) -> None:
        """Wait until no change of figures is under way, and let none begin: a close is about to be written."""
        await self.tx.connection.execute(select(func.pg_advisory_xact_lock(CLOSING_LOCK)))

    async def of(self, period: Period) -> Closing | None:
        """The close of exactly this period, locked."""
        row = (
            await self.tx.connection.execute(select(closings).where(closings.c.period == str(period)).with_for_update())
        ).one_or_none()
        return self.load(row) if row else None

    async def holding(self) -> list[Closing]:
        """The closes that hold now; none can be added before this transaction ends."""
        await self.tx.connection.execute(select(func.pg_advisory_xact_lock_shared(CLOSING_LOCK)))
        rows = await self.tx.connection.execute(select(closings).where(closings.c.status == Status.CLOSED.value))
        return [self.load(row) for row in rows]

    async def require_open(self, period: Period) -> None:
        """Refuse a change of figures of a closed period."""
        require_open(period, await self.holding())
