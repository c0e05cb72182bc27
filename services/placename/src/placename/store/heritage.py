"""The table of historic-name lists and its mapping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Column, Row, String, Table, Uuid, select
from sqlalchemy.dialects.postgresql import JSONB

from placename.domain.examination import Protection
from placename.domain.heritage import EntryStatus, EntryUnknown, HeritageClass, HeritageEntry, Life, Measure
from placename.domain.place_name import Heritage, Period
from placename.events import heritage_state
from placename.store.comparison import METADATA
from shared.contracts.envelope import EntityState
from shared.storage.entities import Entities, entity_columns

entries = Table(
    "heritage_entry",
    METADATA,
    *entity_columns(),
    Column("name_id", Uuid, nullable=False),
    Column("level", String, nullable=False),
    Column("batch", String, nullable=False),
    Column("heritage_class", String, nullable=False),
    Column("era", String, nullable=False),
    Column("evidence", String, nullable=False),
    Column("status", String, nullable=False),
    Column("life", String, nullable=False),
    Column("publisher", String, nullable=False),
    Column("listed", JSONB, nullable=False),
    Column("alive", JSONB, nullable=False),
    Column("measures", JSONB, nullable=False),
    Column("protection", JSONB(none_as_null=True)),
    Column("expert_opinion", String),
    Column("reason", String),
)

_periods: TypeAdapter[tuple[Period, ...]] = TypeAdapter(tuple[Period, ...])
_measures: TypeAdapter[tuple[Measure, ...]] = TypeAdapter(tuple[Measure, ...])
_protection: TypeAdapter[Protection | None] = TypeAdapter(Protection | None)


class HeritageEntries(Entities[HeritageEntry]):
    """The lists of historic names, of the city and of the counties (历史地名保护名录)."""

    table, noun, missing = entries, "heritage", EntryUnknown

    def load(self, row: Row[Any]) -> HeritageEntry:
        """Row → aggregate."""
        return HeritageEntry(
            id=row.id,
            division=row.division,
            version=row.version,
            name_id=row.name_id,
            level=Heritage(row.level),
            batch=row.batch,
            heritage_class=HeritageClass(row.heritage_class),
            era=row.era,
            evidence=row.evidence,
            status=EntryStatus(row.status),
            life=Life(row.life),
            publisher=row.publisher,
            listed=_periods.validate_python(row.listed),
            alive=_periods.validate_python(row.alive),
            measures=_measures.validate_python(row.measures),
            protection=_protection.validate_python(row.protection),
            expert_opinion=row.expert_opinion,
            reason=row.reason,
        )

    def dump(self, aggregate: HeritageEntry) -> Mapping[str, Any]:
        """Aggregate → row."""
        return {
            "name_id": aggregate.name_id,
            "level": aggregate.level.value,
            "batch": aggregate.batch,
            "heritage_class": aggregate.heritage_class.value,
            "era": aggregate.era,
            "evidence": aggregate.evidence,
            "status": aggregate.status.value,
            "life": aggregate.life.value,
            "publisher": aggregate.publisher,
            "listed": _periods.dump_python(aggregate.listed, mode="json"),
            "alive": _periods.dump_python(aggregate.alive, mode="json"),
            "measures": _measures.dump_python(aggregate.measures, mode="json"),
            "protection": _protection.dump_python(aggregate.protection, mode="json"),
            "expert_opinion": aggregate.expert_opinion,
            "reason": aggregate.reason,
        }

    def state(self, aggregate: HeritageEntry) -> EntityState:
        """Aggregate → published state."""
        return heritage_state(aggregate)

    async def of_name(self, name_id: UUID) -> list[HeritageEntry]:
        """The published entries of a name, one a level."""
        rows = await self.tx.connection.execute(
            select(entries).where(entries.c.name_id == name_id, entries.c.status == EntryStatus.PUBLISHED.value)
        )
        return [self.load(row) for row in rows]
