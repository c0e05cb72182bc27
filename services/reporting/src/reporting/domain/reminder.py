"""Reminders of what is due (催报): once before the last day, once after it, and once when it is long overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from reporting.domain.duty import Duty


class ReminderKind(StrEnum):
    """How pressing a reminder is (催报类型)."""

    DUE_SOON = "DUE_SOON"
    """即将到期"""
    OVERDUE = "OVERDUE"
    """已逾期"""
    LONG_OVERDUE = "LONG_OVERDUE"
    """逾期多日，报上级知悉"""


@dataclass(frozen=True)
class Notice:
    """When reminders are sent (催报时限): days before and after the last day for filing."""

    days_before: int
    days_after: int


@dataclass(frozen=True)
class Reminder:
    """One reminder that was sent (催报): to whoever files a form for a division and a period."""

    id: UUID
    form: str
    division: str
    period: str
    kind: ReminderKind
    due_on: date
    sent_at: datetime


def reminder_due(duty: Duty, notice: Notice) -> ReminderKind | None:
    """The most pressing reminder a duty has earned by today; None while there is time.

    The last day itself is still in time: a duty is overdue from the day after it.
    """
    if duty.today > duty.due.on + timedelta(days=notice.days_after):
        return ReminderKind.LONG_OVERDUE
    if duty.is_overdue:
        return ReminderKind.OVERDUE
    if duty.today >= duty.due.on - timedelta(days=notice.days_before):
        return ReminderKind.DUE_SOON
    return None
