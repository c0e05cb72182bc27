"""Income of a household, item by item: what counts, over which period, and what is taken off.

Law: 民发〔2021〕57号 第十三条; 重庆市城乡居民最低生活保障条例 第十二条; rules I-01 … I-23. Monthly figures are exact
fractions of fen until an amount to pay is made of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from assistance.domain.household import Earning, Household, Kinship, Person, Support, years_between
from assistance.domain.means_test import BASIC_PENSION_EXCLUDED_UNTIL, NEVER_COUNTED, IncomeKind
from shared.kernel.parameters import Confidence, ParameterReader

MONTHS_OF_A_YEAR = 12
OLD_AGE = 60


@dataclass(frozen=True)
class Counted:
    """Monthly income that counts, in fen, and what the other reading of the basic pension gives if that is open."""

    total: Fraction
    other_reading: Fraction | None = None

    @property
    def figures(self) -> dict[str, int]:
        """Whole fen for the explanation, rounded down."""
        shown = {"counted_income_fen": int(self.total)}
        if self.other_reading is not None:
            shown["other_reading_counted_income_fen"] = int(self.other_reading)
        return shown


def income_of_household(household: Household, counted: Iterable[str], on: date, rules: ParameterReader) -> Counted:
    """The monthly income of the counted members together."""
    parts = [income_of(household.person(ref), on, rules) for ref in counted]
    total = sum((part.total for part in parts), Fraction(0))
    if all(part.other_reading is None for part in parts):
        return Counted(total)
    other = sum((part.total if part.other_reading is None else part.other_reading for part in parts), Fraction(0))
    return Counted(total, other)


def income_of(
    person: Person, on: date, rules: ParameterReader, leave_out: frozenset[IncomeKind] = frozenset()
) -> Counted:
    """One person's monthly income that counts, less his deductions, never below zero.

    :param leave_out: further kinds that a programme does not count.
    """
    left_out = NEVER_COUNTED | leave_out | _set_by_the_city(rules)
    without = left_out | {IncomeKind.BASIC_PENSION}
    has_pension = any(earning.kind is IncomeKind.BASIC_PENSION for earning in person.earnings)
    if not has_pension or IncomeKind.BASIC_PENSION in left_out:
        return Counted(_net(person, on, without, rules))
    counts = on > date.fromisoformat(rules.text(BASIC_PENSION_EXCLUDED_UNTIL))
    is_open = rules.at(BASIC_PENSION_EXCLUDED_UNTIL).confidence is Confidence.UNCERTAIN
    readings = _net(person, on, left_out, rules), _net(person, on, without, rules)
    mine, other = readings if counts else readings[::-1]
    return Counted(mine, other if is_open else None)


def _net(person: Person, on: date, left_out: frozenset[IncomeKind], rules: ParameterReader) -> Fraction:
    earned = sum((monthly(earning, on) for earning in person.earnings if earning.kind not in left_out), Fraction(0))
    supported = sum(support_counted(person, support, on, rules) for support in person.support)
    taken_off = sum(deduction.amount_fen for deduction in person.deductions)
    return max(Fraction(0), earned + supported - taken_off)


def _set_by_the_city(rules: ParameterReader) -> frozenset[IncomeKind]:
    """I-13: further items the municipality does not count."""
    return frozenset(IncomeKind(str(kind)) for kind in rules.listing("income.further_not_counted"))


def monthly(earning: Earning, on: date) -> Fraction:
    """What an item brings a month: its net amount over its months; one outside its period brings nothing (I-06).

    Farming counts with a twelfth of the last twelve months. Costs never make an item negative.
    """
    if earning.month is not None and not _in_period(earning, on):
        return Fraction(0)
    net = max(0, earning.amount_fen - earning.cost_fen)
    return Fraction(net, MONTHS_OF_A_YEAR if earning.kind is IncomeKind.FARM else earning.months)


def _in_period(earning: Earning, on: date) -> bool:
    assert earning.month is not None
    back = (on.year - earning.month.year) * MONTHS_OF_A_YEAR + on.month - earning.month.month
    return 1 <= back <= (MONTHS_OF_A_YEAR if earning.kind is IncomeKind.FARM else 1)


def support_counted(person: Person, support: Support, on: date, rules: ParameterReader) -> int:
    """Support money a month: as agreed or judged, else as verified, else by the local formula (I-22).

    That of siblings or of persons of 60 and above to an adult, unemployed, severely disabled person may be waived
    with a reason (I-23, 民发〔2022〕83号 一（一）).
    """
    if support.waiver_reason and _may_be_waived(person, support, on):
        return 0
    if support.agreed_fen is not None:
        return support.agreed_fen
    if support.paid_fen is not None:
        return support.paid_fen
    return rules.integer("support.formula_fen")


def _may_be_waived(person: Person, support: Support, on: date) -> bool:
    is_old = support.payer_born_on is not None and years_between(support.payer_born_on, on) >= OLD_AGE
    by_such_payer = support.payer is Kinship.SIBLING or is_old
    return by_such_payer and not person.is_minor(on) and not person.employed and person.severely_disabled(on)


def annual_income(household: Household, counted: Iterable[str], on: date, rules: ParameterReader) -> Fraction:
    """Income of the twelve months before the application: as found, otherwise twelve times the monthly income."""
    if household.annual_income_fen is not None:
        return Fraction(household.annual_income_fen)
    return income_of_household(household, counted, on, rules).total * MONTHS_OF_A_YEAR
