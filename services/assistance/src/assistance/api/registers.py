"""Registers over HTTP: rescue stays, care files, children's files, township reserves, subsidy coverage."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import AwareDatetime, Field, StringConstraints

from assistance.domain.aid import Aid
from assistance.domain.benefit import require_first_day
from assistance.domain.care import CareFile, CareStatus, Place
from assistance.domain.child_file import ChildFile, ChildKind, ChildStatus
from assistance.domain.coverage import Coverage
from assistance.domain.household import SelfCareItem
from assistance.domain.rescue import Ending, RescueStay, StayStatus
from assistance.domain.reserve import EntryKind, Reserve
from assistance.store import Tx
from assistance.usecases import registers
from shared.kernel.principal import Principal
from shared.kernel.spans import Span
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import AmountFen, ApiModel, Day, DivisionCode, Flag, Line, Moment
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["救助登记"], route_class=StrictRoute)

Keeper = Annotated[Principal, Depends(require("assistance:registers"))]
Reader = Annotated[Principal, Depends(require("assistance:read"))]
Payer = Annotated[Principal, Depends(require("assistance:pay"))]
CaseNo = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[0-9]{8,20}$"), Field(examples=["JZ2026100100000001"])]


class OnInput(ApiModel):
    """On which day it happened; today where left out."""

    on: Day | None = None


class EntryInput(ApiModel):
    """Somebody is taken in; no paper is asked for."""

    division: DivisionCode
    station: Line
    entered_at: AwareDatetime
    identified: Flag = False
    minor: Flag = False
    hospital_first: Flag = False


class NoticeInput(ApiModel):
    """When the notice to the family was published."""

    at: AwareDatetime


class LeaveInput(OnInput):
    """How the stay ended."""

    ending: Ending


class RescueView(ApiModel):
    """A stay with its limits; who it is stays in the station's own papers."""

    id: UUID
    division: str
    station: str
    status: StayStatus
    entered_at: Moment
    notice_by: Moment
    dna_by: date
    stay_until: date
    settle_from: date
    identified_on: date | None
    noticed_at: Moment | None
    notice_in_time: bool | None
    dna_requested_on: date | None
    hukou_on: date | None
    placed_on: date | None
    ended_on: date | None
    ending: Ending | None
    revisits: list[date]

    @classmethod
    def of(cls, stay: RescueStay) -> RescueView:
        """The view of one stay."""
        facts, clocks = stay.facts, stay.facts.clocks
        return cls(
            id=stay.id, division=stay.division, station=facts.station, status=stay.status,
            entered_at=facts.entered_at, notice_by=clocks.notice_by, dna_by=clocks.dna_by,
            stay_until=clocks.stay_until, settle_from=clocks.settle_from, identified_on=facts.identified_on,
            noticed_at=facts.noticed_at, notice_in_time=stay.notice_in_time,
            dna_requested_on=facts.dna_requested_on, hukou_on=facts.hukou_on, placed_on=facts.placed_on,
            ended_on=facts.ended_on, ending=facts.ending, revisits=list(facts.revisits),
        )  # fmt: skip


@router.post("/rescues", status_code=201, response_model=RescueView, summary="救助人员入站登记")
async def take_in(body: EntryInput, caller: Keeper, command: Commanding) -> Response:
    values = {**dict(body), "division": body.division.ljust(12, "0")}
    return await command.run(
        lambda tx: registers.take_in(tx, **values),
        show=RescueView.of,
        status=201,
        location=lambda stay: f"/v1/rescues/{stay.id}",
    )


@router.get("/rescues/{stay_id}", response_model=RescueView, summary="查看救助记录")
async def read_rescue(stay_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.rescues.find(stay_id, area=caller.area), show=RescueView.of,
        audit=("rescue.read", "rescue", stay_id),
    )  # fmt: skip


@router.post("/rescues/{stay_id}/notice", response_model=RescueView, summary="发布寻亲公告")
async def publish_notice(stay_id: UUID, body: NoticeInput, caller: Keeper, command: Commanding) -> Response:
    async def change(tx: Tx) -> RescueStay:
        stay = await tx.rescues.get(stay_id, area=tx.caller.area, expected=command.expected)
        stay.publish_notice(at=body.at)
        await tx.rescues.save(stay)
        return stay

    return await command.run(change, show=RescueView.of)


@router.post("/rescues/{stay_id}/leave", response_model=RescueView, summary="离站")
async def leave(stay_id: UUID, body: LeaveInput, caller: Keeper, command: Commanding) -> Response:
    async def change(tx: Tx) -> RescueStay:
        stay = await tx.rescues.get(stay_id, area=tx.caller.area, expected=command.expected)
        stay.leave(on=body.on or tx.today, ending=body.ending)
        await tx.rescues.save(stay)
        return stay

    return await command.run(change, show=RescueView.of)


@router.post("/rescues/{stay_id}/extend", response_model=RescueView, summary="超期滞留报备")
async def extend(stay_id: UUID, caller: Keeper, command: Commanding) -> Response:
    async def change(tx: Tx) -> RescueStay:
        stay = await tx.rescues.get(stay_id, area=tx.caller.area, expected=command.expected)
        stay.extend()
        await tx.rescues.save(stay)
        return stay

    return await command.run(change, show=RescueView.of)


def _dated(path: str, verb: str, summary: str) -> None:
    """One route of a stay that takes a day and nothing else."""

    async def route(stay_id: UUID, body: OnInput, caller: Keeper, command: Commanding) -> Response:
        async def change(tx: Tx) -> RescueStay:
            stay = await tx.rescues.get(stay_id, area=tx.caller.area, expected=command.expected)
            getattr(stay, verb)(on=body.on or tx.today)
            await tx.rescues.save(stay)
            return stay

        return await command.run(change, show=RescueView.of)

    route.__name__ = verb
    router.post(f"/rescues/{{stay_id}}/{path}", response_model=RescueView, summary=summary)(route)


_dated("dna", "request_dna", "提请采集比对DNA")
_dated("identify", "identify", "查明身份")
_dated("hukou", "register_hukou", "办理落户")
_dated("place", "place", "安置")
_dated("revisit", "revisit", "离站回访")


class CareInput(ApiModel):
    """A person whose 特困 was confirmed."""

    division: DivisionCode
    supported_from: Day


class CareEntryInput(ApiModel):
    """One entry of a care file: exactly one of the further fields, or none for a visit."""

    on: Day
    failed: list[SelfCareItem] | None = Field(None, max_length=6)
    wish: Place | None = None
    place: Place | None = None
    agreed_until: Day | None = Field(None, description="委托照料服务协议失效首日")
    closed: Flag = False


class CareView(ApiModel):
    """A care file."""

    id: UUID
    division: str
    status: CareStatus
    supported_from: date
    supported_to: date | None
    grade: str | None
    wish: Place | None
    place: Place | None
    agreed_until: date | None
    visits: list[date]

    @classmethod
    def of(cls, care: CareFile) -> CareView:
        """The view of one file, with the latest of everything."""
        facts = care.facts
        return cls(
            id=care.id, division=care.division, status=care.status, supported_from=facts.supported.begin,
            supported_to=facts.supported.end, grade=facts.assessments[-1].grade if facts.assessments else None,
            wish=facts.wishes[-1].place if facts.wishes else None,
            place=facts.places[-1].place if facts.places else None,
            agreed_until=facts.agreements[-1].end if facts.agreements else None, visits=list(facts.visits),
        )  # fmt: skip


@router.post("/care-files", status_code=201, response_model=CareView, summary="建立特困供养档案")
async def open_care(body: CareInput, caller: Keeper, command: Commanding) -> Response:
    return await command.run(
        lambda tx: registers.open_care(
            tx, division=body.division.ljust(12, "0"), supported_from=body.supported_from
        ),
        show=CareView.of,
        status=201,
        location=lambda care: f"/v1/care-files/{care.id}",
    )  # fmt: skip


@router.get("/care-files/{care_id}", response_model=CareView, summary="查看特困供养档案")
async def read_care(care_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.cares.find(care_id, area=caller.area), show=CareView.of, audit=("care.read", "care", care_id)
    )


@router.post("/care-files/{care_id}/entries", response_model=CareView, summary="登记评估、意愿、入住、协议、探访")
async def enter_care(care_id: UUID, body: CareEntryInput, caller: Keeper, command: Commanding) -> Response:
    async def change(tx: Tx) -> CareFile:
        care = await tx.cares.get(care_id, area=tx.caller.area, expected=command.expected)
        _enter(care, body)
        await tx.cares.save(care)
        return care

    return await command.run(change, show=CareView.of)


def _enter(care: CareFile, body: CareEntryInput) -> None:
    if body.failed is not None:
        care.assess(on=body.on, failed=tuple(dict.fromkeys(body.failed)))
    elif body.wish is not None:
        care.wish(on=body.on, place=body.wish)
    elif body.place is not None:
        care.move(on=body.on, place=body.place)
    elif body.agreed_until is not None:
        care.agree(term=Span(body.on, body.agreed_until))
    elif body.closed:
        care.close(on=body.on)
    else:
        care.visit(on=body.on)


class ChildInput(ApiModel):
    """A child in need becomes known."""

    division: DivisionCode
    kind: ChildKind
    found_on: Day


class ChildView(ApiModel):
    """A child's file, without the child's name."""

    id: UUID
    division: str
    kind: ChildKind
    status: ChildStatus
    found_on: date
    recognised_on: date | None
    closed_on: date | None
    visits: list[date]

    @classmethod
    def of(cls, child: ChildFile) -> ChildView:
        """The view of one file."""
        facts = child.facts
        return cls(
            id=child.id, division=child.division, kind=facts.kind, status=child.status, found_on=facts.found_on,
            recognised_on=facts.recognised_on, closed_on=facts.closed_on, visits=list(facts.visits),
        )  # fmt: skip


@router.post("/child-files", status_code=201, response_model=ChildView, summary="建立儿童档案")
async def find_child(body: ChildInput, caller: Keeper, command: Commanding) -> Response:
    return await command.run(
        lambda tx: registers.find_child(
            tx, division=body.division.ljust(12, "0"), kind=body.kind, found_on=body.found_on
        ),
        show=ChildView.of,
        status=201,
        location=lambda child: f"/v1/child-files/{child.id}",
    )  # fmt: skip


@router.get("/child-files/{child_id}", response_model=ChildView, summary="查看儿童档案")
async def read_child(child_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.children.find(child_id, area=caller.area), show=ChildView.of,
        audit=("child.read", "child", child_id),
    )  # fmt: skip


def _of_child(verb: str, summary: str) -> None:
    async def route(child_id: UUID, body: OnInput, caller: Keeper, command: Commanding) -> Response:
        async def change(tx: Tx) -> ChildFile:
            child = await tx.children.get(child_id, area=tx.caller.area, expected=command.expected)
            getattr(child, verb)(on=body.on or tx.today)
            await tx.children.save(child)
            return child

        return await command.run(change, show=ChildView.of)

    route.__name__ = f"{verb}_child"
    router.post(f"/child-files/{{child_id}}/{verb}", response_model=ChildView, summary=summary)(route)


_of_child("recognise", "认定并保障")
_of_child("visit", "登记探访")
_of_child("close", "终止保障")


class ReserveInput(ApiModel):
    """A township's reserve and its opening."""

    division: DivisionCode
    amount_fen: AmountFen


class DrawInput(ApiModel):
    """Urgent aid of a case paid out of the reserve."""

    amount_fen: AmountFen
    case_no: CaseNo


class TopUpInput(ApiModel):
    """Filled up by the county."""

    amount_fen: AmountFen


class LedgerLine(ApiModel):
    """One line of the ledger."""

    on: date
    kind: EntryKind
    amount_fen: int
    balance_fen: int
    case_no: str | None


class ReserveView(ApiModel):
    """A reserve with its ledger."""

    id: UUID
    division: str
    balance_fen: int
    alarm_fen: int
    below_alarm: bool
    entries: list[LedgerLine]

    @classmethod
    def of(cls, reserve: Reserve) -> ReserveView:
        """The view of one reserve."""
        return cls(
            id=reserve.id, division=reserve.division, balance_fen=reserve.facts.balance_fen,
            alarm_fen=reserve.facts.alarm_fen, below_alarm=reserve.below_alarm,
            entries=[LedgerLine(**vars(entry)) for entry in reserve.facts.entries],
        )  # fmt: skip


class ReserveList(ApiModel):
    """The reserves of an area, by township."""

    items: list[ReserveView]


@router.post("/reserves", status_code=201, response_model=ReserveView, summary="建立乡镇临时救助备用金")
async def set_up_reserve(body: ReserveInput, caller: Payer, command: Commanding) -> Response:
    return await command.run(
        lambda tx: registers.set_up_reserve(
            tx, division=body.division.ljust(12, "0"), amount_fen=body.amount_fen
        ),
        show=ReserveView.of,
        status=201,
        location=lambda reserve: f"/v1/reserves/{reserve.id}",
    )  # fmt: skip


@router.get("/reserves", response_model=ReserveList, summary="备用金台账")
async def list_reserves(caller: Reader, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.reserves.all(area=caller.area),
        show=lambda found: ReserveList(items=[ReserveView.of(reserve) for reserve in found]),
    )


@router.get("/reserves/{reserve_id}", response_model=ReserveView, summary="查看备用金")
async def read_reserve(reserve_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(lambda tx: tx.reserves.find(reserve_id, area=caller.area), show=ReserveView.of)


@router.post("/reserves/{reserve_id}/draw", response_model=ReserveView, summary="支取备用金")
async def draw(reserve_id: UUID, body: DrawInput, caller: Keeper, command: Commanding) -> Response:
    async def change(tx: Tx) -> Reserve:
        reserve = await tx.reserves.get(reserve_id, area=tx.caller.area, expected=command.expected)
        limit = tx.around.parameters.integer("temp.township_limit", tx.today)
        reserve.draw(on=tx.today, amount_fen=body.amount_fen, case_no=body.case_no, limit_fen=limit)
        await tx.reserves.save(reserve)
        return reserve

    return await command.run(change, show=ReserveView.of)


@router.post("/reserves/{reserve_id}/top-up", response_model=ReserveView, summary="补足备用金")
async def top_up(reserve_id: UUID, body: TopUpInput, caller: Payer, command: Commanding) -> Response:
    async def change(tx: Tx) -> Reserve:
        reserve = await tx.reserves.get(reserve_id, area=tx.caller.area, expected=command.expected)
        reserve.top_up(on=tx.today, amount_fen=body.amount_fen)
        await tx.reserves.save(reserve)
        return reserve

    return await command.run(change, show=ReserveView.of)


class CoverageInput(ApiModel):
    """Which subsidy in which month (its first day)."""

    aid: Aid
    month: Day


class CoverageView(ApiModel):
    """A district's count."""

    division: str
    aid: Aid
    month: date
    covered: int
    entitled: int
    excluded: int

    @classmethod
    def of(cls, coverage: Coverage) -> CoverageView:
        """The view of one count."""
        return cls(
            division=coverage.division, aid=coverage.aid, month=coverage.month, covered=coverage.covered,
            entitled=coverage.entitled, excluded=coverage.excluded,
        )  # fmt: skip


class CoverageAnswer(ApiModel):
    """The counts by district."""

    items: list[CoverageView]


@router.post("/coverage", response_model=CoverageAnswer, summary="统计残疾人两项补贴覆盖")
async def count_coverage(body: CoverageInput, caller: Payer, command: Commanding) -> Response:
    require_first_day(body.month)
    return await command.run(
        lambda tx: registers.count_coverage(tx, aid=body.aid, month=body.month),
        show=lambda found: CoverageAnswer(items=[CoverageView.of(each) for each in found]),
    )
