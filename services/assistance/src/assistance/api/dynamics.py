"""After the grant, over HTTP: reviews, changes with the hearing before a cut or stop, and fraud."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from assistance.api.listing import DueView, list_dossiers
from assistance.domain.change import Change, ChangeKind, ChangeStatus, Effect
from assistance.domain.fraud import Fraud, FraudStatus
from assistance.domain.review import Review, ReviewClass, ReviewOutcome, ReviewStatus
from assistance.usecases import changes, frauds, reviews
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import AmountFen, ApiModel, Day, Flag, Line, Note
from shared.web.paging import CursorText, Limit, Page
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["动态管理"], route_class=StrictRoute)

Applicant = Annotated[Principal, Depends(require("assistance:apply"))]
Window = Annotated[Principal, Depends(require("assistance:accept"))]
Decider = Annotated[Principal, Depends(require("assistance:decide"))]
Reader = Annotated[Principal, Depends(require("assistance:read"))]
Overdue = Annotated[bool, Query(description="只列已超期的")]


class ReviewInput(ApiModel):
    """What the review found, and the household's class from now on."""

    outcome: ReviewOutcome
    next_class: ReviewClass


class ReviewView(ApiModel):
    """A review with its last day."""

    id: UUID
    application_id: UUID
    division: str
    review_class: ReviewClass
    status: ReviewStatus
    due: DueView | None
    completed_on: date | None
    outcome: ReviewOutcome | None

    @classmethod
    def of(cls, review: Review) -> ReviewView:
        """The view of one review."""
        return cls(
            id=review.id, application_id=review.application_id, division=review.division, review_class=review.klass,
            status=review.status, due=DueView.of(review.due), completed_on=review.completed_on,
            outcome=review.outcome,
        )  # fmt: skip


class ChangeInput(ApiModel):
    """What changed in a household that receives aid."""

    application_id: UUID
    kind: ChangeKind
    happened_on: Day
    found_by_office: Flag = False


class ProposalInput(ApiModel):
    """The planned result with its grounds; a raise or a cut says how much it was and will be."""

    effect: Effect
    grounds: Note
    amount_fen: AmountFen | None = None
    amount_before_fen: AmountFen | None = None
    refusals_in_a_row: int = Field(default=0, ge=0, le=100, strict=True)


class HearingInput(ApiModel):
    """Whether the recipient replied."""

    response_given: Flag


class ChangeView(ApiModel):
    """A change and where it stands."""

    id: UUID
    application_id: UUID
    division: str
    kind: ChangeKind
    status: ChangeStatus
    happened_on: date
    reported_on: date
    due: DueView | None
    effect: Effect | None
    amount_fen: int | None
    amount_before_fen: int | None
    hearing_until: DueView | None
    posted_until: DueView | None
    heard_on: date | None
    response_given: bool | None
    decided_on: date | None
    effective_from: date | None

    @classmethod
    def of(cls, change: Change) -> ChangeView:
        """The view of one change."""
        return cls(
            id=change.id, application_id=change.application_id, division=change.division, kind=change.kind,
            status=change.status, happened_on=change.happened_on, reported_on=change.reported_on,
            due=DueView.of(change.due), effect=change.effect, amount_fen=change.amount_fen,
            amount_before_fen=change.amount_before_fen, hearing_until=DueView.of(change.hearing_until),
            posted_until=DueView.of(change.posted_until), heard_on=change.heard_on,
            response_given=change.response_given, decided_on=change.decided_on,
            effective_from=change.effective_from,
        )  # fmt: skip


class SuspicionInput(ApiModel):
    """What does not fit."""

    application_id: UUID
    suspicion: Note


class FraudFactsInput(ApiModel):
    """The facts as they are told to the household."""

    evidence: list[Line] = Field(min_length=1, max_length=50)
    wrongly_paid_fen: AmountFen
    first_act_on: Day
    last_act_on: Day


class FraudDecisionInput(ApiModel):
    """The fine, within its range, and the day by which the money is returned."""

    fine_fen: AmountFen
    return_by: Day


class InstalmentInput(ApiModel):
    """One repayment."""

    amount_fen: int = Field(gt=0, le=10**13, strict=True)


class FraudView(ApiModel):
    """A case of fraud; what it rests on stays out."""

    id: UUID
    application_id: UUID
    division: str
    status: FraudStatus
    suspected_on: date
    wrongly_paid_fen: int | None
    due: DueView | None
    told_on: date | None
    heard_on: date | None
    confirmed_on: date | None
    fine_fen: int | None
    fine_authority: str | None
    return_by: date | None
    outstanding_fen: int

    @classmethod
    def of(cls, fraud: Fraud) -> FraudView:
        """The view of one case."""
        return cls(
            id=fraud.id, application_id=fraud.application_id, division=fraud.division, status=fraud.status,
            suspected_on=fraud.suspected_on, wrongly_paid_fen=fraud.wrongly_paid_fen, due=DueView.of(fraud.due),
            told_on=fraud.told_on, heard_on=fraud.heard_on, confirmed_on=fraud.confirmed_on,
            fine_fen=fraud.fine_fen, fine_authority=fraud.fine_authority, return_by=fraud.return_by,
            outstanding_fen=fraud.outstanding_fen,
        )  # fmt: skip


@router.get("/reviews", response_model=Page[ReviewView], summary="复核任务")
async def list_reviews(
    caller: Reader, asking: Asking, status: ReviewStatus | None = None, application_id: UUID | None = None,
    overdue: Overdue = False, limit: Limit = 50, cursor: CursorText = None,
) -> Response:  # fmt: skip
    return await list_dossiers(
        asking, caller, store=lambda tx: tx.reviews, noun="reviews", view=ReviewView.of, page=Page[ReviewView],
        status=status, application_id=application_id, overdue=overdue, limit=limit, cursor=cursor,
    )  # fmt: skip


@router.post("/reviews/{review_id}/complete", response_model=ReviewView, summary="登记复核结果")
async def complete_review(review_id: UUID, body: ReviewInput, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: reviews.complete_review(
            tx, review_id, outcome=body.outcome, next_class=body.next_class, expected=command.expected
        ),
        show=ReviewView.of,
    )


@router.post("/changes", status_code=201, response_model=ChangeView, summary="报告家庭变化")
async def report_change(body: ChangeInput, caller: Applicant, command: Commanding) -> Response:
    return await command.run(
        lambda tx: changes.report_change_of(
            tx, body.application_id, kind=body.kind, happened_on=body.happened_on,
            found_by_office=body.found_by_office,
        ),
        show=ChangeView.of,
        status=201,
        location=lambda change: f"/v1/changes/{change.id}",
    )  # fmt: skip


@router.get("/changes", response_model=Page[ChangeView], summary="变化列表")
async def list_changes(
    caller: Reader, asking: Asking, status: ChangeStatus | None = None, application_id: UUID | None = None,
    overdue: Overdue = False, limit: Limit = 50, cursor: CursorText = None,
) -> Response:  # fmt: skip
    return await list_dossiers(
        asking, caller, store=lambda tx: tx.changes, noun="changes", view=ChangeView.of, page=Page[ChangeView],
        status=status, application_id=application_id, overdue=overdue, limit=limit, cursor=cursor,
    )  # fmt: skip


@router.get("/changes/{change_id}", response_model=ChangeView, summary="查看变化")
async def read_change(change_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.changes.find(change_id, area=caller.area),
        show=ChangeView.of,
        audit=("change.read", "change", change_id),
    )


@router.post("/changes/{change_id}/propose", response_model=ChangeView, summary="拟处理并告知理由")
async def propose_change(change_id: UUID, body: ProposalInput, caller: Window, command: Commanding) -> Response:
    proposal = changes.Proposal(**body.model_dump())
    return await command.run(
        lambda tx: changes.propose_change(tx, change_id, proposal=proposal, expected=command.expected),
        show=ChangeView.of,
    )


@router.post("/changes/{change_id}/hear", response_model=ChangeView, summary="登记听取意见")
async def hear_views(change_id: UUID, body: HearingInput, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: changes.hear(tx, change_id, response_given=body.response_given, expected=command.expected),
        show=ChangeView.of,
    )


@router.post("/changes/{change_id}/decide", response_model=ChangeView, summary="决定调整、暂停、渐退或停发")
async def decide_change(change_id: UUID, caller: Decider, command: Commanding) -> Response:
    return await command.run(
        lambda tx: changes.decide_change(tx, change_id, expected=command.expected), show=ChangeView.of
    )


@router.post("/changes/{change_id}/drop", response_model=ChangeView, summary="不作处理")
async def drop_change(change_id: UUID, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: changes.drop_change(tx, change_id, expected=command.expected), show=ChangeView.of
    )


@router.post("/frauds", status_code=201, response_model=FraudView, summary="登记骗取疑点")
async def suspect_fraud(body: SuspicionInput, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: frauds.suspect(tx, body.application_id, suspicion=body.suspicion),
        show=FraudView.of,
        status=201,
        location=lambda fraud: f"/v1/frauds/{fraud.id}",
    )


@router.get("/frauds", response_model=Page[FraudView], summary="骗取案件列表")
async def list_frauds(
    caller: Reader, asking: Asking, status: FraudStatus | None = None, application_id: UUID | None = None,
    overdue: Overdue = False, limit: Limit = 50, cursor: CursorText = None,
) -> Response:  # fmt: skip
    return await list_dossiers(
        asking, caller, store=lambda tx: tx.frauds, noun="frauds", view=FraudView.of, page=Page[FraudView],
        status=status, application_id=application_id, overdue=overdue, limit=limit, cursor=cursor,
    )  # fmt: skip


@router.post("/frauds/{fraud_id}/tell", response_model=FraudView, summary="告知事实和陈述申辩权")
async def tell_facts(fraud_id: UUID, body: FraudFactsInput, caller: Window, command: Commanding) -> Response:
    facts = frauds.Facts(**body.model_dump())
    return await command.run(
        lambda tx: frauds.tell(tx, fraud_id, facts=facts, expected=command.expected), show=FraudView.of
    )


@router.post("/frauds/{fraud_id}/hear", response_model=FraudView, summary="登记陈述申辩")
async def hear_reply(fraud_id: UUID, body: HearingInput, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: frauds.hear_fraud(tx, fraud_id, reply_given=body.response_given, expected=command.expected),
        show=FraudView.of,
    )


@router.post("/frauds/{fraud_id}/confirm", response_model=FraudView, summary="认定骗取并决定追回、罚款")
async def confirm_fraud(fraud_id: UUID, body: FraudDecisionInput, caller: Decider, command: Commanding) -> Response:
    return await command.run(
        lambda tx: frauds.confirm_fraud(
            tx, fraud_id, fine_fen=body.fine_fen, return_by=body.return_by, expected=command.expected
        ),
        show=FraudView.of,
    )


@router.post("/frauds/{fraud_id}/pay-back", response_model=FraudView, summary="登记退还")
async def pay_back(fraud_id: UUID, body: InstalmentInput, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: frauds.pay_back(tx, fraud_id, amount_fen=body.amount_fen, expected=command.expected),
        show=FraudView.of,
    )


@router.post("/frauds/{fraud_id}/drop", response_model=FraudView, summary="撤销骗取案件")
async def drop_fraud(fraud_id: UUID, caller: Decider, command: Commanding) -> Response:
    return await command.run(lambda tx: frauds.drop_fraud(tx, fraud_id, expected=command.expected), show=FraudView.of)
