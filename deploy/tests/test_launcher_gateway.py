"""The public entry: only `/v1` of each service, one request id, every refusal a problem document."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from launcher.gateway import Gateway, caddyfile
from launcher.ports import free_ports
from launcher.processes import wait_until


async def echo(request: Request) -> JSONResponse:
    body = await request.body()
    seen = {
        "path": request.url.path,
        "query": request.url.query,
        "size": len(body),
        "id": request.headers.get("x-request-id"),
    }
    return JSONResponse(seen, headers={"X-Request-Id": "the-service-own"})


async def missing(_: Request) -> JSONResponse:
    return JSONResponse({"code": "own"}, status_code=404, media_type="application/problem+json")


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    entry, alive, dead = free_ports(3)
    methods = ["GET", "POST"]
    app = Starlette(routes=[Route("/v1/missing", missing), Route("/{path:path}", echo, methods=methods)])
    service = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=alive, log_level="error", lifespan="off"))
    thread = threading.Thread(target=service.run)
    thread.start()
    wait_until(lambda: service.started, 10, "the echo service")
    gateway = Gateway(tmp_path_factory.mktemp("gateway"), entry, {"assistance": alive, "eldercare": dead})
    gateway.start()
    yield gateway
    gateway.stop()
    service.should_exit = True
    thread.join(timeout=10)


@pytest.fixture
def http(gateway: Gateway) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway.url, trust_env=False) as client:
        yield client


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert set(body) == {"type", "title", "status", "code", "request_id"}
    assert (body["type"], body["status"], body["code"]) == (f"/problems/{code}", status, code)
    assert re.search(r"[\u4e00-\u9fff]", body["title"])
    assert body["request_id"] == answer.headers["X-Request-Id"]
    return body


def test_the_index_lists_the_services(http: httpx.Client) -> None:
    assert http.get("/").json()["services"] == {"assistance": "/assistance/v1", "eldercare": "/eldercare/v1"}


def test_a_call_reaches_its_service_without_the_prefix(http: httpx.Client) -> None:
    seen = http.get("/assistance/v1/cases?limit=1").json()
    assert (seen["path"], seen["query"]) == ("/v1/cases", "limit=1")


def test_a_valid_request_id_is_kept_through_and_back(http: httpx.Client) -> None:
    answer = http.get("/assistance/v1/cases", headers={"X-Request-Id": "caller-2026.11_23"})
    assert answer.json()["id"] == "caller-2026.11_23"
    assert answer.headers.get_list("X-Request-Id") == ["caller-2026.11_23"]


@pytest.mark.parametrize("sent", ["", "short", 'a"},{"b":"', "x" * 65, "with space in it", None])
def test_any_other_request_id_is_replaced(http: httpx.Client, sent: str | None) -> None:
    answer = http.get("/assistance/v1/cases", headers={} if sent is None else {"X-Request-Id": sent})
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["X-Request-Id"])
    assert answer.json()["id"] == answer.headers["X-Request-Id"]
    assert http.get("/nowhere", headers={"X-Request-Id": sent or "-"}).json()["request_id"] != sent


CLOSED = """
/assistance/metrics  /assistance/docs  /assistance/openapi.json  /assistance/internal/digest 
/assistance/readyz /assistance/v2/cases  /assistance/v1x  /assistance  /unknown/v1/cases  /v1/cases  //metrics
/assistance/v1/../metrics  /assistance/v1/%2e%2e/metrics  /assistance/v1/..%2fmetrics
"""


@pytest.mark.parametrize("path", CLOSED.split())
def test_nothing_but_v1_is_public(gateway: Gateway, path: str) -> None:
    connection = httpx.HTTPTransport()
    url = httpx.URL(gateway.url).copy_with(raw_path=path.encode())
    with httpx.Client(transport=connection) as client:
        answer = client.send(httpx.Request("GET", url))
    assert_problem(answer, 404, "not-found")


def test_a_problem_of_the_service_passes_unchanged(http: httpx.Client) -> None:
    answer = http.get("/assistance/v1/missing")
    assert (answer.status_code, answer.json()) == (404, {"code": "own"})


def test_a_service_that_is_down_is_a_502(http: httpx.Client) -> None:
    assert_problem(http.get("/eldercare/v1/beds"), 502, "service-unreachable")


def test_a_large_body_is_a_413_with_and_without_a_length(http: httpx.Client) -> None:
    assert http.post("/assistance/v1/cases", content=b"x" * 900_000).json()["size"] == 900_000
    assert_problem(http.post("/assistance/v1/cases", content=b"x" * 1_100_000), 413, "body-too-large")
    chunks = (b"x" * 100_000 for _ in range(11))
    assert_problem(http.post("/assistance/v1/cases", content=chunks), 413, "body-too-large")


def test_a_crash_is_seen_and_a_restart_answers_again(gateway: Gateway, http: httpx.Client) -> None:
    gateway.kill()
    with pytest.raises(httpx.ConnectError):
        http.get("/")
    gateway.start()
    assert http.get("/").status_code == 200


def test_the_configuration_switches_the_administration_off() -> None:
    text = caddyfile(8000, {"assistance": 8001})
    for line in ("admin off", "auto_https off", "persist_config off", "bind 127.0.0.1"):
        assert line in text


def test_the_files_of_caddy_stay_in_its_directory(gateway: Gateway) -> None:
    assert (gateway.directory / "Caddyfile").exists()
    assert Path(str((gateway.process.env or {})["XDG_DATA_HOME"])) == gateway.directory
