"""What ``eldercare`` is made of; started by ``python -m shared.run eldercare ROLE``."""

from __future__ import annotations

from pathlib import Path

from eldercare.api import ROUTERS
from eldercare.api.imports import IMPORTS
from eldercare.api.resident_imports import RESIDENT_IMPORTS
from eldercare.settings import Settings
from eldercare.store import (
    CONSTRAINTS,
    Applications,
    Assessments,
    Beds,
    Emergencies,
    Facilities,
    Inspections,
    Institutions,
    Recipients,
    StaffRegister,
    Stays,
    Tx,
)
from eldercare.timers import TIMERS
from shared.service import ServiceDefinition

FOLDER = Path(__file__).parent

SERVICE = ServiceDefinition(
    name="eldercare",
    title="养老机构与床位登记",
    summary="养老机构备案、床位、入住与空余床位查询",
    folder=FOLDER,
    transaction=Tx,
    routers=ROUTERS,
    entities=(
        Institutions,
        Beds,
        Stays,
        Assessments,
        Applications,
        StaffRegister,
        Inspections,
        Recipients,
        Facilities,
        Emergencies,
    ),
    constraints=CONSTRAINTS,
    imports=(*IMPORTS, *RESIDENT_IMPORTS),
    seeds=FOLDER / "data" / "parameters.toml",
    timers=TIMERS,
)

__all__ = ["SERVICE", "Settings"]
