"""What is to be filed, and what is overdue, over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from reporting import queries
from reporting.api.figures import FormCode
from reporting.domain.duty import Duty
from reporting.domain.figure import Status
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking
from shared.web.fields import ApiModel
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/duties", tags=["填报任务"], route_class=StrictRoute)

Reader = Annotated[Principal, Depends(require("reporting:read"))]


class DutyView(ApiModel):
    """A figure that is asked for and not confirmed; ``status`` is null while nobody has filed it.

    ``provisional``: the day due lies in a year whose public holidays are not published yet.
    """

    form: str
    form_name: str
    division: str
    division_name: str
    period: str
    due_on: date
    provisional: bool
    overdue: bool
    figure_id: UUID | None
    status: Status | None

    @classmethod
    def of(cls, duty: Duty) -> DutyView:
        """The view of one duty."""
        return cls(
            form=duty.form.code, form_name=duty.form.name, division=duty.division.code,
            division_name=duty.division.name, period=str(duty.period), due_on=duty.due.on,
            provisional=duty.due.provisional, overdue=duty.is_overdue, figure_id=duty.figure_id, status=duty.status,
        )  # fmt: skip


@router.get("", response_model=Page[DutyView], summary="最近一期应报未确认的数据")
async def list_duties(
    caller: Reader,
    asking: Asking,
    form: FormCode | None = None,
    overdue: Annotated[bool | None, Query(description="是否已逾期")] = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    cursors = Cursors(asking.confidential, f"duties|{caller.area.code}|{form}|{overdue}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.duties(tx, area=caller.area, form=form, overdue=overdue, after=after, limit=limit + 1),
        show=lambda found: page_of(found, limit, cursors, queries.duty_key, DutyView.of, Page[DutyView]),
    )
