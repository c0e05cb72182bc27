"""Reads that answer screens; every one takes the caller's area. A day's figures are projections of dated facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, FromClause, Select, and_, func, literal, select

from eldercare.domain.bed import BedClass, Status
from eldercare.domain.institution import Kind, Ownership
from eldercare.domain.stay import Status as StayStatus
from eldercare.store import NOT_VOIDED, Tx, beds, institutions, on_day, span_of, stays
from shared.kernel.divisions import Area
from shared.kernel.identity_number import IdentityNumber
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


@dataclass(frozen=True)
class FreeBeds:
    """What the public sees: an institution with beds that are free on a day."""

    institution_id: UUID
    name: str
    division: str
    kind: Kind
    ownership: Ownership
    free: int
    free_nursing: int
    free_inclusive: int


@dataclass(frozen=True)
class BedLine:
    """One bed of an institution as it stood on a day."""

    id: UUID
    number: int
    home: bool
    status: Status
    in_service: bool
    bed_class: BedClass | None
    inclusive: bool
    occupied: bool


@dataclass(frozen=True)
class StayLine:
    """One stay, without the resident."""

    id: UUID
    institution_id: UUID
    bed_id: UUID
    bed_number: int
    division: str
    status: StayStatus
    begins_on: date
    ends_on: date | None


def _staying(on: date) -> Any:
    return and_(stays.c.bed_id == beds.c.id, NOT_VOIDED, on_day(stays.c.stayed, on))


def _beds_and_stays(on: date) -> FromClause:
    return beds.outerjoin(stays, _staying(on))


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
        select(*_counted(on))
        .select_from(_beds_and_stays(on))
        .where(within(area, beds.c.division), on_day(beds.c.in_service, on))
    )
    return _counts(row.one())


async def counts_of_institutions(
    tx: Tx, institution_ids: Sequence[UUID], *, area: Area, on: date
) -> dict[UUID, BedCounts]:
    """The numbers of some institutions on a day; one without beds in service is absent."""
    rows = await tx.connection.execute(
        select(beds.c.institution_id, *_counted(on))
        .select_from(_beds_and_stays(on))
        .where(
            beds.c.institution_id.in_(institution_ids),
            within(area, beds.c.division),
            on_day(beds.c.in_service, on),
        )
        .group_by(beds.c.institution_id)
    )
    return {row.institution_id: _counts(row) for row in rows}


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


async def free_beds(
    tx: Tx, *, area: Area, on: date, bed_class: BedClass | None, inclusive: bool | None, after: Sequence[str] | None,
    limit: int,
) -> list[FreeBeds]:  # fmt: skip
    """Institutions operating on a day with at least one free bed of the wanted kind."""
    nursing, promised = on_day(beds.c.nursing, on), on_day(beds.c.inclusive, on)
    conditions = [
        within(area, institutions.c.division),
        on_day(institutions.c.operating, on),
        on_day(beds.c.in_service, on),
        beds.c.home.is_(False),
        stays.c.id.is_(None),
    ]
    if bed_class:
        conditions.append(nursing if bed_class is BedClass.NURSING else on_day(beds.c.ordinary, on))
    if inclusive is not None:
        conditions.append(promised if inclusive else ~promised)
    if after:
        conditions.append(institutions.c.id > UUID(after[0]))
    rows = await tx.connection.execute(
        select(
            institutions.c.id, institutions.c.name, institutions.c.division, institutions.c.kind,
            institutions.c.ownership, func.count().label("free"), func.count().filter(nursing).label("free_nursing"),
            func.count().filter(promised).label("free_inclusive"),
        )
        .select_from(institutions.join(beds, beds.c.institution_id == institutions.c.id).outerjoin(stays, _staying(on)))
        .where(*conditions)
        .group_by(institutions.c.id)
        .order_by(institutions.c.id)
        .limit(limit)
    )  # fmt: skip
    return [
        FreeBeds(
            row.id, row.name, row.division, Kind(row.kind), Ownership(row.ownership), row.free, row.free_nursing,
            row.free_inclusive,
        )
        for row in rows
    ]  # fmt: skip


async def beds_of_institution(
    tx: Tx, institution_id: UUID, *, area: Area, on: date, after: Sequence[str] | None, limit: int
) -> list[BedLine]:
    """The beds of an institution in the order of their numbers, as they stood on a day."""
    await tx.institutions.find(institution_id, area=area)
    conditions = [beds.c.institution_id == institution_id]
    if after:
        conditions.append(beds.c.number > int(after[0]))
    rows = await tx.connection.execute(
        select(
            beds.c.id, beds.c.number, beds.c.home, beds.c.status,
            on_day(beds.c.in_service, on).label("serves"),
            on_day(beds.c.nursing, on).label("nursing"),
            on_day(beds.c.ordinary, on).label("ordinary"),
            on_day(beds.c.inclusive, on).label("promised"),
            stays.c.id.is_not(None).label("occupied"),
        )
        .select_from(_beds_and_stays(on))
        .where(*conditions)
        .order_by(beds.c.number)
        .limit(limit)
    )  # fmt: skip
    return [
        BedLine(
            row.id, row.number, row.home, Status(row.status), row.serves, _class_of(row), row.promised, row.occupied
        )
        for row in rows
    ]


def _class_of(row: Any) -> BedClass | None:
    if row.nursing:
        return BedClass.NURSING
    return BedClass.ORDINARY if row.ordinary else None


async def stays_of_institution(
    tx: Tx, institution_id: UUID, *, area: Area, on: date, after: Sequence[str] | None, limit: int
) -> list[StayLine]:
    """Who stayed where in an institution on a day, without names."""
    await tx.institutions.find(institution_id, area=area)
    query = _stay_lines(area).where(stays.c.institution_id == institution_id, NOT_VOIDED, on_day(stays.c.stayed, on))
    if after:
        query = query.where(stays.c.id > UUID(after[0]))
    return await _lines(tx, query.order_by(stays.c.id).limit(limit))


async def stays_of_person(tx: Tx, identity: IdentityNumber, *, area: Area, limit: int) -> list[StayLine]:
    """The stays of a person in an area, found by blind index, the latest first."""
    key = tx.stays.person_key(identity)
    query = _stay_lines(area).where(stays.c.person_key == key)
    return await _lines(tx, query.order_by(func.lower(stays.c.stayed).desc(), stays.c.id.desc()).limit(limit))


def _stay_lines(area: Area) -> Select[Any]:
    columns = (
        stays.c.id, stays.c.institution_id, stays.c.bed_id, beds.c.number, stays.c.division, stays.c.status,
        stays.c.stayed,
    )  # fmt: skip
    return select(*columns).join(beds, beds.c.id == stays.c.bed_id).where(within(area, stays.c.division))


async def _lines(tx: Tx, query: Select[Any]) -> list[StayLine]:
    found = []
    for row in await tx.connection.execute(query):
        span = span_of(row.stayed)
        found.append(
            StayLine(
                row.id, row.institution_id, row.bed_id, row.number, row.division, StayStatus(row.status), span.begin,
                span.end,
            )
        )  # fmt: skip
    return found
