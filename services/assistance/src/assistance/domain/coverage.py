"""How many of those entitled to a disability subsidy got it in a month (补贴覆盖率), rows 3 and 4 of 专栏1.

Those excluded by law leave the denominator (rulebook MS-03, MS-04) and are counted beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from assistance.domain.aid import Aid
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Invalid, NotFound


class CoverageUnknown(NotFound):
    """补贴覆盖统计不存在"""


class NotASubsidy(Invalid):
    """仅统计两项残疾人补贴"""


SUBSIDIES = (Aid.DISABILITY_LIVING_SUBSIDY, Aid.DISABILITY_NURSING_SUBSIDY)


@dataclass(kw_only=True)
class Coverage(Aggregate):
    """One subsidy in one district and month; counted again, the figures are replaced."""

    aid: Aid
    month: date
    covered: int = 0
    entitled: int = 0
    excluded: int = 0

    def count(self, *, covered: int, entitled: int, excluded: int) -> None:
        """Take the figures of a count."""
        self.covered, self.entitled, self.excluded = covered, entitled, excluded
        self.note("counted")


def begin_coverage(*, id: UUID, division: str, aid: Aid, month: date) -> Coverage:
    """A district's figure of a month, still empty."""
    if aid not in SUBSIDIES:
        raise NotASubsidy(field="aid")
    return Coverage(id=id, division=division, aid=aid, month=month)
