"""Ratings (好差评): five grades, bound to one piece of business, and the clock of a poor grade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from uuid import UUID

from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import Deadline
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.workflow import Workflow


class Grade(IntEnum):
    """How somebody was served (评价等级)."""

    VERY_GOOD = 5
    """非常满意"""
    GOOD = 4
    """满意"""
    BASIC = 3
    """基本满意"""
    POOR = 2
    """不满意"""
    VERY_POOR = 1
    """非常不满意"""

    @property
    def is_satisfied(self) -> bool:
        """The first three count as satisfied."""
        return self >= Grade.BASIC


class RatedBusiness(StrEnum):
    """What kind of business was rated (被评价办件)."""

    REGISTRATION = "REGISTRATION"
    DIVORCE = "DIVORCE"
    ISSUANCE = "ISSUANCE"
    CORRECTION = "CORRECTION"


class RatingStatus(StrEnum):
    """Where a rating stands (评价状态)."""

    RECORDED = "RECORDED"
    TO_BE_VERIFIED = "TO_BE_VERIFIED"
    ANSWERED = "ANSWERED"


class RatingAction(StrEnum):
    """What can be done to a rating."""

    ANSWER = "answer"


WORKFLOW = Workflow({(RatingStatus.TO_BE_VERIFIED, RatingAction.ANSWER): RatingStatus.ANSWERED})
"""A satisfied grade needs no answer; a poor one is verified and answered once."""


class RatingUnknown(NotFound):
    """评价不存在"""


class RatedAlready(Refusal):
    """该办件已评价"""


class NothingToRate(Refusal):
    """该办件尚未办结，不能评价"""


class RatedBeforeBusiness(Invalid):
    """评价日期早于办件日期"""


@dataclass(frozen=True)
class Verification:
    """What the follow-up of a poor grade found (差评核实); ``upheld`` is a complaint found right."""

    upheld: bool
    measures: str
    on: date
    by: str


@dataclass(kw_only=True)
class Rating(Aggregate):
    """One rating of one piece of business (服务评价)."""

    office_id: UUID
    business: RatedBusiness
    subject_id: UUID
    grade: Grade
    status: RatingStatus
    rated_on: date
    answer_due_on: date | None
    provisional: bool
    verification: Verification | None = None

    def is_overdue(self, today: date) -> bool:
        """Whether a poor grade waits for its answer longer than allowed."""
        return self.status is RatingStatus.TO_BE_VERIFIED and self.answer_due_on is not None and (
            today > self.answer_due_on
        )  # fmt: skip

    @property
    def answered_in_time(self) -> bool | None:
        """Whether a poor grade was answered by its day; None where it needs no answer or has none."""
        if self.verification is None or self.answer_due_on is None:
            return None
        return self.verification.on <= self.answer_due_on

    def answer(self, verification: Verification) -> None:
        """A poor grade was looked into and answered."""
        self.status = WORKFLOW.next(self.status, RatingAction.ANSWER)
        self.verification = verification
        self.note("answered")


def rate(
    *, id: UUID, division: str, office_id: UUID, business: RatedBusiness, subject_id: UUID, grade: Grade,
    on: date, due: Deadline,
) -> Rating:  # fmt: skip
    """Somebody grades the service; a poor grade starts its clock."""
    rating = Rating(
        id=id, division=division, office_id=office_id, business=business, subject_id=subject_id, grade=grade,
        status=RatingStatus.RECORDED if grade.is_satisfied else RatingStatus.TO_BE_VERIFIED, rated_on=on,
        answer_due_on=None if grade.is_satisfied else due.on,
        provisional=not grade.is_satisfied and due.provisional,
    )  # fmt: skip
    rating.note("rated")
    return rating
