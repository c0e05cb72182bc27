"""Several services in one process, on a real database server and a real broker."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import assistance.main
import monitoring.main
import pytest_asyncio
from launcher.broker import Broker
from launcher.tokens import TokenMint

from shared.messaging.bus import connect_bus, jetstream, leave, provision_stream
from shared.testing.servers import Databases
from shared.testing.under_test import ServiceUnderTest, start_service
from shared.worker import Worker, working_beside

PATIENCE_SECONDS = 20.0


@asynccontextmanager
async def working(under_test: ServiceUnderTest) -> AsyncIterator[ServiceUnderTest]:
    """The service with its worker beside it."""
    async with working_beside(Worker(under_test.definition, under_test.running)):
        yield under_test


async def eventually(check: Callable[[], Awaitable[bool]], what: str) -> None:
    """Poll until ``check`` holds; fails by name after the patience is over."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await check():
            await asyncio.sleep(0.02)
    assert what


class City:
    """The services of a flow test, by name."""

    def __init__(self, services: dict[str, ServiceUnderTest]) -> None:
        self.services = services

    def __getattr__(self, name: str) -> ServiceUnderTest:
        return self.services[name]


@pytest_asyncio.fixture
async def city(databases: Databases, broker: Broker, mint: TokenMint, secrets_folder: Path) -> AsyncIterator[City]:
    """Assistance and monitoring with their workers, on a stream of their own."""
    found = {}
    for main in (assistance.main, monitoring.main):
        under_test = await start_service(
            main.SERVICE, main.Settings, databases, mint, secrets_folder, nats_url=broker.url
        )
        found[main.SERVICE.name] = under_test
    settings = found["monitoring"].running.settings.nats
    client = await connect_bus(settings, "flow-test")
    js = jetstream(client)
    await provision_stream(js, settings)
    await monitoring.main.SERVICE.consumes(found["monitoring"].running).provision(js)
    async with AsyncExitStack() as stack:
        for under_test in found.values():
            await stack.enter_async_context(working(under_test))
        yield City(found)
    await js.delete_stream(settings.stream)
    await leave(client)
    for under_test in found.values():
        await under_test.running.peers.close()
        await under_test.running.database.close()
        await databases.drop(under_test.database_name)
