"""What marriage publishes, as facts."""

from __future__ import annotations

from monitoring.domain.facts.fact import Fact
from monitoring.domain.facts.marriage import (
    DivorceApplication,
    MarriageAppointment,
    MarriageCorrection,
    MarriageDishonesty,
    MarriageFraud,
    MarriageIssuance,
    MarriageOffice,
    MarriageRating,
    MarriageRegistration,
)
from monitoring.events.translation import Translations, days_of
from shared.contracts.marriage import (
    AppointmentState,
    CorrectionState,
    DishonestyState,
    DivorceState,
    IssuanceState,
    OfficeState,
    RegistrationFraudState,
    RegistrationState,
    ServiceRatingState,
)
from shared.kernel.spans import Span

OUTCOMES = {
    "WITHDRAWN": "withdrawn",
    "LAPSED": "lapsed",
    "REGISTERED": "registered",
    "CERTIFICATE_ISSUED": "registered",
    "COOLING_OFF": "open",
    "COLLECTIBLE": "open",
}
"""How an application ended; whatever ends otherwise is counted as other."""


def _office(state: OfficeState) -> Fact:
    return MarriageOffice(
        in_service=days_of(state.in_service),
        cross_province=days_of(state.cross_province),
        counselling_room=days_of(state.counselling_room),
        mainland=None if state.mainland is None else days_of(state.mainland),
        is_township=state.level == "TOWNSHIP",
        counselling_days=tuple(state.counselling_days),
        graded=days_of(state.grades),
    )


def _registration(state: RegistrationState) -> Fact:
    return MarriageRegistration(
        state.registered_on,
        state.cross_province,
        state.cross_district,
        state.ceremony_on,
        state.annulled_on,
        state.revoked_on,
    )


def _divorce(state: DivorceState) -> Fact:
    return DivorceApplication(state.received_on, OUTCOMES.get(state.status, "other"), state.registered_on)


def _appointment(state: AppointmentState) -> Fact:
    return MarriageAppointment(state.day, state.status)


def _issuance(state: IssuanceState) -> Fact:
    return MarriageIssuance(state.kind, state.ended_on if state.status == "ISSUED" else None)


def _correction(state: CorrectionState) -> Fact:
    return MarriageCorrection(state.ended_on if state.status == "CORRECTED" else None)


def _fraud(state: RegistrationFraudState) -> Fact:
    return MarriageFraud(state.reported_on)


def _dishonesty(state: DishonestyState) -> Fact:
    begin, end = state.listed_on, state.delisted_on
    listed = (Span(begin, end),) if begin is not None and begin != end else ()
    return MarriageDishonesty(listed)


def _rating(state: ServiceRatingState) -> Fact:
    due, answered = state.answer_due_on, state.answered_on
    in_time = None if due is None or answered is None else answered <= due
    return MarriageRating(state.rated_on, state.grade, answered, in_time, state.upheld is True)


TRANSLATIONS: Translations = {
    OfficeState: _office,
    RegistrationState: _registration,
    DivorceState: _divorce,
    AppointmentState: _appointment,
    IssuanceState: _issuance,
    CorrectionState: _correction,
    RegistrationFraudState: _fraud,
    DishonestyState: _dishonesty,
    ServiceRatingState: _rating,
}
