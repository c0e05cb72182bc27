"""The verbs on a real database: what is stored, what is announced, what is audited."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from reporting import queries, usecases
from reporting.domain.figure import (
    CorrectedFigureNoLongerStands,
    Document,
    Figure,
    FigureUnknown,
    FindingsNeedExplanation,
    PeriodConfirmedBefore,
    Status,
)
from reporting.domain.form import Numbers
from reporting.domain.plausibility import FindingKind
from reporting.usecases import Filing, Statement
from shared.kernel.clock import CHINA
from shared.kernel.divisions import AbolishedDivision, Area, UnknownDivision
from shared.kernel.principal import CITY, OutsideOwnArea, PersonRequired
from shared.testing.under_test import ServiceUnderTest

YUZHONG, YUBEI, JIANGBEI, LIANGJIANG = "500103000000", "500112000000", "500105000000", "500157000000"


def statement(numerator: int = 900, denominator: int | None = 1_000, explanation: str | None = None) -> Statement:
    return Statement(Numbers(numerator, denominator), Document("测试用报表", "测〔2026〕1号"), explanation)


def filing(
    period: str = "2026-10", division: str = YUZHONG, form: str = "disability-living-subsidy", **said: Any
) -> Filing:
    return Filing(form, division, period, statement(**said))


async def filed(service: ServiceUnderTest, wanted: Filing, person: str = "author") -> Figure:
    return await service.run(lambda tx: usecases.file(tx, wanted), person=person)


async def reviewed(service: ServiceUnderTest, figure: Figure) -> Figure:
    return await service.run(lambda tx: usecases.review(tx, figure.id, expected=None), person="reviewer")


async def confirmed(service: ServiceUnderTest, figure: Figure) -> Figure:
    await reviewed(service, figure)
    return await service.run(lambda tx: usecases.confirm(tx, figure.id, expected=None), person="confirmer")


async def corrected(service: ServiceUnderTest, figure: Figure, **said: Any) -> Figure:
    return await service.run(
        lambda tx: usecases.correct(tx, figure.id, statement(**said), reason="原数漏计", expected=None), person="author"
    )


async def stored(service: ServiceUnderTest, figure_id: UUID) -> Figure:
    return await service.run(lambda tx: tx.figures.find(figure_id, area=Area(CITY)))


async def test_the_first_confirmation_opens_the_series_and_the_next_revises_it(service: ServiceUnderTest) -> None:
    await confirmed(service, await filed(service, filing("2026-10", numerator=950)))
    await confirmed(service, await filed(service, filing("2026-09", numerator=940)))
    events = await service.announced()
    assert [(event["type"], event["entityversion"]) for event in events] == [
        ("civil.reporting.series.opened.v1", "1"),
        ("civil.reporting.series.revised.v1", "2"),
        ("civil.reporting.series.revised.v1", "3"),
    ]
    assert events[-1]["region"] == YUZHONG
    assert events[-1]["data"] == {
        "form": "disability-living-subsidy",
        "kind": "LEVEL",
        "points": [
            {"period": "2026-09", "on": "2026-09-30", "numerator": 940, "denominator": 1_000},
            {"period": "2026-10", "on": "2026-10-31", "numerator": 950, "denominator": 1_000},
        ],
    }


async def test_nothing_is_announced_before_the_confirmation(service: ServiceUnderTest) -> None:
    figure = await reviewed(service, await filed(service, filing()))
    assert figure.status is Status.REVIEWED
    assert await service.announced() == []
    entries = await service.rows("SELECT action, person FROM audit_entry ORDER BY id")
    assert [tuple(row) for row in entries] == [("figure.filed", "author"), ("figure.reviewed", "reviewer")]


async def test_a_correction_replaces_the_point_and_the_old_figure_stays_readable(service: ServiceUnderTest) -> None:
    old = await confirmed(service, await filed(service, filing(numerator=900)))
    new = await corrected(service, old, numerator=930)
    assert (await stored(service, old.id)).status is Status.CONFIRMED
    await confirmed(service, new)
    before, after = await stored(service, old.id), await stored(service, new.id)
    assert (before.status, before.superseded_by, before.numbers.numerator) == (Status.SUPERSEDED, new.id, 900)
    assert (after.status, after.correction.of, after.correction.reason) == (Status.CONFIRMED, old.id, "原数漏计")
    points = (await service.announced())[-1]["data"]["points"]
    assert [point["numerator"] for point in points] == [930]
    series = (await service.rows("SELECT id FROM series"))[0]
    history = await service.run(lambda tx: queries.history(tx, series.id, area=Area(CITY), after=None, limit=10))
    assert [(figure.id, figure.status) for figure in history] == [
        (old.id, Status.SUPERSEDED), (new.id, Status.CONFIRMED),
    ]  # fmt: skip


async def test_the_first_of_two_corrections_wins(service: ServiceUnderTest) -> None:
    old = await confirmed(service, await filed(service, filing(numerator=900)))
    first = await corrected(service, old, numerator=910)
    with pytest.raises(FindingsNeedExplanation) as refused:
        await corrected(service, old, numerator=920)
    assert [finding["kind"] for finding in refused.value.facts["findings"]] == ["ANOTHER_UNDER_WAY"]
    second = await corrected(service, old, numerator=920, explanation="前一更正仍有误")
    await confirmed(service, second)
    with pytest.raises(CorrectedFigureNoLongerStands):
        await confirmed(service, first)
    assert (await service.announced())[-1]["data"]["points"][0]["numerator"] == 920


async def test_a_confirmed_period_is_changed_by_correction_only(service: ServiceUnderTest) -> None:
    late = await reviewed(service, await filed(service, filing(numerator=1_000)))
    await confirmed(service, await filed(service, filing(numerator=900, explanation="另一份在办"), person="other"))
    with pytest.raises(PeriodConfirmedBefore):
        await service.run(lambda tx: usecases.confirm(tx, late.id, expected=None), person="confirmer")
    with pytest.raises(PeriodConfirmedBefore):
        await filed(service, filing(explanation="说明"))


async def test_a_year_and_its_last_quarter_speak_for_the_same_day(service: ServiceUnderTest) -> None:
    outlets = {"division": CITY, "form": "lottery-outlets", "denominator": None}
    await confirmed(service, await filed(service, filing("2025-Q4", numerator=9_000, **outlets)))
    with pytest.raises(PeriodConfirmedBefore):
        await filed(service, filing("2025", numerator=9_100, **outlets))


async def test_what_became_strange_meanwhile_goes_back_to_the_author(service: ServiceUnderTest) -> None:
    october = await filed(service, filing("2026-10", numerator=900))
    await confirmed(service, await filed(service, filing("2026-09", numerator=300)))
    with pytest.raises(FindingsNeedExplanation):
        await reviewed(service, october)
    await service.run(
        lambda tx: usecases.send_back(tx, october.id, reason="与上月差异大", expected=None), person="reviewer"
    )
    again = statement(numerator=900, explanation="十月集中补录")
    refiled = await service.run(
        lambda tx: usecases.refile(tx, october.id, again, expected=None), person="author"
    )  # fmt: skip
    assert [(finding.kind, finding.before, finding.since) for finding in refiled.findings] == [
        (FindingKind.NUMERATOR_CHANGED, 300, "2026-09")
    ]
    assert (await confirmed(service, refiled)).status is Status.CONFIRMED


async def test_an_abolished_district_reports_the_time_before_its_end(service: ServiceUnderTest) -> None:
    for period in ("2025-11", "2026-10"):
        with pytest.raises(AbolishedDivision):
            await filed(service, filing(period, division=JIANGBEI))
    assert (await filed(service, filing("2025-10", division=JIANGBEI))).division == JIANGBEI
    with pytest.raises(UnknownDivision):
        await filed(service, filing("2025-10", division=LIANGJIANG))
    assert (await filed(service, filing("2025-11", division=LIANGJIANG))).division == LIANGJIANG
    with pytest.raises(AbolishedDivision):
        await filed(service, filing("2026-10", division=YUBEI[:6]))


async def test_a_figure_is_filed_for_the_own_area_and_by_a_person(service: ServiceUnderTest) -> None:
    with pytest.raises(OutsideOwnArea):
        await service.run(lambda tx: usecases.file(tx, filing()), division="500101000000")
    with pytest.raises(PersonRequired):
        await service.run(lambda tx: usecases.file(tx, filing()), person=None)
    figure = await filed(service, filing())
    with pytest.raises(FigureUnknown):
        await service.run(
            lambda tx: usecases.review(tx, figure.id, expected=None), person="reviewer", division="500101000000"
        )


async def test_a_batch_takes_each_row_on_its_own_and_a_dry_run_keeps_nothing(service: ServiceUnderTest) -> None:
    rows = [
        filing("2026-10"),
        filing("2026-10", numerator=1_001),
        filing("2026-10"),
        filing("2026-13"),
        filing("2026-10", division=YUBEI),
        filing("2026-09", explanation="说明"),
        filing("2026-10", form="no-such-form"),
    ]
    dry = await service.run(lambda tx: usecases.file_batch(tx, rows, dry_run=True))
    assert await service.rows("SELECT 1 FROM figure") == []
    done = await service.run(lambda tx: usecases.file_batch(tx, rows, dry_run=False))
    for outcomes in (dry, done):
        assert [(outcome.row, outcome.refusal and outcome.refusal.code) for outcome in outcomes] == [
            (1, None),
            (2, "numerator-exceeds-denominator"),
            (3, "findings-need-explanation"),
            (4, "period-invalid"),
            (5, "abolished-division"),
            (6, None),
            (7, "form-unknown"),
        ]
    kept = {row.id for row in await service.rows("SELECT id FROM figure")}
    assert kept == {outcome.figure.id for outcome in done if outcome.figure}
    assert len(await service.rows("SELECT 1 FROM audit_entry WHERE action = 'figure.filed'")) == 2


async def test_five_hundred_rows_are_one_short_transaction(service: ServiceUnderTest) -> None:
    districts = service.running.database.around.divisions.districts(date(2024, 12, 31))
    rows = [
        filing(f"{2023 + month // 12}-{month % 12 + 1:02}", division=district.code)
        for month in range(24)
        for district in districts
    ][:500]
    outcomes = await service.run(lambda tx: usecases.file_batch(tx, rows, dry_run=False))
    assert all(outcome.figure for outcome in outcomes)
    assert len(outcomes) == len(await service.rows("SELECT 1 FROM figure")) == 500


async def test_what_is_due_shrinks_with_the_confirmations(service: ServiceUnderTest) -> None:
    async def due(form: str, area: str = CITY, overdue: bool | None = None) -> list[Any]:
        return await service.run(
            lambda tx: queries.duties(tx, area=Area(area), form=form, overdue=overdue, after=None, limit=100)
        )

    living = "disability-living-subsidy"
    districts = service.running.database.around.divisions.districts(date(2026, 10, 31))
    assert [duty.division.code for duty in await due(living)] == [district.code for district in districts]
    [mine] = await due(living, YUZHONG)
    assert (str(mine.period), mine.due.on, mine.is_overdue, mine.status) == ("2026-10", date(2026, 11, 16), True, None)
    figure = await filed(service, filing())
    [mine] = await due(living, YUZHONG)
    assert (mine.figure_id, mine.status) == (figure.id, Status.FILED)
    old = await confirmed(service, figure)
    assert await due(living, YUZHONG) == []
    await corrected(service, old, numerator=901)
    assert await due(living, YUZHONG) == []
    assert await due(living, "500103001000") == []
    [rescue] = await due("rescue-returns")
    assert (str(rescue.period), rescue.division.code, rescue.is_overdue) == ("2026-Q3", CITY, True)
    service.clock.set(datetime(2026, 10, 20, 9, 0, tzinfo=CHINA))
    assert await due("rescue-returns", overdue=True) == []
    [rescue] = await due("rescue-returns", overdue=False)
    assert rescue.due.on == date(2026, 10, 20)
    assert await due("rescue-returns", YUZHONG) == []


async def test_work_lists_show_what_the_person_can_do(service: ServiceUnderTest) -> None:
    a = await filed(service, filing("2026-09"), person="a")
    b = await reviewed(service, await filed(service, filing("2026-10"), person="b"))
    c = await filed(service, filing("2026-08"), person="c")
    await service.run(lambda tx: usecases.send_back(tx, c.id, reason="测试", expected=None), person="reviewer")

    async def listed(awaiting: queries.Awaiting, person: str, may: bool = True) -> list[UUID]:
        wanted = queries.FigureFilter(awaiting=awaiting, person=person, reviewer_may_confirm=may)
        found = await service.run(
            lambda tx: queries.figures_listed(tx, wanted, area=Area(CITY), after=None, limit=10)
        )  # fmt: skip
        return [figure.id for figure in found]

    assert await listed(queries.Awaiting.REVIEW, "a") == []
    assert await listed(queries.Awaiting.REVIEW, "b") == [a.id]
    assert await listed(queries.Awaiting.CONFIRM, "b") == []
    assert await listed(queries.Awaiting.CONFIRM, "reviewer") == [b.id]
    assert await listed(queries.Awaiting.CONFIRM, "reviewer", may=False) == []
    assert await listed(queries.Awaiting.CONFIRM, "a", may=False) == [b.id]
    assert await listed(queries.Awaiting.REFILE, "a") == []
    assert await listed(queries.Awaiting.REFILE, "c") == [c.id]
