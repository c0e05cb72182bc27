"""Coming to rest: everything sent, everything absorbed, everything sealed, or nothing moves any more."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import asyncpg
from nats.js import JetStreamContext

from monitoring.consumers import DURABLE
from shared.messaging.bus import connect_bus, jetstream, leave
from shared.runtime.settings import NatsSettings
from shared.testing.stage import Stage

LONGEST_SECONDS = 60.0
STUCK_SECONDS = 12.0
"""Twice as long as the broker keeps a dead reader's batch for it: what has not moved by then will not."""
LOOK_SECONDS = 0.2
OPEN = """
    SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL AND refused IS NULL) AS unsent,
           (SELECT count(*) FROM audit_entry) - (SELECT count(*) FROM audit_seal) AS unsealed
"""


@dataclass(frozen=True)
class Work:
    """What is still to be done."""

    unsent: int
    waiting: int
    unsealed: int

    def __bool__(self) -> bool:
        return bool(self.unsent or self.waiting or self.unsealed)


async def come_to_rest(stage: Stage) -> tuple[Work, float]:
    """Wait until nothing is left to do or nothing moves; what is left then, and when work was last seen."""
    settings = NatsSettings(url=stage.broker.url, replicas=1)
    client = await connect_bus(settings, "chaos-rest")
    try:
        session = await asyncpg.connect(stage.postgres.dsn("assistance"))
        try:
            return await _watch(session, jetstream(client), settings.stream)
        finally:
            await session.close()
    finally:
        await leave(client)


async def _watch(session: asyncpg.Connection, js: JetStreamContext, stream: str) -> tuple[Work, float]:
    began = moved = busy = time.monotonic()
    before = await _look(session, js, stream)
    while before and time.monotonic() - began < LONGEST_SECONDS and time.monotonic() - moved < STUCK_SECONDS:
        await asyncio.sleep(LOOK_SECONDS)
        busy = time.monotonic()
        now = await _look(session, js, stream)
        if now != before:
            before, moved = now, time.monotonic()
    return before, busy


async def _look(session: asyncpg.Connection, js: JetStreamContext, stream: str) -> Work:
    open_ = await session.fetchrow(OPEN)
    info = await js.consumer_info(stream, DURABLE)
    return Work(open_["unsent"], int(info.num_pending or 0) + int(info.num_ack_pending or 0), open_["unsealed"])
