"""What is counted of marriage (婚姻登记)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from monitoring.domain.facts.fact import Fact
from shared.kernel.spans import Span


@dataclass(frozen=True)
class MarriageOffice(Fact):
    """A marriage registration office; ``counselling_days`` are days with a session on record."""

    in_service: tuple[Span, ...]
    cross_province: tuple[Span, ...]
    counselling_room: tuple[Span, ...]
    mainland: tuple[Span, ...] | None = None
    is_township: bool = False
    counselling_days: tuple[date, ...] = ()
    graded: tuple[Span, ...] = ()


@dataclass(frozen=True)
class MarriageRegistration(Fact):
    """A registration and what became of it."""

    registered_on: date
    cross_province: bool
    cross_district: bool = False
    ceremony_on: date | None = None
    annulled_on: date | None = None
    revoked_on: date | None = None


@dataclass(frozen=True)
class DivorceApplication(Fact):
    """An application for divorce, counted by the day it was received."""

    received_on: date
    outcome: str
    registered_on: date | None


@dataclass(frozen=True)
class MarriageAppointment(Fact):
    """An appointment, counted by its day."""

    day: date
    status: str


@dataclass(frozen=True)
class MarriageIssuance(Fact):
    """A paper given again."""

    kind: str
    issued_on: date | None


@dataclass(frozen=True)
class MarriageCorrection(Fact):
    """An entry that was corrected."""

    corrected_on: date | None


@dataclass(frozen=True)
class MarriageFraud(Fact):
    """A report of fraud."""

    reported_on: date


@dataclass(frozen=True)
class MarriageDishonesty(Fact):
    """The days on which somebody is on the list."""

    listed: tuple[Span, ...]


@dataclass(frozen=True)
class MarriageRating(Fact):
    """A grade, 5 the best, and the follow-up of a poor one."""

    rated_on: date
    grade: int
    answered_on: date | None
    answered_in_time: bool | None
    upheld: bool
