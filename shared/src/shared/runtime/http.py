"""The one door through which a service calls another: time limits, trace, token, one careful retry.

``httpx`` is named here and nowhere else, so that a move to its successor changes one file.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from typing import Any

import httpx

from shared.runtime.settings import IdentitySettings
from shared.runtime.tracing import current_request, current_trace

TIMEOUT = httpx.Timeout(5.0, connect=2.0, pool=2.0)
LIMITS = httpx.Limits(max_connections=50, max_keepalive_connections=20, keepalive_expiry=30)
RETRYABLE_STATUS = frozenset({502, 503, 504})
ATTEMPTS = 3


class PeerUnavailable(Exception):
    """A neighbour did not give a usable answer in time."""


class ServiceToken:
    """Our own access token by client credentials, renewed a minute before it ends."""

    def __init__(self, settings: IdentitySettings, client: httpx.AsyncClient) -> None:
        self._settings, self._client = settings, client
        self._tokens: dict[str, tuple[str, float]] = {}
        self._renewal = asyncio.Lock()

    async def for_audience(self, audience: str) -> str:
        """A bearer token that the service ``audience`` accepts."""
        async with self._renewal:
            token, until = self._tokens.get(audience, ("", 0.0))
            if time.monotonic() < until:
                return token
            answer = await self._client.post(
                str(self._settings.token_url),
                data={"grant_type": "client_credentials", "audience": audience},
                auth=(self._settings.client_id, self._settings.client_secret_file.read_text().strip()),
            )
            answer.raise_for_status()
            body = answer.json()
            self._tokens[audience] = (body["access_token"], time.monotonic() + body["expires_in"] - 60)
            return str(body["access_token"])


class Peers:
    """HTTP clients of the other services, by name."""

    def __init__(self, addresses: Mapping[str, str], identity: IdentitySettings) -> None:
        self._addresses = {name: address.rstrip("/") for name, address in addresses.items()}
        self._client = httpx.AsyncClient(timeout=TIMEOUT, limits=LIMITS, follow_redirects=False)
        self._token = ServiceToken(identity, self._client)

    @property
    def names(self) -> tuple[str, ...]:
        """The services whose address is known."""
        return tuple(self._addresses)

    async def get(self, peer: str, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """The JSON answer of an idempotent read; tries up to three times with full jitter."""
        return await self._call("GET", peer, path, params=params)

    async def post(self, peer: str, path: str, body: Any, *, idempotency_key: str) -> Any:
        """The JSON answer of a call that carries an ``Idempotency-Key`` and so may be repeated safely."""
        return await self._call("POST", peer, path, json=body, headers={"Idempotency-Key": idempotency_key})

    async def _call(self, method: str, peer: str, path: str, **arguments: Any) -> Any:
        if peer not in self._addresses:
            raise PeerUnavailable(f"{peer} has no address in the settings")
        failure: Exception | None = None
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(random.uniform(0, 0.1 * 2**attempt))
            try:
                headers = {
                    **arguments.get("headers", {}),
                    "Authorization": f"Bearer {await self._token.for_audience(peer)}",
                    "traceparent": current_trace(),
                    **({"X-Request-Id": request_id} if (request_id := current_request()) else {}),
                }
                answer = await self._client.request(
                    method, self._addresses[peer] + path, **{**arguments, "headers": headers}
                )
                if answer.status_code not in RETRYABLE_STATUS:
                    answer.raise_for_status()
                    return answer.json()
                failure = PeerUnavailable(f"{peer} answered {answer.status_code}")
            except httpx.HTTPStatusError as refused:
                raise PeerUnavailable(f"{peer} answered {refused.response.status_code}") from None
            except ValueError:
                raise PeerUnavailable(f"{peer} did not answer in JSON") from None
            except httpx.HTTPError as broken:
                failure = broken
        raise PeerUnavailable(f"{peer} did not answer: {type(failure).__name__}") from failure

    async def close(self) -> None:
        """Release every connection."""
        await self._client.aclose()
