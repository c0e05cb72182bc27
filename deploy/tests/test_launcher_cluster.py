"""The whole cluster with stand-in services: order, health, repair, refusal and a clean end."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console

from launcher.__main__ import main
from launcher.cluster import SERVICES, Cluster, free_cluster_ports
from launcher.ports import is_free
from launcher.probe import fetch_json
from launcher.processes import StartFailed, wait_until

DOUBLE = Path(__file__).with_name("service_double.py")


def double(service: str, role: str) -> list[str]:
    return [sys.executable, "-S", str(DOUBLE), service, role]


@pytest.fixture(scope="module")
def run_directory() -> Iterator[Path]:
    """World-readable, so that PostgreSQL's data may lie in it also when we are root."""
    directory = Path(tempfile.mkdtemp(prefix="yumin-test-"))
    directory.chmod(0o755)
    yield directory / "run"
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def make_cluster(run_directory: Path) -> Iterator[Callable[..., Cluster]]:
    ports = free_cluster_ports()

    def make(**options: object) -> Cluster:
        console = Console(file=io.StringIO(), width=200)
        defaults = {"ports": ports, "durable": False, "command": double, "console": console}
        return Cluster(run_directory, **{**defaults, **options})  # type: ignore[arg-type]

    yield make
    make().down()


@pytest.fixture(scope="module")
def cluster(make_cluster: Callable[..., Cluster]) -> Cluster:
    cluster = make_cluster(split_workers=True)
    cluster.up()
    return cluster


def test_everything_is_up_in_order(cluster: Cluster, run_directory: Path) -> None:
    assert all(row.alive and row.healthy for row in cluster.status())
    order = (run_directory / "order.txt").read_text().splitlines()
    migrated = len(SERVICES)
    assert set(order[:migrated]) == {f"{name} migrate" for name in SERVICES}
    assert order[migrated] == "monitoring provision-stream"
    assert set(order[migrated + 1 :]) == {f"{name} {role}" for name in SERVICES for role in ("api", "worker")}


def test_the_gateway_reaches_every_service(cluster: Cluster) -> None:
    for name in SERVICES:
        answer = fetch_json(f"{cluster.url}/{name}/v1/echo")
        assert answer == {"service": name, "role": "api", "path": "/v1/echo"}


def test_a_service_gets_its_whole_configuration_and_nothing_else(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOMEBODYS_TOKEN", "secret")
    environment = cluster.environment("assistance")
    assert environment["YUMIN_DATABASE__URL"] == cluster.postgres.url("assistance")
    assert environment["YUMIN_IDENTITY__CLIENT_ID"] == "service-assistance"
    assert environment["YUMIN_PEERS__MONITORING"] == f"http://127.0.0.1:{cluster.ports['monitoring']}"
    assert "SOMEBODYS_TOKEN" not in environment
    keyring = json.loads(Path(environment["YUMIN_SECRETS__KEYRING_FILE"]).read_text())
    assert keyring["current"] in keyring["keys"]
    assert Path(environment["YUMIN_IDENTITY__CLIENT_SECRET_FILE"]).stat().st_mode & 0o777 == 0o600


def test_a_second_up_starts_nothing(
    cluster: Cluster, make_cluster: Callable[..., Cluster], run_directory: Path
) -> None:
    before = {row.name: row.pid for row in cluster.status()}
    order = (run_directory / "order.txt").read_text()
    make_cluster(split_workers=True).up()
    assert {row.name: row.pid for row in cluster.status()} == before
    assert (run_directory / "order.txt").read_text() == order


def test_other_options_are_refused_while_it_runs(cluster: Cluster, make_cluster: Callable[..., Cluster]) -> None:
    with pytest.raises(StartFailed, match="other options"):
        make_cluster(split_workers=False).up()


def test_a_killed_service_is_noticed_and_only_it_is_started_again(
    cluster: Cluster, make_cluster: Callable[..., Cluster]
) -> None:
    before = {row.name: row.pid for row in cluster.status()}
    cluster.servers["marriage-worker"].kill()
    assert [row.name for row in cluster.status() if not row.alive] == ["marriage-worker"]
    later = make_cluster(split_workers=True)
    later.up()
    after = {row.name: row.pid for row in later.status()}
    assert {name for name in after if after[name] != before[name]} == {"marriage-worker"}


def test_the_command_line_shows_and_stops_what_another_started(
    cluster: Cluster, run_directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--run-dir", str(run_directory)]
    assert main(["status", *where]) == 0
    assert main(["logs", *where, "-n", "2", "nats"]) == 0
    assert "nats | " in capsys.readouterr().out
    assert main(["down", *where]) == 0
    assert main(["status", *where]) == 1
    assert all(is_free(server.port) for server in cluster.servers.values())
    assert list((run_directory / "pids").iterdir()) == []


@pytest.mark.parametrize("failing", ["placename migrate", "placename all"])
def test_a_failure_midway_stops_what_was_started_and_shows_why(
    cluster: Cluster, make_cluster: Callable[..., Cluster], failing: str
) -> None:
    cluster.down()
    broken = make_cluster(extra_environment={"DOUBLE_FAILS": failing})
    with pytest.raises(StartFailed, match=r"cannot .* today"):
        broken.up()
    assert not any(row.alive for row in broken.status())
    for server in broken.servers.values():
        wait_until(partial(is_free, server.port), 5, "port free")


def test_a_port_of_somebody_else_is_named(cluster: Cluster, make_cluster: Callable[..., Cluster]) -> None:
    import socket

    cluster.down()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", cluster.ports["issuer"]))
        taken.listen()
        with pytest.raises(StartFailed, match=rf"issuer: port {cluster.ports['issuer']} is taken"):
            make_cluster().up()


def test_down_without_anything_running_is_fine(tmp_path: Path) -> None:
    assert main(["down", "--run-dir", str(tmp_path / "never")]) == 0
    assert not (tmp_path / "never").exists()
    assert main(["logs", "--run-dir", str(tmp_path / "never")]) == 1


def test_two_launchers_do_not_work_in_one_directory(tmp_path: Path) -> None:
    first, second = (Cluster(tmp_path / "run", console=Console(file=io.StringIO())) for _ in range(2))
    with first._exclusively(), pytest.raises(StartFailed, match="another launcher"):
        second.down()
    assert os.listdir(tmp_path / "run") == ["lock"]
