"""What ``monitoring`` is made of; started by ``python -m shared.run monitoring ROLE``."""

from __future__ import annotations

from pathlib import Path

from monitoring.api import ROUTERS
from monitoring.consumers import indicator_consumer
from monitoring.exporter import export_alarms, export_indicators, verify_cells
from monitoring.reconcile import reconcile
from monitoring.settings import Settings
from monitoring.store import Tx
from monitoring.usecases.rebuild import carry_on
from shared.service import ServiceDefinition, Timer

FOLDER = Path(__file__).parent

SERVICE = ServiceDefinition(
    name="monitoring",
    title="监测分析",
    summary="规划指标、数值、定义与数据管道",
    folder=FOLDER,
    transaction=Tx,
    routers=ROUTERS,
    seeds=FOLDER / "data" / "parameters.toml",
    timers=(
        Timer("exporter", 10.0, export_indicators),
        Timer("alarms", 300.0, export_alarms),
        Timer("reconcile", 300.0, reconcile),
        Timer("verify", 3_600.0, verify_cells),
        Timer("rebuild", 5.0, carry_on),
    ),
    consumes=indicator_consumer,
)

__all__ = ["SERVICE", "Settings"]
