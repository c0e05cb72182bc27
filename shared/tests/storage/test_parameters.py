"""Dated parameters: proposed by one person, confirmed by another, in force from their day, never overlapping."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from shared.kernel.clock import CHINA
from shared.service import create_service, refresh, seed_parameters
from shared.storage import database
from shared.testing.under_test import MORNING, ServiceUnderTest, start_service

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "account.limit_fen"
SCOPES = ("ledger:parameters.propose", "ledger:parameters.confirm", "ledger:open", "ledger:deposit")
TOMORROW = date(2026, 11, 24)


@pytest_asyncio.fixture(loop_scope="module")
async def fresh(
    definition: Any, settings_kind: Any, databases: Any, mint: Any, secrets_folder: Any
) -> AsyncIterator[ServiceUnderTest]:
    """A ledger of its own: these tests change what all of it reads."""
    under_test = await start_service(definition, settings_kind, databases, mint, secrets_folder)
    yield under_test
    await under_test.running.peers.close()
    await under_test.running.database.close()
    await databases.drop(under_test.database_name)


def first(service: ServiceUnderTest) -> httpx.AsyncClient:
    return service.client(*SCOPES, person="officer-a")


def second(service: ServiceUnderTest) -> httpx.AsyncClient:
    return service.client(*SCOPES, person="officer-b")


def proposal(**changes: Any) -> dict[str, Any]:
    return {
        "name": NAME, "valid_from": TOMORROW.isoformat(), "value": 5_000_000, "authority": "账簿规则 3",
        "confidence": "V", **changes,
    }  # fmt: skip


async def proposed(service: ServiceUnderTest, **changes: Any) -> str:
    answer = await first(service).post("/v1/parameter-proposals", json=proposal(**changes))
    assert answer.status_code == 201, answer.text
    assert answer.json()["proposed_by"] == "officer-a"
    assert answer.json()["confirmed_by"] is None
    return f"/v1/parameter-proposals/{answer.json()['id']}/confirm"


async def value_on(service: ServiceUnderTest, on: str) -> Any:
    items = (await service.bare_client().get("/v1/parameters", params={"on": on})).json()["items"]
    [value] = [item["value"] for item in items if item["name"] == NAME]
    return value


async def test_nothing_changes_until_a_second_person_confirms(fresh: ServiceUnderTest) -> None:
    path = await proposed(fresh)
    assert await value_on(fresh, "2026-11-24") == 1_000_000
    same = await first(fresh).post(path)
    assert (same.status_code, same.json()["code"]) == (403, "second-person-required")
    machine = await fresh.client(*SCOPES, person=None).post(path)
    assert (machine.status_code, machine.json()["code"]) == (403, "person-required")
    assert await value_on(fresh, "2026-11-24") == 1_000_000
    confirmed = await second(fresh).post(path)
    assert confirmed.status_code == 200
    assert confirmed.json()["confirmed_by"] == "officer-b"
    assert await value_on(fresh, "2026-11-23") == 1_000_000
    assert await value_on(fresh, "2026-11-24") == 5_000_000
    assert await value_on(fresh, "2020-01-01") == 1_000_000
    again = await second(fresh).post(path)
    assert (again.status_code, again.json()["code"]) == (409, "proposal-confirmed-before")
    rows = await fresh.rows("SELECT valid_from, valid_to FROM parameter WHERE name = :name ORDER BY 1", name=NAME)
    assert [tuple(row) for row in rows] == [(date(2020, 1, 1), TOMORROW), (TOMORROW, None)]
    audited = await fresh.rows(
        "SELECT action, person FROM audit_entry WHERE object_type = 'parameter' AND result = 'done' ORDER BY id"
    )
    assert [tuple(row) for row in audited] == [
        ("parameter.proposed", "officer-a"),
        ("parameter.confirmed", "officer-b"),
    ]


async def test_a_future_change_decides_from_its_first_day_in_china(fresh: ServiceUnderTest) -> None:
    await second(fresh).post(await proposed(fresh))
    async with first(fresh) as client:
        account = await client.post("/v1/accounts", json={"division": "500103001000", "owner": "测试甲"})
        path = f"{account.headers['location']}/deposit"
        fresh.clock.set(datetime(2026, 11, 23, 23, 59, 59, tzinfo=CHINA))
        assert (await client.post(path, json={"amount_fen": 2_000_000})).status_code == 409
        # Midnight in China is still yesterday in UTC.
        fresh.clock.advance(timedelta(seconds=1))
        assert (await client.post(path, json={"amount_fen": 2_000_000})).status_code == 200
        fresh.clock.set(MORNING)
        assert (await client.post(path, json={"amount_fen": 1})).status_code == 409


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"name": "no.such.name"}, 404, "parameter-unknown"),
        ({"value": "5000000"}, 422, "value-of-another-kind"),
        ({"value": 5_000_000.5}, 422, "value-of-another-kind"),
        ({"value": True}, 422, "value-of-another-kind"),
        ({"value": None}, 422, "value-of-another-kind"),
        ({"value": [5_000_000]}, 422, "value-of-another-kind"),
        ({"name": "account.words", "value": "甲"}, 422, "value-of-another-kind"),
        ({"valid_from": "tomorrow"}, 422, "invalid-input"),
        ({"valid_from": "1899-12-31"}, 422, "invalid-input"),
        ({"confidence": "X"}, 422, "invalid-input"),
        ({"authority": ""}, 422, "invalid-input"),
        ({"confirmed_by": "officer-b"}, 422, "invalid-input"),
    ],
    ids=str,
)
async def test_a_proposal_that_makes_no_sense_is_refused(
    ledger: ServiceUnderTest, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = await first(ledger).post("/v1/parameter-proposals", json=proposal(**changes))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "5000000.5" not in answer.text


async def test_a_value_never_begins_before_the_one_it_follows(fresh: ServiceUnderTest) -> None:
    later, earlier, same = [
        await proposed(fresh, valid_from=day, value=value)
        for day, value in (("2027-01-01", 2_000_000), ("2026-12-01", 3_000_000), ("2027-01-01", 4_000_000))
    ]
    assert (await second(fresh).post(later)).status_code == 200
    for path in (earlier, same):
        answer = await second(fresh).post(path)
        assert (answer.status_code, answer.json()["code"]) == (409, "starts-before-present-value")
    assert await value_on(fresh, "2027-06-01") == 2_000_000


async def test_changes_confirmed_at_once_never_overlap(fresh: ServiceUnderTest) -> None:
    days = [f"2027-{month:02d}-01" for month in range(1, 11)]
    paths = [await proposed(fresh, valid_from=day, value=int(day[5:7])) for day in days]
    async with second(fresh) as client:
        answers = await asyncio.gather(*(client.post(path) for path in reversed(paths)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"starts-before-present-value"}
    rows = await fresh.rows("SELECT valid_from, valid_to FROM parameter WHERE name = :name ORDER BY 1", name=NAME)
    assert len(rows) == 1 + sum(answer.status_code == 200 for answer in answers)
    assert [row.valid_to for row in rows] == [row.valid_from for row in rows[1:]] + [None]
    await refresh(fresh.running)


async def test_one_proposal_confirmed_by_two_at_once_counts_once(fresh: ServiceUnderTest) -> None:
    path = await proposed(fresh)
    clients = [fresh.client(*SCOPES, person=f"officer-{n}") for n in range(8)]
    answers = await asyncio.gather(*(client.post(path) for client in clients))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7


async def test_memory_follows_the_commit_and_not_the_attempt(
    fresh: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await proposed(fresh)

    def fail(name: str) -> None:
        if name == "write.before_commit":
            raise RuntimeError("the commit is never reached")

    monkeypatch.setattr(database, "failpoint", fail)
    assert (await second(fresh).post(path)).status_code == 500
    monkeypatch.undo()
    assert await value_on(fresh, "2026-11-24") == 1_000_000
    assert (await second(fresh).post(path)).status_code == 200
    assert await value_on(fresh, "2026-11-24") == 5_000_000


async def test_an_api_process_without_a_worker_notices_what_another_confirmed(
    fresh: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.service.REFRESH_SECONDS", 0.02)
    await second(fresh).post(await proposed(fresh))
    around = fresh.running.database.around
    around.parameters = fresh.definition.seed_book()
    app = create_service(fresh.definition, fresh.running)
    async with app.router.lifespan_context(app):
        around.parameters = fresh.definition.seed_book()
        async with fresh.running.database.engine.begin() as connection:
            from sqlalchemy import text

            await connection.execute(text("UPDATE epoch SET value = 7"))
        async with asyncio.timeout(5):
            while around.epoch != 7 or around.parameters.integer(NAME, TOMORROW) != 5_000_000:
                await asyncio.sleep(0.01)


async def test_seeding_again_keeps_what_a_person_changed(fresh: ServiceUnderTest) -> None:
    await second(fresh).post(await proposed(fresh))
    before = await fresh.rows("SELECT * FROM parameter ORDER BY name, valid_from")
    for _ in range(2):
        await seed_parameters(fresh.definition, fresh.running)
    assert await fresh.rows("SELECT * FROM parameter ORDER BY name, valid_from") == before


async def test_unknown_proposals_and_missing_scopes(ledger: ServiceUnderTest) -> None:
    assert (await second(ledger).post(f"/v1/parameter-proposals/{uuid4()}/confirm")).status_code == 404
    for scope, call in (
        ("ledger:parameters.confirm", "/v1/parameter-proposals"),
        ("ledger:parameters.propose", f"/v1/parameter-proposals/{uuid4()}/confirm"),
    ):
        async with ledger.client(scope) as client:
            assert (await client.post(call, json=proposal())).status_code == 403
