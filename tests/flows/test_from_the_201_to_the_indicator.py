"""A change made over HTTP becomes a number of the plan, exactly once."""

from decimal import Decimal
from typing import Any

from shared.testing.flow import City, eventually

PROPOSE = ("assistance:standards.propose", "assistance:standards.confirm")


async def ratio(city: City, on: str) -> dict[str, Any]:
    async with city.monitoring.client("monitoring:read") as reader:
        answer = await reader.get("/v1/indicators/rural-urban-standard-ratio", params={"on": on})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_published_standards_give_row_2_of_the_plan(city: City) -> None:
    async def complete() -> bool:
        held = await city.monitoring.rows("SELECT count(*), sum(version) FROM entity_state WHERE noun = 'standard'")
        there = await city.assistance.rows("SELECT count(*), sum(version) FROM standard")
        return tuple(held[0]) == tuple(there[0])

    await eventually(complete, "the newest version of every standard arrived")
    values = {
        day: (await ratio(city, day))["value"] for day in ("2020-12-31", "2024-12-31", "2025-07-01", "2026-11-23")
    }
    assert values == {"2020-12-31": "80.00", "2024-12-31": "81.33", "2025-07-01": "81.82", "2026-11-23": "81.82"}
    today = await ratio(city, "2026-11-23")
    assert (today["numerator"], today["denominator"]) == (63_000, 77_000)
    assert [Decimal(target["gap"]) for target in today["targets"]] == [Decimal("-3.18")]


async def test_a_new_standard_over_http_moves_the_indicator(city: City) -> None:
    body = {
        "programme": "SUBSISTENCE_ALLOWANCE", "residence": "RURAL", "amount_fen": 66_000, "valid_from": "2026-11-01",
        "document": "测试文号（虚构）",
    }  # fmt: skip
    async with city.assistance.client(*PROPOSE, person="officer-a") as first:
        standard = (await first.post("/v1/standards", json=body)).json()
    async with city.assistance.client(*PROPOSE, person="officer-b") as second:
        answer = await second.post(f"/v1/standards/{standard['id']}/confirm")
    assert answer.status_code == 200, answer.text

    async def moved() -> bool:
        return (await ratio(city, "2026-11-23"))["numerator"] == 66_000

    await eventually(moved, "the new standard is in the indicator")
    assert (await ratio(city, "2026-10-31"))["numerator"] == 63_000
