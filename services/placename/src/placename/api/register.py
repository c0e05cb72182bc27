"""The gazetteer as a whole over HTTP: notices, changes and their digest, the export, the check for departments."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field, ValidationError
from starlette.responses import StreamingResponse

from placename import queries
from placename.api.name_views import NameView
from placename.domain.category import ApplicationKind, Category
from placename.domain.place_name import NameStatus, PlaceName
from placename.store import Tx
from shared.kernel.divisions import Area, UnknownDivision
from shared.kernel.principal import Principal
from shared.web.access import public, require
from shared.web.commands import Asking
from shared.web.fields import ApiModel, Day, DivisionCode, Moment
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.running import origin_of, running_of
from shared.web.streaming import NDJSON, stream_lines, stream_table

router = APIRouter(prefix="/v1", tags=["地名库"])

Department = Annotated[Principal, Depends(require("placename:check"))]
Reader = Annotated[Principal, Depends(require("placename:read"))]
EVERYWHERE = Principal.of_public().area
PAGE = 500
MOST_ASKED = 20_000
LONGEST_LINE = 2_000
CELLS = (
    "id", "name", "specific", "generic", "category", "division", "status", "romanisation", "longitude", "latitude",
    "begin", "end", "authority", "document_no", "heritage",
)  # fmt: skip


class NoticeView(ApiModel):
    """A public notice: the name, its spelling, division, position, authority and dates; nothing of the applicant."""

    id: UUID
    kind: ApplicationKind
    category: Category
    name: str
    former_name: str | None
    romanisation: str | None
    division: str
    position: str
    authority: str
    document_no: str
    approved_on: date
    filing_no: str | None
    announced_on: date
    name_id: UUID | None

    @classmethod
    def of(cls, notice: queries.Notice) -> NoticeView:
        """The view of one notice."""
        found = notice.application
        assert found.decision is not None
        assert found.announced_on is not None
        renames = found.kind is ApplicationKind.RENAME
        return cls(
            id=found.id, kind=found.kind, category=found.category, name=notice.name,
            former_name=notice.former if renames else None, romanisation=notice.romanisation, division=found.division,
            position=found.description.position, authority=found.authority.title,
            document_no=found.decision.document_no, approved_on=found.decision.decided_on, filing_no=found.filing_no,
            announced_on=found.announced_on, name_id=found.name_id,
        )  # fmt: skip


class FeedItem(ApiModel):
    """One notice in the words of JSON Feed 1.1."""

    id: str
    title: str
    content_text: str
    date_published: str
    url: str


class NoticeFeed(ApiModel):
    """The latest notices as a JSON Feed (version 1.1), for readers and other sites."""

    version: str = "https://jsonfeed.org/version/1.1"
    title: str = "地名公告"
    language: str = "zh-CN"
    feed_url: str
    items: list[FeedItem]


class ChangeView(ApiModel):
    """One change; ``checksum`` is the SHA-256 of the name as canonical JSON (sorted keys, no blanks, UTF-8)."""

    seq: int
    change: str
    at: Moment
    version: int
    checksum: str
    name: NameView


class ChangesView(ApiModel):
    """A part of the feed; ask again with ``since = next_since``. ``checksum`` covers the items in their order."""

    items: list[ChangeView]
    next_since: int
    checksum: str


class DigestView(ApiModel):
    """What a copy is compared with: names, and MD5 over ``id:version`` of each, joined by commas in order of id."""

    names: int
    digest: str
    seq: int


class RegionView(ApiModel):
    """A division in force on a day."""

    code: str
    name: str
    kind: str


class RegionsView(ApiModel):
    """The counties and townships of a day."""

    as_of: date
    version: str
    items: list[RegionView]


class ClusterView(ApiModel):
    """One name on several places of one built-up area."""

    name: str
    family: str
    built_up_area: str
    name_ids: list[UUID]


class ClustersView(ApiModel):
    """Duplicates left over from before, the most crowded first."""

    items: list[ClusterView]


class AskedLine(ApiModel):
    """One line of a bulk check."""

    ref: str = Field(min_length=1, max_length=100)
    name: str = Field(min_length=1, max_length=200)
    division: DivisionCode | None = None


class AnswerLine(ApiModel):
    """What the gazetteer knows of the name; ``same`` is how many places bear it there."""

    ref: str
    verdict: str
    same: int = 0
    id: UUID | None = None
    standard: str | None = None
    romanisation: str | None = None
    problem: str | None = None


@router.get("/notices", response_model=Page[NoticeView], summary="地名公告", dependencies=[public])
async def list_notices(
    asking: Asking,
    since: Annotated[Day | None, Query(description="自此日起公告的")] = None,
    division: DivisionCode | None = None,
    limit: Limit = 20,
    cursor: CursorText = None,
) -> Response:
    cursors = Cursors(asking.confidential, f"notices|{since}|{division}")
    after, area = cursors.read(cursor), Area(division) if division else EVERYWHERE
    return await asking.run(
        lambda tx: queries.notices(tx, area=area, since=since, after=after, limit=limit + 1),
        show=lambda found: page_of(found, limit, cursors, lambda one: one.sort_key, NoticeView.of, Page[NoticeView]),
    )


@router.get("/notices/feed", response_model=NoticeFeed, summary="地名公告订阅（JSON Feed）", dependencies=[public])
async def read_notice_feed(request: Request, asking: Asking) -> Response:
    base = str(request.base_url).rstrip("/")

    def show(found: Sequence[queries.Notice]) -> NoticeFeed:
        return NoticeFeed(
            feed_url=f"{base}/v1/notices/feed", items=[_feed_item(NoticeView.of(one), base) for one in found]
        )

    return await asking.run(
        lambda tx: queries.notices(tx, area=EVERYWHERE, since=None, after=None, limit=50), show=show
    )


def _feed_item(notice: NoticeView, base: str) -> FeedItem:
    kinds = {"NAME": "命名", "RENAME": "更名", "ABOLISH": "销名", "RESTORE": "启用"}
    told = [notice.romanisation or "", notice.position, notice.authority, notice.document_no]
    return FeedItem(
        id=str(notice.id), title=f"{kinds[notice.kind.value]}：{notice.name}",
        content_text="；".join(part for part in told if part),
        date_published=f"{notice.announced_on.isoformat()}T00:00:00+08:00", url=f"{base}/v1/names/{notice.name_id}",
    )  # fmt: skip


def checksum_of(view: ApiModel) -> str:
    """SHA-256 of an answer as canonical JSON."""
    text = json.dumps(view.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _change(found: queries.Change) -> ChangeView:
    name = NameView.of(found.name)
    return ChangeView(
        seq=found.seq, change=found.change, at=found.at, version=found.name.version, checksum=checksum_of(name),
        name=name,
    )  # fmt: skip


@router.get("/changes", response_model=ChangesView, summary="地名库增量", dependencies=[public])
async def read_changes(
    asking: Asking,
    since: Annotated[int, Query(ge=0, le=2**62, description="上一次的 next_since，首次为 0")] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> Response:
    def show(found: Sequence[queries.Change]) -> ChangesView:
        items = [_change(one) for one in found]
        joined = "".join(item.checksum for item in items)
        return ChangesView(
            items=items, next_since=items[-1].seq if items else since,
            checksum=hashlib.sha256(joined.encode()).hexdigest(),
        )  # fmt: skip

    return await asking.run(lambda tx: queries.changes(tx, since=since, limit=limit), show=show)


@router.get("/changes/digest", response_model=DigestView, summary="地名库校验值", dependencies=[public])
async def read_gazetteer_digest(asking: Asking) -> Response:
    return await asking.run(queries.digest, show=lambda found: DigestView(**vars(found)))


@router.get("/regions", response_model=RegionsView, summary="某日的行政区划", dependencies=[public])
async def read_regions(asking: Asking, as_of: Day | None = None) -> Response:
    async def read(tx: Tx) -> RegionsView:
        day, register = as_of or tx.today, tx.around.divisions
        found = (*register.districts(day), *register.townships(day))
        items = [RegionView(code=one.code, name=one.name, kind=one.kind) for one in found]
        return RegionsView(as_of=day, version=register.version, items=items)

    return await asking.run(read, show=lambda view: view)


@router.get("/duplicates", response_model=ClustersView, summary="遗留重名")
async def list_duplicates(caller: Reader, asking: Asking, limit: Limit = 50) -> Response:
    return await asking.run(
        lambda tx: queries.duplicates_left(tx, area=caller.area, limit=limit),
        show=lambda found: ClustersView(
            items=[
                ClusterView(name=one.name, family=one.family, built_up_area=one.built_up_area, name_ids=list(one.ids))
                for one in found
            ]
        ),
    )


@router.get(
    "/exports/names.ndjson", summary="导出全部地名（NDJSON）", dependencies=[public], response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
)  # fmt: skip
async def export_lines(request: Request, status: NameStatus | None = None) -> StreamingResponse:
    return stream_lines(request, _pages_of(status), lambda name: name.id, NameView.of)


@router.get(
    "/exports/names.csv", summary="导出全部地名（CSV）", dependencies=[public], response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)  # fmt: skip
async def export_table(request: Request, status: NameStatus | None = None) -> StreamingResponse:
    return stream_table(request, CELLS, _pages_of(status), lambda name: name.id, _cells)


def _pages_of(status: NameStatus | None) -> Any:
    async def page(tx: Tx, after: UUID | None) -> Sequence[PlaceName]:
        search = queries.NameSearch(status=status)
        return await queries.some_names(tx, search, area=EVERYWHERE, after=after, limit=PAGE)

    return page


def _cells(name: PlaceName) -> Sequence[Any]:
    point, period = name.point, name.in_use[-1]
    return (
        name.id, name.toponym.full, name.toponym.specific, name.toponym.generic, name.category.value, name.division,
        name.status.value, name.romanisation.text, point.longitude if point else "", point.latitude if point else "",
        period.begin, period.end or "", name.act.authority, name.act.document_no, name.heritage.value,
    )  # fmt: skip


@router.post("/standard-names/check", summary="标准地名批量核对（NDJSON）", response_class=StreamingResponse)
async def check_standard_names(request: Request, caller: Department) -> StreamingResponse:
    running, origin = running_of(request), origin_of(request, caller)
    content = await request.body()

    async def answers() -> AsyncIterator[str]:
        count = 0
        for lines in _batches(content):
            count += len(lines)
            if count > MOST_ASKED:
                yield AnswerLine(ref="", verdict="REFUSED", problem="一次至多两万行").model_dump_json() + "\n"
                return
            parsed = [_read_line(line) for line in lines]
            asked = [one for one in parsed if isinstance(one, queries.Asked)]

            async def look(tx: Tx, asked: list[queries.Asked] = asked) -> list[queries.Answered]:
                return await queries.check_standard(tx, asked)

            found = iter(await running.database.run(look, origin))
            shown = [_answer(next(found)) if isinstance(one, queries.Asked) else one for one in parsed]
            yield "".join(line.model_dump_json() + "\n" for line in shown)

    return StreamingResponse(answers(), media_type=NDJSON)


def _batches(content: bytes) -> Iterator[list[bytes]]:
    """The lines of the request, some hundreds at a time; each answer leaves before the next is looked up."""
    lines = [line for line in content.split(b"\n") if line.strip()]
    for begin in range(0, len(lines), PAGE):
        yield lines[begin : begin + PAGE]


def _read_line(line: bytes) -> queries.Asked | AnswerLine:
    try:
        if len(line) > LONGEST_LINE:
            raise ValueError
        asked = AskedLine.model_validate_json(line)
        return queries.Asked(asked.ref, asked.name, Area(asked.division) if asked.division else None)
    except (ValidationError, ValueError, UnknownDivision):
        return AnswerLine(ref="", verdict="INVALID", problem="此行须为含 ref 与 name 的 JSON 对象")


def _answer(found: queries.Answered) -> AnswerLine:
    return AnswerLine(
        ref=found.ref, verdict=found.verdict, same=found.count, id=found.id, standard=found.standard,
        romanisation=found.romanisation,
    )  # fmt: skip
