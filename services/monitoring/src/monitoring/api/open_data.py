"""Open data (开放数据): the public part of every indicator as JSON, CSV and an Excel workbook, with definitions."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from openpyxl import Workbook
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from monitoring import queries
from monitoring.api.wall import public_part
from monitoring.catalogue import CATALOGUE
from monitoring.domain.indicator import Indicator
from monitoring.store import Tx
from shared.kernel.clock import business_day
from shared.kernel.principal import Principal
from shared.web.access import public
from shared.web.fields import ApiModel
from shared.web.running import Running, origin_of, running_of
from shared.web.streaming import BYTE_ORDER_MARK, written
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/open-data", tags=["开放数据"], route_class=StrictRoute)

LICENCE = "CC BY 4.0"
LICENCE_TEXT = "https://creativecommons.org/licenses/by/4.0/deed.zh-hans"
SOURCE = "渝民集群监测服务；规划：重庆市民政事业发展“十四五”规划（渝府办发〔2022〕12号）"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CITY_NAME = "重庆市"
PORTION = 65_536
HEADER = (
    "indicator", "code", "row", "name", "unit", "district", "district_name", "on", "value", "state", "targets",
    "definition", "licence", "source",
)  # fmt: skip


class OpenFigure(ApiModel):
    """One published figure. ``state``: VALUE, NO_DATA (暂无数据) or HIDDEN (too few persons to be shown)."""

    indicator: str
    code: str
    row: int | None
    name: str
    unit: str
    district: str
    district_name: str
    on: date
    value: Decimal | None
    state: str
    targets: list[str]
    definition: str

    @property
    def cells(self) -> list[Any]:
        """The row of a table, in the order of ``HEADER``."""
        value = None if self.value is None else str(self.value)
        return [
            self.indicator, self.code, self.row, self.name, self.unit, self.district, self.district_name,
            self.on.isoformat(), value, self.state, "；".join(self.targets), self.definition, LICENCE, SOURCE,
        ]  # fmt: skip


class OpenFile(ApiModel):
    """A file of the open data."""

    url: str
    media_type: str
    note: str


class OpenDataIndex(ApiModel):
    """What there is, under which licence and from where."""

    title: str
    licence: str
    licence_text: str
    source: str
    on: date
    files: list[OpenFile]
    states: dict[str, str]


def figure(
    indicator: Indicator, place: tuple[str, str], on: date, value: Decimal | None, base: str, *, hidden: bool
) -> OpenFigure:
    """A figure as it is published."""
    state = "HIDDEN" if hidden else "NO_DATA" if value is None else "VALUE"
    return OpenFigure(
        indicator=indicator.id, code=indicator.code, row=indicator.row, name=indicator.name, unit=indicator.unit,
        district=place[0], district_name=place[1], on=on, value=value, state=state,
        targets=[target.printed_in for target in indicator.targets],
        definition=f"{base}/indicators/{indicator.id}/definition",
    )  # fmt: skip


def figures_of(
    tx: Tx, indicator: Indicator, readings: Sequence[queries.Reading], on: date, base: str
) -> list[OpenFigure]:
    """The city's figure and those of its districts, in the public part."""
    [city] = [reading for reading in readings if reading.district == queries.CITY]
    others = [reading for reading in readings if reading.district != queries.CITY]
    place = (queries.CITY, CITY_NAME)
    return [
        figure(indicator, place, on, city.value.rounded(indicator.places), base, hidden=False),
        *(
            figure(indicator, (tile.code, tile.name), on, tile.value, base, hidden=tile.hidden)
            for tile in public_part(tx, indicator, others, on)
        ),
    ]


async def portions(request: Request) -> AsyncIterator[list[OpenFigure]]:
    """All figures, read at once so that they speak of one moment, and sent on indicator by indicator."""
    running, origin = running_of(request), origin_of(request, Principal.of_public())
    on, base = _today(running), address(request) or ".."

    async def read(tx: Tx) -> list[list[OpenFigure]]:
        readings: dict[str, list[queries.Reading]] = {}
        for reading in await queries.read_all(tx, CATALOGUE.indicators, queries.AsOf(on, on)):
            readings.setdefault(reading.indicator.id, []).append(reading)
        return [figures_of(tx, each, readings[each.id], on, base) for each in CATALOGUE.indicators]

    for portion in await running.database.run(read, origin):
        yield portion


def address(request: Request) -> str | None:
    """Where this interface is, as its callers see it; None behind a gateway that has not told its path.

    Links are then relative to the address of the answer they stand in.
    """
    return f"{str(request.base_url).rstrip('/')}/v1" if request.scope.get("root_path") else None


def _today(running: Running) -> date:
    return business_day(running.database.around.clock.now())


@router.get("", response_model=OpenDataIndex, summary="开放数据目录", dependencies=[public])
async def read_open_data(request: Request) -> OpenDataIndex:
    here = f"{address(request)}/open-data" if address(request) else "open-data"
    return OpenDataIndex(
        title="民政事业规划指标", licence=LICENCE, licence_text=LICENCE_TEXT, source=SOURCE,
        on=_today(running_of(request)),
        files=[
            OpenFile(url=f"{here}/indicators.json", media_type="application/json", note="逐项指标"),
            OpenFile(url=f"{here}/indicators.csv", media_type="text/csv", note="bom=true 时带字节顺序标记"),
            OpenFile(url=f"{here}/indicators.xlsx", media_type=WORKBOOK, note="数值、定义、说明三张表"),
        ],
        states={"VALUE": "有数值", "NO_DATA": "暂无数据", "HIDDEN": "人数过少，不公布"},
    )  # fmt: skip


@router.get("/indicators.json", summary="开放数据（JSON）", dependencies=[public], response_model=list[OpenFigure])
async def download_json(request: Request) -> StreamingResponse:
    async def text() -> AsyncIterator[str]:
        before = "["
        async for portion in portions(request):
            for each in portion:
                yield before + each.model_dump_json()
                before = ",\n"
        yield "]" if before != "[" else "[]"

    return StreamingResponse(text(), media_type="application/json", headers=_saved_as("indicators.json"))


@router.get(
    "/indicators.csv", summary="开放数据（CSV）", dependencies=[public], response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}}}},
)  # fmt: skip
async def download_csv(
    request: Request, bom: Annotated[bool, Query(description="带字节顺序标记，便于电子表格软件识别")] = False
) -> StreamingResponse:
    async def text() -> AsyncIterator[str]:
        yield (BYTE_ORDER_MARK if bom else "") + written([HEADER])
        async for portion in portions(request):
            yield written([each.cells for each in portion])

    return StreamingResponse(text(), media_type="text/csv; charset=utf-8", headers=_saved_as("indicators.csv"))


@router.get(
    "/indicators.xlsx", summary="开放数据（Excel）", dependencies=[public], response_class=StreamingResponse,
    responses={200: {"content": {WORKBOOK: {}}}},
)  # fmt: skip
async def download_workbook(request: Request) -> Response:
    book = Workbook(write_only=True)
    values = book.create_sheet("数值")
    values.append(list(HEADER))
    async for portion in portions(request):
        for each in portion:
            cells = each.cells
            cells[8] = None if each.value is None else float(each.value)
            values.append(cells)
    await run_in_threadpool(_describe, book, _today(running_of(request)))
    file = tempfile.SpooledTemporaryFile(max_size=2**20)  # noqa: SIM115 - closed when it has been sent
    await run_in_threadpool(book.save, file)
    file.seek(0)

    def content() -> Iterator[bytes]:
        with file:
            while portion := file.read(PORTION):
                yield portion

    return StreamingResponse(content(), media_type=WORKBOOK, headers=_saved_as("indicators.xlsx"))


def _describe(book: Workbook, on: date) -> None:
    """The sheets of definitions and of licence and source."""
    definitions = book.create_sheet("定义")
    definitions.append(["indicator", "name", "unit", "scope", "valid_from", "text", "remarks"])
    for indicator in CATALOGUE.indicators:
        for each in indicator.definitions:
            definitions.append(
                [indicator.id, indicator.name, indicator.unit, indicator.scope.name, each.valid_from.isoformat(),
                 each.text, "；".join(indicator.said)]
            )  # fmt: skip
    notes = book.create_sheet("说明")
    for line in (
        ("数据日期", on.isoformat()), ("许可", LICENCE), ("许可全文", LICENCE_TEXT), ("来源", SOURCE),
        ("VALUE", "有数值"), ("NO_DATA", "暂无数据"), ("HIDDEN", "人数过少，不公布"),
        ("definition", "定义的地址；以 .. 开头的，相对于本文件的下载地址"),
    ):  # fmt: skip
        notes.append(list(line))


def _saved_as(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
