"""Durable submissions a second: the real endpoint, the bare endpoint and pgbench, in turns on one server."""

from __future__ import annotations

import itertools
import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from figures import Figure
from load import Orders, Seen
from same_rows import run_round, write_script

from launcher.cluster import HttpServer
from launcher.ports import LOOPBACK, free_port
from launcher.probe import fetch
from launcher.processes import Process
from shared.testing.stage import Stage

FIRST_SECONDS = 1.5
"""Long enough for the first answer of a cold process, also on a busy machine."""
HERE = Path(__file__).parent
_salts = itertools.count(1)


@dataclass(frozen=True)
class Pace:
    """How long and how often."""

    clients: int
    rounds: int
    seconds: float
    warm_seconds: float


def send(pace: Pace, port: int, members: int, headers: dict[str, str] | None = None) -> Seen:
    """One round of the load generator, in its own process."""
    orders = Orders(
        port, "/v1/applications", pace.clients, pace.warm_seconds, pace.seconds, members, next(_salts), headers or {}
    )
    done = subprocess.run(
        [sys.executable, str(HERE / "load.py")], input=json.dumps(vars(orders)), capture_output=True, text=True,
        timeout=pace.seconds + pace.warm_seconds + 60, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"the load generator failed: {done.stderr[-2000:]}")
    seen = Seen(**json.loads(done.stdout))
    if set(seen.statuses) != {"201"}:
        raise RuntimeError(f"answers other than 201: {seen.statuses}")
    return seen


async def measure_submissions(stage: Stage, pace: Pace, members: int) -> list[Figure]:
    """One household size: rounds in turns, medians, ratios."""
    await _make_databases(stage)
    bare = _bare_endpoint(stage, pace.clients)
    bare.start()
    try:
        return await _in_turns(stage, pace, members, bare.port)
    finally:
        bare.kill()


async def _in_turns(stage: Stage, pace: Pace, members: int, bare_port: int) -> list[Figure]:
    port, headers = stage.port("assistance-api-1"), {"Authorization": f"Bearer {caseworker_token(stage)}"}
    send(Pace(1, 1, FIRST_SECONDS, 0.0), port, members, headers)
    script = await write_script(stage.postgres, members, stage.folder)
    seen: dict[str, list[Seen]] = {"real": [], "bare": []}
    ceiling: list[float] = []
    turns: tuple[Callable[[], None], ...] = (
        lambda: seen["real"].append(send(pace, port, members, headers)),
        lambda: ceiling.append(run_round(stage.postgres, script, pace.clients, pace.seconds)),
        lambda: seen["bare"].append(send(pace, bare_port, members)),
    )
    for _ in range(pace.rounds):
        for turn in turns:
            turn()
    rate = {name: statistics.median(one.per_second for one in rounds) for name, rounds in seen.items()}
    pgbench = statistics.median(ceiling)
    latency = {
        name: " / ".join(f"{statistics.median(getattr(s, q) for s in rounds):.1f}" for q in ("p50_ms", "p99_ms"))
        for name, rounds in seen.items()
    }
    group = f"durable submissions, {members} member{'s'[: members > 1]}, {pace.clients} clients"
    return [
        Figure(group, "real endpoint", rate["real"], "/s", rate["real"] / rate["bare"], "bare ORM endpoint",
               f"p50/p99 {latency['real']} ms"),
        Figure(group, "", rate["real"], "/s", rate["real"] / pgbench, "pgbench, same rows"),
        Figure(group, "bare ORM endpoint", rate["bare"], "/s", rate["bare"] / pgbench, "pgbench, same rows",
               f"p50/p99 {latency['bare']} ms"),
        Figure(group, "pgbench, same rows", pgbench, "/s", note="1 thread, prepared, one transaction"),
    ]  # fmt: skip


def caseworker_token(stage: Stage) -> str:
    """A token of the window, good for ten minutes."""
    return stage.mint.token("caseworker", "assistance")


async def _make_databases(stage: Stage) -> None:
    """Copies of the schema for the two that are compared with."""
    session = await asyncpg.connect(stage.postgres.dsn("postgres"))
    try:
        for name in ("bare", "same_rows"):
            await session.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await session.execute(f"CREATE DATABASE {name} TEMPLATE empty_assistance")
    finally:
        await session.close()


async def keep_empty_schema(stage: Stage) -> None:
    """Keep a copy of the freshly migrated database; no process of the service may run meanwhile."""
    session = await asyncpg.connect(stage.postgres.dsn("postgres"))
    try:
        await session.execute("CREATE DATABASE empty_assistance TEMPLATE assistance")
    finally:
        await session.close()


def _bare_endpoint(stage: Stage, clients: int) -> HttpServer:
    port = free_port()
    url = stage.postgres.url("bare")
    process = Process(
        "bare", [sys.executable, str(HERE / "bare_endpoint.py"), url, str(port), str(clients)],
        stage.log_path("bare"), env=None, cwd=HERE,
    )  # fmt: skip
    return HttpServer(process, port, lambda: fetch(f"http://{LOOPBACK}:{port}/openapi.json") is not None)
