"""What assistance publishes, as facts."""

from __future__ import annotations

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
from monitoring.domain.facts.fact import Fact
from monitoring.events.assistance_service import SERVICE_TRANSLATIONS
from monitoring.events.translation import Translations, days_of
from shared.contracts.assistance import (
    BenefitRunState,
    BenefitState,
    CareState,
    ChildState,
    CoverageState,
    RescueState,
    ReserveState,
    StandardState,
    VerificationState,
)
from shared.kernel.spans import Span, intersection


def _standard(state: StandardState) -> Fact:
    in_force = (Span(state.valid_from, state.valid_to),) if state.published else ()
    return Standard(state.programme, state.residence, state.amount_fen, in_force)


def _verification(state: VerificationState) -> Fact:
    return Verification(state.requested_on, state.reported_on, state.completeness == "COMPLETE")


def _benefit(state: BenefitState) -> Fact:
    return Benefit(state.aid, state.persons, state.residence, days_of(state.granted), days_of(state.tapering))


def _run(state: BenefitRunState) -> Fact:
    return BenefitRun(state.aid, state.sealed_on, state.total_fen, state.blocked)


def _coverage(state: CoverageState) -> Fact:
    return Coverage(state.aid, state.month, state.covered, state.entitled)


def _rescue(state: RescueState) -> Fact:
    return RescueStay(
        state.entered_on, state.identified_on, state.settlement_due_on, state.hukou_on, state.placed_on,
        state.ended_on, state.ending,
    )  # fmt: skip


def _care(state: CareState) -> Fact:
    """Grades and places count only while the person is supported; home is every day not in an institution."""
    supported = days_of(state.supported)
    grades = {
        grade: intersection(supported, days_of(each for each in state.grades if each.grade == grade))
        for grade in ("FULLY_LOST", "PARTLY_LOST")
    }
    inside = intersection(supported, days_of(state.in_institution))
    return Care(
        grades["FULLY_LOST"],
        grades["PARTLY_LOST"],
        intersection(supported, days_of(state.wishes_institution)),
        inside,
        _without(supported, inside),
        intersection(supported, days_of(state.agreements)),
    )


def _without(days: tuple[Span, ...], taken: tuple[Span, ...]) -> tuple[Span, ...]:
    """The days of the first that are not in the second."""
    left = []
    for span in days:
        begin: date | None = span.begin
        for gone in taken:
            if begin is None or not span.meets(gone) or (gone.end is not None and gone.end <= begin):
                continue
            if begin < gone.begin:
                left.append(Span(begin, gone.begin))
            begin = gone.end
        if begin is not None and (span.end is None or begin < span.end):
            left.append(Span(begin, span.end))
    return tuple(left)


def _child(state: ChildState) -> Fact:
    return Child(state.kind, days_of(state.eligible), days_of(state.secured))


def _reserve(state: ReserveState) -> Fact:
    return Reserve(state.opened_on, state.balance_fen)


TRANSLATIONS: Translations = {
    BenefitState: _benefit,
    BenefitRunState: _run,
    CoverageState: _coverage,
    RescueState: _rescue,
    CareState: _care,
    ChildState: _child,
    ReserveState: _reserve,
    VerificationState: _verification,
    StandardState: _standard,
    **SERVICE_TRANSLATIONS,
}
