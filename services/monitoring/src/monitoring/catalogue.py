"""The catalogue of the plan, read and checked when the service starts."""

from __future__ import annotations

from pathlib import Path

from monitoring.domain.catalogue import load_catalogue

CATALOGUE = load_catalogue(Path(__file__).parent / "data")
