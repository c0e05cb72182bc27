"""Spans behave like the sets of days they stand for."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.spans import Span, SpanEndsBeforeItBegins, intersection, union

DAYS = st.dates(date(2020, 1, 1), date(2024, 12, 31))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    begin = draw(DAYS)
    length = draw(st.one_of(st.none(), st.integers(1, 400)))
    return Span(begin, None if length is None else begin + timedelta(days=length))


def on(day: date, found: tuple[Span, ...] | list[Span]) -> bool:
    return any(span.covers(day) for span in found)


@given(st.lists(spans(), max_size=5), st.lists(spans(), max_size=5), DAYS)
def test_union_and_intersection_are_those_of_sets(left: list[Span], right: list[Span], day: date) -> None:
    assert on(day, union(left)) == on(day, left)
    assert on(day, intersection(left, right)) == (on(day, left) and on(day, right))


@given(st.lists(spans(), max_size=6))
def test_a_union_is_in_order_and_apart(found: list[Span]) -> None:
    joined = union(found)
    assert all(a.end is not None and a.end < b.begin for a, b in itertools.pairwise(joined))


@given(spans(), spans(), DAYS)
def test_meeting_holding_and_sharing_agree(one: Span, other: Span, day: date) -> None:
    shared = one.shared_with(other)
    assert one.meets(other) == (shared is not None) == other.meets(one)
    assert one.holds(other) == (shared == other)
    assert (shared is not None and shared.covers(day)) == (one.covers(day) and other.covers(day))


def test_a_span_has_at_least_one_day() -> None:
    with pytest.raises(SpanEndsBeforeItBegins):
        Span(date(2026, 1, 1), date(2026, 1, 1))
