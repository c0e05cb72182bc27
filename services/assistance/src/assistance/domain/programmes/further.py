"""Rescue, service-type aid, price subsidy, and the aids that other departments give.

Law: 社会救助法 第二十四条至第三十四条、第五十二条; 国务院令第381号. The needs of a household choose the departments.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistance.domain.aid import Aid
from assistance.domain.household import Need
from assistance.domain.means_test import Finding, Outcome, Share, Verdict
from assistance.domain.programmes.situation import Situation, month_of
from assistance.domain.property import all_pass, property_clauses

FOUR_GROUPS = frozenset(
    {
        Aid.EXTREME_HARDSHIP_SUPPORT,
        Aid.SUBSISTENCE_ALLOWANCE,
        Aid.SINGLE_PERSON_ALLOWANCE,
        Aid.LOW_INCOME_MARGIN,
        Aid.RIGID_EXPENDITURE,
    }
)
PRICE_GROUPS = (Aid.SUBSISTENCE_ALLOWANCE, Aid.SINGLE_PERSON_ALLOWANCE, Aid.EXTREME_HARDSHIP_SUPPORT,
                Aid.ORPHAN_ALLOWANCE, Aid.UNATTENDED_CHILD_ALLOWANCE)  # fmt: skip


@dataclass(frozen=True)
class Referral:
    """Which department a need is referred to, and whether only the confirmed groups may be (§5.13)."""

    need: Need
    department: str
    basis: str
    groups_only: bool


REFERRALS = {
    Aid.MEDICAL_AID: Referral(Need.MEDICAL, "医保", "社会救助法 第二十四条", True),
    Aid.EMERGENCY_TREATMENT_AID: Referral(Need.EMERGENCY_TREATMENT, "卫健", "社会救助法 第三十条", False),
    Aid.EDUCATION_AID: Referral(Need.EDUCATION, "教育", "社会救助法 第二十五条", True),
    Aid.HOUSING_AID: Referral(Need.HOUSING, "住建", "社会救助法 第二十六条", True),
    Aid.EMPLOYMENT_AID: Referral(Need.EMPLOYMENT, "人社", "社会救助法 第二十七条", True),
    Aid.DISASTER_AID: Referral(Need.DISASTER, "应急", "社会救助法 第二十八条", False),
    Aid.LEGAL_AID: Referral(Need.LEGAL, "司法", "中办发〔2020〕18号", False),
    Aid.CHARITY: Referral(Need.CHARITY, "慈善组织", "国办发〔2023〕39号", False),
    Aid.CHILD_REHABILITATION: Referral(Need.CHILD_REHABILITATION, "残联", "国办发〔2023〕39号", False),
    Aid.FUNERAL_AID: Referral(Need.FUNERAL, "民政", "国办发〔2023〕39号", False),
}


def examine_referral(case: Situation) -> Verdict:
    """An aid that another department decides: whether the household is one to refer, and where to."""
    referral = REFERRALS[case.aid]
    in_need = [person.ref for person in case.household.persons if referral.need in person.needs]
    case.check("NEED_STATED", referral.basis, bool(in_need))
    if in_need and referral.groups_only:
        case.check("IN_A_GROUP_ENTITLED", referral.basis, _in_group(case))
    return case.verdict(beneficiaries=in_need, departments=(referral.department,))


def _in_group(case: Situation) -> Finding:
    """A confirmed household, or one that would be by its own figures: that one waits for its recognition."""
    if case.held_by_somebody(FOUR_GROUPS):
        return Finding.PASS
    factor = case.rules.decimal("edge.factor")
    below = case.income.total < int(case.line * factor)
    owned = property_clauses(case.household, len(case.members), case.standard, case.rules)
    return Finding.NEEDS_REVIEW if below and all_pass(owned) else Finding.FAIL


def examine_rescue(case: Situation) -> Verdict:
    """生活无着的流散人员: food and shelter at once; no paper is a condition; ends when 低保 or 特困 begins."""
    found = [person for person in case.household.persons if person.without_livelihood]
    if not found:
        case.check("WITHOUT_LIVELIHOOD", "社会救助法 第五十二条", False)
    for person in found:
        case.check("WITHOUT_LIVELIHOOD", "社会救助法 第五十二条", True, subject=person.ref)
        case.check_overlap(person)
    return case.verdict(beneficiaries=[person.ref for person in found], first_month=month_of(case.on))


def examine_services(case: Situation) -> Verdict:
    """服务类社会救助: recorded as a need; the local list says what is given (Q-19)."""
    in_need = [person.ref for person in case.household.persons if Need.CARE_SERVICE in person.needs]
    if not in_need:
        case.check("NEED_STATED", "社会救助法 第三十四条", False)
        return case.verdict()
    listed = bool(case.rules.listing("service_aid.offered"))
    case.check("SERVICE_LISTED", "社会救助法 第三十四条", True if listed else Finding.NEEDS_REVIEW)
    return case.verdict(beneficiaries=in_need)


def examine_price_subsidy(case: Situation) -> Verdict:
    """价格临时补贴: paid for a month whose index reached a trigger, to those in the covered groups."""
    index = case.household.price_index
    if index is None:
        case.check("INDEX_GIVEN", "社会救助法 第三十二条", False)
        return case.verdict(outcome=Outcome.NOT_ELIGIBLE)
    cpi, food = case.rules.integer("price.cpi_tenths"), case.rules.integer("price.food_tenths")
    figures = {
        "cpi_tenths": index.cpi_tenths, "cpi_trigger": cpi, "food_tenths": index.food_tenths, "food_trigger": food,
    }  # fmt: skip
    case.check("INDEX_REACHED", "社会救助法 第三十二条", index.cpi_tenths >= cpi or index.food_tenths >= food, figures)
    covered = [p for p in case.household.persons if any(p.held(aid, case.on) for aid in PRICE_GROUPS)]
    case.check("IN_A_COVERED_GROUP", "社会救助和保障标准与物价上涨挂钩联动机制", bool(covered))
    case.rules.at("price.formula")
    each = case.standard * max(0, index.cpi_tenths) // 1000
    shares = [Share(person.ref, case.aid.value, each) for person in covered]
    return case.verdict(
        sum(share.amount_fen for share in shares),
        beneficiaries=[share.ref for share in shares],
        shares=shares,
        first_month=month_of(case.on),
    )
