"""Verification orders end to end: over HTTP, with the simulated departments, and with departments that fail."""

from datetime import timedelta
from typing import Any

import pytest
from httpx import AsyncClient

from assistance.timers import ask_departments
from departments.connected import connect_departments
from departments.simulator import Simulator
from shared.testing.under_test import ServiceUnderTest

DEPARTMENTS = (
    "public-security", "civil-affairs", "human-resources", "housing", "natural-resources", "market-regulation",
    "taxation", "transport", "banks", "provident-fund",
)  # fmt: skip


@pytest.fixture
def simulator(service: ServiceUnderTest) -> Simulator:
    return connect_departments(service, *DEPARTMENTS)


def consents(persons: int = 3) -> list[dict[str, Any]]:
    return [{"member": n, "signed_on": "2026-11-20"} for n in range(persons)]


async def order(window: AsyncClient, application: dict[str, Any], **body: Any) -> Any:
    path = f"/v1/applications/{application['id']}/verifications"
    return await window.post(path, json={"authorisations": consents(), **body})


async def read(window: AsyncClient, made: dict[str, Any]) -> dict[str, Any]:
    return dict((await window.get(f"/v1/verifications/{made['id']}")).json())


async def test_an_order_is_answered_by_every_source(
    service: ServiceUnderTest, window: AsyncClient, submit: Any, household: Any, simulator: Simulator
) -> None:
    number = household()["members"][0]["identity_number"]
    simulator.prepare(
        "deposits", number, {"as_of": "2026-11-19", "items": [{"item": "DEPOSITS", "amount_fen": 9_000_000}]}
    )
    application = await submit("accept")
    made = await order(window, application, declared=[{"member": 0, "amounts": {"DEPOSITS": 1_000_000}}])
    assert made.status_code == 201, made.text
    assert await ask_departments(service.running) == 1
    found = await read(window, made.json())
    assert found["status"] == "REPORTED"
    assert found["reports"][0]["completeness"] == "COMPLETE"
    assert found["reports"][0]["mismatches"] == [
        {"member": 0, "source": "BANKS", "item": "DEPOSITS", "declared_fen": 1_000_000, "found_fen": 9_000_000}
    ]
    assert number not in str(found)
    assert await ask_departments(service.running) == 0, "a report asks nobody again"


async def test_silent_departments_stop_nothing_and_are_asked_again_later(
    service: ServiceUnderTest, window: AsyncClient, submit: Any, simulator: Simulator
) -> None:
    simulator.behave("vehicles", delay_ms=9_000)
    simulator.behave("deposits", status=503)
    made = (await order(window, await submit("accept"))).json()
    assert await ask_departments(service.running) == 1
    waiting = await read(window, made)
    assert waiting["status"] == "ASKING"
    gaps = {(each["source"], each["gap"]) for each in waiting["inquiries"] if each["gap"]}
    assert gaps == {("VEHICLES", "TIMEOUT"), ("BANKS", "BROKEN")}
    assert await ask_departments(service.running) == 0, "not before the interval"
    simulator.behaviours.pop("deposits")
    for _ in range(2):
        service.clock.advance(timedelta(minutes=11))
        assert await ask_departments(service.running) == 1
    report = (await read(window, made))["reports"][0]
    assert (report["completeness"], report["missing"]) == ("INSUFFICIENT", ["VEHICLES"])


async def test_a_malformed_answer_is_read_as_far_as_it_goes(
    service: ServiceUnderTest, window: AsyncClient, submit: Any, household: Any, simulator: Simulator
) -> None:
    number = household()["members"][0]["identity_number"]
    items = [
        None,
        5,
        {},
        {"item": "X", "amount_fen": -1},
        {"item": "户", "amount_fen": 1},
        {"item": "A", "amount_fen": True},
    ]
    simulator.prepare("deposits", number, {"as_of": "soon", "items": items})
    made = (await order(window, await submit("accept"), sources=["BANKS"])).json()
    await ask_departments(service.running)
    report = (await read(window, made))["reports"][0]
    assert (report["completeness"], report["mismatches"]) == ("COMPLETE", [])


async def test_without_consent_or_outside_an_open_case_nothing_is_asked(
    service: ServiceUnderTest, window: AsyncClient, submit: Any, simulator: Simulator
) -> None:
    application = await submit("accept")
    refused = await order(window, application, authorisations=consents(2))
    assert (refused.status_code, refused.json()["code"]) == (409, "authorisation-missing")
    assert refused.json()["facts"] == {"members_without": [2]}
    early = await order(window, await submit(seed=5))
    assert (early.status_code, early.json()["code"]) == (409, "case-not-open")
    assert await ask_departments(service.running) == 0
    assert simulator.asked == []


async def test_one_order_at_a_time(window: AsyncClient, submit: Any, simulator: Simulator) -> None:
    application = await submit("accept")
    assert (await order(window, application)).status_code == 201
    again = await order(window, application)
    assert (again.status_code, again.json()["code"]) == (409, "verification-running")


async def test_a_contested_source_is_asked_anew(
    service: ServiceUnderTest, window: AsyncClient, submit: Any, simulator: Simulator
) -> None:
    made = (await order(window, await submit("accept"))).json()
    await ask_departments(service.running)
    path = f"/v1/verifications/{made['id']}"
    contested = await window.post(f"{path}/contest", json={"sources": ["BANKS"], "ground": "账户已注销"})
    assert contested.json()["actions"] == ["recheck"]
    asked = len(simulator.asked)
    assert (await window.post(f"{path}/recheck")).json()["status"] == "RECHECKING"
    await ask_departments(service.running)
    assert len(simulator.asked) == asked + 3
    assert len((await read(window, made))["reports"]) == 2


async def test_numbers_and_answers_are_sealed_and_every_read_leaves_a_trace(
    service: ServiceUnderTest, window: AsyncClient, submit: Any, household: Any, simulator: Simulator
) -> None:
    number = household()["members"][0]["identity_number"]
    made = (await order(window, await submit("accept"))).json()
    await ask_departments(service.running)
    await read(window, made)
    rows = await service.rows("SELECT record::text AS record, sealed FROM verification")
    assert number not in rows[0].record + rows[0].sealed
    assert number not in str(await service.announced())
    seen = await service.rows("SELECT count(*) AS n FROM audit_entry WHERE action = 'verification.read'")
    assert seen[0].n == 1


async def test_another_district_sees_nothing(service: ServiceUnderTest, window: AsyncClient, submit: Any) -> None:
    made = (await order(window, await submit("accept"))).json()
    async with service.client("assistance:read", division="500106000000") as stranger:
        assert (await stranger.get(f"/v1/verifications/{made['id']}")).status_code == 404
