"""The consumer on real servers: an effect once and for all, and one bad event delays nobody."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from ledger.main import consumer_of, read_accounts
from ledger.store import AccountState
from nats.js.errors import APIError
from sqlalchemy import text

from launcher.broker import Broker
from shared.contracts.envelope import Outgoing, write_event
from shared.kernel.ids import new_id
from shared.messaging import consumer as consumer_module
from shared.messaging.consumer import Consumer
from shared.messaging.relay import Relay
from shared.runtime.settings import RelaySettings
from shared.storage.database import Busy, plain_dsn
from shared.testing.stream import Stream, fresh_stream
from shared.testing.under_test import ServiceUnderTest
from shared.web.running import Running

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUBJECT = "civil.ledger.account.deposited.v1.p00"
PATIENCE = 20
ACK_WAIT = 0.5
TRACE = f"00-{'1' * 32}-{'2' * 16}-01"


class Killed(BaseException):
    """The process is gone."""


@pytest_asyncio.fixture(loop_scope="module")
async def stream(broker: Broker) -> AsyncIterator[Stream]:
    async with fresh_stream(broker) as fresh:
        yield fresh


@pytest_asyncio.fixture(loop_scope="module")
async def consumer(ledger: ServiceUnderTest, stream: Stream, monkeypatch: pytest.MonkeyPatch) -> Consumer[Any]:
    monkeypatch.setattr("shared.messaging.bus.ACK_WAIT_SECONDS", ACK_WAIT)
    monkeypatch.setattr(consumer_module, "ACK_WAIT_SECONDS", ACK_WAIT)
    monkeypatch.setattr(consumer_module, "FETCH_SECONDS", 0.2)
    settings = ledger.running.settings.model_copy(update={"nats": stream.settings})
    made = consumer_of(Running(**{**vars(ledger.running), "settings": settings}))
    async with ledger.running.database.engine.begin() as connection:
        await connection.execute(text("DELETE FROM dead_letter"))
    await made.provision(stream.js)
    return made


@asynccontextmanager
async def running(consumer: Consumer[Any]) -> AsyncIterator[asyncio.Task[None]]:
    stopping = asyncio.Event()
    task = asyncio.create_task(consumer.run(stopping))
    try:
        yield task
    finally:
        stopping.set()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(task, return_exceptions=True)


def event(account: UUID, version: int, balance: int = 0, *, note: str = "", epoch: int = 1) -> Outgoing:
    state = AccountState(kind="CURRENT", balance_fen=balance, note=note)
    return write_event(
        state, "deposited", event_id=new_id(), entity_id=account, epoch=epoch, version=version,
        region="500103001000", time=datetime(2026, 11, 23, tzinfo=UTC), traceparent=TRACE,
    )  # fmt: skip


async def publish(stream: Stream, *events: Outgoing) -> None:
    for each in events:
        await stream.publish(SUBJECT, each.body.encode(), str(each.event_id))


async def reading(ledger: ServiceUnderTest, account: UUID) -> tuple[int, int, int, int] | None:
    rows = await ledger.rows(
        "SELECT epoch, version, balance_fen, applied FROM reading WHERE entity_id = :id", id=account
    )
    return tuple(rows[0]) if rows else None  # type: ignore[return-value]


async def comes_to(ledger: ServiceUnderTest, account: UUID, wanted: tuple[int, int, int, int]) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            while await reading(ledger, account) != wanted:
                await asyncio.sleep(0.02)
    except TimeoutError:
        pytest.fail(f"stayed at {await reading(ledger, account)}")


async def all_acknowledged(stream: Stream) -> None:
    for _ in range(PATIENCE * 20):
        info = await stream.js.consumer_info(stream.settings.stream, "ledger-reader")
        if not info.num_pending and not info.num_ack_pending:
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"{info.num_pending} pending, {info.num_ack_pending} not acknowledged")


async def letters(ledger: ServiceUnderTest) -> dict[str, str]:
    rows = await ledger.rows("SELECT event_id, reason FROM dead_letter WHERE resolved_at IS NULL")
    return {row.event_id: row.reason for row in rows}


async def test_what_was_written_is_read(ledger: ServiceUnderTest, stream: Stream, consumer: Consumer[Any]) -> None:
    relay = Relay("ledger", plain_dsn(ledger.running.settings.database), stream.settings, RelaySettings())
    stopping = asyncio.Event()
    relaying = asyncio.create_task(relay.run(stopping))
    async with ledger.client("ledger:open", "ledger:deposit") as client, running(consumer):
        paths = [await _opened(client) for _ in range(5)]
        await asyncio.gather(
            *(client.post(f"{path}/deposit", json={"amount_fen": 3}) for path in paths for _ in range(6))
        )
        for path in paths:
            account = UUID(path[-36:])
            async with asyncio.timeout(PATIENCE):
                while (await reading(ledger, account) or (0, 0, 0, 0))[:3] != (1, 7, 18):
                    await asyncio.sleep(0.02)
        await all_acknowledged(stream)
    stopping.set()
    await relaying
    assert not await letters(ledger)


async def test_repetition_reordering_and_a_skipped_event_converge(
    ledger: ServiceUnderTest, stream: Stream, consumer: Consumer[Any]
) -> None:
    account, other = new_id(), new_id()
    history = [event(account, version, version * 10) for version in (1, 2, 3, 5)]
    for each in [*history, history[1], history[3], history[0]]:
        # Under ids of their own, as after the broker has forgotten what it saw.
        await stream.publish(SUBJECT, each.body.encode())
    for version in (4, 2, 6, 1):
        await publish(stream, event(other, version, version))
    async with running(consumer):
        await all_acknowledged(stream)
    found, converse = await reading(ledger, account), await reading(ledger, other)
    assert found is not None
    assert found[:3] == (1, 5, 50)
    assert found[3] <= 4
    assert converse is not None
    assert converse[:3] == (1, 6, 6)


async def test_a_newer_epoch_beats_a_phantom_version(
    ledger: ServiceUnderTest, stream: Stream, consumer: Consumer[Any]
) -> None:
    account = new_id()
    await publish(stream, event(account, 9, 900), event(account, 7, 700, epoch=2), event(account, 10, 1_000))
    async with running(consumer):
        await comes_to(ledger, account, (2, 7, 700, 2))
        await all_acknowledged(stream)
    assert await reading(ledger, account) == (2, 7, 700, 2)


def _with(changes: dict[str, Any]) -> bytes:
    document = json.loads(event(new_id(), 1).body)
    for name, value in changes.items():
        if value is None:
            del document[name]
        else:
            document[name] = value
    return json.dumps(document).encode()


UNREADABLE = {
    "no bytes": b"",
    "not JSON": b"{",
    "not UTF-8": b"\xff\xfe\x00",
    "a JSON list": b"[]",
    "a number": b"5",
    "nested deeply": b"[" * 100_000,
    "data nested deeply": _with({})[:-1] + b', "data": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "no type": _with({"type": None}),
    "no version": _with({"entityversion": None}),
    "version 0": _with({"entityversion": "0"}),
    "version -1": _with({"entityversion": "-1"}),
    "version 2^63": _with({"entityversion": str(2**63)}),
    "version of 5,000 digits": _with({"entityversion": "9" * 5_000}),
    "epoch 0": _with({"epoch": "0"}),
    "epoch words": _with({"epoch": "first"}),
    "a foreign cluster": _with({"type": "civil2.ledger.account.deposited.v1"}),
    "a type of two words": _with({"type": "civil.ledger"}),
    "version without a number": _with({"type": "civil.ledger.account.deposited.vX"}),
    "an entity that is no id": _with({"subject": "account-1"}),
    "data a text": _with({"data": "x"}),
    "data missing": _with({"data": None}),
    "time nonsense": _with({"time": "yesterday"}),
}
UNKNOWN = {
    "another noun": _with({"type": "civil.ledger.thing.made.v1"}),
    "the next version of the contract": _with({"type": "civil.ledger.account.deposited.v2"}),
}
INAPPLICABLE = {
    "a field missing": _with({"data": {"kind": "CURRENT"}}),
    "a field of another type": _with({"data": {"kind": "CURRENT", "balance_fen": "many", "note": ""}}),
    "an amount no column holds": _with({"data": {"kind": "CURRENT", "balance_fen": 10**30, "note": ""}}),
    "the handler raises": event(new_id(), 1, note="POISON").body.encode(),
    "an id with NUL": _with({"id": "a\u0000b", "data": {"kind": "x"}}),
    "an id with a lone surrogate": _with({"id": "a\ud800b", "data": {"kind": "x"}}),
    "an id without end": _with({"id": "x" * 5_000, "data": {"kind": "x"}}),
}


async def test_what_cannot_be_used_becomes_a_letter_and_delays_nobody(
    ledger: ServiceUnderTest, stream: Stream, consumer: Consumer[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_module, "POISON_DELIVERIES", 2)
    bad = {**UNREADABLE, **UNKNOWN, **INAPPLICABLE}
    before, between, after = new_id(), new_id(), new_id()
    await publish(stream, event(before, 1, 1))
    for number, (name, body) in enumerate(bad.items()):
        await stream.publish(SUBJECT, body, f"bad-{name.replace(' ', '-')}".encode("ascii", "replace").decode())
        if number == len(bad) // 2:
            await publish(stream, event(between, 1, 2))
    await publish(stream, event(after, 1, 3))
    async with running(consumer):
        for account, balance in ((before, 1), (between, 2), (after, 3)):
            async with asyncio.timeout(5):
                await comes_to(ledger, account, (1, 1, balance, 1))
        await all_acknowledged(stream)
    found = await ledger.rows("SELECT reason, body, deliveries FROM dead_letter WHERE resolved_at IS NULL")
    set_aside = [bytes(row.body) for row in found]
    assert [name for name, body in bad.items() if set_aside.count(body) != 1] == []
    assert len(set_aside) == len(bad)
    for row in found:
        name = next(name for name, body in bad.items() if body == bytes(row.body))
        assert row.deliveries == (2 if name in INAPPLICABLE else 1), name
        assert "CURRENT" not in row.reason
        assert "POISON" not in row.reason


async def test_the_same_bad_event_twice_is_one_letter(
    ledger: ServiceUnderTest, stream: Stream, consumer: Consumer[Any]
) -> None:
    body = _with({"type": "civil.ledger.thing.made.v1"})
    for _ in range(2):
        await stream.publish(SUBJECT, body)
    async with running(consumer):
        await all_acknowledged(stream)
    assert len(await letters(ledger)) == 1


@pytest.mark.parametrize("point", ["consumer.after_fetch", "consumer.before_commit", "consumer.after_commit"])
async def test_a_reader_killed_anywhere_has_one_effect(
    ledger: ServiceUnderTest, stream: Stream, consumer: Consumer[Any], monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    accounts = [new_id() for _ in range(5)]
    await publish(stream, *(event(account, version, version) for account in accounts for version in (1, 2)))

    def die(name: str) -> None:
        if name == point:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(consumer_module, "failpoint", die)
        with pytest.raises(Killed):
            await consumer.run(asyncio.Event())
    applied = 2 if point == "consumer.after_commit" else None
    assert [(await reading(ledger, account) or (0, 0, 0, None))[3] for account in accounts] == [applied] * 5
    info = await stream.js.consumer_info(stream.settings.stream, "ledger-reader")
    assert info.num_ack_pending == 10
    async with running(consumer):
        await all_acknowledged(stream)
    # The version check made the repetition a no-op.
    assert [await reading(ledger, account) for account in accounts] == [(1, 2, 2, 2)] * 5
    assert not await letters(ledger)


async def test_an_event_that_ends_the_process_is_set_aside_and_others_are_not(
    ledger: ServiceUnderTest, stream: Stream, consumer: Consumer[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    neighbours, killer = [new_id() for _ in range(6)], new_id()
    for account in (*neighbours[:3], killer, *neighbours[3:]):
        await publish(stream, event(account, 1, 5, note="KILL" if account == killer else ""))

    async def deadly(tx: Any, events: Any) -> None:
        if any(each.data["note"] == "KILL" for each in events):
            raise Killed
        await read_accounts(tx, events)

    monkeypatch.setattr(consumer, "_apply", deadly)
    deaths = 0
    async with asyncio.timeout(3 * PATIENCE):
        while not await letters(ledger):
            task = asyncio.create_task(consumer.run(asyncio.Event()))
            while not task.done() and not await letters(ledger):
                await asyncio.sleep(0.05)
            if task.done():
                deaths += 1
                assert isinstance(task.exception(), Killed)
            else:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
    assert deaths == consumer_module.SUSPECT_DELIVERIES - 1 + consumer_module.LONE_TRIALS
    async with running(consumer):
        await all_acknowledged(stream)
    assert list((await letters(ledger)).values()) == ["ends the process, or is never finished"]
    assert [await reading(ledger, account) for account in neighbours] == [(1, 1, 5, 1)] * 6
    rows = await ledger.rows("SELECT reason FROM dead_letter")
    assert len(rows) == 1, "notes of suspicion are taken back"


async def test_a_database_that_is_away_makes_no_letters(
    ledger: ServiceUnderTest, stream: Stream, consumer: Consumer[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    account = new_id()
    await publish(stream, event(account, 1, 1))
    monkeypatch.setattr(consumer_module.random, "uniform", lambda _low, _high: 0.01)
    usual, refused = consumer._database.run, 0

    async def away(work: Any, origin: Any) -> Any:
        nonlocal refused
        if refused < 5:
            refused += 1
            raise Busy("connection") if refused % 2 else ConnectionRefusedError
        return await usual(work, origin)

    async with running(consumer):
        await asyncio.sleep(0.1)
        monkeypatch.setattr(consumer._database, "run", away)
        later = new_id()
        await publish(stream, event(later, 1, 2))
        for each, balance in ((account, 1), (later, 2)):
            await comes_to(ledger, each, (1, 1, balance, 1))
        await all_acknowledged(stream)
    assert not await letters(ledger)


async def test_a_consumer_that_is_gone_is_noticed(
    ledger: ServiceUnderTest, stream: Stream, consumer: Consumer[Any]
) -> None:
    async with running(consumer) as task:
        await asyncio.sleep(0.3)
        await stream.js.delete_consumer(stream.settings.stream, "ledger-reader")
        await asyncio.wait({task}, timeout=PATIENCE)
        assert task.done()
        assert task.exception() is not None


async def test_a_reader_without_a_broker_can_be_stopped(
    ledger: ServiceUnderTest, stream: Stream, consumer: Consumer[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "_nats", stream.settings.model_copy(update={"url": "nats://127.0.0.1:1"}))
    stopping = asyncio.Event()
    task = asyncio.create_task(consumer.run(stopping))
    await asyncio.sleep(0.2)
    stopping.set()
    async with asyncio.timeout(2):
        await task


async def test_the_stream_keeps_what_it_has(stream: Stream) -> None:
    """``discard: new`` and the two locks: nothing acknowledged is dropped or deleted by mistake."""
    await publish(stream, event(new_id(), 1))
    for attempt in (stream.js.purge_stream(stream.settings.stream), stream.js.delete_msg(stream.settings.stream, 1)):
        with pytest.raises(APIError):
            await attempt
    assert await stream.count() == 1


async def _opened(client: httpx.AsyncClient) -> str:
    answer = await client.post("/v1/accounts", json={"division": "500103001000", "owner": "测试甲"})
    return str(answer.headers["location"])
