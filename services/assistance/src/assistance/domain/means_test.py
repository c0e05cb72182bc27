"""The means test of the subsistence allowance: facts of a household in, a verdict with reasons out.

Law: 社会救助法 第十八条; 民发〔2021〕57号 第八条、第十三条、第十四条; 重庆市城乡居民最低生活保障条例 第十条、第十二条.
Amounts are integers in fen per month; income per head is never rounded, comparisons use whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from assistance.domain.standard import FEN_PER_YUAN, Standard
from shared.kernel.errors import Invalid
from shared.kernel.parameters import Confidence, ParameterReader

BASIC_PENSION_EXCLUDED_UNTIL = "income.exclude_basic_pension_until"


class IncomeKind(StrEnum):
    """Kind of a household's monthly income (收入类别)."""

    WAGE = "WAGE"
    BUSINESS = "BUSINESS"
    PROPERTY = "PROPERTY"
    TRANSFER = "TRANSFER"
    BASIC_PENSION = "BASIC_PENSION"
    """中央确定的城乡居民基本养老保险基础养老金"""
    VETERAN_BENEFIT = "VETERAN_BENEFIT"
    """优抚对象抚恤补助"""
    FAMILY_PLANNING_REWARD = "FAMILY_PLANNING_REWARD"
    SCHOLARSHIP = "SCHOLARSHIP"
    BRAVERY_AWARD = "BRAVERY_AWARD"
    SOCIAL_ASSISTANCE = "SOCIAL_ASSISTANCE"
    DISABILITY_SUBSIDY = "DISABILITY_SUBSIDY"
    CHILD_ALLOWANCE = "CHILD_ALLOWANCE"
    """已领取的事实无人抚养儿童基本生活补贴"""
    FARM = "FARM"
    """种植、养殖等农业经营收入，按最近十二个月计算"""
    ESTIMATED_WAGE = "ESTIMATED_WAGE"
    """有稳定工作而无收入证明的，按上年行业平均工资计算"""
    HIGH_AGE_ALLOWANCE = "HIGH_AGE_ALLOWANCE"
    """高龄津贴"""
    MEDICAL_INSURANCE = "MEDICAL_INSURANCE"
    """基本医疗保险待遇"""
    OTHER = "OTHER"


NEVER_COUNTED = frozenset(
    {
        IncomeKind.VETERAN_BENEFIT,
        IncomeKind.FAMILY_PLANNING_REWARD,
        IncomeKind.SCHOLARSHIP,
        IncomeKind.BRAVERY_AWARD,
        IncomeKind.SOCIAL_ASSISTANCE,
        IncomeKind.DISABILITY_SUBSIDY,
        IncomeKind.CHILD_ALLOWANCE,
    }
)
"""Not income of the household (民发〔2021〕57号 第十三条; 国发〔2015〕52号; 民发〔2019〕62号 三（一）)."""


class Finding(StrEnum):
    """Result of one test (单项结论); a failure of an uncertain rule needs a person."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a secret
    FAIL = "FAIL"
    NEEDS_REVIEW = "NEEDS_REVIEW"


class Outcome(StrEnum):
    """Result of the whole test (总结论)."""

    ELIGIBLE = "ELIGIBLE"
    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    NEEDS_REVIEW = "NEEDS_REVIEW"


class Rounding(StrEnum):
    """How the monthly household amount is rounded (取整方式)."""

    NONE = "NONE"
    UP_1_YUAN = "UP_1_YUAN"
    HALF_UP_1_YUAN = "HALF_UP_1_YUAN"


class NoHouseholdMember(Invalid):
    """家庭成员至少一人"""


@dataclass(frozen=True)
class Income:
    """One item of monthly income, net of its own necessary cost, in fen."""

    kind: IncomeKind
    amount_fen: int


@dataclass(frozen=True)
class Means:
    """What was found out about a household (家庭经济状况).

    ``deduction_fen`` is the accepted monthly deduction (employment cost, fixed extra spending because of
    disability or illness). Property and spending are findings of the verification.
    """

    persons: int
    incomes: Sequence[Income]
    deduction_fen: int = 0
    property_finding: Finding = Finding.PASS
    spending_finding: Finding = Finding.PASS


@dataclass(frozen=True)
class Clause:
    """One step of the reasoning: the rule, what came out, and the figures behind it.

    Where an unconfirmed parameter decides what counts as income, the figures named ``other_reading_…`` say what the
    other reading would give (rulebook I-12, Q-05).
    """

    rule: str
    basis: str
    finding: Finding
    figures: dict[str, int] = field(default_factory=dict)
    subject: str | None = None
    """The ``ref`` of the person the step is about, None where it is about the household."""


@dataclass(frozen=True)
class Share:
    """What one person brings to the monthly amount (个人份额), by component, in fen."""

    ref: str
    component: str
    amount_fen: int


@dataclass(frozen=True)
class Verdict:
    """The outcome with every reason; ``amount_fen`` is the monthly allowance, 0 unless eligible.

    ``near_poor`` says that the household falls into the low-income margin (低保边缘家庭): the alternative that a
    refusal names. ``uncertain`` lists the parameters marked U that the verdict rests on. ``beneficiaries`` are the
    persons the aid is for, ``shares`` how the amount is made up; ``first_month`` is the first paid month if the
    decision falls on the day of the question, ``last_day`` the last day of a
    status that runs out, ``due_on`` the day by which urgent aid must have been given. ``alternatives``
    are aids to look at next, ``departments`` those a need is referred to.
    """

    outcome: Outcome
    amount_fen: int
    near_poor: bool
    counted_income_fen: int
    clauses: tuple[Clause, ...]
    uncertain: tuple[str, ...]
    aid: str | None = None
    shares: tuple[Share, ...] = ()
    beneficiaries: tuple[str, ...] = ()
    first_month: date | None = None
    last_day: date | None = None
    due_on: date | None = None
    alternatives: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()

    @property
    def reason_code(self) -> str | None:
        """The rule that stands in the way; one that failed comes before one that waits for a person."""
        in_the_way = [clause for clause in self.clauses if clause.finding is not Finding.PASS]
        in_the_way.sort(key=lambda clause: clause.finding is not Finding.FAIL)
        return in_the_way[0].rule if in_the_way else None


def counted_income(means: Means, *, with_basic_pension: bool) -> int:
    """Monthly income that counts, in fen, never below zero (民发〔2021〕57号 第十三条)."""
    left_out = NEVER_COUNTED if with_basic_pension else NEVER_COUNTED | {IncomeKind.BASIC_PENSION}
    total = sum(income.amount_fen for income in means.incomes if income.kind not in left_out)
    return max(0, total - means.deduction_fen)


def rounded(amount_fen: int, rounding: Rounding) -> int:
    """The household's monthly amount after local rounding to whole yuan."""
    match rounding:
        case Rounding.NONE:
            return amount_fen
        case Rounding.UP_1_YUAN:
            return -(-amount_fen // FEN_PER_YUAN) * FEN_PER_YUAN
        case Rounding.HALF_UP_1_YUAN:
            return (amount_fen + FEN_PER_YUAN // 2) // FEN_PER_YUAN * FEN_PER_YUAN


def examine_means(means: Means, standard: Standard, on: date, parameters: ParameterReader) -> Verdict:
    """Apply the test on a day: income per head below the standard, property and spending in order.

    Equal to the standard is not below it (「低于」). The amount is the difference per head times the persons.
    A parameter is read only where it decides something, so that ``uncertain`` names what the verdict rests on.
    """
    if means.persons < 1:
        raise NoHouseholdMember(field="persons")
    line = standard.amount_fen * means.persons
    income, other_reading = _readings_of_income(means, on, parameters)
    figures = {
        "counted_income_fen": income, "persons": means.persons, "standard_fen": standard.amount_fen,
    }  # fmt: skip
    if other_reading is not None:
        figures["other_reading_counted_income_fen"] = other_reading
        figures["other_reading_amount_fen"] = _allowance(line, other_reading, parameters)
    clauses = (
        Clause(
            "INCOME_BELOW_STANDARD", "社会救助法 第十八条", Finding.PASS if income < line else Finding.FAIL, figures
        ),
        Clause("PROPERTY_WITHIN_LIMITS", "民发〔2021〕57号 第十四条", means.property_finding),
        Clause("SPENDING_WITHIN_LIMITS", "重庆市城乡居民最低生活保障条例 第十条", means.spending_finding),
    )
    outcome = _outcome(clauses)
    amount = _allowance(line, income, parameters) if outcome is Outcome.ELIGIBLE else 0
    near_poor = _is_near_poor(line, income, means.property_finding, parameters)
    return Verdict(outcome, amount, near_poor, income, clauses, parameters.uncertain_used)


def _readings_of_income(means: Means, on: date, parameters: ParameterReader) -> tuple[int, int | None]:
    """The income that counts, and what the other reading gives while the law on the basic pension is unconfirmed.

    The centrally set basic pension does not count during the period of the 14th five-year plan.
    """
    if all(income.kind is not IncomeKind.BASIC_PENSION for income in means.incomes):
        return counted_income(means, with_basic_pension=False), None
    counts = on > date.fromisoformat(parameters.text(BASIC_PENSION_EXCLUDED_UNTIL))
    is_open = parameters.at(BASIC_PENSION_EXCLUDED_UNTIL).confidence is Confidence.UNCERTAIN
    other = counted_income(means, with_basic_pension=not counts) if is_open else None
    return counted_income(means, with_basic_pension=counts), other


def _outcome(clauses: Sequence[Clause]) -> Outcome:
    findings = {clause.finding for clause in clauses}
    if Finding.FAIL in findings:
        return Outcome.NOT_ELIGIBLE
    return Outcome.NEEDS_REVIEW if Finding.NEEDS_REVIEW in findings else Outcome.ELIGIBLE


def _allowance(line: int, income: int, parameters: ParameterReader) -> int:
    """What is missing up to the household's line; rounding is asked for only where there is something to round."""
    missing = max(0, line - income)
    if missing % FEN_PER_YUAN == 0:
        return missing
    return rounded(missing, Rounding(parameters.text("dibao.rounding")))


def _is_near_poor(line: int, income: int, property_finding: Finding, parameters: ParameterReader) -> bool:
    """From the standard up to, but not including, the factor times it; property in order (社会救助法 第二十一条)."""
    if income < line or property_finding is not Finding.PASS:
        return False
    return income < Decimal(line) * parameters.decimal("edge.factor")
