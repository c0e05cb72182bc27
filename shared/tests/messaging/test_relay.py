"""The relay on real servers: everything that was committed is published, once by its id, in order per entity."""

import asyncio
import json
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
import pytest_asyncio
from ledger.store import Tx
from ledger.usecases import deposit
from prometheus_client import REGISTRY

from launcher.broker import Broker
from shared.kernel.divisions import Area
from shared.kernel.principal import CITY
from shared.messaging import relay as relay_module
from shared.messaging.relay import Relay
from shared.runtime.settings import RelaySettings
from shared.storage.database import plain_dsn
from shared.testing.stream import Stream, fresh_stream
from shared.testing.under_test import ServiceUnderTest

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERYTHING = ("ledger:open", "ledger:deposit")
BODY = {"division": "500103001000", "owner": "测试甲"}
PATIENCE = 20


class Killed(BaseException):
    """The process is gone."""


@pytest_asyncio.fixture(loop_scope="module")
async def stream(broker: Broker, ledger: ServiceUnderTest) -> AsyncIterator[Stream]:
    await execute(ledger, "UPDATE outbox SET published_at = now() WHERE published_at IS NULL")
    async with fresh_stream(broker) as fresh:
        yield fresh


@pytest_asyncio.fixture(loop_scope="module")
async def client(ledger: ServiceUnderTest) -> AsyncIterator[httpx.AsyncClient]:
    async with ledger.client(*EVERYTHING) as found:
        yield found


def make_relay(ledger: ServiceUnderTest, stream: Stream, **settings: Any) -> Relay:
    dsn = plain_dsn(ledger.running.settings.database)
    return Relay("ledger", dsn, stream.settings, RelaySettings(idle_seconds=0.01, **settings))


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[asyncio.Task[None]]:
    stopping = asyncio.Event()
    task = asyncio.create_task(relay.run(stopping))
    try:
        yield task
    finally:
        stopping.set()
        relay.wake.set()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(task, return_exceptions=True)


async def execute(ledger: ServiceUnderTest, statement: str, *values: Any) -> None:
    session = await asyncpg.connect(plain_dsn(ledger.running.settings.database))
    await session.execute(statement, *values)
    await session.close()


async def unsent(ledger: ServiceUnderTest) -> int:
    rows = await ledger.rows("SELECT count(*) FROM outbox WHERE published_at IS NULL AND refused IS NULL")
    return int(rows[0][0])


async def drained(ledger: ServiceUnderTest) -> None:
    async with asyncio.timeout(PATIENCE):
        while await unsent(ledger):
            await asyncio.sleep(0.02)


async def opened(client: httpx.AsyncClient) -> str:
    answer = await client.post("/v1/accounts", json=BODY)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def in_stream(stream: Stream) -> dict[str, list[int]]:
    """The versions of each entity, in the order of the stream."""
    versions: dict[str, list[int]] = defaultdict(list)
    for message in await stream.messages():
        event = json.loads(message.data)
        versions[event["subject"]].append(int(event["entityversion"]))
    return versions


async def test_slow_commits_lose_nothing_and_keep_their_order(
    ledger: ServiceUnderTest, stream: Stream, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = [UUID(await opened(client)) for _ in range(6)]
    dice = random.Random(7)

    class Sleeper(Tx):
        """Sleeps between its inserts and its commit, so that ids become visible in another order."""

        async def flush(self) -> None:
            await super().flush()
            await asyncio.sleep(dice.uniform(0, 0.03))

    monkeypatch.setattr(ledger.running.database, "_transaction", Sleeper)

    async def write(writer: int) -> None:
        for _ in range(25):
            account = dice.choice(accounts)
            await ledger.run(lambda tx, account=account: deposit(tx, account, 1, area=Area(CITY)))

    relay = make_relay(ledger, stream)
    async with running(relay):
        await asyncio.gather(*(write(writer) for writer in range(8)))
        await drained(ledger)
    messages = await stream.messages()
    outbox = await ledger.rows(
        "SELECT event_id, entity_id, subject FROM outbox WHERE entity_id = ANY(CAST(:ids AS uuid[]))", ids=accounts
    )
    assert len(outbox) == 206
    assert len({row.event_id for row in outbox}) == len(messages) == 206
    published = {message.headers["Nats-Msg-Id"]: message.subject for message in messages if message.headers}
    assert published == {str(row.event_id): row.subject for row in outbox}
    for versions in (await in_stream(stream)).values():
        assert versions == list(range(1, len(versions) + 1))


async def test_a_second_relay_waits_and_takes_over(
    ledger: ServiceUnderTest, stream: Stream, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "RELOCK_SECONDS", 0.1)
    holders = (
        "SELECT pid, count(*) AS partitions FROM pg_locks WHERE locktype = 'advisory' AND classid = 7001 "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY pid"
    )
    first, second = make_relay(ledger, stream), make_relay(ledger, stream)
    async with running(first) as first_task, running(second) as second_task:
        await opened(client)
        await drained(ledger)
        await asyncio.sleep(0.5)  # the second relay has asked for locks several times by now
        [holder] = await ledger.rows(holders)
        assert holder.partitions == 32
        await execute(ledger, "SELECT pg_terminate_backend($1)", holder.pid)
        accounts = [await opened(client) for _ in range(5)]
        await drained(ledger)
        done, _ = await asyncio.wait({first_task, second_task}, return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE)
        assert len(done) == 1
        [successor] = await ledger.rows(holders)
        assert (successor.partitions, successor.pid != holder.pid) == (32, True)
    versions = await in_stream(stream)
    assert all(versions[account] == [1] for account in accounts)


async def test_the_broker_may_be_away_and_writes_go_on(
    ledger: ServiceUnderTest, stream: Stream, client: httpx.AsyncClient, broker: Broker
) -> None:
    async with running(make_relay(ledger, stream)):
        accounts = [await opened(client)]
        await drained(ledger)
        await asyncio.to_thread(broker.stop)
        try:
            accounts += [await opened(client) for _ in range(20)]
            assert await unsent(ledger) == 20
        finally:
            await asyncio.to_thread(broker.start)
        await drained(ledger)
    versions = await in_stream(stream)
    assert versions == {account: [1] for account in accounts}


async def test_with_the_broker_away_from_the_start_a_relay_counts_and_can_be_stopped(
    ledger: ServiceUnderTest, stream: Stream, client: httpx.AsyncClient
) -> None:
    settings = stream.settings.model_copy(update={"url": "nats://127.0.0.1:1"})
    relay = Relay("ledger", plain_dsn(ledger.running.settings.database), settings, RelaySettings())
    for _ in range(3):
        await opened(client)
    stopping = asyncio.Event()
    task = asyncio.create_task(relay.run(stopping))
    async with asyncio.timeout(5):
        while REGISTRY.get_sample_value("civil_outbox_unsent_events", {"service": "ledger"}) != 3:
            await asyncio.sleep(0.02)
    assert (REGISTRY.get_sample_value("civil_outbox_oldest_unsent_seconds", {"service": "ledger"}) or 0) > 0
    stopping.set()
    async with asyncio.timeout(2):
        await task
    assert await unsent(ledger) == 3


@pytest.mark.parametrize("point", ["relay.after_fetch", "relay.after_publish", "relay.after_mark"])
async def test_a_relay_killed_anywhere_repeats_under_the_same_message_id(
    ledger: ServiceUnderTest, stream: Stream, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    accounts = [await opened(client) for _ in range(10)]

    def die(name: str) -> None:
        if name == point:
            raise Killed

    monkeypatch.setattr(relay_module, "failpoint", die)
    task = asyncio.create_task(make_relay(ledger, stream).run(asyncio.Event()))
    with pytest.raises(Killed):
        await task
    assert await stream.count() == (0 if point == "relay.after_fetch" else 10)
    assert await unsent(ledger) == (0 if point == "relay.after_mark" else 10)
    monkeypatch.undo()
    before = _duplicates()
    async with running(make_relay(ledger, stream)):
        await drained(ledger)
    assert await in_stream(stream) == {account: [1] for account in accounts}
    assert _duplicates() - before == (10 if point == "relay.after_publish" else 0)


async def test_an_event_too_large_is_parked_and_delays_nobody(
    ledger: ServiceUnderTest, stream: Stream, client: httpx.AsyncClient
) -> None:
    accounts = [await opened(client) for _ in range(4)]
    stream_limit, broker_limit = 131_072 + 1_000, 262_144 + 1_000
    for account, size in ((accounts[0], stream_limit), (accounts[1], broker_limit)):
        await execute(
            ledger, "UPDATE outbox SET body = $2 WHERE entity_id = $1 AND version = 1", UUID(account), "x" * size
        )
        await client.post(f"/v1/accounts/{account}/deposit", json={"amount_fen": 1})
    async with running(make_relay(ledger, stream)):
        await drained(ledger)
        async with asyncio.timeout(5):
            while REGISTRY.get_sample_value("civil_outbox_refused_events", {"service": "ledger"}) != 2:
                await asyncio.sleep(0.02)
    assert await in_stream(stream) == {accounts[0]: [2], accounts[1]: [2], accounts[2]: [1], accounts[3]: [1]}
    refused = await ledger.rows("SELECT entity_id, refused FROM outbox WHERE refused IS NOT NULL ORDER BY id")
    assert [(str(row.entity_id), row.refused) for row in refused] == [
        (accounts[0], "larger than the stream allows"), (accounts[1], "larger than the broker allows"),
    ]  # fmt: skip
    await execute(ledger, "DELETE FROM outbox WHERE refused IS NOT NULL")


async def test_an_event_restated_while_it_is_under_way_goes_out_again(
    ledger: ServiceUnderTest, stream: Stream, client: httpx.AsyncClient
) -> None:
    account = await opened(client)

    class Interrupted(Relay):
        async def _send(self, js: Any, row: Any) -> bool:
            duplicate = await super()._send(js, row)
            if row["reissue"] == 0:
                await execute(ledger, "UPDATE outbox SET reissue = 1, published_at = NULL WHERE id = $1", row["id"])
            return duplicate

    dsn = plain_dsn(ledger.running.settings.database)
    async with running(Interrupted("ledger", dsn, stream.settings, RelaySettings(idle_seconds=0.01))):
        async with asyncio.timeout(PATIENCE):
            while await stream.count() < 2:
                await asyncio.sleep(0.02)
        await drained(ledger)
    ids = [message.headers["Nats-Msg-Id"] for message in await stream.messages() if message.headers]
    assert ids == [ids[0], f"{ids[0]}:r1"]
    assert account in await in_stream(stream)


async def test_a_full_stream_holds_the_outbox_and_drops_nothing(
    ledger: ServiceUnderTest, broker: Broker, client: httpx.AsyncClient, stream: Stream
) -> None:
    small = stream.settings.model_copy(update={"max_bytes": 20_000})
    from shared.messaging.bus import provision_stream

    await provision_stream(stream.js, small)
    accounts = [await opened(client) for _ in range(60)]
    async with running(make_relay(ledger, stream)):
        async with asyncio.timeout(PATIENCE):
            while await stream.count() == 0:
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.5)
        held = await unsent(ledger)
        assert held > 0
        assert await stream.count() + held == 60
        await provision_stream(stream.js, stream.settings)
        await drained(ledger)
    assert await in_stream(stream) == {account: [1] for account in accounts}


async def test_a_large_backlog_is_read_by_its_index(ledger: ServiceUnderTest, stream: Stream) -> None:
    await execute(
        ledger,
        "INSERT INTO outbox (event_id, noun, entity_id, epoch, version, part, subject, body, published_at) "
        "SELECT gen_random_uuid(), 'old', gen_random_uuid(), 1, 1, n % 32, 's', 'b', "
        "CASE WHEN n % 10 = 0 THEN NULL ELSE now() END FROM generate_series(1, 20000) AS n",
    )
    session = await asyncpg.connect(plain_dsn(ledger.running.settings.database))
    await session.execute("ANALYZE outbox")
    for statement, values in (
        (relay_module.UNSENT, (list(range(32)), 256)), (relay_module.MEASURE, (relay_module.COUNTED_AT_MOST,)),
    ):  # fmt: skip
        plan = "\n".join(row[0] for row in await session.fetch(f"EXPLAIN {statement}", *values))
        assert "outbox_unsent" in plan, plan
        assert "Seq Scan" not in plan
        assert "Sort" not in plan
    await session.execute("DELETE FROM outbox WHERE noun = 'old'")
    await session.close()


def _duplicates() -> float:
    return REGISTRY.get_sample_value("civil_events_sent_total", {"service": "ledger", "duplicate": "true"}) or 0.0
