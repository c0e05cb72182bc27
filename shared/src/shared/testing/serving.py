"""The application behind the real HTTP server, for what an in-process client cannot show."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from launcher.ports import free_port
from shared.run import server_config
from shared.runtime.settings import HttpSettings

POLL_SECONDS = 0.01


@asynccontextmanager
async def served(app: FastAPI, settings: HttpSettings) -> AsyncIterator[str]:
    """Serve ``app`` as in production, on a free port; gives its address."""
    here = settings.model_copy(update={"port": free_port()})
    server = uvicorn.Server(server_config(app, here))
    # Not serve(): that would take the signals of the test process for itself.
    serving = asyncio.create_task(server._serve())
    while not server.started and not serving.done():
        await asyncio.sleep(POLL_SECONDS)
    try:
        yield f"http://{here.host}:{here.port}"
    finally:
        server.should_exit = True
        await serving
