"""A household as apps and windows write it down for a check: facts and amounts, no names and no numbers."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field, StringConstraints

from assistance.domain import household as facts
from assistance.domain.aid import Aid
from assistance.domain.household import (
    Absence,
    DeductionKind,
    DisabilityKind,
    EmergencyKind,
    Kinship,
    Need,
    ParentCondition,
    SelfCareItem,
    SpendingKind,
    Study,
    VehicleKind,
)
from assistance.domain.means_test import Finding, IncomeKind
from assistance.domain.standard import Residence
from shared.web.fields import AmountFen, ApiModel, Count, Day, Flag

Ref = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,20}$"), Field(examples=["wife"])]
"""How the caller tells persons apart: a few ASCII letters and digits, never a name or number of a person."""
RuleName = Annotated[str, StringConstraints(pattern=r"^[A-Z]+(_[A-Z]+)*$", max_length=60)]
Small = Annotated[int, Field(strict=True, ge=0, le=1_000)]
LARGEST_HOUSEHOLD = 30


class FactInput(ApiModel):
    """A model that becomes the domain's fact of the same fields."""

    fact: ClassVar[type[Any]]

    def parsed(self) -> Any:
        """The domain's value."""
        return self.fact(**{name: _plain(getattr(self, name)) for name in type(self).model_fields})


def _plain(value: Any) -> Any:
    if isinstance(value, FactInput):
        return value.parsed()
    if isinstance(value, list):
        return tuple(_plain(each) for each in value)
    return value


class DisabilityInput(FactInput):
    """A disability certificate; grade 1 is the most severe."""

    fact = facts.Disability
    kind: DisabilityKind
    grade: int = Field(ge=1, le=4, strict=True)
    valid_from: Day | None = None
    valid_to: Day | None = Field(None, description="失效首日")


class EarningInput(FactInput):
    """One item of income in fen: ``amount_fen`` over ``months``; FARM is the sum of the last twelve months."""

    fact = facts.Earning
    kind: IncomeKind
    amount_fen: AmountFen
    cost_fen: AmountFen = 0
    months: int = Field(1, ge=1, le=12, strict=True)
    month: Day | None = Field(None, description="取得月份的首日；非农业收入只计申请前一个月")


class DeductionInput(FactInput):
    """An accepted monthly deduction in fen."""

    fact = facts.Deduction
    kind: DeductionKind
    amount_fen: AmountFen


class SupportInput(FactInput):
    """Support from somebody outside the household, in fen a month."""

    fact = facts.Support
    payer: Kinship
    agreed_fen: AmountFen | None = None
    paid_fen: AmountFen | None = None
    payer_born_on: Day | None = None
    waiver_reason: RuleName | None = None


class ObligorInput(FactInput):
    """Somebody who owes support to a person asking for 特困."""

    fact = facts.Obligor
    born_on: Day
    consents: Flag = True
    in_extreme_hardship: Flag = False
    in_subsistence_allowance: Flag = False
    annual_income_fen: AmountFen | None = None
    property_within_limits: Flag | None = None
    disability: DisabilityInput | None = None
    without_civil_capacity: Flag = False
    absence: Absence | None = None


class ParentStateInput(FactInput):
    """One parent of a child: what keeps him or her from raising it, since when, until when."""

    fact = facts.ParentState
    condition: ParentCondition
    since: Day | None = None
    until: Day | None = None
    disability: DisabilityInput | None = None


class HeldBenefitInput(FactInput):
    """An aid the person has; ``valid_to`` is the first day it no longer holds."""

    fact = facts.HeldBenefit
    aid: Aid
    valid_from: Day
    valid_to: Day | None = None
    amount_fen: AmountFen = 0


class PersonInput(FactInput):
    """One person of the household, or beside it where the rules ask about him."""

    fact = facts.Person
    ref: Ref
    born_on: Day
    kinship: Kinship
    parents: list[Ref] = Field(default=[], max_length=2)
    lives_together: Flag = False
    support_duty: Flag | None = None
    absence: Absence | None = None
    married: Flag | None = None
    active_serviceman: Flag = False
    clergy_apart_since: Day | None = None
    religious_site_since: Day | None = None
    study: Study = Study.NONE
    lives_independently: Flag = True
    without_livelihood: Flag = False
    bedridden: Flag = False
    able_to_work: Flag | None = None
    employed: Flag = False
    disability: DisabilityInput | None = None
    serious_disease: Flag = False
    hukou_in_city: Flag = True
    needs_long_term_care: Flag = True
    hiv_infected: Flag = False
    in_institution: Flag = False
    failed_self_care: list[SelfCareItem] | None = Field(None, max_length=6, description="六项中不能自理的项目")
    earnings: list[EarningInput] = Field(default=[], max_length=100)
    deductions: list[DeductionInput] = Field(default=[], max_length=30)
    support: list[SupportInput] = Field(default=[], max_length=30)
    obligors: list[ObligorInput] = Field(default=[], max_length=30)
    parent_states: list[ParentStateInput] = Field(default=[], max_length=2)
    benefits: list[HeldBenefitInput] = Field(default=[], max_length=30)
    needs: list[Need] = Field(default=[], max_length=20)

    def parsed(self) -> facts.Person:
        """The person, with the two lists whose order means nothing as sets."""
        values = {name: _plain(getattr(self, name)) for name in type(self).model_fields}
        failed = self.failed_self_care
        values["failed_self_care"] = None if failed is None else frozenset(failed)
        values["needs"] = frozenset(self.needs)
        return facts.Person(**values)


class VehicleInput(FactInput):
    """A vehicle, ship or machine."""

    fact = facts.Vehicle
    kind: VehicleKind
    for_living: Flag = False


class AssetsInput(FactInput):
    """What the household owns; left out, the property test counts as passed."""

    fact = facts.Assets
    financial_fen: AmountFen = 0
    vehicles: list[VehicleInput] = Field(default=[], max_length=50)
    homes: Small = 0
    home_area_m2: Count = 0
    shops: Small = 0
    companies: Small = 0


class ConductInput(FactInput):
    """Spending that speaks against need; left out, the spending test counts as passed."""

    fact = facts.Conduct
    home_built_or_bought_on: Day | None = None
    studies_abroad_at_own_cost: Flag = False
    employs_others: Flag = False
    utility_share_percent: Small = 0
    large_purchases_fen: AmountFen = 0


class SpendingInput(FactInput):
    """Self-paid necessary spending of the last twelve months, in fen."""

    fact = facts.Spending
    kind: SpendingKind
    amount_fen: AmountFen


class EmergencyInput(FactInput):
    """What happened, and what is asked for."""

    fact = facts.Emergency
    kind: EmergencyKind
    happened_on: Day
    asked_fen: AmountFen
    town: Residence = Residence.URBAN
    persons: int = Field(1, ge=1, le=30, strict=True)
    months: int = Field(1, ge=1, le=12, strict=True)
    months_without_income: Small = 0
    urgent: Flag = True
    same_cause_this_year: Small = 0


class PriceIndexInput(FactInput):
    """A month's price index against the year before, in tenths of a percent."""

    fact = facts.PriceIndex
    cpi_tenths: int = Field(strict=True, ge=-1_000, le=10_000)
    food_tenths: int = Field(strict=True, ge=-1_000, le=10_000)


class FindingsInput(FactInput):
    """What officials found as a whole, and failures on open values that they settled."""

    fact = facts.Findings
    property: Finding | None = None
    spending: Finding | None = None
    confirmed: list[RuleName] = Field(default=[], max_length=30)
    dismissed: list[RuleName] = Field(default=[], max_length=30)

    def parsed(self) -> facts.Findings:
        """The findings."""
        return facts.Findings(self.property, self.spending, frozenset(self.confirmed), frozenset(self.dismissed))


class HouseholdInput(FactInput):
    """A household with everything the programmes ask about; only ``persons`` and ``residence`` are needed."""

    fact = facts.Household
    residence: Residence
    persons: list[PersonInput] = Field(min_length=1, max_length=LARGEST_HOUSEHOLD)
    assets: AssetsInput | None = None
    conduct: ConductInput | None = None
    spending: list[SpendingInput] = Field(default=[], max_length=100)
    annual_income_fen: AmountFen | None = None
    disposable_income_fen: AmountFen | None = Field(None, description="当地上年人均可支配收入；不填用参数")
    emergency: EmergencyInput | None = None
    price_index: PriceIndexInput | None = None
    subject: Ref | None = Field(None, description="单人户、特困等以个人为对象的事项所指人员；不填为申请人")
    band: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,5}$")] | None = None
    findings: FindingsInput = FindingsInput()

    def parsed(self) -> facts.Household:
        """The household; its rules refuse what contradicts itself."""
        household: facts.Household = super().parsed()
        return household


__all__ = ["FactInput", "HouseholdInput", "PersonInput"]
