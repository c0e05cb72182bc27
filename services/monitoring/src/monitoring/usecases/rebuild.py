"""Recompute everything from the held states, beside the running engine, and take it over if wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import Row

from monitoring.events import recount
from monitoring.store import Tx
from monitoring.store.patience import patient
from monitoring.store.rebuilds import Rebuild
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id
from shared.kernel.principal import Principal
from shared.storage.database import Database
from shared.storage.transaction import Origin
from shared.web.running import Running

log = structlog.get_logger()

BATCH = 2_000
FIRST = ("", "", "00000000-0000-0000-0000-000000000000")


class AlreadyRebuilding(Refusal):
    """已有重算在进行"""


async def begin(tx: Tx) -> Rebuild:
    """Begin a rebuild; the worker carries it out."""
    found = await tx.rebuilds.begin(tx.at)
    if found is None:
        raise AlreadyRebuilding()
    tx.audit("rebuild.begun", "rebuild", found.id)
    return found


async def carry_out(database: Database[Tx], rebuild: Rebuild) -> Rebuild:
    """Fill the shadow batch by batch; then, while nobody writes, catch up, compare and take over."""
    origin = Origin(Principal.of_service("monitoring"), request_id=f"rebuild:{new_id()}")
    try:
        after, done = FIRST, 0
        while True:

            async def step(tx: Tx, after: tuple[str, str, str] = after, done: int = done) -> Sequence[Row[Any]]:
                rows = await tx.rebuilds.next_states(after, BATCH)
                await tx.rebuilds.shadow(_recounted(rows))
                await tx.rebuilds.note(rebuild.id, done + len(rows))
                return rows

            rows = await database.run(step, origin)
            done += len(rows)
            if len(rows) < BATCH:
                break
            after = (rows[-1].source, rows[-1].noun, str(rows[-1].entity_id))
        differences = await database.run(lambda tx: _finish(tx, rebuild.id), origin)
    except Exception:
        await database.run(lambda tx: tx.rebuilds.abandon(rebuild.id, tx.at), origin)
        raise
    log.info("rebuilt", entities=done, differences=differences)
    finished = await database.run(lambda tx: tx.rebuilds.get(rebuild.id), origin)
    return finished or rebuild


async def _finish(tx: Tx, rebuild_id: int) -> int:
    await tx.rebuilds.lock()
    while rows := await tx.rebuilds.behind(BATCH):
        await tx.rebuilds.shadow(_recounted(rows))
    return await tx.rebuilds.take_over(rebuild_id, tx.today, tx.at)


def _recounted(rows: Sequence[Row[Any]]) -> list[tuple[Row[Any], Any]]:
    return [(row, recount(row.source, row.noun, row.schema_version, row.state, row.region)) for row in rows]


async def carry_on(running: Running) -> None:
    """The worker's turn: carry out a rebuild that was asked for, or was cut off."""
    origin = Origin(Principal.of_service("monitoring"), request_id=f"rebuild:{new_id()}")
    latest = await running.database.run(lambda tx: tx.rebuilds.list(1), origin)
    if latest and latest[0].finished_at is None:
        async with patient(running) as database:
            await carry_out(database, latest[0])
