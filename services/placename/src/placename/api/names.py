"""The gazetteer over HTTP: anybody searches and reads, an official vouches for readings."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from placename import queries, usecases
from placename.api.proposals import RomanisationView
from placename.domain.category import Category
from placename.domain.place_name import Heritage, NameStatus, PlaceName
from placename.store import Tx
from shared.kernel.divisions import Area
from shared.kernel.principal import Principal
from shared.web.access import public, require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, DivisionCode, Line
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/names", tags=["标准地名"], route_class=StrictRoute)

Office = Annotated[Principal, Depends(require("placename:review"))]
EVERYWHERE = Principal.of_public().area


class ReadingInput(ApiModel):
    """How the name is read, one syllable with its tone for each character."""

    syllables: list[Line] = Field(min_length=1, max_length=100, examples=[["zēng", "jiā", "yán"]])


class PeriodView(ApiModel):
    """Days of use; ``end`` is the first day on which the name was no longer in use."""

    begin: date
    end: date | None


class ActView(ApiModel):
    """What the name rests on."""

    authority: str
    document_no: str
    approved_on: date
    announced_on: date | None


class NameView(ApiModel):
    """A name of the gazetteer."""

    id: UUID
    name: str
    specific: str
    generic: str
    category: Category
    division: str
    longitude: float | None
    latitude: float | None
    status: NameStatus
    in_use: list[PeriodView]
    romanisation: RomanisationView
    position: str
    origin: str
    meaning: str
    act: ActView
    heritage: Heritage

    @classmethod
    def of(cls, name: PlaceName) -> NameView:
        """The view of one name."""
        return cls(**shown(name))


def shown(name: PlaceName) -> dict[str, Any]:
    """What is shown of a name, field by field."""
    description, act, point = name.description, name.act, name.point
    return {
        "id": name.id,
        "name": name.toponym.full,
        "specific": name.toponym.specific,
        "generic": name.toponym.generic,
        "category": name.category,
        "division": name.division,
        "longitude": float(point.longitude) if point else None,
        "latitude": float(point.latitude) if point else None,
        "status": name.status,
        "in_use": [PeriodView(begin=period.begin, end=period.end) for period in name.in_use],
        "romanisation": RomanisationView.of(name.romanisation, name.reading),
        "position": description.position,
        "origin": description.origin,
        "meaning": description.meaning,
        "act": ActView(**vars(act)),
        "heritage": name.heritage,
    }


class FoundNameView(NameView):
    """A found name; for a former name, what its place is called today."""

    now_id: UUID | None
    now: str | None

    @classmethod
    def found(cls, found: queries.FoundName) -> FoundNameView:
        """The view of one finding of a search."""
        return cls(**shown(found.name), now_id=found.now_id, now=found.now)


class FormerNameView(ApiModel):
    """A name the place had before."""

    id: UUID
    name: str
    in_use: list[PeriodView]


class NameHistoryView(FoundNameView):
    """A name with the names its place had before, the latest first."""

    former_names: list[FormerNameView]


@router.get("", response_model=Page[FoundNameView], summary="查询标准地名", dependencies=[public])
async def search_names(
    asking: Asking,
    q: Annotated[str | None, Query(min_length=1, max_length=50, description="名称中的任意部分，或全拼、首字母")] = None,
    category: Category | None = None,
    division: DivisionCode | None = None,
    status: NameStatus | None = None,
    limit: Limit = 20,
    cursor: CursorText = None,
) -> Response:
    cursors = Cursors(asking.confidential, f"names|{q}|{category}|{division}|{status}")
    search = queries.NameSearch(q, category, Area(division) if division else None, status)
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.search_names(tx, search, area=EVERYWHERE, after=after, limit=limit + 1),
        show=lambda found: page_of(
            found, limit, cursors, lambda one: one.sort_key, FoundNameView.found, Page[FoundNameView]
        ),
    )


@router.get("/{name_id}", response_model=NameHistoryView, summary="查看地名及其沿革", dependencies=[public])
async def read_name(name_id: UUID, asking: Asking) -> Response:
    async def story(tx: Tx) -> NameHistoryView:
        found = await queries.find_name(tx, name_id, area=EVERYWHERE)
        earlier = await queries.former_names(tx, name_id, area=EVERYWHERE)
        former = [FormerNameView(id=name.id, name=name.toponym.full, in_use=shown(name)["in_use"]) for name in earlier]
        return NameHistoryView(**shown(found.name), now_id=found.now_id, now=found.now, former_names=former)

    return await asking.run(story, show=lambda view: view)


@router.post("/{name_id}/confirm-reading", response_model=NameView, summary="核定读音")
async def confirm_reading(name_id: UUID, body: ReadingInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.confirm_reading(tx, name_id, syllables=body.syllables, expected=command.expected),
        show=NameView.of,
    )
