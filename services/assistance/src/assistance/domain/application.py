"""An application for assistance (救助申请) and its whole way: one case, one programme, several further needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from assistance.domain import refusals
from assistance.domain.aid import Aid
from assistance.domain.applicant import Channel, Member, Relation
from assistance.domain.course import (
    NEVER_ASKED,
    Agent,
    Appraisal,
    CountyVisit,
    Course,
    Investigation,
    Objection,
    Opinion,
    Paper,
    PaperNeverAsked,
    PapersStillMissing,
    Posting,
    Relative,
    Supplement,
)
from assistance.domain.deadlines import Clock, Clocks, DecisionMode, ExtensionReason
from assistance.domain.flow import BEFORE_DECISION, DECIDED_YES, DESKS, LIVE, WORKFLOW, Action, Desk, Status, levels_of
from assistance.domain.household import Household, Need
from assistance.domain.means_test import Means, Outcome, Verdict
from assistance.domain.procedure import procedure_of
from assistance.domain.refusals import (
    ApplicantNotAmongMembers,
    ApplicationUnknown,
    DecidedByInvestigator,
    MeansNotVerified,
    MemberListedTwice,
    PersonInLiveCase,
    TownshipRequired,
    VerdictNeedsReview,
)
from assistance.domain.standard import Residence
from shared.kernel.aggregate import Aggregate
from shared.kernel.clock import business_day
from shared.kernel.divisions import Level

__all__ = [
    "LIVE",
    "WORKFLOW",
    "Action",
    "ApplicantNotAmongMembers",
    "Application",
    "ApplicationUnknown",
    "Channel",
    "DecidedByInvestigator",
    "MeansNotVerified",
    "Member",
    "MemberListedTwice",
    "PersonInLiveCase",
    "Relation",
    "Status",
    "TownshipRequired",
    "VerdictNeedsReview",
    "submit_application",
]


@dataclass(kw_only=True)
class Application(Aggregate):
    """One household's application; ``division`` is the township that accepts it (受理乡镇街道).

    The rules in force on the day of acceptance govern the procedure; the standard of the month of the
    decision governs the amount.
    """

    business_no: str
    programme: Aid = Aid.SUBSISTENCE_ALLOWANCE
    needs: tuple[Need, ...] = ()
    residence: Residence
    channel: Channel
    status: Status
    members: tuple[Member, ...]
    submitted_at: datetime
    mode: DecisionMode | None = None
    accepted_on: date | None = None
    decided_on: date | None = None
    verified_by: str | None = None
    clocks: Clocks | None = None
    means: Means | None = None
    household: Household | None = None
    verdict: Verdict | None = None
    reason_code: str | None = None
    course: Course = field(default_factory=Course)

    # --- what it is ----------------------------------------------------------------------------------------

    @property
    def is_live(self) -> bool:
        """Whether its members may not be in another case of the same register; a one-off aid ends with its grant."""
        if self.status in DECIDED_YES and not procedure_of(self.programme).lasting:
            return False
        return self.status in LIVE

    @property
    def granted(self) -> bool:
        """Whether it was decided in favour."""
        return self.status in DECIDED_YES

    @property
    def desk(self) -> Desk:
        """Whose turn it is."""
        return DESKS.get(self.status, Desk.NOBODY) if not self.course.notified_on else Desk.NOBODY

    @property
    def decided_in_time(self) -> bool | None:
        """Whether the decision came by the earlier of both clocks; None before it."""
        if self.decided_on is None or self.clocks is None:
            return None
        return self.decided_on <= self.clocks.decision.due.on

    @property
    def has_notice(self) -> bool:
        """Whether its programme has a public notice at all; of a child as subject nothing is shown."""
        return procedure_of(self.programme).publicity is not None

    @property
    def delegated(self) -> bool:
        """Whether the township decides; a near relative's case always goes to the county (C-07)."""
        return self.mode not in (None, DecisionMode.COUNTY) and self.course.relative is None

    @property
    def visit_needed(self) -> bool:
        """Whether the county must visit the home before the decision (C-15)."""
        return (self.course.relative is not None or self.course.sampled) and not self.course.visits

    def open_clocks(self) -> tuple[Clock, ...]:
        """The clocks that still run: up to the decision, and after a refusal that of its written notice."""
        if self.status is Status.INCOMPLETE and self.course.supplements:
            return (self.course.supplements[-1].open_until,)
        if self.clocks is None or self.course.notified_on:
            return ()
        if self.status is Status.REFUSED:
            return (self.clocks.refusal_notice,) if self.clocks.refusal_notice else ()
        if self.status not in BEFORE_DECISION:
            return ()
        return tuple(sorted(self._running_clocks(self.clocks), key=lambda clock: clock.due.on))

    def _running_clocks(self, clocks: Clocks) -> list[Clock]:
        ended: list[Clock | None] = []
        if self.status is not Status.ACCEPTED:
            ended.append(clocks.investigation)
        if self.status not in (Status.ACCEPTED, Status.VERIFYING):
            ended.append(clocks.township)
        started = {
            Status.PUBLICITY: clocks.forward,
            Status.REPUBLICITY: clocks.forward,
            Status.OBJECTED: clocks.objection,
            Status.AT_COUNTY: clocks.county,
        }.get(self.status)
        running = [clock for clock in clocks.all if clock not in ended]
        return [*running, started] if started else running

    # --- intake --------------------------------------------------------------------------------------------

    def hand_in(self, *, at: datetime, consent_signed: bool) -> None:
        """Form and consent are signed (C-02); a lead never replaces the household's own application (C-34)."""
        status = WORKFLOW.next(self.status, Action.HAND_IN)
        if not consent_signed:
            raise refusals.ConsentMissing(rule="C-02", field="consent_signed")
        self.status = status
        self.submitted_at = at
        self.note("submitted")

    def ask_supplement(
        self, *, papers: Sequence[Paper], on: date, open_until: Clock, new_facts: str | None = None
    ) -> None:
        """List everything missing, once (C-03); a further notice only for facts that arose since."""
        status = WORKFLOW.next(self.status, Action.ASK_SUPPLEMENT)
        if set(papers) & NEVER_ASKED:
            raise PaperNeverAsked(field="papers", rule="社会救助法 第六十二条")
        if self.course.supplements and not new_facts:
            raise refusals.SupplementAskedBefore(rule="C-03")
        asked = Supplement(on, tuple(dict.fromkeys(papers)), open_until, new_facts if self.course.supplements else None)
        self.status = status
        self.course = replace(self.course, supplements=(*self.course.supplements, asked))
        self.note("supplement_requested")

    def supplement(self, *, papers: Sequence[Paper], on: date) -> None:
        """Everything that was asked for is there (C-04)."""
        status = WORKFLOW.next(self.status, Action.SUPPLEMENT)
        asked = self.course.supplements[-1]
        if missing := set(asked.papers) - set(papers):
            raise PapersStillMissing(field="papers", missing=sorted(paper.value for paper in missing))
        self.status = status
        given = (*self.course.supplements[:-1], replace(asked, received_on=on))
        self.course = replace(self.course, supplements=given)
        self.note("supplemented")

    def accept(
        self, *, at: datetime, clocks: Clocks, mode: DecisionMode = DecisionMode.COUNTY,
        relative: Relative | None = None,
    ) -> None:  # fmt: skip
        """Take the complete application up; the clocks start (C-05). A near relative is registered apart (C-07)."""
        self.status = WORKFLOW.next(self.status, Action.ACCEPT)
        self.accepted_on = business_day(at)
        self.clocks = clocks
        self.mode = mode
        self.course = replace(self.course, relative=relative)
        self.note("accepted")

    def decline(self, *, reason_code: str) -> None:
        """Do not take it up: outside every programme, with a written reason (C-06)."""
        self.status = WORKFLOW.next(self.status, Action.DECLINE)
        self.reason_code = reason_code
        self.note("declined")

    # --- the township's part -------------------------------------------------------------------------------

    def investigate(self, investigation: Investigation) -> None:
        """Look into the facts with two people (C-08); again while an objection is open."""
        self.status = WORKFLOW.next(self.status, Action.INVESTIGATE)
        self.course = replace(self.course, investigations=(*self.course.investigations, investigation))
        self.note("investigated")

    def verify(self, *, means: Means | None = None, household: Household | None = None, by: str) -> None:
        """Record what was found of the household, in sums or person by person; corrected until the opinion."""
        self.status = WORKFLOW.next(self.status, Action.VERIFY)
        self.means, self.household = means, household
        self.verified_by = by
        self.note("verified")

    def require_verified(self) -> None:
        """Refuse an opinion or a decision before anything was found out."""
        if self.means is None and self.household is None:
            raise MeansNotVerified(rule="C-16")

    def hold_appraisal(self, appraisal: Appraisal, *, clocks: Clocks | None = None) -> None:
        """A meeting judges whether the facts are true (§4.3); its day does not count for the Chongqing clock."""
        self.status = WORKFLOW.next(self.status, Action.APPRAISE)
        self.course = replace(self.course, appraisals=(*self.course.appraisals, appraisal))
        self.clocks = clocks or self.clocks
        self.note("appraised")

    def opine(self, *, verdict: Verdict, by: str, on: date, appraisal_always: bool = False) -> None:
        """The township's initial opinion (C-09): only on facts that two people looked into."""
        status = WORKFLOW.next(self.status, Action.OPINE)
        self.require_verified()
        if not self.course.investigations:
            raise refusals.InvestigationMissing(rule="C-08")
        if appraisal_always and not self.course.appraisals:
            raise refusals.AppraisalMissing(rule="X-03")
        if verdict.outcome is Outcome.NEEDS_REVIEW:
            raise VerdictNeedsReview(rule="C-09", clause=verdict.reason_code)
        self.status = status
        opinion = Opinion(on, by, verdict.outcome, verdict.amount_fen)
        self.course = replace(self.course, opinions=(*self.course.opinions, opinion))
        self.note("opinion_issued")

    def renew_opinion(self, *, verdict: Verdict, by: str, on: date) -> None:
        """The opinion after an objection, from what is known now."""
        opinion = Opinion(on, by, verdict.outcome, verdict.amount_fen)
        self.course = replace(self.course, opinions=(*self.course.opinions, opinion))

    def publish(self, *, posted_on: date, ends_on: date, provisional: bool, clocks: Clocks | None) -> None:
        """Post the opinion in the village or community (C-10), after an objection for the second time (C-13)."""
        again = bool(self.course.postings)
        status = WORKFLOW.next(self.status, Action.REPUBLISH if again else Action.PUBLISH)
        if not self.has_notice:
            raise refusals.NoPublicNotice(rule="§10.1")
        posting = Posting(len(self.course.postings) + 1, posted_on, ends_on, provisional)
        self.status = status
        self.clocks = clocks
        self.course = replace(self.course, postings=(*self.course.postings, posting))
        self.note("publicised")

    def object_to(self, objection: Objection) -> None:
        """Somebody objects to the notice (C-11); without a name it is checked as a lead and stops nothing."""
        status = WORKFLOW.next(self.status, Action.OBJECT)
        if self.course.postings[-1].over(objection.on):
            raise refusals.PublicityOver(rule="C-11")
        if not objection.anonymous:
            self.status = status
        if objection.due is not None and self.clocks is not None:
            self.clocks = replace(self.clocks, objection=objection.due)
        self.course = replace(self.course, objections=(*self.course.objections, objection))
        self.note("objected")

    def resolve(self, *, on: date, upheld: bool, told_on: date | None) -> None:
        """The objection is looked into and the objector told (C-12); a new notice follows."""
        status = WORKFLOW.next(self.status, Action.RESOLVE)
        if told_on is None:
            raise refusals.ObjectorNotTold(rule="C-12", field="told_on")
        if not self._looked_into_since_objection():
            raise refusals.InvestigationMissing("异议须经重新调查或民主评议后方可处理。", rule="C-12")
        closed = tuple(
            each
            if each.anonymous or each.resolved_on
            else replace(each, resolved_on=on, upheld=upheld, told_on=told_on)
            for each in self.course.objections
        )
        self.status = status
        self.course = replace(self.course, objections=closed)
        self.note("objection_resolved")

    def _looked_into_since_objection(self) -> bool:
        objected = self.course.open_objection
        if objected is None:
            return True
        looks = [each.on for each in self.course.investigations] + [each.on for each in self.course.appraisals]
        return any(day >= objected.on for day in looks)

    def forward(self, *, on: date, clocks: Clocks | None, sampled: bool) -> None:
        """The file goes to the county (C-14) once no objection is open and the notice is over."""
        status = WORKFLOW.next(self.status, Action.FORWARD)
        self._require_notice_done(on)
        if self.delegated:
            raise refusals.DecisionDelegated(rule="C-14")
        self.status = status
        self.clocks = clocks
        self.course = replace(self.course, received_by_county_on=on, sampled=sampled)
        self.note("forwarded")

    def _require_notice_done(self, today: date, outcome: Outcome | None = None) -> None:
        """A favourable opinion is posted, over, and without an open objection; a refusal need not be shown."""
        proposal = outcome or (self.course.opinions[-1].proposal if self.course.opinions else None)
        if self.course.open_objection is not None:
            raise refusals.ObjectionOpen(rule="C-14")
        if self.status in (Status.PUBLICITY, Status.REPUBLICITY) and not self.course.postings[-1].over(today):
            raise refusals.PublicityRunning(rule="T-07", ends_on=self.course.postings[-1].ends_on.isoformat())
        if self.status is Status.OPINION and self.course.objections and self.course.postings:
            raise refusals.SecondNoticeNeeded(rule="C-13")
        if self.has_notice and proposal is Outcome.ELIGIBLE and not self.course.postings:
            raise refusals.NotYetPublicised(rule="C-10")

    # --- the decision --------------------------------------------------------------------------------------

    def visit(self, visit: CountyVisit) -> None:
        """The county visits the home (C-15)."""
        self.status = WORKFLOW.next(self.status, Action.VISIT)
        self.course = replace(self.course, visits=(*self.course.visits, visit))
        self.note("visited")

    def may_be_decided_by(self, person: str) -> bool:
        """Two persons see every case: whoever investigated it does not decide it (四眼原则)."""
        investigators = {name for each in self.course.investigations for name in each.investigators}
        return person != self.verified_by and person not in investigators

    def require_level(self, action: Action, level: Level) -> None:
        """Refuse an official of a level that may not take the action; a county's decision is not a township's."""
        if level not in levels_of(action):
            raise refusals.NotYourLevel(rule="§4.1", action=action.value)
        if action in (Action.GRANT, Action.REFUSE) and level is Level.TOWNSHIP and not self.delegated:
            raise refusals.DecisionAtCountyOnly(rule="社会救助法 第四十四条")

    def require_decidable(self) -> None:
        """Refuse early what no verdict could make decidable."""
        WORKFLOW.next(self.status, Action.GRANT)
        self.require_verified()

    def decide(self, *, verdict: Verdict, by: str, at: datetime, notice: Clock) -> None:
        """Grant or refuse as the rules say (C-16); a refusal starts the clock of its written notice (C-17).

        A verdict that waits for a person decides nothing: the verification is completed first.
        """
        action = Action.GRANT if verdict.outcome is Outcome.ELIGIBLE else Action.REFUSE
        status = WORKFLOW.next(self.status, action)
        if verdict.outcome is Outcome.NEEDS_REVIEW:
            raise VerdictNeedsReview(rule="C-16", clause=verdict.reason_code)
        self._require_notice_done(business_day(at), verdict.outcome)
        if self.status is not Status.AT_COUNTY and not self.delegated:
            raise refusals.NotYetAtCounty(rule="C-14")
        if self.visit_needed:
            raise refusals.CountyVisitMissing(rule="C-15")
        if not self.may_be_decided_by(by):
            raise DecidedByInvestigator(rule="四眼原则")
        self.status = status
        self.verdict = verdict
        self.decided_on = business_day(at)
        self.reason_code = verdict.reason_code
        if action is Action.REFUSE and self.clocks is not None:
            self.clocks = replace(self.clocks, refusal_notice=notice)
        self.note("granted" if action is Action.GRANT else "refused")

    def notify(self, *, on: date) -> None:
        """The applicant holds the written decision (C-17, C-18); a grant becomes active."""
        status = WORKFLOW.next(self.status, Action.NOTIFY)
        if self.course.notified_on is not None:
            raise refusals.AlreadyTold(rule="C-17")
        self.status = status
        self.course = replace(self.course, notified_on=on)
        self.note("notified")

    # --- at any time before it -----------------------------------------------------------------------------

    def extend(self, *, reason: ExtensionReason, clocks: Clocks | None, on: date) -> None:
        """The special limit, with its reason, before the normal one ends."""
        self.status = WORKFLOW.next(self.status, Action.EXTEND)
        if self.clocks is not None and on > self.clocks.national.due.on:
            raise refusals.ExtensionTooLate(rule="时限")
        if self.course.extension is not None:
            raise refusals.ExtensionTooLate("时限已延长过一次。", rule="时限")
        self.clocks = clocks
        self.course = replace(self.course, extension=reason, extended_on=on)
        self.note("extended")

    def warn(self, *, on: date) -> None:
        """One written warning to a household that does not cooperate (C-19)."""
        self.status = WORKFLOW.next(self.status, Action.WARN)
        self.course = replace(self.course, warned_on=on)
        self.note("warned")

    def close(self, *, reason_code: str, on: date) -> None:
        """End a case whose household will not cooperate, after the warning (C-19)."""
        status = WORKFLOW.next(self.status, Action.CLOSE)
        if self.course.warned_on is None or self.course.warned_on >= on:
            raise refusals.WarningMissing(rule="C-19")
        self.status = status
        self.reason_code = reason_code
        self.note("closed_noncoop")

    def withdraw(self, reason_code: str | None = None) -> None:
        """The household takes the application back (C-20), or never supplied what was missing (C-04)."""
        self.status = WORKFLOW.next(self.status, Action.WITHDRAW)
        self.reason_code = reason_code
        self.note("withdrawn")

    # --- after the decision --------------------------------------------------------------------------------

    def begin_taper(self, *, until: date) -> None:
        """Income rose above the standard: the aid goes on for some months (§6.3)."""
        self.status = WORKFLOW.next(self.status, Action.TAPER)
        self.course = replace(self.course, taper_until=until)
        self.note("taper_started")

    def restore(self) -> None:
        """Poor again by the end of the taper."""
        self.status = WORKFLOW.next(self.status, Action.RESTORE)
        self.note("restored")

    def suspend(self, *, reason_code: str) -> None:
        """Payment is impossible for now; the entitlement stays (M-10)."""
        self.status = WORKFLOW.next(self.status, Action.SUSPEND)
        self.reason_code = reason_code
        self.note("suspended")

    def resume(self) -> None:
        """Payment is possible again."""
        self.status = WORKFLOW.next(self.status, Action.RESUME)
        self.reason_code = None
        self.note("resumed")

    def end(self, *, on: date, reason_code: str) -> None:
        """The aid ends."""
        self.status = WORKFLOW.next(self.status, Action.END)
        self.reason_code = reason_code
        self.course = replace(self.course, ended_on=on)
        self.note("ended")


def submit_application(
    *,
    id: UUID,
    division: str,
    business_no: str,
    residence: Residence,
    channel: Channel,
    members: Sequence[Member],
    at: datetime,
    programme: Aid = Aid.SUBSISTENCE_ALLOWANCE,
    needs: Sequence[Need] = (),
    agent: Agent | None = None,
    lead_id: UUID | None = None,
    draft: bool = False,
) -> Application:
    """A household applies; exactly one member is the applicant, nobody is listed twice, an agent has authority."""
    if sum(member.relation is Relation.SELF for member in members) != 1:
        raise ApplicantNotAmongMembers(field="members")
    if len({member.identity for member in members}) != len(members):
        raise MemberListedTwice(field="members")
    if agent is not None:
        agent.require_in_force(business_day(at))
    if channel is Channel.AGENT and agent is None:
        raise refusals.AgentMissing(field="agent", rule="C-30")
    application = Application(
        id=id,
        division=division,
        business_no=business_no,
        programme=programme,
        needs=tuple(dict.fromkeys(needs)),
        residence=residence,
        channel=channel,
        status=Status.DRAFT if draft else Status.SUBMITTED,
        members=tuple(members),
        submitted_at=at,
        course=Course(agent=agent, lead_id=lead_id),
    )
    application.note("drafted" if draft else "submitted")
    return application
