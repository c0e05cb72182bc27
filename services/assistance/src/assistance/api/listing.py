"""How dossiers are listed: one page shape, one cursor, the same narrowing everywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from fastapi import Response
from sqlalchemy import ColumnElement

from assistance import queries
from assistance.store import Dossiers, Tx
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import Deadline
from shared.kernel.principal import Principal
from shared.web.commands import Reading
from shared.web.fields import ApiModel
from shared.web.paging import Cursors, Page, page_of

A = TypeVar("A", bound=Aggregate)
V = TypeVar("V", bound=ApiModel)


class DueView(ApiModel):
    """A last day; ``provisional`` while the year's holiday list is not known."""

    on: date
    provisional: bool

    @classmethod
    def of(cls, due: Deadline | None) -> DueView | None:
        """The view of a last day, if there is one."""
        return cls(on=due.on, provisional=due.provisional) if due else None


async def list_dossiers(
    asking: Reading, caller: Principal, *, store: Callable[[Tx], Dossiers[A]], noun: str, view: Callable[[A], V],
    page: type[Page[V]], status: str | None, application_id: UUID | None, overdue: bool, limit: int,
    cursor: str | None, further: Sequence[ColumnElement[bool]] = (), about: str = "",
) -> Response:  # fmt: skip
    """One page of dossiers of the caller's area, newest first."""
    query = f"{noun}|{caller.area.code}|{caller.organisation}|{status}|{application_id}|{overdue}|{about}"
    cursors = Cursors(asking.confidential, query)
    after = cursors.read(cursor)

    async def ask(tx: Tx) -> list[Any]:
        return await queries.dossiers(
            store(tx), area=caller.area, status=status, application_id=application_id,
            overdue_on=tx.today if overdue else None, after=after, limit=limit + 1, further=further,
        )  # fmt: skip

    return await asking.run(ask, show=lambda found: page_of(found, limit, cursors, lambda each: (each.id,), view, page))
