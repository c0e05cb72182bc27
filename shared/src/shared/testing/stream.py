"""The one stream on a real broker, fresh for each test."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from launcher.broker import Broker
from shared.messaging.bus import connect_bus, jetstream, leave, provision_stream
from shared.runtime.settings import NatsSettings

MAX_BYTES = 67_108_864
READ_BATCH = 500
READ_SECONDS = 5.0

_numbers = itertools.count(1)


@dataclass
class Stream:
    """A stream under test, and a connection of the test's own."""

    broker: Broker
    settings: NatsSettings
    client: Client
    js: JetStreamContext

    async def publish(self, subject: str, body: bytes, message_id: str | None = None) -> None:
        """Put a message into the stream, as anybody with the right could."""
        await self.js.publish(subject, body, headers={"Nats-Msg-Id": message_id} if message_id else None)

    async def count(self) -> int:
        """How many messages the stream holds."""
        return int((await self.js.stream_info(self.settings.stream)).state.messages)

    async def messages(self) -> list[Msg]:
        """Everything in the stream, in its order."""
        wanted = await self.count()
        config = ConsumerConfig(ack_policy=AckPolicy.NONE, deliver_policy=DeliverPolicy.ALL)
        subscription = await self.js.pull_subscribe(">", stream=self.settings.stream, config=config)
        found: list[Msg] = []
        while len(found) < wanted:
            found += await subscription.fetch(min(READ_BATCH, wanted - len(found)), timeout=READ_SECONDS)
        await subscription.unsubscribe()
        return found


@asynccontextmanager
async def fresh_stream(broker: Broker) -> AsyncIterator[Stream]:
    """Provision the stream as a deployment would; delete it afterwards."""
    # A new name each time: the server removes the files of a deleted stream a little later.
    settings = NatsSettings(url=broker.url, replicas=1, max_bytes=MAX_BYTES, stream=f"CIVIL-{next(_numbers)}")
    client = await connect_bus(settings, "test")
    js = jetstream(client)
    await provision_stream(js, settings)
    try:
        yield Stream(broker, settings, client, js)
    finally:
        await js.delete_stream(settings.stream)
        await leave(client)
