"""Referrals over HTTP: the window's side and the department's."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from assistance.api.listing import DueView, list_dossiers
from assistance.domain.household import Need
from assistance.domain.referral import (
    Department,
    Referral,
    ReferralResult,
    ReferralStatus,
    ReturnReason,
)
from assistance.queries import of_department
from assistance.usecases import referrals
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import AmountFen, ApiModel, Day, Flag, Line
from shared.web.paging import CursorText, Limit, Page
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/referrals", tags=["转办"], route_class=StrictRoute)

Window = Annotated[Principal, Depends(require("assistance:refer"))]
Taker = Annotated[Principal, Depends(require("assistance:take"))]
Reader = Annotated[Principal, Depends(require("assistance:referrals"))]


class ReferralInput(ApiModel):
    """A need of a case; the department follows from the need unless one is named."""

    application_id: UUID
    need: Need
    urgent: Flag = False
    department: Department | None = None


class DepartmentInput(ApiModel):
    """Which department."""

    department: Department


class TakingInput(ApiModel):
    """The department's own case number and legal last day."""

    own_case_no: Line
    own_due_on: Day | None = None


class ReturnInput(ApiModel):
    """Why the department sends it back; the right body, or everything missing at once."""

    reason: ReturnReason
    right_body: Department | None = None
    missing: list[Line] = Field(default=[], max_length=30)


class ResultInput(ApiModel):
    """What came of it."""

    result: ReferralResult
    reason: Line | None = None
    amount_fen: AmountFen | None = None
    service: Line | None = None


class ReturnView(ApiModel):
    """One return."""

    on: date
    department: Department
    reason: ReturnReason
    right_body: Department | None
    missing: list[str]


class ReferralView(ApiModel):
    """A referral as both sides see it; no account and no verification detail."""

    id: UUID
    application_id: UUID
    division: str
    need: Need
    department: Department
    urgent: bool
    status: ReferralStatus
    proposed_on: date
    consented_on: date | None
    sent_on: date | None
    due: DueView | None
    own_case_no: str | None
    own_due_on: date | None
    returns: list[ReturnView]
    reroutes: int
    overdue_on: date | None
    result: ReferralResult | None
    result_reason: str | None
    amount_fen: int | None
    service: str | None
    closed_on: date | None

    @classmethod
    def of(cls, referral: Referral) -> ReferralView:
        """The view of one referral."""
        notes = [
            ReturnView(
                on=note.on, department=note.department, reason=note.reason, right_body=note.right_body,
                missing=list(note.missing),
            )
            for note in referral.returns
        ]  # fmt: skip
        return cls(
            id=referral.id, application_id=referral.application_id, division=referral.division, need=referral.need,
            department=referral.department, urgent=referral.urgent, status=referral.status,
            proposed_on=referral.proposed_on, consented_on=referral.consented_on, sent_on=referral.sent_on,
            due=DueView.of(referral.due), own_case_no=referral.own_case_no, own_due_on=referral.own_due_on,
            returns=notes, reroutes=referral.reroutes, overdue_on=referral.overdue_on, result=referral.result,
            result_reason=referral.result_reason, amount_fen=referral.amount_fen, service=referral.service,
            closed_on=referral.closed_on,
        )  # fmt: skip


@router.post("", status_code=201, response_model=ReferralView, summary="提出转办")
async def propose_referral(body: ReferralInput, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: referrals.propose(
            tx, body.application_id, need=body.need, urgent=body.urgent, department=body.department
        ),
        show=ReferralView.of,
        status=201,
        location=lambda referral: f"/v1/referrals/{referral.id}",
    )


@router.get("", response_model=Page[ReferralView], summary="转办列表")
async def list_referrals(
    caller: Reader,
    asking: Asking,
    status: ReferralStatus | None = None,
    application_id: UUID | None = None,
    overdue: Annotated[bool, Query(description="只列已超期的")] = False,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    own = referrals.ORGANISATIONS.get(caller.organisation)
    return await list_dossiers(
        asking, caller, store=lambda tx: tx.referrals, noun="referrals", view=ReferralView.of,
        page=Page[ReferralView], status=status, application_id=application_id, overdue=overdue, limit=limit,
        cursor=cursor, further=(of_department(own.value),) if own else (),
    )  # fmt: skip


@router.get("/{referral_id}", response_model=ReferralView, summary="查看转办")
async def read_referral(referral_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: referrals.find(tx, referral_id),
        show=ReferralView.of,
        audit=("referral.read", "referral", referral_id),
    )


@router.post("/{referral_id}/consent", response_model=ReferralView, summary="登记申请人同意共享")
async def consent_to_referral(referral_id: UUID, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: referrals.consent(tx, referral_id, expected=command.expected), show=ReferralView.of
    )


@router.post("/{referral_id}/send", response_model=ReferralView, summary="发出转办")
async def send_referral(referral_id: UUID, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: referrals.send(tx, referral_id, expected=command.expected), show=ReferralView.of
    )


@router.post("/{referral_id}/acknowledge", response_model=ReferralView, summary="部门签收")
async def acknowledge_referral(referral_id: UUID, caller: Taker, command: Commanding) -> Response:
    return await command.run(
        lambda tx: referrals.acknowledge(tx, referral_id, expected=command.expected), show=ReferralView.of
    )


@router.post("/{referral_id}/accept", response_model=ReferralView, summary="部门受理")
async def accept_referral(referral_id: UUID, body: TakingInput, caller: Taker, command: Commanding) -> Response:
    return await command.run(
        lambda tx: referrals.accept_referral(
            tx, referral_id, own_case_no=body.own_case_no, own_due_on=body.own_due_on, expected=command.expected
        ),
        show=ReferralView.of,
    )


@router.post("/{referral_id}/return", response_model=ReferralView, summary="部门退回")
async def return_referral(referral_id: UUID, body: ReturnInput, caller: Taker, command: Commanding) -> Response:
    return await command.run(
        lambda tx: referrals.send_back(
            tx, referral_id, reason=body.reason, right_body=body.right_body, missing=body.missing,
            expected=command.expected,
        ),
        show=ReferralView.of,
    )  # fmt: skip


@router.post("/{referral_id}/reroute", response_model=ReferralView, summary="改转其他部门")
async def reroute_referral(referral_id: UUID, body: DepartmentInput, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: referrals.reroute(tx, referral_id, department=body.department, expected=command.expected),
        show=ReferralView.of,
    )


@router.post("/{referral_id}/coordinate", response_model=ReferralView, summary="提请协调机制")
async def coordinate_referral(referral_id: UUID, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: referrals.coordinate(tx, referral_id, expected=command.expected), show=ReferralView.of
    )


@router.post("/{referral_id}/assign", response_model=ReferralView, summary="协调确定责任部门")
async def assign_referral(referral_id: UUID, body: DepartmentInput, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: referrals.assign(tx, referral_id, department=body.department, expected=command.expected),
        show=ReferralView.of,
    )


@router.post("/{referral_id}/finish", response_model=ReferralView, summary="部门反馈结果")
async def finish_referral(referral_id: UUID, body: ResultInput, caller: Taker, command: Commanding) -> Response:
    result = referrals.Result(**body.model_dump())
    return await command.run(
        lambda tx: referrals.finish(tx, referral_id, result=result, expected=command.expected), show=ReferralView.of
    )


@router.post("/{referral_id}/close", response_model=ReferralView, summary="已告知申请人，办结转办")
async def close_referral(referral_id: UUID, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: referrals.close_referral(tx, referral_id, expected=command.expected), show=ReferralView.of
    )
