"""W3C trace context, carried through HTTP headers, outbox rows and event extensions.

The context is only passed on; spans are left to an OpenTelemetry agent where one is installed.
"""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)
_request: ContextVar[str | None] = ContextVar("request_id", default=None)


def continue_trace(incoming: str | None) -> str:
    """Adopt a caller's ``traceparent`` with a new span id, or begin a trace where it is absent or malformed."""
    match = _TRACEPARENT.fullmatch(incoming) if incoming else None
    trace_id = match.group(1) if match and set(match.group(1)) != {"0"} else secrets.token_hex(16)
    flags = match.group(3) if match else "01"
    value = f"00-{trace_id}-{secrets.token_hex(8)}-{flags}"
    _current.set(value)
    return value


def name_request(request_id: str) -> None:
    """Remember which request the work in hand belongs to, for the calls it makes to others."""
    _request.set(request_id)


def current_request() -> str | None:
    """The id of the request in hand; None outside of one."""
    return _request.get()


def current_trace() -> str:
    """The ``traceparent`` of the work in hand; begins a trace if there is none."""
    return _current.get() or continue_trace(None)
