"""``create_service``: everything a service of the cluster has in common, switched on in one call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import structlog
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline

from shared.kernel.clock import Clock, SystemClock
from shared.kernel.errors import Refusal
from shared.kernel.parameters import ParameterBook, load_toml
from shared.runtime.departments import Departments
from shared.runtime.http import Peers
from shared.runtime.metrics import SERVICE_UP
from shared.runtime.settings import ServiceSettings
from shared.storage.confidential import Confidential
from shared.storage.database import Database, connect_engine
from shared.storage.entities import Entities
from shared.storage.migrations import head_of
from shared.storage.parameter_store import load_book, seed
from shared.storage.surroundings import Surroundings
from shared.storage.transaction import Transaction
from shared.web import internal_routes, signing_routes
from shared.web.access import api_routes, refuse_undeclared, scopes_of
from shared.web.bulk.kinds import BulkKind
from shared.web.bulk.routes import LARGEST_FILE, UPLOAD_PATH, bulk_routes
from shared.web.middleware import RequestEnvelope
from shared.web.parameter_routes import parameter_routes
from shared.web.probes import probe_routes
from shared.web.problems import install_problems
from shared.web.running import Running
from shared.web.tokens import TokenVerifier

Task = Callable[[Running], Awaitable[object]]
REFRESH_SECONDS = 5.0

log = structlog.get_logger()


@dataclass(frozen=True)
class Timer:
    """Work the worker repeats: ``every_seconds`` between the end of one run and the start of the next."""

    name: str
    every_seconds: float
    work: Task


@dataclass(frozen=True)
class ServiceDefinition:
    """A service in one place: its names, tables, routes, and what its worker does.

    ``constraints`` maps database constraints to the rules they guard. ``seeds`` is the file of dated
    parameters. ``on_start`` may load reference data, inside the migration step, and must be repeatable.
    ``imports`` are the kinds of file it takes in.
    """

    name: str
    title: str
    summary: str
    folder: Path
    transaction: type[Transaction]
    routers: Sequence[APIRouter]
    entities: Sequence[type[Entities[Any]]] = ()
    constraints: Mapping[str, type[Refusal]] = field(default_factory=dict)
    seeds: Path | None = None
    timers: Sequence[Timer] = ()
    consumes: Any = None
    imports: Sequence[BulkKind] = ()
    on_start: Task | None = None

    @property
    def migrations(self) -> Path:
        """The folder of the service's migrations."""
        return self.folder / "migrations"

    def seed_book(self) -> ParameterBook:
        """The parameters the service is delivered with."""
        return load_toml(self.seeds) if self.seeds else ParameterBook(())


def assemble(
    definition: ServiceDefinition,
    settings: ServiceSettings,
    clock: Clock | None = None,
    http: httpx.AsyncClient | None = None,
) -> Running:
    """The running parts of a service; opens no connection yet. ``http`` fetches the provider's keys."""
    around = Surroundings(
        service=definition.name,
        confidential=Confidential.from_file(settings.secrets.keyring_file),
        clock=clock or SystemClock(),
        parameters=definition.seed_book(),
    )
    engine = connect_engine(settings.database, f"{definition.name}-{settings.environment}")
    return Running(
        settings=settings,
        database=Database(engine, around, definition.transaction, definition.constraints),
        verifier=TokenVerifier(settings.identity, http or httpx.AsyncClient(timeout=5.0)),
        peers=Peers({name: str(url) for name, url in settings.peers.items()}, settings.identity),
        departments=Departments({name: str(url) for name, url in settings.departments.items()}, around.signer.sign),
        entities=definition.entities,
    )


async def refresh(running: Running) -> None:
    """Read what lives in the database but is held in memory: the epoch and the parameters."""
    await running.database.load_epoch()
    await refresh_parameters(running)


async def refresh_parameters(running: Running) -> None:
    """Take over parameter changes that another process confirmed."""
    async with running.database.engine.connect() as connection:
        running.database.around.parameters = await load_book(connection)


@asynccontextmanager
async def refreshing(running: Running) -> AsyncIterator[None]:
    """Keep what is held in memory fresh; for an API process that has no worker beside it."""

    async def keep() -> None:
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            try:
                await refresh(running)
            except Exception as error:
                log.warning("refresh failed", error=type(error).__name__)

    task = asyncio.create_task(keep(), name="refresh")
    try:
        yield
    finally:
        task.cancel()


async def seed_parameters(definition: ServiceDefinition, running: Running) -> None:
    """Insert the delivered parameters that are missing."""
    async with running.database.engine.begin() as connection:
        await seed(connection, definition.seed_book())


def create_service(
    definition: ServiceDefinition,
    running: Running,
    *,
    beside: Callable[[], Any] | None = None,
) -> FastAPI:
    """The API of a service: problems, request envelope, probes, metrics, parameters, digest, offline docs.

    :param beside: a context manager that runs for as long as the API does; the launcher uses it to run the
        worker in the same process.
    """
    settings = running.settings

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await refresh(running)
        SERVICE_UP.labels(definition.name, settings.version).set(1)
        try:
            async with beside() if beside else refreshing(running):
                yield
        finally:
            await running.departments.close()
            await running.peers.close()
            await running.database.close()

    app = FastAPIOffline(
        title=definition.title,
        summary=definition.summary,
        version=settings.version,
        lifespan=lifespan,
        redoc_url=None,
        root_path=settings.http.root_path,
        swagger_ui_parameters={"tryItOutEnabled": True},
        generate_unique_id_function=operation_id,
    )
    app.state.running = running
    app.include_router(probe_routes(head_of(definition.migrations)))
    for router in routers_of(definition):
        app.include_router(router)
    refuse_undeclared(api_routes(app))
    problems = install_problems(app)
    app.add_middleware(
        RequestEnvelope,
        service=definition.name,
        problems=problems,
        max_concurrent=settings.http.max_concurrent_requests,
        max_body_bytes=settings.http.max_body_bytes,
        larger={UPLOAD_PATH: LARGEST_FILE} if definition.imports else {},
    )
    return app


def routers_of(definition: ServiceDefinition) -> list[APIRouter]:
    """Every router of a service: its own and those of the chassis that callers see."""
    return [
        *definition.routers,
        *bulk_routes(definition.imports),
        parameter_routes(definition.name),
        signing_routes.router,
        internal_routes.router,
    ]


def access_of(definition: ServiceDefinition) -> dict[str, set[str]]:
    """Scope → the routes of the service that demand it."""
    routes = [route for router in routers_of(definition) for route in router.routes if isinstance(route, APIRoute)]
    return scopes_of(routes)


def operation_id(route: APIRoute) -> str:
    """The operation's id is its function's name: unique within a service and readable in generated clients."""
    return route.name
