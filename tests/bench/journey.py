"""From the 201 to the indicator: single submissions, each followed until monitoring counts it."""

from __future__ import annotations

import asyncio
import json
import time
from uuid import UUID, uuid4

import asyncpg
from figures import Figure
from load import household, people, quantile
from submissions import caseworker_token

from shared.testing.stage import Stage
from shared.testing.wire import Wire, request_bytes

HELD = "SELECT 1 FROM entity_state WHERE source = 'assistance' AND noun = 'application' AND entity_id = $1"
"""State and cells are written in one transaction: where the state is, the indicator has counted it."""
POLL_SECONDS = 0.001
PATIENCE_SECONDS = 30.0
SALT = 9_001


async def measure_journeys(stage: Stage, count: int) -> list[Figure]:
    """p50 and p99 of ``count`` single submissions on an otherwise idle system."""
    session = await asyncpg.connect(stage.postgres.dsn("monitoring"))
    wire, token, numbers = Wire(stage.port("assistance-api-1")), caseworker_token(stage), people(SALT)
    seconds = []
    try:
        for _ in range(count):
            body = json.dumps(household(numbers, 1)).encode()
            answer = await wire.call(
                request_bytes("POST", "/v1/applications", body, Authorization=f"Bearer {token}",
                              Idempotency_Key=str(uuid4()))
            )  # fmt: skip
            began = time.perf_counter()
            if answer.status != 201:
                raise RuntimeError(f"answered {answer.status}")
            held = await session.prepare(HELD)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while await held.fetchval(UUID(answer.json()["id"])) is None:
                    await asyncio.sleep(POLL_SECONDS)
            seconds.append(time.perf_counter() - began)
    finally:
        wire.close()
        await session.close()
    group = f"from the 201 to the indicator, {count} single submissions"
    return [
        Figure(group, "p50", quantile(seconds, 0.5), "ms"),
        Figure(group, "p99", quantile(seconds, 0.99), "ms", note="target: p50 ≤ 500, p99 ≤ 2,000"),
    ]
