"""The dated facts of this service: how one is written as spans, and how it changes from a day on.

The spans of one fact are in order, do not overlap, and only the last may be open.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeAlias

from shared.kernel.errors import Invalid, Refusal
from shared.kernel.spans import Span


class SpansOverlap(Invalid):
    """同一事项的时段重叠或次序有误"""


class DayInFuture(Refusal):
    """不得登记将来的事实"""


class NotAfterLastChange(Refusal):
    """变更日须晚于该事项最近一次变更；更正既往事实请用更正"""


Spans: TypeAlias = tuple[Span, ...]


def require_past(*days: date | None, today: date) -> None:
    """Facts are recorded when they have happened, not before (rule 7.5)."""
    if any(day is not None and day > today for day in days):
        raise DayInFuture(rule="EC-7.5.8", today=today.isoformat())


def require_later(on: date, latest: date | None) -> None:
    """Changes of one fact are recorded in the order of their days (rule 7.5)."""
    if latest is not None and on <= latest:
        raise NotAfterLastChange(rule="EC-7.5.8", latest=latest.isoformat())


def checked(spans: Iterable[Span], today: date) -> Spans:
    """The spans of one fact as written by a person, touching ones joined; refuses overlaps and the future."""
    found: list[Span] = []
    for span in spans:
        require_past(span.begin, span.end, today=today)
        last = found[-1] if found else None
        if last is not None and (last.end is None or last.end > span.begin):
            raise SpansOverlap(field="spans")
        if last is not None and last.end == span.begin:
            found[-1] = Span(last.begin, span.end)
        else:
            found.append(span)
    return tuple(found)


def covered(spans: Spans, day: date) -> bool:
    """Whether the fact holds on a day."""
    return any(span.covers(day) for span in spans)


def is_open(spans: Spans) -> bool:
    """Whether the fact still holds."""
    return bool(spans) and spans[-1].end is None


def latest_change(spans: Spans) -> date | None:
    """The last day on which the fact began or ended to hold."""
    return (spans[-1].end or spans[-1].begin) if spans else None


def begun(spans: Spans, on: date) -> Spans:
    """The fact holds from a day on; a span that ended that day goes on."""
    if spans and spans[-1].end == on:
        return (*spans[:-1], Span(spans[-1].begin))
    return (*spans, Span(on))


def ended(spans: Spans, on: date) -> Spans:
    """The fact holds no longer from a day on."""
    kept = [span for span in spans if span.begin < on]
    return tuple(Span(span.begin, min(span.end or on, on)) for span in kept)


def without(spans: Spans, taken: Spans) -> Spans:
    """The days of the first that are not days of the second."""
    left: list[Span] = []
    for span in spans:
        begin: date | None = span.begin
        for gap in taken:
            if begin is None or not gap.meets(Span(begin, span.end)):
                continue
            if begin < gap.begin:
                left.append(Span(begin, gap.begin))
            begin = gap.end
        if begin is not None and (span.end is None or begin < span.end):
            left.append(Span(begin, span.end))
    return tuple(left)
