"""Ratings, complaints and appeals over HTTP; who rated or complained stays unseen."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from assistance.api.listing import DueView, list_dossiers
from assistance.domain.complaint import Complaint, ComplaintKind, ComplaintStatus
from assistance.domain.rating import Rating, RatingStatus
from assistance.domain.remedy import Remedy, RemedyKind, RemedyOutcome, RemedyStatus
from assistance.usecases import feedback
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, DivisionCode, Flag, Note, PersonalText
from shared.web.paging import CursorText, Limit, Page
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["评价、投诉与救济"], route_class=StrictRoute)

Citizen = Annotated[Principal, Depends(require("assistance:apply"))]
Handler = Annotated[Principal, Depends(require("assistance:feedback"))]
Window = Annotated[Principal, Depends(require("assistance:accept"))]
Reader = Annotated[Principal, Depends(require("assistance:read"))]
Overdue = Annotated[bool, Query(description="只列已超期的")]


class RatingInput(ApiModel):
    """One to five, for one visit or one matter; a name and words are free."""

    division: DivisionCode
    matter: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,60}$", examples=["JZ2026112300000001"])]
    score: int = Field(ge=1, le=5, strict=True)
    channel: Annotated[str, Field(pattern=r"^(WINDOW|APP|HOTLINE)$")] = "APP"
    rater: PersonalText | None = None
    words: Note | None = None


class SettlementInput(ApiModel):
    """What was done, or why there is no ground."""

    outcome: Note
    justified: Flag


class ReasonInput(ApiModel):
    """Why."""

    reason: Note


class ExclusionInput(ApiModel):
    """What the second person found."""

    excluded: Flag


class RatingView(ApiModel):
    """A rating without its rater."""

    id: UUID
    division: str
    matter: str
    score: int
    channel: str
    status: RatingStatus
    real_name: bool
    given_on: date
    call_back_due: DueView | None
    due: DueView | None
    called_back_on: date | None
    closed_on: date | None

    @classmethod
    def of(cls, rating: Rating) -> RatingView:
        """The view of one rating."""
        return cls(
            id=rating.id, division=rating.division, matter=rating.matter, score=rating.score, channel=rating.channel,
            status=rating.status, real_name=rating.real_name, given_on=rating.given_on,
            call_back_due=DueView.of(rating.call_back_due), due=DueView.of(rating.due),
            called_back_on=rating.called_back_on, closed_on=rating.closed_on,
        )  # fmt: skip


class ComplaintInput(ApiModel):
    """What somebody complains about or reports; a name is free, and then it is answered."""

    division: DivisionCode
    kind: ComplaintKind
    content: Note
    application_id: UUID | None = None
    reporter: PersonalText | None = None
    contact: PersonalText | None = None


class CheckInput(ApiModel):
    """Whether it is founded."""

    founded: Flag


class AnswerInput(ApiModel):
    """What the reporter is told."""

    answer: Note


class ComplaintView(ApiModel):
    """A complaint without the reporter and the words."""

    id: UUID
    division: str
    kind: ComplaintKind
    status: ComplaintStatus
    real_name: bool
    received_on: date
    due: DueView | None
    founded: bool | None
    answered_on: date | None
    application_id: UUID | None

    @classmethod
    def of(cls, complaint: Complaint) -> ComplaintView:
        """The view of one complaint."""
        return cls(
            id=complaint.id, division=complaint.division, kind=complaint.kind, status=complaint.status,
            real_name=complaint.real_name, received_on=complaint.received_on, due=DueView.of(complaint.due),
            founded=complaint.founded, answered_on=complaint.answered_on, application_id=complaint.application_id,
        )  # fmt: skip


class RemedyInput(ApiModel):
    """Which decision, and which way."""

    application_id: UUID
    kind: RemedyKind


class RemedyOutcomeInput(ApiModel):
    """What came of it."""

    outcome: RemedyOutcome


class RemedyView(ApiModel):
    """An appeal."""

    id: UUID
    application_id: UUID
    division: str
    kind: RemedyKind
    status: RemedyStatus
    filed_on: date
    due: DueView | None
    outcome: RemedyOutcome | None
    decided_on: date | None

    @classmethod
    def of(cls, remedy: Remedy) -> RemedyView:
        """The view of one appeal."""
        return cls(
            id=remedy.id, application_id=remedy.application_id, division=remedy.division, kind=remedy.kind,
            status=remedy.status, filed_on=remedy.filed_on, due=DueView.of(remedy.due), outcome=remedy.outcome,
            decided_on=remedy.decided_on,
        )  # fmt: skip


@router.post("/ratings", status_code=201, response_model=RatingView, summary="评价一次办理")
async def give_rating(body: RatingInput, caller: Citizen, command: Commanding) -> Response:
    return await command.run(
        lambda tx: feedback.rate(tx, **body.model_dump()),
        show=RatingView.of,
        status=201,
        location=lambda rating: f"/v1/ratings/{rating.id}",
    )


@router.get("/ratings", response_model=Page[RatingView], summary="评价列表")
async def list_ratings(
    caller: Handler, asking: Asking, status: RatingStatus | None = None, overdue: Overdue = False, limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:  # fmt: skip
    return await list_dossiers(
        asking, caller, store=lambda tx: tx.ratings, noun="ratings", view=RatingView.of, page=Page[RatingView],
        status=status, application_id=None, overdue=overdue, limit=limit, cursor=cursor,
    )  # fmt: skip


@router.post("/ratings/{rating_id}/call-back", response_model=RatingView, summary="差评回访")
async def call_back(rating_id: UUID, caller: Handler, command: Commanding) -> Response:
    return await command.run(
        lambda tx: feedback.call_back(tx, rating_id, expected=command.expected), show=RatingView.of
    )


@router.post("/ratings/{rating_id}/extend", response_model=RatingView, summary="延长整改时限")
async def extend_rating(rating_id: UUID, body: ReasonInput, caller: Handler, command: Commanding) -> Response:
    return await command.run(
        lambda tx: feedback.extend_rating(tx, rating_id, reason=body.reason, expected=command.expected),
        show=RatingView.of,
    )


@router.post("/ratings/{rating_id}/settle", response_model=RatingView, summary="整改或解释")
async def settle_rating(rating_id: UUID, body: SettlementInput, caller: Handler, command: Commanding) -> Response:
    return await command.run(
        lambda tx: feedback.settle_rating(
            tx, rating_id, outcome=body.outcome, justified=body.justified, expected=command.expected
        ),
        show=RatingView.of,
    )


@router.post("/ratings/{rating_id}/propose-exclusion", response_model=RatingView, summary="申诉剔除")
async def propose_exclusion(rating_id: UUID, body: ReasonInput, caller: Handler, command: Commanding) -> Response:
    return await command.run(
        lambda tx: feedback.propose_exclusion(tx, rating_id, reason=body.reason, expected=command.expected),
        show=RatingView.of,
    )


@router.post("/ratings/{rating_id}/review-exclusion", response_model=RatingView, summary="复核剔除申诉")
async def review_exclusion(rating_id: UUID, body: ExclusionInput, caller: Handler, command: Commanding) -> Response:
    return await command.run(
        lambda tx: feedback.review_exclusion(tx, rating_id, excluded=body.excluded, expected=command.expected),
        show=RatingView.of,
    )


@router.post("/complaints", status_code=201, response_model=ComplaintView, summary="投诉举报")
async def complain(body: ComplaintInput, caller: Citizen, command: Commanding) -> Response:
    return await command.run(
        lambda tx: feedback.complain(tx, **body.model_dump()),
        show=ComplaintView.of,
        status=201,
        location=lambda complaint: f"/v1/complaints/{complaint.id}",
    )


@router.get("/complaints", response_model=Page[ComplaintView], summary="投诉举报列表")
async def list_complaints(
    caller: Handler, asking: Asking, status: ComplaintStatus | None = None, overdue: Overdue = False,
    limit: Limit = 50, cursor: CursorText = None,
) -> Response:  # fmt: skip
    return await list_dossiers(
        asking, caller, store=lambda tx: tx.complaints, noun="complaints", view=ComplaintView.of,
        page=Page[ComplaintView], status=status, application_id=None, overdue=overdue, limit=limit, cursor=cursor,
    )  # fmt: skip


@router.post("/complaints/{complaint_id}/check", response_model=ComplaintView, summary="核查投诉举报")
async def check_complaint(complaint_id: UUID, body: CheckInput, caller: Handler, command: Commanding) -> Response:
    return await command.run(
        lambda tx: feedback.check_complaint(tx, complaint_id, founded=body.founded, expected=command.expected),
        show=ComplaintView.of,
    )


@router.post("/complaints/{complaint_id}/answer", response_model=ComplaintView, summary="答复实名举报")
async def answer_complaint(complaint_id: UUID, body: AnswerInput, caller: Handler, command: Commanding) -> Response:
    return await command.run(
        lambda tx: feedback.answer_complaint(tx, complaint_id, answer=body.answer, expected=command.expected),
        show=ComplaintView.of,
    )


@router.post("/complaints/{complaint_id}/file", response_model=ComplaintView, summary="匿名举报存档")
async def file_complaint(complaint_id: UUID, caller: Handler, command: Commanding) -> Response:
    return await command.run(
        lambda tx: feedback.file_complaint(tx, complaint_id, expected=command.expected), show=ComplaintView.of
    )


@router.post("/remedies", status_code=201, response_model=RemedyView, summary="登记复议或诉讼")
async def file_remedy(body: RemedyInput, caller: Citizen, command: Commanding) -> Response:
    return await command.run(
        lambda tx: feedback.appeal(tx, body.application_id, kind=body.kind),
        show=RemedyView.of,
        status=201,
        location=lambda remedy: f"/v1/remedies/{remedy.id}",
    )


@router.get("/remedies", response_model=Page[RemedyView], summary="复议诉讼列表")
async def list_remedies(
    caller: Reader, asking: Asking, status: RemedyStatus | None = None, application_id: UUID | None = None,
    overdue: Overdue = False, limit: Limit = 50, cursor: CursorText = None,
) -> Response:  # fmt: skip
    return await list_dossiers(
        asking, caller, store=lambda tx: tx.remedies, noun="remedies", view=RemedyView.of, page=Page[RemedyView],
        status=status, application_id=application_id, overdue=overdue, limit=limit, cursor=cursor,
    )  # fmt: skip


@router.post("/remedies/{remedy_id}/decide", response_model=RemedyView, summary="登记复议诉讼结果")
async def decide_remedy(remedy_id: UUID, body: RemedyOutcomeInput, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: feedback.decide_remedy(tx, remedy_id, outcome=body.outcome, expected=command.expected),
        show=RemedyView.of,
    )
