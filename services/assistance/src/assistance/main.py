"""What ``assistance`` is made of; started by ``python -m shared.run assistance ROLE``."""

from __future__ import annotations

from pathlib import Path

from assistance.api import ROUTERS
from assistance.reference import load_published_standards
from assistance.settings import Settings
from assistance.store import CONSTRAINTS, Applications, Standards, Tx
from shared.service import ServiceDefinition

FOLDER = Path(__file__).parent

SERVICE = ServiceDefinition(
    name="assistance",
    title="社会救助“一门受理、协同办理”",
    summary="保障标准、低保申请、审核确认与办理时限",
    folder=FOLDER,
    transaction=Tx,
    routers=ROUTERS,
    entities=(Standards, Applications),
    constraints=CONSTRAINTS,
    seeds=FOLDER / "data" / "parameters.toml",
    on_start=load_published_standards,
)

__all__ = ["SERVICE", "Settings"]
