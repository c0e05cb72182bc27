"""Applications over HTTP: one route a verb; personal data masked unless revealed for a purpose."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field, StringConstraints
from starlette.exceptions import HTTPException

from assistance import queries, usecases
from assistance.domain.application import WORKFLOW, Action, Application, Channel, Member, Relation, Status
from assistance.domain.deadlines import Clock, ClockState, DecisionMode
from assistance.domain.means_test import Clause, Finding, Income, IncomeKind, Means, Outcome, Verdict
from assistance.domain.standard import Residence
from shared.kernel.errors import Invalid
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import AmountFen, ApiModel, Day, DivisionCode, Moment, PersonalText
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/applications", tags=["低保申请"], route_class=StrictRoute)

Applicant = Annotated[Principal, Depends(require("assistance:apply"))]
Window = Annotated[Principal, Depends(require("assistance:accept"))]
Decider = Annotated[Principal, Depends(require("assistance:decide"))]
Reader = Annotated[Principal, Depends(require("assistance:read"))]
Revealer = Annotated[Principal, Depends(require("assistance:reveal"))]

SCOPE_OF = {
    Action.ACCEPT: "assistance:accept",
    Action.DECLINE: "assistance:accept",
    Action.VERIFY: "assistance:accept",
    Action.GRANT: "assistance:decide",
    Action.REFUSE: "assistance:decide",
    Action.WITHDRAW: "assistance:apply",
}
ROUTE_OF = {Action.GRANT: "decide", Action.REFUSE: "decide"}

ReasonCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]+(_[A-Z]+)*$", max_length=60), Field(
    examples=["OUTSIDE_EVERY_PROGRAMME"], description="不予受理的理由代码；随事件发布，不得含个人信息",
)]  # fmt: skip
"""A reason in capital letters: it travels in events, so there is no room for a name or a number in it."""


class MemberInput(ApiModel):
    """A household member: the name as on the identity card and the number with its checksum."""

    name: PersonalText
    identity_number: PersonalText
    relation: Relation

    def parsed(self, today: date) -> Member:
        """The member as value objects; refuses without repeating what was typed."""
        return Member(PersonName.parse(self.name), IdentityNumber.parse(self.identity_number, today), self.relation)


class SubmissionInput(ApiModel):
    """A household's application at a township."""

    division: DivisionCode
    residence: Residence
    channel: Channel = Channel.WINDOW
    members: list[MemberInput] = Field(min_length=1, max_length=30)

    def parsed(self, today: date) -> usecases.Submission:
        """The submission as value objects; a refusal says which member it is about."""
        members = []
        for place, member in enumerate(self.members):
            try:
                members.append(member.parsed(today))
            except Invalid as refusal:
                refusal.field = f"members/{place}/{refusal.field}"
                raise
        return usecases.Submission(self.division, self.residence, self.channel, members)


class AcceptInput(ApiModel):
    """Who will decide: it chooses the national clock."""

    mode: DecisionMode = DecisionMode.COUNTY


class DeclineInput(ApiModel):
    """The written reason for not taking the application up."""

    reason_code: ReasonCode


class IncomeInput(ApiModel):
    """One item of monthly income in fen, net of its own cost."""

    kind: IncomeKind
    amount_fen: AmountFen


class MeansInput(ApiModel):
    """What the verification found."""

    incomes: list[IncomeInput] = Field(max_length=200)
    deduction_fen: AmountFen = 0
    property_finding: Finding = Finding.PASS
    spending_finding: Finding = Finding.PASS

    def parsed(self, persons: int) -> Means:
        """The means of a household of ``persons``."""
        incomes = tuple(Income(item.kind, item.amount_fen) for item in self.incomes)
        return Means(persons, incomes, self.deduction_fen, self.property_finding, self.spending_finding)


class SearchInput(ApiModel):
    """The person whose cases are looked for; the number travels in the body only."""

    identity_number: PersonalText


class MemberView(ApiModel):
    """A household member, masked."""

    name: str
    identity_number: str
    relation: Relation

    @classmethod
    def masked(cls, member: Member) -> MemberView:
        """张* and 500***********1234."""
        return cls(name=member.name.masked, identity_number=member.identity.masked, relation=member.relation)

    @classmethod
    def plain(cls, member: Member) -> MemberView:
        """In full, for a caller with the right and a purpose."""
        return cls(name=member.name.plain, identity_number=member.identity.plain, relation=member.relation)


class DeadlineView(ApiModel):
    """A statutory clock with its last day, its basis and how it stands."""

    name: str
    due_on: date
    provisional: bool
    basis: str
    state: ClockState

    @classmethod
    def of(cls, clock: Clock, today: date) -> DeadlineView:
        """The view of one clock."""
        return cls(
            name=clock.name, due_on=clock.due.on, provisional=clock.due.provisional, basis=clock.basis,
            state=clock.state(today),
        )  # fmt: skip


class ClauseView(ApiModel):
    """One reason of the verdict."""

    rule: str
    basis: str
    finding: Finding
    figures: dict[str, int]

    @classmethod
    def of(cls, clause: Clause) -> ClauseView:
        """The view of one clause."""
        return cls(rule=clause.rule, basis=clause.basis, finding=clause.finding, figures=clause.figures)


class VerdictView(ApiModel):
    """The verdict with every reason; ``uncertain`` names parameters that rest on an unconfirmed source."""

    outcome: Outcome
    amount_fen: int
    near_poor: bool
    clauses: list[ClauseView]
    uncertain: list[str]

    @classmethod
    def of(cls, verdict: Verdict) -> VerdictView:
        """The view of one verdict."""
        return cls(
            outcome=verdict.outcome, amount_fen=verdict.amount_fen, near_poor=verdict.near_poor,
            clauses=[ClauseView.of(clause) for clause in verdict.clauses], uncertain=list(verdict.uncertain),
        )  # fmt: skip


class ApplicationView(ApiModel):
    """An application as its caller may see it; ``available_actions`` are possible now for this caller."""

    id: UUID
    business_no: str
    division: str
    residence: Residence
    channel: Channel
    status: Status
    submitted_at: Moment
    accepted_on: date | None
    decided_on: date | None
    reason_code: str | None
    members: list[MemberView]
    verdict: VerdictView | None
    deadlines: list[DeadlineView]
    available_actions: list[str]

    @classmethod
    def seen_by(cls, caller: Principal, today: date) -> ApplicationViewer:
        """A function that shows an application to ``caller``."""
        return ApplicationViewer(caller, today)


class ApplicationViewer:
    """Shows applications to one caller on one day."""

    def __init__(self, caller: Principal, today: date) -> None:
        self._caller, self._today = caller, today

    def __call__(self, application: Application) -> ApplicationView:
        """The masked view."""
        return self._view(application, [MemberView.masked(member) for member in application.members])

    def revealed(self, application: Application) -> ApplicationView:
        """The view with names and numbers in full."""
        return self._view(application, [MemberView.plain(member) for member in application.members])

    def _view(self, application: Application, members: list[MemberView]) -> ApplicationView:
        possible = WORKFLOW.possible(application.status)
        actions = {ROUTE_OF.get(action, action.value) for action in possible if self._may(application, action)}
        return ApplicationView(
            id=application.id, business_no=application.business_no, division=application.division,
            residence=application.residence, channel=application.channel, status=application.status,
            submitted_at=application.submitted_at, accepted_on=application.accepted_on,
            decided_on=application.decided_on, reason_code=application.reason_code, members=members,
            verdict=VerdictView.of(application.verdict) if application.verdict else None,
            deadlines=[DeadlineView.of(clock, self._today) for clock in application.open_clocks()],
            available_actions=sorted(actions),
        )  # fmt: skip

    def _may(self, application: Application, action: Action) -> bool:
        person = self._caller.person
        if SCOPE_OF[action] not in self._caller.scopes:
            return False
        match action:
            case Action.VERIFY:
                return person is not None
            case Action.GRANT | Action.REFUSE:
                return person is not None and application.may_be_decided_by(person)
            case _:
                return True


class ApplicationLineView(ApiModel):
    """One line of a work list, without personal data."""

    id: UUID
    business_no: str
    division: str
    status: Status
    submitted_at: Moment
    accepted_on: date | None
    due_on: date | None
    decided_on: date | None

    @classmethod
    def of(cls, line: queries.ApplicationLine) -> ApplicationLineView:
        """The view of one line."""
        return cls(**vars(line))


@router.post("", status_code=201, response_model=ApplicationView, summary="提交申请")
async def submit_application(body: SubmissionInput, caller: Applicant, command: Commanding) -> Response:
    submission = body.parsed(command.today)
    return await command.run(
        lambda tx: usecases.submit(tx, submission),
        show=ApplicationView.seen_by(caller, command.today),
        status=201,
        location=lambda application: f"/v1/applications/{application.id}",
    )


@router.get("", response_model=Page[ApplicationLineView], summary="办件列表")
async def list_applications(
    caller: Reader,
    asking: Asking,
    status: Status | None = None,
    due_by: Annotated[Day | None, Query(description="应于此日或之前办结而未办结的")] = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    cursors = Cursors(asking.confidential, f"applications|{caller.area.code}|{status}|{due_by}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.work_list(tx, area=caller.area, status=status, due_by=due_by, after=after, limit=limit + 1),
        show=lambda lines: page_of(
            lines, limit, cursors, lambda line: (line.submitted_at.isoformat(), line.id), ApplicationLineView.of,
            Page[ApplicationLineView],
        ),
    )  # fmt: skip


@router.post("/search", response_model=Page[ApplicationLineView], summary="按公民身份号码查办件")
async def search_applications(body: SearchInput, caller: Reader, asking: Asking) -> Response:
    identity = IdentityNumber.parse(body.identity_number)
    return await asking.run(
        lambda tx: queries.cases_of_person(tx, identity, area=caller.area, limit=100),
        show=lambda lines: Page[ApplicationLineView](items=[ApplicationLineView.of(line) for line in lines]),
    )


@router.get("/{application_id}", response_model=ApplicationView, summary="查看申请")
async def read_application(application_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.applications.find(application_id, area=caller.area),
        show=ApplicationView.seen_by(caller, asking.today),
        audit=("application.read", "application", application_id),
    )


@router.get("/{application_id}/revealed", response_model=ApplicationView, summary="查看未脱敏的申请")
async def reveal_application(application_id: UUID, caller: Revealer, asking: Asking) -> Response:
    if asking.purpose is None:
        raise HTTPException(status_code=400, detail="须以 X-Purpose 说明查看目的")
    return await asking.run(
        lambda tx: tx.applications.find(application_id, area=caller.area),
        show=ApplicationView.seen_by(caller, asking.today).revealed,
        audit=("application.revealed", "application", application_id),
    )


@router.post("/{application_id}/accept", response_model=ApplicationView, summary="受理")
async def accept_application(application_id: UUID, body: AcceptInput, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.accept(tx, application_id, mode=body.mode, expected=command.expected),
        show=ApplicationView.seen_by(caller, command.today),
    )


@router.post("/{application_id}/decline", response_model=ApplicationView, summary="不予受理")
async def decline_application(
    application_id: UUID, body: DeclineInput, caller: Window, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: usecases.decline(tx, application_id, reason_code=body.reason_code, expected=command.expected),
        show=ApplicationView.seen_by(caller, command.today),
    )


@router.post("/{application_id}/verify", response_model=ApplicationView, summary="登记家庭经济状况核查结果")
async def verify_application(application_id: UUID, body: MeansInput, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.verify(tx, application_id, found=body.parsed, expected=command.expected),
        show=ApplicationView.seen_by(caller, command.today),
    )


@router.post("/{application_id}/decide", response_model=ApplicationView, summary="审核确认")
async def decide_application(application_id: UUID, caller: Decider, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.decide(tx, application_id, expected=command.expected),
        show=ApplicationView.seen_by(caller, command.today),
    )


@router.post("/{application_id}/withdraw", response_model=ApplicationView, summary="撤回申请")
async def withdraw_application(application_id: UUID, caller: Applicant, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.withdraw(tx, application_id, expected=command.expected),
        show=ApplicationView.seen_by(caller, command.today),
    )
