"""Beds in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, insert, select, update

from eldercare.domain.bed import Bed, BedClass, BedUnknown, ClassSpan, Gender, Purpose
from eldercare.domain.bed_status import Status as BedStatus
from eldercare.events import bed_state
from eldercare.store.tables import INSTITUTION_BED, NOT_VOIDED, DayRange, beds, day_ranges, on_day, spans_of, stays
from shared.contracts.envelope import EntityState
from shared.storage.entities import Entities


class Beds(Entities[Bed]):
    """The register of beds."""

    table, noun, missing = beds, "bed", BedUnknown

    def load(self, row: Row[Any]) -> Bed:
        """Row → aggregate."""
        classes = [
            ClassSpan(span, bed_class)
            for bed_class, days in ((BedClass.NURSING, row.nursing), (BedClass.ORDINARY, row.ordinary))
            for span in spans_of(days)
        ]
        return Bed(
            id=row.id, division=row.division, version=row.version, institution_id=row.institution_id,
            number=row.number, home=row.home, status=BedStatus(row.status), in_service=spans_of(row.in_service),
            classes=tuple(sorted(classes, key=lambda entry: entry.span.begin)), inclusive=spans_of(row.inclusive),
            suspended=spans_of(row.suspended), maintenance=spans_of(row.maintenance), planned_for=row.planned_for,
            monthly_fee_fen=row.monthly_fee_fen, purpose=Purpose(row.purpose), gender=Gender(row.gender),
            room=row.room, last_service_on=row.last_service_on,
        )  # fmt: skip

    def dump(self, aggregate: Bed) -> Mapping[str, Any]:
        """Aggregate → row."""
        return {
            "institution_id": aggregate.institution_id,
            "number": aggregate.number,
            "home": aggregate.home,
            "status": aggregate.status.value,
            "in_service": day_ranges(aggregate.in_service),
            "nursing": self._days_as(aggregate, BedClass.NURSING),
            "ordinary": self._days_as(aggregate, BedClass.ORDINARY),
            "inclusive": day_ranges(aggregate.inclusive),
            "suspended": day_ranges(aggregate.suspended),
            "maintenance": day_ranges(aggregate.maintenance),
            "planned_for": aggregate.planned_for,
            "monthly_fee_fen": aggregate.monthly_fee_fen,
            "purpose": aggregate.purpose.value,
            "gender": aggregate.gender.value,
            "room": aggregate.room,
            "last_service_on": aggregate.last_service_on,
        }

    async def complete(self, aggregate: Bed) -> Bed:
        """Ask the stays whether somebody lies in it today."""
        today = on_day(stays.c.stayed, self.tx.today)
        query = select(stays.c.id).where(stays.c.bed_id == aggregate.id, NOT_VOIDED, today).limit(1)
        aggregate.occupied_now = await self.tx.connection.scalar(query) is not None
        return aggregate

    def state(self, aggregate: Bed) -> EntityState:
        """Aggregate → published state."""
        return bed_state(aggregate)

    async def add_all(self, added: Sequence[Bed]) -> None:
        """Insert many beds at once, each with its own event."""
        for bed in added:
            self._announce(bed)
        await self.tx.connection.execute(insert(beds), [self._row(bed) for bed in added])

    async def save_all(self, changed: Sequence[Bed]) -> None:
        """Write many beds back at once; their rows have been locked by :meth:`of_institution`."""
        if not changed:
            return
        for bed in changed:
            self._announce(bed)
        rows = [self._row(bed) for bed in changed]
        columns = [name for name in rows[0] if name != "id"]
        await self.tx.connection.execute(
            update(beds).where(beds.c.id == bindparam("key")).values({name: bindparam(name) for name in columns}),
            [{"key": row["id"], **{name: row[name] for name in columns}} for row in rows],
        )

    async def of_institution(self, institution_id: UUID) -> list[Bed]:
        """Every bed of an institution that is not removed, locked."""
        rows = await self.tx.connection.execute(
            select(beds)
            .where(beds.c.institution_id == institution_id, beds.c.status != BedStatus.REMOVED.value)
            .order_by(beds.c.id)
            .with_for_update()
        )
        return [self.load(row) for row in rows]

    async def present(self, institution_id: UUID) -> int:
        """How many beds the institution has now; home-care beds are not its beds."""
        found = select(func.count()).where(beds.c.institution_id == institution_id, INSTITUTION_BED)
        return int(await self.tx.connection.scalar(found) or 0)

    async def last_number(self, institution_id: UUID) -> int:
        """The highest bed number ever given in the institution."""
        found = select(func.max(beds.c.number)).where(beds.c.institution_id == institution_id)
        return int(await self.tx.connection.scalar(found) or 0)

    async def first_day(self, institution_id: UUID) -> date | None:
        """The first day on which any bed of the institution was in service."""
        first = select(func.min(func.lower(beds.c.in_service))).where(beds.c.institution_id == institution_id)
        found: date | None = await self.tx.connection.scalar(first)
        return found

    @staticmethod
    def _days_as(bed: Bed, bed_class: BedClass) -> list[DayRange]:
        return day_ranges(entry.span for entry in bed.classes if entry.bed_class is bed_class)
