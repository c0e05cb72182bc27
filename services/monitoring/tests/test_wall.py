"""The wall and the open data: public, without small cells, with definitions, and nothing from another host."""

import csv
import io
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from monitoring.api.wall import FOLDER, trend_days
from monitoring.domain.evaluation import Value
from monitoring.domain.publication import SMALLEST_PUBLISHED, hidden_districts, is_small
from monitoring.events import observe
from monitoring.usecases import absorb
from shared.contracts.envelope import Incoming
from shared.kernel.clock import CHINA
from shared.kernel.divisions import default_register
from shared.testing.under_test import MORNING, ServiceUnderTest

JUNE = datetime(2026, 6, 22, 9, 0, tzinfo=CHINA)
"""A day on which row 3 is still filed and not computed."""
LIVING = "disability-living-subsidy-coverage"


def series(form: str, region: str, *points: tuple[str, str, int, int | None]) -> Incoming:
    rows = [{"period": p, "on": on, "numerator": n, "denominator": d} for p, on, n, d in points]
    data = {"form": form, "kind": "LEVEL", "points": rows}
    return Incoming(str(uuid4()), "reporting", "series", "opened", 1, uuid4(), 1, 1, region, JUNE, data)


async def fill(service: ServiceUnderTest, *events: Incoming) -> None:
    await service.run(lambda tx: absorb(tx, observe(events)))


async def living(service: ServiceUnderTest, *numbers: tuple[str, int, int]) -> None:
    service.clock.set(JUNE)
    await fill(
        service,
        *(
            series("disability-living-subsidy", f"{code}000000", ("2026-05", "2026-05-31", top, bottom))
            for code, top, bottom in numbers
        ),
    )


async def asked(service: ServiceUnderTest, path: str) -> Any:
    answer = await service.bare_client().get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("top", "bottom", "small"),
    [
        (SMALLEST_PUBLISHED - 1, 100, True), (SMALLEST_PUBLISHED, 100, False), (0, 100, False), (100, 100, False),
        (97, 100, True), (95, 100, False), (0, 3, True), (3, 3, True), (5, 5, False),
    ],
)  # fmt: skip
def test_few_persons_are_small_on_either_side_of_the_line(top: int, bottom: int, small: bool) -> None:
    assert is_small(Value(top, bottom, None)) is small


def test_one_hidden_district_takes_the_next_smallest_with_it() -> None:
    values = {code: Value(top, 1_000, None) for code, top in (("a", 3), ("b", 400), ("c", 300), ("d", 0))}
    assert hidden_districts(values) == {"a", "c"}
    values["d"] = Value(4, 1_000, None)
    assert hidden_districts(values) == {"a", "d"}


async def test_the_wall_shows_sixteen_rows_to_anybody(service: ServiceUnderTest) -> None:
    await living(service, ("500103", 980, 1_000))
    found = await asked(service, "/v1/wall/rows")
    assert [item["row"] for item in found["items"]] == list(range(1, 17))
    row = found["items"][2]
    assert (row["value"], row["targets"][0]["gap"], row["targets"][0]["reached"]) == ("98.00", "-2.00", False)
    assert [item["value"] for item in found["items"] if item["id"] == "lottery-outlets"] == [None]
    texts = (await asked(service, "/v1/wall/text-rows"))["items"]
    assert {item["code"] for item in texts} == {f"T{number}" for number in range(1, 59)}
    assert all(item["name"] and (item["printed_in"] or not item["targets"]) for item in texts)
    assert "numerator" not in row


async def test_the_detail_has_districts_trend_definition_and_contradictions(service: ServiceUnderTest) -> None:
    await living(service, ("500103", 980, 1_000), ("500101", 3, 900), ("500102", 700, 800))
    found = await asked(service, f"/v1/wall/indicators/{LIVING}")
    tiles = {tile["code"]: tile for tile in found["districts"]}
    assert len(tiles) == 37
    assert (tiles["500101"]["value"], tiles["500101"]["hidden"]) == (None, True)
    assert (tiles["500102"]["hidden"], tiles["500103"]["value"]) == (True, "98.00")
    assert (tiles["500104"]["value"], tiles["500104"]["hidden"]) == (None, False)
    assert [point["on"] for point in found["trend"]] == sorted(point["on"] for point in found["trend"])
    assert found["trend"][-1] == {"on": "2026-06-22", "value": "62.33"}
    assert found["definitions"][0]["text"]
    both = await asked(service, "/v1/wall/indicators/basic-quality-rate")
    assert len(both["targets"]) == 2
    assert both["remarks"]
    assert both["districts"] == []
    unknown = await service.bare_client().get("/v1/wall/indicators/no-such")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "indicator-unknown")


def test_the_trend_asks_for_ends_of_months_and_years_in_order() -> None:
    days = trend_days(MORNING.date())
    assert days[-1] == MORNING.date()
    assert days == sorted(set(days))
    assert {day.isoformat() for day in days} >= {"2021-12-31", "2025-11-30", "2025-12-31", "2026-10-31"}


async def test_the_pages_run_only_what_is_theirs(service: ServiceUnderTest) -> None:
    client = service.bare_client()
    for path in ("/v1/wall", "/v1/wall/texts"):
        page = await client.get(path)
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert '<html lang="zh-CN">' in page.text
        for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
            assert not re.match(r"[a-z]+:|//|/", address) or address == "data:,"
        assert "style=" not in page.text
    for name, kind in (("wall.css", "text/css"), ("rows.js", "text/javascript"), ("detail.js", "text/javascript")):
        assert (await client.get(f"/v1/wall/files/{name}")).headers["Content-Type"].startswith(kind)
    for name in ("index.html", "../api/wall.py", "none.js", "..%2fcatalogue.py"):
        assert (await client.get(f"/v1/wall/files/{name}")).status_code in (404, 422), name


def test_the_scripts_name_no_other_host_and_set_no_markup() -> None:
    for file in sorted(Path(FOLDER).glob("*.js")):
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http" not in text.replace("https", "http").replace("fetched", ""), file.name
        assert "innerHTML" not in text
        assert "eval(" not in text


def test_every_unit_has_a_place_of_its_own_on_the_tile_map() -> None:
    text = (Path(FOLDER) / "detail.js").read_text(encoding="utf-8")
    places = {code: (x, y) for code, x, y in re.findall(r"(\d{6}): \[(\d+), (\d+)\]", text)}
    register = default_register()
    now = [division.code[:6] for division in register.districts(MORNING.date())]
    before = [division.code[:6] for division in register.districts(MORNING.date().replace(year=2024))]
    assert (len(now), len(before)) == (37, 38)
    for units in (now, before):
        assert len({places[code] for code in units}) == len(units)


async def test_the_open_data_says_the_same_in_three_formats(service: ServiceUnderTest) -> None:
    await living(service, ("500103", 980, 1_000), ("500101", 3, 900), ("500102", 700, 800))
    client = service.bare_client()
    index = await asked(service, "/v1/open-data")
    assert (index["licence"], len(index["files"])) == ("CC BY 4.0", 3)
    rows = await asked(service, "/v1/open-data/indicators.json")
    mine = [row for row in rows if row["indicator"] == LIVING]
    assert len(mine) == 38
    states = {row["district"]: row["state"] for row in mine}
    assert (states["500000"], states["500101"], states["500104"]) == ("VALUE", "HIDDEN", "NO_DATA")
    assert len({row["indicator"] for row in rows}) >= 16
    table = await client.get("/v1/open-data/indicators.csv")
    found = list(csv.DictReader(io.StringIO(table.text)))
    assert [(row["indicator"], row["district"], row["value"]) for row in found] == [
        (row["indicator"], row["district"], row["value"] or "") for row in rows
    ]
    assert {row["licence"] for row in found} == {"CC BY 4.0"}
    marked = await client.get("/v1/open-data/indicators.csv?bom=true")
    assert marked.content.removeprefix(b"\xef\xbb\xbf") == table.content
    assert marked.content != table.content
    book = load_workbook(io.BytesIO((await client.get("/v1/open-data/indicators.xlsx")).content), read_only=True)
    assert book.sheetnames == ["数值", "定义", "说明"]
    cells = list(book["数值"].iter_rows(values_only=True))
    assert len(cells) == len(rows) + 1
    assert next(row[8] for row in cells if row[0] == LIVING and row[5] == "500103") == 98
    definition = mine[0]["definition"].replace("..", "/v1")
    assert (await asked(service, definition))["id"] == LIVING
