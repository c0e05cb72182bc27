"""Cursor pages: ``{items, next_cursor}``; the cursor is opaque, signed and bound to its query."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from shared.kernel.errors import Invalid
from shared.storage.confidential import Confidential
from shared.web.fields import ApiModel

S = TypeVar("S")
T = TypeVar("T")

MAX_LIMIT = 100


def _plain_digits(value: Any) -> Any:
    """Numbers in a query are ASCII digits; the framework would also read ``1_0`` and ``+5``."""
    if isinstance(value, str) and not (value.isascii() and value.isdecimal()):
        raise PydanticCustomError("digits", "须为阿拉伯数字")
    return value


Limit = Annotated[int, BeforeValidator(_plain_digits), Query(ge=1, le=MAX_LIMIT, description="每页条数")]
CursorText = Annotated[str | None, Query(max_length=1_000, description="上一页给出的 next_cursor")]


class CursorUnusable(Invalid):
    """翻页标记无效或不属于本次查询"""


class Page(ApiModel, Generic[T]):
    """One page of a list; ``next_cursor`` is null on the last page."""

    items: list[T]
    next_cursor: str | None = None


@dataclass(frozen=True)
class Cursors:
    """Writes and reads cursors of one query; ``query`` names the list, the caller and the filters."""

    confidential: Confidential
    query: str

    def write(self, last: Sequence[Any]) -> str:
        """A cursor after the item whose sort key is ``last``."""
        payload = json.dumps([str(part) for part in last]).encode()
        return base64.urlsafe_b64encode(self._mac(payload) + payload).decode().rstrip("=")

    def read(self, cursor: str | None) -> list[str] | None:
        """The sort key in ``cursor``; refuses one that was altered or belongs to another query."""
        if cursor is None:
            return None
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            mac, payload = raw[:16], raw[16:]
            if not hmac.compare_digest(mac, self._mac(payload)):
                raise CursorUnusable(field="query/cursor")
            return [str(part) for part in json.loads(payload)]
        except (binascii.Error, ValueError):
            raise CursorUnusable(field="query/cursor") from None

    def _mac(self, payload: bytes) -> bytes:
        return self.confidential.mac("cursor", hashlib.sha256(self.query.encode()).digest() + payload)


def page_of(
    items: Sequence[S],
    limit: int,
    cursors: Cursors,
    key: Callable[[S], Sequence[Any]],
    view: Callable[[S], T],
    page: type[Page[T]],
) -> Page[T]:
    """A page from ``limit + 1`` rows: ``key`` gives an item's sort key, ``view`` its shape."""
    shown = list(items[:limit])
    more = len(items) > limit
    return page(items=[view(item) for item in shown], next_cursor=cursors.write(key(shown[-1])) if more else None)
