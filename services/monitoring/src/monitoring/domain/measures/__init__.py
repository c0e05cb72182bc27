"""Measures: the state of one entity in, its contributions to running totals out; one module a service."""

from __future__ import annotations

from collections import Counter

from monitoring.domain.facts.fact import Fact
from monitoring.domain.measures import assistance, eldercare, marriage, placename, reporting
from monitoring.domain.measures.contribution import Cell, Contribution, Measures

__all__ = ["MEASURES", "Cell", "Contribution", "contributions"]

MEASURES: Measures = {
    **assistance.MEASURES,
    **eldercare.MEASURES,
    **marriage.MEASURES,
    **placename.MEASURES,
    **reporting.MEASURES,
}


def contributions(fact: Fact, division: str) -> Counter[Cell]:
    """Everything one entity adds, by cell; cells that cancel out are left away."""
    found: dict[Cell, int] = {}
    for measure, day, amount, residence, elsewhere in MEASURES[type(fact)](fact):
        cell = Cell(measure, elsewhere or division, residence, day)
        found[cell] = found.get(cell, 0) + amount
    return Counter({cell: amount for cell, amount in found.items() if amount})
