"""A township's reserve for temporary aid (乡镇临时救助备用金): opening, draws by case, top-ups, balance.

Law: 社会救助法 第五十条; 中办发〔2020〕18号; 民发〔2018〕23号. Every draw names its case;
the balance never goes below zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Invalid, NotFound, Refusal


class EntryKind(StrEnum):
    """Kind of a ledger entry (备用金记账类别)."""

    OPENING = "OPENING"
    DRAW = "DRAW"
    TOP_UP = "TOP_UP"


class ReserveUnknown(NotFound):
    """备用金台账不存在"""


class ReserveTooSmall(Refusal):
    """备用金余额不足"""


class ReserveExists(Refusal):
    """该乡镇街道已建立备用金"""


class AboveTownshipLimit(Refusal):
    """超出乡镇街道审批限额"""


class NothingEntered(Invalid):
    """金额须大于零"""


class CaseDrawnBefore(Refusal):
    """该办件已经支取"""


@dataclass(frozen=True)
class Entry:
    """One line of the ledger; ``case_no`` is the case's number of a draw."""

    on: date
    kind: EntryKind
    amount_fen: int
    balance_fen: int
    case_no: str | None = None


@dataclass(frozen=True)
class Ledger:
    """All lines, oldest first."""

    opened_on: date
    alarm_fen: int
    entries: tuple[Entry, ...]

    @property
    def balance_fen(self) -> int:
        """What is left."""
        return self.entries[-1].balance_fen


@dataclass(kw_only=True)
class Reserve(Aggregate):
    """One township's reserve (备用金)."""

    facts: Ledger

    def draw(self, *, on: date, amount_fen: int, case_no: str, limit_fen: int) -> None:
        """Pay urgent aid of a case out of the reserve."""
        if amount_fen > limit_fen:
            raise AboveTownshipLimit(field="amount_fen", limit_fen=limit_fen)
        if any(entry.case_no == case_no for entry in self.facts.entries):
            raise CaseDrawnBefore(field="case_no")
        if amount_fen > self.facts.balance_fen:
            raise ReserveTooSmall(field="amount_fen", balance_fen=self.facts.balance_fen)
        self._enter(Entry(on, EntryKind.DRAW, amount_fen, self.facts.balance_fen - amount_fen, case_no))
        self.note("drawn")

    def top_up(self, *, on: date, amount_fen: int) -> None:
        """The county fills it up."""
        self._enter(Entry(on, EntryKind.TOP_UP, amount_fen, self.facts.balance_fen + amount_fen))
        self.note("topped_up")

    def _enter(self, entry: Entry) -> None:
        if entry.amount_fen <= 0:
            raise NothingEntered(field="amount_fen")
        self.facts = replace(self.facts, entries=(*self.facts.entries, entry))

    @property
    def below_alarm(self) -> bool:
        """Whether it is time to fill it up."""
        return self.facts.balance_fen < self.facts.alarm_fen


def open_reserve(*, id: UUID, division: str, on: date, amount_fen: int, alarm_percent: Decimal) -> Reserve:
    """Set a reserve up; the alarm line is a share of the opening."""
    if amount_fen <= 0:
        raise NothingEntered(field="amount_fen")
    alarm = int(amount_fen * alarm_percent / 100)
    opening = Entry(on, EntryKind.OPENING, amount_fen, amount_fen)
    reserve = Reserve(id=id, division=division, facts=Ledger(on, alarm, (opening,)))
    reserve.note("opened")
    return reserve
