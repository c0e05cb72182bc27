"""The rush of a popular day: many callers, few places; against plain SQL that does the same on the same server."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
from figures import Figure
from load import people

from shared.kernel.clock import SystemClock, business_day
from shared.testing.stage import Part, Stage
from shared.testing.wire import request_bytes

PARTS = (Part("marriage", "api"),)
GROUP = "marriage: the rush of a popular day"
ATTEMPTS, PLACES, CALLERS, SLOTS = 5_000, 500, 200, 10
BUSY_RETRY_SECONDS = 0.05
HEADERS = ("POST", "/v1/appointments")


async def measure(stage: Stage, scale: float) -> list[Figure]:
    """5,000 attempts by 200 callers for 500 places in 10 slots; everything smaller with ``scale``."""
    attempts, places = max(50, int(ATTEMPTS * scale)), max(10, int(PLACES * scale))
    callers = max(10, min(CALLERS, int(CALLERS * max(scale, 0.2))))
    slots = min(SLOTS, places)
    async with pool_of(stage) as pool:
        office = await pool.fetchval("SELECT id FROM office WHERE division = '500103000000'")
        http_slots = await make_slots(pool, office, slots, places, "09:00")
        seen, http_seconds = await rush_over_http(stage, http_slots, attempts, callers)
        booked = await pool.fetchval("SELECT sum(booked) FROM slot WHERE id = ANY($1)", http_slots)
        twice = await pool.fetchval(
            "SELECT count(*) FROM (SELECT person_key FROM appointment_person WHERE is_live "
            "GROUP BY person_key HAVING count(*) > 1) AS t"
        )
        sql_slots = await make_slots(pool, office, slots, places, "14:00")
        sql_booked, sql_seconds = await rush_in_sql(pool, sql_slots, attempts, callers)
    if (seen["201"], booked, sql_booked, twice) != (places, places, places, 0):
        raise RuntimeError(f"{seen['201']} answers, {booked} booked, {sql_booked} in SQL, {twice} twice: not {places}")
    note = f"{places} of {attempts} attempts by {callers} callers booked, none twice; {dict(seen)}"
    return [
        Figure(GROUP, "plain SQL", attempts / sql_seconds, "attempts/s"),
        Figure(
            GROUP, "over HTTP", attempts / http_seconds, "attempts/s", sql_seconds / http_seconds, "plain SQL", note
        ),
    ]


@asynccontextmanager
async def pool_of(stage: Stage) -> AsyncIterator[asyncpg.Pool]:
    """As many connections as the service has."""
    pool = await asyncpg.create_pool(stage.postgres.url("marriage").replace("+asyncpg", ""), min_size=10, max_size=10)
    try:
        yield pool
    finally:
        await pool.close()


async def make_slots(pool: asyncpg.Pool, office: UUID, slots: int, places: int, begins: str) -> list[UUID]:
    """Slots of one day, ten days from today, that hold ``places`` together."""
    day = business_day(SystemClock().now()).toordinal() + 10
    sizes = [places // slots + (n < places % slots) for n in range(slots)]
    made = [uuid4() for _ in sizes]
    await pool.executemany(
        "INSERT INTO slot (id, division, office_id, business, day, begins, ends, capacity) "
        "VALUES ($1, '500103000000', $2, 'MARRIAGE', DATE '0001-01-01' + $3::int, "
        "$4::text::time + make_interval(mins => $5), '23:00', $6)",
        [(slot, office, day - 1, begins, n, size) for n, (slot, size) in enumerate(zip(made, sizes, strict=True))],
    )
    return made


async def rush_over_http(stage: Stage, slots: list[UUID], attempts: int, callers: int) -> tuple[Counter[str], float]:
    """Every caller keeps a connection and takes the next attempt; a caller told to come again does so at once."""
    (name,) = stage.parts
    token = stage.mint.token("app-backend", "marriage", person="citizen-a")
    numbers = people(777)
    turns = itertools.cycle(slots)
    left = iter(range(attempts))
    seen: Counter[str] = Counter()

    async def caller() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", stage.port(name))
        for _ in left:
            body = {"slot_id": str(next(turns)), "people": [{"kind": "ID_CARD", "number": next(numbers)}]}
            request = request_bytes(
                *HEADERS, json.dumps(body).encode(), Authorization=f"Bearer {token}", Idempotency_Key=str(uuid4())
            )
            status = "503"
            while status in ("503", "429"):
                writer.write(request)
                status = await answered(reader)
                if status in ("503", "429"):
                    seen["told to come again"] += 1
                    await asyncio.sleep(BUSY_RETRY_SECONDS)
            seen[status] += 1
        writer.close()

    return seen, await timed(caller, callers)


async def answered(reader: asyncio.StreamReader) -> str:
    """The status of one answer, whose body is read to its end."""
    head = await reader.readuntil(b"\r\n\r\n")
    lower = head.lower()
    at = lower.index(b"content-length:") + 15
    await reader.readexactly(int(lower[at:].split(b"\r\n", 1)[0]))
    return head[9:12].decode()


BOOK = """
    WITH taken AS (UPDATE slot SET booked = booked + 1 WHERE id = $1 AND booked < capacity RETURNING *),
    made AS (
        INSERT INTO appointment (id, epoch, version, division, office_id, slot_id, business, day, begins, status,
                                 made_at, moves)
        SELECT $2, 1, 1, division, office_id, id, business, day, begins, 'BOOKED', now(), 0 FROM taken RETURNING id
    )
    INSERT INTO appointment_person (appointment_id, person_key, is_live) SELECT id, $3, true FROM made RETURNING 1
"""


async def rush_in_sql(pool: asyncpg.Pool, slots: list[UUID], attempts: int, callers: int) -> tuple[int, float]:
    """The same attempts as one statement each: the counter, the appointment and its person, and nothing besides."""
    turns = itertools.cycle(slots)
    left = iter(range(attempts))
    booked = 0

    async def caller() -> None:
        nonlocal booked
        for _ in left:
            if await pool.fetchval(BOOK, next(turns), uuid4(), uuid4().bytes):
                booked += 1

    seconds = await timed(caller, callers)
    return booked, seconds


async def timed(caller: Callable[[], Awaitable[None]], callers: int) -> float:
    """How long all callers together take."""
    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return time.perf_counter() - began
