"""Retraction, close of a period, reminders and search over HTTP and on the database."""

import asyncio
from datetime import datetime
from typing import Any

import httpx

from reporting import usecases
from reporting.main import remind
from shared.kernel.clock import CHINA
from shared.testing.under_test import ServiceUnderTest

FORM = "disability-living-subsidy"
DISTRICT = "500103000000"


def body(**changes: Any) -> dict[str, Any]:
    return {
        "form": FORM, "division": "500103", "period": "2026-10", "numerator": 980, "denominator": 1_000,
        "document_title": "测试用月报", "document_number": "测〔2026〕10号", **changes,
    }  # fmt: skip


async def confirmed(service: ServiceUnderTest, **changes: Any) -> dict[str, Any]:
    filer = service.client("reporting:file", "reporting:read")
    answer = await filer.post("/v1/figures", json=body(**changes))
    assert answer.status_code == 201, answer.text
    checker = service.client("reporting:review", "reporting:confirm", person="officer-b")
    path = f"/v1/figures/{answer.json()['id']}"
    await checker.post(f"{path}/review")
    done = await checker.post(f"{path}/confirm")
    assert done.status_code == 200, done.text
    return done.json()


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_wrongly_filed_figure_is_taken_back_by_two_persons(service: ServiceUnderTest) -> None:
    figure = await confirmed(service)
    await confirmed(service, period="2026-09")
    path = f"/v1/figures/{figure['id']}"
    one = service.client("reporting:file", "reporting:confirm", "reporting:read")
    two = service.client("reporting:confirm", "reporting:read", person="officer-b")
    proposed = (await one.post(f"{path}/propose-retraction", json={"reason": "报错区县"})).json()
    assert (proposed["status"], proposed["retraction"]["proposed_by"]) == ("RETRACTING", "officer-a")
    assert proposed["available_actions"] == []
    assert refused(await one.post(f"{path}/retract")) == (403, "second-person-required")
    [series] = (await one.get("/v1/series")).json()["items"]
    assert len(series["points"]) == 2
    assert [item["id"] for item in (await two.get("/v1/figures?awaiting=retract")).json()["items"]] == [figure["id"]]
    done = (await two.post(f"{path}/retract")).json()
    assert (done["status"], done["retraction"]["decided_by"]) == ("RETRACTED", "officer-b")
    event = (await service.announced())[-1]
    assert [point["period"] for point in event["data"]["points"]] == ["2026-09"]
    history = (await one.get(f"/v1/series/{series['id']}/history")).json()["items"]
    assert [item["status"] for item in history] == ["CONFIRMED", "RETRACTED"]
    again = await confirmed(service, numerator=970)
    assert again["status"] == "CONFIRMED"


async def test_a_rejected_retraction_leaves_the_figure_standing(service: ServiceUnderTest) -> None:
    path = f"/v1/figures/{(await confirmed(service))['id']}"
    one = service.client("reporting:file", "reporting:confirm", "reporting:read")
    two = service.client("reporting:confirm", person="officer-b")
    await one.post(f"{path}/propose-retraction", json={"reason": "报错区县"})
    assert refused(await one.post(f"{path}/reject-retraction")) == (403, "second-person-required")
    assert (await two.post(f"{path}/reject-retraction")).json()["status"] == "CONFIRMED"
    assert refused(await two.post(f"{path}/retract")) == (409, "action-not-possible")
    assert refused(await one.post("/v1/figures", json=body())) == (409, "period-confirmed-before")


async def test_a_closed_period_takes_no_change_until_it_is_opened_again(service: ServiceUnderTest) -> None:
    figure = await confirmed(service)
    filer = service.client("reporting:file", "reporting:read")
    pending = (await filer.post("/v1/figures", json=body(period="2026-09"))).json()
    planner, other = service.client("reporting:close"), service.client("reporting:close", person="officer-b")
    assert refused(await planner.post("/v1/closings", json={"period": "2026-11"})) == (
        409, "open-period-cannot-be-closed",
    )  # fmt: skip
    for period in ("2026-10", "2026-Q3"):
        answer = await planner.post("/v1/closings", json={"period": period})
        assert answer.status_code == 201, answer.text
    assert refused(await planner.post("/v1/closings", json={"period": "2026-10"})) == (409, "period-closed-before")
    path = f"/v1/figures/{figure['id']}"
    said = {"numerator": 1, "denominator": 2, "document_title": "测试", "explanation": "测试"}
    checker = service.client("reporting:review", "reporting:confirm", person="officer-b")
    await checker.post(f"/v1/figures/{pending['id']}/review")
    attempts = [
        await filer.post("/v1/figures", json=body(division="500101")),
        await filer.post(f"{path}/correct", json={**said, "reason": "测试"}),
        await filer.post(f"{path}/propose-retraction", json={"reason": "测试"}),
        await checker.post(f"/v1/figures/{pending['id']}/confirm"),
    ]
    assert [refused(answer) for answer in attempts] == [(409, "period-closed")] * 4
    assert "关账" in attempts[0].json()["rule"]
    batch = (await filer.post("/v1/figure-batches", json={"rows": [body(division="500101")]})).json()
    assert batch["rows"][0]["problem"]["code"] == "period-closed"
    closings = (await filer.get("/v1/closings")).json()["items"]
    target = next(item for item in closings if item["period"] == "2026-10")
    reopen = f"/v1/closings/{target['id']}/reopen"
    assert refused(await planner.post(reopen, json={"reason": "漏报"})) == (403, "second-person-required")
    assert (await other.post(reopen, json={"reason": "漏报"})).json()["status"] == "REOPENED"
    corrected = await filer.post(f"{path}/correct", json={**said, "reason": "测试"})
    assert corrected.status_code == 201
    closed = await planner.post("/v1/closings", json={"period": "2026-10"})
    assert (closed.json()["status"], closed.json()["reason"]) == ("CLOSED", "漏报")
    outside = service.client("reporting:close", division=DISTRICT)
    assert refused(await outside.post("/v1/closings", json={"period": "2026-08"})) == (403, "outside-own-area")


async def test_a_close_and_a_confirmation_at_once_leave_no_late_figure(service: ServiceUnderTest) -> None:
    filer = service.client("reporting:file")
    checker = service.client("reporting:review", "reporting:confirm", person="officer-b")
    planner = service.client("reporting:close", person="officer-c")
    for month in range(1, 6):
        period = f"2026-{month:02}"
        figure = (await filer.post("/v1/figures", json=body(period=period))).json()
        path = f"/v1/figures/{figure['id']}"
        await checker.post(f"{path}/review")
        confirmation, closed = await asyncio.gather(
            checker.post(f"{path}/confirm"), planner.post("/v1/closings", json={"period": period})
        )
        assert closed.status_code == 201
        assert confirmation.status_code in (200, 409)
        late = await filer.post("/v1/figures", json=body(period=period, division="500101"))
        assert refused(late) == (409, "period-closed")


async def test_reminders_are_sent_once_of_a_kind(service: ServiceUnderTest) -> None:
    await confirmed(service)
    await remind(service.running)
    reader = service.client("reporting:read")
    first = (await reader.get("/v1/reminders", params={"form": FORM, "limit": 100})).json()["items"]
    assert {item["kind"] for item in first} == {"OVERDUE"}
    assert DISTRICT not in {item["division"] for item in first}
    count = len(await service.rows("SELECT 1 FROM reminder"))
    await remind(service.running)
    assert len(await service.rows("SELECT 1 FROM reminder")) == count
    service.clock.set(datetime(2026, 11, 27, 9, 0, tzinfo=CHINA))
    assert await service.run(usecases.send_reminders) > 0
    mine = service.client("reporting:read", division="500101000000")
    kinds = [item["kind"] for item in (await mine.get("/v1/reminders", params={"form": FORM})).json()["items"]]
    assert kinds == ["LONG_OVERDUE", "OVERDUE"]


async def test_figures_are_found_by_the_words_of_their_document(service: ServiceUnderTest) -> None:
    filer = service.client("reporting:file", "reporting:read")
    for month in ("2026-08", "2026-09"):
        await filer.post("/v1/figures", json=body(period=month, document_number=f"测〔{month}〕%号"))

    async def found(**asked: str) -> list[str]:
        answer = await filer.get("/v1/figures", params=asked)
        assert answer.status_code == 200, answer.text
        return [item["period"] for item in answer.json()["items"]]

    assert await found(words="2026-09〕%") == ["2026-09"]
    assert await found(words="_") == []
    assert await found(since="2026-09-01") == ["2026-09"]
    assert await found(until="2026-08-31") == ["2026-08"]
