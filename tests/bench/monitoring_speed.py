"""Monitoring: a rebuild of many entities, and every indicator of every district, against plain SQL on the same rows."""

from __future__ import annotations

import base64
import secrets
import statistics
import time
from collections.abc import Awaitable, Callable

import asyncpg
from figures import Figure
from sqlalchemy.ext.asyncio import create_async_engine

from monitoring.catalogue import CATALOGUE
from monitoring.queries import AsOf, Reading, read_all, read_city
from monitoring.queries.kept import KEPT
from monitoring.store import Tx
from monitoring.usecases.rebuild import begin, carry_out
from shared.kernel.clock import SystemClock
from shared.kernel.divisions import default_register
from shared.kernel.principal import Principal
from shared.storage.confidential import Confidential
from shared.storage.database import Database
from shared.storage.surroundings import Surroundings
from shared.storage.transaction import Origin
from shared.testing.stage import Part, Stage

PARTS = (Part("monitoring", "api"),)
GROUP = "monitoring"
FEW, MANY = 10_000, 1_000_000
ROUNDS = 5
FILL = """
    INSERT INTO entity_state (source, noun, entity_id, epoch, version, region, seen_at, contributed, state)
    SELECT 'reporting', 'series', gen_random_uuid(), 1, 1, t.code, now(), '[]', jsonb_build_object(
        'form', f.form, 'kind', 'LEVEL', 'points', jsonb_build_array(jsonb_build_object(
            'period', '2025', 'on', '2025-12-31', 'numerator', n % 100, 'denominator', 100)))
    FROM generate_series(1, $1) AS n
    JOIN unnest($2::text[]) WITH ORDINALITY AS t (code, place) ON t.place = n % cardinality($2::text[]) + 1
    JOIN unnest($3::text[]) WITH ORDINALITY AS f (form, place) ON f.place = n % cardinality($3::text[]) + 1
"""
PLAIN = """
    SELECT measure, residence, left(division, 6), sum(amount) FILTER (WHERE day <= current_date),
           sum(amount) FILTER (WHERE day <= current_date AND day >= date_trunc('year', current_date)),
           sum(amount) FILTER (WHERE day <= current_date AND day >= DATE '2021-01-01')
    FROM cell WHERE recorded_on <= current_date AND day <= current_date GROUP BY 1, 2, 3
"""


async def measure(stage: Stage, scale: float) -> list[Figure]:
    """Rebuild few and many entities in one run; then read everything from the cells of the many."""
    few, many = max(2_000, int(FEW * min(1.0, scale * 10))), max(10_000, int(MANY * scale))
    database = _database(stage)
    session = await asyncpg.connect(stage.postgres.dsn("monitoring"))
    try:
        slow = await _rebuild(database, session, few)
        fast = await _rebuild(database, session, many)
        plain = await _median(lambda: session.fetch(PLAIN))
        everything = await _median(lambda: _read(database, districts=True))
        wall = await _median(lambda: _read(database, districts=False))
        kept = [await _median(lambda d=d: _read(database, districts=d, anew=False)) for d in (True, False)]
    finally:
        await session.close()
        await database.engine.dispose()
    places = f"{len(CATALOGUE.indicators)} indicators"
    return [
        Figure(GROUP, f"rebuild of {few:,} entities", slow, "entities/s"),
        Figure(GROUP, f"rebuild of {many:,} entities", fast, "entities/s", fast / slow, f"{few:,} entities"),
        Figure(GROUP, "plain SQL of the sums", plain * 1000, "ms"),
        Figure(GROUP, f"{places} x all districts", everything * 1000, "ms", everything / plain, "plain SQL"),
        Figure(GROUP, f"{places} of the city (wall)", wall * 1000, "ms", wall / plain, "plain SQL"),
        Figure(GROUP, "all districts, no cell changed since", kept[0] * 1000, "ms", kept[0] / plain, "plain SQL"),
        Figure(GROUP, "the city, no cell changed since", kept[1] * 1000, "ms", kept[1] / plain, "plain SQL"),
    ]


def _database(stage: Stage) -> Database[Tx]:
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    around = Surroundings("monitoring", Confidential({"current": "bench", "keys": {"bench": key}}), SystemClock())
    return Database(create_async_engine(stage.postgres.url("monitoring")), around, Tx)


async def _rebuild(database: Database[Tx], session: asyncpg.Connection, entities: int) -> float:
    """Entities a second, from states that were never counted to cells that equal them."""
    townships = [township.code for township in default_register().townships(SystemClock().now().date())]
    forms = sorted({t.measure.split(".")[1] for i in CATALOGUE.indicators for v in i.definitions[0].variants
                    for t in v.numerator if t.measure.startswith("reported.")})  # fmt: skip
    await session.execute("TRUNCATE entity_state, cell, rebuild")
    await session.execute(FILL, entities, townships, forms)
    await session.execute("ANALYZE entity_state")
    origin = Origin(Principal.of_service("monitoring"), request_id="bench")
    rebuild = await database.run(begin, origin)
    began = time.perf_counter()
    finished = await carry_out(database, rebuild)
    took = time.perf_counter() - began
    if not finished.took_over or finished.done != entities:
        raise RuntimeError(f"{finished.done} of {entities} were rebuilt")
    await session.execute("ANALYZE cell")
    return entities / took


async def _read(database: Database[Tx], *, districts: bool, anew: bool = True) -> list[Reading]:
    """Read from the cells, or what is kept while no cell changes."""
    if anew:
        KEPT.forget()
    origin = Origin(Principal.of_service("monitoring"), request_id="bench")

    async def work(tx: Tx) -> list[Reading]:
        read = read_all if districts else read_city
        return await read(tx, CATALOGUE.indicators, AsOf(tx.today, tx.today))

    return await database.run(work, origin)


async def _median(once: Callable[[], Awaitable[object]]) -> float:
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await once()
        took.append(time.perf_counter() - began)
    return statistics.median(took)
