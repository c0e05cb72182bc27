"""What the worker does by the clock."""

from __future__ import annotations

from assistance import clients
from assistance.domain.verification import VerificationOrder
from assistance.store import Tx
from assistance.usecases import alerts, verifications
from shared.kernel.principal import Principal
from shared.storage.transaction import Origin
from shared.web.running import Running

ORDERS_AT_ONCE = 20


async def ask_departments(running: Running) -> int:
    """Ask the sources of every order that waits; no transaction is open while a department thinks."""
    origin = Origin(Principal.of_service("assistance"), request_id="verification", purpose="means-verification")
    due = await running.database.run(_due, origin)
    for order in due:
        answers = await clients.ask_sources(running.departments, order, running.database.around.clock.now())

        async def write(tx: Tx, order=order, answers=answers) -> None:  # type: ignore[no-untyped-def]  # bound per order
            await verifications.take_answers(tx, order.id, order.version, answers)

        await running.database.run(write, origin)
    return len(due)


async def _due(tx: Tx) -> list[VerificationOrder]:
    return await verifications.orders_due(tx, ORDERS_AT_ONCE)


async def watch_limits(running: Running) -> int:
    """Raise an alert for every limit that has passed, batch by batch."""
    origin = Origin(Principal.of_service("assistance"), request_id="limits", purpose="overdue-alarm")
    total = 0
    while done := await running.database.run(alerts.sweep, origin):
        total += done
    return total
