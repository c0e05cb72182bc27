"""A waiting list of 20,000: ranked, asked for one place, and ranked twice because a rule changed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable

import asyncpg
import httpx
from figures import Figure

from shared.testing.stage import Part, Stage

PARTS = (Part("eldercare", "api"),)
WAITING = 20_000
ROUNDS = 7
TOWNSHIP = "500103001000"
INSTITUTION = "01900000-0000-7000-8000-0000000000aa"
SCOPES = ("eldercare:admit", "eldercare:review")

HOME = """
    INSERT INTO institution (id, epoch, version, division, name, organisation_code, kind, ownership, filed_beds,
                             filed_on, status, operating, comprehensive, quality)
    VALUES ($1, 1, 1, $2, '排序测试养老院', '52500103MJ0000001D', 'ELDERLY_HOME', 'PUBLIC_RUN', 100,
            '2024-01-01', 'OPERATING', '{[2024-01-01,)}', '{}', '[]')
"""
LIST = """
    INSERT INTO admission (id, epoch, version, division, number, institution_id, name, identity, person_key, born, sex,
                           applicant, channel, means, family, merits, disability_grade, level, status, submitted_on,
                           queued_at, first_queued_on, misses)
    SELECT gen_random_uuid(), 1, 1, $2, 'YL' || lpad(n::text, 8, '0'), $1, 'sealed', 'sealed',
           decode(md5(n::text), 'hex'), date '1930-01-01' + (n * 7919 % 11000), (1 + n % 2)::text,
           'app|family-a', 'APPLICANT',
           (ARRAY['SUBSISTENCE_ALLOWANCE', 'NEAR_POOR', 'OTHER_LOW_INCOME', 'ORDINARY', 'ORDINARY'])[1 + n % 5],
           CASE WHEN n % 3 = 0 THEN ARRAY['LIVING_ALONE'] WHEN n % 7 = 0 THEN ARRAY['FAMILY_PLANNING'] ELSE '{}' END,
           CASE WHEN n % 50 = 0 THEN ARRAY['MODEL_WORKER'] ELSE '{}' END,
           CASE WHEN n % 20 = 0 THEN 1 + n % 4 END, n % 5, 'WAITLISTED', date '2026-01-01',
           timestamptz '2024-01-01 09:00+08' + (n * 13 % 900) * interval '1 day', date '2024-01-01', 0
    FROM generate_series(1, $3::int) AS n
"""
PLAIN = """
    SELECT id, number, means, family, merits, disability_grade, level, born, queued_at FROM admission
    WHERE institution_id = $1 AND status = 'WAITLISTED' ORDER BY queued_at, number
"""
BY_CARE = {"rules": {"means": {}, "age": [], "family": {}, "merit": 0, "disability": 0, "wait_cap": 0}}


async def measure(stage: Stage, scale: float) -> list[Figure]:
    """The ranking over HTTP as ratios to the plain SQL that reads and sorts the same rows."""
    waiting = max(100, int(WAITING * scale))
    connection = await asyncpg.connect(stage.postgres.dsn("eldercare"))
    try:
        await connection.execute(HOME, INSTITUTION, TOWNSHIP)
        await connection.execute(LIST, INSTITUTION, TOWNSHIP, waiting)
        await connection.execute("ANALYZE admission")
        plain = await _median(lambda: connection.fetch(PLAIN, INSTITUTION))
    finally:
        await connection.close()
    token = stage.mint.token("caseworker", "eldercare", scopes=SCOPES, division=TOWNSHIP, person="officer-a")
    address = f"http://127.0.0.1:{stage.port('eldercare-api-1')}"
    async with httpx.AsyncClient(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:

        async def ranked() -> None:
            answer = await client.get(f"/v1/institutions/{INSTITUTION}/waiting-list", params={"limit": 100})
            assert answer.status_code == 200, answer.text

        async def simulated() -> None:
            answer = await client.post(f"/v1/institutions/{INSTITUTION}/waiting-list/simulation", json=BY_CARE)
            assert answer.status_code == 200, answer.text
            assert answer.json()["list_length"] == waiting

        measured = {
            "the list in order, first 100": await _median(ranked),
            "ranked twice: what a changed rule moves": await _median(simulated),
        }
    return [
        Figure("eldercare: a waiting list", what, seconds * 1000, "ms", seconds / plain,
               "plain SQL that reads and sorts the rows", f"{waiting:,} waiting")
        for what, seconds in measured.items()
    ]  # fmt: skip


async def _median(work: Callable[[], Awaitable[object]]) -> float:
    """The median seconds of some repetitions, after one that does not count."""
    await work()
    taken = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        await work()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)
