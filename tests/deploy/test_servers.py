"""Real servers over the configuration files as delivered: what these files say is what happens."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import nats.errors
import pytest
from nats.js.errors import NotFoundError

from launcher.broker import wheel_program
from launcher.ports import LOOPBACK, free_port
from launcher.postgres import Postgres
from launcher.probe import fetch_json, is_ok
from launcher.processes import Process, wait_until
from monitoring.consumers import DURABLE
from shared.messaging.bus import connect_bus, jetstream, leave, provision_consumer, provision_stream
from shared.run import migrate, service_of
from shared.runtime.settings import NatsSettings
from shared.service import assemble
from shared.storage.migrations import head_of
from shared.testing.servers import Databases
from shared.testing.under_test import settings_for

ONE_REPLICA = {"replicas": 1, "max_bytes": 1_048_576}


@pytest.fixture(scope="module")
def secrets(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Secrets as ``draw.sh`` makes them."""
    folder = tmp_path_factory.mktemp("machine") / "run" / "secrets"
    folder.mkdir(parents=True)
    subprocess.run(["sh", str(root / "deploy" / "secrets" / "draw.sh"), str(folder)], check=True, timeout=60)
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def etc_nats(root: Path, secrets: Path) -> Path:
    """The broker's configuration where a container has it, beside its secrets."""
    folder = secrets.parents[1] / "etc" / "nats"
    folder.mkdir(parents=True)
    shutil.copy(root / "deploy" / "nats" / "nats.conf", folder)
    return folder


@pytest.fixture(scope="module")
def broker_port(etc_nats: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A broker with the delivered configuration; only ports and folder are ours."""
    port, monitor, work = free_port(), free_port(), tmp_path_factory.mktemp("broker")
    text = (etc_nats / "nats.conf").read_text(encoding="utf-8")
    assert '"/data/jetstream"' in text
    configuration = etc_nats / "here.conf"
    configuration.write_text(text.replace('"/data/jetstream"', json.dumps(str(work / "store"))), encoding="utf-8")
    process = Process(
        name="nats",
        argv=[
            str(wheel_program("nats-server")), "--config", str(configuration), "--addr", LOOPBACK,
            "--port", str(port), "--http_port", str(monitor),
        ],
        log_path=work / "nats.log",
        env={"PATH": "/usr/bin:/bin", "NATS_SERVER_NAME": "nats-0"},
        pid_path=work / "nats.pid",
    )  # fmt: skip
    process.start()
    try:
        wait_until(lambda: is_ok(f"http://{LOOPBACK}:{monitor}/healthz"), 30.0, "NATS", process)
        state = fetch_json(f"http://{LOOPBACK}:{monitor}/varz") or {}
        assert state["jetstream"]["config"]["sync_always"] is True
        yield port
    finally:
        process.kill()


def settings_of(user: str, port: int, secrets: Path) -> NatsSettings:
    """The settings with which a service would connect as this user."""
    return NatsSettings(
        url=f"nats://{LOOPBACK}:{port}", user=user, password_file=secrets / f"{user}-nats-password", **ONE_REPLICA
    )


async def test_each_service_publishes_its_own_events_and_only_monitoring_reads(
    broker_port: int, secrets: Path, services: list[str]
) -> None:
    as_provision = settings_of("provision", broker_port, secrets)
    client = await connect_bus(as_provision, "test")
    try:
        await provision_stream(jetstream(client), as_provision)
        await provision_consumer(jetstream(client), as_provision, DURABLE, ["civil.>"])
        await provision_stream(jetstream(client), as_provision)
    finally:
        await leave(client)
    for service in services:
        client = await connect_bus(settings_of(service, broker_port, secrets), "test")
        try:
            ack = await jetstream(client).publish(f"civil.{service}.thing.opened.v1.p00", b"{}")
            assert (ack.stream, ack.duplicate or False) == ("CIVIL", False)
        finally:
            await leave(client)
    client = await connect_bus(settings_of("monitoring", broker_port, secrets), "test")
    try:
        js = jetstream(client)
        subscription = await js.pull_subscribe_bind(durable=DURABLE, stream="CIVIL")
        messages = await subscription.fetch(10, timeout=5)
        assert {message.subject.split(".")[1] for message in messages} == set(services)
        await asyncio.gather(*(message.ack_sync(timeout=5) for message in messages))
        info = await js.consumer_info("CIVIL", DURABLE)
        assert (info.num_ack_pending, info.num_pending) == (0, 0)
    finally:
        await leave(client)


async def test_what_a_user_of_the_broker_may_not_do_is_refused(broker_port: int, secrets: Path) -> None:
    client = await connect_bus(settings_of("assistance", broker_port, secrets), "test")
    try:
        js = client.jetstream(timeout=0.5)
        with pytest.raises(nats.errors.TimeoutError):
            await js.publish("civil.marriage.registration.registered.v1.p00", b"{}", timeout=0.5)
        with pytest.raises(nats.errors.TimeoutError):
            await js.delete_stream("CIVIL")
        with pytest.raises((nats.errors.TimeoutError, NotFoundError)):
            await js.consumer_info("CIVIL", DURABLE, timeout=0.5)
    finally:
        await leave(client)


async def test_a_wrong_password_is_refused(broker_port: int, secrets: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("guess")
    settings = settings_of("assistance", broker_port, secrets).model_copy(update={"password_file": wrong})
    with pytest.raises((nats.errors.Error, TimeoutError)):
        async with asyncio.timeout(1):
            await connect_bus(settings, "test")


def checked(configuration: Path, server_name: str = "nats-0") -> subprocess.CompletedProcess[str]:
    """What the broker itself says of a configuration."""
    return subprocess.run(
        [str(wheel_program("nats-server")), "--config", str(configuration), "-t"],
        env={"PATH": "/usr/bin:/bin", "NATS_SERVER_NAME": server_name},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize("variant", ["base", "staging", "production"])
def test_the_broker_of_kubernetes_takes_its_configuration(
    variants: dict[str, list[dict[str, Any]]], variant: str, secrets: Path, tmp_path: Path, root: Path
) -> None:
    folder = tmp_path / "etc" / "nats"
    folder.mkdir(parents=True)
    shutil.copytree(secrets, tmp_path / "run" / "secrets")
    (files,) = (
        each["data"]
        for each in variants[variant]
        if each["kind"] == "ConfigMap" and each["metadata"]["name"].startswith("nats-")
    )
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    done = checked(folder / "server.conf")
    assert done.returncode == 0, done.stderr
    assert ("cluster {" in files["server.conf"]) is (variant != "staging")
    assert files["common.conf"] == (root / "deploy" / "nats" / "nats.conf").read_text(encoding="utf-8")


def test_a_broken_broker_configuration_is_found(etc_nats: Path, tmp_path: Path, secrets: Path) -> None:
    shutil.copytree(secrets, tmp_path / "run" / "secrets")
    folder = tmp_path / "etc" / "nats"
    shutil.copytree(etc_nats, folder)
    text = (folder / "nats.conf").read_text(encoding="utf-8")
    (folder / "nats.conf").write_text(text.replace("sync_interval", "sync_intervall"), encoding="utf-8")
    assert checked(folder / "nats.conf").returncode != 0


def test_every_service_is_a_user_of_the_broker(root: Path, services: list[str]) -> None:
    text = (root / "deploy" / "nats" / "nats.conf").read_text(encoding="utf-8")
    assert sorted(re.findall(r"user: (\w+),", text)) == sorted([*services, "provision", "operator"])


def initialise(server: Postgres, root: Path, secrets: Path) -> subprocess.CompletedProcess[str]:
    """Run the script as the image of PostgreSQL does on its first start."""
    tools = server.bin("psql").parent
    return subprocess.run(
        ["bash", str(root / "deploy" / "postgres" / "10-databases.sh")],
        env={
            "PATH": f"{tools}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PGHOST": LOOPBACK, "PGPORT": str(server.port),
            "POSTGRES_USER": "postgres", "SECRETS_FOLDER": str(secrets),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def entered(databases: Databases, root: Path, secrets: Path) -> Postgres:
    """A server on which the script has run."""
    done = initialise(databases.server, root, secrets)
    assert done.returncode == 0, done.stderr
    assert "password" not in done.stdout.lower()
    return databases.server


async def test_each_service_enters_its_own_database_and_no_other(entered: Postgres, services: list[str]) -> None:
    port = entered.port
    for service in services:
        own = await asyncpg.connect(host=LOOPBACK, port=port, user=service, database=service)
        assert await own.fetchval("SELECT current_user") == service
        await own.close()
        foreign = services[services.index(service) - 1]
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(host=LOOPBACK, port=port, user=service, database=foreign)
    administrator = await asyncpg.connect(entered.dsn("postgres"))
    roles = "SELECT rolname, rolpassword FROM pg_authid WHERE rolname = ANY($1::text[])"
    stored = {row["rolname"]: row["rolpassword"] for row in await administrator.fetch(roles, services)}
    await administrator.close()
    assert sorted(stored) == services
    assert all(password.startswith("SCRAM-SHA-256$") for password in stored.values())


async def test_each_service_migrates_its_database_without_the_rights_of_an_administrator(
    entered: Postgres, services: list[str], tmp_path: Path
) -> None:
    for service in services:
        definition, kind = service_of(service)
        url = f"postgresql+asyncpg://{service}@{LOOPBACK}:{entered.port}/{service}"
        running = assemble(definition, settings_for(definition, kind, url, tmp_path))
        await migrate(definition, running)
        own = await asyncpg.connect(host=LOOPBACK, port=entered.port, user=service, database=service)
        assert await own.fetchval("SELECT version_num FROM alembic_version") == head_of(definition.migrations)
        await own.close()


def test_a_missing_secret_stops_the_initialisation(databases: Databases, root: Path, tmp_path: Path) -> None:
    # A file that is not executable would be read into the shell of the image's own script.
    assert os.access(root / "deploy" / "postgres" / "10-databases.sh", os.X_OK)
    done = initialise(databases.server, root, tmp_path)
    assert done.returncode != 0
    assert done.stderr == f"no password in {tmp_path}/assistance-database-password\n"


def asked(server: Postgres, configuration: Path, name: str) -> subprocess.CompletedProcess[str]:
    """The value of a setting as the server reads it from a file."""
    return subprocess.run(
        [str(server.bin("postgres")), "-C", name, "-D", str(server.data), "-c", f"config_file={configuration}"],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_postgres_reads_its_configuration(databases: Databases, root: Path, tmp_path: Path) -> None:
    delivered = root / "deploy" / "postgres" / "postgresql.conf"
    for name, value in {
        "synchronous_commit": "on", "fsync": "on", "full_page_writes": "on", "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0", "client_connection_check_interval": "5000",
    }.items():  # fmt: skip
        assert asked(databases.server, delivered, name).stdout.strip() == value, name
    broken = tmp_path / "broken.conf"
    broken.write_text(delivered.read_text().replace("fsync = on", "fsynk = on"))
    assert asked(databases.server, broken, "fsync").returncode != 0


def routes(configuration: Path) -> list[tuple[list[str], str]]:
    """(paths, address) of every proxied route of the gateway."""
    done = subprocess.run(
        [str(wheel_program("caddy")), "adapt", "--config", str(configuration), "--validate"],
        env={"PATH": "/usr/bin:/bin", "HOME": os.devnull, "XDG_DATA_HOME": "/tmp", "XDG_CONFIG_HOME": "/tmp"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    (server,) = json.loads(done.stdout)["apps"]["http"]["servers"].values()
    found = []
    for route in server["routes"]:
        for match in route.get("match", [{}]):
            for address in re.findall(r'"dial": "([^"]+)"', json.dumps(route["handle"])):
                found.append((match.get("path", []), address))
    return found


def test_the_gateway_lets_through_v1_of_each_service_and_nothing_else(
    root: Path, services: list[str], tmp_path: Path
) -> None:
    delivered = root / "deploy" / "gateway" / "Caddyfile"
    wanted = [([f"/{service}/v1", f"/{service}/v1/*"], f"{service}-api:8000") for service in services]
    assert sorted(routes(delivered)) == sorted(wanted)
    loose = tmp_path / "Caddyfile"
    text = delivered.read_text(encoding="utf-8")
    loose.write_text(text.replace("path /{args[0]}/v1 /{args[0]}/v1/*", "path /{args[0]}/*"), encoding="utf-8")
    assert sorted(routes(loose)) != sorted(wanted)
