"""What every entity that publishes its state has in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(kw_only=True)
class Aggregate:
    """An entity whose every change is a new version and an event.

    ``division`` is the 12-digit civil-affairs code the entity belongs to. ``happened`` collects, in order, the
    past participles of what the domain verbs did since the entity was loaded; saving turns each into one
    version and one event that carries the whole state.
    """

    id: UUID
    division: str
    version: int = 0
    happened: list[str] = field(default_factory=list, compare=False, repr=False)

    def note(self, participle: str) -> None:
        """Remember that ``participle`` (for example ``accepted``) has happened."""
        self.happened.append(participle)
