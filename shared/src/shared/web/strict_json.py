"""JSON as RFC 8259 means it: UTF-8, no NaN, no duplicate names, no lone surrogates, no NUL, bounded depth."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Coroutine
from types import UnionType
from typing import Any, Union, get_args, get_origin

from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

MAX_DEPTH = 32
MAX_DIGITS = 30


class BadJson(HTTPException):
    """The body is not JSON that can be stored and given back unchanged."""

    def __init__(self, reason: str) -> None:
        super().__init__(status_code=400, detail=reason)


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadJson("同一对象中有重名字段")
    return found


def _no_constant(_: str) -> Any:
    raise BadJson("不接受 NaN 与 Infinity")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise BadJson("数值超出范围")
    return number


def _short_integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise BadJson("数值超出范围")
    return int(digits)


_decoder = json.JSONDecoder(
    object_pairs_hook=_unique_names, parse_constant=_no_constant, parse_float=_finite, parse_int=_short_integer
)


def _check(value: Any, depth: int) -> None:
    """Refuse what cannot be stored; ``depth`` is the number of arrays and objects around ``value``."""
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, (dict, list)):
        if depth == MAX_DEPTH:
            raise BadJson("嵌套层数过多")
        if isinstance(value, dict):
            for name in value:
                _check_text(name)
            value = value.values()
        for item in value:
            _check(item, depth + 1)


def _check_text(value: str) -> None:
    if "\x00" in value:
        raise BadJson("文本中不得含有 NUL 字符")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise BadJson("文本中有不成对的代理字符")


def loads(body: bytes) -> Any:
    """Parse ``body``; raises :class:`BadJson` with a reason that repeats nothing of it."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadJson("请求体须为 UTF-8 编码") from None
    if text.startswith("\ufeff"):
        raise BadJson("请求体不得带字节顺序标记")
    try:
        value = _decoder.decode(text)
    except (ValueError, RecursionError):
        raise BadJson("请求体不是合法的 JSON") from None
    _check(value, 0)
    return value


class StrictRequest(Request):
    """A request whose ``json()`` is strict."""

    async def json(self) -> Any:
        """The parsed body."""
        if not hasattr(self, "_strict_json"):
            self._strict_json = loads(await self.body())
        return self._strict_json


def _check_media_type(content_type: str) -> None:
    kind, _, parameters = content_type.lower().partition(";")
    charset = parameters.partition("charset=")[2].partition(";")[0].strip(' "')
    if kind.strip() != "application/json" or charset not in ("", "utf-8", "utf8"):
        raise HTTPException(status_code=415, detail="请求体须为 UTF-8 编码的 application/json")


def _takes_many(annotation: Any) -> bool:
    kind = get_origin(annotation)
    if kind in (Union, UnionType):
        return any(map(_takes_many, get_args(annotation)))
    return kind in (list, tuple, set, frozenset)


class StrictRoute(APIRoute):
    """Route class of every service: strict JSON, 415 for a body of another kind, no name twice in a query."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the framework's handler."""
        handler = super().get_route_handler()
        takes_body = self.body_field is not None
        lists = {
            parameter.alias
            for parameter in get_flat_params(self.dependant)
            if _takes_many(parameter.field_info.annotation)
        }

        async def strict(request: Request) -> Response:
            if takes_body:
                _check_media_type(request.headers.get("content-type", ""))
            if request.scope["query_string"]:
                names = [name for name, _ in request.query_params.multi_items() if name not in lists]
                if len(names) != len(set(names)):
                    raise HTTPException(status_code=400, detail="查询参数不得重复")
            return await handler(StrictRequest(request.scope, request.receive))

        return strict
