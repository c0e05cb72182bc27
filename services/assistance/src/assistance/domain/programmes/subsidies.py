"""The two disability subsidies: 困难残疾人生活补贴 and 重度残疾人护理补贴, person by person.

Law: 国发〔2015〕52号; 渝民发〔2021〕15号; 民发〔2019〕62号 三. Paid from the month of application.
"""

from __future__ import annotations

from collections.abc import Callable

from assistance.domain.aid import Aid
from assistance.domain.household import OF_THE_MIND, Disability, Person
from assistance.domain.means_test import Outcome, Share, Verdict
from assistance.domain.programmes.situation import Situation, month_of, outcome_of
from assistance.domain.standard import Programme

BASIS = "国发〔2015〕52号"
IN_ALLOWANCE = (Aid.SUBSISTENCE_ALLOWANCE, Aid.SINGLE_PERSON_ALLOWANCE)
GRADE_ONE, GRADE_TWO = 1, 2


def examine_living_subsidy(case: Situation) -> Verdict:
    """In the subsistence allowance and with a valid certificate of any grade."""
    return _person_by_person(case, _living)


def examine_nursing_subsidy(case: Situation) -> Verdict:
    """Grade 1 or 2 and in need of long-term care; of the aged-care subsidy and this one, the higher."""
    return _person_by_person(case, _nursing)


def _person_by_person(case: Situation, examine: Callable[[Situation, Person, Disability], int]) -> Verdict:
    """Examine every holder of a certificate; the aid is granted if one of them fits."""
    shares, outcomes = [], set()
    for person in case.household.persons:
        certificate = person.certificate(case.on)
        if certificate is None:
            continue
        before = len(case.clauses)
        amount = examine(case, person, certificate)
        outcome = outcome_of(case.clauses[before:])
        outcomes.add(outcome)
        if outcome is Outcome.ELIGIBLE:
            shares.append(Share(person.ref, case.aid.value, amount))
    if not outcomes:
        case.check("DISABILITY_CERTIFICATE_VALID", BASIS, False)
    order = (Outcome.ELIGIBLE, Outcome.NEEDS_REVIEW, Outcome.NOT_ELIGIBLE)
    return case.verdict(
        sum(share.amount_fen for share in shares),
        beneficiaries=[share.ref for share in shares],
        shares=shares,
        first_month=month_of(case.on),
        outcome=next((outcome for outcome in order if outcome in outcomes), Outcome.NOT_ELIGIBLE),
        alternatives=(Aid.SUBSISTENCE_ALLOWANCE,) if case.aid is Aid.DISABILITY_LIVING_SUBSIDY else (),
    )


def _check_place_and_overlap(case: Situation, person: Person) -> None:
    case.check("HUKOU_IN_THE_CITY", "渝民发〔2021〕15号", person.hukou_in_city, subject=person.ref)
    case.check_overlap(person)


def _living(case: Situation, person: Person, certificate: Disability) -> int:
    _check_place_and_overlap(case, person)
    extended = tuple(Aid(str(name)) for name in case.rules.listing("dis.living.extended_to"))
    entitled = any(person.held(aid, case.on) for aid in (*IN_ALLOWANCE, *extended))
    figures = {"grade": certificate.grade}
    case.check("IN_SUBSISTENCE_ALLOWANCE", BASIS, entitled, figures, person.ref)
    child = person.held(Aid.UNATTENDED_CHILD_ALLOWANCE, case.on)
    if child is not None:
        full = case.standards.of(Programme.UNATTENDED_CHILD)
        is_top_up = 0 < child.amount_fen < full
        figures = {"child_allowance_fen": child.amount_fen, "full_fen": full}
        case.check("NO_FULL_CHILD_ALLOWANCE", "民发〔2019〕62号 三（一）", is_top_up, figures, person.ref)
    return case.rules.integer("dis.living")


def _nursing(case: Situation, person: Person, certificate: Disability) -> int:
    _check_place_and_overlap(case, person)
    severe = certificate.grade <= GRADE_TWO
    extended = certificate.kind in OF_THE_MIND and not severe and case.rules.switch("dis.nursing.extended")
    case.check("GRADE_ONE_OR_TWO", BASIS, severe or extended, {"grade": certificate.grade}, person.ref)
    case.check("NEEDS_LONG_TERM_CARE", BASIS, person.needs_long_term_care, subject=person.ref)
    amount = case.rules.integer("dis.nursing.1" if certificate.grade == GRADE_ONE else "dis.nursing.2")
    aged = person.held(Aid.AGED_CARE_SUBSIDY, case.on)
    if aged is not None:
        other = aged.amount_fen or case.rules.integer("elder.subsidy")
        figures = {"nursing_fen": amount, "aged_care_fen": other}
        case.check("HIGHER_THAN_AGED_CARE_SUBSIDY", "两项补贴与养老服务补贴择高", amount > other, figures, person.ref)
    return amount
