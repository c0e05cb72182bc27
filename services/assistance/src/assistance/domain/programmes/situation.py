"""What every programme's examination looks at, and how its reasoning becomes a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from assistance.domain.aid import Aid
from assistance.domain.composition import Placement, compose
from assistance.domain.household import Household, Person
from assistance.domain.income import Counted, income_of_household
from assistance.domain.means_test import Clause, Finding, Outcome, Share, Verdict
from assistance.domain.overlap import excluded_by
from assistance.domain.property import property_clauses, spending_clauses
from assistance.domain.standard import NoStandardInForce, Programme, Residence
from shared.kernel.parameters import ParameterReader

Key = tuple[Programme, Residence | None]


@dataclass(frozen=True)
class MonthlyStandards:
    """The published monthly standards of one day in fen (当日保障标准), by series."""

    on: date
    amounts: Mapping[Key, int]

    def of(self, programme: Programme, residence: Residence | None = None) -> int:
        """The standard of a series; refused if none is published."""
        amount = self.amounts.get((programme, residence))
        if amount is None:
            raise NoStandardInForce(on=self.on.isoformat(), programme=programme.value)
        return amount

    def allowance(self, residence: Residence) -> int:
        """The subsistence standard of a kind of residence."""
        return self.of(Programme.SUBSISTENCE_ALLOWANCE, residence)


@dataclass
class Situation:
    """One examination: the household on a day, with the rules and standards of that day."""

    aid: Aid
    household: Household
    on: date
    rules: ParameterReader
    standards: MonthlyStandards
    clauses: list[Clause] = field(default_factory=list)

    @cached_property
    def placements(self) -> tuple[Placement, ...]:
        """Who counts, and why."""
        return compose(self.household, self.on, self.rules)

    @cached_property
    def members(self) -> tuple[Person, ...]:
        """The counted members (共同生活的家庭成员)."""
        return tuple(self.household.person(each.ref) for each in self.placements if each.counted)

    @cached_property
    def refs(self) -> tuple[str, ...]:
        """The refs of the counted members."""
        return tuple(person.ref for person in self.members)

    @cached_property
    def income(self) -> Counted:
        """The household's monthly income."""
        return income_of_household(self.household, self.refs, self.on, self.rules)

    @cached_property
    def standard(self) -> int:
        """The subsistence standard per head the household lives under."""
        return self.standards.allowance(self.household.residence)

    @property
    def line(self) -> int:
        """The standard times the members."""
        return self.standard * len(self.members)

    def check(
        self, rule: str, basis: str, holds: bool | Finding, figures: dict[str, int] | None = None,
        subject: str | None = None,
    ) -> bool:  # fmt: skip
        """Write down one step; true where it passes."""
        finding = holds if isinstance(holds, Finding) else (Finding.PASS if holds else Finding.FAIL)
        self.clauses.append(Clause(rule, basis, finding, figures or {}, subject))
        return finding is Finding.PASS

    def check_property(self, prefix: str = "prop") -> bool:
        """Write down every property test."""
        found = property_clauses(self.household, len(self.members), self.standard, self.rules, prefix)
        self.clauses.extend(found)
        return all(clause.finding is Finding.PASS for clause in found)

    def check_spending(self) -> bool:
        """Write down every spending test."""
        found = spending_clauses(self.household, self.on, self.rules)
        self.clauses.extend(found)
        return all(clause.finding is Finding.PASS for clause in found)

    def income_figures(self) -> dict[str, int]:
        """What an income test rests on."""
        return {**self.income.figures, "persons": len(self.members), "standard_fen": self.standard}

    def check_overlap(self, person: Person) -> bool:
        """No aid the person holds on the day excludes this one (§7)."""
        held = frozenset(benefit.aid for benefit in person.benefits if benefit.span.covers(self.on))
        excluding = excluded_by(self.aid, held)
        if excluding:
            self.check("NO_EXCLUDING_BENEFIT", f"不得同时享受：{'、'.join(excluding)}", False, subject=person.ref)
        return not excluding

    def held_by_somebody(self, aids: frozenset[Aid]) -> bool:
        """Whether a member holds one of these aids on the day."""
        return any(person.held(aid, self.on) for person in self.members for aid in aids)

    def verdict(
        self,
        amount_fen: int = 0,
        *,
        beneficiaries: Iterable[str] = (),
        shares: Iterable[Share] = (),
        first_month: date | None = None,
        last_day: date | None = None,
        due_on: date | None = None,
        alternatives: Iterable[Aid] = (),
        departments: Iterable[str] = (),
        outcome: Outcome | None = None,
        near_poor: bool = False,
    ) -> Verdict:
        """The reasoning so far as a verdict; what is granted is named only where the outcome is ELIGIBLE."""
        result = outcome or outcome_of(self.clauses)
        granted = result is Outcome.ELIGIBLE
        income = int(self.income.total) if "income" in self.__dict__ else 0
        return Verdict(
            result,
            amount_fen if granted else 0,
            near_poor,
            income,
            tuple(self.clauses),
            self.rules.uncertain_used,
            aid=self.aid.value,
            shares=tuple(shares) if granted else (),
            beneficiaries=tuple(beneficiaries) if granted else (),
            first_month=first_month if granted else None,
            last_day=last_day if granted else None,
            due_on=due_on if granted else None,
            alternatives=tuple(alternatives),
            departments=tuple(departments),
        )


def outcome_of(clauses: Iterable[Clause]) -> Outcome:
    """A failure decides; otherwise what waits for a person does."""
    findings = {clause.finding for clause in clauses}
    if Finding.FAIL in findings:
        return Outcome.NOT_ELIGIBLE
    return Outcome.NEEDS_REVIEW if Finding.NEEDS_REVIEW in findings else Outcome.ELIGIBLE


def month_of(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def months_later(day: date, months: int) -> date:
    """The first day of the month ``months`` after that of ``day``."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)
