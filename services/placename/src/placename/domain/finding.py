"""What a check found about a proposed name, and how grave it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How grave a finding is (严重程度)."""

    BLOCK = "BLOCK"
    """The application cannot be decided (不得命名)."""
    OVERRIDABLE = "OVERRIDABLE"
    """The decider must say why it may stand (须说明理由)."""
    WARN = "WARN"
    INFO = "INFO"


class Code(StrEnum):
    """The finding (检查项), with the letter of its group."""

    DUPLICATE = "D1"
    HOMOPHONE = "D2"
    SAME_SPECIFIC = "D3"
    NEAR_SOUND = "D4"
    DIALECT = "D5"
    LOOK_ALIKE = "D6"
    STATE_LEADER = "L1"
    PERSON = "L2"
    FOREIGN = "L3"
    BRAND = "L4"
    GRAND_WORD = "L5"
    FORBIDDEN = "L6"
    CHARACTER = "C1"
    LENGTH = "C2"
    NUMBER_OR_SIGN = "C3"
    STRUCTURE = "C4"
    GENERIC_CLASS = "G1"
    GENERIC_SIZE = "G2"
    FOREIGN_TO_AREA = "A1"
    NOT_OF_THE_PLACE = "F1"
    HERITAGE = "H1"
    NAMED_ALREADY = "X1"
    OVERLAP = "X2"


TEXTS = {
    Code.DUPLICATE: "与范围内的地名重名",
    Code.HOMOPHONE: "与范围内的地名同音",
    Code.SAME_SPECIFIC: "专名与范围内的同类地名相同",
    Code.NEAR_SOUND: "与范围内的地名仅声调不同",
    Code.DIALECT: "按本地口音与范围内的地名难以区分",
    Code.LOOK_ALIKE: "与范围内的地名仅一字之差",
    Code.STATE_LEADER: "不得以国家领导人的名字作地名",
    Code.PERSON: "一般不以人名作地名（含别名、文艺作品人物）",
    Code.FOREIGN: "不得以外国人名、地名作地名",
    Code.BRAND: "不得以企业名称或者商标名称作地名",
    Code.GRAND_WORD: "专名含须经市地名主管部门同意的词语",
    Code.FORBIDDEN: "含有违背公序良俗或者有损领土主权、民族团结的词语",
    Code.CHARACTER: "用字不规范或者生僻",
    Code.LENGTH: "专名字数不宜",
    Code.NUMBER_OR_SIGN: "专名使用数字、字母或者符号",
    Code.STRUCTURE: "地名须由专名和通名两部分组成",
    Code.GENERIC_CLASS: "通名与地理实体的类别不符",
    Code.GENERIC_SIZE: "通名与地理实体的规模、功能不符",
    Code.FOREIGN_TO_AREA: "行政区划专名不得使用本区划以外的著名自然地理实体名称",
    Code.NOT_OF_THE_PLACE: "设施一般以所在地地名作专名，专名与附近地名不一致",
    Code.OVERLAP: "与已有同类地名的范围重叠",
    Code.HERITAGE: "列入保护名录的历史地名须先有保护措施并经听证或者专家论证",
    Code.NAMED_ALREADY: "该地点已有同类标准地名，应申请更名",
}

CITY_CONSENT = frozenset({Code.GRAND_WORD, Code.NUMBER_OR_SIGN})
"""Waived only with the consent of the city's place-name department (重庆市地名专名和通名使用规范)."""

ARTICLE_9 = "地名管理条例 第九条"
STANDARD_2008 = "重庆市地名专名和通名使用规范"


@dataclass(frozen=True)
class Finding:
    """One result of a check; ``matched`` is the name or word it came from, ``pending`` an open application's name."""

    code: Code
    severity: Severity
    basis: str
    detail: str = ""
    matched: str | None = None
    pending: bool = False

    @property
    def text(self) -> str:
        """The finding as a person reads it."""
        return TEXTS[self.code]
