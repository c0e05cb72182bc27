"""Many at once, on real connections: a place is given once, a person has one application, one marriage, one end."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

import httpx

from shared.kernel.clock import CHINA
from shared.kernel.identity_number import Sex, synthetic_identity_number
from shared.testing.under_test import ServiceUnderTest

Make = Callable[..., dict[str, Any]]
Office = Callable[[str], Awaitable[str]]
VERBS = ("register", "read", "annul", "divorce", "appoint", "offices", "court", "issue")
WINDOW = tuple(f"marriage:{verb}" for verb in VERBS)
AGREEMENT = {
    "is_voluntary": True, "has_children": False, "property": "无", "debts": "无", "signed_by_both": True,
}  # fmt: skip


async def insist(window: httpx.AsyncClient, path: str, body: Any = None) -> httpx.Response:
    """One call; told to come again, it does, with the same key."""
    key = {"Idempotency-Key": str(uuid4())}
    answer = await window.post(path, json=body, headers=key)
    while "retry-after" in answer.headers:
        answer = await window.post(path, json=body, headers=key)
    return answer


def codes(answers: Iterable[httpx.Response]) -> Counter[str]:
    return Counter("ok" if answer.is_success else answer.json()["code"] for answer in answers)


def document(seed: int, sex: Sex = Sex.MALE) -> dict[str, str]:
    return {"kind": "ID_CARD", "number": synthetic_identity_number(seed, date(1990, 1, 1), sex).plain}


async def planned(window: httpx.AsyncClient, office: str, capacity: int, begins: str = "09:00") -> str:
    plan = {"business": "MARRIAGE", "first_day": "2026-11-27", "last_day": "2026-11-27", "begins": begins,
            "ends": "18:00", "capacity": capacity}  # fmt: skip
    answer = await window.post(f"/v1/offices/{office}/slots", json=plan)
    assert answer.status_code == 201, answer.text
    return answer.json()["items"][0]["id"]


async def test_a_popular_slot_is_filled_to_its_last_place_and_no_further(
    service: ServiceUnderTest, office_in: Office
) -> None:
    async with service.client(*WINDOW) as window:
        slot = await planned(window, await office_in("500103"), 12)
        callers = [{"slot_id": slot, "people": [document(n)]} for n in range(60)]
        answers = await asyncio.gather(*(insist(window, "/v1/appointments", body) for body in callers))
    assert codes(answers) == {"ok": 12, "slot-full": 48}
    (counted,) = await service.rows("SELECT booked FROM slot")
    (booked,) = await service.rows("SELECT count(*) AS n FROM appointment WHERE status = 'BOOKED'")
    (people,) = await service.rows("SELECT count(DISTINCT person_key) AS n FROM appointment_person WHERE is_live")
    assert (counted.booked, booked.n, people.n) == (12, 12, 12)


async def test_a_couple_books_once_however_often_and_wherever_it_tries(
    service: ServiceUnderTest, office_in: Office
) -> None:
    him, her = document(1), document(1, Sex.FEMALE)
    async with service.client(*WINDOW) as window:
        slots = [await planned(window, await office_in(code), 20) for code in ("500101", "500102", "500103")]
        bodies = [
            {"slot_id": slot, "people": people} for slot in slots for people in ([him, her], [her, him], [him], [her])
        ]
        answers = await asyncio.gather(*(insist(window, "/v1/appointments", body) for body in bodies))
    found = codes(answers)
    assert found["ok"] in (1, 2)
    assert set(found) == {"ok", "already-has-appointment"}
    (live,) = await service.rows("SELECT count(*) AS n, count(DISTINCT person_key) AS d FROM appointment_person")
    assert live.n == live.d <= 2
    (counted,) = await service.rows("SELECT sum(booked) AS n FROM slot")
    assert counted.n == found["ok"]


async def test_freed_places_go_to_the_line_exactly_once_each(service: ServiceUnderTest, office_in: Office) -> None:
    async with service.client(*WINDOW) as window:
        slot = await planned(window, await office_in("500103"), 8)
        booked = [
            await insist(window, "/v1/appointments", {"slot_id": slot, "people": [document(n)]}) for n in range(8)
        ]
        waiting = await asyncio.gather(
            *(insist(window, "/v1/appointments/wait", {"slot_id": slot, "people": [document(n)]}) for n in range(8, 13))
        )
        gone = await asyncio.gather(*(insist(window, f"/v1/appointments/{one.json()['id']}/cancel") for one in booked))
    assert (codes(waiting), codes(gone)) == ({"ok": 5}, {"ok": 8})
    rows = await service.rows("SELECT status, count(*) AS n FROM appointment GROUP BY status")
    assert {row.status: row.n for row in rows} == {"BOOKED": 5, "CANCELLED": 8}
    assert (await service.rows("SELECT booked FROM slot"))[0].booked == 5


async def test_two_offices_receive_one_application_and_two_visits_end_it_once(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    service.clock.set(datetime.combine(date(2026, 1, 5), time(10), CHINA))
    fresh = {"checked_at": "2026-01-05T09:50:00+08:00"}
    offices = [await office_in("500103"), await office_in("500101")]
    him, her = man(**fresh), woman(**fresh)

    def person(one: dict[str, Any]) -> dict[str, Any]:
        kept = {name: one[name] for name in ("name", "document", "household_division")}
        return {**kept, "is_present": True, "is_willing": True}

    async with service.client(*WINDOW) as window:
        couple = {"office_id": offices[0], "first": him, "second": her, "has_joint_photo": True}
        made = (await window.post("/v1/registrations", json=couple)).json()
        pair = [person(him), person(her)]
        bodies = [
            {"office_id": office, "first": first, "second": second, "agreement": AGREEMENT}
            for office in offices
            for first, second in (pair, pair[::-1])
        ]
        answers = await asyncio.gather(*(insist(window, "/v1/divorces", body) for body in bodies))
        assert codes(answers) == {"ok": 1, "divorce-already-applied": 3}
        (one,) = (answer.json() for answer in answers if answer.is_success)
        service.clock.set(datetime.combine(date(2026, 2, 10), time(10), CHINA))
        visit = {"office_id": one["office_id"], "first": {"is_present": True}, "second": {"is_present": True}}
        paper = {
            "certificate_no": made["certificate_no"], "names": [him["name"], her["name"]], "decision": "DIVORCE",
            "court": "测试人民法院", "document": "（2026）测试2号", "effective_on": "2026-02-10",
        }  # fmt: skip
        ends = await asyncio.gather(
            insist(window, f"/v1/divorces/{one['id']}/register", visit),
            insist(window, f"/v1/divorces/{one['id']}/register", visit),
            insist(window, "/v1/court-papers", paper),
        )
    assert codes(ends)["ok"] == 1, codes(ends)
    (marriage,) = await service.rows("SELECT status FROM registration")
    (divorce,) = await service.rows("SELECT status, certificate_no FROM divorce")
    assert marriage.status == "ENDED_BY_DIVORCE"
    assert divorce.status == ("TERMINATED" if ends[2].is_success else "REGISTERED")
    numbered = await service.rows("SELECT kind, last_serial FROM certificate_counter WHERE kind = 'L'")
    assert [row.last_serial for row in numbered] == ([] if ends[2].is_success else [1])
