"""The story of each verb over a real database: state, events and the numbers of past days."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

from eldercare import usecases
from eldercare.store import Tx
from shared.contracts.eldercare import BedState, InstitutionState, StayState
from shared.service import refresh
from shared.testing.under_test import ServiceUnderTest


async def last_state(service: ServiceUnderTest, entity_id: str) -> tuple[str, dict[str, Any]]:
    """The participle and the data of an entity's newest event."""
    events = [event for event in await service.announced() if event["subject"] == entity_id]
    return events[-1]["type"].split(".")[3], events[-1]["data"]


async def test_example_16_planned_or_absent_beds_do_not_count(bureau: Any) -> None:
    institution_id = await bureau.institution(filed_beds=120)
    await bureau.beds(institution_id, 62)
    ordinary = await bureau.beds(institution_id, 38, bed_class="ORDINARY")
    await bureau.beds(institution_id, 20, since="2026-11-23")
    before = await bureau.counts(on="2026-11-22")
    assert (before["nursing"], before["beds"]) == (62, 100)
    await bureau.done(f"beds/{ordinary[0]}/take-out", on="2026-11-01")
    assert (await bureau.counts(on="2026-11-22"))["beds"] == 99


async def test_example_17_the_numbers_of_the_city_are_sums(bureau: Any) -> None:
    for township, nursing, ordinary in (("500103001000", 30, 10), ("500101001000", 10, 50)):
        institution_id = await bureau.institution(township=township)
        await bureau.beds(institution_id, nursing)
        await bureau.beds(institution_id, ordinary, bed_class="ORDINARY")
    city = await bureau.counts()
    assert (city["nursing"], city["beds"]) == (40, 100)
    district = await bureau.counts(division="500101")
    assert (district["nursing"], district["beds"]) == (10, 60)


async def test_the_numbers_of_any_past_day_follow_from_the_dated_facts(bureau: Any) -> None:
    institution_id = await bureau.institution()
    first, *_ = await bureau.beds(institution_id, 12, inclusive=True)
    await bureau.beds(institution_id, 3, home=True)
    stay_id = await bureau.stay(first, begins_on="2026-03-02")
    await bureau.done(f"stays/{stay_id}/end", on="2026-06-01")
    await bureau.done(f"beds/{first}/reclassify", on="2026-07-01", bed_class="ORDINARY", inclusive=False)
    await bureau.done(f"beds/{first}/remove", on="2026-09-01")
    expected = {
        "2024-01-31": (0, 0, 0, 0, 0),
        "2024-02-01": (12, 12, 12, 0, 3),
        "2026-03-01": (12, 12, 12, 0, 3),
        "2026-03-02": (12, 12, 12, 1, 3),
        "2026-05-31": (12, 12, 12, 1, 3),
        "2026-06-01": (12, 12, 12, 0, 3),
        "2026-07-01": (12, 11, 11, 0, 3),
        "2026-09-01": (11, 11, 11, 0, 3),
    }
    for day, (beds, nursing, inclusive, occupied, home) in expected.items():
        counts = {"beds": beds, "nursing": nursing, "inclusive": inclusive, "occupied": occupied, "home": home}
        assert await bureau.counts(on=day) == {**counts, "free": beds - occupied}, day
        answer = await bureau.client.get(f"/v1/institutions/{institution_id}/counts", params={"on": day})
        assert answer.json()["counts"] == {**counts, "free": beds - occupied}


async def test_a_voided_stay_was_never_there(bureau: Any) -> None:
    [bed_id] = await bureau.beds(await bureau.institution(), 1)
    stay_id = await bureau.stay(bed_id)
    assert (await bureau.counts(on="2026-04-01"))["occupied"] == 1
    await bureau.done(f"stays/{stay_id}/void", reason="误登")
    assert (await bureau.counts(on="2026-04-01"))["occupied"] == 0
    await bureau.stay(bed_id)


async def test_closing_ends_every_bed_with_its_own_event(service: ServiceUnderTest, bureau: Any) -> None:
    institution_id = await bureau.institution(comprehensive=True)
    beds = await bureau.beds(institution_id, 20, inclusive=True)
    await bureau.beds(institution_id, 2, home=True)
    await bureau.done(f"beds/{beds[0]}/take-out", on="2026-08-01")
    await bureau.closing(institution_id, "2026-10-01", announced_on="2026-08-15")
    await bureau.done(f"institutions/{institution_id}/close", on="2026-10-01")
    participles = Counter(event["type"] for event in await service.announced())
    assert participles["civil.eldercare.bed.removed.v1"] == 22
    assert participles["civil.eldercare.institution.closed.v1"] == 1
    participle, data = await last_state(service, institution_id)
    assert participle == "closed"
    state = InstitutionState.model_validate(data)
    assert str(state.operating[-1].end) == str(state.comprehensive[-1].end) == "2026-10-01"
    for bed_id, end in ((beds[0], "2026-08-01"), (beds[1], "2026-10-01")):
        bed = BedState.model_validate((await last_state(service, bed_id))[1])
        assert str(bed.in_service[-1].end) == end
        assert str(bed.classes[-1].end) == str(bed.inclusive[-1].end) == "2026-10-01"
    assert (await bureau.counts(on="2026-10-01"))["beds"] == 0
    assert (await bureau.counts(on="2026-09-30"))["beds"] == 19


async def test_suspension_stops_admission_and_takes_the_beds_out_of_service_until_it_ends(bureau: Any) -> None:
    institution_id = await bureau.institution()
    [bed_id] = await bureau.beds(institution_id, 1)
    await bureau.done(f"institutions/{institution_id}/suspend", on="2026-03-01", reason="MAJOR_HAZARD")
    assert await bureau.refused("stays", **bureau.admission(bed_id)) == (409, "institution-not-operating")
    assert (await bureau.counts())["beds"] == 0
    assert (await bureau.client.get("/v1/public/beds")).json()["items"] == []
    await bureau.stay(bed_id, begins_on="2026-02-28")
    assert (await bureau.counts(on="2026-02-28"))["beds"] == 1
    assert (await bureau.counts(on="2026-03-01"))["beds"] == 0
    await bureau.done(f"institutions/{institution_id}/resume", on="2026-05-01")
    assert (await bureau.counts(on="2026-04-30"))["beds"] == 0
    assert (await bureau.counts(on="2026-05-01"))["beds"] == 1
    assert (await bureau.client.get(f"/v1/beds/{bed_id}")).json()["in_service"] == [
        {"begin": "2024-02-01", "end": None}
    ]


async def test_the_published_states_carry_every_span(service: ServiceUnderTest, bureau: Any) -> None:
    institution_id = await bureau.institution()
    await bureau.done(f"institutions/{institution_id}/recognise", on="2025-01-01", comprehensive=True)
    await bureau.done(f"institutions/{institution_id}/assess", assessed_on="2025-05-05", met=False)
    await bureau.done(f"institutions/{institution_id}/suspend", on="2025-06-01", reason="VOLUNTARY")
    await bureau.done(f"institutions/{institution_id}/resume", on="2025-07-01")
    state = (await last_state(service, institution_id))[1]
    assert {name: state[name] for name in list(state)[:6]} == {
        "township": "500103001000",
        "kind": "ELDERLY_HOME",
        "ownership": "PRIVATE_NONPROFIT",
        "operating": [{"begin": "2024-01-01", "end": "2025-06-01"}, {"begin": "2025-07-01", "end": None}],
        "comprehensive": [{"begin": "2025-01-01", "end": None}],
        "quality": [{"assessed_on": "2025-05-05", "met": False}],
    }
    [bed_id] = await bureau.beds(institution_id, 1)
    await bureau.done(f"beds/{bed_id}/take-out", on="2025-08-01")
    await bureau.done(f"beds/{bed_id}/reclassify", on="2025-08-15", bed_class="ORDINARY", inclusive=True)
    await bureau.done(f"beds/{bed_id}/put-back", on="2025-09-01")
    state = (await last_state(service, bed_id))[1]
    assert {name: state[name] for name in list(state)[:6]} == {
        "institution_id": institution_id,
        "township": "500103001000",
        "home": False,
        "in_service": [{"begin": "2024-02-01", "end": "2025-08-01"}, {"begin": "2025-09-01", "end": None}],
        "classes": [
            {"begin": "2024-02-01", "end": "2025-08-15", "bed_class": "NURSING"},
            {"begin": "2025-08-15", "end": None, "bed_class": "ORDINARY"},
        ],
        "inclusive": [{"begin": "2025-08-15", "end": None}],
    }
    stay_id = await bureau.stay(bed_id)
    await bureau.done(f"stays/{stay_id}/end", on="2026-04-01")
    participle, data = await last_state(service, stay_id)
    assert participle == "ended"
    assert StayState.model_validate(data).model_dump(mode="json") == data == {
        "institution_id": institution_id,
        "bed_id": bed_id,
        "township": "500103001000",
        "stayed": {"begin": "2026-03-02", "end": "2026-04-01"},
        "voided": False,
        "admitted_on": "2026-03-02",
        "moved_in_house": False,
        "trial_ends_on": "2026-04-01",
        "level": None,
        "extreme_hardship": False,
        "end_reason": "DISCHARGED",
    }  # fmt: skip


async def test_a_correction_is_a_newer_version_with_the_facts_as_they_were(
    service: ServiceUnderTest, bureau: Any
) -> None:
    institution_id = await bureau.institution()
    [bed_id] = await bureau.beds(institution_id, 1)
    corrected = await bureau.done(
        f"beds/{bed_id}/correct",
        in_service=[{"begin": "2024-02-01", "end": "2024-03-01"}, {"begin": "2024-04-01"}],
        classes=[
            {"begin": "2024-02-01", "end": "2024-04-01", "bed_class": "ORDINARY"},
            {"begin": "2024-04-01", "bed_class": "NURSING"},
        ],
    )
    assert [span["begin"] for span in corrected["in_service"]] == ["2024-02-01", "2024-04-01"]
    assert (await bureau.counts(on="2024-03-15"))["beds"] == 0
    await bureau.done(
        f"institutions/{institution_id}/correct",
        operating=[{"begin": "2024-01-15"}],
        quality=[{"assessed_on": "2025-01-01", "met": True}],
    )
    versions = [(e["type"].split(".")[2:4], e["entityversion"]) for e in await service.announced()]
    assert versions == [
        (["institution", "registered"], "1"),
        (["bed", "added"], "1"),
        (["bed", "reclassified"], "2"),
        (["institution", "amended"], "2"),
    ]


async def test_five_hundred_beds_in_one_call_each_with_its_event(service: ServiceUnderTest, bureau: Any) -> None:
    institution_id = await bureau.institution(filed_beds=501)
    await bureau.beds(institution_id, 500)
    await bureau.beds(institution_id, 1)
    [(events, beds, highest)] = await service.rows(
        "SELECT (SELECT count(*) FROM outbox WHERE noun = 'bed'), count(*), max(number) FROM bed"
    )
    assert (events, beds, highest) == (501, 501, 501)
    assert await bureau.refused(
        f"institutions/{institution_id}/beds", count=1, bed_class="NURSING", since="2024-02-01"
    ) == (409, "more-beds-than-filed")
    await bureau.beds(institution_id, 2, home=True)


async def test_many_who_add_beds_at_once_never_exceed_the_filing_or_share_a_number(
    service: ServiceUnderTest, bureau: Any
) -> None:
    institution_id = await bureau.institution(filed_beds=50)
    body = {"count": 7, "bed_class": "NURSING", "since": "2024-02-01"}
    answers = await asyncio.gather(
        *(bureau.client.post(f"/v1/institutions/{institution_id}/beds", json=body) for _ in range(20))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 7, 409: 13}
    [(beds, numbers)] = await service.rows("SELECT count(*), count(DISTINCT number) FROM bed")
    assert (beds, numbers) == (49, 49)


async def test_the_minimum_is_the_parameter_of_the_day(service: ServiceUnderTest, bureau: Any) -> None:
    async with service.running.database.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE parameter SET value = '12' WHERE name = 'institution.minimum_beds'")
    await refresh(service.running)
    refused = await bureau.refused("institutions", **bureau.registration(filed_beds=11))
    assert refused == (409, "not-an-institution")


async def test_a_use_case_returns_what_it_committed(service: ServiceUnderTest, bureau: Any) -> None:
    institution_id = UUID(await bureau.institution())

    async def work(tx: Tx) -> Any:
        return await usecases.file(tx, institution_id, on=tx.today, expected=1)

    filed = await service.run(work)
    assert filed.version == 2
    [row] = await service.rows("SELECT filed_on, version FROM institution")
    assert (row.filed_on, row.version) == (filed.filed_on, 2)
