"""Readings that were worked out before, kept until a cell changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import text

from monitoring.store import Tx

if TYPE_CHECKING:
    from monitoring.queries.readings import Reading

ROOM = 40_000
"""Readings kept in one process: a few whole cities."""
MARK = text(
    """
    SELECT current_database() || pg_postmaster_start_time()::text
        || coalesce(md5(string_agg(slot || ':' || changed_by || ':' || changes, ',' ORDER BY slot)), '')
    FROM cell_change
    """
)


async def read_mark(tx: Tx) -> str:
    """What differs as soon as anybody's change of a cell is committed.

    It is read before the cells: a change between the two is read too, and only makes the reading anew earlier.
    """
    return str((await tx.connection.execute(MARK)).scalar_one())


class KeptReadings:
    """The readings asked for last; all of them go when the mark changes."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._mark = ""
        self._size = 0
        self._held: OrderedDict[Hashable, Sequence[Reading]] = OrderedDict()

    def get(self, mark: str, key: Hashable) -> Sequence[Reading] | None:
        """What is kept under this mark."""
        found = self._held.get(key) if mark == self._mark else None
        if found is not None:
            self._held.move_to_end(key)
        return found

    def put(self, mark: str, key: Hashable, readings: Sequence[Reading]) -> None:
        """Keep readings; those not asked for the longest make room."""
        if mark != self._mark:
            self.forget()
            self._mark = mark
        self._size += len(readings) - len(self._held.pop(key, ()))
        self._held[key] = readings
        while self._size > self._room:
            self._size -= len(self._held.popitem(last=False)[1])

    def forget(self) -> None:
        """Keep nothing."""
        self._held.clear()
        self._mark, self._size = "", 0


KEPT = KeptReadings()
