"""Ability assessments over HTTP: the elder masked, the result ready to be used by other services."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from eldercare.api.people import PersonInput, require_purpose
from eldercare.domain.ability import STANDARD, Findings, Raise, Section, Verdict
from eldercare.domain.assessment import (
    WORKFLOW,
    Agency,
    Assessment,
    AssessmentUnknown,
    Assessor,
    Informant,
    Reason,
    Schooling,
    Status,
    last_day,
)
from eldercare.store import Tx
from eldercare.usecases import assessments as usecases
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.organisation_code import OrganisationCode
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Day, DivisionCode, Flag, Line, PersonalText
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["能力评估"], route_class=StrictRoute)

AssessingAgency = Annotated[Principal, Depends(require("eldercare:assess"))]
Supervisor = Annotated[Principal, Depends(require("eldercare:review"))]
ResultReader = Annotated[Principal, Depends(require("eldercare:results"))]
Revealer = Annotated[Principal, Depends(require("eldercare:reveal"))]

Score = Annotated[int, Field(strict=True)]
Scores = Annotated[dict[str, Score], Field(max_length=60, examples=[{"B1.1": 4}])]
Times = Annotated[int, Field(strict=True, ge=0, le=1_000)]
AssessorNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9\-]{3,40}$")]


class FindingsInput(ApiModel):
    """What stands beside the scores."""

    coma: Flag = False
    diagnoses: list[Annotated[str, Field(max_length=10)]] = Field(default_factory=list, max_length=20)
    risk_events: Times = 0

    def found(self) -> Findings:
        """The findings as a value object."""
        return Findings(self.coma, tuple(self.diagnoses), self.risk_events)


class AssessmentInput(PersonInput, FindingsInput):
    """What two assessors found; the total and the level are computed here."""

    township: DivisionCode
    scores: Scores
    assessed_on: Day
    reason: Reason = Reason.FIRST
    agency_id: UUID
    assessors: Annotated[list[AssessorNumber], Field(max_length=5)]
    informant: Informant

    def report(self, today: date) -> usecases.AssessmentReport:
        """The report as value objects."""
        return usecases.AssessmentReport(
            elder=self.parsed(today),
            township=self.township,
            scores=self.scores,
            findings=self.found(),
            assessed_on=self.assessed_on,
            reason=self.reason,
            agency_id=self.agency_id,
            assessors=self.assessors,
            informant=self.informant,
        )


class AssessorModel(ApiModel):
    """One assessor by the number of the certificate."""

    number: AssessorNumber
    schooling: Schooling
    years: Annotated[int, Field(strict=True, ge=0, le=60, description="相关工作年限")]


class AgencyInput(ApiModel):
    """A body that may assess."""

    township: DivisionCode
    name: Line
    organisation_code: Line
    assessors: Annotated[list[AssessorModel], Field(max_length=500)]


class AgencyView(ApiModel):
    """An assessment agency."""

    id: UUID
    township: str
    name: str
    organisation_code: str
    assessors: list[AssessorModel]

    @classmethod
    def of(cls, agency: Agency) -> AgencyView:
        """The view of an agency."""
        return cls(
            id=agency.id, township=agency.division, name=agency.name, organisation_code=agency.organisation_code.text,
            assessors=[
                AssessorModel(number=one.number, schooling=one.schooling, years=one.years) for one in agency.assessors
            ],
        )  # fmt: skip


class VerdictView(ApiModel):
    """A level and how it came about."""

    total: int
    sections: dict[Section, int]
    base_level: int
    level: int
    title: str
    raises: list[Raise]
    by_coma: bool
    standard: str = STANDARD

    @classmethod
    def of(cls, verdict: Verdict) -> VerdictView:
        """The view of a verdict."""
        return cls(
            total=verdict.total, sections=dict(verdict.sections), base_level=verdict.base, level=verdict.level,
            title=verdict.title, raises=list(verdict.raises), by_coma=verdict.by_coma,
        )  # fmt: skip


class AssessmentView(ApiModel):
    """An assessment with its elder masked."""

    id: UUID
    township: str
    name: str
    identity_number: str
    verdict: VerdictView
    assessed_on: date
    valid_through: date
    reason: Reason
    agency_id: UUID
    assessors: list[str]
    informant: Informant
    status: Status
    disputed_on: date | None
    review_due_on: date | None
    replaced_by: UUID | None
    usable_for_subsidy: bool
    uncertain_parameters: list[str]
    available_actions: list[str]

    @classmethod
    def of(cls, one: Assessment) -> AssessmentView:
        """The masked view."""
        return cls(
            id=one.id, township=one.division, name=one.elder.name.masked,
            identity_number=one.elder.identity.masked, verdict=VerdictView.of(one.verdict),
            assessed_on=one.assessed_on, valid_through=last_day(one.valid), reason=one.reason,
            agency_id=one.agency_id, assessors=list(one.assessors), informant=one.informant, status=one.status,
            disputed_on=one.disputed_on, review_due_on=one.review_due.on if one.review_due else None,
            replaced_by=one.replaced_by, usable_for_subsidy=one.usable_for_subsidy,
            uncertain_parameters=list(one.uncertain),
            available_actions=sorted(action.value for action in WORKFLOW.possible(one.status)),
        )  # fmt: skip


class RevealedAssessmentView(AssessmentView):
    """An assessment with its elder and every score in full, for a stated purpose."""

    scores: dict[str, int]
    diagnoses: list[str]
    risk_events: int

    @classmethod
    def revealed(cls, one: Assessment) -> RevealedAssessmentView:
        """The full view."""
        shown = AssessmentView.of(one).model_dump()
        shown |= {"name": one.elder.name.plain, "identity_number": one.elder.identity.plain}
        return cls(
            **shown, scores=dict(one.scores), diagnoses=list(one.findings.diagnoses),
            risk_events=one.findings.risk_events,
        )  # fmt: skip


class ResultQuestion(ApiModel):
    """The person whose result another service needs."""

    identity_number: PersonalText


class ResultView(ApiModel):
    """The present result of a person for another service: the level, and no scores."""

    assessment_id: UUID
    level: int
    title: str
    assessed_on: date
    valid_through: date
    in_force: bool
    usable_for_subsidy: bool
    standard: str = STANDARD

    @classmethod
    def of(cls, one: Assessment, today: date) -> ResultView:
        """What is told."""
        return cls(
            assessment_id=one.id, level=one.level, title=one.verdict.title, assessed_on=one.assessed_on,
            valid_through=last_day(one.valid), in_force=one.status is Status.IN_FORCE and one.valid.covers(today),
            usable_for_subsidy=one.usable_for_subsidy,
        )  # fmt: skip


class ReasonInput(ApiModel):
    """Why; without personal data."""

    reason: Line


@router.post("/assessment-agencies", status_code=201, response_model=AgencyView, summary="登记评估机构")
async def register_agency(body: AgencyInput, caller: Supervisor, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.register_agency(
            tx,
            township=body.township,
            name=body.name,
            organisation_code=OrganisationCode.parse(body.organisation_code),
            assessors=[Assessor(one.number, one.schooling, one.years) for one in body.assessors],
        ),
        show=AgencyView.of,
        status=201,
        location=lambda agency: f"/v1/assessment-agencies/{agency.id}",
    )


@router.get("/assessment-agencies/{agency_id}", response_model=AgencyView, summary="查看评估机构")
async def read_agency(agency_id: UUID, caller: AssessingAgency, asking: Asking) -> Response:
    return await asking.run(lambda tx: tx.agencies.find(agency_id, area=caller.area), show=AgencyView.of)


@router.post("/assessments", status_code=201, response_model=AssessmentView, summary="登记能力评估结果")
async def complete_assessment(body: AssessmentInput, caller: AssessingAgency, command: Commanding) -> Response:
    report = body.report(command.today)
    return await command.run(
        lambda tx: usecases.complete(tx, report),
        show=AssessmentView.of,
        status=201,
        location=lambda one: f"/v1/assessments/{one.id}",
    )


@router.post("/assessments/result", response_model=ResultView, summary="供其他业务使用的评估结果")
async def look_up_result(body: ResultQuestion, caller: ResultReader, asking: Asking) -> Response:
    identity = IdentityNumber.parse(body.identity_number)

    async def latest(tx: Tx) -> ResultView:
        found = await tx.assessments.latest(identity)
        if found is None:
            raise AssessmentUnknown()
        return ResultView.of(found, tx.today)

    return await asking.run(latest, show=lambda view: view, audit=("assessment.result_read", "assessment", None))


@router.get("/assessments/{assessment_id}", response_model=AssessmentView, summary="查看能力评估")
async def read_assessment(assessment_id: UUID, caller: AssessingAgency, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.assessments.find(assessment_id, area=caller.area),
        show=AssessmentView.of,
        audit=("assessment.read", "assessment", assessment_id),
    )


@router.get("/assessments/{assessment_id}/revealed", response_model=RevealedAssessmentView, summary="查看未脱敏的评估")
async def reveal_assessment(assessment_id: UUID, caller: Revealer, asking: Asking) -> Response:
    require_purpose(asking)
    return await asking.run(
        lambda tx: tx.assessments.find(assessment_id, area=caller.area),
        show=RevealedAssessmentView.revealed,
        audit=("assessment.revealed", "assessment", assessment_id),
    )


@router.post("/assessments/{assessment_id}/dispute", response_model=AssessmentView, summary="对评估结果提出异议")
async def dispute_assessment(assessment_id: UUID, caller: AssessingAgency, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.dispute(tx, assessment_id, expected=command.expected), show=AssessmentView.of
    )


@router.post("/assessments/{assessment_id}/uphold", response_model=AssessmentView, summary="复核维持评估结果")
async def uphold_assessment(assessment_id: UUID, caller: Supervisor, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.uphold(tx, assessment_id, expected=command.expected), show=AssessmentView.of
    )


@router.post("/assessments/{assessment_id}/void", response_model=AssessmentView, summary="作废误登的评估")
async def void_assessment(assessment_id: UUID, body: ReasonInput, caller: Supervisor, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.void_assessment(tx, assessment_id, reason=body.reason, expected=command.expected),
        show=AssessmentView.of,
    )
