"""One assessment of one elder's ability: who made it, how long it holds, and what a dispute leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from eldercare.domain.ability import Findings, Verdict, checked_scores, judge
from eldercare.domain.resident import Resident
from eldercare.domain.span import require_past
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import Deadline
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.organisation_code import OrganisationCode
from shared.kernel.spans import Span
from shared.kernel.workflow import Workflow

VALID_DAYS = "assessment.valid_days"
REVIEW_WORKDAYS = "assessment.review_workdays"
AGENCY_ASSESSORS = "assessment.agency_assessors"
ASSESSOR_YEARS = "assessment.assessor_years"
ASSESSORS_WHO_SIGN = 2
SUBSIDY_SINCE = date(2024, 7, 1)
SUBSIDY_LEVEL = 2


class Reason(StrEnum):
    """Why an assessment is made (评估原因, EC-602)."""

    FIRST = "FIRST"
    """首次评估"""
    ROUTINE = "ROUTINE"
    """常规评估"""
    IMMEDIATE = "IMMEDIATE"
    """即时评估"""
    DISPUTE = "DISPUTE"
    """因对结果有疑问进行的复评"""
    OTHER = "OTHER"
    """其他"""


class Informant(StrEnum):
    """Who told the assessors about the elder (信息提供者)."""

    SELF = "SELF"
    SPOUSE = "SPOUSE"
    CHILD = "CHILD"
    OTHER_RELATIVE = "OTHER_RELATIVE"
    CAREGIVER = "CAREGIVER"
    COMMITTEE = "COMMITTEE"
    OTHER = "OTHER"


class Schooling(StrEnum):
    """How long an assessor went to school (文化程度)."""

    PRIMARY = "PRIMARY"
    SECONDARY = "SECONDARY"
    HIGHER = "HIGHER"


class Status(StrEnum):
    """Where an assessment stands (评估结果状态)."""

    IN_FORCE = "IN_FORCE"
    DISPUTED = "DISPUTED"
    REPLACED = "REPLACED"
    VOIDED = "VOIDED"


class Action(StrEnum):
    """What can be done to an assessment (评估事项)."""

    DISPUTE = "dispute"
    UPHOLD = "uphold"
    REPLACE = "replace"
    VOID = "void"


WORKFLOW = Workflow(
    {
        (Status.IN_FORCE, Action.DISPUTE): Status.DISPUTED,
        (Status.IN_FORCE, Action.REPLACE): Status.REPLACED,
        (Status.IN_FORCE, Action.VOID): Status.VOIDED,
        (Status.DISPUTED, Action.UPHOLD): Status.IN_FORCE,
        (Status.DISPUTED, Action.REPLACE): Status.REPLACED,
        (Status.DISPUTED, Action.VOID): Status.VOIDED,
    }
)
"""A later assessment of the same elder replaces the earlier one; a replaced result does not come back."""


class AssessmentUnknown(NotFound):
    """评估结果不存在"""


class AgencyUnknown(NotFound):
    """评估机构不存在"""


class AgencyRegistered(Refusal):
    """该统一社会信用代码的评估机构已登记"""


class TwoAssessorsNeeded(Invalid):
    """评估须由两名评估员签字"""


class AssessorNotQualified(Refusal):
    """评估员不符合条件，或不属于该评估机构"""


class AgencyNotQualified(Refusal):
    """评估机构合格评估员人数不足"""


class SameAssessorsAgain(Refusal):
    """复评不得由原评估员进行"""


class AssessmentNotDisputed(Refusal):
    """没有对该老年人评估结果的异议，不属于复评"""


class AssessmentNotInForce(Refusal):
    """评估结果在该日无效或已过期"""


class AssessmentOfAnotherPerson(Refusal):
    """该评估结果不属于此人"""


class AssessmentOlderThanPresent(Refusal):
    """已有更晚的评估结果，不得再登记较早的评估"""


@dataclass(frozen=True)
class Assessor:
    """One assessor of an agency (评估员), known by the number of a certificate, not by a name."""

    number: str
    schooling: Schooling
    years: int

    def qualifies(self, least_years: int) -> bool:
        """At least secondary schooling and enough years of relevant work (EC-603)."""
        return self.schooling is not Schooling.PRIMARY and self.years >= least_years


@dataclass(frozen=True)
class Agency:
    """A registered body whose assessors assess elders (评估机构, EC-603)."""

    id: UUID
    division: str
    name: str
    organisation_code: OrganisationCode
    assessors: tuple[Assessor, ...]

    def require_qualified(self, *, least_assessors: int, least_years: int) -> None:
        """An agency has enough assessors who qualify."""
        qualified = sum(assessor.qualifies(least_years) for assessor in self.assessors)
        if qualified < least_assessors:
            raise AgencyNotQualified(rule="EC-603", field="assessors", qualified=qualified, least=least_assessors)

    def require_assessors(self, numbers: Sequence[str], *, least_years: int) -> None:
        """Two different assessors of this agency sign, both qualified."""
        if len(numbers) != ASSESSORS_WHO_SIGN or len(set(numbers)) != ASSESSORS_WHO_SIGN:
            raise TwoAssessorsNeeded(rule="EC-603", field="assessors")
        able = {assessor.number for assessor in self.assessors if assessor.qualifies(least_years)}
        if not set(numbers) <= able:
            raise AssessorNotQualified(rule="EC-603", field="assessors")


@dataclass(kw_only=True)
class Assessment(Aggregate):
    """What two assessors found of an elder on a day (老年人能力评估); ``division`` is where the elder lives.

    ``valid`` are the days on which the result may be used for an admission: the day of the assessment and as many
    days after it as the parameter says.
    """

    elder: Resident
    scores: Mapping[str, int]
    findings: Findings
    verdict: Verdict
    assessed_on: date
    valid: Span
    reason: Reason
    agency_id: UUID
    assessors: tuple[str, ...]
    informant: Informant
    status: Status
    disputed_on: date | None = None
    review_due: Deadline | None = None
    replaced_by: UUID | None = None
    void_reason: str | None = None
    uncertain: tuple[str, ...] = field(default=())

    @property
    def level(self) -> int:
        """The final level, 0 to 4."""
        return self.verdict.level

    @property
    def usable_for_subsidy(self) -> bool:
        """Whether the national subsidy takes the result without a new assessment (EC-604)."""
        return self.status is Status.IN_FORCE and self.assessed_on >= SUBSIDY_SINCE and self.level >= SUBSIDY_LEVEL

    def dispute(self, *, today: date, review_due: Deadline) -> None:
        """The elder or a relative doubts the result; until the review it stands, but nobody is admitted on it."""
        self.status = WORKFLOW.next(self.status, Action.DISPUTE)
        self.disputed_on, self.review_due = today, review_due
        self.note("disputed")

    def uphold(self) -> None:
        """The review found no fault."""
        self.status = WORKFLOW.next(self.status, Action.UPHOLD)
        self.review_due = None
        self.note("upheld")

    def replace(self, by: Assessment) -> None:
        """A later assessment of the same elder takes its place; a dispute is answered by other assessors."""
        if by.assessed_on < self.assessed_on:
            raise AssessmentOlderThanPresent(rule="EC-602", latest=self.assessed_on.isoformat())
        if self.status is Status.DISPUTED and by.reason is Reason.DISPUTE and set(by.assessors) & set(self.assessors):
            raise SameAssessorsAgain(rule="EC-602", field="assessors")
        self.status = WORKFLOW.next(self.status, Action.REPLACE)
        self.replaced_by = by.id
        self.note("replaced")

    def void(self, *, reason: str) -> None:
        """It was recorded by mistake."""
        self.status = WORKFLOW.next(self.status, Action.VOID)
        self.void_reason = reason
        self.note("voided")

    def require_usable(self, on: date) -> None:
        """An admission rests on a result that holds on its day (EC-604, EC-605)."""
        if self.status is not Status.IN_FORCE or not self.valid.covers(on):
            raise AssessmentNotInForce(
                rule="EC-604", status_now=self.status.value, last_day=last_day(self.valid).isoformat()
            )

    def require_of(self, person: Resident) -> None:
        """A result belongs to one person."""
        if person.identity != self.elder.identity:
            raise AssessmentOfAnotherPerson(rule="EC-605", field="assessment_id")


def last_day(span: Span) -> date:
    """The last day of a span that ends."""
    if span.end is None:
        raise ValueError("a span without an end has no last day")
    return span.end - timedelta(days=1)


def valid_from(assessed_on: date, days: int) -> Span:
    """The days a result holds: the day of the assessment is not counted (§2.3), the last one is."""
    return Span(assessed_on, assessed_on + timedelta(days=days + 1))


def complete_assessment(
    *, id: UUID, division: str, elder: Resident, scores: Mapping[str, int], findings: Findings, assessed_on: date,
    reason: Reason, agency: Agency, assessors: Sequence[str], informant: Informant, valid_days: int, least_years: int,
    today: date, uncertain: tuple[str, ...] = (),
) -> Assessment:  # fmt: skip
    """Record what two assessors found; the level is computed here."""
    require_past(assessed_on, today=today)
    agency.require_assessors(assessors, least_years=least_years)
    assessment = Assessment(
        id=id,
        division=division,
        elder=elder,
        scores=checked_scores(scores),
        findings=findings,
        verdict=judge(scores, findings),
        assessed_on=assessed_on,
        valid=valid_from(assessed_on, valid_days),
        reason=reason,
        agency_id=agency.id,
        assessors=tuple(sorted(assessors)),
        informant=informant,
        status=Status.IN_FORCE,
        uncertain=uncertain,
    )
    assessment.note("completed")
    return assessment
