"""From totals to values: sums divided by sums, never means of rates; an empty denominator gives no value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
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
    """

    measure: str
    window: Window
    places: Places = Places.NONE
    residence: str | None = None


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


def questions(indicator: Indicator, on: date, since: date | None = None) -> set[Question]:
    """Every number needed for the value of ``indicator`` and its moving targets on a day."""
    asked: set[Question] = set()

    def note(question: Question) -> int | None:
        asked.add(question)
        return None

    variants(indicator, on, note, since)
    for target in indicator.targets:
        target_value(target, on, note)
    return asked


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
    moment = Moment(on, since)
    return [(v, _value(indicator, v, moment, totals)) for v in indicator.definition_on(on).variants]


def _value(indicator: Indicator, variant: Variant, moment: Moment, totals: Totals) -> Value:
    if indicator.kind is Kind.GROWTH:
        numerator, denominator = _growth(variant, moment, totals)
    else:
        window = _window(indicator.kind, moment)
        spread = indicator.kind is Kind.MEDIAN
        numerator = _side(variant.numerator, window, totals, spread=spread)
        denominator = 1 if variant.denominator is None else _side(variant.denominator, window, totals)
    if numerator is None and denominator and variant.denominator is not None and indicator.kind is not Kind.COVERAGE:
        numerator = 0
    if numerator is None or not denominator:
        return Value(numerator, denominator, None)
    factor = Fraction(indicator.factor if variant.factor is None else variant.factor)
    return Value(numerator, denominator, Fraction(numerator, denominator) * factor)


def _window(kind: Kind, moment: Moment) -> Window:
    if kind in FLOWS:
        return moment.period
    return Window(moment.on, PLAN_BEGIN) if kind is Kind.CUMULATIVE else Window(moment.on)


def _side(terms: Iterable[Term], window: Window, totals: Totals, *, spread: bool = False) -> int | None:
    """The sum of the terms of one side; a term of which nothing is known adds nothing."""
    found = []
    for term in terms:
        measure = f"{term.measure}{SPREAD}" if spread else term.measure
        when = window if term.year is None else Window(date(term.year, 12, 31))
        answer = totals(Question(measure, when, term.places, term.residence))
        if answer is not None:
            found.append(-answer if term.negative else answer)
    return sum(found) if found else None


def _growth(variant: Variant, moment: Moment, totals: Totals) -> tuple[int | None, int | None]:
    year_end = last_year_end(moment.on)
    before = _side(variant.numerator, Window(last_year_end(year_end - timedelta(days=1))), totals)
    now = _side(variant.numerator, Window(year_end), totals)
    return (None if now is None or before is None else now - before), before


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


def gaps(indicator: Indicator, value: Value, on: date, totals: Totals) -> list[TargetGap]:
    """How far the value is from every printed target."""
    found = []
    for target in indicator.targets:
        wanted = target_value(target, on, totals)
        if wanted is None or value.value is None:
            found.append(TargetGap(target, wanted, None))
            continue
        behind = value.value - Fraction(wanted)
        reached = behind >= 0 if indicator.better is Better.HIGHER else behind <= 0
        found.append(TargetGap(target, wanted, rounded(behind, indicator.places), reached))
    return found


def all_questions(indicators: Iterable[Indicator], on: date, since: date | None = None) -> set[Question]:
    """Every number that a set of indicators needs."""
    return set().union(*(questions(indicator, on, since) for indicator in indicators))
