"""Anti-entropy: planted differences between a source and monitoring are found and healed, and nothing else moves."""

import dataclasses
from typing import Any
from uuid import uuid4

import httpx
import pytest

from monitoring.reconcile import reconcile
from shared.runtime.http import Peers
from shared.testing.flow import City, eventually
from shared.testing.serving import served


async def execute(service: Any, statement: str) -> None:
    async def work(tx: Any) -> None:
        await tx.connection.exec_driver_sql(statement)

    await service.run(work)


async def settled(city: City) -> bool:
    """Whether monitoring holds the newest version of every standard."""
    held = await city.monitoring.rows("SELECT count(*), sum(version) FROM entity_state WHERE source = 'assistance'")
    there = await city.assistance.rows("SELECT count(*), sum(version) FROM standard")
    return tuple(held[0]) == tuple(there[0])


async def totals(city: City) -> dict[str, int]:
    rows = await city.monitoring.rows(
        "SELECT measure || '@' || day AS cell, sum(amount) AS total FROM cell GROUP BY 1 HAVING sum(amount) <> 0"
    )
    return {row.cell: int(row.total) for row in rows}


@pytest.fixture
def speak_to(city: City, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let monitoring call assistance at an address, with a token of its own service client."""

    def connect(address: str) -> None:
        running = city.monitoring.running
        running.peers = Peers({"assistance": address}, running.settings.identity)

        async def token(_self: Any, audience: str) -> str:
            return city.monitoring.mint.token("service-monitoring", audience)

        monkeypatch.setattr("shared.runtime.http.ServiceToken.for_audience", token)
        parameter = next(p for p in running.database.around.parameters if p.name == "digest.confirm_seconds")
        running.database.around.parameters = type(running.database.around.parameters)(
            [dataclasses.replace(parameter, value=0)]
        )

    return connect


async def test_lost_stale_and_phantom_entities_are_found_and_healed(city: City, speak_to: Any) -> None:
    await eventually(lambda: settled(city), "every standard arrived")
    before = await totals(city)
    await execute(city.monitoring, "DELETE FROM cell")
    await execute(city.monitoring, "DELETE FROM entity_state WHERE get_byte(uuid_send(entity_id), 15) % 2 = 0")
    await execute(
        city.monitoring, "UPDATE entity_state SET version = version - 1, contributed = '[]' WHERE version > 1"
    )
    await execute(city.monitoring, "UPDATE entity_state SET epoch = 0, contributed = '[]' WHERE version = 1")
    phantom = uuid4()
    await execute(
        city.monitoring,
        "INSERT INTO entity_state VALUES ('assistance', 'standard', "
        f"'{phantom}', 1, 7, '500000000000', now(), "
        '\'[["standard.PHANTOM.ALL", "500000000000", "", "2024-01-01", 5]]\')',
    )
    await execute(
        city.monitoring, "INSERT INTO cell VALUES ('standard.PHANTOM.ALL', '500000000000', '2024-01-01', now(), 5)"
    )
    count = (await city.assistance.rows("SELECT count(*) AS n FROM standard"))[0].n
    async with served(city.assistance.app, city.assistance.running.settings.http) as address:
        speak_to(address)
        standards = next(c for c in await reconcile(city.monitoring.running) if c.noun == "standard")
        assert (len(standards.behind), standards.phantom) == (count, (phantom,))

        async def healed() -> bool:
            return all(comparison.count == 0 for comparison in await reconcile(city.monitoring.running))

        await eventually(healed, "the second comparison finds nothing")
    assert await totals(city) == before
    assert await city.monitoring.run(lambda tx: tx.states.differences()) == 0


async def test_a_source_that_cannot_be_reached_changes_nothing(city: City, speak_to: Any) -> None:
    await eventually(lambda: settled(city), "every standard arrived")
    before = await totals(city)
    speak_to("http://127.0.0.1:1")
    assert await reconcile(city.monitoring.running) == []
    assert await totals(city) == before


async def test_the_digest_is_for_services_only(city: City) -> None:
    async with served(city.assistance.app, city.assistance.running.settings.http) as address:
        token = city.assistance.token("assistance:read")
        async with httpx.AsyncClient(base_url=address, headers={"Authorization": f"Bearer {token}"}) as client:
            assert (await client.get("/internal/digest")).status_code == 403
