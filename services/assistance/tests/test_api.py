"""The HTTP interface: who may, what is answered, what is refused and how."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import text

from shared.kernel.clock import CHINA
from shared.testing.under_test import ServiceUnderTest

TO_COUNTY = ("accept", "investigate", "verify", "opine", "publish", "wait", "forward")
NOBODYS = "00000000-0000-7000-8000-000000000000"
STANDARD = {
    "programme": "EXTREME_HARDSHIP_SUPPORT", "residence": None, "amount_fen": 105_000, "valid_from": "2026-12-01",
    "document": "合成文件（测试）",
}  # fmt: skip
SUBMISSION = {
    "division": "500103001000", "residence": "URBAN",
    "members": [{"name": "测试甲", "identity_number": "500103198005010039", "relation": "SELF"}],
}  # fmt: skip
MEANS: dict[str, Any] = {"incomes": [{"kind": "WAGE", "amount_fen": 150_000}]}
ACCESS = {
    "assistance:standards.propose": {
        "POST /v1/standards": STANDARD,
        "POST /v1/standards/{standard_id}/withdraw": None,
    },
    "assistance:standards.confirm": {"POST /v1/standards/{standard_id}/confirm": None},
    "assistance:apply": {
        "POST /v1/applications": SUBMISSION,
        "POST /v1/applications/{application_id}/withdraw": None,
        "POST /v1/applications/{application_id}/hand-in": {"consent_signed": True},
        "POST /v1/applications/{application_id}/supplement": {"papers": ["APPLICATION_FORM"]},
        "POST /v1/applications/{application_id}/object": {"content": "收入不实"},
        "POST /v1/pre-checks/subsistence-allowance": {**MEANS, "residence": "URBAN", "persons": 3},
        "POST /v1/pre-checks/deadlines": {"accepted_on": "2026-01-30"},
    },
    "assistance:accept": {
        "POST /v1/applications/{application_id}/accept": {},
        "POST /v1/applications/{application_id}/decline": {"reason_code": "OUTSIDE_EVERY_PROGRAMME"},
        "POST /v1/applications/{application_id}/verify": MEANS,
        "POST /v1/applications/{application_id}/investigate": {"investigators": ["officer-a", "officer-d"]},
        "POST /v1/applications/{application_id}/opine": None,
        "POST /v1/applications/{application_id}/publish": None,
        "POST /v1/applications/{application_id}/forward": None,
        "POST /v1/applications/{application_id}/notify": None,
        "POST /v1/applications/{application_id}/warn": None,
        "POST /v1/applications/{application_id}/close": {},
        "POST /v1/applications/{application_id}/resolve": {"upheld": False},
        "POST /v1/applications/{application_id}/extend": {"reason": "OBJECTION"},
        "POST /v1/applications/{application_id}/ask-supplement": {"papers": ["APPLICATION_FORM"]},
        "POST /v1/applications/{application_id}/appraise": {
            "attendees": 9,
            "resident_representatives": 6,
            "facts_true": True,
        },
    },
    "assistance:decide": {
        "POST /v1/applications/{application_id}/decide": None,
        "POST /v1/applications/{application_id}/visit": None,
    },
    "assistance:read": {
        "GET /v1/applications": None,
        "POST /v1/applications/search": {"identity_number": "500103198005010039"},
        "GET /v1/applications/{application_id}": None,
    },
    "assistance:reveal": {"GET /v1/applications/{application_id}/revealed": None},
}
"""Scope → route → a valid body."""


def calls(entity_id: str = NOBODYS) -> Iterator[tuple[str, str, str, Any]]:
    """Every protected route as (scope, method, path, valid body)."""
    for scope, routes in ACCESS.items():
        for route, body in routes.items():
            method, path = route.split()
            filled = path.replace("{standard_id}", entity_id).replace("{application_id}", entity_id)
            yield scope, method, filled, body


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of a refusal, checked for what every problem carries."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    problem = answer.json()
    assert (problem["status"], problem["code"], problem["type"]) == (status, code, f"/problems/{code}")
    assert problem["title"]
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    return dict(problem)


# --- who may ---------------------------------------------------------------------------------------------


def test_every_route_demands_its_scope(access: dict[str, set[str]]) -> None:
    """The routes written out here; ``tests/access`` finds every other one by itself."""
    for scope, routes in ACCESS.items():
        assert set(routes) <= access[scope], scope


async def test_nobody_may_anything_without_a_token(service: ServiceUnderTest) -> None:
    async with service.bare_client() as anybody:
        for _, method, path, body in calls():
            answer = await anybody.request(method, path, json=body)
            refused(answer, 401, "unauthenticated")
            assert answer.headers["WWW-Authenticate"].startswith("Bearer"), path


async def test_every_other_scope_together_is_not_enough(service: ServiceUnderTest, access: dict[str, set[str]]) -> None:
    for scope, method, path, body in calls():
        async with service.client(*(access.keys() - {scope})) as caller:
            problem = refused(await caller.request(method, path, json=body), 403, "not-permitted")
        assert problem["facts"] == {"scope": scope}, path
    attempts = await service.rows("SELECT action FROM audit_entry WHERE result = 'not-permitted'")
    assert len(attempts) == len(list(calls())), "every refused attempt is on record"


async def test_an_application_of_another_district_does_not_exist(
    service: ServiceUnderTest, access: dict[str, set[str]], submit: Any, household: Any
) -> None:
    application = await submit()
    stranger = service.client(*access, division="500101000000", **{"X-Purpose": "CASE_REVIEW"})
    for _, method, path, body in calls(application["id"]):
        if application["id"] in path and "standards" not in path:
            refused(await stranger.request(method, path, json=body), 404, "application-unknown")
    number = {"identity_number": household()["members"][0]["identity_number"]}
    assert (await stranger.post("/v1/applications/search", json=number)).json()["items"] == []
    assert (await stranger.get("/v1/applications")).json() == {"items": [], "next_cursor": None}
    refused(await stranger.post("/v1/applications", json=household(seed=2)), 403, "outside-own-area")
    (row,) = await service.rows("SELECT status, version FROM application")
    assert (row.status, row.version) == ("SUBMITTED", 1)


async def test_a_township_sees_its_own_cases_only(
    service: ServiceUnderTest, access: dict[str, set[str]], submit: Any
) -> None:
    application = await submit()
    for division, status in (("500103001000", 200), ("500103003000", 404)):
        async with service.client(*access, division=division) as caller:
            assert (await caller.get(f"/v1/applications/{application['id']}")).status_code == status


async def test_what_nobody_has_is_unknown(service: ServiceUnderTest, access: dict[str, set[str]]) -> None:
    caller = service.client(*access, **{"X-Purpose": "CASE_REVIEW"})
    for _, method, path, body in calls():
        if NOBODYS in path:
            code = "standard-unknown" if "standards" in path else "application-unknown"
            refused(await caller.request(method, path, json=body), 404, code)
    refused(await caller.get("/v1/applications/not-an-id"), 422, "invalid-input")


# --- an application on its way ---------------------------------------------------------------------------


async def test_an_application_goes_from_submission_to_a_grant(
    service: ServiceUnderTest, window: httpx.AsyncClient, reviewer: httpx.AsyncClient, household: Any
) -> None:
    created = await window.post("/v1/applications", json=household())
    application = created.json()
    path = f"/v1/applications/{application['id']}"
    assert (created.status_code, created.headers["Location"]) == (201, path)
    accepted = (await window.post(f"{path}/accept", json={})).json()
    assert [clock["name"] for clock in accepted["deadlines"]] == [
        "INVESTIGATION_START", "DECISION_CHONGQING", "DECISION_NATIONAL",
    ]  # fmt: skip
    two = {"investigators": ["officer-a", "officer-d"]}
    for step, body in (("investigate", two), ("verify", MEANS), ("opine", None), ("publish", None)):
        assert (await window.post(f"{path}/{step}", json=body)).status_code == 200, step
    service.clock.advance(timedelta(days=8))
    assert (await window.post(f"{path}/forward")).status_code == 200
    granted = (await reviewer.post(f"{path}/decide")).json()
    assert (granted["status"], granted["verdict"]["amount_fen"]) == ("GRANTED", 81_000)
    assert (granted["reason_code"], granted["deadlines"], granted["available_actions"]) == (None, [], ["notify"])
    types = [event["type"] for event in await service.announced() if event["subject"] == application["id"]]
    assert types == [
        f"civil.assistance.application.{participle}.v1"
        for participle in (
            "submitted",
            "accepted",
            "investigated",
            "verified",
            "opinion_issued",
            "publicised",
            "forwarded",
            "granted",
        )
    ]


async def test_a_refusal_gives_its_reason_the_alternative_and_the_day_of_its_notice(
    service: ServiceUnderTest, reviewer: httpx.AsyncClient, submit: Any
) -> None:
    application = await submit(*TO_COUNTY, income_fen=231_000)
    service.clock.set(datetime(2026, 12, 1, 16, 0, tzinfo=CHINA))
    answer = (await reviewer.post(f"/v1/applications/{application['id']}/decide")).json()
    assert (answer["status"], answer["reason_code"]) == ("REFUSED", "INCOME_BELOW_STANDARD")
    verdict = answer["verdict"]
    assert (verdict["outcome"], verdict["amount_fen"], verdict["near_poor"]) == ("NOT_ELIGIBLE", 0, True)
    assert [clause["finding"] for clause in verdict["clauses"]] == ["FAIL", "PASS", "PASS"]
    assert answer["deadlines"] == [
        {
            "name": "REFUSAL_NOTICE", "due_on": "2026-12-04", "provisional": False,
            "basis": "民发〔2021〕57号 第二十一条", "state": "RUNNING",
        }
    ]  # fmt: skip


async def test_a_declined_application_keeps_the_code_of_its_reason(
    service: ServiceUnderTest, window: httpx.AsyncClient, submit: Any
) -> None:
    path = f"/v1/applications/{(await submit())['id']}/decline"
    for unfit in ("张三不符合条件", "500103198005010039", "outside", "", "A_", "A" * 61):
        refused(await window.post(path, json={"reason_code": unfit}), 422, "invalid-input")
    declined = await window.post(path, json={"reason_code": "OUTSIDE_EVERY_PROGRAMME"})
    assert (declined.json()["status"], declined.json()["reason_code"]) == ("DECLINED", "OUTSIDE_EVERY_PROGRAMME")


async def test_an_action_out_of_turn_is_refused_with_those_that_are_possible(
    reviewer: httpx.AsyncClient, submit: Any
) -> None:
    problem = refused(
        await reviewer.post(f"/v1/applications/{(await submit())['id']}/decide"), 409, "action-not-possible"
    )
    assert problem["facts"] == {
        "status_now": "SUBMITTED", "action": "grant", "possible": [
            "accept", "ask-supplement", "decline", "warn", "close", "withdraw",
        ],
    }  # fmt: skip


async def test_a_decision_by_the_investigator_or_by_no_person_is_refused(
    service: ServiceUnderTest, window: httpx.AsyncClient, submit: Any
) -> None:
    path = f"/v1/applications/{(await submit(*TO_COUNTY))['id']}"
    refused(await window.post(f"{path}/decide"), 409, "decided-by-investigator")
    async with service.client("assistance:decide", person=None) as machine:
        refused(await machine.post(f"{path}/decide"), 403, "person-required")


async def test_a_finding_that_waits_for_a_person_stops_the_opinion(window: httpx.AsyncClient, submit: Any) -> None:
    path = f"/v1/applications/{(await submit('accept', 'investigate'))['id']}"
    await window.post(f"{path}/verify", json={**MEANS, "property_finding": "NEEDS_REVIEW"})
    problem = refused(await window.post(f"{path}/opine"), 409, "verdict-needs-review")
    assert problem["facts"] == {"clause": "PROPERTY_WITHIN_LIMITS"}


async def test_the_actions_shown_are_those_this_caller_can_take_now(service: ServiceUnderTest, submit: Any) -> None:
    submitted, accepted, at_county = [
        await submit(*steps, seed=seed) for seed, steps in enumerate(((), ("accept",), TO_COUNTY))
    ]  # fmt: skip
    everybody, before = ("apply", "accept", "decide"), ["close", "extend", "warn"]
    for application, scopes, person, actions in (
        (submitted, everybody, "officer-b", ["accept", "ask-supplement", "close", "decline", "warn", "withdraw"]),
        (submitted, ("apply",), "officer-b", ["withdraw"]),
        (submitted, ("accept",), "officer-b", ["accept", "ask-supplement", "close", "decline", "warn"]),
        (accepted, everybody, "officer-b", [*before[:2], "investigate", "verify", "warn", "withdraw"]),
        (accepted, ("accept",), None, [*before[:2], "investigate", "warn"]),
        (at_county, everybody, "officer-b", ["close", "decide", "extend", "visit", "warn", "withdraw"]),
        (at_county, ("accept", "decide"), "officer-a", ["close", "extend", "visit", "warn"]),
        (at_county, ("decide",), None, []),
        (at_county, (), "officer-b", []),
    ):
        caller = service.client("assistance:read", *(f"assistance:{scope}" for scope in scopes), person=person)
        seen = (await caller.get(f"/v1/applications/{application['id']}")).json()
        assert seen["available_actions"] == actions, (application["status"], scopes, person)


async def test_an_action_that_is_shown_can_be_taken(window: httpx.AsyncClient, submit: Any) -> None:
    bodies = {"accept": {}, "decline": {"reason_code": "OUTSIDE_EVERY_PROGRAMME"}, "verify": MEANS}
    for seed, action in enumerate(("accept", "decline", "withdraw")):
        application = await submit(seed=seed)
        assert action in application["available_actions"]
        answer = await window.post(f"/v1/applications/{application['id']}/{action}", json=bodies.get(action))
        assert answer.status_code == 200, answer.text


# --- personal data ---------------------------------------------------------------------------------------


async def test_names_and_numbers_are_masked_unless_revealed_for_a_purpose(
    service: ServiceUnderTest, window: httpx.AsyncClient, submit: Any, household: Any
) -> None:
    path = f"/v1/applications/{(await submit())['id']}"
    member = household()["members"][0]
    seen = (await window.get(path)).json()["members"][0]
    assert seen["identity_number"] == "500***********" + member["identity_number"][-4:]
    assert seen["name"] == "测*甲"
    refused(await window.get(f"{path}/revealed"), 400, "bad-request")
    revealed = await window.get(f"{path}/revealed", headers={"X-Purpose": "CASE_REVIEW"})
    assert revealed.json()["members"][0] == member
    reads = await service.rows(
        "SELECT action, purpose FROM audit_entry WHERE action IN ('application.read', 'application.revealed')"
    )
    assert sorted(map(tuple, reads)) == [("application.read", None), ("application.revealed", "CASE_REVIEW")]


async def test_a_person_is_found_by_number_among_the_cases_of_the_area(
    service: ServiceUnderTest, window: httpx.AsyncClient, submit: Any, household: Any
) -> None:
    first = await submit(seed=1)
    await submit(seed=2)
    await window.post(f"/v1/applications/{first['id']}/withdraw")
    again = await submit(seed=1)
    number = household(seed=1)["members"][2]["identity_number"]
    found = await window.post("/v1/applications/search", json={"identity_number": number})
    assert [line["id"] for line in found.json()["items"]] == [again["id"], first["id"]]
    assert number not in found.text
    (looked_for,) = await service.rows("SELECT object_id FROM audit_entry WHERE action = 'application.searched'")
    (person,) = await service.rows(
        "SELECT DISTINCT encode(person_key, 'hex') AS key FROM application_member"
        " WHERE ordinal = 2 AND application_id = CAST(:id AS uuid)", id=first["id"],
    )  # fmt: skip
    assert looked_for.object_id == person.key, "an auditor can ask who looked for a person, without the number"


WRONG_NUMBERS = {
    "５００１０３１９８００５０１００３９": "characters",
    "500103198005010030": "checksum",
    "50010319800501003x": "lower-case-x",
    "500103189912310039": "birth-date",
    "500103198013010039": "birth-date",
    "50010319800501003": "length",
    "500103198005010039 ": None,
    "500103198005010039\u200b": None,
    "": None,
}


async def test_a_wrong_number_is_refused_without_being_repeated(window: httpx.AsyncClient, household: Any) -> None:
    for number, reason in WRONG_NUMBERS.items():
        submission = household()
        submission["members"][1]["identity_number"] = number
        for path, body in (
            ("/v1/applications", submission), ("/v1/applications/search", {"identity_number": number}),
        ):  # fmt: skip
            answer = await window.post(path, json=body)
            problem = refused(answer, 422, "identity-number-invalid" if reason else "invalid-input")
            assert problem.get("facts", {}).get("reason") == reason, number
            assert number == "" or number[6:14] not in answer.text
            if reason:
                place = "/members/1/identity_number" if "members" in body else "/identity_number"
                assert [error["pointer"] for error in problem["errors"]] == [place]


# --- bad input -------------------------------------------------------------------------------------------


async def test_a_place_that_takes_no_applications_is_refused(
    service: ServiceUnderTest, access: dict[str, set[str]], household: Any
) -> None:
    city = service.client(*access)
    for division, status, code, facts in (
        ("500112001000", 409, "abolished-division", {"ended_on": "2025-11-06", "successors": ["500157", "500109"]}),
        ("500105001000", 409, "abolished-division", {"ended_on": "2025-11-06", "successors": ["500157"]}),
        ("500199001000", 422, "unknown-division", {"reason": "not-listed"}),
        ("500103999000", 422, "unknown-division", {"reason": "not-listed"}),
        ("510103001000", 422, "unknown-division", {"reason": "malformed"}),
        ("500103000000", 422, "township-required", None),
        ("500103001002", 422, "township-required", None),
        ("500000", 422, "township-required", None),
        ("５００１０３００１０００", 422, "invalid-input", None),
        ("5001030010", 422, "invalid-input", None),
    ):
        answer = await city.post("/v1/applications", json=household(division=division))
        assert refused(answer, status, code).get("facts") == facts, division
        assert division not in answer.text
    assert await service.rows("SELECT 1 FROM application") == []


async def test_a_household_that_cannot_be_is_refused(window: httpx.AsyncClient, household: Any) -> None:
    def with_members(*members: dict[str, Any]) -> dict[str, Any]:
        return household(members=list(members))

    first, second = household(persons=2)["members"]
    born_tomorrow = "500103202611240035"
    for body, code in (
        (with_members(second), "applicant-not-among-members"),
        (with_members(first, {**second, "relation": "SELF"}), "applicant-not-among-members"),
        (with_members(first, {**first, "relation": "SPOUSE"}), "member-listed-twice"),
        (with_members({**first, "name": "测试1"}), "person-name-invalid"),
        (with_members({**first, "identity_number": born_tomorrow}), "identity-number-invalid"),
        (with_members(), "invalid-input"),
        (with_members({**first, "name": "测\u202e试"}), "invalid-input"),
        (with_members({**first, "name": "测" * 101}), "invalid-input"),
        (with_members({**first, "relation": "COUSIN"}), "invalid-input"),
        (with_members({**first, first["identity_number"]: "1"}), "invalid-input"),
        (household(residence="SUBURBAN"), "invalid-input"),
        (household(status="GRANTED"), "invalid-input"),
    ):
        answer = await window.post("/v1/applications", json=body)
        refused(answer, 422, code)
        assert first["identity_number"] not in answer.text
        assert born_tomorrow not in answer.text


async def test_amounts_are_whole_fen_within_reason(window: httpx.AsyncClient, submit: Any) -> None:
    path = f"/v1/applications/{(await submit('accept'))['id']}/verify"
    for amount in (-1, 1.5, "100", True, None, 10**13 + 1):
        answer = await window.post(path, json={"incomes": [{"kind": "WAGE", "amount_fen": amount}]})
        refused(answer, 422, "invalid-input")


async def test_a_body_that_is_not_plain_json_is_refused(window: httpx.AsyncClient) -> None:
    path, kind = f"/v1/applications/{NOBODYS}/verify", {"Content-Type": "application/json"}
    for body, status in (
        (b'{"incomes": [{"kind": "WAGE", "amount_fen": NaN}]}', 400),
        (b'{"incomes": [{"kind": "WAGE", "amount_fen": Infinity}]}', 400),
        (b'{"incomes": [{"kind": "\\ud800", "amount_fen": 1}]}', 400),
        (b'{"incomes": [], "incomes": []}', 400),
        (b'{"incomes": [], "deduction_fen": 1' + b"0" * 40 + b"}", 400),
        (b'\xef\xbb\xbf{"incomes": []}', 400),
        (b'{"incomes": []', 400),
        (b"[]", 422),
        (b"", 422),
    ):
        answer = await window.post(path, content=body, headers=kind)
        refused(answer, status, "bad-request" if status == 400 else "invalid-input")


async def test_a_body_of_another_kind_is_refused(window: httpx.AsyncClient) -> None:
    form = await window.post(f"/v1/applications/{NOBODYS}/accept", data={"mode": "COUNTY"})
    refused(form, 415, "unsupported-media-type")


async def test_a_day_that_cannot_be_is_refused(window: httpx.AsyncClient) -> None:
    for day in (
        "1899-12-31",
        "2201-01-01",
        "2026-02-30",
        "2026-1-30",
        "20260130",
        "２０２６-０１-３０",
        "2026-01-30T00:00:00",
    ):
        refused(await window.post("/v1/pre-checks/deadlines", json={"accepted_on": day}), 422, "invalid-input")
        refused(await window.get("/v1/standards", params={"on": day}), 422, "invalid-input")
        refused(await window.get("/v1/applications", params={"due_by": day}), 422, "invalid-input")


# --- repetition and staleness ----------------------------------------------------------------------------


async def test_every_command_needs_an_idempotency_key(service: ServiceUnderTest, access: dict[str, set[str]]) -> None:
    without_key = httpx.AsyncClient(
        transport=httpx.ASGITransport(service.app), base_url="http://service.test",
        headers={"Authorization": f"Bearer {service.token(*access)}"},
    )  # fmt: skip
    asking = ("/search", "/pre-checks/")
    async with without_key as caller:
        for _, method, path, body in calls():
            if method == "POST" and not any(part in path for part in asking):
                for headers in ({}, {"Idempotency-Key": "short"}):
                    refused(await caller.post(path, json=body, headers=headers), 400, "idempotency-key-required")


async def test_a_repetition_gets_the_first_answer_byte_for_byte(
    service: ServiceUnderTest, window: httpx.AsyncClient, household: Any
) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first = await window.post("/v1/applications", json=household(), headers=key)
    service.clock.advance(timedelta(hours=1))
    again = await window.post("/v1/applications", json=household(), headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    for header in ("ETag", "Location"):
        assert again.headers[header] == first.headers[header]
    (row,) = await service.rows("SELECT count(*) AS cases FROM application")
    assert row.cases == 1


async def test_a_key_cannot_be_used_for_another_body_or_another_route(
    window: httpx.AsyncClient, household: Any, submit: Any
) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first = await window.post("/v1/applications", json=household(), headers=key)
    other = await window.post("/v1/applications", json=household(seed=2), headers=key)
    refused(other, 422, "idempotency-key-reused")
    path = f"/v1/applications/{first.json()['id']}/accept"
    refused(await window.post(path, json={}, headers=key), 422, "idempotency-key-reused")


async def test_a_key_belongs_to_its_caller(
    window: httpx.AsyncClient, reviewer: httpx.AsyncClient, household: Any
) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first = await window.post("/v1/applications", json=household(), headers=key)
    foreign = await reviewer.post("/v1/applications", json=household(), headers=key)
    assert (first.status_code, foreign.status_code) == (201, 200)
    assert "Idempotent-Replayed" not in foreign.headers


async def test_a_change_based_on_a_stale_version_is_refused(window: httpx.AsyncClient, submit: Any) -> None:
    path = f"/v1/applications/{(await submit())['id']}"
    stale = (await window.get(path)).headers["ETag"]
    assert (await window.post(f"{path}/accept", json={}, headers={"If-Match": stale})).status_code == 200
    problem = refused(await window.post(f"{path}/withdraw", headers={"If-Match": stale}), 412, "stale-version")
    assert problem["facts"] == {"version_now": 2}
    refused(await window.post(f"{path}/withdraw", headers={"If-Match": "W/made-up"}), 400, "bad-request")
    fresh = (await window.get(path)).headers["ETag"]
    assert (await window.post(f"{path}/withdraw", headers={"If-Match": fresh})).status_code == 200


# --- the work list ---------------------------------------------------------------------------------------


async def test_paging_neither_skips_nor_repeats_while_rows_arrive(
    service: ServiceUnderTest, window: httpx.AsyncClient, submit: Any
) -> None:
    there = []
    for seed in range(23):
        there.append((await submit(seed=seed, persons=1))["id"])
        if seed % 3 == 0:
            service.clock.advance(timedelta(seconds=1))
    seen: list[str] = []
    cursor, seed = None, 23
    while True:
        page = (
            await window.get("/v1/applications", params={"limit": 5, **({"cursor": cursor} if cursor else {})})
        ).json()
        seen += [line["id"] for line in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        await submit(seed=seed, persons=1)
        seed += 1
    assert seen == there[::-1]
    assert seed == 23 + 4


async def test_a_full_last_page_has_no_cursor(window: httpx.AsyncClient, submit: Any) -> None:
    for seed in range(2):
        await submit(seed=seed, persons=1)
    page = (await window.get("/v1/applications", params={"limit": 2})).json()
    assert (len(page["items"]), page["next_cursor"]) == (2, None)


async def test_a_cursor_serves_the_query_it_was_given_for(
    service: ServiceUnderTest, window: httpx.AsyncClient, access: dict[str, set[str]], submit: Any
) -> None:
    for seed in range(3):
        await submit(seed=seed, persons=1)
    cursor = (await window.get("/v1/applications", params={"limit": 1})).json()["next_cursor"]
    flipped = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    for params in (
        {"cursor": flipped}, {"cursor": "%%%"}, {"cursor": "标记"}, {"cursor": cursor, "status": "ACCEPTED"},
        {"cursor": cursor, "due_by": "2026-12-31"},
    ):  # fmt: skip
        refused(await window.get("/v1/applications", params=params), 422, "cursor-unusable")
    async with service.client(*access) as city:
        refused(await city.get("/v1/applications", params={"cursor": cursor}), 422, "cursor-unusable")
    for limit in (0, 101, "ten"):
        refused(await window.get("/v1/applications", params={"limit": limit}), 422, "invalid-input")


async def test_the_work_list_shows_what_is_due(
    window: httpx.AsyncClient, reviewer: httpx.AsyncClient, submit: Any
) -> None:
    await submit(seed=1)
    waiting = await submit("accept", seed=2)
    closed = await submit(*TO_COUNTY, seed=3)
    await reviewer.post(f"/v1/applications/{closed['id']}/decide")

    async def listed(**params: str) -> list[str]:
        return [line["id"] for line in (await window.get("/v1/applications", params=params)).json()["items"]]

    assert await listed(due_by="2026-12-29") == []
    assert await listed(due_by="2026-12-30") == [waiting["id"]]
    assert await listed(status="GRANTED") == [closed["id"]]


async def test_the_work_list_holds_no_personal_data(window: httpx.AsyncClient, submit: Any) -> None:
    await submit()
    (line,) = (await window.get("/v1/applications")).json()["items"]
    assert set(line) == {
        "id", "business_no", "division", "programme", "status", "desk", "submitted_at", "accepted_on", "due_on",
        "next_due_on", "decided_on",
    }  # fmt: skip
    assert line["submitted_at"] == "2026-11-23T09:00:00+08:00"


# --- pre-checks ------------------------------------------------------------------------------------------

COUPLE = {
    "residence": "URBAN",
    "persons": 2,
    "incomes": [
        {"kind": "PROPERTY", "amount_fen": 50_000},
        {"kind": "TRANSFER", "amount_fen": 9_400},
        {"kind": "BASIC_PENSION", "amount_fen": 28_600},
        {"kind": "VETERAN_BENEFIT", "amount_fen": 60_000},
    ],
}


async def allowance(client: httpx.AsyncClient, on: str) -> dict[str, Any]:
    answer = await client.post("/v1/pre-checks/subsistence-allowance", json={**COUPLE, "on": on})
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["verdict"])


async def test_we_05_both_readings_of_the_unconfirmed_rule_are_shown_until_it_is_confirmed(
    service: ServiceUnderTest, window: httpx.AsyncClient
) -> None:
    before = await allowance(window, "2025-10-15")
    assert (before["amount_fen"], before["uncertain"]) == (94_600, [])
    open_ = await allowance(window, "2026-10-15")
    assert (open_["amount_fen"], open_["uncertain"]) == (66_000, ["income.exclude_basic_pension_until"])
    assert open_["clauses"][0]["figures"]["other_reading_amount_fen"] == 94_600

    parameters = ("assistance:parameters.propose", "assistance:parameters.confirm")
    clerk, checker = service.client(*parameters), service.client(*parameters, person="officer-b")
    proposal = {
        "name": "income.exclude_basic_pension_until", "valid_from": "2026-12-01", "value": "2030-12-31",
        "authority": "合成文件（测试）", "confidence": "V",
    }  # fmt: skip
    proposed = (await clerk.post("/v1/parameter-proposals", json=proposal)).json()
    assert (await checker.post(f"/v1/parameter-proposals/{proposed['id']}/confirm")).status_code == 200
    confirmed = await allowance(window, "2026-12-15")
    assert (confirmed["amount_fen"], confirmed["uncertain"]) == (94_600, [])
    assert (await allowance(window, "2026-10-15"))["amount_fen"] == 66_000, "what was in force before stays as it was"


async def test_a_day_without_a_standard_has_no_answer(window: httpx.AsyncClient) -> None:
    answer = await window.post("/v1/pre-checks/subsistence-allowance", json={**COUPLE, "on": "2020-08-31"})
    assert refused(answer, 409, "no-standard-in-force")["facts"] == {"on": "2020-08-31"}


async def test_we_22_and_we_23_are_answered_with_their_basis(window: httpx.AsyncClient) -> None:
    for body, expected in (
        (
            {"accepted_on": "2026-01-30", "extension": "SPLIT_RESIDENCE"},
            {
                "INVESTIGATION_START": "2026-02-04", "DECISION_CHONGQING": "2026-03-09",
                "DECISION_NATIONAL": "2026-03-19", "DECISION_SPECIAL": "2026-04-10",
            },
        ),
        (
            {"accepted_on": "2026-04-27", "mode": "ENTRUSTED"},
            {
                "INVESTIGATION_START": "2026-04-30", "DECISION_NATIONAL": "2026-05-27",
                "DECISION_CHONGQING": "2026-06-03",
            },
        ),
    ):  # fmt: skip
        answer = (await window.post("/v1/pre-checks/deadlines", json=body)).json()
        assert {clock["name"]: clock["due_on"] for clock in answer["deadlines"]} == expected
        assert all(clock["basis"] for clock in answer["deadlines"])
        assert answer["calendar_version"].startswith("2025,2026:")


async def test_pre_checks_store_nothing(service: ServiceUnderTest, window: httpx.AsyncClient) -> None:
    tables = [
        row.tablename for row in await service.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    ]
    counts = " + ".join(f'(SELECT count(*) FROM "{table}")' for table in tables)
    before = await service.rows(f"SELECT {counts}")
    await allowance(window, "2026-10-15")
    assert (await window.post("/v1/pre-checks/deadlines", json={"accepted_on": "2026-01-30"})).status_code == 200
    assert await service.rows(f"SELECT {counts}") == before


# --- standards -------------------------------------------------------------------------------------------


async def test_the_standards_of_a_day_are_public_and_in_the_order_of_a_notice(service: ServiceUnderTest) -> None:
    async with service.running.database.engine.begin() as connection:
        for statement in (
            "CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM standard", "TRUNCATE standard",
            "INSERT INTO standard SELECT * FROM kept ORDER BY amount_fen DESC",
        ):  # fmt: skip
            await connection.execute(text(statement))
    async with service.bare_client() as anybody:
        answer = (await anybody.get("/v1/standards")).json()
        one = (await anybody.get(f"/v1/standards/{answer['items'][0]['id']}")).json()
        refused(await anybody.get(f"/v1/standards/{NOBODYS}"), 404, "standard-unknown")
    assert answer["on"] == "2026-11-23"
    assert [(item["programme"], item["residence"], item["amount_fen"]) for item in answer["items"]] == [
        ("SUBSISTENCE_ALLOWANCE", "URBAN", 77_000), ("SUBSISTENCE_ALLOWANCE", "RURAL", 63_000),
        ("EXTREME_HARDSHIP_SUPPORT", None, 100_100), ("ORPHAN_IN_INSTITUTION", None, 185_100),
        ("ORPHAN_IN_FAMILY", None, 165_100), ("UNATTENDED_CHILD", None, 165_100), ("RESCUE_STATION", None, 77_000),
    ]  # fmt: skip
    assert one == answer["items"][0]


async def test_one_official_proposes_and_another_publishes(
    service: ServiceUnderTest, access: dict[str, set[str]]
) -> None:
    clerk, checker = service.client(*access), service.client(*access, person="officer-b")
    created = await clerk.post("/v1/standards", json=STANDARD)
    assert (created.status_code, created.json()["status"]) == (201, "PROPOSED")
    path = created.headers["Location"]
    refused(await clerk.post(f"{path}/confirm"), 403, "second-person-required")
    published = (await checker.post(f"{path}/confirm")).json()
    assert (published["status"], published["confirmed_by"], published["alerts"]) == ("PUBLISHED", "officer-b", [])
    refused(await clerk.post(f"{path}/withdraw"), 409, "action-not-possible")
    for day, amount_fen in (("2026-11-30", 100_100), ("2026-12-01", 105_000)):
        params = {"on": day, "programme": "EXTREME_HARDSHIP_SUPPORT"}
        items = (await clerk.get("/v1/standards", params=params)).json()["items"]
        assert [item["amount_fen"] for item in items] == [amount_fen]


async def test_we_16_a_published_figure_below_the_floor_is_published_with_an_alert(
    service: ServiceUnderTest, access: dict[str, set[str]]
) -> None:
    created = await service.client(*access).post("/v1/standards", json={**STANDARD, "amount_fen": 100_000})
    published = await service.client(*access, person="officer-b").post(f"{created.headers['Location']}/confirm")
    assert published.json()["alerts"] == ["HARDSHIP_SUPPORT_BELOW_FLOOR"]


async def test_a_standard_that_cannot_be_is_refused(service: ServiceUnderTest, access: dict[str, set[str]]) -> None:
    clerk, checker = service.client(*access), service.client(*access, person="officer-b")
    for change, status, code in (
        ({"residence": "URBAN"}, 422, "residence-does-not-fit"),
        ({"programme": "SUBSISTENCE_ALLOWANCE"}, 422, "residence-does-not-fit"),
        ({"amount_fen": 100_050}, 422, "amount-not-whole-yuan"),
        ({"amount_fen": 0}, 422, "amount-not-whole-yuan"),
        ({"valid_from": "1899-12-31"}, 422, "invalid-input"),
        ({"document": "零\u200b宽"}, 422, "invalid-input"),
        ({"confidence": "X"}, 422, "invalid-input"),
    ):
        refused(await clerk.post("/v1/standards", json={**STANDARD, **change}), status, code)
    late = await clerk.post("/v1/standards", json={**STANDARD, "valid_from": "2025-07-01"})
    refused(await checker.post(f"{late.headers['Location']}/confirm"), 409, "starts-before-latest-standard")


async def test_a_district_does_not_set_standards(service: ServiceUnderTest, access: dict[str, set[str]]) -> None:
    clerk = service.client(*access)
    district = service.client(*access, division="500103000000", person="officer-b")
    refused(await district.post("/v1/standards", json=STANDARD), 403, "outside-own-area")
    path = (await clerk.post("/v1/standards", json=STANDARD)).headers["Location"]
    refused(await district.post(f"{path}/confirm"), 404, "standard-unknown")
    refused(await district.post(f"{path}/withdraw"), 404, "standard-unknown")


async def test_a_withdrawn_proposal_is_not_published(service: ServiceUnderTest, access: dict[str, set[str]]) -> None:
    clerk, checker = service.client(*access), service.client(*access, person="officer-b")
    path = (await clerk.post("/v1/standards", json=STANDARD)).headers["Location"]
    assert (await clerk.post(f"{path}/withdraw")).json()["status"] == "WITHDRAWN"
    refused(await checker.post(f"{path}/confirm"), 409, "action-not-possible")
