"""The HTTP interface: values with their integers, targets side by side, definitions, and the pipeline."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from monitoring.events import observe
from monitoring.usecases import absorb
from shared.contracts.eldercare import InstitutionState
from shared.contracts.envelope import Incoming, write_event
from shared.kernel.ids import new_id
from shared.messaging.dead_letters import DeadLetter, set_aside
from shared.testing.under_test import ServiceUnderTest

READ, OPERATE = "monitoring:read", "monitoring:operate"


def event(source: str, noun: str, region: str, **data: Any) -> Incoming:
    """A first version of some entity."""
    seen = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    return Incoming(str(uuid4()), source, noun, "added", 1, uuid4(), 1, 1, region, seen, data)


def institution(region: str, *, comprehensive: bool, met: bool, closed_on: str | None = None) -> Incoming:
    always = [{"begin": "2021-01-01", "end": None}]
    return event(
        "eldercare", "institution", region, township=region, kind="ELDERLY_HOME", ownership="PUBLIC_RUN",
        operating=[{"begin": "2021-01-01", "end": closed_on}], comprehensive=always if comprehensive else [],
        quality=[{"assessed_on": "2026-06-30", "met": met}],
    )  # fmt: skip


def series(form: str, region: str, kind: str, *points: tuple[str, str, int, int | None]) -> Incoming:
    rows = [{"period": p, "on": on, "numerator": n, "denominator": d} for p, on, n, d in points]
    return event("reporting", "series", region, form=form, kind=kind, points=rows)


async def fill(service: ServiceUnderTest, *events: Incoming) -> None:
    await service.run(lambda tx: absorb(tx, observe(events)))


async def value(service: ServiceUnderTest, indicator: str, **params: str) -> dict[str, Any]:
    async with service.client(READ) as client:
        answer = await client.get(f"/v1/indicators/{indicator}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_empty_city_shows_sixteen_rows_without_values(service: ServiceUnderTest) -> None:
    async with service.client(READ) as client:
        items = (await client.get("/v1/indicators")).json()["items"]
    assert [item["row"] for item in items] == list(range(1, 17))
    assert {item["value"] for item in items} == {None}


async def test_row_15_shows_both_printed_targets(service: ServiceUnderTest) -> None:
    await fill(
        service,
        *(institution("500103001000", comprehensive=True, met=n < 4) for n in range(5)),
    )
    row = await value(service, "basic-quality-rate")
    assert (row["numerator"], row["denominator"], row["value"]) == (4, 5, "80.00")
    assert [(t["value"], t["gap"], t["reached"]) for t in row["targets"]] == [
        ("100", "-20.00", False), ("75", "5.00", True),
    ]  # fmt: skip


async def test_row_16_counts_townships_and_stays_right_when_a_facility_closes(service: ServiceUnderTest) -> None:
    await fill(
        service,
        institution("500103001000", comprehensive=True, met=True),
        institution("500103001000", comprehensive=True, met=True, closed_on="2026-01-01"),
        institution("500106001000", comprehensive=True, met=True, closed_on="2026-01-01"),
        institution("500107001000", comprehensive=False, met=True),
    )
    assert (await value(service, "comprehensive-institution-coverage", on="2025-12-31"))["numerator"] == 2
    now = await value(service, "comprehensive-institution-coverage")
    assert (now["numerator"], now["denominator"]) == (1, 1028)


async def test_a_district_is_its_own_townships_and_the_city_their_sum(service: ServiceUnderTest) -> None:
    await fill(
        service,
        institution("500103001000", comprehensive=True, met=True),
        institution("500106001000", comprehensive=True, met=False),
    )
    async with service.client(READ) as client:
        items = (await client.get("/v1/indicators/basic-quality-rate/districts")).json()["items"]
    found = {item["district"]: (item["numerator"], item["denominator"]) for item in items if item["denominator"]}
    assert found == {"500103": (1, 1), "500106": (0, 1)}
    assert len(items) == 37


async def test_what_was_filed_for_an_ended_district_counts_for_its_only_successor(service: ServiceUnderTest) -> None:
    await fill(service, institution("500105001000", comprehensive=True, met=True))
    async with service.client(READ) as client:
        path = "/v1/indicators/comprehensive-institution-coverage/districts"
        after = (await client.get(path)).json()["items"]
        before = (await client.get(path, params={"on": "2025-11-05"})).json()["items"]
    assert [item["district"] for item in after if item["numerator"]] == ["500157"]
    assert [item["district"] for item in before if item["numerator"]] == ["500105"]


async def test_the_five_year_sum_begins_with_the_plan(service: ServiceUnderTest) -> None:
    points = [(str(year), f"{year}-12-31", 100_000 + year, None) for year in range(2019, 2026)]
    await fill(service, series("charity-donations", "500000000000", "FLOW", *points))
    row = await value(service, "charity-donations")
    assert row["numerator"] == sum(100_000 + year for year in range(2021, 2026))
    assert row["value"] == "51.01"


async def test_row_12_is_the_year_to_date(service: ServiceUnderTest) -> None:
    await fill(
        service,
        series("rescue-returns", "500000000000", "FLOW",
               ("2025-Q4", "2025-12-31", 300, 400), ("2026-Q1", "2026-03-31", 405, 412)),
    )  # fmt: skip
    row = await value(service, "rescue-return-rate")
    assert (row["numerator"], row["denominator"], row["value"]) == (405, 412, "98.30")


async def test_row_13_leaves_yuzhong_out(service: ServiceUnderTest) -> None:
    await fill(
        service,
        *(series("burial-facilities", f"{code}000000", "LEVEL", ("2025", "2025-12-31", n, 1))
          for code, n in (("500103", 0), ("500106", 1), ("500107", 1))),
    )  # fmt: skip
    row = await value(service, "public-burial-facility-coverage")
    assert (row["numerator"], row["denominator"]) == (2, 2)


async def test_a_definition_is_public_and_says_its_contradictions(service: ServiceUnderTest) -> None:
    async with service.bare_client() as anybody:
        answer = (await anybody.get("/v1/indicators/basic-quality-rate/definition")).json()
    assert len(answer["targets"]) == 2
    assert "C1" in answer["remarks"][0]


async def test_history_lists_the_days_of_change(service: ServiceUnderTest) -> None:
    await fill(service, institution("500103001000", comprehensive=True, met=True, closed_on="2026-01-01"))
    async with service.client(READ) as client:
        path = "/v1/indicators/comprehensive-institution-coverage/history"
        items = (await client.get(path, params={"since": "2020-01-01", "until": "2026-11-23"})).json()["items"]
        too_long = await client.get(path, params={"since": "1900-01-01", "until": "2026-11-23"})
    assert [(item["on"], item["numerator"]) for item in items] == [("2021-01-01", 1), ("2026-01-01", 0)]
    assert too_long.status_code == 422


@pytest.mark.parametrize(
    ("path", "status"),
    [("/v1/indicators", 401), ("/v1/indicators/none/definition", 404), ("/v1/pipeline", 401)],
)
async def test_anybody_gets_no_more_than_definitions(service: ServiceUnderTest, path: str, status: int) -> None:
    async with service.bare_client() as anybody:
        answer = await anybody.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_a_reader_is_no_operator(service: ServiceUnderTest) -> None:
    async with service.client(READ) as reader:
        assert (await reader.get("/v1/pipeline")).status_code == 403
        assert (await reader.get("/v1/indicators/lottery-outlets", params={"on": "1899-12-31"})).status_code == 422


async def test_a_repaired_dead_letter_is_replayed_once(service: ServiceUnderTest) -> None:
    source = institution("500103001000", comprehensive=True, met=True)
    state = InstitutionState.model_validate(source.data)
    outgoing = write_event(
        state, "registered", event_id=new_id(), entity_id=source.entity_id, epoch=1, version=1, region="500103001000",
        time=source.time, traceparent="00-00000000000000000000000000000001-0000000000000001-01",
    )  # fmt: skip
    letter = DeadLetter(str(outgoing.event_id), outgoing.subject, "unknown contract", outgoing.body.encode(), 5)
    await service.run(lambda tx: set_aside(tx, letter))
    async with service.client(OPERATE) as operator:
        [waiting] = (await operator.get("/v1/pipeline/dead-letters")).json()["items"]
        path = f"/v1/pipeline/dead-letters/{waiting['id']}/replay"
        assert (await operator.post(path)).status_code == 200
        assert (await operator.post(path)).status_code == 404
        pipeline = (await operator.get("/v1/pipeline")).json()
    assert (pipeline["dead_letters"], pipeline["differences"]) == (0, 0)
    assert (await value(service, "basic-quality-rate"))["numerator"] == 1
