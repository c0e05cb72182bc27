from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.periods import Period, PeriodInvalid, PeriodKind

DAYS = st.dates(date(1901, 1, 1), date(2998, 12, 31))


@pytest.mark.parametrize(
    ("text", "kind", "first", "last", "following", "preceding"),
    [
        ("2025", PeriodKind.YEAR, date(2025, 1, 1), date(2025, 12, 31), "2026", "2024"),
        ("2025-H1", PeriodKind.HALF, date(2025, 1, 1), date(2025, 6, 30), "2025-H2", "2024-H2"),
        ("2025-Q3", PeriodKind.QUARTER, date(2025, 7, 1), date(2025, 9, 30), "2025-Q4", "2025-Q2"),
        ("2025-Q4", PeriodKind.QUARTER, date(2025, 10, 1), date(2025, 12, 31), "2026-Q1", "2025-Q3"),
        ("2024-02", PeriodKind.MONTH, date(2024, 2, 1), date(2024, 2, 29), "2024-03", "2024-01"),
    ],
)
def test_a_period_knows_its_days_and_its_neighbours(
    text: str, kind: PeriodKind, first: date, last: date, following: str, preceding: str
) -> None:
    period = Period.parse(text)
    assert (period.kind, period.first, period.last) == (kind, first, last)
    assert (str(period), str(period.next()), str(period.previous())) == (text, following, preceding)


@given(st.sampled_from(PeriodKind), DAYS)
def test_the_periods_of_a_kind_cover_all_days_without_gap_or_overlap(kind: PeriodKind, day: date) -> None:
    period = Period.of(kind, day)
    assert period.contains(day)
    assert Period.parse(str(period)) == period
    assert period.next().first == period.last + timedelta(days=1)
    assert period.previous().next() == period
    assert not period.contains(period.next().first)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "25",
        "2025-7",
        "2025-13",
        "2025-00",
        "2025-H3",
        "2025-Q0",
        "2025-Q5",
        "2025-q1",
        " 2025",
        "2025\n",
        "２０２５",
        "2025/07",
        "2025-07-01",
        "٢٠٢٥",
        "0001",
        "1899",
        "3000",
    ],
)
def test_anything_else_is_not_a_period(text: str) -> None:
    with pytest.raises(PeriodInvalid):
        Period.parse(text)


def test_a_year_has_no_fifth_quarter_and_nothing_is_counted_from_zero() -> None:
    for number in (0, 5):
        with pytest.raises(PeriodInvalid) as refused:
            Period(PeriodKind.QUARTER, 2025, number)
        assert refused.value.facts == {"reason": "number"}
