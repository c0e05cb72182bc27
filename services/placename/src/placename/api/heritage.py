"""Lists of historic names over HTTP: anybody reads what is published; offices propose, review, publish, protect."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from placename import queries
from placename.api.name_views import PeriodView
from placename.api.submissions import ProtectionInput
from placename.domain.heritage import EntryStatus, HeritageClass, HeritageEntry, Life, Measure
from placename.domain.place_name import Heritage
from placename.usecases import heritage as lists
from shared.kernel.divisions import Area
from shared.kernel.principal import Principal
from shared.web.access import public, require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Day, DivisionCode, Line, Note
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/heritage", tags=["历史地名"], route_class=StrictRoute)

Office = Annotated[Principal, Depends(require("placename:heritage"))]
Reader = Annotated[Principal, Depends(require("placename:read"))]
EVERYWHERE = Principal.of_public().area


class CandidateInput(ApiModel):
    """A historic name for a list, with what speaks for it."""

    name_id: UUID
    level: Literal[Heritage.CITY, Heritage.COUNTY]
    heritage_class: HeritageClass
    era: Line
    evidence: Note
    life: Life

    def parsed(self) -> lists.Candidate:
        """The candidate as a value object."""
        return lists.Candidate(**dict(self))


class ExpertInput(ApiModel):
    """What the experts said."""

    opinion: Note


class PublicationInput(ApiModel):
    """The batch in which the list is published."""

    batch: Line
    published_on: Day | None = None


class MeasureInput(ApiModel):
    """What was done for the name, and how it lives since."""

    life: Life
    taken_on: Day
    note: Note


class DelistingInput(ApiModel):
    """Why a name leaves the list."""

    reason: Note
    delisted_on: Day | None = None


class MeasureView(ApiModel):
    """A measure of protection."""

    life: Life
    taken_on: date
    note: str


class EntryView(ApiModel):
    """An entry of a list."""

    id: UUID
    name_id: UUID
    division: str
    level: Heritage
    batch: str
    heritage_class: HeritageClass
    era: str
    evidence: str
    status: EntryStatus
    life: Life
    listed: list[PeriodView]
    measures: list[MeasureView]
    protection_plan_no: str | None
    hearing_on: date | None
    reason: str | None
    available_actions: list[str]

    @classmethod
    def of(cls, entry: HeritageEntry) -> EntryView:
        """The view of an entry."""
        return cls(**_shown(entry))


class ListedView(EntryView):
    """An entry of a list with its name."""

    name: str

    @classmethod
    def of_listed(cls, found: queries.Listed) -> ListedView:
        """The view of an entry with its name."""
        return cls(**_shown(found.entry), name=found.name)


def _shown(entry: HeritageEntry) -> dict[str, object]:
    plan = entry.protection
    same = ("id", "name_id", "division", "level", "batch", "heritage_class", "era", "evidence", "status", "life")
    return {
        **{field: getattr(entry, field) for field in same},
        "listed": [PeriodView(**vars(period)) for period in entry.listed],
        "measures": [MeasureView(**vars(measure)) for measure in entry.measures],
        "protection_plan_no": plan.plan_no if plan else None,
        "hearing_on": plan.hearing_on if plan else None,
        "reason": entry.reason,
        "available_actions": [action.value for action in entry.possible_actions()],
    }


@router.get("", response_model=Page[ListedView], summary="历史地名保护名录", dependencies=[public])
async def list_heritage(
    asking: Asking,
    level: Annotated[Literal[Heritage.CITY, Heritage.COUNTY] | None, Query(description="市级或者区县级")] = None,
    division: DivisionCode | None = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    cursors = Cursors(asking.confidential, f"heritage|{level}|{division}")
    after, area = cursors.read(cursor), Area(division) if division else EVERYWHERE
    return await asking.run(
        lambda tx: queries.heritage_list(
            tx, area=area, level=level, status=EntryStatus.PUBLISHED, after=after, limit=limit + 1
        ),
        show=lambda found: page_of(
            found, limit, cursors, lambda one: (one.entry.id,), ListedView.of_listed, Page[ListedView]
        ),
    )


@router.get("/candidates", response_model=Page[ListedView], summary="在审的历史地名")
async def list_candidates(
    caller: Reader, asking: Asking, status: EntryStatus = EntryStatus.CANDIDATE, limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:  # fmt: skip
    cursors = Cursors(asking.confidential, f"candidates|{caller.area.code}|{status}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.heritage_list(tx, area=caller.area, level=None, status=status, after=after, limit=limit + 1),
        show=lambda found: page_of(
            found, limit, cursors, lambda one: (one.entry.id,), ListedView.of_listed, Page[ListedView]
        ),
    )


@router.post("", status_code=201, response_model=EntryView, summary="提名历史地名")
async def propose_entry(body: CandidateInput, caller: Office, command: Commanding) -> Response:
    candidate = body.parsed()
    return await command.run(
        lambda tx: lists.propose(tx, candidate), show=EntryView.of, status=201,
        location=lambda entry: f"/v1/heritage/{entry.id}",
    )  # fmt: skip


@router.get("/{entry_id}", response_model=EntryView, summary="查看名录条目")
async def read_entry(entry_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(lambda tx: tx.heritage.find(entry_id, area=caller.area), show=EntryView.of)


@router.post("/{entry_id}/review-county", response_model=EntryView, summary="区县审核")
async def review_by_county(entry_id: UUID, caller: Office, command: Commanding) -> Response:
    return await command.run(lambda tx: lists.review_county(tx, entry_id, expected=command.expected), show=EntryView.of)


@router.post("/{entry_id}/review-experts", response_model=EntryView, summary="专家评审")
async def review_by_experts(entry_id: UUID, body: ExpertInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: lists.review_experts(tx, entry_id, opinion=body.opinion, expected=command.expected),
        show=EntryView.of,
    )


@router.post("/{entry_id}/publish", response_model=EntryView, summary="公布")
async def publish_entry(entry_id: UUID, body: PublicationInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: lists.publish(tx, entry_id, **dict(body), expected=command.expected), show=EntryView.of
    )


@router.post("/{entry_id}/measures", response_model=EntryView, summary="登记保护措施")
async def take_measure(entry_id: UUID, body: MeasureInput, caller: Office, command: Commanding) -> Response:
    measure = Measure(**dict(body))
    return await command.run(
        lambda tx: lists.take_measure(tx, entry_id, measure=measure, expected=command.expected), show=EntryView.of
    )


@router.post("/{entry_id}/plan", response_model=EntryView, summary="登记保护方案和听证")
async def adopt_plan(entry_id: UUID, body: ProtectionInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: lists.adopt_plan(tx, entry_id, protection=body.parsed(), expected=command.expected),
        show=EntryView.of,
    )


@router.post("/{entry_id}/delist", response_model=EntryView, summary="移出名录")
async def delist_entry(entry_id: UUID, body: DelistingInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: lists.delist(tx, entry_id, **dict(body), expected=command.expected), show=EntryView.of
    )
