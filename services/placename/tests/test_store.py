"""Mapping, indexes, constraints and locks over a real database."""

import asyncio
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from placename.domain.category import Category
from placename.domain.locality import CENTRAL, Locality, Reach, Scope
from placename.domain.place_name import Description, Heritage, LegalAct, PlaceName, publish_name
from placename.domain.point import Point
from placename.domain.romanisation import Reading, Romanisation
from placename.domain.toponym import Toponym
from placename.store import Tx
from shared.kernel.ids import new_id
from shared.kernel.principal import Principal
from shared.testing.under_test import ServiceUnderTest

EVERYWHERE = Principal.of_public().area
STREETS = Scope(Reach.BUILT_UP_AREA, CENTRAL)


def make_name(specific: str = "𰻞和", *, syllables: tuple[str, ...] = ("biáng", "hé", "lù")) -> PlaceName:
    """A synthetic street of the central built-up area."""
    return publish_name(
        id=new_id(), toponym=Toponym(specific, "路"), category=Category.STREET,
        locality=Locality("500103001000", "500103", "500103001", CENTRAL),
        point=Point(Decimal("106.551600"), Decimal("29.563000")), begin=date(2020, 2, 29),
        reading=Reading(syllables, confirmed=True), romanisation=Romanisation("Bianghe Lu", "Biánghé Lù", ("1",)),
        description=Description("东起甲路", "来历", "含义"),
        act=LegalAct("区县人民政府", "府〔2020〕1号", date(2020, 2, 1), date(2020, 2, 29)), heritage=Heritage.COUNTY,
        reading_by="officer-a",
    )  # fmt: skip


async def test_a_name_comes_back_as_it_was_stored(service: ServiceUnderTest) -> None:
    name = make_name()
    await service.run(lambda tx: tx.names.add(name))
    assert await service.run(lambda tx: tx.names.find(name.id, area=EVERYWHERE)) == name


async def test_a_search_for_two_characters_of_the_middle_uses_the_index(service: ServiceUnderTest) -> None:
    async with service.running.database.engine.connect() as connection:
        await connection.execute(text("SET enable_seqscan = off"))
        plan = await connection.execute(
            text("EXPLAIN SELECT id FROM place_name WHERE grams @> ARRAY['山四'] AND strpos(folded, '山四') > 0")
        )
        assert "place_name_grams" in "\n".join(row[0] for row in plan)


async def test_a_retired_name_says_when_and_a_renamed_one_by_what(service: ServiceUnderTest) -> None:
    for change in ("status = 'ABOLISHED'", "status = 'RENAMED', ended_on = '2026-01-01'", "specific = ''"):
        with pytest.raises(Exception, match="check constraint"):
            async with service.running.database.engine.begin() as connection:
                await connection.execute(text(f"UPDATE place_name SET {change} WHERE category = 'SUBDISTRICT'"))


async def test_the_scope_is_held_until_the_first_has_committed(service: ServiceUnderTest) -> None:
    order: list[str] = []
    inside, passed, seen_waiting = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def first(tx: Tx) -> None:
        await tx.comparison.lock(STREETS, Category.STREET)
        inside.set()
        await seen_waiting.wait()
        order.append("first")

    async def second(tx: Tx) -> None:
        await inside.wait()
        await tx.comparison.lock(STREETS, Category.STREET)
        order.append("second")

    async def another_scope(tx: Tx) -> None:
        await inside.wait()
        await tx.comparison.lock(Scope(Reach.BUILT_UP_AREA, "500233"), Category.STREET)
        await tx.comparison.lock(STREETS, Category.BUILDING)
        order.append("another")
        passed.set()

    async def observe() -> None:
        waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        async with asyncio.timeout(5):
            await passed.wait()
            while not await service.rows(waiting):
                continue
        seen_waiting.set()

    await asyncio.gather(service.run(first), service.run(second), service.run(another_scope), observe())
    assert order == ["another", "first", "second"]


async def test_the_city_scope_sees_every_division_and_a_county_its_own(service: ServiceUnderTest) -> None:
    found = await service.rows(
        "SELECT count(*) FILTER (WHERE built_up_area = 'CENTRAL') AS central, count(*) FILTER (WHERE built_up_area IS "
        "NULL AND category = 'SUBDISTRICT') AS lost FROM place_name WHERE category = 'SUBDISTRICT'"
    )
    assert found[0].central > 50
    assert found[0].lost == 0
