"""From totals to values: sums divided by sums, never means of rates; an empty denominator gives no value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from monitoring.domain.catalogue import Definition, Indicator, Kind, Target
from monitoring.domain.measures import reported_measure

PLAN_BEGIN = date(2021, 1, 1)
BASIS_POINTS = 10_000


@dataclass(frozen=True)
class Window:
    """Which contributions are added up: all until ``until``, or only those from ``since`` on."""

    until: date
    since: date | None = None


@dataclass(frozen=True)
class Question:
    """One sum that is needed: a measure over a window, or the townships in which it is above zero."""

    measure: str
    window: Window
    townships: bool = False


class Totals(Protocol):
    """Answers questions for one place; the store looks all of them up at once."""

    def __call__(self, question: Question) -> int | None:
        """The sum, or None where nothing was ever recorded for the measure."""


@dataclass(frozen=True)
class Value:
    """An indicator's value with the integers behind it; ``value`` is None when there is nothing to divide by."""

    numerator: int | None
    denominator: int | None
    value: Fraction | None

    def rounded(self, places: int = 2) -> Decimal | None:
        """The value as a person reads it."""
        if self.value is None:
            return None
        quantum = Decimal(1).scaleb(-places)
        return (Decimal(self.value.numerator) / Decimal(self.value.denominator)).quantize(quantum)


NOTHING = Value(None, None, None)


def questions(indicator: Indicator, on: date) -> set[Question]:
    """Every sum needed for the value of ``indicator`` and its moving target on a day."""
    asked: set[Question] = set()

    def note(question: Question) -> int | None:
        asked.add(question)
        return None

    evaluate(indicator, on, note, townships_in_scope=1)
    for target in indicator.targets:
        target_value(target, on, note)
    return asked


def evaluate(indicator: Indicator, on: date, totals: Totals, *, townships_in_scope: int) -> Value:
    """The headline value on a day: the lowest variant, because each of them must hold."""
    found = [value for value in variants(indicator, on, totals, townships_in_scope) if value.value is not None]
    return min(found, key=lambda value: value.value or Fraction(0)) if found else NOTHING


def variants(indicator: Indicator, on: date, totals: Totals, townships_in_scope: int) -> list[Value]:
    """The value of each numerator and denominator pair of the definition in force."""
    definition = indicator.definition_on(on)
    return [_value(indicator, definition, pair, on, totals, townships_in_scope) for pair in definition.variants]


def _value(
    indicator: Indicator,
    definition: Definition,
    pair: tuple[str, str | None],
    on: date,
    totals: Totals,
    townships_in_scope: int,
) -> Value:
    measure, other = pair
    match indicator.kind:
        case Kind.RATIO:
            numerator, denominator = totals(Question(measure, Window(on))), _optional(other, Window(on), totals)
        case Kind.PERIOD_RATIO:
            year = Window(on, date(on.year, 1, 1))
            numerator, denominator = totals(Question(measure, year)), _optional(other, year, totals)
        case Kind.COVERAGE:
            numerator = totals(Question(measure, Window(on), townships=True))
            denominator = townships_in_scope if numerator is not None else None
        case Kind.LEVEL:
            numerator, denominator = totals(Question(measure, Window(on))), 1
        case Kind.CUMULATIVE:
            numerator, denominator = totals(Question(measure, Window(on, PLAN_BEGIN))), 1
        case Kind.GROWTH:
            year_end = last_year_end(on)
            before = totals(Question(measure, Window(last_year_end(year_end - timedelta(days=1)))))
            now = totals(Question(measure, Window(year_end)))
            numerator, denominator = (None if now is None or before is None else now - before), before
    if numerator is None and denominator and indicator.kind in (Kind.RATIO, Kind.PERIOD_RATIO):
        numerator = 0
    if numerator is None or not denominator:
        return Value(numerator, denominator, None)
    return Value(numerator, denominator, Fraction(numerator, denominator) * Fraction(indicator.factor))


def last_year_end(on: date) -> date:
    """The latest 31 December that is not after a day: growth speaks of completed years."""
    return date(on.year, 12, 31) if (on.month, on.day) == (12, 31) else date(on.year - 1, 12, 31)


def _optional(measure: str | None, window: Window, totals: Totals) -> int | None:
    return 1 if measure is None else totals(Question(measure, window))


def target_value(target: Target, on: date, totals: Totals) -> Decimal | None:
    """The target on a day: the printed number, or a moving one in per cent.

    The moving target of the growth of a year is the reported growth of the year before it.
    """
    if target.comparator is None:
        return target.value
    year_before = Window(last_year_end(last_year_end(on) - timedelta(days=1)))
    points = totals(Question(reported_measure(target.comparator, "numerator"), year_before))
    return None if points is None else Decimal(points) * 100 / BASIS_POINTS


@dataclass(frozen=True)
class TargetGap:
    """A printed target beside the value: ``gap`` is value − target, negative when behind."""

    target: Target
    value: Decimal | None
    gap: Decimal | None


def gaps(indicator: Indicator, value: Value, on: date, totals: Totals) -> list[TargetGap]:
    """How far the value is from every printed target."""
    found = []
    for target in indicator.targets:
        wanted = target_value(target, on, totals)
        behind = None
        if wanted is not None and value.value is not None:
            exact = Decimal(value.value.numerator) / Decimal(value.value.denominator)
            behind = (exact - wanted).quantize(Decimal("0.01"))
        found.append(TargetGap(target, wanted, behind))
    return found


def all_questions(indicators: Iterable[Indicator], on: date) -> set[Question]:
    """Every sum that a set of indicators needs."""
    return set().union(*(questions(indicator, on) for indicator in indicators))
