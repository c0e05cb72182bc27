"""The clocks of an application, each with its own start and basis.

Filing runs from the approval. The announcement runs from the approval where a government or the place-name
department approved, and from the filing where another department did (地名管理条例 第十三条、第十四条).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.kernel.calendar import Deadline, WorkingCalendar
from shared.kernel.parameters import ParameterReader

FILING_DAYS = 15
"""地名管理条例 第十三条."""
ANNOUNCEMENT_DAYS = 15
"""地名管理条例 第十四条."""


class ClockState(StrEnum):
    """How a clock stands on a day."""

    RUNNING = "RUNNING"
    DUE_TODAY = "DUE_TODAY"
    OVERDUE = "OVERDUE"


@dataclass(frozen=True)
class Clock:
    """One limit: its name, last day, and legal basis. ``due.provisional`` marks a year without a holiday list."""

    name: str
    due: Deadline
    basis: str

    def state(self, today: date) -> ClockState:
        """Whether the day has passed."""
        if today > self.due.on:
            return ClockState.OVERDUE
        return ClockState.DUE_TODAY if today == self.due.on else ClockState.RUNNING


def acceptance_clock(submitted_on: date, calendar: WorkingCalendar, parameters: ParameterReader) -> Clock:
    """By when the office must say whether it takes the application up (受理时限)."""
    limit = calendar.add_working_days(submitted_on, parameters.integer("limit.accept"))
    return Clock("ACCEPTANCE", limit, parameters.at("limit.accept").authority)


def decision_clock(accepted_on: date, calendar: WorkingCalendar, parameters: ParameterReader) -> Clock:
    """By when it must be decided (办理时限)."""
    limit = calendar.add_working_days(accepted_on, parameters.integer("limit.decide"))
    return Clock("DECISION", limit, parameters.at("limit.decide").authority)


def resumed_decision_clock(
    accepted_on: date, opened_on: date, closed_on: date, calendar: WorkingCalendar, parameters: ParameterReader
) -> Clock:
    """By when it must be decided, the working days of the consultation not counted."""
    limit = parameters.integer("limit.decide")
    left = limit - calendar.working_days_between(accepted_on, opened_on).days
    due = calendar.add_working_days(closed_on, max(left, 1))
    return Clock("DECISION", due, parameters.at("limit.decide").authority)


def filing_clock(approved_on: date, calendar: WorkingCalendar) -> Clock:
    """By when the approval must be filed (备案时限)."""
    return Clock("FILING", calendar.add_days(approved_on, FILING_DAYS), "地名管理条例 第十三条")


def announcement_clock(start: date, calendar: WorkingCalendar) -> Clock:
    """By when the name must be announced (公告时限); ``start`` is the day of approval, or of filing."""
    return Clock("ANNOUNCEMENT", calendar.add_days(start, ANNOUNCEMENT_DAYS), "地名管理条例 第十四条")
