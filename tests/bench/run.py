"""``make bench``: what the services do, as ratios to what the parts below them can do, all in one run.

    python tests/bench/run.py
    python tests/bench/run.py --only submissions --members 3 --rounds 7 --json

PostgreSQL and NATS sync every commit to disk. Servers, services and the load generator share the cores of one
machine, so rates are what is left after all of them; the ratios compare rounds that took turns.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import platform
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType

import asyncpg
from engine import measure_engine
from figures import Figure, as_rows, show
from journey import measure_journeys
from latencies import measure_latencies
from rich.console import Console
from submissions import Pace, keep_empty_schema, measure_submissions

from shared.runtime.logs import configure_logs
from shared.testing.stage import Part, Stage

API = Part("assistance", "api")
OTHERS = (Part("assistance", "worker"), Part("monitoring", "worker"), Part("monitoring", "api"))
GROUPS = ("submissions", "journey", "latencies", "engine")
BY_SERVICE = ("assistance", "eldercare", "marriage", "placename", "monitoring")
"""Each has files ``<service>_*.py`` beside this one with ``PARTS`` and ``measure(stage, scale)``."""


def options_of(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options with their defaults."""
    parser = argparse.ArgumentParser(prog="bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="+", choices=(*GROUPS, *BY_SERVICE), default=[*GROUPS, *BY_SERVICE])
    parser.add_argument("--clients", type=int, default=16, help="connections at once, and database sessions")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0, help="timed part of a round")
    parser.add_argument("--warm", type=float, default=1.0, help="seconds before the timed part")
    parser.add_argument("--members", type=int, nargs="+", default=[1, 3], help="persons in a household")
    parser.add_argument("--journeys", type=int, default=300)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--engine-rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="size of the services' tables; 1 is the full city")
    parser.add_argument("--json", action="store_true", help="machine-readable, on standard output")
    return parser.parse_args(arguments)


async def measure(stage: Stage, options: argparse.Namespace) -> list[Figure]:
    """Everything asked for, in an order in which nothing disturbs what comes after."""
    figures: list[Figure] = []
    for part in (API, *OTHERS):
        stage.processes[part.name].kill()
    await keep_empty_schema(stage)
    stage.start(API.name)
    if "submissions" in options.only:
        pace = Pace(options.clients, options.rounds, options.seconds, options.warm)
        for members in options.members:
            figures += await measure_submissions(stage, pace, members)
    for part in OTHERS:
        stage.start(part.name)
    if "journey" in options.only:
        await _until_sent(stage)
        figures += await measure_journeys(stage, options.journeys)
    if "latencies" in options.only:
        figures += await measure_latencies(stage, options.calls)
    if "engine" in options.only:
        await _until_sent(stage)
        for part in (API, *OTHERS):
            stage.processes[part.name].kill()
        figures += await measure_engine(stage, options.events, options.engine_rounds)
    return figures


def speeds_of(service: str) -> Iterator[ModuleType]:
    """The measurements of one service, in files of their own."""
    for path in sorted(Path(__file__).parent.glob(f"{service}_*.py")):
        yield importlib.import_module(path.stem)


def measure_services(options: argparse.Namespace, settings: Mapping[str, str]) -> list[Figure]:
    """The services' own measurements, each on servers of its own."""
    figures: list[Figure] = []
    for service in BY_SERVICE:
        for speeds in speeds_of(service) if service in options.only else ():
            with Stage(speeds.PARTS, settings=settings) as stage:
                figures += asyncio.run(speeds.measure(stage, options.scale))
    return figures


async def _until_sent(stage: Stage) -> None:
    """Let the worker send what earlier measurements left in the outbox."""
    session = await asyncpg.connect(stage.postgres.dsn("assistance"))
    try:
        while await session.fetchval("SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NULL)"):
            await asyncio.sleep(0.2)
    finally:
        await session.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    options = options_of(arguments)
    configure_logs("bench", "ERROR")
    console, began = Console(width=150, stderr=options.json), time.monotonic()
    chosen = " ".join(f"--{name.replace('_', '-')} {value}" for name, value in vars(options).items() if name != "json")
    settings = {
        "YUMIN_LOG_LEVEL": "INFO",
        "YUMIN_DATABASE__POOL_SIZE": str(options.clients),
        "YUMIN_NATS__MAX_BYTES": str(2**30),
    }
    console.print(
        f"{chosen}\nPython {platform.python_version()}, PostgreSQL 18 fsync=on synchronous_commit=on, NATS"
        f" sync_interval=always, one API process (uvicorn, uvloop, httptools, {options.clients} sessions)"
    )
    figures: list[Figure] = []
    if set(GROUPS) & set(options.only):
        with Stage((API, *OTHERS), settings=settings) as stage:
            figures += asyncio.run(measure(stage, options))
    figures += measure_services(options, settings)
    show(figures, console)
    console.print(f"took {time.monotonic() - began:.0f} s")
    if options.json:
        json.dump({"options": vars(options), "figures": as_rows(figures)}, sys.stdout, ensure_ascii=False, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
