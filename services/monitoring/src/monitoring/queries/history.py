"""The sparse history of an indicator, and what is held behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, text

from monitoring.domain.evaluation import SPREAD, questions
from monitoring.domain.indicator import Indicator
from monitoring.queries.sums import measured
from monitoring.store import Tx, cells, entity_states

ENTITIES = text(
    """
    SELECT s.source, s.noun, s.entity_id, s.region, sum((c ->> 4)::bigint) AS amount
    FROM entity_state s, jsonb_array_elements(s.contributed) AS c
    WHERE s.contributed @? CAST(:path AS jsonpath) AND c ->> 0 = ANY(:measures) AND (c ->> 3)::date <= :on
      AND left(c ->> 1, length(:area)) = :area AND (s.source, s.noun, s.entity_id::text) > (:source, :noun, :after)
    GROUP BY s.source, s.noun, s.entity_id, s.region HAVING sum((c ->> 4)::bigint) <> 0
    ORDER BY s.source, s.noun, s.entity_id::text LIMIT :limit
    """
)


async def change_days(tx: Tx, indicator: Indicator, since: date, until: date) -> list[date]:
    """The days on which anything behind an indicator changed: its sparse history."""
    measures = sorted({question.measure for question in questions(indicator, until) if question.measure})
    rows = await tx.connection.execute(
        select(cells.c.day)
        .distinct()
        .where(measured(measures), cells.c.day.between(since, until))
        .order_by(cells.c.day)
    )
    return [day for (day,) in rows]


async def held_entities(tx: Tx) -> list[tuple[str, str, int]]:
    """How many entities are held, by source and noun."""
    rows = await tx.connection.execute(
        select(entity_states.c.source, entity_states.c.noun, func.count())
        .group_by(entity_states.c.source, entity_states.c.noun)
        .order_by(entity_states.c.source, entity_states.c.noun)
    )
    return [(source, noun, int(count)) for source, noun, count in rows]


async def entities_behind(
    tx: Tx, measures: Sequence[str], on: date, area: str, *, limit: int, after: tuple[str, str, str]
) -> list[tuple[str, str, UUID, str, int]]:
    """The entities that add to a measure in an area on a day, by id: never persons."""
    plain = [measure for measure in measures if not measure.endswith(SPREAD)]
    named = " || ".join(f'@ == "{measure}"' for measure in plain) or "false"
    rows = await tx.connection.execute(
        ENTITIES,
        {
            "measures": plain, "on": on, "area": area, "source": after[0], "noun": after[1], "after": after[2],
            "limit": limit, "path": f"$[*][0] ? ({named})",
        },
    )  # fmt: skip
    return [(row.source, row.noun, row.entity_id, row.region, int(row.amount)) for row in rows]
