"""What ``assistance`` is made of; started by ``python -m shared.run assistance ROLE``."""

from __future__ import annotations

from pathlib import Path

from assistance.api import ROUTERS
from assistance.api.imports import IMPORTS
from assistance.reference import load_published_standards
from assistance.settings import Settings
from assistance.store import CONSTRAINTS, OF_CASES, Applications, Standards, Tx
from assistance.store.benefits import Benefits
from assistance.store.coverage import Coverages
from assistance.store.registers import Cares, Children, Rescues, Reserves
from assistance.store.runs import Runs
from assistance.store.verifications import Verifications
from assistance.timers import ask_departments, watch_limits
from assistance.usecases.runs import process_runs
from shared.service import ServiceDefinition, Timer

FOLDER = Path(__file__).parent

SERVICE = ServiceDefinition(
    name="assistance",
    title="社会救助“一门受理、协同办理”",
    summary="一个窗口受理，协同办理：申请、审核确认、公示、时限、待遇、转办与救济",
    folder=FOLDER,
    transaction=Tx,
    routers=ROUTERS,
    entities=(
        Standards,
        Applications,
        Verifications,
        Benefits,
        Runs,
        Coverages,
        Rescues,
        Cares,
        Children,
        Reserves,
        *(kind for _, kind in OF_CASES),
    ),
    constraints=CONSTRAINTS,
    seeds=FOLDER / "data" / "parameters.toml",
    on_start=load_published_standards,
    imports=IMPORTS,
    timers=(
        Timer("benefit-runs", 2.0, process_runs),
        Timer("verifications", 2.0, ask_departments),
        Timer("limits", 60.0, watch_limits),
    ),
)

__all__ = ["SERVICE", "Settings"]
