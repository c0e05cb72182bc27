"""Alembic environment; everything is in the chassis."""

from monitoring.store import METADATA
from shared.storage.migrations import run_environment

run_environment(METADATA)
