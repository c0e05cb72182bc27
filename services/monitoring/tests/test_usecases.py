"""The engine on a real database: repetition, disorder and gaps end in the same totals."""

import random
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from monitoring.domain.observation import EntityKey
from monitoring.events import TRANSLATIONS, observe
from monitoring.usecases import absorb, retire
from shared.contracts.catalogue import CONTRACTS
from shared.contracts.envelope import Incoming
from shared.messaging.consumer import UnknownContract
from shared.testing.under_test import ServiceUnderTest

SEEN = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def bed(entity: UUID, version: int, nursing_from: str | None, *, epoch: int = 1, region: str = "500103001000",
        **changes: Any) -> Incoming:  # fmt: skip
    """A version of a synthetic bed in service since 2024."""
    classes = [{"begin": "2024-01-01", "end": nursing_from, "bed_class": "ORDINARY"}]
    if nursing_from:
        classes.append({"begin": nursing_from, "end": None, "bed_class": "NURSING"})
    data = {
        "institution_id": "i", "township": region, "home": False, "in_service": [{"begin": "2024-01-01", "end": None}],
        "classes": classes, "inclusive": [], **changes,
    }  # fmt: skip
    return Incoming(str(uuid4()), "eldercare", "bed", "added", 1, entity, epoch, version, region, SEEN, data)


async def totals(service: ServiceUnderTest) -> dict[str, int]:
    rows = await service.rows(
        "SELECT measure, sum(amount) AS total FROM cell WHERE day <= '2026-11-23' "
        "AND measure IN ('bed.institution', 'bed.nursing') GROUP BY 1"
    )
    return {row.measure: int(row.total) for row in rows if row.total}


async def apply(service: ServiceUnderTest, *events: Incoming) -> None:
    await service.run(lambda tx: absorb(tx, observe(events)))


async def test_the_same_event_twice_counts_once(service: ServiceUnderTest) -> None:
    event = bed(uuid4(), 1, None)
    await apply(service, event)
    await apply(service, event, event)
    assert await totals(service) == {"bed.institution": 1}


async def test_an_older_version_that_comes_late_changes_nothing(service: ServiceUnderTest) -> None:
    entity = uuid4()
    await apply(service, bed(entity, 3, "2025-01-01"))
    await apply(service, bed(entity, 2, None))
    assert await totals(service) == {"bed.institution": 1, "bed.nursing": 1}


async def test_a_higher_epoch_wins_over_a_higher_version(service: ServiceUnderTest) -> None:
    entity = uuid4()
    await apply(service, bed(entity, 9, "2025-01-01"))
    await apply(service, bed(entity, 4, None, epoch=2))
    assert await totals(service) == {"bed.institution": 1}


@pytest.mark.parametrize("seed", range(5))
async def test_any_order_repetition_and_loss_of_inner_versions_ends_alike(service: ServiceUnderTest, seed: int) -> None:
    dice = random.Random(seed)
    entities = [uuid4() for _ in range(12)]
    events = [
        bed(entity, version, dice.choice([None, "2025-01-01", "2025-06-01"]))
        for entity in entities
        for version in range(1, 6)
    ]
    last = {event.entity_id: event for event in events}
    kept = [event for event in events if event is last[event.entity_id] or dice.random() < 0.6]
    stream = kept + dice.sample(kept, len(kept) // 2)
    dice.shuffle(stream)
    while stream:
        batch, stream = stream[:7], stream[7:]
        await apply(service, *batch)
    nursing = sum(any(c["bed_class"] == "NURSING" for c in event.data["classes"]) for event in last.values())
    expected = {"bed.institution": 12} | ({"bed.nursing": nursing} if nursing else {})
    assert await totals(service) == expected
    assert await service.run(lambda tx: tx.states.differences()) == 0


async def test_a_moved_entity_leaves_its_old_cell(service: ServiceUnderTest) -> None:
    entity = uuid4()
    await apply(service, bed(entity, 1, None))
    await apply(service, bed(entity, 2, None, region="500106001000"))
    rows = await service.rows(
        "SELECT division, sum(amount) AS total FROM cell WHERE measure = 'bed.institution' "
        "GROUP BY 1 HAVING sum(amount) <> 0"
    )
    assert [(row.division, row.total) for row in rows] == [("500106001000", 1)]


async def test_a_forgotten_phantom_takes_its_contribution_along(service: ServiceUnderTest) -> None:
    entity = uuid4()
    await apply(service, bed(entity, 1, None))
    await service.run(lambda tx: retire(tx, EntityKey("eldercare", "bed", entity)))
    assert await totals(service) == {}
    assert await service.run(lambda tx: tx.states.differences()) == 0


async def test_the_past_stays_as_it_was_known(service: ServiceUnderTest) -> None:
    entity = uuid4()
    await apply(service, bed(entity, 1, None))
    later = bed(entity, 2, "2024-03-01")
    await apply(service, Incoming(**{**{f: getattr(later, f) for f in later.__slots__}, "time": SEEN.replace(day=25)}))
    rows = await service.rows(
        "SELECT sum(amount) AS total FROM cell WHERE measure = 'bed.nursing' AND recorded_on <= :day",
        day=date(2026, 11, 24),
    )
    assert rows[0].total is None
    assert (await totals(service))["bed.nursing"] == 1


async def test_an_unknown_contract_is_refused_whole(service: ServiceUnderTest) -> None:
    known, unknown = bed(uuid4(), 1, None), bed(uuid4(), 1, None)
    stranger = Incoming(**{**{f: getattr(unknown, f) for f in unknown.__slots__}, "schema_version": 9})
    with pytest.raises(UnknownContract):
        await apply(service, known, stranger)
    assert await totals(service) == {}


async def test_a_corrupted_cell_shows_as_a_difference(service: ServiceUnderTest) -> None:
    await apply(service, bed(uuid4(), 1, None))

    async def corrupt(tx: Any) -> None:
        await tx.connection.exec_driver_sql("UPDATE cell SET amount = amount + 1 WHERE measure = 'bed.institution'")

    await service.run(corrupt)
    assert await service.run(lambda tx: tx.states.differences()) == 1


def test_every_contract_of_the_cluster_can_be_translated() -> None:
    assert set(TRANSLATIONS) == set(CONTRACTS)
