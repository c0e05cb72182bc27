"""The competitors of the engine: fetch and acknowledge every message of the stream, and do nothing with it.

    python drain.py NATS_URL STREAM COUNT BATCH [DATABASE_DSN]

With a database every batch is inserted in one transaction before it is acknowledged, each event once by its id.

Prints the seconds from the first batch to the last acknowledgement.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence

import asyncpg
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from shared.messaging.bus import MAX_ACK_PENDING, connect_bus, jetstream, leave
from shared.runtime.settings import NatsSettings

DURABLE = "bench-drain"
INSERT = """
    INSERT INTO bench_inbox SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[]) ON CONFLICT DO NOTHING
"""


async def drain(url: str, stream: str, count: int, batch: int, dsn: str = "") -> float:
    """Read ``count`` messages as fast as the protocol allows with one outstanding batch."""
    client = await connect_bus(NatsSettings(url=url, replicas=1), DURABLE)
    js = jetstream(client)
    config = ConsumerConfig(
        durable_name=DURABLE, ack_policy=AckPolicy.EXPLICIT, deliver_policy=DeliverPolicy.ALL,
        max_ack_pending=MAX_ACK_PENDING,
    )  # fmt: skip
    await js.add_consumer(stream, config)
    reader = await js.pull_subscribe_bind(durable=DURABLE, stream=stream)
    session = await _inbox(dsn) if dsn else None
    began, seen = time.perf_counter(), 0
    while seen < count:
        messages = await reader.fetch(batch, timeout=5)
        if session:
            await _keep(session, messages)
        await asyncio.gather(*(message.ack_sync(timeout=5) for message in messages))
        seen += len(messages)
    took = time.perf_counter() - began
    if session:
        await session.execute("DROP TABLE bench_inbox")
        await session.close()
    await js.delete_consumer(stream, DURABLE)
    await leave(client)
    return took


async def _inbox(dsn: str) -> asyncpg.Connection:
    session = await asyncpg.connect(dsn)
    await session.execute("CREATE TABLE bench_inbox (id text PRIMARY KEY, subject text, body bytea)")
    return session


async def _keep(session: asyncpg.Connection, messages: Sequence[Msg]) -> None:
    ids = [(message.headers or {}).get("Nats-Msg-Id", "") for message in messages]
    await session.execute(INSERT, ids, [m.subject for m in messages], [m.data for m in messages])


if __name__ == "__main__":
    print(asyncio.run(drain(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), *sys.argv[5:6])))
