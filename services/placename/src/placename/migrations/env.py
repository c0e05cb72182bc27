"""Alembic environment; everything is in the chassis."""

from placename.store import METADATA
from shared.storage.migrations import run_environment

run_environment(METADATA)
