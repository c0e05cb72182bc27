"""A series (数据序列): the confirmed figures of one form and one division, as the world sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from reporting.domain.form import FormKind, Line, Numbers
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import NotFound
from shared.kernel.periods import Period


class SeriesUnknown(NotFound):
    """数据序列不存在"""


@dataclass(frozen=True)
class Point:
    """One confirmed figure of a series (数据点)."""

    period: Period
    numbers: Numbers

    @property
    def on(self) -> date:
        """The last day of its period, for which it speaks."""
        return self.period.last


@dataclass(kw_only=True)
class Series(Aggregate):
    """All confirmed figures of one form and one division (数据序列), ordered by day, one a day at most."""

    form: str
    kind: FormKind
    points: tuple[Point, ...] = ()

    @property
    def line(self) -> Line:
        """The form and the division."""
        return self.form, self.division

    def before(self, day: date) -> Point | None:
        """The latest point that speaks for an earlier day."""
        return next((point for point in reversed(self.points) if point.on < day), None)

    def revise(self, point: Point) -> None:
        """Set the point of its day, in place of the one that was there."""
        others = [known for known in self.points if known.on != point.on]
        self.points = tuple(sorted([*others, point], key=lambda known: known.on))
        self.note("revised")

    def drop(self, day: date) -> None:
        """Take back the point of a day; the series stays, even without any point."""
        self.points = tuple(known for known in self.points if known.on != day)
        self.note("revised")


def open_series(*, id: UUID, line: Line, kind: FormKind) -> Series:
    """Begin a series, when its first figure is confirmed."""
    form, division = line
    series = Series(id=id, division=division, form=form, kind=kind)
    series.note("opened")
    return series
