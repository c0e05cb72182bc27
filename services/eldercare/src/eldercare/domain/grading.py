"""The grade of an institution: five levels by points and by each part's share (GB/T 37276)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from types import MappingProxyType

from shared.kernel.errors import Invalid, Refusal

PARTS = MappingProxyType({"environment": 120, "equipment": 130, "operation": 150, "service": 600})
"""The four parts and their maxima; they sum to 1 000."""
CUT_OFFS = ((5, 900, 90), (4, 780, 80), (3, 570, 60), (2, 450, 50), (1, 360, 40))
"""Grade, least total, least share of each part in per cent."""
VALID_YEARS = "grade.valid_years"


class PointsOutOfRange(Invalid):
    """评分超出该部分的满分或缺项"""


class GradeNotReached(Refusal):
    """得分未达到任何等级"""


class GradeOverlaps(Refusal):
    """该时段已有等级评定结果"""


@dataclass(frozen=True)
class GradeAward:
    """A grade from 1 to 5 (等级) and the days it is valid; ``end`` is the first day that it is not."""

    grade: int
    begin: date
    end: date


def grade_of(points: Mapping[str, int]) -> int | None:
    """The highest grade whose total and whose share in every part are reached; None below the first."""
    if points.keys() != PARTS.keys() or any(not 0 <= points[part] <= most for part, most in PARTS.items()):
        raise PointsOutOfRange(field="points", maxima=dict(PARTS))
    total = sum(points.values())
    for grade, least, share in CUT_OFFS:
        if total >= least and all(points[part] * 100 >= most * share for part, most in PARTS.items()):
            return grade
    return None


def require_grade(points: Mapping[str, int]) -> int:
    """The grade, refused where none is reached."""
    grade = grade_of(points)
    if grade is None:
        raise GradeNotReached(rule="GB/T 37276", total=sum(points.values()))
    return grade


def ordered_awards(awards: Sequence[GradeAward]) -> tuple[GradeAward, ...]:
    """Awards in order; a later award replaces the rest of an earlier one, two of one day do not stand together."""
    ordered = sorted(awards, key=lambda award: award.begin)
    if any(former.begin == later.begin for former, later in pairwise(ordered)):
        raise GradeOverlaps(rule="GB/T 37276")
    ends = [*(award.begin for award in ordered[1:]), date.max]
    return tuple(
        GradeAward(award.grade, award.begin, min(award.end, end)) for award, end in zip(ordered, ends, strict=True)
    )
