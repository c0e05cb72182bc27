"""The HTTP interface: who may, what is answered, what is refused and how."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx

from placename.domain.procedure import Status
from shared.testing.under_test import ServiceUnderTest

EVERYTHING = ("placename:apply", "placename:review", "placename:approve", "placename:read")
DISTRICT = "500103000000"
PLACE_FIELDS = ("category", "division", "longitude", "latitude")
STEPS = ("accept", "decline", "withdraw", "decide", "file", "announce")


def naming(**changes: Any) -> dict[str, Any]:
    """A synthetic naming of a street."""
    return {
        "kind": "NAME",
        "category": "STREET",
        "division": "500103001",
        "specific": "测和",
        "generic": "路",
        "longitude": 106.5516,
        "latitude": 29.563,
        "online": True,
        "applicant": {"kind": "BUILDER", "name": "测试建设公司", "organisation_code": "91500000MA00000008"},
        "position": "东起甲路，西至乙路",
        "origin": "测试来历",
        "meaning": "测试含义",
        "reasons": "新建道路",
        **changes,
    }


async def submitted(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await client.post("/v1/applications", json=naming(**changes))
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def stepped(client: httpx.AsyncClient, id: str, step: str, **body: Any) -> dict[str, Any]:
    answer = await client.post(f"/v1/applications/{id}/{step}", **({"json": body} if step != "accept" else {}))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def announced(service: ServiceUnderTest, **changes: Any) -> dict[str, Any]:
    """A name in the gazetteer, by the whole way through the interface."""
    async with service.client(*EVERYTHING) as office, service.client(*EVERYTHING, person="officer-b") as decider:
        application = await submitted(office, **changes)
        syllables = application["examination"]["romanisation"]["syllables"]
        await stepped(office, application["id"], "accept")
        await stepped(decider, application["id"], "decide", outcome="APPROVE", document_no="府〔2026〕1号")
        return await stepped(office, application["id"], "announce", syllables=syllables)


async def found(service: ServiceUnderTest, **query: Any) -> list[dict[str, Any]]:
    async with service.bare_client() as anybody:
        answer = await anybody.get("/v1/names", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_the_whole_way_of_a_name(service: ServiceUnderTest) -> None:
    office = service.client(*EVERYTHING, division=DISTRICT)
    decider = service.client(*EVERYTHING, division=DISTRICT, person="officer-b")
    application = await submitted(office)
    assert application["available_actions"] == ["accept", "decline", "return", "withdraw"]
    assert application["authority"]["title"] == "区县人民政府"
    assert [clock["name"] for clock in application["deadlines"]] == ["ACCEPTANCE"]
    accepted = await stepped(office, application["id"], "accept")
    assert accepted["available_actions"] == ["check", "consult", "decide", "withdraw"]
    approved = await stepped(decider, application["id"], "decide", outcome="APPROVE", document_no="府〔2026〕1号")
    assert {clock["name"]: clock["due_on"] for clock in approved["deadlines"]} == {
        "FILING": "2026-12-08", "ANNOUNCEMENT": "2026-12-08",
    }  # fmt: skip
    filed = await stepped(office, application["id"], "file", filing_no="备〔2026〕1号")
    assert filed["available_actions"] == ["announce", "return-filing", "revoke"]
    done = await stepped(office, application["id"], "announce", syllables=["cè", "hé", "lù"])
    assert (done["status"], done["announced_in_time"], done["available_actions"]) == (
        "ANNOUNCED",
        True,
        ["put-in-use", "return-filing"],
    )
    name = (await service.bare_client().get(f"/v1/names/{done['name_id']}")).json()
    assert name["romanisation"]["text"] == "Cehe Lu"
    assert name["act"]["document_no"] == "府〔2026〕1号"
    assert "测试建设公司" not in str(name)


async def test_a_blocked_name_is_refused_by_its_rule(service: ServiceUnderTest) -> None:
    client = service.client(*EVERYTHING)
    application = await submitted(client, specific="巴黎", generic="路")
    assert application["examination"]["blocked"]
    await stepped(client, application["id"], "accept")
    ruling = {"outcome": "APPROVE", "document_no": "府1号"}
    decider = service.client(*EVERYTHING, person="officer-b")
    answer = await decider.post(f"/v1/applications/{application['id']}/decide", json=ruling)
    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["facts"]["codes"]) == ("blocked-by-findings", ["L3"])


async def test_example_34_a_private_person_may_not_apply(service: ServiceUnderTest) -> None:
    private = {"kind": "INDIVIDUAL", "name": "测试个人", "organisation_code": "91500000MA00000008"}
    answer = await service.client(*EVERYTHING).post("/v1/applications", json=naming(applicant=private))
    assert answer.status_code == 409
    assert answer.json()["code"] == "applicant-not-entitled"
    assert "测试个人" not in answer.text


async def test_the_one_who_submitted_does_not_decide(service: ServiceUnderTest) -> None:
    client = service.client(*EVERYTHING)
    application = await submitted(client)
    await stepped(client, application["id"], "accept")
    answer = await client.post(
        f"/v1/applications/{application['id']}/decide", json={"outcome": "APPROVE", "document_no": "府1号"}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "decided-by-submitter")


async def test_a_rejection_and_a_refusal_to_take_up_need_a_reason(service: ServiceUnderTest) -> None:
    client = service.client(*EVERYTHING)
    application = await submitted(client)
    path = f"/v1/applications/{application['id']}"
    assert (await client.post(f"{path}/decline", json={})).status_code == 422
    await stepped(client, application["id"], "accept")
    bare = {"outcome": "REJECT", "document_no": "府1号"}
    assert (await client.post(f"{path}/decide", json=bare)).status_code == 422
    decider = service.client(*EVERYTHING, person="officer-b")
    rejected = await stepped(decider, application["id"], "decide", **bare, reason="与实际不符")
    assert (rejected["status"], rejected["reason"]) == ("REJECTED", "与实际不符")


BAD = {
    "point elsewhere": ({"longitude": 116.4, "latitude": 39.9}, 422),
    "longitude as text": ({"longitude": "106.5"}, 422),
    "longitude beyond": ({"longitude": 181.0}, 422),
    "abolished division": ({"division": "500112001"}, 409),
    "unknown division": ({"division": "500199"}, 422),
    "whole city": ({"division": "500000"}, 422),
    "full-width division": ({"division": "５００１０３"}, 422),
    "zero width in the name": ({"specific": "测\u200b和"}, 422),
    "direction mark": ({"specific": "测\u202e和"}, 422),
    "blank name": ({"specific": "　"}, 422),
    "long name": ({"specific": "测" * 51}, 422),
    "bad organisation code": (
        {"applicant": {"kind": "BUILDER", "name": "测试", "organisation_code": "91500000MA00000009"}}, 422,
    ),
    "unknown field": ({"extra": 1}, 422),
    "unknown kind": ({"kind": "MERGE"}, 422),
    "flag as number": ({"online": 1}, 422),
    "county": ({"category": "COUNTY_OR_ABOVE", "division": "500103"}, 409),
    "no category": ({"category": None}, 422),
    "negative size": ({"facts": {"floors": -1}}, 422),
    "size as float": ({"facts": {"floors": 1.5}}, 422),
    "hamlet without township": (
        {"category": "HAMLET", "division": "500233", "applicant": {
            "kind": "TOWNSHIP", "name": "测试镇", "organisation_code": "91500000MA00000008"}}, 422,
    ),
}  # fmt: skip


async def test_bad_input_is_refused_and_not_repeated(service: ServiceUnderTest) -> None:
    client = service.client(*EVERYTHING)
    for title, (changes, status) in BAD.items():
        answer = await client.post("/v1/applications", json=naming(**changes))
        assert answer.status_code == status, (title, answer.text)
        assert answer.headers["content-type"].startswith("application/problem+json"), title
    assert await service.rows("SELECT 1 FROM application") == []


async def test_numbers_that_are_none_are_refused_and_swapped_ones_say_so(service: ServiceUnderTest) -> None:
    client = service.client(*EVERYTHING)
    for number in ("NaN", "Infinity", "1e400"):
        body, headers = f'{{"longitude": {number}}}', {"content-type": "application/json"}
        assert (await client.post("/v1/applications", content=body, headers=headers)).status_code == 400, number
    question = {"category": "STREET", "division": "500103001", "specific": "测和", "generic": "路"}
    swapped = {**question, "longitude": 29.563, "latitude": 90.0}
    assert (await client.post("/v1/pre-checks/name", json=swapped)).json()["code"] == "point-outside-city"
    answer = await client.post("/v1/pre-checks/name", json={**question, "longitude": 29.563, "latitude": 106.5516})
    assert (answer.status_code, answer.json()["code"]) == (422, "coordinates-swapped")


async def test_without_a_token_without_the_scope_and_from_elsewhere(service: ServiceUnderTest) -> None:
    application = await submitted(service.client(*EVERYTHING))
    path = f"/v1/applications/{application['id']}"
    bodies: dict[str, Any] = {
        "decline": {"reason": "测"}, "decide": {"outcome": "APPROVE", "document_no": "1"}, "file": {"filing_no": "1"},
        "announce": {},
    }  # fmt: skip
    foreign = service.client(*EVERYTHING, division="500108000000")
    for step in STEPS:
        request = {"json": bodies[step]} if step in bodies else {}
        assert (await service.bare_client().post(f"{path}/{step}", **request)).status_code == 401, step
        assert (await service.client("placename:read").post(f"{path}/{step}", **request)).status_code == 403, step
        assert (await foreign.post(f"{path}/{step}", **request)).status_code == 404, step
    assert (await service.bare_client().get(path)).status_code == 401
    assert (await service.client("placename:apply").get(path)).status_code == 403
    assert (await foreign.get(path)).status_code == 404
    assert (await foreign.get("/v1/applications")).json()["items"] == []
    assert (await foreign.post("/v1/applications", json=naming())).status_code == 403
    rows = await service.rows("SELECT status FROM application")
    assert [row.status for row in rows] == [Status.SUBMITTED.value]


async def test_a_stale_version_a_missing_key_and_a_used_one(service: ServiceUnderTest) -> None:
    client = service.client(*EVERYTHING)
    key = {"Idempotency-Key": str(uuid4())}
    first = await client.post("/v1/applications", json=naming(), headers=key)
    again = await client.post("/v1/applications", json=naming(), headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    other = await client.post("/v1/applications", json=naming(specific="别名"), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    path = f"/v1/applications/{first.json()['id']}/accept"
    stale = await client.post(path, headers={"If-Match": '"1.9"'})
    assert stale.status_code == 412
    fresh = await client.post(path, headers={"If-Match": first.headers["ETag"]})
    assert fresh.status_code == 200
    headers = {"Authorization": f"Bearer {service.token(*EVERYTHING)}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(service.app), base_url="http://service.test", headers=headers
    ) as bare:
        assert (await bare.post("/v1/applications", json=naming())).status_code == 400


async def test_of_many_requests_at_once_one_is_free_of_conflict(service: ServiceUnderTest) -> None:
    client = service.client(*EVERYTHING)
    requests = [naming(longitude=106.4 + n / 100, division=("500103001", "500108001")[n % 2]) for n in range(12)]
    answers = await asyncio.gather(*(client.post("/v1/applications", json=body) for body in requests))
    assert [answer.status_code for answer in answers] == [201] * 12
    blocked = [answer.json()["examination"]["blocked"] for answer in answers]
    assert blocked.count(False) == 1


async def test_the_work_list_pages_without_gap_or_repetition(service: ServiceUnderTest) -> None:
    client = service.client(*EVERYTHING)
    wanted = [
        (await submitted(client, specific=f"测{c}", longitude=106.4 + n / 100))["id"]
        for n, c in enumerate("甲乙丙丁戊")
    ]
    seen: list[str] = []
    cursor = None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/v1/applications", params=query)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == wanted[::-1]
    assert (await client.get("/v1/applications", params={"cursor": "x" * 30})).status_code == 422
    due = (await client.get("/v1/applications", params={"due_by": "2026-11-30"})).json()["items"]
    assert len(due) == 5
    assert (await client.get("/v1/applications", params={"due_by": "2026-11-27"})).json()["items"] == []


class TestSearch:
    async def test_anybody_finds_a_name_by_part_sound_and_initials(self, service: ServiceUnderTest) -> None:
        name = await announced(service, specific="测中山", generic="四路")
        for text in (
            "测中山四路",
            "中山四",
            "山四",
            "测",
            "測中",
            "cezhongshansilu",
            "Cèzhōngshān 4 Lù",
            "cezhong",
            "czssl",
        ):
            assert name["name_id"] in [item["id"] for item in await found(service, q=text)], text
        assert await found(service, q="测山") == []
        assert await found(service, q="hongshansilu") == []

    async def test_signs_of_pattern_languages_find_nothing(self, service: ServiceUnderTest) -> None:
        for text in ("%", "_", "\\", "%%", "☆", "\u200b", "' OR 1=1 --", "渝_区", "渝%区"):
            assert await found(service, q=text) == [], text

    async def test_a_search_is_narrowed_and_gives_the_shortest_name_first(self, service: ServiceUnderTest) -> None:
        assert (await found(service, q="渝中"))[0]["name"] == "渝中区"
        everywhere = await found(service, q="朝阳", limit=50)
        assert {item["division"][:6] for item in everywhere} >= {"500109", "500238"}
        here = await found(service, q="朝阳", division="500109")
        assert {item["division"][:6] for item in here} == {"500109"}
        assert {item["category"] for item in await found(service, q="朝阳", category="TOWNSHIP")} == {"TOWNSHIP"}
        assert await found(service, q="朝阳", status="ABOLISHED") == []

    async def test_pages_of_a_search_join_without_gap_or_repetition(self, service: ServiceUnderTest) -> None:
        everything = [item["id"] for item in await found(service, q="石", limit=100)]
        seen: list[str] = []
        query: dict[str, Any] = {"q": "石", "limit": 7}
        async with service.bare_client() as anybody:
            while True:
                page = (await anybody.get("/v1/names", params=query)).json()
                seen += [item["id"] for item in page["items"]]
                if page["next_cursor"] is None:
                    break
                query["cursor"] = page["next_cursor"]
            other = await anybody.get("/v1/names", params={**query, "q": "龙"})
        assert seen == everything
        assert len(set(seen)) > 40
        assert other.status_code == 422

    async def test_a_question_out_of_shape_is_refused(self, service: ServiceUnderTest) -> None:
        wrong: list[dict[str, Any]] = [
            {"q": ""}, {"q": "测" * 51}, {"limit": 0}, {"limit": 101}, {"division": "50010"}, {"category": "X"},
        ]  # fmt: skip
        async with service.bare_client() as anybody:
            for query in wrong:
                assert (await anybody.get("/v1/names", params=query)).status_code == 422, query
            assert (await anybody.get(f"/v1/names/{UUID(int=5)}")).json()["code"] == "name-unknown"

    async def test_rare_characters_are_kept_and_found(self, service: ServiceUnderTest) -> None:
        client = service.client(*EVERYTHING)
        for text in ("𠮷", "𰻞", "㑇", "𪜀"):
            application = await submitted(client, specific=f"测{text}山")
            read = (await client.get(f"/v1/applications/{application['id']}")).json()
            assert read["specific"] == f"测{text}山"
            assert "C1" in {finding["code"] for finding in read["examination"]["findings"]}
            await client.post(f"/v1/applications/{application['id']}/withdraw")

    async def test_a_former_name_tells_what_the_place_is_called_today(self, service: ServiceUnderTest) -> None:
        first = await announced(service, specific="测初", generic="路")
        target = first["name_id"]
        for specific in ("测再", "测今"):
            async with service.client(*EVERYTHING) as office, service.client(*EVERYTHING, person="officer-b") as boss:
                body = naming(kind="RENAME", target_id=target, specific=specific)
                body = {key: value for key, value in body.items() if key not in PLACE_FIELDS}
                body["applicant"] = {**body["applicant"], "kind": "TOWNSHIP"}
                answer = await office.post("/v1/applications", json=body)
                assert answer.status_code == 201, answer.text
                application = answer.json()
                await stepped(office, application["id"], "accept")
                await stepped(boss, application["id"], "decide", outcome="APPROVE", document_no="府2号")
                syllables = application["examination"]["romanisation"]["syllables"]
                target = (await stepped(office, application["id"], "announce", syllables=syllables))["name_id"]
        (former,) = await found(service, q="测初")
        assert (former["status"], former["now"], former["now_id"]) == ("RENAMED", "测今路", target)
        async with service.bare_client() as anybody:
            story = (await anybody.get(f"/v1/names/{target}")).json()
        assert {name["name"] for name in story["former_names"]} == {"测初路", "测再路"}
        assert story["now"] is None


async def test_an_official_vouches_for_a_reading(service: ServiceUnderTest) -> None:
    (name,) = await found(service, q="覃家岗")
    assert name["romanisation"]["needs_review"]
    client = service.client("placename:review", division="500106000000")
    path = f"/v1/names/{name['id']}/confirm-reading"
    body = {"syllables": ["qín", "jiā", "gǎng", "jiē", "dào"]}
    confirmed = await client.post(path, json=body)
    assert confirmed.status_code == 200
    assert confirmed.json()["romanisation"]["text"] == "Qinjiagang Jiedao"
    assert not confirmed.json()["romanisation"]["needs_review"]
    assert (await client.post(path, json=body)).json()["code"] == "reading-confirmed-before"
    assert [item["id"] for item in await found(service, q="qinjiagang")] == [name["id"]]
    assert (await client.post(path, json={"syllables": ["qín"]})).status_code == 422
    assert (await service.bare_client().post(path, json=body)).status_code == 401
    assert (await service.client("placename:read").post(path, json=body)).status_code == 403
    foreign = service.client("placename:review", division="500103000000")
    assert (await foreign.post(path, json=body)).status_code == 404


class TestPreCheck:
    async def test_it_says_everything_and_stores_nothing(self, service: ServiceUnderTest) -> None:
        await announced(service, specific="人和", generic="路")
        before = await service.rows("SELECT count(*) FROM outbox")
        question = {
            "category": "STREET", "division": "500108001", "specific": "仁和", "generic": "路",
            "longitude": 106.6, "latitude": 29.5, "on": "2026-09-14",
        }  # fmt: skip
        answer = await service.client("placename:apply").post("/v1/pre-checks/name", json=question)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert [(f["code"], f["severity"], f["matched"]) for f in body["examination"]["findings"]] == [
            ("D2", "OVERRIDABLE", "人和路"),
        ]  # fmt: skip
        assert body["examination"]["compared_within"] == "BUILT_UP_AREA"
        assert body["examination"]["romanisation"]["text"] == "Renhe Lu"
        assert [rule["number"] for rule in body["examination"]["romanisation"]["rules"]] == ["1"]
        assert body["authority"]["division"] == "500108000000"
        assert {clock["name"]: clock["due_on"] for clock in body["deadlines"]} == {
            "ACCEPTANCE": "2026-09-20", "DECISION": "2026-10-16", "FILING": "2026-09-29", "ANNOUNCEMENT": "2026-09-29",
        }  # fmt: skip
        assert "words.foreign" in body["examination"]["uncertain"]
        assert await service.rows("SELECT count(*) FROM outbox") == before
        assert len(await service.rows("SELECT 1 FROM application")) == 1

    async def test_a_county_is_spelled_although_nobody_here_approves_it(self, service: ServiceUnderTest) -> None:
        question = {
            "category": "COUNTY_OR_ABOVE", "division": "500242", "specific": "酉阳土家族苗族", "generic": "自治县",
        }  # fmt: skip
        answer = await service.client("placename:apply").post("/v1/pre-checks/name", json=question)
        body = answer.json()
        assert body["authority"] is None
        assert body["examination"]["romanisation"]["text"] == "Youyang Tujiazu Miaozu Zizhixian"
        assert [finding["code"] for finding in body["examination"]["findings"]] == ["D1", "C2"]

    async def test_it_needs_a_token_and_the_right_to_apply(self, service: ServiceUnderTest) -> None:
        question = {"category": "STREET", "division": "500103001", "specific": "测和", "generic": "路"}
        assert (await service.bare_client().post("/v1/pre-checks/name", json=question)).status_code == 401
        reader = service.client("placename:read")
        assert (await reader.post("/v1/pre-checks/name", json=question)).status_code == 403


async def test_words_change_by_two_persons_and_hold_from_their_day(service: ServiceUnderTest) -> None:
    scopes = ("placename:parameters.propose", "placename:parameters.confirm", "placename:apply")
    first, second = service.client(*scopes), service.client(*scopes, person="officer-b")
    change = {
        "name": "words.brands", "valid_from": "2026-11-01", "value": ["万达", "测牌"], "authority": "测试名单",
        "confidence": "V",
    }  # fmt: skip
    proposal = (await first.post("/v1/parameter-proposals", json=change)).json()
    assert (await first.post(f"/v1/parameter-proposals/{proposal['id']}/confirm")).status_code == 403
    assert (await second.post(f"/v1/parameter-proposals/{proposal['id']}/confirm")).status_code == 200
    question = {"category": "STREET", "division": "500103001", "specific": "测牌", "generic": "路"}
    answer = (await first.post("/v1/pre-checks/name", json=question)).json()
    (finding,) = answer["examination"]["findings"]
    assert (finding["code"], finding["basis"]) == ("L4", "测试名单")
