"""All numbers that a set of indicators needs, by district: two statements, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, literal_column, or_, select

from monitoring.domain.evaluation import SPREAD, Question, Window
from monitoring.domain.term import Places
from monitoring.store import Tx, cells

CITY = "500000"
Amounts = Mapping[str, int]
"""Place → amount."""


@dataclass(frozen=True)
class AsOf:
    """The day a value speaks of, the day up to which later knowledge counts, and where its period begins."""

    on: date
    known_on: date
    since: date | None = None


@dataclass(frozen=True)
class Sums:
    """Amounts by question: of districts, of townships where places are counted, and spreads by number."""

    districts: Mapping[Question, Amounts]
    townships: Mapping[Question, Amounts]
    spreads: Mapping[Question, Mapping[str, Mapping[int, int]]]


async def read_sums(tx: Tx, asked: Iterable[Question], as_of: AsOf) -> Sums:
    """Look all questions up, as known on a day."""
    wanted = [question for question in asked if question.measure]
    by_township = {question for question in wanted if question.places is Places.TOWNSHIPS}
    by_district = set(wanted) - by_township
    districts: dict[Question, dict[str, int]] = {q: {} for q in by_district if not q.measure.endswith(SPREAD)}
    townships: dict[Question, dict[str, int]] = {question: {} for question in by_township}
    spreads: dict[Question, dict[str, dict[int, int]]] = {
        question: defaultdict(dict) for question in by_district if question.measure.endswith(SPREAD)
    }
    for question, code, number, amount in await _rows(tx, by_district, as_of, 6):
        if number is None:
            districts[question][code] = districts[question].get(code, 0) + amount
        else:
            held = spreads[question][code]
            held[number] = held.get(number, 0) + amount
    for question, code, _, amount in await _rows(tx, by_township, as_of, 9):
        townships[question][code] = townships[question].get(code, 0) + amount
    return Sums(districts, townships, spreads)


async def _rows(tx: Tx, asked: set[Question], as_of: AsOf, digits: int) -> list[tuple[Question, str, int | None, int]]:
    """Question, division, number of a spread, amount; nothing where the window is empty."""
    if not asked:
        return []
    windows = sorted({question.window for question in asked}, key=lambda w: (w.until, w.since or date.min))
    by_measure: dict[tuple[str, str | None], list[Question]] = defaultdict(list)
    for question in asked:
        by_measure[question.measure, question.residence].append(question)
    division = func.left(cells.c.division, literal_column(str(digits)))
    sums = [func.sum(cells.c.amount).filter(*_inside(window)) for window in windows]
    statement = (
        select(cells.c.measure, cells.c.residence, division, *sums)
        .where(
            measured(sorted({question.measure for question in asked})),
            cells.c.recorded_on <= as_of.known_on,
            cells.c.day <= max(window.until for window in windows),
        )
        .group_by(cells.c.measure, cells.c.residence, division)
    )
    place = {window: n for n, window in enumerate(windows)}
    found = []
    for measure, residence, code, *amounts in await tx.connection.execute(statement):
        base, mark, number = measure.partition(SPREAD)
        for key in ((base + mark, None), (base + mark, residence)) if residence else ((base + mark, None),):
            for question in by_measure.get(key, ()):
                amount = amounts[place[question.window]]
                if amount is not None:
                    found.append((question, code, int(number) if mark else None, int(amount)))
    return found


def _inside(window: Window) -> list[ColumnElement[bool]]:
    bounds: list[ColumnElement[bool]] = [cells.c.day <= window.until]
    return bounds if window.since is None else [*bounds, cells.c.day >= window.since]


def measured(measures: Sequence[str]) -> ColumnElement[bool]:
    """The condition that a row belongs to one of the measures, or to the numbers of a spread."""
    plain = [measure for measure in measures if not measure.endswith(SPREAD)]
    spread = [cells.c.measure.startswith(measure, autoescape=True) for measure in measures if measure.endswith(SPREAD)]
    return or_(cells.c.measure.in_(plain), *spread)


def lower_median(spread: Mapping[int, int]) -> int | None:
    """The lower median of counted numbers; None where there are none."""
    total, passed = sum(amount for amount in spread.values() if amount > 0), 0
    for number in sorted(spread):
        passed += max(0, spread[number])
        if total and 2 * passed >= total:
            return number
    return None
