"""A household and its persons as the rules see them: facts only, no names.

Law: 民发〔2021〕57号 第七条、第八条; 重庆市城乡居民最低生活保障条例 第十一条. Persons are told apart by a
``ref`` that the caller chooses. Every amount is an integer in fen, every day a calendar day in China.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from assistance.domain.aid import Aid
from assistance.domain.household_refusals import (
    BenefitDatesOverlap,
    BornAfterTheDay,
    HouseholdNeedsOneApplicant,
    MoreThanOneSpouse,
    OwnParent,
    ParentYoungerThanChild,
    PersonListedTwice,
    PersonNotListed,
)
from assistance.domain.means_test import Finding, IncomeKind
from assistance.domain.standard import Residence
from shared.kernel.errors import Invalid
from shared.kernel.spans import Span, SpanEndsBeforeItBegins

ADULT_AGE = 18
"""民法典 第十七条"""


class Kinship(StrEnum):
    """What a person is to the applicant (与申请人关系)."""

    SELF = "SELF"
    SPOUSE = "SPOUSE"
    CHILD = "CHILD"
    PARENT = "PARENT"
    SIBLING = "SIBLING"
    GRANDPARENT = "GRANDPARENT"
    GRANDCHILD = "GRANDCHILD"
    OTHER = "OTHER"


class Study(StrEnum):
    """What a person studies full time (全日制在读情况)."""

    NONE = "NONE"
    PRESCHOOL = "PRESCHOOL"
    COMPULSORY = "COMPULSORY"
    UPPER_SECONDARY = "UPPER_SECONDARY"
    """普通高中或中等职业学校"""
    UNDERGRADUATE_OR_LOWER = "UNDERGRADUATE_OR_LOWER"
    """本科、专科"""
    POSTGRADUATE = "POSTGRADUATE"


class Absence(StrEnum):
    """Why a person is never counted (不计入情形)."""

    IN_PRISON = "IN_PRISON"
    IN_COMPULSORY_DETOX = "IN_COMPULSORY_DETOX"
    DECLARED_MISSING = "DECLARED_MISSING"


class DisabilityKind(StrEnum):
    """Kind on the disability certificate (残疾类别)."""

    VISUAL = "VISUAL"
    HEARING = "HEARING"
    SPEECH = "SPEECH"
    PHYSICAL = "PHYSICAL"
    INTELLECTUAL = "INTELLECTUAL"
    MENTAL = "MENTAL"
    MULTIPLE = "MULTIPLE"


OF_THE_MIND = frozenset({DisabilityKind.INTELLECTUAL, DisabilityKind.MENTAL})


class ParentCondition(StrEnum):
    """What keeps a parent from raising the child (父母状况)."""

    RAISES_THE_CHILD = "RAISES_THE_CHILD"
    DEAD = "DEAD"
    DECLARED_MISSING = "DECLARED_MISSING"
    NOT_TO_BE_FOUND = "NOT_TO_BE_FOUND"
    """查找不到"""
    SEVERELY_DISABLED = "SEVERELY_DISABLED"
    SERIOUSLY_ILL = "SERIOUSLY_ILL"
    IN_PRISON = "IN_PRISON"
    IN_COMPULSORY_DETOX = "IN_COMPULSORY_DETOX"
    LIBERTY_RESTRICTED = "LIBERTY_RESTRICTED"
    OUT_OF_CONTACT = "OUT_OF_CONTACT"
    GUARDIANSHIP_REVOKED = "GUARDIANSHIP_REVOKED"
    DEPORTED = "DEPORTED"


class SelfCareItem(StrEnum):
    """The six things of the self-care test (生活自理能力六项指标), 民发〔2021〕43号 第二十一条."""

    EAT = "EAT"
    DRESS = "DRESS"
    GET_IN_AND_OUT_OF_BED = "GET_IN_AND_OUT_OF_BED"
    TOILET = "TOILET"
    WALK_INDOORS = "WALK_INDOORS"
    BATHE = "BATHE"


class SpendingKind(StrEnum):
    """Kind of necessary spending (刚性支出类别), 民发〔2024〕57号 第五条."""

    LIVING = "LIVING"
    MEDICAL = "MEDICAL"
    EDUCATION = "EDUCATION"
    REHABILITATION = "REHABILITATION"
    OTHER = "OTHER"


class DeductionKind(StrEnum):
    """What may be taken off income (扣减项目)."""

    EMPLOYMENT_COST = "EMPLOYMENT_COST"
    DISABILITY_COST = "DISABILITY_COST"
    ILLNESS_COST = "ILLNESS_COST"
    TAX = "TAX"
    SOCIAL_CONTRIBUTION = "SOCIAL_CONTRIBUTION"
    SUPPORT_PAID = "SUPPORT_PAID"


class VehicleKind(StrEnum):
    """A motor vehicle, ship or machine (机动车船等)."""

    CAR = "CAR"
    TRUCK = "TRUCK"
    MOTORCYCLE = "MOTORCYCLE"
    SHIP = "SHIP"
    MACHINE = "MACHINE"
    MOBILITY_VEHICLE = "MOBILITY_VEHICLE"
    """残疾人专用代步车，始终不计"""


class Need(StrEnum):
    """What a household needs beside money (救助需求)."""

    MEDICAL = "MEDICAL"
    EMERGENCY_TREATMENT = "EMERGENCY_TREATMENT"
    EDUCATION = "EDUCATION"
    HOUSING = "HOUSING"
    EMPLOYMENT = "EMPLOYMENT"
    DISASTER = "DISASTER"
    LEGAL = "LEGAL"
    CHARITY = "CHARITY"
    CHILD_REHABILITATION = "CHILD_REHABILITATION"
    FUNERAL = "FUNERAL"
    CARE_SERVICE = "CARE_SERVICE"
    CHILD_PROTECTION = "CHILD_PROTECTION"


class EmergencyKind(StrEnum):
    """What happened (急难情形)."""

    ACCIDENT = "ACCIDENT"
    SUDDEN_EVENT = "SUDDEN_EVENT"
    SERIOUS_ILLNESS = "SERIOUS_ILLNESS"
    SPENDING = "SPENDING"
    UNINSURED_JOBLESS = "UNINSURED_JOBLESS"
    OTHER = "OTHER"


@dataclass(frozen=True)
class Disability:
    """A disability certificate (残疾人证): kind, grade 1 (worst) to 4, and the days it holds."""

    kind: DisabilityKind
    grade: int
    valid_from: date | None = None
    valid_to: date | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.grade <= 4:
            raise Invalid("残疾等级为一至四级。", field="grade")
        if self.valid_from and self.valid_to and self.valid_to <= self.valid_from:
            raise SpanEndsBeforeItBegins(field="valid_to")

    def holds(self, on: date) -> bool:
        """Whether the certificate is valid on a day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True)
class Earning:
    """One item of a person's income: ``amount_fen`` over ``months`` months, less its own necessary cost.

    ``month`` is the first day of the month it was received in, where it is known: other than farming, only the month
    before the application counts; farming counts with its last twelve months (条例 第十二条).
    """

    kind: IncomeKind
    amount_fen: int
    cost_fen: int = 0
    months: int = 1
    month: date | None = None


@dataclass(frozen=True)
class Deduction:
    """A documented monthly deduction (I-20)."""

    kind: DeductionKind
    amount_fen: int


@dataclass(frozen=True)
class Support:
    """Support money from somebody outside the household (赡养、抚养、扶养费), rules I-22 and I-23.

    The amount of a judgment or agreement goes before payments that were verified.
    """

    payer: Kinship
    agreed_fen: int | None = None
    paid_fen: int | None = None
    payer_born_on: date | None = None
    waiver_reason: str | None = None


@dataclass(frozen=True)
class Obligor:
    """Somebody who owes support to a person who asks for 特困 (法定义务人), 民发〔2021〕43号 第八条."""

    born_on: date
    consents: bool = True
    in_extreme_hardship: bool = False
    in_subsistence_allowance: bool = False
    annual_income_fen: int | None = None
    property_within_limits: bool | None = None
    disability: Disability | None = None
    without_civil_capacity: bool = False
    absence: Absence | None = None


@dataclass(frozen=True)
class ParentState:
    """One parent of a child, since when and (where it ends) until when."""

    condition: ParentCondition
    since: date | None = None
    until: date | None = None
    disability: Disability | None = None

    def __post_init__(self) -> None:
        if self.since and self.until and self.until <= self.since:
            raise SpanEndsBeforeItBegins(field="until")


@dataclass(frozen=True)
class HeldBenefit:
    """An aid a person has already (已享受待遇), paid for whole months or valid over a span."""

    aid: Aid
    valid_from: date
    valid_to: date | None = None
    amount_fen: int = 0

    @property
    def span(self) -> Span:
        """The days it covers."""
        return Span(self.valid_from, self.valid_to)


@dataclass(frozen=True)
class Person:
    """One person of the household or beside it, on the day of the question (人员)."""

    ref: str
    born_on: date
    kinship: Kinship
    parents: tuple[str, ...] = ()
    lives_together: bool = False
    support_duty: bool | None = None
    absence: Absence | None = None
    married: bool | None = None
    active_serviceman: bool = False
    clergy_apart_since: date | None = None
    religious_site_since: date | None = None
    study: Study = Study.NONE
    lives_independently: bool = True
    without_livelihood: bool = False
    bedridden: bool = False
    able_to_work: bool | None = None
    employed: bool = False
    disability: Disability | None = None
    serious_disease: bool = False
    hukou_in_city: bool = True
    needs_long_term_care: bool = True
    hiv_infected: bool = False
    in_institution: bool = False
    failed_self_care: frozenset[SelfCareItem] | None = None
    earnings: tuple[Earning, ...] = ()
    deductions: tuple[Deduction, ...] = ()
    support: tuple[Support, ...] = ()
    obligors: tuple[Obligor, ...] = ()
    parent_states: tuple[ParentState, ...] = ()
    benefits: tuple[HeldBenefit, ...] = ()
    needs: frozenset[Need] = frozenset()

    def age(self, on: date) -> int:
        """Full years on a day; a year is full on the birthday."""
        return on.year - self.born_on.year - ((on.month, on.day) < (self.born_on.month, self.born_on.day))

    def is_minor(self, on: date) -> bool:
        """Under 18."""
        return self.age(on) < ADULT_AGE

    def severely_disabled(self, on: date) -> bool:
        """Grade 1 or 2, or grade 3 of the mind, by a valid certificate (S-01)."""
        certificate = self.certificate(on)
        return certificate is not None and (
            certificate.grade <= 2 or (certificate.grade == 3 and certificate.kind in OF_THE_MIND)
        )

    def certificate(self, on: date) -> Disability | None:
        """The certificate, if one is valid on the day."""
        return self.disability if self.disability and self.disability.holds(on) else None

    def held(self, aid: Aid, on: date) -> HeldBenefit | None:
        """The benefit of this aid that covers the day."""
        return next((held for held in self.benefits if held.aid is aid and held.span.covers(on)), None)


@dataclass(frozen=True)
class Vehicle:
    """A vehicle, ship or machine; ``for_living`` where it is needed for living or production."""

    kind: VehicleKind
    for_living: bool = False


@dataclass(frozen=True)
class Assets:
    """What the household owns (家庭财产)."""

    financial_fen: int = 0
    vehicles: tuple[Vehicle, ...] = ()
    homes: int = 0
    home_area_m2: int = 0
    shops: int = 0
    companies: int = 0


@dataclass(frozen=True)
class Conduct:
    """Spending that speaks against need (家庭消费支出), 条例 第十条."""

    home_built_or_bought_on: date | None = None
    studies_abroad_at_own_cost: bool = False
    employs_others: bool = False
    utility_share_percent: int = 0
    large_purchases_fen: int = 0


@dataclass(frozen=True)
class Spending:
    """Necessary spending of the twelve months before the application, self-paid."""

    kind: SpendingKind
    amount_fen: int


@dataclass(frozen=True)
class Emergency:
    """An emergency for which temporary aid is asked (急难)."""

    kind: EmergencyKind
    happened_on: date
    asked_fen: int
    town: Residence = Residence.URBAN
    persons: int = 1
    months: int = 1
    months_without_income: int = 0
    urgent: bool = True
    same_cause_this_year: int = 0


@dataclass(frozen=True)
class PriceIndex:
    """The price index of a month against the year before (居民消费价格同比涨幅), in tenths of a percent."""

    cpi_tenths: int
    food_tenths: int


@dataclass(frozen=True)
class Findings:
    """What officials found and settled by hand; it goes before what the system computes.

    ``confirmed`` and ``dismissed`` name rules whose failure on an unconfirmed value a person has settled.
    """

    property: Finding | None = None
    spending: Finding | None = None
    confirmed: frozenset[str] = frozenset()
    dismissed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Household:
    """All that is known of a household on the day of the question (家庭情况)."""

    residence: Residence
    persons: tuple[Person, ...]
    assets: Assets | None = None
    conduct: Conduct | None = None
    spending: tuple[Spending, ...] = ()
    annual_income_fen: int | None = None
    disposable_income_fen: int | None = None
    emergency: Emergency | None = None
    price_index: PriceIndex | None = None
    subject: str | None = None
    band: str | None = None
    findings: Findings = field(default_factory=Findings)

    def __post_init__(self) -> None:
        if sum(person.kinship is Kinship.SELF for person in self.persons) != 1:
            raise HouseholdNeedsOneApplicant(field="persons")
        if sum(person.kinship is Kinship.SPOUSE for person in self.persons) > 1:
            raise MoreThanOneSpouse(field="persons")
        if len({person.ref for person in self.persons}) != len(self.persons):
            raise PersonListedTwice(field="persons")
        if self.subject is not None and all(person.ref != self.subject for person in self.persons):
            raise PersonNotListed(field="subject")
        for place, person in enumerate(self.persons):
            self._check_parents(place, person)
            _check_benefits(place, person)

    @property
    def applicant(self) -> Person:
        """The person who applies."""
        return next(person for person in self.persons if person.kinship is Kinship.SELF)

    @property
    def asked_for(self) -> Person:
        """The person an individual aid is asked for: the named one, otherwise the applicant."""
        return self.person(self.subject) if self.subject else self.applicant

    def person(self, ref: str) -> Person:
        """The person of that ref."""
        found = next((person for person in self.persons if person.ref == ref), None)
        if found is None:
            raise PersonNotListed(field="persons")
        return found

    def require_born_by(self, on: date) -> None:
        """Nobody is born after the day of the question."""
        for place, person in enumerate(self.persons):
            if person.born_on > on:
                raise BornAfterTheDay(field=f"persons/{place}/born_on")

    def _check_parents(self, place: int, person: Person) -> None:
        field_name = f"persons/{place}/parents"
        if len(set(person.parents)) != len(person.parents):
            raise PersonListedTwice(field=field_name)
        for ref in person.parents:
            if ref == person.ref or person.ref in self._ancestors(ref):
                raise OwnParent(field=field_name)
            if self.person(ref).born_on >= person.born_on:
                raise ParentYoungerThanChild(field=field_name)

    def _ancestors(self, ref: str) -> set[str]:
        seen: set[str] = set()
        waiting = [ref]
        while waiting:
            for parent in self.person(waiting.pop()).parents:
                if parent not in seen:
                    seen.add(parent)
                    waiting.append(parent)
        return seen


def _check_benefits(place: int, person: Person) -> None:
    for number, held in enumerate(person.benefits):
        if any(held.aid is other.aid and held.span.meets(other.span) for other in person.benefits[:number]):
            raise BenefitDatesOverlap(field=f"persons/{place}/benefits/{number}")


def years_between(since: date, on: date) -> int:
    """Full years from one day to another."""
    return on.year - since.year - ((on.month, on.day) < (since.month, since.day))
