"""What ends by itself: offers nobody answered and trials that have passed. Each in its own transaction, repeatable."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from eldercare.domain.stay import Status
from eldercare.store import Tx
from eldercare.usecases import offers, stays
from shared.kernel.errors import Refusal
from shared.kernel.principal import Principal
from shared.service import Timer
from shared.storage.transaction import Origin
from shared.web.running import Running

EVERY_SECONDS = 60.0
SWEEP = 200


async def end_what_ran_out(running: Running) -> int:
    """Close offers and trials whose last day has passed; answers how many."""
    origin = Origin(Principal.of_service("eldercare"), request_id=f"timer-{uuid4()}")
    ended = 0
    for application_id in await running.database.run(offers.next_overdue, origin):
        ended += await _one(running, origin, lambda tx, one=application_id: offers.run_out(tx, one))

    async def over(tx: Tx) -> list[Any]:
        return await tx.stays.trials_over(tx.today, SWEEP)

    for stay_id in await running.database.run(over, origin):
        ended += await _one(running, origin, lambda tx, one=stay_id: _pass(tx, one))
    return ended


async def _pass(tx: Tx, stay_id: Any) -> None:
    stay = await tx.stays.find(stay_id, area=tx.caller.area)
    if stay.status is Status.TRIAL:
        await stays.pass_trial(tx, stay_id)


async def _one(running: Running, origin: Origin, work: Any) -> int:
    """One of them; somebody else may have ended it meanwhile."""
    try:
        await running.database.run(work, origin)
    except Refusal:
        return 0
    return 1


TIMERS = (Timer("offers-and-trials", EVERY_SECONDS, end_what_ran_out),)
