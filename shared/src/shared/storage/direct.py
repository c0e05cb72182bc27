"""The transaction of a use case, and statements that go straight to the driver inside it.

SQLAlchemy builds, caches, wraps and reads back every statement, which costs more processor time than the driver's
own work (measured on an insert of eleven columns: 160 against 70 µs, on a sequence's next value 208 against 21).
The few statements that every command executes spare themselves that. Errors come as SQLAlchemy's, so that nobody
has to know two families of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import asyncpg
from sqlalchemy import Dialect, Table
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

ROWS_AT_ONCE = 64
"""Statements are prepared for a number of rows; more rows than this go in several statements."""

Rows = Sequence[Mapping[str, Any]]
Shape = tuple[tuple[Table, tuple[str, ...], int], ...]
"""What decides about the text of an insert: tables, columns, numbers of rows."""

_texts: dict[Shape, str] = {}
_writers: dict[tuple[Table, tuple[str, ...]], tuple[Callable[[Any], Any] | None, ...]] = {}


class OpenTransaction:
    """A transaction on a connection whose engine is in ``AUTOCOMMIT``, so that SQLAlchemy begins none of its own."""

    def __init__(self, connection: AsyncConnection, driver: asyncpg.Connection) -> None:
        self.connection, self._driver = connection, driver

    @classmethod
    async def begin(cls, engine: AsyncEngine) -> OpenTransaction:
        """Begin on a connection of the pool; those that broke while they lay there are passed over."""
        connection = await engine.connect()
        while (driver := _driver_of(connection)).is_closed():
            await connection.invalidate()
            await connection.close()
            connection = await engine.connect()
        try:
            if driver.is_in_transaction():
                raise RuntimeError("a connection came from the pool with another's transaction")
            with _errors_of_sqlalchemy():
                await driver.execute("BEGIN")
        except BaseException:
            await connection.invalidate()
            await connection.close()
            raise
        return cls(connection, driver)

    async def commit(self) -> None:
        """Commit; raises where the server would only say that it rolled back what had failed before."""
        with _errors_of_sqlalchemy():
            done = await self._driver.execute("COMMIT")
        if done != "COMMIT":
            raise RuntimeError("the transaction had failed before, and an error was swallowed on the way")

    async def end(self) -> None:
        """Give the connection back; what was not committed is undone, and what cannot be undone is thrown away."""
        try:
            if not self._driver.is_closed() and self._driver.is_in_transaction():
                await self._driver.execute("ROLLBACK")
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
            self._driver.terminate()
        finally:
            if self._driver.is_closed() or self._driver.is_in_transaction():
                await self.connection.invalidate()
            await self.connection.close()


async def insert_rows(connection: AsyncConnection, *groups: tuple[Table, Rows]) -> None:
    """Insert rows of one or several tables, in one statement unless they are very many.

    The rows of a table all give the same columns, as plain values, which the table's types write. References
    between the tables are checked when a statement's rows are there.
    """
    shape: list[tuple[Table, tuple[str, ...], int]] = []
    values: list[Any] = []
    for table, rows in groups:
        if rows:
            names = tuple(rows[0])
            writers = _writers_of(table, names, connection.dialect)
            for row in rows[:ROWS_AT_ONCE]:
                values += [write(row[name]) if write else row[name] for name, write in zip(names, writers, strict=True)]
            shape.append((table, names, min(len(rows), ROWS_AT_ONCE)))
    if shape:
        await execute(connection, _text_of(tuple(shape), connection.dialect), *values)
        await insert_rows(connection, *((table, rows[ROWS_AT_ONCE:]) for table, rows in groups))


async def execute(connection: AsyncConnection, statement: str, *values: object) -> None:
    """Execute a statement with ``$1``-style parameters."""
    with _errors_of_sqlalchemy():
        await _driver_of(connection).execute(statement, *values)


async def fetch_value(connection: AsyncConnection, statement: str, *values: object) -> Any:
    """The one value that a statement with ``$1``-style parameters gives."""
    with _errors_of_sqlalchemy():
        return await _driver_of(connection).fetchval(statement, *values)


def _driver_of(connection: AsyncConnection) -> asyncpg.Connection:
    sync = connection.sync_connection
    if sync is None or sync.invalidated:
        raise asyncpg.InterfaceError("the connection is gone")
    return sync.connection.driver_connection


def _writers_of(table: Table, names: tuple[str, ...], dialect: Dialect) -> tuple[Callable[[Any], Any] | None, ...]:
    known = _writers.get((table, names))
    if known is None:
        known = tuple(table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names)
        _writers[table, names] = known
    return known


def _text_of(shape: Shape, dialect: Dialect) -> str:
    known = _texts.get(shape)
    if known is None:
        numbers = itertools.count(1)
        inserts = [_insert_text(table, names, count, numbers, dialect) for table, names, count in shape]
        earlier = ", ".join(f"t{n} AS ({text})" for n, text in enumerate(inserts[:-1]))
        known = _texts[shape] = (f"WITH {earlier} " if earlier else "") + inserts[-1]
    return known


def _insert_text(table: Table, names: tuple[str, ...], count: int, numbers: Iterator[int], dialect: Dialect) -> str:
    prepare = dialect.identifier_preparer
    columns = ", ".join(prepare.quote(table.c[name].name) for name in names)
    casts = [table.c[name].type.dialect_impl(dialect).compile(dialect=dialect) for name in names]
    rows = ", ".join("(" + ", ".join(f"${next(numbers)}::{cast}" for cast in casts) + ")" for _ in range(count))
    return f"INSERT INTO {prepare.format_table(table)} ({columns}) VALUES {rows}"  # noqa: S608 - names of our own tables


@contextmanager
def _errors_of_sqlalchemy() -> Iterator[None]:
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as error:
        raise IntegrityError(type(error).__name__, None, error, hide_parameters=True) from error
    except asyncpg.PostgresError as error:
        raise DBAPIError(type(error).__name__, None, error, hide_parameters=True) from error
    except asyncpg.InternalClientError as error:
        raise asyncpg.InterfaceError("the connection broke under the statement") from error
