"""A form (填报表): what one figure counts, who files it, for which periods, and which numbers are possible."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from shared.kernel.divisions import Division, Level
from shared.kernel.errors import Invalid
from shared.kernel.periods import Period, PeriodKind


class FormKind(StrEnum):
    """How figures of different periods go together (数据类型)."""

    LEVEL = "LEVEL"
    """时点数：至下一期数据之前一直有效"""
    FLOW = "FLOW"
    """时期数：各期相加"""


class Scope(StrEnum):
    """Which divisions file a form (填报范围)."""

    CITY = "CITY"
    DISTRICT = "DISTRICT"

    @property
    def level(self) -> Level:
        """The level of the divisions that file."""
        return Level.CITY if self is Scope.CITY else Level.DISTRICT


class PeriodKindNotAsked(Invalid):
    """该填报表不接受此类报告期"""


class DivisionDoesNotFile(Invalid):
    """该填报表不由此级行政区划填报"""


class DenominatorMissing(Invalid):
    """该填报表须填写分母"""


class DenominatorNotAsked(Invalid):
    """该填报表没有分母"""


class DenominatorIsFixed(Invalid):
    """该填报表的分母是固定值"""


class NumberNotPossible(Invalid):
    """数值超出可能范围"""


class NumeratorExceedsDenominator(Invalid):
    """分子大于分母"""


@dataclass(frozen=True)
class Numbers:
    """One or two whole numbers in the units of their form (分子、分母)."""

    numerator: int
    denominator: int | None


@dataclass(frozen=True)
class Quantity:
    """What a number of a form counts (计数项), its unit and the numbers that are possible at all.

    ``fixed`` is the only number a denominator may have, for a form that asks for a rate in a known scale.
    """

    name: str
    unit: str
    least: int
    most: int
    fixed: int | None = None

    def check(self, number: int, field: str) -> None:
        """Refuse a number nobody can have counted."""
        if not self.least <= number <= self.most:
            raise NumberNotPossible(field=field, least=self.least, most=self.most)


@dataclass(frozen=True)
class ChangeBound:
    """The change since the figure before that needs no word (波动幅度).

    A change is remarkable if it is greater than ``at_least`` units and greater than ``percent`` of the figure before.
    """

    percent: int
    at_least: int

    def is_passed(self, before: int, now: int) -> bool:
        """Whether the change is remarkable."""
        change = abs(now - before)
        return change > self.at_least and change * 100 > self.percent * abs(before)


@dataclass(frozen=True)
class Form:
    """One form of the catalogue (填报表).

    ``periods`` are the kinds of period it accepts, the one that is asked for regularly first. ``feeds`` names the
    indicator of the plan, printed in ``plan_row`` of 专栏1 or as target ``plan_text`` (T1 to T58). ``share`` says that
    the numerator counts part of the denominator. ``due`` is the parameter with the days for filing after the period's
    end.
    """

    code: str
    name: str
    name_en: str
    kind: FormKind
    scope: Scope
    periods: tuple[PeriodKind, ...]
    numerator: Quantity
    denominator: Quantity | None
    share: bool
    change: ChangeBound
    source: str
    plan_row: int | None
    feeds: str
    due: str
    plan_text: str | None = None

    @property
    def regular(self) -> PeriodKind:
        """The kind of period that is due again and again."""
        return self.periods[0]

    def admit(self, division: Division, period: Period, numbers: Numbers) -> Entry:
        """An entry that fits this form; refuses a period, a division or a number it does not ask for.

        :param division: as the register knows it on the last day of ``period``.
        """
        if period.kind not in self.periods:
            raise PeriodKindNotAsked(field="period", asked=[kind.value for kind in self.periods])
        if division.level is not self.scope.level:
            raise DivisionDoesNotFile(field="division", asked=self.scope.value)
        return Entry(self, division.code, period, self.counted(numbers))

    def counted(self, numbers: Numbers) -> Numbers:
        """The numbers as the form counts them, a fixed denominator filled in; refuses impossible ones."""
        self.numerator.check(numbers.numerator, "numerator")
        denominator = self._denominator(numbers.denominator)
        if self.share and denominator is not None and numbers.numerator > denominator:
            raise NumeratorExceedsDenominator(field="numerator")
        return Numbers(numbers.numerator, denominator)

    def _denominator(self, given: int | None) -> int | None:
        wanted = self.denominator
        if wanted is None:
            if given is not None:
                raise DenominatorNotAsked(field="denominator")
            return None
        if wanted.fixed is not None:
            if given not in (None, wanted.fixed):
                raise DenominatorIsFixed(field="denominator", fixed=wanted.fixed)
            return wanted.fixed
        if given is None:
            raise DenominatorMissing(field="denominator")
        wanted.check(given, "denominator")
        return given


@dataclass(frozen=True)
class Entry:
    """What a form asks, answered (填报项): numbers of one division (12 digits) for one period."""

    form: Form
    division: str
    period: Period
    numbers: Numbers

    @property
    def line(self) -> Line:
        """The form and the division: what one series is about."""
        return self.form.code, self.division


Line: TypeAlias = tuple[str, str]
"""Code of a form and code of a division."""
