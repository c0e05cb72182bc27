"""Generated requests against every endpoint of every service: no 5xx, no undocumented answer, no schema break.

Real processes over a real database; the broker is away, which no endpoint may notice.
"""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from launcher.cluster import LOOPBACK, Credentials
from launcher.environment import service_environment
from launcher.issuer import read_configuration
from launcher.ports import free_port
from launcher.probe import is_ok
from launcher.processes import Process, wait_until
from launcher.tokens import TokenMint
from shared.service import access_of
from shared.testing.servers import Databases

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.name for path in (ROOT / "services").iterdir() if (path / "pyproject.toml").exists())
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
EXAMPLES = os.environ.get("YUMIN_FUZZ_EXAMPLES", "12")  # noqa: TID251 - the one switch of this test
SEED = "20251123"


@dataclass(frozen=True)
class Issuer:
    """A running issuer with its secrets."""

    url: str
    credentials: Credentials
    mint: TokenMint


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    folder = tmp_path_factory.mktemp("issuer")
    url, credentials = f"http://{LOOPBACK}:{(port := free_port())}", Credentials(folder / "secrets")
    configuration = credentials.issuer_configuration(url)
    process = Process(
        name="issuer",
        argv=[sys.executable, "-m", "launcher.issuer", "--port", str(port), "--config", str(configuration)],
        log_path=folder / "issuer.log",
        env=dict(os.environ),  # noqa: TID251 - the child needs our environment
    )
    process.start()
    wait_until(lambda: is_ok(f"{url}/jwks.json"), 20, "the issuer answers", process)
    yield Issuer(url, credentials, read_configuration(configuration))
    process.stop()


@pytest.fixture
def live(request: pytest.FixtureRequest, databases: Databases, issuer: Issuer, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, running service."""
    service: str = request.param
    name = f"fuzz_{service}"
    databases.server.create_database(name)
    port = free_port()
    environment = {
        **os.environ,  # noqa: TID251 - the child needs our environment
        **service_environment(
            service, port=port, database_url=databases.server.url(name), nats_url="nats://127.0.0.1:1",
            issuer_url=issuer.url, peers={}, credentials=issuer.credentials, run_directory=tmp_path,
        ),
        "YUMIN_LOG_LEVEL": "WARNING",
    }  # fmt: skip
    command = [sys.executable, "-m", "shared.run", service]
    subprocess.run([*command, "migrate"], env=environment, check=True, timeout=120, capture_output=True)
    process = Process(name=service, argv=[*command, "api"], log_path=tmp_path / "api.log", env=environment)
    process.start()
    wait_until(lambda: is_ok(f"http://{LOOPBACK}:{port}/readyz"), 40, f"{service} is ready", process)
    yield f"http://{LOOPBACK}:{port}"
    process.stop()


def every_scope(service: str) -> set[str]:
    """All scopes that the routes of a service demand."""
    return set(access_of(importlib.import_module(f"{service}.main").SERVICE))


@pytest.mark.parametrize(("live", "service"), [(name, name) for name in SERVICES], indirect=["live"], ids=SERVICES)
def test_no_generated_request_breaks_a_service(live: str, service: str, issuer: Issuer, tmp_path: Path) -> None:
    token = issuer.mint.token("caseworker", service, scopes=every_scope(service), person="fuzzer")
    result = subprocess.run(
        [
            str(Path(sys.executable).parent / "schemathesis"), "run", f"{live}/openapi.json", "--url", live,
            "--header", f"Authorization: Bearer {token}", "--checks", CHECKS, "--max-examples", EXAMPLES,
            "--seed", SEED, "--phases", "examples,coverage,fuzzing", "--no-color", "--continue-on-failure",
            "--generation-database", "none", "--suppress-health-check", "all", "--warnings", "off",
        ],
        cwd=tmp_path, capture_output=True, text=True, timeout=420, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout[-6000:]
