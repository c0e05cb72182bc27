"""The tables: what goes in comes out, what is sealed stays sealed, and what may be true once only is."""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from assistance.store import applications, members, standards
from shared.storage.confidential import Unreadable
from shared.testing.under_test import ServiceUnderTest

TO_COUNTY = ("accept", "investigate", "verify", "opine", "publish", "wait", "forward")


async def found(service: ServiceUnderTest, application: dict[str, Any]) -> Any:
    return await service.run(lambda tx: tx.applications.find(UUID(application["id"]), area=tx.caller.area))


async def everything_stored(service: ServiceUnderTest) -> str:
    """Every row of every table, as text."""
    names = [row.tablename for row in await service.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    assert {"application", "application_member", "outbox", "audit_entry", "idempotency"} <= set(names)
    rows = [await service.rows(f'SELECT t::text AS line FROM "{name}" AS t') for name in names]
    return "\n".join(row.line for lines in rows for row in lines)


async def test_an_application_comes_back_as_it_was_written(
    service: ServiceUnderTest, reviewer: httpx.AsyncClient, submit: Any
) -> None:
    application = await submit(*TO_COUNTY, income_fen=231_000)
    assert (await reviewer.post(f"/v1/applications/{application['id']}/decide")).status_code == 200
    written = await found(service, application)

    async def write_back(tx: Any) -> None:
        again = await tx.applications.get(written.id, area=tx.caller.area)
        again.note("refused")
        await tx.applications.save(again)

    await service.run(write_back)
    assert await found(service, application) == replace(written, version=written.version + 1)
    assert written.verdict.near_poor
    assert written.means.incomes[0].amount_fen == 231_000
    assert written.clocks.refusal_notice.name == "REFUSAL_NOTICE"
    assert [member.relation for member in written.members] == ["SELF", "SPOUSE", "CHILD"]


async def test_a_standard_comes_back_as_it_was_written(service: ServiceUnderTest) -> None:
    for row in await service.rows("SELECT id FROM standard"):

        async def write_back(tx: Any, standard_id: UUID = row.id) -> None:
            before = await tx.standards.get(standard_id, area=tx.caller.area)
            again = replace(before, happened=["published"])
            await tx.standards.save(again)
            assert await tx.standards.find(standard_id, area=tx.caller.area) == replace(
                before, version=before.version + 1
            )

        await service.run(write_back)


async def test_the_mapping_knows_every_column_of_the_migrations(service: ServiceUnderTest) -> None:
    for table in (standards, applications, members):
        columns = await service.rows(
            "SELECT column_name FROM information_schema.columns WHERE table_name = :name", name=table.name
        )
        assert {row.column_name for row in columns} == set(table.columns.keys())


async def test_names_numbers_and_means_are_nowhere_in_plain_text(
    service: ServiceUnderTest, reviewer: httpx.AsyncClient, submit: Any, household: Any
) -> None:
    application = await submit(*TO_COUNTY, income_fen=123_457)
    assert (await reviewer.post(f"/v1/applications/{application['id']}/decide")).status_code == 200
    number = {"identity_number": household()["members"][0]["identity_number"]}
    assert len((await reviewer.post("/v1/applications/search", json=number)).json()["items"]) == 1
    stored = await everything_stored(service)
    assert application["business_no"] in stored
    for member in household()["members"]:
        assert member["name"] not in stored
        assert member["identity_number"] not in stored
        assert member["identity_number"][6:14] not in stored, "the date of birth is personal too"
    for secret in ("WAGE", "123457", "INCOME_BELOW_STANDARD"):
        assert secret not in stored


async def test_equal_names_are_sealed_to_different_texts(service: ServiceUnderTest, submit: Any) -> None:
    await submit(seed=1)
    await submit(seed=2)
    sealed = await service.rows("SELECT name, person_key FROM application_member WHERE ordinal = 0")
    assert len({row.name for row in sealed}) == len({row.person_key for row in sealed}) == 2


async def test_a_sealed_value_does_not_open_in_another_row(service: ServiceUnderTest, submit: Any) -> None:
    first, second = await submit(seed=1), await submit(seed=2)
    async with service.running.database.engine.begin() as connection:
        await connection.execute(
            text(
                "UPDATE application_member AS mine SET name = other.name FROM application_member AS other"
                " WHERE mine.application_id = :mine AND other.application_id = :other AND mine.ordinal = other.ordinal"
            ),
            {"mine": first["id"], "other": second["id"]},
        )
    with pytest.raises(Unreadable):
        await found(service, first)


async def answers_to(client: httpx.AsyncClient, bodies: list[dict[str, Any]]) -> Counter[tuple[int, str | None]]:
    """Submit all at once; how often which status and problem code came back."""
    answers = await asyncio.gather(*(client.post("/v1/applications", json=body) for body in bodies))
    return Counter((answer.status_code, answer.json().get("code")) for answer in answers)


async def test_of_thirty_households_that_list_one_person_at_once_one_is_taken(
    service: ServiceUnderTest, window: httpx.AsyncClient, household: Any
) -> None:
    shared_person = {**household(seed=99)["members"][0], "relation": "PARENT"}
    households = [household(seed=seed, persons=2) for seed in range(30)]
    for body in households:
        body["members"].append(shared_person)
    outcome = await answers_to(window, households)
    assert outcome == {(201, None): 1, (409, "person-in-live-case"): 29}
    (row,) = await service.rows("SELECT count(*) AS cases, count(DISTINCT business_no) AS numbers FROM application")
    assert (row.cases, row.numbers) == (1, 1)


async def test_of_twenty_households_that_list_one_couple_crosswise_one_is_taken(
    window: httpx.AsyncClient, household: Any
) -> None:
    one, other = household(persons=2)["members"]
    crosswise = {"members": [{**other, "relation": "SELF"}, {**one, "relation": "SPOUSE"}]}
    bodies = [household(persons=2) | (crosswise if n % 2 else {}) for n in range(20)]
    outcome = await answers_to(window, bodies)
    assert outcome == {(201, None): 1, (200, None): 9, (409, "person-in-live-case"): 10}, (
        "the same applicant is shown the one case, the other is refused"
    )


async def test_persons_are_taken_in_one_order_so_that_no_two_households_wait_in_a_circle(
    service: ServiceUnderTest, submit: Any
) -> None:
    await submit(persons=5)
    as_inserted = [
        row.person_key for row in await service.rows("SELECT person_key FROM application_member ORDER BY ctid")
    ]
    assert as_inserted == sorted(as_inserted)


async def test_a_withdrawn_case_frees_its_persons(window: httpx.AsyncClient, submit: Any, household: Any) -> None:
    for seed, steps in enumerate(((), ("accept",), ("accept", "verify"))):
        application = await submit(*steps, seed=seed)
        again = await window.post("/v1/applications", json=household(seed=seed))
        assert (again.status_code, again.json()["id"]) == (200, application["id"]), "the same case, not a second one"
        other = household(seed=seed)
        other["members"][0]["relation"], other["members"][1]["relation"] = "SPOUSE", "SELF"
        taken = await window.post("/v1/applications", json=other)
        assert (taken.status_code, taken.json()["rule"]) == (409, "H-11")
        assert (await window.post(f"/v1/applications/{application['id']}/withdraw")).status_code == 200
        assert (await window.post("/v1/applications", json=household(seed=seed))).status_code == 201


async def test_a_granted_case_holds_its_persons_and_a_refused_one_frees_them(
    window: httpx.AsyncClient, reviewer: httpx.AsyncClient, submit: Any, household: Any
) -> None:
    for seed, income_fen, status in ((1, 0, 200), (2, 231_000, 201)):
        application = await submit(*TO_COUNTY, seed=seed, income_fen=income_fen)
        await reviewer.post(f"/v1/applications/{application['id']}/decide")
        assert (await window.post("/v1/applications", json=household(seed=seed))).status_code == status


async def test_of_many_decisions_at_once_one_is_made(
    service: ServiceUnderTest, reviewer: httpx.AsyncClient, submit: Any
) -> None:
    path = f"/v1/applications/{(await submit(*TO_COUNTY))['id']}"
    tag = (await reviewer.get(path)).headers["ETag"]
    blind = [reviewer.post(f"{path}/decide") for _ in range(6)]
    careful = [reviewer.post(f"{path}/decide", headers={"If-Match": tag}) for _ in range(6)]
    outcome = Counter(answer.status_code for answer in await asyncio.gather(*blind, *careful))
    assert outcome[200] == 1
    assert outcome[409] + outcome[412] == 11
    (row,) = await service.rows("SELECT count(*) AS granted FROM outbox WHERE subject LIKE '%.granted.%'")
    assert row.granted == 1
