"""Applications over HTTP until they are decided: one route a verb."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from placename import queries, usecases
from placename.api.application_views import ApplicationLineView, ApplicationView, seen_by
from placename.api.submissions import AnySubmission, ContentInput, ProtectionInput
from placename.domain.category import Category
from placename.domain.procedure import Status
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Day, Note
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/applications", tags=["地名申请"], route_class=StrictRoute)

Submitter = Annotated[Principal, Depends(require("placename:apply"))]
Office = Annotated[Principal, Depends(require("placename:review"))]
Reader = Annotated[Principal, Depends(require("placename:read"))]


class ReasonInput(ApiModel):
    """The written reason for not taking an application up, for returning it, or for taking an approval back."""

    reason: Note


class RankInput(ApiModel):
    """Which of the proposed names: 2 for the first alternative, 3 for the second."""

    rank: int = Field(strict=True, ge=2, le=3)


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
async def decline_application(application_id: UUID, body: ReasonInput, caller: Office, command: Commanding) -> Response:
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


@router.post("/{application_id}/return", response_model=ApplicationView, summary="退回补正")
async def return_application(application_id: UUID, body: ReasonInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.send_back(tx, application_id, reason=body.reason, expected=command.expected),
        show=seen_by(caller, command.today),
    )


@router.post("/{application_id}/resubmit", response_model=ApplicationView, summary="补正后再次提交")
async def resubmit_application(
    application_id: UUID, body: ContentInput, caller: Submitter, command: Commanding
) -> Response:
    content = body.parsed()
    return await command.run(
        lambda tx: usecases.resubmit(tx, application_id, content=content, expected=command.expected),
        show=seen_by(caller, command.today),
    )


@router.post("/{application_id}/check", response_model=ApplicationView, summary="再次审查名称")
async def check_application(application_id: UUID, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.check(tx, application_id, expected=command.expected),
        show=seen_by(caller, command.today),
    )


@router.post("/{application_id}/adopt", response_model=ApplicationView, summary="改用备选名称")
async def adopt_alternative(application_id: UUID, body: RankInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.adopt(tx, application_id, rank=body.rank, expected=command.expected),
        show=seen_by(caller, command.today),
    )


@router.post("/{application_id}/protect", response_model=ApplicationView, summary="登记历史地名保护方案和听证")
async def protect_name(application_id: UUID, body: ProtectionInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.protect(tx, application_id, protection=body.parsed(), expected=command.expected),
        show=seen_by(caller, command.today),
    )
