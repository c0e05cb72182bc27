"""A database for long work: a rebuild may take minutes, where a request may take seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from monitoring.store.work import Tx
from shared.storage.database import Database, connect_engine
from shared.web.running import Running

PATIENCE_MS = 900_000


@asynccontextmanager
async def patient(running: Running) -> AsyncIterator[Database[Tx]]:
    """The same database through one connection of its own, without the limits of a request."""
    limits = {"statement_timeout_ms": PATIENCE_MS, "transaction_timeout_ms": PATIENCE_MS, "pool_size": 1}
    engine = connect_engine(running.settings.database.model_copy(update=limits), "monitoring-patient")
    try:
        yield Database(engine, running.database.around, Tx)
    finally:
        await engine.dispose()
