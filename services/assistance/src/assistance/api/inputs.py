"""What callers send about a case."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from assistance import usecases
from assistance.api.household import HouseholdInput
from assistance.domain.aid import Aid
from assistance.domain.applicant import Channel, Member, Relation
from assistance.domain.course import Agent, NearKinship, Relative, StaffRelation
from assistance.domain.deadlines import DecisionMode
from assistance.domain.household import Need
from assistance.domain.means_test import Finding, Income, IncomeKind, Means
from assistance.domain.standard import Residence
from shared.kernel.errors import Invalid
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.web.fields import AmountFen, ApiModel, Day, DivisionCode, Flag, Line, PersonalText

ReasonCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]+(_[A-Z]+)*$", max_length=60), Field(
    examples=["OUTSIDE_EVERY_PROGRAMME"], description="理由代码；随事件发布，不得含个人信息",
)]  # fmt: skip
"""A reason in capital letters: it travels in events, so there is no room for a name or a number in it."""


class MemberInput(ApiModel):
    """A household member: the name as on the identity card and the number with its checksum."""

    name: PersonalText
    identity_number: PersonalText
    relation: Relation

    def parsed(self, today: date) -> Member:
        """The member as value objects; refuses without repeating what was typed."""
        return Member(PersonName.parse(self.name), IdentityNumber.parse(self.identity_number, today), self.relation)


class AgentInput(ApiModel):
    """Who acts for the applicant, by which authority; ``valid_to`` is the first day on which it no longer holds."""

    name: PersonalText
    identity_number: PersonalText
    scope: Line = "代为申请并领取文书"
    valid_from: Day
    valid_to: Day

    def parsed(self, today: date) -> Agent:
        """The agent as value objects."""
        name, number = PersonName.parse(self.name), IdentityNumber.parse(self.identity_number, today)
        return Agent(name.plain, number.plain, self.scope, self.valid_from, self.valid_to)


class SubmissionInput(ApiModel):
    """A household's application at a township: one programme, and what it needs besides."""

    division: DivisionCode
    residence: Residence
    channel: Channel = Channel.WINDOW
    programme: Aid = Aid.SUBSISTENCE_ALLOWANCE
    needs: list[Need] = Field(default=[], max_length=12)
    members: list[MemberInput] = Field(min_length=1, max_length=40)
    agent: AgentInput | None = None
    draft: Flag = False

    def parsed(self, today: date) -> usecases.Submission:
        """The submission as value objects; a refusal says which member it is about."""
        members = []
        for place, member in enumerate(self.members):
            try:
                members.append(member.parsed(today))
            except Invalid as refusal:
                refusal.field = f"members/{place}/{refusal.field}"
                raise
        agent = self.agent.parsed(today) if self.agent else None
        return usecases.Submission(
            self.division, self.residence, self.channel, members, self.programme, self.needs, agent, self.draft
        )


class RelativeInput(ApiModel):
    """A member is a near relative of somebody who handles assistance."""

    of: StaffRelation
    kinship: NearKinship


class AcceptInput(ApiModel):
    """Who decides follows from the delegation in force; a mode that differs from it is refused."""

    mode: DecisionMode | None = None
    relative: RelativeInput | None = None

    def near(self) -> Relative | None:
        """What goes into the register of near relatives."""
        return Relative(self.relative.of, self.relative.kinship) if self.relative else None


class DeclineInput(ApiModel):
    """The written reason for not taking the application up."""

    reason_code: ReasonCode


class IncomeInput(ApiModel):
    """One item of monthly income in fen, net of its own cost."""

    kind: IncomeKind
    amount_fen: AmountFen


class MeansInput(ApiModel):
    """What the verification found."""

    incomes: list[IncomeInput] = Field(max_length=200)
    deduction_fen: AmountFen = 0
    property_finding: Finding = Finding.PASS
    spending_finding: Finding = Finding.PASS

    def parsed(self, persons: int) -> Means:
        """The means of a household of ``persons``."""
        incomes = tuple(Income(item.kind, item.amount_fen) for item in self.incomes)
        return Means(persons, incomes, self.deduction_fen, self.property_finding, self.spending_finding)


class FindingsInput(ApiModel):
    """What the investigation found: in sums (``incomes`` …), or person by person (``household``), not both.

    In a household the ``ref`` of a member is the member's place in the application, counted from 0.
    """

    incomes: list[IncomeInput] | None = Field(default=None, max_length=200)
    deduction_fen: AmountFen = 0
    property_finding: Finding = Finding.PASS
    spending_finding: Finding = Finding.PASS
    household: HouseholdInput | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> FindingsInput:
        if (self.incomes is None) is (self.household is None):
            raise ValueError("须在 incomes 与 household 中恰填一项")
        return self

    def parsed(self) -> usecases.Findings:
        """The findings as value objects."""
        if self.household is not None:
            return usecases.Findings(household=self.household.parsed())
        sums = MeansInput(
            incomes=self.incomes or [], deduction_fen=self.deduction_fen, property_finding=self.property_finding,
            spending_finding=self.spending_finding,
        )  # fmt: skip
        return usecases.Findings(means=sums.parsed)


class SearchInput(ApiModel):
    """The person whose cases are looked for; the number travels in the body only."""

    identity_number: PersonalText
