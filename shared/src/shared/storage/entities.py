"""Collections of aggregates: explicit mapping, a row lock on load, one version and one event per change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    Row,
    String,
    Table,
    Uuid,
    select,
    text,
    true,
    update,
)

from shared.contracts.envelope import RESTATED, EntityState
from shared.kernel.aggregate import Aggregate
from shared.kernel.divisions import Area, Level
from shared.kernel.errors import Kind, NotFound, Refusal
from shared.storage.transaction import Transaction

A = TypeVar("A", bound=Aggregate)

SEND_AGAIN = text(
    """
    UPDATE outbox SET published_at = NULL, refused = NULL, reissue = reissue + 1
    FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS bigint[])) AS wanted (entity_id, version)
    WHERE outbox.noun = :noun AND outbox.entity_id = wanted.entity_id AND outbox.version = wanted.version
      AND outbox.epoch = :epoch
    RETURNING outbox.entity_id, outbox.version
    """
)


class StaleVersion(Refusal):
    """数据已被他人更改，请刷新后重试"""

    kind = Kind.CONFLICT


def entity_columns() -> list[Column[Any]]:
    """The columns every published entity's table begins with."""
    return [
        Column("id", Uuid, primary_key=True),
        Column("epoch", Integer, nullable=False),
        Column("version", BigInteger, nullable=False),
        Column("division", String(12), nullable=False),
    ]


def within(area: Area, column: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that a division code lies in ``area``; every query takes the caller's area."""
    if area.level is Level.CITY:
        return true()
    return column.startswith(area.prefix, autoescape=True)


class Entities(Generic[A]):
    """One aggregate's table inside a transaction.

    Subclasses give the table, the noun, the refusal for a missing entity, and three explicit translations:
    row → aggregate, aggregate → row, aggregate → published state.
    """

    table: ClassVar[Table]
    noun: ClassVar[str]
    missing: ClassVar[type[NotFound]]

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx

    def load(self, row: Row[Any]) -> A:
        """Rebuild the aggregate from its row."""
        raise NotImplementedError

    def dump(self, aggregate: A) -> Mapping[str, Any]:
        """The service's own columns of the aggregate (identity, version and division are added here)."""
        raise NotImplementedError

    def state(self, aggregate: A) -> EntityState:
        """What the world may know of the aggregate."""
        raise NotImplementedError

    def further_rows(self, aggregate: A) -> Sequence[tuple[Table, Sequence[Mapping[str, Any]]]]:
        """Rows of further tables that are inserted together with a new aggregate; none for most."""
        return ()

    async def complete(self, aggregate: A) -> A:
        """Load what lives in further tables; called after :meth:`load`, nothing to do for most."""
        return aggregate

    async def get(self, entity_id: UUID, *, area: Area, expected: int | None = None) -> A:
        """Load and lock one aggregate for a change.

        :param area: the caller's area; an entity outside it does not exist for the caller.
        :param expected: the version the caller has seen (``If-Match``), if it said so.
        :raises NotFound: no such entity in ``area``.
        :raises StaleVersion: somebody changed it since.
        """
        row = (
            await self.tx.connection.execute(
                select(self.table)
                .where(self.table.c.id == entity_id, within(area, self.table.c.division))
                .with_for_update()
            )
        ).one_or_none()
        if row is None:
            raise self.missing()
        aggregate = await self.complete(self.load(row))
        if expected is not None and expected != aggregate.version:
            raise StaleVersion(version_now=aggregate.version)
        return aggregate

    async def find(self, entity_id: UUID, *, area: Area) -> A:
        """Load one aggregate for reading, without a lock."""
        row = (
            await self.tx.connection.execute(
                select(self.table).where(self.table.c.id == entity_id, within(area, self.table.c.division))
            )
        ).one_or_none()
        if row is None:
            raise self.missing()
        return await self.complete(self.load(row))

    async def add(self, aggregate: A) -> None:
        """Insert a new aggregate and announce what happened."""
        self._announce(aggregate)
        await self.tx.insert((self.table, [self._row(aggregate)]), *self.further_rows(aggregate))

    async def save(self, aggregate: A) -> None:
        """Write a changed aggregate back and announce what happened; the row has been locked by :meth:`get`."""
        before = aggregate.version
        self._announce(aggregate)
        written = await self.tx.connection.execute(
            update(self.table)
            .where(self.table.c.id == aggregate.id, self.table.c.version == before)
            .values(self._row(aggregate))
        )
        if written.rowcount != 1:
            raise StaleVersion()

    def _row(self, aggregate: A) -> dict[str, Any]:
        return {
            "id": aggregate.id,
            "epoch": self.tx.around.epoch,
            "version": aggregate.version,
            "division": aggregate.division,
            **self.dump(aggregate),
        }

    def _announce(self, aggregate: A) -> None:
        if not aggregate.happened:
            raise RuntimeError(f"a {self.noun} is saved although nothing happened to it")
        state = self.state(aggregate)
        for participle in aggregate.happened:
            aggregate.version += 1
            self.tx.announce(aggregate, participle, state)
            self.tx.audit(f"{self.noun}.{participle}", self.noun, aggregate.id)
        aggregate.happened.clear()

    async def restate(self, entity_ids: list[UUID]) -> int:
        """Announce the present state of entities again, for a reader that lost or never saw it.

        The version does not change; the epoch becomes the present one, so that a reader who holds a phantom
        version from before a restore follows the surviving truth.
        """
        rows = (
            await self.tx.connection.execute(
                select(self.table).where(self.table.c.id.in_(entity_ids)).order_by(self.table.c.id).with_for_update()
            )
        ).all()
        present = [row.id for row in rows]
        epoch = self.tx.around.epoch
        await self.tx.connection.execute(update(self.table).where(self.table.c.id.in_(present)).values(epoch=epoch))
        kept = {
            (row.entity_id, row.version)
            for row in await self.tx.connection.execute(
                SEND_AGAIN,
                {"noun": self.noun, "ids": present, "versions": [row.version for row in rows], "epoch": epoch},
            )
        }
        for row in rows:
            self.tx.audit(f"{self.noun}.{RESTATED}", self.noun, row.id)
            if (row.id, row.version) not in kept:
                aggregate = await self.complete(self.load(row))
                self.tx.announce(aggregate, RESTATED, self.state(aggregate))
        return len(rows)
