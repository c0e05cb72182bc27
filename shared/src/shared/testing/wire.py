"""One keep-alive HTTP/1.1 connection with as little between caller and socket as a load generator needs."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any


class ConnectionEnded(Exception):
    """The connection broke; whether the request was carried out is unknown."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers in lower case, and body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The parsed body."""
        return json.loads(self.body)


def request_bytes(method: str, target: str, body: bytes = b"", **headers: str) -> bytes:
    """A request as it goes over the wire; an underscore in a header's name stands for a hyphen."""
    lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    if body:
        lines.append("Content-Type: application/json")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Wire:
    """A connection to a loopback port, opened when first needed and again after it broke."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def call(self, request: bytes, *, timeout: float = 10.0) -> Answer:
        """Send one request and read its answer; raises :class:`ConnectionEnded`."""
        try:
            async with asyncio.timeout(timeout):
                if self._streams is None:
                    self._streams = await asyncio.open_connection("127.0.0.1", self._port)
                reader, writer = self._streams
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                status, headers = _parsed(head)
                body = await reader.readexactly(int(headers.get("content-length", 0)))
        except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError) as broken:
            self.close()
            raise ConnectionEnded(type(broken).__name__) from broken
        if headers.get("connection") == "close":
            self.close()
        return Answer(status, headers, body)

    def close(self) -> None:
        """Let the connection go."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def _parsed(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(": ") for line in lines if line)
    return int(first.split(" ", 2)[1]), {name.lower(): value for name, _, value in pairs}
