"""Every programme's examination: a household in, a verdict with amount, clauses and reasons out.

``examine`` is the door for decisions and pre-checks alike, so that both always say the same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from assistance.domain.aid import Aid
from assistance.domain.household import Household
from assistance.domain.means_test import Clause, Finding, Outcome, Verdict
from assistance.domain.programmes.allowance import (
    examine_allowance,
    examine_margin,
    examine_rigid_spending,
    examine_single_person,
)
from assistance.domain.programmes.children import examine_children_in_difficulty, examine_orphans, examine_unattended
from assistance.domain.programmes.further import (
    REFERRALS,
    examine_price_subsidy,
    examine_referral,
    examine_rescue,
    examine_services,
)
from assistance.domain.programmes.hardship import examine_hardship
from assistance.domain.programmes.situation import MonthlyStandards, Situation
from assistance.domain.programmes.subsidies import examine_living_subsidy, examine_nursing_subsidy
from assistance.domain.programmes.temporary import (
    examine_expenditure,
    examine_small_fast,
    examine_top_up,
    examine_urgent,
)
from assistance.domain.standard import NoStandardInForce
from shared.kernel.errors import Invalid
from shared.kernel.parameters import NoParameterInForce, ParameterBook, ParameterReader

EXAMINERS: dict[Aid, Callable[[Situation], Verdict]] = {
    Aid.SUBSISTENCE_ALLOWANCE: examine_allowance,
    Aid.SINGLE_PERSON_ALLOWANCE: examine_single_person,
    Aid.LOW_INCOME_MARGIN: examine_margin,
    Aid.EXTREME_HARDSHIP_SUPPORT: examine_hardship,
    Aid.RIGID_EXPENDITURE: examine_rigid_spending,
    Aid.TEMPORARY_SMALL_FAST: examine_small_fast,
    Aid.TEMPORARY_URGENT: examine_urgent,
    Aid.TEMPORARY_EXPENDITURE: examine_expenditure,
    Aid.TEMPORARY_TOP_UP: examine_top_up,
    Aid.DISABILITY_LIVING_SUBSIDY: examine_living_subsidy,
    Aid.DISABILITY_NURSING_SUBSIDY: examine_nursing_subsidy,
    Aid.ORPHAN_ALLOWANCE: examine_orphans,
    Aid.UNATTENDED_CHILD_ALLOWANCE: examine_unattended,
    Aid.RESCUE: examine_rescue,
    Aid.CHILD_IN_DIFFICULTY: examine_children_in_difficulty,
    Aid.SERVICE_AID: examine_services,
    Aid.PRICE_SUBSIDY: examine_price_subsidy,
    **dict.fromkeys(REFERRALS, examine_referral),
}


class AidNotDecidedHere(Invalid):
    """该事项不由本系统审核"""


def examine(
    programme: Aid, household: Household, on: date, rules: ParameterReader, standards: MonthlyStandards
) -> Verdict:
    """Examine one programme on a day.

    :param rules: a fresh reader of that day; what it has read of unconfirmed values stands in ``uncertain``.
    :param standards: the published standards of that day.
    :raises AidNotDecidedHere: the aid is only known for overlap checks.
    """
    if programme not in EXAMINERS:
        raise AidNotDecidedHere(field="programme")
    return EXAMINERS[programme](Situation(programme, household, on, rules, standards))


def examine_all(
    household: Household, on: date, book: ParameterBook, standards: MonthlyStandards
) -> tuple[Verdict, ...]:
    """Every programme's verdict. One without a value for that day says so and waits for a person."""
    household.require_born_by(on)
    return tuple(_examine_or_say_why(aid, household, on, book, standards) for aid in EXAMINERS)


def _examine_or_say_why(
    aid: Aid, household: Household, on: date, book: ParameterBook, standards: MonthlyStandards
) -> Verdict:
    try:
        return examine(aid, household, on, book.reader(on), standards)
    except (NoParameterInForce, NoStandardInForce) as gap:
        clause = Clause("VALUE_IN_FORCE_ON_THE_DAY", gap.title, Finding.NEEDS_REVIEW)
        return Verdict(Outcome.NEEDS_REVIEW, 0, False, 0, (clause,), (), aid=aid.value)


__all__ = ["EXAMINERS", "Aid", "AidNotDecidedHere", "MonthlyStandards", "examine", "examine_all"]
