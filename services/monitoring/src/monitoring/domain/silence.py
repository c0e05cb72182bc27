"""Silence is an alarm (静默告警): what should have been heard of a source, and was not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

WEEKS = 4
LEAST_EXPECTED = 5
FAR_TOO_FEW = 10


@dataclass(frozen=True)
class Silence:
    """How much was heard of one kind of entity on a day, against the same weekday of the four weeks before.

    ``alarm`` is raised where at least five were expected and less than a tenth of them came.
    """

    source: str
    noun: str
    day: date
    heard: int
    expected: int
    last_heard_on: date | None

    @property
    def alarm(self) -> bool:
        """Whether somebody has to look."""
        return self.expected >= LEAST_EXPECTED and self.heard * FAR_TOO_FEW < self.expected


def silence(source: str, noun: str, heard: Mapping[date, int], day: date) -> Silence:
    """Expect the lower median of that weekday in the last four weeks: one holiday or bulk load changes nothing."""
    before = sorted(heard.get(day - timedelta(weeks=week), 0) for week in range(1, WEEKS + 1))
    past = [known for known, count in heard.items() if count and known <= day]
    return Silence(source, noun, day, heard.get(day, 0), before[(WEEKS - 1) // 2], max(past, default=None))
