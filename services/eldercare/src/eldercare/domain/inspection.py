"""Administrative inspections: notice, findings, orders to rectify, re-check, penalties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from eldercare.domain.span import require_past
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import WorkingCalendar
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.parameters import ParameterReader
from shared.kernel.workflow import Workflow

NOTICE_WORKDAYS = 3
"""Working days between notice and a routine or special inspection; legal minimum."""
LEAST_INSPECTORS = 2
MOST_FINE_FEN = 3_000_000
"""The highest fine, 30 000 yuan (养老机构管理办法 第四十六条)."""
RECTIFICATION_DAYS = "inspection.rectification_working_days"
RECHECK_DAYS = "inspection.recheck_working_days"


class Kind(StrEnum):
    """Why an inspection is held (检查类型)."""

    ROUTINE = "ROUTINE"
    """日常检查"""
    SPECIAL = "SPECIAL"
    """专项检查"""
    CASE = "CASE"
    """个案检查"""


class Severity(StrEnum):
    """How grave a finding is (问题等级)."""

    MINOR = "MINOR"
    GENERAL = "GENERAL"
    MAJOR_HAZARD = "MAJOR_HAZARD"
    """重大事故隐患"""


class Act(StrEnum):
    """The acts that are punished (处罚事由, 养老机构管理办法 第四十六条)."""

    NO_ENTRY_ASSESSMENT = "NO_ENTRY_ASSESSMENT"
    NO_CONTRACT = "NO_CONTRACT"
    STANDARD_BREACHED = "STANDARD_BREACHED"
    STAFF_UNQUALIFIED = "STAFF_UNQUALIFIED"
    PREMISES_MISUSED = "PREMISES_MISUSED"
    EMERGENCY_NOT_HANDLED = "EMERGENCY_NOT_HANDLED"
    ABUSE = "ABUSE"
    FACTS_HIDDEN = "FACTS_HIDDEN"
    OTHER = "OTHER"


class Status(StrEnum):
    """Where an inspection stands (检查状态)."""

    NOTICED = "NOTICED"
    CONDUCTED = "CONDUCTED"
    """已检查，无需整改"""
    RECTIFYING = "RECTIFYING"
    SUBMITTED = "SUBMITTED"
    VERIFIED = "VERIFIED"
    CANCELLED = "CANCELLED"


class Action(StrEnum):
    """What can be done with an inspection (检查事项)."""

    CONDUCT = "conduct"
    CANCEL = "cancel"
    SUBMIT = "submit"
    VERIFY = "verify"
    REJECT = "reject"
    PUNISH = "punish"


WORKFLOW = Workflow(
    {
        (Status.NOTICED, Action.CONDUCT): Status.RECTIFYING,
        (Status.NOTICED, Action.CANCEL): Status.CANCELLED,
        (Status.CONDUCTED, Action.PUNISH): Status.CONDUCTED,
        (Status.RECTIFYING, Action.SUBMIT): Status.SUBMITTED,
        (Status.RECTIFYING, Action.PUNISH): Status.RECTIFYING,
        (Status.SUBMITTED, Action.VERIFY): Status.VERIFIED,
        (Status.SUBMITTED, Action.REJECT): Status.RECTIFYING,
        (Status.SUBMITTED, Action.PUNISH): Status.SUBMITTED,
        (Status.VERIFIED, Action.PUNISH): Status.VERIFIED,
    }
)
"""Conducting leads to rectification; with nothing found the inspection rests at CONDUCTED."""


class InspectionUnknown(NotFound):
    """检查记录不存在"""


class NoticeTooLate(Refusal):
    """日常、专项检查须提前三个工作日通知"""


class CaseAnnounced(Refusal):
    """个案检查不得事先通知"""


class TooFewInspectors(Refusal):
    """检查人员不得少于二人"""


class FineOverLimit(Refusal):
    """罚款超过法定上限"""


class FineAlreadyImposed(Refusal):
    """已作出处罚"""


class InspectedBeforeNotice(Invalid):
    """检查日不得早于通知的日期"""


@dataclass(frozen=True)
class Finding:
    """One finding (检查发现的问题) with the code of the item."""

    code: str
    severity: Severity


@dataclass(frozen=True)
class Penalty:
    """A penalty (行政处罚): a warning, with a fine in fen where the act is serious."""

    imposed_on: date
    act: Act
    fine_fen: int


@dataclass(kw_only=True)
class Inspection(Aggregate):
    """An inspection of one institution (行政检查), from the notice to the verified rectification."""

    institution_id: UUID
    kind: Kind
    status: Status
    noticed_on: date | None
    planned_for: date
    inspected_on: date | None = None
    inspectors: int = 0
    findings: tuple[Finding, ...] = ()
    due_on: date | None = None
    recheck_due_on: date | None = None
    submitted_on: date | None = None
    verified_on: date | None = None
    penalty: Penalty | None = None

    @property
    def has_major_hazard(self) -> bool:
        """Whether a major hazard was found."""
        return any(finding.severity is Severity.MAJOR_HAZARD for finding in self.findings)

    @property
    def hazard_open(self) -> bool:
        """Whether that hazard is not yet verified as removed."""
        return self.has_major_hazard and self.verified_on is None

    def overdue(self, today: date) -> bool:
        """Whether rectification is late (逾期未整改)."""
        return self.status is Status.RECTIFYING and self.due_on is not None and today > self.due_on

    def conduct(
        self, *, on: date, inspectors: int, findings: Sequence[Finding], calendar: WorkingCalendar,
        parameters: ParameterReader, today: date,
    ) -> None:  # fmt: skip
        """Held on a day by at least two; findings become an order to rectify with its due day (责令改正)."""
        status = WORKFLOW.next(self.status, Action.CONDUCT)
        require_past(on, today=today)
        if on < self.planned_for:
            raise InspectedBeforeNotice(field="on")
        require_inspectors(inspectors)
        self.status = status if findings else Status.CONDUCTED
        self.inspected_on, self.inspectors, self.findings = on, inspectors, tuple(findings)
        if findings:
            due = calendar.add_working_days(on, parameters.integer(RECTIFICATION_DAYS))
            self.due_on = due.on
            self.recheck_due_on = calendar.add_working_days(due.on, parameters.integer(RECHECK_DAYS)).on
        self.note("conducted")

    def cancel(self) -> None:
        """It is not held."""
        self.status = WORKFLOW.next(self.status, Action.CANCEL)
        self.note("cancelled")

    def submit(self, *, on: date, today: date) -> None:
        """The institution says that it has rectified (提交整改报告)."""
        self.status = WORKFLOW.next(self.status, Action.SUBMIT)
        self._require_after_inspection(on, today)
        self.submitted_on = on
        self.note("rectification_submitted")

    def verify(self, *, on: date, passed: bool, today: date) -> None:
        """The re-check (复查): passed, or back to rectification."""
        self.status = WORKFLOW.next(self.status, Action.VERIFY if passed else Action.REJECT)
        self._require_after_inspection(on, today)
        self.verified_on = on if passed else None
        self.note("rectification_verified" if passed else "rectification_rejected")

    def punish(self, *, penalty: Penalty, today: date) -> None:
        """A warning, or a fine up to the legal limit."""
        self.status = WORKFLOW.next(self.status, Action.PUNISH)
        self._require_after_inspection(penalty.imposed_on, today)
        if self.penalty is not None:
            raise FineAlreadyImposed(rule="养老机构管理办法 第四十六条")
        if penalty.fine_fen > MOST_FINE_FEN:
            raise FineOverLimit(rule="养老机构管理办法 第四十六条", most_fen=MOST_FINE_FEN)
        self.penalty = penalty
        self.note("penalised")

    def _require_after_inspection(self, on: date, today: date) -> None:
        require_past(on, today=today)
        if self.inspected_on is not None and on < self.inspected_on:
            raise InspectedBeforeNotice(field="on")


def require_inspectors(inspectors: int) -> None:
    """At least two inspectors show their papers."""
    if inspectors < LEAST_INSPECTORS:
        raise TooFewInspectors(rule="养老机构行政检查办法", least=LEAST_INSPECTORS)


def earliest_inspection(noticed_on: date, calendar: WorkingCalendar) -> date:
    """The first day on which an announced inspection may be held: three working days after the notice."""
    return calendar.add_working_days(noticed_on, NOTICE_WORKDAYS).on


def plan_inspection(
    *, id: UUID, institution_id: UUID, division: str, kind: Kind, noticed_on: date | None, planned_for: date,
    calendar: WorkingCalendar, today: date,
) -> Inspection:  # fmt: skip
    """Announce a routine or special inspection in time; a case inspection is never announced (§10.3)."""
    require_past(noticed_on, today=today)
    if kind is Kind.CASE:
        if noticed_on is not None:
            raise CaseAnnounced(rule="养老机构行政检查办法", field="noticed_on")
    elif noticed_on is None or planned_for < earliest_inspection(noticed_on, calendar):
        raise NoticeTooLate(rule="养老机构行政检查办法", working_days=NOTICE_WORKDAYS)
    inspection = Inspection(
        id=id, division=division, institution_id=institution_id, kind=kind, status=Status.NOTICED,
        noticed_on=noticed_on, planned_for=planned_for,
    )  # fmt: skip
    inspection.note("noticed")
    return inspection
