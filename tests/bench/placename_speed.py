"""Search and checks over 200,000 names beside the plain indexed SQL of the same question, and a streamed check."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Awaitable, Callable

import asyncpg
import httpx
from figures import Figure

from shared.testing.stage import Part, Stage

PARTS = (Part("placename", "api"),)
NAMES, LINES, ROUNDS = 200_000, 10_000, 9
TOWNSHIP = "500103001000"

FILL = """
    INSERT INTO place_name (id, epoch, version, division, category, family, built_up_area, specific, generic, folded,
                            stem, term, toned, toneless, dialect, derived, letters, initials, grams, length, syllables,
                            needs_review, romanisation, longitude, latitude, west, south, east, north, status, in_use,
                            begun_on, description, act, heritage)
    SELECT gen_random_uuid(), 1, 1, $1, 'STREET', 'STREET', 'CENTRAL', stem, '路', stem || '路', stem, '路',
           'y' || n || ' lù', 'y' || n || ' lu', 'y' || n || ' nu', false, 'y' || n || 'lu', 'y' || n || 'l',
           ARRAY[substr(stem, 1, 1), substr(stem, 2, 1), substr(stem, 3, 1), '路', substr(stem, 1, 2),
                 substr(stem, 2, 2), substr(stem, 3, 1) || '路'], 4, ARRAY['y', 'y', 'y', 'lù'], false,
           '{"text": "Yyy Lu", "toned": "Yyy Lù", "rules": []}', x, y, x, y, x, y, 'IN_USE',
           '[{"begin": "2001-01-01", "end": null}]', '2001-01-01',
           '{"position": "", "origin": "", "meaning": ""}',
           '{"authority": "", "document_no": "", "approved_on": "2001-01-01", "announced_on": null}', 'NONE'
    FROM (SELECT n, chr(19968 + n % 600) || chr(20600 + (n / 600) % 600) || chr(21300 + (n * 7) % 600) AS stem,
                 106.2 + (n % 1000) / 1250.0 AS x, 29.2 + (n / 1000) / 400.0 AS y
          FROM generate_series(1, $2::int) AS n) AS made
"""
COLUMNS = "SELECT * FROM place_name"
INFIX = f"{COLUMNS} WHERE grams @> ARRAY[$1::text] AND strpos(folded, $1) > 0 ORDER BY length, letters, id LIMIT 21"
BOX = f"""
    {COLUMNS} WHERE west IS NOT NULL AND box(point(west, south), point(east, north)) && box(point(106.5, 29.5),
    point(106.51, 29.51)) ORDER BY length, letters, id LIMIT 21
"""
SOUND = f"{COLUMNS} WHERE letters LIKE $1 OR initials LIKE $1 ORDER BY length, letters, id LIMIT 21"
ALIKE = """
    SELECT id, specific || generic, category, folded, stem, term, toned, toneless, dialect, derived FROM place_name
    WHERE built_up_area = 'CENTRAL' AND status = 'IN_USE' AND (folded = $1 || '路' OR (family = 'STREET' AND (stem = $1
          OR (term = '路' AND (left(stem, 1) = left($1, 1) OR right(stem, 1) = right($1, 1))))))
"""


async def measure(stage: Stage, scale: float) -> list[Figure]:
    """A two-character infix, a sound, a box, a full check, and ten thousand names in a stream."""
    count = max(2_000, int(NAMES * scale))
    connection = await asyncpg.connect(stage.postgres.url("placename").replace("+asyncpg", ""))
    try:
        await connection.execute(FILL, TOWNSHIP, count)
        await connection.execute("VACUUM ANALYZE place_name")
        return await _compare(stage, connection, count)
    finally:
        await connection.close()


async def _compare(stage: Stage, connection: asyncpg.Connection, count: int) -> list[Figure]:
    stem = await connection.fetchval("SELECT stem FROM place_name WHERE length = 4 AND term = '路' LIMIT 1")
    check = {"name": f"{stem}路", "category": "STREET", "division": TOWNSHIP}
    questions = (
        ("two characters of the middle", INFIX, (stem[1:3],), "/v1/names", {"q": stem[1:3]}),
        ("beginning of the sound", SOUND, ("y123%",), "/v1/names", {"q": "y123"}),
        ("box", BOX, (), "/v1/names", {"bbox": "106.5,29.5,106.51,29.51"}),
        ("check of a proposed name", ALIKE, (stem,), "/v1/names/check", check),
    )
    token = stage.mint.token("address-checker", "placename")
    address = f"http://127.0.0.1:{stage.port('placename-api-1')}"
    figures = []
    async with httpx.AsyncClient(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        for what, sql, values, path, query in questions:
            plain, through = await _both(
                lambda sql=sql, values=values: connection.fetch(sql, *values),  # type: ignore[misc]
                lambda path=path, query=query: _asked(client, path, query),  # type: ignore[misc]
            )
            against = f"plain indexed SQL, {plain * 1000:.1f} ms"
            figures.append(
                Figure(
                    "placename: search and checks", what, through * 1000, "ms", through / plain, against,
                    f"{count:,} names",
                )
            )  # fmt: skip
        figures.append(await _streamed(client, max(500, LINES * count // NAMES), stem))
    return figures


async def _streamed(client: httpx.AsyncClient, lines: int, stem: str) -> Figure:
    """All answers of a bulk check, and how soon the first came."""
    body = "".join(json.dumps({"ref": str(n), "name": f"{stem}路"}) + "\n" for n in range(lines)).encode()
    begin, first, found = time.perf_counter(), 0.0, 0
    async with client.stream("POST", "/v1/standard-names/check", content=body) as answer:
        assert answer.status_code == 200
        async for _ in answer.aiter_lines():
            first = first or time.perf_counter() - begin
            found += 1
    assert found == lines
    whole = time.perf_counter() - begin
    return Figure(
        "placename: search and checks", "bulk check, whole", whole * 1000, "ms", first / whole,
        "first answer beside the last", f"{lines:,} lines",
    )  # fmt: skip


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
