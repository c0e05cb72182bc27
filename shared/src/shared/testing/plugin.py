"""The pytest plugin of every service: ``-p shared.testing.plugin``.

A service's ``conftest.py`` gives two fixtures, ``definition`` and ``settings_kind``; the plugin gives ``service``, the
running service over a fresh database, and ``mint`` for good and bad tokens.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from launcher.broker import Broker
from launcher.tokens import TokenMint
from shared.runtime.logs import configure_logs
from shared.runtime.settings import ServiceSettings
from shared.service import ServiceDefinition
from shared.testing.servers import Databases, broker, databases
from shared.testing.stream import Stream, fresh_stream
from shared.testing.under_test import ISSUER, ServiceUnderTest, start_service

__all__ = ["broker", "databases", "mint", "secrets_folder", "service", "stream"]


def pytest_configure() -> None:
    """Log as in production, warnings and worse."""
    configure_logs("test", "WARNING")


@pytest.fixture(scope="session")
def mint() -> TokenMint:
    """Tokens of the local issuer's synthetic clients."""
    return TokenMint.fresh(ISSUER)


@pytest.fixture(scope="session")
def secrets_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where keyrings of this test process lie."""
    return tmp_path_factory.mktemp("secrets")


@pytest_asyncio.fixture
async def service(
    definition: ServiceDefinition,
    settings_kind: type[ServiceSettings],
    databases: Databases,
    mint: TokenMint,
    secrets_folder: Path,
) -> AsyncIterator[ServiceUnderTest]:
    """The service of the folder's ``conftest.py``, running over its own database."""
    under_test = await start_service(definition, settings_kind, databases, mint, secrets_folder)
    yield under_test
    await under_test.running.peers.close()
    await under_test.running.database.close()
    await databases.drop(under_test.database_name)


@pytest_asyncio.fixture
async def stream(broker: Broker) -> AsyncIterator[Stream]:
    """The stream of the cluster, empty, on a real broker."""
    async with fresh_stream(broker) as fresh:
        yield fresh
