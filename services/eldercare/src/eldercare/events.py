"""From the domain to the published language; the only module of the service that knows the contracts."""

from __future__ import annotations

from eldercare.domain.admission import Application
from eldercare.domain.assessment import Assessment
from eldercare.domain.bed import Bed
from eldercare.domain.emergency import Emergency
from eldercare.domain.facility import Facility
from eldercare.domain.inspection import Inspection
from eldercare.domain.institution import Institution
from eldercare.domain.recipient import Recipient
from eldercare.domain.resident import Means
from eldercare.domain.span import Spans
from eldercare.domain.staff import CertificateKind, Staff
from eldercare.domain.stay import Ground, Stay
from shared.contracts.eldercare import (
    AdmissionState,
    AssessmentState,
    BedClassSpan,
    BedState,
    EmergencyState,
    FacilityState,
    GradeSpan,
    InspectionState,
    InstitutionState,
    OfferMark,
    QualityMark,
    RecipientState,
    StaffState,
    StayState,
)
from shared.contracts.spans import Span
from shared.kernel.clock import business_day


def institution_state(institution: Institution) -> InstitutionState:
    """What the world may know of an institution."""
    return InstitutionState(
        township=institution.division,
        kind=institution.kind.value,
        ownership=institution.ownership.value,
        operating=_spans(institution.operating),
        comprehensive=_spans(institution.comprehensive),
        quality=[QualityMark(assessed_on=mark.assessed_on, met=mark.met) for mark in institution.quality],
        filed_on=institution.filed_on,
        filing_due_on=institution.filing_due.on if institution.filing_due else None,
        grades=[GradeSpan(begin=one.begin, end=one.end, grade=one.grade) for one in institution.grades],
        agreements=_spans(institution.agreements),
        hazards=_spans(institution.hazards),
        closing_announced_on=institution.closure.announced_on if institution.closure else None,
        closes_on=institution.closure.ends_on if institution.closure else None,
        upgraded_on=institution.upgraded_on,
    )


def bed_state(bed: Bed) -> BedState:
    """What the world may know of a bed."""
    return BedState(
        institution_id=str(bed.institution_id),
        township=bed.division,
        home=bed.home,
        in_service=_spans(bed.serving),
        classes=[
            BedClassSpan(begin=entry.span.begin, end=entry.span.end, bed_class=entry.bed_class.value)
            for entry in bed.classes
        ],
        inclusive=_spans(bed.inclusive),
        maintenance=_spans(bed.maintenance),
        planned_for=bed.planned_for,
        last_service_on=bed.last_service_on,
    )


def stay_state(stay: Stay) -> StayState:
    """What the world may know of a stay; never who stays."""
    return StayState(
        institution_id=str(stay.institution_id),
        bed_id=str(stay.bed_id),
        township=stay.division,
        stayed=Span(begin=stay.stayed.begin, end=stay.stayed.end),
        voided=stay.voided,
        admitted_on=stay.admitted_on,
        moved_in_house=stay.moved_from is not None,
        trial_ends_on=stay.trial_ends_on,
        level=stay.level,
        extreme_hardship=stay.ground is Ground.EXTREME_HARDSHIP,
        end_reason=stay.end_reason.value if stay.end_reason else None,
    )


def assessment_state(assessment: Assessment) -> AssessmentState:
    """What the world may know of an assessment; never whose."""
    return AssessmentState(
        township=assessment.division,
        level=assessment.level,
        assessed_on=assessment.assessed_on,
        valid=Span(begin=assessment.valid.begin, end=assessment.valid.end),
        reason=assessment.reason.value,
        status=assessment.status.value,
        disputed_on=assessment.disputed_on,
    )


def admission_state(application: Application) -> AdmissionState:
    """What the world may know of an application; never who applied."""
    return AdmissionState(
        institution_id=str(application.institution_id),
        township=application.division,
        channel=application.channel.value,
        status=application.status.value,
        extreme_hardship=application.circumstances.means is Means.EXTREME_HARDSHIP,
        level=application.level,
        lane=None if application.lane is None else int(application.lane),
        submitted_on=application.submitted_on,
        review_due_on=application.review_due.on if application.review_due else None,
        first_queued_on=application.first_queued_on,
        offers=[
            OfferMark(
                notified_on=offer.notified_on,
                expires_on=offer.expires.on,
                answered_on=offer.answered_on,
                status=offer.status.value,
            )
            for offer in application.offers
        ],
        contract_signed_on=application.contract.signed_on if application.contract else None,
        admitted_on=application.admitted_on,
        ended_on=application.ended_on,
    )


def staff_state(staff: Staff) -> StaffState:
    """What the world may know of somebody on a staff; never who it is."""
    skills = [one.valid for one in staff.certificates if one.kind is CertificateKind.SKILL]
    return StaffState(
        institution_id=str(staff.institution_id),
        township=staff.division,
        post=staff.post.value,
        employed=[Span(begin=staff.employed.begin, end=staff.employed.end)],
        certified=[Span(begin=span.begin, end=span.end) for span in skills],
        trained_on=list(staff.trained),
        filed_years=list(staff.years),
    )


def inspection_state(inspection: Inspection) -> InspectionState:
    """What the world may know of an inspection."""
    return InspectionState(
        institution_id=str(inspection.institution_id),
        township=inspection.division,
        kind=inspection.kind.value,
        status=inspection.status.value,
        inspected_on=inspection.inspected_on,
        major_hazard=inspection.has_major_hazard,
        due_on=inspection.due_on,
        verified_on=inspection.verified_on,
        fine_fen=inspection.penalty.fine_fen if inspection.penalty else None,
    )


def recipient_state(recipient: Recipient) -> RecipientState:
    """What the world may know of an entitled person; never who it is."""
    return RecipientState(
        township=recipient.division,
        category=recipient.category.value,
        registered=Span(begin=recipient.since, end=recipient.removed_on),
        disabled=_spans(recipient.disabled),
        willing=_spans(recipient.willing),
        central=_spans(recipient.central),
        entrusted=_spans(recipient.entrusted),
        visited_on=[visit.on for visit in recipient.visits],
    )


def facility_state(facility: Facility) -> FacilityState:
    """What the world may know of a place below an institution."""
    return FacilityState(
        township=facility.division, kind=facility.kind.value, beds=facility.beds, operating=_spans(facility.operating)
    )


def emergency_state(emergency: Emergency) -> EmergencyState:
    """What the world may know of an incident or a drill."""
    return EmergencyState(
        division=emergency.division,
        institution_id=str(emergency.institution_id) if emergency.institution_id else None,
        kind=emergency.kind.value,
        cause=emergency.cause.value,
        level=emergency.level.value if emergency.level else None,
        happened_on=business_day(emergency.happened_at),
        reported_in_time=emergency.reported_in_time,
    )


def _spans(spans: Spans) -> list[Span]:
    return [Span(begin=span.begin, end=span.end) for span in spans]
