"""The gazetteer over HTTP: anybody searches and reads; officials vouch for readings and complete descriptions."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from placename import queries, usecases
from placename.api.name_views import FormerNameView, FoundNameView, NameHistoryView, NameView, shown
from placename.api.proposals import Degrees, ExaminationView, GeometryInput, sketch_of
from placename.api.wanted import BoxText, NearText, box_of, circle_of
from placename.domain.category import Category
from placename.domain.place_name import Alias, AliasKind, Heritage, NameStatus, PlaceName
from placename.domain.size import NOTHING_STATED
from placename.store import Tx
from placename.usecases.takeover import split_name
from shared.kernel.divisions import CITY_CODE, Area, Level
from shared.kernel.errors import Invalid
from shared.kernel.principal import Principal
from shared.web.access import public, require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Day, DivisionCode, Line, Note
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/names", tags=["标准地名"], route_class=StrictRoute)

Office = Annotated[Principal, Depends(require("placename:review"))]
City = Annotated[Principal, Depends(require("placename:approve"))]
EVERYWHERE = Principal.of_public().area


class DivisionsOfDifferentLevels(Invalid):
    """两个行政区划的层级须相同，且不是全市"""


class ReadingInput(ApiModel):
    """How the name is read, one syllable with its tone for each character."""

    syllables: list[Line] = Field(min_length=1, max_length=100, examples=[["zēng", "jiā", "yán"]])


class AliasInput(ApiModel):
    """Another name of the place."""

    text: Line
    kind: AliasKind


class DescriptionInput(ApiModel):
    """What is completed or corrected; what is left out stays as it is."""

    position: Note | None = None
    origin: Note | None = None
    meaning: Note | None = None
    longitude: Degrees | None = None
    latitude: Degrees | None = None
    geometry: GeometryInput | None = None

    @model_validator(mode="after")
    def _whole(self) -> DescriptionInput:
        if (self.longitude is None) != (self.latitude is None):
            raise PydanticCustomError("place", "经度与纬度须同时填写")
        if not self.model_fields_set:
            raise PydanticCustomError("description", "至少填写一项")
        return self

    def spot(self) -> tuple[float, float] | None:
        """The point as stated."""
        return (self.longitude, self.latitude) if self.longitude is not None and self.latitude is not None else None


class SuggestionView(ApiModel):
    """A name that begins like what was typed."""

    id: UUID
    name: str
    romanisation: str
    category: Category
    division: str

    @classmethod
    def of(cls, found: queries.FoundName) -> SuggestionView:
        """The view of one suggestion."""
        name = found.name
        return cls(
            id=name.id, name=name.toponym.full, romanisation=name.romanisation.text, category=name.category,
            division=name.division,
        )  # fmt: skip


class SuggestionsView(ApiModel):
    """The suggestions, the shortest first."""

    items: list[SuggestionView]


class PlaceView(ApiModel):
    """Every name of one place, the latest first."""

    place_id: UUID
    names: list[NameView]


@router.get("", response_model=Page[FoundNameView], summary="查询标准地名", dependencies=[public])
async def search_names(
    asking: Asking,
    q: Annotated[str | None, Query(min_length=1, max_length=50, description="名称中的任意部分，或全拼、首字母")] = None,
    pinyin: Annotated[str | None, Query(min_length=1, max_length=100, description="全拼或者首字母的开头")] = None,
    category: Category | None = None,
    division: DivisionCode | None = None,
    status: NameStatus | None = None,
    heritage: Heritage | None = None,
    bbox: BoxText = None,
    near: NearText = None,
    as_of: Annotated[Day | None, Query(description="该日的标准地名")] = None,
    limit: Limit = 20,
    cursor: CursorText = None,
) -> Response:
    asked = f"{q}|{pinyin}|{category}|{division}|{status}|{heritage}|{bbox}|{near}|{as_of}"
    cursors = Cursors(asking.confidential, f"names|{asked}")
    search = queries.NameSearch(
        q,
        category,
        Area(division) if division else None,
        status,
        pinyin,
        heritage,
        box_of(bbox),
        circle_of(near),
        as_of,
    )
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.search_names(tx, search, area=EVERYWHERE, after=after, limit=limit + 1),
        show=lambda found: page_of(
            found, limit, cursors, lambda one: one.sort_key, FoundNameView.found, Page[FoundNameView]
        ),
    )


@router.get("/suggest", response_model=SuggestionsView, summary="地名提示", dependencies=[public])
async def suggest_names(
    asking: Asking, prefix: Annotated[str, Query(min_length=1, max_length=50, description="汉字、全拼或者首字母")]
) -> Response:
    return await asking.run(
        lambda tx: queries.suggest(tx, prefix),
        show=lambda found: SuggestionsView(items=[SuggestionView.of(one) for one in found]),
    )


@router.get("/check", response_model=ExaminationView, summary="名称审查（公开）", dependencies=[public])
async def check_proposed_name(
    asking: Asking,
    name: Annotated[str, Query(min_length=1, max_length=100, description="拟用名称")],
    category: Category,
    division: DivisionCode,
) -> Response:
    async def check(tx: Tx) -> ExaminationView:
        toponym = split_name(tx, name, category)
        inquiry = usecases.Inquiry(toponym, category, division, False, None, NOTHING_STATED, None)
        return ExaminationView.of((await usecases.pre_check(tx, inquiry)).examination)

    return await asking.run(check, show=lambda view: view)


@router.get("/{name_id}", response_model=NameHistoryView, summary="查看地名及其沿革", dependencies=[public])
async def read_name(name_id: UUID, asking: Asking) -> Response:
    story: dict[str, NameHistoryView] = {}

    async def read(tx: Tx) -> PlaceName:
        found = await queries.find_name(tx, name_id, area=EVERYWHERE)
        earlier = await queries.former_names(tx, name_id, area=EVERYWHERE)
        former = [FormerNameView(id=name.id, name=name.toponym.full, in_use=shown(name)["in_use"]) for name in earlier]
        story["view"] = NameHistoryView(**shown(found.name), now_id=found.now_id, now=found.now, former_names=former)
        return found.name

    return await asking.run(read, show=lambda _: story["view"])


@router.get("/{name_id}/place", response_model=PlaceView, summary="同一地理实体的全部名称", dependencies=[public])
async def read_place(name_id: UUID, asking: Asking) -> Response:
    async def read(tx: Tx) -> PlaceView:
        name = await tx.names.find(name_id, area=EVERYWHERE)
        found = await queries.names_of_place(tx, name.place_id, area=EVERYWHERE)
        return PlaceView(place_id=name.place_id, names=[NameView.of(one) for one in found])

    return await asking.run(read, show=lambda view: view)


@router.post("/{name_id}/confirm-reading", response_model=NameView, summary="核定读音")
async def confirm_reading(name_id: UUID, body: ReadingInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.confirm_reading(tx, name_id, syllables=body.syllables, expected=command.expected),
        show=NameView.of,
    )


@router.post("/{name_id}/aliases", response_model=NameView, summary="登记别名、简称、曾用名")
async def record_alias(name_id: UUID, body: AliasInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.record_alias(tx, name_id, alias=Alias(body.text, body.kind), expected=command.expected),
        show=NameView.of,
    )


@router.post("/{name_id}/describe", response_model=NameView, summary="补充位置、来历、含义和图形")
async def describe_name(name_id: UUID, body: DescriptionInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.describe(
            tx, name_id, position=body.position, origin=body.origin, meaning=body.meaning,
            sketch=sketch_of(body.geometry), spot=body.spot(), expected=command.expected,
        ),
        show=NameView.of,
    )  # fmt: skip


class ReassignmentInput(ApiModel):
    """A division whose names now lie in another one, since a day."""

    old_division: DivisionCode
    new_division: DivisionCode
    on: Day


class ReassignmentView(ApiModel):
    """How many names were given their new division; ask again while ``more`` is true."""

    reassigned: int
    more: bool


@router.post("/reassign", response_model=ReassignmentView, summary="区划变更后调整地名所属区划")
async def reassign_names(body: ReassignmentInput, caller: City, command: Commanding) -> Response:
    old, new = Area(body.old_division), Area(body.new_division)
    if old.level is not new.level or old.level is Level.CITY:
        raise DivisionsOfDifferentLevels(field="new_division")

    async def move(tx: Tx) -> ReassignmentView:
        tx.caller.require_area(CITY_CODE)
        moved = await usecases.reassign(tx, usecases.Move(old.prefix, new.prefix), on=body.on)
        return ReassignmentView(reassigned=len(moved), more=len(moved) == usecases.BATCH)

    return await command.run(move, show=lambda view: view)
