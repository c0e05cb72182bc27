"""The service under test, and the synthetic households it meets."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from assistance.api import ROUTERS
from assistance.main import SERVICE, Settings
from shared.kernel.identity_number import Sex, synthetic_identity_number
from shared.service import ServiceDefinition
from shared.testing.under_test import ServiceUnderTest
from shared.web.access import scopes_of

TOWNSHIP = "500103001000"
TO_COUNTY = ("accept", "investigate", "verify", "opine", "publish", "wait", "forward")
"""From a submission to the county's desk; ``wait`` lets the public notice pass."""
RELATIONS = ("SELF", "SPOUSE", "CHILD", "PARENT", "OTHER")

Household = Callable[..., dict[str, Any]]
Submit = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(scope="session")
def definition() -> ServiceDefinition:
    return SERVICE


@pytest.fixture(scope="session")
def settings_kind() -> type[Settings]:
    return Settings


@pytest.fixture(scope="session")
def access() -> dict[str, set[str]]:
    """Scope → the routes that demand it, as the service declares them."""
    return scopes_of([route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)])


@pytest.fixture
def household() -> Household:
    """Makes the submission of a synthetic household; different seeds are different people."""

    def make_household(seed: int = 1, persons: int = 3, **changes: Any) -> dict[str, Any]:
        members = [
            {
                "name": f"测试{'甲乙丙丁戊'[n]}",
                "identity_number": synthetic_identity_number(seed, date(1980 + n, 5, 1), Sex.MALE).plain,
                "relation": RELATIONS[n],
            }
            for n in range(persons)
        ]
        return {"division": TOWNSHIP, "residence": "URBAN", "channel": "WINDOW", "members": members, **changes}

    return make_household


@pytest.fixture
def window(service: ServiceUnderTest, access: dict[str, set[str]]) -> httpx.AsyncClient:
    """Officer A of 渝中区, who may do everything."""
    return service.client(*access, division="500103000000")


@pytest.fixture
def reviewer(service: ServiceUnderTest, access: dict[str, set[str]]) -> httpx.AsyncClient:
    """Officer B of 渝中区, who may do everything too."""
    return service.client(*access, division="500103000000", person="officer-b")


@pytest.fixture
def submit(window: httpx.AsyncClient, household: Household, service: ServiceUnderTest) -> Submit:
    """Hands in a household's application and brings it, if asked, to a further status."""

    async def submit_application(*steps: str, income_fen: int = 150_000, **changes: Any) -> dict[str, Any]:
        answer = await window.post("/v1/applications", json=household(**changes))
        assert answer.status_code == 201, answer.text
        application = answer.json()
        bodies = {
            "accept": {}, "verify": {"incomes": [{"kind": "WAGE", "amount_fen": income_fen}]},
            "investigate": {"investigators": ["officer-a", "officer-d"]},
        }  # fmt: skip
        for step in steps:
            if step == "wait":
                service.clock.advance(timedelta(days=8))
                continue
            answer = await window.post(f"/v1/applications/{application['id']}/{step}", json=bodies.get(step))
            assert answer.status_code == 200, answer.text
            application = answer.json()
        return application

    return submit_application
