"""Service processes that start in a tenth of a second: forked from a server that has imported everything.

A fault test kills dozens of processes a minute; if each spent two seconds of processor time on imports, the machine
would do little else. A forked process is as real as any: own session, own environment, own log, own end.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from launcher.processes import Process
from shared.run import main

PRELOADED = ["__main__", "shared.run", "assistance.main", "monitoring.main"]

Main = Callable[[list[str]], int]
"""Service and role as arguments → exit code."""

POLL_SECONDS = 0.02
KILL_SECONDS = 10.0

_one_at_a_time = threading.Lock()
"""A start asks after every earlier child too, and two threads that ask after one child would wait for ever."""

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(PRELOADED)


def _become(target: Main, arguments: list[str], env: Mapping[str, str], log: str, folder: str) -> None:
    os.setsid()
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.chdir(folder)
    os.environ.clear()  # noqa: TID251 - this is what starting a process with an environment means
    os.environ.update(env)  # noqa: TID251
    raise SystemExit(target(arguments))


class _Child:
    """What :class:`launcher.processes.Process` asks of a child."""

    def __init__(self, process: multiprocessing.process.BaseProcess) -> None:
        self._process = process
        self.pid = process.pid

    def poll(self) -> int | None:
        with _one_at_a_time:
            return self._process.exitcode

    def wait(self, timeout: float) -> int:
        until = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(self._process.name, timeout)
            time.sleep(POLL_SECONDS)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None and self.pid is not None:
            os.kill(self.pid, number)


@dataclass
class ForkedProcess(Process):
    """A process whose ``argv`` are the arguments of ``target``."""

    target: Main = main

    def kill(self) -> None:
        """SIGKILL at once; the process has a session of its own only when it has come so far."""
        if self._child is not None and self.is_alive():
            self._child.send_signal(signal.SIGKILL)
            self._child.wait(KILL_SECONDS)
        self._forget()

    def _spawn(self, log: int) -> subprocess.Popen[bytes]:
        arguments = [str(part) for part in self.argv]
        process = _context.Process(
            target=_become,
            args=(self.target, arguments, dict(self.env or {}), str(self.log_path), str(self.cwd or "/")),
            daemon=True,
        )
        with _one_at_a_time:
            process.start()
        return cast("subprocess.Popen[bytes]", _Child(process))


def forked(name: str, arguments: Sequence[str], log_path: Path, *, target: Main = main) -> Process:
    """A service process of the stage, forked instead of executed."""
    return ForkedProcess(name, list(arguments), log_path, cwd=log_path.parent, target=target)
