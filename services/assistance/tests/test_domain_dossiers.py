"""Referrals, leads, alerts, reviews, changes, appeals, complaints, ratings, fraud, delegations: tables and examples."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import assistance
from assistance.domain import (
    alert,
    change,
    complaint,
    delegation,
    fraud,
    lead,
    posting,
    rating,
    referral,
    remedy,
    review,
)
from assistance.domain.aid import Aid
from assistance.domain.change import Effect, Judgement, judge_income, share_of_one, taper_span
from assistance.domain.deadlines import Counting, DecisionMode
from assistance.domain.flow import Status
from assistance.domain.household import Need
from assistance.domain.referral import Department, ReferralResult, ReferralStatus, ReturnReason
from assistance.domain.standard import Residence
from shared.kernel.calendar import default_calendar
from shared.kernel.divisions import Area
from shared.kernel.names import PersonName
from shared.kernel.parameters import load_toml
from shared.kernel.principal import CITY, Principal, SecondPersonRequired
from shared.kernel.workflow import ActionNotPossible, Workflow

BOOK = load_toml(Path(assistance.__file__).parent / "data" / "parameters.toml")
CALENDAR = default_calendar()
ID, CASE, PLACE = UUID(int=1), UUID(int=2), "500103001000"
TABLES: tuple[tuple[Workflow[Any, Any], type[StrEnum], type[StrEnum], int], ...] = (
    (referral.WORKFLOW, referral.ReferralStatus, referral.ReferralAction, 11),
    (lead.WORKFLOW, lead.LeadStatus, lead.LeadAction, 10),
    (alert.WORKFLOW, alert.AlertStatus, alert.AlertAction, 3),
    (change.WORKFLOW, change.ChangeStatus, change.ChangeAction, 9),
    (complaint.WORKFLOW, complaint.ComplaintStatus, complaint.ComplaintAction, 3),
    (rating.WORKFLOW, rating.RatingStatus, rating.RatingAction, 8),
    (remedy.WORKFLOW, remedy.RemedyStatus, remedy.RemedyAction, 1),
    (review.WORKFLOW, review.ReviewStatus, review.ReviewAction, 2),
    (delegation.WORKFLOW, delegation.DelegationStatus, delegation.DelegationAction, 1),
    (fraud.WORKFLOW, fraud.FraudStatus, fraud.FraudAction, 7),
)


def count(on: date) -> Counting:
    return Counting(CALENDAR, BOOK.reader(on))


def officer(person: str) -> Principal:
    return Principal("issuer", "caseworker", "bureau", Area(CITY), person=person)


@pytest.mark.parametrize(("table", "statuses", "actions", "size"), TABLES)
def test_every_table_is_walked(
    table: Workflow[Any, Any], statuses: type[StrEnum], actions: type[StrEnum], size: int
) -> None:
    possible = 0
    for status in statuses:
        for action in actions:
            if action in table.possible(status):
                possible += 1
                assert table.next(status, action) in set(statuses)
            else:
                with pytest.raises(ActionNotPossible):
                    table.next(status, action)
    assert possible == size


# --- referrals -------------------------------------------------------------------------------------------


def sent(on: date = date(2026, 11, 4)) -> referral.Referral:
    made = referral.propose_referral(
        id=ID, division=PLACE, application_id=CASE, need=Need.HOUSING, urgent=False, on=date(2026, 11, 2)
    )
    made.consent(on=date(2026, 11, 2), count=count(on))
    assert made.due is not None
    assert made.due.on == date(2026, 11, 4)
    made.send(on=on, count=count(on))
    made.acknowledge(on=on)
    return made


def test_we_40_a_referral_on_its_way() -> None:
    """WE-40: sent by 11-04, answered by 11-11, rerouted by 11-11, answered by 11-18, told by 11-30."""
    made = sent()
    assert made.due is not None
    assert (made.department, made.due.on) == (Department.HOUSING, date(2026, 11, 11))
    back = {"reason": ReturnReason.NOT_OUR_REMIT, "missing": ()}
    with pytest.raises(referral.RightBodyMissing):
        made.send_back(on=date(2026, 11, 9), right_body=None, count=count(date(2026, 11, 9)), **back)
    made.send_back(on=date(2026, 11, 9), right_body=Department.AGRICULTURE, count=count(date(2026, 11, 9)), **back)
    assert made.due.on == date(2026, 11, 11)
    made.reroute(on=date(2026, 11, 11), department=Department.AGRICULTURE, count=count(date(2026, 11, 11)))
    assert made.due.on == date(2026, 11, 18)
    made.acknowledge(on=date(2026, 11, 12))
    made.accept(on=date(2026, 11, 18), own_case_no="N1", own_due_on=None, count=count(date(2026, 11, 18)))
    made.finish(
        on=date(2026, 11, 25), result=ReferralResult.GRANTED, reason=None, amount_fen=None, service="危房改造",
        count=count(date(2026, 11, 25)),
    )  # fmt: skip
    assert made.due.on == date(2026, 11, 30)
    made.close(on=date(2026, 11, 30))
    assert made.status is ReferralStatus.CLOSED


def test_a_second_return_goes_to_coordination() -> None:
    made = sent()
    on = date(2026, 11, 9)
    for missing in (("房产说明",), ("施工照片",)):
        if made.status is ReferralStatus.RETURNED:
            with pytest.raises(referral.ReroutedTooOften):
                replace(made, reroutes=2, happened=[]).reroute(on=on, department=Department.HOUSING, count=count(on))
            made.reroute(on=on, department=Department.AGRICULTURE, count=count(on))
            made.acknowledge(on=on)
        made.send_back(on=on, reason=ReturnReason.MISSING, right_body=None, missing=missing, count=count(on))
    assert made.status is ReferralStatus.COORDINATION
    assert made.due is not None
    assert made.due.on == date(2026, 11, 23), "the mechanism meets within ten working days"
    made.assign(on=on, department=Department.HOUSING, count=count(on))
    assert made.status is ReferralStatus.SENT


def test_what_is_missing_is_listed_once_and_silence_is_no_acceptance() -> None:
    made = sent()
    on = date(2026, 11, 11)
    with pytest.raises(referral.MissingItemsNotListed):
        made.send_back(on=on, reason=ReturnReason.MISSING, right_body=None, missing=(), count=count(on))
    with pytest.raises(referral.NotYetOverdue):
        made.coordinate(on=on, count=count(on))
    assert not made.mark_overdue(on=on)
    late = date(2026, 11, 12)
    assert made.mark_overdue(on=late)
    assert not made.mark_overdue(on=late)
    assert made.status is ReferralStatus.ACKNOWLEDGED
    made.coordinate(on=late, count=count(late))
    assert made.status is ReferralStatus.COORDINATION


def test_nothing_is_shared_without_consent_and_an_urgent_need_leaves_the_same_day() -> None:
    made = referral.propose_referral(
        id=ID, division=PLACE, application_id=CASE, need=Need.MEDICAL, urgent=True, on=date(2026, 10, 2)
    )
    with pytest.raises(referral.ConsentToSharingMissing):
        made.send(on=date(2026, 10, 2), count=count(date(2026, 10, 2)))
    made.consent(on=date(2026, 10, 2), count=count(date(2026, 10, 2)))
    assert made.due is not None
    assert made.due.on == date(2026, 10, 2), "a holiday does not matter"


# --- reviews and changes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("klass", "residence", "due", "provisional"),
    [
        ("A", Residence.URBAN, date(2027, 3, 15), True), ("B", Residence.URBAN, date(2026, 9, 15), False),
        ("C", Residence.URBAN, date(2026, 4, 15), False), ("C", Residence.RURAL, date(2026, 6, 15), False),
    ],
)  # fmt: skip
def test_we_37_the_next_review(klass: str, residence: Residence, due: date, provisional: bool) -> None:
    last = date(2026, 3, 15)
    found = review.next_review(last, review.ReviewClass(klass), residence, count(last))
    assert (found.on, found.provisional) == (due, provisional)


def test_review_classes() -> None:
    of = review.class_of
    assert of(gravely_ill_or_disabled=True, income_steady=True, idle_worker=False) is review.ReviewClass.A
    assert of(gravely_ill_or_disabled=True, income_steady=True, idle_worker=True) is review.ReviewClass.C
    assert of(gravely_ill_or_disabled=True, income_steady=False, idle_worker=False) is review.ReviewClass.B


@pytest.mark.parametrize(
    ("income", "judged"),
    [
        (230_999, Judgement.STAYS), (231_000, Judgement.TAPER), (300_000, Judgement.TAPER),
        (346_499, Judgement.TAPER), (346_500, Judgement.ENDS),
    ],
)  # fmt: skip
def test_we_10_and_11_who_tapers(income: int, judged: Judgement) -> None:
    facts = {"income_fen": income, "persons": 3, "standard_fen": 77_000, "factor": Decimal("1.5")}
    assert judge_income(**facts, property_passes=True, at_line_tapers=True) is judged
    assert judge_income(**facts, property_passes=False, at_line_tapers=True) is Judgement.ENDS


def test_we_10_the_months_of_a_taper() -> None:
    """WE-10: decided 2026-03-20, 2026-04 … 2026-09; from 2026-10 it ends."""
    assert taper_span(date(2026, 3, 20), 6) == (date(2026, 4, 1), date(2026, 10, 1))


def test_we_12_only_the_own_share() -> None:
    assert 81_000 - share_of_one(81_000, 3) == 54_000


def reported(kind: change.ChangeKind = change.ChangeKind.INCOME, on: date = date(2026, 10, 12)) -> change.Change:
    return change.report_change(
        id=ID, division=PLACE, application_id=CASE, kind=kind, happened_on=date(2026, 10, 1), on=on,
        found_by_office=False, count=count(on),
    )  # fmt: skip


def plan(made: change.Change, effect: Effect, on: date = date(2026, 10, 12), **more: Any) -> None:
    posted = count(on).days("STOP_POSTED", on, "tekun.stop.publicity").due if more.pop("posted", False) else None
    made.propose(**{
        "effect": effect, "grounds": "收入增加", "amount_fen": None, "amount_before_fen": None, "by": "officer-a",
        "on": on, "hearing_until": count(on).working_days("HEARING", on, "hearing.window").due,
        "posted_until": posted, **more,
    })  # fmt: skip


def test_we_30_the_stop_of_hardship_support() -> None:
    """WE-30: posted 2026-10-12, over on 10-19, decided 10-20, ends from November."""
    made = reported(change.ChangeKind.OBLIGOR_ABLE)
    plan(made, Effect.STOP, posted=True)
    made.hear(on=date(2026, 10, 14), response_given=True)
    with pytest.raises(change.StopPostingRunning):
        made.decide(on=date(2026, 10, 19), by="officer-b")
    made.decide(on=date(2026, 10, 20), by="officer-b")
    assert made.effective_from == date(2026, 11, 1)


def test_nothing_is_cut_or_stopped_unheard() -> None:
    for effect, amounts in ((Effect.STOP, {}), (Effect.CUT, {"amount_fen": 1, "amount_before_fen": 2})):
        made = reported()
        plan(made, effect, **amounts)
        with pytest.raises(change.ViewsNotHeard):
            made.decide(on=date(2026, 10, 30), by="officer-b")
        with pytest.raises(change.HearingWindowOpen):
            made.hear(on=date(2026, 10, 19), response_given=False)
        made.hear(on=date(2026, 10, 20), response_given=False)
        with pytest.raises(change.ProposedAndDecidedByOne):
            made.decide(on=date(2026, 10, 20), by="officer-a")
        made.decide(on=date(2026, 10, 20), by="officer-b")
    raised = reported()
    plan(raised, Effect.RAISE, amount_fen=2, amount_before_fen=1)
    raised.decide(on=date(2026, 10, 12), by="officer-b")


def test_amounts_fit_their_effect_and_work_is_refused_three_times() -> None:
    for effect, after in ((Effect.RAISE, 100), (Effect.CUT, 100), (Effect.CUT, 0), (Effect.CUT, None)):
        with pytest.raises(change.AmountDoesNotFit):
            plan(reported(), effect, amount_before_fen=100, amount_fen=after)
    cut = {"amount_before_fen": 81_000, "amount_fen": 54_000}
    with pytest.raises(change.RefusalsTooFew):
        plan(reported(change.ChangeKind.WORK_REFUSED), Effect.CUT, refusals_in_a_row=2, **cut)
    plan(reported(change.ChangeKind.WORK_REFUSED), Effect.CUT, refusals_in_a_row=3, **cut)


def test_a_death_is_worked_up_within_three_months() -> None:
    made = reported(change.ChangeKind.MEMBER_DIED)
    assert made.due is not None
    assert (made.due.on, made.delay_days) == (date(2027, 1, 1), 11)


# --- ratings, complaints, appeals, fraud -----------------------------------------------------------------


def test_we_39_a_bad_rating() -> None:
    """WE-39: rated 2026-09-30, called back by 10-08, fixed by 10-13, with an extension by 10-27."""
    on = date(2026, 9, 30)
    made = rating.give_rating(
        id=ID, division=PLACE, matter="JZ1", score=2, channel="WINDOW", on=on, count=count(on), rater="测试甲"
    )
    assert made.call_back_due is not None
    assert made.due is not None
    assert (made.call_back_due.on, made.due.on) == (date(2026, 10, 8), date(2026, 10, 13))
    made.call_back(on=date(2026, 10, 8))
    made.extend(reason="须跨部门核实", count=count(on))
    assert made.due.on == date(2026, 10, 27)
    with pytest.raises(rating.ExtendedBefore):
        made.extend(reason="再次", count=count(on))
    made.settle(on=date(2026, 10, 27), outcome="已整改", justified=True)
    assert made.in_time


def test_a_good_rating_asks_for_nothing_and_an_exclusion_for_a_second_person() -> None:
    on = date(2026, 9, 30)
    common = {"id": ID, "division": PLACE, "matter": "JZ1", "channel": "APP", "on": on, "count": count(on)}
    assert rating.give_rating(**common, score=3).status is rating.RatingStatus.GIVEN
    bad = rating.give_rating(**common, score=1)
    bad.propose_exclusion(by="officer-a", reason="恶意评价")
    with pytest.raises(SecondPersonRequired):
        bad.review_exclusion(by=officer("officer-a"), excluded=True, on=on)
    bad.review_exclusion(by=officer("officer-b"), excluded=True, on=on)
    assert bad.status is rating.RatingStatus.EXCLUDED


def test_a_report_with_a_name_is_answered_one_without_is_filed() -> None:
    on = date(2026, 11, 2)
    common = {
        "id": ID, "division": PLACE, "kind": complaint.ComplaintKind.FRAUD, "content": "有车", "on": on,
        "count": count(on),
    }  # fmt: skip
    named, unnamed = (complaint.receive_complaint(**common, reporter=who) for who in ("测试乙", None))
    for made in (named, unnamed):
        made.check(on=on, founded=False)
    with pytest.raises(complaint.RealNameMustBeAnswered):
        named.file()
    with pytest.raises(complaint.NobodyToAnswer):
        unnamed.give_answer(on=on, answer="已核查")
    named.give_answer(on=on, answer="已核查")
    unnamed.file()


def test_ways_to_appeal() -> None:
    """60 days to the county government, six months to the court; under entrusting the bureau answers."""
    known = date(2026, 10, 12)
    entrusted, own = (remedy.ways_to_appeal(known, mode, count(known)) for mode in ("ENTRUSTED", "TOWNSHIP_OWN"))
    assert [way.until.on for way in entrusted] == [date(2026, 12, 11), date(2027, 4, 12)]
    assert {way.respondent for way in entrusted} == {"所在区县民政局"}
    assert remedy.respondent_of(DecisionMode.TOWNSHIP_OWN) == "所在乡镇人民政府（街道办事处）"
    assert {way.kind: way.body for way in own}[remedy.RemedyKind.REVIEW] == remedy.REVIEW_BODY
    filing = {"id": ID, "division": PLACE, "application_id": CASE, "kind": remedy.RemedyKind.REVIEW}
    with pytest.raises(remedy.NothingToAppeal):
        remedy.file_remedy(**filing, known_on=None, on=known, count=count(known))
    with pytest.raises(remedy.FiledTooLate):
        remedy.file_remedy(**filing, known_on=known, on=date(2026, 12, 12), count=count(known))
    assert remedy.file_remedy(**filing, known_on=known, on=date(2026, 12, 11), count=count(known)).filed_on


def test_we_41_the_milder_law() -> None:
    """WE-41: 4,860 wrongly paid; acts from 2026-08: 0 … 9,720; acts before 2026-07: the milder law too."""
    for last_act in (date(2026, 8, 31), date(2026, 6, 30)):
        found = fraud.fine_range(486_000, last_act, date(2026, 11, 2), BOOK)
        assert (found.least_fen, found.most_fen, found.authority) == (0, 972_000, "社会救助法 第七十三条")
    old = fraud.fine_range(486_000, date(2026, 3, 1), date(2026, 6, 1), BOOK)
    assert (old.least_fen, old.most_fen) == (486_000, 1_458_000)


def test_fraud_is_told_heard_decided_by_another_and_paid_back() -> None:
    on = date(2026, 11, 2)
    made = fraud.suspect_fraud(id=ID, division=PLACE, application_id=CASE, suspicion="隐瞒工资", by="officer-a", on=on)
    facts = {"wrongly_paid_fen": 486_000, "first_act_on": date(2026, 8, 1), "last_act_on": date(2026, 9, 1)}
    until = count(on).working_days("REPLY", on, "fraud.reply").due
    with pytest.raises(fraud.EvidenceMissing):
        made.tell(evidence=(), on=on, reply_until=until, **facts)
    made.tell(evidence=("工资流水",), on=on, reply_until=until, **facts)
    with pytest.raises(fraud.ReplyWindowOpen):
        made.hear(on=until.on, reply_given=False)
    made.hear(on=until.on, reply_given=True)
    decision = {"permitted": fraud.fine_range(486_000, date(2026, 9, 1), on, BOOK), "return_by": date(2026, 12, 31)}
    with pytest.raises(fraud.InvestigatorDecides):
        made.confirm(fine_fen=0, by="officer-a", on=on, **decision)
    with pytest.raises(fraud.FineOutsideRange):
        made.confirm(fine_fen=972_001, by="officer-b", on=on, **decision)
    made.confirm(fine_fen=972_000, by="officer-b", on=on, **decision)
    with pytest.raises(fraud.PaidBackTooMuch):
        made.pay_back(amount_fen=486_001, on=on)
    made.pay_back(amount_fen=86_000, on=on)
    assert (made.status, made.outstanding_fen) == (fraud.FraudStatus.CONFIRMED, 400_000)
    made.pay_back(amount_fen=400_000, on=on)
    assert made.status is fraud.FraudStatus.SETTLED


# --- delegation, leads, alerts, the board ----------------------------------------------------------------


def test_a_delegation_holds_for_half_open_days() -> None:
    common = {"id": ID, "division": PLACE, "aid": Aid.SUBSISTENCE_ALLOWANCE, "document": "合成文件"}
    made = delegation.delegate(
        **common, mode=DecisionMode.ENTRUSTED, valid_from=date(2026, 1, 1), valid_to=date(2026, 7, 1)
    )
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1))
    assert [made.covers(day) for day in days] == [False, True, True, False]
    with pytest.raises(delegation.NothingDelegated):
        delegation.delegate(**common, mode=DecisionMode.COUNTY, valid_from=date(2026, 1, 1), valid_to=None)
    with pytest.raises(delegation.DelegationEndsBeforeItBegins):
        made.end(valid_to=date(2026, 1, 1))
    made.end(valid_to=date(2026, 3, 1))


def test_a_lead_is_not_closed_unseen_and_merges_into_one() -> None:
    on = date(2026, 11, 2)
    common = {
        "division": PLACE, "person": "测试甲", "identity_number": None, "contact": None, "situation": "独居", "on": on,
        "count": count(on),
    }  # fmt: skip
    one = lead.report_lead(id=ID, source=lead.LeadSource.VILLAGE, **common)
    two = lead.report_lead(id=UUID(int=5), source=lead.LeadSource.HOTLINE, **common)
    assert one.due is not None
    assert one.due.on == date(2026, 11, 5)
    with pytest.raises(ActionNotPossible):
        one.close(reason_code="NO_NEED")
    with pytest.raises(lead.MergedWithItself):
        one.merge_into(one)
    two.merge_into(one)
    assert (one.sources, two.merged_into) == ((lead.LeadSource.VILLAGE, lead.LeadSource.HOTLINE), one.id)
    one.visit(on=date(2026, 11, 6))
    assert one.contacted_in_time is False


def test_an_alert_has_an_owner_a_last_day_and_an_outcome() -> None:
    on = date(2026, 11, 2)
    made = alert.raise_alert(
        id=ID, division=PLACE, kind=alert.AlertKind.MAY_QUALIFY, desk="TOWNSHIP", on=on, count=count(on)
    )
    assert made.due.on == date(2026, 11, 9)
    with pytest.raises(ActionNotPossible):
        made.resolve(outcome=alert.AlertOutcome.AID_STARTED, on=on)
    made.take(owner="officer-a")
    made.resolve(outcome=alert.AlertOutcome.AID_STARTED, on=on)
    assert made.in_time


def shown(aid: Aid, *, minor: bool = False) -> posting.PublicNotice | None:
    return posting.shown(
        notice_no="JZ1", aid=aid, occasion=posting.Occasion.FIRST_NOTICE, applicant=PersonName("张三"), minor=minor,
        division=PLACE, persons=3, amount_fen=81_000, posted_on=date(2026, 11, 2), ends_on=date(2026, 11, 9),
        hotline="12349",
    )  # fmt: skip


def test_what_the_board_shows() -> None:
    notice = shown(Aid.SUBSISTENCE_ALLOWANCE)
    assert notice is not None
    assert (notice.name, notice.persons, notice.amount_fen) == ("张*", 3, 81_000)
    hardship = shown(Aid.EXTREME_HARDSHIP_SUPPORT)
    assert hardship is not None
    assert (hardship.persons, hardship.amount_fen) == (None, None)
    assert shown(Aid.ORPHAN_ALLOWANCE) is None
    assert shown(Aid.SUBSISTENCE_ALLOWANCE, minor=True) is None
    assert [posting.suppressed(number) for number in (0, 1, 4, 5)] == [0, None, None, 5]


def test_how_long_files_are_kept() -> None:
    ended = date(2026, 11, 2)
    granted = posting.kept_until(Status.ENDED, ended, count(ended))
    refused = posting.kept_until(Status.REFUSED, ended, count(ended))
    assert granted is not None
    assert refused is not None
    assert (granted.on, refused.on) == (date(2036, 11, 2), date(2031, 11, 2))
