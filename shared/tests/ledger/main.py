"""What the ledger is made of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import and_, or_
from sqlalchemy.dialects.postgresql import insert

from ledger.api import IMPORTS, ROUTERS
from ledger.store import CONSTRAINTS, Accounts, AccountState, Tx, readings
from shared.contracts.envelope import Incoming
from shared.messaging.consumer import Consumer, UnknownContract
from shared.runtime.settings import ServiceSettings
from shared.service import ServiceDefinition
from shared.web.running import Running

FOLDER = Path(__file__).parent
DURABLE = "ledger-reader"


class Settings(ServiceSettings):
    """Nothing of its own."""


async def read_accounts(tx: Tx, events: Sequence[Incoming]) -> None:
    """Keep the newest state of each account; what is not newer changes nothing."""
    for event in events:
        if (event.noun, event.schema_version) != ("account", 1):
            raise UnknownContract(f"{event.noun} v{event.schema_version}")
        state = AccountState.model_validate(event.data)
        if state.note == "POISON":
            raise ArithmeticError("this event cannot be applied")
        values = {"epoch": event.epoch, "version": event.version, "balance_fen": state.balance_fen}
        newer = or_(
            readings.c.epoch < event.epoch, and_(readings.c.epoch == event.epoch, readings.c.version < event.version)
        )
        statement = insert(readings).values(entity_id=event.entity_id, applied=1, **values)
        await tx.connection.execute(
            statement.on_conflict_do_update(
                index_elements=[readings.c.entity_id], set_={**values, "applied": readings.c.applied + 1}, where=newer
            )
        )


def consumer_of(running: Running) -> Consumer[Any]:
    """The ledger reads its own events."""
    return Consumer("ledger", running.database, running.settings.nats, DURABLE, read_accounts)


SERVICE = ServiceDefinition(
    name="ledger",
    title="账簿",
    summary="底座自测",
    folder=FOLDER,
    transaction=Tx,
    routers=ROUTERS,
    imports=IMPORTS,
    entities=(Accounts,),
    constraints=CONSTRAINTS,
    seeds=FOLDER / "data" / "parameters.toml",
    consumes=consumer_of,
)
