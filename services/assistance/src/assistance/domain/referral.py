"""A referral to another department (转办) and both sides' clocks; never taken for accepted because nobody answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from assistance.domain.deadlines import Counting
from assistance.domain.household import Need
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import Deadline
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.workflow import Workflow

REROUTES_AT_MOST = 2
"""Rulebook F-06."""


class Department(StrEnum):
    """Who takes referrals (协同部门)."""

    HEALTH_INSURANCE = "HEALTH_INSURANCE"
    HEALTH = "HEALTH"
    EDUCATION = "EDUCATION"
    HOUSING = "HOUSING"
    AGRICULTURE = "AGRICULTURE"
    LABOUR = "LABOUR"
    EMERGENCY = "EMERGENCY"
    JUSTICE = "JUSTICE"
    CHARITY = "CHARITY"
    DISABLED_FEDERATION = "DISABLED_FEDERATION"
    CIVIL_AFFAIRS = "CIVIL_AFFAIRS"


DEPARTMENT_OF: dict[Need, Department] = {
    Need.MEDICAL: Department.HEALTH_INSURANCE,
    Need.EMERGENCY_TREATMENT: Department.HEALTH,
    Need.EDUCATION: Department.EDUCATION,
    Need.HOUSING: Department.HOUSING,
    Need.EMPLOYMENT: Department.LABOUR,
    Need.DISASTER: Department.EMERGENCY,
    Need.LEGAL: Department.JUSTICE,
    Need.CHARITY: Department.CHARITY,
    Need.CHILD_REHABILITATION: Department.DISABLED_FEDERATION,
    Need.FUNERAL: Department.CIVIL_AFFAIRS,
    Need.CARE_SERVICE: Department.CIVIL_AFFAIRS,
    Need.CHILD_PROTECTION: Department.CIVIL_AFFAIRS,
}
"""Rulebook §5.13."""


class ReferralStatus(StrEnum):
    """Where a referral stands (转办状态)."""

    PROPOSED = "PROPOSED"
    SENT = "SENT"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    ACCEPTED = "ACCEPTED"
    RETURNED = "RETURNED"
    COORDINATION = "COORDINATION"
    FINISHED = "FINISHED"
    CLOSED = "CLOSED"


class ReferralAction(StrEnum):
    """What can be done to a referral (转办动作)."""

    SEND = "send"
    ACKNOWLEDGE = "acknowledge"
    ACCEPT = "accept"
    RETURN = "return"
    REROUTE = "reroute"
    COORDINATE = "coordinate"
    ASSIGN = "assign"
    FINISH = "finish"
    CLOSE = "close"


_S, _A = ReferralStatus, ReferralAction
WORKFLOW = Workflow(
    {
        (_S.PROPOSED, _A.SEND): _S.SENT,
        (_S.SENT, _A.ACKNOWLEDGE): _S.ACKNOWLEDGED,
        (_S.SENT, _A.COORDINATE): _S.COORDINATION,
        (_S.ACKNOWLEDGED, _A.ACCEPT): _S.ACCEPTED,
        (_S.ACKNOWLEDGED, _A.RETURN): _S.RETURNED,
        (_S.ACKNOWLEDGED, _A.COORDINATE): _S.COORDINATION,
        (_S.RETURNED, _A.REROUTE): _S.SENT,
        (_S.RETURNED, _A.COORDINATE): _S.COORDINATION,
        (_S.COORDINATION, _A.ASSIGN): _S.SENT,
        (_S.ACCEPTED, _A.FINISH): _S.FINISHED,
        (_S.FINISHED, _A.CLOSE): _S.CLOSED,
    }
)


class ReturnReason(StrEnum):
    """Why a department sends a referral back (退回理由)."""

    NOT_OUR_REMIT = "NOT_OUR_REMIT"
    DUPLICATE = "DUPLICATE"
    MISSING = "MISSING"
    DECLINED = "DECLINED"
    OUT_OF_AREA = "OUT_OF_AREA"


class ReferralResult(StrEnum):
    """What came of it (转办结果)."""

    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class ReferralUnknown(NotFound):
    """转办件不存在"""


class ConsentToSharingMissing(Invalid):
    """转办须经申请人同意共享信息"""


class RightBodyMissing(Invalid):
    """以不属本部门职责退回的，须写明应由哪个部门办理"""


class MissingItemsNotListed(Invalid):
    """以材料不全退回的，须一次性列明所缺材料"""


class MissingAskedBefore(Refusal):
    """所缺材料已一次性列明，不得再次以此退回"""


class ReroutedTooOften(Refusal):
    """改转已达两次，须提请协调"""


class NotYetOverdue(Refusal):
    """办理部门的答复期限尚未届满"""


class ResultNeedsReason(Invalid):
    """不予救助的结果须写明理由"""


class NotThisDepartment(Refusal):
    """该转办件不由本部门办理"""


@dataclass(frozen=True)
class ReturnNote:
    """A department's answer that it will not take the referral."""

    on: date
    department: Department
    reason: ReturnReason
    right_body: Department | None = None
    missing: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Referral(Aggregate):
    """One need of one case at one department; ``due`` is the last day of whoever has to act next."""

    application_id: UUID
    need: Need
    department: Department
    urgent: bool
    status: ReferralStatus
    proposed_on: date
    consented_on: date | None = None
    due: Deadline | None = None
    sent_on: date | None = None
    first_sent_on: date | None = None
    acknowledged_on: date | None = None
    accepted_on: date | None = None
    own_case_no: str | None = None
    own_due_on: date | None = None
    returns: tuple[ReturnNote, ...] = ()
    reroutes: int = 0
    overdue_on: date | None = None
    finished_on: date | None = None
    result: ReferralResult | None = None
    result_reason: str | None = None
    amount_fen: int | None = None
    service: str | None = None
    closed_on: date | None = None

    def _step(self, action: ReferralAction, participle: str, due: Deadline | None) -> None:
        self.status = WORKFLOW.next(self.status, action)
        self.due = due
        self.note(participle)

    def consent(self, *, on: date, count: Counting) -> None:
        """The applicant agrees to share; an urgent referral leaves the same day, another within the limit."""
        WORKFLOW.next(self.status, ReferralAction.SEND)
        self.consented_on = on
        self.due = _today(on, count) if self.urgent else count.working_days("SEND", on, "referral.send").due
        self.note("consented")

    def send(self, *, on: date, count: Counting) -> None:
        """Identity, need, status and contact go out; no account, no verification detail (F-02)."""
        WORKFLOW.next(self.status, ReferralAction.SEND)
        if self.consented_on is None:
            raise ConsentToSharingMissing(rule="F-02", field="consented")
        self._step(ReferralAction.SEND, "sent", count.working_days("ANSWER", on, "referral.answer").due)
        self.sent_on, self.first_sent_on = on, on

    def acknowledge(self, *, on: date) -> None:
        """The department's receipt (F-03); the limit of its answer goes on."""
        self._step(ReferralAction.ACKNOWLEDGE, "acknowledged", self.due)
        self.acknowledged_on = on

    def accept(self, *, on: date, own_case_no: str, own_due_on: date | None, count: Counting) -> None:
        """The department takes it, under its own number and limit (F-04)."""
        reminder = count.working_days("FINISH", on, "referral.reminder").due
        due = Deadline(own_due_on, False, reminder.calendar_version) if own_due_on else reminder
        self._step(ReferralAction.ACCEPT, "accepted", due)
        self.accepted_on, self.own_case_no, self.own_due_on = on, own_case_no, own_due_on

    def send_back(
        self, *, on: date, reason: ReturnReason, right_body: Department | None, missing: Sequence[str], count: Counting
    ) -> None:
        """The department returns it with a reason (F-05); a second return goes to the coordination mechanism (F-07)."""
        WORKFLOW.next(self.status, ReferralAction.RETURN)
        if reason is ReturnReason.NOT_OUR_REMIT and right_body is None:
            raise RightBodyMissing(rule="F-05", field="right_body")
        if reason is ReturnReason.MISSING:
            self._require_missing_listed_once(missing)
        self._step(ReferralAction.RETURN, "returned", count.working_days("REROUTE", on, "referral.send").due)
        self.returns = (*self.returns, ReturnNote(on, self.department, reason, right_body, tuple(missing)))
        if len(self.returns) > 1:
            self._to_coordination(on, count)

    def _require_missing_listed_once(self, missing: Sequence[str]) -> None:
        if not missing:
            raise MissingItemsNotListed(rule="F-05", field="missing")
        asked_here = (each for each in self.returns if each.department is self.department)
        if any(each.reason is ReturnReason.MISSING for each in asked_here):
            raise MissingAskedBefore(rule="F-05")

    def reroute(self, *, on: date, department: Department, count: Counting) -> None:
        """To the right department, or again with what was missing (F-06)."""
        WORKFLOW.next(self.status, ReferralAction.REROUTE)
        if self.reroutes >= REROUTES_AT_MOST:
            raise ReroutedTooOften(rule="F-06")
        self._step(ReferralAction.REROUTE, "rerouted", count.working_days("ANSWER", on, "referral.answer").due)
        self.department, self.sent_on, self.acknowledged_on = department, on, None
        self.reroutes += 1

    def coordinate(self, *, on: date, count: Counting) -> None:
        """To the coordination mechanism, because nobody answered in time or it was returned (F-07)."""
        WORKFLOW.next(self.status, ReferralAction.COORDINATE)
        if self.status is not ReferralStatus.RETURNED and (self.due is None or on <= self.due.on):
            raise NotYetOverdue(rule="F-07")
        self._to_coordination(on, count)

    def _to_coordination(self, on: date, count: Counting) -> None:
        due = count.working_days("MEETING", on, "referral.coordination").due
        self._step(ReferralAction.COORDINATE, "coordinated", due)

    def assign(self, *, on: date, department: Department, count: Counting) -> None:
        """The mechanism names the responsible department (一事一议)."""
        self._step(ReferralAction.ASSIGN, "assigned", count.working_days("ANSWER", on, "referral.answer").due)
        self.department, self.sent_on, self.acknowledged_on = department, on, None

    def finish(
        self, *, on: date, result: ReferralResult, reason: str | None, amount_fen: int | None, service: str | None,
        count: Counting,
    ) -> None:  # fmt: skip
        """The department reports what came of it (F-08); the applicant is told within the limit."""
        WORKFLOW.next(self.status, ReferralAction.FINISH)
        if result is ReferralResult.REFUSED and not reason:
            raise ResultNeedsReason(rule="F-08", field="reason")
        self._step(ReferralAction.FINISH, "finished", count.working_days("TELL", on, "referral.feedback").due)
        self.finished_on, self.result, self.result_reason = on, result, reason
        self.amount_fen, self.service = amount_fen, service

    def close(self, *, on: date) -> None:
        """The applicant has been told, with the way to appeal (F-09)."""
        self._step(ReferralAction.CLOSE, "closed", None)
        self.closed_on = on

    def mark_overdue(self, *, on: date) -> bool:
        """Flag that a limit passed (F-10); true when this is new."""
        if self.due is None or on <= self.due.on or self.overdue_on is not None:
            return False
        self.overdue_on = on
        self.note("overdue")
        return True


def _today(on: date, count: Counting) -> Deadline:
    return count.calendar.add_days(on, 0, roll=False)


def propose_referral(*, id: UUID, division: str, application_id: UUID, need: Need, urgent: bool, on: date,
                     department: Department | None = None) -> Referral:  # fmt: skip
    """A need found at the opinion, or at once where it is urgent (F-01)."""
    referral = Referral(
        id=id, division=division, application_id=application_id, need=need,
        department=department or DEPARTMENT_OF[need], urgent=urgent, status=ReferralStatus.PROPOSED, proposed_on=on,
    )  # fmt: skip
    referral.note("proposed")
    return referral
