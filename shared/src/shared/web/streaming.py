"""Answers of any length: read in pages by key, each in a short transaction, and sent on as they come.

The memory used does not grow with the number of rows, no transaction lasts longer than one page, and a caller who goes
away stops the reading. Rows that change meanwhile are seen as they are when their page is read.
"""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from io import StringIO
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import StreamingResponse

from shared.kernel.principal import Principal
from shared.storage.transaction import Origin
from shared.web.running import Running, origin_of, running_of

R = TypeVar("R")
K = TypeVar("K")
FetchPage = Callable[[Any, Any], Awaitable[Sequence[R]]]
"""(transaction, key of the last row or None) → the next rows, none at the end."""

NDJSON, CSV = "application/x-ndjson", "text/csv; charset=utf-8"
BYTE_ORDER_MARK = "\ufeff"
"""Lets spreadsheets read a CSV as UTF-8."""


async def pages(
    running: Running, origin: Origin, fetch: FetchPage[R], key: Callable[[R], K], audit: tuple[str, str] | None = None
) -> AsyncIterator[Sequence[R]]:
    """The pages that ``fetch`` finds; ``audit`` is ``(action, object type)``, written with the first page."""
    after: K | None = None
    first = True
    while True:

        async def read(tx: Any, after: K | None = after, first: bool = first) -> Sequence[R]:
            if first and audit:
                tx.audit(*audit)
            return await fetch(tx, after)

        rows = await running.database.run(read, origin)
        if not rows:
            return
        yield rows
        after, first = key(rows[-1]), False


def stream_lines(
    request: Request, fetch: FetchPage[R], key: Callable[[R], Any], show: Callable[[R], BaseModel],
    audit: tuple[str, str] | None = None,
) -> StreamingResponse:  # fmt: skip
    """The rows as NDJSON, one object a line."""

    async def lines() -> AsyncIterator[str]:
        async for rows in pages(running_of(request), _origin(request), fetch, key, audit):
            yield "".join(show(row).model_dump_json() + "\n" for row in rows)

    return StreamingResponse(lines(), media_type=NDJSON)


def stream_table(
    request: Request, header: Sequence[str], fetch: FetchPage[R], key: Callable[[R], Any],
    cells: Callable[[R], Sequence[Any]], audit: tuple[str, str] | None = None,
) -> StreamingResponse:  # fmt: skip
    """The rows as CSV (RFC 4180) with a header line."""

    async def table() -> AsyncIterator[str]:
        yield BYTE_ORDER_MARK + written([header])
        async for rows in pages(running_of(request), _origin(request), fetch, key, audit):
            yield written([cells(row) for row in rows])

    return StreamingResponse(table(), media_type=CSV)


def written(rows: Sequence[Sequence[Any]]) -> str:
    """Rows as CSV; a text that a spreadsheet would take for a formula is made harmless by a leading apostrophe."""
    text = StringIO()
    csv.writer(text).writerows([[_harmless(cell) for cell in row] for row in rows])
    return text.getvalue()


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _origin(request: Request) -> Origin:
    return origin_of(request, getattr(request.state, "caller", None) or Principal.of_public())
