"""One synthetic day of the city: its services are independent, so their days run side by side.

Everybody and every institution in it is invented and says so. The numbers resemble a city, they describe none.
"""

from __future__ import annotations

from cityday import admission_day, assistance_day, eldercare_day, marriage_day, placename_day, reporting_day
from cityday.day import Day, together

PARTS = (admission_day, assistance_day, eldercare_day, marriage_day, placename_day, reporting_day)


async def live(day: Day) -> None:
    """Live the whole day."""
    await together(
        admission_day.live_admission(day),
        assistance_day.live_assistance(day),
        eldercare_day.live_eldercare(day),
        marriage_day.live_marriage(day),
        placename_day.live_placename(day),
        reporting_day.live_reporting(day),
    )


def steps() -> int:
    """How many steps the day has, for the progress bar."""
    return sum(part.STEPS for part in PARTS)
