"""What only a real server shows: sizes, kept connections, overload, probes, pages without a network."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
import pytest_asyncio

from shared.service import create_service
from shared.testing.serving import served
from shared.testing.under_test import ServiceUnderTest

pytestmark = pytest.mark.asyncio(loop_scope="module")

MAX_BODY = 1_000_000
ROOM = 3


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address(ledger: ServiceUnderTest) -> AsyncIterator[str]:
    ledger.app.state.gate = asyncio.Event()
    async with served(ledger.app, ledger.running.settings.http) as url:
        yield url


class Connection:
    """One HTTP/1.1 connection, byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, *parts: bytes) -> None:
        for part in parts:
            self._writer.write(part)
            await self._writer.drain()

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        async with asyncio.timeout(10):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            body = await self._reader.readexactly(int(headers.get("content-length", "0")))
        return int(head[0].split()[1]), headers, body

    async def close(self) -> None:
        self._writer.close()


@asynccontextmanager
async def connection_to(url: str) -> AsyncIterator[Connection]:
    parts = urlsplit(url)
    connection = Connection(*await asyncio.open_connection(parts.hostname, parts.port))
    try:
        yield connection
    finally:
        await connection.close()


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def problem(answer: tuple[int, dict[str, str], bytes], status: int) -> dict[str, str]:
    assert answer[0] == status, answer
    assert answer[1]["content-type"] == "application/problem+json"
    found: dict[str, str] = json.loads(answer[2])
    assert found["code"]
    assert found["request_id"] == answer[1]["x-request-id"]
    return found


async def test_a_body_too_large_is_refused_by_its_announced_length(address: str) -> None:
    async with connection_to(address) as connection:
        await connection.send(
            b"POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            + f"Content-Length: {MAX_BODY + 1}\r\n\r\n".encode()
        )
        assert problem(await connection.answer(), 413)["code"] == "too-large"


async def test_a_body_too_large_is_refused_however_it_comes(address: str) -> None:
    body = b'{"a": "' + b"x" * MAX_BODY + b'"}'

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 50_000):
            yield body[start : start + 50_000]

    async with httpx.AsyncClient(base_url=address, headers={"Content-Type": "application/json"}) as client:
        for content in (body, in_pieces()):
            answer = await client.post("/v1/echo", content=content)
            assert answer.status_code == 413
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["request_id"] == answer.headers["x-request-id"]
        fitting = b'{"a": "' + b"x" * (MAX_BODY - 9) + b'"}'
        assert (await client.post("/v1/echo", content=fitting)).status_code == 200


async def test_the_connection_stays_usable_after_an_unforeseen_error(address: str) -> None:
    async with connection_to(address) as connection:
        for _ in range(30):
            await connection.send(get("/v1/broken"))
            assert problem(await connection.answer(), 500)["code"] == "internal-error"
            await connection.send(get("/v1/trace"))
            assert (await connection.answer())[0] == 200


async def test_requests_sent_ahead_are_answered_in_order_across_an_error(address: str) -> None:
    async with connection_to(address) as connection:
        await connection.send(get("/v1/trace") + get("/v1/broken") + get("/v1/nothing") + get("/v1/trace"))
        assert [(await connection.answer())[0] for _ in range(4)] == [200, 500, 404, 200]


async def test_strange_requests_never_end_in_a_500(address: str) -> None:
    strange = [
        b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET //v1//trace HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /static-offline-docs/..%2f..%2fcore.py HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/accounts/%ff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/accounts?limit=%ff&kind=%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://elsewhere/v1/trace HTTP/1.1\r\nHost: a@b/c\r\n\r\n",
        b"GET /v1/trace HTTP/1.1\r\nHost: \r\n\r\n",
        b"GET /v1/trace HTTP/1.1\r\nHost: x\r\nX-Request-Id: \xff\xfe\r\n\r\n",
        b"GET /v1/trace HTTP/1.1\r\nHost: x\r\nRange: bytes=" + b"0-1," * 1_000 + b"2-3\r\n\r\n",
        b"HEAD /v1/trace HTTP/1.1\r\nHost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"FROBNICATE /v1/trace HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: x\r\n\r\n",
        b"POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
        b"Content-Length: 3\r\n\r\n\x1f\x8b\x08",
    ]
    for request in strange:
        async with connection_to(address) as connection:
            await connection.send(request)
            try:
                async with asyncio.timeout(5):
                    line = await connection._reader.readline()
            except TimeoutError:
                pytest.fail(f"no answer to {request[:80]!r}")
            assert line == b"" or int(line.split()[1]) < 500, (request[:80], line)


async def test_overload_is_shed_with_a_hint_while_probes_answer(ledger: ServiceUnderTest) -> None:
    http = ledger.running.settings.http.model_copy(update={"max_concurrent_requests": ROOM})
    settings = ledger.running.settings.model_copy(update={"http": http})
    app = create_service(ledger.definition, type(ledger.running)(**{**vars(ledger.running), "settings": settings}))
    app.state.gate = asyncio.Event()
    # The lifespan of this second application would close the ledger's database.
    app.router.lifespan_context = _no_lifespan
    roomy = http.model_copy(update={"max_concurrent_requests": 100})
    async with served(app, roomy) as url, httpx.AsyncClient(base_url=url, timeout=10) as client:
        inside = [asyncio.create_task(client.get("/v1/slow")) for _ in range(ROOM)]
        while app.middleware_stack is None or sum(not task.done() for task in inside) < ROOM:
            await asyncio.sleep(0.01)
        await _until_full(client)
        turned_away = await asyncio.gather(*(client.get("/v1/trace") for _ in range(20)))
        for answer in turned_away:
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["code"] == "busy"
            assert 1 <= int(answer.headers["retry-after"]) <= 3
        assert len({answer.headers["retry-after"] for answer in turned_away}) > 1
        for probe in ("/livez", "/startupz", "/readyz", "/metrics"):
            assert (await client.get(probe)).status_code == 200
        app.state.gate.set()
        assert [(await task).status_code for task in inside] == [200] * ROOM
        assert (await client.get("/v1/trace")).status_code == 200


async def test_readiness_does_not_wait_behind_a_busy_pool(ledger: ServiceUnderTest, address: str) -> None:
    engine = ledger.running.database.engine
    held = [await engine.connect() for _ in range(engine.pool.size())]  # type: ignore[attr-defined]
    try:
        async with httpx.AsyncClient(base_url=address) as client:
            assert (await client.get("/readyz")).json() == {"status": "ok", "service": "ledger"}
    finally:
        for connection in held:
            await connection.close()


async def test_an_unmigrated_or_absent_database_is_not_ready(ledger: ServiceUnderTest, address: str) -> None:
    await _execute(ledger, "UPDATE alembic_version SET version_num = '0001'")
    async with httpx.AsyncClient(base_url=address) as client:
        behind = await client.get("/readyz")
        await _execute(ledger, "UPDATE alembic_version SET version_num = '0003'")
        assert (behind.status_code, behind.json()["status"]) == (503, "database not migrated")
        assert (await client.get("/readyz")).status_code == 200
        away = ledger.running.settings.database.model_copy(update={"url": "postgresql+asyncpg://x@127.0.0.1:1/x"})
        settings = ledger.running.settings
        ledger.running.settings = settings.model_copy(update={"database": away})
        absent = await client.get("/readyz")
        ledger.running.settings = settings
        assert (absent.status_code, absent.json()["status"]) == (503, "database unavailable")
        assert (await client.get("/livez")).status_code == 200


class References(HTMLParser):
    """What a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("src", "href") and value]


async def test_the_documentation_asks_nobody_outside(address: str) -> None:
    async with httpx.AsyncClient(base_url=address) as client:
        page = await client.get("/docs")
        assert page.status_code == 200
        references = References()
        references.feed(page.text)
        assert len(references.found) >= 3
        # What the page's own script passes on, such as the address of the document, must be ours as well.
        written = re.findall(r"https?://[^\s'\"<>)]+", page.text)
        for reference in references.found + written:
            absolute = urljoin(address + "/docs", reference)
            assert absolute.startswith(address), reference
        for reference in references.found:
            asset = await client.get(urljoin(address + "/docs", reference))
            assert asset.status_code == 200, reference
            if reference.endswith(".css"):
                assert not re.findall(r"(?:@import|url\()\s*['\"]?(?:https?:)?//", asset.text)
        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert (await client.get("/openapi.json")).json()["info"]["title"] == "账簿"


async def test_metrics_name_route_templates_and_no_paths(address: str) -> None:
    async with httpx.AsyncClient(base_url=address) as client:
        await client.get("/v1/accounts/0197f3a1-0000-7000-8000-00000000beef")
        await client.get("/v1/planted-path-11010519491231002X")
        page = (await client.get("/metrics")).text
    assert 'route="/v1/accounts/{account_id}"' in page
    assert 'route="unmatched"' in page
    assert "beef" not in page
    assert "11010519491231002X" not in page


@asynccontextmanager
async def _no_lifespan(_app: object) -> AsyncIterator[None]:
    yield


async def _until_full(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(5):
        while (await client.get("/v1/trace")).status_code != 503:
            await asyncio.sleep(0.01)


async def _execute(ledger: ServiceUnderTest, statement: str) -> None:
    from sqlalchemy import text

    async with ledger.running.database.engine.begin() as connection:
        await connection.execute(text(statement))
