"""The subsistence allowance and what stands beside it: single persons, low-income margin, rigid spending.

Law: 社会救助法 第十八条至第二十二条; 民发〔2021〕57号 第八条、第二十三条; 民发〔2024〕57号 第四条至第十条.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from assistance.domain.aid import Aid
from assistance.domain.household import Person, SpendingKind, years_between
from assistance.domain.income import MONTHS_OF_A_YEAR, OLD_AGE, annual_income, income_of
from assistance.domain.means_test import Finding, Rounding, Share, Verdict, rounded
from assistance.domain.programmes.situation import Situation, month_of, months_later
from assistance.domain.property import all_pass, property_clauses, yuan
from assistance.domain.standard import FEN_PER_YUAN, Residence
from shared.kernel.errors import JsonValue

LAW_18, LAW_21, LAW_22 = "社会救助法 第十八条", "社会救助法 第二十一条", "社会救助法 第二十二条"
SINGLE = "民发〔2021〕57号 第八条"
APPROVAL_MONTH = "APPROVAL_MONTH"


def examine_allowance(case: Situation) -> Verdict:
    """低保: income per head strictly below the standard, property and spending in order; all are covered (H-10)."""
    case.check("INCOME_BELOW_STANDARD", LAW_18, case.income.total < case.line, case.income_figures())
    in_order = case.check_property()
    case.check_spending()
    _keep_out_excluded(case)
    near_poor = in_order and _is_near_poor(case)
    if case.rules.text("dibao.mode") == "BANDED":
        return _banded(case, near_poor=near_poor)
    _explain_other_reading(case)
    missing = yuan(max(Fraction(0), case.line - case.income.total))
    base = to_whole_yuan(missing, case)
    shares = (*_divided(base, case), *_top_ups(case))
    return case.verdict(
        sum(share.amount_fen for share in shares),
        beneficiaries=case.refs,
        shares=shares,
        first_month=first_paid_month(case),
        alternatives=_next_to_look_at(near_poor=near_poor),
        near_poor=near_poor,
    )


def first_paid_month(case: Situation) -> date:
    """The month of approval or the one after, as the switch says (conflict X-01)."""
    month = month_of(case.on)
    return month if case.rules.text("dibao.pay_from") == APPROVAL_MONTH else months_later(month, 1)


def to_whole_yuan(amount_fen: int, case: Situation) -> int:
    """Local rounding; asked for only where there is something to round (T-10)."""
    if amount_fen % FEN_PER_YUAN == 0:
        return amount_fen
    return rounded(amount_fen, Rounding(case.rules.text("dibao.rounding")))


def _next_to_look_at(*, near_poor: bool) -> tuple[Aid, ...]:
    return (Aid.LOW_INCOME_MARGIN, Aid.SINGLE_PERSON_ALLOWANCE) if near_poor else (Aid.RIGID_EXPENDITURE,)


def _explain_other_reading(case: Situation) -> None:
    """While the law on the basic pension is open, the amount of the other reading stands beside (Q-05)."""
    other = case.income.other_reading
    if other is None:
        return
    figures = case.clauses[0].figures
    figures["other_reading_amount_fen"] = to_whole_yuan(yuan(max(Fraction(0), case.line - other)), case)


def _banded(case: Situation, *, near_poor: bool) -> Verdict:
    """Fixed amounts by band (分档): the recorded band of the household times its members."""
    table = {str(row[0]): int(str(row[1])) for row in _rows(case.rules.listing("dibao.bands"))}
    band = case.household.band
    known = band is not None and band in table
    case.check("BAND_RECORDED", "民发〔2021〕57号 第二十三条", Finding.PASS if known else Finding.NEEDS_REVIEW)
    each = table[band] if known and band is not None else 0
    shares = [Share(ref, Aid.SUBSISTENCE_ALLOWANCE.value, each) for ref in case.refs]
    shares.extend(_top_ups(case))
    return case.verdict(
        sum(share.amount_fen for share in shares),
        beneficiaries=case.refs,
        shares=shares,
        first_month=first_paid_month(case),
        near_poor=near_poor,
    )


def _rows(listing: Sequence[JsonValue]) -> Iterator[Sequence[JsonValue]]:
    return (row for row in listing if isinstance(row, Sequence) and not isinstance(row, str))


def _divided(amount_fen: int, case: Situation) -> tuple[Share, ...]:
    """The household's amount in equal shares of whole fen; the first ones carry what is left over."""
    each, left = divmod(amount_fen, len(case.members))
    return tuple(
        Share(ref, Aid.SUBSISTENCE_ALLOWANCE.value, each + (place < left)) for place, ref in enumerate(case.refs)
    )


def _top_ups(case: Situation) -> tuple[Share, ...]:
    """分类重点救助: extra for aged, minor, severely disabled and seriously ill members (社会救助法 第二十条)."""
    return tuple(
        Share(person.ref, name, amount)
        for person in case.members
        for name in _grounds(person, case)
        if (amount := case.rules.integer(name))
    )


def _grounds(person: Person, case: Situation) -> Iterator[str]:
    if person.age(case.on) >= OLD_AGE:
        yield "dibao.topup.aged"
    if person.is_minor(case.on):
        yield "dibao.topup.minor"
    if person.severely_disabled(case.on):
        yield "dibao.topup.severely_disabled"
    if person.serious_disease:
        yield "dibao.topup.seriously_ill"


def _keep_out_excluded(case: Situation) -> None:
    """A member who is in 特困 or another excluding aid cannot be counted twice (§7, H-11)."""
    for person in case.members:
        case.check_overlap(person)


def _is_near_poor(case: Situation) -> bool:
    """From the standard up to, but not including, the factor times it."""
    if case.income.total < case.line:
        return False
    return case.income.total < Fraction(Decimal(case.line) * case.rules.decimal("edge.factor"))


def examine_margin(case: Situation) -> Verdict:
    """低保边缘家庭: from the standard up to 1.5 times it, property in order; a status without monthly money."""
    _check_margin(case)
    _keep_out_excluded(case)
    months = case.rules.integer("edge.validity_months")
    return case.verdict(
        beneficiaries=case.refs,
        first_month=month_of(case.on),
        last_day=last_day_after(case.on, months),
        near_poor=True,
    )


def _check_margin(case: Situation) -> None:
    factor = case.rules.decimal("edge.factor")
    limit = Fraction(Decimal(case.line) * factor)
    figures = {**case.income_figures(), "limit_fen": int(limit / len(case.members))}
    case.check("INCOME_NOT_BELOW_STANDARD", LAW_21, case.income.total >= case.line, figures)
    case.check("INCOME_BELOW_MARGIN", LAW_21, case.income.total < limit, figures)
    case.check_property()


def last_day_after(day: date, months: int) -> date:
    """The last day of a validity that begins on ``day`` and lasts ``months`` months."""
    first = months_later(day, months)
    return first.replace(day=min(day.day, monthrange(first.year, first.month)[1])) - timedelta(days=1)


def examine_single_person(case: Situation) -> Verdict:
    """单人户: one person of a near-poor household, or one who may be computed alone (S-01 … S-05).

    The amount is the standard less the person's own income and the support not waived (parameter, Q-08).
    """
    person, ground = _person_and_ground(case)
    own = income_of(person, case.on, case.rules)
    if ground in {"S-01", "S-02", None}:
        _check_margin(case)
    else:
        case.check_property()
    fits = Finding.NEEDS_REVIEW if ground == "S-05" else Finding.PASS if ground else Finding.FAIL
    case.check("GROUND_FOR_A_SINGLE_PERSON", f"{SINGLE}；{ground or 'S-01至S-05均不符合'}", fits, subject=person.ref)
    figures = {**own.figures, "standard_fen": case.standard}
    case.check("OWN_INCOME_BELOW_STANDARD", LAW_18, own.total < case.standard, figures, person.ref)
    case.check_overlap(person)
    case.rules.at("single.amount_rule")
    amount = to_whole_yuan(yuan(max(Fraction(0), case.standard - own.total)), case)
    return case.verdict(
        amount,
        beneficiaries=(person.ref,),
        shares=(Share(person.ref, Aid.SINGLE_PERSON_ALLOWANCE.value, amount),),
        first_month=first_paid_month(case),
        alternatives=(Aid.LOW_INCOME_MARGIN,),
        near_poor=_is_near_poor(case),
    )


def _person_and_ground(case: Situation) -> tuple[Person, str | None]:
    """The named person, or the first member with a ground."""
    if case.household.subject is not None:
        person = case.household.asked_for
        return person, ground_of(person, case)
    found = [(person, ground) for person in case.members if (ground := ground_of(person, case))]
    return found[0] if found else (case.household.asked_for, None)


def ground_of(person: Person, case: Situation) -> str | None:
    """Which ground of the list fits a person, S-01 first."""
    if person.severely_disabled(case.on):
        is_adult_jobless = not person.is_minor(case.on) and not person.employed
        near_poor = case.line <= case.income.total < Fraction(Decimal(case.line) * case.rules.decimal("edge.factor"))
        return "S-04" if is_adult_jobless and not near_poor else "S-01"
    if person.serious_disease:
        return "S-02"
    since = person.religious_site_since
    if since is not None and years_between(since, case.on) >= case.rules.integer("household.clergy_years"):
        return "S-03"
    separable = any(placed.separable for placed in case.placements if placed.ref == person.ref)
    return "S-05" if separable else None


def examine_rigid_spending(case: Situation) -> Verdict:
    """刚性支出困难家庭: income below the average, necessary spending at least 70 % of it over twelve months."""
    case.check("NOT_IN_A_POORER_GROUP", "民发〔2024〕57号 第四条", not _belongs_to_poorer_group(case))
    _keep_out_excluded(case)
    income = annual_income(case.household, case.refs, case.on, case.rules)
    check_below_average(case, income)
    case.check_property("prop.rigid")
    spent = necessary_spending(case)
    ratio = Fraction(case.rules.decimal("rigid.ratio"))
    figures = {"spending_fen": int(spent), "annual_income_fen": int(income), "ratio_percent": int(ratio * 100)}
    case.check("SPENDING_AT_LEAST_RATIO", "渝民规〔2025〕1号", spent > 0 and spent >= ratio * income, figures)
    return case.verdict(
        beneficiaries=case.refs,
        first_month=month_of(case.on),
        last_day=last_day_after(case.on, case.rules.integer("rigid.validity_months")),
        alternatives=(Aid.TEMPORARY_EXPENDITURE, Aid.MEDICAL_AID, Aid.EDUCATION_AID),
    )


def check_below_average(case: Situation, income: Fraction) -> None:
    """Annual income per head below last year's disposable income per head of the place (strictly)."""
    average = disposable_income(case)
    figures = {
        "annual_income_fen": int(income), "persons": len(case.members), "disposable_income_fen": average,
    }  # fmt: skip
    case.check("INCOME_BELOW_AVERAGE", LAW_22, income < average * len(case.members), figures)


def disposable_income(case: Situation) -> int:
    """Last year's disposable income per head: the given figure, otherwise the parameter (Q-11)."""
    if case.household.disposable_income_fen is not None:
        return case.household.disposable_income_fen
    kind = "urban" if case.household.residence is Residence.URBAN else "rural"
    return case.rules.integer(f"disposable_income.{kind}")


def necessary_spending(case: Situation) -> Fraction:
    """Spending of twelve months; living cost as declared, or by the standard where the method says so (Q-11)."""
    declared = sum(item.amount_fen for item in case.household.spending)
    has_living = any(item.kind is SpendingKind.LIVING for item in case.household.spending)
    if has_living or not declared or case.rules.text("rigid.living_method") != "STANDARD":
        return Fraction(declared)
    return Fraction(declared + MONTHS_OF_A_YEAR * case.line)


def _belongs_to_poorer_group(case: Situation) -> bool:
    """Whether income and property make it 低保 or 低保边缘 already."""
    limit = Fraction(Decimal(case.line) * case.rules.decimal("edge.factor"))
    owned = property_clauses(case.household, len(case.members), case.standard, case.rules)
    return case.income.total < limit and all_pass(owned)
