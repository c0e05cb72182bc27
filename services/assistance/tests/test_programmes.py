"""Every programme's examination: the worked examples by their numbers, and both sides of every limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistance.domain.aid import Aid
from assistance.domain.composition import compose
from assistance.domain.household import (
    Absence,
    Assets,
    Deduction,
    DeductionKind,
    Disability,
    DisabilityKind,
    Earning,
    Emergency,
    EmergencyKind,
    Findings,
    HeldBenefit,
    Household,
    Kinship,
    Need,
    Obligor,
    ParentCondition,
    ParentState,
    Person,
    SelfCareItem,
    Spending,
    SpendingKind,
    Study,
    Support,
    Vehicle,
    VehicleKind,
)
from assistance.domain.household_refusals import (
    BenefitDatesOverlap,
    HouseholdNeedsOneApplicant,
    OwnParent,
    ParentYoungerThanChild,
)
from assistance.domain.means_test import Finding, IncomeKind, Outcome, Verdict
from assistance.domain.programmes import EXAMINERS, MonthlyStandards, examine, examine_all
from assistance.domain.programmes.hardship import CareGrade, care_grade
from assistance.domain.standard import Programme, Residence
from shared.kernel.errors import Invalid
from shared.kernel.parameters import Confidence, Parameter, ParameterBook, load_toml

BOOK = load_toml(Path(__file__).parents[1] / "src" / "assistance" / "data" / "parameters.toml")
DAY = date(2026, 10, 15)
YUAN = 100
STANDARDS = MonthlyStandards(
    DAY,
    {
        (Programme.SUBSISTENCE_ALLOWANCE, Residence.URBAN): 770 * YUAN,
        (Programme.SUBSISTENCE_ALLOWANCE, Residence.RURAL): 630 * YUAN,
        (Programme.EXTREME_HARDSHIP_SUPPORT, None): 1001 * YUAN,
        (Programme.ORPHAN_IN_INSTITUTION, None): 1851 * YUAN,
        (Programme.ORPHAN_IN_FAMILY, None): 1651 * YUAN,
        (Programme.UNATTENDED_CHILD, None): 1651 * YUAN,
        (Programme.RESCUE_STATION, None): 770 * YUAN,
    },
)


def born(age: int, on: date = DAY) -> date:
    return date(on.year - age, on.month, on.day)


def wage(yuan: int, kind: IncomeKind = IncomeKind.WAGE, **more: Any) -> Earning:
    return Earning(kind, yuan * YUAN, **more)


def person(ref: str, age: int, kinship: Kinship, **facts: Any) -> Person:
    return Person(ref=ref, born_on=born(age), kinship=kinship, **facts)


def family(*earnings: Earning, persons: int = 3, residence: Residence = Residence.URBAN, **facts: Any) -> Household:
    """Father with the income, mother, children of school age."""
    people = [person("father", 45, Kinship.SELF, earnings=earnings), person("mother", 43, Kinship.SPOUSE)]
    people += [person(f"child{n}", 10 + n, Kinship.CHILD) for n in range(persons - 2)]
    return Household(residence, tuple(people), **facts)


def verdict(aid: Aid, household: Household, on: date = DAY, book: ParameterBook = BOOK) -> Verdict:
    return examine(aid, household, on, book.reader(on), STANDARDS)


def with_parameter(name: str, value: Any, confidence: Confidence = Confidence.UNCERTAIN) -> ParameterBook:
    others = [entry for entry in BOOK if entry.name != name]
    return ParameterBook([*others, Parameter(name, value, date(2016, 1, 1), None, "测试", confidence)])


# --- the subsistence allowance ------------------------------------------------------------------------------


def test_we_01_allowance_urban_differential() -> None:
    found = verdict(Aid.SUBSISTENCE_ALLOWANCE, family(wage(1500)))
    assert (found.outcome, found.amount_fen) == (Outcome.ELIGIBLE, 810 * YUAN)
    assert [share.amount_fen for share in found.shares] == [270 * YUAN] * 3
    assert found.first_month == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("income", "allowance", "margin"),
    [
        (2309, Outcome.ELIGIBLE, Outcome.NOT_ELIGIBLE),
        (2310, Outcome.NOT_ELIGIBLE, Outcome.ELIGIBLE),
        (3464, Outcome.NOT_ELIGIBLE, Outcome.ELIGIBLE),
        (3465, Outcome.NOT_ELIGIBLE, Outcome.NOT_ELIGIBLE),
    ],
)
def test_we_02_boundary(income: int, allowance: Outcome, margin: Outcome) -> None:
    household = family(wage(income))
    assert verdict(Aid.SUBSISTENCE_ALLOWANCE, household).outcome is allowance
    assert verdict(Aid.LOW_INCOME_MARGIN, household).outcome is margin


def test_we_04_employment_cost() -> None:
    household = family(wage(2400))
    assert verdict(Aid.SUBSISTENCE_ALLOWANCE, household).outcome is Outcome.NOT_ELIGIBLE
    father = replace(household.persons[0], deductions=(Deduction(DeductionKind.EMPLOYMENT_COST, 300 * YUAN),))
    found = verdict(Aid.SUBSISTENCE_ALLOWANCE, replace(household, persons=(father, *household.persons[1:])))
    assert found.amount_fen == 210 * YUAN
    net = family(wage(2400, cost_fen=300 * YUAN))
    assert verdict(Aid.SUBSISTENCE_ALLOWANCE, net).amount_fen == 210 * YUAN


def pensioners() -> Household:
    pension = (wage(47, IncomeKind.TRANSFER), wage(143, IncomeKind.BASIC_PENSION))
    his = (*pension, wage(600, IncomeKind.VETERAN_BENEFIT), wage(500, IncomeKind.PROPERTY))
    return Household(
        Residence.URBAN,
        (person("he", 68, Kinship.SELF, earnings=his), person("she", 66, Kinship.SPOUSE, earnings=pension)),
    )


@pytest.mark.parametrize(("on", "yuan", "open_"), [(date(2025, 10, 20), 946, False), (date(2026, 10, 20), 660, True)])
def test_we_05_excluded_income_and_the_date_trap(on: date, yuan: int, open_: bool) -> None:
    found = verdict(Aid.SUBSISTENCE_ALLOWANCE, pensioners(), on)
    assert found.amount_fen == yuan * YUAN
    assert ("income.exclude_basic_pension_until" in found.uncertain) is open_
    assert found.clauses[0].figures.get("other_reading_amount_fen") == (946 * YUAN if open_ else None)


def test_we_06_household_composition() -> None:
    household = Household(
        Residence.URBAN,
        (
            person("applicant", 45, Kinship.SELF),
            person("wife", 44, Kinship.SPOUSE),
            person("son", 20, Kinship.CHILD, study=Study.UNDERGRADUATE_OR_LOWER),
            person("daughter", 23, Kinship.CHILD, study=Study.POSTGRADUATE),
            person("mother", 72, Kinship.PARENT, lives_together=True),
            person("brother", 40, Kinship.SIBLING, absence=Absence.IN_PRISON, lives_together=True, support_duty=True),
        ),
    )
    placed = {each.ref: (each.counted, each.rule) for each in compose(household, DAY, BOOK.reader(DAY))}
    assert placed == {
        "applicant": (True, "H-00"),
        "wife": (True, "H-04"),
        "son": (True, "H-06"),
        "daughter": (False, "H-08"),
        "mother": (True, "H-07"),
        "brother": (False, "H-01"),
    }


def three_with_daughter(kind: DisabilityKind, grade: int, **facts: Any) -> Household:
    daughter = person("daughter", 28, Kinship.CHILD, lives_together=True, disability=Disability(kind, grade), **facts)
    return Household(
        Residence.URBAN,
        (
            person("father", 55, Kinship.SELF, earnings=(wage(3300),)),
            person("mother", 54, Kinship.SPOUSE),
            daughter,
        ),
    )


def test_we_07_single_person() -> None:
    household = three_with_daughter(DisabilityKind.MENTAL, 2)
    found = verdict(Aid.SINGLE_PERSON_ALLOWANCE, household)
    assert (found.outcome, found.amount_fen, found.beneficiaries) == (Outcome.ELIGIBLE, 770 * YUAN, ("daughter",))
    assert "S-01" in next(each for each in found.clauses if each.rule == "GROUND_FOR_A_SINGLE_PERSON").basis
    assert verdict(Aid.LOW_INCOME_MARGIN, household).outcome is Outcome.ELIGIBLE


@pytest.mark.parametrize(("reason", "yuan"), [(None, 370), ("SIBLING_IN_NEED", 770)])
def test_we_07_support_of_a_brother_counts_or_is_waived(reason: str | None, yuan: int) -> None:
    support = Support(Kinship.SIBLING, paid_fen=400 * YUAN, waiver_reason=reason)
    household = three_with_daughter(DisabilityKind.MENTAL, 2, support=(support,))
    assert verdict(Aid.SINGLE_PERSON_ALLOWANCE, household).amount_fen == yuan * YUAN


@pytest.mark.parametrize(
    ("kind", "grade", "fits"),
    [
        (DisabilityKind.PHYSICAL, 2, True),
        (DisabilityKind.PHYSICAL, 3, False),
        (DisabilityKind.MENTAL, 3, True),
        (DisabilityKind.INTELLECTUAL, 3, True),
        (DisabilityKind.MENTAL, 4, False),
    ],
)
def test_we_08_single_person_refused(kind: DisabilityKind, grade: int, fits: bool) -> None:
    found = verdict(Aid.SINGLE_PERSON_ALLOWANCE, three_with_daughter(kind, grade))
    assert found.outcome is (Outcome.ELIGIBLE if fits else Outcome.NOT_ELIGIBLE)
    assert found.near_poor


def test_rounding_only_where_there_is_something_to_round() -> None:
    found = verdict(Aid.SUBSISTENCE_ALLOWANCE, family(Earning(IncomeKind.WAGE, 150_001)))
    assert found.amount_fen == 810 * YUAN
    assert "dibao.rounding" in found.uncertain
    book = with_parameter("dibao.rounding", "NONE")
    found = verdict(Aid.SUBSISTENCE_ALLOWANCE, family(Earning(IncomeKind.WAGE, 150_001)), book=book)
    assert found.amount_fen == 80_999
    assert sum(share.amount_fen for share in found.shares) == 80_999


def test_farming_counts_a_twelfth_of_the_year() -> None:
    found = verdict(
        Aid.SUBSISTENCE_ALLOWANCE,
        family(wage(12_000, IncomeKind.FARM, cost_fen=6_000 * YUAN), residence=Residence.RURAL),
    )
    assert found.amount_fen == (630 * 3 - 500) * YUAN


def test_other_months_than_the_one_before_do_not_count() -> None:
    september, august = date(2026, 9, 1), date(2026, 8, 1)
    assert verdict(Aid.SUBSISTENCE_ALLOWANCE, family(wage(1500, month=september))).amount_fen == 810 * YUAN
    assert verdict(Aid.SUBSISTENCE_ALLOWANCE, family(wage(1500, month=august))).amount_fen == 2310 * YUAN


def test_bands_pay_the_recorded_band() -> None:
    others = [entry for entry in BOOK if entry.name not in ("dibao.mode", "dibao.bands")]
    day, end = date(2016, 1, 1), None
    book = ParameterBook(
        [
            *others,
            Parameter("dibao.mode", "BANDED", day, end, "测试", Confidence.VERIFIED),
            Parameter("dibao.bands", [["A", 60_000], ["B", 40_000]], day, end, "测试", Confidence.VERIFIED),
        ]
    )
    assert verdict(Aid.SUBSISTENCE_ALLOWANCE, family(wage(1500), band="B"), book=book).amount_fen == 120_000
    assert verdict(Aid.SUBSISTENCE_ALLOWANCE, family(wage(1500)), book=book).outcome is Outcome.NEEDS_REVIEW


def test_property_on_an_open_value_waits_for_a_person() -> None:
    car = Assets(vehicles=(Vehicle(VehicleKind.CAR),))
    assert verdict(Aid.SUBSISTENCE_ALLOWANCE, family(wage(1500), assets=car)).outcome is Outcome.NEEDS_REVIEW
    confirmed = Findings(confirmed=frozenset({"NO_VEHICLE"}))
    found = verdict(Aid.SUBSISTENCE_ALLOWANCE, family(wage(1500), assets=car, findings=confirmed))
    assert (found.outcome, found.reason_code) == (Outcome.NOT_ELIGIBLE, "NO_VEHICLE")
    dismissed = Findings(dismissed=frozenset({"NO_VEHICLE"}))
    found = verdict(Aid.SUBSISTENCE_ALLOWANCE, family(wage(1500), assets=car, findings=dismissed))
    assert found.outcome is Outcome.ELIGIBLE
    mobility = Assets(vehicles=(Vehicle(VehicleKind.MOBILITY_VEHICLE),))
    assert verdict(Aid.SUBSISTENCE_ALLOWANCE, family(wage(1500), assets=mobility)).outcome is Outcome.ELIGIBLE


@pytest.mark.parametrize(("fen", "outcome"), [(2_772_000, Outcome.ELIGIBLE), (2_772_001, Outcome.NEEDS_REVIEW)])
def test_financial_assets_up_to_the_limit(fen: int, outcome: Outcome) -> None:
    assert verdict(Aid.SUBSISTENCE_ALLOWANCE, family(wage(1500), assets=Assets(fen))).outcome is outcome


# --- extreme hardship ------------------------------------------------------------------------------------


def old_man(**facts: Any) -> Household:
    earnings = (
        wage(500, IncomeKind.PROPERTY),
        wage(143, IncomeKind.BASIC_PENSION),
        wage(100, IncomeKind.HIGH_AGE_ALLOWANCE),
    )
    return Household(Residence.URBAN, (person("man", 71, Kinship.SELF, earnings=earnings, **facts),))


def test_we_14_hardship() -> None:
    son = Obligor(born_on=born(61), in_subsistence_allowance=True)
    found = verdict(Aid.EXTREME_HARDSHIP_SUPPORT, old_man(obligors=(son,)))
    assert (found.outcome, found.amount_fen) == (Outcome.ELIGIBLE, 1001 * YUAN)
    assert found.first_month == date(2026, 11, 1)


def test_we_14_son_with_a_salary() -> None:
    son = Obligor(born_on=born(58), annual_income_fen=6_000_000, property_within_limits=True)
    found = verdict(Aid.EXTREME_HARDSHIP_SUPPORT, old_man(obligors=(son,)))
    assert (found.outcome, found.reason_code) == (Outcome.NOT_ELIGIBLE, "OBLIGOR_WITHOUT_ABILITY")
    assert Aid.SUBSISTENCE_ALLOWANCE in found.alternatives


@pytest.mark.parametrize(
    ("obligor", "finding"),
    [
        (Obligor(born(59), in_subsistence_allowance=True), Finding.FAIL),
        (Obligor(born(60), in_subsistence_allowance=True), Finding.PASS),
        (Obligor(born(30), in_extreme_hardship=True), Finding.PASS),
        (Obligor(born(70), annual_income_fen=100, property_within_limits=True), Finding.PASS),
        (Obligor(born(69), annual_income_fen=100, property_within_limits=True), Finding.FAIL),
        (Obligor(born(70), annual_income_fen=100, property_within_limits=False), Finding.FAIL),
        (Obligor(born(70)), Finding.NEEDS_REVIEW),
        (Obligor(born(40), absence=Absence.IN_PRISON, property_within_limits=True), Finding.PASS),
        (Obligor(born(40), without_civil_capacity=True, property_within_limits=True), Finding.PASS),
        (Obligor(born(40), consents=False), Finding.NEEDS_REVIEW),
    ],
)
def test_obligors_without_ability(obligor: Obligor, finding: Finding) -> None:
    found = verdict(Aid.EXTREME_HARDSHIP_SUPPORT, old_man(obligors=(obligor,)))
    assert next(each for each in found.clauses if each.rule == "OBLIGOR_WITHOUT_ABILITY").finding is finding


def test_we_15_self_care_grade() -> None:
    assert [care_grade(failed) for failed in range(7)] == [
        CareGrade.SELF, *[CareGrade.PARTLY_LOST] * 3, *[CareGrade.FULLY_LOST] * 3,
    ]  # fmt: skip
    failed = frozenset({SelfCareItem.DRESS, SelfCareItem.TOILET, SelfCareItem.BATHE})
    found = verdict(Aid.EXTREME_HARDSHIP_SUPPORT, old_man(failed_self_care=failed))
    assert "tekun.care.half" in found.uncertain
    able = verdict(Aid.EXTREME_HARDSHIP_SUPPORT, old_man(failed_self_care=frozenset()))
    assert able.amount_fen == 1051 * YUAN


@pytest.mark.parametrize(
    ("study", "outcome"), [(Study.UPPER_SECONDARY, Outcome.ELIGIBLE), (Study.NONE, Outcome.NOT_ELIGIBLE)]
)
def test_we_17_hardship_of_a_minor_goes_on_in_school(study: Study, outcome: Outcome) -> None:
    held = HeldBenefit(Aid.EXTREME_HARDSHIP_SUPPORT, date(2020, 10, 1))
    boy = Person("boy", date(2008, 10, 5), Kinship.SELF, study=study, benefits=(held,))
    household = Household(Residence.URBAN, (boy,))
    assert verdict(Aid.EXTREME_HARDSHIP_SUPPORT, household, date(2026, 10, 5)).outcome is outcome
    assert verdict(Aid.EXTREME_HARDSHIP_SUPPORT, household, date(2026, 10, 4)).outcome is Outcome.ELIGIBLE


@pytest.mark.parametrize(
    ("on", "outcome"), [(date(2026, 6, 30), Outcome.NOT_ELIGIBLE), (date(2026, 7, 1), Outcome.ELIGIBLE)]
)
def test_a_child_of_seventeen_enters_by_the_new_law(on: date, outcome: Outcome) -> None:
    household = Household(Residence.RURAL, (Person("girl", date(2009, 3, 1), Kinship.SELF),))
    assert verdict(Aid.EXTREME_HARDSHIP_SUPPORT, household, on).outcome is outcome


# --- rigid spending and temporary aid -----------------------------------------------------------------------


def spender(yuan: int, income: int = 100_000) -> Household:
    return family(
        wage(8000), annual_income_fen=income * YUAN, disposable_income_fen=40_000 * YUAN,
        spending=(Spending(SpendingKind.MEDICAL, yuan * YUAN),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("yuan", "income", "outcome"),
    [
        (70_000, 100_000, Outcome.ELIGIBLE),
        (69_999, 100_000, Outcome.NOT_ELIGIBLE),
        (0, 100_000, Outcome.NOT_ELIGIBLE),
        (90_000, 119_999, Outcome.ELIGIBLE),
        (90_000, 120_000, Outcome.NOT_ELIGIBLE),
    ],
)
def test_rigid_spending_at_its_limits(yuan: int, income: int, outcome: Outcome) -> None:
    assert verdict(Aid.RIGID_EXPENDITURE, spender(yuan, income)).outcome is outcome


def test_we_31_rigid_recognition_lasts_twelve_months() -> None:
    found = verdict(Aid.RIGID_EXPENDITURE, spender(70_000), date(2026, 3, 30))
    assert found.last_day == date(2027, 3, 29)


def test_a_margin_household_is_no_rigid_spending_household() -> None:
    household = replace(spender(70_000), persons=family(wage(3000)).persons)
    assert verdict(Aid.RIGID_EXPENDITURE, household).reason_code == "NOT_IN_A_POORER_GROUP"


def test_we_19_small_fast_aid() -> None:
    fire = Emergency(EmergencyKind.ACCIDENT, date(2026, 9, 30), 900 * YUAN)
    worker = Household(
        Residence.RURAL, (person("worker", 30, Kinship.SELF, hukou_in_city=False),), emergency=fire
    )  # fmt: skip
    found = verdict(Aid.TEMPORARY_SMALL_FAST, worker, date(2026, 9, 30))
    assert (found.amount_fen, found.due_on) == (770 * YUAN, date(2026, 10, 3))
    assert Aid.TEMPORARY_URGENT in found.alternatives


def test_small_fast_aid_has_no_value_before_2026() -> None:
    fire = Emergency(EmergencyKind.ACCIDENT, date(2025, 12, 31), 500 * YUAN)
    household = family(wage(1500), emergency=fire)
    found = {each.aid: each for each in examine_all(household, date(2025, 12, 31), BOOK, STANDARDS)}
    assert found[Aid.TEMPORARY_SMALL_FAST].outcome is Outcome.NEEDS_REVIEW
    assert found[Aid.SUBSISTENCE_ALLOWANCE].outcome is Outcome.ELIGIBLE


# --- subsidies ------------------------------------------------------------------------------------------

JANUARY = date(2026, 1, 10)


def disabled(kind: DisabilityKind, grade: int, *held: Aid, age: int = 40) -> Household:
    benefits = tuple(HeldBenefit(aid, date(2025, 1, 1), amount_fen=20_000) for aid in held)
    one = Person("one", born(age), Kinship.SELF, disability=Disability(kind, grade), benefits=benefits)
    return Household(Residence.URBAN, (one,))


@pytest.mark.parametrize(
    ("household", "living", "nursing"),
    [
        pytest.param(disabled(DisabilityKind.VISUAL, 1, Aid.SUBSISTENCE_ALLOWANCE), 100, 110, id="a"),
        pytest.param(disabled(DisabilityKind.PHYSICAL, 2, Aid.EXTREME_HARDSHIP_SUPPORT), 0, 0, id="b"),
        pytest.param(
            disabled(DisabilityKind.PHYSICAL, 2, Aid.SUBSISTENCE_ALLOWANCE, Aid.WORK_INJURY_NURSING_PAY), 0, 0, id="c"
        ),
        pytest.param(
            disabled(DisabilityKind.PHYSICAL, 1, Aid.SUBSISTENCE_ALLOWANCE, Aid.AGED_CARE_SUBSIDY, age=62), 100, 0,
            id="d",
        ),
        pytest.param(disabled(DisabilityKind.PHYSICAL, 3), 0, 0, id="e"),
        pytest.param(disabled(DisabilityKind.PHYSICAL, 2, Aid.SUBSISTENCE_ALLOWANCE), 100, 100, id="grade two"),
        pytest.param(disabled(DisabilityKind.MENTAL, 3, Aid.SUBSISTENCE_ALLOWANCE), 100, 0, id="grade three"),
    ],
)  # fmt: skip
def test_we_21_overlaps_in_january_2026(household: Household, living: int, nursing: int) -> None:
    assert verdict(Aid.DISABILITY_LIVING_SUBSIDY, household, JANUARY).amount_fen == living * YUAN
    assert verdict(Aid.DISABILITY_NURSING_SUBSIDY, household, JANUARY).amount_fen == nursing * YUAN


def test_neither_subsidy_is_income() -> None:
    found = verdict(Aid.SUBSISTENCE_ALLOWANCE, family(wage(1500), wage(210, IncomeKind.DISABILITY_SUBSIDY)))
    assert found.amount_fen == 810 * YUAN


# --- children ------------------------------------------------------------------------------------------


def child(*states: ParentState, age: int = 9, **facts: Any) -> Household:
    one = person("child", age, Kinship.GRANDCHILD, parent_states=states, **facts)
    return Household(Residence.URBAN, (person("grandmother", 66, Kinship.SELF), one))


DEAD = ParentState(ParentCondition.DEAD, date(2024, 1, 1))


def gone_since(day: date) -> ParentState:
    return ParentState(ParentCondition.OUT_OF_CONTACT, day)


@pytest.mark.parametrize(
    ("states", "orphan", "unattended"),
    [
        ((DEAD, DEAD), Outcome.ELIGIBLE, Outcome.NOT_ELIGIBLE),
        ((DEAD, gone_since(date(2026, 4, 15))), Outcome.NOT_ELIGIBLE, Outcome.ELIGIBLE),
        ((DEAD, gone_since(date(2026, 4, 16))), Outcome.NOT_ELIGIBLE, Outcome.NOT_ELIGIBLE),
        ((DEAD, ParentState(ParentCondition.RAISES_THE_CHILD)), Outcome.NOT_ELIGIBLE, Outcome.NOT_ELIGIBLE),
        (
            (
                ParentState(ParentCondition.IN_PRISON, date(2026, 9, 1), date(2027, 3, 1)),
                ParentState(
                    ParentCondition.SEVERELY_DISABLED, disability=Disability(DisabilityKind.MENTAL, 4)
                ),
            ),
            Outcome.NOT_ELIGIBLE, Outcome.ELIGIBLE,
        ),
        (
            (DEAD, ParentState(ParentCondition.IN_PRISON, date(2026, 9, 1), date(2027, 2, 28))),
            Outcome.NOT_ELIGIBLE, Outcome.NOT_ELIGIBLE,
        ),
        (
            (DEAD, ParentState(ParentCondition.SEVERELY_DISABLED, disability=Disability(DisabilityKind.PHYSICAL, 3))),
            Outcome.NOT_ELIGIBLE, Outcome.NOT_ELIGIBLE,
        ),
    ],
)  # fmt: skip
def test_children_without_their_parents_care(
    states: tuple[ParentState, ...], orphan: Outcome, unattended: Outcome
) -> None:
    assert verdict(Aid.ORPHAN_ALLOWANCE, child(*states)).outcome is orphan
    assert verdict(Aid.UNATTENDED_CHILD_ALLOWANCE, child(*states)).outcome is unattended


def test_a_child_is_topped_up_to_the_standard() -> None:
    held = (HeldBenefit(Aid.SUBSISTENCE_ALLOWANCE, date(2026, 1, 1), amount_fen=27_000),)
    found = verdict(Aid.UNATTENDED_CHILD_ALLOWANCE, child(DEAD, gone_since(date(2026, 1, 1)), benefits=held))
    assert (found.amount_fen, found.first_month) == ((1651 - 270) * YUAN, date(2026, 11, 1))
    assert verdict(Aid.ORPHAN_ALLOWANCE, child(DEAD, DEAD, in_institution=True)).amount_fen == 1851 * YUAN


@pytest.mark.parametrize(("age", "outcome"), [(17, Outcome.ELIGIBLE), (18, Outcome.NOT_ELIGIBLE)])
def test_children_up_to_their_eighteenth_birthday(age: int, outcome: Outcome) -> None:
    assert verdict(Aid.ORPHAN_ALLOWANCE, child(DEAD, DEAD, age=age)).outcome is outcome


# --- everything at once, and bad input -------------------------------------------------------------------


def test_every_programme_answers() -> None:
    found = examine_all(family(wage(1500)), DAY, BOOK, STANDARDS)
    assert [each.aid for each in found] == [aid.value for aid in EXAMINERS]
    assert all(each.clauses for each in found)


def test_needs_lead_to_their_departments() -> None:
    poor = family(wage(1500))
    mother = replace(poor.persons[1], needs=frozenset({Need.MEDICAL, Need.DISASTER}))
    household = replace(poor, persons=(poor.persons[0], mother, poor.persons[2]))
    found = verdict(Aid.MEDICAL_AID, household)
    assert (found.outcome, found.departments) == (Outcome.NEEDS_REVIEW, ("医保",))
    assert verdict(Aid.DISASTER_AID, household).outcome is Outcome.ELIGIBLE
    assert verdict(Aid.HOUSING_AID, household).outcome is Outcome.NOT_ELIGIBLE


def test_bad_households_are_refused() -> None:
    one = person("one", 40, Kinship.SELF)
    with pytest.raises(OwnParent):
        Household(Residence.URBAN, (replace(one, parents=("one",)),))
    with pytest.raises(OwnParent):
        Household(Residence.URBAN, (replace(one, parents=("two",)),
                                    person("two", 60, Kinship.PARENT, parents=("one",))))  # fmt: skip
    with pytest.raises(ParentYoungerThanChild):
        Household(Residence.URBAN, (replace(one, parents=("two",)), person("two", 12, Kinship.CHILD)))
    with pytest.raises(HouseholdNeedsOneApplicant):
        Household(Residence.URBAN, (replace(one, kinship=Kinship.SPOUSE),))
    overlapping = (HeldBenefit(Aid.RESCUE, date(2026, 1, 1)), HeldBenefit(Aid.RESCUE, date(2026, 2, 1)))
    with pytest.raises(BenefitDatesOverlap):
        Household(Residence.URBAN, (replace(one, benefits=overlapping),))
    with pytest.raises(Invalid):
        Disability(DisabilityKind.VISUAL, 5)
