"""Every answer that is not a 2xx is a problem document (RFC 9457), rendered here and nowhere else.

A refused rule is 409 and carries its name; 422 is for what was typed; a rejected value is never repeated,
because it may be somebody's identity number.
"""

from __future__ import annotations

import random
import re
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi_problem.error import Problem
from fastapi_problem.handler import ExceptionHandler, add_exception_handler, new_exception_handler
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from shared.kernel.errors import Kind, Refusal
from shared.storage.database import Busy, StillRunning, is_connection_lost, sqlstate
from shared.storage.entities import StaleVersion

STATUS_OF_KIND = {Kind.INVALID: 422, Kind.FORBIDDEN: 403, Kind.NOT_FOUND: 404, Kind.CONFLICT: 409}
TITLES = {
    400: ("bad-request", "请求无法解读"),
    401: ("unauthenticated", "未能确认调用方身份"),
    403: ("forbidden", "权限不足"),
    404: ("not-found", "没有这个地址或对象"),
    405: ("method-not-allowed", "该地址不支持此方法"),
    409: ("conflict", "与现有状态冲突"),
    412: ("stale-version", "数据已被他人更改，请刷新后重试"),
    413: ("too-large", "请求体过大"),
    415: ("unsupported-media-type", "请求体类型不受支持"),
    422: ("invalid-input", "填写内容有误"),
    428: ("precondition-required", "须以 If-Match 说明所依据的版本"),
    429: ("too-many-requests", "请求过于频繁"),
    500: ("internal-error", "系统内部错误"),
    503: ("busy", "系统繁忙，请稍后重试"),
    504: ("timed-out", "处理超时"),
}
DATA_ERRORS = frozenset(
    {"22021", "22P05", "22P02", "22003", "22000", "22001", "22007", "22008", "23502", "23503", "23514"}
)
IDEMPOTENCY_KEY = ("header", "Idempotency-Key")
OURS_TO_REPAIR = frozenset({"42501", "53100", "53200", "53300", "53400"})
"""Our own role may not do this (for example write the audit log), or disk, memory or connections are used up."""
DATABASE_ERRORS = (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""The driver's own come from a connection that could not be made."""
SCHEMA_NAME = re.compile(r"[A-Za-z_][A-Za-z_-]{0,39}[0-9]{0,2}", re.ASCII)

log = structlog.get_logger()


def problem_type(code: str) -> str:
    """The ``type`` of a problem: a stable relative reference."""
    return f"/problems/{code}"


def problem(status: int, *, code: str | None = None, title: str | None = None, detail: str | None = None,
            headers: dict[str, str] | None = None, **members: Any) -> Problem:  # fmt: skip
    """A problem document of ``status`` with our members."""
    known_code, known_title = TITLES.get(status, ("error", "请求未能完成"))
    return Problem(
        title=title or known_title,
        type_=problem_type(code or known_code),
        detail=detail,
        status=status,
        headers=headers,
        code=code or known_code,
        **members,
    )


def _refused(_eh: Any, _request: Request, refusal: Refusal) -> Problem:
    status = 412 if isinstance(refusal, StaleVersion) else STATUS_OF_KIND[refusal.kind]
    return problem(status, code=refusal.code, title=refusal.title, detail=refusal.detail, **members_of_refusal(refusal))


def members_of_refusal(refusal: Refusal) -> dict[str, Any]:
    """The rule, the facts and the offending field of a refusal, as a problem document carries them."""
    members: dict[str, Any] = {}
    if refusal.rule:
        members["rule"] = refusal.rule
    if refusal.facts:
        members["facts"] = refusal.facts
    if refusal.field:
        members["errors"] = [
            {"pointer": "/" + refusal.field.strip("/"), "code": refusal.code, "message": refusal.title}
        ]
    return members


def _misread(_eh: Any, _request: Request, error: RequestValidationError) -> Problem:
    if any(tuple(entry["loc"])[:2] == IDEMPOTENCY_KEY for entry in error.errors()):
        return problem(
            400, code="idempotency-key-required", detail="须提供 Idempotency-Key：8 至 200 个字母、数字或 . _ : -"
        )
    return problem(422, errors=[entry_of(entry) for entry in error.errors()])


def entry_of(entry: Any) -> dict[str, str]:
    """A validation error of the library as an entry of ``errors``; nothing of the input is in it."""
    return {
        "pointer": "/" + "/".join(map(_named, entry["loc"])),
        "code": entry["type"],
        "message": _scrubbed(entry),
    }


def _named(part: int | str) -> str:
    """A step of the pointer, unless it is a name somebody typed that no schema of ours would have."""
    return str(part) if isinstance(part, int) or SCHEMA_NAME.fullmatch(part) else "?"


def _scrubbed(entry: Any) -> str:
    """The library's message where it speaks of our schema only; many messages repeat what was typed."""
    safe = ("missing", "extra_forbidden", "day", "text", "string_too_short", "string_too_long", "enum", "int_type",
            "bool_type", "string_type", "list_type", "too_long", "too_short", "greater_than_equal", "less_than_equal",
            "model_attributes_type")  # fmt: skip
    return str(entry["msg"]) if entry["type"] in safe else "格式不符"


def _http(_eh: Any, _request: Request, error: HTTPException) -> Problem:
    own_words = (
        error.detail if error.status_code in (400, 401, 413, 415, 428) and isinstance(error.detail, str) else None
    )
    return problem(error.status_code, detail=own_words, headers=dict(error.headers or {}) or None)


def _retry_after() -> dict[str, str]:
    """One to three seconds, so that refused callers do not come back all at once."""
    return {"Retry-After": str(random.randint(1, 3))}


def _busy(_eh: Any, _request: Request, _error: Exception) -> Problem:
    return problem(503, headers=_retry_after())


def _still_running(_eh: Any, _request: Request, _error: Exception) -> Problem:
    return problem(409, code="still-running", title="同一请求或相关办理正在进行", headers=_retry_after())


def _database(_eh: Any, _request: Request, error: Exception) -> Problem:
    state = sqlstate(error)
    log.error("database refused", sqlstate=state, error=type(error).__name__)
    if state in DATA_ERRORS:
        return problem(422, detail="内容不能保存")
    if is_connection_lost(error) or state in OURS_TO_REPAIR:
        return problem(503, headers=_retry_after())
    if state == "57014":
        return problem(504)
    if state and state.startswith("23"):
        return problem(409)
    return problem(500)


def _unexpected(_eh: Any, request: Request, error: Exception) -> Problem:
    log.error("unexpected", route=_route_of(request), exc_info=(type(error), error, error.__traceback__))
    return problem(500)


def _route_of(request: Request) -> str:
    return getattr(request.scope.get("route"), "path", "unmatched")


def _with_request(content: dict[str, Any], request: Request, response: Response) -> tuple[dict[str, Any], Response]:
    """Add what every problem carries: which request this was."""
    content["request_id"] = request.scope.get("state", {}).get("request_id", "")
    content["instance"] = f"urn:yumin:request:{content['request_id']}"
    response.body = response.render(content)
    return content, response


def install_problems(app: FastAPI) -> ExceptionHandler:
    """Make ``app`` answer every error with a problem document; returns the renderer for the outermost catch-all."""
    renderer = new_exception_handler(
        handlers={
            Refusal: _refused,
            StillRunning: _still_running,
            Busy: _busy,
            PoolTimeout: _busy,
            ConnectionError: _busy,
            DBAPIError: _database,
            asyncpg.PostgresError: _database,
            asyncpg.InterfaceError: _database,
            Exception: _unexpected,
        },
        http_exception_handler=_http,
        request_validation_handler=_misread,
        post_hooks=[_with_request],
    )
    # the catch-all must come last: the library asks its handlers in order
    renderer.handlers[Exception] = renderer.handlers.pop(Exception)
    add_exception_handler(app, renderer)
    describe_problems(app)
    for kind in (Refusal, StillRunning, Busy, PoolTimeout, ConnectionError, *DATABASE_ERRORS):
        app.add_exception_handler(kind, renderer)
    return renderer


PROBLEM_ENTRY: dict[str, Any] = {
    "title": "ProblemEntry",
    "type": "object",
    "required": ["pointer", "code", "message"],
    "properties": {
        "pointer": {"type": "string", "description": "where in the request"},
        "code": {"type": "string", "description": "stable name of what is wrong"},
        "message": {"type": "string", "description": "in words; never repeats what was typed"},
    },
}
"""One entry of ``errors`` in a problem document."""

PROBLEM_DOCUMENT: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "description": "stable reference of the kind of problem"},
        "title": {"type": "string", "description": "what is wrong, for a person"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable name of the rule or problem"},
        "detail": {"type": "string"},
        "rule": {"type": "string", "description": "law and article"},
        "facts": {"type": "object", "description": "what the caller needs to act"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ValidationError"}},
        "request_id": {"type": "string"},
        "instance": {"type": "string"},
    },
}
"""A refusal as every route answers it (RFC 9457)."""


def describe_problems(app: FastAPI) -> None:
    """Let the OpenAPI document describe our problem entries instead of the framework's."""
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        document = describe()
        schemas = document.get("components", {}).get("schemas", {})
        schemas["ValidationError"] = PROBLEM_ENTRY
        if "HTTPValidationError" in schemas:
            schemas["HTTPValidationError"] = PROBLEM_DOCUMENT
        return document

    app.openapi = openapi  # type: ignore[method-assign]
