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
    found: Counter[Cell] = Counter()
    for one in MEASURES[type(fact)](fact):
        found[Cell(one.measure, one.division or division, one.residence, one.day)] += one.amount
    return Counter({cell: amount for cell, amount in found.items() if amount})
