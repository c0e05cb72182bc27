"""An application for the subsistence allowance (低保申请) and its way to a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from assistance.domain.deadlines import Clock, Clocks
from assistance.domain.means_test import Means, Outcome, Verdict
from assistance.domain.standard import Programme, Residence
from shared.kernel.aggregate import Aggregate
from shared.kernel.clock import business_day
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.kernel.workflow import Workflow


class Status(StrEnum):
    """Where an application stands (办理状态)."""

    SUBMITTED = "SUBMITTED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    VERIFIED = "VERIFIED"
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class Action(StrEnum):
    """What can be done to an application (办理动作); the verb an official uses."""

    ACCEPT = "accept"
    DECLINE = "decline"
    VERIFY = "verify"
    GRANT = "grant"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


WORKFLOW = Workflow(
    {
        (Status.SUBMITTED, Action.ACCEPT): Status.ACCEPTED,
        (Status.SUBMITTED, Action.DECLINE): Status.DECLINED,
        (Status.SUBMITTED, Action.WITHDRAW): Status.WITHDRAWN,
        (Status.ACCEPTED, Action.VERIFY): Status.VERIFIED,
        (Status.ACCEPTED, Action.WITHDRAW): Status.WITHDRAWN,
        (Status.VERIFIED, Action.VERIFY): Status.VERIFIED,
        (Status.VERIFIED, Action.GRANT): Status.GRANTED,
        (Status.VERIFIED, Action.REFUSE): Status.REFUSED,
        (Status.VERIFIED, Action.WITHDRAW): Status.WITHDRAWN,
    }
)
"""No case is granted without acceptance, verification and decision (民发〔2021〕57号 第二十八条)."""

LIVE = frozenset({Status.SUBMITTED, Status.ACCEPTED, Status.VERIFIED, Status.GRANTED})
"""Statuses in which a person counts as being in a live case (rule H-11)."""


class Channel(StrEnum):
    """How the application came in (申请渠道)."""

    WINDOW = "WINDOW"
    APP = "APP"
    AGENT = "AGENT"


class Relation(StrEnum):
    """Relation of a household member to the applicant (与申请人关系)."""

    SELF = "SELF"
    SPOUSE = "SPOUSE"
    CHILD = "CHILD"
    PARENT = "PARENT"
    OTHER = "OTHER"


class ApplicationUnknown(NotFound):
    """申请不存在"""


class TownshipRequired(Invalid):
    """受理地须为乡镇或街道"""


class PersonInLiveCase(Refusal):
    """家庭成员已在另一办理中的申请或在保家庭内"""

    def __init__(self) -> None:
        super().__init__(rule="H-11")


class ApplicantNotAmongMembers(Invalid):
    """家庭成员须恰有一名申请人本人"""


class MemberListedTwice(Invalid):
    """同一家庭成员重复填写"""


class MeansNotVerified(Refusal):
    """家庭经济状况尚未核查"""


class VerdictNeedsReview(Refusal):
    """核查结论须人工复核后方可决定"""


class DecidedByInvestigator(Refusal):
    """决定人不得为核查人"""


@dataclass(frozen=True)
class Member:
    """A household member who counts (共同生活的家庭成员)."""

    name: PersonName
    identity: IdentityNumber
    relation: Relation


@dataclass(kw_only=True)
class Application(Aggregate):
    """One household's application; ``division`` is the township that accepts it (受理乡镇街道).

    The rules in force on the day of acceptance govern the procedure; the standard of the month of the
    decision governs the amount.
    """

    business_no: str
    residence: Residence
    channel: Channel
    status: Status
    members: tuple[Member, ...]
    submitted_at: datetime
    accepted_on: date | None = None
    decided_on: date | None = None
    verified_by: str | None = None
    clocks: Clocks | None = None
    means: Means | None = None
    verdict: Verdict | None = None
    reason_code: str | None = None

    @property
    def programme(self) -> Programme:
        """The programme applied for."""
        return Programme.SUBSISTENCE_ALLOWANCE

    @property
    def is_live(self) -> bool:
        """Whether its members may not be in another case."""
        return self.status in LIVE

    @property
    def decided_in_time(self) -> bool | None:
        """Whether the decision came by the earlier of both clocks; None before it."""
        if self.decided_on is None or self.clocks is None:
            return None
        return self.decided_on <= self.clocks.decision.due.on

    def accept(self, *, at: datetime, clocks: Clocks) -> None:
        """Take the complete application up; the clocks start (C-05)."""
        self.status = WORKFLOW.next(self.status, Action.ACCEPT)
        self.accepted_on = business_day(at)
        self.clocks = clocks
        self.note("accepted")

    def decline(self, *, reason_code: str) -> None:
        """Do not take it up: outside every programme, with a written reason (C-06)."""
        self.status = WORKFLOW.next(self.status, Action.DECLINE)
        self.reason_code = reason_code
        self.note("declined")

    def verify(self, *, means: Means, by: str) -> None:
        """Record what the household's means were found to be; may be corrected until the decision."""
        self.status = WORKFLOW.next(self.status, Action.VERIFY)
        self.means = means
        self.verified_by = by
        self.note("verified")

    def means_found(self) -> Means:
        """What the verification found; refuses a decision before it."""
        WORKFLOW.next(self.status, Action.GRANT)
        if self.means is None:
            raise MeansNotVerified(rule="C-16")
        return self.means

    def may_be_decided_by(self, person: str) -> bool:
        """Two persons see every case: whoever investigated it does not decide it (四眼原则)."""
        return person != self.verified_by

    def decide(self, *, verdict: Verdict, by: str, at: datetime, notice: Clock) -> None:
        """Grant or refuse as the means test says (C-16); a refusal starts the clock of its written notice (C-17).

        A verdict that waits for a person decides nothing: the verification is completed first.
        """
        action = Action.GRANT if verdict.outcome is Outcome.ELIGIBLE else Action.REFUSE
        status = WORKFLOW.next(self.status, action)
        if verdict.outcome is Outcome.NEEDS_REVIEW:
            raise VerdictNeedsReview(rule="C-16", clause=verdict.reason_code)
        if not self.may_be_decided_by(by):
            raise DecidedByInvestigator(rule="四眼原则")
        self.status = status
        self.verdict = verdict
        self.decided_on = business_day(at)
        self.reason_code = verdict.reason_code
        if action is Action.REFUSE and self.clocks is not None:
            self.clocks = replace(self.clocks, refusal_notice=notice)
        self.note("granted" if action is Action.GRANT else "refused")

    def withdraw(self) -> None:
        """The household takes the application back (C-20)."""
        self.status = WORKFLOW.next(self.status, Action.WITHDRAW)
        self.note("withdrawn")

    def open_clocks(self) -> tuple[Clock, ...]:
        """The clocks that still run: up to the decision, and after a refusal that of its written notice."""
        if self.clocks is None:
            return ()
        match self.status:
            case Status.ACCEPTED:
                return self.clocks.all
            case Status.VERIFIED:
                return tuple(clock for clock in self.clocks.all if clock is not self.clocks.investigation)
            case Status.REFUSED if self.clocks.refusal_notice is not None:
                return (self.clocks.refusal_notice,)
            case _:
                return ()


def submit_application(
    *,
    id: UUID,
    division: str,
    business_no: str,
    residence: Residence,
    channel: Channel,
    members: Sequence[Member],
    at: datetime,
) -> Application:
    """A household applies; exactly one member is the applicant, nobody is listed twice."""
    if sum(member.relation is Relation.SELF for member in members) != 1:
        raise ApplicantNotAmongMembers(field="members")
    if len({member.identity for member in members}) != len(members):
        raise MemberListedTwice(field="members")
    application = Application(
        id=id,
        division=division,
        business_no=business_no,
        residence=residence,
        channel=channel,
        status=Status.SUBMITTED,
        members=tuple(members),
        submitted_at=at,
    )
    application.note("submitted")
    return application
