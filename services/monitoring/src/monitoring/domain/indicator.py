"""An indicator of the plan: what is counted, for whom, from which baseline to which targets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from monitoring.domain.scope import Scope
from monitoring.domain.term import Term


class Kind(StrEnum):
    """How an indicator is computed (指标类型)."""

    RATIO = "RATIO"
    """Σ numerator / Σ denominator on a day."""
    PERIOD_RATIO = "PERIOD_RATIO"
    """Σ numerator / Σ denominator of a period, unless said otherwise of the year to date."""
    COVERAGE = "COVERAGE"
    """Places with at least one / places in scope."""
    LEVEL = "LEVEL"
    """A number on a day."""
    COUNT = "COUNT"
    """How many there are on a day."""
    PER_YEAR = "PER_YEAR"
    """How many there were in the year to date."""
    CUMULATIVE = "CUMULATIVE"
    """A sum over the five years of the plan."""
    GROWTH = "GROWTH"
    """Growth of a level over the last completed calendar year, against an external series."""
    EITHER_OF = "EITHER_OF"
    """Several ratios, of which one is enough."""
    MEDIAN = "MEDIAN"
    """The lower median of numbers observed in a period."""


class Nature(StrEnum):
    """How strongly the plan binds (指标属性)."""

    BINDING = "BINDING"
    """约束性"""
    EXPECTED = "EXPECTED"
    """预期性"""
    NONE = "NONE"
    """未注明"""


class SourceClass(StrEnum):
    """Where the value comes from (数据来源)."""

    COMPUTED = "COMPUTED"
    """计算: from events of the services."""
    HYBRID = "HYBRID"
    """混合: computed here, with a reported part."""
    REPORTED = "REPORTED"
    """填报: filed and confirmed by the bureaus."""


class Better(StrEnum):
    """Which direction is good (方向)."""

    HIGHER = "HIGHER"
    """越高越好"""
    LOWER = "LOWER"
    """越低越好"""


@dataclass(frozen=True)
class Target:
    """One printed target. ``value`` is None where the plan sets a moving one; ``comparator`` names its series."""

    value: Decimal | None
    deadline: date
    printed_in: str
    comparator: str | None = None
    nature: Nature = Nature.NONE


@dataclass(frozen=True)
class Baseline:
    """The printed starting value; None where the plan prints a dash."""

    value: Decimal | None
    year: int
    printed_in: str


@dataclass(frozen=True)
class Variant:
    """One reading of a definition: what stands above the line and what below.

    One that stands ``beside`` is shown and decides nothing; ``factor`` where it has its own.
    """

    numerator: tuple[Term, ...]
    denominator: tuple[Term, ...] | None
    name: str = ""
    beside: bool = False
    factor: Decimal | None = None

    def written(self) -> list[str]:
        """Both sides as they are written."""
        sides = [self.numerator] if self.denominator is None else [self.numerator, self.denominator]
        return [" + ".join(map(str, side)) for side in sides]


@dataclass(frozen=True)
class Definition:
    """A version of what is counted, from a day on.

    The headline is the lowest of the deciding variants, because each must hold; of an either-of the best one.
    """

    valid_from: date
    text: str
    variants: tuple[Variant, ...]


@dataclass(frozen=True, eq=False)
class Indicator:
    """An indicator of the plan (规划指标), or one of a service's own; one entry of the catalogue is one object.

    ``row`` is its line in 专栏1, if it has one; ``code`` its number in the plan's table, text or a rulebook.
    ``factor`` turns the fraction into the printed unit, ``places`` are the decimals shown.
    """

    id: str
    code: str
    row: int | None
    name: str
    name_en: str
    unit: str
    kind: Kind
    nature: Nature
    source: SourceClass
    better: Better
    factor: Decimal
    places: int
    scope: Scope
    baseline: Baseline
    targets: tuple[Target, ...]
    definitions: tuple[Definition, ...]
    contradictions: tuple[str, ...]
    remarks: tuple[str, ...]
    persons: bool = False
    """Whether the integers count persons, so that small ones are not published."""

    def definition_on(self, day: date) -> Definition:
        """The definition in force on a day; the first one for days before it."""
        in_force = [definition for definition in self.definitions if definition.valid_from <= day]
        return in_force[-1] if in_force else self.definitions[0]

    @property
    def said(self) -> tuple[str, ...]:
        """Contradictions and remarks in words."""
        return (*self.contradictions, *self.remarks)
