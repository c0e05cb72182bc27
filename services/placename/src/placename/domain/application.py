"""An application to name, rename, abolish or restore (地名申请) and its way to the day the name is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from placename.domain.authority import Applicant, Authority
from placename.domain.category import ApplicationKind, Category
from placename.domain.consultation import Consultation, ConsultationRequired, ExpertReview, Hearing, Opinion
from placename.domain.deadlines import Clock
from placename.domain.examination import Examination, Protection
from placename.domain.finding import Severity
from placename.domain.geometry import Geometry
from placename.domain.locality import Locality
from placename.domain.material import Material
from placename.domain.place_name import Description
from placename.domain.point import Point
from placename.domain.procedure import (
    APPROVED_SINCE,
    OPEN,
    WORKFLOW,
    Action,
    Clocks,
    DecidedBySubmitter,
    Decision,
    FiledBefore,
    NoSuchAlternative,
    NotFiledYet,
    NothingToAdopt,
    NotListed,
    NotYetFiled,
    OpinionMissing,
    Status,
    in_order,
    refuse_blocked,
    refuse_unwaived,
)
from placename.domain.size import Facts
from placename.domain.toponym import Toponym
from shared.kernel.aggregate import Aggregate
from shared.kernel.clock import business_day


@dataclass(frozen=True)
class Content:
    """What a body states and may correct after a return (申请内容)."""

    toponym: Toponym | None
    alternatives: tuple[Toponym, ...]
    description: Description
    reasons: str
    facts: Facts
    materials: tuple[Material, ...]
    protection: Protection | None


@dataclass(kw_only=True)
class Application(Aggregate):
    """One application; ``serial`` is its place in line, and the first in line wins a name.

    ``authority`` is the body that may decide, fixed when the application comes in. ``toponym`` is None for an
    abolition, ``target_id`` None for a naming. ``overdue`` names the clocks whose last day has passed unused.
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
    geometry: Geometry | None = None
    alternatives: tuple[Toponym, ...] = ()
    materials: tuple[Material, ...] = ()
    accepted_on: date | None = None
    passed_first: bool | None = None
    consultation: Consultation | None = None
    decision: Decision | None = None
    working_days: int | None = None
    reason: str | None = None
    filed_on: date | None = None
    filing_no: str | None = None
    announced_on: date | None = None
    used_from: date | None = None
    name_id: UUID | None = None
    overdue: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether its proposed name counts against later applications."""
        return self.status in OPEN

    @property
    def decided_on(self) -> date | None:
        """The day of the decision."""
        return self.decision.decided_on if self.decision else None

    @property
    def announced_in_time(self) -> bool | None:
        """Whether the announcement came by its last day; None before it."""
        if self.announced_on is None or self.clocks.announcement is None:
            return None
        return self.announced_on <= self.clocks.announcement.due.on

    def accept(self, *, at: datetime, examination: Examination, decision_due: Clock) -> None:
        """Take a complete application up; its name is examined on the same day, and may yet be blocked."""
        self.status = WORKFLOW.next(self.status, Action.ACCEPT)
        self.examination = examination
        self.accepted_on = business_day(at)
        self.passed_first = not (examination.is_blocked or examination.codes(Severity.OVERRIDABLE))
        self.clocks = replace(self.clocks, decision=decision_due)
        self.note("accepted")

    def decline(self, *, reason: str) -> None:
        """Do not take it up, and say why (不予受理)."""
        self.status = WORKFLOW.next(self.status, Action.DECLINE)
        self.reason = reason
        self.note("declined")

    def send_back(self, *, reason: str) -> None:
        """Return it for completion (退回补正); its place in line is kept."""
        self.status = WORKFLOW.next(self.status, Action.RETURN)
        self.reason = reason
        self.note("returned")

    def resubmit(
        self, *, content: Content, at: datetime, serial: int, examination: Examination, acceptance_due: Clock
    ) -> None:
        """Hand it in again, completed; who changes the name goes to the end of the line."""
        self.status = WORKFLOW.next(self.status, Action.RESUBMIT)
        self.toponym, self.alternatives, self.serial = content.toponym, content.alternatives, serial
        self.description, self.reasons, self.facts = content.description, content.reasons, content.facts
        self.materials, self.protection = content.materials, content.protection
        self.examination, self.reason = examination, None
        self.clocks = Clocks(acceptance_due)
        self.note("resubmitted")

    def withdraw(self) -> None:
        """The applicant takes the application back before it is decided."""
        self.status = WORKFLOW.next(self.status, Action.WITHDRAW)
        self.note("withdrawn")

    def check(self, *, examination: Examination) -> None:
        """Examine the name again: others may have come or gone since."""
        self.status = WORKFLOW.next(self.status, Action.CHECK)
        self.examination = examination
        self.note("checked")

    def alternative(self, rank: int) -> Toponym:
        """The name that was proposed in this rank; 1 is the name the application stands for now."""
        proposals = (self.toponym, *self.alternatives)
        if self.toponym is None:
            raise NothingToAdopt()
        if not 2 <= rank <= len(proposals):
            raise NoSuchAlternative(field="rank", alternatives=len(self.alternatives))
        found = proposals[rank - 1]
        assert found is not None
        return found

    def adopt(self, *, rank: int, serial: int, examination: Examination) -> None:
        """Go on with another of the proposed names; it takes its place at the end of the line."""
        self.status = WORKFLOW.next(self.status, Action.ADOPT)
        chosen, given_up = self.alternative(rank), self.toponym
        assert given_up is not None
        rest = [name for name in self.alternatives if name != chosen]
        self.toponym, self.alternatives = chosen, (given_up, *rest)
        self.serial, self.examination = serial, examination
        self.note("checked")

    def protect(self, *, protection: Protection, at: datetime, examination: Examination) -> None:
        """The protection plan of a listed name and its hearing are on file."""
        self.status = WORKFLOW.next(self.status, Action.PROTECT)
        in_order(None, protection.hearing_on, at, "hearing_on")
        if self.kind is ApplicationKind.NAME:
            raise NotListed()
        self.protection, self.examination = protection, examination
        self.note("checked")

    def consult(self, *, consultation: Consultation, examination: Examination) -> None:
        """Ask for opinions; nothing that is blocked is worth anybody's opinion."""
        status = WORKFLOW.next(self.status, Action.CONSULT)
        refuse_blocked(examination)
        self.status, self.consultation, self.examination = status, consultation, examination
        self.note("consultation_opened")

    def give_opinion(self, *, opinion: Opinion, at: datetime) -> None:
        """An opinion came in, of the public or of a department that was asked."""
        status = WORKFLOW.next(self.status, Action.GIVE_OPINION)
        in_order(self._consultation.opened_on, opinion.given_on, at, "given_on")
        self.consultation = self._consultation.with_opinion(opinion)
        self.status = status
        self.note("opinion_given")

    def review(self, *, review: ExpertReview, at: datetime) -> None:
        """The experts met."""
        status = WORKFLOW.next(self.status, Action.REVIEW)
        in_order(self.accepted_on, review.held_on, at, "held_on")
        self.status, self.consultation = status, replace(self._consultation, expert=review)
        self.note("reviewed")

    def hear(self, *, hearing: Hearing, at: datetime) -> None:
        """A hearing was held."""
        status = WORKFLOW.next(self.status, Action.HEAR)
        in_order(self.accepted_on, hearing.held_on, at, "held_on")
        self.status, self.consultation = status, replace(self._consultation, hearing=hearing)
        self.note("heard")

    def close_consultation(self, *, at: datetime, decision_due: Clock) -> None:
        """Opinions are in; the decision's clock, which stood still meanwhile, runs on."""
        status = WORKFLOW.next(self.status, Action.CLOSE)
        self.consultation = self._consultation.closed(business_day(at))
        self.status = status
        self.clocks = replace(self.clocks, decision=decision_due)
        self.note("consultation_closed")

    @property
    def _consultation(self) -> Consultation:
        assert self.consultation is not None
        return self.consultation

    def approve(
        self, *, decision: Decision, at: datetime, examination: Examination, filing_due: Clock,
        announcement_due: Clock, working_days: int = 0, must_consult: bool = False,
    ) -> None:  # fmt: skip
        """Approve: nothing blocks, every waivable finding is answered, opinions are there.

        The announcement clock starts now only where a government or the place-name department approved.
        """
        status = WORKFLOW.next(self.status, Action.APPROVE)
        self._check_decision(decision, at)
        if must_consult and self.consultation is None:
            raise ConsultationRequired(rule="地名管理条例 第十一条")
        refuse_blocked(examination)
        refuse_unwaived(examination, decision.waivers)
        if self.authority.needs_opinion and not decision.opinion_no:
            raise OpinionMissing(rule=self.authority.basis, field="opinion_no")
        self.status, self.decision, self.examination = status, decision, examination
        self.working_days = working_days
        announcement = None if self.authority.is_other_department else announcement_due
        self.clocks = replace(self.clocks, filing=filing_due, announcement=announcement)
        self.note("approved")

    def reject(self, *, decision: Decision, reason: str, at: datetime, working_days: int = 0) -> None:
        """Refuse the name, with reasons."""
        status = WORKFLOW.next(self.status, Action.REJECT)
        self._check_decision(decision, at)
        self.status, self.decision, self.reason, self.working_days = status, decision, reason, working_days
        self.note("rejected")

    def _check_decision(self, decision: Decision, at: datetime) -> None:
        if decision.by == self.submitted_by:
            raise DecidedBySubmitter(rule="四眼原则")
        closed = self.consultation.closed_on if self.consultation else None
        in_order(closed or self.accepted_on, decision.decided_on, at, "decided_on")

    def revoke(self, *, reason: str, by: str) -> None:
        """Take an approval back before it is announced (撤销批准); the name is free again."""
        status = WORKFLOW.next(self.status, Action.REVOKE)
        if by == self.submitted_by:
            raise DecidedBySubmitter(rule="四眼原则")
        self.status, self.reason = status, reason
        self.note("revoked")

    def file(self, *, filed_on: date, filing_no: str, at: datetime, announcement_due: Clock) -> None:
        """The approval is on file; where another department approved, the announcement clock starts here."""
        status = WORKFLOW.next(self.status, Action.FILE)
        if self.filed_on is not None:
            raise FiledBefore(filed_on=self.filed_on.isoformat())
        in_order(self.decided_on, filed_on, at, "filed_on")
        self.status, self.filed_on, self.filing_no = status, filed_on, filing_no
        if self.authority.is_other_department:
            self.clocks = replace(self.clocks, announcement=announcement_due)
        self.note("filed")

    def return_filing(self, *, reason: str) -> None:
        """The filing papers were incomplete or with the wrong body: to be sent again, the clock runs on."""
        status = WORKFLOW.next(self.status, Action.RETURN_FILING)
        if self.filed_on is None:
            raise NotFiledYet()
        self.status, self.reason = status, reason
        self.filed_on = self.filing_no = None
        if self.authority.is_other_department and self.announced_on is None:
            self.clocks = replace(self.clocks, announcement=None)
        self.note("filing_returned")

    def announce(self, *, announced_on: date, at: datetime, name_id: UUID | None) -> None:
        """The name, or its end, is public (公告)."""
        status = WORKFLOW.next(self.status, Action.ANNOUNCE)
        if self.authority.is_other_department and self.filed_on is None:
            raise NotYetFiled(rule="地名管理条例 第十四条")
        earliest = self.filed_on if self.authority.is_other_department else self.decided_on
        in_order(earliest, announced_on, at, "announced_on")
        self.status, self.announced_on, self.name_id = status, announced_on, name_id
        self.note("announced")

    def put_in_use(self, *, on: date, at: datetime) -> None:
        """The name is used: its signs are ordered (启用)."""
        status = WORKFLOW.next(self.status, Action.PUT_IN_USE)
        in_order(self.announced_on, on, at, "used_from")
        self.status, self.used_from = status, on
        self.note("put_in_use")

    def find_overdue(self, today: date) -> bool:
        """Note each clock whose last day has passed, once; never a change of status (PN-802)."""
        passed = [clock.name for clock in self.open_clocks() if clock.due.on < today]
        new = [name for name in passed if name not in self.overdue]
        for name in new:
            self.note(f"{name.lower()}_overdue")
        self.overdue = (*self.overdue, *new)
        return bool(new)

    def possible_actions(self) -> tuple[Action, ...]:
        """What may be done now: filing once, and another department's announcement after it."""
        barred = {Action.FILE} if self.filed_on is not None else {Action.RETURN_FILING}
        if self.authority.is_other_department and self.filed_on is None:
            barred.add(Action.ANNOUNCE)
        if not self.alternatives:
            barred.add(Action.ADOPT)
        if self.kind is ApplicationKind.NAME:
            barred.add(Action.PROTECT)
        return tuple(action for action in WORKFLOW.possible(self.status) if action not in barred)

    def open_clocks(self) -> tuple[Clock, ...]:
        """The clocks that still run; the decision's stands still while opinions are asked."""
        clocks = self.clocks
        filing = None if self.filed_on else clocks.filing
        running: Mapping[Status, tuple[Clock | None, ...]] = {
            Status.SUBMITTED: (clocks.acceptance,),
            Status.ACCEPTED: (clocks.decision,),
            Status.DECIDING: (clocks.decision,),
            Status.APPROVED: (filing, clocks.announcement),
            Status.ANNOUNCED: (filing,),
            Status.IN_USE: (filing,),
        }
        return tuple(clock for clock in running.get(self.status, ()) if clock)

    @property
    def approval_stands(self) -> bool:
        """Whether it was approved and the approval was not taken back."""
        return self.status in APPROVED_SINCE


def submit_application(
    *, id: UUID, business_no: str, serial: int, kind: ApplicationKind, category: Category, online: bool,
    cross_county: bool, applicant: Applicant, by: str, at: datetime, authority: Authority, locality: Locality,
    content: Content, point: Point | None, geometry: Geometry | None, target_id: UUID | None,
    examination: Examination, acceptance_due: Clock,
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
        toponym=content.toponym,
        alternatives=content.alternatives,
        materials=content.materials,
        point=point,
        geometry=geometry,
        target_id=target_id,
        description=content.description,
        reasons=content.reasons,
        facts=content.facts,
        protection=content.protection,
        examination=examination,
        clocks=Clocks(acceptance_due),
    )
    application.note("submitted")
    return application
