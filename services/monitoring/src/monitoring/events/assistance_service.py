"""What assistance publishes of cases and of how they are handled, as facts."""

from __future__ import annotations

from monitoring.domain.facts.assistance_service import (
    Alert,
    Case,
    Change,
    Complaint,
    Delegation,
    Fraud,
    Lead,
    Rating,
    Referral,
    Remedy,
    Review,
)
from monitoring.domain.facts.fact import Fact
from monitoring.events.translation import Translations
from shared.contracts.assistance import (
    AlertState,
    ApplicationState,
    ChangeState,
    ComplaintState,
    DelegationState,
    FraudState,
    LeadState,
    RatingState,
    ReferralState,
    RemedyState,
    ReviewState,
)
from shared.kernel.spans import Span

GRANTED = "GRANTED"


def _application(state: ApplicationState) -> Fact:
    return Case(
        programme=state.programme,
        residence=state.residence,
        submitted_on=state.submitted_on,
        accepted_on=state.accepted_on,
        decided_on=state.decided_on,
        granted=state.granted or state.status == GRANTED,
        on_time=state.on_time,
        national_on_time=state.national_on_time,
        local_on_time=state.local_on_time,
        elapsed_working_days=state.elapsed_working_days,
        supplement_notices=state.supplement_notices,
        from_lead=state.from_lead,
        relative=state.relative,
        county_visited=state.county_visited,
    )


def _referral(state: ReferralState) -> Fact:
    return Referral(
        state.department, state.sent_on, state.accepted_on, tuple(state.returned_on), state.overdue_on,
        state.finished_on, state.elapsed_days,
    )  # fmt: skip


def _lead(state: LeadState) -> Fact:
    return Lead(state.reported_on, state.status == "MERGED", state.contacted_in_time, state.became_application)


def _alert(state: AlertState) -> Fact:
    return Alert(state.raised_on, state.resolved_on, state.outcome == "AID_STARTED", state.in_time)


def _review(state: ReviewState) -> Fact:
    return Review(state.due_on, state.status == "CANCELLED", state.in_time)


def _change(state: ChangeState) -> Fact:
    return Change(state.decided_on, state.effect in {"CUT", "STOP"}, state.heard_on)


def _remedy(state: RemedyState) -> Fact:
    return Remedy(state.filed_on, state.decided_on, state.outcome == "CHANGED")


def _complaint(state: ComplaintState) -> Fact:
    return Complaint(state.received_on, state.real, state.answered_on)


def _rating(state: RatingState) -> Fact:
    return Rating(
        state.given_on, state.score, state.status == "EXCLUDED", state.real, state.called_back_on is not None,
        state.in_time,
    )  # fmt: skip


def _fraud(state: FraudState) -> Fact:
    return Fraud(state.confirmed_on, state.recover_fen or 0, state.fine_fen or 0)


def _delegation(state: DelegationState) -> Fact:
    ended = state.valid_to is not None and state.valid_to <= state.valid_from
    return Delegation(state.programme, () if ended else (Span(state.valid_from, state.valid_to),))


SERVICE_TRANSLATIONS: Translations = {
    ApplicationState: _application,
    ReferralState: _referral,
    LeadState: _lead,
    AlertState: _alert,
    ReviewState: _review,
    ChangeState: _change,
    RemedyState: _remedy,
    ComplaintState: _complaint,
    RatingState: _rating,
    FraudState: _fraud,
    DelegationState: _delegation,
}
