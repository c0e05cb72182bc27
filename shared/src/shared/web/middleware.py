"""One pure ASGI layer around every request: identity of the request, load limit, metrics, log, catch-all.

A catch-all inside the server keeps the connection usable after an unexpected error; a framework's own
handler would let the server close it under the caller's next request.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import structlog
from fastapi_problem.handler import ExceptionHandler
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kernel.ids import new_id
from shared.runtime.metrics import REQUEST_SECONDS, REQUESTS, REQUESTS_SHED
from shared.runtime.tracing import continue_trace, name_request
from shared.storage.database import Busy

REQUEST_ID = re.compile(r"[A-Za-z0-9._\-]{8,64}", re.ASCII)
QUEUE_SECONDS = 0.1
PROBES = frozenset({"/livez", "/readyz", "/startupz", "/metrics"})
MAX_LENGTH_DIGITS = 15
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"),
)
"""What every answer says unless its route says otherwise; pages load nothing from other hosts."""

log = structlog.get_logger()


class BodyTooLarge(HTTPException):
    """The body is, or says it is, larger than any request of ours; the rest of it is not read."""

    def __init__(self) -> None:
        super().__init__(status_code=413, headers={"Connection": "close"})


def has_body(headers: Headers) -> bool:
    """Whether the request brings a body."""
    return "content-length" in headers or "transfer-encoding" in headers


def bounded(receive: Receive, headers: Headers, limit: int) -> Receive:
    """``receive``, but refusing a body over ``limit`` bytes before it is read, or while."""
    announced = headers.get("content-length", "0")
    too_large = announced.isdecimal() and (len(announced) > MAX_LENGTH_DIGITS or int(announced) > limit)
    left = -1 if too_large else limit

    async def receive_bounded() -> Message:
        nonlocal left
        if left >= 0:
            message = await receive()
            left -= len(message.get("body", b""))
            if left >= 0:
                return message
        raise BodyTooLarge

    return receive_bounded


class RequestEnvelope:
    """Wraps the application; see the module."""

    def __init__(
        self, app: ASGIApp, *, service: str, problems: ExceptionHandler, max_concurrent: int, max_body_bytes: int,
        larger: Mapping[str, int] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        self._app, self._service, self._problems = app, service, problems
        self._max_body_bytes, self._larger = max_body_bytes, larger
        self._room = asyncio.Semaphore(max_concurrent)
        self._meters: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; probes and metrics pass at once."""
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else str(new_id())
        scope.setdefault("state", {})["request_id"] = request_id
        name_request(request_id)
        trace = continue_trace(headers.get("traceparent"))
        answered: dict[str, Any] = {"status": 0}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered["status"] = message["status"]
                given_by_route = {name for name, _ in message["headers"]}
                ours = [header for header in SECURITY_HEADERS if header[0] not in given_by_route]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode()), *ours]
            await send(message)

        began = time.perf_counter()
        try:
            if has_body(headers):
                receive = bounded(receive, headers, self._limit_of(scope["path"]))
            await self._guarded(scope, receive, send_with_headers, answered)
        finally:
            self._record(scope, answered["status"], time.perf_counter() - began, request_id, trace)

    def _limit_of(self, path: str) -> int:
        """The largest body in bytes that a path takes; files come in under the path of imports."""
        return next((limit for prefix, limit in self._larger.items() if path.startswith(prefix)), self._max_body_bytes)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send, answered: dict[str, Any]) -> None:
        if self._room.locked():
            try:
                async with asyncio.timeout(QUEUE_SECONDS):
                    await self._room.acquire()
            except TimeoutError:
                REQUESTS_SHED.labels(self._service).inc()
                await self._problems(Request(scope), Busy("requests"))(scope, receive, send)
                return
        else:
            await self._room.acquire()
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            if answered["status"]:
                raise
            await self._problems(Request(scope), error)(scope, receive, send)
        finally:
            self._room.release()

    def _record(self, scope: Scope, status: int, seconds: float, request_id: str, trace: str) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        meters = self._meters.get((route, method, status))
        if meters is None:
            meters = (
                REQUESTS.labels(self._service, route, method, str(status)),
                REQUEST_SECONDS.labels(self._service, route, method),
            )
            self._meters[route, method, status] = meters
        meters[0].inc()
        meters[1].observe(seconds)
        log.info(
            "answered", route=route, method=method, status=status, ms=round(seconds * 1000, 2),
            request_id=request_id, traceparent=trace,
        )  # fmt: skip
