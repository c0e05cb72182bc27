"""What is counted of placename (地名)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from monitoring.domain.facts.fact import Fact
from shared.kernel.spans import Span


@dataclass(frozen=True)
class NameApplication(Fact):
    """Milestones and last days of a place-name application."""

    submitted_on: date
    online: bool
    announced_on: date | None
    announced_in_time: bool | None
    accepted_on: date | None = None
    first_pass: bool | None = None
    decided_on: date | None = None
    decide_due_on: date | None = None
    working_days: int | None = None
    approval_stands: bool = False
    file_due_on: date | None = None
    filed_on: date | None = None
    announce_due_on: date | None = None


@dataclass(frozen=True)
class PlaceName(Fact):
    """A name in the gazetteer; ``signable`` where names of its kind get signs."""

    in_use: tuple[Span, ...]
    complete: bool = False
    signable: bool = False


@dataclass(frozen=True)
class HeritageName(Fact):
    """A historic name on a list."""

    level: str
    listed: tuple[Span, ...]
    alive: tuple[Span, ...]


@dataclass(frozen=True)
class NameSign(Fact):
    """A sign that shows a name."""

    standing: tuple[Span, ...]


@dataclass(frozen=True)
class NameMisuse(Fact):
    """A wrong use of a name."""

    reported_on: date
    corrected_in_time: bool
    dismissed: bool
