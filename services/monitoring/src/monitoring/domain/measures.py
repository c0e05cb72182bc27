"""Measures: the state of one entity in, its contributions to running totals out.

A contribution says by how much a measure's total changes on a day. A stock (beds in service) adds at the begin
of a span and takes away at its end; a flow (decisions) adds on its day. The value of a stock on a day is the sum
of all contributions up to that day, the value of a flow in a window the sum inside it, so any past day can be
asked. Each function reads like the definition in the statistical form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple, assert_never

from monitoring.domain.facts import (
    AllowanceApplication,
    Bed,
    Fact,
    Figure,
    Institution,
    MarriageOffice,
    MarriageRegistration,
    NameApplication,
    PlaceName,
    QualityMark,
    ReportedSeries,
    Standard,
    Stay,
)
from shared.kernel.spans import Span, intersection, union

Contribution = tuple[str, date, int]


class Cell(NamedTuple):
    """Where a contribution goes: which measure, which division (12 digits), from which day on."""

    measure: str
    division: str
    day: date


def contributions(fact: Fact, division: str) -> Counter[Cell]:
    """Everything one entity adds, by cell; cells that cancel out are left away."""
    found: Counter[Cell] = Counter()
    for measure, day, amount in _of(fact):
        found[Cell(measure, division, day)] += amount
    return Counter({cell: amount for cell, amount in found.items() if amount})


def _of(fact: Fact) -> Iterable[Contribution]:
    match fact:
        case Standard():
            return _stock(standard_measure(fact.programme, fact.residence), fact.in_force, fact.amount_fen)
        case AllowanceApplication():
            return _application(fact)
        case Institution():
            return _institution(fact)
        case Bed():
            return _bed(fact)
        case Stay():
            return _stock("bed.occupied", fact.occupied)
        case MarriageOffice():
            return _office(fact)
        case MarriageRegistration():
            return _registration(fact)
        case NameApplication():
            return _name_application(fact)
        case PlaceName():
            return _stock("placename.in_use", fact.in_use)
        case ReportedSeries():
            return _series(fact)
        case _:
            assert_never(fact)


def standard_measure(programme: str, residence: str | None) -> str:
    """The measure that holds a standard's amount in fen."""
    return f"standard.{programme}.{residence or 'ALL'}"


def reported_measure(form: str, part: str) -> str:
    """The measure that holds a reported form's ``numerator`` or ``denominator``."""
    return f"reported.{form}.{part}"


def _stock(measure: str, days: Iterable[Span], amount: int = 1) -> Iterator[Contribution]:
    return ((measure, day, change) for day, change in steps(days, amount))


def steps(spans: Iterable[Span], amount: int = 1) -> Iterator[tuple[date, int]]:
    """The changes of a total that holds ``amount`` on every day of a set: plus at each begin, minus at each end."""
    for span in union(spans):
        yield span.begin, amount
        if span.end is not None:
            yield span.end, -amount


def _flow(measure: str, day: date | None) -> Iterator[Contribution]:
    if day is not None:
        yield measure, day, 1


def _application(fact: AllowanceApplication) -> Iterator[Contribution]:
    yield from _flow("allowance.submitted", fact.submitted_on)
    yield from _flow("allowance.accepted", fact.accepted_on)
    yield from _flow("allowance.decided", fact.decided_on)
    if fact.granted:
        yield from _flow("allowance.granted", fact.decided_on)
    if fact.on_time:
        yield from _flow("allowance.decided_on_time", fact.decided_on)


def _institution(fact: Institution) -> Iterator[Contribution]:
    yield from _stock("institution.operating", fact.operating)
    yield from _stock("institution.comprehensive", intersection(fact.operating, fact.comprehensive))
    yield from _stock("institution.assessed", intersection(fact.operating, _assessed(fact.quality)))
    yield from _stock("institution.quality_met", intersection(fact.operating, _met(fact.quality)))


def _assessed(marks: tuple[QualityMark, ...]) -> tuple[Span, ...]:
    """The days from the first assessment on."""
    return (Span(min(mark.assessed_on for mark in marks)),) if marks else ()


def _met(marks: tuple[QualityMark, ...]) -> tuple[Span, ...]:
    """The days on which the latest assessment said that basic quality is met."""
    ordered = sorted(marks, key=lambda mark: mark.assessed_on)
    ends = [*(mark.assessed_on for mark in ordered[1:]), None]
    days = zip(ordered, ends, strict=False)
    return tuple(Span(mark.assessed_on, end) for mark, end in days if mark.met and mark.assessed_on != end)


def _bed(fact: Bed) -> Iterator[Contribution]:
    """Home-care beds are counted apart: they are not beds of an institution."""
    if fact.home:
        yield from _stock("bed.home", fact.in_service)
        return
    yield from _stock("bed.institution", fact.in_service)
    yield from _stock("bed.nursing", intersection(fact.in_service, fact.nursing))
    yield from _stock("bed.inclusive", intersection(fact.in_service, fact.inclusive))


def _office(fact: MarriageOffice) -> Iterator[Contribution]:
    yield from _stock("office.in_service", fact.in_service)
    yield from _stock("office.cross_province", intersection(fact.in_service, fact.cross_province))
    yield from _stock("office.counselling_room", intersection(fact.in_service, fact.counselling_room))


def _registration(fact: MarriageRegistration) -> Iterator[Contribution]:
    yield from _flow("marriage.registered", fact.registered_on)
    if fact.cross_province:
        yield from _flow("marriage.registered_cross_province", fact.registered_on)


def _name_application(fact: NameApplication) -> Iterator[Contribution]:
    yield from _flow("placename.submitted", fact.submitted_on)
    if fact.online:
        yield from _flow("placename.submitted_online", fact.submitted_on)
    yield from _flow("placename.announced", fact.announced_on)
    if fact.announced_in_time:
        yield from _flow("placename.announced_in_time", fact.announced_on)


def _series(fact: ReportedSeries) -> Iterator[Contribution]:
    """A level holds until the next figure replaces it; a flow adds up.

    A figure for a period counts from the period's last day on.
    """
    numerator = reported_measure(fact.form, "numerator")
    denominator = reported_measure(fact.form, "denominator")
    before = Figure(date.min + timedelta(days=1), 0, 0)
    for figure in sorted(fact.figures, key=lambda figure: figure.on):
        base = Figure(figure.on, 0, 0) if fact.accumulates else before
        yield numerator, figure.on, figure.numerator - base.numerator
        yield denominator, figure.on, (figure.denominator or 0) - (base.denominator or 0)
        before = figure
