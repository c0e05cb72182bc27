"""Who stayed where, without names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from eldercare.domain.stay import Status as StayStatus
from eldercare.store import NOT_VOIDED, Tx, beds, on_day, span_of, stays
from shared.kernel.divisions import Area
from shared.kernel.identity_number import IdentityNumber
from shared.storage.entities import within


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
