"""The HTTP interface: who may, what is answered, what is refused and how."""

import re
from typing import Any
from uuid import uuid4

import httpx

from reporting.api import ROUTERS
from shared.testing.under_test import ServiceUnderTest
from shared.web.access import scopes_of

DISTRICT = "500103000000"
OTHER_DISTRICT = "500101000000"
FILER = ("reporting:file", "reporting:read")
CHECKER = ("reporting:review", "reporting:confirm", "reporting:read")
NOBODY = uuid4()


REFUSED = [
    ({"form": "no-such-form"}, 422, "form-unknown"),
    ({"period": "2026-13"}, 422, "invalid-input"),
    ({"period": "1899-10"}, 422, "period-invalid"),
    ({"period": "1900-10"}, 422, "unknown-division"),
    ({"period": "2026-1\uff10"}, 422, "invalid-input"),
    ({"period": "2026"}, 422, "period-kind-not-asked"),
    ({"period": "2026-12"}, 409, "period-not-begun"),
    ({"period": "2026-11"}, 409, "findings-need-explanation"),
    ({"form": "rescue-returns", "division": "500000", "period": "2026-Q4"}, 409, "period-not-ended"),
    ({"form": "rescue-returns", "period": "2026-Q3"}, 422, "division-does-not-file"),
    ({"division": "500000"}, 422, "division-does-not-file"),
    ({"division": "500103001"}, 422, "division-does-not-file"),
    ({"division": "500112000000"}, 409, "abolished-division"),
    ({"division": "500999"}, 422, "unknown-division"),
    ({"division": "110101"}, 422, "unknown-division"),
    ({"division": "\uff15\uff10\uff10\uff11\uff10\uff13"}, 422, "invalid-input"),
    ({"numerator": 1_001}, 422, "numerator-exceeds-denominator"),
    ({"numerator": -1}, 422, "number-not-possible"),
    ({"numerator": 980.0}, 422, "invalid-input"),
    ({"numerator": "980"}, 422, "invalid-input"),
    ({"numerator": True}, 422, "invalid-input"),
    ({"numerator": 10**20}, 422, "invalid-input"),
    ({"denominator": None}, 422, "denominator-missing"),
    ({"document_title": ""}, 422, "invalid-input"),
    ({"document_title": "零\u200b宽"}, 422, "invalid-input"),
    ({"extra": 1}, 422, "invalid-input"),
]
"""What is changed in a right body, and how that is refused."""

ROUTES = [
    ("GET", "/v1/forms", "reporting:read"),
    ("GET", "/v1/duties", "reporting:read"),
    ("GET", "/v1/figures", "reporting:read"),
    ("GET", f"/v1/figures/{NOBODY}", "reporting:read"),
    ("GET", "/v1/series", "reporting:read"),
    ("GET", f"/v1/series/{NOBODY}", "reporting:read"),
    ("GET", f"/v1/series/{NOBODY}/history", "reporting:read"),
    ("POST", "/v1/figures", "reporting:file"),
    ("POST", "/v1/figure-batches", "reporting:file"),
    ("POST", f"/v1/figures/{NOBODY}/refile", "reporting:file"),
    ("POST", f"/v1/figures/{NOBODY}/withdraw", "reporting:file"),
    ("POST", f"/v1/figures/{NOBODY}/correct", "reporting:file"),
    ("POST", f"/v1/figures/{NOBODY}/review", "reporting:review"),
    ("POST", f"/v1/figures/{NOBODY}/return", "reporting:review"),
    ("POST", f"/v1/figures/{NOBODY}/confirm", "reporting:confirm"),
    ("POST", f"/v1/figures/{NOBODY}/propose-retraction", "reporting:file"),
    ("POST", f"/v1/figures/{NOBODY}/reject-retraction", "reporting:confirm"),
    ("POST", f"/v1/figures/{NOBODY}/retract", "reporting:confirm"),
    ("GET", "/v1/reminders", "reporting:read"),
    ("GET", "/v1/closings", "reporting:read"),
    ("GET", f"/v1/closings/{NOBODY}", "reporting:read"),
    ("POST", "/v1/closings", "reporting:close"),
    ("POST", f"/v1/closings/{NOBODY}/reopen", "reporting:close"),
]
"""Every route with the scope it wants."""


def body(**changes: Any) -> dict[str, Any]:
    """What a synthetic official files."""
    return {
        "form": "disability-living-subsidy", "division": "500103", "period": "2026-10", "numerator": 980,
        "denominator": 1_000, "document_title": "测试用月报", "document_number": "测〔2026〕10号", **changes,
    }  # fmt: skip


def statement(**changes: Any) -> dict[str, Any]:
    """What a synthetic official says again."""
    said = body(**changes)
    return {name: value for name, value in said.items() if name not in ("form", "division", "period")}


async def filed(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await client.post("/v1/figures", json=body(**changes))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def confirmed(service: ServiceUnderTest, figure: dict[str, Any]) -> dict[str, Any]:
    checker = service.client(*CHECKER, person="officer-b")
    path = f"/v1/figures/{figure['id']}"
    assert (await checker.post(f"{path}/review")).status_code == 200
    answer = await checker.post(f"{path}/confirm")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_figure_goes_from_filing_through_correction_to_its_history(service: ServiceUnderTest) -> None:
    filer = service.client(*FILER, division=DISTRICT)
    checker = service.client(*CHECKER, division=DISTRICT, person="officer-b")
    answer = await filer.post("/v1/figures", json=body())
    figure = answer.json()
    path = f"/v1/figures/{figure['id']}"
    assert answer.headers["Location"] == path
    assert (figure["status"], figure["division"], figure["last_day"]) == ("FILED", DISTRICT, "2026-10-31")
    assert figure["available_actions"] == ["withdraw"]
    seen = await checker.get(path)
    assert seen.json()["available_actions"] == ["return", "review"]
    reviewed = await checker.post(f"{path}/review", headers={"If-Match": seen.headers["ETag"]})
    assert reviewed.json()["available_actions"] == ["confirm", "return"]
    assert (await checker.post(f"{path}/confirm")).json()["confirmed_by"] == "officer-b"
    assert (await filer.get(path)).json()["available_actions"] == ["correct", "propose-retraction"]
    correction = (
        await filer.post(f"{path}/correct", json={**statement(numerator=990), "reason": "漏计十人"})
    ).json()  # fmt: skip
    assert (correction["corrects"], correction["correction_reason"]) == (figure["id"], "漏计十人")
    await confirmed(service, correction)
    old = (await filer.get(path)).json()
    assert (old["status"], old["superseded_by"], old["numerator"]) == ("SUPERSEDED", correction["id"], 980)
    [series] = (await filer.get("/v1/series", params={"form": figure["form"]})).json()["items"]
    assert series["points"] == [{"period": "2026-10", "on": "2026-10-31", "numerator": 990, "denominator": 1_000}]
    one = await filer.get(f"/v1/series/{series['id']}")
    assert one.json() == series
    assert one.headers["ETag"] == '"1.3"'
    history = (await filer.get(f"/v1/series/{series['id']}/history")).json()["items"]
    assert [(item["id"], item["status"]) for item in history] == [
        (figure["id"], "SUPERSEDED"), (correction["id"], "CONFIRMED"),
    ]  # fmt: skip


async def test_a_figure_is_returned_refiled_and_withdrawn(service: ServiceUnderTest) -> None:
    filer, checker = service.client(*FILER), service.client(*CHECKER, person="officer-b")
    path = f"/v1/figures/{(await filed(filer))['id']}"
    returned = (await checker.post(f"{path}/return", json={"reason": "缺少附件"})).json()
    assert (returned["status"], returned["return_reason"]) == ("RETURNED", "缺少附件")
    stranger = service.client(*FILER, person="officer-c")
    refused = await stranger.post(f"{path}/refile", json=statement())
    assert (refused.status_code, refused.json()["code"]) == (403, "only-the-author-refiles")
    assert (await filer.post(f"{path}/refile", json=statement(numerator=970))).json()["numerator"] == 970
    assert (await stranger.post(f"{path}/withdraw")).json()["status"] == "WITHDRAWN"
    gone = await filer.post(f"{path}/withdraw")
    assert (gone.status_code, gone.json()["code"], gone.json()["facts"]["possible"]) == (409, "action-not-possible", [])


async def test_the_catalogue_tells_an_app_how_to_ask(service: ServiceUnderTest) -> None:
    items = (await service.client("reporting:read").get("/v1/forms")).json()["items"]
    assert len(items) == 61
    growth = next(item for item in items if item["code"] == "urban-consumption-growth")
    assert (growth["kind"], growth["scope"], growth["periods"]) == ("LEVEL", "CITY", ["year"])
    assert growth["denominator"]["fixed"] == 10_000
    assert growth["plan_row"] == 1


async def test_a_strange_figure_needs_an_explanation(service: ServiceUnderTest) -> None:
    filer = service.client(*FILER)
    await confirmed(service, await filed(filer, period="2026-09", numerator=500))
    refused = await filer.post("/v1/figures", json=body())
    assert (refused.status_code, refused.json()["code"]) == (409, "findings-need-explanation")
    assert refused.json()["facts"]["findings"] == [
        {"kind": "NUMERATOR_CHANGED", "before": 500, "since": "2026-09"},
    ]
    figure = await filed(filer, explanation="九月系统迁移漏录，十月补齐")
    assert figure["findings"] == [{"kind": "NUMERATOR_CHANGED", "before": 500, "since": "2026-09"}]


async def test_what_cannot_be_filed_is_refused_by_name(service: ServiceUnderTest) -> None:
    client = service.client(*FILER)
    for changes, status, code in REFUSED:
        answer = await client.post("/v1/figures", json=body(**changes))
        assert (answer.status_code, answer.json()["code"]) == (status, code), changes
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert await service.rows("SELECT 1 FROM figure") == []


async def test_a_number_that_is_none_is_no_json(service: ServiceUnderTest) -> None:
    client = service.client(*FILER)
    text = '{"form": "disability-living-subsidy", "numerator": NaN}'
    answer = await client.post("/v1/figures", content=text, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


async def test_each_route_wants_a_token_and_its_own_scope(service: ServiceUnderTest) -> None:
    every = {"reporting:file", "reporting:review", "reporting:confirm", "reporting:read", "reporting:close"}
    for method, path, scope in ROUTES:
        said = {**body(), "reason": "测试", "rows": [body()]} if method == "POST" else None
        assert (await service.bare_client().request(method, path, json=said)).status_code == 401, path
        refused = await service.client(*(every - {scope})).request(method, path, json=said)
        assert (refused.status_code, refused.json()["code"]) == (403, "not-permitted"), path
        allowed = await service.client(scope).request(method, path, json=said)
        assert allowed.status_code not in (401, 403), path


def test_every_route_of_the_service_is_in_the_list() -> None:
    declared = {
        (method, re.sub("{[a-z_]+}", str(NOBODY), route.path), scope)
        for router in ROUTERS
        for scope, routes in scopes_of(router.routes).items()
        for route in router.routes
        for method in route.methods
        if f"{method} {route.path}" in routes
    }
    assert declared == set(ROUTES)


async def test_another_district_sees_nothing(service: ServiceUnderTest) -> None:
    figure = await filed(service.client(*FILER, division=DISTRICT))
    await confirmed(service, figure)
    [series] = (await service.client("reporting:read").get("/v1/series")).json()["items"]
    stranger = service.client(*FILER, *CHECKER, division=OTHER_DISTRICT, person="officer-x")
    for path in (f"/v1/figures/{figure['id']}", f"/v1/series/{series['id']}", f"/v1/series/{series['id']}/history"):
        assert (await stranger.get(path)).status_code == 404
    for path in ("/v1/figures", "/v1/series"):
        assert (await stranger.get(path)).json()["items"] == []
    for verb, said in (("withdraw", None), ("confirm", None), ("return", {"reason": "测试"})):
        assert (await stranger.post(f"/v1/figures/{figure['id']}/{verb}", json=said)).status_code == 404
    outside = await stranger.post("/v1/figures", json=body())
    assert (outside.status_code, outside.json()["code"]) == (403, "outside-own-area")


async def test_persons_are_kept_apart(service: ServiceUnderTest) -> None:
    one = service.client(*FILER, *CHECKER)
    path = f"/v1/figures/{(await filed(one))['id']}"
    for verb in ("review", "return"):
        refused = await one.post(f"{path}/{verb}", json={"reason": "测试"} if verb == "return" else None)
        assert (refused.status_code, refused.json()["code"]) == (403, "second-person-required")
    machine = service.client(*FILER, *CHECKER, person=None)
    assert (await machine.get(path)).json()["available_actions"] == []
    assert (await machine.post(f"{path}/review")).json()["code"] == "person-required"
    assert (await machine.post("/v1/figures", json=body(period="2026-09"))).json()["code"] == "person-required"


async def test_the_reviewer_may_not_confirm_once_the_parameter_says_so(service: ServiceUnderTest) -> None:
    figure = await filed(service.client(*FILER))
    path = f"/v1/figures/{figure['id']}"
    checker = service.client(*CHECKER, person="officer-b")
    await checker.post(f"{path}/review")
    proposal = {
        "name": "figures.reviewer_may_confirm", "value": False, "valid_from": "2026-11-23", "authority": "测试",
        "confidence": "K",
    }  # fmt: skip
    proposer = service.client("reporting:parameters.propose")
    proposed = (await proposer.post("/v1/parameter-proposals", json=proposal)).json()
    second = service.client("reporting:parameters.confirm", person="officer-b")
    assert (await second.post(f"/v1/parameter-proposals/{proposed['id']}/confirm")).status_code == 200
    assert (await checker.get(path)).json()["available_actions"] == ["return"]
    assert (await checker.get("/v1/figures", params={"awaiting": "confirm"})).json()["items"] == []
    refused = await checker.post(f"{path}/confirm")
    assert (refused.status_code, refused.json()["code"]) == (403, "confirmed-by-its-reviewer")
    third = service.client(*CHECKER, person="officer-c")
    assert (await third.post(f"{path}/confirm")).json()["status"] == "CONFIRMED"


async def test_a_stale_version_is_refused(service: ServiceUnderTest) -> None:
    figure = await filed(service.client(*FILER))
    path = f"/v1/figures/{figure['id']}"
    checker = service.client(*CHECKER, person="officer-b")
    tag = (await checker.get(path)).headers["ETag"]
    assert (await checker.post(f"{path}/review", headers={"If-Match": tag})).status_code == 200
    stale = await checker.post(f"{path}/confirm", headers={"If-Match": tag})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")
    assert (await checker.post(f"{path}/confirm", headers={"If-Match": "nonsense"})).status_code == 400


async def test_a_repeated_call_gets_the_first_answer(service: ServiceUnderTest) -> None:
    client = service.client(*FILER)
    key = {"Idempotency-Key": "filing-0001"}
    first = await client.post("/v1/figures", json=body(), headers=key)
    again = await client.post("/v1/figures", json=body(), headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["ETag"] == first.headers["ETag"]
    other = await client.post("/v1/figures", json=body(numerator=1), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert len(await service.rows("SELECT 1 FROM figure")) == 1
    short = await client.post("/v1/figures", json=body(), headers={"Idempotency-Key": "x"})
    assert short.status_code == 400


async def test_a_missing_idempotency_key_is_refused(service: ServiceUnderTest) -> None:
    transport = httpx.ASGITransport(service.app)
    headers = {"Authorization": f"Bearer {service.token(*FILER)}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test", headers=headers) as client:
        for path, said in (("/v1/figures", body()), ("/v1/figure-batches", {"rows": [body()]})):
            assert (await client.post(path, json=said)).status_code == 400


async def test_a_batch_reports_row_by_row(service: ServiceUnderTest) -> None:
    client = service.client(*FILER, division=DISTRICT)
    rows = [body(), body(period="2026-09", numerator=2_000), body(division=OTHER_DISTRICT)]
    dry = await client.post("/v1/figure-batches", json={"rows": rows, "dry_run": True})
    report = (await client.post("/v1/figure-batches", json={"rows": rows})).json()
    assert dry.json()["rows"][0]["figure_id"] is None
    assert (report["accepted"], report["refused"]) == (dry.json()["accepted"], dry.json()["refused"]) == (1, 2)
    assert [(row["row"], row["accepted"], (row["problem"] or {}).get("code")) for row in report["rows"]] == [
        (1, True, None), (2, False, "numerator-exceeds-denominator"), (3, False, "outside-own-area"),
    ]  # fmt: skip
    assert report["rows"][1]["problem"]["field"] == "numerator"
    path = f"/v1/figures/{report['rows'][0]['figure_id']}"
    assert (await client.get(path)).json()["status"] == "FILED"
    assert len(await service.rows("SELECT 1 FROM figure")) == 1


async def test_a_batch_of_the_wrong_shape_names_every_wrong_row(service: ServiceUnderTest) -> None:
    client = service.client(*FILER)
    rows = [body(), body(numerator="980"), body(), body(period="next month")]
    answer = await client.post("/v1/figure-batches", json={"rows": rows})
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/body/rows/1/numerator", "/body/rows/3/period"}
    assert await service.rows("SELECT 1 FROM figure") == []
    for wrong in ({"rows": []}, {"rows": [body()] * 501}, {"rows": [body()], "dry_run": 1}, {}):
        assert (await client.post("/v1/figure-batches", json=wrong)).status_code == 422


async def test_lists_come_page_by_page(service: ServiceUnderTest) -> None:
    filer = service.client(*FILER)
    for month in (7, 8, 9):
        await confirmed(service, await filed(filer, period=f"2026-{month:02}"))
    for numerator in (5_000, 5_100):
        await filed(
            filer, form="lottery-outlets", division="500000", period="2025", numerator=numerator, denominator=None,
            explanation="测试",
        )  # fmt: skip
    await confirmed(service, await filed(filer, division="500101", period="2026-09"))
    [series, *_] = (await filer.get("/v1/series", params={"division": DISTRICT})).json()["items"]
    for path, whole in (
        ("/v1/figures", 6), ("/v1/series", 2), (f"/v1/series/{series['id']}/history", 3), ("/v1/duties", 240),
    ):  # fmt: skip
        everything = (await filer.get(path, params={"limit": 100})).json()
        found, cursor = [], None
        while True:
            limit = 1 if whole < 100 else 100
            page = (await filer.get(path, params={"limit": limit} | ({"cursor": cursor} if cursor else {}))).json()
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert found[:100] == everything["items"]
        assert len({str(item) for item in found}) == len(found)
        if whole < 100:
            assert len(found) == whole
    stolen = (await filer.get("/v1/figures", params={"limit": 1})).json()["next_cursor"]
    answer = await filer.get("/v1/series", params={"cursor": stolen})
    assert (answer.status_code, answer.json()["code"]) == (422, "cursor-unusable")


async def test_figures_are_found_by_what_they_say(service: ServiceUnderTest) -> None:
    filer = service.client(*FILER)
    mine = await filed(filer)
    city = await filed(
        filer, form="social-workers", division="500000", period="2025", numerator=70_000, denominator=None
    )  # fmt: skip
    for query, expected in (
        ({"form": "social-workers"}, [city]),
        ({"division": "500103"}, [mine]),
        ({"division": "500000"}, [city]),
        ({"period": "2026-10"}, [mine]),
        ({"status": "CONFIRMED"}, []),
        ({"awaiting": "review"}, []),
    ):
        found = (await filer.get("/v1/figures", params=query)).json()["items"]
        assert [item["id"] for item in found] == [figure["id"] for figure in expected], query
    other = service.client(*FILER, person="officer-b")
    assert len((await other.get("/v1/figures", params={"awaiting": "review"})).json()["items"]) == 2
    assert (await filer.get("/v1/figures", params={"division": "110101"})).status_code == 422
    assert (await filer.get("/v1/figures", params={"status": "LOST"})).status_code == 422


async def test_what_is_due_is_a_list_with_names(service: ServiceUnderTest) -> None:
    reader = service.client("reporting:read", division=DISTRICT)
    items = (await reader.get("/v1/duties")).json()["items"]
    assert len(items) == 35
    first = next(item for item in items if item["form"] == "disability-living-subsidy")
    assert first == {
        "form": "disability-living-subsidy", "form_name": "困难残疾人生活补贴发放情况", "division": DISTRICT,
        "division_name": "渝中区", "period": "2026-10", "due_on": "2026-11-16", "provisional": False, "overdue": True,
        "figure_id": None, "status": None,
    }  # fmt: skip
    assert [item["due_on"] for item in items] == sorted(item["due_on"] for item in items)
    assert (await reader.get("/v1/duties", params={"form": "no-such-form"})).json()["code"] == "form-unknown"


async def test_the_world_compares_series_and_not_figures(service: ServiceUnderTest) -> None:
    await confirmed(service, await filed(service.client(*FILER)))
    monitor = service.client("internal:digest", "internal:reemit")
    [digest] = (await monitor.get("/internal/digest")).json()
    assert (digest["noun"], sum(bucket["versions"] for bucket in digest["buckets"])) == ("series", 2)
    [series] = await service.rows("SELECT id, version FROM series")
    answer = await monitor.post("/internal/restate/series", json={"entity_ids": [str(series.id)]})
    assert answer.json() == {"restated": 1}
    assert (await monitor.post("/internal/restate/figure", json={"entity_ids": [str(series.id)]})).status_code == 404
    assert (await service.rows("SELECT version FROM series"))[0].version == series.version


async def test_the_description_is_complete(service: ServiceUnderTest) -> None:
    paths = (await service.bare_client().get("/openapi.json")).json()["paths"]
    operations = [(path, verb, said) for path, verbs in paths.items() for verb, said in verbs.items()]
    assert {(verb.upper(), re.sub("{[a-z_]+}", str(NOBODY), path)) for path, verb, _ in operations} >= {
        (method, path) for method, path, _ in ROUTES
    }
    parameters = {
        parameter["name"] for _, _, said in operations for parameter in said.get("parameters", [])
    }  # fmt: skip
    assert "request" not in parameters
