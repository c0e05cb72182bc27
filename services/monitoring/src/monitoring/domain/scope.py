"""Scopes: for which divisions an indicator speaks (适用范围)."""

from __future__ import annotations

from dataclasses import dataclass

STREET = "街道"


@dataclass(frozen=True)
class Scope:
    """A named set of divisions, formed anew for each day from the division table.

    ``running`` is the measure that must be above zero in a district for it to be in scope.
    """

    id: str
    name: str
    excluded: frozenset[str] = frozenset()
    outside_central_urban: bool = False
    without_streets: bool = False
    running: str | None = None

    def holds_district(self, code: str, central_urban: frozenset[str]) -> bool:
        """Whether a district of the day is in scope, apart from what it runs."""
        return code not in self.excluded and not (self.outside_central_urban and code in central_urban)

    def holds_kind(self, kind: str) -> bool:
        """Whether townships of this kind are in scope; one of unknown kind is."""
        return not (self.without_streets and kind == STREET)


CITY = Scope("city", "全市")
