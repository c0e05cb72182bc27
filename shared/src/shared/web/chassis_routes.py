"""Routes every service has: probes, metrics, parameters, audit, and the internal digest."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import Field, JsonValue
from sqlalchemy import text
from starlette.responses import JSONResponse

from shared.kernel.clock import business_day
from shared.kernel.errors import NotFound
from shared.kernel.parameters import Confidence, Parameter
from shared.kernel.principal import Principal
from shared.messaging.digest import BUCKETS, digest, versions_in
from shared.storage import parameter_store
from shared.storage.entities import Entities
from shared.storage.migrations import revision_seen_anew
from shared.storage.sealing import ChainVerdict, verify_chain, witnessed_heads
from shared.web.access import public, require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Day, Line, Note
from shared.web.running import running_of
from shared.web.strict_json import StrictRoute

if TYPE_CHECKING:
    from shared.service import ServiceDefinition

READY_SECONDS = 0.3

DigestReader = Annotated[Principal, Depends(require("internal:digest"))]
Restater = Annotated[Principal, Depends(require("internal:reemit"))]
AuditReader = Annotated[Principal, Depends(require("audit:read"))]


class NounUnknown(NotFound):
    """没有这一类业务对象"""


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


class BucketView(ApiModel):
    """The digest of one bucket."""

    bucket: int
    count: int
    versions: int
    fingerprint: str


class DigestView(ApiModel):
    """The digest of one kind of entity."""

    noun: str
    buckets: list[BucketView]


class VersionView(ApiModel):
    """An entity and its version."""

    entity_id: UUID
    epoch: int
    version: int


class VersionList(ApiModel):
    """The versions in some buckets."""

    items: list[VersionView]


class RestateInput(ApiModel):
    """Entities whose state shall be announced again."""

    entity_ids: list[UUID] = Field(min_length=1, max_length=1_000)


class RestateView(ApiModel):
    """How many entities were announced again."""

    restated: int


class ChainView(ApiModel):
    """The verdict on the audit chain."""

    length: int
    head: str
    broken_at: int | None
    reason: str | None


def probe_routes(head: str) -> APIRouter:
    """``/livez`` (the process), ``/readyz`` (database there and migrated), ``/metrics``.

    The broker is not part of readiness: the outbox waits for it.
    """
    router = APIRouter(include_in_schema=False, dependencies=[public])

    @router.get("/livez")
    @router.get("/startupz")
    async def livez() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz")
    async def readyz(request: Request) -> Response:
        running = running_of(request)
        try:
            revision = await revision_seen_anew(running.settings.database, READY_SECONDS)
        except Exception as error:
            return JSONResponse({"status": "database unavailable", "error": type(error).__name__}, 503)
        if revision != head:
            return JSONResponse({"status": "database not migrated", "revision": revision, "head": head}, 503)
        return JSONResponse({"status": "ok", "service": running.settings.service})

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


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


def internal_routes(definition: ServiceDefinition) -> APIRouter:
    """For the other services of the cluster: digests of versions, and stating entities again."""
    router = APIRouter(prefix="/internal", tags=["内部"], route_class=StrictRoute)
    entities: dict[str, type[Entities[Any]]] = {kind.noun: kind for kind in definition.entities}

    def kind_of(noun: str) -> type[Entities[Any]]:
        if noun not in entities:
            raise NounUnknown(field="noun")
        return entities[noun]

    @router.get("/digest", response_model=list[DigestView], summary="各类对象的版本摘要")
    async def read_digest(caller: DigestReader, request: Request) -> list[DigestView]:
        found = []
        async with running_of(request).database.engine.connect() as connection:
            await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            for noun, kind in entities.items():
                buckets = await digest(connection, kind.table, kind.table.c.id)
                found.append(DigestView(noun=noun, buckets=[BucketView(**vars(bucket)) for bucket in buckets]))
        return found

    @router.get("/digest/{noun}", response_model=VersionList, summary="若干分桶内各对象的版本")
    async def read_versions(
        noun: str,
        caller: DigestReader,
        request: Request,
        bucket: Annotated[list[Annotated[int, Field(ge=0, lt=BUCKETS)]], Query(min_length=1, max_length=BUCKETS)],
    ) -> VersionList:
        kind = kind_of(noun)
        async with running_of(request).database.engine.connect() as connection:
            versions = await versions_in(connection, kind.table, kind.table.c.id, bucket)
        return VersionList(items=[VersionView(**vars(version)) for version in versions])

    @router.post("/restate/{noun}", response_model=RestateView, summary="重新发布对象的现状")
    async def restate(noun: str, body: RestateInput, caller: Restater, command: Commanding) -> Response:
        kind = kind_of(noun)
        return await command.run(
            lambda tx: kind(tx).restate(body.entity_ids), show=lambda count: RestateView(restated=count)
        )

    @router.get("/audit/chain", response_model=ChainView, summary="核验审计链")
    async def audit_chain(caller: AuditReader, request: Request, asking: Asking) -> Response:
        running = running_of(request)
        witness = running.settings.audit.witness_file
        heads: dict[int, str] = {}
        if witness and witness.exists():
            heads = await asyncio.to_thread(witnessed_heads, running.database.around.confidential, witness)
        async with running.database.engine.connect() as connection:
            verdict = await verify_chain(connection, heads)

        async def found(_tx: Any) -> ChainVerdict:
            return verdict

        return await asking.run(
            found, show=lambda verdict: ChainView(**vars(verdict)), audit=("audit.verified", "audit", None)
        )

    return router
