"""Real PostgreSQL and NATS for tests: started from wheels on free ports, once per test process."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest

from launcher.broker import Broker
from launcher.ports import free_port
from launcher.postgres import Postgres

_numbers = itertools.count(1)


@dataclass
class Databases:
    """Fresh databases copied from migrated templates, one template a service."""

    server: Postgres
    templates: set[str] = field(default_factory=set)

    async def copy_of(self, template: str) -> str:
        """The name of a new database that equals the template."""
        name = f"t{os.getpid()}_{next(_numbers)}"
        await self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    async def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        await self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.server.dsn("postgres"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """A throw-away PostgreSQL; durability is off, because nothing here outlives the test."""
    with tempfile.TemporaryDirectory(prefix="yumin-pg-") as folder:
        Path(folder).chmod(0o755)
        server = Postgres(Path(folder) / "postgres", free_port(), durable=False)
        server.start()
        try:
            yield Databases(server)
        finally:
            server.kill()
            server.remove()


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """A throw-away NATS with JetStream."""
    with tempfile.TemporaryDirectory(prefix="yumin-nats-") as folder:
        server = Broker(Path(folder), free_port(), monitor_port=free_port(), durable=False)
        server.start()
        try:
            yield server
        finally:
            server.kill()
