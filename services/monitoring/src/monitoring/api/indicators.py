"""Indicators over HTTP: values with the integers behind them, every printed target, definitions in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from monitoring import queries
from monitoring.catalogue import CATALOGUE
from monitoring.domain.catalogue import Indicator, Kind, Nature, SourceClass
from monitoring.domain.evaluation import TargetGap
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
        reached = None if gap.gap is None else gap.gap >= 0
        return cls(
            printed_in=gap.target.printed_in,
            deadline=gap.target.deadline,
            value=gap.value,
            gap=gap.gap,
            reached=reached,
        )


class ReadingView(ApiModel):
    """A value on a day, as known on a day; null where there is nothing to divide by."""

    id: str
    row: int
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
    targets: list[TargetView]

    @classmethod
    def of(cls, reading: queries.Reading) -> ReadingView:
        """The view of one reading."""
        indicator = reading.indicator
        return cls(
            id=indicator.id, row=indicator.row, name=indicator.name, unit=indicator.unit, nature=indicator.nature,
            source=indicator.source, district=reading.district, on=reading.as_of.on, known_on=reading.as_of.known_on,
            baseline=indicator.baseline.value, value=reading.value.rounded(), numerator=reading.value.numerator,
            denominator=reading.value.denominator, targets=[TargetView.of(gap) for gap in reading.gaps],
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
    row: int
    name: str
    name_en: str
    unit: str
    kind: Kind
    nature: Nature
    source: SourceClass
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
                variants=[[measure for measure in pair if measure] for pair in definition.variants],
            )
            for definition in indicator.definitions
        ]
        return cls(
            id=indicator.id, row=indicator.row, name=indicator.name, name_en=indicator.name_en, unit=indicator.unit,
            kind=indicator.kind, nature=indicator.nature, source=indicator.source, scope=indicator.scope,
            baseline=indicator.baseline.value, baseline_printed_in=indicator.baseline.printed_in,
            targets=[target.printed_in for target in indicator.targets], definitions=definitions,
            remarks=list(indicator.remarks),
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


def _indicator(indicator_id: str) -> Indicator:
    indicator = CATALOGUE.by_id(indicator_id)
    if indicator is None:
        raise IndicatorUnknown(field="indicator_id")
    return indicator


def _as_of(asking: Asking, on: date | None, known_on: date | None) -> queries.AsOf:
    return queries.AsOf(on or asking.today, known_on or asking.today)


def _list(request: Request, readings: list[queries.Reading]) -> ReadingList:
    version = running_of(request).database.around.divisions.version
    return ReadingList(divisions_version=version, items=[ReadingView.of(reading) for reading in readings])


@router.get("", response_model=ReadingList, summary="专栏1各项指标的全市数值")
async def list_indicators(
    caller: Reader, request: Request, asking: Asking, on: On = None, known_on: KnownOn = None
) -> Response:
    as_of = _as_of(asking, on, known_on)
    return await asking.run(
        lambda tx: queries.read_city(tx, CATALOGUE.indicators, as_of), show=lambda readings: _list(request, readings)
    )


@router.get("/{indicator_id}/definition", response_model=IndicatorView, summary="指标定义", dependencies=[public])
async def read_definition(indicator_id: str) -> IndicatorView:
    return IndicatorView.of(_indicator(indicator_id))


@router.get("/{indicator_id}/districts", response_model=ReadingList, summary="各区县数值")
async def list_districts(
    indicator_id: str, caller: Reader, request: Request, asking: Asking, on: On = None, known_on: KnownOn = None
) -> Response:
    indicator, as_of = _indicator(indicator_id), _as_of(asking, on, known_on)
    return await asking.run(
        lambda tx: queries.read_districts(tx, indicator, as_of), show=lambda readings: _list(request, readings)
    )


@router.get("/{indicator_id}/history", response_model=History, summary="全市数值的变动")
async def read_history(indicator_id: str, caller: Reader, asking: Asking, since: Day, until: Day) -> Response:
    indicator = _indicator(indicator_id)
    if not 0 <= (until - since).days <= LONGEST_HISTORY_DAYS:
        raise SpanTooLong(field="query/until")

    async def history(tx: Tx) -> History:
        points = []
        for day in await queries.change_days(tx, indicator, since, until):
            [reading] = await queries.read_city(tx, [indicator], queries.AsOf(day, asking.today))
            point = HistoryPoint(
                on=day, value=reading.value.rounded(), numerator=reading.value.numerator,
                denominator=reading.value.denominator,
            )  # fmt: skip
            points.append(point)
        return History(id=indicator.id, items=points)

    return await asking.run(history, show=lambda found: found)


@router.get("/{indicator_id}", response_model=ReadingView, summary="一项指标的全市数值")
async def read_indicator(
    indicator_id: str, caller: Reader, asking: Asking, on: On = None, known_on: KnownOn = None
) -> Response:
    indicator, as_of = _indicator(indicator_id), _as_of(asking, on, known_on)
    return await asking.run(
        lambda tx: queries.read_city(tx, [indicator], as_of), show=lambda readings: ReadingView.of(readings[0])
    )
