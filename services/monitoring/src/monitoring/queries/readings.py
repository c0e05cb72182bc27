"""Values of indicators: for the city and by district, as of a day and as known on a day, beside their targets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from monitoring.domain.evaluation import (
    FLOWS,
    SPREAD,
    Question,
    TargetGap,
    Value,
    Window,
    all_questions,
    gaps,
    headline,
    variants,
)
from monitoring.domain.indicator import Indicator, Kind, SourceClass, Variant
from monitoring.domain.scope import Scope
from monitoring.domain.term import Places as Counted
from monitoring.queries.places import Places
from monitoring.queries.sums import CITY, AsOf, Sums, lower_median, read_sums
from monitoring.store import Tx

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

    def of(self, indicator: Indicator, district: str, question: Question) -> int | None:
        """The number asked for, of a district or of the city, within the indicator's scope."""
        if question.places is Counted.TOWNSHIPS:
            return self._covered(indicator, district, question)
        if question.places is Counted.DISTRICTS:
            return self._districts_with(indicator, district, question)
        if question.measure.endswith(SPREAD):
            return self._median(indicator, district, question)
        amounts = self._districts.get(question, {})
        if district == CITY:
            found = [amount for code, amount in amounts.items() if self.held(indicator, code)]
        else:
            found = [amounts[district]] if district in amounts and self.held(indicator, district) else []
        if not found and amounts and district != CITY and starts_at_zero(indicator) and set(amounts) != {CITY}:
            return 0 if self.held(indicator, district) else None
        return sum(found) if found else None

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
    """Every indicator for the city and for every district of the day, in two statements."""
    chosen = list(indicators)
    answers = await _answers(tx, chosen, as_of)
    return [_reading(indicator, place, as_of, answers) for indicator in chosen for place in (CITY, *answers.shown)]


async def read_city(tx: Tx, indicators: Iterable[Indicator], as_of: AsOf) -> list[Reading]:
    """The city's values."""
    chosen = list(indicators)
    answers = await _answers(tx, chosen, as_of)
    return [_reading(indicator, CITY, as_of, answers) for indicator in chosen]


async def read_districts(tx: Tx, indicator: Indicator, as_of: AsOf) -> list[Reading]:
    """The values of every district of the day; what was filed for an ended district counts for its successor.

    Where an ended district was split its figures stay under the old code, listed after the others.
    """
    answers = await _answers(tx, [indicator], as_of)
    return [_reading(indicator, district, as_of, answers) for district in answers.shown]


async def _answers(tx: Tx, indicators: Sequence[Indicator], as_of: AsOf) -> Answers:
    asked = all_questions(indicators, as_of.on, as_of.since)
    asked |= {running(i.scope, as_of.on) for i in indicators if i.scope.running}
    ever = {Question(q.measure, Window(as_of.on), q.places, q.residence) for q in asked if q.window.since is not None}
    return Answers(await read_sums(tx, asked | ever, as_of), Places.of(tx, as_of.on))


def _reading(indicator: Indicator, district: str, as_of: AsOf, answers: Answers) -> Reading:
    known: dict[Question, int | None] = {}

    def totals(question: Question) -> int | None:
        if question not in known:
            known[question] = _in_its_window(indicator, district, question, answers)
        return known[question]

    def city_totals(question: Question) -> int | None:
        return answers.of(indicator, CITY, question)

    if not answers.held(indicator, district):
        return Reading(indicator, district, as_of, Value(None, None, None), gaps(
            indicator, Value(None, None, None), as_of.on, city_totals))  # fmt: skip
    shown = variants(indicator, as_of.on, totals, as_of.since)
    value = headline(indicator, shown)
    return Reading(indicator, district, as_of, value, gaps(indicator, value, as_of.on, city_totals), shown)


def _in_its_window(indicator: Indicator, district: str, question: Question, answers: Answers) -> int | None:
    """The number in its window; a flow that was recorded before, and not in this period, is zero."""
    found = answers.of(indicator, district, question)
    flowing = indicator.kind in FLOWS - {Kind.MEDIAN} or indicator.kind is Kind.CUMULATIVE
    if found is None and flowing and question.window.since is not None:
        ever = Question(question.measure, Window(question.window.until), question.places, question.residence)
        return None if answers.of(indicator, district, ever) is None else 0
    return found
