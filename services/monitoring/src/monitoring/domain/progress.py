"""Progress towards a target (进度): the gap, the pace that is needed, a projection, and whether it misses.

The projection fits a straight line by least squares through the ends of the last months and prolongs it to the
deadline; its interval is the usual 95 % prediction interval of such a line. With fewer than three points nothing is
projected. A share in per cent is never projected above 100 or below 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from monitoring.domain.evaluation import TargetGap, rounded
from monitoring.domain.indicator import Better, Indicator
from monitoring.domain.indicator import Target as PrintedTarget

METHOD = "按最近各月末数值以最小二乘法拟合直线外推至期限，区间为95%预测区间；百分比限于0至100"
LEAST_POINTS = 3
MONTHS = 13
DAYS_A_MONTH = Fraction(1461, 48)
T_95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201)
"""Student's t, two-sided 95 %, for 1 to 11 degrees of freedom."""

Point = tuple[date, Fraction]


@dataclass(frozen=True)
class Projection:
    """The value expected on the deadline, with its 95 % interval and how many points it rests on."""

    value: Decimal
    low: Decimal
    high: Decimal
    points: int
    method: str = METHOD


@dataclass(frozen=True)
class Progress:
    """One target on the way: ``pace_needed`` and ``pace`` in the indicator's unit per month of 30.4375 days.

    ``misses`` is None where nothing can be projected; after the deadline it is decided by the value itself.
    """

    target: PrintedTarget
    value: Decimal | None
    gap: Decimal | None
    reached: bool | None
    days_left: int
    pace_needed: Decimal | None
    pace: Decimal | None
    projection: Projection | None
    misses: bool | None


def month_ends(on: date) -> list[date]:
    """The ends of the last twelve months, and the day itself."""
    days, day = [on], on
    for _ in range(MONTHS - 1):
        day = day.replace(day=1) - timedelta(days=1)
        days.append(day)
    return sorted(days)


def progress(indicator: Indicator, points: Sequence[Point], gap: TargetGap, on: date) -> Progress:
    """Progress towards one target from the values at month ends; the last point is the value of the day."""
    left = (gap.target.deadline - on).days
    value = points[-1][1] if points and points[-1][0] == on else None
    needed = None
    if value is not None and gap.value is not None and left > 0 and not gap.reached:
        needed = rounded((Fraction(gap.value) - value) / left * DAYS_A_MONTH, indicator.places)
    line = _line(points) if left > 0 and len(points) >= LEAST_POINTS else None
    projection = None if line is None else _project(indicator, line, points, gap.target.deadline)
    return Progress(
        gap.target, gap.value, gap.gap, gap.reached, left, needed,
        None if line is None else rounded(line.slope * DAYS_A_MONTH, indicator.places),
        projection, _misses(indicator, gap, projection, left),
    )  # fmt: skip


def _misses(indicator: Indicator, gap: TargetGap, projection: Projection | None, left: int) -> bool | None:
    if left <= 0:
        return None if gap.reached is None else not gap.reached
    if projection is None or gap.value is None:
        return None
    higher = indicator.better is Better.HIGHER
    return projection.value < gap.value if higher else projection.value > gap.value


@dataclass(frozen=True)
class _Fit:
    """A fitted line: value at the mean day, slope per day, squares of days, variance of the rest."""

    mean_day: Fraction
    mean: Fraction
    slope: Fraction
    squares: Fraction
    variance: Fraction


def _line(points: Sequence[Point]) -> _Fit | None:
    days = [Fraction(day.toordinal()) for day, _ in points]
    values = [value for _, value in points]
    mean_day, mean = sum(days) / len(days), sum(values) / len(values)
    squares = sum(((day - mean_day) ** 2 for day in days), Fraction(0))
    if not squares:
        return None
    slope = sum((day - mean_day) * (v - mean) for day, v in zip(days, values, strict=True)) / squares
    rest = sum(((v - mean - slope * (day - mean_day)) ** 2 for day, v in zip(days, values, strict=True)), Fraction(0))
    return _Fit(
        Fraction(mean_day), Fraction(mean), Fraction(slope), Fraction(squares), Fraction(rest) / (len(points) - 2)
    )


def _project(indicator: Indicator, fit: _Fit, points: Sequence[Point], deadline: date) -> Projection:
    away = deadline.toordinal() - fit.mean_day
    value = fit.mean + fit.slope * away
    spread = fit.variance * (1 + Fraction(1, len(points)) + away**2 / fit.squares)
    half = Fraction(T_95[min(len(points) - 2, len(T_95)) - 1] * math.sqrt(spread))
    low, middle, high = (_bounded(indicator, number) for number in (value - half, value, value + half))
    return Projection(
        rounded(middle, indicator.places), rounded(low, indicator.places), rounded(high, indicator.places), len(points)
    )


def _bounded(indicator: Indicator, number: Fraction) -> Fraction:
    return (
        max(Fraction(0), min(Fraction(100), number)) if indicator.unit == "%" and indicator.kind != "GROWTH" else number
    )
