"""What an application brings with it (申请材料; 地名管理条例 第十一条)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from placename.domain.category import Category
from placename.domain.toponym import words
from shared.kernel.errors import Refusal
from shared.kernel.parameters import ParameterReader


class MaterialKind(StrEnum):
    """A kind of paper (材料种类)."""

    PLAN = "PLAN"
    """命名、更名方案"""
    ASSESSMENT = "ASSESSMENT"
    """综合评估报告"""
    RISK_ASSESSMENT = "RISK_ASSESSMENT"
    """风险评估报告"""
    EXPERT_REPORT = "EXPERT_REPORT"
    """专家论证报告"""
    OPINION_REPORT = "OPINION_REPORT"
    """征求意见报告"""
    SITE_PLAN = "SITE_PLAN"
    """位置图、规划图"""
    PROOF_OF_END = "PROOF_OF_END"
    """地理实体灭失证明、行政区划撤销文件"""
    OTHER = "OTHER"
    """其他材料"""


class MaterialsMissing(Refusal):
    """申请材料不齐全"""


@dataclass(frozen=True)
class Material:
    """One paper, by its number; the paper itself lies in the department's archive."""

    kind: MaterialKind
    document_no: str


def require_materials(
    given: Iterable[Material], category: Category, *, abolishes: bool, parameters: ParameterReader
) -> None:
    """Divisions bring three reports, an abolition the proof that the place or division is gone (PN-804)."""
    name = "materials.abolition" if abolishes else "materials.division"
    if not abolishes and category.family != "DIVISION":
        return
    present = {material.kind.value for material in given}
    missing = [kind for kind in words(parameters, name) if kind not in present]
    if missing:
        raise MaterialsMissing(rule=parameters.at(name).authority, missing=missing)
