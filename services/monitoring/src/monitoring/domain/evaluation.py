"""From totals to values: sums divided by sums, never means of rates; an empty denominator gives no value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Protocol

from monitoring.domain.indicator import Better, Indicator, Kind, Target, Variant
from monitoring.domain.measures.reporting import reported_measure
from monitoring.domain.term import Places, Term

PLAN_BEGIN = date(2021, 1, 1)
BASIS_POINTS = 10_000
SPREAD = "#"
FLOWS = {Kind.PERIOD_RATIO, Kind.PER_YEAR, Kind.MEDIAN}


@dataclass(frozen=True)
class Window:
    """Which contributions are added up: all until ``until``, or only those from ``since`` on."""

    until: date
    since: date | None = None


@dataclass(frozen=True)
class Question:
    """One number that is needed: a measure's sum over a window, or the places in which it is above zero.

    Without a measure all places in scope are asked for; a measure that ends in ``#`` asks for a lower median.
    The hash is worked out once, because questions are looked up for every district.
    """

    measure: str
    window: Window
    places: Places = Places.NONE
    residence: str | None = None

    @cached_property
    def _hash(self) -> int:
        return hash((self.measure, self.window, self.places, self.residence))

    def __hash__(self) -> int:
        return self._hash


class Totals(Protocol):
    """Answers questions for one place; the store looks all of them up at once."""

    def __call__(self, question: Question) -> int | None:
        """The number, or None where nothing was recorded for the measure in the window."""


@dataclass(frozen=True)
class Value:
    """An indicator's value with the integers behind it; ``value`` is None when there is nothing to divide by."""

    numerator: int | None
    denominator: int | None
    value: Fraction | None

    def rounded(self, places: int = 2) -> Decimal | None:
        """The value as a person reads it, half rounded up."""
        return None if self.value is None else rounded(self.value, places)


NOTHING = Value(None, None, None)


def rounded(number: Fraction, places: int = 2) -> Decimal:
    """A fraction with some decimals, half away from zero (四舍五入), from the exact number."""
    scaled = abs(number) * 10**places + Fraction(1, 2)
    units = scaled.numerator // scaled.denominator
    return Decimal(-units if number < 0 else units).scaleb(-places)


@dataclass(frozen=True)
class Moment:
    """The day a value speaks of, and where its period begins if not with the year."""

    on: date
    since: date | None = None

    @property
    def period(self) -> Window:
        """The period of flows: said, or the year to date."""
        return Window(self.on, self.since or date(self.on.year, 1, 1))


Side = tuple[tuple[Question, bool], ...]
"""The questions of one side of a formula; True where the answer is taken away."""


@dataclass(frozen=True)
class Formula:
    """A variant made ready for a day: its questions, and what the fraction is multiplied by.

    ``before`` is the level a growth is counted from, which is also its denominator.
    """

    variant: Variant
    numerator: Side
    denominator: Side | None
    before: Side | None
    factor: Fraction
    zero_if_unsaid: bool
    """Whether an unsaid numerator is zero where there is a denominator."""


@lru_cache(maxsize=8192)
def formulas(indicator: Indicator, on: date, since: date | None = None) -> tuple[Formula, ...]:
    """The variants of the definition in force, made ready once for all places."""
    moment = Moment(on, since)
    return tuple(_formula(indicator, variant, moment) for variant in indicator.definition_on(on).variants)


def _formula(indicator: Indicator, variant: Variant, moment: Moment) -> Formula:
    factor = Fraction(indicator.factor if variant.factor is None else variant.factor)
    if indicator.kind is Kind.GROWTH:
        year_end = last_year_end(moment.on)
        before = _side(variant.numerator, Window(last_year_end(year_end - timedelta(days=1))))
        return Formula(variant, _side(variant.numerator, Window(year_end)), None, before, factor, False)
    window = _window(indicator.kind, moment)
    numerator = _side(variant.numerator, window, spread=indicator.kind is Kind.MEDIAN)
    denominator = None if variant.denominator is None else _side(variant.denominator, window)
    unsaid = denominator is not None and indicator.kind is not Kind.COVERAGE
    return Formula(variant, numerator, denominator, None, factor, unsaid)


@lru_cache(maxsize=8192)
def questions(indicator: Indicator, on: date, since: date | None = None) -> frozenset[Question]:
    """Every number needed for the value of ``indicator`` and its moving targets on a day."""
    asked: set[Question] = set()

    def note(question: Question) -> int | None:
        asked.add(question)
        return None

    variants(indicator, on, note, since)
    for target in indicator.targets:
        target_value(target, on, note)
    return frozenset(asked)


def evaluate(indicator: Indicator, on: date, totals: Totals, since: date | None = None) -> Value:
    """The headline value on a day."""
    return headline(indicator, variants(indicator, on, totals, since))


def headline(indicator: Indicator, shown: Sequence[tuple[Variant, Value]]) -> Value:
    """The lowest deciding variant, because each must hold; of an either-of the best."""
    deciding = [value for variant, value in shown if not variant.beside]
    if len(deciding) == 1:
        return deciding[0]
    found = [value for value in deciding if value.value is not None]
    if not found:
        return deciding[0] if deciding else NOTHING
    decide = max if (indicator.kind is Kind.EITHER_OF) == (indicator.better is Better.HIGHER) else min
    return decide(found, key=lambda value: value.value or Fraction(0))


def variants(
    indicator: Indicator, on: date, totals: Totals, since: date | None = None
) -> Sequence[tuple[Variant, Value]]:
    """The value of every variant of the definition in force."""
    return [(formula.variant, value_of(formula, totals)) for formula in formulas(indicator, on, since)]


def value_of(formula: Formula, totals: Totals) -> Value:
    """The value of one formula: integers until the last step."""
    numerator = _total(formula.numerator, totals)
    if formula.before is not None:
        denominator = _total(formula.before, totals)
        numerator = None if numerator is None or denominator is None else numerator - denominator
    else:
        denominator = 1 if formula.denominator is None else _total(formula.denominator, totals)
    if numerator is None and denominator and formula.zero_if_unsaid:
        numerator = 0
    if numerator is None or not denominator:
        return NOTHING if numerator is None and denominator is None else Value(numerator, denominator, None)
    factor = formula.factor
    return Value(numerator, denominator, Fraction(numerator * factor.numerator, denominator * factor.denominator))


def _window(kind: Kind, moment: Moment) -> Window:
    if kind in FLOWS:
        return moment.period
    return Window(moment.on, PLAN_BEGIN) if kind is Kind.CUMULATIVE else Window(moment.on)


def _side(terms: Iterable[Term], window: Window, *, spread: bool = False) -> Side:
    found = []
    for term in terms:
        measure = f"{term.measure}{SPREAD}" if spread else term.measure
        when = window if term.year is None else Window(date(term.year, 12, 31))
        found.append((Question(measure, when, term.places, term.residence), term.negative))
    return tuple(found)


def _total(side: Side, totals: Totals) -> int | None:
    """The sum of the terms of one side; a term of which nothing is known adds nothing."""
    total: int | None = None
    for question, negative in side:
        answer = totals(question)
        if answer is not None:
            total = (total or 0) + (-answer if negative else answer)
    return total


def last_year_end(on: date) -> date:
    """The latest 31 December that is not after a day: growth speaks of completed years."""
    return date(on.year, 12, 31) if (on.month, on.day) == (12, 31) else date(on.year - 1, 12, 31)


def target_value(target: Target, on: date, totals: Totals) -> Decimal | None:
    """The target on a day: the printed number, or a moving one in per cent.

    The moving target of the growth of a year is the reported growth of the year before it, and of no other year.
    """
    if target.comparator is None:
        return target.value
    year_before = last_year_end(last_year_end(on) - timedelta(days=1))
    measure = reported_measure(target.comparator, "numerator")
    filed = totals(Question(reported_measure(target.comparator, "denominator"), Window(year_before)))
    points = totals(Question(measure, Window(year_before)))
    return None if points is None or filed == 0 else Decimal(points) * 100 / BASIS_POINTS


@dataclass(frozen=True)
class TargetGap:
    """A printed target beside the value: ``gap`` is value − target; ``reached`` is decided before any rounding."""

    target: Target
    value: Decimal | None
    gap: Decimal | None
    reached: bool | None = None


Wanted = Sequence[tuple[Target, Decimal | None]]


def wanted(indicator: Indicator, on: date, totals: Totals) -> Wanted:
    """Every target with what it asks for on a day."""
    return [(target, target_value(target, on, totals)) for target in indicator.targets]


def gaps(indicator: Indicator, value: Value, on: date, totals: Totals) -> list[TargetGap]:
    """How far the value is from every printed target."""
    return gaps_to(indicator, value, wanted(indicator, on, totals))


def gaps_to(indicator: Indicator, value: Value, targets: Wanted) -> list[TargetGap]:
    """How far the value is from targets that were looked up before."""
    found = []
    for target, number in targets:
        if number is None or value.value is None:
            found.append(TargetGap(target, number, None))
            continue
        behind = value.value - Fraction(number)
        reached = behind >= 0 if indicator.better is Better.HIGHER else behind <= 0
        found.append(TargetGap(target, number, rounded(behind, indicator.places), reached))
    return found


def all_questions(indicators: Iterable[Indicator], on: date, since: date | None = None) -> set[Question]:
    """Every number that a set of indicators needs."""
    return set().union(*(questions(indicator, on, since) for indicator in indicators))
