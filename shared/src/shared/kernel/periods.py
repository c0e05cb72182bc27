"""Spans of time that reports speak about (报告期): a year, a half-year, a quarter, a month.

    2025      2025-H1      2025-Q3      2025-07

A period is whole calendar days in China; it begins on its first day at midnight and includes its last day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from shared.kernel.errors import Invalid

_SHAPE = re.compile(r"(?P<year>[0-9]{4})(?:-(?:H(?P<half>[12])|Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?")
_FIRST_YEAR, _LAST_YEAR = 1900, 2999


class PeriodInvalid(Invalid):
    """报告期填写有误"""


class PeriodKind(StrEnum):
    """The length of a period (报告期类型)."""

    YEAR = "year"
    HALF = "half"
    QUARTER = "quarter"
    MONTH = "month"

    @property
    def months(self) -> int:
        """How many months a period of this kind has."""
        return {"year": 12, "half": 6, "quarter": 3, "month": 1}[self.value]


@dataclass(frozen=True)
class Period:
    """One reporting period (报告期): the n-th of its kind in a year, counted from 1."""

    kind: PeriodKind
    year: int
    number: int = 1

    def __post_init__(self) -> None:
        if not _FIRST_YEAR <= self.year <= _LAST_YEAR:
            raise _refuse("year")
        if not 1 <= self.number <= 12 // self.kind.months:
            raise _refuse("number")

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read "2025", "2025-H1", "2025-Q3" or "2025-07"; anything else is refused."""
        found = _SHAPE.fullmatch(text)
        if not found:
            raise _refuse("shape")
        year = int(found["year"])
        for kind in (PeriodKind.HALF, PeriodKind.QUARTER, PeriodKind.MONTH):
            if found[kind.value]:
                return cls(kind, year, int(found[kind.value]))
        return cls(PeriodKind.YEAR, year)

    @classmethod
    def of(cls, kind: PeriodKind, day: date) -> Period:
        """The period of a kind that contains a day."""
        return cls(kind, day.year, (day.month - 1) // kind.months + 1)

    @property
    def first(self) -> date:
        """The first day."""
        return date(self.year, (self.number - 1) * self.kind.months + 1, 1)

    @property
    def last(self) -> date:
        """The last day, which belongs to the period."""
        years, month = divmod(self.number * self.kind.months, 12)
        return date(self.year + years, month + 1, 1) - timedelta(days=1)

    def contains(self, day: date) -> bool:
        """Whether a day belongs to the period."""
        return self.first <= day <= self.last

    def next(self) -> Period:
        """The period of the same kind that follows."""
        return Period.of(self.kind, self.last + timedelta(days=1))

    def previous(self) -> Period:
        """The period of the same kind before."""
        return Period.of(self.kind, self.first - timedelta(days=1))

    def __str__(self) -> str:
        ending = {
            PeriodKind.YEAR: "",
            PeriodKind.HALF: f"-H{self.number}",
            PeriodKind.QUARTER: f"-Q{self.number}",
            PeriodKind.MONTH: f"-{self.number:02}",
        }
        return f"{self.year}{ending[self.kind]}"


def _refuse(reason: str) -> PeriodInvalid:
    return PeriodInvalid("报告期应写作 2025、2025-H1、2025-Q3 或 2025-07。", field="period", reason=reason)
