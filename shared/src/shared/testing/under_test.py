"""A service under test: its real application over a fresh real database, with a clock that moves."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx
from sqlalchemy import text

from launcher.tokens import TokenMint
from shared.kernel.clock import CHINA, SteppedClock
from shared.kernel.divisions import Area
from shared.kernel.principal import CITY, Principal
from shared.runtime.settings import ServiceSettings
from shared.service import ServiceDefinition, assemble, create_service, refresh, seed_parameters
from shared.storage.migrations import upgrade
from shared.storage.transaction import Origin
from shared.testing.servers import Databases
from shared.web.running import Running

R = TypeVar("R")

ISSUER = "http://issuer.test"
MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=CHINA)
EVERY_SCOPE = "*"


def settings_for(
    definition: ServiceDefinition,
    kind: type[ServiceSettings],
    database_url: str,
    folder: Path,
    nats_url: str = "nats://127.0.0.1:1",
) -> ServiceSettings:
    """Settings of a service whose parts live in a test; the broker is away unless its address is given."""
    keyring = folder / f"{definition.name}-keyring.json"
    if not keyring.exists():
        key = base64.b64encode(b"a key for synthetic test people.").decode()
        keyring.write_text(json.dumps({"current": "k1", "keys": {"k1": key}, "algorithm": "AES-256-GCM"}))
    secret = folder / "client-secret"
    secret.write_text("synthetic")
    values: dict[str, Any] = {
        "service": definition.name,
        "environment": "test",
        "log_level": "WARNING",
        "http": {"port": 8000},
        "database": {"url": database_url, "pool_size": 20, "pool_timeout_seconds": 20},
        "nats": {"url": nats_url, "replicas": 1, "max_bytes": 67_108_864},
        "identity": {
            "issuer": ISSUER, "jwks_url": f"{ISSUER}/jwks.json", "audience": definition.name,
            "token_url": f"{ISSUER}/token", "client_id": f"service-{definition.name}", "client_secret_file": secret,
        },
        "secrets": {"keyring_file": keyring},
    }  # fmt: skip
    return kind(**values)


@dataclass
class ServiceUnderTest:
    """Everything a test needs of one running service."""

    definition: ServiceDefinition
    running: Running
    app: Any
    clock: SteppedClock
    mint: TokenMint
    database_name: str

    def token(self, *scopes: str, division: str = CITY, person: str | None = "officer-a", **claims: Any) -> str:
        """A token of a synthetic caller with these scopes."""
        granted: Iterable[str] = scopes
        return self.mint.token(
            "caseworker", self.definition.name, scopes=granted, division=division, person=person, **claims
        )

    def client(
        self, *scopes: str, division: str = CITY, person: str | None = "officer-a", **headers: str
    ) -> httpx.AsyncClient:
        """An HTTP client of that caller; each POST gets an idempotency key of its own unless it brings one."""
        return self.bare_client(
            Authorization=f"Bearer {self.token(*scopes, division=division, person=person)}", **headers
        )

    def bare_client(self, **headers: str) -> httpx.AsyncClient:
        """An HTTP client without a token."""

        async def bring_key(request: httpx.Request) -> None:
            if request.method == "POST" and "Idempotency-Key" not in request.headers:
                request.headers["Idempotency-Key"] = str(uuid4())

        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False),
            base_url="http://service.test",
            headers=headers,
            event_hooks={"request": [bring_key]},
        )

    async def run(self, work: Callable[[Any], Awaitable[R]], *, person: str = "officer-a", division: str = CITY) -> R:
        """Run a use case as an official of an area."""
        caller = Principal(ISSUER, "caseworker", "test", Area(division), person=person)
        return await self.running.database.run(work, Origin(caller, request_id="test"))

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        """Rows of a plain SQL query, for assertions on what was written."""
        async with self.running.database.engine.connect() as connection:
            return list((await connection.execute(text(statement), values)).all())

    async def announced(self) -> list[dict[str, Any]]:
        """The events in the outbox, oldest first, as parsed envelopes."""
        return [json.loads(row.body) for row in await self.rows("SELECT body FROM outbox ORDER BY id")]


async def start_service(
    definition: ServiceDefinition,
    kind: type[ServiceSettings],
    databases: Databases,
    mint: TokenMint,
    folder: Path,
    *,
    nats_url: str = "nats://127.0.0.1:1",
    reference_data: bool = True,
) -> ServiceUnderTest:
    """A running service over its own copy of the migrated template database."""
    template = f"template_{definition.name}_{'full' if reference_data else 'bare'}"
    if template not in databases.templates:
        databases.server.create_database(template)
        await _migrate(definition, kind, databases.server.url(template), folder, reference_data)
        databases.templates.add(template)
    name = await databases.copy_of(template)
    settings = settings_for(definition, kind, databases.server.url(name), folder, nats_url)
    clock = SteppedClock(MORNING)
    running = assemble(definition, settings, clock, http=_issuer_client(mint))
    await refresh(running)
    return ServiceUnderTest(definition, running, create_service(definition, running), clock, mint, name)


async def _migrate(
    definition: ServiceDefinition, kind: type[ServiceSettings], url: str, folder: Path, reference_data: bool
) -> None:
    running = assemble(definition, settings_for(definition, kind, url, folder), SteppedClock(MORNING))
    await upgrade(running.database.engine, definition.migrations)
    await seed_parameters(definition, running)
    await refresh(running)
    if reference_data and definition.on_start:
        await definition.on_start(running)
    await running.database.close()


def _issuer_client(mint: TokenMint) -> httpx.AsyncClient:
    async def published_keys(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=mint.jwks())

    return httpx.AsyncClient(transport=httpx.MockTransport(published_keys))
