"""What the calendar does by itself: cooling-off ends, windows lapse, places of those who did not come are freed."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from marriage.domain.appointment import NotYetMissed
from marriage.store import Tx
from marriage.usecases.appointments import cancel_appointment, miss_appointment
from marriage.usecases.divorces import advance_due_divorces
from marriage.usecases.integrity import delist
from shared.kernel.clock import business_day, in_china
from shared.kernel.errors import NotFound
from shared.kernel.principal import Principal
from shared.kernel.workflow import ActionNotPossible
from shared.storage.transaction import Origin
from shared.web.running import Running

BATCH = 200
TERM_OVER = "TERM_OVER"


async def run_divorce_clock(running: Running) -> None:
    """Every open application whose day has come moves on; safe to repeat, and beside other workers."""
    origin = _origin("divorce-clock")
    while await running.database.run(partial(advance_due_divorces, limit=BATCH), origin) == BATCH:
        pass


async def run_appointment_clock(running: Running) -> None:
    """Who did not come within the grace loses the place; who waited for a day that is past waits no longer."""
    origin, now = _origin("appointment-clock"), in_china(running.database.around.clock.now())
    today = business_day(now)
    grace = timedelta(minutes=running.database.around.parameters.integer("appointment.grace_minutes", today))
    late = await running.database.run(lambda tx: tx.appointments.missed_before(now - grace, BATCH), origin)
    for appointment_id in late:
        await _unless_gone(running, partial(miss_appointment, appointment_id=appointment_id), origin)
    idle = await running.database.run(lambda tx: tx.appointments.waiting_before(today, BATCH), origin)
    for appointment_id in idle:
        await _unless_gone(running, partial(cancel_appointment, appointment_id=appointment_id, expected=None), origin)


async def run_credit_clock(running: Running) -> None:
    """Listings whose time is over end."""
    origin, today = _origin("credit-clock"), business_day(running.database.around.clock.now())
    for listing_id in await running.database.run(lambda tx: tx.dishonesties.over_on(today, BATCH), origin):
        await _unless_gone(running, partial(delist, listing_id=listing_id, reason=TERM_OVER), origin)


async def _unless_gone(running: Running, work: object, origin: Origin) -> None:
    """Do it, unless somebody else did something to it in between."""

    async def done(tx: Tx) -> None:
        await work(tx)  # type: ignore[operator]

    try:
        await running.database.run(done, origin)
    except (ActionNotPossible, NotFound, NotYetMissed):
        return


def _origin(name: str) -> Origin:
    return Origin(Principal.of_service("marriage"), request_id=name)
