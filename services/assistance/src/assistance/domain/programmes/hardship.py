"""特困人员救助供养: the three absences, the self-care grade, and how long a minor keeps it.

Law: 社会救助法 第十六条、第十七条; 民发〔2021〕43号 第四条至第九条、第二十条至第二十二条、第二十四条.
"""

from __future__ import annotations

from enum import StrEnum

from assistance.domain.aid import Aid
from assistance.domain.household import (
    OF_THE_MIND,
    Absence,
    Disability,
    DisabilityKind,
    Obligor,
    Person,
    Study,
    years_between,
)
from assistance.domain.income import OLD_AGE, income_of
from assistance.domain.means_test import Finding, IncomeKind, Share, Verdict
from assistance.domain.programmes.allowance import disposable_income
from assistance.domain.programmes.situation import Situation, month_of, months_later
from assistance.domain.property import property_clauses
from assistance.domain.standard import Programme

NOT_A_SOURCE = frozenset({IncomeKind.BASIC_PENSION, IncomeKind.MEDICAL_INSURANCE, IncomeKind.HIGH_AGE_ALLOWANCE})
"""民发〔2021〕43号 第六条"""
CHOSEN_INSTEAD = (Aid.ORPHAN_ALLOWANCE, Aid.UNATTENDED_CHILD_ALLOWANCE)
VERY_OLD = 70
PARTLY_LOST_FROM, FULLY_LOST_FROM = 1, 4
"""Failed items of six (民发〔2021〕43号 第二十二条)."""
BASIS = "民发〔2021〕43号"


class CareGrade(StrEnum):
    """How far a person looks after himself (生活自理能力)."""

    SELF = "SELF"
    """全自理"""
    PARTLY_LOST = "PARTLY_LOST"
    """部分丧失"""
    FULLY_LOST = "FULLY_LOST"
    """完全丧失"""


PAY_OF = {
    CareGrade.SELF: "tekun.care.self",
    CareGrade.PARTLY_LOST: "tekun.care.half",
    CareGrade.FULLY_LOST: "tekun.care.full",
}


def care_grade(failed_items: int) -> CareGrade:
    """No failed item: self-care; one to three: partly lost; four and more: fully lost."""
    if failed_items >= FULLY_LOST_FROM:
        return CareGrade.FULLY_LOST
    return CareGrade.PARTLY_LOST if failed_items >= PARTLY_LOST_FROM else CareGrade.SELF


def examine_hardship(case: Situation) -> Verdict:
    """特困 for the named person, otherwise for the applicant."""
    person = case.household.asked_for
    ref = person.ref
    case.check("OLD_DISABLED_OR_MINOR", f"{BASIS} 第四条", _in_circle(person, case), {"age": person.age(case.on)}, ref)
    case.check("NO_WORK_CAPACITY", f"{BASIS} 第五条", _work_capacity_lost(person, case), subject=ref)
    own = income_of(person, case.on, case.rules, NOT_A_SOURCE)
    figures = {**own.figures, "standard_fen": case.standard}
    case.check("NO_SOURCE_OF_LIVING", f"{BASIS} 第六条", own.total < case.standard, figures, ref)
    case.clauses.extend(property_clauses(case.household, 1, case.standard, case.rules, "prop.tekun"))
    for obligor in person.obligors:
        case.check("OBLIGOR_WITHOUT_ABILITY", f"{BASIS} 第八条", _without_ability(obligor, case), subject=ref)
    chosen = [aid for aid in CHOSEN_INSTEAD if person.held(aid, case.on)]
    if chosen:
        case.check("NO_CHILD_ALLOWANCE_CHOSEN", f"{BASIS} 第九条", False, subject=ref)
    shares = _shares(person, case)
    return case.verdict(
        sum(share.amount_fen for share in shares),
        beneficiaries=(ref,),
        shares=shares,
        first_month=months_later(month_of(case.on), 1),
        alternatives=(Aid.SUBSISTENCE_ALLOWANCE, Aid.TEMPORARY_URGENT),
    )


def _in_circle(person: Person, case: Situation) -> bool:
    grown_up_in_care = _keeps_it_in_school(person, case)
    disabled = person.certificate(case.on) is not None
    return person.age(case.on) >= OLD_AGE or disabled or person.is_minor(case.on) or grown_up_in_care


def _work_capacity_lost(person: Person, case: Situation) -> Finding:
    age = person.age(case.on)
    if age >= OLD_AGE or _is_young_enough(person, case) or _keeps_it_in_school(person, case):
        return Finding.PASS
    certificate = person.certificate(case.on)
    if certificate is None:
        return Finding.FAIL
    if _grade_takes_it(certificate):
        return Finding.PASS
    return Finding.NEEDS_REVIEW if certificate.kind is DisabilityKind.MULTIPLE else Finding.FAIL


def _grade_takes_it(certificate: Disability) -> bool:
    if certificate.kind in OF_THE_MIND:
        return certificate.grade <= 3
    if certificate.kind is DisabilityKind.PHYSICAL:
        return certificate.grade <= 2
    return certificate.kind is DisabilityKind.VISUAL and certificate.grade == 1


def _is_young_enough(person: Person, case: Situation) -> bool:
    """Entry below the age of the day's rules; who has it keeps it to 18 (X-10)."""
    if person.held(Aid.EXTREME_HARDSHIP_SUPPORT, case.on):
        return person.is_minor(case.on)
    return person.age(case.on) < case.rules.integer("tekun.child_entry_below_age")


def _keeps_it_in_school(person: Person, case: Situation) -> bool:
    """Who had it as a minor keeps it on after 18 while in compulsory or upper-secondary school (第二十四条)."""
    held = person.held(Aid.EXTREME_HARDSHIP_SUPPORT, case.on)
    began_as_minor = held is not None and person.is_minor(held.valid_from)
    return began_as_minor and person.study in (Study.COMPULSORY, Study.UPPER_SECONDARY)


def _without_ability(obligor: Obligor, case: Situation) -> Finding:
    """民发〔2021〕43号 第八条; what is not known of an obligor waits for a person."""
    age = years_between(obligor.born_on, case.on)
    if obligor.in_extreme_hardship or (age >= OLD_AGE and obligor.in_subsistence_allowance):
        return Finding.PASS
    if not obligor.consents:
        return Finding.NEEDS_REVIEW
    disability = obligor.disability
    severe = disability is not None and disability.holds(case.on) and _is_severe(disability)
    if age >= VERY_OLD or severe:
        return _both(_earns_little(obligor, case), obligor.property_within_limits)
    helpless = obligor.without_civil_capacity or obligor.absence in (Absence.DECLARED_MISSING, Absence.IN_PRISON)
    return _both(True, obligor.property_within_limits) if helpless else Finding.FAIL


def _is_severe(disability: Disability) -> bool:
    return disability.grade <= 2 or (disability.grade == 3 and disability.kind in OF_THE_MIND)


def _earns_little(obligor: Obligor, case: Situation) -> bool | None:
    income = obligor.annual_income_fen
    return None if income is None else income < disposable_income(case)


def _both(*known: bool | None) -> Finding:
    if False in known:
        return Finding.FAIL
    return Finding.NEEDS_REVIEW if None in known else Finding.PASS


def _shares(person: Person, case: Situation) -> tuple[Share, ...]:
    """Basic living, and the care grade once the six items have been tested."""
    basic = case.standards.of(Programme.EXTREME_HARDSHIP_SUPPORT)
    shares = [Share(person.ref, Aid.EXTREME_HARDSHIP_SUPPORT.value, basic)]
    if person.failed_self_care is not None:
        pay = PAY_OF[care_grade(len(person.failed_self_care))]
        shares.append(Share(person.ref, pay, case.rules.integer(pay)))
    return tuple(shares)
