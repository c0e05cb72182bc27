from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from shared.kernel.clock import CHINA, Clock, NaiveMoment, SteppedClock, SystemClock, business_day

NINE = datetime(2026, 1, 5, 9, 0, tzinfo=CHINA)


def test_the_system_clock_speaks_china_time() -> None:
    clock: Clock = SystemClock()
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
    assert clock.now().utcoffset() == timedelta(hours=8)


def test_a_stepped_clock_moves_only_when_told() -> None:
    clock = SteppedClock(NINE)
    assert clock.now() == clock.now() == NINE
    assert clock.advance(timedelta(minutes=5)) == clock.now() == NINE + timedelta(minutes=5)
    assert clock.set(NINE.astimezone(UTC)) == clock.now() == NINE
    assert clock.now().utcoffset() == timedelta(hours=8)


def test_the_business_day_begins_at_midnight_in_china() -> None:
    assert business_day(datetime(2025, 12, 31, 15, 59, 59, tzinfo=UTC)) == date(2025, 12, 31)
    assert business_day(datetime(2025, 12, 31, 16, 0, tzinfo=UTC)) == date(2026, 1, 1)
    assert business_day(datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=12)))) == date(2025, 12, 31)


def test_a_moment_without_an_offset_is_refused() -> None:
    naive = datetime(2026, 1, 5)
    with pytest.raises(NaiveMoment):
        business_day(naive)
    with pytest.raises(NaiveMoment):
        SteppedClock(naive)
