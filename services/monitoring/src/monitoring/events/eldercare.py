"""What eldercare publishes, as facts."""

from __future__ import annotations

from datetime import date

from monitoring.domain.facts.eldercare import (
    Admission,
    Assessment,
    Bed,
    BedOffer,
    Emergency,
    Facility,
    Inspection,
    Institution,
    QualityMark,
    Recipient,
    Staff,
    Stay,
)
from monitoring.domain.facts.fact import Fact
from monitoring.events.translation import Translations, days_of
from shared.contracts.eldercare import (
    AdmissionState,
    AssessmentState,
    BedState,
    EmergencyState,
    FacilityState,
    InspectionState,
    InstitutionState,
    OfferMark,
    RecipientState,
    StaffState,
    StayState,
)

EXTREME_HARDSHIP = "EXTREME_HARDSHIP"


def _institution(state: InstitutionState) -> Fact:
    marks = tuple(QualityMark(mark.assessed_on, mark.met) for mark in state.quality)
    return Institution(
        days_of(state.operating),
        days_of(state.comprehensive),
        marks,
        kind=state.kind,
        filed_on=state.filed_on,
        filing_due_on=state.filing_due_on,
        graded=days_of(state.grades),
        upgraded_on=state.upgraded_on,
    )


def _bed(state: BedState) -> Fact:
    nursing = days_of(span for span in state.classes if span.bed_class == "NURSING")
    return Bed(state.home, days_of(state.in_service), nursing, days_of(state.inclusive), days_of(state.maintenance))


def _stay(state: StayState) -> Fact:
    if state.voided:
        return Stay(())
    ended = state.stayed.end
    return Stay(
        days_of([state.stayed]),
        None if state.moved_in_house else state.stayed.begin,
        None if state.end_reason == "MOVED" else ended,
        ended if state.end_reason == "DECEASED" else None,
        state.level,
        state.extreme_hardship,
    )


def _assessment(state: AssessmentState) -> Fact:
    voided = state.status == "VOIDED"
    return Assessment(None if voided else state.assessed_on, None if voided else state.disputed_on, state.level)


def _admission(state: AdmissionState) -> Fact:
    offers = tuple(BedOffer(offer.notified_on, _missed_on(offer)) for offer in state.offers)
    return Admission(state.submitted_on, state.first_queued_on, state.admitted_on, state.ended_on, state.lane, offers)


def _missed_on(offer: OfferMark) -> date | None:
    """The day an offer was refused, or the last day of one that nobody answered."""
    if offer.status in ("EXPIRED", "LAPSED"):
        return offer.expires_on
    return offer.answered_on if offer.status == "DECLINED" else None


def _staff(state: StaffState) -> Fact:
    return Staff(state.post, days_of(state.employed), days_of(state.certified), tuple(state.trained_on))


def _inspection(state: InspectionState) -> Fact:
    return Inspection(state.inspected_on, state.major_hazard, state.due_on, state.verified_on)


def _recipient(state: RecipientState) -> Fact:
    return Recipient(
        state.category == EXTREME_HARDSHIP,
        days_of([state.registered]),
        days_of(state.disabled),
        days_of(state.willing),
        days_of(state.central),
        days_of(state.entrusted),
        tuple(state.visited_on),
    )


def _facility(state: FacilityState) -> Fact:
    return Facility(state.kind, days_of(state.operating))


def _emergency(state: EmergencyState) -> Fact:
    return Emergency(state.kind, state.institution_id is not None, state.happened_on, state.reported_in_time)


TRANSLATIONS: Translations = {
    InstitutionState: _institution,
    BedState: _bed,
    StayState: _stay,
    AssessmentState: _assessment,
    AdmissionState: _admission,
    StaffState: _staff,
    InspectionState: _inspection,
    RecipientState: _recipient,
    FacilityState: _facility,
    EmergencyState: _emergency,
}
