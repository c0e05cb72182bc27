"""What ``placename`` tells the world (地名): applications and the gazetteer's names."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from shared.contracts.envelope import EntityState
from shared.contracts.spans import Span


class NameApplicationState(EntityState):
    """An application to name, rename or abolish a name (地名申请), with its milestones."""

    source: ClassVar[str] = "placename"
    noun: ClassVar[str] = "application"
    participles: ClassVar[tuple[str, ...]] = (
        "submitted", "accepted", "declined", "approved", "rejected", "filed", "announced", "withdrawn",
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


class PlaceNameState(EntityState):
    """A name in the gazetteer (标准地名). The name itself is public, yet of no use for counting."""

    source: ClassVar[str] = "placename"
    noun: ClassVar[str] = "name"
    participles: ClassVar[tuple[str, ...]] = ("published", "corrected", "retired")

    category: str
    in_use: list[Span]
