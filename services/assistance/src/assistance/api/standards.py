"""Standards over HTTP: anybody reads, one official proposes, another publishes."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from assistance import queries, usecases
from assistance.domain.standard import Programme, Residence, Standard, StandardStatus
from assistance.store import Tx
from shared.kernel.parameters import Confidence
from shared.kernel.principal import Principal
from shared.web.access import public, require
from shared.web.commands import Asking, Commanding
from shared.web.fields import AmountFen, ApiModel, Day, Line
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/standards", tags=["保障标准"], route_class=StrictRoute)

Proposer = Annotated[Principal, Depends(require("assistance:standards.propose"))]
Confirmer = Annotated[Principal, Depends(require("assistance:standards.confirm"))]


class StandardInput(ApiModel):
    """A standard to be published, in fen per person and month; whole yuan."""

    programme: Programme
    residence: Residence | None = Field(description="低保标准须分城乡；其他项目为空")
    amount_fen: AmountFen
    valid_from: Day
    document: Line
    confidence: Confidence = Confidence.VERIFIED


class StandardView(ApiModel):
    """A standard; ``valid_to`` is the first day it no longer holds."""

    id: UUID
    programme: Programme
    residence: Residence | None
    amount_fen: int
    valid_from: date
    valid_to: date | None
    status: StandardStatus
    document: str
    confidence: Confidence
    proposed_by: str
    confirmed_by: str | None
    alerts: list[str]

    @classmethod
    def of(cls, standard: Standard) -> StandardView:
        """The view of one standard."""
        return cls(
            id=standard.id, programme=standard.programme, residence=standard.residence,
            amount_fen=standard.amount_fen, valid_from=standard.valid_from, valid_to=standard.valid_to,
            status=standard.status, document=standard.document, confidence=standard.confidence,
            proposed_by=standard.proposed_by, confirmed_by=standard.confirmed_by, alerts=list(standard.alerts),
        )  # fmt: skip


class StandardList(ApiModel):
    """The standards in force on a day."""

    on: date
    items: list[StandardView]


@router.get("", response_model=StandardList, summary="某日有效的保障标准", dependencies=[public])
async def list_standards(
    asking: Asking, on: Annotated[Day | None, Query()] = None, programme: Programme | None = None
) -> Response:
    async def in_force(tx: Tx) -> StandardList:
        day = on or tx.today
        found = await queries.standards_on(tx, day, programme)
        return StandardList(on=day, items=[StandardView.of(standard) for standard in found])

    return await asking.run(in_force, show=lambda answer: answer)


@router.post("", status_code=201, response_model=StandardView, summary="提出新标准")
async def propose_standard(body: StandardInput, caller: Proposer, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.propose(tx, **dict(body)),
        show=StandardView.of,
        status=201,
        location=lambda standard: f"/v1/standards/{standard.id}",
    )


@router.get("/{standard_id}", response_model=StandardView, summary="查看标准", dependencies=[public])
async def read_standard(standard_id: UUID, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.standards.find(standard_id, area=Principal.of_public().area), show=StandardView.of
    )


@router.post("/{standard_id}/confirm", response_model=StandardView, summary="复核并公布标准")
async def confirm_standard(standard_id: UUID, caller: Confirmer, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.confirm(tx, standard_id, expected=command.expected), show=StandardView.of
    )


@router.post("/{standard_id}/withdraw", response_model=StandardView, summary="撤回未公布的标准")
async def withdraw_standard(standard_id: UUID, caller: Proposer, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.withdraw_standard(tx, standard_id, expected=command.expected), show=StandardView.of
    )
