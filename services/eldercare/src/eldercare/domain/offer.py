"""An offer of one bed to one applicant: notified, answered or not, and the day it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.kernel.calendar import Deadline, WorkingCalendar
from shared.kernel.errors import NotFound, Refusal
from shared.kernel.parameters import ParameterReader
from shared.kernel.workflow import Workflow

OFFER_DAYS = "offer.days"
ADMIT_WORKDAYS = "offer.admit_workdays"


class Status(StrEnum):
    """Where an offer stands (入住通知状态)."""

    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    FULFILLED = "FULFILLED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    LAPSED = "LAPSED"
    TAKEN_BACK = "TAKEN_BACK"


class Action(StrEnum):
    """What can be done to an offer (入住通知事项)."""

    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    FULFIL = "fulfil"
    LAPSE = "lapse"
    TAKE_BACK = "take-back"


WORKFLOW = Workflow(
    {
        (Status.OPEN, Action.ACCEPT): Status.ACCEPTED,
        (Status.OPEN, Action.DECLINE): Status.DECLINED,
        (Status.OPEN, Action.EXPIRE): Status.EXPIRED,
        (Status.OPEN, Action.TAKE_BACK): Status.TAKEN_BACK,
        (Status.ACCEPTED, Action.FULFIL): Status.FULFILLED,
        (Status.ACCEPTED, Action.LAPSE): Status.LAPSED,
        (Status.ACCEPTED, Action.TAKE_BACK): Status.TAKEN_BACK,
    }
)
"""Open and accepted offers reserve their bed; every other status has let it go."""

RESERVING = (Status.OPEN, Status.ACCEPTED)
MISSED = (Status.DECLINED, Status.EXPIRED, Status.LAPSED)
"""What counts as a refusal of the applicant; an offer taken back by the institution does not."""


class OfferUnknown(NotFound):
    """入住通知不存在"""


class BedHasAnOpenOffer(Refusal):
    """该床位已通知他人入住，尚未答复"""


class OfferHasEnded(Refusal):
    """入住通知的答复期限已过"""


class OfferStillRuns(Refusal):
    """入住通知的期限尚未届满"""


class BedReserved(Refusal):
    """床位已预留给轮候人员"""


@dataclass
class Offer:
    """One bed offered to one applicant (入住通知); days are last days, until the end of business."""

    id: UUID
    bed_id: UUID
    notified_on: date
    expires: Deadline
    status: Status = Status.OPEN
    answered_on: date | None = None
    admit_by: Deadline | None = None

    @property
    def reserves(self) -> bool:
        """Whether the bed is kept for the applicant (§7.5.3)."""
        return self.status in RESERVING

    def overdue(self, today: date) -> bool:
        """Whether its last day has passed without an answer, or without an admission after the answer."""
        if self.status is Status.OPEN:
            return today > self.expires.on
        return self.status is Status.ACCEPTED and self.admit_by is not None and today > self.admit_by.on

    def accept(self, *, today: date, admit_by: Deadline) -> None:
        """The applicant takes the bed, in time."""
        self._require_running(today)
        self.status = WORKFLOW.next(self.status, Action.ACCEPT)
        self.answered_on, self.admit_by = today, admit_by

    def decline(self, *, today: date) -> None:
        """The applicant does not want the bed."""
        self._require_running(today)
        self.status = WORKFLOW.next(self.status, Action.DECLINE)
        self.answered_on = today

    def run_out(self, *, today: date) -> None:
        """Nobody answered in time, or nobody came in time after accepting."""
        if not self.overdue(today):
            WORKFLOW.next(self.status, Action.EXPIRE if self.status is Status.OPEN else Action.LAPSE)
            raise OfferStillRuns(rule="EC-7.2", last_day=(self.admit_by or self.expires).on.isoformat())
        action = Action.EXPIRE if self.status is Status.OPEN else Action.LAPSE
        self.status = WORKFLOW.next(self.status, action)

    def take_back(self, *, today: date) -> None:
        """The institution takes it back, or the applicant leaves the list."""
        self.status = WORKFLOW.next(self.status, Action.TAKE_BACK)
        self.answered_on = self.answered_on or today

    def fulfil(self) -> None:
        """The applicant has moved in."""
        self.status = WORKFLOW.next(self.status, Action.FULFIL)

    def _require_running(self, today: date) -> None:
        if self.status is Status.OPEN and today > self.expires.on:
            raise OfferHasEnded(rule="EC-7.2", last_day=self.expires.on.isoformat())


def offer_expiry(notified_on: date, calendar: WorkingCalendar, parameters: ParameterReader) -> Deadline:
    """The last day for an answer: natural days, the day of notice not counted, moved to a working day (§7.2)."""
    return calendar.add_days(notified_on, parameters.integer(OFFER_DAYS))


def admission_due(accepted_on: date, calendar: WorkingCalendar, parameters: ParameterReader) -> Deadline:
    """The last day for moving in after accepting: working days (§7.2)."""
    return calendar.add_working_days(accepted_on, parameters.integer(ADMIT_WORKDAYS))
