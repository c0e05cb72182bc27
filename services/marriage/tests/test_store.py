"""Mapping, sealing, and races between real connections."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from marriage.domain.certificate import CertificateKind, CertificateNumber, CertificateSerialExhausted
from marriage.store import Tx
from shared.testing.under_test import ServiceUnderTest

Make = Callable[..., dict[str, Any]]
Office = Callable[[str], Awaitable[str]]


async def posted(service: ServiceUnderTest, *bodies: dict[str, Any]) -> list[httpx.Response]:
    """All at once, each over its own connection; a call that is told to come again does so, with the same key."""
    async with service.client("marriage:register", "marriage:read") as window:

        async def call(body: dict[str, Any]) -> httpx.Response:
            key = {"Idempotency-Key": str(uuid4())}
            answer = await window.post("/v1/registrations", json=body, headers=key)
            while "retry-after" in answer.headers:
                answer = await window.post("/v1/registrations", json=body, headers=key)
            return answer

        return await asyncio.gather(*map(call, bodies))


async def test_what_is_written_is_read_back(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    paper = {"document": "（2020）测试调解书", "effective_on": "2020-05-01"}
    says_married = {
        "source": "NATIONAL_MARRIAGE_BASE", "outcome": "CONTRADICTED", "checked_at": "2026-11-23T08:50:00+08:00",
    }  # fmt: skip
    divorced = man(prior_status="DIVORCED", court_paper=paper, marital_check=says_married)
    body = {"office_id": await office_in("500103"), "first": divorced, "second": woman(), "has_joint_photo": True}
    (answer,) = await posted(service, body)
    assert answer.status_code == 201, answer.text
    registration_id = answer.json()["id"]

    async def both(tx: Tx) -> tuple[Any, Any]:
        read = await tx.registrations.find(registration_id, area=tx.caller.area)
        return read, await tx.registrations.get(registration_id, area=tx.caller.area, expected=1)

    read, locked = await service.run(both)
    assert read == locked
    assert [party.document.number for party in read.parties] == [
        body[side]["document"]["number"] for side in ("first", "second")
    ]
    assert read.parties[0].court_paper.effective_on == date(2020, 5, 1)
    assert read.parties[1].court_paper is None


async def test_nothing_personal_is_readable_at_rest(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    body = {"office_id": await office_in("500103"), "first": man(), "second": woman(), "has_joint_photo": True}
    (answer,) = await posted(service, body)
    assert answer.status_code == 201
    tables = ("registration", "marriage_party", "outbox", "audit_entry", "idempotency")
    stored = [str(row) for table in tables for row in await service.rows(f"SELECT * FROM {table}")]
    for side in ("first", "second"):
        for secret in (body[side]["name"], body[side]["document"]["number"], body[side]["birth_date"]):
            assert not [row for row in stored if secret in row]


async def test_fifty_couples_at_one_office_get_fifty_numbers_without_gap_or_repetition(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    office = await office_in("500103")
    bodies = [
        {"office_id": office, "first": man(seed=n), "second": woman(seed=n), "has_joint_photo": True} for n in range(50)
    ]
    answers = await posted(service, *bodies)
    assert {answer.status_code for answer in answers} == {201}, [a.text for a in answers if a.status_code != 201]
    assert sorted(answer.json()["certificate_no"] for answer in answers) == [
        f"J500103-2026-{serial:06}" for serial in range(1, 51)
    ]


async def test_one_person_with_two_partners_at_two_offices_is_married_once(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    offices = [await office_in("500103"), await office_in("500101")]
    for round_ in range(8):
        shared, partner_a, partner_b = man(seed=round_), woman(seed=2 * round_), woman(seed=2 * round_ + 1)
        sides = [{"first": shared, "second": partner_a}, {"first": partner_b, "second": shared}]
        answers = await posted(
            service,
            *(
                {"office_id": office, **couple, "has_joint_photo": True}
                for office, couple in zip(offices, sides, strict=True)
            ),
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        refused = next(answer for answer in answers if answer.status_code == 409).json()
        assert (refused["code"], refused["rule"]) == ("already-married", "民法典 第一千零四十二条")
    married = await service.rows("SELECT count(*) AS n FROM registration")
    assert married[0].n == 8


async def test_a_ring_of_couples_leaves_nobody_married_twice(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    offices = [await office_in(code) for code in ("500101", "500102", "500103", "500104")]
    men, women = [man(seed=n) for n in range(4)], [woman(seed=n) for n in range(4)]
    bodies = [
        {"office_id": offices[n], "first": men[n], "second": women[(n + turn) % 4], "has_joint_photo": True}
        for turn in range(4)
        for n in range(4)
    ]
    answers = await posted(service, *bodies)
    assert {answer.status_code for answer in answers} <= {201, 409}
    twice = await service.rows(
        "SELECT person_key FROM marriage_party WHERE ended_on IS NULL GROUP BY person_key HAVING count(*) > 1"
    )
    assert twice == []
    assert sum(answer.status_code == 201 for answer in answers) >= 2


async def test_the_database_itself_refuses_a_second_marriage_in_force(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    office = await office_in("500103")
    couples = [
        {"office_id": office, "first": man(seed=n), "second": woman(seed=n), "has_joint_photo": True} for n in (1, 2)
    ]
    for couple in couples:
        (answer,) = await posted(service, couple)
        assert answer.status_code == 201
    async with service.running.database.engine.connect() as connection:
        with pytest.raises(IntegrityError, match="one_marriage_in_force_a_person"):
            await connection.execute(
                text("UPDATE marriage_party SET person_key = (SELECT person_key FROM marriage_party LIMIT 1)")
            )


async def test_closing_an_office_and_registering_there_at_once_end_in_one_order_or_the_other(
    service: ServiceUnderTest, man: Make, woman: Make, office_in: Office
) -> None:
    for round_, district in enumerate(("500101", "500102", "500103", "500104")):
        office = await office_in(district)
        couple = {
            "office_id": office, "first": man(seed=round_), "second": woman(seed=round_), "has_joint_photo": True,
        }  # fmt: skip
        closing = {"closed_on": "2026-11-23", "document": "测试文件"}
        async with service.client("marriage:register", "marriage:offices") as window:
            married, closed = await asyncio.gather(
                window.post("/v1/registrations", json=couple),
                window.post(f"/v1/offices/{office}/close", json=closing),
            )
        outcome = (married.status_code, closed.status_code)
        assert outcome in {(201, 409), (409, 200)}
        refusal = (married if married.status_code == 409 else closed).json()["code"]
        assert refusal in {"office-not-competent", "registrations-since"}


async def test_a_series_that_is_used_up_refuses_and_stays_used_up(service: ServiceUnderTest) -> None:
    async with service.running.database.engine.begin() as connection:
        await connection.execute(text("INSERT INTO certificate_counter VALUES ('J', '500103', 2026, 999998)"))

    async def next_(tx: Tx) -> CertificateNumber:
        return await tx.registrations.next_certificate_no(CertificateKind.MARRIAGE, "500103", 2026)

    assert str(await service.run(next_)) == "J500103-2026-999999"
    for _ in range(2):
        with pytest.raises(CertificateSerialExhausted):
            await service.run(next_)
    assert (await service.rows("SELECT last_serial FROM certificate_counter"))[0].last_serial == 999_999


async def test_each_kind_has_its_own_series(service: ServiceUnderTest) -> None:
    async def one_of_each(tx: Tx) -> list[str]:
        return [str(await tx.registrations.next_certificate_no(kind, "500103", 2026)) for kind in CertificateKind]

    assert await service.run(one_of_each) == [
        "J500103-2026-000001", "L500103-2026-000001", "BJ500103-2026-000001", "BL500103-2026-000001",
    ]  # fmt: skip
