"""The HTTP interface: who may, what is answered, what is refused and how."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from shared.testing.under_test import ServiceUnderTest
from shared.web.access import api_routes, scopes_of

Make = Callable[..., dict[str, Any]]
Office = Callable[[str], Awaitable[str]]
NOBODY = "01890000-0000-7000-8000-000000000000"
REGISTRAR = ("marriage:register", "marriage:read", "marriage:annul")
EVIDENCE = {"document": "测试文件", "confidence": "K"}
JUDGMENT = {
    "ground": "BIGAMY", "court": "测试人民法院", "document": "（2026）测试第1号", "effective_on": "2026-11-23",
}  # fmt: skip


def couple(office: str, first: dict[str, Any], second: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"office_id": office, "first": first, "second": second, "has_joint_photo": True, **changes}


def with_number(person: dict[str, Any], number: str) -> dict[str, Any]:
    return {**person, "document": {"kind": "ID_CARD", "number": number}}


async def test_a_couple_is_registered_read_and_found_and_a_court_undoes_it(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    office = await office_in("500103")
    async with service.client(*REGISTRAR, "marriage:reveal", division="500103000000") as window:
        answer = await window.post("/v1/registrations", json=couple(office, man(), woman()))
        assert answer.status_code == 201, answer.text
        made = answer.json()
        path = f"/v1/registrations/{made['id']}"
        assert (answer.headers["location"], answer.headers["etag"]) == (path, '"1.1"')
        assert made["certificate_no"] == "J500103-2026-000001"
        assert (made["status"], made["registered_on"], made["cross_province"]) == ("IN_FORCE", "2026-11-23", False)
        assert [party["name"] for party in made["parties"]] == ["测*甲", "测*乙"]
        assert made["available_actions"] == ["annul", "end-by-death", "celebrate"]
        number = man()["document"]["number"]
        assert number not in answer.text
        assert number not in (await window.get(path)).text
        assert (await window.get(f"{path}/revealed")).status_code == 400
        revealed = await window.get(f"{path}/revealed", headers={"X-Purpose": "CASE_REVIEW"})
        assert number in revealed.text
        found = (await window.post("/v1/registrations/search", json={"document": woman()["document"]})).json()
        listed = (await window.get("/v1/registrations", params={"office_id": office, "on": "2026-11-23"})).json()
        assert [line["id"] for line in found["items"]] == [line["id"] for line in listed["items"]] == [made["id"]]
        annulled = (await window.post(f"{path}/annul", json=JUDGMENT)).json()
    assert (annulled["status"], annulled["annulment"]["basis"]) == ("ANNULLED", "民法典 第一千零五十一条")
    assert annulled["available_actions"] == []
    actions = await service.rows("SELECT action, purpose FROM audit_entry WHERE action LIKE 'registration.%'")
    assert {(row.action, row.purpose) for row in actions} == {
        ("registration.registered", None), ("registration.read", None), ("registration.revealed", "CASE_REVIEW"),
        ("registration.searched", None), ("registration.annulled", None),
    }  # fmt: skip


async def test_every_route_wants_a_token_with_its_scope_or_is_public(service: ServiceUnderTest) -> None:
    routes = [route for route in api_routes(service.app) if route.path.startswith("/v1")]
    guarded = {place: scope for scope, places in scopes_of(routes).items() for place in places}
    assert {scope for scope in guarded.values() if "parameters" not in scope} == {
        f"marriage:{verb}"
        for verb in (
            "offices", "register", "annul", "read", "reveal", "verify", "precheck", "divorce", "appoint", "issue",
            "fraud", "credit", "correct", "court", "rate", "answer", "inquire", "archive",
        )
    }  # fmt: skip
    public = {f"{min(route.methods)} {route.path}" for route in routes} - guarded.keys()
    assert public == {
        "GET /v1/offices", "GET /v1/offices/{office_id}", "GET /v1/parameters", "GET /v1/slots", "GET /v1/satisfaction",
    }  # fmt: skip
    scopes = sorted(set(guarded.values()))
    async with service.bare_client() as anybody:
        for place, scope in guarded.items():
            method, _, path = place.partition(" ")
            path = re.sub(r"\{[a-z_]+\}", NOBODY, path)
            body = None if method == "GET" else {}
            assert (await anybody.request(method, path, json=body)).status_code == 401, place
            others = service.token(*(other for other in scopes if other != scope))
            refused = await anybody.request(method, path, json=body, headers={"Authorization": f"Bearer {others}"})
            assert (refused.status_code, refused.json()["code"]) == (403, "not-permitted"), place


async def test_what_belongs_to_another_district_does_not_exist(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    office = await office_in("500103")
    body = couple(office, man(), woman())
    async with service.client(*REGISTRAR, division="500103000000") as here:
        made = (await here.post("/v1/registrations", json=body)).json()
    async with service.client(*REGISTRAR, "marriage:offices", division="500101000000") as elsewhere:
        path = f"/v1/registrations/{made['id']}"
        closing = {"closed_on": "2026-12-01", **EVIDENCE}
        assert (await elsewhere.get(path)).status_code == 404
        assert (await elsewhere.post(f"{path}/annul", json=JUDGMENT)).status_code == 404
        assert (await elsewhere.post("/v1/registrations", json=body)).json()["code"] == "office-unknown"
        assert (await elsewhere.post(f"/v1/offices/{office}/close", json=closing)).status_code == 404
        assert (await elsewhere.get("/v1/registrations")).json()["items"] == []
        search = {"document": man()["document"]}
        assert (await elsewhere.post("/v1/registrations/search", json=search)).json()["items"] == []


async def test_repetition_staleness_and_missing_keys(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    body = couple(await office_in("500103"), man(), woman())
    async with service.client(*REGISTRAR) as window:
        key = {"Idempotency-Key": "window-1-couple-1"}
        first = await window.post("/v1/registrations", json=body, headers=key)
        again = await window.post("/v1/registrations", json=body, headers=key)
        assert (again.status_code, again.content) == (201, first.content)
        assert (again.headers["idempotent-replayed"], again.headers["etag"]) == ("true", '"1.1"')
        other = await window.post("/v1/registrations", json={**body, "has_joint_photo": False}, headers=key)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
        path = f"/v1/registrations/{first.json()['id']}/annul"
        stale = await window.post(path, json=JUDGMENT, headers={"If-Match": '"1.7"'})
        assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")
        assert (await window.post(path, json=JUDGMENT, headers={"If-Match": "x"})).status_code == 400
        assert (await window.post(path, json=JUDGMENT, headers={"If-Match": '"1.1"'})).status_code == 200
        twice = await window.post(path, json=JUDGMENT)
        assert (twice.status_code, twice.json()["code"]) == (409, "action-not-possible")
        window.event_hooks = {"request": []}
        missing = await window.post("/v1/registrations", json=body)
        assert missing.status_code == 400
    assert len(await service.rows("SELECT 1 FROM registration")) == 1


async def test_what_was_typed_wrong_is_described_and_never_repeated(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    office, number = await office_in("500103"), man()["document"]["number"]
    full_width = number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    wrong_check = number[:-1] + ("0" if number[-1] != "0" else "1")
    wrong: list[tuple[dict[str, Any], str, str]] = [
        (couple(office, with_number(man(), wrong_check), woman()), "identity-number-invalid", "/first/identity_number"),
        (couple(office, with_number(man(), full_width), woman()), "identity-number-invalid", "/first/identity_number"),
        (couple(office, man(), with_number(woman(), number)), "sex-contradicts-identity-number", "/second/sex"),
        (
            couple(office, man(), {**woman(), "birth_date": "1996-07-03"}),
            "birth-date-contradicts-identity-number", "/second/birth_date",
        ),
        (couple(office, man(), man(name="测试丙")), "same-person-twice", "/second/document/number"),
        (couple(office, man(birth_date_="x"), woman()), "invalid-input", "/body/first/birth_date_"),
        (couple(office, {**man(), "birth_date": "1899-12-31"}, woman()), "invalid-input", "/body/first/birth_date"),
        (couple(office, {**man(), "birth_date": "2026-11-24"}, woman()), "born-after-today", "/first/birth_date"),
        (couple(office, man(name="测试\u202e甲"), woman()), "invalid-input", "/body/first/name"),
        (couple(office, man(name="测试1"), woman()), "person-name-invalid", "/first/name"),
        (couple(office, man(household_division="990000"), woman()), "invalid-input", "/body/first/household_division"),
        (couple(office, man(household_division="500199"), woman()), "unknown-division", "/division_code"),
        (couple(office, man(household_division=None), woman()), "household-does-not-fit", "/first/household_division"),
        (couple(office, man(is_present="true"), woman()), "invalid-input", "/body/first/is_present"),
        (
            couple(office, man(marital_check={**man()["marital_check"], "checked_at": 1}), woman()),
            "invalid-input", "/body/first/marital_check/checked_at",
        ),
    ]  # fmt: skip
    async with service.client(*REGISTRAR) as window:
        for body, code, pointer in wrong:
            answer = await window.post("/v1/registrations", json=body)
            problem = answer.json()
            assert (answer.status_code, problem["code"], problem["errors"][0]["pointer"]) == (422, code, pointer)
            for typed in (wrong_check, full_width, number, "1899-12-31", "990000"):
                assert typed not in answer.text
        not_a_number = json.dumps(couple(office, man(), woman(), seed=float("nan")))
        answer = await window.post(
            "/v1/registrations", content=not_a_number, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 400
        old = couple(office, man(household_division="500112"), woman())
        assert (await window.post("/v1/registrations", json=old)).status_code == 201


async def test_a_refused_couple_learns_every_ground_with_its_article(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    office = await office_in("500103")
    brother_and_sister = {
        "members": [
            {"label": "a", "parents": [{"label": "mother"}, {"label": "father-1"}]},
            {"label": "b", "parents": [{"label": "mother"}, {"label": "father-2"}]},
        ],
        "first": "a",
        "second": "b",
    }
    async with service.client(*REGISTRAR) as window:
        body = couple(office, man(is_present=False), woman(marital_check=None), family=brother_and_sister)
        refused = await window.post("/v1/registrations", json=body)
        assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
        problem = refused.json()
        assert (problem["code"], problem["rule"]) == ("not-both-in-person", "民法典 第一千零四十九条")
        assert [(ground["code"], ground["rule"]) for ground in problem["facts"]["grounds"]] == [
            ("not-both-in-person", "民法典 第一千零四十九条"),
            ("marital-status-unknown", "国务院令第804号（婚姻状况联网核对）"),
            ("prohibited-kinship", "民法典 第一千零四十八条"),
        ]
        hong_kong = woman(
            residence="HONG_KONG", household_division=None, document={"kind": "TRAVEL_PERMIT", "number": "H12345678"},
            identity_check={**woman()["identity_check"], "source": "BORDER"},
            marital_check={**woman()["marital_check"], "source": "NOTARISED_PROOF"},
        )  # fmt: skip
        example_14 = (await window.post("/v1/registrations", json=couple(office, man(), hong_kong))).json()
        assert (example_14["code"], example_14["rule"]) == ("office-not-competent", "国务院令第804号 第二条")
        assert example_14["facts"]["reason"] == "NOT_FOREIGN_RELATED"
    async with service.client(*REGISTRAR, person=None) as organisation:
        nobody = await organisation.post("/v1/registrations", json=couple(office, man(), woman()))
        assert (nobody.status_code, nobody.json()["code"]) == (403, "person-required")
    assert await service.rows("SELECT 1 FROM registration") == []


async def test_offices_are_opened_amended_and_closed_from_a_day_on(service: ServiceUnderTest) -> None:
    async with service.client("marriage:offices") as keeper, service.bare_client() as anybody:
        opening = {
            "name": "测试镇登记处", "division": "500235101000", "level": "TOWNSHIP", "clientele": ["MAINLAND"],
            "opened_on": "2021-01-01", **EVIDENCE,
        }  # fmt: skip
        opened = await keeper.post("/v1/offices", json=opening)
        assert opened.status_code == 201, opened.text
        path = opened.headers["location"]
        twice = await keeper.post("/v1/offices", json=opening)
        assert (twice.status_code, twice.json()["code"]) == (409, "office-overlaps")
        amendment = {"from_day": "2021-06-01", "cross_province": True, "counselling_room": True, **EVIDENCE}
        amended = (await keeper.post(f"{path}/amend", json=amendment)).json()
        assert amended["cross_province"] == {"holds": True, "spans": [{"begin": "2021-06-01", "end": None}]}
        again = await keeper.post(f"{path}/amend", json=amendment)
        assert (again.status_code, again.json()["code"]) == (409, "amendment-changes-nothing")
        closed = await keeper.post(f"{path}/close", json={"closed_on": "2024-01-01", **EVIDENCE})
        assert closed.json()["counselling_room"] == {
            "holds": False, "spans": [{"begin": "2021-06-01", "end": "2024-01-01"}],
        }  # fmt: skip
        assert (await keeper.post(f"{path}/amend", json=amendment)).json()["code"] == "action-not-possible"
        seen = (await anybody.get(path, params={"on": "2023-12-31"})).json()
        assert (seen["in_service"]["holds"], seen["statements"][0]["document"]) == (True, "测试文件")
        assert "officer-a" not in json.dumps(seen)
        for division, level, status, code in (
            ("500199000000", "DISTRICT", 422, "unknown-division"),
            ("500112000000", "DISTRICT", 409, "abolished-division"),
            ("500103000000", "TOWNSHIP", 422, "level-does-not-fit-division"),
            ("50010300000", "DISTRICT", 422, "invalid-input"),
        ):
            wrong = {**opening, "division": division, "level": level, "opened_on": "2026-01-01"}
            answer = await keeper.post("/v1/offices", json=wrong)
            assert (answer.status_code, answer.json()["code"]) == (status, code)
    states = [event["data"] for event in await service.announced() if event["subject"] == opened.json()["id"]]
    assert [state["cross_province"] for state in states] == [
        [], [{"begin": "2021-06-01", "end": None}], [{"begin": "2021-06-01", "end": "2024-01-01"}],
    ]  # fmt: skip


async def test_the_offices_of_a_day_are_public_and_paged(service: ServiceUnderTest) -> None:
    async with service.bare_client() as anybody:

        async def districts(on: str) -> list[str]:
            found, cursor = [], None
            while True:
                params = {"on": on, "limit": "17"} | ({"cursor": cursor} if cursor else {})
                page = (await anybody.get("/v1/offices", params=params)).json()
                found += [office["division"][:6] for office in page["items"]]
                cursor = page["next_cursor"]
                if cursor is None:
                    return found

        before, after = await districts("2025-11-05"), await districts("2025-11-06")
        assert before == sorted(before)
        assert {"500105", "500112"} <= set(before)
        assert set(after) - set(before) == {"500157"}
        assert set(before) - set(after) == {"500105", "500112"}
        assert len(after) == 37
        one = (await anybody.get("/v1/offices", params={"division": "500103"})).json()["items"]
        assert [office["division"] for office in one] == ["500103000000"]
        assert (await anybody.get("/v1/offices", params={"division": "990000"})).status_code == 422
        assert (await anybody.get("/v1/offices", params={"on": "1899-12-31"})).status_code == 422
        assert (await anybody.get(f"/v1/offices/{NOBODY}")).status_code == 404


async def test_another_department_learns_how_a_certificate_stands_and_no_more(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    async with service.client(*REGISTRAR) as window:
        made = (await window.post("/v1/registrations", json=couple(await office_in("500103"), man(), woman()))).json()
        question = {"certificate_no": made["certificate_no"], "names": ["测试乙", "测试甲"]}
        async with service.client("marriage:verify", division="500101000000") as department:
            asked = {"X-Purpose": "HOUSING_FUND"}
            assert (await department.post("/v1/certificates/verify", json=question)).status_code == 400
            answer = await department.post("/v1/certificates/verify", json=question, headers=asked)
            assert answer.json() == {"result": "VALID", "since": "2026-11-23"}
            unknown = {"result": "UNKNOWN", "since": None}
            for wrong in (
                {**question, "names": ["测试乙", "测试丙"]},
                {**question, "names": ["测试甲", "测试甲"]},
                {**question, "certificate_no": "J500103-2026-000002"},
            ):
                assert (await department.post("/v1/certificates/verify", json=wrong, headers=asked)).json() == unknown
            malformed = {**question, "certificate_no": "K500103-2026-000001"}
            refused = await department.post("/v1/certificates/verify", json=malformed, headers=asked)
            assert (refused.status_code, refused.json()["code"]) == (422, "certificate-number-malformed")
            await window.post(f"/v1/registrations/{made['id']}/annul", json=JUDGMENT)
            annulled = await department.post("/v1/certificates/verify", json=question, headers=asked)
            assert annulled.json() == {"result": "NOT_VALID", "since": "2026-11-23"}
    audit = await service.rows(
        "SELECT object_id, result, purpose FROM audit_entry WHERE action = 'certificate.verified' ORDER BY id"
    )
    assert [row.result for row in audit] == ["VALID", "UNKNOWN", "UNKNOWN", "UNKNOWN", "NOT_VALID"]
    assert [row.object_id for row in audit] == [made["id"]] * 3 + [None, made["id"]]
    assert {row.purpose for row in audit} == {"HOUSING_FUND"}


async def test_pre_checks_answer_and_leave_no_trace(service: ServiceUnderTest, office_in: Office) -> None:
    before = await service.rows("SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM audit_entry)")
    async with service.client("marriage:precheck") as app:

        async def ask(path: str, **body: Any) -> dict[str, Any]:
            answer = await app.post(f"/v1/pre-checks/{path}", json=body)
            assert answer.status_code == 200, answer.text
            return answer.json()

        man, woman = {"sex": "1", "birth_date": "2004-05-01"}, {"sex": "2", "birth_date": "2006-06-15"}
        early = await ask("eligibility", first=man, second=woman, on="2026-05-06")
        assert (early["is_eligible"], [reason["side"] for reason in early["reasons"]]) == (False, ["second"])
        assert [age["full_years"] for age in early["ages"]] == [22, 19]
        assert [age["marriageable_from"] for age in early["ages"]] == ["2026-05-01", "2026-06-15"]
        assert early["notices"][0]["code"] == "DISCLOSURE_DUTY"
        assert (await ask("eligibility", first=man, second=woman, on="2026-06-15"))["is_eligible"]
        wrong = await ask("eligibility", first=man, second={**man, "has_spouse": True}, on="2026-06-15")
        assert [reason["code"] for reason in wrong["reasons"]] == ["not-one-man-and-one-woman", "already-married"]

        cousins = [
            {"label": "a", "parents": [{"label": "pa"}]}, {"label": "pa", "parents": [{"label": "g"}]},
            {"label": "b", "parents": [{"label": "pb"}]}, {"label": "pb", "parents": [{"label": "g"}]},
        ]  # fmt: skip
        kin = await ask("kinship", members=cousins, first="a", second="b")
        assert kin == {
            "kinship": "COLLATERAL", "generations": [3, 3], "is_prohibited": True, "rule": "民法典 第一千零四十八条",
            "uncertain": ["kinship.adoptive_collateral"],
        }  # fmt: skip
        ring = [{"label": "a", "parents": [{"label": "b"}]}, {"label": "b", "parents": [{"label": "a"}]}]
        refused = await app.post("/v1/pre-checks/kinship", json={"members": ring, "first": "a", "second": "b"})
        assert (refused.status_code, refused.json()["code"]) == (422, "own-ancestor")

        pair = {"first": {"household_division": "370100"}, "second": {"household_division": "510100"}}
        office = await office_in("500103")
        example_13 = [await ask("competence", office_id=office, on=on, **pair) for on in ("2026-03-02", "2025-05-09")]
        assert [(found["is_competent"], found["regime"]) for found in example_13] == [
            (True, "NATIONWIDE"), (False, "PILOT"),
        ]  # fmt: skip
        before_the_law = {"office_id": office, "on": "2000-01-01", **pair}
        nothing = await app.post("/v1/pre-checks/competence", json=before_the_law)
        assert (nothing.status_code, nothing.json()["code"]) == (409, "no-parameter-in-force")

        numbers = [
            ("J500105-2025-000010", "2025-05-20", (True, True, None)),
            ("J500105-2026-000010", "2026-01-05", (True, False, "region-not-valid-on-date")),
            ("J500105-2026-000010", None, (True, None, None)),
            ("J50010-2026-000001", None, (False, None, "certificate-number-malformed")),
        ]
        for number, on, expected in numbers:
            found = await ask("certificate-number", certificate_no=number, on=on)
            reason = found["reason"]["code"] if found["reason"] else None
            assert (found["is_well_formed"], found["is_possible"], reason) == expected
    assert await service.rows("SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM audit_entry)") == before
