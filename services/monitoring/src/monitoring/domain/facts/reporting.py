"""What is counted of reporting (统计填报)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from monitoring.domain.facts.fact import Fact


@dataclass(frozen=True)
class Figure:
    """One confirmed figure of a reported series."""

    on: date
    numerator: int
    denominator: int | None


@dataclass(frozen=True)
class ReportedSeries(Fact):
    """All confirmed figures of one form and division; ``accumulates`` where periods add up."""

    form: str
    accumulates: bool
    figures: Sequence[Figure]
