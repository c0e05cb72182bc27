"""What is counted of assistance (社会救助)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from monitoring.domain.facts.fact import Fact
from shared.kernel.spans import Span


@dataclass(frozen=True)
class Standard(Fact):
    """A published standard of social assistance, in fen, over its days."""

    programme: str
    residence: str | None
    amount_fen: int
    in_force: tuple[Span, ...]


@dataclass(frozen=True)
class Verification(Fact):
    """A verification of means with other departments."""

    requested_on: date
    reported_on: date | None
    complete: bool


@dataclass(frozen=True)
class Benefit(Fact):
    """A benefit over the days it is held, and over those of its taper."""

    aid: str
    persons: int
    residence: Literal["URBAN", "RURAL"]
    granted: tuple[Span, ...]
    tapering: tuple[Span, ...]


@dataclass(frozen=True)
class BenefitRun(Fact):
    """A sealed monthly run; nothing is counted before it is sealed."""

    aid: str
    sealed_on: date | None
    total_fen: int
    blocked: int


@dataclass(frozen=True)
class Coverage(Fact):
    """How many of the entitled got a subsidy in a month."""

    aid: str
    month: date
    covered: int
    entitled: int


@dataclass(frozen=True)
class RescueStay(Fact):
    """Milestones of a stay at a rescue station."""

    entered_on: date
    identified_on: date | None
    settlement_due_on: date
    hukou_on: date | None
    placed_on: date | None
    ended_on: date | None
    ending: str | None


@dataclass(frozen=True)
class Care(Fact):
    """The care of a person in extreme hardship, as days."""

    fully_lost: tuple[Span, ...]
    partly_lost: tuple[Span, ...]
    wishes_institution: tuple[Span, ...]
    in_institution: tuple[Span, ...]
    at_home: tuple[Span, ...]
    agreed: tuple[Span, ...]


@dataclass(frozen=True)
class Child(Fact):
    """A child's file: the days it is eligible and those it is secured."""

    kind: str
    eligible: tuple[Span, ...]
    secured: tuple[Span, ...]


@dataclass(frozen=True)
class Reserve(Fact):
    """A township's reserve."""

    opened_on: date
    balance_fen: int
