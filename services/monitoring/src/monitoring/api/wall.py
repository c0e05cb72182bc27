"""The indicator wall (指标大屏): a page of our own, and the public figures behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Response
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse

from monitoring import queries
from monitoring.api.indicators import DefinitionView, IndicatorUnknown, IndicatorView, On, TargetView
from monitoring.catalogue import CATALOGUE
from monitoring.domain.indicator import Indicator, Nature, SourceClass
from monitoring.domain.progress import Progress
from monitoring.domain.publication import hidden_districts
from monitoring.queries.progress import read_progress
from monitoring.store import Tx
from shared.kernel.errors import NotFound
from shared.web.access import public
from shared.web.commands import Asking
from shared.web.fields import ApiModel
from shared.web.strict_json import StrictRoute

FOLDER = Path(__file__).parents[1] / "wall"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
KINDS = {".css": "text/css", ".js": "text/javascript", ".html": "text/html"}
"""The page runs its own scripts and styles and asks nobody else for anything."""

router = APIRouter(prefix="/v1/wall", tags=["指标大屏"], route_class=StrictRoute)

TREND_YEARS = 5
TREND_MONTHS = 12
IndicatorId = Annotated[str, InPath(max_length=80, pattern=r"^[a-zA-Z0-9-]+$")]


class WallRow(ApiModel):
    """One indicator of the wall: the city's value beside every printed target."""

    id: str
    code: str
    row: int | None
    name: str
    unit: str
    nature: Nature
    printed_in: str
    baseline: Decimal | None
    value: Decimal | None
    targets: list[TargetView]
    definition: str

    @classmethod
    def of(cls, reading: queries.Reading) -> WallRow:
        """The public view of a city's reading."""
        indicator = reading.indicator
        return cls(
            id=indicator.id, code=indicator.code, row=indicator.row, name=indicator.name, unit=indicator.unit,
            nature=indicator.nature, printed_in="；".join(each.printed_in for each in indicator.targets),
            baseline=indicator.baseline.value, value=reading.value.rounded(indicator.places),
            targets=[TargetView.of(gap) for gap in reading.gaps], definition=f"../indicators/{indicator.id}/definition",
        )  # fmt: skip


class Wall(ApiModel):
    """All rows on a day."""

    on: date
    items: list[WallRow]


class DistrictTile(ApiModel):
    """A district's value; ``hidden`` where it would show single persons, null where there is none."""

    code: str
    name: str
    value: Decimal | None
    hidden: bool


class TrendPoint(ApiModel):
    """The city's value on a day."""

    on: date
    value: Decimal | None


class ReadingOfDefinition(ApiModel):
    """One reading of the definition with its own value; one that stands beside decides nothing."""

    name: str
    beside: bool
    value: Decimal | None


class Outlook(ApiModel):
    """What is to be expected of one target: the pace it needs a month, and where the trend ends at the deadline."""

    printed_in: str
    pace_needed: Decimal | None
    projected: Decimal | None
    low: Decimal | None
    high: Decimal | None
    misses: bool | None
    method: str | None

    @classmethod
    def of(cls, way: Progress) -> Outlook:
        """The view of the progress towards one target."""
        ahead = way.projection
        return cls(
            printed_in=way.target.printed_in, pace_needed=way.pace_needed, misses=way.misses,
            projected=ahead.value if ahead else None, low=ahead.low if ahead else None,
            high=ahead.high if ahead else None, method=ahead.method if ahead else None,
        )  # fmt: skip


class WallDetail(ApiModel):
    """One indicator in depth: definition, contradictions, trend, districts."""

    id: str
    name: str
    unit: str
    on: date
    value: Decimal | None
    source: SourceClass
    scope: str
    baseline_said: str
    readings: list[ReadingOfDefinition]
    outlook: list[Outlook]
    targets: list[TargetView]
    definitions: list[DefinitionView]
    remarks: list[str]
    trend: list[TrendPoint]
    districts: list[DistrictTile]


class PageUnknown(NotFound):
    """没有这个页面"""


def page(name: str) -> Response:
    """A file of the wall as an answer; nothing outside its folder can be asked for."""
    path = FOLDER / name
    if path.parent != FOLDER or not path.is_file():
        raise PageUnknown()
    return Response(path.read_bytes(), headers=PAGE_HEADERS, media_type=KINDS[path.suffix])


def trend_days(today: date) -> list[date]:
    """The ends of the last years and of the last twelve months, and today, in order."""
    years = {date(today.year - back, 12, 31) for back in range(1, TREND_YEARS + 1)}
    months, day = set(), today
    for _ in range(TREND_MONTHS):
        day = day.replace(day=1) - timedelta(days=1)
        months.add(day)
    return sorted({*years, *months, today})


def public_indicator(indicator_id: str) -> Indicator:
    """The catalogue's indicator, or a refusal."""
    indicator = CATALOGUE.by_id(indicator_id)
    if indicator is None:
        raise IndicatorUnknown(field="indicator_id")
    return indicator


async def detail(tx: Tx, indicator: Indicator, as_of: queries.AsOf) -> WallDetail:
    """Everything the wall says of one indicator, in the public part."""
    today = as_of.on
    [city] = await queries.read_city(tx, [indicator], as_of)
    found = public_part(tx, indicator, await queries.read_districts(tx, indicator, as_of), today)
    days = trend_days(today)
    points = [(await queries.read_city(tx, [indicator], queries.AsOf(day, as_of.known_on)))[0].value for day in days]
    [way] = await read_progress(tx, [indicator], today)
    said = IndicatorView.of(indicator)
    return WallDetail(
        id=said.id, name=said.name, unit=said.unit, on=today, value=city.value.rounded(indicator.places),
        scope=said.scope, baseline_said=f"起点：{said.baseline_printed_in}。",
        targets=[TargetView.of(gap) for gap in city.gaps], definitions=said.definitions, remarks=list(indicator.said),
        source=indicator.source, outlook=[Outlook.of(each) for each in way.targets],
        readings=[
            ReadingOfDefinition(name=variant.name, beside=variant.beside, value=value.rounded(indicator.places))
            for variant, value in city.variants
        ],
        trend=[
            TrendPoint(on=day, value=value.rounded(indicator.places))
            for day, value in zip(days, points, strict=True)
        ],
        districts=found,
    )  # fmt: skip


def public_part(tx: Tx, indicator: Indicator, readings: Sequence[queries.Reading], on: date) -> list[DistrictTile]:
    """What may be published of an indicator's districts; nothing where none of them has a value."""
    values = {reading.district: reading.value for reading in readings}
    if all(value.value is None for value in values.values()):
        return []
    hidden = hidden_districts(values) if indicator.persons else frozenset()
    names = {division.code[:6]: division.name for division in tx.around.divisions.districts(on)}
    return [
        DistrictTile(
            code=district, name=names.get(district, district), hidden=district in hidden,
            value=None if district in hidden else value.rounded(indicator.places),
        )
        for district, value in values.items()
    ]  # fmt: skip


@router.get("", summary="指标大屏：专栏1", dependencies=[public], response_class=HTMLResponse)
async def read_wall_page() -> Response:
    return page("index.html")


@router.get("/texts", summary="指标大屏：正文目标", dependencies=[public], response_class=HTMLResponse)
async def read_texts_page() -> Response:
    return page("texts.html")


@router.get("/files/{name}", summary="指标大屏：样式与脚本", dependencies=[public], response_class=Response)
async def read_wall_file(name: Annotated[str, InPath(pattern=r"^[a-z]+\.(css|js)$", max_length=40)]) -> Response:
    return page(name)


def _as_of(asking: Asking, on: date | None) -> queries.AsOf:
    return queries.AsOf(on or asking.today, asking.today)


@router.get("/rows", response_model=Wall, summary="大屏数据：十六项指标", dependencies=[public])
async def read_wall(asking: Asking, on: On = None) -> Response:
    return await _rows(asking, CATALOGUE.table, on)


@router.get("/text-rows", response_model=Wall, summary="大屏数据：正文目标", dependencies=[public])
async def read_wall_texts(asking: Asking, on: On = None) -> Response:
    return await _rows(asking, CATALOGUE.text, on)


async def _rows(asking: Asking, indicators: Sequence[Indicator], on: date | None) -> Response:
    as_of = _as_of(asking, on)
    return await asking.run(
        lambda tx: queries.read_city(tx, indicators, as_of),
        show=lambda readings: Wall(on=as_of.on, items=[WallRow.of(reading) for reading in readings]),
    )


@router.get(
    "/indicators/{indicator_id}", response_model=WallDetail, summary="大屏数据：一项指标", dependencies=[public]
)
async def read_wall_detail(indicator_id: IndicatorId, asking: Asking, on: On = None) -> Response:
    indicator, as_of = public_indicator(indicator_id), _as_of(asking, on)
    return await asking.run(lambda tx: detail(tx, indicator, as_of), show=lambda found: found)
