"""The statutory numbers of a day, as projections of dated facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import FromClause, and_, func, select

from eldercare.store import NOT_VOIDED, Tx, beds, on_day, serving_on, stays
from shared.kernel.divisions import Area
from shared.storage.entities import within


@dataclass(frozen=True)
class BedCounts:
    """The statutory numbers of a day (床位统计): beds in service, without home-care beds, which stand apart."""

    beds: int = 0
    nursing: int = 0
    inclusive: int = 0
    occupied: int = 0
    home: int = 0

    @property
    def free(self) -> int:
        """Beds nobody stays in."""
        return self.beds - self.occupied


def staying(on: date) -> Any:
    return and_(stays.c.bed_id == beds.c.id, NOT_VOIDED, on_day(stays.c.stayed, on))


def beds_and_stays(on: date) -> FromClause:
    return beds.outerjoin(stays, staying(on))


def _counted(on: date) -> tuple[Any, ...]:
    institution_bed = beds.c.home.is_(False)
    conditions = {
        "beds": institution_bed,
        "nursing": institution_bed & on_day(beds.c.nursing, on),
        "inclusive": institution_bed & on_day(beds.c.inclusive, on),
        "occupied": institution_bed & stays.c.id.is_not(None),
        "home": beds.c.home.is_(True),
    }
    return tuple(func.count().filter(condition).label(name) for name, condition in conditions.items())


def _counts(row: Any) -> BedCounts:
    return BedCounts(row.beds, row.nursing, row.inclusive, row.occupied, row.home)


async def counts_of_area(tx: Tx, *, area: Area, on: date) -> BedCounts:
    """The numbers of an area on a day: sums, from which every share is Σ numerator / Σ denominator."""
    row = await tx.connection.execute(
        select(*_counted(on)).select_from(beds_and_stays(on)).where(within(area, beds.c.division), serving_on(on))
    )
    return _counts(row.one())


async def counts_of_institutions(
    tx: Tx, institution_ids: Sequence[UUID], *, area: Area, on: date
) -> dict[UUID, BedCounts]:
    """The numbers of some institutions on a day; one without beds in service is absent."""
    rows = await tx.connection.execute(
        select(beds.c.institution_id, *_counted(on))
        .select_from(beds_and_stays(on))
        .where(
            beds.c.institution_id.in_(institution_ids),
            within(area, beds.c.division),
            serving_on(on),
        )
        .group_by(beds.c.institution_id)
    )
    return {row.institution_id: _counts(row) for row in rows}
