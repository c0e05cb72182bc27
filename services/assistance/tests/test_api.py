"""The HTTP interface: who may, what is answered, what is refused and how."""

from datetime import date
from typing import Any

import httpx

from shared.kernel.identity_number import Sex, synthetic_identity_number
from shared.testing.under_test import ServiceUnderTest

TOWNSHIP = "500103001000"
OTHER_DISTRICT = "500101000000"
EVERYTHING = (
    "assistance:apply", "assistance:accept", "assistance:decide", "assistance:read", "assistance:reveal",
    "assistance:standards.propose", "assistance:standards.confirm",
)  # fmt: skip


def household(seed: int = 1, persons: int = 3, **changes: Any) -> dict[str, Any]:
    """A synthetic household's submission."""
    relations = ["SELF", "SPOUSE", "CHILD", "PARENT", "OTHER"]
    members = [
        {
            "name": f"测试{'甲乙丙丁戊'[n]}",
            "identity_number": synthetic_identity_number(seed * 10 + n, date(1980 + n, 5, 1), Sex.MALE).plain,
            "relation": relations[n],
        }
        for n in range(persons)
    ]
    return {"division": TOWNSHIP, "residence": "URBAN", "channel": "WINDOW", "members": members, **changes}


async def submitted(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await client.post("/v1/applications", json=household(**changes))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_an_application_goes_from_submission_to_a_grant(service: ServiceUnderTest) -> None:
    window = service.client(*EVERYTHING, division="500103000000")
    application = await submitted(window)
    path = f"/v1/applications/{application['id']}"
    accepted = (await window.post(f"{path}/accept", json={})).json()
    assert [clock["name"] for clock in accepted["deadlines"]] == [
        "INVESTIGATION_START", "DECISION_CHONGQING", "DECISION_NATIONAL",
    ]  # fmt: skip
    means = {"incomes": [{"kind": "WAGE", "amount_fen": 150_000}]}
    assert (await window.post(f"{path}/verify", json=means)).status_code == 200
    reviewer = service.client(*EVERYTHING, division="500103000000", person="officer-b")
    granted = (await reviewer.post(f"{path}/decide")).json()
    assert granted["status"] == "GRANTED"
    assert granted["verdict"]["amount_fen"] == 81_000
    assert granted["available_actions"] == []
    types = [event["type"] for event in await service.announced() if event["subject"] == application["id"]]
    assert types == [
        f"civil.assistance.application.{participle}.v1"
        for participle in ("submitted", "accepted", "verified", "granted")
    ]


async def test_names_and_numbers_are_masked(service: ServiceUnderTest) -> None:
    client = service.client(*EVERYTHING)
    application = await submitted(client)
    text = (await client.get(f"/v1/applications/{application['id']}")).text
    number = household()["members"][0]["identity_number"]
    assert number not in text
    assert number[-4:] in text
    revealed = await client.get(f"/v1/applications/{application['id']}/revealed", headers={"X-Purpose": "CASE_REVIEW"})
    assert number in revealed.text
    reads = await service.rows("SELECT action, purpose FROM audit_entry WHERE action LIKE 'application.re%'")
    assert {(row.action, row.purpose) for row in reads} == {
        ("application.read", None), ("application.revealed", "CASE_REVIEW"),
    }  # fmt: skip


async def test_the_standard_of_a_day_is_public(service: ServiceUnderTest) -> None:
    async with service.bare_client() as anybody:
        answer = await anybody.get("/v1/standards", params={"on": "2020-12-31", "programme": "SUBSISTENCE_ALLOWANCE"})
    assert [item["amount_fen"] for item in answer.json()["items"]] == [62_000, 49_600]
