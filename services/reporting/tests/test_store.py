"""Mapping, constraints, and confirmations that race on real connections."""

import asyncio
from functools import partial
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from reporting import usecases
from reporting.domain.figure import Document, Figure
from reporting.domain.form import Numbers
from reporting.usecases import Filing, Statement
from shared.kernel.divisions import Area
from shared.kernel.principal import CITY
from shared.testing.under_test import ServiceUnderTest

DISTRICT = "500103000000"
FORM = "disability-living-subsidy"


def filing(period: str, numerator: int) -> Filing:
    said = Statement(Numbers(numerator, 100_000), Document("测试用报表", None), "测试")
    return Filing(FORM, DISTRICT, period, said)


async def reviewed(service: ServiceUnderTest, period: str, numerator: int) -> UUID:
    figure = await service.run(lambda tx: usecases.file(tx, filing(period, numerator)), person="author")
    await service.run(lambda tx: usecases.review(tx, figure.id, expected=None), person="reviewer")
    return figure.id


async def corrected(service: ServiceUnderTest, figure_id: UUID, numerator: int) -> Figure:
    said = filing("2026-10", numerator).statement
    return await service.run(
        lambda tx: usecases.correct(tx, figure_id, said, reason="测试", expected=None), person="author"
    )


async def confirm_at_once(service: ServiceUnderTest, figures: list[UUID]) -> list[httpx.Response]:
    async with service.client("reporting:confirm", person="confirmer") as client:
        return await asyncio.gather(*(client.post(f"/v1/figures/{figure}/confirm") for figure in figures))


async def assert_the_series_equals_its_figures(service: ServiceUnderTest) -> None:
    """Published points are the confirmed figures, and the versions announced rise by one from 1."""
    [series] = await service.rows("SELECT version, points FROM series")
    confirmed = await service.rows(
        "SELECT period, numerator, denominator FROM figure WHERE status = 'CONFIRMED' ORDER BY last_day"
    )
    assert [(p["period"], p["numerator"], p["denominator"]) for p in series.points] == [tuple(row) for row in confirmed]
    events = await service.announced()
    assert [int(event["entityversion"]) for event in events] == list(range(1, series.version + 1))
    assert [(p["period"], p["numerator"], p["denominator"]) for p in events[-1]["data"]["points"]] == [
        tuple(row) for row in confirmed
    ]


async def test_a_figure_and_a_series_come_back_as_they_were_saved(service: ServiceUnderTest) -> None:
    first = await reviewed(service, "2026-09", 100)
    await confirm_at_once(service, [first])
    correction = await corrected(service, first, 300)
    found = await service.run(lambda tx: tx.figures.find(correction.id, area=Area(CITY)))
    assert found == correction
    assert found.version == 1
    [row] = await service.rows("SELECT id FROM series")
    series = await service.run(lambda tx: tx.series.find(row.id, area=Area(DISTRICT)))
    assert [(str(point.period), point.numbers) for point in series.points] == [("2026-09", Numbers(100, 100_000))]


async def test_of_two_figures_of_one_period_confirmed_at_once_one_wins(service: ServiceUnderTest) -> None:
    for period in ("2026-10", "2026-08", "2026-09"):
        rivals = [await reviewed(service, period, 100 + n) for n in range(4)]
        answers = await confirm_at_once(service, rivals)
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        won = next(answer.json()["id"] for answer in answers if answer.status_code == 200)
        refusals = [answer.json() for answer in answers if answer.status_code == 409]
        assert [(refusal["code"], refusal["facts"]) for refusal in refusals] == [
            ("period-confirmed-before", {"figure_id": won})
        ] * 3
        await assert_the_series_equals_its_figures(service)


async def test_of_two_corrections_confirmed_at_once_one_wins(service: ServiceUnderTest) -> None:
    old = await reviewed(service, "2026-10", 100)
    await confirm_at_once(service, [old])
    rivals = []
    for numerator in (110, 120):
        rivals.append((await corrected(service, old, numerator)).id)
        await service.run(partial(usecases.review, figure_id=rivals[-1], expected=None), person="reviewer")
    answers = await confirm_at_once(service, rivals)
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "corrected-figure-no-longer-stands"}
    await assert_the_series_equals_its_figures(service)


async def test_figures_of_different_periods_confirmed_at_once_all_apply(service: ServiceUnderTest) -> None:
    figures = [await reviewed(service, f"2026-{month:02}", 1_000 + month) for month in range(1, 11)]
    answers = await confirm_at_once(service, figures)
    assert {answer.status_code for answer in answers} == {200}
    assert len(await service.rows("SELECT 1 FROM series")) == 1
    await assert_the_series_equals_its_figures(service)
    assert (await service.rows("SELECT version FROM series"))[0].version == 11


async def test_one_figure_confirmed_by_many_at_once_is_confirmed_once(service: ServiceUnderTest) -> None:
    figure = await reviewed(service, "2026-10", 100)
    answers = await confirm_at_once(service, [figure] * 5)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"action-not-possible"}
    await assert_the_series_equals_its_figures(service)


async def test_the_database_guards_the_rules_too(service: ServiceUnderTest) -> None:
    for _ in range(2):
        await reviewed(service, "2026-10", 100)
    for change, constraint in (
        ("UPDATE figure SET status = 'CONFIRMED', confirmed_by = 'x'", "one_confirmed_figure_a_day"),
        ("UPDATE figure SET reviewed_by = author", "figure_check"),
        ("UPDATE figure SET confirmed_by = author", "figure_check"),
        ("UPDATE figure SET status = 'SUPERSEDED'", "figure_check"),
        ("UPDATE figure SET findings = '[{}]', explanation = NULL", "figure_check"),
        ("UPDATE figure SET status = 'LOST'", "figure_status_check"),
    ):
        async with service.running.database.engine.connect() as connection:
            with pytest.raises(IntegrityError, match=constraint):
                await connection.execute(text(change))


async def test_a_line_has_one_series(service: ServiceUnderTest) -> None:
    opened = "INSERT INTO series VALUES (:id, 1, 1, '500103000000', 'social-workers', 'LEVEL', '[]')"
    async with service.running.database.engine.connect() as connection:
        await connection.execute(text(opened), {"id": uuid4()})
        with pytest.raises(IntegrityError, match="one_series_a_line"):
            await connection.execute(text(opened), {"id": uuid4()})
