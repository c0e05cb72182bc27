"""Institutions as they stood on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Date, func, literal, select

from eldercare.domain.institution_kind import Kind, Ownership
from eldercare.queries.counts import BedCounts, counts_of_institutions
from eldercare.store import Tx, institutions, on_day
from shared.kernel.divisions import Area
from shared.storage.entities import within


@dataclass(frozen=True)
class InstitutionLine:
    """One line of the list: an institution as it stood on a day."""

    id: UUID
    name: str
    division: str
    kind: Kind
    ownership: Ownership
    operating: bool
    comprehensive: bool
    filed_beds: int
    filed_on: date | None
    counts: BedCounts


async def institutions_on(
    tx: Tx, *, area: Area, on: date, after: Sequence[str] | None, limit: int
) -> list[InstitutionLine]:
    """Institutions of an area that had opened by a day, oldest entry first, with the day's numbers."""
    conditions = [
        within(area, institutions.c.division),
        func.lower(institutions.c.operating) <= literal(on, Date),
    ]
    if after:
        conditions.append(institutions.c.id > UUID(after[0]))
    rows = (
        await tx.connection.execute(
            select(
                institutions,
                on_day(institutions.c.operating, on).label("is_operating"),
                on_day(institutions.c.comprehensive, on).label("is_comprehensive"),
            )
            .where(*conditions)
            .order_by(institutions.c.id)
            .limit(limit)
        )
    ).all()
    counts = await counts_of_institutions(tx, [row.id for row in rows], area=area, on=on)
    return [
        InstitutionLine(
            row.id, row.name, row.division, Kind(row.kind), Ownership(row.ownership), row.is_operating,
            row.is_comprehensive, row.filed_beds, row.filed_on, counts.get(row.id, BedCounts()),
        )
        for row in rows
    ]  # fmt: skip
