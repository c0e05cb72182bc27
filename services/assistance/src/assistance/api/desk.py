"""The desk over HTTP: work lists, delegations, and the public board."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from assistance import queries
from assistance.api.views import ApplicationLineView
from assistance.domain.aid import Aid
from assistance.domain.deadlines import DecisionMode
from assistance.domain.delegation import Delegation, DelegationStatus
from assistance.domain.flow import Desk
from assistance.domain.posting import Occasion
from assistance.queries import Turn
from assistance.usecases import delegations
from shared.kernel.divisions import Area
from shared.kernel.principal import Principal
from shared.web.access import public, require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Day, DivisionCode, Line
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["工作清单与公示"], route_class=StrictRoute)

Reader = Annotated[Principal, Depends(require("assistance:read"))]
Delegator = Annotated[Principal, Depends(require("assistance:delegate"))]


class TurnCountView(ApiModel):
    """How many cases wait at one desk of one township."""

    division: str
    desk: Desk
    open: int
    due_today: int
    overdue: int


class TurnCounts(ApiModel):
    """The counts of the caller's area."""

    items: list[TurnCountView]


class DelegationInput(ApiModel):
    """A township decides on a programme from a day on; ``valid_to`` is the first day on which it no longer does."""

    division: DivisionCode
    programme: Aid
    mode: DecisionMode
    valid_from: Day
    valid_to: Day | None = None
    document: Line


class DelegationEndInput(ApiModel):
    """The first day on which the county decides again."""

    valid_to: Day


class DelegationView(ApiModel):
    """A delegation."""

    id: UUID
    division: str
    programme: Aid
    mode: DecisionMode
    status: DelegationStatus
    valid_from: date
    valid_to: date | None
    document: str

    @classmethod
    def of(cls, delegation: Delegation) -> DelegationView:
        """The view of one delegation."""
        return cls(
            id=delegation.id, division=delegation.division, programme=delegation.aid, mode=delegation.mode,
            status=delegation.status, valid_from=delegation.valid_from, valid_to=delegation.valid_to,
            document=delegation.document,
        )  # fmt: skip


class DelegationList(ApiModel):
    """Delegations that hold on a day."""

    items: list[DelegationView]


class PublicNoticeView(ApiModel):
    """A notice on the board; the name is partly masked, and the page goes when the period ends."""

    notice_no: str
    programme: Aid
    occasion: Occasion
    name: str
    division: str
    persons: int | None
    amount_fen: int | None
    posted_on: date
    ends_on: date | None
    hotline: str


class Board(ApiModel):
    """What hangs on the board of an area today."""

    items: list[PublicNoticeView]


@router.get("/work-list", response_model=Page[ApplicationLineView], summary="工作清单")
async def read_work_list(
    caller: Reader,
    asking: Asking,
    turn: Annotated[Turn, Query(description="今日到期、已超期、待申请人、乡镇待办或区县待办")],
    division: Annotated[DivisionCode | None, Query(description="只列此乡镇街道或区县")] = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    area = _narrowed(caller, division)
    cursors = Cursors(asking.confidential, f"work-list|{area.code}|{turn}|{asking.today}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.turns(tx, area=area, turn=turn, today=tx.today, after=after, limit=limit + 1),
        show=lambda lines: page_of(
            lines, limit, cursors, lambda line: (line.next_due_on, line.id), ApplicationLineView.of,
            Page[ApplicationLineView],
        ),
    )  # fmt: skip


def _narrowed(caller: Principal, division: str | None) -> Area:
    if division is None:
        return caller.area
    caller.require_area(division)
    return Area(division)


@router.get("/work-list/summary", response_model=TurnCounts, summary="工作清单汇总")
async def summarise_work_list(caller: Reader, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: queries.turn_counts(tx, area=caller.area, today=tx.today),
        show=lambda counts: TurnCounts(items=[TurnCountView(**vars(each)) for each in counts]),
    )


@router.post("/delegations", status_code=201, response_model=DelegationView, summary="登记权限下放")
async def begin_delegation(body: DelegationInput, caller: Delegator, command: Commanding) -> Response:
    return await command.run(
        lambda tx: delegations.begin_delegation(
            tx, division=body.division, aid=body.programme, mode=body.mode, valid_from=body.valid_from,
            valid_to=body.valid_to, document=body.document,
        ),
        show=DelegationView.of,
        status=201,
        location=lambda delegation: f"/v1/delegations/{delegation.id}",
    )  # fmt: skip


@router.get("/delegations", response_model=DelegationList, summary="某日有效的权限下放")
async def list_delegations(caller: Reader, asking: Asking, on: Day | None = None) -> Response:
    day = on or asking.today
    return await asking.run(
        lambda tx: queries.dossiers(
            tx.delegations, area=caller.area, status=None, application_id=None, overdue_on=None, after=None,
            limit=2_000, further=(queries.in_force(day),),
        ),
        show=lambda found: DelegationList(items=[DelegationView.of(each) for each in found]),
    )  # fmt: skip


@router.post("/delegations/{delegation_id}/end", response_model=DelegationView, summary="收回权限")
async def end_delegation(
    delegation_id: UUID, body: DelegationEndInput, caller: Delegator, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: delegations.end_delegation(tx, delegation_id, valid_to=body.valid_to, expected=command.expected),
        show=DelegationView.of,
    )


@router.get("/public-notices", response_model=Board, summary="公示栏", dependencies=[public])
async def read_board(
    asking: Asking, division: Annotated[DivisionCode, Query(description="区县或乡镇街道")], limit: Limit = 50
) -> Response:
    return await asking.run(
        lambda tx: queries.public_notices(tx, area=Area(division), today=tx.today, limit=limit),
        show=lambda found: Board(
            items=[
                PublicNoticeView(**{("programme" if name == "aid" else name): value for name, value in vars(n).items()})
                for n in found
            ]
        ),
    )
