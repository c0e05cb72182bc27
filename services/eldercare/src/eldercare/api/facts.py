"""Dated facts over HTTP: spans, classes, quality marks, and the numbers of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import Field

from eldercare.domain.bed import BedClass, ClassSpan
from eldercare.domain.institution import QualityMark
from eldercare.domain.span import require_past
from eldercare.queries import BedCounts
from shared.kernel.spans import Span
from shared.web.fields import ApiModel, Day, Flag

PastDay = Annotated[Day | None, Query(description="统计日，默认当日")]


def past_or_today(on: date | None, today: date) -> date:
    """The day asked about; numbers of a future day do not exist."""
    require_past(on, today=today)
    return on or today


class SpanModel(ApiModel):
    """Days from ``begin`` on, before ``end``; ``end`` is null while it lasts."""

    begin: Day
    end: Day | None = None

    def parsed(self) -> Span:
        """The span as a value object."""
        return Span(self.begin, self.end)

    @classmethod
    def of(cls, span: Span) -> SpanModel:
        """The view of one span."""
        return cls(begin=span.begin, end=span.end)


class ClassSpanModel(SpanModel):
    """The class a bed has during a span."""

    bed_class: BedClass

    def classified(self) -> ClassSpan:
        """The span with its class."""
        return ClassSpan(self.parsed(), self.bed_class)

    @classmethod
    def showing(cls, entry: ClassSpan) -> ClassSpanModel:
        """The view of one entry."""
        return cls(begin=entry.span.begin, end=entry.span.end, bed_class=entry.bed_class)


class QualityMarkModel(ApiModel):
    """One assessment of basic quality."""

    assessed_on: Day
    met: Flag

    def parsed(self) -> QualityMark:
        """The mark as a value object."""
        return QualityMark(self.assessed_on, self.met)

    @classmethod
    def of(cls, mark: QualityMark) -> QualityMarkModel:
        """The view of one mark."""
        return cls(assessed_on=mark.assessed_on, met=mark.met)


SpanList = Annotated[list[SpanModel], Field(max_length=200)]
ClassSpanList = Annotated[list[ClassSpanModel], Field(max_length=200)]
QualityMarkList = Annotated[list[QualityMarkModel], Field(max_length=200)]


def spans_or_none(spans: Sequence[SpanModel] | None) -> list[Span] | None:
    """The written spans as value objects; None where nothing was written."""
    return None if spans is None else [span.parsed() for span in spans]


class CountsView(ApiModel):
    """Beds in service on a day; home-care beds stand apart and are in no other number."""

    beds: int = Field(description="机构床位数")
    nursing: int = Field(description="护理型床位数")
    inclusive: int = Field(description="普惠床位数")
    occupied: int = Field(description="已入住床位数")
    free: int = Field(description="空余床位数")
    home: int = Field(description="家庭养老床位数")

    @classmethod
    def of(cls, counts: BedCounts) -> CountsView:
        """The view of the numbers of a day."""
        return cls(
            beds=counts.beds, nursing=counts.nursing, inclusive=counts.inclusive, occupied=counts.occupied,
            free=counts.free, home=counts.home,
        )  # fmt: skip
