"""Applications over HTTP: intake, lists and the case itself; personal data masked unless revealed for a purpose."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field
from starlette.exceptions import HTTPException

from assistance import queries, usecases
from assistance.api.inputs import (
    AcceptInput,
    FindingsInput,
    MeansInput,
    ReasonCode,
    SearchInput,
    SubmissionInput,
)
from assistance.api.views import ApplicationLineView, ApplicationView, DeadlineView, VerdictView
from assistance.domain.aid import Aid
from assistance.domain.application import Application, PersonInLiveCase, Status
from assistance.domain.course import Paper
from assistance.usecases import applications as intake
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Day, Flag, Line
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

__all__ = ["DeadlineView", "MeansInput", "SubmissionInput", "VerdictView", "router"]

router = APIRouter(prefix="/v1/applications", tags=["救助申请"], route_class=StrictRoute)

Applicant = Annotated[Principal, Depends(require("assistance:apply"))]
Window = Annotated[Principal, Depends(require("assistance:accept"))]
Decider = Annotated[Principal, Depends(require("assistance:decide"))]
Reader = Annotated[Principal, Depends(require("assistance:read"))]
Revealer = Annotated[Principal, Depends(require("assistance:reveal"))]


class DeclineInput(ApiModel):
    """The written reason for not taking the application up."""

    reason_code: ReasonCode


class HandInInput(ApiModel):
    """Form and authorisation are signed by every adult member."""

    consent_signed: Flag


class SupplementNoticeInput(ApiModel):
    """Everything missing, at once; ``new_facts`` says why a further notice is needed."""

    papers: list[Paper] = Field(min_length=1, max_length=22)
    new_facts: Line | None = None


class PapersInput(ApiModel):
    """What has been handed in now."""

    papers: list[Paper] = Field(min_length=1, max_length=22)


@router.post("", status_code=201, response_model=ApplicationView, summary="提交申请")
async def submit_application(body: SubmissionInput, caller: Applicant, command: Commanding) -> Response:
    """Hand in an application; the applicant's open case of the same programme is answered with 200 instead."""
    submission, show = body.parsed(command.today), ApplicationView.seen_by(caller, command.today)
    try:
        return await command.run(lambda tx: usecases.submit(tx, submission), show=show, status=201, location=_location)
    except PersonInLiveCase:
        return await command.run(lambda tx: usecases.present_case(tx, submission), show=show, location=_location)


def _location(application: Application) -> str:
    return f"/v1/applications/{application.id}"


@router.get("", response_model=Page[ApplicationLineView], summary="办件列表")
async def list_applications(
    caller: Reader,
    asking: Asking,
    status: Status | None = None,
    programme: Aid | None = None,
    due_by: Annotated[Day | None, Query(description="应于此日或之前办结而未办结的")] = None,
    relative: Annotated[bool, Query(description="只列近亲属备案的办件")] = False,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    cursors = Cursors(asking.confidential, f"applications|{caller.area.code}|{status}|{programme}|{due_by}|{relative}")
    wanted = queries.Filter(status, programme, due_by, relative)
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.work_list(tx, area=caller.area, wanted=wanted, after=after, limit=limit + 1),
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
        lambda tx: usecases.accept(tx, application_id, mode=body.mode, relative=body.near(), expected=command.expected),
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
async def verify_application(
    application_id: UUID, body: FindingsInput, caller: Window, command: Commanding
) -> Response:
    found = body.parsed()
    return await command.run(
        lambda tx: usecases.verify(tx, application_id, found=found, expected=command.expected),
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


@router.post("/{application_id}/hand-in", response_model=ApplicationView, summary="签署并提交草稿")
async def hand_in_application(
    application_id: UUID, body: HandInInput, caller: Applicant, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: intake.hand_in(tx, application_id, consent_signed=body.consent_signed, expected=command.expected),
        show=ApplicationView.seen_by(caller, command.today),
    )


@router.post("/{application_id}/ask-supplement", response_model=ApplicationView, summary="一次性告知补正")
async def ask_supplement(
    application_id: UUID, body: SupplementNoticeInput, caller: Window, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: intake.ask_supplement(
            tx, application_id, papers=body.papers, new_facts=body.new_facts, expected=command.expected
        ),
        show=ApplicationView.seen_by(caller, command.today),
    )


@router.post("/{application_id}/supplement", response_model=ApplicationView, summary="提交补正材料")
async def supplement_application(
    application_id: UUID, body: PapersInput, caller: Applicant, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: intake.supplement(tx, application_id, papers=body.papers, expected=command.expected),
        show=ApplicationView.seen_by(caller, command.today),
    )
