"""Beds over HTTP: added many at once, changed one by one, counted for any day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from eldercare import queries, usecases
from eldercare.api.facts import (
    ClassSpanList,
    ClassSpanModel,
    CountsView,
    PastDay,
    SpanList,
    SpanModel,
    past_or_today,
    spans_or_none,
)
from eldercare.api.institutions import DayInput, asked_area
from eldercare.domain.bed import Bed, BedClass, Gender, Purpose
from eldercare.domain.bed_status import WORKFLOW, Action, Stage, Status
from eldercare.store import Tx
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import AmountFen, ApiModel, Day, DivisionCode, Flag, Line
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["养老床位"], route_class=StrictRoute)

Bedkeeper = Annotated[Principal, Depends(require("eldercare:beds"))]
Reader = Annotated[Principal, Depends(require("eldercare:read"))]

MOST_BEDS_AT_ONCE = 500
OFFERING = (Action.RESERVE, Action.RELEASE)
"""A bed is reserved and released by its offer, never directly."""


class NewBedsInput(ApiModel):
    """Beds of one class, in service from a day on."""

    count: int = Field(strict=True, ge=1, le=MOST_BEDS_AT_ONCE)
    bed_class: BedClass
    inclusive: Flag = Field(default=False, description="普惠")
    home: Flag = Field(default=False, description="家庭养老床位")
    since: Day = Field(description="投入使用之日；规划床位为计划投入使用之日")
    planned: Flag = Field(default=False, description="规划床位，不计入床位数")
    monthly_fee_fen: AmountFen | None = Field(default=None, description="月床位费（分）")
    purpose: Purpose = Purpose.GENERAL
    gender: Gender = Gender.ANY
    room: Line | None = Field(default=None, description="房间号")


class DescriptionInput(ApiModel):
    """Price, purpose and room; what is left out stays."""

    monthly_fee_fen: AmountFen | None = None
    purpose: Purpose | None = None
    gender: Gender | None = None
    room: Line | None = None


class ReclassificationInput(DayInput):
    """Another class or price promise from a day on; what is left out stays."""

    bed_class: BedClass | None = None
    inclusive: Flag | None = None


class CorrectionInput(ApiModel):
    """The dated facts as they truly were; what is left out stays."""

    in_service: SpanList | None = None
    classes: ClassSpanList | None = None
    inclusive: SpanList | None = None

    def parsed(self) -> dict[str, Any]:
        """The facts as value objects."""
        return {
            "in_service": spans_or_none(self.in_service),
            "classes": None if self.classes is None else [entry.classified() for entry in self.classes],
            "inclusive": spans_or_none(self.inclusive),
        }


class NewBedView(ApiModel):
    """A bed just added."""

    id: UUID
    number: int


class NewBedsView(ApiModel):
    """The beds just added, in the order of their numbers."""

    institution_id: UUID
    beds: list[NewBedView]


class BedView(ApiModel):
    """A bed with every dated fact; ``available_actions`` are possible now for this caller."""

    id: UUID
    institution_id: UUID
    township: str
    number: int
    home: bool
    status: Status
    bed_class: BedClass | None
    inclusive_now: bool
    in_service: list[SpanModel]
    classes: list[ClassSpanModel]
    inclusive: list[SpanModel]
    stage: Stage
    suspended: list[SpanModel]
    maintenance: list[SpanModel]
    planned_for: date | None
    monthly_fee_fen: int | None
    purpose: Purpose
    gender: Gender
    room: str | None
    last_service_on: date | None
    available_actions: list[str]

    @classmethod
    def seen_by(cls, caller: Principal) -> BedViewer:
        """A function that shows a bed to ``caller``."""
        return BedViewer(caller)


class BedViewer:
    """Shows beds to one caller."""

    def __init__(self, caller: Principal) -> None:
        self._may_change = "eldercare:beds" in caller.scopes

    def __call__(self, bed: Bed) -> BedView:
        """The view."""
        possible = WORKFLOW.possible(bed.status) if self._may_change else ()
        return BedView(
            id=bed.id, institution_id=bed.institution_id, township=bed.division, number=bed.number, home=bed.home,
            status=bed.status, bed_class=bed.bed_class, inclusive_now=bed.is_inclusive,
            in_service=[SpanModel.of(span) for span in bed.in_service],
            classes=[ClassSpanModel.showing(entry) for entry in bed.classes],
            inclusive=[SpanModel.of(span) for span in bed.inclusive],
            stage=bed.stage(occupied=bed.occupied_now),
            suspended=[SpanModel.of(span) for span in bed.suspended],
            maintenance=[SpanModel.of(span) for span in bed.maintenance], planned_for=bed.planned_for,
            monthly_fee_fen=bed.monthly_fee_fen, purpose=bed.purpose, gender=bed.gender, room=bed.room,
            last_service_on=bed.last_service_on,
            available_actions=sorted(action.value for action in possible if action not in OFFERING),
        )  # fmt: skip


class BedLineView(ApiModel):
    """A bed as it stood on a day."""

    id: UUID
    number: int
    home: bool
    status: Status
    in_service: bool
    bed_class: BedClass | None
    inclusive: bool
    occupied: bool

    @classmethod
    def of(cls, line: queries.BedLine) -> BedLineView:
        """The view of one line."""
        return cls(**vars(line))


class AreaCountsView(ApiModel):
    """The numbers of an area on a day."""

    division: str
    on: date
    counts: CountsView


@router.post("/institutions/{institution_id}/beds", status_code=201, response_model=NewBedsView, summary="新增床位")
async def add_beds(institution_id: UUID, body: NewBedsInput, caller: Bedkeeper, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.add_beds(tx, institution_id, usecases.NewBeds(**dict(body))),
        show=lambda added: NewBedsView(
            institution_id=institution_id, beds=[NewBedView(id=bed.id, number=bed.number) for bed in added]
        ),
        status=201,
        location=lambda _: f"/v1/institutions/{institution_id}/beds",
    )


@router.get("/institutions/{institution_id}/beds", response_model=Page[BedLineView], summary="机构的床位")
async def list_beds(
    institution_id: UUID,
    caller: Reader,
    asking: Asking,
    on: PastDay = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    day = past_or_today(on, asking.today)
    cursors = Cursors(asking.confidential, f"beds|{institution_id}|{day}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.beds_of_institution(
            tx, institution_id, area=caller.area, on=day, after=after, limit=limit + 1
        ),
        show=lambda lines: page_of(
            lines, limit, cursors, lambda line: (line.number,), BedLineView.of, Page[BedLineView]
        ),
    )


@router.get("/bed-counts", response_model=AreaCountsView, summary="某日某地的床位统计")
async def count_beds(
    caller: Reader,
    asking: Asking,
    on: PastDay = None,
    division: Annotated[DivisionCode | None, Query(description="行政区划代码，默认本辖区")] = None,
) -> Response:
    day, area = past_or_today(on, asking.today), asked_area(caller, division)

    async def counted(tx: Tx) -> AreaCountsView:
        counts = await queries.counts_of_area(tx, area=area, on=day)
        return AreaCountsView(division=area.code, on=day, counts=CountsView.of(counts))

    return await asking.run(counted, show=lambda answer: answer)


@router.get("/beds/{bed_id}", response_model=BedView, summary="查看床位")
async def read_bed(bed_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(lambda tx: tx.beds.find(bed_id, area=caller.area), show=BedView.seen_by(caller))


@router.post("/beds/{bed_id}/reclassify", response_model=BedView, summary="变更床位类型或普惠属性")
async def reclassify_bed(bed_id: UUID, body: ReclassificationInput, caller: Bedkeeper, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.reclassify(tx, bed_id, **dict(body), expected=command.expected),
        show=BedView.seen_by(caller),
    )


@router.post("/beds/{bed_id}/take-out", response_model=BedView, summary="停用床位")
async def take_out_bed(bed_id: UUID, body: DayInput, caller: Bedkeeper, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.take_out(tx, bed_id, on=body.on, expected=command.expected), show=BedView.seen_by(caller)
    )


@router.post("/beds/{bed_id}/put-back", response_model=BedView, summary="恢复使用床位")
async def put_back_bed(bed_id: UUID, body: DayInput, caller: Bedkeeper, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.put_back(tx, bed_id, on=body.on, expected=command.expected), show=BedView.seen_by(caller)
    )


@router.post("/beds/{bed_id}/remove", response_model=BedView, summary="核销床位")
async def remove_bed(bed_id: UUID, body: DayInput, caller: Bedkeeper, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.remove(tx, bed_id, on=body.on, expected=command.expected), show=BedView.seen_by(caller)
    )


@router.post("/beds/{bed_id}/correct", response_model=BedView, summary="更正床位的既往事实")
async def correct_bed(bed_id: UUID, body: CorrectionInput, caller: Bedkeeper, command: Commanding) -> Response:
    facts = body.parsed()
    return await command.run(
        lambda tx: usecases.correct_bed(tx, bed_id, **facts, expected=command.expected), show=BedView.seen_by(caller)
    )


@router.post("/beds/{bed_id}/activate", response_model=BedView, summary="规划床位投入使用")
async def activate_bed(bed_id: UUID, body: DayInput, caller: Bedkeeper, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.activate(tx, bed_id, on=body.on, expected=command.expected), show=BedView.seen_by(caller)
    )


@router.post("/beds/{bed_id}/start-maintenance", response_model=BedView, summary="开始维护")
async def start_maintenance(bed_id: UUID, body: DayInput, caller: Bedkeeper, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.start_maintenance(tx, bed_id, on=body.on, expected=command.expected),
        show=BedView.seen_by(caller),
    )


@router.post("/beds/{bed_id}/finish-maintenance", response_model=BedView, summary="结束维护")
async def finish_maintenance(bed_id: UUID, body: DayInput, caller: Bedkeeper, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.finish_maintenance(tx, bed_id, on=body.on, expected=command.expected),
        show=BedView.seen_by(caller),
    )


@router.post("/beds/{bed_id}/describe", response_model=BedView, summary="登记床位费、用途和房间")
async def describe_bed(bed_id: UUID, body: DescriptionInput, caller: Bedkeeper, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.describe(tx, bed_id, **dict(body), expected=command.expected), show=BedView.seen_by(caller)
    )


@router.post("/beds/{bed_id}/serve-at-home", response_model=BedView, summary="登记家庭养老床位服务")
async def serve_at_home(bed_id: UUID, body: DayInput, caller: Bedkeeper, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.serve_at_home(tx, bed_id, on=body.on, expected=command.expected),
        show=BedView.seen_by(caller),
    )
