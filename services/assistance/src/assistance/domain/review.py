"""Re-verification of those who receive aid (定期复核): how often, and what came out (rulebook §6.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from assistance.domain.deadlines import Counting
from assistance.domain.standard import Residence
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import Deadline
from shared.kernel.errors import NotFound
from shared.kernel.workflow import Workflow


class ReviewClass(StrEnum):
    """How stable a household is (复核类别; 重庆市城乡居民最低生活保障条例 第二十六条)."""

    A = "A"
    B = "B"
    C = "C"


class ReviewOutcome(StrEnum):
    """What a review found."""

    UNCHANGED = "UNCHANGED"
    RAISE = "RAISE"
    CUT = "CUT"
    STOP = "STOP"


class ReviewStatus(StrEnum):
    """Where it stands."""

    DUE = "DUE"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class ReviewAction(StrEnum):
    """What can be done with it."""

    COMPLETE = "complete"
    CANCEL = "cancel"


WORKFLOW = Workflow(
    {
        (ReviewStatus.DUE, ReviewAction.COMPLETE): ReviewStatus.COMPLETED,
        (ReviewStatus.DUE, ReviewAction.CANCEL): ReviewStatus.CANCELLED,
    }
)


class ReviewUnknown(NotFound):
    """复核任务不存在"""


def class_of(*, gravely_ill_or_disabled: bool, income_steady: bool, idle_worker: bool) -> ReviewClass:
    """C where somebody able does not work, A where illness or disability holds and income hardly moves, else B."""
    if idle_worker:
        return ReviewClass.C
    return ReviewClass.A if gravely_ill_or_disabled and income_steady else ReviewClass.B


def next_review(last: date, klass: ReviewClass, residence: Residence, count: Counting) -> Deadline:
    """The last day of the next review: so many months after the last one was completed."""
    name = f"review.months.{klass.value.lower()}"
    if klass is ReviewClass.C:
        name += f".{residence.value.lower()}"
    return count.months("REVIEW", last, name).due


@dataclass(kw_only=True)
class Review(Aggregate):
    """One review of one case; completing it opens the next."""

    application_id: UUID
    klass: ReviewClass
    residence: Residence
    status: ReviewStatus
    due: Deadline
    completed_on: date | None = None
    outcome: ReviewOutcome | None = None

    @property
    def in_time(self) -> bool | None:
        """Whether it was completed by its last day; None before."""
        return None if self.completed_on is None else self.completed_on <= self.due.on

    def complete(self, *, on: date, outcome: ReviewOutcome) -> None:
        """The household was looked at again; without a material change the amount is left alone."""
        self.status = WORKFLOW.next(self.status, ReviewAction.COMPLETE)
        self.completed_on, self.outcome = on, outcome
        self.note("completed")

    def cancel(self) -> None:
        """The aid has ended: nothing to review."""
        self.status = WORKFLOW.next(self.status, ReviewAction.CANCEL)
        self.note("cancelled")


def plan_review(*, id: UUID, division: str, application_id: UUID, klass: ReviewClass, residence: Residence,
                after: date, count: Counting) -> Review:  # fmt: skip
    """The next review of a case."""
    review = Review(
        id=id, division=division, application_id=application_id, klass=klass, residence=residence,
        status=ReviewStatus.DUE, due=next_review(after, klass, residence, count),
    )  # fmt: skip
    review.note("planned")
    return review
