"""A new standard applied to running benefits: from its first month on, also where that month has been paid.

Law: 社会救助法 第十九条; rulebook §2.1 (c). The allowance is made again from its basis; a programme with a standard of
its own moves by the difference of the standards.
"""

from __future__ import annotations

from datetime import date

from assistance.domain.aid import Aid
from assistance.domain.benefit import Basis, Benefit
from assistance.domain.means_test import Rounding, Share, rounded
from assistance.domain.programmes.situation import MonthlyStandards
from assistance.domain.standard import Programme
from shared.kernel.parameters import ParameterReader

BY_BASIS = (Aid.SUBSISTENCE_ALLOWANCE, Aid.SINGLE_PERSON_ALLOWANCE)
BY_DIFFERENCE = {
    Aid.EXTREME_HARDSHIP_SUPPORT: Programme.EXTREME_HARDSHIP_SUPPORT,
    Aid.ORPHAN_ALLOWANCE: Programme.ORPHAN_IN_FAMILY,
    Aid.UNATTENDED_CHILD_ALLOWANCE: Programme.UNATTENDED_CHILD,
}


def shares_under(
    benefit: Benefit, month: date, before: MonthlyStandards, now: MonthlyStandards, rules: ParameterReader
) -> tuple[Share, ...] | None:
    """The shares of a month under the new standard; None where nothing changes or nothing can be said."""
    old = benefit.shares(month)
    if not old:
        return None
    if benefit.aid in BY_BASIS:
        new = _from_basis(benefit, old, now, rules)
    elif benefit.aid in BY_DIFFERENCE:
        new = _by_difference(benefit.aid, old, before, now)
    else:
        return None
    return None if new is None or new == old else new


def _from_basis(
    benefit: Benefit, old: tuple[Share, ...], now: MonthlyStandards, rules: ParameterReader
) -> tuple[Share, ...] | None:
    basis: Basis | None = benefit.basis
    if basis is None:
        return None
    missing = max(0, now.allowance(basis.residence) * basis.persons - basis.income_fen)
    amount = rounded(missing, Rounding(rules.text("dibao.rounding")))
    own = [share for share in old if share.component == benefit.aid.value]
    each, left = divmod(amount, len(own)) if own else (0, 0)
    renewed = iter(Share(share.ref, share.component, each + (place < left)) for place, share in enumerate(own))
    return tuple(next(renewed) if share.component == benefit.aid.value else share for share in old)


def _by_difference(
    aid: Aid, old: tuple[Share, ...], before: MonthlyStandards, now: MonthlyStandards
) -> tuple[Share, ...]:
    return tuple(
        Share(share.ref, share.component, max(0, share.amount_fen + _rise(aid, share, before, now)))
        if share.component == aid.value
        else share
        for share in old
    )


def _rise(aid: Aid, share: Share, before: MonthlyStandards, now: MonthlyStandards) -> int:
    """The difference of the standards; a child in an institution is told by the amount it has."""
    institution = before.of(Programme.ORPHAN_IN_INSTITUTION)
    in_institution = aid is not Aid.EXTREME_HARDSHIP_SUPPORT and share.amount_fen == institution
    series = Programme.ORPHAN_IN_INSTITUTION if in_institution else BY_DIFFERENCE[aid]
    return now.of(series) - before.of(series)
