"""Spans of days (时段): how every dated fact is written, and sets of days made of them.

All spans are half open: ``end`` is the first day that no longer holds, None while it lasts. One span's ``end`` is
therefore its successor's ``begin``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from shared.kernel.errors import Invalid


class SpanEndsBeforeItBegins(Invalid):
    """结束日须晚于起始日"""


@dataclass(frozen=True)
class Span:
    """The days from ``begin`` on, up to but not including ``end`` (时段)."""

    begin: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.begin:
            raise SpanEndsBeforeItBegins(field="end")

    def covers(self, day: date) -> bool:
        """Whether a day lies in the span."""
        return self.begin <= day and (self.end is None or day < self.end)

    def holds(self, other: Span) -> bool:
        """Whether all of another span lies in this one."""
        ends_inside = self.end is None or (other.end is not None and other.end <= self.end)
        return self.begin <= other.begin and ends_inside

    def meets(self, other: Span) -> bool:
        """Whether both have a day in common."""
        return (other.end is None or self.begin < other.end) and (self.end is None or other.begin < self.end)

    def shared_with(self, other: Span) -> Span | None:
        """The days of both, or None where there is none."""
        if not self.meets(other):
            return None
        ends = [end for end in (self.end, other.end) if end is not None]
        return Span(max(self.begin, other.begin), min(ends, default=None))


def union(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same days as disjoint spans in order; touching ones are joined."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: span.begin):
        last = joined[-1] if joined else None
        if last is None or (last.end is not None and last.end < span.begin):
            joined.append(span)
        elif last.end is not None and (span.end is None or span.end > last.end):
            joined[-1] = Span(last.begin, span.end)
    return tuple(joined)


def intersection(left: Iterable[Span], right: Iterable[Span]) -> tuple[Span, ...]:
    """The days in both."""
    return tuple(_overlaps(union(left), union(right)))


def _overlaps(left: Sequence[Span], right: Sequence[Span]) -> Iterator[Span]:
    for one in left:
        for other in right:
            if both := one.shared_with(other):
                yield both
