"""What ``assistance`` tells the world (社会救助): standards and applications."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from shared.contracts.envelope import EntityState

ResidenceCode = Literal["URBAN", "RURAL"]


class StandardState(EntityState):
    """A published standard (保障标准) of one programme, in fen per person and month.

    ``valid_to`` is the first day it no longer holds, null while it has no successor.
    """

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "standard"
    participles: ClassVar[tuple[str, ...]] = ("proposed", "published", "superseded", "withdrawn")

    programme: str
    residence: ResidenceCode | None
    amount_fen: int
    valid_from: date
    valid_to: date | None
    published: bool
    document: str


class ApplicationState(EntityState):
    """An application for the subsistence allowance (低保申请): milestones and outcome, no person.

    Days are business days in China; ``persons`` is the number of household members; ``amount_fen`` is the
    monthly allowance if granted. ``decision_due_on`` is the earlier of the two statutory clocks.
    """

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "application"
    participles: ClassVar[tuple[str, ...]] = (
        "submitted", "accepted", "declined", "verified", "granted", "refused", "withdrawn",
    )  # fmt: skip

    programme: str
    residence: ResidenceCode
    township: str
    status: str
    channel: str
    persons: int
    submitted_on: date
    accepted_on: date | None
    decided_on: date | None
    decision_due_on: date | None
    on_time: bool | None
    amount_fen: int | None
    reason_code: str | None
