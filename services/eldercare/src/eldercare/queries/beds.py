"""Beds as they stood on a day, and where one is free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from eldercare.domain.bed import BedClass
from eldercare.domain.bed_status import Status
from eldercare.domain.institution import Status as InstitutionStatus
from eldercare.domain.institution_kind import Kind, Ownership
from eldercare.queries.counts import beds_and_stays, staying
from eldercare.store import Tx, beds, institutions, on_day, serving_on, stays
from shared.kernel.divisions import Area
from shared.storage.entities import within


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
    lowest_fee_fen: int | None
    highest_fee_fen: int | None
    grade: int | None


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
class Wish:
    """What somebody looks for: a day, and where given a class, a price promise and a highest monthly bed fee."""

    on: date
    bed_class: BedClass | None = None
    inclusive: bool | None = None
    highest_fee_fen: int | None = None


def _fits(wish: Wish) -> list[ColumnElement[bool]]:
    """A bed that could be given on the day: it serves, nobody has it or an offer for it, and it is not in repair."""
    conditions = [
        on_day(institutions.c.operating, wish.on),
        institutions.c.status != InstitutionStatus.CLOSING.value,
        ~on_day(institutions.c.hazards, wish.on),
        serving_on(wish.on),
        beds.c.home.is_(False),
        beds.c.status != Status.RESERVED.value,
        ~on_day(beds.c.maintenance, wish.on),
        stays.c.bed_id.is_(None),
    ]
    if wish.bed_class:
        conditions.append(on_day(getattr(beds.c, wish.bed_class.value.lower()), wish.on))
    if wish.inclusive is not None:
        promised = on_day(beds.c.inclusive, wish.on)
        conditions.append(promised if wish.inclusive else ~promised)
    if wish.highest_fee_fen is not None:
        conditions.append(beds.c.monthly_fee_fen <= wish.highest_fee_fen)
    return conditions


async def free_beds(tx: Tx, *, area: Area, wish: Wish, after: Sequence[str] | None, limit: int) -> list[FreeBeds]:
    """Institutions operating on a day with at least one free bed of the wanted kind."""
    conditions = [within(area, institutions.c.division), *_fits(wish)]
    if after:
        conditions.append(institutions.c.id > UUID(after[0]))
    nursing, promised = on_day(beds.c.nursing, wish.on), on_day(beds.c.inclusive, wish.on)
    rows = await tx.connection.execute(
        select(
            institutions.c.id, institutions.c.name, institutions.c.division, institutions.c.kind,
            institutions.c.ownership, institutions.c.grades, func.count().label("free"),
            func.count().filter(nursing).label("free_nursing"), func.count().filter(promised).label("free_inclusive"),
            func.min(beds.c.monthly_fee_fen).label("lowest"), func.max(beds.c.monthly_fee_fen).label("highest"),
        )
        .select_from(
            institutions.join(beds, beds.c.institution_id == institutions.c.id).outerjoin(stays, staying(wish.on))
        )
        .where(*conditions)
        .group_by(institutions.c.id)
        .order_by(institutions.c.id)
        .limit(limit)
    )  # fmt: skip
    return [
        FreeBeds(
            row.id, row.name, row.division, Kind(row.kind), Ownership(row.ownership), row.free, row.free_nursing,
            row.free_inclusive, row.lowest, row.highest, _grade_on(row.grades, wish.on),
        )
        for row in rows
    ]  # fmt: skip


def _grade_on(grades: Sequence[Any], on: date) -> int | None:
    day = on.isoformat()
    return next((award["grade"] for award in grades if award["begin"] <= day < award["end"]), None)


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
            serving_on(on).label("serves"),
            on_day(beds.c.nursing, on).label("nursing"),
            on_day(beds.c.ordinary, on).label("ordinary"),
            on_day(beds.c.inclusive, on).label("promised"),
            stays.c.id.is_not(None).label("occupied"),
        )
        .select_from(beds_and_stays(on))
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
