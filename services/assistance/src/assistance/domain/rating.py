"""Ratings of the service (好差评) and what follows a bad one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from assistance.domain.deadlines import Counting
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import Deadline
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.principal import Principal
from shared.kernel.workflow import Workflow

BAD_AT_MOST = 2
"""Grades 1 and 2 of five are bad (差评)."""


class RatingStatus(StrEnum):
    """Where a rating stands (评价状态)."""

    GIVEN = "GIVEN"
    OPEN = "OPEN"
    CALLED_BACK = "CALLED_BACK"
    FIXED = "FIXED"
    EXPLAINED = "EXPLAINED"
    EXCLUSION_PROPOSED = "EXCLUSION_PROPOSED"
    EXCLUDED = "EXCLUDED"


class RatingAction(StrEnum):
    """What can be done about a bad rating (差评处理)."""

    CALL_BACK = "call-back"
    EXTEND = "extend"
    FIX = "fix"
    EXPLAIN = "explain"
    PROPOSE_EXCLUSION = "propose-exclusion"
    EXCLUDE = "exclude"
    KEEP = "keep"


_S, _A = RatingStatus, RatingAction
WORKFLOW = Workflow(
    {
        (_S.OPEN, _A.CALL_BACK): _S.CALLED_BACK,
        (_S.OPEN, _A.PROPOSE_EXCLUSION): _S.EXCLUSION_PROPOSED,
        (_S.CALLED_BACK, _A.EXTEND): _S.CALLED_BACK,
        (_S.CALLED_BACK, _A.FIX): _S.FIXED,
        (_S.CALLED_BACK, _A.EXPLAIN): _S.EXPLAINED,
        (_S.CALLED_BACK, _A.PROPOSE_EXCLUSION): _S.EXCLUSION_PROPOSED,
        (_S.EXCLUSION_PROPOSED, _A.EXCLUDE): _S.EXCLUDED,
        (_S.EXCLUSION_PROPOSED, _A.KEEP): _S.OPEN,
    }
)


class RatingUnknown(NotFound):
    """评价不存在"""


class RatedBefore(Refusal):
    """该次办理已评价，一次一评、一事一评"""


class ExtendedBefore(Refusal):
    """整改时限只可延长一次"""


class ReasonMissing(Invalid):
    """须写明理由"""


@dataclass(kw_only=True)
class Rating(Aggregate):
    """One rating of one visit or one matter; free, voluntary, and the rater stays unseen until it is closed (A-10)."""

    matter: str
    score: int
    channel: str
    status: RatingStatus
    given_on: date
    real_name: bool
    rater: str | None = None
    words: str | None = None
    call_back_due: Deadline | None = None
    due: Deadline | None = None
    called_back_on: date | None = None
    extended_for: str | None = None
    closed_on: date | None = None
    outcome: str | None = None
    proposed_by: str | None = None

    @property
    def bad(self) -> bool:
        """Whether it is a bad rating."""
        return self.score <= BAD_AT_MOST

    @property
    def in_time(self) -> bool | None:
        """Whether a bad rating was settled within its limit; None before."""
        if self.closed_on is None or self.due is None:
            return None
        return self.closed_on <= self.due.on

    def call_back(self, *, on: date) -> None:
        """The handling unit contacts the rater."""
        self.status = WORKFLOW.next(self.status, RatingAction.CALL_BACK)
        self.called_back_on = on
        self.note("called_back")

    def extend(self, *, reason: str, count: Counting) -> None:
        """A complex matter gets the longest limit, counted from the rating, once and with a reason."""
        self.status = WORKFLOW.next(self.status, RatingAction.EXTEND)
        if self.extended_for is not None:
            raise ExtendedBefore(rule="A-11")
        self.extended_for = reason
        self.due = count.working_days("FIX_MAX", self.given_on, "rating.fix_max").due
        self.note("extended")

    def settle(self, *, on: date, outcome: str, justified: bool) -> None:
        """Fixed where it was justified, explained where there is no legal ground."""
        action = RatingAction.FIX if justified else RatingAction.EXPLAIN
        self.status = WORKFLOW.next(self.status, action)
        self.closed_on, self.outcome = on, outcome
        self.note("fixed" if justified else "explained")

    def propose_exclusion(self, *, by: str, reason: str) -> None:
        """Wrong or malicious, says the unit; somebody else reviews that (申诉复核)."""
        self.status = WORKFLOW.next(self.status, RatingAction.PROPOSE_EXCLUSION)
        self.proposed_by, self.outcome = by, reason
        self.note("exclusion_proposed")

    def review_exclusion(self, *, by: Principal, excluded: bool, on: date) -> None:
        """A second person excludes it, or lets it stand."""
        status = WORKFLOW.next(self.status, RatingAction.EXCLUDE if excluded else RatingAction.KEEP)
        by.require_other_than(self.proposed_by or "")
        self.status = status
        if excluded:
            self.closed_on = on
        self.note("excluded" if excluded else "kept")


def give_rating(*, id: UUID, division: str, matter: str, score: int, channel: str, on: date, count: Counting,
                rater: str | None = None, words: str | None = None) -> Rating:  # fmt: skip
    """One to five; a bad one starts the clocks of the call back and of the remedy."""
    bad = score <= BAD_AT_MOST
    rating = Rating(
        id=id, division=division, matter=matter, score=score, channel=channel,
        status=RatingStatus.OPEN if bad else RatingStatus.GIVEN, given_on=on, real_name=rater is not None,
        rater=rater, words=words,
        call_back_due=count.working_days("CALL_BACK", on, "rating.callback").due if bad else None,
        due=count.working_days("FIX", on, "rating.fix").due if bad else None,
    )  # fmt: skip
    rating.note("given")
    return rating
