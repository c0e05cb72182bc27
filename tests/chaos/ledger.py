"""What the writers were told: the only ground on which a lost or doubled write can be claimed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Case:
    """One submission of one applicant, and the changes the same writer made to it afterwards."""

    applicant: str
    """Identity number of the member SELF; used for this submission and no other."""
    entity_id: str | None = None
    version: int = 0
    """The highest version an answer named."""
    refused: bool = False
    unanswered: int = 0
    """Calls given up without an answer: each may or may not have happened, once."""


@dataclass
class Ledger:
    """Everything that was acknowledged, and what nobody should have been answered."""

    cases: list[Case] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    """Idempotency keys of acknowledged writes."""
    retries: int = 0
    replays: int = 0
    surprises: Counter[str] = field(default_factory=Counter)

    @property
    def acknowledged(self) -> int:
        """How many writes were acknowledged."""
        return len(self.keys)
