"""Property and spending tests; the current limits are not published, so a failure asks for a person.

Law: 民发〔2021〕57号 第十四条; 重庆市城乡居民最低生活保障条例 第十条、第十三条.
Limits: parameters ``prop.*`` and ``spend.*``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from assistance.domain.household import Assets, Conduct, Findings, Household, VehicleKind, years_between
from assistance.domain.means_test import Clause, Finding
from shared.kernel.parameters import Confidence, ParameterReader

PROPERTY_BASIS = "民发〔2021〕57号 第十四条"
SPENDING_BASIS = "重庆市城乡居民最低生活保障条例 第十条"
Test = tuple[str, str, bool, dict[str, int]]
"""Rule, the parameter it rests on, whether it is kept, and the figures."""


def property_clauses(
    household: Household, persons: int, standard_fen: int, rules: ParameterReader, prefix: str = "prop"
) -> tuple[Clause, ...]:
    """Every property test; what officials found as a whole goes before the single tests."""
    found = household.findings.property
    if found is not None:
        return (Clause("PROPERTY_WITHIN_LIMITS", PROPERTY_BASIS, found),)
    if household.assets is None:
        return (Clause("PROPERTY_WITHIN_LIMITS", PROPERTY_BASIS, Finding.PASS),)
    tests = _property_tests(household.assets, persons, standard_fen, rules, prefix)
    return tuple(_settled(test, PROPERTY_BASIS, household.findings, rules) for test in tests)


def spending_clauses(household: Household, on: date, rules: ParameterReader) -> tuple[Clause, ...]:
    """Every test of the household's spending (家庭消费支出)."""
    found = household.findings.spending
    if found is not None:
        return (Clause("SPENDING_WITHIN_LIMITS", SPENDING_BASIS, found),)
    if household.conduct is None:
        return (Clause("SPENDING_WITHIN_LIMITS", SPENDING_BASIS, Finding.PASS),)
    tests = _spending_tests(household.conduct, on, rules)
    return tuple(_settled(test, SPENDING_BASIS, household.findings, rules) for test in tests)


def all_pass(clauses: tuple[Clause, ...]) -> bool:
    """Whether nothing stands in the way."""
    return all(clause.finding is Finding.PASS for clause in clauses)


def _property_tests(
    assets: Assets, persons: int, standard_fen: int, rules: ParameterReader, prefix: str
) -> Iterator[Test]:
    months = rules.integer(f"{prefix}.fin_months")
    limit = months * standard_fen * persons
    figures = {"financial_fen": assets.financial_fen, "limit_fen": limit, "months": months}
    yield "FINANCIAL_ASSETS_WITHIN_LIMIT", f"{prefix}.fin_months", assets.financial_fen <= limit, figures
    counted = [v for v in assets.vehicles if v.kind is not VehicleKind.MOBILITY_VEHICLE and not v.for_living]
    allowed = rules.integer("prop.vehicle")
    yield "NO_VEHICLE", "prop.vehicle", len(counted) <= allowed, {"vehicles": len(counted), "allowed": allowed}
    homes, factor = rules.integer("prop.housing.fewer_than"), rules.integer("prop.housing.area_factor")
    area = factor * rules.integer("prop.housing.minimum_m2") * persons
    figures = {"homes": assets.homes, "area_m2": assets.home_area_m2, "area_limit_m2": area}
    yield "HOMES_WITHIN_LIMIT", "prop.housing.fewer_than", assets.homes < homes or assets.home_area_m2 <= area, figures
    shops = rules.integer("prop.shop")
    yield "NO_SHOP", "prop.shop", assets.shops <= shops, {"shops": assets.shops}
    companies = rules.integer("prop.company")
    yield "NO_COMPANY", "prop.company", assets.companies <= companies, {"companies": assets.companies}


def _spending_tests(conduct: Conduct, on: date, rules: ParameterReader) -> Iterator[Test]:
    years = rules.integer("spend.home_years")
    day = conduct.home_built_or_bought_on
    recent = day is not None and day <= on and years_between(day, on - timedelta(days=1)) < years
    yield "NO_RECENT_HOME", "spend.home_years", not recent, {"years": years}
    forbidden = rules.switch("spend.study_abroad_forbidden")
    kept = not (forbidden and conduct.studies_abroad_at_own_cost)
    yield "NO_SELF_PAID_STUDY_ABROAD", "spend.study_abroad_forbidden", kept, {}
    forbidden = rules.switch("spend.employing_forbidden")
    yield "EMPLOYS_NOBODY", "spend.employing_forbidden", not (forbidden and conduct.employs_others), {}
    share = rules.integer("spend.utility_percent")
    figures = {"utility_share_percent": conduct.utility_share_percent, "limit_percent": share}
    yield "UTILITY_BILLS_WITHIN_LIMIT", "spend.utility_percent", conduct.utility_share_percent <= share, figures
    limit = rules.integer("spend.large_purchases_fen")
    figures = {"large_purchases_fen": conduct.large_purchases_fen, "limit_fen": limit}
    yield "PURCHASES_WITHIN_LIMIT", "spend.large_purchases_fen", conduct.large_purchases_fen <= limit, figures


def _settled(test: Test, basis: str, findings: Findings, rules: ParameterReader) -> Clause:
    """A failure on an unconfirmed limit waits for a person, who confirms or dismisses it."""
    rule, parameter, kept, figures = test
    if kept or rule in findings.dismissed:
        return Clause(rule, basis, Finding.PASS, figures)
    is_open = rules.at(parameter).confidence is Confidence.UNCERTAIN and rule not in findings.confirmed
    return Clause(rule, basis, Finding.NEEDS_REVIEW if is_open else Finding.FAIL, figures)


def yuan(amount: Fraction) -> int:
    """Whole fen of an exact amount, rounded up: no household loses a part of a fen."""
    return -(-amount.numerator // amount.denominator)
