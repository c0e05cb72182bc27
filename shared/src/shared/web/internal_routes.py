"""For the other services of the cluster: digests of versions, stating entities again, and the audit chain."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from sqlalchemy import text

from shared.kernel.errors import NotFound
from shared.kernel.principal import Principal
from shared.messaging.digest import BUCKETS, digest, versions_in
from shared.storage.entities import Entities
from shared.storage.sealing import ChainVerdict, verify_chain, witnessed_heads
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel
from shared.web.running import Running, running_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/internal", tags=["内部"], route_class=StrictRoute)

DigestReader = Annotated[Principal, Depends(require("internal:digest"))]
Restater = Annotated[Principal, Depends(require("internal:reemit"))]
AuditReader = Annotated[Principal, Depends(require("audit:read"))]
Bucket = Annotated[int, Field(ge=0, lt=BUCKETS)]


class NounUnknown(NotFound):
    """没有这一类业务对象"""


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


def _kind(running: Running, noun: str) -> type[Entities[Any]]:
    for kind in running.entities:
        if kind.noun == noun:
            return kind
    raise NounUnknown(field="noun")


@router.get("/digest", response_model=list[DigestView], summary="各类对象的版本摘要")
async def read_digest(caller: DigestReader, request: Request) -> list[DigestView]:
    running, found = running_of(request), []
    async with running.database.engine.connect() as connection:
        await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        for kind in running.entities:
            buckets = await digest(connection, kind.table, kind.table.c.id)
            found.append(DigestView(noun=kind.noun, buckets=[BucketView(**vars(bucket)) for bucket in buckets]))
    return found


@router.get("/digest/{noun}", response_model=VersionList, summary="若干分桶内各对象的版本")
async def read_versions(
    noun: str,
    caller: DigestReader,
    request: Request,
    bucket: Annotated[list[Bucket], Query(min_length=1, max_length=BUCKETS)],
) -> VersionList:
    running = running_of(request)
    kind = _kind(running, noun)
    async with running.database.engine.connect() as connection:
        versions = await versions_in(connection, kind.table, kind.table.c.id, bucket)
    return VersionList(items=[VersionView(**vars(version)) for version in versions])


@router.post("/restate/{noun}", response_model=RestateView, summary="重新发布对象的现状")
async def restate(noun: str, body: RestateInput, caller: Restater, request: Request, command: Commanding) -> Response:
    kind = _kind(running_of(request), noun)
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
