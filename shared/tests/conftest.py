"""The chassis is tested with a service of its own, the ledger beside this file, on real servers."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from launcher.tokens import TokenMint
from shared.runtime.settings import ServiceSettings
from shared.service import ServiceDefinition
from shared.testing.servers import Databases
from shared.testing.under_test import ServiceUnderTest, start_service

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def definition() -> ServiceDefinition:
    from ledger.main import SERVICE

    return SERVICE


@pytest.fixture(scope="session")
def settings_kind() -> type[ServiceSettings]:
    from ledger.main import Settings

    return Settings


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ledger(
    definition: ServiceDefinition,
    settings_kind: type[ServiceSettings],
    databases: Databases,
    mint: TokenMint,
    secrets_folder: Path,
) -> AsyncIterator[ServiceUnderTest]:
    """One ledger for all tests of a module, which therefore look only at what they made themselves."""
    under_test = await start_service(definition, settings_kind, databases, mint, secrets_folder)
    yield under_test
    await under_test.running.peers.close()
    await under_test.running.database.close()
    await databases.drop(under_test.database_name)
