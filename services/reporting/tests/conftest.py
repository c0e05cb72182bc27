import pytest

from reporting.main import SERVICE, Settings
from shared.service import ServiceDefinition


@pytest.fixture(scope="session")
def definition() -> ServiceDefinition:
    return SERVICE


@pytest.fixture(scope="session")
def settings_kind() -> type[Settings]:
    return Settings
