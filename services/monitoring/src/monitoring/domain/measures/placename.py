"""Measures of placename (地名): each function reads like the definition in the statistical form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from monitoring.domain.facts.placename import HeritageName, NameApplication, NameMisuse, NameSign, PlaceName
from monitoring.domain.measures.contribution import Contribution, Measures, flow, spread, stock
from shared.kernel.spans import intersection


def _name_application(fact: NameApplication) -> Iterator[Contribution]:
    yield from flow("placename.submitted", fact.submitted_on)
    if fact.online:
        yield from flow("placename.submitted_online", fact.submitted_on)
    yield from flow("placename.accepted", fact.accepted_on)
    if fact.first_pass:
        yield from flow("placename.first_pass", fact.accepted_on)
    yield from _due("placename.decision", fact.decide_due_on, fact.decided_on)
    yield from spread("placename.decision_days", fact.decided_on, fact.working_days)
    if fact.approval_stands:
        yield from _due("placename.filing", fact.file_due_on, fact.filed_on)
        yield from _due("placename.announcement", fact.announce_due_on, fact.announced_on)
    yield from flow("placename.announced", fact.announced_on)
    if fact.announced_in_time:
        yield from flow("placename.announced_in_time", fact.announced_on)


def _due(measure: str, due_on: date | None, done_on: date | None) -> Iterator[Contribution]:
    """What was due counts on its last day, whether it was done or not; what was done in time counts there too."""
    yield from flow(f"{measure}_due", due_on)
    if due_on is not None and done_on is not None and done_on <= due_on:
        yield from flow(f"{measure}_in_time", due_on)


def _name(fact: PlaceName) -> Iterator[Contribution]:
    yield from stock("placename.in_use", fact.in_use)
    if fact.complete:
        yield from stock("placename.complete", fact.in_use)
    if fact.signable:
        yield from stock("placename.signable", fact.in_use)


def _heritage(fact: HeritageName) -> Iterator[Contribution]:
    yield from stock("placename.listed", fact.listed)
    yield from stock(f"placename.listed_{fact.level.lower()}", fact.listed)
    yield from stock("placename.listed_alive", intersection(fact.listed, fact.alive))


def _sign(fact: NameSign) -> Iterator[Contribution]:
    return stock("placename.signed", fact.standing)


def _misuse(fact: NameMisuse) -> Iterator[Contribution]:
    if fact.dismissed:
        return
    yield from flow("placename.misuse", fact.reported_on)
    if fact.corrected_in_time:
        yield from flow("placename.misuse_corrected", fact.reported_on)


MEASURES: Measures = {
    NameApplication: _name_application,
    PlaceName: _name,
    HeritageName: _heritage,
    NameSign: _sign,
    NameMisuse: _misuse,
}
