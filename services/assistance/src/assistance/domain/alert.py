"""Alerts (预警): something needs a person; each has an owner, a last day and an outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from assistance.domain.deadlines import Counting
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import Deadline
from shared.kernel.errors import NotFound
from shared.kernel.workflow import Workflow


class AlertKind(StrEnum):
    """What raised it (预警类别)."""

    CASE_OVERDUE = "CASE_OVERDUE"
    REFERRAL_OVERDUE = "REFERRAL_OVERDUE"
    LEAD_OVERDUE = "LEAD_OVERDUE"
    REVIEW_OVERDUE = "REVIEW_OVERDUE"
    RATING_OVERDUE = "RATING_OVERDUE"
    COMPLAINT_OVERDUE = "COMPLAINT_OVERDUE"
    CHANGE_OVERDUE = "CHANGE_OVERDUE"
    POLICY_NOT_CARRIED_OUT = "POLICY_NOT_CARRIED_OUT"
    MAY_QUALIFY = "MAY_QUALIFY"
    MAY_NO_LONGER_QUALIFY = "MAY_NO_LONGER_QUALIFY"
    ANONYMOUS_OBJECTION = "ANONYMOUS_OBJECTION"
    DATA_MISMATCH = "DATA_MISMATCH"


class AlertOutcome(StrEnum):
    """How it was dealt with (国办发〔2023〕39号 三（四）)."""

    CARRIED_OUT = "CARRIED_OUT"
    DEPARTMENT_ASKED = "DEPARTMENT_ASKED"
    AID_STARTED = "AID_STARTED"
    COORDINATED = "COORDINATED"
    ENDED_BY_RULE = "ENDED_BY_RULE"
    NOTHING_TO_DO = "NOTHING_TO_DO"


class AlertStatus(StrEnum):
    """Where it stands."""

    OPEN = "OPEN"
    TAKEN = "TAKEN"
    DONE = "DONE"


class AlertAction(StrEnum):
    """What can be done with it."""

    TAKE = "take"
    RESOLVE = "resolve"


WORKFLOW = Workflow(
    {
        (AlertStatus.OPEN, AlertAction.TAKE): AlertStatus.TAKEN,
        (AlertStatus.TAKEN, AlertAction.TAKE): AlertStatus.TAKEN,
        (AlertStatus.TAKEN, AlertAction.RESOLVE): AlertStatus.DONE,
    }
)


class AlertUnknown(NotFound):
    """预警不存在"""


@dataclass(kw_only=True)
class Alert(Aggregate):
    """One alert; ``desk`` is the level that must act, ``owner`` the person who took it."""

    kind: AlertKind
    status: AlertStatus
    desk: str
    raised_on: date
    due: Deadline
    about: UUID | None = None
    owner: str | None = None
    outcome: AlertOutcome | None = None
    resolved_on: date | None = None

    @property
    def in_time(self) -> bool | None:
        """Whether it was resolved by its last day; None before."""
        return None if self.resolved_on is None else self.resolved_on <= self.due.on

    def take(self, *, owner: str) -> None:
        """Somebody answers for it; it may be handed on."""
        self.status = WORKFLOW.next(self.status, AlertAction.TAKE)
        self.owner = owner
        self.note("taken")

    def resolve(self, *, outcome: AlertOutcome, on: date) -> None:
        """What came of it."""
        self.status = WORKFLOW.next(self.status, AlertAction.RESOLVE)
        self.outcome, self.resolved_on = outcome, on
        self.note("resolved")


def raise_alert(*, id: UUID, division: str, kind: AlertKind, desk: str, on: date, count: Counting,
                about: UUID | None = None) -> Alert:  # fmt: skip
    """Something needs a person."""
    alert = Alert(
        id=id, division=division, kind=kind, status=AlertStatus.OPEN, desk=desk, raised_on=on, about=about,
        due=count.working_days("ALERT", on, "alert.resolve").due,
    )  # fmt: skip
    alert.note("raised")
    return alert
