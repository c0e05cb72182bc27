"""The time limits of every programme, from a day on which something happened (§2.3).

Each limit names its parameter; the basis shown is that parameter's authority. Urgent aid is not moved over holidays
(T-06); working days, days and months are counted as 民法典 第二百零一条至第二百零三条 say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from assistance.domain.aid import Aid
from assistance.domain.deadlines import Clock
from shared.kernel.calendar import WorkingCalendar
from shared.kernel.parameters import ParameterReader


class Unit(StrEnum):
    """How a limit is counted (期间单位)."""

    WORKING_DAYS = "WORKING_DAYS"
    DAYS = "DAYS"
    DAYS_NOT_MOVED = "DAYS_NOT_MOVED"
    MONTHS = "MONTHS"


class Start(StrEnum):
    """What begins a limit (起算事项)."""

    ACCEPTED = "ACCEPTED"
    COUNTY_RECEIVED = "COUNTY_RECEIVED"
    POSTED = "POSTED"
    OBJECTION = "OBJECTION"
    PUSHED = "PUSHED"
    RESULT = "RESULT"
    ABILITY_CHANGED = "ABILITY_CHANGED"
    EMERGENCY_OVER = "EMERGENCY_OVER"
    ENTERED = "ENTERED"
    INDEX_PUBLISHED = "INDEX_PUBLISHED"
    REFUSED = "REFUSED"


@dataclass(frozen=True)
class Limit:
    """One limit: its name, how it is counted, and the parameter with its length."""

    name: str
    start: Start
    unit: Unit
    parameter: str


_WD, _CD, _URGENT, _MONTHS = Unit.WORKING_DAYS, Unit.DAYS, Unit.DAYS_NOT_MOVED, Unit.MONTHS
_NOTICE = Limit("REFUSAL_NOTICE", Start.REFUSED, _WD, "refusal.notice")
_CHILD = (
    Limit("TOWNSHIP_CHECK", Start.ACCEPTED, _WD, "child.township"),
    Limit("COUNTY_CONFIRMATION", Start.COUNTY_RECEIVED, _WD, "child.county"),
    _NOTICE,
)
_SUBSIDY = (
    Limit("DECISION_LOCAL", Start.ACCEPTED, _WD, "dis.local.total"),
    Limit("PUSH_TO_HOME_PLACE", Start.ACCEPTED, _WD, "dis.cross.push"),
    Limit("DECISION_AT_HOME_PLACE", Start.PUSHED, _WD, "dis.cross.decide"),
    Limit("APPLICANT_TOLD", Start.RESULT, _WD, "dis.cross.notify"),
)
_TEMPORARY = (
    Limit("DECISION", Start.ACCEPTED, _WD, "temp.normal.total"),
    Limit("PUBLICITY", Start.POSTED, _CD, "temp.normal.publicity"),
)
LIMITS: dict[Aid, tuple[Limit, ...]] = {
    Aid.EXTREME_HARDSHIP_SUPPORT: (
        Limit("TOWNSHIP_OPINION", Start.ACCEPTED, _WD, "tekun.township"),
        Limit("PUBLICITY", Start.POSTED, _CD, "tekun.publicity"),
        Limit("NEW_OPINION_AFTER_OBJECTION", Start.OBJECTION, _WD, "tekun.objection"),
        Limit("COUNTY_CONFIRMATION", Start.COUNTY_RECEIVED, _WD, "tekun.county"),
        Limit("REASSESSMENT", Start.ABILITY_CHANGED, _WD, "tekun.reassess"),
        _NOTICE,
    ),
    Aid.RIGID_EXPENDITURE: (
        Limit("DECISION", Start.ACCEPTED, _WD, "rigid.total"),
        Limit("DECISION_SPECIAL", Start.ACCEPTED, _WD, "rigid.special"),
        _NOTICE,
    ),
    Aid.TEMPORARY_SMALL_FAST: (
        Limit("AID_GIVEN", Start.ACCEPTED, _URGENT, "temp.small_fast.limit_days"),
        Limit("PAPERS_COMPLETED", Start.EMERGENCY_OVER, _WD, "temp.paperwork_wd"),
    ),
    Aid.TEMPORARY_URGENT: (*_TEMPORARY, Limit("PAPERS_COMPLETED", Start.EMERGENCY_OVER, _WD, "temp.paperwork_wd")),
    Aid.TEMPORARY_EXPENDITURE: _TEMPORARY,
    Aid.TEMPORARY_TOP_UP: _TEMPORARY,
    Aid.DISABILITY_LIVING_SUBSIDY: _SUBSIDY,
    Aid.DISABILITY_NURSING_SUBSIDY: _SUBSIDY,
    Aid.ORPHAN_ALLOWANCE: _CHILD,
    Aid.UNATTENDED_CHILD_ALLOWANCE: _CHILD,
    Aid.RESCUE: (
        Limit("DNA_REQUESTED", Start.ENTERED, _WD, "rescue.dna"),
        Limit("STAY_ENDS_OR_IS_FILED", Start.ENTERED, _URGENT, "rescue.period"),
        Limit("SETTLEMENT_BEGINS", Start.ENTERED, _MONTHS, "rescue.settle"),
    ),
    Aid.PRICE_SUBSIDY: (Limit("PAID", Start.INDEX_PUBLISHED, _WD, "price.pay"),),
}
"""The subsistence allowance has its own clocks, in ``deadlines``; a status beside it follows them."""


def limits_from(
    aid: Aid, start: Start, day: date, calendar: WorkingCalendar, rules: ParameterReader
) -> tuple[Clock, ...]:
    """Every limit of an aid that begins with ``start`` on a day, the earliest first."""
    found = [_clock(limit, day, calendar, rules) for limit in LIMITS.get(aid, ()) if limit.start is start]
    return tuple(sorted(found, key=lambda clock: clock.due.on))


def _clock(limit: Limit, day: date, calendar: WorkingCalendar, rules: ParameterReader) -> Clock:
    length = rules.integer(limit.parameter)
    match limit.unit:
        case Unit.WORKING_DAYS:
            due = calendar.add_working_days(day, length)
        case Unit.DAYS:
            due = calendar.add_days(day, length)
        case Unit.DAYS_NOT_MOVED:
            due = calendar.add_days(day, length, roll=False)
        case Unit.MONTHS:
            due = calendar.add_months(day, length)
    return Clock(limit.name, due, rules.at(limit.parameter).authority)


def family_notice_by(entered_at: datetime, calendar: WorkingCalendar, rules: ParameterReader) -> datetime:
    """When the notice to the family must be out: hours run through holidays (R-05, T-05)."""
    return calendar.add_hours(entered_at, rules.integer("rescue.notice"))
