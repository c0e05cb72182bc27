"""The load generator, a process of its own: ``clients`` keep-alive connections, each with one request in flight.

It reads its orders as JSON from standard input and writes what it saw to standard output. It is plain asyncio on
uvloop: on this kind of request it takes about a tenth of the time that the server needs, but it does take it from
the same cores.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import cast
from uuid import uuid4

import uvloop

from shared.kernel.identity_number import check_character
from shared.testing.wire import request_bytes

RELATIONS = ("SELF", "SPOUSE", "CHILD", "PARENT", "OTHER")
DAYS = 25_000
TOWNSHIP = "500103001000"


@dataclass(frozen=True)
class Orders:
    """What to send where, and for how long; ``salt`` keeps the people of different runs apart."""

    port: int
    target: str
    clients: int
    warm_seconds: float
    seconds: float
    members: int
    salt: int
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """What happened in the timed part; latencies in milliseconds."""

    answered: int
    per_second: float
    p50_ms: float
    p99_ms: float
    statuses: dict[str, int]


def people(salt: int) -> Iterator[str]:
    """Well-formed identity numbers of nobody, all different; the first six digits are the salt."""
    for sequence in range(1, 1000):
        for day in range(DAYS):
            first_17 = f"{110000 + salt}{date(1930, 1, 1) + timedelta(days=day):%Y%m%d}{sequence:03}"
            yield first_17 + check_character(first_17)


def household(numbers: Iterator[str], members: int) -> dict[str, object]:
    """The body of one submission."""
    listed = [
        {"name": "合成居民", "identity_number": number, "relation": relation}
        for number, relation in zip(itertools.islice(numbers, members), RELATIONS, strict=False)
    ]
    return {"division": TOWNSHIP, "residence": "URBAN", "channel": "WINDOW", "members": listed}


class Client(asyncio.Protocol):
    """One connection that sends its next request as soon as the answer is complete."""

    def __init__(self, next_request: Callable[[], bytes], answered: Callable[[float, int], None]) -> None:
        self._next, self._answered = next_request, answered
        self._received = bytearray()
        self._began = 0.0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        """Take what came; go on when the answer is whole."""
        self._received += data
        head = self._received.find(b"\r\n\r\n")
        if head < 0:
            return
        lower = bytes(self._received[:head]).lower()
        at = lower.index(b"content-length:") + 15
        length = int(lower[at:].split(b"\r\n", 1)[0])
        if len(self._received) >= head + 4 + length:
            self._answered(time.perf_counter() - self._began, int(self._received[9:12]))
            self._received.clear()
            self._send()

    def _send(self) -> None:
        request = self._next()
        self._began = time.perf_counter()
        self._transport.write(request)

    def close(self) -> None:
        """Stop in the middle of things."""
        self._transport.abort()


async def generate(orders: Orders) -> Seen:
    """Carry the orders out."""
    numbers = people(orders.salt)
    latencies: list[float] = []
    statuses: Counter[str] = Counter()
    timed = False

    def next_request() -> bytes:
        body = json.dumps(household(numbers, orders.members)).encode()
        return request_bytes("POST", orders.target, body, **orders.headers, Idempotency_Key=str(uuid4()))

    def answered(seconds: float, status: int) -> None:
        if timed:
            latencies.append(seconds)
            statuses[str(status)] += 1

    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: Client(next_request, answered), "127.0.0.1", orders.port)
        for _ in range(orders.clients)
    ]
    await asyncio.sleep(orders.warm_seconds)
    timed, began = True, time.perf_counter()
    await asyncio.sleep(orders.seconds)
    timed, took = False, time.perf_counter() - began
    for _, client in made:
        client.close()
    return Seen(
        len(latencies), len(latencies) / took, quantile(latencies, 0.5), quantile(latencies, 0.99), dict(statuses)
    )


def quantile(seconds: list[float], share: float) -> float:
    """The given quantile in milliseconds; NaN of nothing."""
    if not seconds:
        return float("nan")
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


if __name__ == "__main__":
    json.dump(asdict(uvloop.run(generate(Orders(**json.load(sys.stdin))))), sys.stdout)
