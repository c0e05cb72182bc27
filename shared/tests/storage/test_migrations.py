"""Migrations run once, whoever starts them, without the time limits of the service, and readiness knows them."""

import asyncio
from typing import Any

import asyncpg
import pytest

from shared.service import assemble
from shared.storage.database import plain_dsn
from shared.storage.migrations import head_of, revision_of, revision_seen_anew, upgrade
from shared.testing.servers import Databases
from shared.testing.under_test import ServiceUnderTest, settings_for

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def shape(dsn: str) -> list[tuple[Any, ...]]:
    session = await asyncpg.connect(dsn)
    rows = await session.fetch(
        "SELECT table_name, column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = 'public' ORDER BY 1, ordinal_position"
    )
    await session.close()
    return [tuple(row) for row in rows]


async def test_many_starts_at_once_migrate_once_and_again_changes_nothing(
    ledger: ServiceUnderTest, databases: Databases, settings_kind: Any, secrets_folder: Any
) -> None:
    name = "empty_for_migrations"
    databases.server.create_database(name)
    settings = settings_for(ledger.definition, settings_kind, databases.server.url(name), secrets_folder)
    running = assemble(ledger.definition, settings)
    engine, folder = running.database.engine, ledger.definition.migrations
    assert await revision_of(engine) is None
    assert await revision_seen_anew(settings.database, 5) is None
    await asyncio.gather(*(upgrade(engine, folder) for _ in range(4)))
    assert await revision_of(engine) == head_of(folder) == "0003"
    assert await revision_seen_anew(settings.database, 5) == "0003"
    first = await shape(plain_dsn(settings.database))
    assert {row[0] for row in first} >= {"outbox", "audit_entry", "audit_seal", "idempotency", "epoch", "account"}
    await upgrade(engine, folder)
    assert await shape(plain_dsn(settings.database)) == first
    # The sessions of the service keep their limits.
    async with engine.connect() as connection:
        limits = await connection.exec_driver_sql(
            "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'), "
            "current_setting('transaction_timeout'), current_setting('idle_in_transaction_session_timeout')"
        )
        assert tuple(limits.one()) == ("5s", "2s", "15s", "10s")
    await running.peers.close()
    await running.database.close()
    await databases.drop(name)


async def test_a_migration_is_not_cut_off_by_the_limits_of_the_service(
    ledger: ServiceUnderTest, databases: Databases, settings_kind: Any, secrets_folder: Any
) -> None:
    name = "slow_migrations"
    databases.server.create_database(name)
    settings = settings_for(ledger.definition, settings_kind, databases.server.url(name), secrets_folder)
    impatient = settings.database.model_copy(
        update={"statement_timeout_ms": 150, "transaction_timeout_ms": 300, "lock_timeout_ms": 100}
    )
    running = assemble(ledger.definition, settings.model_copy(update={"database": impatient}))
    session = await asyncpg.connect(plain_dsn(settings.database))
    # Somebody else migrates for longer than any limit of the service.
    await session.execute("SELECT pg_advisory_lock(7003)")
    waiting = asyncio.create_task(upgrade(running.database.engine, ledger.definition.migrations))
    await asyncio.sleep(0.6)
    assert not waiting.done()
    await session.close()
    await waiting
    assert await revision_seen_anew(settings.database, 5) == "0003"
    await running.peers.close()
    await running.database.close()
    await databases.drop(name)
