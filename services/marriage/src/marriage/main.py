"""What ``marriage`` is made of; started by ``python -m shared.run marriage ROLE``."""

from __future__ import annotations

from pathlib import Path

from marriage.api import ROUTERS
from marriage.reference import load_offices_by_law
from marriage.settings import Settings
from marriage.store import CONSTRAINTS, Offices, Registrations, Tx
from shared.service import ServiceDefinition

FOLDER = Path(__file__).parent

SERVICE = ServiceDefinition(
    name="marriage",
    title="婚姻登记",
    summary="登记机关、结婚登记、证书编号与核验",
    folder=FOLDER,
    transaction=Tx,
    routers=ROUTERS,
    entities=(Offices, Registrations),
    constraints=CONSTRAINTS,
    seeds=FOLDER / "data" / "parameters.toml",
    on_start=load_offices_by_law,
)

__all__ = ["SERVICE", "Settings"]
