"""Dossiers over a real database: delegations, leads, changes, ratings, alarms, and two who act at one moment."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx

from assistance.timers import watch_limits
from shared.testing.under_test import ServiceUnderTest

TO_COUNTY = ("accept", "investigate", "verify", "opine", "publish", "wait", "forward")
TOWNSHIP = "500103001000"
DELEGATED = {
    "division": TOWNSHIP, "programme": "SUBSISTENCE_ALLOWANCE", "mode": "ENTRUSTED", "valid_from": "2026-11-01",
    "document": "合成文件",
}  # fmt: skip


async def posted(client: httpx.AsyncClient, path: str, body: Any = None, status: int = 200) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


async def test_a_delegated_township_decides_itself(
    service: ServiceUnderTest, access: dict[str, set[str]], window: httpx.AsyncClient, submit: Any
) -> None:
    await posted(window, "/v1/delegations", DELEGATED, 201)
    overlapping = await window.post("/v1/delegations", json={**DELEGATED, "valid_from": "2026-12-01"})
    assert (overlapping.status_code, overlapping.json()["code"]) == (409, "delegations-overlap")
    own = await window.post("/v1/delegations", json={**DELEGATED, "mode": "TOWNSHIP_OWN"})
    assert own.status_code == 403, "only the city lets a township decide in its own name"
    case = await submit(*TO_COUNTY[:-1])
    assert case["decision_mode"] == "ENTRUSTED"
    path = f"/v1/applications/{case['id']}"
    assert (await window.post(f"{path}/forward")).json()["code"] == "decision-delegated"
    township = service.client(*access, division=TOWNSHIP, person="officer-t")
    assert (await posted(township, f"{path}/decide"))["status"] == "GRANTED"


async def test_a_lead_becomes_a_draft_that_the_household_signs(window: httpx.AsyncClient, household: Any) -> None:
    person = household()["members"][0]
    body = {
        "division": TOWNSHIP, "name": person["name"], "identity_number": person["identity_number"], "situation": "独居",
    }  # fmt: skip
    lead = await posted(window, "/v1/leads", body, 201)
    again = await posted(window, "/v1/leads", {**body, "source": "HOTLINE"}, 201)
    assert (again["id"], again["sources"]) == (lead["id"], ["VILLAGE", "HOTLINE"])
    await posted(window, f"/v1/leads/{lead['id']}/visit")
    draft = await posted(
        window, f"/v1/leads/{lead['id']}/convert", {**household(), "channel": "LEAD", "draft": True}, 201
    )
    assert (draft["status"], draft["desk"], draft["course"]["lead_id"]) == ("DRAFT", "CITIZEN", lead["id"])
    path = f"/v1/applications/{draft['id']}"
    assert (await window.post(f"{path}/hand-in", json={"consent_signed": False})).json()["code"] == "consent-missing"
    assert (await posted(window, f"{path}/hand-in", {"consent_signed": True}))["status"] == "SUBMITTED"


async def test_a_stop_is_heard_first_and_ends_case_and_money(
    service: ServiceUnderTest, window: httpx.AsyncClient, reviewer: httpx.AsyncClient, submit: Any
) -> None:
    path = f"/v1/applications/{(await submit(*TO_COUNTY))['id']}"
    await posted(reviewer, f"{path}/decide")
    case = await posted(window, f"{path}/notify")
    told = {"application_id": case["id"], "kind": "INCOME", "happened_on": "2026-11-30"}
    change = await posted(window, "/v1/changes", told, 201)
    here = f"/v1/changes/{change['id']}"
    await posted(window, f"{here}/propose", {"effect": "STOP", "grounds": "收入增加"})
    assert (await reviewer.post(f"{here}/decide")).json()["code"] == "views-not-heard"
    await posted(window, f"{here}/hear", {"response_given": True})
    both = [reviewer.post(f"{here}/decide") for _ in range(4)]
    assert Counter(answer.status_code for answer in await asyncio.gather(*both)) == {200: 1, 409: 3}
    ended = (await window.get(path)).json()
    assert (ended["status"], ended["course"]["ended_on"]) == ("ENDED", "2027-01-01")
    rows = await service.rows("SELECT status, ended_from::text FROM benefit")
    assert [tuple(row) for row in rows] == [("ENDED", "2027-01-01")]


async def test_a_referral_answered_twice_at_one_moment_is_answered_once(window: httpx.AsyncClient, submit: Any) -> None:
    case = await submit()
    body = {"application_id": case["id"], "need": "HOUSING"}
    path = f"/v1/referrals/{(await posted(window, '/v1/referrals', body, 201))['id']}"
    for step in ("consent", "send", "acknowledge"):
        await posted(window, f"{path}/{step}")
    answers = [window.post(f"{path}/accept", json={"own_case_no": "A1"}) for _ in range(3)]
    answers += [window.post(f"{path}/return", json={"reason": "DUPLICATE"}) for _ in range(3)]
    assert Counter(answer.status_code for answer in await asyncio.gather(*answers)) == {200: 1, 409: 5}


async def test_what_is_overdue_raises_one_alert(
    service: ServiceUnderTest, window: httpx.AsyncClient, submit: Any
) -> None:
    case = await submit("accept")
    service.clock.advance(timedelta(days=4))
    assert await watch_limits(service.running) == 1
    assert await watch_limits(service.running) == 0
    (alert,) = (await window.get("/v1/alerts")).json()["items"]
    assert (alert["kind"], alert["about"], alert["desk"]) == ("CASE_OVERDUE", case["id"], "TOWNSHIP")
    listed = (await window.get("/v1/work-list", params={"turn": "OVERDUE"})).json()["items"]
    assert [line["id"] for line in listed] == [case["id"]]
    (counts,) = (await window.get("/v1/work-list/summary")).json()["items"]
    assert (counts["open"], counts["overdue"]) == (1, 1)


async def test_a_case_never_supplemented_lapses(
    service: ServiceUnderTest, window: httpx.AsyncClient, submit: Any
) -> None:
    path = f"/v1/applications/{(await submit())['id']}"
    await posted(window, f"{path}/ask-supplement", {"papers": ["APPLICATION_FORM"]})
    waiting = (await window.get("/v1/work-list", params={"turn": "WAITING_FOR_CITIZEN"})).json()["items"]
    assert len(waiting) == 1
    service.clock.advance(timedelta(days=61))
    await watch_limits(service.running)
    lapsed = (await window.get(path)).json()
    assert (lapsed["status"], lapsed["reason_code"]) == ("WITHDRAWN", "NOT_SUPPLEMENTED")


async def test_one_matter_is_rated_once(window: httpx.AsyncClient) -> None:
    body = {"division": TOWNSHIP, "matter": "JZ2026", "score": 2}
    answers = await asyncio.gather(*(window.post("/v1/ratings", json=body) for _ in range(4)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 3}


async def test_papers_are_asked_for_in_time(service: ServiceUnderTest, window: httpx.AsyncClient, submit: Any) -> None:
    """At the counter the same day; afterwards the file counts as complete from the day of receipt."""
    case = await submit()
    service.clock.advance(timedelta(days=1))
    path = f"/v1/applications/{case['id']}"
    late = await window.post(f"{path}/ask-supplement", json={"papers": ["APPLICATION_FORM"]})
    assert late.json()["code"] == "supplement-too-late"
    accepted = await posted(window, f"{path}/accept", {})
    assert accepted["deadlines"][0]["due_on"] == "2026-11-26", "three working days from the receipt on 11-23"
