"""Plausibility of a figure (合理性审核): what is possible but strange, and must be explained by its author."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from reporting.domain.form import Entry, FormKind
from reporting.domain.series import Point
from shared.kernel.errors import Refusal


class FindingKind(StrEnum):
    """What is strange about a figure (疑点)."""

    NUMERATOR_CHANGED = "NUMERATOR_CHANGED"
    """分子较上期变动过大"""
    DENOMINATOR_CHANGED = "DENOMINATOR_CHANGED"
    """分母较上期变动过大"""
    PERIOD_NOT_ENDED = "PERIOD_NOT_ENDED"
    """报告期尚未结束"""
    ANOTHER_UNDER_WAY = "ANOTHER_UNDER_WAY"
    """同一期另有数据在办"""


class PeriodNotBegun(Refusal):
    """报告期尚未开始"""


class PeriodNotEnded(Refusal):
    """报告期尚未结束，时期数须期满后填报"""


@dataclass(frozen=True)
class Finding:
    """One strange thing (疑点), with the figure before and its period where it is a change."""

    kind: FindingKind
    before: int | None = None
    since: str | None = None

    @property
    def told(self) -> dict[str, str | int | None]:
        """The finding among the facts of a refusal."""
        return {"kind": self.kind.value, "before": self.before, "since": self.since}


@dataclass(frozen=True)
class Circumstances:
    """What stood when a figure was filed: the published point before it, the confirmed figure of its own period,
    and whether another figure of that period is on its way."""

    today: date
    before: Point | None = None
    standing: UUID | None = None
    another_under_way: bool = False


def remarkable_changes(entry: Entry, before: Point | None) -> tuple[Finding, ...]:
    """Changes since the published point before the period that pass the form's bound."""
    if before is None:
        return ()
    then, now, bound = before.numbers, entry.numbers, entry.form.change
    found = []
    if bound.is_passed(then.numerator, now.numerator):
        found.append(Finding(FindingKind.NUMERATOR_CHANGED, then.numerator, str(before.period)))
    if (
        then.denominator is not None
        and now.denominator is not None
        and bound.is_passed(then.denominator, now.denominator)
    ):
        found.append(Finding(FindingKind.DENOMINATOR_CHANGED, then.denominator, str(before.period)))
    return tuple(found)


def examine_entry(entry: Entry, circumstances: Circumstances) -> tuple[Finding, ...]:
    """Everything strange about an entry; what happens only later cannot be counted and is refused.

    A level may be stated before its period is over, as a finding; a flow is not complete before.
    """
    if circumstances.today < entry.period.first:
        raise PeriodNotBegun(field="period", first_day=entry.period.first.isoformat())
    found = list(remarkable_changes(entry, circumstances.before))
    if circumstances.today <= entry.period.last:
        if entry.form.kind is FormKind.FLOW:
            raise PeriodNotEnded(field="period", last_day=entry.period.last.isoformat())
        found.append(Finding(FindingKind.PERIOD_NOT_ENDED))
    if circumstances.another_under_way:
        found.append(Finding(FindingKind.ANOTHER_UNDER_WAY))
    return tuple(found)
