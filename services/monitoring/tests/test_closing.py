"""Closing a period, explaining what moved, drill-down, silence, and the operator's way with dead letters."""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from monitoring.domain.silence import silence
from monitoring.events import observe
from monitoring.usecases import absorb
from monitoring.usecases.periods import KIND, digest_of
from shared.contracts.envelope import Incoming
from shared.messaging.consumer import UnknownContract
from shared.messaging.dead_letters import DeadLetter, set_aside
from shared.storage.signing import verify
from shared.testing.under_test import ServiceUnderTest

READ, CLOSE, OPERATE = "monitoring:read", "monitoring:close", "monitoring:operate"


def series(form: str, region: str, *points: tuple[str, str, int, int | None], at: datetime | None = None,
           version: int = 1, entity: Any = None, kind: str = "LEVEL") -> Incoming:  # fmt: skip
    rows = [{"period": p, "on": on, "numerator": n, "denominator": d} for p, on, n, d in points]
    data = {"form": form, "kind": kind, "points": rows}
    seen = at or datetime(2026, 1, 20, tzinfo=UTC)
    return Incoming(
        str(uuid4()), "reporting", "series", "revised", 1, entity or uuid4(), 1, version, region, seen, data
    )


async def fill(service: ServiceUnderTest, *events: Incoming) -> None:
    await service.run(lambda tx: absorb(tx, observe(events)))


async def close(service: ServiceUnderTest, period: str, reason: str = "") -> Any:
    async with service.client(CLOSE, READ) as planner:
        return await planner.post(f"/v1/periods/{period}/closings", json={"reason": reason})


async def test_a_period_is_signed_and_a_late_fact_becomes_an_explained_revision(service: ServiceUnderTest) -> None:
    entity = uuid4()
    await fill(service, series("lottery-outlets", "500000000000", ("2025", "2025-12-31", 9000, None), entity=entity))
    first = await close(service, "2025")
    assert first.status_code == 201, first.text
    async with service.client(READ) as reader:
        full = (await reader.get("/v1/periods/2025/revisions/1")).json()
        jwks = (await reader.get("/.well-known/jwks.json")).json()
        unmoved = (await reader.get("/v1/periods/2025/difference")).json()
    claims = verify(KIND, full["signature"], jwks, issuer=service.definition.name)
    assert (claims["period"], claims["revision"], claims["sha256"]) == ("2025", 1, digest_of(full["figures"]))
    assert unmoved["changes"] == []
    assert (await close(service, "2025", "nothing")).status_code == 409
    await fill(
        service,
        series("lottery-outlets", "500000000000", ("2025", "2025-12-31", 9100, None), version=2, entity=entity),
    )
    async with service.client(READ) as reader:
        [change] = (await reader.get("/v1/periods/2025/difference")).json()["changes"]
    assert (change["indicator"], change["district"]) == ("lottery-outlets", "500000")
    assert (change["before"]["numerator"], change["after"]["numerator"]) == (9000, 9100)
    assert [found["entity_id"] for found in change["entities"]] == [str(entity)]
    assert (await close(service, "2025")).status_code == 409
    second = await close(service, "2025", "迟报")
    assert (second.status_code, second.json()["revision"]) == (201, 2)
    async with service.client(READ) as reader:
        kept = (await reader.get("/v1/periods/2025/revisions/1")).json()
        assert kept == full
        assert len((await reader.get("/v1/periods")).json()["items"]) == 2


@pytest.mark.parametrize(("period", "status"), [("2026", 409), ("2999", 409), ("2025-13", 422), ("x", 422)])
async def test_only_a_period_that_is_over_can_be_closed(service: ServiceUnderTest, period: str, status: int) -> None:
    assert (await close(service, period)).status_code == status


async def test_a_period_that_was_never_closed_has_no_difference(service: ServiceUnderTest) -> None:
    async with service.client(READ) as reader:
        assert (await reader.get("/v1/periods/2024/difference")).status_code == 404
        assert (await reader.get("/v1/periods/2024/revisions/1")).status_code == 404
        assert (await reader.post("/v1/periods/2024/closings", json={})).status_code == 403


async def test_drill_down_names_entities_page_by_page(service: ServiceUnderTest) -> None:
    filed = [series("burial-facilities", f"{c}000000", ("2025", "2025-12-31", 1, 1)) for c in ("500106", "500107")]
    await fill(service, *filed)
    found: list[str] = []
    params = {"division": "500000", "limit": "1"}
    async with service.client(READ) as reader:
        for _ in range(2):
            path = "/v1/indicators/public-burial-facility-coverage/entities"
            page = (await reader.get(path, params=params)).json()
            found += [item["entity_id"] for item in page["items"]]
            params["cursor"] = page["next"] if "next" in page else page.get("next_cursor")
    assert sorted(found) == sorted(str(event.entity_id) for event in filed)


def test_silence_compares_with_the_same_weekday() -> None:
    day = date(2026, 11, 23)
    before = {date(2026, 11, 16): 40, date(2026, 11, 9): 38, date(2026, 11, 2): 0, date(2026, 10, 26): 41}
    quiet = silence("eldercare", "bed", before, day)
    assert (quiet.expected, quiet.heard, quiet.alarm) == (38, 0, True)
    assert silence("eldercare", "bed", {**before, day: 4}, day).alarm is False
    assert silence("eldercare", "bed", {**before, day: 3}, day).alarm is True
    assert silence("eldercare", "bed", {date(2026, 11, 16): 400}, day).alarm is False


async def test_the_operator_sees_who_is_silent_and_what_has_no_data(service: ServiceUnderTest) -> None:
    for back in (8, 15, 22, 29):
        at = datetime(2026, 11, 23, 2, tzinfo=UTC).replace(day=23)
        at = at.fromtimestamp(at.timestamp() - back * 86_400, UTC)
        await fill(
            service,
            *(series("lottery-outlets", "500000000000", ("2025", "2025-12-31", n, None), at=at) for n in range(6)),
        )
    async with service.client(OPERATE) as operator:
        report = (await operator.get("/v1/pipeline/silence", params={"day": "2026-11-22"})).json()
    alarmed = [(one["source"], one["noun"]) for one in report["items"] if one["alarm"]]
    assert alarmed == [("reporting", "series")]
    assert "nursing-bed-share" in report["without_data"]
    assert "lottery-outlets" not in report["without_data"]


async def test_a_dead_letter_is_inspected_corrected_or_withdrawn(service: ServiceUnderTest) -> None:
    entity = uuid4()
    good = {
        "specversion": "1.0", "id": str(uuid4()), "source": "urn:yumin:reporting",
    }  # fmt: skip
    letter = DeadLetter("e1", "civil.reporting.series", "the region is no division", json.dumps(good).encode(), 5)
    await service.run(lambda tx: set_aside(tx, letter))
    async with service.client(OPERATE) as operator:
        [waiting] = (await operator.get("/v1/pipeline/dead-letters")).json()["items"]
        path = f"/v1/pipeline/dead-letters/{waiting['id']}"
        shown = (await operator.get(path)).json()
        assert json.loads(shown["body"])["id"] == good["id"]
        broken = await operator.post(f"{path}/correction", json={"event": {**good, "entity": str(entity)}})
        assert broken.status_code == 409
        assert (await operator.post(f"{path}/withdrawal")).status_code == 200
        assert (await operator.get("/v1/pipeline/dead-letters")).json()["items"] == []


@pytest.mark.parametrize(
    ("region", "on", "numerator", "version"),
    [
        ("500199000000", "2025-12-31", 1, 1),
        ("500103002000", "2025-12-31", 1, 1),
        ("500000000000", "1900-01-01", 1, 1),
        ("500000000000", "2999-12-31", 1, 1),
        ("500000000000", "2025-12-31", -1, 1),
        ("500000000000", "2025-12-31", 1, 9),
    ],
)
def test_what_cannot_be_is_set_aside(region: str, on: str, numerator: int, version: int) -> None:
    event = series("lottery-outlets", region, ("2025", on, numerator, None))
    strange = Incoming(**{**{f: getattr(event, f) for f in event.__slots__}, "schema_version": version})
    with pytest.raises(UnknownContract):
        observe([strange])


def test_a_rate_may_fall_below_zero() -> None:
    [seen] = observe([series("urban-consumption-growth", "500000000000", ("2025", "2025-12-31", -120, 10_000))])
    assert sorted(seen.contributed.values()) == [-120, 10_000]
