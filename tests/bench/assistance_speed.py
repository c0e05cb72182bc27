"""Speed of assistance: lists and search with a million cases beside ten thousand, and beside the plain SQL."""

from __future__ import annotations

import json
import time
from uuid import uuid4

import asyncpg
from figures import Figure
from load import quantile

from shared.kernel.identity_number import check_character
from shared.testing.stage import Part, Stage
from shared.testing.wire import Wire, request_bytes

PARTS = (Part("assistance", "api"),)
GROUP = "assistance: list and search"
MANY, FEW, CALLS = 1_000_000, 10_000, 40
LISTS = {
    "newest": "/v1/applications?limit=50",
    "by status": "/v1/applications?status=PUBLICITY&limit=50",
    "overdue": "/v1/work-list?turn=OVERDUE&limit=50",
}
PLAIN = {
    "newest": "SELECT * FROM application ORDER BY submitted_at DESC, id DESC LIMIT 51",
    "by status": "SELECT * FROM application WHERE status = 'PUBLICITY' ORDER BY submitted_at DESC, id DESC LIMIT 51",
    "overdue": "SELECT * FROM application WHERE desk <> 'NOBODY' AND next_due_on < current_date"
    " ORDER BY next_due_on, id LIMIT 51",
}
CASES = """
    INSERT INTO application (id, epoch, version, division, business_no, residence, channel, status, submitted_at,
                             accepted_on, desk, next_due_on, due_on)
    SELECT gen_random_uuid(), 1, 1, '500103001000', 'B' || n, 'URBAN', 'WINDOW',
           (ARRAY['SUBMITTED', 'ACCEPTED', 'PUBLICITY', 'AT_COUNTY', 'WITHDRAWN'])[1 + n % 5],
           now() - n * interval '1 second', current_date - 10,
           (ARRAY['TOWNSHIP', 'TOWNSHIP', 'TOWNSHIP', 'COUNTY', 'NOBODY'])[1 + n % 5],
           current_date - 5 + n % 40, current_date + n % 40
    FROM generate_series($1::int, $2::int) n
"""
MEMBERS = """
    INSERT INTO application_member (application_id, ordinal, name, identity, person_key, relation, live)
    SELECT id, 0, 'x', 'x', decode(md5(business_no), 'hex'), 'SELF', false FROM application a
    WHERE NOT EXISTS (SELECT 1 FROM application_member m WHERE m.application_id = a.id)
"""


async def measure(stage: Stage, scale: float) -> list[Figure]:
    """Fill, time, fill up, time again; ratios of medians taken in one run."""
    few, many = max(100, int(FEW * scale)), max(1_000, int(MANY * scale))
    connection = await asyncpg.connect(stage.postgres.url("assistance").replace("+asyncpg", ""))
    try:
        await _fill(connection, 1, few)
        before = await _timed(stage)
        await _fill(connection, few + 1, many)
        after, plain = await _timed(stage), await _plainly(connection)
    finally:
        await connection.close()
    figures = [Figure(GROUP, f"{what}, {many} cases", after[what], "ms") for what in after]
    figures += [Figure(GROUP, f"{what}: {many} to {few} cases", after[what] / before[what], "x") for what in after]
    figures += [Figure(GROUP, f"{what}: to plain SQL", after[what] / plain[what], "x") for what in plain]
    return figures


async def _fill(connection: asyncpg.Connection, first: int, last: int) -> None:
    await connection.execute("SET statement_timeout = 0; SET transaction_timeout = 0")
    await connection.execute(CASES, first, last, timeout=900)
    await connection.execute(MEMBERS, timeout=900)
    await connection.execute("VACUUM ANALYZE application", timeout=900)
    await connection.execute("VACUUM ANALYZE application_member", timeout=900)


async def _timed(stage: Stage) -> dict[str, float]:
    wire, token = Wire(stage.port("assistance-api-1")), stage.mint.token("caseworker", "assistance")
    found: dict[str, list[float]] = {what: [] for what in (*LISTS, "search")}
    body = json.dumps({"identity_number": _number()}).encode()
    try:
        for _ in range(CALLS):
            for what, target in LISTS.items():
                found[what].append(await _call(wire, token, "GET", target, b""))
            found["search"].append(await _call(wire, token, "POST", "/v1/applications/search", body))
    finally:
        wire.close()
    return {what: quantile(taken, 0.5) for what, taken in found.items()}


async def _call(wire: Wire, token: str, method: str, target: str, body: bytes) -> float:
    request = request_bytes(method, target, body, Authorization=f"Bearer {token}", Idempotency_Key=str(uuid4()))
    began = time.perf_counter()
    answer = await wire.call(request)
    if answer.status != 200:
        raise RuntimeError(f"{target} answered {answer.status}: {answer.body[:200]!r}")
    return time.perf_counter() - began


def _number() -> str:
    first = "50010319800501" + "003"
    return first + check_character(first)


async def _plainly(connection: asyncpg.Connection) -> dict[str, float]:
    found: dict[str, list[float]] = {what: [] for what in PLAIN}
    for _ in range(CALLS):
        for what, statement in PLAIN.items():
            began = time.perf_counter()
            await connection.fetch(statement)
            found[what].append(time.perf_counter() - began)
    return {what: quantile(taken, 0.5) for what, taken in found.items()}
