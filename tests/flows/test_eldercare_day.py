"""The demo's day of admissions, lived against the real service with the tokens of the clients it names."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest_asyncio

import eldercare.main
from cityday import admission_day
from cityday.caller import Role
from cityday.day import Day
from launcher.tokens import TokenMint
from shared.testing.servers import Databases
from shared.testing.under_test import ServiceUnderTest, start_service


class Direct:
    """Calls the application itself, as each role."""

    def __init__(self, service: ServiceUnderTest, mint: TokenMint) -> None:
        self._service, self._mint, self.steps, self.seen = service, mint, 0, Counter[int]()

    async def post(self, role: Role, service: str, path: str, body: Any, *, step: str) -> Any:
        """One step; its name is its idempotency key."""
        token = self._mint.token(role.client, service, division=role.division, person=role.person)
        client = self._service.bare_client(**{"Authorization": f"Bearer {token}", "Idempotency-Key": step})
        answer = await client.post(path, json=body)
        assert answer.status_code in (200, 201), (step, answer.text)
        self.steps += 1
        self.seen[answer.headers.get("Idempotent-Replayed") == "true"] += 1
        return answer.json()


@pytest_asyncio.fixture
async def service(databases: Databases, mint: TokenMint, secrets_folder: Path) -> AsyncIterator[ServiceUnderTest]:
    """Elderly care alone."""
    found = await start_service(
        eldercare.main.SERVICE, eldercare.main.Settings, databases, mint, secrets_folder, reference_data=False
    )
    yield found
    await found.running.peers.close()
    await found.running.database.close()
    await databases.drop(found.database_name)


async def test_a_day_of_admissions_is_lived_once_however_often(
    service: ServiceUnderTest, mint: TokenMint, monkeypatch: Any
) -> None:
    monkeypatch.setattr(admission_day, "HOMES", 2)
    for again in (False, True):
        caller = Direct(service, mint)
        day = Day(cast(Any, caller), date(2026, 11, 23), "a-seed|2026-11-23")
        await admission_day.live_admission(day)
        assert caller.steps == 2 * admission_day.STEPS_OF_A_HOME
        assert caller.seen == {again: caller.steps}
    rows = await service.rows("SELECT status, count(*) AS n FROM admission GROUP BY 1")
    found = SimpleNamespace(**{row.status: row.n for row in rows})
    assert (found.ADMITTED, found.OFFERED, found.WAITLISTED) == (2, 2, 8)
