"""Contributions to running totals: by how much a measure's total changes on a day.

A stock (beds in service) adds at the begin of a span and takes away at its end; a flow (decisions) adds on its
day. The value of a stock on a day is the sum of all contributions up to that day, the value of a flow in a window
the sum inside it, so any past day can be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, Literal, NamedTuple

from monitoring.domain.facts.fact import Fact
from shared.kernel.spans import Span, union

Residence = Literal["", "URBAN", "RURAL"]
"""Urban or rural (城乡); empty where a fact does not tell them apart."""


class Cell(NamedTuple):
    """Where a contribution goes: which measure, division (12 digits), urban or rural, from which day on."""

    measure: str
    division: str
    residence: str
    day: date


class Contribution(NamedTuple):
    """One change of one total; ``division`` only where it is not that of the event."""

    measure: str
    day: date
    amount: int
    residence: Residence = ""
    division: str | None = None


Measure = Callable[[Any], Iterable[Contribution]]
"""What a fact of one class adds."""

Measures = dict[type[Fact], Measure]


def stock(
    measure: str, days: Iterable[Span], amount: int = 1, residence: Residence = "", division: str | None = None
) -> Iterator[Contribution]:
    """Something that is there on every day of a set."""
    return (Contribution(measure, day, change, residence, division) for day, change in steps(days, amount))


def flow(
    measure: str, day: date | None, amount: int = 1, residence: Residence = "", division: str | None = None
) -> Iterator[Contribution]:
    """Something that happened on a day; nothing where it has not."""
    if day is not None:
        yield Contribution(measure, day, amount, residence, division)


def spread(measure: str, day: date | None, number: int | None, residence: Residence = "") -> Iterator[Contribution]:
    """One observation of a number (days waited), for a median: counted under ``measure#number``."""
    if day is not None and number is not None:
        yield Contribution(f"{measure}#{number}", day, 1, residence)


def steps(spans: Iterable[Span], amount: int = 1) -> Iterator[tuple[date, int]]:
    """The changes of a total that holds ``amount`` on every day of a set: plus at each begin, minus at each end."""
    for span in union(spans):
        yield span.begin, amount
        if span.end is not None:
            yield span.end, -amount
