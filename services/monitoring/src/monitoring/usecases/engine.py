"""The engine: newer versions replace older ones, and the difference goes into the cells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from monitoring.domain.measures import Cell
from monitoring.domain.observation import EntityKey, Observation
from monitoring.events import observe_body
from monitoring.store import Tx
from shared.contracts.envelope import UnreadableEvent, read_event
from shared.kernel.clock import business_day
from shared.kernel.errors import Refusal
from shared.messaging import dead_letters
from shared.messaging.consumer import UnknownContract


async def absorb(tx: Tx, observations: Sequence[Observation]) -> None:
    """Apply a batch in one transaction.

    Per entity only the newest ``(epoch, version)`` counts: a repeated, reordered or skipped event ends in the
    same totals. ``delta = f(new) − f(old)``, where f(old) is what the entity was recorded to add, so that a
    changed definition takes away exactly what was added.
    """
    newest = newest_of(observations)
    held = await tx.states.lock(newest)
    changes: dict[tuple[Cell, date], int] = {}
    changed = []
    for key in sorted(newest):
        new, old = newest[key], held[key]
        if new.order <= old.order:
            continue
        recorded_on = business_day(new.seen_at)
        if new.contributed != old.contributed:
            for cell, amount in new.contributed.items():
                changes[cell, recorded_on] = changes.get((cell, recorded_on), 0) + amount
            for cell, amount in old.contributed.items():
                changes[cell, recorded_on] = changes.get((cell, recorded_on), 0) - amount
        changed.append(new)
    if changed:
        await tx.states.save(changed)
        await tx.states.add_to_cells(changes)
        await tx.states.heard(changed)


def newest_of(observations: Sequence[Observation]) -> dict[EntityKey, Observation]:
    """The newest observation of every entity in a batch, whatever order they came in."""
    newest: dict[EntityKey, Observation] = {}
    for observation in observations:
        known = newest.get(observation.key)
        if known is None or observation.order > known.order:
            newest[observation.key] = observation
    return newest


async def retire(tx: Tx, key: EntityKey) -> None:
    """Forget an entity its source no longer has (a phantom after a restore), and take back what it added."""
    held = await tx.states.held(key)
    if held is None:
        return
    await tx.states.add_to_cells({(cell, tx.today): -amount for cell, amount in held.contributed.items()})
    await tx.states.forget(key)
    tx.audit("entity_state.retired", key.noun, key.entity_id)


class StillUnreadable(Refusal):
    """该事件仍无法处理"""


class CorrectionTooFar(Refusal):
    """更正不得改变事件所属的实体与版本"""


async def replay_dead_letter(tx: Tx, letter_id: int, corrected: bytes | None = None) -> dead_letters.DeadLetter:
    """Apply a dead letter after the repair of what it needed, or in a corrected form, and close it.

    A correction keeps the entity, its epoch and version; the next statement of its source replaces it.
    """
    letter = await dead_letters.take_letter(tx, letter_id)
    try:
        observation = observe_body(letter.body if corrected is None else corrected)
    except (UnknownContract, UnreadableEvent) as still:
        raise StillUnreadable(str(still)) from None
    if corrected is not None:
        _require_same_entity(letter.body, observation)
    await absorb(tx, [observation])
    await dead_letters.resolve(tx, letter_id)
    tx.audit("dead_letter.replayed" if corrected is None else "dead_letter.corrected", "dead_letter", letter_id)
    return letter


def _require_same_entity(body: bytes, observation: Observation) -> None:
    try:
        original = read_event(body)
    except UnreadableEvent:
        return
    key = EntityKey(original.source, original.noun, original.entity_id)
    if (key, (original.epoch, original.version)) != (observation.key, observation.order):
        raise CorrectionTooFar()


async def withdraw_dead_letter(tx: Tx, letter_id: int) -> dead_letters.DeadLetter:
    """Close a letter without applying it: its source has stated the entity again, or it never was an event."""
    letter = await dead_letters.take_letter(tx, letter_id)
    await dead_letters.resolve(tx, letter_id)
    tx.audit("dead_letter.withdrawn", "dead_letter", letter_id)
    return letter
