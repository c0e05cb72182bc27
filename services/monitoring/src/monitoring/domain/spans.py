"""Sets of days as half-open spans, and what a set of days adds to a running total."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, order=True)
class Days:
    """The days from ``begin`` up to but not including ``end``; ``end`` is None while they last."""

    begin: date
    end: date | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is no day in it."""
        return self.end is not None and self.end <= self.begin


def union(spans: Iterable[Days]) -> tuple[Days, ...]:
    """The same days as disjoint spans in order."""
    joined: list[Days] = []
    for span in sorted((span for span in spans if not span.is_empty), key=lambda span: span.begin):
        last = joined[-1] if joined else None
        if last is None or (last.end is not None and last.end < span.begin):
            joined.append(span)
        elif last.end is not None and (span.end is None or span.end > last.end):
            joined[-1] = Days(last.begin, span.end)
    return tuple(joined)


def intersection(left: Iterable[Days], right: Iterable[Days]) -> tuple[Days, ...]:
    """The days in both."""
    return tuple(_overlaps(union(left), union(right)))


def _overlaps(left: Sequence[Days], right: Sequence[Days]) -> Iterator[Days]:
    for one in left:
        for other in right:
            ends = [end for end in (one.end, other.end) if end is not None]
            both = Days(max(one.begin, other.begin), min(ends) if ends else None)
            if not both.is_empty:
                yield both


def steps(spans: Iterable[Days], amount: int = 1) -> Iterator[tuple[date, int]]:
    """The changes of a total that holds ``amount`` on every day of the set: plus at each begin, minus at each end."""
    for span in union(spans):
        yield span.begin, amount
        if span.end is not None:
            yield span.end, -amount
