"""A planner prepares the yearly report; a district disputes its number; the figure is revised and explained."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from monitoring.events import observe
from monitoring.usecases import absorb
from shared.contracts.envelope import Incoming
from shared.storage.signing import verify
from shared.testing.flow import City

PLANNER, READER, OPERATOR = ("monitoring:read", "monitoring:close"), "monitoring:read", "monitoring:operate"
OUTLETS = "500000000000"


def burial(entity: UUID, version: int, district: str, there: int) -> Incoming:
    """A confirmed figure of one district, as reporting states it."""
    point = {"period": "2025", "on": "2025-12-31", "numerator": there, "denominator": 1}
    data = {"form": "burial-facilities", "kind": "LEVEL", "points": [point]}
    seen = datetime(2026, 1, 20, version, tzinfo=UTC)
    return Incoming(
        str(uuid4()), "reporting", "series", "revised", 1, entity, 1, version, f"{district}000000", seen, data
    )


async def read(city: City, path: str, **params: str) -> Any:
    async with city.monitoring.client(READER) as reader:
        answer = await reader.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_year_is_closed_disputed_and_revised(city: City) -> None:
    disputed = uuid4()
    first = [burial(uuid4(), 1, "500106", 1), burial(disputed, 1, "500107", 0), burial(uuid4(), 1, "500103", 0)]
    await city.monitoring.run(lambda tx: absorb(tx, observe(first)))
    table = await read(city, "/v1/indicators", on="2025-12-31")
    assert [item["row"] for item in table["items"]] == list(range(1, 17))
    row = next(item for item in table["items"] if item["row"] == 13)
    assert (row["numerator"], row["denominator"], row["value"]) == (1, 2, "50.00")
    ways = await read(city, "/v1/progress", part="all", on="2025-12-31")
    assert {len(way["targets"]) for way in ways["items"] if way["id"] == "basic-quality-rate"} == {2}
    async with city.monitoring.client(*PLANNER) as planner:
        closed = await planner.post("/v1/periods/2025/closings", json={})
    assert closed.status_code == 201, closed.text

    path = "/v1/indicators/public-burial-facility-coverage/entities"
    behind = await read(city, path, division="500107", side="denominator", on="2025-12-31")
    assert [item["entity_id"] for item in behind["items"]] == [str(disputed)]
    await city.monitoring.run(lambda tx: absorb(tx, observe([burial(disputed, 2, "500107", 1)])))
    moved = await read(city, "/v1/periods/2025/difference")
    places = {change["district"]: change for change in moved["changes"]}
    assert set(places) == {"500107", "500000"}
    assert str(disputed) in {entity["entity_id"] for entity in places["500107"]["entities"]}

    async with city.monitoring.client(*PLANNER) as planner:
        revised = await planner.post("/v1/periods/2025/closings", json={"reason": "区县更正"})
    assert revised.json()["revision"] == 2
    signed = await read(city, "/v1/periods/2025/revisions/1")
    keys = await read(city, "/.well-known/jwks.json")
    assert verify("period-snapshot+jws", signed["signature"], keys, issuer="monitoring")["revision"] == 1
    compared = await read(
        city, "/v1/indicators/public-burial-facility-coverage/comparison", against="2024-12-31", on="2025-12-31"
    )
    assert (compared["city"]["now"], compared["items"][0]["rank"]) == ("100.00", 1)


async def test_the_operator_at_three_in_the_morning_finds_and_heals(city: City) -> None:
    async with city.monitoring.client(OPERATOR) as operator:
        state = (await operator.get("/v1/pipeline")).json()
        assert (state["differences"], state["dead_letters"]) == (0, 0)
        silence = (await operator.get("/v1/pipeline/silence")).json()
        assert silence["without_data"]
        asked = await operator.post("/v1/pipeline/rebuilds")
        assert asked.status_code == 202, asked.text
        again = await operator.post("/v1/pipeline/rebuilds")
        assert again.status_code in (202, 409)
        shown = (await operator.get("/v1/pipeline/rebuilds")).json()["items"]
        assert shown[0]["entities"] >= 0
