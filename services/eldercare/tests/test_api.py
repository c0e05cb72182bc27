"""The HTTP interface: who may, what is answered, what is refused and how."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import uuid4

from shared.kernel.identity_number import Sex, synthetic_identity_number
from shared.testing.under_test import ServiceUnderTest

EVERYTHING = tuple(
    f"eldercare:{verb}"
    for verb in (
        "register",
        "beds",
        "stays",
        "inspect",
        "read",
        "staff",
        "fees",
        "care",
        "report",
        "apply",
        "review",
        "assess",
        "admit",
        "place",
        "results",
    )
)


async def test_an_institution_is_filed_furnished_filled_and_closed(service: ServiceUnderTest, bureau: Any) -> None:
    client = bureau.client
    answer = await client.post("/v1/institutions", json=bureau.registration())
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/v1/institutions/{answer.json()['id']}"
    assert answer.headers["ETag"] == '"1.1"'
    institution_id = answer.json()["id"]
    [bed_id, *_] = await bureau.beds(institution_id, 10)
    stay_id = await bureau.stay(bed_id, begins_on="2026-09-24")
    shown = (await client.get(f"/v1/institutions/{institution_id}")).json()
    assert shown["deadlines"] == [
        {
            "name": "FILING", "due_on": "2026-10-15", "provisional": False, "basis": "养老机构管理办法 第十条",
            "overdue": True,
        }
    ]  # fmt: skip
    filed = await bureau.done(f"institutions/{institution_id}/file", on="2026-10-20")
    assert "file" not in filed["available_actions"]
    assert (await client.get(f"/v1/institutions/{institution_id}")).json()["deadlines"] == []
    await bureau.closing(institution_id, "2026-11-01", announced_on="2026-09-25")
    assert await bureau.refused(f"institutions/{institution_id}/close", on="2026-11-01") == (409, "residents-remain")
    assert await bureau.refused(f"beds/{bed_id}/take-out", on="2026-11-01") == (409, "bed-occupied")
    assert await bureau.refused(f"beds/{bed_id}/remove", on="2026-11-01") == (409, "bed-occupied")
    ended = await bureau.done(f"stays/{stay_id}/end", on="2026-11-01")
    assert ended["status"] == "ENDED"
    assert await bureau.refused(f"beds/{bed_id}/remove", on="2026-11-01") == (409, "below-minimum-beds")
    closed = await bureau.done(f"institutions/{institution_id}/close", on="2026-11-01")
    assert closed["available_actions"] == ["correct"]
    assert await bureau.refused("stays", **bureau.admission(bed_id, begins_on="2026-11-01")) == (
        409,
        "institution-closed",
    )


async def test_a_bed_and_a_resident_are_refused_by_name(bureau: Any) -> None:
    bed, other, broken = await bureau.beds(await bureau.institution(), 3)
    await bureau.stay(bed, 1)
    await bureau.done(f"beds/{broken}/take-out", on="2026-02-01")
    assert await bureau.refused("stays", **bureau.admission(bed, 2)) == (409, "bed-taken")
    assert await bureau.refused("stays", **bureau.admission(other, 1)) == (409, "resident-has-a-bed")
    assert await bureau.refused("stays", **bureau.admission(broken, 3)) == (409, "bed-out-of-service")
    assert await bureau.refused("stays", **bureau.admission(other, 3, ends_on="2026-03-01")) == (
        422,
        "stay-ends-before-it-begins",
    )
    assert await bureau.refused("stays", **bureau.admission(other, 3, begins_on="2026-11-24")) == (
        409,
        "day-in-future",
    )
    number = synthetic_identity_number(7, date(1966, 11, 23), Sex.FEMALE).plain
    young = bureau.admission(other, begins_on="2026-11-22", identity_number=number)
    assert await bureau.refused("stays", **young) == (409, "not-elder")
    poor = await bureau.client.post("/v1/stays", json={**young, "ground": "EXTREME_HARDSHIP"})
    assert poor.status_code == 201


async def test_a_bed_is_free_again_on_the_day_the_resident_leaves(bureau: Any) -> None:
    [bed_id] = await bureau.beds(await bureau.institution(), 1)
    first = await bureau.stay(bed_id, 1)
    await bureau.done(f"stays/{first}/end", on="2026-05-01")
    await bureau.stay(bed_id, 2, begins_on="2026-05-01")
    assert await bureau.refused(f"stays/{first}/end", on="2026-05-02") == (409, "bed-taken")
    again = await bureau.done(f"stays/{first}/end", on="2026-04-15")
    assert again["ends_on"] == "2026-04-15"


async def test_residents_are_masked_and_searched_by_body_only(service: ServiceUnderTest, bureau: Any) -> None:
    [bed_id] = await bureau.beds(await bureau.institution(), 1)
    stay_id = await bureau.stay(bed_id, 5)
    number = bureau.admission(bed_id, 5)["identity_number"]
    shown = await bureau.client.get(f"/v1/stays/{stay_id}")
    assert shown.json()["name"] == "测*甲"
    assert number not in shown.text
    found = await bureau.done("stays/search", identity_number=number)
    assert [line["id"] for line in found["items"]] == [stay_id]
    assert "name" not in found["items"][0]
    elsewhere = service.client(*EVERYTHING, division="500101000000")
    assert (await elsewhere.post("/v1/stays/search", json={"identity_number": number})).json()["items"] == []
    reads = await service.rows("SELECT action FROM audit_entry WHERE action IN ('stay.read', 'stay.searched')")
    assert sorted(row.action for row in reads) == ["stay.read", "stay.searched", "stay.searched"]


async def test_anybody_finds_free_beds_but_no_resident(service: ServiceUnderTest, bureau: Any) -> None:
    institution_id = await bureau.institution(name="有空床养老院")
    [bed_id, *_] = await bureau.beds(institution_id, 3, inclusive=True)
    await bureau.beds(institution_id, 2, bed_class="ORDINARY")
    await bureau.beds(institution_id, 4, home=True)
    await bureau.stay(bed_id, 1)
    full = await bureau.institution(name="满员养老院")
    [only] = await bureau.beds(full, 1)
    await bureau.stay(only, 2)
    async with service.bare_client() as anybody:

        async def found(**query: str) -> list[tuple[str, int, int, int]]:
            answer = await anybody.get("/v1/public/beds", params=query)
            assert answer.status_code == 200, answer.text
            return [(i["name"], i["free"], i["free_nursing"], i["free_inclusive"]) for i in answer.json()["items"]]

        assert await found() == [("有空床养老院", 4, 2, 2)]
        assert await found(bed_class="ORDINARY") == [("有空床养老院", 2, 0, 0)]
        assert await found(inclusive="false") == [("有空床养老院", 2, 0, 0)]
        assert await found(division="500103", inclusive="true") == [("有空床养老院", 2, 2, 2)]
        assert await found(division="500101") == []
        assert await found(on="2026-03-01") == [("有空床养老院", 5, 3, 3), ("满员养老院", 1, 1, 0)]
        assert await found(on="2024-01-31") == []
        first = (await anybody.get("/v1/public/beds", params={"on": "2026-03-01", "limit": "1"})).json()
        rest = await anybody.get(
            "/v1/public/beds", params={"on": "2026-03-01", "limit": "1", "cursor": first["next_cursor"]}
        )
        assert [i["name"] for i in first["items"] + rest.json()["items"]] == ["有空床养老院", "满员养老院"]
        assert rest.json()["next_cursor"] is None
        foreign = await anybody.get("/v1/public/beds", params={"cursor": first["next_cursor"]})
        assert foreign.status_code == 422
        assert (await anybody.get("/v1/institutions")).status_code == 401


async def test_lists_are_of_a_day_an_area_and_a_page(service: ServiceUnderTest, bureau: Any) -> None:
    early = await bureau.institution(opened_on="2020-01-01", comprehensive=True)
    late = await bureau.institution(opened_on="2026-01-01", township="500101001000")
    await bureau.beds(early, 3, since="2020-01-01")
    listed = (await bureau.client.get("/v1/institutions", params={"on": "2021-06-30"})).json()["items"]
    assert [(line["id"], line["counts"]["beds"], line["comprehensive"]) for line in listed] == [(early, 3, True)]
    pages, cursor = [], None
    while True:
        query = {"limit": "1", **({"cursor": cursor} if cursor else {})}
        page = (await bureau.client.get("/v1/institutions", params=query)).json()
        pages.append([line["id"] for line in page["items"]])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert pages == [[early], [late]]
    district = service.client(*EVERYTHING, division="500101000000")
    assert [line["id"] for line in (await district.get("/v1/institutions")).json()["items"]] == [late]
    assert (await district.get("/v1/institutions", params={"division": "500103"})).status_code == 403
    beds = (await bureau.client.get(f"/v1/institutions/{early}/beds", params={"limit": "2"})).json()
    assert [bed["number"] for bed in beds["items"]] == [1, 2]
    rest = await bureau.client.get(f"/v1/institutions/{early}/beds", params={"cursor": beds["next_cursor"]})
    assert [bed["number"] for bed in rest.json()["items"]] == [3]
    assert (await bureau.client.get("/v1/institutions", params={"on": "2026-11-24"})).status_code == 409


async def test_who_stayed_on_a_day_is_listed_without_names(bureau: Any) -> None:
    institution_id = await bureau.institution()
    bed, other = await bureau.beds(institution_id, 2)
    stay = await bureau.stay(bed, 1, begins_on="2026-03-02", ends_on="2026-04-01")
    await bureau.stay(other, 2, begins_on="2026-04-01")
    answer = await bureau.client.get(f"/v1/institutions/{institution_id}/stays", params={"on": "2026-03-31"})
    assert [(line["id"], line["bed_number"], line["ends_on"]) for line in answer.json()["items"]] == [
        (stay, 1, "2026-04-01")
    ]


async def test_the_filing_pre_check_explains_itself_and_stores_nothing(service: ServiceUnderTest, bureau: Any) -> None:
    used = bureau.registration()
    await bureau.institution(**used)
    before = await service.rows("SELECT count(*) FROM audit_entry")
    question = {"beds": 9, "ownership": "PRIVATE_FOR_PROFIT", "township": "500103001000",
                "organisation_code": used["organisation_code"], "first_admitted_on": "2026-09-24"}  # fmt: skip
    answer = await bureau.done("pre-checks/filing", **question)
    assert {clause["rule"]: clause["met"] for clause in answer["clauses"]} == {
        "ENOUGH_BEDS": False, "NOT_REGISTERED_BEFORE": False, "REGISTRAR_FITS_OWNERSHIP": False,
    }  # fmt: skip
    assert (answer["can_be_filed"], answer["filing_due_on"]) == (False, "2026-10-15")
    fine = await bureau.done("pre-checks/filing", beds=10, ownership="PUBLIC_RUN", township="500103001000")
    assert fine["can_be_filed"]
    assert await service.rows("SELECT count(*) FROM audit_entry") == before


async def test_the_bed_pre_check_names_every_obstacle(bureau: Any) -> None:
    institution_id = await bureau.institution()
    bed, other = await bureau.beds(institution_id, 2)
    await bureau.stay(bed, 1, begins_on="2026-03-02", ends_on="2026-04-01")
    free = await bureau.done("pre-checks/bed", bed_id=bed, begins_on="2026-04-01")
    assert free == {"free": True, "obstacles": []}
    taken = await bureau.done("pre-checks/bed", bed_id=bed, begins_on="2026-03-31", ends_on="2026-04-02")
    assert [one["code"] for one in taken["obstacles"]] == ["bed-taken"]
    early = await bureau.done("pre-checks/bed", bed_id=other, begins_on="2023-12-31")
    assert [one["code"] for one in early["obstacles"]] == ["institution-not-operating", "bed-out-of-service"]
    assert (await bureau.client.post("/v1/pre-checks/bed", json={"bed_id": str(uuid4()), "begins_on": "2026-01-01"})
            ).status_code == 404  # fmt: skip


WRONG_REGISTRATIONS = [
    ({"township": "500112001000"}, 409, "abolished-division"),
    ({"township": "500112"}, 409, "abolished-division"),
    ({"township": "500103999000"}, 422, "unknown-division"),
    ({"township": "500103000000"}, 422, "township-needed"),
    ({"township": "５００１０３００１０００"}, 422, "invalid-input"),
    ({"organisation_code": "52500103MJ0000001A"}, 422, "organisation-code-invalid"),
    ({"organisation_code": "52500103MJ0000001"}, 422, "organisation-code-invalid"),
    ({"filed_beds": 9}, 409, "not-an-institution"),
    ({"filed_beds": "10"}, 422, "invalid-input"),
    ({"opened_on": "1899-12-31"}, 422, "invalid-input"),
    ({"opened_on": "2026-11-24"}, 409, "day-in-future"),
    ({"opened_on": "2026-02-30"}, 422, "invalid-input"),
    ({"kind": "CASTLE"}, 422, "invalid-input"),
    ({"name": "院\u202e"}, 422, "invalid-input"),
    ({"surprise": 1}, 422, "invalid-input"),
]


async def test_a_wrong_registration_is_refused_by_name(service: ServiceUnderTest, bureau: Any) -> None:
    for change, status, code in WRONG_REGISTRATIONS:
        assert await bureau.refused("institutions", **bureau.registration(**change)) == (status, code), change
    assert await service.rows("SELECT id FROM institution") == []


async def test_the_code_of_a_living_institution_is_not_registered_twice(bureau: Any) -> None:
    body = bureau.registration()
    institution_id = await bureau.institution(**body)
    assert await bureau.refused("institutions", **body) == (409, "organisation-code-registered")
    await bureau.closing(institution_id, "2026-11-01")
    await bureau.done(f"institutions/{institution_id}/close", on="2026-11-01")
    await bureau.institution(**body)


async def test_wrong_identity_numbers_are_refused_and_never_repeated(bureau: Any) -> None:
    [bed_id] = await bureau.beds(await bureau.institution(), 1)
    good = bureau.admission(bed_id)["identity_number"]
    wrong_check = good[:-1] + ("1" if good[-1] != "1" else "2")
    full_width = good.translate({ord(str(n)): 0xFF10 + n for n in range(10)})
    for number in (wrong_check, full_width, good[:17], good + "0", "NaN"):
        answer = await bureau.client.post("/v1/stays", json=bureau.admission(bed_id, identity_number=number))
        assert answer.status_code == 422
        assert number not in answer.text
    raw = await bureau.client.post(
        "/v1/stays", content=b'{"begins_on": NaN}', headers={"Content-Type": "application/json"}
    )
    assert raw.status_code == 400


async def test_beds_come_in_ones_to_five_hundreds(bureau: Any) -> None:
    path = f"institutions/{await bureau.institution(filed_beds=1_000)}/beds"
    for count in (0, 501, -1, 1.5, "7", None):
        refused = await bureau.refused(path, count=count, bed_class="NURSING", since="2024-02-01")
        assert refused == (422, "invalid-input"), count


async def test_written_spans_are_checked(bureau: Any) -> None:
    [bed_id] = await bureau.beds(await bureau.institution(), 1)
    for spans, code in (
        ([{"begin": "2024-03-01", "end": "2024-02-01"}], "span-ends-before-it-begins"),
        ([{"begin": "2024-02-01"}, {"begin": "2024-03-01"}], "spans-overlap"),
        ([{"begin": "2024-02-01", "end": "2024-04-01"}, {"begin": "2024-03-01"}], "spans-overlap"),
    ):
        assert await bureau.refused(f"beds/{bed_id}/correct", in_service=spans) == (422, code)
    assert await bureau.refused(f"beds/{bed_id}/correct") == (422, "nothing-changes")


async def test_what_lies_in_another_district_does_not_exist(service: ServiceUnderTest, bureau: Any) -> None:
    institution_id = await bureau.institution()
    [bed_id] = await bureau.beds(institution_id, 1)
    stay_id = await bureau.stay(bed_id)
    stranger = service.client(*EVERYTHING, division="500101000000")
    for path in (
        f"institutions/{institution_id}", f"institutions/{institution_id}/counts",
        f"institutions/{institution_id}/beds", f"institutions/{institution_id}/stays", f"beds/{bed_id}",
        f"stays/{stay_id}",
    ):  # fmt: skip
        assert (await stranger.get(f"/v1/{path}")).status_code == 404, path
    day, new = {"on": "2026-10-01"}, {"count": 1, "bed_class": "NURSING", "since": "2024-02-01"}
    for path, body in (
        (f"institutions/{institution_id}/close", day), (f"institutions/{institution_id}/beds", new),
        (f"beds/{bed_id}/take-out", day), (f"beds/{bed_id}/remove", day), (f"stays/{stay_id}/end", day),
        (f"stays/{stay_id}/void", {"reason": "误登"}), ("stays", bureau.admission(bed_id, 2)),
        ("pre-checks/bed", {"bed_id": bed_id, "begins_on": "2026-10-01"}),
    ):  # fmt: skip
        assert (await stranger.post(f"/v1/{path}", json=body)).status_code == 404, path
    assert (await stranger.post("/v1/institutions", json=bureau.registration())).status_code == 403


WRITES = {
    "institutions": "register",
    "institutions/{id}/file": "register",
    "institutions/{id}/amend": "register",
    "institutions/{id}/recognise": "register",
    "institutions/{id}/suspend": "register",
    "institutions/{id}/resume": "register",
    "institutions/{id}/close": "register",
    "institutions/{id}/correct": "register",
    "institutions/{id}/assess": "inspect",
    "institutions/{id}/submit-filing": "register",
    "institutions/{id}/return-filing": "register",
    "institutions/{id}/move": "register",
    "institutions/{id}/terms": "register",
    "institutions/{id}/announce-closure": "register",
    "institutions/{id}/verify": "inspect",
    "institutions/{id}/grade": "inspect",
    "institutions/{id}/inspections": "inspect",
    "inspections/{id}/conduct": "inspect",
    "inspections/{id}/cancel": "inspect",
    "inspections/{id}/verify": "inspect",
    "inspections/{id}/punish": "inspect",
    "inspections/{id}/submit": "report",
    "emergencies": "report",
    "institutions/{id}/staff": "staff",
    "staff/{id}/certify": "staff",
    "staff/{id}/train": "staff",
    "staff/{id}/file-year": "staff",
    "staff/{id}/credit": "staff",
    "staff/{id}/leave": "staff",
    "institutions/{id}/fees": "fees",
    "institutions/{id}/report-assets": "fees",
    "fees/{id}/refund": "fees",
    "vouchers": "fees",
    "recipients": "care",
    "recipients/{id}/update": "care",
    "recipients/{id}/visit": "care",
    "recipients/{id}/remove": "care",
    "facilities": "register",
    "facilities/{id}/close": "register",
    "beds/{id}/activate": "beds",
    "beds/{id}/start-maintenance": "beds",
    "beds/{id}/finish-maintenance": "beds",
    "beds/{id}/describe": "beds",
    "beds/{id}/serve-at-home": "beds",
    "pre-checks/dates": "read",
    "pre-checks/fee": "read",
    "pre-checks/prepayments": "read",
    "pre-checks/voucher": "read",
    "pre-checks/staffing": "read",
    "pre-checks/grade": "read",
    "pre-checks/inclusive-bed": "read",
    "pre-checks/closure": "read",
    "institutions/{id}/beds": "beds",
    "beds/{id}/reclassify": "beds",
    "beds/{id}/take-out": "beds",
    "beds/{id}/put-back": "beds",
    "beds/{id}/remove": "beds",
    "beds/{id}/correct": "beds",
    "stays": "stays",
    "stays/{id}/end": "stays",
    "stays/{id}/void": "stays",
    "stays/search": "stays",
    "pre-checks/filing": "read",
    "pre-checks/bed": "read",
    "applications": "apply",
    "my/applications/{id}/submit": "apply",
    "my/applications/{id}/withdraw": "apply",
    "my/applications/{id}/accept": "apply",
    "my/applications/{id}/decline": "apply",
    "placements": "place",
    "applications/{id}/take-up": "review",
    "applications/{id}/return": "review",
    "applications/{id}/reject": "review",
    "applications/{id}/waitlist": "review",
    "applications/{id}/object": "review",
    "applications/{id}/reassess": "review",
    "applications/{id}/withdraw": "review",
    "institutions/{id}/waiting-list/simulation": "review",
    "assessment-agencies": "review",
    "assessments/{id}/uphold": "review",
    "assessments/{id}/void": "review",
    "beds/{id}/draw": "admit",
    "applications/{id}/accept": "admit",
    "applications/{id}/decline": "admit",
    "applications/{id}/take-back": "admit",
    "applications/{id}/contract": "admit",
    "applications/{id}/admit": "admit",
    "assessments": "assess",
    "assessments/{id}/dispute": "assess",
    "assessments/result": "results",
    "pre-checks/assessment": "read",
    "pre-checks/level": "read",
    "pre-checks/self-care": "read",
    "pre-checks/legacy-level": "read",
    "pre-checks/priority": "read",
    "pre-checks/offer-expiry": "read",
    "pre-checks/trial": "read",
    "stays/{id}/pass-trial": "stays",
    "stays/{id}/change-level": "stays",
    "stays/{id}/leave": "stays",
    "stays/{id}/return": "stays",
    "stays/{id}/move": "stays",
}


async def test_every_action_asks_for_a_token_and_its_own_scope(service: ServiceUnderTest) -> None:
    for path, verb in WRITES.items():
        target = "/v1/" + path.format(id=uuid4())
        others = [scope for scope in EVERYTHING if scope != f"eldercare:{verb}"]
        async with service.bare_client() as nobody:
            assert (await nobody.post(target, json={})).status_code == 401, path
        assert (await service.client(*others).post(target, json={})).status_code == 403, path
        allowed = await service.client(f"eldercare:{verb}").post(target, json={})
        assert allowed.status_code in (200, 404, 422), path


def test_the_matrix_above_lists_every_action_there_is(service: ServiceUnderTest) -> None:
    actions = {
        re.sub(r"\{\w+\}", "{id}", path).removeprefix("/v1/")
        for path, verbs in service.app.openapi()["paths"].items()
        if "post" in verbs and not re.search("parameter|^/internal|/imports/", path)
    }
    assert actions == WRITES.keys(), "files of rows and parameters are the chassis' routes, walked in tests/access"


async def test_a_stale_version_is_not_overwritten(bureau: Any) -> None:
    institution_id = await bureau.institution()
    [bed_id] = await bureau.beds(institution_id, 1)
    path = f"/v1/beds/{bed_id}/reclassify"
    seen = (await bureau.client.get(f"/v1/beds/{bed_id}")).headers["ETag"]
    change = {"on": "2026-05-01", "bed_class": "ORDINARY"}
    first = await bureau.client.post(path, json=change, headers={"If-Match": seen})
    assert (first.status_code, first.headers["ETag"]) == (200, '"1.2"')
    back = {"on": "2026-06-01", "bed_class": "NURSING"}
    second = await bureau.client.post(path, json=back, headers={"If-Match": seen})
    assert (second.status_code, second.json()["code"]) == (412, "stale-version")


async def test_a_repeated_call_gets_the_first_answer(service: ServiceUnderTest, bureau: Any) -> None:
    [bed_id] = await bureau.beds(await bureau.institution(), 1)
    key = {"Idempotency-Key": "admission-0001"}
    body = bureau.admission(bed_id)
    first = await bureau.client.post("/v1/stays", json=body, headers=key)
    again = await bureau.client.post("/v1/stays", json=body, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    other = await bureau.client.post("/v1/stays", json={**body, "name": "测试乙"}, headers=key)
    assert other.status_code == 422
    assert len(await service.rows("SELECT id FROM stay")) == 1
    token = bureau.client.headers["Authorization"]
    async with service.bare_client(Authorization=token) as bare:
        bare.event_hooks = {"request": []}
        assert (await bare.post("/v1/stays", json=body)).status_code == 400
