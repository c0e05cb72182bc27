"""The competitor of the engine: fetch and acknowledge every message of the stream, and do nothing with it.

    python drain.py NATS_URL STREAM COUNT BATCH

Prints the seconds from the first batch to the last acknowledgement.
"""

from __future__ import annotations

import asyncio
import sys
import time

from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from shared.messaging.bus import MAX_ACK_PENDING, connect_bus, jetstream, leave
from shared.runtime.settings import NatsSettings

DURABLE = "bench-drain"


async def drain(url: str, stream: str, count: int, batch: int) -> float:
    """Read ``count`` messages as fast as the protocol allows with one outstanding batch."""
    client = await connect_bus(NatsSettings(url=url, replicas=1), DURABLE)
    js = jetstream(client)
    config = ConsumerConfig(
        durable_name=DURABLE, ack_policy=AckPolicy.EXPLICIT, deliver_policy=DeliverPolicy.ALL,
        max_ack_pending=MAX_ACK_PENDING,
    )  # fmt: skip
    await js.add_consumer(stream, config)
    reader = await js.pull_subscribe_bind(durable=DURABLE, stream=stream)
    began, seen = time.perf_counter(), 0
    while seen < count:
        messages = await reader.fetch(batch, timeout=5)
        await asyncio.gather(*(message.ack_sync(timeout=5) for message in messages))
        seen += len(messages)
    took = time.perf_counter() - began
    await js.delete_consumer(stream, DURABLE)
    await leave(client)
    return took


if __name__ == "__main__":
    print(asyncio.run(drain(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
