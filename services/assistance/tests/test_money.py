"""Benefits and monthly runs on a real database: what is due, what is paid, what is sealed."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from typing import Any

import httpx
import pytest

from assistance.usecases.runs import process_runs
from shared.kernel.identity_number import Sex, synthetic_identity_number
from shared.testing.under_test import ServiceUnderTest
from shared.web.bulk.processing import process_imports

TOWNSHIP = "500103001000"


def number(seed: int) -> str:
    return synthetic_identity_number(seed, date(1980, 5, 1), Sex.MALE).plain


def benefit(seed: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "aid": "SUBSISTENCE_ALLOWANCE", "division": TOWNSHIP, "residence": "URBAN", "first_month": "2026-06-01",
        "amount_fen": 81_000, "recipient": {"name": "测试甲", "identity_number": number(seed)},
        "payee": {"name": "测试甲", "bank": "测试银行", "account": "6200000000000001"}, **changes,
    }  # fmt: skip


async def start(window: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await window.post("/v1/benefits", json=benefit(**changes))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def change(window: httpx.AsyncClient, held: dict[str, Any], verb: str, **body: Any) -> dict[str, Any]:
    answer = await window.post(f"/v1/benefits/{held['id']}/{verb}", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.fixture
def pay(service: ServiceUnderTest, window: httpx.AsyncClient, reviewer: httpx.AsyncClient) -> Any:
    """Runs a month to the end; gives the sealed run and its lines."""

    async def pay_month(month: str, aid: str = "SUBSISTENCE_ALLOWANCE") -> tuple[dict[str, Any], list[dict[str, Any]]]:
        answer = await window.post("/v1/benefit-runs", json={"aid": aid, "month": month})
        assert answer.status_code == 201, answer.text
        run = answer.json()
        await process_runs(service.running)
        answer = await reviewer.post(f"/v1/benefit-runs/{run['id']}/seal")
        assert answer.status_code == 200, answer.text
        await process_runs(service.running)
        lines = (await window.get(f"/v1/benefit-runs/{run['id']}/lines")).text.splitlines()
        return answer.json(), [json.loads(line) for line in lines]

    return pay_month


def money(lines: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return [(line["for_month"], line["kind"], line["amount_fen"]) for line in lines]


async def test_a_run_pays_what_is_due_once(service: ServiceUnderTest, window: httpx.AsyncClient, pay: Any) -> None:
    service.clock.set(datetime.fromisoformat("2026-06-10T09:00:00+08:00"))
    await start(window)
    run, lines = await pay("2026-06-01")
    assert money(lines) == [("2026-06-01", "REGULAR", 81_000)]
    assert (run["lines"], run["total_fen"], run["status"]) == (1, 81_000, "SEALED")
    _, again = await pay("2026-06-01")
    assert again == []


async def test_the_digest_is_made_of_the_lines(window: httpx.AsyncClient, service: ServiceUnderTest, pay: Any) -> None:
    service.clock.set(datetime.fromisoformat("2026-06-10T09:00:00+08:00"))
    for seed in (1, 2, 3):
        await start(window, seed=seed)
    run, lines = await pay("2026-06-01")
    text = "".join(f"{line['benefit_id']}|{line['for_month']}|{line['kind']}|{line['amount_fen']}|\n" for line in lines)
    assert run["digest"] == hashlib.sha256(text.encode()).hexdigest()
    claims = service.running.database.around.signer.verify("benefit-run+jws", run["signature"])
    assert (claims["sha256"], claims["total_fen"]) == (run["digest"], 243_000)


async def test_we_32_money_from_september_paid_in_october(
    service: ServiceUnderTest, window: httpx.AsyncClient, pay: Any
) -> None:
    service.clock.set(datetime.fromisoformat("2026-10-20T09:00:00+08:00"))
    await start(window, aid="DISABILITY_NURSING_SUBSIDY", first_month="2026-09-01", amount_fen=11_000)
    _, lines = await pay("2026-10-01", "DISABILITY_NURSING_SUBSIDY")
    assert money(lines) == [("2026-09-01", "BACK_PAY", 11_000), ("2026-10-01", "REGULAR", 11_000)]


async def test_a_rise_after_its_own_day_is_paid_back(
    service: ServiceUnderTest, window: httpx.AsyncClient, pay: Any
) -> None:
    service.clock.set(datetime.fromisoformat("2026-06-10T09:00:00+08:00"))
    held = await start(window)
    await pay("2026-06-01")
    shares = [{"ref": "0", "component": "SUBSISTENCE_ALLOWANCE", "amount_fen": 87_000}]
    service.clock.set(datetime.fromisoformat("2026-08-10T09:00:00+08:00"))
    await pay("2026-07-01")
    await change(window, held, "adjust", from_month="2026-07-01", shares=shares, reason_code="STANDARD_CHANGED")
    _, lines = await pay("2026-08-01")
    assert money(lines) == [("2026-07-01", "BACK_PAY", 6_000), ("2026-08-01", "REGULAR", 87_000)]


async def test_money_paid_too_much_is_listed_and_not_sent_to_the_bank(
    service: ServiceUnderTest, window: httpx.AsyncClient, pay: Any
) -> None:
    service.clock.set(datetime.fromisoformat("2026-07-10T09:00:00+08:00"))
    held = await start(window)
    await pay("2026-07-01")
    await change(window, held, "end", from_month="2026-07-01", reason_code="MOVED_AWAY")
    service.clock.set(datetime.fromisoformat("2026-08-10T09:00:00+08:00"))
    run, lines = await pay("2026-08-01")
    assert money(lines) == [("2026-07-01", "RECOVERY", -81_000)]
    bank = await window.get(f"/v1/benefit-runs/{run['id']}/bank-file")
    assert len(bank.text.splitlines()) == 1


async def test_we_10_the_taper_keeps_the_amount_for_six_months(
    service: ServiceUnderTest, window: httpx.AsyncClient, pay: Any
) -> None:
    service.clock.set(datetime.fromisoformat("2026-03-20T09:00:00+08:00"))
    held = await start(window, first_month="2026-03-01", amount_fen=51_000)
    await pay("2026-03-01")
    found = await change(window, held, "taper", from_month="2026-04-01", reason_code="INCOME_ROSE")
    assert (found["status"], found["taper_until"]) == ("TAPERING", "2026-10-01")
    service.clock.set(datetime.fromisoformat("2026-11-20T09:00:00+08:00"))
    _, lines = await pay("2026-11-01")
    assert sum(line["amount_fen"] for line in lines) == 306_000
    assert [line["for_month"] for line in lines] == [f"2026-{month:02d}-01" for month in range(4, 10)]


async def test_we_12_only_his_own_share_is_cut(service: ServiceUnderTest, window: httpx.AsyncClient) -> None:
    service.clock.set(datetime.fromisoformat("2026-06-10T09:00:00+08:00"))
    others = [{"name": "测试乙", "identity_number": number(12)}, {"name": "测试丙", "identity_number": number(13)}]
    held = await start(window, seed=11, further_recipients=others)
    assert [each["amount_fen"] for each in held["entitlements"]] == [27_000] * 3
    shares = [{"ref": ref, "component": "SUBSISTENCE_ALLOWANCE", "amount_fen": 27_000} for ref in ("1", "2")]
    found = await change(window, held, "adjust", from_month="2026-07-01", shares=shares, reason_code="REFUSED_WORK")
    now = [each for each in found["entitlements"] if each["valid_to"] is None]
    assert sum(each["amount_fen"] for each in now) == 54_000


async def test_suspended_months_are_paid_when_payment_is_possible_again(
    service: ServiceUnderTest, window: httpx.AsyncClient, pay: Any
) -> None:
    service.clock.set(datetime.fromisoformat("2026-06-10T09:00:00+08:00"))
    held = await start(window)
    await pay("2026-06-01")
    await change(window, held, "suspend", from_month="2026-07-01", reason_code="ACCOUNT_CLOSED")
    service.clock.set(datetime.fromisoformat("2026-07-10T09:00:00+08:00"))
    _, lines = await pay("2026-07-01")
    assert lines == []
    assert (await window.post(f"/v1/benefits/{held['id']}/resume")).status_code == 200
    service.clock.set(datetime.fromisoformat("2026-08-10T09:00:00+08:00"))
    _, lines = await pay("2026-08-01")
    assert money(lines) == [("2026-07-01", "BACK_PAY", 81_000), ("2026-08-01", "REGULAR", 81_000)]


async def test_a_collision_blocks_its_line_and_no_other(
    service: ServiceUnderTest, window: httpx.AsyncClient, pay: Any
) -> None:
    service.clock.set(datetime.fromisoformat("2026-06-10T09:00:00+08:00"))
    hardship = await start(window, seed=1, aid="EXTREME_HARDSHIP_SUPPORT", amount_fen=100_100)
    await start(window, seed=1, aid="DISABILITY_LIVING_SUBSIDY", amount_fen=10_000)
    await start(window, seed=2, aid="DISABILITY_LIVING_SUBSIDY", amount_fen=10_000)
    run, lines = await pay("2026-06-01", "DISABILITY_LIVING_SUBSIDY")
    assert (run["lines"], run["blocked"], run["total_fen"]) == (2, 1, 10_000)
    assert [line["block_reason"] for line in lines if line["blocked"]] == ["OVERLAP_EXTREME_HARDSHIP_SUPPORT"]
    await change(window, hardship, "end", from_month="2026-06-01", reason_code="CHOSE_OTHER_AID")
    service.clock.set(datetime.fromisoformat("2026-07-10T09:00:00+08:00"))
    _, lines = await pay("2026-07-01", "DISABILITY_LIVING_SUBSIDY")
    assert sum(line["amount_fen"] for line in lines) == 30_000


async def test_who_opened_a_run_does_not_seal_it(service: ServiceUnderTest, window: httpx.AsyncClient) -> None:
    service.clock.set(datetime.fromisoformat("2026-06-10T09:00:00+08:00"))
    body = {"aid": "SUBSISTENCE_ALLOWANCE", "month": "2026-06-01"}
    run = (await window.post("/v1/benefit-runs", json=body)).json()
    assert (await window.get(f"/v1/benefit-runs/{run['id']}/bank-file")).status_code == 409
    assert (await window.post("/v1/benefit-runs", json=body)).status_code == 409
    await process_runs(service.running)
    assert (await window.post(f"/v1/benefit-runs/{run['id']}/seal")).status_code in (403, 409)
    assert (await window.post(f"/v1/benefit-runs/{run['id']}/discard")).status_code == 200
    assert (await window.post("/v1/benefit-runs", json={**body, "month": "2026-07-01"})).status_code == 409
    assert (await window.post("/v1/benefit-runs", json={**body, "month": "2026-06-02"})).status_code == 422


async def test_one_benefit_of_an_aid_a_person(window: httpx.AsyncClient) -> None:
    held = await start(window)
    assert (await window.post("/v1/benefits", json=benefit())).status_code == 409
    await change(window, held, "end", from_month="2026-09-01", reason_code="MOVED_AWAY")
    assert (await window.post("/v1/benefits", json=benefit(first_month="2026-08-01"))).status_code == 409
    assert (await window.post("/v1/benefits", json=benefit(first_month="2026-09-01"))).status_code == 201


async def test_a_new_standard_is_applied_once(service: ServiceUnderTest, window: httpx.AsyncClient) -> None:
    service.clock.set(datetime.fromisoformat("2025-09-10T09:00:00+08:00"))
    held = await start(window, first_month="2025-01-01", amount_fen=25_000, income_fen=50_000)
    body = {"aid": "SUBSISTENCE_ALLOWANCE", "from_month": "2025-07-01"}
    answer = (await window.post("/v1/benefits/recompute", json=body)).json()
    assert (answer["examined"], answer["changed"]) == (1, 1)
    answer = (await window.post("/v1/benefits/recompute", json=body)).json()
    assert (answer["examined"], answer["changed"]) == (1, 0)
    found = (await window.get(f"/v1/benefits/{held['id']}")).json()["entitlements"]
    assert [(each["valid_from"], each["amount_fen"]) for each in found] == [
        ("2025-01-01", 25_000), ("2025-07-01", 27_000),
    ]  # fmt: skip


async def test_recipients_come_in_by_file(service: ServiceUnderTest, window: httpx.AsyncClient) -> None:
    service.clock.set(datetime.fromisoformat("2026-06-10T09:00:00+08:00"))
    rows = [benefit(seed) for seed in (21, 22, 21)]
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    importer = service.client("assistance:import", division="500103000000")
    answer = await importer.post(
        "/v1/imports/benefits", params={"dry_run": "false"}, content=text.encode(),
        headers={"Content-Type": "application/x-ndjson"},
    )  # fmt: skip
    assert answer.status_code in (201, 202), answer.text
    await process_imports(service.running, service.definition.imports)
    found = (await importer.get(f"/v1/imports/{answer.json()['id']}")).json()
    lines = (await window.get("/v1/benefits/export")).text.splitlines()
    assert len(lines) == 2, found


async def test_coverage_counts_the_entitled(service: ServiceUnderTest, window: httpx.AsyncClient) -> None:
    service.clock.set(datetime.fromisoformat("2026-06-10T09:00:00+08:00"))
    rows = [
        {"identity_number": number(seed), "division": TOWNSHIP, "kind": "PHYSICAL", "grade": grade,
         "valid_from": "2024-01-01", "work_injury": injured}
        for seed, grade, injured in ((31, 1, False), (32, 2, False), (33, 2, True), (34, 3, False))
    ]  # fmt: skip
    text = "\n".join(json.dumps(row) for row in rows)
    importer = service.client("assistance:import", division="500103000000")
    await importer.post(
        "/v1/imports/certificate-holders", params={"dry_run": "false"}, content=text.encode(),
        headers={"Content-Type": "application/x-ndjson"},
    )  # fmt: skip
    await process_imports(service.running, service.definition.imports)
    await start(window, seed=31, aid="DISABILITY_NURSING_SUBSIDY", amount_fen=11_000)
    body = {"aid": "DISABILITY_NURSING_SUBSIDY", "month": "2026-06-01"}
    found = (await window.post("/v1/coverage", json=body)).json()["items"]
    assert [(each["covered"], each["entitled"], each["excluded"]) for each in found] == [(1, 2, 1)]
