from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.calendar import (
    CalendarTableInvalid,
    DayOutOfRange,
    EndBeforeStart,
    UnknownYear,
    WorkingCalendar,
    YearTable,
    calendar_from_toml,
    default_calendar,
)
from shared.kernel.clock import CHINA, NaiveMoment

CALENDAR = default_calendar()
KNOWN_DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))
ANY_DAYS = st.dates(date(2023, 1, 1), date(2029, 12, 31))


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "working_days", "end"),
    [
        # WE-22 subsistence allowance decided by the county, over Spring Festival
        ("2026-01-30", 1, "2026-02-02"),
        ("2026-01-30", 3, "2026-02-04"),
        ("2026-01-30", 10, "2026-02-13"),
        ("2026-01-30", 11, "2026-02-14"),
        ("2026-01-30", 12, "2026-02-24"),
        ("2026-01-30", 16, "2026-02-28"),
        ("2026-01-30", 17, "2026-03-02"),
        ("2026-01-30", 30, "2026-03-19"),
        ("2026-01-30", 45, "2026-04-10"),
        # WE-23 decided by the township, over May Day
        ("2026-04-27", 3, "2026-04-30"),
        ("2026-04-27", 4, "2026-05-06"),
        ("2026-04-27", 7, "2026-05-09"),
        ("2026-04-27", 8, "2026-05-11"),
        ("2026-04-27", 20, "2026-05-27"),
        # WE-28 notice of refusal
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-30", 2, "2026-10-09"),
        ("2026-09-30", 3, "2026-10-10"),
        # WE-31 families with rigid expenses
        ("2026-02-12", 1, "2026-02-13"),
        ("2026-02-12", 2, "2026-02-14"),
        ("2026-02-12", 3, "2026-02-24"),
        ("2026-02-12", 30, "2026-04-01"),
        ("2026-02-12", 45, "2026-04-23"),
        # WE-32 disability subsidies across provinces
        ("2026-09-17", 1, "2026-09-18"),
        ("2026-09-17", 2, "2026-09-20"),
        ("2026-09-17", 3, "2026-09-21"),
        ("2026-09-21", 3, "2026-09-24"),
        ("2026-09-21", 4, "2026-09-28"),
        ("2026-09-21", 9, "2026-10-10"),
        ("2026-09-21", 10, "2026-10-12"),
        ("2026-10-12", 3, "2026-10-15"),
        # WE-34 request for a DNA test
        ("2026-09-24", 7, "2026-10-12"),
        # WE-35 papers after urgent aid
        ("2026-10-02", 1, "2026-10-08"),
        ("2026-10-02", 10, "2026-10-20"),
        # WE-39 answer to a bad rating
        ("2026-09-30", 5, "2026-10-13"),
        ("2026-09-30", 15, "2026-10-27"),
        # WE-40 referral
        ("2026-11-02", 2, "2026-11-04"),
        ("2026-11-04", 5, "2026-11-11"),
        ("2026-11-09", 2, "2026-11-11"),
        ("2026-11-11", 5, "2026-11-18"),
        ("2026-11-25", 3, "2026-11-30"),
    ],
)
def test_working_days_end_where_the_worked_examples_say(start: str, working_days: int, end: str) -> None:
    deadline = CALENDAR.add_working_days(day(start), working_days)
    assert (deadline.on, deadline.provisional) == (day(end), False)
    assert CALENDAR.working_days_between(day(start), day(end)).days == working_days


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-09-29", 7, "2026-10-08"),  # WE-26 publicity over National Day
        ("2026-10-12", 7, "2026-10-19"),  # WE-30 publicity of a stop
        # divorce: end of the cooling-off period, then of the window to collect (民法典 1077)
        ("2026-01-05", 30, "2026-02-04"),
        ("2026-02-04", 30, "2026-03-06"),
        ("2026-01-19", 30, "2026-02-24"),
        ("2026-02-24", 30, "2026-03-26"),
        ("2026-04-01", 30, "2026-05-06"),
        ("2026-05-20", 30, "2026-06-22"),
        ("2026-07-01", 30, "2026-07-31"),
        ("2026-07-31", 30, "2026-08-31"),
        ("2026-08-21", 30, "2026-09-20"),  # a Sunday on which offices work
        ("2026-01-15", 30, "2026-02-14"),  # a Saturday on which offices work
    ],
)
def test_calendar_days_move_off_rest_days(start: str, days: int, end: str) -> None:
    deadline = CALENDAR.add_days(day(start), days)
    assert (deadline.on, deadline.provisional) == (day(end), False)


def test_limits_that_make_someone_act_do_not_move() -> None:
    """WE-34: ten days of rescue end inside the National Day holiday."""
    deadline = CALENDAR.add_days(day("2026-09-24"), 10, roll=False)
    assert (deadline.on, deadline.provisional) == (day("2026-10-04"), False)
    assert not CALENDAR.add_days(day("2030-01-01"), 3, roll=False).provisional


def test_hours_are_absolute_time() -> None:
    """WE-34: the notice is due 24 hours later, holiday or not."""
    entered = datetime(2026, 9, 24, 22, 10, tzinfo=CHINA)
    assert CALENDAR.add_hours(entered, 24) == datetime(2026, 9, 25, 22, 10, tzinfo=CHINA)
    assert CALENDAR.add_hours(entered.astimezone(UTC), 1).utcoffset() == timedelta(hours=8)
    with pytest.raises(NaiveMoment):
        CALENDAR.add_hours(datetime(2026, 9, 24), 24)


@pytest.mark.parametrize(
    ("start", "months", "end", "provisional"),
    [
        ("2026-09-24", 3, "2026-12-24", False),  # WE-34
        ("2026-03-15", 12, "2027-03-15", True),  # WE-37, class A
        ("2026-03-15", 6, "2026-09-15", False),  # WE-37, class B
        ("2026-03-15", 1, "2026-04-15", False),  # WE-37, class C, urban
        ("2026-03-15", 3, "2026-06-15", False),  # WE-37, class C, rural
        ("2025-10-31", 1, "2025-12-01", False),  # 30 November 2025 is a Sunday
        ("2025-12-31", 2, "2026-02-28", False),  # a Saturday on which offices work
        ("2025-12-31", 12, "2026-12-31", False),
    ],
)
def test_months_end_on_the_same_day_or_the_last_day(start: str, months: int, end: str, provisional: bool) -> None:
    deadline = CALENDAR.add_months(day(start), months)
    assert (deadline.on, deadline.provisional) == (day(end), provisional)


def test_a_year_after_29_february_ends_on_the_28th() -> None:
    assert CALENDAR.add_years(day("2024-02-29"), 1, roll=False).on == day("2025-02-28")
    assert CALENDAR.add_years(day("2024-02-29"), 4, roll=False).on == day("2028-02-29")
    assert CALENDAR.add_years(day("2025-02-28"), 1).on == day("2026-02-28")


def test_a_rest_day_rolls_forward_and_a_working_day_stays() -> None:
    assert CALENDAR.roll_forward(day("2026-02-15")).on == day("2026-02-24")
    assert CALENDAR.roll_forward(day("2026-02-14")).on == day("2026-02-14")


@pytest.mark.parametrize("year", [2025, 2026])
def test_a_year_has_248_working_days(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    assert sum(map(CALENDAR.is_working_day, days)) == 248
    assert CALENDAR.working_days_between(date(year, 1, 1), date(year, 12, 31)).days == 248


def test_an_unknown_year_is_refused_and_never_guessed() -> None:
    assert (CALENDAR.knows(2026), CALENDAR.knows(2027)) == (True, False)
    with pytest.raises(UnknownYear) as refused:
        CALENDAR.is_working_day(day("2027-01-04"))
    assert refused.value.facts == {"year": 2027, "known": [2025, 2026]}


def test_a_limit_that_reaches_an_unknown_year_is_provisional() -> None:
    deadline = CALENDAR.add_working_days(day("2026-12-30"), 2)
    assert (deadline.on, deadline.provisional) == (day("2027-01-01"), True)
    assert not CALENDAR.add_working_days(day("2026-12-30"), 1).provisional
    assert not CALENDAR.add_working_days(day("2024-12-31"), 1).provisional
    assert CALENDAR.working_days_between(day("2026-12-30"), day("2027-01-02")).provisional
    assert CALENDAR.roll_forward(day("2027-01-01")).provisional
    holiday_at_the_end = WorkingCalendar(
        [YearTable(2023, "test", frozenset(), frozenset(), working_days=260)]
    ).roll_forward(day("2023-12-30"))
    assert (holiday_at_the_end.on, holiday_at_the_end.provisional) == (day("2024-01-01"), True)


def test_loading_the_missing_table_gives_another_version() -> None:
    table = YearTable(2027, "test", frozenset({day("2027-01-01")}), frozenset(), working_days=260)
    longer = WorkingCalendar([table, *CALENDAR.years])
    deadline = longer.add_working_days(day("2026-12-30"), 2)
    assert (deadline.on, deadline.provisional) == (day("2027-01-04"), False)
    assert deadline.calendar_version == longer.version
    assert longer.version.startswith("2025,2026,2027:")
    assert CALENDAR.version.startswith("2025,2026:")
    assert len(CALENDAR.version) == len("2025,2026:") + 8


@given(ANY_DAYS, st.integers(0, 60))
def test_working_days_agree_with_counting_them_one_by_one(start: date, working_days: int) -> None:
    deadline = CALENDAR.add_working_days(start, working_days)
    passed = [start + timedelta(days=n) for n in range(1, (deadline.on - start).days + 1)]

    def works(day: date) -> bool:
        return CALENDAR.is_working_day(day) if CALENDAR.knows(day.year) else day.weekday() < 5

    assert sum(map(works, passed)) == working_days
    assert not passed or works(passed[-1])
    assert deadline.provisional == any(not CALENDAR.knows(day.year) for day in passed)


@given(KNOWN_DAYS, st.integers(0, 200))
def test_a_rolled_limit_is_the_first_working_day_not_before_the_plain_one(start: date, days: int) -> None:
    plain, rolled = CALENDAR.add_days(start, days, roll=False).on, CALENDAR.add_days(start, days)
    assert plain == start + timedelta(days=days)
    between = [plain + timedelta(days=n) for n in range((rolled.on - plain).days)]
    if not rolled.provisional:
        assert CALENDAR.is_working_day(rolled.on)
        assert not any(map(CALENDAR.is_working_day, between))


@given(ANY_DAYS, st.integers(0, 60))
def test_months_never_jump_over_a_month(start: date, months: int) -> None:
    end = CALENDAR.add_months(start, months, roll=False).on
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day == start.day or (end + timedelta(days=1)).day == 1


def test_no_limit_is_shorter_than_nothing() -> None:
    for add in (CALENDAR.add_working_days, CALENDAR.add_days, CALENDAR.add_months):
        with pytest.raises(ValueError, match="shorter"):
            add(day("2026-01-05"), -1)
    with pytest.raises(EndBeforeStart):
        CALENDAR.working_days_between(day("2026-01-05"), day("2026-01-04"))


def test_the_end_of_time_is_a_refusal_and_not_a_crash() -> None:
    for add in (CALENDAR.add_working_days, CALENDAR.add_days, CALENDAR.add_months):
        with pytest.raises(DayOutOfRange):
            add(date.max, 1)
    with pytest.raises(DayOutOfRange):
        CALENDAR.add_hours(datetime(9999, 12, 31, tzinfo=CHINA), 24)


def wrong_table(**changes: str) -> str:
    fields = {
        "year": "2023",
        "source": '"test"',
        "working_days": "260",
        "rest": "[]",
        "make_up": "[]",
    } | changes
    return "[[year]]\n" + "\n".join(f"{key} = {value}" for key, value in fields.items()) + "\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (wrong_table(working_days="259"), "working-days"),
        (wrong_table(by_month="[260]"), "by-month"),
        (wrong_table(make_up="[2022-12-31]"), "day-of-another-year"),
        (wrong_table(make_up="[2023-01-02]"), "make-up-on-a-weekday"),
        (
            wrong_table(make_up="[2023-01-01]", rest="[{first = 2023-01-01, last = 2023-01-01}]"),
            "rest-and-make-up-at-once",
        ),
        (wrong_table() + wrong_table(), "year-twice"),
    ],
)
def test_a_table_that_does_not_add_up_is_not_loaded(text: str, reason: str) -> None:
    with pytest.raises(CalendarTableInvalid) as refused:
        calendar_from_toml(text)
    assert refused.value.facts["reason"] == reason
