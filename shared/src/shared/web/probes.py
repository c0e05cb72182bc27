"""Probes and metrics every process offers; not on the public listener."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse

from shared.storage.migrations import revision_seen_anew
from shared.web.access import public
from shared.web.running import running_of

READY_SECONDS = 0.3


def probe_routes(head: str) -> APIRouter:
    """``/livez`` (the process), ``/readyz`` (database there and migrated), ``/metrics``.

    The broker is not part of readiness: the outbox waits for it.
    """
    router = APIRouter(include_in_schema=False, dependencies=[public])

    @router.get("/livez")
    @router.get("/startupz")
    async def livez() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz")
    async def readyz(request: Request) -> Response:
        running = running_of(request)
        try:
            revision = await revision_seen_anew(running.settings.database, READY_SECONDS)
        except Exception as error:
            return JSONResponse({"status": "database unavailable", "error": type(error).__name__}, 503)
        if revision != head:
            return JSONResponse({"status": "database not migrated", "revision": revision, "head": head}, 503)
        return JSONResponse({"status": "ok", "service": running.settings.service})

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router
