"""Who may call what: every route of every service, found by itself, so that a new route cannot be forgotten."""

import importlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from launcher.tokens import TokenMint
from shared.service import access_of
from shared.testing.servers import Databases
from shared.testing.under_test import ServiceUnderTest, start_service
from shared.web.access import Permission, api_routes

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.name for path in (ROOT / "services").iterdir() if (path / "pyproject.toml").exists())
OUTSIDE = ("/livez", "/readyz", "/startupz", "/metrics")
JWKS = "GET /.well-known/jwks.json"
PUBLIC = {
    "assistance": {
        JWKS,
        "GET /v1/parameters",
        "GET /v1/standards",
        "GET /v1/standards/{standard_id}",
        "GET /v1/public-notices",
    },
    "eldercare": {JWKS, "GET /v1/parameters", "GET /v1/public/beds"},
    "marriage": {
        JWKS,
        "GET /v1/parameters",
        "GET /v1/offices",
        "GET /v1/offices/{office_id}",
        "GET /v1/slots",
        "GET /v1/satisfaction",
    },
    "monitoring": {
        JWKS,
        "GET /v1/parameters",
        "GET /v1/indicators/{indicator_id}/definition",
        "GET /v1/wall",
        "GET /v1/wall/texts",
        "GET /v1/wall/files/{name}",
        "GET /v1/wall/rows",
        "GET /v1/wall/text-rows",
        "GET /v1/wall/indicators/{indicator_id}",
        "GET /v1/open-data",
        "GET /v1/open-data/indicators.json",
        "GET /v1/open-data/indicators.csv",
        "GET /v1/open-data/indicators.xlsx",
    },
    "placename": {
        JWKS,
        "GET /v1/parameters",
        "GET /v1/names",
        "GET /v1/names/suggest",
        "GET /v1/names/check",
        "GET /v1/names/{name_id}",
        "GET /v1/names/{name_id}/place",
        "GET /v1/notices",
        "GET /v1/notices/feed",
        "GET /v1/changes",
        "GET /v1/changes/digest",
        "GET /v1/regions",
        "GET /v1/exports/names.ndjson",
        "GET /v1/exports/names.csv",
        "GET /v1/heritage",
        "GET /v1/ogc",
        "GET /v1/ogc/",
        "GET /v1/ogc/conformance",
        "GET /v1/ogc/api",
        "GET /v1/ogc/collections",
        "GET /v1/ogc/collections/{collection_id}",
        "GET /v1/ogc/collections/{collection_id}/items",
        "GET /v1/ogc/collections/{collection_id}/items/{feature_id}",
    },
    "reporting": {JWKS, "GET /v1/parameters"},
}
"""What anybody may see, written down: a route that becomes public must be added here, with a thought."""

PAGES_AND_TABLES = {
    "GET /v1/wall",
    "GET /v1/wall/texts",
    "GET /v1/open-data/indicators.csv",
    "GET /v1/exports/names.csv",
}
"""What answers with a page or a table rather than with JSON."""


@pytest_asyncio.fixture
async def subject(
    request: pytest.FixtureRequest, databases: Databases, mint: TokenMint, secrets_folder: Path
) -> AsyncIterator[ServiceUnderTest]:
    main = importlib.import_module(f"{request.param}.main")
    under_test = await start_service(main.SERVICE, main.Settings, databases, mint, secrets_folder, reference_data=False)
    yield under_test
    await under_test.running.peers.close()
    await under_test.running.database.close()
    await databases.drop(under_test.database_name)


def calls(service: ServiceUnderTest) -> dict[str, tuple[str, str, bool]]:
    """Route → method, a path with some id, and whether it demands a scope."""
    found = {}
    for route in api_routes(service.app):
        if route.path in OUTSIDE:
            continue
        for method in route.methods or ():
            scopes = access_of(service.definition)
            name = f"{method} {route.path}"
            guarded = any(name in routes for routes in scopes.values())
            found[name] = (method, re.sub(r"\{[^}]+\}", str(uuid4()), route.path), guarded)
    return found


@pytest.mark.parametrize("subject", SERVICES, indirect=True)
async def test_nobody_passes_without_a_token_or_without_the_scope(subject: ServiceUnderTest) -> None:
    routes = calls(subject)
    async with subject.bare_client() as anybody, subject.client("some:other") as stranger:
        for name, (method, path, guarded) in routes.items():
            without = await anybody.request(method, path, json={} if method != "GET" else None)
            wrong = await stranger.request(method, path, json={} if method != "GET" else None)
            kinds = ("text/html", "text/csv") if name in PAGES_AND_TABLES else ("application/",)
            assert without.headers["content-type"].startswith(kinds), name
            if guarded:
                assert (without.status_code, wrong.status_code) == (401, 403), name
                assert "WWW-Authenticate" in without.headers, name
            else:
                assert 401 not in (without.status_code, wrong.status_code), name
    open_to_all = {name for name, (_, _, guarded) in routes.items() if not guarded}
    assert open_to_all == PUBLIC.get(subject.definition.name, {JWKS, "GET /v1/parameters"})


@pytest.mark.parametrize("service", SERVICES)
def test_every_scope_belongs_to_its_service_or_to_the_cluster(service: str) -> None:
    scopes = access_of(importlib.import_module(f"{service}.main").SERVICE)
    assert {scope.split(":")[0] for scope in scopes} <= {service, "internal", "audit"}


def test_a_permission_knows_its_scope() -> None:
    assert Permission("a:b").scope == "a:b"
