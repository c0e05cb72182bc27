"""The public gazetteer over HTTP: finding, shapes, feeds, exports, imports, bulk checks, OGC API – Features."""

import csv
import hashlib
import json
from io import StringIO
from typing import Any

import httpx
import pytest

from placename.api.imports import NameRow
from placename.usecases.takeover import take_over
from shared.testing.under_test import ServiceUnderTest
from shared.web.bulk.processing import process_imports

OFFICE = ("placename:apply", "placename:review", "placename:approve", "placename:read")
RING = [[106.55, 29.55], [106.56, 29.55], [106.56, 29.56], [106.55, 29.56], [106.55, 29.55]]


async def known(service: ServiceUnderTest, name: str, **changes: Any) -> str:
    """A name of an existing gazetteer, taken over; its id."""
    row = {
        "name": name, "category": "STREET", "division": "500103001", "longitude": 106.5516, "latitude": 29.563,
        "begin": "2001-01-01", "meaning": "测试", "document_no": "测〔2001〕1号", **changes,
    }  # fmt: skip
    entered = await service.run(lambda tx: take_over(tx, NameRow.model_validate(row).entry(tx)))
    return str(entered.id)


async def asked(service: ServiceUnderTest, path: str, status: int = 200, **query: Any) -> Any:
    async with service.bare_client() as anybody:
        answer = await anybody.get(path, params=query)
    assert answer.status_code == status, answer.text
    return answer.json()


async def full_names(service: ServiceUnderTest, **query: Any) -> list[str]:
    return [item["name"] for item in (await asked(service, "/v1/names", **query))["items"]]


async def done(client: httpx.AsyncClient, path: str, status: int = 200, **body: Any) -> Any:
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_name_is_found_by_every_side_of_it(service: ServiceUnderTest) -> None:
    await known(service, "测山四路", pinyin="cè shān sì lù")
    for query in ({"q": "山四"}, {"q": "cssl"}, {"pinyin": "ceshan"}, {"q": "測山"}):
        assert "测山四路" in await full_names(service, **query), query
    assert await full_names(service, q="四山") == []
    assert "测山四路" in await full_names(service, q="测山", bbox="106.5,29.5,106.6,29.6")
    assert await full_names(service, q="测山", bbox="106.6,29.5,106.7,29.6") == []
    assert await full_names(service, q="测山", as_of="2000-12-31") == []
    assert await full_names(service, q="测山", as_of="2001-01-01") == ["测山四路"]
    suggested = (await asked(service, "/v1/names/suggest", prefix="测山"))["items"]
    assert [item["name"] for item in suggested] == ["测山四路"]
    assert (await asked(service, "/v1/names/suggest", prefix="山四"))["items"] == []


async def test_the_nearest_name_comes_first_and_says_how_far(service: ServiceUnderTest) -> None:
    await known(service, "测远路", longitude=106.5616)
    await known(service, "测近路", longitude=106.5526)
    found = (await asked(service, "/v1/names", near="29.563,106.5516,2000", category="STREET"))["items"]
    assert [item["name"] for item in found] == ["测近路", "测远路"]
    assert 90 < found[0]["distance_m"] < 105
    first = await asked(service, "/v1/names", near="29.563,106.5516,2000", category="STREET", limit=1)
    rest = await asked(
        service, "/v1/names", near="29.563,106.5516,2000", category="STREET", limit=1, cursor=first["next_cursor"]
    )
    assert [rest["items"][0]["name"], rest["next_cursor"]] == ["测远路", None]
    assert await full_names(service, near="29.563,106.5516,50", category="STREET") == []


@pytest.mark.parametrize(
    "query",
    [
        {"near": "106.5516,29.563,500"}, {"near": "29.5,106.5,0"}, {"near": "29.5,106.5"}, {"near": "a,b,c"},
        {"bbox": "106.7,29.4,106.4,29.7"}, {"bbox": "1,2,3"}, {"bbox": "nan,1,2,3"}, {"as_of": "2026-13-01"},
    ],
)  # fmt: skip
async def test_boxes_and_circles_that_are_none_are_refused(service: ServiceUnderTest, query: dict[str, str]) -> None:
    assert (await asked(service, "/v1/names", 422, **query))["code"]


async def test_an_alias_finds_its_place_and_never_becomes_standard(service: ServiceUnderTest) -> None:
    name_id = await known(service, "测牌坊路")
    async with service.client(*OFFICE) as office:
        await done(office, f"/v1/names/{name_id}/aliases", text="老牌桩", kind="ALIAS")
        again = await office.post(f"/v1/names/{name_id}/aliases", json={"text": "老牌桩", "kind": "SHORT"})
        assert (again.status_code, again.json()["code"]) == (409, "alias-known")
    found = (await asked(service, "/v1/names", q="牌桩"))["items"]
    assert [(item["name"], item["found_by_alias"]) for item in found] == [("测牌坊路", "老牌桩")]


async def test_one_name_on_two_places_and_two_names_on_one_are_told_apart(service: ServiceUnderTest) -> None:
    here = await known(service, "测同路")
    there = await known(service, "测同路", longitude=106.60)
    one, other = [await asked(service, f"/v1/names/{id}") for id in (here, there)]
    assert one["place_id"] != other["place_id"]
    clusters = None
    async with service.client("placename:read") as office:
        clusters = (await office.get("/v1/duplicates")).json()["items"]
    assert [(item["name"], len(item["name_ids"])) for item in clusters] == [("测同路", 2)]
    place = await asked(service, f"/v1/names/{here}/place")
    assert [name["id"] for name in place["names"]] == [here]


async def test_a_name_read_has_an_etag_that_a_change_needs(service: ServiceUnderTest) -> None:
    name_id = await known(service, "测标路")
    async with service.client(*OFFICE) as office:
        tag = (await office.get(f"/v1/names/{name_id}")).headers["etag"]
        changed = await office.post(f"/v1/names/{name_id}/describe", json={"origin": "新考"}, headers={"If-Match": tag})
        stale = await office.post(f"/v1/names/{name_id}/describe", json={"origin": "再考"}, headers={"If-Match": tag})
    assert (changed.status_code, stale.status_code) == (200, 412)
    assert changed.json()["meaning"] == "测试"


SHAPES = {
    "self-crossing": ({"type": "Polygon", "coordinates": [[RING[0], RING[2], RING[1], RING[3], RING[0]]]}, "geometry-invalid"),  # noqa: E501 - one case a line
    "not closed": ({"type": "Polygon", "coordinates": [RING[:-1]]}, "geometry-invalid"),
    "two corners": ({"type": "Polygon", "coordinates": [[RING[0], RING[1], RING[0]]]}, "geometry-invalid"),
    "hole outside": ({"type": "Polygon", "coordinates": [RING, [[x + 1, y] for x, y in RING]]}, "geometry-invalid"),
    "outside": ({"type": "LineString", "coordinates": [[116.4, 39.9], [116.5, 39.9]]}, "point-outside-city"),
    "swapped": ({"type": "LineString", "coordinates": [[29.56, 106.55], [29.57, 106.56]]}, "coordinates-swapped"),
    "partly outside": ({"type": "LineString", "coordinates": [[106.55, 29.56], [116.5, 39.9]]}, "point-outside-city"),
    "one spot": ({"type": "LineString", "coordinates": [RING[0], RING[0]]}, "geometry-invalid"),
}  # fmt: skip


@pytest.mark.parametrize("case", SHAPES)
async def test_a_shape_that_is_none_is_refused_by_its_rule(service: ServiceUnderTest, case: str) -> None:
    geometry, code = SHAPES[case]
    name_id = await known(service, "测形路")
    async with service.client(*OFFICE) as office:
        answer = await office.post(f"/v1/names/{name_id}/describe", json={"geometry": geometry})
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


async def test_a_shape_is_kept_measured_and_found(service: ServiceUnderTest) -> None:
    name_id = await known(service, "测园路", longitude=None, latitude=None)
    async with service.client(*OFFICE) as office:
        await done(office, f"/v1/names/{name_id}/describe", geometry={"type": "Polygon", "coordinates": [RING]})
    name = await asked(service, f"/v1/names/{name_id}")
    assert name["geometry"]["coordinates"] == [RING]
    assert 1_000_000 < name["area_m2"] < 1_100_000
    assert await full_names(service, q="测园", bbox="106.559,29.559,106.7,29.7") == ["测园路"]


async def test_the_feed_of_changes_is_whole_and_can_be_checked(service: ServiceUnderTest) -> None:
    start = (await asked(service, "/v1/changes/digest"))["seq"]
    name_id = await known(service, "测增路")
    async with service.client(*OFFICE) as office:
        await done(office, f"/v1/names/{name_id}/aliases", text="测旧", kind="FORMER")
    feed = await asked(service, "/v1/changes", since=start)
    assert [item["change"] for item in feed["items"]] == ["published", "corrected"]
    for item in feed["items"]:
        text = json.dumps(item["name"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == item["checksum"]
    joined = "".join(item["checksum"] for item in feed["items"])
    assert hashlib.sha256(joined.encode()).hexdigest() == feed["checksum"]
    assert (await asked(service, "/v1/changes", since=feed["next_since"]))["items"] == []
    versions: dict[str, int] = {}
    since = 0
    while (part := await asked(service, "/v1/changes", since=since, limit=1_000))["items"]:
        versions |= {item["name"]["id"]: item["version"] for item in part["items"]}
        since = part["next_since"]
    digest = await asked(service, "/v1/changes/digest")
    mine = hashlib.md5(",".join(f"{id}:{versions[id]}" for id in sorted(versions)).encode()).hexdigest()
    assert (digest["names"], digest["digest"], digest["seq"]) == (len(versions), mine, since)


async def test_the_export_holds_every_name_in_both_forms(service: ServiceUnderTest) -> None:
    await known(service, "=测式路")
    async with service.bare_client() as anybody:
        lines = (await anybody.get("/v1/exports/names.ndjson")).text.splitlines()
        table = (await anybody.get("/v1/exports/names.csv")).text
    rows = list(csv.reader(StringIO(table.removeprefix("\ufeff"))))
    assert len(lines) == len(rows) - 1 == (await asked(service, "/v1/changes/digest"))["names"]
    assert "=测式路" in {json.loads(line)["name"] for line in lines}
    assert "'=测式路" in {row[1] for row in rows}


async def test_another_department_checks_ten_thousand_names_in_a_stream(service: ServiceUnderTest) -> None:
    await known(service, "测准路", former_names="测曾路")
    lines = [{"ref": str(n), "name": "无此路"} for n in range(10_000)]
    lines[7] |= {"name": "测准路"}
    lines[8] |= {"name": "测曾路"}
    lines[9] |= {"name": "测准路", "division": "500233"}
    body = "\n".join(json.dumps(line) for line in lines).encode() + b"\nnot json\n"
    async with (
        service.client("placename:check") as department,
        department.stream(
            "POST", "/v1/standard-names/check", content=body, headers={"Content-Type": "application/x-ndjson"}
        ) as answer,
    ):
        found = [json.loads(line) async for line in answer.aiter_lines()]
    assert [found[n]["verdict"] for n in (6, 7, 8, 9)] == ["UNKNOWN", "STANDARD", "ALIAS", "UNKNOWN"]
    assert (found[8]["standard"], len(found), found[-1]["verdict"]) == ("测准路", 10_001, "INVALID")


async def test_a_gazetteer_is_taken_in_by_table_and_by_features(service: ServiceUnderTest) -> None:
    table = (
        "name,category,division,longitude,latitude,pinyin\r\n"
        "测表路,STREET,500103001,106.55,29.56,cè biǎo lù\r\n"
        "测反路,STREET,500103001,29.56,106.55,\r\n"
        "测表路,STREET,500103001,106.55,29.56,\r\n"
        "测处路,STREET,500112001,106.55,29.56,\r\n"
    ).encode()
    feature = {
        "type": "Feature", "geometry": {"type": "Polygon", "coordinates": [RING]},
        "properties": {"name": "测面公园", "category": "PARK", "division": "500103001"},
    }  # fmt: skip
    bowtie = {"type": "Polygon", "coordinates": [[RING[0], RING[2], RING[1], RING[3], RING[0]]]}
    features = "\n".join(json.dumps(one) for one in (feature, {**feature, "geometry": bowtie})).encode()
    async with service.client("placename:import") as clerk:

        async def sent(kind: str, content: bytes, media_type: str, dry_run: bool) -> Any:
            answer = await clerk.post(
                f"/v1/imports/{kind}", content=content, params={"dry_run": dry_run},
                headers={"Content-Type": media_type},
            )  # fmt: skip
            assert answer.status_code == 202, answer.text
            await process_imports(service.running, service.definition.imports)
            rows = (await clerk.get(f"/v1/imports/{answer.json()['id']}/rows")).json()["items"]
            return [(row["row_no"], (row["problem"] or {}).get("code")) for row in rows if row["problem"]]

        dry = await sent("names", table, "text/csv", True)
        assert await full_names(service, q="测表") == []
        wet = await sent("names", table, "text/csv", False)
        assert dry == wet == [(2, "coordinates-swapped"), (3, "already-in-gazetteer"), (4, "abolished-division")]
        assert await full_names(service, q="测表") == ["测表路"]
        assert await sent("features", features, "application/x-ndjson", False) == [(2, "geometry-invalid")]
    assert await full_names(service, q="测面", category="PARK") == ["测面公园"]


async def test_the_map_interface_speaks_ogc(service: ServiceUnderTest) -> None:
    for n in range(5):
        await known(service, f"测图{'甲乙丙丁戊'[n]}路", longitude=106.55 + n / 100)
    landing = await asked(service, "/v1/ogc/")
    assert {link["rel"] for link in landing["links"]} >= {"self", "service-desc", "conformance", "data"}
    conformance = (await asked(service, "/v1/ogc/conformance"))["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in conformance
    assert (await asked(service, "/v1/ogc/api"))["openapi"].startswith("3.")
    layers = (await asked(service, "/v1/ogc/collections"))["collections"]
    assert [layer["id"] for layer in layers] == ["place-names", "former-names", "historic-names"]
    path, seen, query = "/v1/ogc/collections/place-names/items", [], {"bbox": "106.5,29.5,106.7,29.6", "limit": 2}
    async with service.bare_client() as anybody:
        answer = await anybody.get(path, params=query)
        assert answer.headers["content-type"] == "application/geo+json"
        assert answer.json()["numberMatched"] == 5
        while True:
            page = answer.json()
            seen += [feature["properties"]["name"] for feature in page["features"]]
            following = [link["href"] for link in page["links"] if link["rel"] == "next"]
            if not following:
                break
            answer = await anybody.get(following[0])
    assert len(seen) == len(set(seen)) == 5
    one = await asked(service, f"{path}/{page['features'][0]['id']}")
    assert one["geometry"]["type"] == "Point"
    assert (await asked(service, path, datetime="../2000-12-31", bbox="106.5,29.5,106.7,29.6"))["numberMatched"] == 0
    both = await asked(service, path, datetime="2001-01-01T00:00:00Z/..", bbox="106.5,29.5,0,106.7,29.6,0")
    assert both["numberMatched"] == 5
    for wrong in (
        {"limit": "0"}, {"limit": "a"}, {"bbox": "1,2,3"}, {"bbox": "a,b,c,d"}, {"datetime": "yesterday"},
        {"datetime": "2026-01-02/2026-01-01"}, {"unknown": "1"}, {"cursor": "abc"}, {"f": "html"}, {"bbox": "nan,1,2,3"},  # noqa: E501 - one case a line
    ):  # fmt: skip
        await asked(service, path, 400, **wrong)
    await asked(service, "/v1/ogc/collections/elsewhere/items", 404)
    await asked(service, f"{path}/nothing", 404)


async def test_example_41_a_town_changes_its_county_and_not_its_name(service: ServiceUnderTest) -> None:
    before = (await asked(service, "/v1/names", q="统景镇"))["items"][0]
    await service.rows("WITH moved AS (SELECT 1) SELECT 1 FROM moved")
    async with service.running.database.engine.begin() as connection:
        from sqlalchemy import text

        await connection.execute(
            text("UPDATE place_name SET division = '500112999000' WHERE id = :id"), {"id": before["id"]}
        )
    async with service.client(*OFFICE) as city:
        moved = await done(
            city, "/v1/names/reassign", old_division="500112999", new_division=before["division"][:9],
            on="2025-11-06",
        )  # fmt: skip
    assert moved == {"reassigned": 1, "more": False}
    after = await asked(service, f"/v1/names/{before['id']}")
    assert (after["division"], after["name"]) == (before["division"], before["name"])
    assert after["romanisation"]["text"] == before["romanisation"]["text"]
    assert after["divisions"][-1] == {"division": before["division"], "begin": "2025-11-06"}
    assert (await service.announced())[-1]["type"].split(".")[-2] == "reassigned"
    assert (await service.rows("SELECT count(*) AS n FROM application"))[0].n == 0


async def test_a_notice_tells_the_name_and_never_the_applicant(service: ServiceUnderTest) -> None:
    assert (await asked(service, "/v1/notices"))["items"] == []
    assert (await asked(service, "/v1/notices/feed"))["version"].endswith("/1.1")
    assert len((await asked(service, "/v1/regions", as_of="2026-11-23"))["items"]) > 1_000


async def test_the_public_check_tells_findings_and_spelling(service: ServiceUnderTest) -> None:
    await known(service, "新华路", pinyin="xīn huá lù")
    found = await asked(service, "/v1/names/check", name="新华路", category="STREET", division="500108001")
    assert [finding["code"] for finding in found["findings"]] == ["D1"]
    assert found["romanisation"]["text"] == "Xinhua Lu"
    elsewhere = await asked(service, "/v1/names/check", name="新华路", category="STREET", division="500233001")
    assert elsewhere["findings"] == []
