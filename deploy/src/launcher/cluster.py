"""The whole local cluster, brought up in order and only as far as each step is healthy.

    NATS + PostgreSQL → databases → issuer → migrations → stream → services → gateway

Everything it writes lies under one run directory; whatever it started is recorded there, so that another
invocation can look at it and stop it.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console

from launcher.broker import Broker
from launcher.credentials import Credentials
from launcher.environment import INHERITED, service_environment
from launcher.gateway import Gateway
from launcher.ports import LOOPBACK, free_ports, is_free
from launcher.postgres import Postgres
from launcher.probe import fetch_json, is_ok
from launcher.processes import Process, StartFailed, wait_until

SERVICE_TABLE: Mapping[str, tuple[int, str]] = {
    "assistance": (8001, "社会救助"),
    "eldercare": (8002, "养老床位"),
    "marriage": (8003, "婚姻登记"),
    "placename": (8004, "地名审批"),
    "reporting": (8005, "统计填报"),
    "monitoring": (8006, "监测分析"),
}
"""Every service with its port and its title; `make new-service` adds a row."""
SERVICES = tuple(SERVICE_TABLE)
SERVICE_PORTS: Mapping[str, int] = {name: port for name, (port, _) in SERVICE_TABLE.items()}
WORKER_OFFSET = 100
"""A worker of its own answers health and metrics on its service's port plus this."""

DEFAULT_PORTS: Mapping[str, int] = {
    "gateway": 8000,
    **SERVICE_PORTS,
    **{f"{name}-worker": port + WORKER_OFFSET for name, port in SERVICE_PORTS.items()},
    "issuer": 8009,
    "departments": 8010,
    "postgres": 54320,
    "nats": 42220,
    "nats_monitor": 42221,
}

MIGRATIONS_AT_ONCE = 3
COMMAND_TIMEOUT = 180.0
READY_TIMEOUT = 90.0
"""Seconds; the first start of all Python services compiles their bytecode on two cores."""

TITLES: Mapping[str, str] = {
    "nats": "消息队列 NATS",
    "postgres": "数据库 PostgreSQL",
    "issuer": "身份签发 issuer",
    "departments": "部门模拟 departments",
    "gateway": "统一入口 gateway",
    **{name: f"{title} {name}" for name, (_, title) in SERVICE_TABLE.items()},
}

Command = Callable[[str, str], list[str]]
"""(service, role) → argv; roles are `migrate`, `provision-stream`, `all`, `api`, `worker`."""


class Server(Protocol):
    """What PostgreSQL, NATS, the issuer, a service and the gateway have in common here."""

    port: int
    process: Process

    def start(self) -> None: ...
    def attach(self) -> bool: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def restart(self) -> None: ...
    def is_ready(self) -> bool: ...


class HttpServer:
    """A process that is ready when `ready` says so; `ready` defaults to its `/readyz`."""

    def __init__(self, process: Process, port: int, ready: Callable[[], bool] | None = None) -> None:
        self.process = process
        self.port = port
        self._ready = ready or (lambda: is_ok(f"{self.url}/readyz"))

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        self.process.start()
        try:
            wait_until(self.is_ready, READY_TIMEOUT, self.process.name, self.process)
        except StartFailed:
            self.process.kill()
            raise

    def attach(self) -> bool:
        return self.process.attach()

    def stop(self) -> None:
        self.process.stop(timeout=30.0)

    def kill(self) -> None:
        self.process.kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def is_ready(self) -> bool:
        return self._ready()


@dataclass(frozen=True)
class Status:
    """How one server of the cluster is."""

    name: str
    pid: int | None
    alive: bool
    healthy: bool
    port: int


def default_command(service: str, role: str) -> list[str]:
    return [sys.executable, "-m", "shared.run", service, role]


def free_cluster_ports() -> dict[str, int]:
    """A full set of ports nobody listens on now."""
    return dict(zip(DEFAULT_PORTS, free_ports(len(DEFAULT_PORTS)), strict=True))


class Cluster:
    """All services with what they need, on loopback, from one run directory.

    `ports` replaces single defaults. `command` and `extra_environment` are for tests and fault injection.
    `servers` holds every process by name, for killing and restarting one.
    """

    def __init__(
        self,
        run_directory: Path,
        *,
        ports: Mapping[str, int] | None = None,
        split_workers: bool = False,
        durable: bool = True,
        command: Command = default_command,
        extra_environment: Mapping[str, str] | None = None,
        console: Console | None = None,
    ) -> None:
        self.run_directory = run_directory.absolute()
        self.ports = {**DEFAULT_PORTS, **(ports or {})}
        self.split_workers = split_workers
        self.durable = durable
        self.command = command
        self.console = console or Console()
        self.credentials = Credentials(self.run_directory / "secrets")
        self._extra_environment = dict(extra_environment or {})
        self._started: list[Server] = []
        self.servers: dict[str, Server] = {}
        self.postgres = Postgres(
            self.run_directory / "data" / "postgres",
            self.ports["postgres"],
            durable=durable,
            log_path=self._log_path("postgres"),
            pid_path=self._pid_path("postgres"),
        )
        self.broker = Broker(
            self.run_directory / "data" / "nats",
            self.ports["nats"],
            monitor_port=self.ports["nats_monitor"],
            durable=durable,
            log_path=self._log_path("nats"),
            pid_path=self._pid_path("nats"),
        )
        self.issuer = HttpServer(self._issuer_process(), self.ports["issuer"], self._issuer_is_ours)
        self.departments = self._departments_server()
        self.gateway = Gateway(
            self.run_directory / "gateway",
            self.ports["gateway"],
            {name: self.ports[name] for name in SERVICES},
            log_path=self._log_path("gateway"),
            pid_path=self._pid_path("gateway"),
        )
        self._services = {name: self._service_server(name, role) for name, role in self._service_roles()}
        self.servers = {
            "nats": self.broker,
            "postgres": self.postgres,
            "issuer": self.issuer,
            "departments": self.departments,
            **self._services,
            "gateway": self.gateway,
        }

    @classmethod
    def recorded(cls, run_directory: Path, *, console: Console | None = None) -> Cluster | None:
        """The cluster that was last brought up in this run directory, with its ports."""
        record = _read_record(run_directory)
        if record is None:
            return None
        return cls(run_directory, console=console, **record)

    @property
    def url(self) -> str:
        return self.gateway.url

    @property
    def issuer_url(self) -> str:
        return f"http://{LOOPBACK}:{self.ports['issuer']}"

    def up(self) -> None:
        """Bring up what is not running; a second call only checks health.

        When it fails, what this call started is stopped again and `StartFailed` carries the last log lines.
        """
        with self._exclusively():
            self._refuse_other_ports()
            began = time.monotonic()
            if all(server.attach() for server in self.servers.values()):
                for name, server in self.servers.items():
                    wait_until(server.is_ready, READY_TIMEOUT, name, server.process)
                self.console.print("[green]✔[/] 已在运行 全部健康 (already running, all healthy)")
                return
            self._write_record()
            self._started = []
            try:
                self._bring_up()
            except BaseException:
                self._stop_in_order(self._started)
                raise
            self.console.print(f"[bold green]就绪 ready[/] {self.url}  ({time.monotonic() - began:.1f} s)")

    def down(self) -> None:
        """Stop everything recorded, in reverse order; what is not running is passed over."""
        with self._exclusively():
            self._stop_in_order([server for server in self.servers.values() if server.attach()])
            self._stop_unknown()
            self.console.print("[green]✔[/] 已停止 (stopped)")

    def status(self) -> list[Status]:
        return [self._status(name, server) for name, server in self.servers.items()]

    def is_running(self) -> bool:
        """Whether any part is."""
        return any(server.attach() for server in self.servers.values())

    def environment(self, name: str, role: str = "all") -> dict[str, str]:
        """What a process of this service is started with."""
        own_port = f"{name}-worker" if role == "worker" else name
        return {
            **{key: os.environ[key] for key in INHERITED if key in os.environ},
            "PYTHONUNBUFFERED": "1",
            "NO_PROXY": "127.0.0.1,localhost",
            **service_environment(
                name,
                port=self.ports[own_port],
                database_url=self.postgres.url(name),
                nats_url=self.broker.url,
                issuer_url=self.issuer_url,
                peers={peer: self.ports[peer] for peer in SERVICES},
                departments_url=self.departments.url,
                credentials=self.credentials,
                run_directory=self.run_directory,
            ),
            **self._extra_environment,
        }

    def run(self, service: str, role: str) -> None:
        """One command of a service to its end, with the service's own environment."""
        once = Process(
            name=f"{service} {role}",
            argv=self.command(service, role),
            log_path=self._log_path(f"{service}-{role}"),
            env=self.environment(service, role),
            cwd=self.run_directory,
        )
        once.start()
        code = once.wait(COMMAND_TIMEOUT)
        if code != 0:
            raise StartFailed(once.name, f"exit code {code}", once.log_tail(), once.log_path)

    def log_paths(self) -> dict[str, Path]:
        """Every log there is, by name."""
        return {path.stem: path for path in sorted((self.run_directory / "logs").glob("*.log"))}

    def _bring_up(self) -> None:
        (self.run_directory / "audit").mkdir(parents=True, exist_ok=True)
        self._together([partial(self._ensure, "nats"), partial(self._ensure, "postgres")])
        with self._step("建库 databases"):
            for name in SERVICES:
                self.postgres.create_database(name)
        if not self.issuer.attach():
            self.credentials.issuer_configuration(self.issuer_url)
        self._ensure("issuer")
        # Drawn here, before several threads ask for them.
        for name in SERVICES:
            self.environment(name)
        with self._step("迁移 migrations"):
            migrations = [partial(self.run, name, "migrate") for name in SERVICES]
            self._together(migrations, at_once=MIGRATIONS_AT_ONCE)
        with self._step("事件流 stream"):
            self.run("monitoring", "provision-stream")
        self._together([partial(self._ensure, name) for name in ("departments", *self._services)])
        self._ensure("gateway")

    def _ensure(self, name: str) -> None:
        """This server runs and is healthy; started only if it was not there."""
        server = self.servers[name]
        service, _, worker = name.partition("-")
        with self._step(f"{TITLES.get(service, service)} {worker}".strip()):
            if server.attach():
                wait_until(server.is_ready, READY_TIMEOUT, name, server.process)
                return
            if not is_free(server.port):
                raise StartFailed(name, f"port {server.port} is taken by another program (or use --free-ports)")
            self._started.append(server)
            server.start()

    @staticmethod
    def _together(actions: Sequence[Callable[[], None]], *, at_once: int | None = None) -> None:
        """All of them, side by side; the first failure is raised after the last has ended."""
        with ThreadPoolExecutor(max_workers=at_once or len(actions)) as pool:
            outcomes = [pool.submit(action) for action in actions]
        for outcome in outcomes:
            outcome.result()

    def _stop_in_order(self, chosen: Sequence[Server]) -> None:
        """Nobody loses what it needs while it is still finishing its work."""
        services: list[Server] = list(self._services.values())
        order: list[list[Server]] = [
            [self.gateway],
            services,
            [self.issuer, self.departments],
            [self.broker, self.postgres],
        ]
        for group in order:
            stops = [server.stop for server in group if server in chosen]
            if stops:
                self._together(stops)

    def _stop_unknown(self) -> None:
        """What an `up` with other options left behind, such as separate workers."""
        for path in (self.run_directory / "pids").glob("*.json"):
            left = Process(path.stem, [], self._log_path(path.stem), pid_path=path)
            if left.attach():
                left.stop()
            path.unlink(missing_ok=True)

    def _status(self, name: str, server: Server) -> Status:
        alive = server.attach()
        healthy = alive and server.is_ready()
        return Status(name, server.process.pid if alive else None, alive, healthy, server.port)

    def _service_roles(self) -> Iterator[tuple[str, str]]:
        for name in SERVICES:
            if self.split_workers:
                yield name, "api"
                yield f"{name}-worker", "worker"
            else:
                yield name, "all"

    def _service_server(self, name: str, role: str) -> HttpServer:
        service = name.removesuffix("-worker")
        return HttpServer(_ServiceProcess(self, name, service, role), self.ports[name])

    def _issuer_process(self) -> Process:
        config = self.credentials.directory / "issuer.json"
        port = str(self.ports["issuer"])
        return Process(
            name="issuer",
            argv=[sys.executable, "-m", "launcher.issuer", "--port", port, "--config", str(config)],
            log_path=self._log_path("issuer"),
            env={key: os.environ[key] for key in INHERITED if key in os.environ},
            pid_path=self._pid_path("issuer"),
        )

    def _departments_server(self) -> HttpServer:
        port = self.ports["departments"]
        return HttpServer(self._departments_process(), port, lambda: is_ok(f"http://{LOOPBACK}:{port}/livez"))

    def _departments_process(self) -> Process:
        keys = [f"{name}=http://{LOOPBACK}:{self.ports[name]}/.well-known/jwks.json" for name in SERVICES]
        trust = [argument for each in keys for argument in ("--trust", each)]
        return Process(
            name="departments",
            argv=[sys.executable, "-m", "departments", "--port", str(self.ports["departments"]), *trust],
            log_path=self._log_path("departments"),
            env={key: os.environ[key] for key in INHERITED if key in os.environ},
            pid_path=self._pid_path("departments"),
        )

    def _issuer_is_ours(self) -> bool:
        found = fetch_json(f"{self.issuer_url}/.well-known/openid-configuration") or {}
        return found.get("issuer") == self.issuer_url

    def _log_path(self, name: str) -> Path:
        return self.run_directory / "logs" / f"{name}.log"

    def _pid_path(self, name: str) -> Path:
        return self.run_directory / "pids" / f"{name}.json"

    def _write_record(self) -> None:
        record = {"ports": self.ports, "split_workers": self.split_workers, "durable": self.durable}
        (self.run_directory / "cluster.json").write_text(json.dumps(record, indent=1), encoding="utf-8")

    def _refuse_other_ports(self) -> None:
        earlier = Cluster.recorded(self.run_directory)
        if earlier is None or not earlier.is_running():
            return
        if (earlier.ports, earlier.split_workers) != (self.ports, self.split_workers):
            raise StartFailed("cluster", f"{self.run_directory} already runs with other options: take it down first")

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        """One launcher at a time per run directory."""
        self.run_directory.mkdir(parents=True, exist_ok=True)
        with (self.run_directory / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StartFailed("cluster", f"another launcher is working in {self.run_directory}") from None
            yield

    @contextmanager
    def _step(self, title: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        except BaseException:
            self.console.print(f"[red]✘[/] {title}")
            raise
        self.console.print(f"[green]✔[/] {title}  {time.monotonic() - began:.2f} s")


class _ServiceProcess(Process):
    """Its command and environment are made when it starts: a cluster only looked at draws no secrets."""

    def __init__(self, cluster: Cluster, name: str, service: str, role: str) -> None:
        super().__init__(
            name=name,
            argv=[],
            log_path=cluster._log_path(name),
            cwd=cluster.run_directory,
            pid_path=cluster._pid_path(name),
        )
        self._cluster, self._service, self._role = cluster, service, role

    def start(self) -> None:
        self.argv = self._cluster.command(self._service, self._role)
        self.env = self._cluster.environment(self._service, self._role)
        super().start()


def _read_record(run_directory: Path) -> dict[str, Any] | None:
    try:
        record = json.loads((run_directory / "cluster.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None
