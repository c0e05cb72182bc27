"""Every answer that is not a 2xx is a problem document, and none repeats what was typed."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import APIRouter, Depends

from shared.service import assemble, create_service
from shared.testing.under_test import ServiceUnderTest
from shared.web.access import api_routes, public, require, scopes_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLANTED = "11010519491231002X"
EVERYTHING = ("ledger:open", "ledger:deposit", "ledger:read")


def assert_problem(answer: httpx.Response, status: int, code: str | None = None) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == status
    assert found["type"] == f"/problems/{found['code']}"
    assert found["title"]
    assert found["request_id"] == answer.headers["x-request-id"]
    assert found["instance"] == f"urn:yumin:request:{found['request_id']}"
    if code:
        assert found["code"] == code
    return found


PLACES_TO_PLANT = {
    "a text too long": {"name": PLANTED * 10},
    "a text with a control character": {"name": PLANTED + "\u0007"},
    "an enumeration": {"kind": PLANTED},
    "a day": {"day": PLANTED},
    "an amount": {"amount_fen": PLANTED},
    "an amount out of range": {"amount_fen": 110105194912310021},
    "a flag": {"flag": PLANTED},
    "a list": {"items": PLANTED},
    "inside a list": {"items": [{"name": 1}, {"day": PLANTED}]},
    "an unknown field": {"secret": PLANTED},
    "the name of a field": {PLANTED: 1},
    "the name of a field inside": {"items": [{"张三丰" + PLANTED: 1}]},
}


@pytest.mark.parametrize("body", PLACES_TO_PLANT.values(), ids=PLACES_TO_PLANT.keys())
async def test_what_was_typed_is_not_repeated(ledger: ServiceUnderTest, body: dict[str, Any]) -> None:
    async with ledger.bare_client() as client:
        answer = await client.post("/v1/samples", json=body)
    assert_problem(answer, 422, "invalid-input")
    everything = answer.text + json.dumps(answer.json(), ensure_ascii=False) + str(answer.headers)
    assert "1010519491231002" not in everything
    assert "张三丰" not in everything


@pytest.mark.parametrize(
    "call",
    [
        ("GET", f"/v1/{PLANTED}"),
        ("GET", f"/v1/accounts/{PLANTED}"),
        ("GET", f"/v1/accounts?limit={PLANTED}"),
        ("GET", f"/v1/accounts?kind={PLANTED}"),
        ("GET", f"/v1/accounts?cursor={PLANTED}"),
        ("GET", f"/v1/parameters?on={PLANTED}"),
    ],
    ids=str,
)
async def test_what_stood_in_the_address_is_not_repeated(ledger: ServiceUnderTest, call: tuple[str, str]) -> None:
    async with ledger.client(*EVERYTHING) as client:
        answer = await client.request(*call)
    assert answer.status_code in (404, 422)
    assert_problem(answer, answer.status_code)
    assert PLANTED not in answer.text + str(answer.headers)


async def test_headers_are_not_repeated_either(ledger: ServiceUnderTest) -> None:
    async with ledger.client(*EVERYTHING) as client:
        for name in ("Idempotency-Key", "If-Match"):
            answer = await client.post(
                f"/v1/accounts/{uuid4()}/deposit", json={"amount_fen": 1}, headers={name: f"{PLANTED} !"}
            )
            assert_problem(answer, 400)
            assert PLANTED not in answer.text


async def test_an_unknown_address_and_a_wrong_method(ledger: ServiceUnderTest) -> None:
    async with ledger.client(*EVERYTHING) as client:
        assert_problem(await client.get("/v1/nothing-here"), 404, "not-found")
        wrong = await client.delete("/v1/echo")
        assert_problem(wrong, 405, "method-not-allowed")
        assert wrong.headers["allow"] == "POST"
        assert_problem(await client.request("TRACE", "/v1/echo"), 405)
        assert_problem(await client.request("post", "/v1/nothing-here"), 404)


async def test_an_unforeseen_error_tells_nothing(ledger: ServiceUnderTest, capsys: pytest.CaptureFixture[str]) -> None:
    async with ledger.bare_client() as client:
        answer = await client.get("/v1/broken")
    assert_problem(answer, 500, "internal-error")
    assert "planted" not in answer.text
    assert "LookupError" not in answer.text


async def test_a_refused_rule_is_a_conflict_with_its_name_and_facts(ledger: ServiceUnderTest) -> None:
    async with ledger.client(*EVERYTHING) as client:
        opened = await client.post("/v1/accounts", json={"division": "500103001000", "owner": "测试甲"})
        answer = await client.post(f"{opened.headers['location']}/deposit", json={"amount_fen": 2_000_000})
    found = assert_problem(answer, 409, "balance-above-limit")
    assert found["rule"] == "账簿规则 1"
    assert found["facts"] == {"limit_fen": 1_000_000}
    assert found["title"] == "余额超过上限"


async def test_the_request_is_known_by_its_id_and_its_trace(ledger: ServiceUnderTest) -> None:
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    async with ledger.bare_client() as client:
        given = await client.get("/v1/nothing", headers={"X-Request-Id": "caller-chose-this-1"})
        assert given.headers["x-request-id"] == given.json()["request_id"] == "caller-chose-this-1"
        for unusable in ("short", "x" * 65, "with space 12", "新的请求标识符号"):
            headers = {"X-Request-Id": unusable.encode()}
            assert (await client.get("/v1/nothing", headers=headers)).headers["x-request-id"] != unusable  # type: ignore[arg-type]
        trace = (await client.get("/v1/trace", headers={"traceparent": parent})).json()["traceparent"]
        assert trace.split("-")[1] == parent.split("-")[1]
        assert trace.split("-")[2] != parent.split("-")[2]
        for malformed in ("", "00-zz-zz-01", parent + "-extra", "00-" + "0" * 32 + "-00f067aa0ba902b7-01"):
            fresh = (await client.get("/v1/trace", headers={"traceparent": malformed})).json()["traceparent"]
            assert fresh.split("-")[1] not in ("0" * 32, parent.split("-")[1])


async def test_the_trace_travels_into_the_event(ledger: ServiceUnderTest) -> None:
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    async with ledger.client(*EVERYTHING, traceparent=parent) as client:
        await client.post("/v1/accounts", json={"division": "500103001000", "owner": "测试甲"})
    event = (await ledger.announced())[-1]
    assert event["traceparent"].split("-")[1] == parent.split("-")[1]


async def test_every_answer_carries_the_security_headers(ledger: ServiceUnderTest) -> None:
    async with ledger.client(*EVERYTHING) as client:
        for answer in (
            await client.get("/v1/parameters"), await client.get("/v1/nothing"), await client.get("/v1/broken"),
            await client.post("/v1/accounts", json={"division": "500103001000", "owner": "测试甲"}),
        ):  # fmt: skip
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert "server" not in answer.headers


async def test_a_route_that_does_not_say_who_may_call_it_stops_the_start(ledger: ServiceUnderTest) -> None:
    for hidden in (True, False):
        router = APIRouter()

        @router.get("/v1/forgotten", include_in_schema=hidden)
        async def forgotten() -> None: ...

        with pytest.raises(RuntimeError, match="/v1/forgotten declares neither"):
            _start_with(ledger, router)


async def test_a_declared_route_starts_however_it_declares(ledger: ServiceUnderTest) -> None:
    router = APIRouter()

    @router.get("/v1/open", dependencies=[public])
    async def open_to_all() -> None: ...

    @router.get("/v1/closed", dependencies=[Depends(require("ledger:read"))])
    async def closed() -> None: ...

    app = _start_with(ledger, router)
    assert scopes_of(api_routes(app))["ledger:read"] == {"GET /v1/closed"}


async def test_every_route_of_the_chassis_refuses_an_anonymous_caller_unless_it_is_public(
    ledger: ServiceUnderTest,
) -> None:
    public_paths = {"/livez", "/startupz", "/readyz", "/metrics", "/v1/parameters", "/v1/echo", "/v1/samples"}
    public_paths |= {"/v1/trace", "/v1/broken", "/v1/slow", "/.well-known/jwks.json"}
    tried = set()
    async with ledger.bare_client() as client:
        for route in api_routes(ledger.app):
            path = (route.path or "").replace("{account_id}", str(uuid4())).replace("{proposal_id}", str(uuid4()))
            if path in public_paths:
                continue
            body = {"json": {}} if route.body_field else {}
            answer = await client.request(min(route.methods or ()), path.replace("{noun}", "account"), **body)
            assert_problem(answer, 401, "unauthenticated")
            assert answer.headers["www-authenticate"].startswith("Bearer")
            tried.add(path)
    assert "/v1/parameter-proposals" in tried
    assert len(tried) >= 10


def _start_with(ledger: ServiceUnderTest, router: APIRouter) -> Any:
    from dataclasses import replace

    definition = replace(ledger.definition, routers=[router])
    settings = ledger.running.settings
    running = assemble(definition, settings)
    return create_service(definition, running)
