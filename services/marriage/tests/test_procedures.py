"""Divorce, papers given again, court, fraud, corrections, ratings and inquiries over HTTP and a real database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest

from departments.connected import connect_departments
from marriage.usecases.clock import run_appointment_clock, run_credit_clock, run_divorce_clock
from shared.kernel.clock import CHINA
from shared.storage.signing import SignatureInvalid, verify
from shared.testing.under_test import ServiceUnderTest

Make = Callable[..., dict[str, Any]]
Office = Callable[[str], Awaitable[str]]
WINDOW = tuple(
    f"marriage:{verb}"
    for verb in (
        "register", "read", "annul", "divorce", "issue", "fraud", "credit", "correct", "court", "rate", "answer",
        "inquire", "archive", "verify", "offices", "appoint",
    )
)  # fmt: skip
AGREEMENT = {
    "is_voluntary": True, "has_children": True, "children": "子女由母亲抚养（虚构）", "property": "房屋归女方（虚构）",
    "debts": "无共同债务（虚构）", "signed_by_both": True,
}  # fmt: skip
THERE = {"is_present": True}


def spouse(person: dict[str, Any], **changes: Any) -> dict[str, Any]:
    kept = ("name", "document", "household_division")
    return {**{name: person[name] for name in kept}, "is_present": True, "is_willing": True, **changes}


async def married(window: httpx.AsyncClient, office: str, first: Any, second: Any, **changes: Any) -> dict[str, Any]:
    body = {"office_id": office, "first": first, "second": second, "has_joint_photo": True, **changes}
    answer = await window.post("/v1/registrations", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def application(office: str, first: Any, second: Any, **changes: Any) -> dict[str, Any]:
    return {
        "office_id": office, "first": spouse(first), "second": spouse(second), "agreement": AGREEMENT, **changes,
    }  # fmt: skip


def go_to(service: ServiceUnderTest, day: str, hour: int = 10) -> None:
    service.clock.set(datetime.combine(date.fromisoformat(day), datetime.min.time(), CHINA) + timedelta(hours=hour))


async def test_a_divorce_from_the_receipt_to_the_certificate(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    here, elsewhere = await office_in("500103"), await office_in("500101")
    him, her = man(checked_at="2026-01-05T09:50:00+08:00"), woman(checked_at="2026-01-05T09:50:00+08:00")
    go_to(service, "2026-01-05")
    async with service.client(*WINDOW) as window:
        made = await married(window, here, him, her)
        body = application(here, her, him, marriage_certificate_no=made["certificate_no"])
        answer = await window.post("/v1/divorces", json=body)
        assert answer.status_code == 201, answer.text
        divorce = answer.json()
        assert (divorce["cooling_end"], divorce["window_start"], divorce["window_end"]) == (
            "2026-02-04", "2026-02-05", "2026-03-06",
        )  # fmt: skip
        assert divorce["registration_id"] == made["id"]
        assert AGREEMENT["property"] not in answer.text
        assert her["document"]["number"] not in answer.text
        assert (await window.post("/v1/divorces", json=body)).json()["code"] == "divorce-already-applied"
        path, visit = f"/v1/divorces/{divorce['id']}", {"office_id": here, "first": THERE, "second": THERE}
        go_to(service, "2026-02-04")
        assert (await window.post(f"{path}/register", json=visit)).json()["code"] == "too-early"
        go_to(service, "2026-02-10")
        alone = {**visit, "first": {"is_present": False}}
        assert (await window.post(f"{path}/register", json=alone)).json()["code"] == "both-required"
        wrong = {**visit, "office_id": elsewhere}
        assert (await window.post(f"{path}/register", json=wrong)).json()["code"] == "wrong-office"
        back = {"office_id": here, "document": her["document"], "has_receipt": True}
        assert (await window.post(f"{path}/withdraw", json=back)).json()["code"] == "cooling-off-over"
        go_to(service, "2026-03-06", 17)
        done = (await window.post(f"{path}/register", json=visit)).json()
        assert (done["status"], done["certificate_no"]) == ("REGISTERED", "L500103-2026-000001")
        assert (await window.post(f"{path}/issue")).json()["status"] == "CERTIFICATE_ISSUED"
        marriage = (await window.get(f"/v1/registrations/{made['id']}")).json()
        assert (marriage["status"], marriage["ending"]["on"]) == ("ENDED_BY_DIVORCE", "2026-03-06")
        asked = {"X-Purpose": "LOAN"}
        names = [him["name"], her["name"]]
        standing = [
            (await window.post(
                "/v1/certificates/verify", json={"certificate_no": number, "names": names}, headers=asked
            )).json()
            for number in (made["certificate_no"], done["certificate_no"])
        ]  # fmt: skip
        assert standing == [
            {"result": "NOT_VALID", "since": "2026-03-06"}, {"result": "VALID", "since": "2026-03-06"},
        ]  # fmt: skip
        fresh = {"checked_at": "2026-03-06T16:50:00+08:00", "prior_status": "DIVORCED"}
        again = await married(window, here, man(**fresh), woman(**fresh), occasion="REMARRIAGE")
        assert again["certificate_no"] == "J500103-2026-000002"
        question = {"certificate_no": done["certificate_no"], "names": names}
        superseded = await window.post("/v1/certificates/verify", json=question, headers=asked)
        assert superseded.json() == {"result": "NOT_VALID", "since": "2026-03-06"}
    stored = [str(row) for table in ("divorce", "divorce_agreement", "divorce_party", "outbox", "audit_entry")
              for row in await service.rows(f"SELECT * FROM {table}")]  # fmt: skip
    for secret in (him["name"], him["document"]["number"], AGREEMENT["property"], AGREEMENT["children"]):
        assert not [row for row in stored if secret in row]


async def test_the_clock_ends_cooling_off_and_lapses_and_frees_both_for_a_new_application(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    here = await office_in("500103")
    go_to(service, "2026-01-05")
    fresh = {"checked_at": "2026-01-05T09:50:00+08:00"}
    async with service.client(*WINDOW) as window:
        made = await married(window, here, man(**fresh), woman(**fresh))
        body = application(here, woman(), man(), marriage_certificate_no=made["certificate_no"])
        divorce = (await window.post("/v1/divorces", json=body)).json()
        seen = []
        for day in ("2026-02-04", "2026-02-05", "2026-03-06", "2026-03-07", "2026-03-08"):
            go_to(service, day)
            await run_divorce_clock(service.running)
            seen.append((await window.get(f"/v1/divorces/{divorce['id']}")).json()["status"])
        assert seen == ["COOLING_OFF", "COLLECTIBLE", "COLLECTIBLE", "LAPSED", "LAPSED"]
        again = await window.post("/v1/divorces", json=body)
        assert (again.status_code, again.json()["cooling_end"]) == (201, "2026-04-07")
        listed = (await window.get("/v1/divorces", params={"status": "LAPSED"})).json()["items"]
        assert [line["id"] for line in listed] == [divorce["id"]]
        mine = await window.post("/v1/divorces/search", json={"document": woman()["document"]})
        assert len(mine.json()["items"]) == 2
    events = [e["type"] for e in await service.announced() if ".divorce." in e["type"]]
    assert events == [f"civil.marriage.divorce.{what}.v1" for what in ("accepted", "cooled", "lapsed", "accepted")]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"place_of_registration": "ABROAD"}, "marriage-not-registered-in-mainland"),
        ({"agreement": None}, "agreement-missing"),
        ({"agreement": {**AGREEMENT, "debts": None}}, "agreement-incomplete"),
        ({"marriage_certificate_no": "L500103-2026-000001"}, "marriage-not-of-this-couple"),
        ({"marriage_certificate_no": "J50010-2026-000001"}, "certificate-number-malformed"),
        ({}, "marriage-not-confirmed"),
    ],
)
async def test_example_28_what_is_not_accepted_leaves_nothing(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office, changes: dict[str, Any], code: str
) -> None:
    body = application(await office_in("500103"), woman(), man(), **changes)
    async with service.client(*WINDOW) as window:
        assert (await window.post("/v1/divorces", json=body)).json()["code"] == code
        guarded = {**body, "second": spouse(man(), has_capacity=False)}
        assert (await window.post("/v1/divorces", json={**guarded, "place_of_registration": "MAINLAND"})).json()[
            "code"
        ] in ("no-capacity", "certificate-number-malformed")
        alone = await window.post("/v1/divorces", json={**body, "second": spouse(woman())})
        assert alone.json()["code"] in ("same-person-twice", "certificate-number-malformed")
    assert await service.rows("SELECT id FROM divorce") == []


async def test_a_marriage_from_elsewhere_divorces_on_the_word_of_the_national_base(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    here = await office_in("500103")
    check = {"source": "NATIONAL_MARRIAGE_BASE", "outcome": "CLEAR", "checked_at": "2026-11-23T08:50:00+08:00"}
    body = application(here, woman(), man(), marriage_certificate_no="J370100-2015-000001")
    async with service.client(*WINDOW) as window:
        for wrong, code in (
            ({**check, "outcome": "UNAVAILABLE"}, "marriage-not-confirmed"),
            ({**check, "outcome": "CONTRADICTED"}, "marriage-not-in-force"),
            ({**check, "checked_at": "2026-11-20T08:50:00+08:00"}, "marriage-not-confirmed"),
        ):
            refused = await window.post("/v1/divorces", json={**body, "base_check": wrong})
            assert refused.json()["code"] == code
        made = (await window.post("/v1/divorces", json={**body, "base_check": check})).json()
        assert (made["status"], made["registration_id"], made["provisional"]) == ("COOLING_OFF", None, True)


async def test_example_33_annulled_ab_initio_and_divorce_later_impossible(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    here = await office_in("500103")
    fresh = {"checked_at": "2026-02-02T09:50:00+08:00"}
    go_to(service, "2026-02-02")
    async with service.client(*WINDOW) as window:
        made = await married(window, here, man(**fresh), woman(**fresh))
        number = made["certificate_no"]
        divorce = await window.post("/v1/divorces", json=application(here, woman(), man()))
        go_to(service, "2026-03-10")
        paper = {
            "certificate_no": number, "names": ["测试甲", "测试乙"], "decision": "ANNULLED_OR_VOID",
            "ground": "COERCION", "court": "测试人民法院", "document": "（2026）测试1号", "effective_on": "2026-03-10",
        }  # fmt: skip
        async with service.client("marriage:court", person="clerk-a") as clerk:
            stranger = {**paper, "names": ["测试甲", "测试丙"]}
            assert (await clerk.post("/v1/court-papers", json=stranger)).json()["code"] == "marriage-not-of-this-couple"
            early = {**paper, "effective_on": "2026-03-11"}
            assert (await clerk.post("/v1/court-papers", json=early)).json()["code"] == "judgment-not-effective"
            mixed = {**paper, "decision": "DIVORCE"}
            assert (await clerk.post("/v1/court-papers", json=mixed)).json()["code"] == "ground-missing"
            filed = await clerk.post("/v1/court-papers", json=paper)
            assert (filed.status_code, filed.json()["status"]) == (201, "ANNULLED")
            assert (await clerk.get(f"/v1/registrations/{made['id']}")).status_code == 403
        ended = (await window.get(f"/v1/divorces/{divorce.json()['id']}")).json()
        assert (ended["status"], ended["termination"]) == ("TERMINATED", "COURT_ANNULMENT")
        later = application(here, woman(), man(), marriage_certificate_no=number)
        assert (await window.post("/v1/divorces", json=later)).json()["code"] == "marriage-not-in-force"
        fresh = {"checked_at": "2026-03-10T09:50:00+08:00"}
        assert (await married(window, here, man(**fresh), woman(**fresh)))["status"] == "IN_FORCE"


async def test_examples_29_and_32_a_certificate_is_given_again_only_while_the_status_is_the_same(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    here = await office_in("500103")
    holder = {"name": woman()["name"], "document": woman()["document"]}
    async with service.client(*WINDOW) as window:
        old = {"office_id": here, "kind": "MARRIAGE_CERTIFICATE", "holders": [holder], "loss": "LOST",
               "original_certificate_no": "J500103-1998-000077"}  # fmt: skip
        one = (await window.post("/v1/issuances", json=old)).json()
        found = {"found": True, "status_unchanged": True, "registered_on": "1998-05-01", "document": "测试档案"}
        assert (await window.post(f"/v1/issuances/{one['id']}/issue")).json()["code"] == "action-not-possible"
        assert (await window.post(f"/v1/issuances/{one['id']}/verify", json=found)).json()["status"] == "VERIFIED"
        given = (await window.post(f"/v1/issuances/{one['id']}/issue")).json()
        assert (given["certificate_no"], given["registered_on"]) == ("BJ500103-2026-000001", "1998-05-01")
        made = await married(window, here, man(), woman())
        ask = {**old, "original_certificate_no": made["certificate_no"]}
        stranger = {**ask, "holders": [{"name": "测试丙", "document": man(seed=9)["document"]}]}
        assert (await window.post("/v1/issuances", json=stranger)).json()["code"] == "holder-not-in-record"
        misfit = {**ask, "kind": "DIVORCE_CERTIFICATE"}
        assert (await window.post("/v1/issuances", json=misfit)).json()["code"] == "kind-does-not-fit-number"
        second = (await window.post("/v1/issuances", json=ask)).json()
        await window.post(f"/v1/issuances/{second['id']}/verify", json={**found, "found": False})
        replaced = (await window.post(f"/v1/issuances/{second['id']}/issue")).json()
        assert replaced["certificate_no"] == "BJ500103-2026-000002"
        question = {"names": [man()["name"], woman()["name"]]}
        asked = {"X-Purpose": "LOAN"}
        results = [
            (await window.post(
                "/v1/certificates/verify", json={**question, "certificate_no": number}, headers=asked
            )).json()["result"]
            for number in (made["certificate_no"], replaced["certificate_no"])
        ]  # fmt: skip
        assert results == ["NOT_VALID", "VALID"]
        death = {"on": "2026-11-23", "document": "测试证明"}
        await window.post(f"/v1/registrations/{made['id']}/end-by-death", json=death)
        third = (await window.post("/v1/issuances", json=ask)).json()
        refused = await window.post(f"/v1/issuances/{third['id']}/verify", json=found)
        assert (refused.status_code, refused.json()["code"]) == (409, "status-has-changed")
        record = (await window.post("/v1/issuances", json={**ask, "kind": "RECORD", "loss": None})).json()
        await window.post(f"/v1/issuances/{record['id']}/verify", json=found)
        assert (await window.post(f"/v1/issuances/{record['id']}/issue")).json()["status"] == "ISSUED"


async def test_example_34_impersonation_is_revoked_and_its_user_listed_and_warned_of(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    here = await office_in("500103")
    async with (
        service.client(*WINDOW, person="officer-a") as first,
        service.client(*WINDOW, person="officer-b") as second,
    ):
        made = await married(first, here, man(), woman())
        opened = {"registration_id": made["id"], "reporter": "IMPERSONATED"}
        case = (await first.post("/v1/fraud-cases", json=opened)).json()
        assert (await first.post("/v1/fraud-cases", json=opened)).json()["code"] == "fraud-reported-already"
        path = f"/v1/fraud-cases/{case['id']}"
        await first.post(f"{path}/refer")
        evidence = {"kind": "POLICE_FINDING", "document": "测试结论", "received_on": "2026-11-23"}
        await first.post(f"{path}/evidence", json=evidence)
        review = {"conditions_met": True, "reasons": "测试"}
        assert (await first.post(f"{path}/review", json=review)).status_code == 403
        await second.post(f"{path}/review", json=review)
        told = (await second.post(f"{path}/notify")).json()
        assert told["hearing_until"] == "2026-11-30"
        go_to(service, "2026-12-01")
        revoked = (await second.post(f"{path}/revoke", json={"decision": "测试决定书"})).json()
        assert revoked["status"] == "REVOKED"
        person = {"name": man()["name"], "document": man()["document"]}
        assert (await second.post(f"{path}/close", json=person)).json()["listed_on"] == "2026-12-01"
        gone = (await first.get(f"/v1/registrations/{made['id']}")).json()
        assert (gone["status"], gone["ending"]["kind"]) == ("REVOKED", "FRAUD_REVOKED")
        fresh = {"checked_at": "2026-12-01T09:50:00+08:00"}
        warned = await married(first, here, man(**fresh), woman(seed=2, **fresh))
        assert [c["side"] for c in warned["clauses"] if c["code"] == "M15"] == ["first"]
        go_to(service, "2029-12-01")
        await run_credit_clock(service.running)
    rows = await service.rows("SELECT status, until, delisted_on FROM dishonesty")
    assert [(row.status, str(row.until), str(row.delisted_on)) for row in rows] == [
        ("DELISTED", "2029-12-01", "2029-12-01")
    ]


async def test_a_clerical_slip_is_corrected_by_a_second_registrar_and_the_old_value_stays_sealed(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    async with (
        service.client(*WINDOW, "marriage:reveal", person="officer-a") as first,
        service.client(*WINDOW, person="officer-b") as second,
    ):
        made = await married(first, await office_in("500103"), man(), woman())
        wish = {"registration_id": made["id"], "side": "first", "entry": "NAME", "right": "测试丁"}
        one = (await first.post("/v1/corrections", json=wish)).json()
        path = f"/v1/corrections/{one['id']}"
        later = {"cause": "CHANGED_LATER", "document": "测试证明"}
        assert (await first.post(f"{path}/check-archive", json=later)).json()["code"] == "changed-after-registration"
        await first.post(f"{path}/check-archive", json={**later, "cause": "CLERICAL"})
        assert (await first.post(f"{path}/correct")).status_code == 403
        assert (await second.post(f"{path}/correct")).json()["status"] == "CORRECTED"
        shown = await first.get(f"/v1/registrations/{made['id']}/revealed", headers={"X-Purpose": "CASE_REVIEW"})
        assert [party["name"] for party in shown.json()["parties"]] == ["测试丁", "测试乙"]
    stored = [str(row) for table in ("correction", "outbox") for row in await service.rows(f"SELECT * FROM {table}")]
    assert not [row for row in stored if "测试丁" in row or "测试甲" in row]


async def test_a_poor_grade_is_answered_and_published_with_the_response_rate(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    here = await office_in("500103")
    async with service.client(*WINDOW) as window:
        made = [await married(window, here, man(seed=n), woman(seed=n)) for n in range(4)]
        grades = {0: 5, 1: 3, 2: 1}
        given = [
            (await window.post(
                "/v1/ratings", json={"business": "REGISTRATION", "subject_id": made[n]["id"], "grade": grade}
            )).json()
            for n, grade in grades.items()
        ]  # fmt: skip
        assert [rating["answer_due_on"] for rating in given] == [None, None, "2026-11-30"]
        twice = {"business": "REGISTRATION", "subject_id": made[0]["id"], "grade": 5}
        assert (await window.post("/v1/ratings", json=twice)).json()["code"] == "rated-already"
        assert (await window.post("/v1/ratings", json={**twice, "grade": 6})).status_code == 422
        waiting = (await window.get("/v1/ratings/unanswered")).json()["items"]
        assert [rating["id"] for rating in waiting] == [given[2]["id"]]
        go_to(service, "2026-12-01")
        async with service.bare_client() as anybody:
            found = (await anybody.get("/v1/satisfaction", params={"office_id": here})).json()
        assert (found["rated"], found["satisfied"], found["poor"], found["poor_overdue"]) == (3, 2, 1, 1)
        assert (found["satisfaction"], found["response_rate"]) == (66.67, 75.0)
        answered = await window.post(
            f"/v1/ratings/{given[2]['id']}/answer", json={"upheld": True, "measures": "测试整改"}
        )
        assert answered.json()["status"] == "ANSWERED"
        assert (await window.get("/v1/ratings/unanswered")).json()["items"] == []


async def test_a_proof_is_checked_offline_and_says_no_more_than_number_day_and_standing(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    async with service.client(*WINDOW) as window:
        made = await married(window, await office_in("500103"), man(), woman())
    asked = {"X-Purpose": "LOAN"}
    async with service.client("marriage:verify", person=None) as bank:
        question = {"certificate_no": made["certificate_no"], "names": ["测试乙", "测试甲"]}
        proof = (await bank.post("/v1/certificates/proof", json=question, headers=asked)).json()["proof"]
        wrong = await bank.post("/v1/certificates/proof", json={**question, "names": ["甲甲", "乙乙"]}, headers=asked)
        assert wrong.json()["code"] == "nothing-to-prove"
        jwks = (await bank.get("/.well-known/jwks.json")).json()
        claims = verify("certificate-proof+jws", proof, jwks, issuer="marriage")
        assert set(claims) == {
            "certificate_no", "registered_on", "result", "since", "as_of", "valid_to", "aud", "iss",
        }  # fmt: skip
        assert (claims["certificate_no"], claims["result"], claims["registered_on"]) == (
            made["certificate_no"], "VALID", "2026-11-23",
        )  # fmt: skip
        head, body, signature = proof.split(".")
        altered = f"{head}.{body[:-2]}{'A' if body[-2] != 'A' else 'B'}{body[-1]}.{signature}"
        with pytest.raises(SignatureInvalid):
            verify("certificate-proof+jws", altered, jwks, issuer="marriage")
        refused = await bank.post("/v1/certificates/proof/check", json={"proof": altered})
        assert refused.json()["code"] == "proof-not-ours"
        online = (await bank.post("/v1/certificates/proof/check", json={"proof": proof})).json()
        assert (online["result"], online["is_expired"]) == ("VALID", False)


async def test_other_bodies_are_asked_and_what_they_do_not_say_holds_everything_up(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    simulator = connect_departments(service, "public-security", "civil-affairs")
    him, her = man(), woman()
    async with service.client(*WINDOW) as window:

        async def ask(person: dict[str, Any], question: str) -> dict[str, Any]:
            body = {"question": question, "name": person["name"], "document": person["document"]}
            answer = await window.post("/v1/inquiries", json=body)
            assert answer.status_code == 201, answer.text
            return answer.json()

        for person in (him, her):
            subject = person["document"]["number"]
            simulator.prepare("identity-check", subject, {"matches": True, "alive": True})
            simulator.prepare("marital-status", subject, {"married": False})
        bodies = {}
        for side, person in (("first", him), ("second", her)):
            identity, marital = await ask(person, "IDENTITY"), await ask(person, "NO_SPOUSE")
            assert (identity["outcome"], marital["outcome"]) == ("CLEAR", "CLEAR")
            bodies[side] = {
                **person, "identity_check": None, "marital_check": None, "identity_inquiry_id": identity["id"],
                "marital_inquiry_id": marital["id"],
            }  # fmt: skip
        simulator.behave("identity-check", status=503)
        silent = await ask(him, "IDENTITY")
        assert (silent["outcome"], silent["reason"]) == ("UNAVAILABLE", "broken")
        body = {"office_id": await office_in("500103"), "has_joint_photo": True, **bodies}
        held = {**body, "first": {**bodies["first"], "identity_inquiry_id": silent["id"]}}
        assert (await window.post("/v1/registrations", json=held)).json()["code"] == "identity-unknown"
        swapped = {**body, "first": {**bodies["first"], "identity_inquiry_id": bodies["second"]["identity_inquiry_id"]}}
        assert (await window.post("/v1/registrations", json=swapped)).status_code == 404
        simulator.recover()
        simulator.prepare("identity-check", him["document"]["number"], {"something": "else"})
        assert (await ask(him, "IDENTITY"))["reason"] == "unreadable"
        simulator.behave("marital-status", delay_ms=9000)
        assert (await ask(him, "NO_SPOUSE"))["reason"] == "timeout"
        assert (await window.post("/v1/registrations", json=body)).status_code == 201
    stored = " ".join(str(row) for row in await service.rows("SELECT * FROM inquiry"))
    assert him["document"]["number"] not in stored


async def test_soldiers_and_suspected_trafficking(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    body = {"office_id": await office_in("500103"), "first": man(is_soldier=True), "second": woman(),
            "has_joint_photo": True}  # fmt: skip
    async with service.client(*WINDOW) as window:
        refused = await window.post("/v1/registrations", json=body)
        assert refused.json()["code"] == "unit-certificate-missing"
        certified = {**body, "first": man(is_soldier=True, has_unit_certificate=True)}
        suspected = await window.post("/v1/registrations", json={**certified, "is_trafficking_suspected": True})
        assert suspected.json()["code"] == "trafficking-suspected"
        made = (await window.post("/v1/registrations", json=certified)).json()
        path = f"/v1/registrations/{made['id']}/celebrate"
        assert (await window.post(path, json={"on": "2026-11-23"})).json()["ceremony_on"] == "2026-11-23"
        assert (await window.post(path, json={"on": "2026-11-23"})).json()["code"] == "ceremony-held-already"
        item = {"division": "500103", "subject_id": made["id"], "kind": "DECLARATION", "reference": "测试-1",
                "sha256": "0" * 64}  # fmt: skip
        assert (await window.post("/v1/archive-items", json=item)).status_code == 201
        listed = (await window.get("/v1/archive-items", params={"subject_id": made["id"]})).json()["items"]
        assert [entry["kind"] for entry in listed] == ["DECLARATION"]


async def test_the_divorce_timeline_before_anybody_applies(service: ServiceUnderTest) -> None:
    async with service.client("marriage:precheck") as app:
        for day, ends in (
            ("2026-01-19", ("2026-02-24", "2026-02-25", "2026-03-26", "2026-03-27")),
            ("2026-08-21", ("2026-09-20", "2026-09-21", "2026-10-20", "2026-10-21")),
        ):
            answer = (await app.post("/v1/pre-checks/divorce-timeline", json={"applied_on": day})).json()
            assert tuple(answer[k] for k in ("cooling_end", "window_start", "window_end", "lapses_on")) == ends
            assert answer["provisional"] is False
        later = (await app.post("/v1/pre-checks/divorce-timeline", json={"applied_on": "2026-12-01"})).json()
        assert later["provisional"] is True


async def test_appointments_are_booked_moved_cancelled_kept_and_missed(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    here, elsewhere = await office_in("500103"), await office_in("500101")
    plan = {"business": "MARRIAGE", "first_day": "2026-11-25", "last_day": "2026-11-30", "begins": "09:00",
            "ends": "10:00", "capacity": 1}  # fmt: skip

    def couple(n: int) -> list[dict[str, Any]]:
        return [man(seed=n)["document"], woman(seed=n)["document"]]

    async with service.client(*WINDOW) as window:
        made = (await window.post(f"/v1/offices/{here}/slots", json=plan)).json()["items"]
        assert [slot["day"] for slot in made] == ["2026-11-25", "2026-11-26", "2026-11-27", "2026-11-30"]
        assert (await window.post(f"/v1/offices/{here}/slots", json=plan)).json()["code"] == "slot-taken"
        weekend = {**plan, "first_day": "2026-11-28", "last_day": "2026-11-29"}
        assert (await window.post(f"/v1/offices/{here}/slots", json=weekend)).json()["code"] == "office-not-open-then"
        other = (await window.post(f"/v1/offices/{elsewhere}/slots", json=plan)).json()["items"]
        one, two = made[0]["id"], made[1]["id"]

        async def book(slot: str, n: int, path: str = "") -> httpx.Response:
            return await window.post(f"/v1/appointments{path}", json={"slot_id": slot, "people": couple(n)})

        first = (await book(one, 1)).json()
        assert (await book(other[0]["id"], 1)).json()["code"] == "already-has-appointment"
        full = (await book(one, 2)).json()
        assert (full["code"], len(full["facts"]["alternatives"])) == ("slot-full", 5)
        assert (await book(two, 2, "/wait")).json()["code"] == "slot-still-free"
        waiting = [(await book(one, n, "/wait")).json() for n in (2, 3)]
        places = [(await window.get(f"/v1/appointments/{w['id']}")).json()["place_in_line"] for w in waiting]
        assert ([w["status"] for w in waiting], places) == (["WAITING", "WAITING"], [1, 2])
        moved = (await window.post(f"/v1/appointments/{first['id']}/move", json={"slot_id": two})).json()
        assert (moved["status"], moved["slot_id"]) == ("BOOKED", two)
        promoted = (await window.get(f"/v1/appointments/{waiting[0]['id']}")).json()
        assert (promoted["status"], promoted["place_in_line"]) == ("BOOKED", None)
        await window.post(f"/v1/appointments/{promoted['id']}/cancel")
        assert (await window.get(f"/v1/appointments/{waiting[1]['id']}")).json()["status"] == "BOOKED"
        free = (await window.get("/v1/slots", params={"business": "MARRIAGE", "office_id": here})).json()["items"]
        assert [slot["day"] for slot in free] == ["2026-11-27", "2026-11-30"]
        go_to(service, "2026-11-25", 9)
        await run_appointment_clock(service.running)
        assert (await window.get(f"/v1/appointments/{waiting[1]['id']}")).json()["status"] == "BOOKED"
        service.clock.advance(timedelta(minutes=30))
        await run_appointment_clock(service.running)
        assert (await window.get(f"/v1/appointments/{waiting[1]['id']}")).json()["status"] == "MISSED"
        go_to(service, "2026-11-26", 9)
        assert (await window.post(f"/v1/appointments/{first['id']}/keep")).json()["status"] == "KEPT"
        mine = await window.post("/v1/appointments/search", json={"document": couple(1)[0]})
        assert mine.json()["items"] == []
    counted = await service.rows("SELECT booked FROM slot WHERE id = :id", id=one)
    assert counted[0].booked == 0


async def test_an_office_is_graded_and_its_counselling_is_on_record(
    service: ServiceUnderTest, office_in: Office
) -> None:
    here = await office_in("500103")
    said = {"from_day": "2026-01-01", "document": "测试文件"}
    async with service.client(*WINDOW) as window:
        early = await window.post(f"/v1/offices/{here}/counselling-sessions", json={"on": "2026-11-20"})
        assert early.json()["code"] == "no-counselling-room-then"
        await window.post(f"/v1/offices/{here}/amend", json={**said, "counselling_room": True})
        held = (await window.post(f"/v1/offices/{here}/counselling-sessions", json={"on": "2026-11-20"})).json()
        graded = (await window.post(f"/v1/offices/{here}/grade", json={**said, "grade": "4A"})).json()
    assert (held["latest_counselling"], graded["grade"]) == ("2026-11-20", "4A")
    assert (graded["serves_mainland"]["holds"], graded["serves_foreign_related"]["holds"]) == (True, False)
