"""Alembic for a service: its folder of migrations, run under one lock, checked at readiness."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

import asyncpg
from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, NullPool, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.runtime.settings import DatabaseSettings
from shared.storage.database import plain_dsn

MIGRATION_LOCK = 7003
LOCK_TIMEOUT = "30s"


def alembic_config(folder: Path) -> Config:
    """Alembic's configuration for the migrations in ``folder``."""
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def head_of(folder: Path) -> str:
    """The newest revision in ``folder``."""
    head = ScriptDirectory.from_config(alembic_config(folder)).get_current_head()
    if head is None:
        raise RuntimeError(f"no migrations in {folder.name}")
    return head


async def upgrade(engine: AsyncEngine, folder: Path) -> None:
    """Bring the database to the newest revision; concurrent calls wait for one another."""

    def run(connection: Connection) -> None:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        config = alembic_config(folder)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    # A session of its own: the time limits of the service's sessions are far too short for a migration.
    limits = {"application_name": "migration", "lock_timeout": LOCK_TIMEOUT, "timezone": "UTC"}
    patient = create_async_engine(
        engine.url, poolclass=NullPool, hide_parameters=True, connect_args={"server_settings": limits}
    )
    async with patient.begin() as connection:
        await connection.run_sync(run)
    await patient.dispose()


async def revision_of(engine: AsyncEngine) -> str | None:
    """The revision the database is at, or None for an empty one."""
    async with engine.connect() as connection:
        known = (await connection.execute(text("SELECT to_regclass('alembic_version')"))).scalar_one()
        if known is None:
            return None
        return (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one_or_none()


async def revision_seen_anew(settings: DatabaseSettings, seconds: float) -> str | None:
    """The same over a new session, so that the answer does not wait behind a busy pool."""
    async with asyncio.timeout(seconds):
        session = await asyncpg.connect(plain_dsn(settings), timeout=seconds)
        try:
            return cast("str | None", await session.fetchval("SELECT version_num FROM alembic_version"))
        except asyncpg.UndefinedTableError:
            return None
        finally:
            session.terminate()


def run_environment(metadata: MetaData) -> None:
    """The whole content of a service's ``migrations/env.py``."""
    connection = context.config.attributes.get("connection")
    if connection is None:
        raise RuntimeError("run migrations with: python -m shared.run SERVICE migrate")
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
    context.run_migrations()
