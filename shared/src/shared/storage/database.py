"""The engine and the one place where a transaction begins, is repeated when that is safe, and commits.

``Database.run`` commits before it returns. Nothing in this code base commits after an answer was built
elsewhere: a 2xx always speaks of something that is already on disk.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeVar

import asyncpg
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.kernel.errors import Refusal
from shared.runtime.failpoints import failpoint, linger
from shared.runtime.metrics import TRANSACTION_RETRIES
from shared.runtime.settings import DatabaseSettings
from shared.storage.direct import OpenTransaction
from shared.storage.surroundings import Surroundings
from shared.storage.transaction import Origin, Transaction

TX = TypeVar("TX", bound=Transaction)
R = TypeVar("R")

ATTEMPTS = 5
RETRY_SECONDS = 8.0
COMMAND_GRACE_SECONDS = 1.0
"""How much longer than the server the client waits for a statement before it gives the connection up."""
RETRYABLE = {
    "0A000": "schema changed",
    "40001": "serialization",
    "40P01": "deadlock",
    "57P01": "shutdown",
    "57P02": "crash",
    "57P03": "starting",
    "53300": "connections",
}
LOCK_NOT_AVAILABLE = "55P03"
IDEMPOTENCY_KEY = "idempotency_key"


class Busy(Exception):
    """The database could not take the work in time; the caller may try again."""


class AnsweredBefore(Exception):
    """The idempotency key is already taken by an earlier, committed call."""


class StillRunning(Exception):
    """Another call with the same idempotency key holds what this one needs."""


def sqlstate(error: BaseException) -> str | None:
    """The SQLSTATE behind a database error, if there is one."""
    cause = getattr(error, "orig", error)
    return getattr(cause, "sqlstate", None) or getattr(cause.__cause__, "sqlstate", None)


def is_connection_lost(error: BaseException) -> bool:
    """The connection broke, or could not be made; what was asked for may or may not have happened."""
    cause = getattr(error, "orig", error)
    return (
        isinstance(error, OSError)
        or getattr(error, "connection_invalidated", False)
        or (sqlstate(error) or "").startswith(("08", "57P"))
        or isinstance(error, (InterfaceError, asyncpg.InterfaceError))
        or "connection" in type(cause).__name__.lower()
    )


def constraint_of(error: IntegrityError) -> str | None:
    """The name of the violated constraint."""
    cause = getattr(error.orig, "__cause__", None)
    return getattr(cause, "constraint_name", None) or getattr(error.orig, "constraint_name", None)


def address_of(settings: DatabaseSettings) -> URL:
    """The address of the database, with the password of its file if there is one."""
    address = make_url(settings.url)
    if settings.password_file is None:
        return address
    return address.set(password=settings.password_file.read_text().strip())


def plain_dsn(settings: DatabaseSettings) -> str:
    """The address of the database for asyncpg itself."""
    return address_of(settings).set(drivername="postgresql").render_as_string(hide_password=False)


def connect_engine(settings: DatabaseSettings, application: str) -> AsyncEngine:
    """An engine whose sessions have every time limit on, and whose dead connections show within seconds."""
    return create_async_engine(
        address_of(settings),
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=settings.pool_timeout_seconds,
        pool_recycle=1800,
        pool_use_lifo=True,
        hide_parameters=True,
        connect_args={
            "timeout": 5,
            "command_timeout": settings.statement_timeout_ms / 1000 + COMMAND_GRACE_SECONDS,
            "server_settings": {
                "application_name": application,
                "statement_timeout": str(settings.statement_timeout_ms),
                "lock_timeout": str(settings.lock_timeout_ms),
                "idle_in_transaction_session_timeout": "10000",
                "transaction_timeout": str(settings.transaction_timeout_ms),
                "timezone": "UTC",
            },
        },
    )


class Database(Generic[TX]):
    """Runs use cases in transactions of the service's own kind.

    ``constraints`` maps the name of a database constraint to the rule it stands for, so that a rule guarded by
    the database is refused by its name as well.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        around: Surroundings,
        transaction: type[TX],
        constraints: Mapping[str, type[Refusal]] | None = None,
    ) -> None:
        self.engine, self.around = engine, around
        self._bare_engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        """The same pool; the transaction is begun and ended here, not by SQLAlchemy."""
        self._transaction, self._constraints = transaction, dict(constraints or {})

    async def run(self, work: Callable[[TX], Awaitable[R]], origin: Origin) -> R:
        """Do ``work`` in one transaction and commit it; the result speaks of committed facts.

        Deadlocks, serialization failures and lost connections are tried again, up to five times in eight
        seconds. An outcome
        that is unknown because the connection broke during the commit is safe to repeat too: the idempotency
        key, or the consumer's version check, turns the repetition into the first answer.

        :raises Refusal: a rule refused; nothing was written.
        :raises AnsweredBefore: the idempotency key was used by an earlier call.
        :raises Busy: no connection or no lock in time.
        """
        latest = time.monotonic() + RETRY_SECONDS
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._once(work, origin)
            except IntegrityError as broken:
                self._refuse_by_constraint(broken)
                raise
            except (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as broken:
                reason = self._retry_reason(broken)
                if reason is None:
                    raise
                TRANSACTION_RETRIES.labels(self.around.service, reason).inc()
                if attempt == ATTEMPTS or time.monotonic() > latest:
                    raise Busy(reason) from broken
                await asyncio.sleep(random.uniform(0, 0.05 * 2**attempt))
            except PoolTimeout as full:
                raise Busy("pool") from full
        raise AssertionError("unreachable")

    async def _once(self, work: Callable[[TX], Awaitable[R]], origin: Origin) -> R:
        transaction = await OpenTransaction.begin(self._bare_engine)
        try:
            tx = self._transaction(transaction.connection, origin, self.around.clock.now(), self.around)
            result = await work(tx)
            failpoint("write.before_flush")
            await tx.flush()
            await linger("write.before_commit")
            failpoint("write.before_commit")
            await transaction.commit()
        finally:
            await transaction.end()
        failpoint("write.after_commit")
        for effect in tx.afterwards:
            effect()
        return result

    def refusal_of(self, broken: IntegrityError) -> Refusal | None:
        """The rule that the violated constraint stands for, if it stands for one."""
        rule = self._constraints.get(constraint_of(broken) or "")
        return rule() if rule else None

    def _refuse_by_constraint(self, broken: IntegrityError) -> None:
        if constraint_of(broken) == IDEMPOTENCY_KEY:
            raise AnsweredBefore from broken
        refusal = self.refusal_of(broken)
        if refusal:
            raise refusal from broken

    @staticmethod
    def _retry_reason(broken: BaseException) -> str | None:
        state = sqlstate(broken)
        if state == LOCK_NOT_AVAILABLE:
            raise StillRunning from broken
        if state in RETRYABLE:
            return RETRYABLE[state]
        return "connection" if is_connection_lost(broken) else None

    async def load_epoch(self) -> None:
        """Read the epoch that this process stamps on its events; it changes only with a restart."""
        async with self.engine.connect() as connection:
            self.around.epoch = await scalar(connection, "SELECT value FROM epoch")

    async def close(self) -> None:
        """Release every connection."""
        await self.engine.dispose()


async def scalar(connection: AsyncConnection, statement: str) -> int:
    """The single integer a statement gives."""
    return int((await connection.execute(text(statement))).scalar_one())
