"""Absolute links to ourselves as the caller reached us, also behind the gateway."""

from __future__ import annotations

import re

from fastapi import Request

PREFIX = re.compile(r"/[a-z][a-z0-9-]{0,39}", re.ASCII)


def public_base(request: Request) -> str:
    """Scheme, host and prefix of this service for links, without a slash at the end.

    The gateway takes the service's name off the path and says so in ``X-Forwarded-Prefix``; what a caller invents
    there changes nobody's links but their own.
    """
    base = str(request.base_url).rstrip("/")
    scheme = request.headers.get("x-forwarded-proto", "")
    if scheme in ("http", "https"):
        base = f"{scheme}://{base.partition('://')[2]}"
    prefix = request.headers.get("x-forwarded-prefix", "")
    return f"{base}{prefix}" if PREFIX.fullmatch(prefix) else base
