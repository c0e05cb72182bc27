"""Registers whose whole record is one sealed document: rescue stays, care files, children's files, reserves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import TypeAdapter
from sqlalchemy import Column, Date, Row, String, Table, select

from assistance.domain.care import CareFile, CareRecord, CareStatus, CareUnknown
from assistance.domain.child_file import ChildFile, ChildRecord, ChildStatus, ChildUnknown
from assistance.domain.rescue import RescueStay, RescueUnknown, StayRecord, StayStatus
from assistance.domain.reserve import Ledger, Reserve, ReserveExists, ReserveUnknown
from assistance.events import care_state, child_state, rescue_state, reserve_state
from assistance.store.tables import METADATA
from shared.contracts.envelope import EntityState
from shared.kernel.divisions import Area
from shared.storage.entities import Entities, entity_columns, within

rescues = Table(
    "rescue_stay",
    METADATA,
    *entity_columns(),
    Column("status", String, nullable=False),
    Column("due_on", Date),
    Column("record", String, nullable=False),
)
cares = Table(
    "care_file",
    METADATA,
    *entity_columns(),
    Column("status", String, nullable=False),
    Column("record", String, nullable=False),
)
children = Table(
    "child_file",
    METADATA,
    *entity_columns(),
    Column("status", String, nullable=False),
    Column("record", String, nullable=False),
)
reserves = Table("reserve", METADATA, *entity_columns(), Column("record", String, nullable=False))

DOSSIER_CONSTRAINTS = {"one_reserve_a_township": ReserveExists}

_stay: TypeAdapter[StayRecord] = TypeAdapter(StayRecord)
_care: TypeAdapter[CareRecord] = TypeAdapter(CareRecord)
_child: TypeAdapter[ChildRecord] = TypeAdapter(ChildRecord)
_ledger: TypeAdapter[Ledger] = TypeAdapter(Ledger)


class Rescues(Entities[RescueStay]):
    """Stays at the rescue stations."""

    table, noun, missing = rescues, "rescue", RescueUnknown
    column: ClassVar[str] = "rescue_stay.record"

    def load(self, row: Row[Any]) -> RescueStay:
        """Row → aggregate."""
        record = _stay.validate_json(self.tx.around.confidential.open(self.column, row.id, row.record))
        return RescueStay(
            id=row.id, division=row.division, version=row.version, status=StayStatus(row.status), facts=record
        )

    def dump(self, aggregate: RescueStay) -> Mapping[str, Any]:
        """Aggregate → row; ``due_on`` is the day the stay must end or be filed by."""
        text = _stay.dump_json(aggregate.facts).decode()
        return {
            "status": aggregate.status.value,
            "due_on": aggregate.facts.clocks.stay_until,
            "record": self.tx.around.confidential.seal(self.column, aggregate.id, text),
        }

    def state(self, aggregate: RescueStay) -> EntityState:
        """Aggregate → published state."""
        return rescue_state(aggregate)


class Cares(Entities[CareFile]):
    """Care files of persons in extreme hardship."""

    table, noun, missing = cares, "care", CareUnknown
    column: ClassVar[str] = "care_file.record"

    def load(self, row: Row[Any]) -> CareFile:
        """Row → aggregate."""
        record = _care.validate_json(self.tx.around.confidential.open(self.column, row.id, row.record))
        return CareFile(
            id=row.id, division=row.division, version=row.version, status=CareStatus(row.status), facts=record
        )

    def dump(self, aggregate: CareFile) -> Mapping[str, Any]:
        """Aggregate → row."""
        text = _care.dump_json(aggregate.facts).decode()
        return {
            "status": aggregate.status.value,
            "record": self.tx.around.confidential.seal(self.column, aggregate.id, text),
        }

    def state(self, aggregate: CareFile) -> EntityState:
        """Aggregate → published state."""
        return care_state(aggregate)


class Children(Entities[ChildFile]):
    """Children's files."""

    table, noun, missing = children, "child", ChildUnknown
    column: ClassVar[str] = "child_file.record"

    def load(self, row: Row[Any]) -> ChildFile:
        """Row → aggregate."""
        record = _child.validate_json(self.tx.around.confidential.open(self.column, row.id, row.record))
        return ChildFile(
            id=row.id, division=row.division, version=row.version, status=ChildStatus(row.status), facts=record
        )

    def dump(self, aggregate: ChildFile) -> Mapping[str, Any]:
        """Aggregate → row."""
        text = _child.dump_json(aggregate.facts).decode()
        return {
            "status": aggregate.status.value,
            "record": self.tx.around.confidential.seal(self.column, aggregate.id, text),
        }

    def state(self, aggregate: ChildFile) -> EntityState:
        """Aggregate → published state."""
        return child_state(aggregate)


class Reserves(Entities[Reserve]):
    """The townships' reserves."""

    table, noun, missing = reserves, "reserve", ReserveUnknown
    column: ClassVar[str] = "reserve.record"

    def load(self, row: Row[Any]) -> Reserve:
        """Row → aggregate."""
        record = _ledger.validate_json(self.tx.around.confidential.open(self.column, row.id, row.record))
        return Reserve(id=row.id, division=row.division, version=row.version, facts=record)

    def dump(self, aggregate: Reserve) -> Mapping[str, Any]:
        """Aggregate → row."""
        text = _ledger.dump_json(aggregate.facts).decode()
        return {"record": self.tx.around.confidential.seal(self.column, aggregate.id, text)}

    def state(self, aggregate: Reserve) -> EntityState:
        """Aggregate → published state."""
        return reserve_state(aggregate)

    async def all(self, *, area: Area) -> list[Reserve]:
        """The reserves of an area, by township."""
        rows = await self.tx.connection.execute(
            select(reserves).where(within(area, reserves.c.division)).order_by(reserves.c.division).limit(2_000)
        )
        return [self.load(row) for row in rows]
