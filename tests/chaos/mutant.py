"""A service with one seeded bug, to show that the checks see such bugs: the product never imports this.

Each bug is a mistake that real systems were found to make; none of it is in the product.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import uuid4

import monitoring.store
import shared.messaging.relay
import shared.storage.database
from shared.messaging.relay import Relay
from shared.run import main
from shared.runtime.failpoints import failpoint, linger
from shared.storage.database import Database
from shared.storage.transaction import Origin

_later: set[asyncio.Task[None]] = set()


def acknowledge_before_commit() -> None:
    """The answer leaves while the commit is still on its way."""

    async def once(self: Database[Any], work: Callable[[Any], Awaitable[Any]], origin: Origin) -> Any:
        connection = await self.engine.connect()
        try:
            tx = self._transaction(connection, origin, self.around.clock.now(), self.around)
            result = await work(tx)
            failpoint("write.before_flush")
            await tx.flush()
        except BaseException:
            await connection.close()
            raise

        async def commit() -> None:
            await linger("write.before_commit")
            failpoint("write.before_commit")
            await connection.commit()
            await connection.close()

        _later.add(task := asyncio.create_task(commit()))
        task.add_done_callback(_later.discard)
        return result

    Database._once = once  # type: ignore[method-assign]


def no_version_check() -> None:
    """Whatever arrives last is taken for the newest."""
    monitoring.store.HeldState.order = property(lambda _: (0, 0))  # type: ignore[assignment,method-assign]


def cursor_relay() -> None:
    """The relay remembers the highest id it sent and goes on from there."""
    shared.messaging.relay.UNSENT = """
        SELECT id, event_id, entity_id, subject, body, reissue FROM outbox
        WHERE part = ANY($1::smallint[])
          AND id > (SELECT coalesce(max(id), 0) FROM outbox WHERE published_at IS NOT NULL) ORDER BY id LIMIT $2
    """


def mark_before_publish() -> None:
    """Rows count as sent before the broker has them."""
    publish = Relay._publish

    async def mark_first(self: Relay, session: Any, js: Any, rows: Sequence[Any]) -> None:
        ids = [row["id"] for row in rows]
        await session.execute("UPDATE outbox SET published_at = now() WHERE id = ANY($1::bigint[])", ids)
        failpoint("relay.after_fetch")
        await publish(self, session, js, rows)

    Relay._publish = mark_first  # type: ignore[method-assign]


def fresh_message_id() -> None:
    """Every try of a publish carries a new message id."""
    send = Relay._send

    async def send_anew(self: Relay, js: Any, row: Any) -> bool:
        return await send(self, js, {**row, "event_id": uuid4()})

    Relay._send = send_anew  # type: ignore[method-assign]


def cells_in_second_transaction() -> None:
    """The states are committed first, the totals afterwards."""
    states = monitoring.store.EntityStates
    add = states.add_to_cells

    async def add_afterwards(self: Any, changes: Any) -> None:
        rows = dict(changes)
        engine = self._tx.connection.engine

        async def second() -> None:
            failpoint("consumer.before_commit")
            async with engine.begin() as connection:
                self._tx.connection = connection
                await add(self, rows)

        def begin() -> None:
            _later.add(task := asyncio.create_task(second()))
            task.add_done_callback(_later.discard)

        self._tx.afterwards.append(begin)

    states.add_to_cells = add_afterwards  # type: ignore[method-assign]


MUTATIONS: dict[str, Callable[[], None]] = {
    "ack-before-commit": acknowledge_before_commit,
    "no-version-check": no_version_check,
    "cursor-relay": cursor_relay,
    "mark-before-publish": mark_before_publish,
    "fresh-message-id": fresh_message_id,
    "two-transactions": cells_in_second_transaction,
}


def run_mutated(name: str, arguments: list[str]) -> int:
    """The entry of a process with a bug: nothing but the bug and then the product's own entry."""
    MUTATIONS[name]()
    return main(arguments)
