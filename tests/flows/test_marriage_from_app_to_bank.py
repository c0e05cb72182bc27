"""A couple's app, a registrar, a court clerk's system and a bank, each with its own token, up to the indicators."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio

import marriage.main
import monitoring.main
from departments.connected import connect_departments
from launcher.broker import Broker
from launcher.clients import client_ids, load_clients
from launcher.tokens import TokenMint
from marriage.usecases.clock import run_divorce_clock
from shared.kernel.clock import CHINA
from shared.kernel.identity_number import Sex, synthetic_identity_number
from shared.storage.signing import verify
from shared.testing.flow import City, eventually, running_city
from shared.testing.servers import Databases

BORN = date(1994, 4, 5)


@pytest_asyncio.fixture
async def city(databases: Databases, broker: Broker, mint: TokenMint, secrets_folder: Path) -> AsyncIterator[City]:
    """Marriage and monitoring with their workers."""
    parts = [(main.SERVICE, main.Settings) for main in (marriage.main, monitoring.main)]
    async with running_city(parts, databases, broker, mint, secrets_folder) as found:
        yield found


def scopes_of(client: str) -> list[str]:
    """What the local issuer grants that client."""
    (found,) = (one for one in load_clients(dict.fromkeys(client_ids(), "x")) if one.client_id == client)
    return [scope for scope in found.scopes if scope.startswith("marriage:")]


def person(sex: Sex, seed: int = 1) -> dict[str, Any]:
    return {
        "name": "测试甲" if sex is Sex.MALE else "测试乙",
        "document": {"kind": "ID_CARD", "number": synthetic_identity_number(seed, BORN, sex).plain},
        "household_division": "500103",
    }


async def ok(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    return answer.json()


async def checked(window: httpx.AsyncClient, someone: dict[str, Any], sex: Sex) -> dict[str, Any]:
    """Somebody before the registrar, with the answers of the other bodies."""
    ids = {}
    for name, question in (("identity", "IDENTITY"), ("marital", "NO_SPOUSE")):
        body = {"question": question, "name": someone["name"], "document": someone["document"]}
        ids[f"{name}_inquiry_id"] = (await ok(await window.post("/v1/inquiries", json=body)))["id"]
    return {
        **someone, **ids, "sex": sex.value, "birth_date": BORN.isoformat(), "prior_status": "UNMARRIED",
        "is_present": True, "is_willing": True, "has_signed_declaration": True,
    }  # fmt: skip


def clock_to(city: City, day: str, hour: int = 10) -> None:
    for service in city.services.values():
        service.clock.set(datetime.combine(date.fromisoformat(day), time(hour), CHINA))


async def indicator(city: City, name: str) -> dict[str, Any]:
    async with city.monitoring.client("monitoring:read") as reader:
        return await ok(await reader.get(f"/v1/indicators/{name}"))


async def test_app_registrar_court_and_bank(city: City) -> None:
    simulator = connect_departments(city.marriage, "public-security", "civil-affairs")
    him, her = person(Sex.MALE), person(Sex.FEMALE)
    for one in (him, her):
        simulator.prepare("identity-check", one["document"]["number"], {"matches": True, "alive": True})
        simulator.prepare("marital-status", one["document"]["number"], {"married": False})
    city.marriage.clock.set(datetime(2026, 1, 5, 9, tzinfo=CHINA))
    offices = await city.marriage.rows("SELECT id FROM office WHERE division = '500103000000'")
    office = str(offices[0].id)
    async with (
        city.marriage.client(*scopes_of("app-backend"), person="citizen-a") as app,
        city.marriage.client(*scopes_of("county-reviewer"), division="500103000000", person="officer-b") as keeper,
        city.marriage.client(*scopes_of("caseworker"), division="500103000000", person="officer-a") as window,
        city.marriage.client(*scopes_of("court-clerk"), person="clerk-a") as clerk,
        city.marriage.client(*scopes_of("bank"), person=None) as bank,
    ):
        plan = {"business": "MARRIAGE", "first_day": "2026-01-07", "last_day": "2026-01-07", "begins": "09:00",
                "ends": "12:00", "capacity": 5}  # fmt: skip
        await ok(await keeper.post(f"/v1/offices/{office}/slots", json=plan))
        free = (await ok(await app.get("/v1/slots", params={"business": "MARRIAGE"})))["items"]
        people = [him["document"], her["document"]]
        booked = await ok(await app.post("/v1/appointments", json={"slot_id": free[0]["id"], "people": people}))
        clock_to(city, "2026-01-07")
        couple = {
            "office_id": office, "first": await checked(window, him, Sex.MALE),
            "second": await checked(window, her, Sex.FEMALE), "has_joint_photo": True,
        }  # fmt: skip
        await ok(await window.post(f"/v1/appointments/{booked['id']}/keep"))
        made = await ok(await window.post("/v1/registrations", json=couple))
        rating = {"business": "REGISTRATION", "subject_id": made["id"], "grade": 5}
        await ok(await app.post("/v1/ratings", json=rating))
        names = {"certificate_no": made["certificate_no"], "names": [him["name"], her["name"]]}
        purpose = {"X-Purpose": "LOAN"}
        proof = (await ok(await bank.post("/v1/certificates/proof", json=names, headers=purpose)))["proof"]
        keys = (await bank.get("/.well-known/jwks.json")).json()
        assert verify("certificate-proof+jws", proof, keys, issuer="marriage")["result"] == "VALID"
        assert (await bank.get(f"/v1/registrations/{made['id']}")).status_code == 403

        clock_to(city, "2026-01-19")
        days = await ok(await app.post("/v1/pre-checks/divorce-timeline", json={}))
        both = {"is_present": True, "is_willing": True}
        wish = {
            "office_id": office, "first": {**her, **both}, "second": {**him, **both},
            "marriage_certificate_no": made["certificate_no"],
            "agreement": {"is_voluntary": True, "has_children": False, "property": "无", "debts": "无",
                          "signed_by_both": True},
        }  # fmt: skip
        divorce = await ok(await window.post("/v1/divorces", json=wish))
        assert divorce["cooling_end"] == days["cooling_end"] == "2026-02-24"
        clock_to(city, "2026-02-25")
        await run_divorce_clock(city.marriage.running)
        assert (await ok(await window.get(f"/v1/divorces/{divorce['id']}")))["status"] == "COLLECTIBLE"
        paper = {
            **names, "decision": "ANNULLED_OR_VOID", "ground": "BIGAMY", "court": "测试人民法院",
            "document": "（2026）测试第1号", "effective_on": "2026-02-25",
        }  # fmt: skip
        assert (await ok(await clerk.post("/v1/court-papers", json=paper)))["status"] == "ANNULLED"
        assert (await ok(await window.get(f"/v1/divorces/{divorce['id']}")))["status"] == "TERMINATED"
        after = await ok(await bank.post("/v1/certificates/verify", json=names, headers=purpose))
        assert after == {"result": "NOT_VALID", "since": "2026-02-25"}

    async def counted() -> bool:
        found = await indicator(city, "marriage-satisfaction")
        ended = await indicator(city, "divorce-other-rate")
        return (found["numerator"], found["denominator"], ended["numerator"]) == (1, 1, 1)

    await eventually(counted, "the rating and the ended application are in the indicators")
    clock_to(city, "2026-11-24")
    room = await indicator(city, "counselling-room-coverage")
    assert room["denominator"] == len(
        await city.marriage.rows("SELECT id FROM office WHERE status = 'OPEN' AND level <> 'TOWNSHIP'")
    )
