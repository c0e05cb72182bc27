"""Measures and values, without any database."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.catalogue import CATALOGUE
from monitoring.domain.catalogue import CatalogueEntryInvalid, Kind, catalogue_from_text
from monitoring.domain.evaluation import Question, Window, evaluate, gaps, last_year_end, questions
from monitoring.domain.facts.eldercare import Bed, Institution, QualityMark
from monitoring.domain.facts.reporting import Figure, ReportedSeries
from monitoring.domain.measures import Cell, contributions
from shared.kernel.spans import Span

TOWNSHIP = "500103001000"
DAYS = st.dates(date(2020, 1, 1), date(2027, 12, 31))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    begin = draw(DAYS)
    length = draw(st.one_of(st.none(), st.integers(1, 400)))
    return Span(begin, None if length is None else begin + timedelta(days=length))


def on(day: date, days: tuple[Span, ...] | list[Span]) -> bool:
    return any(span.begin <= day and (span.end is None or day < span.end) for span in days)


def total(found: Counter[Cell], measure: str, day: date) -> int:
    return sum(amount for cell, amount in found.items() if cell.measure == measure and cell.day <= day)


@given(st.lists(spans(), max_size=4), st.lists(spans(), max_size=4), DAYS)
def test_a_stock_on_any_day_is_the_sum_of_contributions_up_to_it(
    service: list[Span], nursing: list[Span], day: date
) -> None:
    bed = Bed(home=False, in_service=tuple(service), nursing=tuple(nursing), inclusive=())
    found = contributions(bed, TOWNSHIP)
    assert total(found, "bed.institution", day) == on(day, service)
    assert total(found, "bed.nursing", day) == (on(day, service) and on(day, nursing))
    assert total(found, "bed.inclusive", day) == 0


def test_a_home_bed_is_not_a_bed_of_an_institution() -> None:
    bed = Bed(home=True, in_service=(Span(date(2024, 1, 1)),), nursing=(Span(date(2024, 1, 1)),), inclusive=())
    assert {cell.measure for cell in contributions(bed, TOWNSHIP)} == {"bed.home", "bed.home_built"}


def test_the_latest_quality_mark_decides_and_only_while_the_institution_is_open() -> None:
    institution = Institution(
        operating=(Span(date(2021, 1, 1), date(2025, 1, 1)),),
        comprehensive=(),
        quality=(
            QualityMark(date(2022, 1, 1), True),
            QualityMark(date(2023, 1, 1), False),
            QualityMark(date(2024, 1, 1), True),
        ),
    )
    found = contributions(institution, TOWNSHIP)
    met = [total(found, "institution.quality_met", date(year, 6, 1)) for year in range(2021, 2026)]
    assessed = [total(found, "institution.assessed", date(year, 6, 1)) for year in range(2021, 2026)]
    assert met == [0, 1, 0, 1, 0]
    assert assessed == [0, 1, 1, 1, 0]


def test_an_institution_without_any_assessment_counts_as_operating_and_no_more() -> None:
    institution = Institution(operating=(Span(date(2021, 1, 1)),), comprehensive=(), quality=())
    assert contributions(institution, TOWNSHIP) == {Cell("institution.operating", TOWNSHIP, "", date(2021, 1, 1)): 1}


@given(st.dictionaries(DAYS, st.integers(0, 1000), max_size=8), DAYS)
def test_a_level_holds_until_the_next_figure_and_a_flow_adds_up(points: dict[date, int], day: date) -> None:
    figures = [Figure(on_day, value, None) for on_day, value in points.items()]
    known = {on_day: value for on_day, value in points.items() if on_day <= day}
    level = contributions(ReportedSeries("f", False, figures), TOWNSHIP)
    flow = contributions(ReportedSeries("f", True, figures), TOWNSHIP)
    assert total(level, "reported.f.numerator", day) == (known[max(known)] if known else 0)
    assert total(flow, "reported.f.numerator", day) == sum(known.values())


def totals_of(answers: dict[tuple[str, date], int]):
    """Totals that are given by measure and last day."""
    return lambda question: answers.get((question.measure, question.window.until))


URBAN, RURAL = "standard.SUBSISTENCE_ALLOWANCE.URBAN", "standard.SUBSISTENCE_ALLOWANCE.RURAL"


@pytest.mark.parametrize(
    ("urban", "rural", "share", "gap"), [(62_000, 49_600, "80.00", "-5.00"), (77_000, 63_000, "81.82", "-3.18")]
)
def test_we_43_the_rural_standard_as_a_share_of_the_urban_one(urban: int, rural: int, share: str, gap: str) -> None:
    indicator = CATALOGUE.by_id("rural-urban-standard-ratio")
    assert indicator is not None
    day = date(2025, 12, 31)
    totals = totals_of({(URBAN, day): urban, (RURAL, day): rural})
    value = evaluate(indicator, day, totals)
    assert value.rounded() == Decimal(share)
    assert [found.gap for found in gaps(indicator, value, day, totals)] == [Decimal(gap)]


def test_growth_speaks_of_the_last_completed_year_and_both_series_must_keep_up() -> None:
    indicator = CATALOGUE.by_id("allowance-standard-growth")
    assert indicator is not None
    ends = {date(2024, 12, 31): (75_000, 61_000), date(2025, 12, 31): (77_000, 63_000)}
    answers = {(URBAN, end): u for end, (u, _) in ends.items()} | {(RURAL, end): r for end, (_, r) in ends.items()}
    answers["reported.urban-consumption-growth.numerator", date(2024, 12, 31)] = 350
    totals = totals_of(answers)
    value = evaluate(indicator, date(2026, 11, 23), totals)
    assert (value.numerator, value.denominator, value.rounded()) == (2_000, 75_000, Decimal("2.67"))
    assert gaps(indicator, value, date(2026, 11, 23), totals)[0].gap == Decimal("-0.83")


def test_a_year_is_completed_on_its_last_day() -> None:
    assert last_year_end(date(2025, 12, 31)) == date(2025, 12, 31)
    assert last_year_end(date(2026, 12, 30)) == date(2025, 12, 31)


def test_we_48_a_city_value_divides_sums() -> None:
    indicator = CATALOGUE.by_id("nursing-bed-share")
    assert indicator is not None
    day = date(2025, 12, 31)
    totals = totals_of({("bed.nursing", day): 80 + 10, ("bed.institution", day): 100 + 10})
    assert evaluate(indicator, day, totals).rounded(1) == Decimal("81.8")


def test_an_empty_denominator_gives_no_value() -> None:
    indicator = CATALOGUE.by_id("nursing-bed-share")
    assert indicator is not None
    day = date(2025, 12, 31)
    empty = evaluate(indicator, day, totals_of({("bed.nursing", day): 0, ("bed.institution", day): 0}))
    assert empty.value is None


def test_the_catalogue_holds_the_sixteen_rows_of_the_plan() -> None:
    assert [indicator.row for indicator in CATALOGUE.table] == list(range(1, 17))
    binding = [indicator.row for indicator in CATALOGUE.table if indicator.nature == "BINDING"]
    assert binding == [3, 4, 10, 12, 14]
    printed = {i.row: [None if t.value is None else str(t.value) for t in i.targets] for i in CATALOGUE.table}
    assert printed == {
        1: [None, None], 2: ["85"], 3: ["100"], 4: ["100"], 5: ["10000"], 6: ["30"], 7: ["8"], 8: ["90"], 9: ["80"],
        10: ["100"], 11: ["100"], 12: ["100"], 13: ["100"], 14: ["60"], 15: ["100", "75"], 16: ["90", "100"],
    }  # fmt: skip
    baselines = {i.row: i.baseline.value for i in CATALOGUE.table if i.baseline.value is not None}
    assert baselines == {
        2: Decimal(80), 3: Decimal(100), 4: Decimal(100), 5: Decimal(5000), 7: Decimal("6.3"), 8: Decimal("75.8"),
        9: Decimal(40), 13: Decimal(41), 14: Decimal("32.3"), 15: Decimal(65), 16: Decimal(58),
    }  # fmt: skip


def test_a_wrong_entry_of_the_catalogue_is_named() -> None:
    with pytest.raises(CatalogueEntryInvalid) as refused:
        catalogue_from_text('[[indicator]]\nid = "broken"\nrow = 1\n')
    assert "broken" in (refused.value.detail or "")


def test_every_question_of_the_catalogue_names_a_window_that_ends_on_or_before_the_day() -> None:
    day = date(2026, 11, 23)
    for indicator in CATALOGUE.indicators:
        for question in questions(indicator, day):
            assert question.window.until <= day
            if indicator.kind is Kind.CUMULATIVE:
                assert question == Question(question.measure, Window(day, date(2021, 1, 1)))
