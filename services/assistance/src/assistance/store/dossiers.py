"""Small dossiers: an aggregate kept as one document beside the columns that lists need.

What names people or repeats their words is listed in ``sealed`` and kept encrypted; the rest is readable by SQL.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Column, Date, Row, String, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from assistance.store.tables import METADATA
from shared.kernel.aggregate import Aggregate
from shared.storage.entities import Entities, entity_columns

A = TypeVar("A", bound=Aggregate)
FRAME = frozenset({"id", "division", "version", "happened"})


def dossier_table(name: str, *further: Column[Any]) -> Table:
    """A table of dossiers: status, the case it belongs to, its next last day, and the document."""
    return Table(
        name,
        METADATA,
        *entity_columns(),
        Column("status", String, nullable=False),
        Column("opened_on", Date, nullable=False),
        Column("application_id", Uuid),
        Column("due_on", Date),
        Column("record", JSONB, nullable=False),
        Column("sealed", String),
        *further,
    )


class Dossiers(Entities[A]):
    """Dossiers of one kind; ``opened`` names the field of the day it began, ``resting`` statuses without a clock."""

    adapter: ClassVar[TypeAdapter[Any]]
    opened: ClassVar[str]
    sealed: ClassVar[frozenset[str]] = frozenset()
    resting: ClassVar[frozenset[str]] = frozenset()

    def load(self, row: Row[Any]) -> A:
        """Row → aggregate."""
        secret: dict[str, Any] = {}
        if row.sealed is not None:
            secret = json.loads(self.tx.around.confidential.open(self._column, row.id, row.sealed))
        frame = {"id": row.id, "division": row.division, "version": row.version}
        aggregate: A = self.adapter.validate_python({**row.record, **secret, **frame})
        return aggregate

    def dump(self, aggregate: A) -> Mapping[str, Any]:
        """Aggregate → row."""
        document = self.adapter.dump_python(aggregate, mode="json", exclude=set(FRAME))
        secret = {name: document.pop(name) for name in self.sealed}
        seal = self.tx.around.confidential.seal
        return {
            "status": document["status"],
            "opened_on": self.opened_on(aggregate),
            "application_id": getattr(aggregate, "application_id", None),
            "due_on": self.due_on(aggregate),
            "record": document,
            "sealed": seal(self._column, aggregate.id, json.dumps(secret)) if self.sealed else None,
            **self.further(aggregate),
        }

    def further(self, aggregate: A) -> Mapping[str, Any]:
        """Values of further columns; none for most."""
        return {}

    def opened_on(self, aggregate: A) -> date:
        """The day it began."""
        day: date = getattr(aggregate, self.opened)
        return day

    def due_on(self, aggregate: A) -> date | None:
        """The last day of whoever must act; None once it rests."""
        state: Any = aggregate
        due = getattr(state, "due", None)
        if due is None or state.status.value in self.resting:
            return None
        day: date = due.on
        return day

    @property
    def _column(self) -> str:
        return f"{self.table.name}.sealed"

    async def of_application(self, application_id: UUID) -> list[A]:
        """The dossiers of one case, oldest first."""
        statement = self.table.select().where(self.table.c.application_id == application_id).order_by(self.table.c.id)
        return [self.load(row) for row in await self.tx.connection.execute(statement)]
