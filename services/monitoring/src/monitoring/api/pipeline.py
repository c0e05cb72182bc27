"""The way of the events, for operators: what is held, dead letters and their replay, recomputation, comparison."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as PathNumber

from monitoring import queries, usecases
from monitoring.catalogue import CATALOGUE
from monitoring.events import KNOWN
from monitoring.reconcile import reconcile
from monitoring.store import Tx
from monitoring.store.rebuilds import Rebuild
from monitoring.usecases import rebuild
from shared.kernel.principal import Principal
from shared.messaging import dead_letters
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Day, Moment
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.running import running_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/pipeline", tags=["数据管道"], route_class=StrictRoute)

Operator = Annotated[Principal, Depends(require("monitoring:operate"))]


LetterId = Annotated[int, PathNumber(ge=1, lt=2**63)]
LONGEST_SHOWN = 100_000


class HeldView(ApiModel):
    """How many entities of a kind are held."""

    source: str
    noun: str
    entities: int


class PipelineView(ApiModel):
    """What is held, and whether the cells equal a recomputation (``differences`` must be 0)."""

    held: list[HeldView]
    differences: int
    dead_letters: int


class DeadLetterView(ApiModel):
    """An event set aside and why; its content is not shown."""

    id: int
    event_id: str
    subject: str
    reason: str
    deliveries: int
    received_at: Moment | None

    @classmethod
    def of(cls, letter: dead_letters.DeadLetter) -> DeadLetterView:
        """The view of one letter."""
        return cls(
            id=letter.id, event_id=letter.event_id, subject=letter.subject, reason=letter.reason,
            deliveries=letter.deliveries, received_at=letter.received_at,
        )  # fmt: skip


class DeadLetterContent(DeadLetterView):
    """A letter with its event, as it came; a body that is no text is shown as far as it can be read."""

    body: str

    @classmethod
    def of(cls, letter: dead_letters.DeadLetter) -> DeadLetterContent:
        """The view of one letter with its content."""
        known = DeadLetterView.of(letter).model_dump()
        return cls(**known, body=letter.body.decode("utf-8", "replace")[:LONGEST_SHOWN])


class Correction(ApiModel):
    """The whole event as it should have been; entity, epoch and version stay."""

    event: dict[str, Any]


class SilenceView(ApiModel):
    """How much was heard of one kind of entity on the day, and how much was expected."""

    source: str
    noun: str
    day: date
    heard: int
    expected: int
    last_heard_on: date | None
    alarm: bool


class SilenceReport(ApiModel):
    """Who fell silent, and which definitions have no data at all."""

    items: list[SilenceView]
    without_data: list[str]


class RebuildView(ApiModel):
    """One recomputation, how far it is, and how many cells differed."""

    id: int
    started_at: Moment
    finished_at: Moment | None
    entities: int
    done: int
    differences: int | None
    took_over: bool

    @classmethod
    def of(cls, rebuild: Rebuild) -> RebuildView:
        """The view of one recomputation."""
        return cls(**rebuild.__dict__)


class RebuildList(ApiModel):
    """The latest recomputations first."""

    items: list[RebuildView]


class ComparisonView(ApiModel):
    """Entities of one kind that differed from their source, and were repaired."""

    source: str
    noun: str
    behind: int
    phantom: int


class ComparisonList(ApiModel):
    """One comparison with every source."""

    items: list[ComparisonView]


@router.get("", response_model=PipelineView, summary="管道现状与重算核对")
async def read_pipeline(caller: Operator, asking: Asking) -> Response:
    async def state(tx: Tx) -> PipelineView:
        return PipelineView(
            held=[HeldView(source=s, noun=n, entities=count) for s, n, count in await queries.held_entities(tx)],
            differences=await tx.states.differences(),
            dead_letters=await dead_letters.count_open(tx),
        )

    return await asking.run(state, show=lambda view: view)


@router.get("/dead-letters", response_model=Page[DeadLetterView], summary="死信列表")
async def list_dead_letters(caller: Operator, asking: Asking, limit: Limit = 50, cursor: CursorText = None) -> Response:
    cursors = Cursors(asking.confidential, "dead-letters")
    after = int((cursors.read(cursor) or ["0"])[0])
    return await asking.run(
        lambda tx: dead_letters.open_letters(tx, limit=limit + 1, after=after),
        show=lambda letters: page_of(
            letters, limit, cursors, lambda letter: (letter.id,), DeadLetterView.of, Page[DeadLetterView]
        ),
    )


@router.get("/dead-letters/{letter_id}", response_model=DeadLetterContent, summary="查看死信内容")
async def read_dead_letter(letter_id: LetterId, caller: Operator, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: dead_letters.take_letter(tx, letter_id),
        show=DeadLetterContent.of,
        audit=("dead_letter.read", "dead_letter", letter_id),
    )


@router.post("/dead-letters/{letter_id}/correction", response_model=DeadLetterView, summary="更正后重放死信")
async def correct_dead_letter(
    letter_id: LetterId, correction: Correction, caller: Operator, command: Commanding
) -> Response:
    corrected = json.dumps(correction.event, ensure_ascii=False).encode()
    return await command.run(lambda tx: usecases.replay_dead_letter(tx, letter_id, corrected), show=DeadLetterView.of)


@router.post("/dead-letters/{letter_id}/withdrawal", response_model=DeadLetterView, summary="作废死信")
async def withdraw_dead_letter(letter_id: LetterId, caller: Operator, command: Commanding) -> Response:
    return await command.run(lambda tx: usecases.withdraw_dead_letter(tx, letter_id), show=DeadLetterView.of)


@router.post("/dead-letters/{letter_id}/replay", response_model=DeadLetterView, summary="重放死信")
async def replay_dead_letter(letter_id: LetterId, caller: Operator, command: Commanding) -> Response:
    return await command.run(lambda tx: usecases.replay_dead_letter(tx, letter_id), show=DeadLetterView.of)


@router.post("/comparisons", response_model=ComparisonList, summary="与各来源比对并修复")
async def compare_with_sources(caller: Operator, request: Request) -> ComparisonList:
    found = await reconcile(running_of(request))
    return ComparisonList(
        items=[
            ComparisonView(source=c.source, noun=c.noun, behind=len(c.behind), phantom=len(c.phantom)) for c in found
        ]
    )


@router.get("/silence", response_model=SilenceReport, summary="静默来源与无数据的定义")
async def read_silence(caller: Operator, asking: Asking, day: Annotated[Day | None, Query()] = None) -> Response:
    wanted = day or asking.today - timedelta(days=1)

    async def report(tx: Tx) -> SilenceReport:
        found = await queries.read_silence(tx, {(source, noun) for source, noun, _ in KNOWN}, wanted)
        missing = await queries.without_data(tx, CATALOGUE.indicators, asking.today)
        return SilenceReport(
            items=[SilenceView(**one.__dict__, alarm=one.alarm) for one in found],
            without_data=[indicator.id for indicator in missing],
        )

    return await asking.run(report, show=lambda view: view)


@router.get("/rebuilds", response_model=RebuildList, summary="重算与进度")
async def list_rebuilds(caller: Operator, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.rebuilds.list(), show=lambda found: RebuildList(items=[RebuildView.of(one) for one in found])
    )


@router.post("/rebuilds", response_model=RebuildView, status_code=202, summary="开始重算")
async def begin_rebuild(caller: Operator, command: Commanding) -> Response:
    return await command.run(rebuild.begin, show=RebuildView.of, status=202)
