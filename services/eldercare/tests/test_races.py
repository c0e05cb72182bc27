"""Many at once over real connections: one wins, the others are refused by name, nothing deadlocks."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

from prometheus_client import REGISTRY

from eldercare import usecases
from eldercare.api.stays import AdmissionInput
from eldercare.domain.closure import ClosureNotice
from eldercare.store import Tx
from shared.testing.under_test import ServiceUnderTest

CLAIMS = 60
OVERLAPS = """
    SELECT count(*) FROM stay a JOIN stay b ON a.id < b.id AND a.stayed && b.stayed
        AND (a.bed_id = b.bed_id OR a.person_key = b.person_key)
    WHERE a.status <> 'VOIDED' AND b.status <> 'VOIDED'
"""

WAITING = """
    SELECT wait_event, query FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@asynccontextmanager
async def uncommitted(service: ServiceUnderTest, work: Callable[[Tx], Awaitable[Any]]) -> AsyncIterator[None]:
    """Do ``work`` in a transaction that commits only when the block is left."""
    done, commit = asyncio.Event(), asyncio.Event()

    async def held(tx: Tx) -> None:
        await work(tx)
        done.set()
        await commit.wait()

    running = asyncio.create_task(service.run(held))
    finished = asyncio.create_task(done.wait())
    await asyncio.wait([running, finished], return_when=asyncio.FIRST_COMPLETED)
    assert done.is_set(), running
    try:
        yield
    finally:
        commit.set()
        await running


async def somebody_waits(service: ServiceUnderTest) -> tuple[str, str]:
    """What the one waiting transaction waits for, and in which statement; gives up after a while."""
    async with asyncio.timeout(1.8):
        while True:
            waiting = await service.rows(WAITING)
            if waiting:
                [(event, query)] = waiting
                return event, query
            await asyncio.sleep(0.01)


def admission(body: dict[str, Any]) -> Callable[[Tx], Awaitable[Any]]:
    """The use case behind an admission over HTTP."""
    return lambda tx: usecases.admit(tx, AdmissionInput(**body).parsed(tx.today))


def deadlocks() -> float:
    """How often a transaction of the service was run again because of a deadlock."""
    labels = {"service": "eldercare", "reason": "deadlock"}
    return REGISTRY.get_sample_value("civil_transaction_retries_total", labels) or 0.0


async def test_of_four_hundred_claims_of_one_bed_exactly_one_succeeds(service: ServiceUnderTest, bureau: Any) -> None:
    [bed_id] = await bureau.beds(await bureau.institution(), 1)
    before = deadlocks()
    answers = await asyncio.gather(
        *(bureau.client.post("/v1/stays", json=bureau.admission(bed_id, seed)) for seed in range(400))
    )
    outcome = Counter((answer.status_code, answer.json().get("code")) for answer in answers)
    turned_away = {(409, "bed-taken"), (409, "still-running"), (503, "busy")}
    assert outcome[201, None] == 1
    assert outcome[409, "bed-taken"] >= 1
    assert set(outcome) <= {(201, None)} | turned_away
    assert deadlocks() == before
    events = [e for e in await service.announced() if e["type"] == "civil.eldercare.stay.begun.v1"]
    assert len(events) == len(await service.rows("SELECT id FROM stay")) == 1


async def test_of_sixty_beds_for_one_resident_exactly_one_is_given(service: ServiceUnderTest, bureau: Any) -> None:
    beds = await bureau.beds(await bureau.institution(), CLAIMS)
    before = deadlocks()
    answers = await asyncio.gather(*(bureau.client.post("/v1/stays", json=bureau.admission(bed_id)) for bed_id in beds))
    outcome = Counter((answer.status_code, answer.json().get("code")) for answer in answers)
    waited = outcome.pop((409, "still-running"), 0)  # a queue longer than the lock limit says so instead
    assert outcome == {(201, None): 1, (409, "resident-has-a-bed"): CLAIMS - 1 - waited}
    assert deadlocks() == before
    assert len(await service.rows("SELECT id FROM stay")) == 1


async def test_a_storm_of_claims_and_departures_keeps_every_bed_and_resident_single(
    service: ServiceUnderTest, bureau: Any
) -> None:
    beds = await bureau.beds(await bureau.institution(), 6)
    drawn = random.Random(14)
    before = deadlocks()

    async def one(turn: int) -> list[int]:
        seed, bed_id, day = drawn.randrange(6), drawn.choice(beds), f"2026-0{1 + turn % 9}-01"
        answer = await bureau.client.post("/v1/stays", json=bureau.admission(bed_id, seed, begins_on=day))
        if answer.status_code != 201:
            return [answer.status_code]
        ended = [
            bureau.client.post(f"/v1/stays/{answer.json()['id']}/end", json={"on": f"2026-{10 + n}-15"})
            for n in range(2)
        ]
        return [answer.status_code, *(each.status_code for each in await asyncio.gather(*ended))]

    statuses = Counter(status for turn in await asyncio.gather(*map(one, range(CLAIMS))) for status in turn)
    assert set(statuses) <= {200, 201, 409}, statuses
    assert statuses[201] >= 1
    assert deadlocks() == before
    [(overlaps,)] = await service.rows(OVERLAPS)
    assert overlaps == 0


async def test_nobody_slips_in_while_an_institution_closes(service: ServiceUnderTest, bureau: Any) -> None:
    institution_id = await bureau.institution()
    beds = await bureau.beds(institution_id, 20)
    notice = {"announced_on": "2026-10-01", "ends_on": "2026-11-01", "notified": 100}
    closing = bureau.client.post(f"/v1/institutions/{institution_id}/announce-closure", json=notice)
    claims = [
        bureau.client.post("/v1/stays", json=bureau.admission(bed_id, n, begins_on="2026-11-05"))
        for n, bed_id in enumerate(beds)
    ]
    calls = [*claims[:10], closing, *claims[10:]]
    answers = await asyncio.gather(*calls)
    closed, admitted = answers[10], sum(answer.status_code == 201 for answer in answers)
    assert {answer.status_code for answer in answers} <= {200, 201, 409}
    assert (closed.status_code == 200) == (admitted == 0)
    if closed.status_code == 200:
        await bureau.done(f"institutions/{institution_id}/close", on="2026-11-01")
        [(serving,)] = await service.rows("SELECT count(*) FROM bed WHERE status <> 'REMOVED'")
        assert serving == 0
    else:
        assert closed.json()["code"] == "plan-for-residents-missing"


async def test_the_last_bed_above_the_minimum_is_removed_once(service: ServiceUnderTest, bureau: Any) -> None:
    beds = await bureau.beds(await bureau.institution(), 12)
    answers = await asyncio.gather(
        *(bureau.client.post(f"/v1/beds/{bed_id}/remove", json={"on": "2026-11-01"}) for bed_id in beds)
    )
    outcome = Counter((answer.status_code, answer.json().get("code")) for answer in answers)
    assert outcome == {(200, None): 2, (409, "below-minimum-beds"): 10}


async def test_a_second_claim_of_a_bed_waits_for_the_bed_and_not_for_the_constraint(
    service: ServiceUnderTest, bureau: Any
) -> None:
    bed_id, other = await bureau.beds(await bureau.institution(), 2)
    await bureau.stay(other, 9, begins_on="2026-03-01")
    async with uncommitted(service, admission(bureau.admission(bed_id, 1))):
        second = asyncio.create_task(bureau.refused("stays", **bureau.admission(bed_id, 2)))
        _, query = await somebody_waits(service)
        assert "FROM bed" in query
        assert "FOR UPDATE" in query
    assert await second == (409, "bed-taken")


async def test_a_second_bed_for_a_resident_waits_for_the_person_and_not_for_the_constraint(
    service: ServiceUnderTest, bureau: Any
) -> None:
    bed, other, third = await bureau.beds(await bureau.institution(), 3)
    await bureau.stay(third, 9, begins_on="2026-03-01")
    async with uncommitted(service, admission(bureau.admission(bed, 1))):
        second = asyncio.create_task(bureau.refused("stays", **bureau.admission(other, 1)))
        event, _ = await somebody_waits(service)
        assert event == "advisory"
    assert await second == (409, "resident-has-a-bed")


async def test_closing_waits_for_an_admission_and_then_finds_the_resident(
    service: ServiceUnderTest, bureau: Any
) -> None:
    institution_id = await bureau.institution()
    [bed_id] = await bureau.beds(institution_id, 1)
    async with uncommitted(service, admission(bureau.admission(bed_id))):
        notice = {"announced_on": "2026-10-01", "ends_on": "2026-11-01", "notified": 1}
        closing = asyncio.create_task(bureau.refused(f"institutions/{institution_id}/announce-closure", **notice))
        _, query = await somebody_waits(service)
        assert "FROM institution" in query
    assert await closing == (409, "plan-for-residents-missing")


async def test_an_admission_waits_for_the_closing_and_is_then_refused(service: ServiceUnderTest, bureau: Any) -> None:
    institution_id = await bureau.institution()
    [bed_id] = await bureau.beds(institution_id, 1)

    async def close(tx: Tx) -> None:
        notice = ClosureNotice(date(2026, 10, 1), date(2026, 11, 1), False, 0, None)
        await usecases.announce_closure(tx, UUID(institution_id), notice=notice, expected=None)

    async with uncommitted(service, close):
        late = asyncio.create_task(bureau.refused("stays", **bureau.admission(bed_id, begins_on="2026-11-05")))
        _, query = await somebody_waits(service)
        assert "FROM institution" in query
    assert await late == (409, "institution-closing")


async def test_two_admissions_to_one_institution_do_not_wait_for_each_other(
    service: ServiceUnderTest, bureau: Any
) -> None:
    bed, other, third = await bureau.beds(await bureau.institution(), 3)
    await bureau.stay(third, 9, begins_on="2026-03-01")
    async with uncommitted(service, admission(bureau.admission(bed, 1))):
        await bureau.stay(other, 2)
