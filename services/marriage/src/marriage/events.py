"""From the domain to the published language; the only module of the service that knows the contracts."""

from __future__ import annotations

from marriage.domain.appointment import Appointment
from marriage.domain.correction import Correction
from marriage.domain.credit import Dishonesty
from marriage.domain.divorce import Divorce
from marriage.domain.fraud import FraudCase
from marriage.domain.issuance import Issuance
from marriage.domain.office import Feature, Office
from marriage.domain.rating import Rating
from marriage.domain.registration import EndingKind, Registration
from shared.contracts.marriage import (
    AppointmentState,
    CorrectionState,
    DishonestyState,
    DivorceState,
    GradeSpan,
    IssuanceState,
    OfficeState,
    RegistrationFraudState,
    RegistrationState,
    ServiceRatingState,
)
from shared.contracts.spans import Span


def office_state(office: Office) -> OfficeState:
    """What the world may know of an office: its level and the days on which each feature holds."""
    return OfficeState(
        level=office.level.value,
        in_service=_spans(office, Feature.IN_SERVICE),
        cross_province=_spans(office, Feature.CROSS_PROVINCE),
        counselling_room=_spans(office, Feature.COUNSELLING_ROOM),
        mainland=_spans(office, Feature.SERVES_MAINLAND),
        foreign_related=tuple(_spans(office, Feature.SERVES_FOREIGN_RELATED)),
        counselling_days=office.counselling_days,
        grades=tuple(
            GradeSpan(grade=grade.value, begin=span.begin, end=span.end) for grade, span in office.grade_spans
        ),
    )


def _spans(office: Office, feature: Feature) -> list[Span]:
    return [Span(begin=span.begin, end=span.end) for span in office.spans(feature)]


def registration_state(registration: Registration) -> RegistrationState:
    """What the world may know of a registration: where and when; nothing about the parties."""
    ending = registration.ending
    return RegistrationState(
        kind="MARRIAGE",
        office_id=str(registration.office_id),
        registered_on=registration.registered_on,
        cross_province=registration.crosses_provinces,
        annulled_on=registration.annulled_on,
        occasion=registration.occasion.value,
        cross_district=registration.crosses_districts,
        void=registration.annulment.ground.is_void if registration.annulment else None,
        ended_on=ending.on if ending and ending.kind is not EndingKind.FRAUD_REVOKED else None,
        ended_by=ending.kind.value if ending else None,
        revoked_on=ending.on if ending and ending.kind is EndingKind.FRAUD_REVOKED else None,
        ceremony_on=registration.ceremony_on,
    )


def divorce_state(divorce: Divorce) -> DivorceState:
    """The days and the end of an application; nothing about the two, the children or the agreement."""
    facts, dates = divorce.facts, divorce.dates
    return DivorceState(
        office_id=str(divorce.office_id),
        status=divorce.status.value,
        received_on=dates.received_on,
        cooling_end=dates.cooling_end,
        window_end=dates.window_end,
        provisional=dates.provisional,
        cross_province=divorce.crosses_provinces,
        registered_on=facts.registered_on,
        ended_on=facts.ended_on,
        ground=facts.termination.ground.value if facts.termination else None,
    )


def appointment_state(appointment: Appointment) -> AppointmentState:
    """For which business, office and day; nobody is named."""
    return AppointmentState(
        office_id=str(appointment.office_id), business=appointment.business.value, day=appointment.day,
        status=appointment.status.value,
    )  # fmt: skip


def issuance_state(issuance: Issuance) -> IssuanceState:
    """A certificate given again or a record certificate."""
    return IssuanceState(
        office_id=str(issuance.office_id), kind=issuance.kind.value, status=issuance.status.value,
        requested_on=issuance.requested_on, ended_on=issuance.ended_on,
    )  # fmt: skip


def correction_state(correction: Correction) -> CorrectionState:
    """That an entry was corrected, or not; never what it says."""
    return CorrectionState(
        status=correction.status.value, requested_on=correction.requested_on, ended_on=correction.ended_on
    )


def fraud_state(case: FraudCase) -> RegistrationFraudState:
    """The milestones of a report of fraud."""
    facts = case.facts
    return RegistrationFraudState(
        status=case.status.value, reported_on=facts.reported_on, referred_on=facts.referred_on,
        notified_on=facts.notified_on, decided_on=facts.decided_on, revoked=facts.decided_on is not None
        and case.status.value in ("REVOKED", "CLOSED"),
    )  # fmt: skip


def dishonesty_state(listing: Dishonesty) -> DishonestyState:
    """That somebody is listed, and for how long."""
    return DishonestyState(
        status=listing.status.value, ground=listing.ground.value, listed_on=listing.listed_on,
        delisted_on=listing.delisted_on,
    )  # fmt: skip


def rating_state(rating: Rating) -> ServiceRatingState:
    """A grade, and the follow-up of a poor one."""
    found = rating.verification
    return ServiceRatingState(
        office_id=str(rating.office_id), business=rating.business.value, grade=int(rating.grade),
        rated_on=rating.rated_on, answer_due_on=rating.answer_due_on, answered_on=found.on if found else None,
        upheld=found.upheld if found else None,
    )  # fmt: skip
