"""Values of indicators: for the city and by district, as of a day and as known on a day, beside their targets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cached_property

from monitoring.domain.evaluation import (
    FLOWS,
    NOTHING,
    SPREAD,
    Question,
    TargetGap,
    Value,
    Window,
    all_questions,
    formulas,
    gaps_to,
    headline,
    questions,
    value_of,
    wanted,
)
from monitoring.domain.indicator import Indicator, Kind, SourceClass, Variant
from monitoring.domain.scope import Scope
from monitoring.domain.term import Places as Counted
from monitoring.queries.kept import KEPT, read_mark
from monitoring.queries.places import Places
from monitoring.queries.sums import CITY, AsOf, Sums, lower_median, read_sums
from monitoring.store import Tx

FLOWING = (FLOWS - {Kind.MEDIAN}) | {Kind.CUMULATIVE}
"""Kinds of which a measure that was recorded before, and not in this period, is zero in it."""
Column = Mapping[str, int | None]
"""Place → number; a place that is missing has none."""
NO_COLUMN: Column = {}
COUNTED_FROM_ZERO = {Kind.LEVEL, Kind.COUNT, Kind.PER_YEAR, Kind.CUMULATIVE, Kind.COVERAGE}


@dataclass(frozen=True)
class Reading:
    """One indicator's value for one place, beside its targets; every variant with its own value."""

    indicator: Indicator
    district: str
    as_of: AsOf
    value: Value
    gaps: Sequence[TargetGap]
    variants: Sequence[tuple[Variant, Value]] = ()


class Answers:
    """Answers the questions of an indicator for a place, from sums that were looked up at once."""

    def __init__(self, sums: Sums, places: Places) -> None:
        self.places = places
        self._districts = {question: self._grouped(amounts) for question, amounts in sums.districts.items()}
        self._townships = sums.townships
        self._spreads = sums.spreads
        self._held: dict[tuple[Scope, str], bool] = {}
        self._covering: dict[tuple[Scope, Question], dict[str, int]] = {}
        self._columns: dict[tuple[Scope, Question, bool, bool], Column] = {}

    def _grouped(self, amounts: Mapping[str, int]) -> dict[str, int]:
        found: dict[str, int] = defaultdict(int)
        for code, amount in amounts.items():
            found[self.places.district(code)] += amount
        return dict(found)

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The districts of the day, then ended ones under whose code figures remain."""
        there = {district for amounts in self._districts.values() for district in amounts}
        there |= {self.places.district(code[:6]) for amounts in self._townships.values() for code in amounts}
        return (*self.places.districts, *sorted(there - set(self.places.districts) - {CITY}))

    def held(self, indicator: Indicator, district: str) -> bool:
        """Whether a place is in the indicator's scope."""
        key = indicator.scope, district
        if key not in self._held:
            self._held[key] = self._holds(*key)
        return self._held[key]

    def _holds(self, scope: Scope, district: str) -> bool:
        if not self.places.holds(scope, district):
            return False
        if scope.running is None or district == CITY:
            return True
        return self._districts.get(running(scope, self.places.on), {}).get(district, 0) > 0

    def column(self, indicator: Indicator, question: Question) -> Column:
        """The answers for the city and every district, within scope and period, worked out once."""
        flowing = indicator.kind in FLOWING and question.window.since is not None
        key = indicator.scope, question, starts_at_zero(indicator), flowing
        if key not in self._columns:
            column = self._column(indicator, question)
            if flowing:
                window = Window(question.window.until)
                ever = self._column(indicator, Question(question.measure, window, question.places, question.residence))
                zeros = {place: 0 for place, number in ever.items() if number is not None}
                column = {**zeros, **{place: number for place, number in column.items() if number is not None}}
            self._columns[key] = column
        return self._columns[key]

    def _column(self, indicator: Indicator, question: Question) -> Column:
        everywhere = (CITY, *self.shown)
        if question.places is Counted.TOWNSHIPS:
            return {place: self._covered(indicator, place, question) for place in everywhere}
        if question.places is Counted.DISTRICTS:
            return {place: self._districts_with(indicator, place, question) for place in everywhere}
        if question.measure.endswith(SPREAD):
            return {place: self._median(indicator, place, question) for place in everywhere}
        amounts = self._districts.get(question)
        if not amounts:
            return NO_COLUMN
        held = {code: amount for code, amount in amounts.items() if self.held(indicator, code)}
        column: dict[str, int | None] = {}
        if starts_at_zero(indicator) and amounts.keys() != {CITY}:
            column.update((place, 0) for place in self.shown if self.held(indicator, place))
        column.update(held)
        column[CITY] = sum(held.values()) if held else None
        return column

    def _covered(self, indicator: Indicator, district: str, question: Question) -> int | None:
        if not question.measure:
            running_only = [d for d in self.places.districts if self.held(indicator, d) and d == district]
            if district != CITY and not running_only:
                return None
            return self.places.townships(indicator.scope, district)
        amounts = self._townships.get(question, {})
        if not amounts:
            return None
        key = indicator.scope, question
        if key not in self._covering:
            self._covering[key] = self._covered_by_district(indicator, amounts)
        return self._covering[key].get(district, 0)

    def _covered_by_district(self, indicator: Indicator, amounts: Mapping[str, int]) -> dict[str, int]:
        found: dict[str, int] = defaultdict(int)
        for code, amount in amounts.items():
            home = self.places.district(code[:6])
            if amount > 0 and code[6:9] not in ("", "000") and self.places.has(indicator.scope, code):
                for place in (home, CITY) if self.held(indicator, home) else ():
                    found[place] += 1
        return dict(found)

    def _districts_with(self, indicator: Indicator, district: str, question: Question) -> int | None:
        within = [d for d in self.places.districts if district in (d, CITY)]
        within = [d for d in within if self.held(indicator, d)]
        if not question.measure:
            return len(within)
        amounts = self._districts.get(question, {})
        return sum(amounts.get(d, 0) > 0 for d in within) if amounts else None

    def _median(self, indicator: Indicator, district: str, question: Question) -> int | None:
        joined: dict[int, int] = defaultdict(int)
        for code, numbers in self._spreads.get(question, {}).items():
            place = self.places.district(code)
            if district in (CITY, place) and self.held(indicator, place):
                for number, amount in numbers.items():
                    joined[number] += amount
        return lower_median(joined)


def running(scope: Scope, on: date) -> Question:
    """What tells whether a district runs the service."""
    return Question(scope.running or "", Window(on))


def starts_at_zero(indicator: Indicator) -> bool:
    """Whether a district without any entity has none of it, rather than not having said."""
    return indicator.kind in COUNTED_FROM_ZERO and indicator.source is SourceClass.COMPUTED


async def read_all(tx: Tx, indicators: Iterable[Indicator], as_of: AsOf) -> list[Reading]:
    """Every indicator for the city and for every district of the day, in two statements; kept until a cell changes."""
    return await _kept(tx, Extent.ALL, indicators, as_of)


async def read_city(tx: Tx, indicators: Iterable[Indicator], as_of: AsOf) -> list[Reading]:
    """The city's values; kept until a cell changes."""
    return await _kept(tx, Extent.CITY, indicators, as_of)


async def read_districts(tx: Tx, indicator: Indicator, as_of: AsOf) -> list[Reading]:
    """The values of every district of the day; what was filed for an ended district counts for its successor.

    Where an ended district was split its figures stay under the old code, listed after the others.
    """
    return await _kept(tx, Extent.DISTRICTS, [indicator], as_of)


class Extent(Enum):
    """For which places values are read."""

    CITY = 1
    DISTRICTS = 2
    ALL = 3


async def _kept(tx: Tx, extent: Extent, indicators: Iterable[Indicator], as_of: AsOf) -> list[Reading]:
    chosen = tuple(indicators)
    key = extent, chosen, as_of, tx.around.divisions.version
    mark = await read_mark(tx)
    found = KEPT.get(mark, key)
    if found is None:
        found = await _read(tx, extent, chosen, as_of)
        KEPT.put(mark, key, found)
    return list(found)


async def _read(tx: Tx, extent: Extent, chosen: Sequence[Indicator], as_of: AsOf) -> tuple[Reading, ...]:
    answers = await _answers(tx, chosen, as_of)
    districts = () if extent is Extent.CITY else answers.shown
    places = districts if extent is Extent.DISTRICTS else (CITY, *districts)
    return tuple(reading for indicator in chosen for reading in _readings(indicator, places, as_of, answers))


async def _answers(tx: Tx, indicators: Sequence[Indicator], as_of: AsOf) -> Answers:
    asked = all_questions(indicators, as_of.on, as_of.since)
    asked |= {running(i.scope, as_of.on) for i in indicators if i.scope.running}
    ever = {Question(q.measure, Window(as_of.on), q.places, q.residence) for q in asked if q.window.since is not None}
    return Answers(await read_sums(tx, asked | ever, as_of), Places.of(tx, as_of.on))


def _readings(indicator: Indicator, places: Sequence[str], as_of: AsOf, answers: Answers) -> Iterator[Reading]:
    """The values of one indicator for several places: its formulas and their answers are looked up once."""
    ready = formulas(indicator, as_of.on, as_of.since)
    columns = {q: answers.column(indicator, q) for q in questions(indicator, as_of.on, as_of.since)}
    targets = wanted(indicator, as_of.on, lambda question: columns[question].get(CITY))
    without = tuple(gaps_to(indicator, NOTHING, targets))
    for place in places:
        if not answers.held(indicator, place):
            yield Reading(indicator, place, as_of, NOTHING, without)
            continue

        def totals(question: Question, place: str = place) -> int | None:
            return columns[question].get(place)

        shown = tuple((formula.variant, value_of(formula, totals)) for formula in ready)
        value = headline(indicator, shown)
        behind = without if value.value is None else tuple(gaps_to(indicator, value, targets))
        yield Reading(indicator, place, as_of, value, behind, shown)
