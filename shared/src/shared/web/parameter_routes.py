"""Dated parameters over HTTP: read by anybody, proposed by one official, confirmed by another."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import JsonValue

from shared.kernel.clock import business_day
from shared.kernel.parameters import Confidence, Parameter
from shared.storage import parameter_store
from shared.web.access import public, require
from shared.web.commands import Commanding
from shared.web.fields import ApiModel, Day, Line, Note
from shared.web.running import running_of
from shared.web.strict_json import StrictRoute


class ParameterView(ApiModel):
    """A parameter with its days, its authority and how sure it is (V read in the source, K known, U uncertain)."""

    name: str
    value: JsonValue
    valid_from: date
    valid_to: date | None
    authority: str
    confidence: Confidence
    note: str

    @classmethod
    def of(cls, parameter: Parameter) -> ParameterView:
        """The view of one parameter."""
        return cls(
            name=parameter.name, value=parameter.value, valid_from=parameter.valid_from, valid_to=parameter.valid_to,
            authority=parameter.authority, confidence=parameter.confidence, note=parameter.note,
        )  # fmt: skip


class ParameterList(ApiModel):
    """The parameters in force on a day."""

    on: date
    items: list[ParameterView]


class ProposalInput(ApiModel):
    """A proposed value of a known parameter from a day on."""

    name: Line
    valid_from: Day
    value: JsonValue
    authority: Line
    confidence: Confidence
    note: Note = "无"


class ProposalView(ApiModel):
    """A proposal and who stands behind it."""

    id: UUID
    name: str
    valid_from: date
    value: JsonValue
    authority: str
    confidence: Confidence
    proposed_by: str
    confirmed_by: str | None

    @classmethod
    def of(cls, proposal: parameter_store.Proposal) -> ProposalView:
        """The view of one proposal."""
        return cls(
            id=proposal.id, name=proposal.name, valid_from=proposal.valid_from, value=proposal.value,
            authority=proposal.authority, confidence=proposal.confidence, proposed_by=proposal.proposed_by,
            confirmed_by=proposal.confirmed_by,
        )  # fmt: skip


def parameter_routes(service: str) -> APIRouter:
    """Dated parameters: read by anybody, proposed by one official, confirmed by another."""
    router = APIRouter(prefix="/v1", tags=["参数"], route_class=StrictRoute)
    proposer = Depends(require(f"{service}:parameters.propose"))
    confirmer = Depends(require(f"{service}:parameters.confirm"))

    @router.get("/parameters", response_model=ParameterList, summary="某日有效的参数", dependencies=[public])
    async def list_parameters(request: Request, on: Annotated[Day | None, Query()] = None) -> ParameterList:
        around = running_of(request).database.around
        day = on or business_day(around.clock.now())
        items = [ParameterView.of(parameter) for parameter in around.parameters if parameter.in_force(day)]
        return ParameterList(on=day, items=items)

    @router.post(
        "/parameter-proposals", status_code=201, response_model=ProposalView, summary="提出参数变更",
        dependencies=[proposer],
    )  # fmt: skip
    async def propose_parameter(body: ProposalInput, command: Commanding) -> Response:
        return await command.run(lambda tx: parameter_store.propose(tx, **dict(body)), show=ProposalView.of, status=201)

    @router.post(
        "/parameter-proposals/{proposal_id}/confirm", response_model=ProposalView, summary="确认参数变更",
        dependencies=[confirmer],
    )  # fmt: skip
    async def confirm_parameter(proposal_id: UUID, command: Commanding) -> Response:
        return await command.run(lambda tx: parameter_store.confirm(tx, proposal_id), show=ProposalView.of)

    return router
