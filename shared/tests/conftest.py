"""The chassis is tested with a service of its own, the ledger beside this file, on real servers."""

import sys
from pathlib import Path

import pytest

from shared.runtime.settings import ServiceSettings
from shared.service import ServiceDefinition

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def definition() -> ServiceDefinition:
    from ledger.main import SERVICE

    return SERVICE


@pytest.fixture(scope="session")
def settings_kind() -> type[ServiceSettings]:
    from ledger.main import Settings

    return Settings
