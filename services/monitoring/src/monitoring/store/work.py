"""The transaction of ``monitoring``."""

from __future__ import annotations

from functools import cached_property

from monitoring.store.periods import ClosedPeriods
from monitoring.store.rebuilds import Rebuilds
from monitoring.store.states import EntityStates
from shared.storage.transaction import Transaction


class Tx(Transaction):
    """A transaction of ``monitoring``."""

    @cached_property
    def states(self) -> EntityStates:
        """Held entities and their cells."""
        return EntityStates(self)

    @cached_property
    def periods(self) -> ClosedPeriods:
        """Closed periods and their snapshots."""
        return ClosedPeriods(self)

    @cached_property
    def rebuilds(self) -> Rebuilds:
        """Recomputations from the held states."""
        return Rebuilds(self)
