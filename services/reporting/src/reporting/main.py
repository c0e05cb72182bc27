"""What ``reporting`` is made of; started by ``python -m shared.run reporting ROLE``."""

from __future__ import annotations

from pathlib import Path

from reporting.api import ROUTERS
from reporting.settings import Settings
from reporting.store import CONSTRAINTS, SeriesRegister, Tx
from shared.service import ServiceDefinition

FOLDER = Path(__file__).parent

SERVICE = ServiceDefinition(
    name="reporting",
    title="统计填报",
    summary="各部门填报的统计数据：填报、复核、确认与更正",
    folder=FOLDER,
    transaction=Tx,
    routers=ROUTERS,
    entities=(SeriesRegister,),
    constraints=CONSTRAINTS,
    seeds=FOLDER / "data" / "parameters.toml",
)

__all__ = ["SERVICE", "Settings"]
