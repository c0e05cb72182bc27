"""Latency of single calls, one at a time, on an otherwise idle system."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from datetime import UTC, datetime
from uuid import uuid4

from figures import Figure
from load import household, people, quantile

from shared.testing.stage import Stage
from shared.testing.wire import Answer, Wire, request_bytes

SALT = 9_002
MEANS = {"incomes": [{"kind": "WAGE", "amount_fen": 50_000}]}
TWO = {"investigators": ["officer-a", "officer-d"]}
CLIENTS = {"assistance": ("caseworker", "county-reviewer"), "monitoring": ("grafana-reader",)}


class Caller:
    """Calls one service and keeps how long each kind of call took."""

    def __init__(self, stage: Stage, service: str) -> None:
        mint = stage.mint
        self._tokens = {client: mint.token(client, service) for client in CLIENTS[service]}
        self._wire = Wire(stage.port(f"{service}-api-1"))
        self.seconds: dict[str, list[float]] = defaultdict(list)

    async def call(self, what: str, client: str, method: str, target: str, body: object = None) -> Answer:
        """One timed call; anything but success ends the run."""
        content = b"" if body is None else json.dumps(body).encode()
        request = request_bytes(
            method, target, content, Authorization=f"Bearer {self._tokens[client]}", Idempotency_Key=str(uuid4())
        )
        began = time.perf_counter()
        answer = await self._wire.call(request)
        self.seconds[what].append(time.perf_counter() - began)
        if answer.status not in (200, 201):
            raise RuntimeError(f"{what} answered {answer.status}: {answer.body[:300]!r}")
        return answer

    def close(self) -> None:
        """Let go of the connection."""
        self._wire.close()


async def measure_latencies(stage: Stage, count: int) -> list[Figure]:
    """p50 and p99 of the endpoints, ``count`` calls of each."""
    assistance, monitoring = Caller(stage, "assistance"), Caller(stage, "monitoring")
    today = datetime.now(UTC).date().isoformat()
    numbers = people(SALT)
    try:
        for _ in range(count):
            await _one_case(assistance, numbers)
            for target in (f"/v1/indicators?on={today}", f"/v1/indicators/rural-urban-standard-ratio?on={today}"):
                what = target.partition("?")[0]
                await monitoring.call(f"GET {what}", "grafana-reader", "GET", target)
    finally:
        assistance.close()
        monitoring.close()
    group = f"one call at a time, {count} calls each, p50 (p99 in the note)"
    return [
        Figure(group, what, quantile(taken, 0.5), "ms", note=f"p99 {quantile(taken, 0.99):.1f} ms")
        for caller in (assistance, monitoring)
        for what, taken in caller.seconds.items()
    ]


async def _one_case(caller: Caller, numbers: object) -> None:
    window = "caseworker"
    body = household(numbers, 1)  # type: ignore[arg-type]
    submitted = await caller.call("POST applications", window, "POST", "/v1/applications", body)
    path = f"/v1/applications/{submitted.json()['id']}"
    await caller.call("GET application", window, "GET", path)
    await caller.call("POST accept", window, "POST", f"{path}/accept", {})
    await caller.call("POST investigate", window, "POST", f"{path}/investigate", TWO)
    await caller.call("POST verify", window, "POST", f"{path}/verify", MEANS)
    await caller.call("POST opine", window, "POST", f"{path}/opine", {})
    await caller.call("POST publish", window, "POST", f"{path}/publish", {})
    await caller.call("GET applications", window, "GET", "/v1/applications?limit=20")
