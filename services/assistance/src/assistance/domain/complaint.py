"""Complaints and reports (投诉举报): each one with a name is checked and answered, and the reporter stays secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from assistance.domain.deadlines import Counting
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import Deadline
from shared.kernel.errors import Invalid, NotFound
from shared.kernel.workflow import Workflow


class ComplaintKind(StrEnum):
    """What it is about (投诉举报类别)."""

    SERVICE = "SERVICE"
    ENTITLEMENT = "ENTITLEMENT"
    FRAUD = "FRAUD"
    STAFF = "STAFF"
    PAYMENT = "PAYMENT"


class ComplaintStatus(StrEnum):
    """Where it stands."""

    RECEIVED = "RECEIVED"
    CHECKED = "CHECKED"
    ANSWERED = "ANSWERED"
    FILED = "FILED"


class ComplaintAction(StrEnum):
    """What can be done about it."""

    CHECK = "check"
    ANSWER = "answer"
    FILE = "file"


WORKFLOW = Workflow(
    {
        (ComplaintStatus.RECEIVED, ComplaintAction.CHECK): ComplaintStatus.CHECKED,
        (ComplaintStatus.CHECKED, ComplaintAction.ANSWER): ComplaintStatus.ANSWERED,
        (ComplaintStatus.CHECKED, ComplaintAction.FILE): ComplaintStatus.FILED,
    }
)
"""Each one is checked; one without a name is filed, one with a name is answered (民发〔2021〕57号 第三十七条)."""


class ComplaintUnknown(NotFound):
    """投诉举报不存在"""


class RealNameMustBeAnswered(Invalid):
    """实名举报须逐一答复"""


class NobodyToAnswer(Invalid):
    """匿名举报无从答复，应予存档"""


@dataclass(kw_only=True)
class Complaint(Aggregate):
    """One complaint; ``reporter``, ``contact`` and ``content`` are never shown with the case."""

    kind: ComplaintKind
    status: ComplaintStatus
    received_on: date
    due: Deadline
    content: str
    application_id: UUID | None = None
    reporter: str | None = None
    contact: str | None = None
    checked_on: date | None = None
    founded: bool | None = None
    answered_on: date | None = None
    answer: str | None = None

    @property
    def real_name(self) -> bool:
        """Whether the reporter gave a name."""
        return self.reporter is not None

    def check(self, *, on: date, founded: bool) -> None:
        """Somebody looked into it."""
        self.status = WORKFLOW.next(self.status, ComplaintAction.CHECK)
        self.checked_on, self.founded = on, founded
        self.note("checked")

    def give_answer(self, *, on: date, answer: str) -> None:
        """The reporter is told what was found."""
        status = WORKFLOW.next(self.status, ComplaintAction.ANSWER)
        if not self.real_name:
            raise NobodyToAnswer(rule="A-08")
        self.status = status
        self.answered_on, self.answer = on, answer
        self.note("answered")

    def file(self) -> None:
        """Nobody to answer: kept on file."""
        status = WORKFLOW.next(self.status, ComplaintAction.FILE)
        if self.real_name:
            raise RealNameMustBeAnswered(rule="A-08")
        self.status = status
        self.note("filed")


def receive_complaint(*, id: UUID, division: str, kind: ComplaintKind, content: str, on: date, count: Counting,
                      application_id: UUID | None = None, reporter: str | None = None,
                      contact: str | None = None) -> Complaint:  # fmt: skip
    """The hotline, a letter or the app brings a complaint in."""
    complaint = Complaint(
        id=id, division=division, kind=kind, status=ComplaintStatus.RECEIVED, received_on=on,
        due=count.working_days("ANSWER", on, "complaint.answer").due, content=content,
        application_id=application_id, reporter=reporter, contact=contact,
    )  # fmt: skip
    complaint.note("received")
    return complaint
