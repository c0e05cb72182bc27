"""An application to name, rename or abolish (地名申请) and its way to the announcement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from placename.domain.authority import Applicant, Authority
from placename.domain.category import ApplicationKind, Category
from placename.domain.deadlines import Clock
from placename.domain.examination import Examination, Protection
from placename.domain.finding import CITY_CONSENT, Code, Severity
from placename.domain.locality import Locality
from placename.domain.place_name import Description
from placename.domain.point import Point
from placename.domain.size import Facts
from placename.domain.toponym import Toponym
from shared.kernel.aggregate import Aggregate
from shared.kernel.clock import business_day
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.workflow import Workflow


class Status(StrEnum):
    """Where an application stands (办理状态)."""

    SUBMITTED = "SUBMITTED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    ANNOUNCED = "ANNOUNCED"
    WITHDRAWN = "WITHDRAWN"


class Action(StrEnum):
    """What can be done to an application (办理动作); the verb an official uses."""

    ACCEPT = "accept"
    DECLINE = "decline"
    APPROVE = "approve"
    REJECT = "reject"
    FILE = "file"
    ANNOUNCE = "announce"
    WITHDRAW = "withdraw"


WORKFLOW = Workflow(
    {
        (Status.SUBMITTED, Action.ACCEPT): Status.ACCEPTED,
        (Status.SUBMITTED, Action.DECLINE): Status.DECLINED,
        (Status.SUBMITTED, Action.WITHDRAW): Status.WITHDRAWN,
        (Status.ACCEPTED, Action.APPROVE): Status.APPROVED,
        (Status.ACCEPTED, Action.REJECT): Status.REJECTED,
        (Status.ACCEPTED, Action.WITHDRAW): Status.WITHDRAWN,
        (Status.APPROVED, Action.FILE): Status.APPROVED,
        (Status.APPROVED, Action.ANNOUNCE): Status.ANNOUNCED,
        (Status.ANNOUNCED, Action.FILE): Status.ANNOUNCED,
    }
)
"""Filing is a dated fact beside the status: a government's approval may be announced before it is filed (PN-801)."""

OPEN = frozenset({Status.SUBMITTED, Status.ACCEPTED, Status.APPROVED})
"""Statuses in which a proposed name counts against later applications."""


class ApplicationUnknown(NotFound):
    """申请不存在"""


class NameUnderApplication(Refusal):
    """该地名已有办理中的更名或者销名申请"""


class TargetNotInUse(Refusal):
    """只能对现行标准地名申请更名或者销名"""


class NewNameEqualsOld(Invalid):
    """新名称与现名称相同"""


class BlockedByFindings(Refusal):
    """名称审查有不得命名的情形"""


class FindingNotWaived(Refusal):
    """须逐项说明保留的理由"""


class CityConsentMissing(Refusal):
    """须有市地名主管部门的同意文件"""


class OpinionMissing(Refusal):
    """审批前须征求意见"""


class DecidedBySubmitter(Refusal):
    """审批人不得为提交人"""


class FiledBefore(Refusal):
    """已经备案"""


class NotYetFiled(Refusal):
    """由其他部门批准的地名，备案后方可公告"""


class ReadingNotConfirmed(Refusal):
    """公告前须由经办人核定读音"""


class DayOutOfOrder(Invalid):
    """日期与办理顺序不符"""


@dataclass(frozen=True)
class Waiver:
    """Why a finding may stand (保留理由); ``consent_no`` is the city department's document where it must agree."""

    code: Code
    reason: str
    consent_no: str | None = None


@dataclass(frozen=True)
class Decision:
    """What the authority decided (审批决定); ``opinion_no`` is the opinion the law asks a department to obtain."""

    document_no: str
    decided_on: date
    by: str
    opinion_no: str | None = None
    waivers: tuple[Waiver, ...] = ()


@dataclass(frozen=True)
class Clocks:
    """The clocks started so far, each by its own event."""

    acceptance: Clock
    decision: Clock | None = None
    filing: Clock | None = None
    announcement: Clock | None = None


@dataclass(kw_only=True)
class Application(Aggregate):
    """One application; ``serial`` is its place in line, and the first in line wins a name.

    ``authority`` is the body that may decide, fixed when the application comes in. ``toponym`` is None for an
    abolition, ``target_id`` None for a naming.
    """

    business_no: str
    serial: int
    kind: ApplicationKind
    category: Category
    status: Status
    online: bool
    cross_county: bool
    applicant: Applicant
    submitted_by: str
    submitted_at: datetime
    authority: Authority
    locality: Locality
    toponym: Toponym | None
    point: Point | None
    target_id: UUID | None
    description: Description
    reasons: str
    facts: Facts
    protection: Protection | None
    examination: Examination
    clocks: Clocks
    accepted_on: date | None = None
    decision: Decision | None = None
    reason: str | None = None
    filed_on: date | None = None
    filing_no: str | None = None
    announced_on: date | None = None
    name_id: UUID | None = None

    @property
    def is_open(self) -> bool:
        """Whether its proposed name counts against later applications."""
        return self.status in OPEN

    @property
    def _decided_on(self) -> date | None:
        return self.decision.decided_on if self.decision else None

    @property
    def announced_in_time(self) -> bool | None:
        """Whether the announcement came by its last day; None before it."""
        if self.announced_on is None or self.clocks.announcement is None:
            return None
        return self.announced_on <= self.clocks.announcement.due.on

    def accept(self, *, at: datetime, examination: Examination, decision_due: Clock) -> None:
        """Take a complete application up; refused while a finding blocks it."""
        status = WORKFLOW.next(self.status, Action.ACCEPT)
        refuse_blocked(examination)
        self.status, self.examination = status, examination
        self.accepted_on = business_day(at)
        self.clocks = replace(self.clocks, decision=decision_due)
        self.note("accepted")

    def decline(self, *, reason: str) -> None:
        """Do not take it up, and say why (不予受理)."""
        self.status = WORKFLOW.next(self.status, Action.DECLINE)
        self.reason = reason
        self.note("declined")

    def withdraw(self) -> None:
        """The applicant takes the application back before it is decided."""
        self.status = WORKFLOW.next(self.status, Action.WITHDRAW)
        self.note("withdrawn")

    def approve(
        self, *, decision: Decision, at: datetime, examination: Examination, filing_due: Clock, announcement_due: Clock
    ) -> None:
        """Approve: nothing blocks, every waivable finding is answered, opinions are there.

        The announcement clock starts now only where a government or the place-name department approved.
        """
        status = WORKFLOW.next(self.status, Action.APPROVE)
        self._check_decision(decision, at)
        refuse_blocked(examination)
        refuse_unwaived(examination, decision.waivers)
        if self.authority.needs_opinion and not decision.opinion_no:
            raise OpinionMissing(rule=self.authority.basis, field="opinion_no")
        self.status, self.decision, self.examination = status, decision, examination
        announcement = None if self.authority.is_other_department else announcement_due
        self.clocks = replace(self.clocks, filing=filing_due, announcement=announcement)
        self.note("approved")

    def reject(self, *, decision: Decision, reason: str, at: datetime) -> None:
        """Refuse the name, with reasons."""
        status = WORKFLOW.next(self.status, Action.REJECT)
        self._check_decision(decision, at)
        self.status, self.decision, self.reason = status, decision, reason
        self.note("rejected")

    def _check_decision(self, decision: Decision, at: datetime) -> None:
        if decision.by == self.submitted_by:
            raise DecidedBySubmitter(rule="四眼原则")
        in_order(self.accepted_on, decision.decided_on, at, "decided_on")

    def file(self, *, filed_on: date, filing_no: str, at: datetime, announcement_due: Clock) -> None:
        """The approval is on file; where another department approved, the announcement clock starts here."""
        status = WORKFLOW.next(self.status, Action.FILE)
        if self.filed_on is not None:
            raise FiledBefore(filed_on=self.filed_on.isoformat())
        in_order(self._decided_on, filed_on, at, "filed_on")
        self.status, self.filed_on, self.filing_no = status, filed_on, filing_no
        if self.authority.is_other_department:
            self.clocks = replace(self.clocks, announcement=announcement_due)
        self.note("filed")

    def announce(self, *, announced_on: date, at: datetime, name_id: UUID | None) -> None:
        """The name, or its end, is public (公告)."""
        status = WORKFLOW.next(self.status, Action.ANNOUNCE)
        if self.authority.is_other_department and self.filed_on is None:
            raise NotYetFiled(rule="地名管理条例 第十四条")
        earliest = self.filed_on if self.authority.is_other_department else self._decided_on
        in_order(earliest, announced_on, at, "announced_on")
        self.status, self.announced_on, self.name_id = status, announced_on, name_id
        self.note("announced")

    def possible_actions(self) -> tuple[Action, ...]:
        """What may be done now: filing once, and another department's announcement after it."""
        barred = {Action.FILE} if self.filed_on is not None else set()
        if self.authority.is_other_department and self.filed_on is None:
            barred.add(Action.ANNOUNCE)
        return tuple(action for action in WORKFLOW.possible(self.status) if action not in barred)

    def open_clocks(self) -> tuple[Clock, ...]:
        """The clocks that still run."""
        clocks = self.clocks
        running = {
            Status.SUBMITTED: (clocks.acceptance,),
            Status.ACCEPTED: (clocks.decision,),
            Status.APPROVED: (None if self.filed_on else clocks.filing, clocks.announcement),
            Status.ANNOUNCED: (None if self.filed_on else clocks.filing,),
        }
        return tuple(clock for clock in running.get(self.status, ()) if clock)


def in_order(earliest: date | None, day: date, at: datetime, field: str) -> None:
    """A recorded day may not lie before the step it follows, nor in the future."""
    if day > business_day(at) or (earliest is not None and day < earliest):
        raise DayOutOfOrder(field=field, not_before=earliest.isoformat() if earliest else None)


def refuse_blocked(examination: Examination) -> None:
    """A name with a blocking finding goes no further."""
    if examination.is_blocked:
        raise BlockedByFindings(
            rule="地名管理条例 第九条", codes=[code.value for code in examination.codes(Severity.BLOCK)]
        )


def refuse_unwaived(examination: Examination, waivers: Sequence[Waiver]) -> None:
    """Every waivable finding needs a reason, and some the city department's consent."""
    given = {waiver.code: waiver for waiver in waivers}
    codes = examination.codes(Severity.OVERRIDABLE)
    if missing := [code.value for code in codes if code not in given]:
        raise FindingNotWaived(rule="地名管理条例 第九条", codes=missing)
    if unasked := [code.value for code in codes if code in CITY_CONSENT and not given[code].consent_no]:
        raise CityConsentMissing(rule="重庆市地名专名和通名使用规范", codes=unasked)


def submit_application(
    *, id: UUID, business_no: str, serial: int, kind: ApplicationKind, category: Category, online: bool,
    cross_county: bool, applicant: Applicant, by: str, at: datetime, authority: Authority, locality: Locality,
    toponym: Toponym | None, point: Point | None, target_id: UUID | None, description: Description, reasons: str,
    facts: Facts, protection: Protection | None, examination: Examination, acceptance_due: Clock,
) -> Application:  # fmt: skip
    """A body applies; what the examination found is kept with it and is no obstacle to handing it in."""
    application = Application(
        id=id,
        division=locality.division,
        business_no=business_no,
        serial=serial,
        kind=kind,
        category=category,
        status=Status.SUBMITTED,
        online=online,
        cross_county=cross_county,
        applicant=applicant,
        submitted_by=by,
        submitted_at=at,
        authority=authority,
        locality=locality,
        toponym=toponym,
        point=point,
        target_id=target_id,
        description=description,
        reasons=reasons,
        facts=facts,
        protection=protection,
        examination=examination,
        clocks=Clocks(acceptance_due),
    )
    application.note("submitted")
    return application
