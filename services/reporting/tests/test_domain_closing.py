"""The close of a period, retraction and reminders: every status by every action, both sides of every limit."""

from datetime import date, datetime
from uuid import uuid4

import pytest

from reporting.domain.catalogue import delivered_forms
from reporting.domain.closing import (
    WORKFLOW,
    Action,
    Closing,
    OpenPeriodCannotBeClosed,
    PeriodClosed,
    Status,
    require_ended,
    require_open,
)
from reporting.domain.duty import Duty
from reporting.domain.reminder import Notice, ReminderKind, reminder_due
from shared.kernel.calendar import Deadline
from shared.kernel.clock import CHINA
from shared.kernel.divisions import Area, default_register
from shared.kernel.periods import Period
from shared.kernel.principal import CITY, Principal, SecondPersonRequired
from shared.kernel.workflow import ActionNotPossible

AT = datetime(2026, 11, 23, 9, 0, tzinfo=CHINA)


def person(name: str) -> Principal:
    """An official of the city."""
    return Principal("urn:test", "planner", "test", Area(CITY), person=name)


def closing(period: str = "2025", status: Status = Status.CLOSED) -> Closing:
    return Closing(
        id=uuid4(), division=CITY, period=Period.parse(period), status=status, closed_by="a", closed_at=AT
    )  # fmt: skip


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("action", Action)
def test_every_status_meets_every_action(status: Status, action: Action) -> None:
    subject = closing(status=status)

    def act() -> None:
        if action is Action.REOPEN:
            subject.reopen(by=person("b"), at=AT, reason="更正")
        else:
            subject.close_again(by="a", at=AT)

    if action in WORKFLOW.possible(status):
        act()
        assert subject.status is WORKFLOW.next(status, action)
    else:
        with pytest.raises(ActionNotPossible):
            act()
        assert subject.status is status


def test_a_period_is_opened_again_by_another_person() -> None:
    subject = closing()
    with pytest.raises(SecondPersonRequired):
        subject.reopen(by=person("a"), at=AT, reason="更正")
    assert subject.holds


@pytest.mark.parametrize(
    ("closed", "period", "refused"),
    [
        ("2025", "2025", True), ("2025", "2025-Q4", True), ("2025", "2025-01", True), ("2025", "2025-12", True),
        ("2025", "2024-12", False), ("2025", "2026-01", False), ("2025-Q4", "2025", False),
        ("2025-Q4", "2025-10", True), ("2025-Q4", "2025-09", False), ("2025-Q4", "2025-H2", False),
    ],
)  # fmt: skip
def test_a_closed_period_refuses_itself_and_what_lies_within(closed: str, period: str, refused: bool) -> None:
    if not refused:
        require_open(Period.parse(period), [closing(closed)])
        return
    with pytest.raises(PeriodClosed) as refusal:
        require_open(Period.parse(period), [closing(closed)])
    assert refusal.value.facts["closed_period"] == closed
    require_open(Period.parse(period), [closing(closed, Status.REOPENED)])


def test_only_an_ended_period_is_closed() -> None:
    with pytest.raises(OpenPeriodCannotBeClosed):
        require_ended(Period.parse("2026-10"), date(2026, 10, 31))
    require_ended(Period.parse("2026-10"), date(2026, 11, 1))


@pytest.mark.parametrize(
    ("today", "kind"),
    [
        (date(2026, 11, 10), None), (date(2026, 11, 11), ReminderKind.DUE_SOON),
        (date(2026, 11, 16), ReminderKind.DUE_SOON), (date(2026, 11, 17), ReminderKind.OVERDUE),
        (date(2026, 11, 26), ReminderKind.OVERDUE), (date(2026, 11, 27), ReminderKind.LONG_OVERDUE),
    ],
)  # fmt: skip
def test_a_reminder_becomes_more_pressing_day_by_day(today: date, kind: ReminderKind | None) -> None:
    form = delivered_forms().get("disability-living-subsidy")
    [division, *_] = default_register().districts(today)
    duty = Duty(form, division, Period.parse("2026-10"), Deadline(date(2026, 11, 16), False, "test"), today)
    assert reminder_due(duty, Notice(days_before=5, days_after=10)) is kind
