"""One child process: started in a session of its own, recorded, stopped only if it is still the same one."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")
TAIL_LINES = 30
FIRST_POLL, LONGEST_POLL = 0.01, 0.1
"""Seconds between two looks at a condition; the pause doubles from the first to the longest."""

_CHILDREN: list[subprocess.Popen[bytes]] = []
"""Children may outlive the objects that started them; held here, they are reaped when the next one starts."""


class StartFailed(RuntimeError):
    """Something did not come up; carries what it last wrote."""

    def __init__(self, what: str, reason: str, log_tail: Sequence[str] = (), log_path: Path | None = None) -> None:
        self.what = what
        self.reason = reason
        self.log_tail = list(log_tail)
        self.log_path = log_path
        lines = [f"{what}: {reason}"]
        if self.log_tail:
            lines += [f"--- last lines of {log_path} ---", *self.log_tail]
        super().__init__("\n".join(lines))


@dataclass(frozen=True)
class Account:
    """The operating-system user a process runs as; only root can ask for another than its own."""

    uid: int
    gid: int


NOBODY = Account(65534, 65534)


@dataclass(frozen=True)
class Identity:
    """A process, not just its number: numbers are reused, (number, start) is not."""

    pid: int
    started: str | None

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """The living process with this number; a zombie counts as dead."""
        if PROC.joinpath("self/stat").exists():
            fields = _stat_fields(pid)
            if fields is None or fields[0] in "ZX":
                return None
            return cls(pid, fields[19])
        # Not Linux: the start time as `ps` prints it is good enough to tell a reused number.
        seen = subprocess.run(
            ["ps", "-o", "lstart=,stat=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout.split()
        if not seen or seen[-1].startswith("Z"):
            return None
        return cls(pid, " ".join(seen[:-1]))

    def is_alive(self) -> bool:
        return Identity.of(self.pid) == self


def _stat_fields(pid: int) -> list[str] | None:
    """/proc/<pid>/stat from field 3 (state) on; the name in field 2 may hold spaces and brackets."""
    try:
        line = PROC.joinpath(str(pid), "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return line.rpartition(")")[2].split()


def descendants(pid: int) -> list[int]:
    """Every process below `pid`, also those that left its process group as PostgreSQL's backends do."""
    parents: dict[int, int] = {}
    if PROC.joinpath("self/stat").exists():
        for entry in PROC.iterdir():
            fields = _stat_fields(int(entry.name)) if entry.name.isdigit() else None
            if fields is not None:
                parents[int(entry.name)] = int(fields[1])
    else:
        listing = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=False).stdout
        for line in listing.splitlines():
            child, parent = line.split()
            parents[int(child)] = int(parent)
    found: list[int] = []
    generation = {pid}
    while generation:
        generation = {child for child, parent in parents.items() if parent in generation}
        found += generation
    return found


@dataclass
class Process:
    """A server, or one command, with its log and its pid file.

    `env` is the whole environment, nothing is inherited; None inherits everything.
    `account` needs root. The log is appended to; tails start where this run started.
    """

    name: str
    argv: Sequence[str]
    log_path: Path
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    pid_path: Path | None = None
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    _child: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)
    _identity: Identity | None = field(default=None, init=False, repr=False)
    _log_start: int = field(default=0, init=False, repr=False)

    @property
    def pid(self) -> int | None:
        return self._identity.pid if self._identity else None

    @property
    def exit_code(self) -> int | None:
        """Of a child that ended; None while it runs, and for a process some other launcher started."""
        return self._child.poll() if self._child else None

    def start(self) -> None:
        if self.is_alive():
            raise StartFailed(self.name, f"is already running with pid {self.pid}")
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            self._log_start = log.tell()
            try:
                self._child = self._spawn(log.fileno())
            except OSError as error:
                raise StartFailed(self.name, f"cannot run {self.argv[0]}: {error}") from error
        self._identity = Identity.of(self._child.pid) or Identity(self._child.pid, None)
        if self.pid_path is not None:
            _write_record(self.pid_path, self._identity)

    def _spawn(self, log: int) -> subprocess.Popen[bytes]:
        for ended in [child for child in _CHILDREN if child.poll() is not None]:
            # Another thread may have removed it meanwhile.
            with contextlib.suppress(ValueError):
                _CHILDREN.remove(ended)
        account = self.account
        child = subprocess.Popen(
            [str(part) for part in self.argv],
            env=dict(self.env) if self.env is not None else None,
            cwd=self.cwd,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        _CHILDREN.append(child)
        return child

    def attach(self) -> bool:
        """Take over the process an earlier launcher recorded; False when that very process is gone."""
        if self.is_alive():
            return True
        recorded = _read_record(self.pid_path) if self.pid_path is not None else None
        if recorded is None or not recorded.is_alive():
            return False
        self._child, self._identity = None, recorded
        return True

    def is_alive(self) -> bool:
        if self._child is not None:
            return self._child.poll() is None
        return self._identity is not None and self._identity.is_alive()

    def wait(self, timeout: float) -> int:
        """The exit code of a one-off command; `StartFailed`, and SIGKILL, after `timeout` seconds."""
        if self._child is None:
            raise StartFailed(self.name, "was not started here, so it cannot be waited for")
        try:
            return self._child.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise StartFailed(self.name, f"not done within {timeout:g} s", self.log_tail(), self.log_path) from None
        finally:
            self._forget()

    def stop(self, timeout: float = 15.0) -> None:
        """Ask politely; after `timeout` seconds kill. Nothing happens when it is not running."""
        if self.is_alive():
            self._signal(self.stop_signal)
            if not _becomes_true(lambda: not self.is_alive(), timeout):
                self.kill()
        self._forget()

    def kill(self) -> None:
        """SIGKILL at once to the process, its group and all it started: what a power cut looks like.

        It is frozen first, so that it can neither start another child nor reap one meanwhile, and the numbers
        of its children stay theirs until they are dead.
        """
        pid = self.pid
        if pid is not None and self.is_alive():
            self._signal(signal.SIGSTOP)
            for child in descendants(pid):
                _send(os.kill, child, signal.SIGKILL)
            _send(os.killpg, pid, signal.SIGKILL)
            _becomes_true(lambda: not self.is_alive(), 10.0)
        self._forget()

    def _signal(self, number: signal.Signals) -> None:
        if self._child is not None:
            self._child.send_signal(number)
        elif self._identity is not None and self._identity.is_alive():
            _send(os.kill, self._identity.pid, number)

    def _forget(self) -> None:
        if self.pid_path is not None:
            self.pid_path.unlink(missing_ok=True)

    def log_tail(self, lines: int = TAIL_LINES) -> list[str]:
        """The last lines this run wrote."""
        return tail(self.log_path, lines, start=self._log_start)


def tail(path: Path, lines: int = TAIL_LINES, *, start: int = 0) -> list[str]:
    """The last lines of a file from byte `start` on; reads at most 64 KiB."""
    try:
        with path.open("rb") as log:
            end = log.seek(0, os.SEEK_END)
            log.seek(max(start, end - 65536))
            text = log.read().decode("utf-8", errors="replace")
    except OSError:
        return []
    return text.splitlines()[-lines:]


def wait_until(check: Callable[[], bool], timeout: float, what: str, process: Process | None = None) -> None:
    """Poll `check` until it holds; `StartFailed` when `process` dies first or `timeout` seconds are over."""
    deadline = time.monotonic() + timeout
    pause = FIRST_POLL
    while True:
        was_alive = process is None or process.is_alive()
        # A dead process is not ready, even if a stranger answers on its port.
        if was_alive and check():
            return
        if process is not None and not was_alive:
            reason = f"ended with exit code {process.exit_code}"
            raise StartFailed(what, reason, process.log_tail(), process.log_path)
        if time.monotonic() >= deadline:
            raise StartFailed(
                what,
                f"not ready within {timeout:g} s",
                process.log_tail() if process else (),
                process.log_path if process else None,
            )
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_POLL)


def _becomes_true(check: Callable[[], bool], timeout: float) -> bool:
    try:
        wait_until(check, timeout, "")
    except StartFailed:
        return False
    return True


def _send(send: Callable[[int, int], None], target: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        send(target, number)


def _write_record(path: Path, identity: Identity) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.new")
    draft.write_text(json.dumps({"pid": identity.pid, "started": identity.started}), encoding="utf-8")
    draft.replace(path)


def _read_record(path: Path) -> Identity | None:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        started = record["started"]
        return Identity(int(record["pid"]), None if started is None else str(started))
    except (OSError, ValueError, KeyError, TypeError):
        return None
