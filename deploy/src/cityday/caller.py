"""Synthetic officials and apps who call the city's public HTTP API, as their own systems would.

Every step has a name; its idempotency key follows from the day's seed and that name. Living the same day again,
or after an interruption, repeats the calls with the same keys: the services answer as the first time, and
nothing happens twice.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import httpx

NAMESPACE = UUID("6f0c1c0e-8f6a-5d0e-9d6e-2d9a3a2b7c11")
CITY = "500000000000"
AT_ONCE = 12
ATTEMPTS = 6
BUSY = frozenset({502, 503, 504})
RENEW_SECONDS = 60


class StepFailed(RuntimeError):
    """The city answered a step with something else than success."""


@dataclass(frozen=True)
class Role:
    """Who calls: a client of the issuer, the division it answers for, the person who acts."""

    client: str
    division: str = CITY
    person: str | None = None


class Caller:
    """Calls the gateway as many roles; tokens are fetched once a role and service."""

    def __init__(
        self, gateway: str, issuer: str, secrets: Mapping[str, str], seed: str, done: Callable[[], None]
    ) -> None:
        self._issuer, self._secrets, self._seed, self._done = issuer, secrets, seed, done
        self._http = httpx.AsyncClient(
            base_url=gateway, timeout=30, limits=httpx.Limits(max_connections=AT_ONCE), trust_env=False
        )
        self._room = asyncio.Semaphore(AT_ONCE)
        self._tokens: dict[tuple[Role, str], tuple[str, float]] = {}
        self._renewal = asyncio.Lock()
        self.calls = 0
        self.replayed = 0

    async def __aenter__(self) -> Caller:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def get(self, role: Role, service: str, path: str, **params: Any) -> Any:
        """Read something."""
        return await self._call("GET", role, service, path, params=params)

    async def post(self, role: Role, service: str, path: str, body: Any, *, step: str) -> Any:
        """Do something; ``step`` names it within the day."""
        key = str(uuid5(NAMESPACE, f"{self._seed}|{service}|{step}"))
        answer = await self._call("POST", role, service, path, json=body, headers={"Idempotency-Key": key})
        self._done()
        return answer

    def skip(self) -> None:
        """Count a step that an earlier day has made unnecessary."""
        self._done()

    async def _call(self, method: str, role: Role, service: str, path: str, **arguments: Any) -> Any:
        async with self._room:
            headers = {**arguments.pop("headers", {}), "Authorization": f"Bearer {await self._token(role, service)}"}
            for attempt in range(1, ATTEMPTS + 1):
                answer = await self._http.request(method, f"/{service}{path}", headers=headers, **arguments)
                if answer.status_code not in BUSY or attempt == ATTEMPTS:
                    break
                await asyncio.sleep(0.2 * attempt)
            self.calls += 1
            self.replayed += answer.headers.get("Idempotent-Replayed") == "true"
            if answer.is_error:
                raise StepFailed(f"{method} /{service}{path}: {answer.status_code} {_reason(answer)}")
            return answer.json()

    async def _token(self, role: Role, service: str) -> str:
        async with self._renewal:
            token, until = self._tokens.get((role, service), ("", 0.0))
            if time.monotonic() < until:
                return token
            form = {"grant_type": "client_credentials", "audience": service, "division": role.division}
            if role.person:
                form["person"] = role.person
            answer = await self._http.post(
                f"{self._issuer}/token", data=form, auth=(role.client, self._secrets[role.client])
            )
            if answer.is_error:
                raise StepFailed(f"no token for {role.client} at {service}: {answer.text[:200]}")
            body = answer.json()
            self._tokens[role, service] = (body["access_token"], time.monotonic() + body["expires_in"] - RENEW_SECONDS)
            return str(body["access_token"])


def _reason(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        what = problem.get("errors") or problem.get("facts") or ""
        return f"{problem.get('code')}: {problem.get('title')} {json.dumps(what, ensure_ascii=False)}"
    except ValueError:
        return answer.text[:200]
