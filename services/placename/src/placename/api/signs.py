"""Signs and wrong uses over HTTP: one route a verb."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from placename import queries
from placename.api.applications import ReasonInput
from placename.api.name_views import PeriodView
from placename.domain.misuse import ARTICLES, Misuse, MisuseKind, MisuseStatus
from placename.domain.sign import Orientation, SignStatus, SignTask
from placename.usecases import signs as work
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import AmountFen, ApiModel, Day, DivisionCode, Line
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["地名标志与规范使用"], route_class=StrictRoute)

Office = Annotated[Principal, Depends(require("placename:signs"))]
Reader = Annotated[Principal, Depends(require("placename:read"))]


class InstallationInput(ApiModel):
    """When the sign went up, and how its street runs."""

    installed_on: Day | None = None
    orientation: Orientation = Orientation.OTHER


class SignDayInput(ApiModel):
    """The day it happened; today where nothing is said."""

    on: Day | None = None


class SignView(ApiModel):
    """A sign."""

    id: UUID
    name_id: UUID
    division: str
    orientation: Orientation
    status: SignStatus
    ordered_on: date
    due_on: date
    standing: list[PeriodView]
    available_actions: list[str]

    @classmethod
    def of(cls, sign: SignTask) -> SignView:
        """The view of a sign."""
        return cls(
            id=sign.id, name_id=sign.name_id, division=sign.division, orientation=sign.orientation,
            status=sign.status, ordered_on=sign.ordered_on, due_on=sign.due.on,
            standing=[PeriodView(**vars(period)) for period in sign.standing],
            available_actions=[action.value for action in sign.possible_actions()],
        )  # fmt: skip


class MisuseInput(ApiModel):
    """A wrong use as reported: what was found, on what, and the standard name where it is known."""

    division: DivisionCode
    kind: MisuseKind
    found: Line
    carrier: Line = Field(description="载体：标志、地图、网站、公告等", examples=["路口标志牌"])
    name_id: UUID | None = None


class OrderInput(ApiModel):
    """The order to put it right."""

    document_no: Line


class CorrectionInput(ApiModel):
    """The day it was put right."""

    corrected_on: Day | None = None


class PenaltyInput(ApiModel):
    """The decision of the penalty; a fine in fen, within the bounds of the article."""

    document_no: Line
    fine_fen: AmountFen | None = None


class MisuseView(ApiModel):
    """A wrong use and how it stands."""

    id: UUID
    division: str
    kind: MisuseKind
    article: str
    found: str
    carrier: str
    name_id: UUID | None
    status: MisuseStatus
    reported_on: date
    correct_by: date | None
    corrected_on: date | None
    corrected_in_time: bool | None
    fine_fen: int | None
    available_actions: list[str]

    @classmethod
    def of(cls, found: Misuse) -> MisuseView:
        """The view of a wrong use."""
        return cls(
            id=found.id, division=found.division, kind=found.kind, article=ARTICLES[found.kind], found=found.found,
            carrier=found.carrier, name_id=found.name_id, status=found.status, reported_on=found.reported_on,
            correct_by=found.correct_by.on if found.correct_by else None, corrected_on=found.corrected_on,
            corrected_in_time=found.corrected_in_time, fine_fen=found.fine_fen,
            available_actions=[action.value for action in found.possible_actions()],
        )  # fmt: skip


@router.get("/signs", response_model=Page[SignView], summary="地名标志列表")
async def list_signs(
    caller: Reader,
    asking: Asking,
    status: SignStatus | None = None,
    due_by: Annotated[Day | None, Query(description="应于此日或之前设置而未设置的")] = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    cursors = Cursors(asking.confidential, f"signs|{caller.area.code}|{status}|{due_by}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.sign_list(tx, area=caller.area, status=status, due_by=due_by, after=after, limit=limit + 1),
        show=lambda found: page_of(found, limit, cursors, lambda one: (one.id,), SignView.of, Page[SignView]),
    )


@router.post("/signs/{sign_id}/install", response_model=SignView, summary="标志设置完成")
async def install_sign(sign_id: UUID, body: InstallationInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: work.install_sign(tx, sign_id, **dict(body), expected=command.expected), show=SignView.of
    )


@router.post("/signs/{sign_id}/report-damage", response_model=SignView, summary="标志损毁")
async def report_damage(sign_id: UUID, body: SignDayInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: work.report_damage(tx, sign_id, damaged_on=body.on, expected=command.expected), show=SignView.of
    )


@router.post("/signs/{sign_id}/repair", response_model=SignView, summary="标志修复")
async def repair_sign(sign_id: UUID, body: SignDayInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: work.repair_sign(tx, sign_id, repaired_on=body.on, expected=command.expected), show=SignView.of
    )


@router.post("/signs/{sign_id}/remove", response_model=SignView, summary="标志拆除")
async def remove_sign(sign_id: UUID, body: SignDayInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: work.remove_sign(tx, sign_id, removed_on=body.on, expected=command.expected), show=SignView.of
    )


@router.post("/misuses", status_code=201, response_model=MisuseView, summary="登记不规范使用地名")
async def report_misuse(body: MisuseInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: work.report(tx, **dict(body)), show=MisuseView.of, status=201,
        location=lambda misuse: f"/v1/misuses/{misuse.id}",
    )  # fmt: skip


@router.get("/misuses", response_model=Page[MisuseView], summary="不规范使用列表")
async def list_misuses(
    caller: Reader, asking: Asking, status: MisuseStatus | None = None, limit: Limit = 50, cursor: CursorText = None
) -> Response:
    cursors = Cursors(asking.confidential, f"misuses|{caller.area.code}|{status}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.misuse_list(tx, area=caller.area, status=status, after=after, limit=limit + 1),
        show=lambda found: page_of(found, limit, cursors, lambda one: (one.id,), MisuseView.of, Page[MisuseView]),
    )


@router.get("/misuses/{misuse_id}", response_model=MisuseView, summary="查看不规范使用记录")
async def read_misuse(misuse_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(lambda tx: tx.misuses.find(misuse_id, area=caller.area), show=MisuseView.of)


@router.post("/misuses/{misuse_id}/order", response_model=MisuseView, summary="责令限期改正")
async def order_correction(misuse_id: UUID, body: OrderInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: work.order_correction(tx, misuse_id, document_no=body.document_no, expected=command.expected),
        show=MisuseView.of,
    )


@router.post("/misuses/{misuse_id}/correct", response_model=MisuseView, summary="已改正")
async def correct_misuse(misuse_id: UUID, body: CorrectionInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: work.correct_misuse(tx, misuse_id, corrected_on=body.corrected_on, expected=command.expected),
        show=MisuseView.of,
    )


@router.post("/misuses/{misuse_id}/penalise", response_model=MisuseView, summary="逾期不改，处罚")
async def penalise_misuse(misuse_id: UUID, body: PenaltyInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: work.penalise_misuse(tx, misuse_id, **dict(body), expected=command.expected), show=MisuseView.of
    )


@router.post("/misuses/{misuse_id}/dismiss", response_model=MisuseView, summary="不属实")
async def dismiss_misuse(misuse_id: UUID, body: ReasonInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: work.dismiss_misuse(tx, misuse_id, reason=body.reason, expected=command.expected),
        show=MisuseView.of,
    )
