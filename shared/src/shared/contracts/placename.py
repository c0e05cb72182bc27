"""What ``placename`` tells the world (地名): applications, the gazetteer's names, historic names, signs, misuses."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from shared.contracts.envelope import EntityState
from shared.contracts.spans import Span


class NameApplicationState(EntityState):
    """An application to name, rename, abolish or restore a name (地名申请), with its milestones and last days.

    ``first_pass`` says that the examination at acceptance found nothing that blocks or has to be waived;
    ``overdue`` names the clocks that ran out. Working days are those from acceptance to decision.
    """

    source: ClassVar[str] = "placename"
    noun: ClassVar[str] = "application"
    participles: ClassVar[tuple[str, ...]] = (
        "submitted", "accepted", "declined", "returned", "resubmitted", "checked", "consultation_opened",
        "opinion_given", "reviewed", "heard", "consultation_closed", "approved", "rejected", "revoked", "filed",
        "filing_returned", "announced", "put_in_use", "withdrawn", "acceptance_overdue", "decision_overdue",
        "filing_overdue", "announcement_overdue",
    )  # fmt: skip

    action: str
    category: str
    status: str
    online: bool
    submitted_on: date
    accepted_on: date | None
    decided_on: date | None
    announced_on: date | None
    announce_due_on: date | None
    announced_in_time: bool | None
    decide_due_on: date | None = None
    working_days: int | None = None
    first_pass: bool | None = None
    file_due_on: date | None = None
    filed_on: date | None = None
    used_from: date | None = None
    overdue: list[str] = []


class PlaceNameState(EntityState):
    """A name in the gazetteer (标准地名). The name itself is public, yet of no use for counting.

    ``complete`` tells whether reading, position, meaning, category and approval are all there; ``signable``
    whether names of its kind get signs.
    """

    source: ClassVar[str] = "placename"
    noun: ClassVar[str] = "name"
    participles: ClassVar[tuple[str, ...]] = (
        "published", "corrected", "retired", "restored", "reassigned", "listed", "delisted",
    )  # fmt: skip

    category: str
    in_use: list[Span]
    status: str = "IN_USE"
    complete: bool = False
    signable: bool = False


class HeritageState(EntityState):
    """A historic name on a list of the city or a county (历史地名保护名录); ``alive`` are its days in use or reused."""

    source: ClassVar[str] = "placename"
    noun: ClassVar[str] = "heritage"
    participles: ClassVar[tuple[str, ...]] = ("proposed", "reviewed", "listed", "measured", "delisted")

    level: str
    status: str
    listed: list[Span]
    alive: list[Span]


class SignState(EntityState):
    """A sign that shows a name (地名标志), with the days on which it could be read."""

    source: ClassVar[str] = "placename"
    noun: ClassVar[str] = "sign"
    participles: ClassVar[tuple[str, ...]] = ("ordered", "installed", "damaged", "removed")

    status: str
    ordered_on: date
    due_on: date
    standing: list[Span]


class MisuseState(EntityState):
    """A wrong use of a name (不规范使用地名), from its report to its correction."""

    source: ClassVar[str] = "placename"
    noun: ClassVar[str] = "misuse"
    participles: ClassVar[tuple[str, ...]] = ("reported", "ordered", "corrected", "penalised", "dismissed")

    kind: str
    status: str
    reported_on: date
    correct_by: date | None
    corrected_on: date | None
    corrected_in_time: bool | None
