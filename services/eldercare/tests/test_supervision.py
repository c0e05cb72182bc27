"""Supervision over HTTP: filing, closing, moving, grades, inspections, fees, staff, the care register, bulk import."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date
from typing import Any

from eldercare.domain.inspection import Kind
from shared.kernel.identity_number import Sex, synthetic_identity_number
from shared.testing.under_test import ServiceUnderTest
from shared.web.bulk.processing import process_imports

ELSEWHERE = "500103003000"


def number(seed: int) -> str:
    return synthetic_identity_number(seed, date(1950, 1, 1), Sex.FEMALE).plain


async def test_the_first_resident_starts_the_clock_of_the_filing_once(service: ServiceUnderTest, bureau: Any) -> None:
    institution_id = await bureau.institution()
    first, second = await bureau.beds(institution_id, 2)
    shown = (await bureau.client.get(f"/v1/institutions/{institution_id}")).json()
    assert (shown["stage"], shown["filing_status"]) == ("REGISTERED", "NOT_SUBMITTED")
    await bureau.stay(first, 1, begins_on="2026-09-24")
    await bureau.stay(second, 2, begins_on="2026-09-25")
    shown = (await bureau.client.get(f"/v1/institutions/{institution_id}")).json()
    assert shown["stage"] == "OPERATING_UNFILED"
    states = [e for e in await service.announced() if e["type"] == "civil.eldercare.institution.first_admitted.v1"]
    assert [event["data"]["filing_due_on"] for event in states] == ["2026-10-15"]
    back = await bureau.done(f"institutions/{institution_id}/submit-filing", on="2026-10-09", materials=["APPLICATION"])
    assert back["filing_status"] == "RETURNED"
    assert back["corrections"] == ["REGISTRATION_CERTIFICATE", "UNDERTAKING"]
    whole = ["APPLICATION", "REGISTRATION_CERTIFICATE", "UNDERTAKING"]
    await bureau.done(f"institutions/{institution_id}/submit-filing", on="2026-10-12", materials=whole)
    filed = await bureau.done(f"institutions/{institution_id}/file", on="2026-10-15")
    assert (filed["stage"], filed["filing_status"], filed["deadlines"]) == ("OPERATING", "FILED", [])
    verified = await bureau.done(f"institutions/{institution_id}/verify", on="2026-10-20")
    assert verified["verified_on"] == "2026-10-20"


async def test_an_institution_closes_after_notice_plan_and_refund(bureau: Any) -> None:
    institution_id = await bureau.institution()
    [bed] = await bureau.beds(institution_id, 1)
    stay = await bureau.stay(bed, 1)
    fee = await bureau.client.post(
        f"/v1/institutions/{institution_id}/fees",
        json={
            "identity_number": number(1),
            "kind": "SERVICE",
            "amount_fen": 1,
            "months": 3,
            "received_on": "2026-05-01",
        },
    )
    assert fee.status_code == 201, fee.text
    path = f"institutions/{institution_id}/announce-closure"
    assert await bureau.refused(f"institutions/{institution_id}/close", on="2026-11-01") == (409, "action-not-possible")
    late = {"announced_on": "2026-10-03", "ends_on": "2026-11-01", "notified": 1, "placement_plan": "安置1号"}
    assert await bureau.refused(path, **late) == (409, "notice-too-short")
    late["announced_on"] = "2026-10-02"
    assert await bureau.refused(path, **{**late, "notified": 0}) == (409, "residents-not-notified")
    assert await bureau.refused(path, **{**late, "placement_plan": None}) == (409, "plan-for-residents-missing")
    asked = await bureau.done("pre-checks/closure", institution_id=institution_id, closes_on="2026-11-01")
    assert asked == {"announce_by": "2026-10-02", "prepaid": True, "residents": 1, "unsettled_receipts": 1}
    closing = await bureau.done(path, **late)
    assert (closing["status"], closing["closure"]["prepaid"]) == ("CLOSING", True)
    assert await bureau.refused("stays", **bureau.admission(bed, 2, begins_on="2026-10-05")) in (
        (409, "bed-taken"),
        (409, "institution-closing"),
    )
    assert (await bureau.client.get("/v1/public/beds")).json()["items"] == []
    assert await bureau.refused(f"institutions/{institution_id}/close", on="2026-11-01") == (409, "residents-remain")
    await bureau.done(f"stays/{stay}/end", on="2026-10-30")
    assert await bureau.refused(f"institutions/{institution_id}/close", on="2026-10-31") == (
        409,
        "closes-before-announced-day",
    )
    assert await bureau.refused(f"institutions/{institution_id}/close", on="2026-11-01") == (
        409,
        "prepayments-unsettled",
    )
    await bureau.done(f"fees/{fee.json()['id']}/refund", on="2026-10-31")
    closed = await bureau.done(f"institutions/{institution_id}/close", on="2026-11-01")
    assert closed["stage"] == "CLOSED"


async def test_beds_residents_and_staff_move_with_their_institution(service: ServiceUnderTest, bureau: Any) -> None:
    institution_id = await bureau.institution()
    [bed] = await bureau.beds(institution_id, 1)
    await bureau.stay(bed, 1)
    hired = {"name": "测试乙", "identity_number": number(2), "post": "CAREGIVER", "since": "2025-01-01"}
    assert (await bureau.client.post(f"/v1/institutions/{institution_id}/staff", json=hired)).status_code == 201
    moved = await bureau.done(f"institutions/{institution_id}/move", on="2026-06-01", township=ELSEWHERE)
    assert moved["township"] == ELSEWHERE
    assert [item["township"] for item in moved["items"]] == ["500103001000", ELSEWHERE]
    for table in ("bed", "stay", "staff"):
        assert [row.division for row in await service.rows(f"SELECT division FROM {table}")] == [ELSEWHERE]
    abolished = await bureau.refused(f"institutions/{institution_id}/move", on="2026-07-01", township="500105001000")
    assert abolished[0] in (404, 409, 422)
    assert (await bureau.refused(f"institutions/{institution_id}/move", on="2026-07-01", township=ELSEWHERE))[0] == 422


async def test_planned_beds_maintenance_and_price_are_what_search_and_counts_go_by(bureau: Any) -> None:
    institution_id = await bureau.institution(filed_beds=10)
    [planned] = await bureau.beds(institution_id, 1, planned=True, since="2027-01-01")
    cheap, dear = await bureau.beds(institution_id, 2, inclusive=True, monthly_fee_fen=120_000, room="101")
    await bureau.done(f"beds/{dear}/describe", monthly_fee_fen=250_000)
    assert (await bureau.counts())["beds"] == 2
    assert await bureau.refused(f"beds/{dear}/describe", monthly_fee_fen=400_001) == (409, "price-over-cap")
    assert await bureau.refused(f"beds/{planned}/start-maintenance", on="2026-06-01") == (409, "bed-transition-invalid")

    async def found(**query: Any) -> tuple[int, Any, Any]:
        items = (await bureau.client.get("/v1/public/beds", params=query)).json()["items"]
        return (items[0]["free"], items[0]["lowest_fee_fen"], items[0]["highest_fee_fen"]) if items else (0, None, None)

    assert await found() == (2, 120_000, 250_000)
    assert await found(highest_fee_fen=249_999) == (1, 120_000, 120_000)
    assert await found(highest_fee_fen=119_999) == (0, None, None)
    assert await found(division="500101000000") == (0, None, None)
    await bureau.done(f"beds/{cheap}/start-maintenance", on="2026-06-01")
    assert await found() == (1, 250_000, 250_000)
    assert (await bureau.counts())["beds"] == 2
    await bureau.done(f"beds/{cheap}/finish-maintenance", on="2026-06-02")
    activated = await bureau.done(f"beds/{planned}/activate", on="2026-06-03")
    assert (activated["stage"], activated["status"]) == ("AVAILABLE", "IN_SERVICE")
    assert (await bureau.counts())["beds"] == 3
    assert (await bureau.counts(on="2026-06-02"))["beds"] == 2


async def test_beds_beyond_the_filing_are_not_activated(bureau: Any) -> None:
    institution_id = await bureau.institution(filed_beds=10)
    await bureau.beds(institution_id, 10)
    [planned] = await bureau.beds(institution_id, 1, planned=True, since="2027-01-01")
    assert await bureau.refused(f"beds/{planned}/activate", on="2026-06-01") == (409, "more-beds-than-filed")
    await bureau.done(f"institutions/{institution_id}/amend", filed_beds=11, on="2026-06-01")
    await bureau.done(f"beds/{planned}/activate", on="2026-06-01")


async def inspected(bureau: Any, institution_id: str, severity: str) -> str:
    planned = await bureau.client.post(
        f"/v1/institutions/{institution_id}/inspections", json={"kind": Kind.CASE.value, "planned_for": "2026-06-10"}
    )
    assert planned.status_code == 201, planned.text
    findings = [{"code": "F-1", "severity": severity}]
    done = await bureau.done(
        f"inspections/{planned.json()['id']}/conduct", on="2026-06-10", inspectors=2, findings=findings
    )
    assert done["due_on"] == "2026-07-02"
    return str(done["id"])


async def test_an_open_major_hazard_closes_the_door_until_the_last_one_is_gone(bureau: Any) -> None:
    institution_id = await bureau.institution()
    [bed] = await bureau.beds(institution_id, 1)
    first, second = [await inspected(bureau, institution_id, "MAJOR_HAZARD") for _ in range(2)]
    late = (await bureau.client.get("/v1/inspections", params={"overdue": "true"})).json()["items"]
    assert {line["id"] for line in late} == {first, second}
    admission = bureau.admission(bed, 1, begins_on="2026-11-01")
    for one, day in ((first, "2026-08-01"), (second, "2026-08-02")):
        assert await bureau.refused("stays", **admission) == (409, "major-hazard-open")
        assert (await bureau.client.get("/v1/public/beds")).json()["items"] == []
        await bureau.done(f"inspections/{one}/submit", on=day)
        await bureau.done(f"inspections/{one}/verify", on=day, passed=True)
    assert (await bureau.client.post("/v1/stays", json=admission)).status_code == 201
    shown = (await bureau.client.get(f"/v1/institutions/{institution_id}")).json()
    assert shown["hazards"] == [{"begin": "2026-06-10", "end": "2026-08-02"}]
    over = {"imposed_on": "2026-08-03", "act": "NO_CONTRACT", "fine_fen": 3_000_001}
    assert await bureau.refused(f"inspections/{first}/punish", **over) == (409, "fine-over-limit")
    await bureau.done(f"inspections/{first}/punish", **{**over, "fine_fen": 3_000_000})


async def test_the_prepaid_limits_hold_for_payer_and_institution(service: ServiceUnderTest, bureau: Any) -> None:
    institution_id = await bureau.institution(ownership="PUBLIC_RUN", filed_beds=10)
    path = f"institutions/{institution_id}/fees"
    base = {"identity_number": number(1), "received_on": "2026-05-01"}
    deposit = {**base, "kind": "DEPOSIT", "amount_fen": 1_440_000, "monthly_bed_fee_fen": 120_000}
    assert await bureau.refused(path, **{**deposit, "amount_fen": 1_500_000}) == (409, "deposit-over-limit")
    assert (await bureau.client.post(f"/v1/{path}", json=deposit)).status_code == 201
    assert await bureau.refused(path, **{**deposit, "amount_fen": 1}) == (409, "deposit-over-limit")
    service_fee = {**base, "kind": "SERVICE", "amount_fen": 100, "months": 13}
    assert await bureau.refused(path, **service_fee) == (409, "prepay-over-twelve-months")
    assert await bureau.refused(path, **{**base, "kind": "MEMBERSHIP", "amount_fen": 1}) == (
        409,
        "membership-forbidden",
    )
    assert await bureau.refused(path, **{**base, "kind": "SERVICE", "amount_fen": 1}) == (422, "fee-terms-missing")
    answers = await asyncio.gather(
        *(
            bureau.client.post(f"/v1/{path}", json={**service_fee, "months": 1, "identity_number": number(10 + n)})
            for n in range(14)
        )
    )
    outcome = Counter((answer.status_code, answer.json().get("code")) for answer in answers)
    assert outcome == {(201, None): 9, (409, "payers-over-beds"): 5}
    held = await bureau.done(
        f"institutions/{institution_id}/report-assets", net_fixed_assets_fen=1_441_000, on="2026-06-01"
    )
    assert held == {"payers": 10, "balance_fen": 1_440_900, "net_fixed_assets_fen": 1_441_000}
    more = {**service_fee, "months": 1, "amount_fen": 101}
    assert await bureau.refused(path, **more) == (409, "prepay-over-assets")
    assert (await bureau.client.post(f"/v1/{path}", json={**more, "amount_fen": 100})).status_code == 201
    assert number(1) not in str(await service.rows("SELECT * FROM fee_receipt"))


async def test_a_voucher_is_used_once_a_month(bureau: Any) -> None:
    use = {
        "identity_number": number(3), "township": "500103001000", "month": "2026-06-15", "level": 3,
        "institution_fen": 250_000,
    }  # fmt: skip
    answer = await bureau.client.post("/v1/vouchers", json=use)
    assert (answer.status_code, answer.json()["amount_fen"]) == (201, 80_000)
    assert await bureau.refused("vouchers", **{**use, "month": "2026-06-01"}) == (409, "voucher-used-before")
    assert (await bureau.client.post("/v1/vouchers", json={**use, "month": "2026-07-01"})).status_code == 201
    assert await bureau.refused("vouchers", **{**use, "level": 1}) == (409, "no-voucher")
    assert await bureau.refused("vouchers", **{**use, "month": "2025-12-31"}) == (409, "no-parameter-in-force")


async def test_staff_are_masked_employed_once_and_filed_by_year(bureau: Any) -> None:
    institution_id = await bureau.institution()
    hired = {"name": "测试乙", "identity_number": number(2), "post": "CAREGIVER", "since": "2025-01-01"}
    path = f"institutions/{institution_id}/staff"
    answer = await bureau.client.post(f"/v1/{path}", json=hired)
    assert answer.status_code == 201, answer.text
    assert number(2) not in answer.text
    staff_id = answer.json()["id"]
    assert await bureau.refused(path, **hired) == (409, "employed-there")
    assert await bureau.refused(path, **{**hired, "identity_number": number(4), "post": "NURSE"}) == (
        409,
        "licence-missing",
    )
    await bureau.done(f"staff/{staff_id}/certify", kind="SKILL", level=4, issued_on="2025-06-01")
    await bureau.done(f"staff/{staff_id}/train", on="2025-05-01")
    await bureau.done(f"staff/{staff_id}/file-year", year=2026)
    credited = await bureau.done(f"staff/{staff_id}/credit", on="2026-01-01", points=-5, reason="C-02")
    assert (credited["credit_points"], credited["filed_years"]) == (-5, [2026])
    lines = (await bureau.client.get(f"/v1/{path}", params={"post": "CAREGIVER"})).json()["items"]
    assert [(line["id"], line["certified"]) for line in lines] == [(staff_id, True)]
    left = await bureau.done(f"staff/{staff_id}/leave", on="2026-02-01")
    assert left["available_actions"] == ["credit"]
    assert (await bureau.client.post(f"/v1/{path}", json=hired)).status_code == 201


async def test_entitled_persons_are_visited_in_the_order_of_need(service: ServiceUnderTest, bureau: Any) -> None:
    ids = []
    for seed, since in ((5, "2026-01-01"), (6, "2026-02-01")):
        body = {
            "name": "测试丙", "identity_number": number(seed), "township": "500103001000",
            "category": "EXTREME_HARDSHIP", "since": since,
        }  # fmt: skip
        answer = await bureau.client.post("/v1/recipients", json=body)
        assert answer.status_code == 201, answer.text
        assert await bureau.refused("recipients", **body) == (409, "registered-before")
        ids.append(answer.json()["id"])
    due = (await bureau.client.get("/v1/visits-due")).json()["items"]
    assert [line["recipient_id"] for line in due] == ids
    assert due[0]["overdue"] is True
    await bureau.done(f"recipients/{ids[0]}/visit", on="2026-11-20", result="WELL")
    page = (await bureau.client.get("/v1/visits-due", params={"limit": 1})).json()
    assert [line["recipient_id"] for line in page["items"]] == ids[1:]
    rest = (await bureau.client.get("/v1/visits-due", params={"limit": 1, "cursor": page["next_cursor"]})).json()
    assert [line["recipient_id"] for line in rest["items"]] == ids[:1]
    await bureau.done(f"recipients/{ids[0]}/update", fact="CENTRAL", holds=True, on="2026-03-01")
    assert await bureau.refused(
        f"recipients/{ids[0]}/update", fact="ENTRUSTED", holds=True, on="2026-04-01"
    ) == (409, "central-and-entrusted")  # fmt: skip
    shown = await bureau.client.get(f"/v1/recipients/{ids[0]}")
    assert number(5) not in shown.text
    assert shown.json()["facts"]["CENTRAL"] == [{"begin": "2026-03-01", "end": None}]


async def test_nine_beds_are_entered_as_a_facility_and_an_incident_has_its_clock(bureau: Any) -> None:
    body = {
        "name": "社区站",
        "township": "500103001000",
        "kind": "COMMUNITY_CARE",
        "beds": 9,
        "opened_on": "2026-01-01",
    }
    answer = await bureau.client.post("/v1/facilities", json=body)
    assert answer.status_code == 201
    assert await bureau.refused("facilities", **{**body, "beds": 10}) == (409, "is-an-institution")
    closed = await bureau.done(f"facilities/{answer.json()['id']}/close", on="2026-05-01")
    assert closed["status"] == "CLOSED"
    institution_id = await bureau.institution()
    incident = {
        "institution_id": institution_id, "kind": "INCIDENT", "cause": "FIRE", "level": "III",
        "happened_at": "2026-05-03T10:00:00+08:00",
    }  # fmt: skip
    told = (await bureau.client.post("/v1/emergencies", json=incident)).json()
    assert (told["report_due_at"], told["reported_in_time"]) == ("2026-05-03T11:00:00+08:00", False)
    future = {**incident, "happened_at": "2200-01-01T00:00:00+08:00"}
    assert await bureau.refused("emergencies", **future) == (409, "happens-in-future")
    drill = {"kind": "DRILL", "cause": "FIRE", "happened_at": "2026-05-03T10:00:00+08:00"}
    held = await bureau.client.post("/v1/emergencies", json=drill)
    assert (held.status_code, held.json()["report_due_at"]) == (201, None)


async def test_the_pre_checks_answer_by_the_worked_examples_and_store_nothing(
    service: ServiceUnderTest, bureau: Any
) -> None:
    asked = await bureau.done(
        "pre-checks/dates", first_admitted_on="2026-09-24", closes_on="2026-12-31", changed_on="2026-09-24",
        inspection_noticed_on="2026-11-20", inspected_on="2026-06-10", filed_on="2026-06-10",
    )  # fmt: skip
    assert {line["name"]: line["on"] for line in asked["dates"]} == {
        "FILING": "2026-10-15", "CLOSURE_NOTICE": "2026-12-01", "CHANGE_FILING": "2026-10-15",
        "EARLIEST_INSPECTION": "2026-11-25", "RECTIFICATION": "2026-07-02", "ON_SITE_VERIFICATION": "2026-07-09",
    }  # fmt: skip
    assert "filing.change_working_days" in asked["uncertain"]
    fee = await bureau.done("pre-checks/fee", kind="DEPOSIT", amount_fen=1_500_000, monthly_bed_fee_fen=120_000)
    assert (fee["allowed"], fee["deposit_limit_fen"], fee["obstacles"][0]["code"]) == (
        False,
        1_440_000,
        "deposit-over-limit",
    )
    over = await bureau.done(
        "pre-checks/prepayments", filed_beds=120, payers=121, balance_fen=9, net_fixed_assets_fen=8
    )
    assert [one["code"] for one in over["obstacles"]] == ["payers-over-beds", "prepay-over-assets"]
    for level, bill, amount in ((3, 150_000, 60_000), (3, 250_000, 80_000), (1, 250_000, 0)):
        answer = await bureau.done("pre-checks/voucher", level=level, institution_fen=bill)
        assert answer["amount_fen"] == amount
    staffing = await bureau.done("pre-checks/staffing", level_0_1=30, level_2=12, level_3_4=9, caregivers=6, beds=100)
    assert (staffing["required_caregivers"], staffing["caregivers_met"]) == (7, False)
    grade = await bureau.done(
        "pre-checks/grade", on="2026-01-01", environment=108, equipment=117, operation=135, service=540
    )
    assert grade == {"grade": 5, "total": 900}
    for table in ("institution", "bed", "fee_receipt", "voucher_use", "outbox"):
        assert await service.rows(f"SELECT 1 FROM {table}") == []


async def test_a_grade_is_dated_and_public_while_it_is_valid(bureau: Any) -> None:
    institution_id = await bureau.institution()
    await bureau.beds(institution_id, 1)
    marks = {"environment": 96, "equipment": 104, "operation": 120, "service": 480}
    graded = await bureau.done(f"institutions/{institution_id}/grade", on="2026-03-01", **marks)
    assert graded["grades"] == [{"grade": 4, "begin": "2026-03-01", "end": "2029-03-01"}]
    for day, grade in (("2026-02-28", None), ("2026-03-01", 4), ("2029-02-28", 4), ("2029-03-01", None)):
        [line] = (await bureau.client.get("/v1/public/beds", params={"on": day})).json()["items"]
        assert line["grade"] == grade, day
    low = dict.fromkeys(marks, 0)
    assert await bureau.refused(f"institutions/{institution_id}/grade", on="2026-04-01", **low) == (
        409,
        "grade-not-reached",
    )


async def test_institutions_and_beds_come_in_by_file_with_a_dry_run_and_a_report(
    service: ServiceUnderTest, bureau: Any
) -> None:
    good, small = bureau.registration(), bureau.registration(filed_beds=9)
    columns = list(good)
    text = "\n".join(",".join(str(row[name]) for name in columns) for row in (good, small, good))
    content = ("\ufeff" + ",".join(columns) + "\n" + text + "\n").encode()

    async def imported(kind: str, body: bytes, *, dry_run: bool) -> tuple[int, int, list[Any]]:
        headers = {"Content-Type": "text/csv"}
        answer = await bureau.client.post(
            f"/v1/imports/{kind}", content=body, headers=headers, params={"dry_run": str(dry_run).lower()}
        )
        assert answer.status_code == 202, answer.text
        await process_imports(service.running, service.definition.imports)
        done = (await bureau.client.get(f"/v1/imports/{answer.json()['id']}")).json()
        rows = (await bureau.client.get(f"/v1/imports/{answer.json()['id']}/rows?rejected_only=true")).json()["items"]
        return done["accepted"], done["rejected"], rows

    assert (await imported("institutions", content, dry_run=True))[0] >= 1
    assert await service.rows("SELECT 1 FROM institution") == []
    accepted, rejected, rows = await imported("institutions", content, dry_run=False)
    assert (accepted, rejected) == (1, 2)
    assert "not-an-institution" in str(rows)
    assert "organisation-code-registered" in str(rows)
    [(institution_id,)] = await service.rows("SELECT id FROM institution")
    lines = [f"{institution_id},{count},NURSING,2024-02-01" for count in (12, 99)]
    beds = "\n".join(["institution_id,count,bed_class,since", *lines, ""])
    accepted, rejected, rows = await imported("beds", beds.encode(), dry_run=False)
    assert (accepted, rejected) == (1, 1)
    assert "more-beds-than-filed" in str(rows)
    assert (await bureau.counts())["beds"] == 12
