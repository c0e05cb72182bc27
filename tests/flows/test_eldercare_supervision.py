"""A home's administrator, a county supervisor and a family's app, each with a token of its own, end to end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
from stdnum.cn import uscc

import eldercare.main
import monitoring.main
from launcher.broker import Broker
from launcher.tokens import TokenMint
from shared.kernel.identity_number import Sex, synthetic_identity_number
from shared.testing.flow import City, eventually, running_city
from shared.testing.servers import Databases

TOWNSHIP, COUNTY = "500103001000", "500103000000"


@pytest_asyncio.fixture
async def city(databases: Databases, broker: Broker, mint: TokenMint, secrets_folder: Path) -> AsyncIterator[City]:
    """Elderly care and monitoring with their workers."""
    parts = [(main.SERVICE, main.Settings) for main in (eldercare.main, monitoring.main)]
    async with running_city(parts, databases, broker, mint, secrets_folder) as found:
        yield found


def organisation_code() -> str:
    stem = "52500103MJ7700001"
    return stem + str(uscc.calc_check_digit(stem))


async def done(client: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    answer = await client.post(f"/v1/{path}", json=body)
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = answer.json()
    return found


async def refused(client: httpx.AsyncClient, path: str, **body: Any) -> str:
    answer = await client.post(f"/v1/{path}", json=body)
    assert answer.status_code in (403, 409), answer.text
    return str(answer.json()["code"])


async def free(family: httpx.AsyncClient, **wish: Any) -> list[dict[str, Any]]:
    answer = await family.get("/v1/public/beds", params=wish)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def values(city: City, *indicators: str) -> list[Any]:
    async with city.monitoring.client("monitoring:read") as reader:
        found = [(await reader.get(f"/v1/indicators/{one}", params={"on": "2026-11-23"})).json() for one in indicators]
    return [one["value"] for one in found]


async def test_a_home_is_filed_furnished_inspected_searched_and_measured(city: City) -> None:
    service = city.eldercare
    county = service.client("eldercare:register", "eldercare:inspect", "eldercare:read", division=COUNTY)
    home = service.client(
        "eldercare:beds", "eldercare:staff", "eldercare:fees", "eldercare:report", "eldercare:read", division=TOWNSHIP
    )
    registration = {
        "name": "虚构养老院", "organisation_code": organisation_code(), "township": TOWNSHIP, "kind": "TOWNSHIP_CENTRE",
        "ownership": "PUBLIC_RUN", "filed_beds": 20, "opened_on": "2026-01-05", "comprehensive": True,
    }  # fmt: skip
    institution = (await done(county, "institutions", **registration))["id"]
    whole = ["APPLICATION", "REGISTRATION_CERTIFICATE", "UNDERTAKING"]
    await done(county, f"institutions/{institution}/submit-filing", on="2026-01-06", materials=whole)
    assert (await done(county, f"institutions/{institution}/file", on="2026-01-07"))["stage"] == "OPERATING"
    await done(county, f"institutions/{institution}/assess", assessed_on="2026-09-01", met=True)

    nursing = {
        "count": 12,
        "bed_class": "NURSING",
        "inclusive": True,
        "since": "2026-01-10",
        "monthly_fee_fen": 150_000,
    }
    ordinary = {"count": 8, "bed_class": "ORDINARY", "since": "2026-01-10", "monthly_fee_fen": 90_000}
    for beds in (nursing, ordinary):
        await done(home, f"institutions/{institution}/beds", **beds)
    assert await refused(home, f"institutions/{institution}/suspend", on="2026-02-01", reason="VOLUNTARY")
    number = synthetic_identity_number(41, date(1985, 1, 1), Sex.FEMALE).plain
    carer = await done(
        home, f"institutions/{institution}/staff", name="测试甲", identity_number=number, post="CAREGIVER",
        since="2026-01-10", certificates=[{"kind": "SKILL", "level": 5, "issued_on": "2024-05-01"}],
    )  # fmt: skip
    assert number not in str(carer)

    async with service.bare_client() as family:
        [line] = await free(family, division=COUNTY, bed_class="NURSING", inclusive="true", highest_fee_fen=150_000)
        assert (line["free"], line["lowest_fee_fen"]) == (12, 150_000)
        assert not {"filed_on", "organisation_code", "staff"} & line.keys()
        assert await free(family, bed_class="NURSING", highest_fee_fen=149_999) == []
        planned = await done(
            county, f"institutions/{institution}/inspections", kind="CASE", planned_for="2026-06-10"
        )  # fmt: skip
        hazard = {"code": "FIRE-1", "severity": "MAJOR_HAZARD"}
        inspection = f"inspections/{planned['id']}"
        await done(county, f"{inspection}/conduct", on="2026-06-10", inspectors=2, findings=[hazard])
        assert await free(family) == []
        await done(home, f"{inspection}/submit", on="2026-06-20")
        await done(county, f"{inspection}/verify", on="2026-06-22", passed=True)
        assert [found["free"] for found in await free(family)] == [20]

    async def arrived() -> bool:
        held = await city.monitoring.rows("SELECT count(*) FROM entity_state WHERE source = 'eldercare'")
        return bool(held[0][0] >= 23)

    await eventually(arrived, "every entity of the home arrived at monitoring")
    quality, certified = await values(city, "basic-quality-rate", "certified-care-staff")
    assert float(quality) == float(certified) == 100
