"""What ``eldercare`` tells the world (养老服务): institutions, beds and stays. No resident is named."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from shared.contracts.envelope import EntityState
from shared.contracts.spans import Span

BedClass = Literal["NURSING", "ORDINARY"]


class QualityMark(BaseModel):
    """One assessment of basic service quality (服务质量基本规范评估)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    assessed_on: date
    met: bool


class GradeSpan(Span):
    """A grade from 1 to 5 (等级) and the days it is valid."""

    grade: int


class InstitutionState(EntityState):
    """An elderly-care institution (养老机构), every flag dated.

    ``township`` is its 12-digit division. ``operating`` are the days it is open (registered, not suspended, not
    closed); ``comprehensive`` the days it has comprehensive functions (具备综合功能); ``agreements`` the days of a
    signed inclusive agreement (普惠协议); ``hazards`` the days on which a major hazard is open. ``filing_due_on`` is
    the last day for its filing, known from the first resident on; ``upgraded_on`` the day its upgrading ended.
    """

    source: ClassVar[str] = "eldercare"
    noun: ClassVar[str] = "institution"
    participles: ClassVar[tuple[str, ...]] = (
        "registered", "amended", "suspended", "resumed", "closed", "assessed", "first_admitted", "filed", "moved",
        "graded", "closure_announced",
    )  # fmt: skip

    township: str
    kind: str
    ownership: str
    operating: list[Span]
    comprehensive: list[Span]
    quality: list[QualityMark]
    filed_on: date | None = None
    filing_due_on: date | None = None
    grades: list[GradeSpan] = []
    agreements: list[Span] = []
    hazards: list[Span] = []
    closing_announced_on: date | None = None
    closes_on: date | None = None
    upgraded_on: date | None = None


class BedClassSpan(Span):
    """The class a bed has during a span."""

    bed_class: BedClass


class BedState(EntityState):
    """A bed (养老床位). ``in_service`` are the days it exists for use in an open institution.

    A suspended institution's beds do not serve. ``home`` marks a home-care bed (家庭养老床位), which is not an
    institution bed; ``last_service_on`` is the day of its last service. ``maintenance`` does not interrupt service.
    """

    source: ClassVar[str] = "eldercare"
    noun: ClassVar[str] = "bed"
    participles: ClassVar[tuple[str, ...]] = (
        "added", "reclassified", "taken_out", "put_back", "removed", "planned", "activated", "reserved", "released",
        "maintenance_started", "maintenance_finished",
    )  # fmt: skip

    institution_id: str
    township: str
    home: bool
    in_service: list[Span]
    classes: list[BedClassSpan]
    inclusive: list[Span]
    maintenance: list[Span] = []
    planned_for: date | None = None
    last_service_on: date | None = None


class StayState(EntityState):
    """A stay of one resident in one bed (入住), without the resident."""

    source: ClassVar[str] = "eldercare"
    noun: ClassVar[str] = "stay"
    participles: ClassVar[tuple[str, ...]] = (
        "begun", "trial_passed", "level_changed", "leave_started", "leave_ended", "moved", "ended", "deceased",
        "voided",
    )  # fmt: skip

    institution_id: str
    bed_id: str
    township: str
    stayed: Span
    voided: bool
    admitted_on: date | None = None
    """The first day in the institution, also after a move to another bed."""
    moved_in_house: bool = False
    """Whether this stay continues one in another bed: it is no new admission."""
    trial_ends_on: date | None = None
    level: int | None = None
    """Care level 0 to 4, null where nobody assessed."""
    extreme_hardship: bool = False
    end_reason: str | None = None


class AssessmentState(EntityState):
    """An assessment of an elder's ability (老年人能力评估), without the elder; ``level`` is 0 to 4."""

    source: ClassVar[str] = "eldercare"
    noun: ClassVar[str] = "assessment"
    participles: ClassVar[tuple[str, ...]] = ("completed", "disputed", "upheld", "replaced", "voided")

    township: str
    level: int
    assessed_on: date
    valid: Span
    reason: str
    status: str
    disputed_on: date | None = None


class OfferMark(BaseModel):
    """One offer of a bed (入住通知) and what became of it; ``expires_on`` is its last day."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    notified_on: date
    expires_on: date
    answered_on: date | None = None
    status: str


class AdmissionState(EntityState):
    """An application for a place in an institution (入住申请) and its milestones, without the applicant.

    ``first_queued_on`` is when it entered the waiting list, and never changes; ``lane`` is 1 (extreme hardship),
    2 (priority) or 3 (ordinary), known from the first offer on.
    """

    source: ClassVar[str] = "eldercare"
    noun: ClassVar[str] = "admission"
    participles: ClassVar[tuple[str, ...]] = (
        "applied", "edited", "submitted", "taken_up", "returned", "rejected", "waitlisted", "objected", "reassessed",
        "offered", "accepted", "declined", "expired", "offer_taken_back", "contract_signed", "admitted", "removed",
        "withdrawn",
    )  # fmt: skip

    institution_id: str
    township: str
    channel: str
    status: str
    extreme_hardship: bool
    level: int | None = None
    lane: int | None = None
    submitted_on: date | None = None
    review_due_on: date | None = None
    first_queued_on: date | None = None
    offers: list[OfferMark] = []
    contract_signed_on: date | None = None
    admitted_on: date | None = None
    ended_on: date | None = None


class StaffState(EntityState):
    """Somebody on the staff of an institution (从业人员), without the person.

    ``certified`` are the days of a valid skill certificate (职业技能等级证书), ``filed_years`` the yearly records.
    """

    source: ClassVar[str] = "eldercare"
    noun: ClassVar[str] = "staff"
    participles: ClassVar[tuple[str, ...]] = (
        "registered", "certified", "trained", "filed", "credited", "left", "moved",
    )  # fmt: skip

    institution_id: str
    township: str
    post: str
    employed: list[Span]
    certified: list[Span]
    trained_on: list[date]
    filed_years: list[int]


class InspectionState(EntityState):
    """An inspection and the rectification that followed (行政检查). ``due_on`` is the last day to rectify."""

    source: ClassVar[str] = "eldercare"
    noun: ClassVar[str] = "inspection"
    participles: ClassVar[tuple[str, ...]] = (
        "noticed", "conducted", "cancelled", "rectification_submitted", "rectification_verified",
        "rectification_rejected", "penalised",
    )  # fmt: skip

    institution_id: str
    township: str
    kind: str
    status: str
    inspected_on: date | None
    major_hazard: bool
    due_on: date | None
    verified_on: date | None
    fine_fen: int | None


class RecipientState(EntityState):
    """Somebody entitled to basic elderly care (基本养老服务对象), without the person; every fact dated."""

    source: ClassVar[str] = "eldercare"
    noun: ClassVar[str] = "recipient"
    participles: ClassVar[tuple[str, ...]] = ("registered", "updated", "visited", "removed")

    township: str
    category: str
    registered: Span
    disabled: list[Span]
    willing: list[Span]
    central: list[Span]
    entrusted: list[Span]
    visited_on: list[date]


class FacilityState(EntityState):
    """A place of elderly care that is no institution (社区养老服务设施)."""

    source: ClassVar[str] = "eldercare"
    noun: ClassVar[str] = "facility"
    participles: ClassVar[tuple[str, ...]] = ("opened", "closed")

    township: str
    kind: str
    beds: int
    operating: list[Span]


class EmergencyState(EntityState):
    """An incident that was reported, or a drill that was held (突发事件、应急演练)."""

    source: ClassVar[str] = "eldercare"
    noun: ClassVar[str] = "emergency"
    participles: ClassVar[tuple[str, ...]] = ("reported", "drilled")

    division: str
    institution_id: str | None
    kind: str
    cause: str
    level: str | None
    happened_on: date
    reported_in_time: bool | None
