"""Working days and time limits (期间与工作日): when a limit of the law ends.

    working day   Monday to Friday without the State Council's rest days, with its make-up days (调休上班)
    days          the starting day is not counted (民法典 201); a last day that is a rest day moves to the
                  next working day (民法典 203)
    months        the same day of the target month, or that month's last day (民法典 202), then 203
    hours         absolute time, nothing moves (民法典 201)

The State Council publishes one notice a year. A limit that needs a year whose notice is not loaded is
computed with plain weekdays and marked provisional (暂定); it must be computed again once the table is there.
Rest and make-up days are never guessed.

Limits that exist to make someone act ("24 hours", "3 days" of urgent aid) take `roll=False`.
"""

from __future__ import annotations

import hashlib
import tomllib
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files

from shared.kernel.clock import in_china
from shared.kernel.errors import Invalid, Refusal

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


class UnknownYear(Refusal):
    """该年度的节假日安排尚未录入"""


class CalendarTableInvalid(Refusal):
    """节假日安排表有误"""


class EndBeforeStart(Invalid):
    """结束日期早于开始日期"""


class DayOutOfRange(Invalid):
    """日期超出可计算的范围"""


@dataclass(frozen=True)
class Deadline:
    """The last day of a limit (期限届满日), until the end of business.

    `provisional` means that a year without a published table was needed; `calendar_version` tells which
    tables were used, so that a stored limit can be found again and recomputed.
    """

    on: date
    provisional: bool
    calendar_version: str


@dataclass(frozen=True)
class DayCount:
    """A number of working days (工作日数), with the same marks as a `Deadline`."""

    days: int
    provisional: bool
    calendar_version: str


@dataclass(frozen=True)
class YearTable:
    """The rest days and make-up working days of one year (年度节假日安排), and the notice they come from.

    `working_days` and `by_month` (empty when not published with the table) are check sums.
    """

    year: int
    source: str
    rest: frozenset[date]
    make_up: frozenset[date]
    working_days: int
    by_month: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if any(day.year != self.year for day in self.rest | self.make_up):
            raise CalendarTableInvalid(year=self.year, reason="day-of-another-year")
        if any(day.weekday() < _SATURDAY for day in self.make_up):
            raise CalendarTableInvalid(year=self.year, reason="make-up-on-a-weekday")
        if self.rest & self.make_up:
            raise CalendarTableInvalid(year=self.year, reason="rest-and-make-up-at-once")
        months = Counter(day.month for day in _days_of(self.year) if self.works(day))
        if months.total() != self.working_days:
            raise CalendarTableInvalid(year=self.year, reason="working-days", counted=months.total())
        if self.by_month and self.by_month != tuple(months[month] for month in range(1, 13)):
            raise CalendarTableInvalid(year=self.year, reason="by-month")

    def works(self, day: date) -> bool:
        """Whether a day of this year is a working day."""
        return day in self.make_up or (day.weekday() < _SATURDAY and day not in self.rest)


class WorkingCalendar:
    """The working-day calendar (工作日历) of the years whose tables are loaded."""

    def __init__(self, tables: Iterable[YearTable]) -> None:
        self._years: dict[int, YearTable] = {}
        for table in sorted(tables, key=lambda table: table.year):
            if table.year in self._years:
                raise CalendarTableInvalid(year=table.year, reason="year-twice")
            self._years[table.year] = table
        self._version = f"{','.join(map(str, self._years))}:{_digest(self._years.values())}"

    @property
    def version(self) -> str:
        """The loaded years and eight digits of their content, such as "2025,2026:1a2b3c4d"."""
        return self._version

    @property
    def years(self) -> tuple[YearTable, ...]:
        """The loaded tables in order of time."""
        return tuple(self._years.values())

    def knows(self, year: int) -> bool:
        """Whether the table of a year is loaded."""
        return year in self._years

    def is_working_day(self, day: date) -> bool:
        """Whether a day is a working day (工作日); refused for a year without a table."""
        if not self.knows(day.year):
            raise UnknownYear(year=day.year, known=list(self._years))
        return self._works(day)

    def add_working_days(self, start: date, working_days: int) -> Deadline:
        """The n-th working day after the starting day (个工作日), which is itself not counted.

        Provisional when any day counted on the way belongs to a year without a table. Zero days end on
        the starting day.
        """
        _check_length(working_days)
        day, provisional = start, False
        while working_days:
            day = _later(day, 1)
            provisional = provisional or not self.knows(day.year)
            working_days -= self._works(day)
        return self._deadline(day, provisional)

    def add_days(self, start: date, days: int, roll: bool = True) -> Deadline:
        """The n-th calendar day after the starting day (日), moved to a working day when `roll`.

        民法典 201 and 203. Calendar days need no table, so only the moving can make the day provisional.
        """
        _check_length(days)
        return self._end(_later(start, days), roll)

    def add_months(self, start: date, months: int, roll: bool = True) -> Deadline:
        """The same day n months later, or the month's last day (个月), moved to a working day when `roll`.

        民法典 202 and 203.
        """
        _check_length(months)
        return self._end(_month_later(start, months), roll)

    def add_years(self, start: date, years: int, roll: bool = True) -> Deadline:
        """The same day n years later (年); 29 February becomes the 28th in a common year."""
        return self.add_months(start, 12 * years, roll)

    def add_hours(self, moment: datetime, hours: int) -> datetime:
        """The moment n hours later (小时), in absolute time at +08:00; nothing moves (民法典 201)."""
        _check_length(hours)
        try:
            return in_china(moment) + timedelta(hours=hours)
        except OverflowError:
            raise DayOutOfRange from None

    def roll_forward(self, day: date) -> Deadline:
        """The day itself if it is a working day, otherwise the next one (顺延, 民法典 203)."""
        provisional = not self.knows(day.year)
        while not self._works(day):
            day = _later(day, 1)
            provisional = provisional or not self.knows(day.year)
        return self._deadline(day, provisional)

    def working_days_between(self, start: date, end: date) -> DayCount:
        """How many working days follow the starting day, up to and including the end.

        The counterpart of `add_working_days`: counting to its result gives back its number.
        """
        if end < start:
            raise EndBeforeStart
        passed = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
        provisional = any(not self.knows(year) for year in {day.year for day in passed})
        return DayCount(sum(map(self._works, passed)), provisional, self._version)

    def _end(self, day: date, roll: bool) -> Deadline:
        return self.roll_forward(day) if roll else self._deadline(day, provisional=False)

    def _deadline(self, day: date, provisional: bool) -> Deadline:
        return Deadline(day, provisional, self._version)

    def _works(self, day: date) -> bool:
        table = self._years.get(day.year)
        return table.works(day) if table else day.weekday() < _SATURDAY


def _check_length(length: int) -> None:
    if length < 0:
        raise ValueError("a time limit cannot be shorter than nothing")


def _later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise DayOutOfRange from None


def _month_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        raise DayOutOfRange
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _days_of(year: int) -> Iterable[date]:
    return _span(date(year, 1, 1), date(year, 12, 31))


def _span(first: date, last: date) -> Iterable[date]:
    return (first + n * _ONE_DAY for n in range((last - first).days + 1))


def _digest(tables: Iterable[YearTable]) -> str:
    text = "\n".join(
        f"{table.year} {sorted(map(str, table.rest))} {sorted(map(str, table.make_up))}" for table in tables
    )
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def calendar_from_toml(text: str) -> WorkingCalendar:
    """Build a calendar from the text of a table file (see data/working_days.toml)."""
    return WorkingCalendar(
        YearTable(
            year=entry["year"],
            source=entry["source"],
            rest=frozenset(day for span in entry["rest"] for day in _span(span["first"], span["last"])),
            make_up=frozenset(entry["make_up"]),
            working_days=entry["working_days"],
            by_month=tuple(entry.get("by_month", ())),
        )
        for entry in tomllib.loads(text)["year"]
    )


@cache
def default_calendar() -> WorkingCalendar:
    """The calendar of the years shipped with the system."""
    table = files("shared.kernel").joinpath("data", "working_days.toml")
    return calendar_from_toml(table.read_text(encoding="utf-8"))
