"""What callers see of a case; personal data masked unless revealed for a purpose."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from assistance import queries
from assistance.domain.aid import Aid
from assistance.domain.applicant import Channel, Member, Relation
from assistance.domain.application import WORKFLOW, Action, Application, Status
from assistance.domain.course import Course, Paper
from assistance.domain.deadlines import Clock, ClockState, DecisionMode, ExtensionReason
from assistance.domain.flow import Desk, levels_of
from assistance.domain.household import Need
from assistance.domain.means_test import Clause, Finding, Outcome, Verdict
from assistance.domain.standard import Residence
from shared.kernel.divisions import Level
from shared.kernel.principal import Principal
from shared.web.fields import ApiModel, Moment

_WINDOW, _DECIDER, _APPLICANT = "assistance:accept", "assistance:decide", "assistance:apply"
SCOPE_OF = {
    Action.HAND_IN: _APPLICANT, Action.SUPPLEMENT: _APPLICANT, Action.WITHDRAW: _APPLICANT, Action.OBJECT: _APPLICANT,
    **dict.fromkeys(
        (
            Action.ASK_SUPPLEMENT, Action.ACCEPT, Action.DECLINE, Action.INVESTIGATE, Action.VERIFY, Action.OPINE,
            Action.PUBLISH, Action.REPUBLISH, Action.APPRAISE, Action.RESOLVE, Action.FORWARD, Action.NOTIFY,
            Action.EXTEND, Action.WARN, Action.CLOSE,
        ),
        _WINDOW,
    ),
    Action.VISIT: _DECIDER, Action.GRANT: _DECIDER, Action.REFUSE: _DECIDER,
}  # fmt: skip
ROUTE_OF = {Action.GRANT: "decide", Action.REFUSE: "decide", Action.REPUBLISH: "publish"}


class MemberView(ApiModel):
    """A household member, masked."""

    name: str
    identity_number: str
    relation: Relation

    @classmethod
    def masked(cls, member: Member) -> MemberView:
        """张* and 500***********1234."""
        return cls(name=member.name.masked, identity_number=member.identity.masked, relation=member.relation)

    @classmethod
    def plain(cls, member: Member) -> MemberView:
        """In full, for a caller with the right and a purpose."""
        return cls(name=member.name.plain, identity_number=member.identity.plain, relation=member.relation)


class DeadlineView(ApiModel):
    """A statutory clock with its last day, its basis and how it stands."""

    name: str
    due_on: date
    provisional: bool
    basis: str
    state: ClockState

    @classmethod
    def of(cls, clock: Clock, today: date) -> DeadlineView:
        """The view of one clock."""
        return cls(
            name=clock.name, due_on=clock.due.on, provisional=clock.due.provisional, basis=clock.basis,
            state=clock.state(today),
        )  # fmt: skip


class ClauseView(ApiModel):
    """One reason of the verdict."""

    rule: str
    basis: str
    finding: Finding
    figures: dict[str, int]

    @classmethod
    def of(cls, clause: Clause) -> ClauseView:
        """The view of one clause."""
        return cls(rule=clause.rule, basis=clause.basis, finding=clause.finding, figures=clause.figures)


class VerdictView(ApiModel):
    """The verdict with every reason; ``uncertain`` names parameters that rest on an unconfirmed source."""

    outcome: Outcome
    amount_fen: int
    near_poor: bool
    clauses: list[ClauseView]
    uncertain: list[str]
    alternatives: list[str]

    @classmethod
    def of(cls, verdict: Verdict) -> VerdictView:
        """The view of one verdict."""
        return cls(
            outcome=verdict.outcome, amount_fen=verdict.amount_fen, near_poor=verdict.near_poor,
            clauses=[ClauseView.of(clause) for clause in verdict.clauses], uncertain=list(verdict.uncertain),
            alternatives=list(verdict.alternatives),
        )  # fmt: skip


class PostingView(ApiModel):
    """A public notice; the next step is possible after ``ends_on``."""

    round: int
    posted_on: date
    ends_on: date
    provisional: bool


class OpinionView(ApiModel):
    """The township's initial opinion."""

    on: date
    proposal: Outcome
    amount_fen: int


class CourseView(ApiModel):
    """What happened on the way; who objected and what was said stays out."""

    missing_papers: list[Paper]
    open_until: date | None
    investigations: int
    appraisals: int
    opinion: OpinionView | None
    postings: list[PostingView]
    open_objection: bool
    objections: int
    relative: bool
    county_visit_drawn: bool
    county_visits: int
    extension: ExtensionReason | None
    warned_on: date | None
    notified_on: date | None
    agent: bool
    lead_id: UUID | None
    taper_until: date | None
    ended_on: date | None

    @classmethod
    def of(cls, course: Course) -> CourseView:
        """The view of a case's way."""
        asked = course.supplements[-1] if course.supplements else None
        opinion = course.opinions[-1] if course.opinions else None
        return cls(
            missing_papers=list(asked.papers) if asked and not asked.received_on else [],
            open_until=asked.open_until.due.on if asked and not asked.received_on else None,
            investigations=len(course.investigations), appraisals=len(course.appraisals),
            opinion=OpinionView(on=opinion.on, proposal=opinion.proposal, amount_fen=opinion.amount_fen)
            if opinion
            else None,
            postings=[PostingView(**vars(each)) for each in course.postings],
            open_objection=course.open_objection is not None, objections=len(course.objections),
            relative=course.relative is not None, county_visit_drawn=course.sampled,
            county_visits=len(course.visits), extension=course.extension, warned_on=course.warned_on,
            notified_on=course.notified_on, agent=course.agent is not None, lead_id=course.lead_id,
            taper_until=course.taper_until, ended_on=course.ended_on,
        )  # fmt: skip


class ApplicationView(ApiModel):
    """An application as its caller may see it; ``available_actions`` are possible now for this caller."""

    id: UUID
    business_no: str
    division: str
    programme: Aid
    needs: list[Need]
    residence: Residence
    channel: Channel
    status: Status
    desk: Desk
    decision_mode: DecisionMode | None
    submitted_at: Moment
    accepted_on: date | None
    decided_on: date | None
    reason_code: str | None
    members: list[MemberView]
    verdict: VerdictView | None
    course: CourseView
    deadlines: list[DeadlineView]
    available_actions: list[str]

    @classmethod
    def seen_by(cls, caller: Principal, today: date) -> ApplicationViewer:
        """A function that shows an application to ``caller``."""
        return ApplicationViewer(caller, today)


class ApplicationViewer:
    """Shows applications to one caller on one day."""

    def __init__(self, caller: Principal, today: date) -> None:
        self._caller, self._today = caller, today

    def __call__(self, application: Application) -> ApplicationView:
        """The masked view."""
        return self._view(application, [MemberView.masked(member) for member in application.members])

    def revealed(self, application: Application) -> ApplicationView:
        """The view with names and numbers in full."""
        return self._view(application, [MemberView.plain(member) for member in application.members])

    def _view(self, application: Application, members: list[MemberView]) -> ApplicationView:
        possible = WORKFLOW.possible(application.status)
        actions = {ROUTE_OF.get(action, action.value) for action in possible if self._may(application, action)}
        return ApplicationView(
            id=application.id, business_no=application.business_no, division=application.division,
            programme=application.programme, needs=list(application.needs), desk=application.desk,
            decision_mode=application.mode, course=CourseView.of(application.course),
            residence=application.residence, channel=application.channel, status=application.status,
            submitted_at=application.submitted_at, accepted_on=application.accepted_on,
            decided_on=application.decided_on, reason_code=application.reason_code, members=members,
            verdict=VerdictView.of(application.verdict) if application.verdict else None,
            deadlines=[DeadlineView.of(clock, self._today) for clock in application.open_clocks()],
            available_actions=sorted(actions),
        )  # fmt: skip

    def _may(self, application: Application, action: Action) -> bool:
        person, level = self._caller.person, self._caller.area.level
        if action not in SCOPE_OF or SCOPE_OF[action] not in self._caller.scopes or level not in levels_of(action):
            return False
        match action:
            case Action.VERIFY | Action.OPINE | Action.VISIT:
                return person is not None
            case Action.GRANT | Action.REFUSE:
                if level is Level.TOWNSHIP and not application.delegated:
                    return False
                return person is not None and application.may_be_decided_by(person)
            case _:
                return True


class ApplicationLineView(ApiModel):
    """One line of a work list, without personal data."""

    id: UUID
    business_no: str
    division: str
    programme: Aid
    status: Status
    desk: Desk
    submitted_at: Moment
    accepted_on: date | None
    due_on: date | None
    next_due_on: date | None
    decided_on: date | None

    @classmethod
    def of(cls, line: queries.ApplicationLine) -> ApplicationLineView:
        """The view of one line."""
        return cls(**vars(line))
