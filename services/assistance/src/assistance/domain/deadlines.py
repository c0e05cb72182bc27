"""The statutory clocks of a case, each with its basis; the earlier one alarms.

National for the subsistence allowance: 30 working days from acceptance to decision, 20 where the power is delegated,
45 in special cases with a reason (民发〔2021〕57号 第二十二条; 民发〔2022〕83号 四(一)). Chongqing: 30 calendar days,
not counting public notice and appraisal (重庆市城乡居民最低生活保障条例 第十九条).
Both run and neither stops. Support for extreme hardship and for children has a chain instead: the township's days,
the notice, the county's days.
The basis shown with a clock is the authority of the parameter that sets its length.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from assistance.domain.aid import Aid
from assistance.domain.procedure import Procedure, procedure_of
from shared.kernel.calendar import Deadline, WorkingCalendar
from shared.kernel.errors import Refusal
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


class NoSpecialLimit(Refusal):
    """该救助事项没有延长时限的规定"""


class ReasonNotForThisAid(Refusal):
    """该延期事由不适用于此救助事项"""


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
    """The clocks that run in a case; those after ``special`` start with a later step and are None before it."""

    investigation: Clock
    national: Clock
    local: Clock | None = None
    special: Clock | None = None
    refusal_notice: Clock | None = None
    township: Clock | None = None
    forward: Clock | None = None
    objection: Clock | None = None
    county: Clock | None = None

    @property
    def decision(self) -> Clock:
        """The clock that alarms: the earlier of the national (or special) and the local one."""
        present = [clock for clock in (self.special or self.national, self.local) if clock]
        return min(present, key=lambda clock: clock.due.on)

    @property
    def all(self) -> tuple[Clock, ...]:
        """Every clock up to the decision, the earliest first."""
        present = [
            clock for clock in (self.investigation, self.township, self.national, self.local, self.special) if clock
        ]
        return tuple(sorted(present, key=lambda clock: clock.due.on))


SPECIAL_REASONS: dict[Aid, frozenset[ExtensionReason]] = {
    Aid.RIGID_EXPENDITURE: frozenset({ExtensionReason.SPLIT_RESIDENCE, ExtensionReason.HARD_TO_INVESTIGATE}),
}
"""Where the special limit is open to fewer reasons (民发〔2024〕57号 第八条)."""


def start_clocks(
    accepted_on: date,
    mode: DecisionMode,
    calendar: WorkingCalendar,
    parameters: ParameterReader,
    extension: ExtensionReason | None = None,
    aid: Aid = Aid.SUBSISTENCE_ALLOWANCE,
) -> Clocks:
    """The clocks of a case accepted on a day; the day itself does not count (民法典 第二百零一条)."""
    procedure, count = procedure_of(aid), Counting(calendar, parameters)
    special = None
    if extension is not None:
        if procedure.special is None:
            raise NoSpecialLimit(rule="时限")
        if extension not in SPECIAL_REASONS.get(aid, frozenset(ExtensionReason)):
            raise ReasonNotForThisAid(field="reason")
        special = count.working_days("DECISION_SPECIAL", accepted_on, procedure.special)
    township = procedure.township_days
    return Clocks(
        investigation=count.working_days("INVESTIGATION_START", accepted_on, procedure.investigate_start),
        national=_national(accepted_on, mode, procedure, count),
        local=local_clock(accepted_on, aid, calendar, parameters),
        special=special,
        township=count.working_days("TOWNSHIP_OPINION", accepted_on, township) if township else None,
    )


def _national(accepted_on: date, mode: DecisionMode, procedure: Procedure, count: Counting) -> Clock:
    total = procedure.total if mode is DecisionMode.COUNTY else procedure.total_delegated
    if total is not None:
        return count.working_days("DECISION_NATIONAL", accepted_on, total)
    day = accepted_on
    for parameter in (procedure.township_days, procedure.publicity, procedure.county_days):
        if parameter is None:
            continue
        counted = count.days if parameter == procedure.publicity else count.working_days
        clock = counted("DECISION_NATIONAL", day, parameter)
        day = clock.due.on
    return clock


def local_clock(
    accepted_on: date, aid: Aid, calendar: WorkingCalendar, parameters: ParameterReader, apart: int | None = None
) -> Clock | None:
    """The clock of the Chongqing regulation: calendar days, and ``apart`` more for notices and appraisals.

    :param apart: days that notices and appraisals took so far; before the first notice, one of its usual length.
    """
    procedure = procedure_of(aid)
    if procedure.local_total is None or procedure.publicity is None:
        return None
    days = parameters.integer(procedure.local_total)
    days += parameters.integer(procedure.publicity) if apart is None else apart
    basis = parameters.at(procedure.local_total).authority
    return Clock("DECISION_CHONGQING", calendar.add_days(accepted_on, days), basis)


def start_refusal_notice(refused_on: date, calendar: WorkingCalendar, parameters: ParameterReader) -> Clock:
    """The clock of the written notice, with reasons, that follows a refusal."""
    return Counting(calendar, parameters).working_days("REFUSAL_NOTICE", refused_on, "refusal.notice")


@dataclass(frozen=True)
class Counting:
    """Limits counted by one calendar and the parameters of one day."""

    calendar: WorkingCalendar
    parameters: ParameterReader

    def working_days(self, name: str, start: date, parameter: str) -> Clock:
        """So many working days after ``start``."""
        limit = self.calendar.add_working_days(start, self.parameters.integer(parameter))
        return Clock(name, limit, self.parameters.at(parameter).authority)

    def days(self, name: str, start: date, parameter: str, *, roll: bool = True) -> Clock:
        """So many calendar days after ``start``; moved to a working day unless the duty is to act at once (T-06)."""
        limit = self.calendar.add_days(start, self.parameters.integer(parameter), roll=roll)
        return Clock(name, limit, self.parameters.at(parameter).authority)

    def months(self, name: str, start: date, parameter: str) -> Clock:
        """So many months after ``start``."""
        limit = self.calendar.add_months(start, self.parameters.integer(parameter))
        return Clock(name, limit, self.parameters.at(parameter).authority)
