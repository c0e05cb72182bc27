"""What ``placename`` is made of; started by ``python -m shared.run placename ROLE``."""

from __future__ import annotations

from pathlib import Path

from placename.api import ROUTERS
from placename.api.imports import IMPORTS
from placename.reference import load_published_names, watch_clocks
from placename.settings import Settings
from placename.store import CONSTRAINTS, Applications, HeritageEntries, Misuses, PlaceNames, Signs, Tx
from shared.service import ServiceDefinition, Timer

FOLDER = Path(__file__).parent

SERVICE = ServiceDefinition(
    name="placename",
    title="地名命名、更名与销名审批",
    summary="地名申请、名称审查、审批备案公告、标准地名查询",
    folder=FOLDER,
    transaction=Tx,
    routers=ROUTERS,
    entities=(PlaceNames, Applications, HeritageEntries, Signs, Misuses),
    timers=(Timer("clocks", 60.0, watch_clocks),),
    imports=IMPORTS,
    constraints=CONSTRAINTS,
    seeds=FOLDER / "data" / "parameters.toml",
    on_start=load_published_names,
)

__all__ = ["SERVICE", "Settings"]
