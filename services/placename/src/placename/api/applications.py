"""Applications over HTTP: one route a verb."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from placename import queries, usecases
from placename.api.proposals import AuthorityView, DeadlineView, ExaminationView
from placename.api.submissions import AnySubmission
from placename.domain.application import Action, Application, Status, Waiver
from placename.domain.authority import ApplicantKind
from placename.domain.category import ApplicationKind, Category
from placename.domain.finding import Code
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Day, Line, Moment, Note
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/applications", tags=["地名申请"], route_class=StrictRoute)

Submitter = Annotated[Principal, Depends(require("placename:apply"))]
Office = Annotated[Principal, Depends(require("placename:review"))]
Decider = Annotated[Principal, Depends(require("placename:approve"))]
Reader = Annotated[Principal, Depends(require("placename:read"))]

SCOPE_OF = {
    Action.ACCEPT: "placename:review",
    Action.DECLINE: "placename:review",
    Action.APPROVE: "placename:approve",
    Action.REJECT: "placename:approve",
    Action.FILE: "placename:review",
    Action.ANNOUNCE: "placename:review",
    Action.WITHDRAW: "placename:apply",
}
ROUTE_OF = {Action.APPROVE: "decide", Action.REJECT: "decide"}


class DeclineInput(ApiModel):
    """The written reason for not taking the application up."""

    reason: Note


class WaiverInput(ApiModel):
    """Why one finding may stand."""

    code: Code
    reason: Note
    consent_no: Line | None = Field(None, description="市地名主管部门同意文件的文号")

    def parsed(self) -> Waiver:
        """The waiver as a value object."""
        return Waiver(self.code, self.reason, self.consent_no)


class ApprovalInput(ApiModel):
    """The authority approves; its document, its day, and why findings may stand."""

    outcome: Literal["APPROVE"]
    document_no: Line
    decided_on: Day | None = Field(None, description="批准日期，缺省为当日")
    opinion_no: Line | None = Field(None, description="征求意见的复函文号")
    waivers: list[WaiverInput] = Field(default=[], max_length=20)

    def parsed(self) -> usecases.Ruling:
        """The ruling as a value object."""
        waivers = tuple(waiver.parsed() for waiver in self.waivers)
        return usecases.Ruling(
            approved=True, document_no=self.document_no, decided_on=self.decided_on, opinion_no=self.opinion_no,
            waivers=waivers,
        )  # fmt: skip


class RejectionInput(ApiModel):
    """The authority rejects, with its reason."""

    outcome: Literal["REJECT"]
    document_no: Line
    decided_on: Day | None = None
    reason: Note

    def parsed(self) -> usecases.Ruling:
        """The ruling as a value object."""
        return usecases.Ruling(
            approved=False, document_no=self.document_no, decided_on=self.decided_on, reason=self.reason
        )


AnyRuling = Annotated[ApprovalInput | RejectionInput, Field(discriminator="outcome")]


class FilingInput(ApiModel):
    """When and under which number the approval was filed."""

    filing_no: Line
    filed_on: Day | None = Field(None, description="备案日期，缺省为当日")


class AnnouncementInput(ApiModel):
    """When it was announced; ``syllables`` by which the official vouches for the reading, one a character."""

    announced_on: Day | None = Field(None, description="公告日期，缺省为当日")
    syllables: list[Line] | None = Field(None, max_length=100, examples=[["xīn", "huá", "lù"]])


class ApplicantView(ApiModel):
    """The body that applies."""

    kind: ApplicantKind
    name: str
    organisation_code: str


class ApplicationView(ApiModel):
    """An application; ``available_actions`` are possible now for this caller."""

    id: UUID
    business_no: str
    kind: ApplicationKind
    category: Category
    status: Status
    division: str
    specific: str | None
    generic: str | None
    target_id: UUID | None
    online: bool
    applicant: ApplicantView
    authority: AuthorityView
    examination: ExaminationView
    submitted_at: Moment
    accepted_on: date | None
    decided_on: date | None
    decision_no: str | None
    reason: str | None
    filed_on: date | None
    announced_on: date | None
    announced_in_time: bool | None
    name_id: UUID | None
    deadlines: list[DeadlineView]
    available_actions: list[str]


def seen_by(caller: Principal, today: date) -> Callable[[Application], ApplicationView]:
    """A function that shows an application to ``caller``."""

    def view(application: Application) -> ApplicationView:
        applicant, toponym, decision = application.applicant, application.toponym, application.decision
        return ApplicationView(
            id=application.id, business_no=application.business_no, kind=application.kind,
            category=application.category, status=application.status, division=application.division,
            specific=toponym.specific if toponym else None, generic=toponym.generic if toponym else None,
            target_id=application.target_id, online=application.online,
            applicant=ApplicantView(
                kind=applicant.kind, name=applicant.name, organisation_code=applicant.code.text
            ),
            authority=AuthorityView.of(application.authority),
            examination=ExaminationView.of(application.examination),
            submitted_at=application.submitted_at, accepted_on=application.accepted_on,
            decided_on=decision.decided_on if decision else None,
            decision_no=decision.document_no if decision else None,
            reason=application.reason, filed_on=application.filed_on, announced_on=application.announced_on,
            announced_in_time=application.announced_in_time, name_id=application.name_id,
            deadlines=[DeadlineView.of(clock, today) for clock in application.open_clocks()],
            available_actions=possible_for(caller, application),
        )  # fmt: skip

    return view


def possible_for(caller: Principal, application: Application) -> list[str]:
    """The routes a caller may take now."""
    actions = [action for action in application.possible_actions() if SCOPE_OF[action] in caller.scopes]
    return sorted({ROUTE_OF.get(action, action.value) for action in actions})


class ApplicationLineView(ApiModel):
    """One line of a work list."""

    id: UUID
    business_no: str
    kind: ApplicationKind
    category: Category
    name: str | None
    division: str
    status: Status
    submitted_at: Moment
    due_on: date | None

    @classmethod
    def of(cls, line: queries.ApplicationLine) -> ApplicationLineView:
        """The view of one line."""
        return cls(**{name: getattr(line, name) for name in cls.model_fields})


@router.post("", status_code=201, response_model=ApplicationView, summary="提交申请")
async def submit_application(body: AnySubmission, caller: Submitter, command: Commanding) -> Response:
    submission = body.parsed()
    return await command.run(
        lambda tx: usecases.submit(tx, submission),
        show=seen_by(caller, command.today),
        status=201,
        location=lambda application: f"/v1/applications/{application.id}",
    )


@router.get("", response_model=Page[ApplicationLineView], summary="办件列表")
async def list_applications(
    caller: Reader,
    asking: Asking,
    status: Status | None = None,
    category: Category | None = None,
    due_by: Annotated[Day | None, Query(description="有时限于此日或之前届满的")] = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    cursors = Cursors(asking.confidential, f"applications|{caller.area.code}|{status}|{category}|{due_by}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.work_list(
            tx, area=caller.area, status=status, category=category, due_by=due_by, after=after, limit=limit + 1
        ),
        show=lambda lines: page_of(
            lines, limit, cursors, lambda line: (line.serial,), ApplicationLineView.of, Page[ApplicationLineView]
        ),
    )


@router.get("/{application_id}", response_model=ApplicationView, summary="查看申请")
async def read_application(application_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.applications.find(application_id, area=caller.area), show=seen_by(caller, asking.today)
    )


@router.post("/{application_id}/accept", response_model=ApplicationView, summary="受理")
async def accept_application(application_id: UUID, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.accept(tx, application_id, expected=command.expected),
        show=seen_by(caller, command.today),
    )


@router.post("/{application_id}/decline", response_model=ApplicationView, summary="不予受理")
async def decline_application(
    application_id: UUID, body: DeclineInput, caller: Office, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: usecases.decline(tx, application_id, reason=body.reason, expected=command.expected),
        show=seen_by(caller, command.today),
    )


@router.post("/{application_id}/withdraw", response_model=ApplicationView, summary="撤回申请")
async def withdraw_application(application_id: UUID, caller: Submitter, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.withdraw(tx, application_id, expected=command.expected),
        show=seen_by(caller, command.today),
    )


@router.post("/{application_id}/decide", response_model=ApplicationView, summary="审批")
async def decide_application(application_id: UUID, body: AnyRuling, caller: Decider, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.decide(tx, application_id, ruling=body.parsed(), expected=command.expected),
        show=seen_by(caller, command.today),
    )


@router.post("/{application_id}/file", response_model=ApplicationView, summary="登记备案")
async def file_application(application_id: UUID, body: FilingInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.file(tx, application_id, **dict(body), expected=command.expected),
        show=seen_by(caller, command.today),
    )


@router.post("/{application_id}/announce", response_model=ApplicationView, summary="公告")
async def announce_application(
    application_id: UUID, body: AnnouncementInput, caller: Office, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: usecases.announce(tx, application_id, **dict(body), expected=command.expected),
        show=seen_by(caller, command.today),
    )
