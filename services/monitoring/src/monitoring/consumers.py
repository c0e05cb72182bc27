"""The events of the cluster on their way into the engine."""

from __future__ import annotations

from monitoring import usecases
from monitoring.events import observe
from monitoring.store import Tx
from shared.messaging.bus import SUBJECTS
from shared.messaging.consumer import Consumer
from shared.web.running import Running

DURABLE = "monitoring-indicators"


def indicator_consumer(running: Running) -> Consumer[Tx]:
    """The durable consumer that feeds every indicator."""
    return Consumer(
        "monitoring",
        running.database,
        running.settings.nats,
        DURABLE,
        lambda tx, events: usecases.absorb(tx, observe(events)),
        subjects=SUBJECTS,
    )
