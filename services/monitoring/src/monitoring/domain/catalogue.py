"""The catalogue of indicators as data: the 16 rows of 专栏1 of the plan, each with everything the plan prints.

An entry that is wrong stops the start and is named. Where the plan contradicts itself both targets are kept.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from shared.kernel.errors import Refusal


class CatalogueEntryInvalid(Refusal):
    """指标目录有误"""


class Kind(StrEnum):
    """How an indicator is computed (指标类型)."""

    RATIO = "RATIO"
    """Σ numerator / Σ denominator on a day."""
    PERIOD_RATIO = "PERIOD_RATIO"
    """Σ numerator / Σ denominator of the year to date."""
    COVERAGE = "COVERAGE"
    """Townships with at least one / townships in scope."""
    LEVEL = "LEVEL"
    """A number on a day."""
    CUMULATIVE = "CUMULATIVE"
    """A sum over the five years of the plan."""
    GROWTH = "GROWTH"
    """Growth of a level over the last completed calendar year."""


class Nature(StrEnum):
    """How strongly the plan binds (指标属性)."""

    BINDING = "BINDING"
    """约束性"""
    EXPECTED = "EXPECTED"
    """预期性"""


class SourceClass(StrEnum):
    """Where the value comes from (数据来源)."""

    COMPUTED = "COMPUTED"
    """计算: from events of the services."""
    HYBRID = "HYBRID"
    """混合: computed here, with a reported comparator."""
    REPORTED = "REPORTED"
    """填报: filed and confirmed by the bureaus."""


@dataclass(frozen=True)
class Target:
    """One printed target. ``value`` is None where the plan sets a moving one; ``comparator`` names its series."""

    value: Decimal | None
    deadline: date
    printed_in: str
    comparator: str | None = None


@dataclass(frozen=True)
class Baseline:
    """The printed starting value; None where the plan prints a dash."""

    value: Decimal | None
    year: int
    printed_in: str


@dataclass(frozen=True)
class Definition:
    """A version of what is counted, from a day on.

    ``variants`` are numerator and denominator pairs; the headline is the lowest of them, because each must hold.
    """

    valid_from: date
    text: str
    variants: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class Indicator:
    """An indicator of the plan (规划指标).

    ``factor`` turns the fraction into the printed unit; ``excluded`` are the districts outside its scope.
    """

    id: str
    row: int
    name: str
    name_en: str
    unit: str
    kind: Kind
    nature: Nature
    source: SourceClass
    factor: Decimal
    scope: str
    excluded: tuple[str, ...]
    baseline: Baseline
    targets: tuple[Target, ...]
    definitions: tuple[Definition, ...]
    remarks: tuple[str, ...]

    def definition_on(self, day: date) -> Definition:
        """The definition in force on a day; the first one for days before it."""
        in_force = [definition for definition in self.definitions if definition.valid_from <= day]
        return in_force[-1] if in_force else self.definitions[0]


@dataclass(frozen=True)
class Catalogue:
    """All indicators in the order of the plan's table."""

    indicators: tuple[Indicator, ...]

    def by_id(self, indicator_id: str) -> Indicator | None:
        """The indicator of this id."""
        return next((indicator for indicator in self.indicators if indicator.id == indicator_id), None)


def load_catalogue(path: Path) -> Catalogue:
    """Read and check the catalogue file."""
    return catalogue_from_text(path.read_text(encoding="utf-8"))


def catalogue_from_text(text: str) -> Catalogue:
    """Parse the catalogue; :class:`CatalogueEntryInvalid` names the entry and the field that is wrong."""
    indicators = tuple(_indicator(entry, n) for n, entry in enumerate(tomllib.loads(text).get("indicator", []), 1))
    ids = [indicator.id for indicator in indicators]
    rows = [indicator.row for indicator in indicators]
    for name, values in (("id", ids), ("row", rows)):
        if len(set(values)) != len(values):
            raise CatalogueEntryInvalid(f"{name} 重复", field=name)
    return Catalogue(tuple(sorted(indicators, key=lambda indicator: indicator.row)))


def _indicator(entry: dict[str, Any], number: int) -> Indicator:
    try:
        indicator = Indicator(
            id=entry["id"],
            row=entry["row"],
            name=entry["name"],
            name_en=entry["name_en"],
            unit=entry["unit"],
            kind=Kind(entry["kind"]),
            nature=Nature(entry["nature"]),
            source=SourceClass(entry["source"]),
            factor=Decimal(entry.get("factor", "1")),
            scope=entry["scope"],
            excluded=tuple(entry.get("excluded", ())),
            baseline=Baseline(_decimal(entry["baseline"].get("value")), 2020, entry["baseline"]["printed_in"]),
            targets=tuple(_target(target) for target in entry["target"]),
            definitions=tuple(_definition(definition) for definition in entry["definition"]),
            remarks=tuple(entry.get("remarks", ())),
        )
    except (KeyError, ValueError, TypeError, ArithmeticError) as wrong:
        named = entry.get("id", "?") if isinstance(entry, dict) else "?"
        raise CatalogueEntryInvalid(f"第 {number} 项（{named}）：{wrong}", entry=number) from None
    if not indicator.targets or not indicator.definitions:
        raise CatalogueEntryInvalid(f"第 {number} 项（{indicator.id}）缺少目标或定义", entry=number)
    return indicator


def _target(entry: dict[str, Any]) -> Target:
    return Target(_decimal(entry.get("value")), entry["deadline"], entry["printed_in"], entry.get("comparator"))


def _definition(entry: dict[str, Any]) -> Definition:
    variants = tuple((pair[0], pair[1] if len(pair) > 1 else None) for pair in entry["variants"])
    if not variants:
        raise ValueError("variants")
    return Definition(entry["valid_from"], entry["text"], variants)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
