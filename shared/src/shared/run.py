"""The one entry point of every image: ``python -m shared.run SERVICE ROLE``.

Roles: ``api``, ``worker``, ``all`` (both in one process, for small machines), ``migrate`` (database to the newest
revision, seeds and reference data), ``provision-stream`` (the stream on the broker), ``openapi`` (the document).
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import signal
import sys

import structlog
import uvicorn
from fastapi import FastAPI

from shared.messaging.bus import connect_bus, jetstream, leave, provision_stream
from shared.runtime.failpoints import arm
from shared.runtime.logs import configure_logs
from shared.runtime.settings import HttpSettings, ServiceSettings
from shared.service import ServiceDefinition, assemble, create_service, refresh, seed_parameters
from shared.storage.migrations import head_of, upgrade
from shared.web.probes import probe_routes
from shared.web.running import Running
from shared.worker import Worker, working_beside

GRACE_SECONDS = 20
START_FAILED = 3

log = structlog.get_logger()


def service_of(name: str) -> tuple[ServiceDefinition, type[ServiceSettings]]:
    """The definition and the settings class that a service's ``main`` module offers."""
    main = importlib.import_module(f"{name}.main")
    return main.SERVICE, main.Settings


def serve_api(definition: ServiceDefinition, running: Running, *, with_worker: bool) -> None:
    """Serve HTTP until SIGTERM; finish what is in flight."""
    worker = Worker(definition, running) if with_worker else None
    app = create_service(definition, running, beside=(lambda: working_beside(worker)) if worker else None)
    server = uvicorn.Server(server_config(app, running.settings.http))
    server.run()
    if not server.started:
        raise SystemExit(START_FAILED)


def server_config(app: FastAPI, settings: HttpSettings) -> uvicorn.Config:
    """How every API is served; its own limit on requests is the last resort behind ours."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=GRACE_SECONDS,
        limit_concurrency=settings.max_concurrent_requests * 3,
        proxy_headers=False,
    )


async def serve_worker(definition: ServiceDefinition, running: Running) -> None:
    """Run the worker until SIGTERM or SIGINT."""
    await refresh(running)
    worker = Worker(definition, running)
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, worker.stop)
    probe = uvicorn.Server(
        uvicorn.Config(
            create_probe(definition, running), host=running.settings.http.host, port=running.settings.http.port,
            log_config=None, access_log=False,
        )
    )  # fmt: skip
    probe.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(probe._serve())
    await worker.run()
    probe.should_exit = True
    await serving
    await running.departments.close()
    await running.peers.close()
    await running.database.close()


def create_probe(definition: ServiceDefinition, running: Running) -> FastAPI:
    """The probes and metrics of a worker process, without the API."""
    app = FastAPI(openapi_url=None)
    app.state.running = running
    app.include_router(probe_routes(head_of(definition.migrations)))
    return app


async def migrate(definition: ServiceDefinition, running: Running) -> None:
    """Newest revision, delivered parameters, reference data."""
    await upgrade(running.database.engine, definition.migrations)
    await seed_parameters(definition, running)
    await refresh(running)
    if definition.on_start:
        await definition.on_start(running)
    await running.database.close()


async def provision(definition: ServiceDefinition, running: Running) -> None:
    """Create the stream, or bring it up to date; and the durable consumer of the service, if it has one."""
    client = await connect_bus(running.settings.nats, "provision")
    try:
        js = jetstream(client)
        await provision_stream(js, running.settings.nats)
        if definition.consumes is not None:
            await definition.consumes(running).provision(js)
    finally:
        await leave(client)


def main(arguments: list[str] | None = None) -> int:
    """Run one role of one service."""
    parser = argparse.ArgumentParser(prog="python -m shared.run", description="Run one role of one Yumin service.")
    parser.add_argument("service")
    parser.add_argument("role", choices=("api", "worker", "all", "migrate", "provision-stream", "openapi"))
    chosen = parser.parse_args(arguments)
    definition, settings_class = service_of(chosen.service)
    settings = settings_class()
    configure_logs(definition.name, settings.log_level)
    if settings.crash_at:
        if settings.environment == "production":
            raise SystemExit("YUMIN_CRASH_AT is for tests and has no place in production")
        arm(settings.crash_at)
    running = assemble(definition, settings)
    match chosen.role:
        case "api" | "all":
            serve_api(definition, running, with_worker=chosen.role == "all")
        case "worker":
            asyncio.run(serve_worker(definition, running))
        case "migrate":
            asyncio.run(migrate(definition, running))
        case "provision-stream":
            asyncio.run(provision(definition, running))
        case "openapi":
            json.dump(create_service(definition, running).openapi(), sys.stdout, ensure_ascii=False, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
