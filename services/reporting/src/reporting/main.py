"""What ``reporting`` is made of; started by ``python -m shared.run reporting ROLE``."""

from __future__ import annotations

from pathlib import Path

from reporting import usecases
from reporting.api import ROUTERS
from reporting.api.imports import IMPORTS
from reporting.settings import Settings
from reporting.store import CONSTRAINTS, SeriesRegister, Tx
from shared.kernel.principal import Principal
from shared.service import ServiceDefinition, Timer
from shared.storage.transaction import Origin
from shared.web.running import Running

FOLDER = Path(__file__).parent

REMIND_EVERY_SECONDS = 3600.0


async def remind(running: Running) -> None:
    """Send the reminders of today; a repetition sends none."""
    origin = Origin(Principal.of_service("reporting"), request_id="reminders")
    await running.database.run(usecases.send_reminders, origin)


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
    imports=IMPORTS,
    timers=(Timer("reminders", REMIND_EVERY_SECONDS, remind),),
)

__all__ = ["SERVICE", "Settings"]
