"""The worker of a service: relay, audit sealer, house-keeping, timers and consumer, each supervised."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.messaging.relay import Relay
from shared.runtime.metrics import AUDIT_UNSEALED, TASK_FAILURES
from shared.service import REFRESH_SECONDS, ServiceDefinition, refresh
from shared.storage.database import plain_dsn, sqlstate
from shared.storage.sealing import count_unsealed, newest_entry, recent_floor, seal_entries, witness_head
from shared.web.bulk.processing import process_imports
from shared.web.running import Running

RESTART_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)
PURGE_SECONDS = 3600.0
IDEMPOTENCY_KEEP_DAYS = 7
STOP_SECONDS = 15.0

IMPORT_SECONDS = 1.0
SWEEP_SECONDS = 3600.0
SWEEP_WINDOW = 200_000
PURGE_BATCH = 5_000

PURGE = (
    """
    DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox WHERE published_at < now() - make_interval(days => :outbox_days) LIMIT :batch)
    """,
    """
    DELETE FROM idempotency WHERE (caller, key) IN (
        SELECT caller, key FROM idempotency
        WHERE created_at < now() - make_interval(days => :idempotency_days) LIMIT :batch)
    """,
)

log = structlog.get_logger()


def told(error: Exception) -> str:
    """What may be logged of an error: the database's own words can hold values of a row."""
    return sqlstate(error) or "" if isinstance(error, (DBAPIError, asyncpg.PostgresError)) else str(error)[:200]


class Worker:
    """Runs the background tasks of one service until stopped; a failed task starts again with growing delay."""

    def __init__(self, definition: ServiceDefinition, running: Running) -> None:
        self._definition, self._running = definition, running
        self._stopping = asyncio.Event()
        self._next_sweep = 0.0
        settings = running.settings
        self.relay = Relay(definition.name, plain_dsn(settings.database), settings.nats, settings.relay)

    async def run(self) -> None:
        """Run every task until :meth:`stop`."""
        async with asyncio.TaskGroup() as group:
            for name, task in self._tasks().items():
                group.create_task(self._supervise(name, task))

    def stop(self) -> None:
        """Ask every task to finish what it holds and end."""
        self._stopping.set()
        self.relay.wake.set()

    def _tasks(self) -> dict[str, Callable[[], Coroutine[Any, Any, None]]]:
        settings = self._running.settings
        tasks: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
            "relay": lambda: self.relay.run(self._stopping),
            "sealer": lambda: self._every(settings.audit.seal_every_seconds, self._seal),
            "memory": lambda: self._every(REFRESH_SECONDS, lambda: refresh(self._running)),
            "purge": lambda: self._every(PURGE_SECONDS, self._purge),
        }
        if settings.audit.witness_file:
            tasks["witness"] = lambda: self._every(settings.audit.witness_every_seconds, self._witness)
        for timer in self._definition.timers:
            tasks[timer.name] = lambda timer=timer: self._every(  # type: ignore[misc]  # bound per timer
                timer.every_seconds, lambda: timer.work(self._running)
            )
        if self._definition.imports:
            tasks["imports"] = lambda: self._every(
                IMPORT_SECONDS, lambda: process_imports(self._running, self._definition.imports)
            )
        if self._definition.consumes is not None:
            consumer = self._definition.consumes(self._running)
            tasks["consumer"] = lambda: consumer.run(self._stopping)
        return tasks

    async def _supervise(self, name: str, task: Callable[[], Coroutine[Any, Any, None]]) -> None:
        failures = 0
        while not self._stopping.is_set():
            began = asyncio.get_running_loop().time()
            try:
                await task()
            except Exception as error:
                lived = asyncio.get_running_loop().time() - began
                failures = 1 if lived > 30 else failures + 1
                TASK_FAILURES.labels(self._definition.name, name).inc()
                log.warning("task failed", task=name, error=type(error).__name__, text=told(error))
                delay = RESTART_SECONDS[min(failures, len(RESTART_SECONDS)) - 1]
                await self._rest(delay * random.uniform(0.5, 1.5))

    async def _every(self, seconds: float, work: Callable[[], Awaitable[object]]) -> None:
        while not self._stopping.is_set():
            await work()
            await self._rest(seconds)

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _seal(self) -> None:
        """Chain what is new; at the start and every hour also what was committed very late."""
        engine, now = self._running.database.engine, asyncio.get_running_loop().time()
        async with engine.connect() as connection:
            floor, newest = await recent_floor(connection), await newest_entry(connection)
        if now >= self._next_sweep:
            for after in range(0, floor, SWEEP_WINDOW):
                await self._seal_all(after, min(after + SWEEP_WINDOW, floor))
            self._next_sweep = now + SWEEP_SECONDS
        await self._seal_all(floor, newest)
        async with engine.connect() as connection:
            AUDIT_UNSEALED.labels(self._definition.name).set(await count_unsealed(connection, floor))

    async def _seal_all(self, after: int, upto: int) -> None:
        while await seal_entries(self._running.database.engine, after, upto) and not self._stopping.is_set():
            pass

    async def _witness(self) -> None:
        settings, around = self._running.settings, self._running.database.around
        if settings.audit.witness_file:
            await witness_head(
                self._running.database.engine, around.confidential, around.clock, settings.audit.witness_file
            )

    async def _purge(self) -> None:
        keep = {"outbox_days": self._running.settings.relay.keep_days, "idempotency_days": IDEMPOTENCY_KEEP_DAYS}
        for statement in PURGE:
            days = {name: value for name, value in keep.items() if f":{name}" in statement}
            removed = PURGE_BATCH
            while removed == PURGE_BATCH and not self._stopping.is_set():
                async with self._running.database.engine.begin() as connection:
                    removed = (await connection.execute(text(statement), {**days, "batch": PURGE_BATCH})).rowcount


@asynccontextmanager
async def working_beside(worker: Worker) -> AsyncIterator[None]:
    """Run ``worker`` for as long as the block lasts; used where API and worker share a process."""
    task = asyncio.create_task(worker.run(), name="worker")
    try:
        yield
    finally:
        worker.stop()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await task
        except TimeoutError:
            task.cancel()
