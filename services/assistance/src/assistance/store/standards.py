"""The register of standards: table and mapping."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Row, String, Table, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from assistance.domain.standard import Programme, Residence, Standard, StandardStatus, StandardUnknown
from assistance.events import standard_state
from assistance.store.tables import METADATA
from shared.contracts.envelope import EntityState
from shared.kernel.parameters import Confidence
from shared.storage.entities import Entities, entity_columns

standards = Table(
    "standard",
    METADATA,
    *entity_columns(),
    Column("programme", String, nullable=False),
    Column("residence", String),
    Column("amount_fen", BigInteger, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("status", String, nullable=False),
    Column("document", String, nullable=False),
    Column("confidence", String, nullable=False),
    Column("proposed_by", String, nullable=False),
    Column("confirmed_by", String),
    Column("alerts", ARRAY(String), nullable=False),
)


class Standards(Entities[Standard]):
    """The register of standards."""

    table, noun, missing = standards, "standard", StandardUnknown

    def load(self, row: Row[Any]) -> Standard:
        """Row → aggregate."""
        return Standard(
            id=row.id,
            division=row.division,
            version=row.version,
            programme=Programme(row.programme),
            residence=Residence(row.residence) if row.residence else None,
            amount_fen=row.amount_fen,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            status=StandardStatus(row.status),
            document=row.document,
            confidence=Confidence(row.confidence),
            proposed_by=row.proposed_by,
            confirmed_by=row.confirmed_by,
            alerts=tuple(row.alerts),
        )

    def dump(self, aggregate: Standard) -> Mapping[str, Any]:
        """Aggregate → row."""
        return {
            "programme": aggregate.programme.value,
            "residence": aggregate.residence.value if aggregate.residence else None,
            "amount_fen": aggregate.amount_fen,
            "valid_from": aggregate.valid_from,
            "valid_to": aggregate.valid_to,
            "status": aggregate.status.value,
            "document": aggregate.document,
            "confidence": aggregate.confidence.value,
            "proposed_by": aggregate.proposed_by,
            "confirmed_by": aggregate.confirmed_by,
            "alerts": list(aggregate.alerts),
        }

    def state(self, aggregate: Standard) -> EntityState:
        """Aggregate → published state."""
        return standard_state(aggregate)

    async def lock_series(self, programme: Programme, residence: Residence | None) -> None:
        """Let one transaction at a time change a series, also while it is empty."""
        await self.tx.connection.execute(
            select(func.pg_advisory_xact_lock(7101, func.hashtext(f"{programme}|{residence}")))
        )

    async def latest(self, programme: Programme, residence: Residence | None) -> Standard | None:
        """The newest published standard of a series, locked for a change."""
        row = (
            await self.tx.connection.execute(
                select(standards)
                .where(self._series(programme, residence), standards.c.status == StandardStatus.PUBLISHED.value)
                .order_by(standards.c.valid_from.desc())
                .limit(1)
                .with_for_update()
            )
        ).one_or_none()
        return self.load(row) if row else None

    async def in_force(self, programme: Programme, residence: Residence | None, on: date) -> Standard | None:
        """The published standard of a series that covers a day."""
        row = (
            await self.tx.connection.execute(
                select(standards).where(
                    self._series(programme, residence),
                    standards.c.status == StandardStatus.PUBLISHED.value,
                    standards.c.valid_from <= on,
                    or_(standards.c.valid_to.is_(None), standards.c.valid_to > on),
                )
            )
        ).one_or_none()
        return self.load(row) if row else None

    @staticmethod
    def _series(programme: Programme, residence: Residence | None) -> Any:
        kind = standards.c.residence == residence.value if residence else standards.c.residence.is_(None)
        return (standards.c.programme == programme.value) & kind
