"""Alembic for a service: its folder of migrations, run under one lock, checked at readiness."""

from __future__ import annotations

from pathlib import Path

from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine

MIGRATION_LOCK = 7003


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
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("SET lock_timeout = '30s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        config = alembic_config(folder)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    async with engine.begin() as connection:
        await connection.run_sync(run)


async def revision_of(engine: AsyncEngine) -> str | None:
    """The revision the database is at, or None for an empty one."""
    async with engine.connect() as connection:
        known = (await connection.execute(text("SELECT to_regclass('alembic_version')"))).scalar_one()
        if known is None:
            return None
        return (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one_or_none()


def run_environment(metadata: MetaData) -> None:
    """The whole content of a service's ``migrations/env.py``."""
    connection = context.config.attributes.get("connection")
    if connection is None:
        raise RuntimeError("run migrations with: python -m shared.run SERVICE migrate")
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
    context.run_migrations()
