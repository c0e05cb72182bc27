"""Asking a loopback server whether it is well."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit


def fetch(url: str, *, timeout: float = 2.0) -> tuple[int, bytes] | None:
    """Status and body, or None when nobody answers in HTTP.

    `http.client` rather than `urllib`, because proxies named in the environment must not see loopback calls.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request("GET", parts.path or "/", headers={"Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def is_ok(url: str, *, timeout: float = 2.0) -> bool:
    answer = fetch(url, timeout=timeout)
    return answer is not None and answer[0] == http.client.OK


def fetch_json(url: str, *, timeout: float = 2.0) -> dict[str, Any] | None:
    """The JSON object of a 200 answer, else None."""
    answer = fetch(url, timeout=timeout)
    if answer is None or answer[0] != http.client.OK:
        return None
    try:
        document = json.loads(answer[1])
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
