"""A 2xx speaks of what is committed; a repetition repeats the answer and not the effect."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio
from ledger.store import Tx
from sqlalchemy import text

from shared.service import assemble, create_service, refresh
from shared.storage import database
from shared.storage.database import plain_dsn
from shared.testing.under_test import ServiceUnderTest

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOWNSHIP = "500103001000"
EVERYTHING = ("ledger:open", "ledger:deposit", "ledger:read")


@pytest_asyncio.fixture(loop_scope="module")
async def client(ledger: ServiceUnderTest) -> AsyncIterator[httpx.AsyncClient]:
    async with ledger.client(*EVERYTHING) as found:
        yield found


def opening(**changes: Any) -> dict[str, Any]:
    return {"division": TOWNSHIP, "owner": "测试甲", **changes}


async def opened(client: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    answer = await client.post("/v1/accounts", json=opening(**changes))
    assert answer.status_code == 201, answer.text
    return answer


async def balance(client: httpx.AsyncClient, path: str) -> int:
    return int((await client.get(path)).json()["balance_fen"])


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


# --- the commit and the answer -----------------------------------------------------------------------------


async def test_a_commit_that_fails_is_never_a_2xx(client: httpx.AsyncClient, ledger: ServiceUnderTest) -> None:
    reference = f"only-once-{uuid4()}"
    await opened(client, reference=reference)
    before = await ledger.rows("SELECT count(*) FROM outbox")
    second = await client.post("/v1/accounts", json=opening(reference=reference))
    assert second.status_code == 409
    assert second.json()["code"] == "reference-taken"
    assert await ledger.rows("SELECT count(*) FROM outbox") == before


async def test_a_commit_that_fails_for_a_reason_nobody_foresaw_is_never_a_2xx(
    client: httpx.AsyncClient, ledger: ServiceUnderTest
) -> None:
    account = await opened(client)
    await execute(
        ledger,
        """
        CREATE FUNCTION fail_late() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'at the commit'; END $$
        """,
        """
        CREATE CONSTRAINT TRIGGER fails_late AFTER UPDATE ON account DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.note = 'FAIL LATE') EXECUTE FUNCTION fail_late()
        """,
    )
    headers = {**key(), "If-Match": account.headers["etag"]}
    answer = await client.put(f"{account.headers['location']}/note", json={"note": "FAIL LATE"}, headers=headers)
    assert answer.status_code == 500
    assert (await client.get(account.headers["location"])).json()["note"] == ""
    await execute(ledger, "DROP TRIGGER fails_late ON account")
    # The key was not used up by the failure.
    again = await client.put(f"{account.headers['location']}/note", json={"note": "kept"}, headers=headers)
    assert again.status_code == 200
    assert "idempotent-replayed" not in again.headers


async def test_a_backend_killed_between_flush_and_commit_leaves_exactly_one_effect(
    client: httpx.AsyncClient, ledger: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = []

    class KilledOnce(Tx):
        async def flush(self) -> None:
            await super().flush()
            if self.answer and not killed:
                pid = (await self.connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
                killed.append(pid)
                await _kill(ledger, pid)

    path = (await opened(client)).headers["location"]
    monkeypatch.setattr(ledger.running.database, "_transaction", KilledOnce)
    answer = await client.post(f"{path}/deposit", json={"amount_fen": 5})
    assert len(killed) == 1
    assert answer.status_code == 200
    assert answer.json()["balance_fen"] == 5
    assert await balance(client, path) == 5
    assert await versions(ledger, path) == [1, 2]


async def test_a_connection_lost_after_the_commit_leaves_exactly_one_effect(
    client: httpx.AsyncClient, ledger: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = (await opened(client)).headers["location"]
    lost = []

    def lose_once(name: str) -> None:
        if name == "write.after_commit" and not lost:
            lost.append(name)
            raise ConnectionResetError

    monkeypatch.setattr(database, "failpoint", lose_once)
    answer = await client.post(f"{path}/deposit", json={"amount_fen": 7})
    assert lost
    assert answer.status_code == 200
    assert answer.headers["idempotent-replayed"] == "true"
    assert answer.json()["balance_fen"] == 7
    assert await balance(client, path) == 7
    assert await versions(ledger, path) == [1, 2]


async def test_every_backend_may_die_under_load_and_every_call_has_one_effect(
    client: httpx.AsyncClient, ledger: ServiceUnderTest
) -> None:
    paths = [(await opened(client)).headers["location"] for _ in range(4)]
    session = await asyncpg.connect(plain_dsn(ledger.running.settings.database))
    done = asyncio.Event()

    async def kill_often() -> None:
        while not done.is_set():
            await session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'ledger-%'"
            )
            await asyncio.sleep(0.15)

    killer = asyncio.create_task(kill_often())
    effects = dict.fromkeys(paths, 0)

    async def call(number: int) -> None:
        path, headers = paths[number % len(paths)], key()
        for _ in range(40):
            answer = await client.post(f"{path}/deposit", json={"amount_fen": 1}, headers=headers)
            if answer.status_code == 200:
                effects[path] += 1
                return
            assert answer.status_code in (409, 503), answer.text
            await asyncio.sleep(0.02)
        pytest.fail("never answered")

    for start in range(0, 80, 8):
        await asyncio.gather(*(call(number) for number in range(start, start + 8)))
    done.set()
    await killer
    await session.close()
    await ledger.running.database.engine.dispose()
    assert {path: await balance(client, path) for path in paths} == effects == dict.fromkeys(paths, 20)


async def test_calls_cut_off_anywhere_leak_no_connection_and_no_half_effect(
    client: httpx.AsyncClient, ledger: ServiceUnderTest
) -> None:
    path = (await opened(client)).headers["location"]
    dice = random.Random(5)
    cut = 0
    for _ in range(120):
        call = asyncio.create_task(client.post(f"{path}/deposit", json={"amount_fen": 1}))
        await asyncio.sleep(dice.uniform(0, 0.012))
        call.cancel()
        cut += isinstance((await asyncio.gather(call, return_exceptions=True))[0], asyncio.CancelledError)
    assert cut > 10
    engine = ledger.running.database.engine
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    answers = await asyncio.gather(*(client.get(path) for _ in range(engine.pool.size())))  # type: ignore[attr-defined]
    assert {answer.status_code for answer in answers} == {200}
    [idle] = await ledger.rows(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
    )
    assert idle[0] == 0
    found = await versions(ledger, path)
    assert found == list(range(1, len(found) + 1))
    assert await balance(client, path) == len(found) - 1


async def test_a_schema_change_under_traffic_costs_no_request(
    client: httpx.AsyncClient, ledger: ServiceUnderTest
) -> None:
    path = (await opened(client)).headers["location"]
    await asyncio.gather(*(client.get(path) for _ in range(10)))
    for statement in ("ALTER COLUMN note TYPE varchar(5000)", "ALTER COLUMN note TYPE text"):
        await execute(ledger, f"ALTER TABLE account {statement}")
        answers = await asyncio.gather(*(client.get(path) for _ in range(10)))
        assert {answer.status_code for answer in answers} == {200}
        assert (await client.post(f"{path}/deposit", json={"amount_fen": 1})).status_code == 200


async def test_no_connection_in_time_is_503_and_asks_to_come_back(
    client: httpx.AsyncClient, ledger: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = ledger.running.database.engine
    monkeypatch.setattr(engine.pool, "_timeout", 0.05)
    held = [await engine.connect() for _ in range(engine.pool.size())]  # type: ignore[attr-defined]
    try:
        for answer in (
            await client.post("/v1/accounts", json=opening()),
            await client.get(f"/v1/accounts/{uuid4()}"),
        ):
            assert answer.status_code == 503
            assert answer.json()["code"] == "busy"
            assert int(answer.headers["retry-after"]) >= 1
    finally:
        for connection in held:
            await connection.close()
    assert (await client.post("/v1/accounts", json=opening())).status_code == 201


async def test_a_database_that_is_away_is_503_on_every_path(
    ledger: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "RETRY_SECONDS", 0.0)
    nowhere = ledger.running.settings.database.model_copy(update={"url": "postgresql+asyncpg://x@127.0.0.1:1/x"})
    running = assemble(ledger.definition, ledger.running.settings.model_copy(update={"database": nowhere}))
    running.verifier = ledger.running.verifier
    app = create_service(ledger.definition, running)
    away = ServiceUnderTest(**{**vars(ledger), "running": running, "app": app})
    async with away.client(*EVERYTHING, "internal:digest") as client:
        for answer in (
            await client.post("/v1/accounts", json=opening()),
            await client.get("/v1/accounts"),
            await client.get("/internal/digest"),
        ):
            assert answer.status_code == 503, answer.text
            assert answer.json()["code"] == "busy"
            assert "retry-after" in answer.headers
    await running.peers.close()
    await running.database.close()


@pytest.mark.parametrize("state", ["53100", "53300", "57P03", "08006"])
async def test_a_database_out_of_means_is_503(
    client: httpx.AsyncClient, ledger: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    class Exhausted(Tx):
        async def flush(self) -> None:
            await self.connection.execute(text(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$"))

    monkeypatch.setattr(ledger.running.database, "_transaction", Exhausted)
    monkeypatch.setattr(database, "RETRY_SECONDS", 0.0)
    answer = await client.post("/v1/accounts", json=opening())
    assert answer.status_code == 503, answer.text
    assert answer.json()["code"] == "busy"


async def test_a_lock_held_by_another_call_is_a_conflict_not_an_endless_wait(
    client: httpx.AsyncClient, ledger: ServiceUnderTest
) -> None:
    path = (await opened(client)).headers["location"]
    async with ledger.running.database.engine.connect() as connection:
        await connection.execute(text("SELECT 1 FROM account WHERE id = :id FOR UPDATE"), {"id": path[-36:]})
        answer = await client.post(f"{path}/deposit", json={"amount_fen": 1})
    assert answer.status_code == 409
    assert answer.json()["code"] == "still-running"
    assert "retry-after" in answer.headers


# --- idempotency --------------------------------------------------------------------------------------------


async def test_the_same_key_gets_the_same_bytes_and_no_second_effect(
    client: httpx.AsyncClient, ledger: ServiceUnderTest
) -> None:
    headers = key()
    first = await client.post("/v1/accounts", json=opening(), headers=headers)
    again = await client.post("/v1/accounts", json=opening(), headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert await versions(ledger, first.headers["location"]) == [1]


async def test_the_answer_is_remembered_although_the_world_moved_on(client: httpx.AsyncClient) -> None:
    path = (await opened(client)).headers["location"]
    headers = key()
    first = await client.post(f"{path}/deposit", json={"amount_fen": 600_000}, headers=headers)
    await client.post(f"{path}/deposit", json={"amount_fen": 300_000})
    # Now the rule would refuse the first call.
    again = await client.post(f"{path}/deposit", json={"amount_fen": 600_000}, headers=headers)
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    assert await balance(client, path) == 900_000


async def test_twenty_calls_at_once_with_one_key_have_one_effect(client: httpx.AsyncClient) -> None:
    path = (await opened(client)).headers["location"]
    for target, body in ((f"{path}/deposit", {"amount_fen": 3}), ("/v1/accounts", opening(kind="SAVINGS"))):
        headers = key()
        answers = await asyncio.gather(*(client.post(target, json=body, headers=headers) for _ in range(20)))
        assert {answer.status_code for answer in answers} <= {200, 201}, [answer.text for answer in answers]
        assert len({answer.content for answer in answers}) == 1
        assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert await balance(client, path) == 3


async def test_another_payload_or_address_under_the_same_key_is_refused(client: httpx.AsyncClient) -> None:
    path = (await opened(client)).headers["location"]
    other = (await opened(client)).headers["location"]
    headers = key()
    assert (await client.post(f"{path}/deposit", json={"amount_fen": 1}, headers=headers)).status_code == 200
    for target, body in (
        (f"{path}/deposit", {"amount_fen": 2}),
        (f"{other}/deposit", {"amount_fen": 1}),
        (f"{path}/deposit?again=1", {"amount_fen": 1}),
        ("/v1/accounts", opening()),
        (f"{path}/deposit", {"amount_fen": 5_000_000}),  # refused by its rule as well
    ):
        answer = await client.post(target, json=body, headers=headers)
        assert answer.status_code == 422, answer.text
        assert answer.json()["code"] == "idempotency-key-reused"
    assert await balance(client, path) == 1


async def test_another_caller_or_person_with_the_same_key_is_independent(ledger: ServiceUnderTest) -> None:
    headers = key()
    made = set()
    for person in ("officer-a", "officer-b", None):
        async with ledger.client(*EVERYTHING, person=person) as client:
            answer = await client.post("/v1/accounts", json=opening(), headers=headers)
            assert answer.status_code == 201
            assert "idempotent-replayed" not in answer.headers
            made.add(answer.json()["id"])
    assert len(made) == 3


async def test_a_refused_call_may_be_tried_again_with_the_same_key(
    client: httpx.AsyncClient, ledger: ServiceUnderTest
) -> None:
    path = (await opened(client)).headers["location"]
    headers = key()
    body = {"amount_fen": 1_500_000}
    for _ in range(2):
        refused = await client.post(f"{path}/deposit", json=body, headers=headers)
        assert refused.status_code == 409
        assert "idempotent-replayed" not in refused.headers
    await execute(ledger, "UPDATE parameter SET value = '2000000' WHERE name = 'account.limit_fen'")
    await refresh(ledger.running)
    accepted = await client.post(f"{path}/deposit", json=body, headers=headers)
    await execute(ledger, "UPDATE parameter SET value = '1000000' WHERE name = 'account.limit_fen'")
    await refresh(ledger.running)
    assert accepted.status_code == 200
    assert "idempotent-replayed" not in accepted.headers


async def test_a_4xx_does_not_use_the_key_up(client: httpx.AsyncClient) -> None:
    headers = key()
    for body in ({"division": TOWNSHIP}, opening(kind="NONE"), opening(owner="")):
        assert (await client.post("/v1/accounts", json=body, headers=headers)).status_code == 422
    assert (
        await client.post(f"/v1/accounts/{uuid4()}/deposit", json={"amount_fen": 1}, headers=headers)
    ).status_code == 404
    assert (await client.post("/v1/accounts", json=opening(), headers=headers)).status_code == 201


@pytest.mark.parametrize(
    "bad", ["", "short", "x" * 201, "with space 123", "全角字符全角字符", "a" * 10_000, "tab\tinside1"]
)
async def test_a_key_that_is_none_is_refused(ledger: ServiceUnderTest, bad: str) -> None:
    async with ledger.client(*EVERYTHING) as client:
        answer = await client.post("/v1/accounts", json=opening(), headers={"Idempotency-Key": bad.encode()})  # type: ignore[dict-item]
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_creating_call_without_a_key_is_refused(ledger: ServiceUnderTest) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(ledger.app), base_url="http://x",
        headers={"Authorization": f"Bearer {ledger.token(*EVERYTHING)}"},
    ) as client:  # fmt: skip
        answer = await client.post("/v1/accounts", json=opening())
    assert answer.status_code == 400
    assert answer.json()["code"]


async def test_remembered_answers_are_sealed_and_bound_to_their_caller(ledger: ServiceUnderTest) -> None:
    one, two = key(), key()
    async with ledger.client(*EVERYTHING) as client:
        await client.post("/v1/accounts", json=opening(), headers=one)
        await client.post("/v1/accounts", json=opening(kind="SAVINGS"), headers=two)
        [row] = await ledger.rows("SELECT body FROM idempotency WHERE key = :key", key=one["Idempotency-Key"])
        assert TOWNSHIP not in row.body
        # Whoever can write the table cannot give one caller the answer of another.
        await execute(
            ledger,
            f"UPDATE idempotency SET body = (SELECT body FROM idempotency WHERE key = '{two['Idempotency-Key']}') "
            f"WHERE key = '{one['Idempotency-Key']}'",
        )
        assert (await client.post("/v1/accounts", json=opening(), headers=one)).status_code == 500


# --- versions -----------------------------------------------------------------------------------------------


async def test_a_stale_version_is_412_and_the_right_one_passes(client: httpx.AsyncClient) -> None:
    account = await opened(client)
    path, first = account.headers["location"], account.headers["etag"]
    changed = await client.put(f"{path}/note", json={"note": "一"}, headers={**key(), "If-Match": first})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first
    stale = await client.put(f"{path}/note", json={"note": "二"}, headers={**key(), "If-Match": first})
    assert stale.status_code == 412
    assert stale.json()["code"] == "stale-version"
    assert stale.json()["facts"] == {"version_now": 2}
    read = await client.get(path)
    assert read.headers["etag"] == changed.headers["etag"]
    assert read.json()["note"] == "一"
    assert (
        await client.post(f"{path}/deposit", json={"amount_fen": 1}, headers={"If-Match": first})
    ).status_code == 412


async def test_a_change_without_a_version_is_428(client: httpx.AsyncClient) -> None:
    path = (await opened(client)).headers["location"]
    answer = await client.put(f"{path}/note", json={"note": "一"}, headers=key())
    assert answer.status_code == 428
    assert answer.json()["code"] == "precondition-required"


@pytest.mark.parametrize(
    "tag", ['W/"1.1"', "1.1", '"1"', '"1.1", "1.2"', '"1.x"', '""', '"１.１"', '"1.' + "9" * 19 + '"', "x" * 199]
)
async def test_a_tag_that_is_none_of_ours_is_400(ledger: ServiceUnderTest, tag: str) -> None:
    async with ledger.client(*EVERYTHING) as client:
        path = (await opened(client)).headers["location"]
        headers = {**key(), "If-Match": tag.encode()}
        answer = await client.put(f"{path}/note", json={"note": "一"}, headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 400, answer.text


async def test_a_star_means_any_version(client: httpx.AsyncClient) -> None:
    path = (await opened(client)).headers["location"]
    answer = await client.put(f"{path}/note", json={"note": "一"}, headers={**key(), "If-Match": "*"})
    assert answer.status_code == 200


async def test_the_tag_of_before_a_restore_is_stale_but_a_repetition_gets_its_answer(
    client: httpx.AsyncClient, ledger: ServiceUnderTest
) -> None:
    account = await opened(client)
    headers = {**key(), "If-Match": account.headers["etag"]}
    path = account.headers["location"]
    first = await client.put(f"{path}/note", json={"note": "一"}, headers=headers)
    ledger.running.database.around.epoch += 1
    try:
        again = await client.put(f"{path}/note", json={"note": "一"}, headers=headers)
        stale = await client.put(f"{path}/note", json={"note": "二"}, headers={**headers, **key()})
    finally:
        ledger.running.database.around.epoch -= 1
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    assert stale.status_code == 412


async def test_concurrent_changes_of_one_version_let_one_through(client: httpx.AsyncClient) -> None:
    account = await opened(client)
    path, tag = account.headers["location"], account.headers["etag"]
    answers = await asyncio.gather(
        *(client.put(f"{path}/note", json={"note": f"第{n}"}, headers={**key(), "If-Match": tag}) for n in range(12))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 11


# --- pages --------------------------------------------------------------------------------------------------


async def pages(client: httpx.AsyncClient, limit: int, **filters: str) -> AsyncIterator[list[str]]:
    cursor = None
    while True:
        answer = (
            await client.get(
                "/v1/accounts", params={"limit": limit, **filters, **({"cursor": cursor} if cursor else {})}
            )
        ).json()
        yield [item["id"] for item in answer["items"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            return


async def test_pages_neither_skip_nor_repeat_while_rows_are_inserted(ledger: ServiceUnderTest) -> None:
    township = "500106001000"
    async with ledger.client(*EVERYTHING, division="500106000000") as client:
        existing = {(await opened(client, division=township)).json()["id"] for _ in range(17)}
        seen: list[str] = []
        async for page in pages(client, 5):
            seen += page
            await opened(client, division=township)
        assert len(seen) == len(set(seen))
        assert existing <= set(seen)
        exact = [page async for page in pages(client, len(existing) + 4)]
        assert len(exact) == 1


async def test_a_cursor_is_bound_to_its_query_and_cannot_be_altered(ledger: ServiceUnderTest) -> None:
    township = "500107001000"
    async with ledger.client(*EVERYTHING, division="500107000000") as client:
        for _ in range(3):
            await opened(client, division=township)
        cursor = (await client.get("/v1/accounts?limit=1")).json()["next_cursor"]
        assert (await client.get("/v1/accounts", params={"cursor": cursor})).status_code == 200

        async def refused(one: httpx.AsyncClient, **params: str) -> None:
            answer = await one.get("/v1/accounts", params=params)
            assert answer.status_code == 422
            assert answer.json()["code"] == "cursor-unusable"

        await refused(client, cursor=cursor, kind="SAVINGS")
        for place in range(0, len(cursor), 3):
            flipped = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
            await refused(client, cursor=flipped)
        for nonsense in ("", "x", "====", cursor + "AAAA", cursor[:-4], "渝" * 10, "%00", "a" * 999):
            await refused(client, cursor=nonsense)
    async with ledger.client(*EVERYTHING, division="500107000000", person="officer-b") as other:
        await refused(other, cursor=cursor)
    async with ledger.client(*EVERYTHING, division="500106000000") as neighbour:
        await refused(neighbour, cursor=cursor)


# --- what the tests need ------------------------------------------------------------------------------------


async def versions(ledger: ServiceUnderTest, path: str) -> list[int]:
    return [row.version for row in await ledger.rows(
        "SELECT version FROM outbox WHERE entity_id = CAST(:id AS uuid) ORDER BY id", id=path[-36:]
    )]  # fmt: skip


async def execute(ledger: ServiceUnderTest, *statements: str) -> None:
    session = await asyncpg.connect(plain_dsn(ledger.running.settings.database))
    for statement in statements:
        await session.execute(statement)
    await session.close()


async def _kill(ledger: ServiceUnderTest, pid: int) -> None:
    session = await asyncpg.connect(plain_dsn(ledger.running.settings.database))
    assert await session.fetchval("SELECT pg_terminate_backend($1, 5000)", pid)
    await session.close()
