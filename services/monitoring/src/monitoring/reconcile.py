"""Anti-entropy: compare what is held with every source, have the rest stated again, forget phantoms."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from monitoring import usecases
from monitoring.domain.observation import EntityKey
from monitoring.events import nouns_of
from monitoring.store import Tx, entity_states
from shared.kernel.ids import new_id
from shared.kernel.principal import Principal
from shared.messaging.digest import BucketDigest, differing, digest, versions_in
from shared.runtime.http import PeerUnavailable
from shared.runtime.metrics import DIGEST_DIFFERENCES
from shared.storage.transaction import Origin
from shared.web.running import Running

log = structlog.get_logger()

Versions = Mapping[UUID, tuple[int, int]]
RESTATE_AT_ONCE = 1_000


@dataclass(frozen=True)
class Comparison:
    """Entities of one noun whose version here is not their source's: to be stated again, or to be forgotten."""

    source: str
    noun: str
    behind: tuple[UUID, ...]
    phantom: tuple[UUID, ...]

    @property
    def count(self) -> int:
        """How many differ."""
        return len(self.behind) + len(self.phantom)


async def reconcile(running: Running) -> list[Comparison]:
    """Compare with every source that can be reached; repair what differs twice in a row."""
    found = []
    for source in running.peers.names:
        if not nouns_of(source):
            continue
        try:
            found += await _reconcile_source(running, source)
        except PeerUnavailable as away:
            log.warning("source cannot be compared", source=source, reason=str(away))
    return found


async def _reconcile_source(running: Running, source: str) -> list[Comparison]:
    suspected = await _differences(running, source)
    if any(comparison.count for comparison in suspected):
        pause = running.database.around.parameters.integer(
            "digest.confirm_seconds", running.database.around.clock.now().date()
        )
        await asyncio.sleep(pause)
        again = {comparison.noun: comparison for comparison in await _differences(running, source)}
        suspected = [_in_both(first, again[first.noun]) for first in suspected]
    for comparison in suspected:
        DIGEST_DIFFERENCES.labels("monitoring", source, comparison.noun).set(comparison.count)
        await _repair(running, comparison)
    return suspected


def _in_both(first: Comparison, second: Comparison) -> Comparison:
    """What still differs: an event that was merely on its way has arrived by the second look."""
    behind = tuple(entity for entity in first.behind if entity in set(second.behind))
    phantom = tuple(entity for entity in first.phantom if entity in set(second.phantom))
    return Comparison(first.source, first.noun, behind, phantom)


async def _differences(running: Running, source: str) -> list[Comparison]:
    """Our side is read first: what we hold then, the source must know."""
    ours = {noun: await _our_digest(running, source, noun) for noun in nouns_of(source)}
    theirs = {entry["noun"]: entry["buckets"] for entry in await running.peers.get(source, "/internal/digest")}
    found = []
    for noun, mine in ours.items():
        buckets = differing(mine, [BucketDigest(**bucket) for bucket in theirs.get(noun, [])])
        if not buckets:
            found.append(Comparison(source, noun, (), ()))
            continue
        held = await _our_versions(running, source, noun, buckets)
        answer = await running.peers.get(source, f"/internal/digest/{noun}", {"bucket": buckets})
        there = {UUID(row["entity_id"]): (row["epoch"], row["version"]) for row in answer["items"]}
        found.append(compare(source, noun, held, there))
    return found


def compare(source: str, noun: str, held: Versions, there: Versions) -> Comparison:
    """Which entities differ between what is held here and what the source has."""
    behind = tuple(sorted(entity for entity, version in there.items() if held.get(entity) != version))
    return Comparison(source, noun, behind, tuple(sorted(held.keys() - there.keys())))


async def _repair(running: Running, comparison: Comparison) -> None:
    for start in range(0, len(comparison.behind), RESTATE_AT_ONCE):
        ids = [str(entity) for entity in comparison.behind[start : start + RESTATE_AT_ONCE]]
        await running.peers.post(
            comparison.source,
            f"/internal/restate/{comparison.noun}",
            {"entity_ids": ids},
            idempotency_key=str(new_id()),
        )
    origin = Origin(Principal.of_service("monitoring"), request_id=f"reconcile:{new_id()}")
    for entity in comparison.phantom:
        key = EntityKey(comparison.source, comparison.noun, entity)

        async def forget(tx: Tx, key: EntityKey = key) -> None:
            await usecases.retire(tx, key)

        await running.database.run(forget, origin)
    if comparison.count:
        log.warning("repaired", source=comparison.source, noun=comparison.noun, behind=len(comparison.behind),
                    phantom=len(comparison.phantom))  # fmt: skip


def _of_noun(source: str, noun: str) -> tuple[Any, Any]:
    return entity_states.c.source == source, entity_states.c.noun == noun


async def _our_digest(running: Running, source: str, noun: str) -> list[BucketDigest]:
    async with running.database.engine.connect() as connection:
        return await digest(connection, entity_states, entity_states.c.entity_id, *_of_noun(source, noun))


async def _our_versions(running: Running, source: str, noun: str, buckets: list[int]) -> Versions:
    async with running.database.engine.connect() as connection:
        rows = await versions_in(connection, entity_states, entity_states.c.entity_id, buckets, *_of_noun(source, noun))
    return {row.entity_id: (row.epoch, row.version) for row in rows}
