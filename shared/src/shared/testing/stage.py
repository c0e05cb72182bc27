"""Chosen services as real processes on real servers, for faults and for speed.

The launcher's cluster is the whole city; a stage holds only the parts that a run needs, several of the same kind
where asked, with crash points armed process by process. Everything is on loopback, in one folder that goes away.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from launcher.broker import Broker
from launcher.cluster import HttpServer, Server
from launcher.credentials import Credentials
from launcher.environment import INHERITED, service_environment
from launcher.issuer import read_configuration
from launcher.ports import LOOPBACK, free_ports
from launcher.postgres import Postgres
from launcher.probe import is_ok
from launcher.processes import Process, StartFailed
from launcher.tokens import TokenMint

COMMAND_SECONDS = 120.0

MakeProcess = Callable[[str, Sequence[str], Path], Process]
"""(name, [service, role], log file) → a process that is not yet started."""


@dataclass(frozen=True)
class Part:
    """One process of a service; ``number`` tells several of one kind apart."""

    service: str
    role: str
    number: int = 1

    @property
    def name(self) -> str:
        """Such as ``assistance-worker-2``."""
        return f"{self.service}-{self.role}-{self.number}"


def executed(name: str, arguments: Sequence[str], log_path: Path) -> Process:
    """A process as every image starts it."""
    return Process(name, [sys.executable, "-m", "shared.run", *arguments], log_path, cwd=log_path.parent)


class Stage(AbstractContextManager["Stage"]):
    """Servers and processes by name, up for as long as the block lasts.

    ``settings`` are further ``YUMIN_`` variables of all processes, ``of_part`` of one by its name.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        *,
        make: MakeProcess = executed,
        settings: Mapping[str, str] | None = None,
        of_part: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="yumin-stage-"))
        self.folder.chmod(0o755)
        self.parts = {part.name: part for part in parts}
        self.of_part: dict[str, dict[str, str]] = {name: dict(some) for name, some in (of_part or {}).items()}
        self._make, self._settings = make, dict(settings or {})
        postgres, nats, monitor, issuer, *ports = free_ports(4 + len(parts))
        self._ports = dict(zip(self.parts, ports, strict=True))
        self.postgres = Postgres(self.folder / "postgres", postgres, log_path=self.log_path("postgres"))
        self.broker = Broker(self.folder / "nats", nats, monitor_port=monitor, log_path=self.log_path("nats"))
        self.credentials = Credentials(self.folder / "secrets")
        self.issuer_url = f"http://{LOOPBACK}:{issuer}"
        self._issuer_port = issuer
        self.processes = {
            name: HttpServer(self._process(name, part.service, part.role), self._ports[name])
            for name, part in self.parts.items()
        }
        self.servers: dict[str, Server] = {"postgres": self.postgres, "nats": self.broker, **self.processes}

    @property
    def services(self) -> list[str]:
        """The services that have a part here."""
        return sorted({part.service for part in self.parts.values()})

    @property
    def mint(self) -> TokenMint:
        """Makes the issuer's tokens without asking it."""
        return read_configuration(self.credentials.directory / "issuer.json")

    def log_path(self, name: str) -> Path:
        """Where a process writes."""
        return self.folder / "logs" / f"{name}.log"

    def port(self, name: str) -> int:
        """The port of one process."""
        return self._ports[name]

    def __enter__(self) -> Stage:
        """Bring everything up, or nothing."""
        try:
            self._up()
        except BaseException:
            self.down()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take everything down."""
        self.down()

    def _up(self) -> None:
        _together([self.postgres.start, self.broker.start])
        for service in self.services:
            self.postgres.create_database(service)
        config = self.credentials.issuer_configuration(self.issuer_url)
        argv = [sys.executable, "-m", "launcher.issuer", "--port", str(self._issuer_port), "--config", str(config)]
        process = Process("issuer", argv, self.log_path("issuer"), env=_inherited())
        self.issuer = HttpServer(process, self._issuer_port, lambda: is_ok(f"{self.issuer_url}/jwks.json"))
        self.issuer.start()
        first = {part.service: part.name for part in reversed(self.parts.values())}
        for name in first.values():
            self.environment(name)
        _together([lambda name=name: self.run(name, "migrate") for name in first.values()])  # type: ignore[misc]
        self.run(first.get("monitoring", next(iter(first.values()))), "provision-stream")
        _together([lambda name=name: self.start(name) for name in self.parts])  # type: ignore[misc]

    def down(self) -> None:
        """Kill every process of the stage and remove what it wrote."""
        for server in self.processes.values():
            server.kill()
        if issuer := getattr(self, "issuer", None):
            issuer.kill()
        self.broker.kill()
        self.postgres.remove()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, name: str, *, wait: bool = True) -> None:
        """Start one process with its present environment; ``wait`` until it is ready."""
        server = self.processes[name]
        server.process.env = self.environment(name)
        if wait:
            server.start()
        else:
            server.process.start()

    def environment(self, name: str) -> dict[str, str]:
        """What a process is started with; nobody has peers unless its own settings name them."""
        part = self.parts[name]
        return {
            **_inherited(),
            "PYTHONUNBUFFERED": "1",
            **service_environment(
                part.service,
                port=self._ports[name],
                database_url=self.postgres.url(part.service),
                nats_url=self.broker.url,
                issuer_url=self.issuer_url,
                peers={},
                credentials=self.credentials,
                run_directory=self.folder,
            ),
            **self._settings,
            **self.of_part.get(name, {}),
        }

    def run(self, name: str, role: str) -> None:
        """Another role of the service of a part, to its end."""
        once = self._process(f"{name}-{role}", self.parts[name].service, role)
        once.env = {**self.environment(name), "YUMIN_CRASH_AT": ""}
        once.start()
        if (code := once.wait(COMMAND_SECONDS)) != 0:
            raise StartFailed(once.name, f"exit code {code}", once.log_tail(), once.log_path)

    def _process(self, name: str, service: str, role: str) -> Process:
        return self._make(name, [service, role], self.log_path(name))


def _inherited() -> dict[str, str]:
    return {name: os.environ[name] for name in INHERITED if name in os.environ}  # noqa: TID251 - what the launcher passes on


def _together(actions: Iterable[Callable[[], None]]) -> None:
    with ThreadPoolExecutor() as pool:
        for outcome in [pool.submit(action) for action in actions]:
            outcome.result()
