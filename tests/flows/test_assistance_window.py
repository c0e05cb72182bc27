"""A township window, a county reviewer, a citizen's app and a housing department, each with its own token."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx

from shared.kernel.identity_number import Sex, synthetic_identity_number
from shared.testing.flow import City, eventually

TOWNSHIP = "500103001000"
COUNTY = "500103000000"
WINDOW = ("assistance:apply", "assistance:accept", "assistance:read", "assistance:refer", "assistance:referrals")
REVIEWER = ("assistance:accept", "assistance:decide", "assistance:read", "assistance:reveal")
APP = ("assistance:apply", "assistance:read")
HOUSEHOLD = {
    "division": TOWNSHIP, "residence": "URBAN", "channel": "APP", "needs": ["HOUSING"],
    "members": [
        {
            "name": "测试甲", "identity_number": synthetic_identity_number(71, date(1980, 5, 1), Sex.MALE).plain,
            "relation": "SELF",
        },
        {
            "name": "测试乙", "identity_number": synthetic_identity_number(72, date(1982, 5, 1), Sex.FEMALE).plain,
            "relation": "SPOUSE",
        },
    ],
}  # fmt: skip


async def done(client: httpx.AsyncClient, path: str, body: Any = None, status: int = 200) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code == status, f"{path}: {answer.text}"
    return dict(answer.json())


def department(city: City, organisation: str) -> httpx.AsyncClient:
    """A department's own client: its organisation decides what it sees."""
    token = city.assistance.mint.token(organisation, "assistance")

    async def bring_key(request: httpx.Request) -> None:
        request.headers["Idempotency-Key"] = str(uuid4())

    return httpx.AsyncClient(
        transport=httpx.ASGITransport(city.assistance.app, raise_app_exceptions=False),
        base_url="http://service.test",
        headers={"Authorization": f"Bearer {token}"},
        event_hooks={"request": [bring_key]},
    )


async def test_one_window_from_the_app_to_the_notice_the_money_and_the_house(city: City) -> None:
    service = city.assistance
    app = service.client(*APP, person="citizen-1", division=COUNTY)
    window = service.client(*WINDOW, division=TOWNSHIP)
    reviewer = service.client(*REVIEWER, division=COUNTY, person="officer-b")
    case = await done(app, "/v1/applications", HOUSEHOLD, 201)
    path = f"/v1/applications/{case['id']}"
    again = await done(app, "/v1/applications", HOUSEHOLD)
    assert again["id"] == case["id"], "the same case, not a second one"

    await done(window, f"{path}/ask-supplement", {"papers": ["VERIFICATION_AUTHORISATION"]})
    await done(app, f"{path}/supplement", {"papers": ["VERIFICATION_AUTHORISATION"]})
    await done(window, f"{path}/accept", {})
    await done(window, f"{path}/investigate", {"investigators": ["officer-a", "officer-d"]})
    await done(window, f"{path}/verify", {"incomes": [{"kind": "WAGE", "amount_fen": 100_000}]})
    opined = await done(window, f"{path}/opine")
    assert opined["course"]["opinion"]["amount_fen"] == 54_000
    await done(window, f"{path}/publish")
    async with service.bare_client() as anybody:
        board = (await anybody.get("/v1/public-notices", params={"division": TOWNSHIP})).json()["items"]
    assert [(notice["name"], notice["amount_fen"]) for notice in board] == [("测*甲", 54_000)] or board[0][
        "name"
    ] == "测**"

    assert (await window.post(f"{path}/forward")).json()["code"] == "publicity-running"
    service.clock.advance(timedelta(days=8))
    await done(window, f"{path}/forward")
    assert (await window.post(f"{path}/decide")).status_code == 403, "the window decides nothing"
    granted = await done(reviewer, f"{path}/decide")
    assert (granted["status"], granted["verdict"]["amount_fen"]) == ("GRANTED", 54_000)
    notice = (await app.get(f"{path}/notice")).json()
    assert "六十日" in notice["text"]
    assert (await done(window, f"{path}/notify"))["status"] == "ACTIVE"
    benefits = await service.rows("SELECT status, case_id::text FROM benefit")
    assert [tuple(row) for row in benefits] == [("ACTIVE", case["id"])]

    (referral,) = (await window.get("/v1/referrals", params={"application_id": case["id"]})).json()["items"]
    await the_house(city, window, referral["id"])

    async def counted() -> bool:
        rows = await city.monitoring.rows(
            "SELECT measure, sum(amount)::int AS n FROM cell"
            " WHERE measure IN ('case.on_time', 'referral.finished') GROUP BY 1"
        )
        return {row.measure: row.n for row in rows} == {"case.on_time": 1, "referral.finished": 1}

    await eventually(counted, "the case and the referral are in the measures")


async def the_house(city: City, window: httpx.AsyncClient, referral_id: str) -> None:
    """The housing department takes the referral, answers once, and reports what came of it."""
    path = f"/v1/referrals/{referral_id}"
    async with department(city, "housing-department") as housing:
        assert (await housing.get(path)).status_code == 404, "nothing is shared before consent"
        await done(window, f"{path}/consent")
        await done(window, f"{path}/send")
        await done(housing, f"{path}/acknowledge")
        await done(housing, f"{path}/accept", {"own_case_no": "ZJ-2026-1"})
        twice = await housing.post(f"{path}/return", json={"reason": "DECLINED"})
        assert (twice.status_code, twice.json()["code"]) == (409, "action-not-possible")
        await done(housing, f"{path}/finish", {"result": "GRANTED", "service": "公租房"})
        assert (await housing.get("/v1/applications")).status_code == 403
    assert (await done(window, f"{path}/close"))["status"] == "CLOSED"
