"""What is counted of eldercare (养老服务)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from monitoring.domain.facts.fact import Fact
from shared.kernel.spans import Span


@dataclass(frozen=True)
class QualityMark:
    """One assessment of basic quality."""

    assessed_on: date
    met: bool


@dataclass(frozen=True)
class Institution(Fact):
    """An elderly-care institution."""

    operating: tuple[Span, ...]
    comprehensive: tuple[Span, ...]
    quality: tuple[QualityMark, ...]
    kind: str = ""
    filed_on: date | None = None
    filing_due_on: date | None = None
    graded: tuple[Span, ...] = ()
    upgraded_on: date | None = None


@dataclass(frozen=True)
class Bed(Fact):
    """A bed over its life."""

    home: bool
    in_service: tuple[Span, ...]
    nursing: tuple[Span, ...]
    inclusive: tuple[Span, ...]
    maintenance: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Stay(Fact):
    """The days a bed is occupied, and what else is counted of a stay.

    ``admitted_on`` only where somebody came from outside, not from another bed of the house.
    """

    occupied: tuple[Span, ...]
    admitted_on: date | None = None
    ended_on: date | None = None
    died_on: date | None = None
    level: int | None = None
    extreme_hardship: bool = False


@dataclass(frozen=True)
class Assessment(Fact):
    """An assessment of an elder's ability; all days are None where it was voided."""

    assessed_on: date | None
    disputed_on: date | None
    level: int


@dataclass(frozen=True)
class BedOffer:
    """One offer of a bed and what became of it."""

    notified_on: date
    missed_on: date | None


@dataclass(frozen=True)
class Admission(Fact):
    """An application for a place; ``ended_on`` is when it left the waiting list for good."""

    submitted_on: date | None
    queued_on: date | None
    admitted_on: date | None
    ended_on: date | None
    lane: int | None
    offers: tuple[BedOffer, ...]


@dataclass(frozen=True)
class Staff(Fact):
    """Somebody on the staff of an institution."""

    post: str
    employed: tuple[Span, ...]
    certified: tuple[Span, ...]
    trained_on: tuple[date, ...]


@dataclass(frozen=True)
class Inspection(Fact):
    """An inspection with the limit of its rectification."""

    inspected_on: date | None
    major_hazard: bool
    due_on: date | None
    verified_on: date | None


@dataclass(frozen=True)
class Recipient(Fact):
    """Somebody entitled to basic care."""

    extreme_hardship: bool
    registered: tuple[Span, ...]
    disabled: tuple[Span, ...]
    willing: tuple[Span, ...]
    central: tuple[Span, ...]
    entrusted: tuple[Span, ...]
    visited_on: tuple[date, ...]


@dataclass(frozen=True)
class Facility(Fact):
    """A place below an institution."""

    kind: str
    operating: tuple[Span, ...]


@dataclass(frozen=True)
class Emergency(Fact):
    """An incident or a drill."""

    kind: str
    of_institution: bool
    happened_on: date
    reported_in_time: bool | None
