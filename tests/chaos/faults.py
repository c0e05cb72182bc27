"""Faults on a seeded schedule, and the supervisor that starts again what died."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import asyncpg

from launcher.processes import StartFailed, tail
from shared.runtime.failpoints import CRASH_EXIT_CODE, LAST_WORDS
from shared.testing.stage import Stage

FROZEN_SECONDS = 3.0
LOOK_SECONDS = 0.05
SLOW_COMMITS = "write.before_commit:delay:30"
CRASH_POINTS = {
    "api": "write.before_flush:0.0003,write.before_commit:0.0003,write.after_commit:0.0003",
    "worker": "relay.after_fetch:0.003,relay.after_publish:0.003,relay.after_mark:0.003,"
    "consumer.after_fetch:0.004,consumer.before_commit:0.004,consumer.after_commit:0.004",
}
BACKENDS = """
    SELECT pid FROM pg_stat_activity
    WHERE datname IN ('assistance', 'monitoring') AND pid <> pg_backend_pid() ORDER BY application_name, pid
"""


def crash_points(role: str) -> str:
    """What is armed in a process of this role."""
    return ",".join(filter(None, [CRASH_POINTS.get(role), SLOW_COMMITS if role == "api" else ""]))


class Supervisor:
    """Starts again what died; knows whether it died of a crash point, and of which."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.faults: Counter[str] = Counter()
        self.ended_by_themselves = 0
        """A process that finds no database when it starts gives up and is started again: no fault, its consequence."""
        self.last_fault = time.monotonic()
        self.locks = {name: asyncio.Lock() for name in stage.servers}
        self.waking: list[asyncio.Task[None]] = []
        self._expected: set[str] = set()

    def note(self, kind: str) -> None:
        """Count a fault."""
        self.faults[kind] += 1
        self.last_fault = time.monotonic()

    async def run(self) -> None:
        """Watch until cancelled."""
        await asyncio.gather(*(self._keep(name) for name in self.stage.servers))

    async def kill(self, name: str) -> bool:
        """SIGKILL a server and all it started; False where it is not running anyway."""
        server = self.stage.servers[name]
        async with self.locks[name]:
            if not server.process.is_alive():
                return False
            self._expected.add(name)
            await asyncio.to_thread(server.kill)
        return True

    async def _keep(self, name: str) -> None:
        server = self.stage.servers[name]
        while True:
            if not server.process.is_alive():
                async with self.locks[name]:
                    self._explain(name)
                    try:
                        await asyncio.to_thread(self._start, name)
                    except StartFailed as failed:
                        self.note(f"start failed: {failed.what}")
                        print(failed)
            await asyncio.sleep(LOOK_SECONDS)

    def _start(self, name: str) -> None:
        if name in self.stage.processes:
            self.stage.start(name, wait=False)
        else:
            self.stage.servers[name].start()

    def _explain(self, name: str) -> None:
        if name in self._expected:
            self._expected.discard(name)
        elif self.stage.servers[name].process.exit_code == CRASH_EXIT_CODE:
            said = [line for line in tail(self.stage.log_path(name)) if line.startswith(LAST_WORDS)]
            self.note(said[-1] if said else LAST_WORDS)
        else:
            self.ended_by_themselves += 1


@dataclass(frozen=True)
class Kind:
    """A kind of fault with its share of the schedule and the way it is done; ``act`` says whether it hit."""

    name: str
    weight: int
    act: Callable[[Supervisor, random.Random], Awaitable[bool]]


async def _kill_one(supervisor: Supervisor, dice: random.Random, prefix: str) -> bool:
    names = [name for name in supervisor.stage.servers if name.startswith(prefix)]
    return await supervisor.kill(dice.choice(names))


async def _freeze_worker(supervisor: Supervisor, dice: random.Random) -> bool:
    name = dice.choice([name for name in supervisor.stage.processes if "-worker-" in name])
    process = supervisor.stage.processes[name].process
    if process.pid is None or not process.is_alive():
        return False
    frozen = process.pid

    async def wake() -> None:
        await asyncio.sleep(FROZEN_SECONDS)
        if process.pid == frozen and process.is_alive():
            os.kill(frozen, signal.SIGCONT)
            supervisor.last_fault = time.monotonic()

    os.kill(frozen, signal.SIGSTOP)
    supervisor.waking.append(asyncio.create_task(wake()))
    return True


async def _strike_backend(supervisor: Supervisor, dice: random.Random, number: signal.Signals) -> bool:
    """End one session: SIGTERM is ``pg_terminate_backend``, SIGKILL makes the whole server recover."""
    try:
        async with supervisor.locks["postgres"], asyncio.timeout(3):
            session = await asyncpg.connect(supervisor.stage.postgres.dsn("postgres"), timeout=2)
            try:
                victim = dice.choice([row["pid"] for row in await session.fetch(BACKENDS)])
                if number is signal.SIGTERM:
                    return bool(await session.fetchval("SELECT pg_terminate_backend($1)", victim))
                os.kill(victim, signal.SIGKILL)
                return True
            finally:
                session.terminate()
    except (OSError, TimeoutError, IndexError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False


KINDS = (
    Kind("session terminated", 34, lambda s, dice: _strike_backend(s, dice, signal.SIGTERM)),
    Kind("broker killed", 14, lambda s, _: s.kill("nats")),
    Kind("relay worker killed", 11, lambda s, dice: _kill_one(s, dice, "assistance-worker")),
    Kind("monitoring worker killed", 11, lambda s, dice: _kill_one(s, dice, "monitoring-worker")),
    Kind("worker frozen 3 s", 12, _freeze_worker),
    Kind("api killed", 6, lambda s, dice: _kill_one(s, dice, "assistance-api")),
    Kind("monitoring api killed", 2, lambda s, dice: _kill_one(s, dice, "monitoring-api")),
    Kind("postgres killed", 6, lambda s, _: s.kill("postgres")),
    Kind("backend killed", 4, lambda s, dice: _strike_backend(s, dice, signal.SIGKILL)),
)


def schedule(seed: int, seconds: float, per_second: float) -> list[tuple[float, Kind]]:
    """When which fault is due; every kind once before chance decides, so that short runs have all of them."""
    dice = random.Random(f"schedule {seed}")
    count = max(len(KINDS), int(seconds * per_second))
    kinds = dice.sample(KINDS, len(KINDS))
    kinds += dice.choices(KINDS, [kind.weight for kind in KINDS], k=count - len(kinds))
    return list(zip(sorted(dice.uniform(0.5, seconds) for _ in kinds), kinds, strict=True))


async def inject(supervisor: Supervisor, seed: int, seconds: float, per_second: float) -> None:
    """Carry the schedule out; what finds its target down already is not a fault and not counted."""
    dice, began = random.Random(f"targets {seed}"), time.monotonic()
    for due, kind in schedule(seed, seconds, per_second):
        await asyncio.sleep(max(0.0, began + due - time.monotonic()))
        if time.monotonic() - began > seconds:
            return
        if await kind.act(supervisor, dice):
            supervisor.note(kind.name)
