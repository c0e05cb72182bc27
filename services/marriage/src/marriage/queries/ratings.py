"""How satisfied people were: the rate with its response rate and the poor grades beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_

from marriage.domain.issuance import IssuanceStatus
from marriage.domain.rating import Grade, Rating, RatingStatus
from marriage.store import Tx, divorces, issuances, ratings, registrations
from shared.kernel.divisions import Area
from shared.storage.entities import within


@dataclass(frozen=True)
class Satisfaction:
    """Counts of a stretch of days, both counted (满意度)."""

    rated: int
    satisfied: int
    poor: int
    poor_unanswered: int
    poor_overdue: int
    business: int
    """Finished business that could have been rated: registrations, divorces, papers given again."""


async def satisfaction(
    tx: Tx, *, area: Area, office_id: UUID | None, days: tuple[date, date], today: date
) -> Satisfaction:
    """The counts of an area or an office."""
    conditions = _where(ratings, ratings.c.rated_on, area, office_id, days)
    waiting = ratings.c.status == RatingStatus.TO_BE_VERIFIED.value
    row = (
        await tx.connection.execute(
            select(
                func.count(),
                func.count().filter(ratings.c.grade >= Grade.BASIC.value),
                func.count().filter(ratings.c.grade < Grade.BASIC.value),
                func.count().filter(waiting),
                func.count().filter(waiting & (ratings.c.answer_due_on < today)),
            ).where(*conditions)
        )
    ).one()
    business = 0
    for table, day, further in (
        (registrations, registrations.c.registered_on, ()),
        (divorces, divorces.c.facts["registered_on"].astext, (divorces.c.certificate_no.isnot(None),)),
        (issuances, issuances.c.ended_on, (issuances.c.status == IssuanceStatus.ISSUED.value,)),
    ):
        span: Any = days if table is not divorces else tuple(day.isoformat() for day in days)
        found = await tx.connection.execute(
            select(func.count()).select_from(table).where(*_where(table, day, area, office_id, span), *further)
        )
        business += int(found.scalar_one())
    return Satisfaction(*row, business)


def _where(
    table: Any, day: ColumnElement[Any], area: Area, office_id: UUID | None, days: Any
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [within(area, table.c.division), day.between(*days)]
    if office_id:
        conditions.append(table.c.office_id == office_id)
    return conditions


async def poor_ratings(tx: Tx, *, area: Area, after: Sequence[str] | None, limit: int) -> list[Rating]:
    """Poor grades that wait for an answer, the most urgent first."""
    conditions: list[ColumnElement[bool]] = [
        within(area, ratings.c.division), ratings.c.status == RatingStatus.TO_BE_VERIFIED.value,
    ]  # fmt: skip
    if after:
        conditions.append(
            tuple_(ratings.c.answer_due_on, ratings.c.id) > tuple_(date.fromisoformat(after[0]), UUID(after[1]))
        )
    rows = await tx.connection.execute(
        select(ratings).where(*conditions).order_by(ratings.c.answer_due_on, ratings.c.id).limit(limit)
    )
    return [tx.ratings.load(row) for row in rows]
