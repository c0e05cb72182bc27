"""The register of all tables of the service."""

from __future__ import annotations

from sqlalchemy import MetaData

METADATA = MetaData()
