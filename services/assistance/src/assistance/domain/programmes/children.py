"""Orphans, children whom nobody raises in fact, and children in difficulty.

Law: 国办发〔2010〕54号; 民发〔2019〕62号; 民发〔2020〕125号; 国发〔2016〕36号. No public notice ever names a child.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from assistance.domain.aid import Aid
from assistance.domain.household import OF_THE_MIND, Need, ParentCondition, ParentState, Person, Study
from assistance.domain.means_test import Finding, Outcome, Share, Verdict
from assistance.domain.programmes.situation import Situation, month_of, months_later, outcome_of
from assistance.domain.standard import Programme

GONE = frozenset({ParentCondition.DEAD, ParentCondition.DECLARED_MISSING, ParentCondition.NOT_TO_BE_FOUND})
DEAD_OR_MISSING = frozenset({ParentCondition.DEAD, ParentCondition.DECLARED_MISSING})
DETAINED = frozenset(
    {ParentCondition.IN_PRISON, ParentCondition.IN_COMPULSORY_DETOX, ParentCondition.LIBERTY_RESTRICTED}
)
UNREACHABLE = frozenset({ParentCondition.OUT_OF_CONTACT, ParentCondition.NOT_TO_BE_FOUND})
LONG_MONTHS = 6
"""民发〔2019〕62号 一: six months of detention or lost contact"""
BASIS = "民发〔2019〕62号"
TOPPED_UP = (Aid.SUBSISTENCE_ALLOWANCE, Aid.SINGLE_PERSON_ALLOWANCE, Aid.DISABILITY_LIVING_SUBSIDY)
PARENTS = 2
Examiner = Callable[[Situation, Person], int]


def examine_orphans(case: Situation) -> Verdict:
    """孤儿: under 18, both parents dead or not to be found; also children infected with HIV."""
    return _child_by_child(case, _orphan, lambda person: bool(person.parent_states) or person.hiv_infected)


def examine_unattended(case: Situation) -> Verdict:
    """事实无人抚养儿童: full standard, or what is missing beside the aid the child draws already."""
    return _child_by_child(case, _unattended, lambda person: bool(person.parent_states))


def examine_children_in_difficulty(case: Situation) -> Verdict:
    """困境儿童: a file of his own at the township; money comes through the other programmes."""
    found = [person for person in case.household.persons if person.is_minor(case.on) and _in_difficulty(case, person)]
    for person in found:
        case.check("CHILD_IN_DIFFICULTY", "国发〔2016〕36号", True, subject=person.ref)
    if not found:
        case.check("CHILD_IN_DIFFICULTY", "国发〔2016〕36号", False)
    return case.verdict(beneficiaries=[person.ref for person in found], first_month=month_of(case.on))


def _in_difficulty(case: Situation, person: Person) -> bool:
    unraised = any(each.condition is not ParentCondition.RAISES_THE_CHILD for each in person.parent_states)
    unwell = person.serious_disease or person.certificate(case.on) is not None
    return unraised or unwell or Need.CHILD_PROTECTION in person.needs or case.income.total < case.line


def _child_by_child(case: Situation, examine: Examiner, concerned: Callable[[Person], bool]) -> Verdict:
    shares, outcomes = [], set()
    for person in case.household.persons:
        if not concerned(person):
            continue
        before = len(case.clauses)
        amount = examine(case, person)
        outcome = outcome_of(case.clauses[before:])
        outcomes.add(outcome)
        if outcome is Outcome.ELIGIBLE:
            shares.append(Share(person.ref, case.aid.value, amount))
    if not outcomes:
        case.check("CHILD_WITHOUT_PARENTS_CARE", BASIS, False)
    order = (Outcome.ELIGIBLE, Outcome.NEEDS_REVIEW, Outcome.NOT_ELIGIBLE)
    return case.verdict(
        sum(share.amount_fen for share in shares),
        beneficiaries=[share.ref for share in shares],
        shares=shares,
        first_month=months_later(month_of(case.on), 1),
        outcome=next((outcome for outcome in order if outcome in outcomes), Outcome.NOT_ELIGIBLE),
    )


def _orphan(case: Situation, person: Person) -> int:
    ref = person.ref
    in_school = person.study not in (Study.NONE, Study.POSTGRADUATE)
    young = person.is_minor(case.on) or (in_school and case.rules.switch("orphan.after_18_in_school"))
    case.check("UNDER_EIGHTEEN", "国办发〔2010〕54号", young, {"age": person.age(case.on)}, ref)
    states = person.parent_states
    both_gone = len(states) == PARENTS and all(_is_gone(state) for state in states)
    if not person.hiv_infected:
        known: bool | Finding = both_gone if len(states) == PARENTS else Finding.NEEDS_REVIEW
        case.check("BOTH_PARENTS_GONE", "国办发〔2010〕54号", known, {"parents_known": len(states)}, ref)
    case.check_overlap(person)
    if person.held(Aid.SUBSISTENCE_ALLOWANCE, case.on):
        case.check("NOT_PAID_TWICE", "随低保家庭生活的孤儿按地方口径", Finding.NEEDS_REVIEW, subject=ref)
    series = Programme.ORPHAN_IN_INSTITUTION if person.in_institution else Programme.ORPHAN_IN_FAMILY
    return case.standards.of(series)


def _is_gone(state: ParentState) -> bool:
    return state.condition in GONE


def _unattended(case: Situation, person: Person) -> int:
    ref = person.ref
    case.check("UNDER_EIGHTEEN", f"{BASIS} 一", person.is_minor(case.on), {"age": person.age(case.on)}, ref)
    states = person.parent_states
    if len(states) != PARENTS:
        case.check("BOTH_PARENTS_KNOWN", f"{BASIS} 一", Finding.NEEDS_REVIEW, {"parents_known": len(states)}, ref)
    for state in states:
        case.check(f"PARENT_{state.condition}", f"{BASIS} 一", _keeps_from_raising(state, case.on), subject=ref)
    orphan = len(states) == PARENTS and all(state.condition in DEAD_OR_MISSING for state in states)
    case.check("NOT_AN_ORPHAN", f"{BASIS} 一", not orphan, subject=ref)
    case.check_overlap(person)
    full = case.standards.of(Programme.ORPHAN_IN_INSTITUTION if person.in_institution else Programme.UNATTENDED_CHILD)
    drawn = sum(held.amount_fen for aid in TOPPED_UP if (held := person.held(aid, case.on)))
    figures = {"full_fen": full, "drawn_fen": drawn}
    case.check("TOPPED_UP_TO_STANDARD", f"{BASIS} 三（一）", True, figures, ref)
    return max(0, full - drawn)


def _keeps_from_raising(state: ParentState, on: date) -> Finding:
    if state.condition is ParentCondition.RAISES_THE_CHILD:
        return Finding.FAIL
    if state.since is not None and state.since > on:
        return Finding.FAIL
    if state.until is not None and state.until <= on:
        return Finding.FAIL
    if state.condition is ParentCondition.SEVERELY_DISABLED:
        return _severe(state, on)
    if state.condition in UNREACHABLE:
        return _lasted(state.since, on)
    if state.condition in DETAINED:
        return _detained_long(state, on)
    return Finding.PASS


def _severe(state: ParentState, on: date) -> Finding:
    """Grade 1 or 2, or grade 3 or 4 of the mind; without the certificate's facts a person looks."""
    certificate = state.disability
    if certificate is None:
        return Finding.NEEDS_REVIEW
    fits = certificate.grade <= 2 or certificate.kind in OF_THE_MIND
    return Finding.PASS if fits and certificate.holds(on) else Finding.FAIL


def _detained_long(state: ParentState, on: date) -> Finding:
    """The term counts, not the part served: six months and more."""
    if state.since is not None and state.until is not None:
        return _lasted(state.since, state.until)
    return Finding.PASS if _lasted(state.since, on) is Finding.PASS else Finding.NEEDS_REVIEW


def _lasted(since: date | None, until: date) -> Finding:
    if since is None:
        return Finding.NEEDS_REVIEW
    months = (until.year - since.year) * 12 + until.month - since.month - (until.day < since.day)
    return Finding.PASS if months >= LONG_MONTHS else Finding.FAIL
