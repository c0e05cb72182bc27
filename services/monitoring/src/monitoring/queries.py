"""Values of indicators: sums from the cells, for the city or by district, as of a day and as known on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select

from monitoring.domain.catalogue import Indicator
from monitoring.domain.evaluation import Question, TargetGap, Value, Window, evaluate, gaps, questions
from monitoring.store import Tx, cells, entity_states

CITY = "500000"


@dataclass(frozen=True)
class AsOf:
    """The day a value speaks of, and the day up to which later knowledge is taken into account."""

    on: date
    known_on: date


@dataclass(frozen=True)
class Reading:
    """One indicator's value for one place, beside its targets."""

    indicator: Indicator
    district: str
    as_of: AsOf
    value: Value
    gaps: Sequence[TargetGap]


Answers = Mapping[str, Mapping[Question, int]]
"""District (six digits, the city as 500000) → question → sum."""


async def read_city(tx: Tx, indicators: Iterable[Indicator], as_of: AsOf) -> list[Reading]:
    """The city's values."""
    found = []
    for indicator in indicators:
        answers = await _answers(tx, indicator, as_of)
        found.append(_reading(tx, indicator, CITY, as_of, answers))
    return found


async def read_districts(tx: Tx, indicator: Indicator, as_of: AsOf) -> list[Reading]:
    """The values of every district of the day; what was filed for an ended district counts for its successor.

    Where an ended district was split its figures stay under the old code, listed after the others.
    """
    answers = await _answers(tx, indicator, as_of)
    today = [division.code[:6] for division in tx.around.divisions.districts(as_of.on)]
    ended = sorted(set(answers) - set(today) - {CITY})
    return [_reading(tx, indicator, district, as_of, answers) for district in [*today, *ended]]


async def change_days(tx: Tx, indicator: Indicator, since: date, until: date) -> list[date]:
    """The days on which anything behind an indicator changed: its sparse history."""
    measures = {question.measure for question in questions(indicator, until)}
    rows = await tx.connection.execute(
        select(cells.c.day)
        .distinct()
        .where(cells.c.measure.in_(measures), cells.c.day.between(since, until))
        .order_by(cells.c.day)
    )
    return [day for (day,) in rows]


def _reading(tx: Tx, indicator: Indicator, district: str, as_of: AsOf, answers: Answers) -> Reading:
    def city_totals(question: Question) -> int | None:
        return answers.get(CITY, {}).get(question)

    def totals(question: Question) -> int | None:
        found = answers.get(district, {}).get(question)
        if found is None and question.townships and city_totals(question) is not None:
            return 0
        return found

    townships = len(tx.around.divisions.townships(as_of.on, None if district == CITY else _known(tx, district, as_of)))
    value = evaluate(indicator, as_of.on, totals, townships_in_scope=townships)
    return Reading(indicator, district, as_of, value, gaps(indicator, value, as_of.on, city_totals))


def _known(tx: Tx, district: str, as_of: AsOf) -> str | None:
    known = {division.code[:6] for division in tx.around.divisions.districts(as_of.on)}
    return district if district in known else "500000"


async def _answers(tx: Tx, indicator: Indicator, as_of: AsOf) -> Answers:
    """All sums an indicator needs, by present district and for the city."""
    answers: dict[str, dict[Question, int]] = defaultdict(dict)
    by_window: dict[tuple[Window, bool], list[str]] = defaultdict(list)
    for question in questions(indicator, as_of.on):
        by_window[question.window, question.townships].append(question.measure)
    for (window, townships), measures in by_window.items():
        find = _townships_with_any if townships else _sums
        for measure, code, amount in await find(tx, measures, window, as_of, indicator.excluded):
            question = Question(measure, window, townships)
            district = tx.around.divisions.current_district(code, as_of.on) or code if code != CITY else CITY
            for place in {district, CITY}:
                answers[place][question] = answers[place].get(question, 0) + amount
    return answers


def _conditions(
    measures: Sequence[str], window: Window, as_of: AsOf, excluded: Sequence[str]
) -> list[ColumnElement[bool]]:
    conditions = [cells.c.measure.in_(measures), cells.c.day <= window.until, cells.c.recorded_on <= as_of.known_on]
    if window.since is not None:
        conditions.append(cells.c.day >= window.since)
    if excluded:
        conditions.append(func.left(cells.c.division, 6).not_in(excluded))
    return conditions


async def _sums(
    tx: Tx, measures: Sequence[str], window: Window, as_of: AsOf, excluded: Sequence[str]
) -> list[tuple[str, str, int]]:
    district = func.left(cells.c.division, 6)
    rows = await tx.connection.execute(
        select(cells.c.measure, district, func.sum(cells.c.amount))
        .where(*_conditions(measures, window, as_of, excluded))
        .group_by(cells.c.measure, district)
    )
    return [(measure, code, int(amount)) for measure, code, amount in rows]


async def _townships_with_any(
    tx: Tx, measures: Sequence[str], window: Window, as_of: AsOf, excluded: Sequence[str]
) -> list[tuple[str, str, int]]:
    """Per district, the townships in which the total is above zero: right also after a facility closes."""
    township = func.left(cells.c.division, 9).label("township")
    totals = (
        select(cells.c.measure, township, func.sum(cells.c.amount).label("total"))
        .where(*_conditions(measures, window, as_of, excluded))
        .group_by(cells.c.measure, township)
        .subquery()
    )
    district = func.left(totals.c.township, 6)
    covered = func.count().filter(totals.c.total > 0)
    rows = await tx.connection.execute(select(totals.c.measure, district, covered).group_by(totals.c.measure, district))
    return [(measure, code, int(count)) for measure, code, count in rows]


async def held_entities(tx: Tx) -> list[tuple[str, str, int]]:
    """How many entities are held, by source and noun."""
    rows = await tx.connection.execute(
        select(entity_states.c.source, entity_states.c.noun, func.count())
        .group_by(entity_states.c.source, entity_states.c.noun)
        .order_by(entity_states.c.source, entity_states.c.noun)
    )
    return [(source, noun, int(count)) for source, noun, count in rows]
