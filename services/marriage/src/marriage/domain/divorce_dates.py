"""The days of a divorce by registration (离婚冷静期): counted from the day the application is received.

    cooling_end    rolled(received + 30 days)        the day of receipt is not counted
    window_start   the day after cooling_end
    window_end     rolled(cooling_end + 30 days)     cooling_end is not counted

Both last days move to the next working day when they are rest days (民法典 第一千零七十七条、第二百零三条;
民发〔2020〕116号). An office that opens on Saturdays does not change that. The two thirties are law and no parameter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from shared.kernel.calendar import WorkingCalendar
from shared.kernel.clock import in_china

COOLING_DAYS = 30
COLLECTING_DAYS = 30


@dataclass(frozen=True)
class DivorceDates:
    """What is printed on the receipt (离婚登记申请受理回执单), and the calendar it was counted with.

    ``provisional`` while a year that was needed has no published list of rest days.
    """

    received_on: date
    cooling_end: date
    window_start: date
    window_end: date
    provisional: bool
    calendar_version: str

    def is_cooling_over(self, at: datetime, closing: time) -> bool:
        """Whether the last day of the cooling-off period has passed, or the office has closed on it."""
        return is_past(self.cooling_end, at, closing)

    def is_window_over(self, at: datetime, closing: time) -> bool:
        """Whether the last day to collect has passed, or the office has closed on it."""
        return is_past(self.window_end, at, closing)


def divorce_dates(received_on: date, calendar: WorkingCalendar) -> DivorceDates:
    """The days of an application received on a day."""
    cooling = calendar.add_days(received_on, COOLING_DAYS)
    window = calendar.add_days(cooling.on, COLLECTING_DAYS)
    return DivorceDates(
        received_on=received_on,
        cooling_end=cooling.on,
        window_start=cooling.on + timedelta(days=1),
        window_end=window.on,
        provisional=cooling.provisional or window.provisional,
        calendar_version=calendar.version,
    )


def counted_again(dates: DivorceDates, calendar: WorkingCalendar) -> DivorceDates:
    """The days by a newer calendar (MR-513).

    Provisional days become what the published list says. Days that were certain move only to later ones: nobody
    loses a day on which he or she was told to come.
    """
    again = divorce_dates(dates.received_on, calendar)
    later = again.cooling_end >= dates.cooling_end and again.window_end >= dates.window_end
    return again if dates.provisional or later else replace(dates, calendar_version=calendar.version)


def is_past(last_day: date, at: datetime, closing: time) -> bool:
    """Whether business of a last day is over (民法典 第二百零三条)."""
    moment = in_china(at)
    return moment.date() > last_day or (moment.date() == last_day and moment.time() >= closing)
