"""The smallest domain that has everything the chassis serves: a workflow of one step, a rule, a sealed text."""

from __future__ import annotations

from dataclasses import dataclass

from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import NotFound, Refusal


class AccountUnknown(NotFound):
    """账户不存在"""


class BalanceAboveLimit(Refusal):
    """余额超过上限"""


class ReferenceTaken(Refusal):
    """该编号已有账户"""


@dataclass(kw_only=True)
class Account(Aggregate):
    """An account (账户) with a balance in fen."""

    owner: str
    kind: str
    balance_fen: int = 0
    note: str = ""

    def deposit(self, amount_fen: int, limit_fen: int) -> None:
        """Add an amount; the parameter ``account.limit_fen`` bounds the balance."""
        if self.balance_fen + amount_fen > limit_fen:
            raise BalanceAboveLimit(rule="账簿规则 1", limit_fen=limit_fen)
        self.balance_fen += amount_fen
        self.note_down("deposited")

    def annotate(self, note: str) -> None:
        """Replace the note."""
        self.note = note
        self.note_down("annotated")

    def note_down(self, participle: str) -> None:
        """Remember what happened (``note`` is a field here)."""
        self.happened.append(participle)
