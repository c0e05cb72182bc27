"""Several services with their workers in one process, on real servers: for tests that cross services."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from launcher.broker import Broker
from launcher.tokens import TokenMint
from shared.messaging.bus import connect_bus, jetstream, leave, provision_stream
from shared.runtime.settings import ServiceSettings
from shared.service import ServiceDefinition
from shared.testing.servers import Databases
from shared.testing.under_test import ServiceUnderTest, start_service
from shared.worker import Worker, working_beside

PATIENCE_SECONDS = 20.0
POLL_SECONDS = 0.02


async def eventually(check: Callable[[], Awaitable[bool]], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Poll until ``check`` holds; fails by name when the patience is over."""
    try:
        async with asyncio.timeout(seconds):
            while not await check():
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise AssertionError(f"did not happen within {seconds} s: {what}") from None


class City:
    """The services of a flow, as attributes by name."""

    def __init__(self, services: dict[str, ServiceUnderTest]) -> None:
        self.services = services

    def __getattr__(self, name: str) -> ServiceUnderTest:
        return self.services[name]


@asynccontextmanager
async def running_city(
    parts: Iterable[tuple[ServiceDefinition, type[ServiceSettings]]],
    databases: Databases,
    broker: Broker,
    mint: TokenMint,
    folder: Path,
) -> AsyncIterator[City]:
    """The services over fresh databases and a fresh stream, each with its worker."""
    found = {
        definition.name: await start_service(definition, kind, databases, mint, folder, nats_url=broker.url)
        for definition, kind in parts
    }
    settings = next(iter(found.values())).running.settings.nats
    client = await connect_bus(settings, "flow")
    js = jetstream(client)
    await provision_stream(js, settings)
    try:
        async with AsyncExitStack() as stack:
            for under_test in found.values():
                if under_test.definition.consumes is not None:
                    await under_test.definition.consumes(under_test.running).provision(js)
            for under_test in found.values():
                await stack.enter_async_context(working_beside(Worker(under_test.definition, under_test.running)))
            yield City(found)
    finally:
        await js.delete_stream(settings.stream)
        await leave(client)
        for under_test in found.values():
            await under_test.running.peers.close()
            await under_test.running.database.close()
            await databases.drop(under_test.database_name)
