"""Time as an argument (时钟): the only place that may ask what time it is.

Rules receive a moment or a day. Use cases hold a `Clock` and pass on what it says. All moments are aware
and shown in China Standard Time (北京时间, +08:00 without summer time), because an office's day begins
at midnight there and not in UTC.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Protocol

from shared.kernel.errors import Invalid

CHINA = timezone(timedelta(hours=8), "+08:00")
"""China Standard Time (北京时间). A fixed offset: all moments come after the summer times of 1986-1991."""


class NaiveMoment(Invalid):
    """时间缺少时区"""


def in_china(moment: datetime) -> datetime:
    """The same moment on a clock in China; a moment without an offset is refused."""
    if moment.utcoffset() is None:
        raise NaiveMoment("时间必须带有时区，例如 2026-01-05T09:00:00+08:00。")
    return moment.astimezone(CHINA)


def business_day(moment: datetime) -> date:
    """The calendar day in China on which the moment falls (业务日期)."""
    return in_china(moment).date()


class Clock(Protocol):
    """Something that knows the present moment (时钟)."""

    def now(self) -> datetime:
        """The present moment, aware, at +08:00."""
        ...


class SystemClock:
    """The clock of the machine (系统时钟)."""

    def now(self) -> datetime:
        return datetime.now(CHINA)


class SteppedClock:
    """A clock that moves only when told (步进时钟), for tests and simulations."""

    def __init__(self, start: datetime) -> None:
        self._now = in_china(start)

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Move by a duration (also backwards, as real clocks sometimes do) and return the new moment."""
        self._now += by
        return self._now

    def set(self, moment: datetime) -> datetime:
        """Jump to a moment and return it."""
        self._now = in_china(moment)
        return self._now
