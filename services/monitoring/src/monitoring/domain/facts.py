"""What monitoring knows of the entities of the other services: just what is counted.

``division`` is the 12-digit code the fact belongs to; it is fixed by the publisher's event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shared.kernel.spans import Span


@dataclass(frozen=True)
class Standard:
    """A published standard of social assistance, in fen, over its days."""

    programme: str
    residence: str | None
    amount_fen: int
    in_force: tuple[Span, ...]


@dataclass(frozen=True)
class AllowanceApplication:
    """Milestones of an application for the subsistence allowance."""

    submitted_on: date
    accepted_on: date | None
    decided_on: date | None
    granted: bool
    on_time: bool | None


@dataclass(frozen=True)
class QualityMark:
    """One assessment of basic quality."""

    assessed_on: date
    met: bool


@dataclass(frozen=True)
class Institution:
    """An elderly-care institution."""

    operating: tuple[Span, ...]
    comprehensive: tuple[Span, ...]
    quality: tuple[QualityMark, ...]


@dataclass(frozen=True)
class Bed:
    """A bed over its life."""

    home: bool
    in_service: tuple[Span, ...]
    nursing: tuple[Span, ...]
    inclusive: tuple[Span, ...]


@dataclass(frozen=True)
class Stay:
    """The days a bed is occupied."""

    occupied: tuple[Span, ...]


@dataclass(frozen=True)
class MarriageOffice:
    """A marriage registration office."""

    in_service: tuple[Span, ...]
    cross_province: tuple[Span, ...]
    counselling_room: tuple[Span, ...]


@dataclass(frozen=True)
class MarriageRegistration:
    """A registration that was not annulled before ``annulled_on``."""

    registered_on: date
    cross_province: bool


@dataclass(frozen=True)
class NameApplication:
    """Milestones of a place-name application."""

    submitted_on: date
    online: bool
    announced_on: date | None
    announced_in_time: bool | None


@dataclass(frozen=True)
class PlaceName:
    """A name in the gazetteer."""

    in_use: tuple[Span, ...]


@dataclass(frozen=True)
class Figure:
    """One confirmed figure of a reported series."""

    on: date
    numerator: int
    denominator: int | None


@dataclass(frozen=True)
class ReportedSeries:
    """All confirmed figures of one form and division; ``accumulates`` where periods add up."""

    form: str
    accumulates: bool
    figures: Sequence[Figure]


Fact = (
    Standard
    | AllowanceApplication
    | Institution
    | Bed
    | Stay
    | MarriageOffice
    | MarriageRegistration
    | NameApplication
    | PlaceName
    | ReportedSeries
)
