"""The statutory clocks of the subsistence allowance, each with its basis; the earlier one alarms.

National: 30 working days from acceptance to decision, 20 where the power is delegated, 45 in special cases with a
reason (民发〔2021〕57号 第二十二条; 民发〔2022〕83号 四(一)). Chongqing: 30 calendar days, not counting public
notice (重庆市城乡居民最低生活保障条例 第十九条). Both run. A refusal starts one more: the written notice.
The basis shown with a clock is the authority of the parameter that sets its length.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.kernel.calendar import Deadline, WorkingCalendar
from shared.kernel.parameters import ParameterReader


class DecisionMode(StrEnum):
    """Who decides (审核确认权限): the county, the township on its behalf, or the township in its own name."""

    COUNTY = "COUNTY"
    ENTRUSTED = "ENTRUSTED"
    TOWNSHIP_OWN = "TOWNSHIP_OWN"


class ExtensionReason(StrEnum):
    """Why the special limit applies (延期事由)."""

    OBJECTION = "OBJECTION"
    SPLIT_RESIDENCE = "SPLIT_RESIDENCE"
    CROSS_PLACE = "CROSS_PLACE"
    HARD_TO_INVESTIGATE = "HARD_TO_INVESTIGATE"


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


@dataclass(frozen=True)
class Clocks:
    """The clocks that started with an acceptance, and with a refusal that of its written notice."""

    investigation: Clock
    national: Clock
    local: Clock
    special: Clock | None = None
    refusal_notice: Clock | None = None

    @property
    def decision(self) -> Clock:
        """The clock that alarms: the earlier of the national (or special) and the local one."""
        return min(self.special or self.national, self.local, key=lambda clock: clock.due.on)

    @property
    def all(self) -> tuple[Clock, ...]:
        """Every clock up to the decision, the earliest first."""
        present = [clock for clock in (self.investigation, self.national, self.local, self.special) if clock]
        return tuple(sorted(present, key=lambda clock: clock.due.on))


def start_clocks(
    accepted_on: date,
    mode: DecisionMode,
    calendar: WorkingCalendar,
    parameters: ParameterReader,
    extension: ExtensionReason | None = None,
) -> Clocks:
    """The clocks of a case accepted on a day; the day itself does not count (民法典 第二百零一条)."""
    total = "dibao.total.county" if mode is DecisionMode.COUNTY else "dibao.total.delegated"
    special = None
    if extension is not None:
        special = _working_days("DECISION_SPECIAL", accepted_on, "dibao.total.special", calendar, parameters)
    local_days = parameters.integer("dibao.total.cq") + parameters.integer("dibao.publicity")
    return Clocks(
        investigation=_working_days(
            "INVESTIGATION_START", accepted_on, "dibao.investigate_start", calendar, parameters
        ),
        national=_working_days("DECISION_NATIONAL", accepted_on, total, calendar, parameters),
        local=Clock(
            "DECISION_CHONGQING",
            calendar.add_days(accepted_on, local_days),
            parameters.at("dibao.total.cq").authority,
        ),
        special=special,
    )


def start_refusal_notice(refused_on: date, calendar: WorkingCalendar, parameters: ParameterReader) -> Clock:
    """The clock of the written notice, with reasons, that follows a refusal."""
    return _working_days("REFUSAL_NOTICE", refused_on, "refusal.notice", calendar, parameters)


def _working_days(
    name: str, start: date, parameter: str, calendar: WorkingCalendar, parameters: ParameterReader
) -> Clock:
    limit = calendar.add_working_days(start, parameters.integer(parameter))
    return Clock(name, limit, parameters.at(parameter).authority)
