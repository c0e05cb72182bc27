"""Reminders of what is due, over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from reporting import queries
from reporting.api.figures import FormCode
from reporting.domain.reminder import Reminder, ReminderKind
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking
from shared.web.fields import ApiModel, Moment
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/reminders", tags=["填报任务"], route_class=StrictRoute)

Reader = Annotated[Principal, Depends(require("reporting:read"))]


class ReminderView(ApiModel):
    """One reminder that was sent."""

    id: UUID
    form: str
    division: str
    period: str
    kind: ReminderKind
    due_on: date
    sent_at: Moment

    @classmethod
    def of(cls, reminder: Reminder) -> ReminderView:
        """The view of one reminder."""
        return cls(**vars(reminder))


@router.get("", response_model=Page[ReminderView], summary="催报记录")
async def list_reminders(
    caller: Reader, asking: Asking, form: FormCode | None = None, limit: Limit = 50, cursor: CursorText = None
) -> Response:
    cursors = Cursors(asking.confidential, f"reminders|{caller.area.code}|{form}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.reminders_listed(tx, area=caller.area, form=form, after=after, limit=limit + 1),
        show=lambda found: page_of(
            found, limit, cursors, lambda reminder: (reminder.id,), ReminderView.of, Page[ReminderView]
        ),
    )
