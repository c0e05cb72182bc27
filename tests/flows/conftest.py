"""Assistance and monitoring, connected."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

import assistance.main
import monitoring.main
from launcher.broker import Broker
from launcher.tokens import TokenMint
from shared.testing.flow import City, running_city
from shared.testing.servers import Databases


@pytest_asyncio.fixture
async def city(databases: Databases, broker: Broker, mint: TokenMint, secrets_folder: Path) -> AsyncIterator[City]:
    """The two services with their workers, on a stream of their own."""
    parts = [(main.SERVICE, main.Settings) for main in (assistance.main, monitoring.main)]
    async with running_city(parts, databases, broker, mint, secrets_folder) as found:
        yield found
