"""Measures of assistance (社会救助): each function reads like the definition in the statistical form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from monitoring.domain.facts.assistance import (
    Benefit,
    BenefitRun,
    Care,
    Child,
    Coverage,
    RescueStay,
    Reserve,
    Standard,
    Verification,
)
from monitoring.domain.measures.assistance_service import SERVICE_MEASURES
from monitoring.domain.measures.contribution import Contribution, Measures, flow, stock
from shared.kernel.spans import Span, intersection, union


def standard_measure(programme: str, residence: str | None) -> str:
    """The measure that holds a standard's amount in fen."""
    return f"standard.{programme}.{residence or 'ALL'}"


def _standard(fact: Standard) -> Iterable[Contribution]:
    return stock(standard_measure(fact.programme, fact.residence), fact.in_force, fact.amount_fen)


def _verification(fact: Verification) -> Iterator[Contribution]:
    yield from flow("verification.requested", fact.requested_on)
    yield from flow("verification.reported", fact.reported_on)
    if fact.complete:
        yield from flow("verification.reported_complete", fact.reported_on)


def _benefit(fact: Benefit) -> Iterator[Contribution]:
    yield from stock(f"benefit.{fact.aid}", fact.granted, 1, fact.residence)
    yield from stock(f"benefit.{fact.aid}.persons", fact.granted, fact.persons, fact.residence)
    yield from stock("benefit.tapering", fact.tapering, 1, fact.residence)


def _run(fact: BenefitRun) -> Iterator[Contribution]:
    """Money counts on the day a run is sealed (MS-24)."""
    if fact.sealed_on is not None:
        yield from flow(f"paid.{fact.aid}.fen", fact.sealed_on, fact.total_fen)
        yield from flow("paid.blocked_lines", fact.sealed_on, fact.blocked)


def _coverage(fact: Coverage) -> Iterator[Contribution]:
    """A month's persons hold from its first day until the next month's count takes over (MS-03, MS-04)."""
    month = (Span(fact.month, _next_month(fact.month)),)
    yield from stock(f"subsidy.{fact.aid}.covered", month, fact.covered)
    yield from stock(f"subsidy.{fact.aid}.entitled", month, fact.entitled)


def _next_month(month: date) -> date:
    years, rest = divmod(month.month, 12)
    return date(month.year + years, rest + 1, 1)


RETURNED = frozenset({"FETCHED", "ESCORTED", "TICKETED_ARRIVED"})
OUTSIDE = frozenset({"OWN_WILL_SIGNED", "DIED"})


def _rescue(fact: RescueStay) -> Iterator[Contribution]:
    """Returned of those identified (MS-05, main and strict), and settled of those stranded three months (MS-09)."""
    if fact.identified_on is not None and fact.ended_on is not None:
        yield from flow("rescue.identified_ended", fact.ended_on)
        if fact.ending not in OUTSIDE:
            yield from flow("rescue.identified_to_return", fact.ended_on)
        if fact.ending in RETURNED:
            yield from flow("rescue.returned", fact.ended_on)
    leaves = [day for day in (fact.identified_on, fact.ended_on if fact.ending == "DIED" else None) if day]
    until = min(leaves, default=None)
    if until is None or fact.settlement_due_on < until:
        stranded = (Span(fact.settlement_due_on, until),)
        yield from stock("rescue.stranded", stranded)
        if fact.hukou_on and fact.placed_on:
            settled = (Span(max(fact.hukou_on, fact.placed_on)),)
            yield from stock("rescue.settled", intersection(stranded, settled))


def _care(fact: Care) -> Iterator[Contribution]:
    """T1 and T2 (MS-06, MS-07), main variant of the fully lost and one with the partly lost."""
    disabled = union((*fact.fully_lost, *fact.partly_lost))
    for name, lost in (("", fact.fully_lost), (".with_partly", disabled)):
        willing = intersection(lost, fact.wishes_institution)
        yield from stock(f"hardship.willing{name}", willing)
        yield from stock(f"hardship.willing_in_residence{name}", intersection(willing, fact.in_institution))
        home = intersection(lost, fact.at_home)
        yield from stock(f"hardship.home_disabled{name}", home)
        yield from stock(f"hardship.home_with_agreement{name}", intersection(home, fact.agreed))


def _child(fact: Child) -> Iterator[Contribution]:
    """T5 (MS-08): orphans and children nobody raises in fact, found and secured."""
    if fact.kind in {"ORPHAN", "UNATTENDED"}:
        yield from stock("child.eligible", fact.eligible)
        yield from stock("child.secured", intersection(fact.eligible, fact.secured))


def _reserve(fact: Reserve) -> Iterator[Contribution]:
    """Townships with a reserve that holds money (MS-12)."""
    if fact.balance_fen > 0:
        yield from stock("reserve.townships", (Span(fact.opened_on),))


MEASURES: Measures = {
    Benefit: _benefit,
    BenefitRun: _run,
    Coverage: _coverage,
    RescueStay: _rescue,
    Care: _care,
    Child: _child,
    Reserve: _reserve,
    Verification: _verification,
    Standard: _standard,
    **SERVICE_MEASURES,
}
