"""One version of one entity of another service, as seen in an event."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from monitoring.domain.measures import Cell


@dataclass(frozen=True, order=True)
class EntityKey:
    """Which entity of which service."""

    source: str
    noun: str
    entity_id: UUID


@dataclass(frozen=True)
class Observation:
    """A version of an entity and what it adds; ``seen_at`` is when its source wrote it.

    ``state`` is what it said, so that a changed definition can be applied without asking again."""

    key: EntityKey
    epoch: int
    version: int
    region: str
    seen_at: datetime
    contributed: Counter[Cell]
    schema_version: int = 1
    state: dict[str, Any] = field(default_factory=dict)

    @property
    def order(self) -> tuple[int, int]:
        """What decides between two versions: the epoch first, then the version."""
        return self.epoch, self.version
