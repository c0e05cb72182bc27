"""Calls to a neighbour: who asks and for which request travels along; a retry never repeats an effect."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.runtime import http
from shared.runtime.http import Peers, PeerUnavailable
from shared.runtime.settings import IdentitySettings
from shared.runtime.tracing import continue_trace, name_request

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

Answer = Callable[[httpx.Request], httpx.Response]


class Neighbour:
    """The provider and a neighbour, which answers as it is told."""

    def __init__(self) -> None:
        self.tokens = 0
        self.calls: list[httpx.Request] = []
        self.answers: list[Answer] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            self.tokens += 1
            return httpx.Response(200, json={"access_token": f"token-{self.tokens}", "expires_in": 600})
        self.calls.append(request)
        answer = self.answers.pop(0) if self.answers else lambda _: httpx.Response(200, json={"fine": True})
        return answer(request)


def status(code: int) -> Answer:
    return lambda _request: httpx.Response(code, json={"code": "x"})


def broken(error: type[httpx.TransportError]) -> Answer:
    def raise_it(request: httpx.Request) -> httpx.Response:
        raise error("broken", request=request)

    return raise_it


@pytest.fixture
def neighbour() -> Neighbour:
    return Neighbour()


@pytest.fixture
def peers(neighbour: Neighbour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Peers:
    secret = tmp_path / "secret"
    secret.write_text("synthetic\n")
    identity = IdentitySettings(
        issuer="http://issuer.test", jwks_url="http://issuer.test/jwks", audience="ledger",
        token_url="http://issuer.test/token", client_id="service-ledger", client_secret_file=secret,
    )  # fmt: skip
    made = Peers({"assistance": "http://assistance.test/"}, identity)
    client = httpx.AsyncClient(transport=httpx.MockTransport(neighbour))
    made._client = made._token._client = client
    monkeypatch.setattr(http.random, "uniform", lambda _low, _high: 0.0)
    return made


async def test_a_call_says_who_asks_and_for_which_request(peers: Peers, neighbour: Neighbour) -> None:
    trace = continue_trace(PARENT)
    name_request("request-4711-a")
    assert await peers.get("assistance", "/v1/standards", {"on": "2026-01-01"}) == {"fine": True}
    [call] = neighbour.calls
    assert str(call.url) == "http://assistance.test/v1/standards?on=2026-01-01"
    assert call.headers["authorization"] == "Bearer token-1"
    assert call.headers["traceparent"] == trace
    assert call.headers["x-request-id"] == "request-4711-a"


async def test_a_token_is_asked_for_once(peers: Peers, neighbour: Neighbour) -> None:
    await asyncio.gather(*(peers.get("assistance", "/") for _ in range(10)))
    assert neighbour.tokens == 1
    assert len(neighbour.calls) == 10


@pytest.mark.parametrize(
    "hiccup", [status(502), status(503), status(504), broken(httpx.ReadError), broken(httpx.ConnectTimeout)]
)
async def test_a_hiccup_is_tried_again_under_the_same_key(peers: Peers, neighbour: Neighbour, hiccup: Answer) -> None:
    neighbour.answers = [hiccup, hiccup]
    assert await peers.post("assistance", "/v1/things", {"a": 1}, idempotency_key="key-0001") == {"fine": True}
    assert len(neighbour.calls) == 3
    assert {call.headers["idempotency-key"] for call in neighbour.calls} == {"key-0001"}
    assert {call.content for call in neighbour.calls} == {json.dumps({"a": 1}, separators=(",", ":")).encode()}


@pytest.mark.parametrize("hiccup", [status(503), broken(httpx.ReadError)])
async def test_three_hiccups_are_enough(peers: Peers, neighbour: Neighbour, hiccup: Answer) -> None:
    neighbour.answers = [hiccup] * 5
    with pytest.raises(PeerUnavailable, match="assistance"):
        await peers.get("assistance", "/")
    assert len(neighbour.calls) == 3


@pytest.mark.parametrize("code", [301, 400, 401, 403, 404, 409, 422, 500])
async def test_an_answer_that_will_not_change_is_not_asked_for_again(
    peers: Peers, neighbour: Neighbour, code: int
) -> None:
    neighbour.answers = [status(code)]
    with pytest.raises(PeerUnavailable, match=str(code)):
        await peers.get("assistance", "/")
    assert len(neighbour.calls) == 1


@pytest.mark.parametrize(
    ("call", "told"),
    [("assistance", "did not answer in JSON"), ("nobody", "nobody has no address in the settings")],
)
async def test_a_page_or_an_unknown_neighbour_is_named(
    peers: Peers, neighbour: Neighbour, call: str, told: str
) -> None:
    neighbour.answers = [lambda _request: httpx.Response(200, text="<html>11010519491231002X</html>")]
    with pytest.raises(PeerUnavailable, match=told) as refused:
        await peers.get(call, "/")
    assert "11010519491231002X" not in str(refused.value)


async def test_the_secret_is_read_from_its_file_and_nothing_else_is_sent(peers: Peers, neighbour: Neighbour) -> None:
    asked: list[Any] = []
    original = neighbour.__class__.__call__

    async def watch(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            asked.append((request.headers["authorization"], request.content))
        return await original(neighbour, request)

    peers._token._client = httpx.AsyncClient(transport=httpx.MockTransport(watch))
    await peers.get("assistance", "/")
    assert asked == [
        (
            httpx.BasicAuth("service-ledger", "synthetic")._auth_header,
            b"grant_type=client_credentials&audience=assistance",
        )
    ]
