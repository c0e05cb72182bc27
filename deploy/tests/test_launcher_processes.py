"""Children of the launcher: started apart, found again, stopped only if they are still the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher.ports import free_port, free_ports, is_free
from launcher.processes import Identity, Process, StartFailed, descendants, wait_until

SLEEPER = "import time; print('awake', flush=True); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPER
PARENT = (
    f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEPER!r}], start_new_session=True); " + SLEEPER
)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[list[Process]]:
    processes: list[Process] = []
    yield processes
    for process in processes:
        process.kill()


def make_process(tmp_path: Path, started: list[Process], program: str = SLEEPER, name: str = "child") -> Process:
    process = Process(
        name, [sys.executable, "-c", program], tmp_path / f"{name}.log", pid_path=tmp_path / f"{name}.json"
    )
    started.append(process)
    process.start()
    return process


def wait_awake(process: Process) -> None:
    wait_until(lambda: "awake" in process.log_tail(), 10, process.name, process)


def test_ports_are_different_and_free() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert all(is_free(port) for port in ports)


def test_a_child_runs_in_a_session_of_its_own_and_stops_when_asked(tmp_path: Path, started: list[Process]) -> None:
    process = make_process(tmp_path, started)
    wait_awake(process)
    assert process.pid is not None
    assert os.getsid(process.pid) == process.pid
    process.stop()
    assert not process.is_alive()
    assert process.exit_code == -signal.SIGTERM
    assert not (tmp_path / "child.json").exists()


def test_a_child_that_ignores_the_request_is_killed_after_the_time_limit(
    tmp_path: Path, started: list[Process]
) -> None:
    process = make_process(tmp_path, started, STUBBORN)
    wait_awake(process)
    process.stop(timeout=0.2)
    assert process.exit_code == -signal.SIGKILL


def test_kill_reaches_descendants_in_other_sessions(tmp_path: Path, started: list[Process]) -> None:
    process = make_process(tmp_path, started, PARENT)
    wait_until(lambda: process.log_tail().count("awake") == 2, 10, "two sleepers", process)
    assert process.pid is not None
    (grandchild,) = descendants(process.pid)
    process.kill()
    wait_until(lambda: Identity.of(grandchild) is None, 5, "grandchild gone")


def test_another_launcher_finds_and_stops_the_recorded_process(tmp_path: Path, started: list[Process]) -> None:
    first = make_process(tmp_path, started)
    second = Process("child", [], tmp_path / "child.log", pid_path=tmp_path / "child.json")
    assert second.attach()
    assert second.pid == first.pid
    second.stop()
    assert not first.is_alive()


def test_a_reused_number_is_never_touched(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", SLEEPER], stdout=subprocess.DEVNULL) as stranger:
        identity = Identity.of(stranger.pid)
        assert identity is not None
        (tmp_path / "child.json").write_text(json.dumps({"pid": stranger.pid, "started": "1"}))
        process = Process("child", [], tmp_path / "child.log", pid_path=tmp_path / "child.json")
        assert not process.attach()
        process.stop()
        process.kill()
        assert identity.is_alive()
        stranger.kill()


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"pid": "x", "started": null}', '{"pid": 4194999}'])
def test_a_damaged_pid_file_means_not_running(tmp_path: Path, text: str) -> None:
    (tmp_path / "child.json").write_text(text)
    assert not Process("child", [], tmp_path / "child.log", pid_path=tmp_path / "child.json").attach()


def test_a_child_that_dies_at_once_is_reported_with_its_last_lines(tmp_path: Path, started: list[Process]) -> None:
    (tmp_path / "child.log").write_text("from an earlier run\n")
    process = make_process(tmp_path, started, "print('no such table'); raise SystemExit(3)")
    began = time.monotonic()
    with pytest.raises(StartFailed, match="exit code 3") as failure:
        wait_until(lambda: False, 30, "the child", process)
    assert time.monotonic() - began < 10
    assert failure.value.log_tail == ["no such table"]


def test_a_program_that_does_not_exist_is_reported_as_such(tmp_path: Path) -> None:
    with pytest.raises(StartFailed, match="cannot run /nowhere"):
        Process("child", ["/nowhere"], tmp_path / "child.log").start()


def test_waiting_too_long_says_for_what(tmp_path: Path) -> None:
    with pytest.raises(StartFailed, match=r"the moon: not ready within 0.05 s"):
        wait_until(lambda: False, 0.05, "the moon")


def test_a_taken_port_is_not_free() -> None:
    import socket

    port = free_port()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        assert not is_free(port)
