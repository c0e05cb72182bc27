"""Thousands of random histories: whatever happens on the way, every cell equals a recomputation from the sources."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from monitoring.domain.observation import EntityKey
from monitoring.events import observe, recount
from monitoring.store import Tx
from monitoring.usecases import absorb, retire
from monitoring.usecases.rebuild import begin, carry_out
from shared.contracts.envelope import Incoming
from shared.testing.under_test import ServiceUnderTest

HISTORIES = 300
SEEDS = range(8)
BATCH = 60
TOWNSHIPS = ("500103001000", "500103003000", "500105001000", "500112001000", "500157001000", "500106001000")
"""Two of them are of districts that ended on 2025-11-06, one is of their successor."""


def day(dice: random.Random) -> str:
    return (datetime(2021, 1, 1, tzinfo=UTC) + timedelta(days=dice.randrange(2_200))).date().isoformat()


def span(dice: random.Random) -> dict[str, Any]:
    begin, end = sorted((day(dice), day(dice)))
    return {"begin": begin, "end": dice.choice([None, end])}


def state_of(dice: random.Random, noun: str, region: str) -> tuple[str, dict[str, Any]]:
    if noun == "bed":
        begin = day(dice)
        classes = [{"begin": begin, "end": None, "bed_class": dice.choice(["NURSING", "ORDINARY"])}]
        return "eldercare", {
            "institution_id": "i", "township": region, "home": dice.random() < 0.2, "in_service": [span(dice)],
            "classes": classes, "inclusive": [span(dice)] if dice.random() < 0.5 else [],
        }  # fmt: skip
    if noun == "institution":
        return "eldercare", {
            "township": region, "kind": "ELDERLY_HOME", "ownership": "PUBLIC_RUN", "operating": [span(dice)],
            "comprehensive": [span(dice)], "quality": [{"assessed_on": day(dice), "met": dice.random() < 0.5}],
        }  # fmt: skip
    points = [
        {"period": str(year), "on": f"{year}-12-31", "numerator": dice.randrange(100), "denominator": 100}
        for year in range(2021, 2021 + dice.randrange(1, 5))
    ]
    kind = dice.choice(["FLOW", "LEVEL"])
    return "reporting", {"form": "street-minors", "kind": kind, "points": points}


def history(dice: random.Random) -> list[Incoming]:
    """All versions of one entity: corrections, moves between divisions, and an epoch after a restore."""
    entity, noun = UUID(int=dice.getrandbits(128)), dice.choice(["bed", "institution", "series"])
    epoch, found = 1, []
    at = datetime(2026, 11, 1, tzinfo=UTC)
    for version in range(1, dice.randrange(2, 8)):
        if dice.random() < 0.1:
            epoch += 1
        region = dice.choice(TOWNSHIPS)
        source, data = state_of(dice, noun, region)
        at += timedelta(hours=dice.randrange(48))
        name = str(UUID(int=dice.getrandbits(128)))
        found.append(Incoming(name, source, noun, "amended", 1, entity, epoch, version, region, at, data))
    return found


def on_the_way(dice: random.Random, histories: list[list[Incoming]]) -> list[Incoming]:
    """Inner versions are lost, events come twice or much later; the last version always comes."""
    stream = [e for h in histories for e in h if e is newest(h) or dice.random() < 0.8]
    stream += dice.sample(stream, len(stream) // 3)
    if dice.random() < 0.5:
        dice.shuffle(stream)
    return stream + dice.sample(stream, len(stream) // 10)


def newest(events: list[Incoming]) -> Incoming:
    return max(events, key=lambda event: (event.epoch, event.version))


def batches(dice: random.Random, stream: list[Incoming]) -> Iterator[list[Incoming]]:
    while stream:
        size = dice.randrange(1, BATCH * 4)
        yield stream[:size]
        stream = stream[size:]


async def kept(service: ServiceUnderTest) -> dict[tuple[Any, ...], int]:
    rows = await service.rows(
        "SELECT measure, division, residence, day, sum(amount) AS total FROM cell GROUP BY 1, 2, 3, 4 "
        "HAVING sum(amount) <> 0"
    )
    return {(row.measure, row.division, row.residence, row.day): int(row.total) for row in rows}


def recomputed(histories: list[list[Incoming]]) -> dict[tuple[Any, ...], int]:
    """From the sources alone: the newest version of every entity, without any engine."""
    total: Counter[tuple[Any, ...]] = Counter()
    for events in histories:
        last = newest(events)
        for cell, amount in recount(last.source, last.noun, 1, last.data, last.region).items():
            total[tuple(cell)] += amount
    return {cell: amount for cell, amount in total.items() if amount}


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_cell_equals_a_recomputation_from_the_sources(service: ServiceUnderTest, seed: int) -> None:
    dice = random.Random(seed)
    histories = [history(dice) for _ in range(HISTORIES)]
    for batch in batches(dice, on_the_way(dice, histories)):
        await service.run(lambda tx, batch=batch: absorb(tx, observe(batch)))
    for gone in dice.sample(histories, 20):
        last = newest(gone)
        await service.run(lambda tx, e=last: retire(tx, EntityKey(e.source, e.noun, e.entity_id)))
        histories.remove(gone)
    assert await kept(service) == recomputed(histories)
    assert await service.run(lambda tx: tx.states.differences()) == 0


async def test_a_rebuild_finds_and_heals_what_was_altered_to_the_last_digit(service: ServiceUnderTest) -> None:
    dice = random.Random(99)
    histories = [history(dice) for _ in range(HISTORIES)]
    await service.run(lambda tx: absorb(tx, observe([e for h in histories for e in h])))
    expected = await kept(service)

    async def damage(tx: Tx) -> None:
        await tx.connection.exec_driver_sql(
            "UPDATE cell SET amount = amount + 7 WHERE (measure, division, residence, day) IN "
            "(SELECT measure, division, residence, day FROM cell GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4 LIMIT 10)"
        )
        await tx.connection.exec_driver_sql(
            "UPDATE entity_state SET contributed = '[]' WHERE entity_id IN "
            "(SELECT entity_id FROM entity_state ORDER BY entity_id LIMIT 5)"
        )

    await service.run(damage)
    assert await kept(service) != expected
    rebuild = await service.run(begin)
    finished = await carry_out(service.running.database, rebuild)
    assert (finished.took_over, finished.done) == (True, HISTORIES)
    assert (finished.differences or 0) >= 10
    assert await kept(service) == expected
    assert await service.run(lambda tx: tx.states.differences()) == 0
    again = await carry_out(service.running.database, await service.run(begin))
    assert again.differences == 0


async def test_what_arrives_while_the_shadow_is_filled_is_in_it(service: ServiceUnderTest) -> None:
    dice = random.Random(7)
    histories = [history(dice) for _ in range(50)]
    await service.run(lambda tx: absorb(tx, observe([h[0] for h in histories])))
    rebuild = await service.run(begin)

    async def shadow_all(tx: Tx) -> None:
        rows = await tx.rebuilds.next_states(("", "", str(UUID(int=0))), 1000)
        await tx.rebuilds.shadow([(row, Counter()) for row in rows])

    await service.run(shadow_all)
    await service.run(lambda tx: absorb(tx, observe([e for h in histories for e in h])))
    await carry_out(service.running.database, rebuild)
    assert await kept(service) == recomputed(histories)
