"""Routes of imports: send a file, follow it, read its report, stop it."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from csv import writer
from io import StringIO
from itertools import islice
from typing import Annotated, Any, Literal
from uuid import UUID, uuid5

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse

from shared.kernel.errors import NotFound
from shared.storage.transaction import Origin
from shared.web.access import require
from shared.web.bulk.formats import CSV, FORMATS, NoRows, read_rows
from shared.web.bulk.kinds import BulkKind
from shared.web.bulk.store import BEGIN, CANCEL, FIND, FORGET_ROWS, LIST, READY, REPORT, Import, Outcome, add_rows
from shared.web.bulk.store import sealed_principal as sealed_caller
from shared.web.commands import IdempotencyKey, IdempotencyKeyReused
from shared.web.fields import ApiModel, Moment
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.running import Running, origin_of, running_of
from shared.web.strict_json import StrictRoute

IMPORTS = UUID("0b7c4f0e-62f2-5d0b-9b5e-2c1a53f6a7d1")
"""Namespace: the same caller with the same key means the same import."""
LARGEST_FILE = 100_000_000
"""Bytes; a row of a household has a few hundred."""
ROWS_AT_ONCE = 500
REPORT_PAGE = 1_000
UPLOAD_PATH = "/v1/imports/"


class ImportNotFound(NotFound):
    """没有这项批量导入"""


class KindView(ApiModel):
    """A kind of file."""

    name: str
    title: str
    columns: list[str]
    required: list[str]
    example: dict[str, Any]


class KindList(ApiModel):
    """What can be imported."""

    items: list[KindView]


class ImportView(ApiModel):
    """A file on its way; ``accepted`` + ``rejected`` = ``done`` ≤ ``rows``."""

    id: UUID
    kind: str
    dry_run: bool
    status: Literal["RECEIVING", "WAITING", "RUNNING", "FINISHED", "CANCELLED"]
    rows: int
    done: int
    accepted: int
    rejected: int
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None


class ImportPage(Page[ImportView]):
    """A page of imports."""


class RowView(ApiModel):
    """What became of a row; the first row after the header is 1."""

    row_no: int
    outcome: Literal["ACCEPTED", "REJECTED"]
    entity_id: str | None
    problem: dict[str, Any] | None = Field(description="code, title, rule, errors: never what was typed")


class RowPage(Page[RowView]):
    """A page of the report."""


def view_of(held: Import) -> ImportView:
    """As a caller sees it."""
    names = ("id", "kind", "dry_run", "status", "rows", "done", "rejected", "created_at", "started_at", "finished_at")
    return ImportView(accepted=held.done - held.rejected, **{name: getattr(held, name) for name in names})


def row_view(outcome: Outcome) -> RowView:
    """A line of the report."""
    kind: Literal["ACCEPTED", "REJECTED"] = "REJECTED" if outcome.problem else "ACCEPTED"
    problem = None if outcome.problem is None else dict(outcome.problem)
    return RowView(row_no=outcome.row_no, outcome=kind, entity_id=outcome.entity_id, problem=problem)


def bulk_routes(kinds: Sequence[BulkKind]) -> list[APIRouter]:
    """The routers of a service's imports; none for a service without any."""
    if not kinds:
        return []
    router = APIRouter(prefix="/v1", tags=["批量导入"], route_class=StrictRoute)
    for kind in kinds:
        _add_upload(router, kind)
    _add_reading(router, kinds)
    return [router]


def _add_upload(router: APIRouter, kind: BulkKind) -> None:
    sender = Depends(require(kind.scope))
    body = {"content": {name: {"schema": {"type": "string", "format": "binary"}} for name in FORMATS}, "required": True}

    @router.post(
        f"/imports/{kind.name}",
        status_code=202,
        response_model=ImportView,
        summary=f"批量导入：{kind.title}（CSV、XLSX 或 NDJSON；dry_run=true 为试运行）",
        openapi_extra={"requestBody": body},
        dependencies=[sender],
        name=f"import_{kind.name.replace('-', '_')}",
    )
    async def upload(
        request: Request,
        idempotency_key: IdempotencyKey,
        dry_run: Annotated[bool, Query(description="试运行：校验每一行，不保存")] = False,
    ) -> Response:
        held = await _receive(request, kind, idempotency_key, dry_run=dry_run)
        headers = {"Location": f"/v1/imports/{held.id}"}
        return Response(view_of(held).model_dump_json(), 202, headers, "application/json")


async def _receive(request: Request, kind: BulkKind, key: str, *, dry_run: bool) -> Import:
    running, caller = running_of(request), request.state.caller
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in FORMATS:
        raise HTTPException(status_code=415, detail=f"文件须为 {'、'.join(FORMATS)}")
    with tempfile.SpooledTemporaryFile(max_size=2**20) as file:
        digest = hashlib.sha256(f"{kind.name} {dry_run}\n".encode())
        async for chunk in request.stream():
            digest.update(chunk)
            await run_in_threadpool(file.write, chunk)
        file.seek(0)
        import_id = uuid5(IMPORTS, f"{caller.key} {key}")
        origin = origin_of(request, caller)
        held = await running.database.run(
            lambda tx: _begin(tx, import_id, kind, digest.digest(), dry_run=dry_run), origin
        )
        if held.status == "RECEIVING":
            await _store_rows(running, origin, held, read_rows(file, media_type, kind))
            held = await running.database.run(lambda tx: _found(tx, import_id), origin)
    return held


async def _begin(tx: Any, import_id: UUID, kind: BulkKind, fingerprint: bytes, *, dry_run: bool) -> Import:
    caller = tx.caller
    values = {
        "id": import_id, "kind": kind.name, "dry_run": dry_run, "caller_key": caller.key, "at": tx.at,
        "origin": sealed_caller(tx.around.confidential, import_id, caller), "fingerprint": fingerprint,
    }  # fmt: skip
    if (await tx.connection.execute(BEGIN, values)).rowcount:
        tx.audit("import.received", "bulk_import", import_id)
    held = await _found(tx, import_id)
    if held.fingerprint != fingerprint:
        raise IdempotencyKeyReused(field="header/Idempotency-Key")
    if held.status == "RECEIVING":
        await tx.connection.execute(FORGET_ROWS, {"id": import_id})
    return held


async def _store_rows(running: Running, origin: Origin, held: Import, rows: Iterator[dict[str, Any]]) -> None:
    """Store the rows in portions; the import becomes visible to the worker with the last of them."""
    stored = 0
    while portion := await run_in_threadpool(lambda: list(islice(rows, ROWS_AT_ONCE))):
        first, batch = stored + 1, portion
        await running.database.run(
            lambda tx: add_rows(tx.connection, tx.around.confidential, held.id, first, batch),  # noqa: B023
            origin,
        )
        stored += len(portion)
    if not stored:
        raise NoRows()
    count = stored
    await running.database.run(lambda tx: tx.connection.execute(READY, {"id": held.id, "rows": count}), origin)


async def _found(tx: Any, import_id: UUID) -> Import:
    row = (await tx.connection.execute(FIND, {"id": import_id, "caller_key": tx.caller.key})).one_or_none()
    if row is None:
        raise ImportNotFound()
    return Import.of(row)


def _add_reading(router: APIRouter, kinds: Sequence[BulkKind]) -> None:
    sender = [Depends(require(kinds[0].scope))]
    shown = KindList(items=[_kind_view(kind) for kind in kinds])

    @router.get("/import-kinds", response_model=KindList, summary="可批量导入的内容与列", dependencies=sender)
    async def list_import_kinds() -> KindList:
        return shown

    download = {"response_class": StreamingResponse, "responses": {200: {"content": {CSV: {}}}}}
    at = "/imports/{import_id}"
    for method, path, endpoint, summary, answers in (
        ("GET", "/imports", list_imports, "本人的批量导入，新的在前", {"response_model": ImportPage}),
        ("GET", at, read_import, "导入进度", {"response_model": ImportView}),
        ("GET", f"{at}/rows", read_import_rows, "逐行结果", {"response_model": RowPage}),
        ("GET", f"{at}/report.csv", download_import_report, "逐行结果（CSV 下载）", download),
        ("POST", f"{at}/cancel", cancel_import, "停止导入；已导入的行保留", {"response_model": ImportView}),
    ):
        router.add_api_route(path, endpoint, methods=[method], summary=summary, dependencies=sender, **answers)


def _kind_view(kind: BulkKind) -> KindView:
    return KindView(
        name=kind.name, title=kind.title, columns=list(kind.columns), required=sorted(kind.required),
        example=dict(kind.example),
    )  # fmt: skip


async def list_imports(request: Request, limit: Limit = 20, cursor: CursorText = None) -> ImportPage:
    """The caller's imports, newest first."""
    return await _list(request, limit, cursor)


async def read_import(import_id: UUID, request: Request) -> ImportView:
    """How far an import is."""
    origin = origin_of(request, request.state.caller)
    return view_of(await running_of(request).database.run(lambda tx: _found(tx, import_id), origin))


async def read_import_rows(
    import_id: UUID, request: Request, rejected_only: bool = False, limit: Limit = 50, cursor: CursorText = None
) -> RowPage:
    """What became of each row."""
    return await _report_page(request, import_id, limit, cursor, rejected_only=rejected_only)


async def download_import_report(import_id: UUID, request: Request) -> StreamingResponse:
    """What became of each row, as a table to open in a spreadsheet."""
    running, origin = running_of(request), origin_of(request, request.state.caller)
    held = await running.database.run(lambda tx: _found(tx, import_id), origin)
    return StreamingResponse(_csv_report(running, origin, held), media_type=f"{CSV}; charset=utf-8")


async def cancel_import(import_id: UUID, request: Request) -> ImportView:
    """Stop an import; what was taken in stays."""
    origin = origin_of(request, request.state.caller)
    return view_of(await running_of(request).database.run(lambda tx: _cancel(tx, import_id), origin))


async def _list(request: Request, limit: int, cursor: str | None) -> ImportPage:
    running, caller = running_of(request), request.state.caller
    cursors = Cursors(running.database.around.confidential, f"imports {caller.key}")
    after = cursors.read(cursor)
    values = {"caller_key": caller.key, "after": after[0] if after else None, "limit": limit + 1}

    async def look(tx: Any) -> list[Import]:
        return [Import.of(row) for row in await tx.connection.execute(LIST, values)]

    found = await running.database.run(look, origin_of(request, caller))
    return page_of(found, limit, cursors, lambda held: [held.id], view_of, ImportPage)  # type: ignore[return-value]


async def _report_page(
    request: Request, import_id: UUID, limit: int, cursor: str | None, *, rejected_only: bool
) -> RowPage:
    running, caller = running_of(request), request.state.caller
    cursors = Cursors(running.database.around.confidential, f"import {import_id} {caller.key} {rejected_only}")
    after = cursors.read(cursor)
    origin = origin_of(request, caller)
    held = await running.database.run(lambda tx: _found(tx, import_id), origin)
    outcomes = await _outcomes(
        running, origin, held, after=int(after[0]) if after else 0, limit=limit + 1, rejected_only=rejected_only
    )
    return page_of(outcomes, limit, cursors, lambda row: [row.row_no], row_view, RowPage)  # type: ignore[return-value]


async def _outcomes(
    running: Running, origin: Origin, held: Import, *, after: int, limit: int, rejected_only: bool
) -> list[Outcome]:
    values: Mapping[str, Any] = {
        "id": held.id, "after": after, "done": held.done, "limit": limit, "rejected_only": rejected_only,
    }  # fmt: skip

    async def look(tx: Any) -> list[Outcome]:
        return [Outcome(row.row_no, row.entity_id, row.problem) for row in await tx.connection.execute(REPORT, values)]

    return await running.database.run(look, origin)


async def _csv_report(running: Running, origin: Origin, held: Import) -> AsyncIterator[str]:
    yield "\ufeff" + _csv_line(["row_no", "outcome", "entity_id", "code", "title", "detail", "rule", "fields"])
    after = 0
    while outcomes := await _outcomes(running, origin, held, after=after, limit=REPORT_PAGE, rejected_only=False):
        yield "".join(map(_report_line, outcomes))
        after = outcomes[-1].row_no


def _report_line(outcome: Outcome) -> str:
    problem: Mapping[str, Any] = outcome.problem or {}
    fields = " ".join(error["pointer"] for error in problem.get("errors", ()))
    told = [problem.get(name) or "" for name in ("code", "title", "detail", "rule")]
    return _csv_line(
        [outcome.row_no, "REJECTED" if outcome.problem else "ACCEPTED", outcome.entity_id or "", *told, fields]
    )


def _csv_line(cells: Sequence[Any]) -> str:
    line = StringIO()
    writer(line).writerow(cells)
    return line.getvalue()


async def _cancel(tx: Any, import_id: UUID) -> Import:
    await _found(tx, import_id)
    values = {"id": import_id, "caller_key": tx.caller.key, "at": tx.at}
    if (await tx.connection.execute(CANCEL, values)).rowcount:
        tx.audit("import.cancelled", "bulk_import", import_id)
    return await _found(tx, import_id)


__all__ = ["LARGEST_FILE", "UPLOAD_PATH", "bulk_routes"]
