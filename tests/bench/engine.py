"""Events a second through the engine, against a bare fetch-insert-acknowledge of the same stream."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import asyncpg
from figures import Figure
from nats.js import JetStreamContext

from monitoring.consumers import DURABLE
from shared.contracts.assistance import ApplicationState
from shared.contracts.envelope import Outgoing, write_event
from shared.kernel.ids import new_id
from shared.messaging.bus import SUBJECTS, connect_bus, jetstream, leave, provision_consumer
from shared.messaging.consumer import BATCH
from shared.runtime.settings import NatsSettings
from shared.testing.stage import Stage

TOWNSHIPS = tuple(f"500103{n:03}000" for n in (1, 3, 4, 5, 7, 8, 10, 11))
STEPS = ("submitted", "accepted", "verified", "granted")
TRACE = "00-" + "1" * 32 + "-" + "2" * 16 + "-01"
IN_FLIGHT = 256
POLL_SECONDS = 0.02
PATIENCE_SECONDS = 300.0


def invented_events(count: int) -> Iterator[Outgoing]:
    """Invented applications, each walked through its four steps; the steps of many are interleaved."""
    ids = [new_id() for _ in range(max(1, count // len(STEPS)))]
    at, day = datetime.now(UTC), date(2026, 3, 2)
    for version, step in enumerate(STEPS, start=1):
        for number, entity in enumerate(ids):
            state = ApplicationState(
                programme="SUBSISTENCE_ALLOWANCE", residence="URBAN", township=TOWNSHIPS[number % len(TOWNSHIPS)],
                status=step.upper(), channel="WINDOW", persons=1, submitted_on=day,
                accepted_on=day if version > 1 else None, decided_on=day if version > 3 else None,
                decision_due_on=None, on_time=True if version > 3 else None, amount_fen=None, reason_code=None,
            )  # fmt: skip
            yield write_event(
                state, step, event_id=new_id(), entity_id=entity, epoch=1, version=version, region=state.township,
                time=at, traceparent=TRACE,
            )  # fmt: skip


async def measure_engine(stage: Stage, count: int, rounds: int) -> list[Figure]:
    """Fill the stream, then let both read it from the beginning, in turns; the monitoring worker is not running."""
    settings = NatsSettings(url=stage.broker.url, replicas=1)
    client = await connect_bus(settings, "bench")
    js = jetstream(client)
    try:
        published = await _fill(js, settings, count)
        total = (await js.stream_info(settings.stream)).state.messages
        bare, kept, engine = [], [], []
        for _ in range(rounds):
            bare.append(total / await asyncio.to_thread(_drain, stage, settings.stream, total))
            kept.append(total / await asyncio.to_thread(_drain, stage, settings.stream, total, insert=True))
            engine.append(total / await _absorb(stage, js, settings, total))
    finally:
        await leave(client)
    fast, stored, ours = (statistics.median(rates) for rates in (bare, kept, engine))
    group = f"{total:,} events from the stream, batches of {BATCH}"
    return [
        Figure(group, "engine: states, cells, acknowledgement", ours, "events/s", ours / stored,
               "bare fetch-insert-ack", "one worker; ratio below 1 is the price of the work"),
        Figure(group, "bare fetch-insert-ack", stored, "events/s", stored / fast, "bare fetch-and-ack"),
        Figure(group, "bare fetch-and-ack", fast, "events/s"),
        Figure(group, "publishing them, fsync on each", published, "events/s", note=f"{IN_FLIGHT} in flight"),
    ]  # fmt: skip


async def _fill(js: JetStreamContext, settings: NatsSettings, count: int) -> float:
    events = list(invented_events(count))
    began, room = time.perf_counter(), asyncio.Semaphore(IN_FLIGHT)

    async def publish(event: Outgoing) -> None:
        async with room:
            await js.publish(
                event.subject, event.body.encode(), timeout=10, headers={"Nats-Msg-Id": str(event.event_id)}
            )

    await asyncio.gather(*map(publish, events))
    return len(events) / (time.perf_counter() - began)


def _drain(stage: Stage, stream: str, total: int, *, insert: bool = False) -> float:
    script = Path(__file__).with_name("drain.py")
    done = subprocess.run(
        [sys.executable, str(script), stage.broker.url, stream, str(total), str(BATCH),
         *([stage.postgres.dsn("monitoring")] if insert else [])],
        capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True,
    )  # fmt: skip
    return float(done.stdout.split()[-1])


async def _absorb(stage: Stage, js: JetStreamContext, settings: NatsSettings, total: int) -> float:
    """The worker reads from the beginning into empty tables; the clock starts with the first batch asked for."""
    name = "monitoring-worker-1"
    stage.processes[name].kill()
    await js.delete_consumer(settings.stream, DURABLE)
    await provision_consumer(js, settings, DURABLE, SUBJECTS)
    session = await asyncpg.connect(stage.postgres.dsn("monitoring"))
    try:
        await session.execute("TRUNCATE entity_state, cell, heard")
    finally:
        await session.close()
    stage.start(name, wait=False)
    began: float | None = None
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            info = await js.consumer_info(settings.stream, DURABLE)
            if began is None and info.num_pending < total:
                began = time.perf_counter()
            if began is not None and not info.num_pending and not info.num_ack_pending:
                break
            await asyncio.sleep(POLL_SECONDS)
    took = time.perf_counter() - began
    stage.processes[name].kill()
    return took
