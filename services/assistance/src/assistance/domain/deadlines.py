"""The statutory clocks of the subsistence allowance, each with its basis; the earlier one alarms.

National: 30 working days from acceptance to decision, 20 where the power is delegated, 45 in special cases with a
reason (民发〔2021〕57号 第二十二条; 民发〔2022〕83号 四(一)). Chongqing: 30 calendar days, not counting public
notice (重庆市城乡居民最低生活保障条例 第十九条). Both run.
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
    """The clocks that started with an acceptance."""

    investigation: Clock
    national: Clock
    local: Clock
    special: Clock | None = None

    @property
    def decision(self) -> Clock:
        """The clock that alarms: the earlier of the national (or special) and the local one."""
        return min(self.special or self.national, self.local, key=lambda clock: clock.due.on)

    @property
    def all(self) -> tuple[Clock, ...]:
        """Every clock, the earliest first."""
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
    local_days = parameters.integer("dibao.total.cq") + parameters.integer("dibao.publicity")
    special = None
    if extension is not None:
        limit = calendar.add_working_days(accepted_on, parameters.integer("dibao.total.special"))
        special = Clock("DECISION_SPECIAL", limit, "民发〔2022〕83号 四(一)")
    return Clocks(
        investigation=Clock(
            "INVESTIGATION_START",
            calendar.add_working_days(accepted_on, parameters.integer("dibao.investigate_start")),
            "民发〔2021〕57号 第十五条",
        ),
        national=Clock(
            "DECISION_NATIONAL",
            calendar.add_working_days(accepted_on, parameters.integer(total)),
            "民发〔2021〕57号 第二十二条",
        ),
        local=Clock(
            "DECISION_CHONGQING",
            calendar.add_days(accepted_on, local_days),
            "重庆市城乡居民最低生活保障条例 第十九条",
        ),
        special=special,
    )
