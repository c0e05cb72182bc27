"""Progress, comparison, townships and the entities behind a figure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from monitoring import queries
from monitoring.api.indicators import (
    PARTS,
    KnownOn,
    On,
    Part,
    Reader,
    ReadingList,
    ReadingView,
    Since,
    as_of_day,
    known_indicator,
)
from monitoring.domain.progress import Progress
from monitoring.store import Tx
from shared.kernel.divisions import Area
from shared.kernel.principal import OutsideOwnArea, Principal
from shared.web.commands import Asking
from shared.web.fields import ApiModel, Day
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.running import running_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["规划进度"], route_class=StrictRoute)

Division = Annotated[str, Query(pattern=r"^[0-9]{6}([0-9]{3}){0,2}$", description="区划代码，6、9或12位")]
DistrictCode = Annotated[str, Query(pattern=r"^[0-9]{6}$", description="区县代码，6位")]


class ProjectionView(ApiModel):
    """The value expected on the deadline, with a 95 % interval and its method in words."""

    value: Decimal
    low: Decimal
    high: Decimal
    points: int
    method: str


class ProgressView(ApiModel):
    """One target on the way; paces are per month in the indicator's unit."""

    printed_in: str
    deadline: date
    target: Decimal | None
    gap: Decimal | None
    reached: bool | None
    days_left: int
    pace_needed: Decimal | None
    pace: Decimal | None
    projection: ProjectionView | None
    misses: bool | None

    @classmethod
    def of(cls, way: Progress) -> ProgressView:
        """The view of one target."""
        shown = None if way.projection is None else ProjectionView(**way.projection.__dict__)
        return cls(
            printed_in=way.target.printed_in, deadline=way.target.deadline, target=way.value, gap=way.gap,
            reached=way.reached, days_left=way.days_left, pace_needed=way.pace_needed, pace=way.pace,
            projection=shown, misses=way.misses,
        )  # fmt: skip


class OnTheWayView(ApiModel):
    """An indicator with all its targets side by side, contradictions included."""

    id: str
    name: str
    unit: str
    on: date
    value: Decimal | None
    targets: list[ProgressView]
    alarm: bool
    remarks: list[str]

    @classmethod
    def of(cls, found: queries.OnTheWay) -> OnTheWayView:
        """The view of one indicator; ``alarm`` where any target is expected to be missed."""
        indicator = found.reading.indicator
        return cls(
            id=indicator.id, name=indicator.name, unit=indicator.unit, on=found.reading.as_of.on,
            value=found.reading.value.rounded(indicator.places), targets=[ProgressView.of(w) for w in found.targets],
            alarm=any(way.misses for way in found.targets), remarks=list(indicator.said),
        )  # fmt: skip


class ProgressList(ApiModel):
    """Progress of a part of the catalogue."""

    items: list[OnTheWayView]


class ComparedView(ApiModel):
    """One district on two days."""

    district: str
    before: Decimal | None
    now: Decimal | None
    change: Decimal | None
    rank: int | None
    reached: list[bool | None]


class Comparison(ApiModel):
    """Districts and two days side by side; the best of the later day first, those without a value last."""

    id: str
    against: date
    on: date
    city: ComparedView
    items: list[ComparedView]


class EntityView(ApiModel):
    """An entity that adds to a figure; never a person."""

    source: str
    noun: str
    entity_id: UUID
    division: str
    amount: int


@router.get("/progress", response_model=ProgressList, summary="各项目标的进度与预测")
async def list_progress(caller: Reader, asking: Asking, part: Part = "table", on: On = None) -> Response:
    day = on or asking.today
    return await asking.run(
        lambda tx: queries.read_progress(tx, PARTS[part], day),
        show=lambda found: ProgressList(items=[OnTheWayView.of(one) for one in found]),
    )


@router.get("/indicators/{indicator_id}/progress", response_model=OnTheWayView, summary="一项指标的进度与预测")
async def read_progress(indicator_id: str, caller: Reader, asking: Asking, on: On = None) -> Response:
    indicator, day = known_indicator(indicator_id), on or asking.today
    return await asking.run(
        lambda tx: queries.read_progress(tx, [indicator], day), show=lambda found: OnTheWayView.of(found[0])
    )


@router.get("/indicators/{indicator_id}/comparison", response_model=Comparison, summary="区县与时点对比")
async def compare(indicator_id: str, caller: Reader, asking: Asking, against: Day, on: On = None) -> Response:
    indicator, day = known_indicator(indicator_id), on or asking.today

    async def both(tx: Tx) -> Comparison:
        now = await queries.read_all(tx, [indicator], queries.AsOf(day, asking.today))
        then = await queries.read_all(tx, [indicator], queries.AsOf(against, asking.today))
        before = {reading.district: reading for reading in then}
        compared = [_compared(reading, before.get(reading.district), now) for reading in now]
        ranked = sorted(compared[1:], key=lambda view: (view.rank is None, view.rank or 0, view.district))
        return Comparison(id=indicator.id, against=against, on=day, city=compared[0], items=ranked)

    return await asking.run(both, show=lambda found: found)


def _compared(reading: queries.Reading, before: queries.Reading | None, among: list[queries.Reading]) -> ComparedView:
    places = reading.indicator.places
    now, then = reading.value.rounded(places), before.value.rounded(places) if before else None
    lower = reading.indicator.better == "LOWER"
    mine, rank = reading.value.value, None
    if mine is not None and reading.district != queries.CITY:
        others = [r.value.value for r in among if r.district != queries.CITY and r.value.value is not None]
        rank = 1 + sum(other < mine if lower else other > mine for other in others)
    return ComparedView(
        district=reading.district, before=then, now=now,
        change=None if now is None or then is None else now - then, rank=rank,
        reached=[gap.reached for gap in reading.gaps],
    )  # fmt: skip


@router.get("/indicators/{indicator_id}/townships", response_model=ReadingList, summary="一个区县的各乡镇数值")
async def list_townships(
    indicator_id: str,
    district: DistrictCode,
    caller: Reader,
    request: Request,
    asking: Asking,
    on: On = None,
    known_on: KnownOn = None,
    since: Since = None,
) -> Response:
    indicator, as_of = known_indicator(indicator_id), as_of_day(asking, on, known_on, since)
    require_own(caller, district)
    version = running_of(request).database.around.divisions.version
    return await asking.run(
        lambda tx: queries.read_townships(tx, indicator, district, as_of),
        show=lambda found: ReadingList(divisions_version=version, items=[ReadingView.of(r) for r in found]),
    )


@router.get("/indicators/{indicator_id}/entities", response_model=Page[EntityView], summary="数值背后的对象编号")
async def list_entities(
    indicator_id: str,
    division: Division,
    caller: Reader,
    asking: Asking,
    side: Literal["numerator", "denominator"] = "numerator",
    on: On = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    indicator, day = known_indicator(indicator_id), on or asking.today
    require_own(caller, division)
    cursors = Cursors(asking.confidential, f"entities:{indicator.id}:{side}:{division}")
    source, noun, entity = cursors.read(cursor) or ["", "", ""]
    deciding = [variant for variant in indicator.definition_on(day).variants if not variant.beside]
    terms = deciding[0].numerator if side == "numerator" else deciding[0].denominator or ()
    measures = sorted({term.measure for term in terms if term.measure})
    area = Area(division).prefix
    return await asking.run(
        lambda tx: queries.entities_behind(
            tx, measures, day, area, limit=limit + 1, after=(str(source), str(noun), str(entity))
        ),
        show=lambda rows: page_of(
            rows, limit, cursors, lambda row: (row[0], row[1], str(row[2])),
            lambda row: EntityView(source=row[0], noun=row[1], entity_id=row[2], division=row[3], amount=row[4]),
            Page[EntityView],
        ),
    )  # fmt: skip


def require_own(caller: Principal, division: str) -> None:
    """What lies behind a district's figure is for those who answer for the district."""
    if not caller.area.covers(division):
        raise OutsideOwnArea()
