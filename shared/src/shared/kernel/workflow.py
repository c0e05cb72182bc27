"""A table of statuses and actions (办理流程): what may be done now, and what it leads to.

A workflow knows nothing about guards, people or time. It answers one question: from this status, is this
action possible at all? Rules that depend on facts live beside the aggregate as functions with names.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Generic, TypeVar

from shared.kernel.errors import Refusal

S = TypeVar("S")
A = TypeVar("A")


class ActionNotPossible(Refusal):
    """当前状态下不能进行此操作"""


class Workflow(Generic[S, A]):
    """The transitions of one aggregate (办理流程), in the order in which they were written down."""

    def __init__(self, table: Mapping[tuple[S, A], S]) -> None:
        self._table = dict(table)

    def next(self, status: S, action: A) -> S:
        """The status that the action leads to; an action the table does not know is refused."""
        try:
            return self._table[status, action]
        except KeyError:
            raise ActionNotPossible(
                status_now=_text(status),
                action=_text(action),
                possible=[_text(other) for other in self.possible(status)],
            ) from None

    def possible(self, status: S) -> tuple[A, ...]:
        """The actions open from a status, in table order; empty for a final status."""
        return tuple(action for now, action in self._table if now == status)

    @property
    def statuses(self) -> tuple[S, ...]:
        """Every status that the table mentions, in order of first mention."""
        return tuple(dict.fromkeys(status for (now, _), then in self._table.items() for status in (now, then)))

    @property
    def actions(self) -> tuple[A, ...]:
        """Every action that the table mentions, in order of first mention."""
        return tuple(dict.fromkeys(action for _, action in self._table))

    @property
    def final(self) -> tuple[S, ...]:
        """The statuses that nothing leads out of (办结状态)."""
        return tuple(status for status in self.statuses if not self.possible(status))


def _text(name: object) -> str:
    return str(name.value if isinstance(name, Enum) else name)
