"""The service of this folder, and how a test registers, furnishes and fills an institution."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx
import pytest
from stdnum.cn import uscc

from eldercare.main import SERVICE, Settings
from shared.kernel.identity_number import Sex, synthetic_identity_number
from shared.service import ServiceDefinition
from shared.testing.under_test import ServiceUnderTest

TOWNSHIP = "500103001000"
EVERYTHING = tuple(
    f"eldercare:{verb}"
    for verb in (
        "register",
        "beds",
        "stays",
        "inspect",
        "read",
        "staff",
        "fees",
        "care",
        "report",
    )
)


def organisation_code(n: int, registrar: str = "5") -> str:
    """A synthetic organisation code with the right check character."""
    stem = f"{registrar}2500103MJ{n:07d}"
    return stem + str(uscc.calc_check_digit(stem))


def identity_number(seed: int, born: date = date(1940, 1, 1)) -> str:
    """The number of a person who was never born."""
    return synthetic_identity_number(seed, born, Sex.MALE).plain


@dataclass
class Bureau:
    """An official who may do everything, and the shortest way to a furnished institution."""

    client: httpx.AsyncClient
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def registration(self, **changes: Any) -> dict[str, Any]:
        """The body of a registration."""
        return {
            "name": "测试养老院",
            "organisation_code": organisation_code(next(self.numbers)),
            "township": TOWNSHIP,
            "kind": "ELDERLY_HOME",
            "ownership": "PRIVATE_NONPROFIT",
            "filed_beds": 100,
            "opened_on": "2024-01-01",
            **changes,
        }

    async def institution(self, **changes: Any) -> str:
        """The id of a new institution."""
        answer = await self.client.post("/v1/institutions", json=self.registration(**changes))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def beds(self, institution_id: str, count: int = 10, **changes: Any) -> list[str]:
        """The ids of new beds."""
        body = {"count": count, "bed_class": "NURSING", "since": "2024-02-01", **changes}
        answer = await self.client.post(f"/v1/institutions/{institution_id}/beds", json=body)
        assert answer.status_code == 201, answer.text
        return [bed["id"] for bed in answer.json()["beds"]]

    @staticmethod
    def admission(bed_id: str, seed: int = 1, **changes: Any) -> dict[str, Any]:
        """The body of an admission."""
        return {
            "bed_id": bed_id,
            "name": "测试甲",
            "identity_number": identity_number(seed),
            "begins_on": "2026-03-02",
            **changes,
        }

    async def stay(self, bed_id: str, seed: int = 1, **changes: Any) -> str:
        """The id of a new stay."""
        answer = await self.client.post("/v1/stays", json=self.admission(bed_id, seed, **changes))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def done(self, path: str, **body: Any) -> dict[str, Any]:
        """The answer of an action that must succeed."""
        answer = await self.client.post(f"/v1/{path}", json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def closing(self, institution_id: str, on: str, **changes: Any) -> dict[str, Any]:
        """Announce that an institution closes on a day."""
        notice = {"announced_on": "2026-09-01", "ends_on": on, "notified": 100, "placement_plan": "安置1号", **changes}
        return await self.done(f"institutions/{institution_id}/announce-closure", **notice)

    async def refused(self, path: str, **body: Any) -> tuple[int, str]:
        """Status and code of a call that must be refused."""
        answer = await self.client.post(f"/v1/{path}", json=body)
        assert answer.status_code >= 400, answer.text
        return answer.status_code, answer.json()["code"]

    async def counts(self, **query: str) -> dict[str, int]:
        """The numbers of an area on a day."""
        answer = await self.client.get("/v1/bed-counts", params=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, int] = answer.json()["counts"]
        return found


@pytest.fixture(scope="session")
def definition() -> ServiceDefinition:
    return SERVICE


@pytest.fixture(scope="session")
def settings_kind() -> type[Settings]:
    return Settings


@pytest.fixture
def bureau(service: ServiceUnderTest) -> Bureau:
    return Bureau(service.client(*EVERYTHING))
