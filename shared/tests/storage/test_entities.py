"""Whose eyes see which object, in every direction; and announcing again what somebody lost."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from ledger.domain import Account
from ledger.store import AccountState
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.kernel.divisions import Area
from shared.kernel.ids import new_id
from shared.messaging.digest import BUCKETS, differing, digest
from shared.storage.database import sqlstate
from shared.testing.under_test import ServiceUnderTest
from shared.web.problems import DATA_ERRORS

pytestmark = pytest.mark.asyncio(loop_scope="module")

CITY = "500000000000"
DISTRICT, OTHER_DISTRICT = "500103000000", "500101000000"
TOWNSHIP, OTHER_TOWNSHIP = "500103001000", "500103002000"
VILLAGE, OTHER_VILLAGE = "500103001001", "500103001002"
PLACES = [CITY, DISTRICT, OTHER_DISTRICT, TOWNSHIP, OTHER_TOWNSHIP, VILLAGE, OTHER_VILLAGE]
SEEN = {
    CITY: set(PLACES),
    DISTRICT: {DISTRICT, TOWNSHIP, OTHER_TOWNSHIP, VILLAGE, OTHER_VILLAGE},
    OTHER_DISTRICT: {OTHER_DISTRICT},
    TOWNSHIP: {TOWNSHIP, VILLAGE, OTHER_VILLAGE},
    OTHER_TOWNSHIP: {OTHER_TOWNSHIP},
    VILLAGE: {VILLAGE},
    OTHER_VILLAGE: {OTHER_VILLAGE},
}
EVERYTHING = ("ledger:open", "ledger:deposit", "ledger:read", "internal:reemit", "internal:digest")


async def opened(client: httpx.AsyncClient, division: str = TOWNSHIP) -> str:
    answer = await client.post("/v1/accounts", json={"division": division, "owner": "测试甲"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_who_sees_and_changes_what(ledger: ServiceUnderTest) -> None:
    async with ledger.client(*EVERYTHING) as city:
        made = {place: await opened(city, place) for place in PLACES}
    for watcher in PLACES:
        async with ledger.client(*EVERYTHING, division=watcher) as client:
            for place, account in made.items():
                allowed = place in SEEN[watcher]
                path = f"/v1/accounts/{account}"
                assert (await client.get(path)).status_code == (200 if allowed else 404), (watcher, place)
                change = await client.post(f"{path}/deposit", json={"amount_fen": 1})
                assert change.status_code == (200 if allowed else 404), (watcher, place)
                note = await client.put(
                    f"{path}/note", json={"note": "一"}, headers={"If-Match": "*", "Idempotency-Key": str(uuid4())}
                )
                assert note.status_code == (200 if allowed else 404), (watcher, place)
                new = await client.post("/v1/accounts", json={"division": place, "owner": "测试乙"})
                assert new.status_code == (201 if allowed else 403), (watcher, place)
            listed = {item["id"] for item in (await client.get("/v1/accounts?limit=100")).json()["items"]}
            assert {place for place, account in made.items() if account in listed} == SEEN[watcher], watcher


async def test_a_foreign_object_looks_exactly_like_none(ledger: ServiceUnderTest) -> None:
    async with ledger.client(*EVERYTHING) as city:
        account = await opened(city, OTHER_DISTRICT)
    async with ledger.client(*EVERYTHING, division=DISTRICT, **{"X-Request-Id": "same-request"}) as client:
        foreign = await client.get(f"/v1/accounts/{account}")
        absent = await client.get(f"/v1/accounts/{uuid4()}")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.text == absent.text


# --- restating ----------------------------------------------------------------------------------------------


async def events_of(ledger: ServiceUnderTest, account: str) -> list[Any]:
    return await ledger.rows(
        "SELECT epoch, version, subject, body, reissue, published_at FROM outbox "
        "WHERE entity_id = CAST(:id AS uuid) ORDER BY id",
        id=account,
    )


async def execute(ledger: ServiceUnderTest, statement: str, **values: Any) -> None:
    async with ledger.running.database.engine.begin() as connection:
        await connection.execute(text(statement), values)


async def restated(ledger: ServiceUnderTest, *accounts: str) -> int:
    async with ledger.client(*EVERYTHING) as client:
        answer = await client.post("/internal/restate/account", json={"entity_ids": list(accounts)})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["restated"])


async def test_a_kept_event_is_sent_again_under_a_new_message_id(ledger: ServiceUnderTest) -> None:
    async with ledger.client(*EVERYTHING) as client:
        account = await opened(client)
        await client.post(f"/v1/accounts/{account}/deposit", json={"amount_fen": 4})
    await execute(ledger, "UPDATE outbox SET published_at = now()")
    assert await restated(ledger, account) == 1
    first, second = await events_of(ledger, account)
    assert (first.published_at is None, first.reissue) == (False, 0)
    assert (second.published_at, second.reissue) == (None, 1)
    audited = await ledger.rows(
        "SELECT 1 FROM audit_entry WHERE action = 'account.restated' AND object_id = :id", id=account
    )
    assert len(audited) == 1


async def test_a_purged_event_is_written_anew_from_the_present_state(ledger: ServiceUnderTest) -> None:
    async with ledger.client(*EVERYTHING) as client:
        account = await opened(client)
        await client.post(f"/v1/accounts/{account}/deposit", json={"amount_fen": 9})
    await execute(ledger, "DELETE FROM outbox WHERE entity_id = CAST(:id AS uuid)", id=account)
    assert await restated(ledger, account) == 1
    [event] = await events_of(ledger, account)
    assert (event.epoch, event.version) == (1, 2)
    assert event.subject.startswith("civil.ledger.account.restated.v1.p")
    assert '"balance_fen": 9' in event.body or '"balance_fen":9' in event.body
    # A second time it is kept again, and only sent again.
    await restated(ledger, account)
    [event] = await events_of(ledger, account)
    assert event.reissue == 1


async def test_after_an_epoch_change_the_surviving_state_wins(ledger: ServiceUnderTest) -> None:
    async with ledger.client(*EVERYTHING) as client:
        account = await opened(client)
        await client.post(f"/v1/accounts/{account}/deposit", json={"amount_fen": 2})
        around = ledger.running.database.around
        around.epoch = 2
        try:
            await restated(ledger, account)
            rows = await ledger.rows("SELECT epoch, version FROM account WHERE id = CAST(:id AS uuid)", id=account)
            assert [tuple(row) for row in rows] == [(2, 2)]
            assert [(e.epoch, e.version) for e in await events_of(ledger, account)] == [(1, 1), (1, 2), (2, 2)]
            changed = await client.post(f"/v1/accounts/{account}/deposit", json={"amount_fen": 2})
            assert changed.headers["etag"] == '"2.3"'
            assert [(e.epoch, e.version) for e in await events_of(ledger, account)][-1] == (2, 3)
        finally:
            around.epoch = 1


async def test_restating_while_the_entity_changes_keeps_versions_apart(ledger: ServiceUnderTest) -> None:
    async with ledger.client(*EVERYTHING) as client:
        account = await opened(client)
        await asyncio.gather(
            *(client.post(f"/v1/accounts/{account}/deposit", json={"amount_fen": 1}) for _ in range(8)),
            *(restated(ledger, account) for _ in range(8)),
        )
    versions = [event.version for event in await events_of(ledger, account)]
    assert versions == list(range(1, 10))


async def test_restating_refuses_nonsense_and_ignores_strangers(ledger: ServiceUnderTest) -> None:
    assert await restated(ledger, str(uuid4())) == 0
    async with ledger.client(*EVERYTHING) as client:
        for noun, ids, status in (
            ("nothing", [str(uuid4())], 404), ("account", [], 422), ("account", ["x"], 422),
            ("account", [str(uuid4())] * 1_001, 422),
        ):  # fmt: skip
            answer = await client.post(f"/internal/restate/{noun}", json={"entity_ids": ids})
            assert answer.status_code == status


# --- digests ------------------------------------------------------------------------------------------------


async def test_a_digest_shows_every_kind_of_difference_and_nothing_else(ledger: ServiceUnderTest) -> None:
    async with ledger.client(*EVERYTHING) as client:
        accounts = [await opened(client) for _ in range(30)]
        [both] = (await client.get("/internal/digest")).json()
        assert both["noun"] == "account"
        engine = ledger.running.database.engine
        table = ledger.definition.entities[0].table

        async def digests() -> list[Any]:
            async with engine.connect() as connection:
                return await digest(connection, table, table.c.id)

        before = await digests()
        assert differing(before, await digests()) == []
        assert sum(bucket.count for bucket in before) == sum(bucket["count"] for bucket in both["buckets"])
        assert all(0 <= bucket.bucket < BUCKETS for bucket in before)
        for change in ("version = version + 1", "epoch = epoch + 1", "version = version - 1, epoch = epoch + 1"):
            account = accounts.pop()
            await execute(ledger, f"UPDATE account SET {change} WHERE id = CAST(:id AS uuid)", id=account)
            assert differing(before, await digests()) == [UUID(account).bytes[-1]]
            before = await digests()
        gone = accounts.pop()
        await execute(ledger, "DELETE FROM account WHERE id = CAST(:id AS uuid)", id=gone)
        assert differing(before, await digests()) == [UUID(gone).bytes[-1]]
        # Two versions exchanged leave count and sum as they were.
        one, two = accounts[:2]
        await execute(ledger, "UPDATE account SET version = 50 WHERE id = CAST(:id AS uuid)", id=one)
        before = await digests()
        await execute(
            ledger, "UPDATE account SET version = CASE id WHEN CAST(:one AS uuid) THEN 1 ELSE 50 END "
            "WHERE id IN (CAST(:one AS uuid), CAST(:two AS uuid))", one=one, two=two,
        )  # fmt: skip
        assert differing(before, await digests()) == sorted({UUID(one).bytes[-1], UUID(two).bytes[-1]})
        bucket = UUID(one).bytes[-1]
        listed = (await client.get(f"/internal/digest/account?bucket={bucket}")).json()["items"]
        assert {"entity_id": one, "epoch": 1, "version": 1} in listed
        assert {UUID(item["entity_id"]).bytes[-1] for item in listed} == {bucket}
        for query, status in (("bucket=256", 422), ("bucket=-1", 422), ("", 422), ("bucket=1&bucket=2", 200)):
            assert (await client.get(f"/internal/digest/account?{query}")).status_code == status


async def test_areas_are_prefixes() -> None:
    assert {watcher: {place for place in PLACES if Area(watcher).covers(place)} for watcher in PLACES} == SEEN


# --- what the driver refuses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [{"balance_fen": 2**70}, {"note": "a\x00b"}, {"note": "a\ud800b"}, {"balance_fen": -1}, {"kind": 7}],
    ids=str,
)
@pytest.mark.parametrize("begun", [False, True], ids=["first statement", "later statement"])
async def test_a_value_no_column_takes_is_neither_stored_nor_tried_again(
    ledger: ServiceUnderTest, changes: dict[str, Any], begun: bool
) -> None:
    account = Account(id=new_id(), division=TOWNSHIP, owner="测试甲", kind="CURRENT")
    for name, value in changes.items():
        setattr(account, name, value)
    account.note_down("opened")
    tried = []

    async def work(tx: Any) -> None:
        tried.append(1)
        tx.accounts.state = lambda _account: AccountState(kind="CURRENT", balance_fen=0, note="")
        account.happened[:] = ["opened"]
        if begun:
            await tx.connection.execute(text("SELECT 1"))
        await tx.accounts.add(account)

    with pytest.raises(DBAPIError) as refused:
        await ledger.run(work)
    assert len(tried) == 1
    assert sqlstate(refused.value) in DATA_ERRORS
    assert not await ledger.rows("SELECT 1 FROM account WHERE id = :id", id=account.id)
