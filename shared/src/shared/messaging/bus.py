"""The connection to NATS JetStream and the one stream; settings measured and explained in docs/adr.

``closed_cb`` matters: after certain server errors nats-py closes for good in spite of endless reconnects.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import nats
import structlog
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from shared.runtime.settings import NatsSettings

SUBJECTS = ["civil.>"]
PUBLISH_TIMEOUT = 2.0
DUPLICATE_WINDOW_SECONDS = 2 * 60 * 60
MAX_MESSAGE_BYTES = 131_072
MAX_ACK_PENDING = 2_000
ACK_WAIT_SECONDS = 6.0
"""How long a batch of a reader that died stays with it; a living reader says in between that it is still at it."""
FLUSH_SECONDS = 2
HANG_UP_SECONDS = 2.0
JOIN_SECONDS = 0.5

log = structlog.get_logger()


async def connect_bus(settings: NatsSettings, name: str, on_closed: Callable[[], None] | None = None) -> Client:
    """Connect and keep reconnecting; a black-holed path is noticed within six seconds."""

    async def report_error(error: Exception) -> None:
        log.warning("nats error", error=type(error).__name__)

    async def report_closed() -> None:
        log.warning("nats connection closed")
        if on_closed:
            on_closed()

    return await nats.connect(
        servers=[settings.url],
        name=name,
        user=settings.user,
        password=settings.password_file.read_text().strip() if settings.password_file else None,
        error_cb=report_error,
        closed_cb=report_closed,
        connect_timeout=2,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.5,
        ping_interval=2,
        max_outstanding_pings=2,
    )


async def join_bus(
    settings: NatsSettings,
    name: str,
    stopping: asyncio.Event,
    *,
    on_closed: Callable[[], None] | None = None,
    meanwhile: Callable[[], Awaitable[None]] | None = None,
) -> Client | None:
    """Connect, or give None when ``stopping`` comes first: with the broker away, the library never gives up.

    :param meanwhile: done every half second while there is no connection.
    """
    connecting = asyncio.create_task(connect_bus(settings, name, on_closed))
    try:
        while not connecting.done() and not stopping.is_set():
            if meanwhile:
                await meanwhile()
            await asyncio.wait({connecting}, timeout=JOIN_SECONDS)
        return connecting.result() if connecting.done() else None
    finally:
        connecting.cancel()


def jetstream(client: Client) -> JetStreamContext:
    """JetStream with a short timeout: an in-flight publish is not failed by a disconnect."""
    return client.jetstream(timeout=PUBLISH_TIMEOUT)


def stream_config(settings: NatsSettings) -> StreamConfig:
    """The stream of the cluster. ``discard: new`` because the default drops acknowledged events silently."""
    return StreamConfig(
        name=settings.stream,
        subjects=SUBJECTS,
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        num_replicas=settings.replicas,
        discard=DiscardPolicy.NEW,
        max_bytes=settings.max_bytes,
        max_age=settings.max_age_days * 86_400,
        max_msg_size=MAX_MESSAGE_BYTES,
        duplicate_window=DUPLICATE_WINDOW_SECONDS,
        deny_delete=True,
        deny_purge=True,
        allow_rollup_hdrs=False,
    )


async def provision_stream(js: JetStreamContext, settings: NatsSettings) -> None:
    """Create the stream or bring its limits up to date."""
    wanted = stream_config(settings)
    try:
        await js.stream_info(settings.stream)
    except NotFoundError:
        await js.add_stream(wanted)
    else:
        await js.update_stream(wanted)


async def provision_consumer(js: JetStreamContext, settings: NatsSettings, durable: str, subjects: list[str]) -> None:
    """Create the durable pull consumer. ``max_deliver: -1``: with a limit, the server silently stops."""
    await js.add_consumer(
        settings.stream,
        ConsumerConfig(
            durable_name=durable,
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT_SECONDS,
            max_deliver=-1,
            max_ack_pending=MAX_ACK_PENDING,
            max_waiting=64,
            filter_subjects=subjects,
        ),
    )


async def hang_up(client: Client) -> None:
    """Close at once, so that nothing that still waits in the client goes out later."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(HANG_UP_SECONDS):
            await client.close()


async def leave(client: Client) -> None:
    """Flush with a limit, then close whatever happened.

    Draining is not needed: every publish was awaited and every message acknowledged before; and draining a
    pull subscription waits for messages that nobody asked for.
    """
    with contextlib.suppress(Exception):
        await client.flush(timeout=FLUSH_SECONDS)
    with contextlib.suppress(Exception):
        await client.close()
