"""The consumer: batches from a durable pull consumer into one transaction each, then acknowledged.

Exactly-once effect does not come from the broker but from the handler, which must be a no-op for an event it
has applied before (``(epoch, version)`` per entity). A message that cannot be understood becomes a dead
letter in the same transaction and delays nobody.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from shared.contracts.envelope import Incoming, UnreadableEvent, read_event
from shared.kernel.ids import new_id
from shared.kernel.principal import Principal
from shared.messaging.bus import ACK_WAIT_SECONDS, SUBJECTS, jetstream, join_bus, leave, provision_consumer
from shared.messaging.dead_letters import SUSPECTED, DeadLetter, clear, count_open, set_aside, suspect
from shared.runtime.failpoints import failpoint
from shared.runtime.metrics import CONSUMER_LAG, DEAD_LETTERS, EVENTS_CONSUMED
from shared.runtime.settings import NatsSettings
from shared.storage.database import Busy, Database, StillRunning
from shared.storage.transaction import Origin, Transaction

TX = TypeVar("TX", bound=Transaction)

BATCH = 200
FETCH_SECONDS = 1.0
ACK_SECONDS = 2.0
POISON_DELIVERIES = 5
SUSPECT_DELIVERIES = 3
LONE_TRIALS = 3
MEASURE_SECONDS = 2.0
RECONNECT_AFTER_SECONDS = 30.0
NOT_ITS_FAULT = (Busy, StillRunning, OSError)
"""The database is away or busy; no event is to blame."""

EVENT_ID = re.compile(r"[\x21-\x7e]{1,200}")

log = structlog.get_logger()


class UnknownContract(Exception):
    """The event is well formed, but of a kind or version this reader does not know."""


@dataclass(frozen=True)
class Delivery:
    """A message together with its event, or with the reason why it has none."""

    message: Msg
    event: Incoming | None
    reason: str = ""

    @property
    def deliveries(self) -> int:
        """How often the broker has handed this message out."""
        return int(self.message.metadata.num_delivered or 1)

    @property
    def is_suspect(self) -> bool:
        """Handed out repeatedly, and nobody finished it."""
        return self.deliveries >= SUSPECT_DELIVERIES

    def letter(self, reason: str) -> DeadLetter:
        """The dead letter this message becomes."""
        headers = self.message.headers or {}
        event_id = self.event.event_id if self.event else headers.get("Nats-Msg-Id", "")
        if not EVENT_ID.fullmatch(event_id):
            event_id = f"stream:{self.message.metadata.sequence.stream}"
        return DeadLetter(
            event_id=event_id,
            subject=self.message.subject,
            reason=reason,
            body=self.message.data,
            deliveries=self.deliveries,
        )


def deliver(message: Msg) -> Delivery:
    """Read the event of a message."""
    try:
        return Delivery(message, read_event(message.data))
    except UnreadableEvent as unreadable:
        return Delivery(message, None, str(unreadable))
    except Exception as unforeseen:
        return Delivery(message, None, f"cannot be read: {type(unforeseen).__name__}")


@asynccontextmanager
async def held(messages: Sequence[Msg]) -> AsyncIterator[None]:
    """Keep messages for as long as the block lasts; whoever dies in it loses them to the next reader soon."""

    async def keep() -> None:
        while True:
            await asyncio.sleep(ACK_WAIT_SECONDS / 3)
            await asyncio.gather(*(message.in_progress() for message in messages), return_exceptions=True)

    keeping = asyncio.create_task(keep())
    try:
        yield
    finally:
        keeping.cancel()


class Consumer(Generic[TX]):
    """Applies the events of one durable consumer until told to stop.

    ``apply`` receives a transaction and the events of a batch in stream order. It raises
    :class:`UnknownContract` for an event it cannot use; any other error is tried again.
    """

    def __init__(
        self,
        service: str,
        database: Database[TX],
        nats: NatsSettings,
        durable: str,
        apply: Callable[[TX, Sequence[Incoming]], Awaitable[None]],
        *,
        subjects: Sequence[str] = SUBJECTS,
    ) -> None:
        self._service, self._database, self._nats, self._durable = service, database, nats, durable
        self._apply, self._subjects = apply, list(subjects)
        self._origin = Origin(Principal.of_service(service), request_id=f"consumer:{durable}:{new_id()}")

    async def provision(self, js: JetStreamContext) -> None:
        """Create the durable consumer; a running service only binds to it."""
        await provision_consumer(js, self._nats, self._durable, self._subjects)

    async def run(self, stopping: asyncio.Event) -> None:
        """Consume until ``stopping``; raises when the connection or the consumer is lost."""
        client = await join_bus(self._nats, f"{self._service}-{self._durable}", stopping)
        if client is None:
            return
        try:
            await self._consume(client, stopping)
        finally:
            await leave(client)

    async def _consume(self, client: Client, stopping: asyncio.Event) -> None:
        js = jetstream(client)
        subscription = await js.pull_subscribe_bind(durable=self._durable, stream=self._nats.stream)
        next_measure, last_message, lag = 0.0, time.monotonic(), 0
        while not stopping.is_set():
            if client.is_closed:
                raise ConnectionError("the broker connection is closed for good")
            if time.monotonic() >= next_measure:
                lag = await self._measure(js)
                next_measure = time.monotonic() + MEASURE_SECONDS
            try:
                messages = await subscription.fetch(BATCH, timeout=FETCH_SECONDS)
            except TimeoutError:  # the library's own, and a bare one when the answer comes at the last moment
                messages = []
            if messages:
                last_message = time.monotonic()
                failpoint("consumer.after_fetch")
                batch = [deliver(message) for message in messages]
                async with held(messages):
                    await self._absorb([d for d in batch if not d.is_suspect], stopping)
                    suspects = [d for d in batch if d.is_suspect]
                    # In another order each time: one that ends the process must not always keep back the same others.
                    for delivery in random.sample(suspects, len(suspects)):
                        await self._absorb([delivery], stopping)
            elif lag and time.monotonic() - last_message > RECONNECT_AFTER_SECONDS:
                raise ConnectionError("messages wait, but none arrive")

    async def _absorb(self, batch: list[Delivery], stopping: asyncio.Event) -> None:
        """Apply a batch until it is committed; the database being away is no reason to let go of it.

        What was handed out twice without being finished comes alone, so that an event which ends the process
        does not take others with it each time.
        """
        attempt = 0
        while batch and not stopping.is_set():
            try:
                done = await (self._try_alone(*batch) if batch[0].is_suspect else self._apply_together(batch))
                break
            except NOT_ITS_FAULT:
                attempt += 1
                await asyncio.gather(*(delivery.message.in_progress() for delivery in batch), return_exceptions=True)
                await asyncio.sleep(random.uniform(0, min(5.0, 0.1 * 2**attempt)))
            except Exception as error:
                log.warning("batch failed, applying one by one", error=type(error).__name__)
                done = await self._apply_singly(batch)
                break
        else:
            return
        failpoint("consumer.after_commit")
        await asyncio.gather(
            *(delivery.message.ack_sync(timeout=ACK_SECONDS) for delivery in done), return_exceptions=True
        )

    async def _apply_together(self, batch: list[Delivery]) -> list[Delivery]:
        """The whole batch in one transaction; letters for what cannot be read."""
        events = [d.event for d in batch if d.event]

        async def work(tx: TX) -> None:
            for delivery in batch:
                if delivery.event is None:
                    await set_aside(tx, delivery.letter(delivery.reason))
                elif delivery.is_suspect:
                    await clear(tx, delivery.letter(SUSPECTED))
            if events:
                await self._apply(tx, events)
            failpoint("consumer.before_commit")

        await self._database.run(work, self._origin)
        EVENTS_CONSUMED.labels(self._service, "applied").inc(len(events))
        EVENTS_CONSUMED.labels(self._service, "dead").inc(len(batch) - len(events))
        return batch

    async def _try_alone(self, delivery: Delivery) -> list[Delivery]:
        """Apply a suspect, unless it was tried often enough and nobody lived to tell."""
        first = await self._database.run(lambda tx: suspect(tx, delivery.letter(SUSPECTED)), self._origin)
        if delivery.deliveries - first >= LONE_TRIALS:
            await self._bury(delivery, "ends the process, or is never finished")
            return [delivery]
        return await self._apply_together([delivery])

    async def _apply_singly(self, batch: list[Delivery]) -> list[Delivery]:
        """One transaction a message, so that one bad message delays nobody."""
        done = []
        for delivery in batch:
            try:
                await self._apply_together([delivery])
            except UnknownContract as unknown:
                await self._bury(delivery, str(unknown))
            except NOT_ITS_FAULT:
                await delivery.message.nak(delay=1)
                continue
            except Exception as error:
                if delivery.deliveries < POISON_DELIVERIES:
                    await delivery.message.nak(delay=min(30, 2**delivery.deliveries))
                    continue
                await self._bury(delivery, f"could not be applied: {type(error).__name__}")
            done.append(delivery)
        return done

    async def _bury(self, delivery: Delivery, reason: str) -> None:
        log.error("event set aside", subject=delivery.message.subject, reason=reason)
        await self._database.run(lambda tx: set_aside(tx, delivery.letter(reason)), self._origin)
        EVENTS_CONSUMED.labels(self._service, "dead").inc()

    async def _measure(self, js: JetStreamContext) -> int:
        info = await js.consumer_info(self._nats.stream, self._durable)
        lag = int(info.num_pending or 0) + int(info.num_ack_pending or 0)
        CONSUMER_LAG.labels(self._service).set(lag)
        DEAD_LETTERS.labels(self._service).set(await self._database.run(count_open, self._origin))
        return lag
