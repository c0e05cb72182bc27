"""A place in a home, end to end: a family, a home, an agency, a county supervisor and social assistance, each alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
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
SCORES = {
    "B1": [2, 2, 2, 2, 2, 2, 2, 2], "B2": [2, 2, 2, 1], "B3": [2, 2, 2, 2, 2, 2, 1, 1, 2], "B4": [2, 2, 2, 2, 2],
}  # fmt: skip
CLAUSES = ["PARTIES", "SERVICE", "FEES", "TERM", "CHANGE", "PLACEMENT", "LIABILITY"]


@pytest_asyncio.fixture
async def city(databases: Databases, broker: Broker, mint: TokenMint, secrets_folder: Path) -> AsyncIterator[City]:
    """Elderly care and monitoring with their workers."""
    parts = [(main.SERVICE, main.Settings) for main in (eldercare.main, monitoring.main)]
    async with running_city(parts, databases, broker, mint, secrets_folder) as found:
        yield found


def person(seed: int, name: str) -> dict[str, str]:
    return {"name": name, "identity_number": synthetic_identity_number(seed, date(1944, 5, 1), Sex.FEMALE).plain}


class Everybody:
    """One client a role, each with the scopes of its own and no more."""

    def __init__(self, city: City) -> None:
        service = city.eldercare
        self.window = service.client("eldercare:register", "eldercare:beds", division=COUNTY, person="officer-a")
        self.county = service.client("eldercare:review", "eldercare:reveal", division=COUNTY, person="officer-b")
        self.agency = service.client("eldercare:assess", division=COUNTY, person="assessor-a")
        self.home = service.client("eldercare:admit", "eldercare:stays", division=TOWNSHIP, person="home-a")
        self.family = service.client("eldercare:apply", "eldercare:read", person="family-a")
        self.other_family = service.client("eldercare:apply", "eldercare:read", person="family-b")
        self.assistance = service.client("eldercare:place", "eldercare:results", person=None)


async def done(client: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    answer = await client.post(f"/v1/{path}", json=body)
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = answer.json()
    return found


async def refused(client: httpx.AsyncClient, path: str, **body: Any) -> tuple[int, str]:
    answer = await client.post(f"/v1/{path}", json=body)
    assert answer.status_code >= 400, answer.text
    return answer.status_code, answer.json()["code"]


async def furnished(all_: Everybody) -> tuple[str, list[str], str]:
    """A home with two nursing beds, and an agency."""
    stem = "52500103MJ0770001"
    home = await done(
        all_.window, "institutions", name="流程测试养老院", organisation_code=stem + uscc.calc_check_digit(stem),
        township=TOWNSHIP, kind="ELDERLY_HOME", ownership="PUBLIC_RUN", filed_beds=20, opened_on="2024-01-01",
    )  # fmt: skip
    beds = await done(all_.window, f"institutions/{home['id']}/beds", count=2, bed_class="NURSING", since="2024-02-01")
    stem = "52500103MJ0770002"
    agency = await done(
        all_.county, "assessment-agencies", township=TOWNSHIP, name="流程测试评估中心",
        organisation_code=stem + uscc.calc_check_digit(stem),
        assessors=[{"number": f"PG-{n}", "schooling": "HIGHER", "years": 8} for n in range(5)],
    )  # fmt: skip
    return home["id"], [bed["id"] for bed in beds["beds"]], agency["id"]


async def assessed(all_: Everybody, agency: str, who: dict[str, str]) -> dict[str, Any]:
    scores = {f"{part}.{n}": score for part, row in SCORES.items() for n, score in enumerate(row, start=1)}
    return await done(
        all_.agency, "assessments", **who, township=TOWNSHIP, scores=scores, assessed_on="2026-11-20",
        agency_id=agency, assessors=["PG-0", "PG-1"], informant="CHILD",
    )  # fmt: skip


async def moved_in(all_: Everybody, application: str, today: str) -> dict[str, Any]:
    await done(
        all_.home, f"applications/{application}/contract", signed_on=today, begins_on=today, care_level=2,
        monthly_fee_fen=280_000, clauses=CLAUSES,
    )  # fmt: skip
    return await done(all_.home, f"applications/{application}/admit", begins_on=today)


async def test_a_family_waits_behind_a_placement_and_both_move_in(city: City) -> None:
    all_, clock = Everybody(city), city.eldercare.clock
    home, beds, agency = await furnished(all_)
    ordinary, poor = person(1, "测试甲"), person(2, "测试乙")
    assert (await assessed(all_, agency, ordinary))["verdict"]["level"] == 2

    applied = await done(
        all_.family, "applications", **ordinary, institution_id=home, circumstances={"family": ["LIVING_ALONE"]}
    )
    path = f"applications/{applied['id']}"
    assert await refused(all_.family, f"{path}/take-up") == (403, "not-permitted")
    await done(all_.county, f"{path}/take-up")
    await done(all_.county, f"{path}/waitlist")

    placed = await done(
        all_.assistance, "placements", **poor, institution_id=home, circumstances={"means": "EXTREME_HARDSHIP"}
    )
    seen = (await all_.family.get(f"/v1/my/{path}")).json()["place"]
    assert (seen["position"], seen["ahead_by_lane"]) == (2, {"1": 1, "2": 0, "3": 0})
    assert (await all_.other_family.get(f"/v1/my/{path}")).status_code == 404

    offered = await done(all_.home, f"beds/{beds[0]}/draw")
    assert offered["id"] == applied["id"], "nobody assessed the placed person yet"
    await assessed(all_, agency, poor)
    level = await done(all_.assistance, "assessments/result", identity_number=poor["identity_number"])
    assert (level["level"], level["in_force"]) == (2, True)
    assert (await done(all_.home, f"beds/{beds[1]}/draw"))["id"] == placed["id"]
    assert await refused(all_.home, f"beds/{beds[1]}/draw") == (409, "bed-has-an-open-offer")

    await done(all_.home, f"applications/{placed['id']}/accept")
    today = clock.now().date().isoformat()
    assert (await moved_in(all_, placed["id"], today))["ground"] == "EXTREME_HARDSHIP"
    await done(all_.family, f"my/{path}/accept")
    clock.advance(timedelta(days=3))
    stay = await moved_in(all_, applied["id"], clock.now().date().isoformat())
    assert (stay["status"], stay["admitted_on"]) == ("TRIAL", "2026-11-26")

    city.monitoring.clock.advance(timedelta(days=3))
    async with city.monitoring.client("monitoring:read") as reader:

        async def counted() -> bool:
            answer = await reader.get("/v1/indicators/eldercare-waiting-days-ordinary", params={"on": "2026-11-26"})
            return answer.status_code == 200 and answer.json()["value"] in ("3", "3.00", "3.0")

        await eventually(counted, "three days of waiting are the median of the ordinary lane")


async def test_a_supervisor_tries_a_rule_and_sees_why_a_place_moved(city: City) -> None:
    all_ = Everybody(city)
    home, beds, agency = await furnished(all_)
    numbers = []
    for seed, facts in ((1, {"family": ["EMPTY_NEST"]}), (2, {"disability_grade": 3})):
        who = person(seed, "测试丙")
        await assessed(all_, agency, who)
        applied = await done(all_.family, "applications", **who, institution_id=home, circumstances=facts)
        await done(all_.county, f"applications/{applied['id']}/take-up")
        await done(all_.county, f"applications/{applied['id']}/waitlist")
        numbers.append((applied["id"], applied["number"]))
    simulated = await done(
        all_.county, f"institutions/{home}/waiting-list/simulation", rules={"family": {}, "wait_cap": 0}
    )
    assert (simulated["list_length"], simulated["moved"]) == (2, 0)
    await done(all_.county, f"applications/{numbers[1][0]}/reassess", circumstances={"merits": ["MODEL_WORKER"]})
    history = (await all_.county.get(f"/v1/applications/{numbers[1][0]}/history")).json()["items"]
    assert [(one["what"], one["position_before"], one["position_after"]) for one in history] == [
        ("REASSESSED", 2, 1), ("QUEUED", None, 2),
    ]  # fmt: skip
    assert (await done(all_.home, f"beds/{beds[0]}/draw"))["id"] == numbers[1][0]
    shown = await all_.county.get(f"/v1/applications/{numbers[1][0]}/revealed", headers={"X-Purpose": "review"})
    assert shown.json()["identity_number"] == person(2, "")["identity_number"]
    assert (await all_.home.get(f"/v1/applications/{numbers[1][0]}/revealed")).status_code == 403
