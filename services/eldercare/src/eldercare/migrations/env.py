"""Alembic environment; everything is in the chassis."""

from eldercare.store import METADATA
from shared.storage.migrations import run_environment

run_environment(METADATA)
