"""The worker: tasks that fail begin again, all end when told, and the house is kept."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from prometheus_client import REGISTRY
from sqlalchemy import text

from launcher.broker import Broker
from shared.service import Timer
from shared.storage.database import plain_dsn
from shared.testing.stream import Stream, fresh_stream
from shared.testing.under_test import ServiceUnderTest
from shared.web.running import Running
from shared.worker import Worker, told

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def stream(broker: Broker) -> AsyncIterator[Stream]:
    async with fresh_stream(broker) as fresh:
        yield fresh


def worker_of(ledger: ServiceUnderTest, *timers: Timer, nats: Any = None, **audit: Any) -> Worker:
    settings = ledger.running.settings
    changes = {"nats": nats or settings.nats, "audit": settings.audit.model_copy(update=audit)}
    running = Running(**{**vars(ledger.running), "settings": settings.model_copy(update=changes)})
    return Worker(replace(ledger.definition, timers=timers, consumes=None), running)


async def until(check: Any) -> None:
    async with asyncio.timeout(15):
        while not await check():
            await asyncio.sleep(0.02)


async def test_a_failing_task_begins_again_and_hinders_nobody(
    ledger: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.worker.RESTART_SECONDS", (0.01, 0.02, 0.03))
    tried, other = [], []

    async def fail(_running: Running) -> None:
        tried.append(1)
        if len(tried) < 4:
            raise RuntimeError("not yet")

    async def work(_running: Running) -> None:
        other.append(1)

    worker = worker_of(ledger, Timer("clumsy", 0.01, fail), Timer("steady", 0.01, work))
    task = asyncio.create_task(worker.run())

    async def recovered() -> bool:
        return len(tried) > 6 and len(other) > 20

    await until(recovered)
    worker.stop()
    async with asyncio.timeout(3):
        await task
    failures = REGISTRY.get_sample_value("civil_worker_task_failures_total", {"service": "ledger", "task": "clumsy"})
    assert failures == 3


async def test_a_worker_without_a_broker_works_on_and_ends_when_told(ledger: ServiceUnderTest) -> None:
    """The broker's address in these settings leads nowhere."""
    worker = worker_of(ledger, seal_every_seconds=0.02)
    async with ledger.client("ledger:open") as client:
        await client.post("/v1/accounts", json={"division": "500103001000", "owner": "测试甲"})
    task = asyncio.create_task(worker.run())

    async def sealed() -> bool:
        [row] = await ledger.rows("SELECT (SELECT count(*) FROM audit_entry) = (SELECT count(*) FROM audit_seal)")
        return bool(row[0])

    await until(sealed)
    worker.stop()
    async with asyncio.timeout(3):
        await task


async def test_a_whole_worker_publishes_seals_and_witnesses(
    ledger: ServiceUnderTest, stream: Stream, tmp_path: Any
) -> None:
    witness = tmp_path / "heads.jsonl"
    worker = worker_of(
        ledger, nats=stream.settings, witness_file=witness, seal_every_seconds=0.02, witness_every_seconds=0.02
    )
    task = asyncio.create_task(worker.run())
    async with ledger.client("ledger:open") as client:
        for _ in range(5):
            await client.post("/v1/accounts", json={"division": "500103001000", "owner": "测试甲"})

    async def done() -> bool:
        [row] = await ledger.rows(
            "SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL) = 0 "
            "AND (SELECT count(*) FROM audit_entry) = (SELECT count(*) FROM audit_seal)"
        )
        return bool(row[0]) and witness.exists()

    await until(done)
    worker.stop()
    async with asyncio.timeout(5):
        await task
    assert await stream.count() >= 5


async def test_only_what_is_old_and_done_is_purged(ledger: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.worker.PURGE_BATCH", 3)
    async with ledger.running.database.engine.begin() as connection:
        await connection.execute(text("DELETE FROM outbox"))
        await connection.execute(text("DELETE FROM idempotency"))
        for days, published in ((31, True), (29, True), (40, False)):
            for number in range(5):
                await connection.execute(
                    text(
                        "INSERT INTO outbox "
                        "(event_id, noun, entity_id, epoch, version, part, subject, body, published_at) "
                        "VALUES (:id, :noun, :id, 1, 1, 0, 's', 'b', "
                        "CASE WHEN :published THEN now() - make_interval(days => :days) END)"
                    ),
                    {"id": uuid4(), "noun": f"{days}", "published": published, "days": days},
                )
                await connection.execute(
                    text(
                        "INSERT INTO idempotency "
                        "VALUES (:caller, :key, '', 200, '{}', '', now() - make_interval(days => :days))"
                    ),
                    {"caller": f"{days}", "key": f"key-{number}", "days": 8 if days == 31 else 6},
                )
    await worker_of(ledger)._purge()
    left = await ledger.rows("SELECT noun, count(*) FROM outbox GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in left] == [("29", 5), ("40", 5)]
    kept = await ledger.rows("SELECT caller, count(*) FROM idempotency GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in kept] == [("29", 5), ("40", 5)]


async def test_what_is_logged_of_a_database_error_holds_no_values(ledger: ServiceUnderTest) -> None:
    from sqlalchemy.exc import DBAPIError

    async with ledger.running.database.engine.connect() as connection:
        with pytest.raises(DBAPIError) as refused:
            await connection.execute(
                text("INSERT INTO reference (code) SELECT repeat(:planted, 2) FROM nowhere"),
                {"planted": "11010519491231002X"},
            )
    assert "11010519491231002X" not in str(refused.value)
    assert told(refused.value) == "42P01"
    assert told(ValueError("a plain reason")) == "a plain reason"
    assert "postgres@" in plain_dsn(ledger.running.settings.database)
