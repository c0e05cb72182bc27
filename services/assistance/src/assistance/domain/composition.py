"""Who counts as a member of the household (共同生活的家庭成员), rules H-01 … H-09.

Law: 民发〔2021〕57号 第七条、第八条; 重庆市城乡居民最低生活保障条例 第十一条.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from assistance.domain.household import Household, Kinship, Person, Study, years_between
from shared.kernel.parameters import ParameterReader


@dataclass(frozen=True)
class Placement:
    """Whether a person counts as a member, and by which rule (H-01 … H-09)."""

    ref: str
    counted: bool
    rule: str
    separable: bool = False


def compose(household: Household, on: date, rules: ParameterReader) -> tuple[Placement, ...]:
    """Place every person; the first rule that fits decides. The applicant is always a member."""
    household.require_born_by(on)
    return tuple(_place(person, on, rules) for person in household.persons)


def _place(person: Person, on: date, rules: ParameterReader) -> Placement:
    separable = _may_be_separate(person, on)
    for rule, fits, counted in _tests(person, on, rules):
        if fits:
            return Placement(person.ref, counted, rule, separable and counted)
    return Placement(person.ref, False, "H-08")


def _tests(person: Person, on: date, rules: ParameterReader) -> Iterator[tuple[str, bool, bool]]:
    if person.kinship is not Kinship.SELF:
        yield "H-01", person.absence is not None, False
        yield "H-02", _clergy_apart(person, on, rules), False
        yield "H-03", _soldier_left_out(person, rules), False
    yield "H-00", person.kinship is Kinship.SELF, True
    yield "H-04", person.kinship is Kinship.SPOUSE, True
    child = person.kinship is Kinship.CHILD
    yield "H-05", child and person.is_minor(on), True
    studies = person.study not in (Study.NONE, Study.POSTGRADUATE)
    yield "H-06", child and (studies or not person.lives_independently), True
    yield "H-07", _owes_support(person) and person.lives_together, True


def _clergy_apart(person: Person, on: date, rules: ParameterReader) -> bool:
    since = person.clergy_apart_since
    return since is not None and years_between(since, on) >= rules.integer("household.clergy_years")


def _soldier_left_out(person: Person, rules: ParameterReader) -> bool:
    unmarried = person.active_serviceman and not person.married
    return unmarried and rules.switch("household.unmarried_servicemen_left_out")


def _owes_support(person: Person) -> bool:
    if person.support_duty is not None:
        return person.support_duty
    return person.kinship in (Kinship.PARENT, Kinship.CHILD)


def _may_be_separate(person: Person, on: date) -> bool:
    """H-09: an adult without work capacity by disability, or bedridden, who lives with parents or siblings."""
    lost = person.bedridden or (person.severely_disabled(on) and not person.able_to_work)
    with_kin = person.kinship in (Kinship.CHILD, Kinship.SIBLING)
    return with_kin and not person.is_minor(on) and lost
