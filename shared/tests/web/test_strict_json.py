"""A body is JSON that can be stored and given back unchanged, or it is refused; nothing in between."""

import json
from typing import Any

import httpx
import pytest

from shared.testing.under_test import ServiceUnderTest

pytestmark = pytest.mark.asyncio(loop_scope="module")

JSON = {"Content-Type": "application/json"}

REFUSED = {
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": Infinity}',
    "minus infinity": b'{"a": -Infinity}',
    "a number beyond every float": b'{"a": 1e400}',
    "an integer of 5,000 digits": b'{"a": ' + b"9" * 5_000 + b"}",
    "a name twice": b'{"a": 1, "a": 1}',
    "a name twice, once escaped": b'{"name": 1, "n\\u0061me": 2}',
    "a name twice deep inside": b'{"a": [{"b": {"c": 1, "c": 2}}]}',
    "a lone high surrogate": b'{"a": "\\ud800"}',
    "a lone low surrogate": b'{"a": "\\udc00"}',
    "a reversed pair": b'{"a": "\\udc00\\ud800"}',
    "a lone surrogate in a name": b'{"\\ud800": 1}',
    "NUL in a text": b'{"a": "x\\u0000y"}',
    "NUL in a name": b'{"a\\u0000": 1}',
    "a raw control character": b'{"a": "x\ny"}',
    "a byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "UTF-16": '{"a": "甲"}'.encode("utf-16"),
    "UTF-16 without a mark": '{"a": 1}'.encode("utf-16-le"),
    "GB18030": '{"a": "渝民"}'.encode("gb18030"),
    "invalid UTF-8": b'{"a": "\xff"}',
    "an overlong NUL": b'{"a": "\xc0\x80"}',
    "33 levels": b'{"a": ' + b"[" * 32 + b"]" * 32 + b"}",
    "1,000 levels": b'{"a": ' + b"[" * 1_000 + b"]" * 1_000 + b"}",
    "100,000 levels": b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "100,000 levels without an end": b"[" * 100_000,
    "something after the end": b'{"a": 1} {}',
    "a comment": b'{"a": 1 /* why */}',
    "a trailing comma": b'{"a": 1,}',
    "half an object": b'{"a": ',
    "single quotes": b"{'a': 1}",
    "only spaces": b"   ",
}
KEPT = {
    "32 levels": b'{"a": ' + b"[" * 31 + b"]" * 31 + b"}",
    "a scalar at the deepest level": b'{"a": ' + b"[" * 31 + b'"x"' + b"]" * 31 + b"}",
    "an integer beyond a double": b'{"a": 9007199254740993}',
    "2^63": b'{"a": 9223372036854775808}',
    "thirty digits": b'{"a": ' + b"9" * 30 + b"}",
    "a rare character": '{"a": "𠮷 𰻞 葛\U000e0100"}'.encode(),
    "an escaped pair": b'{"a": "\\ud842\\udfb7"}',
    "a compatibility ideograph": '{"a": "神"}'.encode(),
    "an interpunct": '{"a": "阿卜杜拉·买买提"}'.encode(),
    "names that differ": b'{"a": 1, "A": 2}',
    "a prototype": b'{"__proto__": {"x": 1}}',
    "nothing": b"{}",
}


def assert_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == status
    assert found["code"]
    assert found["request_id"] == answer.headers["x-request-id"]
    return found


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED.keys())
async def test_a_body_that_is_not_strict_json_is_refused(ledger: ServiceUnderTest, body: bytes) -> None:
    async with ledger.bare_client() as client:
        assert_problem(await client.post("/v1/echo", content=body, headers=JSON), 400)


@pytest.mark.parametrize("body", KEPT.values(), ids=KEPT.keys())
async def test_a_good_body_comes_back_as_it_was(ledger: ServiceUnderTest, body: bytes) -> None:
    async with ledger.bare_client() as client:
        answer = await client.post("/v1/echo", content=body, headers=JSON)
    assert answer.status_code == 200, answer.text
    assert answer.json() == json.loads(body)


@pytest.mark.parametrize(
    "content_type",
    [None, "", "text/plain", "application/xml", "application/json; charset=gbk", "application/jsonx", "a" * 4_000],
)
async def test_a_body_of_another_kind_is_refused(ledger: ServiceUnderTest, content_type: str | None) -> None:
    async with ledger.bare_client() as client:
        headers = {} if content_type is None else {"Content-Type": content_type}
        assert_problem(await client.post("/v1/echo", content=b'{"a": 1}', headers=headers), 415)


@pytest.mark.parametrize("content_type", ["application/json;charset=utf-8", 'Application/JSON; charset="UTF-8"'])
async def test_the_usual_ways_to_say_json_are_understood(ledger: ServiceUnderTest, content_type: str) -> None:
    async with ledger.bare_client() as client:
        answer = await client.post("/v1/echo", content=b'{"a": 1}', headers={"Content-Type": content_type})
    assert answer.status_code == 200


async def test_no_body_is_refused(ledger: ServiceUnderTest) -> None:
    async with ledger.bare_client() as client:
        assert_problem(await client.post("/v1/echo", headers=JSON), 422)
        assert_problem(await client.post("/v1/echo"), 415)


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"1", b"null", b"true"], ids=str)
async def test_a_value_where_an_object_is_expected_is_refused(ledger: ServiceUnderTest, body: bytes) -> None:
    async with ledger.bare_client() as client:
        assert_problem(await client.post("/v1/echo", content=body, headers=JSON), 422)


LAX = {
    "amount_fen": ["12", 1.0, 1.5, True, -1, 10**14, 2**63, None.__class__.__name__, [], {}],
    "count": ["3", True, 3.0, -1, 10**10],
    "flag": [0, 1, "true", "on"],
    "day": [
        "1899-12-31",
        "2201-01-01",
        "2026-02-30",
        "2026-2-3",
        "２０２６-０１-０１",
        "2026-01-01T00:00:00",
        20260101,
        "",
    ],
    "kind": ["current", "CURRENT ", "", 1],
    "name": ["", " 甲", "甲\u200b乙", "甲\u202e乙", "甲\n乙", "甲\u0007", "甲\u00ad乙", "甲" * 101, 1, None.__class__],
}


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in LAX.items() for value in values if value is not type(None)]
)
async def test_types_are_strict(ledger: ServiceUnderTest, field: str, value: Any) -> None:
    async with ledger.bare_client() as client:
        found = assert_problem(await client.post("/v1/samples", json={field: value}), 422)
    assert found["errors"][0]["pointer"] == f"/body/{field}"


async def test_a_field_nobody_knows_is_refused(ledger: ServiceUnderTest) -> None:
    async with ledger.bare_client() as client:
        for field in ("is_admin", "version", "status"):
            found = assert_problem(await client.post("/v1/samples", json={field: True}), 422)
            assert found["errors"] == [
                {"pointer": f"/body/{field}", "code": "extra_forbidden", "message": found["errors"][0]["message"]}
            ]


async def test_a_query_names_nothing_twice_except_a_list(ledger: ServiceUnderTest) -> None:
    async with ledger.client("ledger:read") as client:
        assert_problem(await client.get("/v1/accounts?limit=10&limit=100"), 400)
        assert (await client.post("/v1/samples?many=1&many=2", json={})).json()["many"] == [1, 2]


@pytest.mark.parametrize("limit", ["0", "-1", "101", "1000000000", "1_0", "+5", " 5", "５", "5.0", "1e1", ""])
async def test_a_page_limit_is_a_plain_number_in_range(ledger: ServiceUnderTest, limit: str) -> None:
    async with ledger.client("ledger:read") as client:
        assert_problem(await client.get("/v1/accounts", params={"limit": limit}), 422)
