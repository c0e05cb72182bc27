"""Closing a period over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from reporting import queries, usecases
from reporting.api.figures import PeriodText
from reporting.domain.closing import Closing, Status
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Moment, Note
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/closings", tags=["关账"], route_class=StrictRoute)

Closer = Annotated[Principal, Depends(require("reporting:close"))]
Reader = Annotated[Principal, Depends(require("reporting:read"))]


class ClosingInput(ApiModel):
    """The period whose figures become final; a year closes its quarters and months."""

    period: PeriodText


class ReopeningInput(ApiModel):
    """Why a closed period is opened again."""

    reason: Note


class ClosingView(ApiModel):
    """A closed period, or one that was opened again."""

    id: UUID
    period: str
    status: Status
    closed_by: str
    closed_at: Moment
    reopened_by: str | None
    reopened_at: Moment | None
    reason: str | None

    @classmethod
    def of(cls, closing: Closing) -> ClosingView:
        """The view of one close."""
        return cls(
            id=closing.id, period=str(closing.period), status=closing.status, closed_by=closing.closed_by,
            closed_at=closing.closed_at, reopened_by=closing.reopened_by, reopened_at=closing.reopened_at,
            reason=closing.reason,
        )  # fmt: skip


@router.post("", status_code=201, response_model=ClosingView, summary="关账")
async def close_period(body: ClosingInput, caller: Closer, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.close_period(tx, body.period), show=ClosingView.of, status=201,
        location=lambda closing: f"/v1/closings/{closing.id}",
    )  # fmt: skip


@router.get("", response_model=Page[ClosingView], summary="关账记录")
async def list_closings(caller: Reader, asking: Asking, limit: Limit = 50, cursor: CursorText = None) -> Response:
    cursors = Cursors(asking.confidential, "closings")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.closings_listed(tx, after=after, limit=limit + 1),
        show=lambda found: page_of(
            found, limit, cursors, lambda closing: (closing.id,), ClosingView.of, Page[ClosingView]
        ),
    )


@router.get("/{closing_id}", response_model=ClosingView, summary="查看关账")
async def read_closing(closing_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(lambda tx: queries.closing(tx, closing_id), show=ClosingView.of)


@router.post("/{closing_id}/reopen", response_model=ClosingView, summary="重新开账")
async def reopen_period(closing_id: UUID, body: ReopeningInput, caller: Closer, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.reopen_period(tx, closing_id, reason=body.reason, expected=command.expected),
        show=ClosingView.of,
    )
