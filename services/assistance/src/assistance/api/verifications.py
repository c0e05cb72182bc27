"""Verification orders over HTTP: what was asked, what was answered, and what the household contests."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from assistance.domain.verification import (
    WORKFLOW,
    Authorisation,
    Completeness,
    Gap,
    Mismatch,
    Report,
    Source,
    VerificationOrder,
    VerificationStatus,
)
from assistance.usecases import verifications
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import AmountFen, ApiModel, Day, Flag, Moment, text_field
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["家庭经济状况核对"], route_class=StrictRoute)

Window = Annotated[Principal, Depends(require("assistance:accept"))]
Reader = Annotated[Principal, Depends(require("assistance:read"))]
ItemName = Annotated[str, Field(pattern=r"^[A-Z]+(_[A-Z]+)*$", max_length=40)]


class AuthorisationInput(ApiModel):
    """The signed consent of one member, by place in the application (0 = first)."""

    member: Annotated[int, Field(strict=True, ge=0, le=60)]
    signed_on: Day
    by_guardian: Flag = False


class DeclaredInput(ApiModel):
    """What a member stated, in fen by item."""

    member: Annotated[int, Field(strict=True, ge=0, le=60)]
    amounts: dict[ItemName, AmountFen] = Field(max_length=30)


class VerificationInput(ApiModel):
    """An order: consents, statements, and the sources to ask (all of them where none are named)."""

    authorisations: list[AuthorisationInput] = Field(max_length=60)
    declared: list[DeclaredInput] = Field(default_factory=list, max_length=60)
    sources: list[Source] = Field(default_factory=lambda: list(Source), min_length=1, max_length=len(Source))


class ContestInput(ApiModel):
    """What the household contests, and why."""

    sources: list[Source] = Field(min_length=1, max_length=len(Source))
    ground: text_field(500)  # type: ignore[valid-type]  # a type made by a function


class InquiryView(ApiModel):
    """One question; ``gap`` is null once it was answered."""

    member: int
    source: Source
    attempts: int
    gap: Gap | None
    answered_at: Moment | None
    as_of: date | None


class MismatchView(ApiModel):
    """An item on which household and source differ."""

    member: int
    source: Source
    item: str
    declared_fen: int | None
    found_fen: int

    @classmethod
    def of(cls, mismatch: Mismatch) -> MismatchView:
        """From the domain."""
        return cls(
            member=mismatch.ordinal, source=mismatch.source, item=mismatch.item,
            declared_fen=mismatch.declared_fen, found_fen=mismatch.found_fen,
        )  # fmt: skip


class ReportView(ApiModel):
    """A report; ``signals`` inform and decide nothing alone."""

    on: date
    usable_until: date
    asked: int
    answered: int
    completeness: Completeness
    missing: list[Source]
    oldest_as_of: date | None
    mismatches: list[MismatchView]
    signals: list[MismatchView]

    @classmethod
    def of(cls, report: Report) -> ReportView:
        """From the domain."""
        return cls(
            on=report.on, usable_until=report.usable_until, asked=report.asked, answered=report.answered,
            completeness=report.completeness, missing=list(report.missing), oldest_as_of=report.oldest_as_of,
            mismatches=[MismatchView.of(each) for each in report.mismatches],
            signals=[MismatchView.of(each) for each in report.signals],
        )  # fmt: skip


class VerificationView(ApiModel):
    """An order with its questions and reports."""

    id: UUID
    application_id: UUID
    status: VerificationStatus
    round: int
    requested_on: date
    inquiries: list[InquiryView]
    reports: list[ReportView]
    contested: list[Source]
    actions: list[str]

    @classmethod
    def of(cls, order: VerificationOrder) -> VerificationView:
        """From the domain."""
        inquiries = [
            InquiryView(
                member=each.ordinal, source=each.source, attempts=each.attempts, gap=each.gap,
                answered_at=each.answered_at, as_of=each.as_of,
            )
            for each in order.inquiries
        ]  # fmt: skip
        return cls(
            id=order.id, application_id=order.application_id, status=order.status, round=order.round,
            requested_on=order.requested_on, inquiries=inquiries,
            reports=[ReportView.of(each) for each in order.reports],
            contested=list(order.contested), actions=[action.value for action in WORKFLOW.possible(order.status)],
        )  # fmt: skip


class VerificationList(ApiModel):
    """The orders of a case, oldest first."""

    items: list[VerificationView]


@router.post(
    "/applications/{application_id}/verifications",
    status_code=201,
    response_model=VerificationView,
    summary="提请家庭经济状况核对（须有每位成年成员的授权）",
)
async def request_verification(
    application_id: UUID, body: VerificationInput, caller: Window, command: Commanding
) -> Response:
    consents = [Authorisation(each.member, each.signed_on, each.by_guardian) for each in body.authorisations]
    declared = {each.member: each.amounts for each in body.declared}
    return await command.run(
        lambda tx: verifications.request_verification(
            tx, application_id, authorisations=consents, declared=declared, sources=body.sources
        ),
        show=VerificationView.of,
        status=201,
        location=lambda order: f"/v1/verifications/{order.id}",
    )


@router.get("/applications/{application_id}/verifications", response_model=VerificationList, summary="一项申请的核对")
async def list_verifications(application_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.verifications.of_case(application_id, area=caller.area),
        show=lambda orders: VerificationList(items=[VerificationView.of(order) for order in orders]),
        audit=("verification.read", "application", application_id),
    )


@router.get("/verifications/{verification_id}", response_model=VerificationView, summary="核对进度与报告")
async def read_verification(verification_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.verifications.find(verification_id, area=caller.area),
        show=VerificationView.of,
        audit=("verification.read", "verification", verification_id),
    )


@router.post("/verifications/{verification_id}/contest", response_model=VerificationView, summary="对核对结果提出异议")
async def contest_verification(
    verification_id: UUID, body: ContestInput, caller: Window, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: verifications.contest_report(
            tx, verification_id, sources=body.sources, ground=body.ground, expected=command.expected
        ),
        show=VerificationView.of,
    )


@router.post("/verifications/{verification_id}/recheck", response_model=VerificationView, summary="复查有异议的来源")
async def recheck_verification(verification_id: UUID, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: verifications.recheck(tx, verification_id, expected=command.expected), show=VerificationView.of
    )


@router.post("/verifications/{verification_id}/cancel", response_model=VerificationView, summary="停止核对")
async def cancel_verification(verification_id: UUID, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: verifications.cancel_verification(tx, verification_id, expected=command.expected),
        show=VerificationView.of,
    )
