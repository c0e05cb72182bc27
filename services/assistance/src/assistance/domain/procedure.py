"""How the procedure of each aid differs (rulebook §5.0): which limits run, what is shown, who counts once.

The names of parameters stand here, their values in the dated parameters.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistance.domain.aid import Aid
from shared.kernel.errors import Invalid


class NotAppliedForHere(Invalid):
    """该事项不在本窗口申请，须转有关部门"""


@dataclass(frozen=True)
class Procedure:
    """How one aid is handled (办理程序); each text is the name of a dated parameter.

    ``total`` is None where the limit is the chain of the township's days, the public notice and the county's days.
    ``publicity`` is None where nothing may be shown (children). ``household`` says that its members count once in
    the whole city, as one household; ``lasting`` that it goes on after the grant.
    """

    total: str | None = None
    total_delegated: str | None = None
    special: str | None = None
    publicity: str | None = None
    republicity: str | None = None
    township_days: str | None = None
    county_days: str | None = None
    objection_days: str | None = None
    local_total: str | None = None
    investigate_start: str = "dibao.investigate_start"
    household: bool = True
    lasting: bool = True


_ALLOWANCE = Procedure(
    total="dibao.total.county", total_delegated="dibao.total.delegated", special="dibao.total.special",
    publicity="dibao.publicity", republicity="dibao.republicity", county_days="dibao.county_review",
    local_total="dibao.total.cq",
)  # fmt: skip
_TEMPORARY = Procedure(
    total="temp.normal.total", total_delegated="temp.normal.total", publicity="temp.normal.publicity",
    republicity="temp.normal.publicity", household=False, lasting=False,
)  # fmt: skip
_DISABILITY = Procedure(
    total="dis.local.total", total_delegated="dis.local.total", publicity="dis.publicity",
    republicity="dis.publicity", household=False,
)  # fmt: skip
_CHILD = Procedure(township_days="child.township", county_days="child.county", household=False)

PROCEDURES: dict[Aid, Procedure] = {
    Aid.SUBSISTENCE_ALLOWANCE: _ALLOWANCE,
    Aid.SINGLE_PERSON_ALLOWANCE: replace(_ALLOWANCE, household=False),
    Aid.LOW_INCOME_MARGIN: _ALLOWANCE,
    Aid.EXTREME_HARDSHIP_SUPPORT: Procedure(
        publicity="tekun.publicity", republicity="tekun.publicity", township_days="tekun.township",
        county_days="tekun.county", objection_days="tekun.objection",
    ),
    Aid.RIGID_EXPENDITURE: Procedure(
        total="rigid.total", total_delegated="rigid.total", special="rigid.special", publicity="rigid.publicity",
        republicity="rigid.publicity",
    ),
    Aid.TEMPORARY_URGENT: _TEMPORARY,
    Aid.TEMPORARY_EXPENDITURE: _TEMPORARY,
    Aid.TEMPORARY_TOP_UP: _TEMPORARY,
    Aid.DISABILITY_LIVING_SUBSIDY: _DISABILITY,
    Aid.DISABILITY_NURSING_SUBSIDY: _DISABILITY,
    Aid.ORPHAN_ALLOWANCE: _CHILD,
    Aid.UNATTENDED_CHILD_ALLOWANCE: _CHILD,
}  # fmt: skip
"""Aids whose case goes through acceptance, investigation and decision; urgent aid and rescue are the two exceptions
and have ledgers of their own, other aids are reached by referral."""


def procedure_of(aid: Aid) -> Procedure:
    """The procedure of an aid that is applied for at the window."""
    try:
        return PROCEDURES[aid]
    except KeyError:
        raise NotAppliedForHere(field="programme") from None


def register_of(aid: Aid) -> str:
    """The register in which a person may stand once: households share one, every other aid has its own."""
    return "HOUSEHOLD" if procedure_of(aid).household else aid.value
