"""Where things count on a day: the old code table followed to the districts of the day."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import lru_cache

from monitoring.domain.scope import Scope
from monitoring.queries.sums import CITY
from monitoring.store import Tx
from shared.kernel.divisions import AbolishedDivision, DivisionRegister, UnknownDivision

LISTED_FROM = date(2025, 11, 6)
"""Before this day the townships of ended districts are not listed; they are then taken as they are since."""


class Places:
    """The divisions of a day (区划口径); what is asked again and again is worked out once."""

    def __init__(self, register: DivisionRegister, on: date) -> None:
        self.on = on
        self._register = register
        self.kinds = {township.code[:9]: township.kind for township in register.townships(on)}
        if on < LISTED_FROM:
            for township in register.townships(LISTED_FROM):
                self.kinds.setdefault(township.code[:9], township.kind)
        self.districts = tuple(division.code[:6] for division in register.districts(on))
        self._central_urban = register.central_urban(on).districts
        self._known = {code: code for code in (CITY, *self.districts)}
        self._townships: dict[Scope, Counter[str]] = {}

    @classmethod
    def of(cls, tx: Tx, on: date) -> Places:
        """The divisions of a day."""
        return _places(tx.around.divisions, on)

    def district(self, code: str) -> str:
        """The district a code counts for on the day: its only successor, or itself where only an address could tell."""
        if code not in self._known:
            self._known[code] = self._followed(code)
        return self._known[code]

    def _followed(self, code: str) -> str:
        try:
            return self._register.current_district(code, self.on) or code
        except (AbolishedDivision, UnknownDivision):
            return code

    def holds(self, scope: Scope, district: str) -> bool:
        """Whether a district, or what is filed for the whole city, is in scope."""
        return district == CITY or scope.holds_district(district, self._central_urban)

    def townships(self, scope: Scope, district: str) -> int:
        """How many townships are in scope, in a district or the city."""
        if scope not in self._townships:
            homes = ((kind, self.district(code[:6])) for code, kind in self.kinds.items())
            within = [home for kind, home in homes if scope.holds_kind(kind) and self.holds(scope, home)]
            self._townships[scope] = Counter([*within, *(CITY for _ in within)])
        return self._townships[scope][district]

    def has(self, scope: Scope, township: str) -> bool:
        """Whether a township is in scope; one that is no longer listed counts by its district."""
        return scope.holds_kind(self.kinds.get(township, "unknown"))


@lru_cache(maxsize=64)
def _places(register: DivisionRegister, on: date) -> Places:
    return Places(register, on)
