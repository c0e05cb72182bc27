"""A district files, a second person confirms, the planner corrects and closes; a citizen reads wall and open data."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest_asyncio

import monitoring.main
import reporting.main
from launcher.broker import Broker
from launcher.tokens import TokenMint
from shared.kernel.clock import CHINA
from shared.testing.flow import City, eventually, running_city
from shared.testing.servers import Databases

JUNE = datetime(2026, 6, 22, 9, 0, tzinfo=CHINA)
"""A day on which row 3 is still filed and not computed."""
ROW = "disability-living-subsidy-coverage"
YUZHONG = "500103000000"


@pytest_asyncio.fixture
async def town(databases: Databases, broker: Broker, mint: TokenMint, secrets_folder: Path) -> AsyncIterator[City]:
    """Reporting and monitoring with their workers."""
    parts = [(main.SERVICE, main.Settings) for main in (reporting.main, monitoring.main)]
    async with running_city(parts, databases, broker, mint, secrets_folder) as found:
        for service in found.services.values():
            service.clock.set(JUNE)
        yield found


def said(**changes: Any) -> dict[str, Any]:
    return {
        "form": "disability-living-subsidy", "division": YUZHONG, "period": "2026-05", "numerator": 900,
        "denominator": 1_000, "document_title": "测试用月报", **changes,
    }  # fmt: skip


async def done(client: Any, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def seen_by_a_citizen(city: City) -> dict[str, Any]:
    async with city.monitoring.bare_client() as citizen:
        found = (await citizen.get(f"/v1/wall/indicators/{ROW}")).json()
    return {
        "value": found["value"], "tiles": {tile["code"]: tile["value"] for tile in found["districts"]},
        "definition": found["definitions"][0]["text"],
    }  # fmt: skip


async def test_a_filed_figure_reaches_the_citizen_and_a_correction_does_too(town: City) -> None:
    district = town.reporting.client("reporting:file", "reporting:read", division=YUZHONG, person="officer-a")
    second = town.reporting.client("reporting:review", "reporting:confirm", division=YUZHONG, person="officer-b")
    planner = town.reporting.client("reporting:file", "reporting:close", "reporting:read", person="planner")
    chief = town.reporting.client("reporting:review", "reporting:confirm", "reporting:close", person="chief")
    assert (await seen_by_a_citizen(town))["value"] is None

    figure = await done(district, "/v1/figures", said())
    assert (await district.post(f"/v1/figures/{figure['id']}/confirm")).status_code == 403
    await done(second, f"/v1/figures/{figure['id']}/review")
    await done(second, f"/v1/figures/{figure['id']}/confirm")

    async def shown(value: str | None) -> bool:
        return (await seen_by_a_citizen(town))["value"] == value

    await eventually(lambda: shown("90.00"), "the confirmed figure is on the wall")
    found = await seen_by_a_citizen(town)
    assert found["tiles"]["500103"] == "90.00"
    assert found["definition"]

    correct = {name: value for name, value in said(numerator=950).items() if name not in ("form", "division", "period")}
    correction = await done(planner, f"/v1/figures/{figure['id']}/correct", {**correct, "reason": "漏计五十人"})
    assert await shown("90.00")
    await done(chief, f"/v1/figures/{correction['id']}/review")
    await done(chief, f"/v1/figures/{correction['id']}/confirm")
    await eventually(lambda: shown("95.00"), "the correction is on the wall")

    await done(planner, "/v1/closings", {"period": "2026-05"})
    late = await district.post(f"/v1/figures/{correction['id']}/correct", json={**correct, "reason": "再改"})
    assert (late.status_code, late.json()["code"]) == (409, "period-closed")
    async with town.monitoring.bare_client() as citizen:
        table = csv.DictReader(io.StringIO((await citizen.get("/v1/open-data/indicators.csv")).text))
        mine = {row["district"]: row for row in table if row["indicator"] == ROW}
        assert (mine["500000"]["value"], mine["500103"]["value"]) == ("95.00", "95.00")
        assert mine["500101"]["state"] == "NO_DATA"
        assert (await citizen.get(mine["500000"]["definition"].replace("..", "/v1"))).status_code == 200
        assert (await citizen.get("/v1/indicators")).status_code == 401


async def test_a_retracted_figure_leaves_no_value_behind(town: City) -> None:
    district = town.reporting.client("reporting:file", division=YUZHONG, person="officer-a")
    second = town.reporting.client("reporting:review", "reporting:confirm", division=YUZHONG, person="officer-b")
    figure = await done(district, "/v1/figures", said())
    for verb in ("review", "confirm"):
        await done(second, f"/v1/figures/{figure['id']}/{verb}")

    async def value(wanted: str | None) -> bool:
        return (await seen_by_a_citizen(town))["value"] == wanted

    await eventually(lambda: value("90.00"), "the figure is on the wall")
    await done(district, f"/v1/figures/{figure['id']}/propose-retraction", {"reason": "报错区县"})
    await done(second, f"/v1/figures/{figure['id']}/retract")
    await eventually(lambda: value(None), "the wall says that there are no data")
