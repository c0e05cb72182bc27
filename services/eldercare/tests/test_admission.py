"""Assessment, waiting, offer, contract and stay over HTTP and a real database, step by step and all at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from stdnum.cn import uscc

from eldercare.domain.ability import ITEMS, SELF_CARE_ITEMS
from eldercare.domain.contract import ContractClause
from eldercare.timers import end_what_ran_out
from shared.kernel.identity_number import Sex, synthetic_identity_number
from shared.testing.under_test import ServiceUnderTest

TOWNSHIP = "500103001000"
OFFICE = ("review", "assess", "admit", "place", "results", "reveal", "stays", "beds", "register", "read")
FULL = {item.code: item.maximum for item in ITEMS}
LEVEL_2 = {code: 2 if maximum >= 2 else 1 for code, maximum in FULL.items()}
LEVEL_3 = dict.fromkeys(FULL, 1) | {"B1.1": 4, "B1.2": 3}
LEVEL_1 = {**FULL, "B1.1": 0}


def identity_number(seed: int, born: date = date(1940, 1, 1)) -> str:
    """The number of a person who was never born."""
    return synthetic_identity_number(seed, born, Sex.MALE).plain


def organisation_code(n: int) -> str:
    stem = f"52500103MJ{n:07d}"
    return stem + str(uscc.calc_check_digit(stem))


@dataclass
class City:
    """Everybody who takes part, each with an own token."""

    service: ServiceUnderTest
    bureau: Any
    agency: str = ""
    office: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.office = self.service.client(*(f"eldercare:{verb}" for verb in OFFICE))

    def family(self, person: str = "family-a") -> httpx.AsyncClient:
        return self.service.client("eldercare:apply", "eldercare:read", person=person)

    async def home(self, beds: int = 3, **changes: Any) -> tuple[str, list[str]]:
        institution = str(await self.bureau.institution())
        return institution, list(await self.bureau.beds(institution, beds, **changes))

    async def done(self, client: httpx.AsyncClient, path: str, status: int = 200, **body: Any) -> dict[str, Any]:
        answer = await client.post(f"/v1/{path}", json=body)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def refused(self, client: httpx.AsyncClient, path: str, **body: Any) -> str:
        answer = await client.post(f"/v1/{path}", json=body)
        assert answer.status_code >= 400, answer.text
        return str(answer.json()["code"])

    async def assessed(self, seed: int, scores: dict[str, int] | None = None, **changes: Any) -> dict[str, Any]:
        if not self.agency:
            made = await self.done(
                self.office, "assessment-agencies", 201, township=TOWNSHIP, name="测试评估中心",
                organisation_code=organisation_code(900_000),
                assessors=[{"number": f"PG-{n}", "schooling": "HIGHER", "years": 6} for n in range(6)],
            )  # fmt: skip
            self.agency = str(made["id"])
        return await self.done(self.office, "assessments", 201, **self.report(seed, scores, **changes))

    def report(self, seed: int, scores: dict[str, int] | None = None, **changes: Any) -> dict[str, Any]:
        return {
            **self.person(seed), "township": TOWNSHIP, "scores": scores or LEVEL_2, "assessed_on": "2026-11-20",
            "agency_id": self.agency, "assessors": ["PG-0", "PG-1"], "informant": "CHILD", **changes,
        }  # fmt: skip

    @staticmethod
    def person(seed: int) -> dict[str, str]:
        return {"name": "测试甲", "identity_number": identity_number(seed)}

    async def applied(self, institution: str, seed: int, **facts: Any) -> dict[str, Any]:
        body = {**self.person(seed), "institution_id": institution, "circumstances": facts}
        return await self.done(self.family(), "applications", 201, **body)

    async def waiting(self, institution: str, seed: int, **facts: Any) -> str:
        application = await self.applied(institution, seed, **facts)
        await self.done(self.office, f"applications/{application['id']}/take-up")
        await self.done(self.office, f"applications/{application['id']}/waitlist")
        return str(application["id"])

    async def agreed(self, application: str, **changes: Any) -> None:
        await self.done(
            self.office, f"applications/{application}/contract", signed_on=self.today, begins_on=self.today,
            care_level=2, monthly_fee_fen=300_000, clauses=[clause.value for clause in ContractClause], **changes,
        )  # fmt: skip

    @property
    def today(self) -> str:
        return self.service.clock.now().date().isoformat()

    async def seen(self, application: str, person: str = "family-a") -> dict[str, Any]:
        answer = await self.family(person).get(f"/v1/my/applications/{application}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
def city(service: ServiceUnderTest, bureau: Any) -> City:
    return City(service, bureau)


async def test_from_the_assessment_to_the_bed_and_out_again(city: City, service: ServiceUnderTest) -> None:
    institution, beds = await city.home()
    assessment = await city.assessed(1)
    assert (assessment["verdict"]["total"], assessment["verdict"]["level"]) == (50, 2)
    assert assessment["name"] != "测试甲"
    assert assessment["identity_number"] == f"{identity_number(1)[:3]}***********{identity_number(1)[-4:]}"
    application = await city.waiting(institution, 1, means="NEAR_POOR", family=["LIVING_ALONE"])
    seen = await city.seen(application)
    assert seen["place"]["position"] == 1
    assert seen["place"]["standing"]["lane"] == 2
    assert (seen["place"]["median_wait_days"], seen["place"]["median_sample_size"]) == (None, 0)
    offered = await city.done(city.office, f"beds/{beds[0]}/draw", 201)
    assert (offered["id"], offered["status"], offered["offers"][0]["expires_on"]) == (
        application, "OFFERED", "2026-11-30",
    )  # fmt: skip
    assert await city.refused(city.office, f"beds/{beds[0]}/draw") == "bed-has-an-open-offer"
    await city.done(city.family(), f"my/applications/{application}/accept")
    assert await city.refused(city.office, f"applications/{application}/admit", begins_on=city.today) == (
        "contract-not-signed"
    )
    await city.agreed(application)
    stay = await city.done(city.office, f"applications/{application}/admit", 201, begins_on=city.today)
    assert (stay["status"], stay["trial_ends_on"], stay["level"]) == ("TRIAL", "2026-12-23", 2)
    assert (await city.seen(application))["status"] == "ADMITTED"
    service.clock.advance(timedelta(days=31))
    assert await end_what_ran_out(service.running) == 1
    assert await end_what_ran_out(service.running) == 0
    moved = await city.done(city.office, f"stays/{stay['id']}/move", 201, on=city.today, bed_id=beds[1])
    assert (moved["status"], moved["bed_id"], moved["admitted_on"]) == ("CURRENT", beds[1], "2026-11-23")
    former = (await city.office.get(f"/v1/stays/{stay['id']}")).json()
    assert (former["status"], former["end_reason"]) == ("ENDED", "MOVED")
    death = {
        "at": f"{city.today}T05:00:00+08:00", "place": "某医院", "cause": "ILLNESS",
        "notified_at": f"{city.today}T05:30:00+08:00",
    }  # fmt: skip
    assert await city.refused(
        city.office, f"stays/{moved['id']}/end", on=city.today, reason="DECEASED", death=death
    ) == "stay-ends-before-it-begins"  # fmt: skip
    service.clock.advance(timedelta(days=1))
    death = {key: value.replace("2026-12-24", "2026-12-25") for key, value in death.items()}
    ended = await city.done(city.office, f"stays/{moved['id']}/end", on=city.today, reason="DECEASED", death=death)
    assert (ended["end_reason"], ended["refund_due_on"]) == ("DECEASED", "2027-01-08")
    again = {"bed_id": beds[2], **city.person(1), "begins_on": city.today}
    assert await city.refused(city.office, "stays", **again) == "resident-died"
    body = {**city.person(1), "institution_id": institution}
    assert await city.refused(city.family(), "applications", **body) == "resident-died"


async def test_a_family_sees_its_own_applications_only(city: City) -> None:
    institution, _ = await city.home()
    await city.assessed(1)
    application = await city.waiting(institution, 1)
    stranger = city.family("family-b")
    for path in ("", "/history"):
        assert (await stranger.get(f"/v1/my/applications/{application}{path}")).status_code == 404
    for action in ("accept", "decline", "withdraw", "submit"):
        assert (await stranger.post(f"/v1/my/applications/{application}/{action}")).status_code == 404
    assert (await stranger.get("/v1/my/applications")).json()["items"] == []
    assert len((await city.family().get("/v1/my/applications")).json()["items"]) == 1
    far = city.service.client("eldercare:review", "eldercare:reveal", division="500104000000")
    assert (await far.get(f"/v1/applications/{application}")).status_code == 404
    assert (await far.get(f"/v1/applications/{application}/revealed")).status_code == 400
    near = city.service.client("eldercare:reveal", division="500103000000", **{"X-Purpose": "review"})
    shown = (await near.get(f"/v1/applications/{application}/revealed")).json()
    assert shown["identity_number"] == identity_number(1)
    rows = await city.service.rows("SELECT name, identity FROM admission")
    assert all("测试" not in row.name and identity_number(1) not in row.identity for row in rows)


async def test_lanes_go_first_and_every_move_is_told_with_its_reason(city: City) -> None:
    institution, beds = await city.home()
    for seed in (1, 2, 3):
        await city.assessed(seed)
    ordinary = await city.waiting(institution, 1)
    priority = await city.waiting(institution, 2, means="SUBSISTENCE_ALLOWANCE")
    placed = await city.done(
        city.service.client("eldercare:place", person=None), "placements", 201, **city.person(3),
        institution_id=institution, circumstances={"means": "EXTREME_HARDSHIP"},
    )  # fmt: skip
    listed = (await city.office.get(f"/v1/institutions/{institution}/waiting-list", params={"limit": 2})).json()
    rest = await city.office.get(
        f"/v1/institutions/{institution}/waiting-list", params={"limit": 2, "cursor": listed["next_cursor"]}
    )
    order = [line["application_id"] for line in [*listed["items"], *rest.json()["items"]]]
    assert order == [placed["id"], priority, ordinary]
    await city.assessed(1, LEVEL_3, assessed_on="2026-11-21", reason="IMMEDIATE")
    await city.done(
        city.office, f"applications/{ordinary}/reassess", circumstances={"disability_grade": 1}
    )  # fmt: skip
    history = (await city.family().get(f"/v1/my/applications/{ordinary}/history")).json()["items"]
    assert [(one["what"], one["position_before"], one["position_after"]) for one in history] == [
        ("REASSESSED", 3, 3), ("REASSESSED", 3, 3), ("QUEUED", None, 1),
    ]  # fmt: skip
    simulated = await city.done(
        city.office, f"institutions/{institution}/waiting-list/simulation", rules={"disability": 90, "means": {}}
    )
    assert [(one["position_before"], one["position_after"]) for one in simulated["shifts"]] == [(2, 3), (3, 2)]
    again = (await city.office.get(f"/v1/institutions/{institution}/waiting-list")).json()["items"]
    assert [line["application_id"] for line in again] == order
    assert (await city.done(city.office, f"beds/{beds[0]}/draw", 201))["id"] == placed["id"]
    actions = await city.service.rows("SELECT action FROM audit_entry WHERE object_type = 'admission'")
    assert {"place.queued", "place.reassessed", "place.offered"} <= {row.action for row in actions}


async def test_an_offer_nobody_answers_expires_by_itself_also_at_a_read(city: City, service: ServiceUnderTest) -> None:
    institution, beds = await city.home()
    await city.assessed(1)
    application = await city.waiting(institution, 1)
    await city.done(city.office, f"beds/{beds[0]}/draw", 201)
    service.clock.advance(timedelta(days=7))
    assert (await city.seen(application))["status"] == "OFFERED"
    service.clock.advance(timedelta(days=1))
    assert await city.refused(city.family(), f"my/applications/{application}/accept") == "offer-has-ended"
    seen = await city.seen(application)
    assert (seen["status"], seen["misses"], seen["offers"][0]["status"]) == ("WAITLISTED", 1, "EXPIRED")
    assert await end_what_ran_out(service.running) == 0
    for misses in (2, 3):
        await city.done(city.office, f"beds/{beds[0]}/draw", 201)
        service.clock.advance(timedelta(days=15))
        assert await end_what_ran_out(service.running) == 1
        assert (await city.seen(application))["misses"] == misses
    assert (await city.seen(application))["status"] == "REMOVED"
    bed = await service.rows("SELECT status FROM bed WHERE id = :bed", bed=beds[0])
    assert bed[0].status == "IN_SERVICE"


async def test_direct_admission_respects_the_list_and_the_offers(city: City) -> None:
    institution, beds = await city.home()
    await city.assessed(1)
    await city.waiting(institution, 1)
    direct = {"bed_id": beds[1], **city.person(2), "begins_on": city.today}
    assert await city.refused(city.office, "stays", **direct) == "waiting-list-exists"
    await city.done(city.office, "stays", 201, **direct, emergency_reason="火灾应急安置")
    await city.done(city.office, f"beds/{beds[0]}/draw", 201)
    reserved = {"bed_id": beds[0], **city.person(3), "begins_on": city.today, "emergency_reason": "应急"}
    assert await city.refused(city.office, "stays", **reserved) == "bed-reserved"
    assert await city.refused(city.office, f"beds/{beds[1]}/draw") == "bed-not-free"


async def test_severe_disability_needs_a_nursing_bed(city: City) -> None:
    institution, ordinary = await city.home(bed_class="ORDINARY")
    found = await city.assessed(1, LEVEL_3)
    assert found["verdict"]["level"] == 3
    await city.waiting(institution, 1)
    assert await city.refused(city.office, f"beds/{ordinary[0]}/draw") == "nobody-fits"
    direct = {
        "bed_id": ordinary[0], **city.person(1), "begins_on": city.today, "assessment_id": found["id"],
        "emergency_reason": "应急",
    }  # fmt: skip
    assert await city.refused(city.office, "stays", **direct) == "nursing-bed-needed"
    other = await city.assessed(2)
    assert await city.refused(city.office, "stays", **{**direct, "assessment_id": other["id"]}) == (
        "assessment-of-another-person"
    )


async def test_levels_leaves_and_what_a_change_needs(city: City, service: ServiceUnderTest) -> None:
    institution, beds = await city.home()
    first = await city.assessed(1)
    stay = await city.done(
        city.office, "stays", 201, bed_id=beds[0], **city.person(1), begins_on="2026-11-21", assessment_id=first["id"]
    )
    path = f"stays/{stay['id']}"
    change = {"on": city.today, "assessment_id": first["id"], "consent_on": city.today}
    assert await city.refused(city.office, f"{path}/change-level", **change) == "new-assessment-needed"
    newer = await city.assessed(1, LEVEL_3, assessed_on="2026-11-22", reason="IMMEDIATE")
    change["assessment_id"] = newer["id"]
    assert (
        await city.refused(city.office, f"{path}/change-level", **{**change, "consent_on": None}) == "consent-missing"
    )
    assert (await city.done(city.office, f"{path}/change-level", **change))["level"] == 3
    away = await city.done(city.office, f"{path}/leave", on=city.today, kind="HOSPITAL")
    assert (away["on_leave"], away["bed_held_until"]) == ("HOSPITAL", "2026-12-23")
    assert await city.refused(city.office, f"{path}/leave", on=city.today, kind="HOME") == "on-leave-already"
    service.clock.advance(timedelta(days=5))
    back = await city.done(city.office, f"{path}/return", on=city.today)
    assert (back["on_leave"], back["immediate_assessment_due"]) == (None, True)
    assert await city.refused(city.office, f"{path}/return", on=city.today) == "not-on-leave"
    assert await city.refused(city.office, f"{path}/end", on="2026-11-21") == "stay-ends-before-it-begins"
    elsewhere, far = await city.home()
    assert elsewhere != institution
    assert await city.refused(city.office, f"{path}/move", on=city.today, bed_id=far[0]) == "another-institution"


async def test_a_result_is_used_by_others_and_can_be_doubted(city: City) -> None:
    made = await city.assessed(1)
    other = city.service.client("eldercare:results", person=None)
    found = await city.done(other, "assessments/result", identity_number=identity_number(1))
    assert (found["level"], found["in_force"], found["usable_for_subsidy"]) == (2, True, True)
    assert set(found) & {"name", "identity_number", "scores"} == set()
    assert await city.refused(other, "assessments/result", identity_number=identity_number(9)) == "assessment-unknown"
    disputed = await city.done(city.office, f"assessments/{made['id']}/dispute")
    assert disputed["review_due_on"] == "2026-12-07"
    assert not (await city.done(other, "assessments/result", identity_number=identity_number(1)))["in_force"]
    again = city.report(1, LEVEL_1, reason="DISPUTE", assessed_on="2026-11-23")
    assert await city.refused(city.office, "assessments", **again) == "same-assessors-again"
    again["assessors"] = ["PG-3", "PG-4"]
    assert (await city.done(city.office, "assessments", 201, **again))["verdict"]["level"] == 1
    again["reason"] = "DISPUTE"
    assert await city.refused(city.office, "assessments", **again) == "assessment-not-disputed"
    for change, code in (
        ({"scores": {**FULL, "B2.4": 4}}, "score-out-of-range"),
        ({"scores": {code: FULL[code] for code in list(FULL)[:25]}}, "assessment-incomplete"),
        ({"assessors": ["PG-0"]}, "two-assessors-needed"),
        ({"assessed_on": "2026-11-24"}, "day-in-future"),
        ({"diagnoses": ["痴呆"]}, "diagnosis-unreadable"),
        ({"township": "500105001000"}, "division-not-in-force"),
    ):
        found_code = await city.refused(city.office, "assessments", **city.report(2, **change))
        assert found_code == code or (code == "division-not-in-force" and "division" in found_code), found_code


async def test_two_institutions_at_most_and_only_elders(city: City) -> None:
    homes = [(await city.home(1))[0] for _ in range(3)]
    body = {**city.person(1), "institution_id": homes[0]}
    assert await city.refused(city.family(), "applications", **body) == "assessment-needed"
    await city.assessed(1)
    for home in homes[:2]:
        await city.applied(home, 1)
    assert await city.refused(city.family(), "applications", **{**body, "institution_id": homes[2]}) == (
        "too-many-open-applications"
    )
    assert await city.refused(city.family(), "applications", **body) == "applied-here-before"
    young = {"name": "测试乙", "identity_number": identity_number(4, date(1966, 11, 24))}
    assert await city.refused(city.family(), "applications", **{**body, **young}) == "not-elder"
    poor = city.service.client("eldercare:place", person=None)
    assert await city.refused(poor, "placements", **{**body, **young}) == "not-extreme-hardship"
    young["circumstances"] = {"means": "EXTREME_HARDSHIP"}  # type: ignore[assignment]
    placed = await city.done(poor, "placements", 201, **{**body, **young})
    assert (placed["status"], placed["level"], placed["channel"]) == ("WAITLISTED", None, "ASSISTANCE")


async def test_200_concurrent_admissions_never_exceed_the_beds(city: City, service: ServiceUnderTest) -> None:
    institution, beds = await city.home(20)
    bodies = [
        {"bed_id": beds[n % 20], **city.person(n), "begins_on": city.today} for n in range(200)
    ]  # fmt: skip
    answers = await asyncio.gather(*(city.office.post("/v1/stays", json=body) for body in bodies))
    assert Counter(answer.status_code for answer in answers) == {201: 20, 409: 180}
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert {"bed-taken"} <= refused <= {"bed-taken", "still-running"}, (
        "a crowded machine may let a late one wait in vain"
    )
    rows = await service.rows(
        "SELECT count(*) AS n, count(DISTINCT bed_id) AS beds FROM stay WHERE institution_id = :one", one=institution
    )
    assert (rows[0].n, rows[0].beds) == (20, 20)


async def test_concurrent_draws_give_every_bed_to_another_one_in_order(city: City, service: ServiceUnderTest) -> None:
    institution, beds = await city.home(3)
    for seed in range(6):
        await city.assessed(seed)
    waiting = [await city.waiting(institution, seed) for seed in range(6)]
    answers = await asyncio.gather(*(city.office.post(f"/v1/beds/{bed}/draw") for bed in beds * 10))
    made = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    assert sorted(made) == sorted(waiting[:3])
    assert {answer.json()["code"] for answer in answers if answer.status_code != 201} == {"bed-has-an-open-offer"}
    open_offers = await service.rows("SELECT bed_id FROM offer WHERE status = 'OPEN'")
    reserved = await service.rows("SELECT id FROM bed WHERE status = 'RESERVED'")
    assert {row.bed_id for row in open_offers} == {row.id for row in reserved}


async def test_answers_and_expiry_at_once_have_one_effect(city: City, service: ServiceUnderTest) -> None:
    institution, beds = await city.home(1)
    await city.assessed(1)
    application = await city.waiting(institution, 1)
    await city.done(city.office, f"beds/{beds[0]}/draw", 201)
    family = city.family()
    answers = await asyncio.gather(
        *(family.post(f"/v1/my/applications/{application}/{action}") for action in ("accept", "decline") * 5)
    )
    assert Counter(answer.status_code for answer in answers)[200] == 1
    rows = await service.rows("SELECT count(*) AS n FROM offer WHERE status IN ('ACCEPTED', 'DECLINED')")
    assert rows[0].n == 1


async def test_a_bed_kept_by_a_withdrawn_application_is_free_again(city: City, service: ServiceUnderTest) -> None:
    institution, beds = await city.home(1)
    for seed in (1, 2):
        await city.assessed(seed)
    first, second = [await city.waiting(institution, seed) for seed in (1, 2)]
    await city.done(city.office, f"beds/{beds[0]}/draw", 201)
    await city.done(city.family(), f"my/applications/{first}/withdraw")
    assert (await city.done(city.office, f"beds/{beds[0]}/draw", 201))["id"] == second
    await city.done(city.office, f"applications/{second}/take-back", reason="床位维修")
    assert (await city.seen(second))["misses"] == 0
    assert (await service.rows("SELECT status FROM bed WHERE id = :bed", bed=beds[0]))[0].status == "IN_SERVICE"


async def test_drafts_returned_and_rejected_applications(city: City) -> None:
    institution, _ = await city.home(1)
    await city.assessed(1)
    body = {**city.person(1), "institution_id": institution, "submit": False, "phone": "13800000000"}
    draft = await city.done(city.family(), "applications", 201, **body)
    answer = await city.family().get(f"/v1/my/applications/{draft['id']}")
    changed = await city.family().put(
        f"/v1/my/applications/{draft['id']}",
        json={"circumstances": {"means": "NEAR_POOR"}, "wishes": {"bed_class": "NURSING"}},
        headers={"If-Match": '"1.1"', "Idempotency-Key": "edit-a-draft"},
    )
    assert (answer.json()["status"], changed.status_code) == ("DRAFT", 200), changed.text
    await city.done(city.family(), f"my/applications/{draft['id']}/submit")
    await city.done(city.office, f"applications/{draft['id']}/take-up")
    await city.done(city.office, f"applications/{draft['id']}/return", reason="材料不全")
    again = await city.done(city.family(), f"my/applications/{draft['id']}/submit")
    assert (again["status"], again["decision_reason"]) == ("SUBMITTED", None)
    await city.done(city.office, f"applications/{draft['id']}/take-up")
    rejected = await city.done(city.office, f"applications/{draft['id']}/reject", reason="不符合条件")
    assert rejected["available_actions"] == []
    assert await city.refused(city.office, f"applications/{draft['id']}/waitlist") == "action-not-possible"


PRE_CHECKS = [
    ("assessment", {"scores": FULL}, {"total": 90, "level": 0}),
    ("level", {"total": 65}, {"level": 2}),
    ("level", {"total": 50, "coma": True}, {"level": 4}),
    ("self-care", {"met": dict.fromkeys(SELF_CARE_ITEMS, True)}, {"outcome": "ABLE"}),
    ("legacy-level", {"barthel": 40}, {"legacy_level": 3, "reassess": True}),
    ("offer-expiry", {"notified_on": "2026-09-28"}, {"expires_on": "2026-10-08", "provisional": False}),
    ("trial", {"admitted_on": "2026-03-02"}, {"trial_ends_on": "2026-04-01"}),
]  # fmt: skip


async def test_pre_checks_answer_and_store_nothing(city: City, service: ServiceUnderTest) -> None:
    reader = service.client("eldercare:read")
    for path, body, expected in PRE_CHECKS:
        found = await city.done(reader, f"pre-checks/{path}", **body)  # type: ignore[arg-type]
        assert expected.items() <= found.items(), path  # type: ignore[attr-defined]
    found = await city.done(
        reader, "pre-checks/priority", level=3, born="1946-01-01", queued_on="2026-01-10", on="2026-09-10",
        circumstances={"means": "SUBSISTENCE_ALLOWANCE", "family": ["EMPTY_NEST"]},
    )  # fmt: skip
    assert (found["standing"]["lane"], found["standing"]["points"]) == (2, 66)
    assert "waiting.points.ability" in found["uncertain_parameters"]
    assert await city.refused(reader, "pre-checks/priority", born="1966-11-24", level=0) == "not-elder"
    assert await service.rows("SELECT 1 FROM outbox") == []


async def test_events_of_an_admission_name_nobody(city: City, service: ServiceUnderTest) -> None:
    institution, beds = await city.home(1)
    await city.assessed(1)
    application = await city.waiting(institution, 1)
    await city.done(city.office, f"beds/{beds[0]}/draw", 201)
    await city.done(city.family(), f"my/applications/{application}/accept")
    await city.agreed(application)
    await city.done(city.office, f"applications/{application}/admit", 201, begins_on=city.today)
    events = await service.announced()
    text = str(events)
    assert identity_number(1) not in text
    assert "测试甲" not in text
    last = [event for event in events if event["type"].split(".")[-2] == "admission" or "admission" in event["type"]][
        -1
    ]
    assert last["data"]["status"] == "ADMITTED"
    assert last["data"]["first_queued_on"] == city.today
