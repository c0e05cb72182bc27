"""Search and occupancy over 2,000 institutions and 250,000 beds, beside the plain indexed SQL that answers the same."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import date

import asyncpg
import httpx
from figures import Figure

from shared.kernel.divisions import default_register
from shared.testing.stage import Part, Stage

PARTS = (Part("eldercare", "api"),)
INSTITUTIONS, BEDS_EACH = 2_000, 125
ROUNDS = 9
PAST = date(2026, 3, 1)
DIGITS = {"township": 9, "district": 6, "city": 0}

HOMES = """
    INSERT INTO institution (id, epoch, version, division, name, organisation_code, kind, ownership, filed_beds,
                             filed_on, status, operating, comprehensive, quality)
    SELECT gen_random_uuid(), 1, 1, ($1::text[])[1 + n % cardinality($1::text[])], '虚构养老院' || n,
           '52500103M' || lpad(n::text, 9, '0'), 'ELDERLY_HOME', 'PRIVATE_NONPROFIT', 500, '2024-01-01', 'OPERATING',
           '{[2024-01-01,)}', '{}', '[]'
    FROM generate_series(1, $2::int) AS n
"""
BEDS = """
    INSERT INTO bed (id, epoch, version, division, institution_id, number, home, status, in_service, nursing, ordinary,
                     inclusive, monthly_fee_fen)
    SELECT gen_random_uuid(), 1, 1, i.division, i.id, n, false, 'IN_SERVICE', '{[2024-01-01,)}',
           CASE WHEN n % 5 < 3 THEN '{[2024-01-01,)}' ELSE '{}' END::datemultirange,
           CASE WHEN n % 5 < 3 THEN '{}' ELSE '{[2024-01-01,)}' END::datemultirange,
           CASE WHEN n % 5 < 4 THEN '{[2024-01-01,)}' ELSE '{}' END::datemultirange, 100000 + 1000 * (n % 200)
    FROM institution i, generate_series(1, $1::int) AS n
"""
STAYS = """
    INSERT INTO stay (id, epoch, version, division, institution_id, bed_id, name, identity, person_key, ground, status,
                      stayed, admitted_on)
    SELECT gen_random_uuid(), 1, 1, b.division, b.institution_id, b.id, 'sealed', 'sealed',
           decode(md5(b.id::text), 'hex'), 'ELDER', 'CURRENT', '[2025-01-01,)', '2025-01-01'
    FROM bed b WHERE b.number % 5 <> 0
"""
FREE = """
    SELECT i.id, i.name, i.division, count(*), count(*) FILTER (WHERE b.nursing @> $2::date)
    FROM institution i
    JOIN bed b ON b.institution_id = i.id
    LEFT JOIN stay s ON s.bed_id = b.id AND s.status <> 'VOIDED' AND s.stayed @> $2::date
    WHERE i.division LIKE $1 AND i.operating @> $2::date AND b.in_service @> $2::date
      AND NOT b.home AND s.bed_id IS NULL
    GROUP BY i.id ORDER BY i.id LIMIT 51
"""
OCCUPIED = """
    SELECT count(*), count(*) FILTER (WHERE b.nursing @> $2::date), count(*) FILTER (WHERE b.inclusive @> $2::date),
           count(s.id)
    FROM bed b LEFT JOIN stay s ON s.bed_id = b.id AND s.status <> 'VOIDED' AND s.stayed @> $2::date
    WHERE b.division LIKE $1 AND b.in_service @> $2::date AND NOT b.home
"""


async def measure(stage: Stage, scale: float) -> list[Figure]:
    """Both questions for a township, a district and the whole city, as ratios to the plain SQL of the same run."""
    institutions = max(20, int(INSTITUTIONS * scale))
    connection = await asyncpg.connect(stage.postgres.url("eldercare").replace("+asyncpg", ""))
    try:
        townships = [township.code for township in default_register().townships(PAST)]
        await connection.execute(HOMES, townships[: max(10, institutions // 3)], institutions)
        await connection.execute(BEDS, BEDS_EACH)
        await connection.execute(STAYS)
        for table in ("institution", "bed", "stay"):
            await connection.execute(f"VACUUM ANALYZE {table}")
        return await _compare(stage, connection, institutions)
    finally:
        await connection.close()


async def _compare(stage: Stage, connection: asyncpg.Connection, institutions: int) -> list[Figure]:
    township = await connection.fetchval("SELECT division FROM institution ORDER BY id LIMIT 1")
    figures = []
    token = stage.mint.token("county-reviewer", "eldercare", person="officer-a")
    address = f"http://127.0.0.1:{stage.port('eldercare-api-1')}"
    async with httpx.AsyncClient(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        for place, code in (("township", township), ("district", f"{township[:6]}000000"), ("city", "500000000000")):
            for what, path, sql in (
                ("free beds", "/v1/public/beds", FREE),
                ("occupancy of a past day", "/v1/bed-counts", OCCUPIED),
            ):
                pattern = code[: DIGITS[place]] + "%"
                query = {"division": code, "on": PAST.isoformat()}
                plain, through = await _both(
                    lambda sql=sql, pattern=pattern: connection.fetch(sql, pattern, PAST),  # type: ignore[misc]
                    lambda path=path, query=query: _asked(client, path, query),  # type: ignore[misc]
                )
                figures.append(
                    Figure(
                        "eldercare: search and occupancy", f"{what}, {place}", through * 1000, "ms", through / plain,
                        f"plain indexed SQL, {plain * 1000:.1f} ms",
                        f"{institutions:,} institutions, {institutions * BEDS_EACH:,} beds",
                    )
                )  # fmt: skip
    return figures


async def _asked(client: httpx.AsyncClient, path: str, query: dict[str, str]) -> None:
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text


async def _both(
    plain: Callable[[], Awaitable[object]], through: Callable[[], Awaitable[object]]
) -> tuple[float, float]:
    """Median seconds of both, taking turns, after one round that does not count."""
    taken: tuple[list[float], list[float]] = ([], [])
    for round_number in range(ROUNDS + 1):
        for work, seconds in zip((plain, through), taken, strict=True):
            begin = time.perf_counter()
            await work()
            if round_number:
                seconds.append(time.perf_counter() - begin)
    return statistics.median(taken[0]), statistics.median(taken[1])
