"""What is counted of how assistance is given (社会救助服务质量)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from monitoring.domain.facts.fact import Fact
from shared.kernel.spans import Span


@dataclass(frozen=True)
class Case(Fact):
    """Milestones of an application of any programme; the days of both clocks where they run."""

    programme: str
    residence: str
    submitted_on: date
    accepted_on: date | None
    decided_on: date | None
    granted: bool
    on_time: bool | None
    national_on_time: bool | None
    local_on_time: bool | None
    elapsed_working_days: int | None
    supplement_notices: int
    from_lead: bool
    relative: bool
    county_visited: bool


@dataclass(frozen=True)
class Referral(Fact):
    """A referral to another department."""

    department: str
    sent_on: date | None
    accepted_on: date | None
    returned_on: tuple[date, ...]
    overdue_on: date | None
    finished_on: date | None
    elapsed_days: int | None


@dataclass(frozen=True)
class Lead(Fact):
    """A report of people in need; one merged into another is not counted again."""

    reported_on: date
    merged: bool
    contacted_in_time: bool | None
    became_application: bool


@dataclass(frozen=True)
class Alert(Fact):
    """An alert and whether it became aid."""

    raised_on: date
    resolved_on: date | None
    aid: bool
    in_time: bool | None


@dataclass(frozen=True)
class Review(Fact):
    """A re-verification that fell due."""

    due_on: date
    cancelled: bool
    in_time: bool | None


@dataclass(frozen=True)
class Change(Fact):
    """A decided cut or stop."""

    decided_on: date | None
    cuts_or_stops: bool
    heard_on: date | None


@dataclass(frozen=True)
class Remedy(Fact):
    """An appeal."""

    filed_on: date
    decided_on: date | None
    changed: bool


@dataclass(frozen=True)
class Complaint(Fact):
    """A complaint."""

    received_on: date
    real: bool
    answered_on: date | None


@dataclass(frozen=True)
class Rating(Fact):
    """A rating of the service."""

    given_on: date
    score: int
    excluded: bool
    real: bool
    called_back: bool
    settled_in_time: bool | None


@dataclass(frozen=True)
class Fraud(Fact):
    """Confirmed fraud."""

    confirmed_on: date | None
    recover_fen: int
    fine_fen: int


@dataclass(frozen=True)
class Delegation(Fact):
    """The days on which a township decides on a programme."""

    programme: str
    holds: tuple[Span, ...]
