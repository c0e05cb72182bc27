"""The whole way of a case: the table of §4.1 walked whole, and every guard seen to refuse."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import assistance
from assistance.domain import refusals
from assistance.domain.aid import Aid
from assistance.domain.applicant import Channel, Member, Relation
from assistance.domain.application import Application, submit_application
from assistance.domain.course import (
    NEVER_ASKED,
    Agent,
    Appraisal,
    AppraisalShortOfResidents,
    AuthorityNotInForce,
    CountyVisit,
    Course,
    Investigation,
    Method,
    NearKinship,
    Objection,
    Opinion,
    Paper,
    PaperNeverAsked,
    PapersStillMissing,
    Posting,
    Relative,
    StaffRelation,
    Supplement,
    TwoInvestigatorsNeeded,
    VisitFormUnsigned,
)
from assistance.domain.deadlines import (
    Clock,
    Clocks,
    Counting,
    DecisionMode,
    ExtensionReason,
    NoSpecialLimit,
    ReasonNotForThisAid,
    local_clock,
    start_clocks,
    start_refusal_notice,
)
from assistance.domain.flow import BEFORE_DECISION, DECIDED_YES, NOT_LIVE, WORKFLOW, Action, Status, levels_of
from assistance.domain.means_test import Clause, Finding, Means, Outcome, Verdict
from assistance.domain.posting import notice_ends
from assistance.domain.procedure import PROCEDURES, NotAppliedForHere, procedure_of, register_of
from assistance.domain.standard import Residence
from shared.kernel.calendar import default_calendar
from shared.kernel.clock import CHINA
from shared.kernel.divisions import Level
from shared.kernel.identity_number import Sex, synthetic_identity_number
from shared.kernel.names import PersonName
from shared.kernel.parameters import load_toml
from shared.kernel.workflow import ActionNotPossible

BOOK = load_toml(Path(assistance.__file__).parent / "data" / "parameters.toml")
CALENDAR = default_calendar()
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=CHINA)
TODAY = NOON.date()
SAID = {"rule": "INCOME_BELOW_STANDARD", "basis": "社会救助法 第十八条"}
YES = Verdict(Outcome.ELIGIBLE, 81_000, False, 0, (Clause(**SAID, finding=Finding.PASS),), ())
NO = Verdict(Outcome.NOT_ELIGIBLE, 0, False, 0, (Clause(**SAID, finding=Finding.FAIL),), ())
OPEN = Verdict(Outcome.NEEDS_REVIEW, 0, False, 0, (Clause(**SAID, finding=Finding.NEEDS_REVIEW),), ())
VISIT = Investigation(TODAY - timedelta(days=20), Method.HOME_VISIT, ("officer-a", "officer-d"), True)


def counting(on: date = TODAY) -> Counting:
    return Counting(CALENDAR, BOOK.reader(on))


def clocks_of(accepted_on: date, mode: DecisionMode = DecisionMode.COUNTY, **more: Any) -> Clocks:
    return start_clocks(accepted_on, mode, CALENDAR, BOOK.reader(accepted_on), **more)


def member(n: int = 0, relation: Relation = Relation.SELF) -> Member:
    return Member(PersonName("测试甲"), synthetic_identity_number(n, date(1980, 1, 1), Sex.FEMALE), relation)


def made(status: Status, *, mode: DecisionMode = DecisionMode.COUNTY, **changes: Any) -> Application:
    """A case as it stands in a status, after everything that leads there."""
    case = submit_application(
        id=UUID(int=99), division="500103001000", business_no="JZ1", residence=Residence.URBAN, channel=Channel.WINDOW,
        members=[member()], at=NOON - timedelta(days=30),
        programme=changes.pop("programme", Aid.SUBSISTENCE_ALLOWANCE),
    )  # fmt: skip
    accepted = TODAY - timedelta(days=21)
    if status not in (Status.DRAFT, Status.SUBMITTED, Status.INCOMPLETE, Status.DECLINED):
        case.accepted_on, case.mode = accepted, mode
        case.clocks = clocks_of(accepted, mode, aid=case.programme)
    if status in _VERIFIED:
        case.means, case.verified_by = Means(1, ()), "officer-a"
    case.course = _course(status)
    case.status = status
    for name, value in changes.items():
        setattr(case, name, value)
    case.happened.clear()
    return case


_VERIFIED = set(Status) - {Status.DRAFT, Status.SUBMITTED, Status.INCOMPLETE, Status.ACCEPTED, Status.DECLINED}
_OPINED = _VERIFIED - {Status.VERIFYING}


def _course(status: Status) -> Course:
    course = Course()
    if status is Status.INCOMPLETE:
        due = counting().days("SUPPLEMENT", TODAY, "intake.open_days")
        course = replace(course, supplements=(Supplement(TODAY, (Paper.APPLICATION_FORM,), due),))
    if status in _VERIFIED:
        course = replace(course, investigations=(VISIT,))
    if status in _OPINED:
        course = replace(course, opinions=(Opinion(TODAY, "officer-a", Outcome.ELIGIBLE, 81_000),))
    if status in _OPINED - {Status.OPINION}:
        ends = TODAY if status in (Status.PUBLICITY, Status.REPUBLICITY) else TODAY - timedelta(days=2)
        over = Posting(1, TODAY - timedelta(days=9), ends)
        course = replace(course, postings=(over,))
    if status is Status.OBJECTED:
        again = Investigation(TODAY, Method.NEIGHBOURS, ("officer-a", "officer-d"), False)
        course = replace(
            course, objections=(Objection(TODAY - timedelta(days=1), False, "收入不实", "测试乙"),),
            investigations=(VISIT, again),
        )  # fmt: skip
    return course


def perform(case: Application, action: Action, *, on: date = TODAY, verdict: Verdict | None = None) -> None:
    """Do what somebody does, through the verbs of the aggregate."""
    at = datetime(on.year, on.month, on.day, 10, tzinfo=CHINA)
    notice = start_refusal_notice(on, CALENDAR, BOOK.reader(on))
    clocks = case.clocks or clocks_of(on, aid=case.programme)
    match action:
        case Action.HAND_IN:
            case.hand_in(at=at, consent_signed=True)
        case Action.ASK_SUPPLEMENT:
            due = counting().days("SUPPLEMENT", on, "intake.open_days")
            case.ask_supplement(papers=[Paper.APPLICATION_FORM], on=on, open_until=due)
        case Action.SUPPLEMENT:
            case.supplement(papers=[Paper.APPLICATION_FORM], on=on)
        case Action.ACCEPT:
            case.accept(at=at, clocks=clocks)
        case Action.DECLINE:
            case.decline(reason_code="OUTSIDE_EVERY_PROGRAMME")
        case Action.INVESTIGATE:
            case.investigate(VISIT)
        case Action.VERIFY:
            case.verify(means=Means(1, ()), by="officer-a")
        case Action.OPINE:
            case.opine(verdict=verdict or YES, by="officer-a", on=on)
        case Action.PUBLISH | Action.REPUBLISH:
            case.publish(posted_on=on, ends_on=on + timedelta(days=7), provisional=False, clocks=clocks)
        case Action.OBJECT:
            case.object_to(Objection(on, False, "收入不实", "测试乙"))
        case Action.APPRAISE:
            case.hold_appraisal(Appraisal(on, 9, 6, True))
        case Action.RESOLVE:
            case.resolve(on=on, upheld=False, told_on=on)
        case Action.FORWARD:
            case.forward(on=on, clocks=clocks, sampled=False)
        case Action.VISIT:
            case.visit(CountyVisit(on, "officer-b"))
        case Action.GRANT:
            case.decide(verdict=YES, by="officer-b", at=at, notice=notice)
        case Action.REFUSE:
            case.decide(verdict=NO, by="officer-b", at=at, notice=notice)
        case _:
            perform_aside(case, action, on)


def perform_aside(case: Application, action: Action, on: date) -> None:
    """The steps beside the way and after the decision."""
    clocks = case.clocks or clocks_of(on)
    match action:
        case Action.NOTIFY:
            case.notify(on=on)
        case Action.EXTEND:
            case.extend(reason=ExtensionReason.OBJECTION, clocks=clocks, on=on)
        case Action.WARN:
            case.warn(on=on)
        case Action.CLOSE:
            case.close(reason_code="NO_COOPERATION", on=on)
        case Action.WITHDRAW:
            case.withdraw()
        case Action.TAPER:
            case.begin_taper(until=date(2027, 6, 1))
        case Action.RESTORE:
            case.restore()
        case Action.SUSPEND:
            case.suspend(reason_code="PAYMENT_IMPOSSIBLE")
        case Action.RESUME:
            case.resume()
        case Action.END:
            case.end(on=on, reason_code="INCOME")


S, A = Status, Action
TABLE: dict[tuple[Status, Action], Status] = {
    (S.DRAFT, A.HAND_IN): S.SUBMITTED, (S.DRAFT, A.WITHDRAW): S.WITHDRAWN,
    (S.SUBMITTED, A.ASK_SUPPLEMENT): S.INCOMPLETE, (S.INCOMPLETE, A.SUPPLEMENT): S.SUBMITTED,
    (S.SUBMITTED, A.ACCEPT): S.ACCEPTED, (S.SUBMITTED, A.DECLINE): S.DECLINED,
    (S.ACCEPTED, A.INVESTIGATE): S.VERIFYING, (S.ACCEPTED, A.VERIFY): S.VERIFYING,
    (S.VERIFYING, A.INVESTIGATE): S.VERIFYING, (S.VERIFYING, A.VERIFY): S.VERIFYING,
    (S.VERIFYING, A.APPRAISE): S.VERIFYING, (S.VERIFYING, A.OPINE): S.OPINION,
    (S.OPINION, A.PUBLISH): S.PUBLICITY, (S.OPINION, A.REPUBLISH): S.REPUBLICITY, (S.OPINION, A.FORWARD): S.AT_COUNTY,
    (S.OPINION, A.GRANT): S.GRANTED, (S.OPINION, A.REFUSE): S.REFUSED,
    (S.PUBLICITY, A.OBJECT): S.OBJECTED, (S.PUBLICITY, A.FORWARD): S.AT_COUNTY, (S.PUBLICITY, A.GRANT): S.GRANTED,
    (S.PUBLICITY, A.REFUSE): S.REFUSED,
    (S.OBJECTED, A.INVESTIGATE): S.OBJECTED, (S.OBJECTED, A.VERIFY): S.OBJECTED, (S.OBJECTED, A.APPRAISE): S.OBJECTED,
    (S.OBJECTED, A.RESOLVE): S.OPINION,
    (S.REPUBLICITY, A.OBJECT): S.OBJECTED, (S.REPUBLICITY, A.FORWARD): S.AT_COUNTY,
    (S.REPUBLICITY, A.GRANT): S.GRANTED, (S.REPUBLICITY, A.REFUSE): S.REFUSED,
    (S.AT_COUNTY, A.VISIT): S.AT_COUNTY, (S.AT_COUNTY, A.GRANT): S.GRANTED, (S.AT_COUNTY, A.REFUSE): S.REFUSED,
    (S.GRANTED, A.NOTIFY): S.ACTIVE, (S.REFUSED, A.NOTIFY): S.REFUSED,
    (S.ACTIVE, A.TAPER): S.TAPER, (S.ACTIVE, A.SUSPEND): S.SUSPENDED, (S.ACTIVE, A.END): S.ENDED,
    (S.TAPER, A.RESTORE): S.ACTIVE, (S.TAPER, A.END): S.ENDED,
    (S.SUSPENDED, A.RESUME): S.ACTIVE, (S.SUSPENDED, A.END): S.ENDED,
}  # fmt: skip
for _status in (S.SUBMITTED, S.INCOMPLETE, S.ACCEPTED, S.VERIFYING, S.OPINION, S.PUBLICITY, S.OBJECTED, S.REPUBLICITY,
                S.AT_COUNTY):  # fmt: skip
    TABLE |= {(_status, A.WARN): _status, (_status, A.CLOSE): S.CLOSED_NONCOOP, (_status, A.WITHDRAW): S.WITHDRAWN}
    if _status not in (S.SUBMITTED, S.INCOMPLETE):
        TABLE[_status, A.EXTEND] = _status


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("status", Status)
def test_every_action_in_every_status(status: Status, action: Action) -> None:
    """Written out again here, so that a slip in the table of the domain shows."""
    case = made(status)
    if (status, action) not in TABLE:
        with pytest.raises(ActionNotPossible):
            WORKFLOW.next(status, action)
        if action not in (Action.PUBLISH, Action.REPUBLISH):
            before = replace(case)
            with pytest.raises(ActionNotPossible):
                perform(case, action)
            assert (case, case.happened) == (before, [])
        return
    assert WORKFLOW.next(status, action) is TABLE[status, action]


def test_the_workflow_knows_every_status_and_every_action() -> None:
    assert set(WORKFLOW.statuses) == set(Status)
    assert set(WORKFLOW.actions) == set(Action)
    assert set(WORKFLOW.final) == {S.DECLINED, S.ENDED, S.WITHDRAWN, S.CLOSED_NONCOOP}


def test_no_case_becomes_active_without_acceptance_investigation_and_decision() -> None:
    """Every path through the table from a draft to ACTIVE passes all three (民发〔2021〕57号 第二十八条)."""
    moves = [(now, action, then) for (now, action), then in TABLE.items() if now is not then]
    for must in ({A.ACCEPT}, {A.INVESTIGATE, A.VERIFY}, {A.OPINE}, {A.GRANT}, {A.NOTIFY}):
        reached, waiting = {S.DRAFT, S.SUBMITTED}, [S.DRAFT, S.SUBMITTED]
        while waiting:
            now = waiting.pop()
            for then in {t for n, a, t in moves if n is now and a not in must} - reached:
                reached.add(then)
                waiting.append(then)
        assert S.ACTIVE not in reached, must


@pytest.mark.parametrize("status", Status)
def test_who_counts_as_being_in_a_live_case(status: Status) -> None:
    assert made(status).is_live is (status not in NOT_LIVE)
    once = made(status, programme=Aid.TEMPORARY_EXPENDITURE)
    assert once.is_live is (status not in NOT_LIVE | DECIDED_YES), "a one-off aid ends with its grant"


def test_levels() -> None:
    assert levels_of(A.VISIT) == {Level.CITY, Level.DISTRICT}
    assert Level.VILLAGE not in levels_of(A.GRANT) | levels_of(A.ACCEPT) | levels_of(A.OPINE)
    assert Level.VILLAGE in levels_of(A.PUBLISH)
    county = made(S.AT_COUNTY)
    with pytest.raises(refusals.DecisionAtCountyOnly):
        county.require_level(A.GRANT, Level.TOWNSHIP)
    county.require_level(A.GRANT, Level.DISTRICT)
    made(S.PUBLICITY, mode=DecisionMode.ENTRUSTED).require_level(A.GRANT, Level.TOWNSHIP)
    with pytest.raises(refusals.NotYourLevel):
        county.require_level(A.ACCEPT, Level.VILLAGE)


# --- intake ----------------------------------------------------------------------------------------------


def test_a_draft_needs_its_signatures() -> None:
    case = made(S.DRAFT)
    with pytest.raises(refusals.ConsentMissing):
        case.hand_in(at=NOON, consent_signed=False)
    case.hand_in(at=NOON, consent_signed=True)
    assert (case.status, case.submitted_at) == (S.SUBMITTED, NOON)


def test_papers_are_asked_for_once() -> None:
    case = made(S.SUBMITTED)
    perform(case, A.ASK_SUPPLEMENT)
    assert [clock.name for clock in case.open_clocks()] == ["SUPPLEMENT"]
    assert case.open_clocks()[0].due.on == date(2027, 1, 22), "60 days from 2026-11-23"
    perform(case, A.SUPPLEMENT)
    due = counting().days("SUPPLEMENT", TODAY, "intake.open_days")
    with pytest.raises(refusals.SupplementAskedBefore):
        case.ask_supplement(papers=[Paper.IDENTITY_DOCUMENT], on=TODAY, open_until=due)
    case.ask_supplement(papers=[Paper.IDENTITY_DOCUMENT], on=TODAY, open_until=due, new_facts="新出生一名成员")
    assert (case.course.first_notices, len(case.course.supplements)) == (1, 2)


@pytest.mark.parametrize("paper", sorted(NEVER_ASKED))
def test_papers_that_are_never_asked_for(paper: Paper) -> None:
    due = counting().days("SUPPLEMENT", TODAY, "intake.open_days")
    with pytest.raises(PaperNeverAsked):
        made(S.SUBMITTED).ask_supplement(papers=[Paper.APPLICATION_FORM, paper], on=TODAY, open_until=due)


def test_a_supplement_brings_everything() -> None:
    case = made(S.INCOMPLETE)
    with pytest.raises(PapersStillMissing) as refused:
        case.supplement(papers=[Paper.IDENTITY_DOCUMENT], on=TODAY)
    assert refused.value.facts["missing"] == ["APPLICATION_FORM"]
    assert case.status is S.INCOMPLETE


def test_an_agent_acts_while_the_authority_holds() -> None:
    agent = Agent("测试丙", "x", "代为申请", date(2026, 11, 1), date(2026, 11, 24))
    common = {
        "id": UUID(int=1), "division": "500103001000", "business_no": "JZ1", "residence": Residence.URBAN,
        "channel": Channel.AGENT, "members": [member()],
    }  # fmt: skip
    assert submit_application(**common, at=NOON, agent=agent).course.agent is agent
    for moment in (NOON + timedelta(days=1), NOON - timedelta(days=40)):
        with pytest.raises(AuthorityNotInForce):
            submit_application(**common, at=moment, agent=agent)
    with pytest.raises(refusals.AgentMissing):
        submit_application(**common, at=NOON)


# --- the township's part ---------------------------------------------------------------------------------


def test_two_investigators_and_both_signatures() -> None:
    for who in (("officer-a",), ("officer-a", "officer-a")):
        with pytest.raises(TwoInvestigatorsNeeded):
            Investigation(TODAY, Method.HOME_VISIT, who, True)
    with pytest.raises(VisitFormUnsigned):
        Investigation(TODAY, Method.HOME_VISIT, ("a", "b"), False)
    with pytest.raises(VisitFormUnsigned):
        Investigation(TODAY, Method.REMOTE, ("a", "b"), True)
    assert Investigation(TODAY, Method.REMOTE, ("a", "b"), False, "疫情").remote_reason


@pytest.mark.parametrize(
    ("attendees", "residents", "fits"),
    [(9, 6, True), (9, 5, False), (10, 7, True), (10, 6, False), (3, 4, False), (1, 1, True)],
)
def test_an_appraisal_has_two_thirds_residents(attendees: int, residents: int, fits: bool) -> None:
    if fits:
        Appraisal(TODAY, attendees, residents, True)
    else:
        with pytest.raises(AppraisalShortOfResidents):
            Appraisal(TODAY, attendees, residents, True)


def test_an_opinion_rests_on_an_investigation_and_findings() -> None:
    case = made(S.VERIFYING, course=Course())
    with pytest.raises(refusals.InvestigationMissing):
        perform(case, A.OPINE)
    case = made(S.VERIFYING, means=None)
    with pytest.raises(refusals.MeansNotVerified):
        perform(case, A.OPINE)
    with pytest.raises(refusals.VerdictNeedsReview):
        perform(made(S.VERIFYING), A.OPINE, verdict=OPEN)
    with pytest.raises(refusals.AppraisalMissing):
        made(S.VERIFYING).opine(verdict=YES, by="officer-a", on=TODAY, appraisal_always=True)


def test_a_childs_case_is_never_posted() -> None:
    for aid in (Aid.ORPHAN_ALLOWANCE, Aid.UNATTENDED_CHILD_ALLOWANCE):
        with pytest.raises(refusals.NoPublicNotice):
            perform(made(S.OPINION, programme=aid), A.PUBLISH)
        perform(case := made(S.OPINION, programme=aid), A.FORWARD)
        assert case.status is S.AT_COUNTY


def test_we_26_a_notice_over_a_holiday() -> None:
    """WE-26: posted 2026-09-29, over with 10-08, the next step on 10-09."""
    posted = date(2026, 9, 29)
    ends = notice_ends(posted, Aid.SUBSISTENCE_ALLOWANCE, CALENDAR, BOOK.reader(posted), again=False)
    assert ends.on == date(2026, 10, 8)
    case = made(S.PUBLICITY, course=replace(_course(S.PUBLICITY), postings=(Posting(1, posted, ends.on),)))
    with pytest.raises(refusals.PublicityRunning) as refused:
        perform(case, A.FORWARD, on=date(2026, 10, 8))
    assert refused.value.facts["ends_on"] == "2026-10-08"
    perform(case, A.FORWARD, on=date(2026, 10, 9))
    assert case.status is S.AT_COUNTY


def test_the_second_notice_of_the_allowance_lasts_three_days_that_of_hardship_support_seven() -> None:
    posted = date(2026, 11, 23)
    lengths = {
        aid: (notice_ends(posted, aid, CALENDAR, BOOK.reader(posted), again=True).on - posted).days
        for aid in (Aid.SUBSISTENCE_ALLOWANCE, Aid.EXTREME_HARDSHIP_SUPPORT)
    }
    assert lengths == {Aid.SUBSISTENCE_ALLOWANCE: 3, Aid.EXTREME_HARDSHIP_SUPPORT: 7}


def test_nothing_favourable_is_decided_before_it_was_posted() -> None:
    case = made(S.OPINION)
    with pytest.raises(refusals.NotYetPublicised):
        perform(case, A.FORWARD)
    delegated = made(S.OPINION, mode=DecisionMode.ENTRUSTED)
    with pytest.raises(refusals.NotYetPublicised):
        perform(delegated, A.GRANT)
    refused = made(S.OPINION, course=replace(
        _course(S.OPINION), opinions=(Opinion(TODAY, "officer-a", Outcome.NOT_ELIGIBLE, 0),)))  # fmt: skip
    perform(refused, A.FORWARD)
    assert refused.status is S.AT_COUNTY, "a refusal need not be shown to the neighbours"
    with pytest.raises(refusals.NotYetPublicised):
        perform(refused, A.GRANT)


# --- objections ------------------------------------------------------------------------------------------


def test_an_objection_stops_the_case_until_it_is_resolved_and_posted_again() -> None:
    case = made(S.PUBLICITY)
    perform(case, A.OBJECT)
    assert case.status is S.OBJECTED
    with pytest.raises(refusals.InvestigationMissing):
        case.resolve(on=TODAY, upheld=False, told_on=TODAY)
    case.hold_appraisal(Appraisal(TODAY, 9, 6, True))
    with pytest.raises(refusals.ObjectorNotTold):
        case.resolve(on=TODAY, upheld=False, told_on=None)
    case.resolve(on=TODAY, upheld=False, told_on=TODAY)
    assert case.status is S.OPINION
    with pytest.raises(refusals.SecondNoticeNeeded):
        perform(case, A.FORWARD)
    perform(case, A.REPUBLISH)
    assert (case.status, case.course.postings[-1].round) == (S.REPUBLICITY, 2)


def test_an_objection_comes_while_the_notice_hangs() -> None:
    case = made(S.PUBLICITY)
    with pytest.raises(refusals.PublicityOver):
        perform(case, A.OBJECT, on=TODAY + timedelta(days=1))


def test_an_objection_without_a_name_stops_nothing() -> None:
    case = made(S.PUBLICITY)
    case.object_to(Objection(TODAY, True, "有车"))
    assert (case.status, case.course.open_objection, case.happened) == (S.PUBLICITY, None, ["objected"])
    perform(case, A.FORWARD, on=TODAY + timedelta(days=1))
    assert case.status is S.AT_COUNTY


# --- the decision ----------------------------------------------------------------------------------------


def test_a_county_case_is_decided_at_the_county_and_a_delegated_one_is_not_sent_there() -> None:
    after = TODAY + timedelta(days=1)
    with pytest.raises(refusals.NotYetAtCounty):
        perform(made(S.PUBLICITY), A.GRANT, on=after)
    delegated = made(S.PUBLICITY, mode=DecisionMode.ENTRUSTED)
    with pytest.raises(refusals.DecisionDelegated):
        perform(delegated, A.FORWARD, on=after)
    with pytest.raises(refusals.PublicityRunning):
        perform(delegated, A.GRANT)
    perform(delegated, A.GRANT, on=after)
    assert delegated.status is S.GRANTED


def test_a_near_relatives_case_goes_to_the_county_which_visits() -> None:
    relative = Relative(StaffRelation.STAFF, NearKinship.SIBLING)
    course = replace(_course(S.PUBLICITY), relative=relative)
    case = made(S.PUBLICITY, mode=DecisionMode.ENTRUSTED, course=course)
    after = TODAY + timedelta(days=1)
    with pytest.raises(refusals.NotYetAtCounty):
        perform(case, A.GRANT, on=after)
    perform(case, A.FORWARD, on=after)
    with pytest.raises(refusals.CountyVisitMissing):
        perform(case, A.GRANT, on=after)
    perform(case, A.VISIT, on=after)
    perform(case, A.GRANT, on=after)
    assert case.status is S.GRANTED


@pytest.mark.parametrize("person", ["officer-a", "officer-d"])
def test_nobody_decides_what_he_looked_into(person: str) -> None:
    case = made(S.AT_COUNTY)
    notice = start_refusal_notice(TODAY, CALENDAR, BOOK.reader(TODAY))
    with pytest.raises(refusals.DecidedByInvestigator):
        case.decide(verdict=YES, by=person, at=NOON, notice=notice)
    assert (case.status, case.happened) == (S.AT_COUNTY, [])


def test_we_28_the_written_notice_of_a_refusal() -> None:
    """WE-28: refused 2026-09-30, notice by 2026-10-10, a make-up Saturday."""
    case = made(S.AT_COUNTY)
    perform(case, A.REFUSE, on=date(2026, 9, 30))
    (clock,) = case.open_clocks()
    assert (clock.name, clock.due.on) == ("REFUSAL_NOTICE", date(2026, 10, 10))
    perform(case, A.NOTIFY, on=date(2026, 10, 9))
    assert case.open_clocks() == ()
    with pytest.raises(refusals.AlreadyTold):
        perform(case, A.NOTIFY, on=date(2026, 10, 10))


def test_a_warning_comes_a_day_before_closing() -> None:
    case = made(S.VERIFYING)
    with pytest.raises(refusals.WarningMissing):
        perform(case, A.CLOSE)
    perform(case, A.WARN)
    with pytest.raises(refusals.WarningMissing):
        perform(case, A.CLOSE)
    perform(case, A.CLOSE, on=TODAY + timedelta(days=1))
    assert case.status is S.CLOSED_NONCOOP


# --- clocks ----------------------------------------------------------------------------------------------


def test_we_22_and_the_special_limit() -> None:
    clocks = clocks_of(date(2026, 1, 30), extension=ExtensionReason.HARD_TO_INVESTIGATE)
    assert (clocks.investigation.due.on, clocks.national.due.on) == (date(2026, 2, 4), date(2026, 3, 19))
    assert clocks.special is not None
    assert clocks.special.due.on == date(2026, 4, 10)


def test_we_31_rigid_spending() -> None:
    """WE-31: accepted 2026-02-12, 30 days to 04-01, 45 to 04-23; no Chongqing clock, and two reasons only."""
    clocks = clocks_of(date(2026, 2, 12), aid=Aid.RIGID_EXPENDITURE, extension=ExtensionReason.SPLIT_RESIDENCE)
    assert (clocks.national.due.on, clocks.local) == (date(2026, 4, 1), None)
    assert clocks.special is not None
    assert clocks.special.due.on == date(2026, 4, 23)
    with pytest.raises(ReasonNotForThisAid):
        clocks_of(date(2026, 2, 12), aid=Aid.RIGID_EXPENDITURE, extension=ExtensionReason.OBJECTION)
    with pytest.raises(NoSpecialLimit):
        clocks_of(date(2026, 2, 12), aid=Aid.ORPHAN_ALLOWANCE, extension=ExtensionReason.OBJECTION)


def test_the_chain_of_hardship_support() -> None:
    """15 working days, 7 days of notice, 15 working days (民发〔2021〕43号 第十三条至第十六条)."""
    clocks = clocks_of(date(2026, 10, 12), aid=Aid.EXTREME_HARDSHIP_SUPPORT)
    assert clocks.township is not None
    assert clocks.township.due.on == date(2026, 11, 2)
    assert clocks.national.due.on == date(2026, 11, 30)


def test_the_chongqing_clock_does_not_count_notices_and_appraisals() -> None:
    accepted = date(2026, 11, 2)
    reader = BOOK.reader(accepted)
    clock = local_clock(accepted, Aid.SUBSISTENCE_ALLOWANCE, CALENDAR, reader, apart=7 + 3 + 1)
    assert clock is not None
    assert clock.due.on == date(2026, 12, 14), "30 + 11 days end on Sunday 12-13"


def test_a_limit_is_extended_once_and_before_it_ends() -> None:
    case = made(S.VERIFYING)
    perform(case, A.EXTEND)
    with pytest.raises(refusals.ExtensionTooLate):
        perform(case, A.EXTEND)
    late = made(S.VERIFYING)
    with pytest.raises(refusals.ExtensionTooLate):
        perform(late, A.EXTEND, on=date(2026, 12, 31))


def test_the_clocks_that_run_in_each_status() -> None:
    names = {status: {clock.name for clock in made(status).open_clocks()} for status in BEFORE_DECISION}
    assert "INVESTIGATION_START" in names[S.ACCEPTED]
    assert names[S.VERIFYING] == {"DECISION_CHONGQING", "DECISION_NATIONAL"}
    assert names[S.SUBMITTED] == set()
    forward = Clock("FORWARD", CALENDAR.add_working_days(TODAY, 2), "x")
    posted = made(S.PUBLICITY)
    posted.clocks = replace(posted.clocks or clocks_of(TODAY), forward=forward)
    assert "FORWARD" in {clock.name for clock in posted.open_clocks()}


# --- programmes ------------------------------------------------------------------------------------------


def test_every_procedure_names_parameters_that_exist() -> None:
    for aid in PROCEDURES:
        clocks_of(TODAY, aid=aid)
        clocks_of(TODAY, DecisionMode.ENTRUSTED, aid=aid)
        if procedure_of(aid).publicity:
            notice_ends(TODAY, aid, CALENDAR, BOOK.reader(TODAY), again=True)


def test_what_is_reached_by_referral_is_not_applied_for_here() -> None:
    for aid in (Aid.HOUSING_AID, Aid.RESCUE, Aid.TEMPORARY_SMALL_FAST):
        with pytest.raises(NotAppliedForHere):
            procedure_of(aid)


def test_households_share_one_register_and_subsidies_have_their_own() -> None:
    assert {register_of(aid) for aid in PROCEDURES if procedure_of(aid).household} == {"HOUSEHOLD"}
    assert register_of(Aid.DISABILITY_LIVING_SUBSIDY) != register_of(Aid.DISABILITY_NURSING_SUBSIDY)
