"""The way of the events, for operators: what is held, dead letters and their replay, recomputation, comparison."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Path as PathNumber

from monitoring import queries, usecases
from monitoring.reconcile import reconcile
from monitoring.store import Tx
from shared.kernel.principal import Principal
from shared.messaging import dead_letters
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Moment
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.running import running_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/pipeline", tags=["数据管道"], route_class=StrictRoute)

Operator = Annotated[Principal, Depends(require("monitoring:operate"))]


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


@router.post("/dead-letters/{letter_id}/replay", response_model=DeadLetterView, summary="重放死信")
async def replay_dead_letter(
    letter_id: Annotated[int, PathNumber(ge=1, lt=2**63)], caller: Operator, command: Commanding
) -> Response:
    return await command.run(lambda tx: usecases.replay_dead_letter(tx, letter_id), show=DeadLetterView.of)


@router.post("/comparisons", response_model=ComparisonList, summary="与各来源比对并修复")
async def compare_with_sources(caller: Operator, request: Request) -> ComparisonList:
    found = await reconcile(running_of(request))
    return ComparisonList(
        items=[
            ComparisonView(source=c.source, noun=c.noun, behind=len(c.behind), phantom=len(c.phantom)) for c in found
        ]
    )
