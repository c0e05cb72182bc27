"""The relay: committed outbox rows to JetStream, gap-safe and in order per entity.

It selects by an unsent flag, never by a cursor over ids (a slow transaction commits a smaller id later), and
holds an advisory lock per partition for as long as its session lives, so that two relays never publish the
same entity at once. A repetition carries the same ``Nats-Msg-Id``.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence

import asyncpg
import structlog
from nats.aio.client import Client
from nats.errors import MaxPayloadError
from nats.js import JetStreamContext
from nats.js.errors import APIError

from shared.contracts.envelope import PARTITIONS
from shared.messaging.bus import PUBLISH_TIMEOUT, hang_up, jetstream, join_bus
from shared.runtime.failpoints import failpoint
from shared.runtime.metrics import EVENTS_SENT, OUTBOX_OLDEST_SECONDS, OUTBOX_REFUSED, OUTBOX_UNSENT
from shared.runtime.settings import NatsSettings, RelaySettings

LOCK_SPACE = 7001
IN_FLIGHT = 64
RELOCK_SECONDS = 1.0
MEASURE_SECONDS = 1.0
BACKOFF_SECONDS = (0.25, 0.5, 1.0, 2.0, 5.0)
REFUSED_FOR_GOOD = {10054: "larger than the stream allows"}
"""JetStream API errors that no retry can heal: the message itself is at fault."""
COUNTED_AT_MOST = 100_000

TRY_PARTITIONS = "SELECT part FROM unnest($2::int[]) AS part WHERE pg_try_advisory_lock($1::int, part)"
UNSENT = """
    SELECT id, event_id, entity_id, subject, body, reissue FROM outbox
    WHERE part = ANY($1::smallint[]) AND published_at IS NULL AND refused IS NULL ORDER BY id LIMIT $2
"""
MARK_SENT = """
    UPDATE outbox SET published_at = clock_timestamp()
    FROM unnest($1::bigint[], $2::integer[]) AS sent (id, reissue)
    WHERE outbox.id = sent.id AND outbox.reissue = sent.reissue
"""
MARK_REFUSED = "UPDATE outbox SET refused = $2 WHERE id = $1"
MEASURE = """
    SELECT count(*) FILTER (WHERE refused IS NULL) AS unsent, count(*) FILTER (WHERE refused IS NOT NULL) AS refused,
           coalesce(extract(epoch FROM clock_timestamp() - min(created_at) FILTER (WHERE refused IS NULL)), 0) AS oldest
    FROM (SELECT refused, created_at FROM outbox WHERE published_at IS NULL ORDER BY id LIMIT $1) AS o
"""

log = structlog.get_logger()


def refusal_of(error: Exception) -> str | None:
    """Why the broker will never take this event, or None where another try may succeed."""
    if isinstance(error, MaxPayloadError):
        return "larger than the broker allows"
    return REFUSED_FOR_GOOD.get(error.err_code or 0) if isinstance(error, APIError) else None


class Relay:
    """Publishes the outbox of one service until told to stop."""

    def __init__(self, service: str, dsn: str, nats: NatsSettings, settings: RelaySettings) -> None:
        self._service, self._dsn, self._nats, self._settings = service, dsn, nats, settings
        self.wake = asyncio.Event()
        self._failures = 0

    async def run(self, stopping: asyncio.Event) -> None:
        """Relay until ``stopping``; raises when the database session or the broker connection is lost.

        The supervisor starts it again: partitions and connection are always dropped together, so that
        nothing buffered trickles out after another relay has taken over.
        """
        name = f"{self._service}-relay"
        session = await asyncpg.connect(
            self._dsn, timeout=5, command_timeout=10, server_settings={"application_name": name, "timezone": "UTC"}
        )
        try:
            client = await join_bus(
                self._nats, name, stopping, on_closed=self.wake.set, meanwhile=lambda: self._measure(session)
            )
            if client is not None:
                try:
                    await self._drain_forever(session, client, stopping)
                finally:
                    await hang_up(client)
        finally:
            session.terminate()

    async def _drain_forever(self, session: asyncpg.Connection, client: Client, stopping: asyncio.Event) -> None:
        js = jetstream(client)
        partitions: list[int] = []
        next_lock = next_measure = 0.0
        while not stopping.is_set():
            if client.is_closed:
                raise ConnectionError("the broker connection is closed for good")
            now = time.monotonic()
            if now >= next_lock and len(partitions) < PARTITIONS:
                missing = [part for part in range(PARTITIONS) if part not in partitions]
                partitions += [row["part"] for row in await session.fetch(TRY_PARTITIONS, LOCK_SPACE, missing)]
                next_lock = now + RELOCK_SECONDS
            if now >= next_measure:
                await self._measure(session)
                next_measure = now + MEASURE_SECONDS
            rows = await session.fetch(UNSENT, partitions, self._settings.batch) if partitions else []
            if rows:
                failpoint("relay.after_fetch")
                await self._publish(session, js, rows)
            await self._pause(stopping, more=len(rows) == self._settings.batch)

    async def _pause(self, stopping: asyncio.Event, *, more: bool) -> None:
        if self._failures:
            delay = BACKOFF_SECONDS[min(self._failures, len(BACKOFF_SECONDS)) - 1]
        elif more:
            return
        else:
            delay = self._settings.idle_seconds
        if not stopping.is_set():
            self.wake.clear()
            try:
                async with asyncio.timeout(delay):
                    await self.wake.wait()
            except TimeoutError:
                return

    async def _publish(self, session: asyncpg.Connection, js: JetStreamContext, rows: Sequence[asyncpg.Record]) -> None:
        by_entity: dict[str, list[asyncpg.Record]] = defaultdict(list)
        for row in rows:
            by_entity[row["entity_id"]].append(row)
        room = asyncio.Semaphore(IN_FLIGHT)
        sent: list[tuple[int, int]] = []
        refused: list[tuple[int, str]] = []

        async def one_entity(events: list[asyncpg.Record]) -> bool:
            async with room:
                for row in events:
                    try:
                        duplicate = await self._send(js, row)
                    except Exception as error:
                        reason = refusal_of(error)
                        if reason is None:
                            log.warning("publish failed", error=type(error).__name__)
                            return False
                        refused.append((row["id"], reason))
                        continue
                    sent.append((row["id"], row["reissue"]))
                    EVENTS_SENT.labels(self._service, str(duplicate).lower()).inc()
            return True

        outcomes = await asyncio.gather(*(one_entity(events) for events in by_entity.values()))
        failpoint("relay.after_publish")
        if sent:
            await session.execute(MARK_SENT, *map(list, zip(*sent, strict=True)))
        for row_id, reason in refused:
            log.error("event refused by the broker", outbox_id=row_id, reason=reason)
            await session.execute(MARK_REFUSED, row_id, reason)
        failpoint("relay.after_mark")
        self._failures = 0 if all(outcomes) else self._failures + 1

    async def _send(self, js: JetStreamContext, row: asyncpg.Record) -> bool:
        message_id = str(row["event_id"]) + (f":r{row['reissue']}" if row["reissue"] else "")
        ack = await js.publish(
            row["subject"],
            row["body"].encode(),
            timeout=PUBLISH_TIMEOUT,
            headers={"Nats-Msg-Id": message_id, "Nats-Expected-Stream": self._nats.stream},
        )
        return bool(ack.duplicate)

    async def _measure(self, session: asyncpg.Connection) -> None:
        row = await session.fetchrow(MEASURE, COUNTED_AT_MOST)
        OUTBOX_UNSENT.labels(self._service).set(row["unsent"])
        OUTBOX_REFUSED.labels(self._service).set(row["refused"])
        OUTBOX_OLDEST_SECONDS.labels(self._service).set(float(row["oldest"]))
