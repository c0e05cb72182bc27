"""Which aids go together in one person (待遇重复核对): the matrix of the rulebook §7.

Sources: 民发〔2021〕43号 第九条 (特困 and the child allowances exclude each other); 国发〔2015〕52号 (subsidies);
民发〔2024〕57号 第四条 (刚性支出 excludes 低保, 特困, 低保边缘); 民发〔2019〕62号 三 (top-up, full allowance).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assistance.domain.aid import Aid


class Compatibility(StrEnum):
    """Whether two aids may be held by one person in one month (能否同时享受)."""

    TOGETHER = "TOGETHER"
    NEVER = "NEVER"
    BY_RULE = "BY_RULE"


@dataclass(frozen=True)
class Overlap:
    """What the matrix says of a pair, and on what ground."""

    compatibility: Compatibility
    ground: str


TOGETHER = Overlap(Compatibility.TOGETHER, "")
A = Aid
_NEVER = {
    (A.SUBSISTENCE_ALLOWANCE, A.EXTREME_HARDSHIP_SUPPORT): "特困与低保不重复",
    (A.SUBSISTENCE_ALLOWANCE, A.SINGLE_PERSON_ALLOWANCE): "一人只计入一个低保家庭",
    (A.SUBSISTENCE_ALLOWANCE, A.RIGID_EXPENDITURE): "民发〔2024〕57号 第四条",
    (A.SUBSISTENCE_ALLOWANCE, A.LOW_INCOME_MARGIN): "低保家庭不再是低保边缘家庭",
    (A.SINGLE_PERSON_ALLOWANCE, A.EXTREME_HARDSHIP_SUPPORT): "特困与低保不重复",
    (A.SINGLE_PERSON_ALLOWANCE, A.RIGID_EXPENDITURE): "民发〔2024〕57号 第四条",
    (A.EXTREME_HARDSHIP_SUPPORT, A.LOW_INCOME_MARGIN): "特困人员不再是低保边缘家庭成员",
    (A.EXTREME_HARDSHIP_SUPPORT, A.RIGID_EXPENDITURE): "民发〔2024〕57号 第四条",
    (A.EXTREME_HARDSHIP_SUPPORT, A.DISABILITY_LIVING_SUBSIDY): "国发〔2015〕52号",
    (A.EXTREME_HARDSHIP_SUPPORT, A.DISABILITY_NURSING_SUBSIDY): "国发〔2015〕52号",
    (A.EXTREME_HARDSHIP_SUPPORT, A.ORPHAN_ALLOWANCE): "民发〔2021〕43号 第九条",
    (A.EXTREME_HARDSHIP_SUPPORT, A.UNATTENDED_CHILD_ALLOWANCE): "民发〔2021〕43号 第九条",
    (A.LOW_INCOME_MARGIN, A.RIGID_EXPENDITURE): "民发〔2024〕57号 第四条",
    (A.ORPHAN_ALLOWANCE, A.DISABILITY_LIVING_SUBSIDY): "按孤儿标准保障的不享受生活补贴",
    (A.ORPHAN_ALLOWANCE, A.UNATTENDED_CHILD_ALLOWANCE): "孤儿与事实无人抚养儿童不重复",
    (A.WORK_INJURY_NURSING_PAY, A.DISABILITY_LIVING_SUBSIDY): "国发〔2015〕52号",
    (A.WORK_INJURY_NURSING_PAY, A.DISABILITY_NURSING_SUBSIDY): "国发〔2015〕52号",
    (A.RESCUE, A.SUBSISTENCE_ALLOWANCE): "救助管理是临时性救助",
    (A.RESCUE, A.EXTREME_HARDSHIP_SUPPORT): "救助管理是临时性救助",
}
_BY_RULE = {
    (A.SINGLE_PERSON_ALLOWANCE, A.LOW_INCOME_MARGIN): "△1 一人按单人户，其余仍为低保边缘",
    (A.SUBSISTENCE_ALLOWANCE, A.ORPHAN_ALLOWANCE): "△2 随低保家庭生活的孤儿不重复计发",
    (A.SUBSISTENCE_ALLOWANCE, A.UNATTENDED_CHILD_ALLOWANCE): "△3 补足差额",
    (A.SINGLE_PERSON_ALLOWANCE, A.UNATTENDED_CHILD_ALLOWANCE): "△3 补足差额",
    (A.LOW_INCOME_MARGIN, A.DISABILITY_LIVING_SUBSIDY): "△4 区县扩面的可以享受",
    (A.RIGID_EXPENDITURE, A.DISABILITY_LIVING_SUBSIDY): "△4 区县扩面的可以享受",
    (A.UNATTENDED_CHILD_ALLOWANCE, A.DISABILITY_LIVING_SUBSIDY): "△5 全额补贴的不享受，已享受的补差",
    (A.AGED_CARE_SUBSIDY, A.DISABILITY_NURSING_SUBSIDY): "两项取高",
}
MATRIX: dict[frozenset[Aid], Overlap] = {
    **{frozenset(pair): Overlap(Compatibility.NEVER, ground) for pair, ground in _NEVER.items()},
    **{frozenset(pair): Overlap(Compatibility.BY_RULE, ground) for pair, ground in _BY_RULE.items()},
}


def overlap_of(one: Aid, other: Aid) -> Overlap:
    """What the matrix says of two aids; a pair it does not name goes together. One aid twice never does."""
    if one is other:
        return Overlap(Compatibility.NEVER, "同一救助项目不重复享受")
    return MATRIX.get(frozenset((one, other)), TOGETHER)


def excluded_by(aid: Aid, held: frozenset[Aid]) -> tuple[Aid, ...]:
    """The aids among ``held`` that never go together with ``aid``, in the order of their codes."""
    return tuple(
        sorted(
            other for other in held if other is not aid and overlap_of(aid, other).compatibility is Compatibility.NEVER
        )
    )
