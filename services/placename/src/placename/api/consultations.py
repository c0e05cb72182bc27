"""Asking for opinions over HTTP: opening, opinions, experts, hearing, closing."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from placename import usecases
from placename.api.application_views import ApplicationView, seen_by
from placename.domain.consultation import ExpertReview, Hearing, OpinionSource
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Commanding
from shared.web.fields import ApiModel, Count, Day, Flag, Line, Note
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/applications", tags=["征求意见"], route_class=StrictRoute)

Office = Annotated[Principal, Depends(require("placename:review"))]


class ConsultationInput(ApiModel):
    """Whom to ask and for how long; at least the working days that must be given."""

    asked: list[Line] = Field(default=[], max_length=30, description="征求意见的部门")
    working_days: Annotated[int, Field(strict=True, ge=1, le=90)] | None = None
    hearing: Flag = False


class OpinionInput(ApiModel):
    """One opinion, without anything that tells a person."""

    source: OpinionSource
    supports: Flag
    summary: Note
    given_on: Day | None = None
    department: Line | None = Field(None, description="部门意见须填写部门名称")
    document_no: Line | None = None


class ReviewInput(ApiModel):
    """What the experts concluded: need, science, reason, risks, advice."""

    held_on: Day
    experts: Annotated[Count, Field(ge=1)]
    supports: Flag
    conclusion: Note
    document_no: Line


class HearingInput(ApiModel):
    """A hearing and its record."""

    held_on: Day
    supports: Flag
    record_no: Line


@router.post("/{application_id}/consult", response_model=ApplicationView, summary="开始征求意见")
async def open_consultation(
    application_id: UUID, body: ConsultationInput, caller: Office, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: usecases.consult(
            tx, application_id, asked=tuple(body.asked), working_days=body.working_days, hearing=body.hearing,
            expected=command.expected,
        ),
        show=seen_by(caller, command.today),
    )  # fmt: skip


@router.post("/{application_id}/opinions", response_model=ApplicationView, summary="登记意见")
async def give_opinion(application_id: UUID, body: OpinionInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.give_opinion(tx, application_id, **dict(body), expected=command.expected),
        show=seen_by(caller, command.today),
    )


@router.post("/{application_id}/expert-review", response_model=ApplicationView, summary="登记专家论证")
async def record_review(application_id: UUID, body: ReviewInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.review(tx, application_id, found=ExpertReview(**dict(body)), expected=command.expected),
        show=seen_by(caller, command.today),
    )


@router.post("/{application_id}/hearing", response_model=ApplicationView, summary="登记听证")
async def record_hearing(application_id: UUID, body: HearingInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.hear(tx, application_id, hearing=Hearing(**dict(body)), expected=command.expected),
        show=seen_by(caller, command.today),
    )


@router.post("/{application_id}/close-consultation", response_model=ApplicationView, summary="结束征求意见")
async def close_consultation(application_id: UUID, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.close_consultation(tx, application_id, expected=command.expected),
        show=seen_by(caller, command.today),
    )
