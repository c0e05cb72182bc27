"""Indicators over HTTP: values with the integers behind them, every printed target, definitions in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from monitoring import queries
from monitoring.catalogue import CATALOGUE
from monitoring.domain.evaluation import TargetGap, Value
from monitoring.domain.indicator import Better, Indicator, Kind, Nature, SourceClass, Variant
from monitoring.store import Tx
from shared.kernel.errors import Invalid, NotFound
from shared.kernel.principal import Principal
from shared.web.access import public, require
from shared.web.commands import Asking
from shared.web.fields import ApiModel, Day
from shared.web.running import running_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/indicators", tags=["规划指标"], route_class=StrictRoute)

Reader = Annotated[Principal, Depends(require("monitoring:read"))]
On = Annotated[Day | None, Query(description="业务日，默认今天")]
KnownOn = Annotated[Day | None, Query(description="截至此日已知的数据，默认今天")]

Since = Annotated[Day | None, Query(description="期间起始日，默认当年1月1日")]
Part = Annotated[Literal["table", "text", "own", "all"], Query(description="专栏1、正文目标、各服务自定指标，或全部")]
PARTS = {
    "table": CATALOGUE.table, "text": CATALOGUE.text, "own": CATALOGUE.own, "all": CATALOGUE.indicators,
}  # fmt: skip

LONGEST_HISTORY_DAYS = 4_000


class IndicatorUnknown(NotFound):
    """没有这项指标"""


class SpanTooLong(Invalid):
    """起止日期有误或跨度过长"""


class TargetView(ApiModel):
    """A printed target, its present value if it moves, and the gap; negative is behind."""

    printed_in: str
    deadline: date
    value: Decimal | None
    gap: Decimal | None
    reached: bool | None

    @classmethod
    def of(cls, gap: TargetGap) -> TargetView:
        """The view of one target."""
        return cls(
            printed_in=gap.target.printed_in,
            deadline=gap.target.deadline,
            value=gap.value,
            gap=gap.gap,
            reached=gap.reached,
        )


class VariantView(ApiModel):
    """One reading of the definition; one that stands beside decides nothing."""

    name: str
    beside: bool
    value: Decimal | None
    numerator: int | None
    denominator: int | None

    @classmethod
    def of(cls, variant: Variant, value: Value, places: int) -> VariantView:
        """The view of one variant."""
        return cls(
            name=variant.name, beside=variant.beside, value=value.rounded(places), numerator=value.numerator,
            denominator=value.denominator,
        )  # fmt: skip


class ReadingView(ApiModel):
    """A value on a day, as known on a day; null where there is nothing to divide by."""

    id: str
    code: str
    row: int | None
    name: str
    unit: str
    nature: Nature
    source: SourceClass
    district: str
    on: date
    known_on: date
    baseline: Decimal | None
    value: Decimal | None
    numerator: int | None
    denominator: int | None
    variants: list[VariantView]
    targets: list[TargetView]
    remarks: list[str]

    @classmethod
    def of(cls, reading: queries.Reading) -> ReadingView:
        """The view of one reading."""
        indicator = reading.indicator
        return cls(
            id=indicator.id, code=indicator.code, row=indicator.row, name=indicator.name, unit=indicator.unit,
            nature=indicator.nature, source=indicator.source, district=reading.district, on=reading.as_of.on,
            known_on=reading.as_of.known_on,
            baseline=indicator.baseline.value, value=reading.value.rounded(indicator.places),
            numerator=reading.value.numerator, denominator=reading.value.denominator,
            variants=[VariantView.of(variant, value, indicator.places) for variant, value in reading.variants],
            targets=[TargetView.of(gap) for gap in reading.gaps], remarks=list(indicator.said),
        )  # fmt: skip


class ReadingList(ApiModel):
    """Readings in the order of the plan's table, or of district codes."""

    divisions_version: str
    items: list[ReadingView]


class DefinitionView(ApiModel):
    """A version of the definition in words, with the measures behind it."""

    valid_from: date
    text: str
    variants: list[list[str]]


class IndicatorView(ApiModel):
    """Everything the plan says of an indicator, its contradictions included."""

    id: str
    code: str
    row: int | None
    name: str
    name_en: str
    unit: str
    kind: Kind
    nature: Nature
    source: SourceClass
    better: Better
    scope: str
    baseline: Decimal | None
    baseline_printed_in: str
    targets: list[str]
    definitions: list[DefinitionView]
    remarks: list[str]

    @classmethod
    def of(cls, indicator: Indicator) -> IndicatorView:
        """The view of one catalogue entry."""
        definitions = [
            DefinitionView(
                valid_from=definition.valid_from,
                text=definition.text,
                variants=[variant.written() for variant in definition.variants],
            )
            for definition in indicator.definitions
        ]
        return cls(
            id=indicator.id, code=indicator.code, row=indicator.row, name=indicator.name, name_en=indicator.name_en,
            unit=indicator.unit, kind=indicator.kind, nature=indicator.nature, source=indicator.source,
            better=indicator.better, scope=indicator.scope.name,
            baseline=indicator.baseline.value, baseline_printed_in=indicator.baseline.printed_in,
            targets=[target.printed_in for target in indicator.targets], definitions=definitions,
            remarks=list(indicator.said),
        )  # fmt: skip


class HistoryPoint(ApiModel):
    """The value from a day on, until the next point."""

    on: date
    value: Decimal | None
    numerator: int | None
    denominator: int | None


class History(ApiModel):
    """The days on which the city's value changed."""

    id: str
    items: list[HistoryPoint]


def known_indicator(indicator_id: str) -> Indicator:
    """The catalogue's indicator, or a refusal."""
    indicator = CATALOGUE.by_id(indicator_id)
    if indicator is None:
        raise IndicatorUnknown(field="indicator_id")
    return indicator


def as_of_day(asking: Asking, on: date | None, known_on: date | None, since: date | None = None) -> queries.AsOf:
    """The day asked for; today where none is."""
    day = on or asking.today
    if since is not None and not 0 <= (day - since).days <= LONGEST_HISTORY_DAYS:
        raise SpanTooLong(field="query/since")
    return queries.AsOf(day, known_on or asking.today, since)


def _list(request: Request, readings: list[queries.Reading]) -> ReadingList:
    version = running_of(request).database.around.divisions.version
    return ReadingList(divisions_version=version, items=[ReadingView.of(reading) for reading in readings])


@router.get("", response_model=ReadingList, summary="各项指标的全市数值")
async def list_indicators(
    caller: Reader,
    request: Request,
    asking: Asking,
    part: Part = "table",
    on: On = None,
    known_on: KnownOn = None,
    since: Since = None,
) -> Response:
    as_of, chosen = as_of_day(asking, on, known_on, since), PARTS[part]
    return await asking.run(
        lambda tx: queries.read_city(tx, chosen, as_of), show=lambda readings: _list(request, readings)
    )


@router.get("/{indicator_id}/definition", response_model=IndicatorView, summary="指标定义", dependencies=[public])
async def read_definition(indicator_id: str) -> IndicatorView:
    return IndicatorView.of(known_indicator(indicator_id))


@router.get("/{indicator_id}/districts", response_model=ReadingList, summary="各区县数值")
async def list_districts(
    indicator_id: str,
    caller: Reader,
    request: Request,
    asking: Asking,
    on: On = None,
    known_on: KnownOn = None,
    since: Since = None,
) -> Response:
    indicator, as_of = known_indicator(indicator_id), as_of_day(asking, on, known_on, since)
    return await asking.run(
        lambda tx: queries.read_districts(tx, indicator, as_of), show=lambda readings: _list(request, readings)
    )


@router.get("/{indicator_id}/history", response_model=History, summary="全市数值的变动")
async def read_history(indicator_id: str, caller: Reader, asking: Asking, since: Day, until: Day) -> Response:
    indicator = known_indicator(indicator_id)
    if not 0 <= (until - since).days <= LONGEST_HISTORY_DAYS:
        raise SpanTooLong(field="query/until")

    async def history(tx: Tx) -> History:
        points = []
        for day in await queries.change_days(tx, indicator, since, until):
            [reading] = await queries.read_city(tx, [indicator], queries.AsOf(day, asking.today))
            point = HistoryPoint(
                on=day, value=reading.value.rounded(indicator.places), numerator=reading.value.numerator,
                denominator=reading.value.denominator,
            )  # fmt: skip
            points.append(point)
        return History(id=indicator.id, items=points)

    return await asking.run(history, show=lambda found: found)


@router.get("/{indicator_id}", response_model=ReadingView, summary="一项指标的全市数值")
async def read_indicator(
    indicator_id: str,
    caller: Reader,
    asking: Asking,
    on: On = None,
    known_on: KnownOn = None,
    since: Since = None,
) -> Response:
    indicator, as_of = known_indicator(indicator_id), as_of_day(asking, on, known_on, since)
    return await asking.run(
        lambda tx: queries.read_city(tx, [indicator], as_of), show=lambda readings: ReadingView.of(readings[0])
    )
