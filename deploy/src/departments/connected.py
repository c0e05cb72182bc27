"""The simulated departments, connected to a service under test without a socket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from departments.simulator import Simulator
from shared.runtime.departments import Departments
from shared.testing.under_test import ServiceUnderTest

TIMEOUT = httpx.Timeout(0.5)
"""Seconds; a slow department of a test is slower than this."""


def connect_departments(service: ServiceUnderTest, *names: str) -> Simulator:
    """Let ``service`` ask the simulated departments ``names``; tell the simulator what to answer and how to fail."""
    signer = service.running.database.around.signer

    async def keys(asking: str) -> Mapping[str, Any] | None:
        return signer.jwks() if asking == service.definition.name else None

    simulator = Simulator(keys)
    service.running.departments = Departments(
        dict.fromkeys(names, "http://departments.test"),
        signer.sign,
        transport=ImpatientTransport(simulator),
        timeout=TIMEOUT,
    )
    return simulator


class ImpatientTransport(httpx.ASGITransport):
    """Calls the simulator in this process; a delay beyond the time limit is a time-out, not a wait."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator.application())
        self._simulator = simulator

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer, or time out at once where a real clock would."""
        behaviours = self._simulator.behaviours
        behaviour = behaviours.get(request.url.path.rpartition("/")[2]) or behaviours.get("*")
        if behaviour and behaviour.delay_ms > TIMEOUT.read * 1000:  # type: ignore[operator]  # set above
            raise httpx.ReadTimeout("the simulated department is slower than the limit", request=request)
        return await super().handle_async_request(request)
