"""A monthly run of 300,000 beneficiaries: its time a line at two sizes, and the memory of the worker at both."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from uuid import uuid4

import asyncpg
from figures import Figure

from shared.testing.stage import Part, Stage

WORKER = Part("assistance", "worker")
PARTS = (WORKER,)
BENEFICIARIES = 300_000
SMALL_SHARE = 10
LONGEST_WAIT = 600.0

BENEFITS = """
    INSERT INTO benefit (id, epoch, version, division, aid, residence, accepted_by, status, started_on)
    SELECT gen_random_uuid(), 1, 1, $1, 'SUBSISTENCE_ALLOWANCE', 'URBAN', $1, 'ACTIVE', '2026-01-01'
    FROM generate_series(1, $2::int)
"""
RECIPIENTS = """
    INSERT INTO benefit_recipient (benefit_id, ref, aid, person_key, name, identity, valid_from)
    SELECT id, '0', aid, decode(md5(id::text), 'hex'), 'sealed', 'sealed', started_on FROM benefit WHERE division = $1
"""
ENTITLEMENTS = """
    INSERT INTO entitlement (benefit_id, ordinal, ref, component, amount_fen, valid_from)
    SELECT id, 0, '0', aid, 81000, started_on FROM benefit WHERE division = $1
"""
OPENED = """
    INSERT INTO benefit_run (id, epoch, version, division, aid, month, status, opened_by, lines, blocked, total_fen)
    VALUES ($1, 1, 1, $2, 'SUBSISTENCE_ALLOWANCE', '2026-01-01', 'COMPUTING', 'officer-a', 0, 0, 0)
"""


async def measure(stage: Stage, scale: float) -> list[Figure]:
    """The small size first, in a district of its own; then the full one."""
    full = max(1_000, int(BENEFICIARIES * scale))
    small = full // SMALL_SHARE
    connection = await asyncpg.connect(stage.postgres.url("assistance").replace("+asyncpg", ""))
    try:
        little_time, little_memory = await _run(stage, connection, "500101001000", small)
        much_time, much_memory = await _run(stage, connection, "500102001000", full)
    finally:
        await connection.close()
    each, each_of_few = much_time / full, little_time / small
    return [
        Figure("assistance", f"monthly run, {full} benefits", full / much_time, "lines/s", each / each_of_few,
               f"time a line with {small}"),
        Figure("assistance", f"worker's memory after a run of {full}", much_memory / 1e6, "MB",
               much_memory / little_memory, f"after a run of {small}"),
    ]  # fmt: skip


async def _run(stage: Stage, connection: asyncpg.Connection, division: str, number: int) -> tuple[float, float]:
    """Seconds until every line is there, and the worker's largest memory so far in bytes."""
    await connection.execute(BENEFITS, division, number)
    await connection.execute(RECIPIENTS, division)
    await connection.execute(ENTITLEMENTS, division)
    await connection.execute("ANALYZE benefit, benefit_recipient, entitlement")
    run = uuid4()
    started = time.perf_counter()
    await connection.execute(OPENED, run, division)
    while await connection.fetchval("SELECT status FROM benefit_run WHERE id = $1", run) != "READY":
        if time.perf_counter() - started > LONGEST_WAIT:
            raise TimeoutError("the run was not computed in time")
        await asyncio.sleep(0.05)
    return time.perf_counter() - started, _largest_memory(_pid(stage))


def _largest_memory(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return float(line.split()[1]) * 1024
    raise LookupError("the kernel does not tell")


def _pid(stage: Stage) -> int:
    worker = stage.processes[WORKER.name]
    pid = getattr(worker, "process", worker).pid
    if pid is None:
        raise LookupError("the worker does not run")
    return int(pid)
