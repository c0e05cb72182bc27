"""Figures over HTTP: one route a verb."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field, StringConstraints

from reporting import queries, usecases
from reporting.domain.figure import Action, Document, Figure, Retraction, Status
from reporting.domain.form import Numbers
from reporting.domain.plausibility import Finding, FindingKind
from shared.kernel.clock import business_day
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Day, DivisionCode, Line, Moment, Note
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.running import running_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/figures", tags=["统计数据"], route_class=StrictRoute)

Filer = Annotated[Principal, Depends(require("reporting:file"))]
Reviewer = Annotated[Principal, Depends(require("reporting:review"))]
Confirmer = Annotated[Principal, Depends(require("reporting:confirm"))]
Reader = Annotated[Principal, Depends(require("reporting:read"))]

SCOPE_OF = {
    Action.REVIEW: "reporting:review",
    Action.RETURN: "reporting:review",
    Action.REFILE: "reporting:file",
    Action.CONFIRM: "reporting:confirm",
    Action.WITHDRAW: "reporting:file",
    Action.CORRECT: "reporting:file",
    Action.PROPOSE_RETRACTION: "reporting:file",
    Action.REJECT_RETRACTION: "reporting:confirm",
    Action.RETRACT: "reporting:confirm",
}

FormCode = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=60),
    Field(examples=["disability-living-subsidy"], description="填报表代码"),
]
PeriodText = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?$"),
    Field(examples=["2026-10"], description="报告期，写作 2025、2025-Q3 或 2025-07"),
]
Whole = Annotated[int, Field(strict=True, ge=-(10**13), le=10**13)]


class StatementInput(ApiModel):
    """The numbers in the form's own units, the document they are taken from, and what explains a finding."""

    numerator: Whole
    denominator: Whole | None = None
    document_title: Line
    document_number: Line | None = None
    explanation: Note | None = Field(default=None, description="有疑点时必填")

    def stated(self) -> usecases.Statement:
        """The statement as value objects."""
        numbers = Numbers(self.numerator, self.denominator)
        return usecases.Statement(numbers, Document(self.document_title, self.document_number), self.explanation)


class FigureInput(StatementInput):
    """What a division reports in a form for a period."""

    form: FormCode
    division: DivisionCode
    period: PeriodText

    def parsed(self) -> usecases.Filing:
        """The filing as value objects."""
        return usecases.Filing(self.form, self.division, self.period, self.stated())


class CorrectionInput(StatementInput):
    """What a confirmed figure should have said, and why it did not."""

    reason: Note


class RetractionInput(ApiModel):
    """Why a confirmed figure should never have been filed."""

    reason: Note


class ReturnInput(ApiModel):
    """Why a figure goes back to its author."""

    reason: Note


class FindingView(ApiModel):
    """Something strange about a figure; a change names the figure before and its period."""

    kind: FindingKind
    before: int | None
    since: str | None

    @classmethod
    def of(cls, finding: Finding) -> FindingView:
        """The view of one finding."""
        return cls(kind=finding.kind, before=finding.before, since=finding.since)


class RetractionView(ApiModel):
    """Who proposes that a figure be taken back, why, and who decided."""

    reason: str
    proposed_by: str
    proposed_at: Moment
    decided_by: str | None
    decided_at: Moment | None

    @classmethod
    def of(cls, retraction: Retraction) -> RetractionView:
        """The view of one retraction."""
        return cls(**vars(retraction))


class FigureView(ApiModel):
    """A figure; ``available_actions`` are possible now for this caller. ``last_day`` is the day it speaks for."""

    id: UUID
    form: str
    division: str
    period: str
    last_day: date
    numerator: int
    denominator: int | None
    document_title: str
    document_number: str | None
    explanation: str | None
    findings: list[FindingView]
    status: Status
    author: str
    filed_at: Moment
    return_reason: str | None
    reviewed_by: str | None
    reviewed_at: Moment | None
    confirmed_by: str | None
    confirmed_at: Moment | None
    corrects: UUID | None
    correction_reason: str | None
    superseded_by: UUID | None
    retraction: RetractionView | None
    available_actions: list[str]


class FigureViewer:
    """Shows figures to the caller of one request."""

    def __init__(self, request: Request) -> None:
        self._request = request

    @property
    def reviewer_may_confirm(self) -> bool:
        """The parameter as it is today."""
        around = running_of(self._request).database.around
        return around.parameters.switch(usecases.MAY_CONFIRM, business_day(around.clock.now()))

    def __call__(self, figure: Figure) -> FigureView:
        """The view of one figure."""
        correction = figure.correction
        return FigureView(
            id=figure.id, form=figure.form, division=figure.division, period=str(figure.period),
            last_day=figure.period.last, numerator=figure.numbers.numerator, denominator=figure.numbers.denominator,
            document_title=figure.document.title, document_number=figure.document.number,
            explanation=figure.explanation, findings=[FindingView.of(finding) for finding in figure.findings],
            status=figure.status, author=figure.author, filed_at=figure.filed_at, return_reason=figure.return_reason,
            reviewed_by=figure.reviewed_by, reviewed_at=figure.reviewed_at, confirmed_by=figure.confirmed_by,
            confirmed_at=figure.confirmed_at, corrects=correction.of if correction else None,
            correction_reason=correction.reason if correction else None, superseded_by=figure.superseded_by,
            retraction=RetractionView.of(figure.retraction) if figure.retraction else None,
            available_actions=self._actions(figure),
        )  # fmt: skip

    def _actions(self, figure: Figure) -> list[str]:
        caller: Principal = self._request.state.caller
        possible = figure.actions_of(caller.person, reviewer_may_confirm=self.reviewer_may_confirm)
        return sorted(action.value for action in possible if SCOPE_OF[action] in caller.scopes)


Viewer = Annotated[FigureViewer, Depends(FigureViewer)]


@router.post("", status_code=201, response_model=FigureView, summary="填报数据")
async def file_figure(body: FigureInput, caller: Filer, command: Commanding, viewer: Viewer) -> Response:
    return await command.run(
        lambda tx: usecases.file(tx, body.parsed()),
        show=viewer,
        status=201,
        location=lambda figure: f"/v1/figures/{figure.id}",
    )


@dataclass(frozen=True)
class Asked:
    """What a list of figures is asked for; read from the query."""

    form: FormCode | None = None
    division: DivisionCode | None = None
    period: PeriodText | None = None
    status: Status | None = None
    awaiting: Annotated[queries.Awaiting | None, Query(description="轮到本人办理的")] = None
    words: Annotated[Line | None, Query(description="依据文件标题或文号中的文字")] = None
    since: Annotated[Day | None, Query(description="报告期末日不早于")] = None
    until: Annotated[Day | None, Query(description="报告期末日不晚于")] = None

    def filter(self, person: str | None, *, reviewer_may_confirm: bool) -> queries.FigureFilter:
        """The filter for one caller."""
        return queries.FigureFilter(
            form=self.form, division=self.division, period=self.period, status=self.status, awaiting=self.awaiting,
            person=person, reviewer_may_confirm=reviewer_may_confirm, words=self.words, since=self.since,
            until=self.until,
        )  # fmt: skip


@router.get("", response_model=Page[FigureView], summary="数据列表与待办")
async def list_figures(
    caller: Reader,
    asking: Asking,
    viewer: Viewer,
    asked: Annotated[Asked, Depends()],
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    wanted = asked.filter(caller.person, reviewer_may_confirm=viewer.reviewer_may_confirm)
    cursors = Cursors(asking.confidential, f"figures|{caller.area.code}|{wanted}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.figures_listed(tx, wanted, area=caller.area, after=after, limit=limit + 1),
        show=lambda found: page_of(found, limit, cursors, lambda figure: (figure.id,), viewer, Page[FigureView]),
    )


@router.get("/{figure_id}", response_model=FigureView, summary="查看数据")
async def read_figure(figure_id: UUID, caller: Reader, asking: Asking, viewer: Viewer) -> Response:
    return await asking.run(lambda tx: tx.figures.find(figure_id, area=caller.area), show=viewer)


@router.post("/{figure_id}/review", response_model=FigureView, summary="复核通过")
async def review_figure(figure_id: UUID, caller: Reviewer, command: Commanding, viewer: Viewer) -> Response:
    return await command.run(lambda tx: usecases.review(tx, figure_id, expected=command.expected), show=viewer)


@router.post("/{figure_id}/return", response_model=FigureView, summary="退回填报人")
async def return_figure(
    figure_id: UUID, body: ReturnInput, caller: Reviewer, command: Commanding, viewer: Viewer
) -> Response:
    return await command.run(
        lambda tx: usecases.send_back(tx, figure_id, reason=body.reason, expected=command.expected), show=viewer
    )


@router.post("/{figure_id}/refile", response_model=FigureView, summary="重新填报")
async def refile_figure(
    figure_id: UUID, body: StatementInput, caller: Filer, command: Commanding, viewer: Viewer
) -> Response:
    return await command.run(
        lambda tx: usecases.refile(tx, figure_id, body.stated(), expected=command.expected), show=viewer
    )


@router.post("/{figure_id}/confirm", response_model=FigureView, summary="确认并发布")
async def confirm_figure(figure_id: UUID, caller: Confirmer, command: Commanding, viewer: Viewer) -> Response:
    return await command.run(lambda tx: usecases.confirm(tx, figure_id, expected=command.expected), show=viewer)


@router.post("/{figure_id}/withdraw", response_model=FigureView, summary="撤回未确认的数据")
async def withdraw_figure(figure_id: UUID, caller: Filer, command: Commanding, viewer: Viewer) -> Response:
    return await command.run(lambda tx: usecases.withdraw(tx, figure_id, expected=command.expected), show=viewer)


@router.post("/{figure_id}/correct", status_code=201, response_model=FigureView, summary="更正已确认的数据")
async def correct_figure(
    figure_id: UUID, body: CorrectionInput, caller: Filer, command: Commanding, viewer: Viewer
) -> Response:
    return await command.run(
        lambda tx: usecases.correct(tx, figure_id, body.stated(), reason=body.reason, expected=command.expected),
        show=viewer,
        status=201,
        location=lambda correction: f"/v1/figures/{correction.id}",
    )


@router.post("/{figure_id}/propose-retraction", response_model=FigureView, summary="提出撤销误报的数据")
async def propose_retraction(
    figure_id: UUID, body: RetractionInput, caller: Filer, command: Commanding, viewer: Viewer
) -> Response:
    return await command.run(
        lambda tx: usecases.propose_retraction(tx, figure_id, reason=body.reason, expected=command.expected),
        show=viewer,
    )


@router.post("/{figure_id}/reject-retraction", response_model=FigureView, summary="不予撤销")
async def reject_retraction(figure_id: UUID, caller: Confirmer, command: Commanding, viewer: Viewer) -> Response:
    return await command.run(
        lambda tx: usecases.reject_retraction(tx, figure_id, expected=command.expected), show=viewer
    )


@router.post("/{figure_id}/retract", response_model=FigureView, summary="确认撤销")
async def retract_figure(figure_id: UUID, caller: Confirmer, command: Commanding, viewer: Viewer) -> Response:
    return await command.run(lambda tx: usecases.retract(tx, figure_id, expected=command.expected), show=viewer)
