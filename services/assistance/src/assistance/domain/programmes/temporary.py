"""临时救助: the small fast track, urgent aid, spending-type aid and the top-up for those already helped.

Law: 社会救助法 第二十九条、第三十五条、第三十七条、第五十条; 民发〔2018〕23号; the 2026 opinion on 小额快救.
Nobody is asked for hukou: the township of the place of the emergency is in charge.
"""

from __future__ import annotations

from datetime import timedelta

from assistance.domain.aid import Aid
from assistance.domain.household import Emergency, EmergencyKind
from assistance.domain.income import annual_income
from assistance.domain.means_test import Finding, Outcome, Verdict
from assistance.domain.programmes.allowance import check_below_average, necessary_spending
from assistance.domain.programmes.situation import Situation, month_of

URGENT_KINDS = frozenset({EmergencyKind.ACCIDENT, EmergencyKind.SUDDEN_EVENT, EmergencyKind.SERIOUS_ILLNESS})
CONFIRMED = frozenset({Aid.SUBSISTENCE_ALLOWANCE, Aid.SINGLE_PERSON_ALLOWANCE, Aid.LOW_INCOME_MARGIN,
                       Aid.RIGID_EXPENDITURE})  # fmt: skip
HELPED = frozenset({Aid.SUBSISTENCE_ALLOWANCE, Aid.SINGLE_PERSON_ALLOWANCE, Aid.EXTREME_HARDSHIP_SUPPORT,
                    Aid.MEDICAL_AID, Aid.EDUCATION_AID, Aid.HOUSING_AID, Aid.EMPLOYMENT_AID,
                    Aid.DISASTER_AID})  # fmt: skip
JOBLESS_MONTHS = 3
"""民发〔2022〕83号 二（一）"""
SMALL_FAST = "社会救助法 第五十条；小额快救"


def examine_small_fast(case: Situation) -> Verdict:
    """Track A: no verification, no public notice, within three days, at most one month's standard."""
    emergency = case.household.emergency
    if emergency is None:
        return _no_emergency(case)
    case.check("SUDDEN_EMERGENCY", SMALL_FAST, emergency.kind in URGENT_KINDS)
    _check_repetition(case, emergency)
    standard = case.standards.allowance(emergency.town)
    heads = emergency.persons if case.rules.text("temp.small_fast.cap_per") == "PERSON" else 1
    cap = case.rules.integer("temp.small_fast.cap") * standard * heads
    amount = min(emergency.asked_fen, cap)
    case.check("SOMETHING_ASKED", SMALL_FAST, amount > 0, {"asked_fen": emergency.asked_fen, "cap_fen": cap})
    return case.verdict(
        amount,
        beneficiaries=case.refs,
        first_month=month_of(case.on),
        due_on=case.on + timedelta(days=case.rules.integer("temp.small_fast.limit_days")),
        alternatives=(Aid.TEMPORARY_URGENT, Aid.TEMPORARY_EXPENDITURE) if emergency.asked_fen > cap else (),
    )


def examine_urgent(case: Situation) -> Verdict:
    """Track B: urgent and larger; checks may be simplified (民发〔2018〕23号 二)."""
    emergency = case.household.emergency
    if emergency is None:
        return _no_emergency(case)
    jobless = emergency.kind is EmergencyKind.UNINSURED_JOBLESS
    case.check("URGENT_EMERGENCY", "社会救助法 第二十九条", emergency.kind is not EmergencyKind.SPENDING)
    if jobless:
        figures = {"months_without_income": emergency.months_without_income}
        enough = emergency.months_without_income >= JOBLESS_MONTHS
        case.check("THREE_MONTHS_WITHOUT_INCOME", "民发〔2022〕83号 二（一）", enough, figures)
    _check_repetition(case, emergency)
    return _granted(case, emergency)


def examine_expenditure(case: Situation) -> Verdict:
    """Track C: income below the average and property in order; a confirmed household shows its spending only."""
    emergency = case.household.emergency
    spent = necessary_spending(case)
    case.check("NECESSARY_SPENDING", "民发〔2018〕23号 二（一）", spent > 0, {"spending_fen": int(spent)})
    if case.held_by_somebody(CONFIRMED):
        case.check("HOUSEHOLD_CONFIRMED_BEFORE", "社会救助法 第四十二条", True)
    else:
        check_below_average(case, annual_income(case.household, case.refs, case.on, case.rules))
        case.check_property()
    if emergency is None:
        case.check("AMOUNT_ASKED", "民发〔2018〕23号 二（二）", Finding.NEEDS_REVIEW)
        return case.verdict()
    _check_repetition(case, emergency)
    return _granted(case, emergency)


def examine_top_up(case: Situation) -> Verdict:
    """Track D: helped already and still in need."""
    emergency = case.household.emergency
    if emergency is None:
        return _no_emergency(case)
    case.check("HELPED_BEFORE", "关于进一步健全完善临时救助制度的意见", case.held_by_somebody(HELPED))
    _check_repetition(case, emergency)
    return _granted(case, emergency)


def _granted(case: Situation, emergency: Emergency) -> Verdict:
    """The local table: months times persons times a multiple of the standard, at most what is asked."""
    standard = case.standards.allowance(emergency.town)
    limit = int(case.rules.decimal("temp.amount_factor") * standard) * emergency.persons * emergency.months
    amount = min(emergency.asked_fen, limit)
    figures = {"asked_fen": emergency.asked_fen, "limit_fen": limit, "standard_fen": standard}
    case.check("WITHIN_LOCAL_TABLE", "区县临时救助标准", amount > 0, figures)
    return case.verdict(amount, beneficiaries=case.refs, first_month=month_of(case.on))


def _no_emergency(case: Situation) -> Verdict:
    case.check("EMERGENCY_DESCRIBED", "社会救助法 第二十九条", False)
    return case.verdict(outcome=Outcome.NOT_ELIGIBLE)


def _check_repetition(case: Situation, emergency: Emergency) -> None:
    """Once a year for one cause by default; the limit is unconfirmed, so a person decides."""
    if not emergency.same_cause_this_year:
        return
    most = case.rules.integer("temp.max_per_year_same_cause")
    within = emergency.same_cause_this_year < most
    figures = {"this_year": emergency.same_cause_this_year, "most": most}
    case.check("NOT_TOO_OFTEN", "区县临时救助办法", Finding.PASS if within else Finding.NEEDS_REVIEW, figures)
