"""The ability of an elder by GB/T 42195-2022: 26 items, 90 points, five levels; pure arithmetic."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from shared.kernel.errors import Invalid


class Section(StrEnum):
    """A first-level indicator of the standard (一级指标)."""

    SELF_CARE = "SELF_CARE"
    """自理能力"""
    MOVEMENT = "MOVEMENT"
    """基础运动能力"""
    MIND = "MIND"
    """精神状态"""
    PERCEPTION = "PERCEPTION"
    """感知觉与社会参与"""


@dataclass(frozen=True)
class Item:
    """One second-level indicator (二级指标) and its highest score."""

    code: str
    title: str
    maximum: int

    @property
    def section(self) -> Section:
        """The first-level indicator it belongs to."""
        return {
            "B1": Section.SELF_CARE, "B2": Section.MOVEMENT, "B3": Section.MIND, "B4": Section.PERCEPTION,
        }[self.code[:2]]  # fmt: skip


ITEMS = (
    Item("B1.1", "进食", 4),
    Item("B1.2", "修饰", 4),
    Item("B1.3", "洗澡", 4),
    Item("B1.4", "穿/脱上衣", 4),
    Item("B1.5", "穿/脱裤子和鞋袜", 4),
    Item("B1.6", "小便控制", 4),
    Item("B1.7", "大便控制", 4),
    Item("B1.8", "如厕", 4),
    Item("B2.1", "床上体位转移", 4),
    Item("B2.2", "床椅转移", 4),
    Item("B2.3", "平地行走", 4),
    Item("B2.4", "上下楼梯", 3),
    Item("B3.1", "时间定向", 4),
    Item("B3.2", "空间定向", 4),
    Item("B3.3", "人物定向", 4),
    Item("B3.4", "记忆", 4),
    Item("B3.5", "理解能力", 4),
    Item("B3.6", "表达能力", 4),
    Item("B3.7", "攻击行为", 1),
    Item("B3.8", "抑郁症状", 1),
    Item("B3.9", "意识水平", 2),
    Item("B4.1", "视力", 2),
    Item("B4.2", "听力", 2),
    Item("B4.3", "执行日常事务", 4),
    Item("B4.4", "使用交通工具外出", 3),
    Item("B4.5", "社会交往能力", 4),
)
"""The items in the order of the form; their highest scores sum to 90."""

LEVELS = ("能力完好", "轻度失能", "中度失能", "重度失能", "完全失能")
"""The titles of levels 0 to 4."""

HIGHEST_LEVEL = 4
CUT_OFFS = ((90, 0), (66, 1), (46, 2), (30, 3), (0, 4))
"""Least total of each level; fixed by the standard, not configurable."""

DIAGNOSIS = re.compile(r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,4})?", re.ASCII)
RISK_EVENTS_THAT_RAISE = 2
STANDARD = "GB/T 42195-2022"


class AssessmentIncomplete(Invalid):
    """评估须填写全部 26 项"""


class ScoreOutOfRange(Invalid):
    """评估项目得分超出范围"""


class ItemUnknown(Invalid):
    """没有这一评估项目"""


class DiagnosisUnreadable(Invalid):
    """诊断编码须为国际疾病分类（ICD-10）编码"""


class CountOutOfRange(Invalid):
    """次数须为不小于零的整数"""


class Raise(StrEnum):
    """What raises a level by one, once (升级因素, EC-601)."""

    DEMENTIA = "DEMENTIA"
    """认知障碍/痴呆 F00–F03"""
    MENTAL_DISORDER = "MENTAL_DISORDER"
    """精神科专科医生诊断的其他精神障碍 F04–F99"""
    RISK_EVENTS = "RISK_EVENTS"
    """近 30 天内发生 2 次及以上照护风险事件"""


@dataclass(frozen=True)
class Findings:
    """What an assessment states beside the items (疾病诊断和照护风险): it may raise the level."""

    coma: bool = False
    diagnoses: Sequence[str] = ()
    risk_events: int = 0

    def __post_init__(self) -> None:
        for code in self.diagnoses:
            if not DIAGNOSIS.fullmatch(code):
                raise DiagnosisUnreadable(rule=STANDARD, field="diagnoses")
        if self.risk_events < 0:
            raise CountOutOfRange(field="risk_events")

    @property
    def raises(self) -> tuple[Raise, ...]:
        """Every ground for raising the level; together they raise it once."""
        chapters = [int(code[1:3]) for code in self.diagnoses if code.startswith("F")]
        met = {
            Raise.DEMENTIA: any(chapter <= 3 for chapter in chapters),
            Raise.MENTAL_DISORDER: any(chapter >= 4 for chapter in chapters),
            Raise.RISK_EVENTS: self.risk_events >= RISK_EVENTS_THAT_RAISE,
        }
        return tuple(ground for ground, is_met in met.items() if is_met)


@dataclass(frozen=True)
class Verdict:
    """What the scores say (能力等级): 0 is the ablest, 4 the least able."""

    total: int
    sections: Mapping[Section, int]
    base: int
    level: int
    raises: tuple[Raise, ...] = ()
    by_coma: bool = False
    title: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", LEVELS[self.level])


def checked_scores(scores: Mapping[str, int]) -> dict[str, int]:
    """The 26 scores in the order of the form; refuses strangers, gaps and scores beyond an item's range."""
    if set(scores) - {item.code for item in ITEMS}:
        raise ItemUnknown(rule=STANDARD, field="scores")
    missing = [item.code for item in ITEMS if item.code not in scores]
    if missing:
        raise AssessmentIncomplete(rule=STANDARD, field="scores", missing=missing)
    for item in ITEMS:
        if not 0 <= scores[item.code] <= item.maximum:
            raise ScoreOutOfRange(rule=STANDARD, field=f"scores/{item.code}", item=item.code, maximum=item.maximum)
    return {item.code: scores[item.code] for item in ITEMS}


def base_level(total: int) -> int:
    """The level of a total of 0 to 90 points."""
    if not 0 <= total <= CUT_OFFS[0][0]:
        raise ScoreOutOfRange(rule=STANDARD, field="total", maximum=CUT_OFFS[0][0])
    return next(level for least, level in CUT_OFFS if total >= least)


def level_with(base: int, findings: Findings) -> int:
    """The final level: a coma is the last level, any number of raises count once (EC-601)."""
    if findings.coma:
        return HIGHEST_LEVEL
    return min(HIGHEST_LEVEL, base + bool(findings.raises))


def judge(scores: Mapping[str, int], findings: Findings) -> Verdict:
    """The level of an elder, computed from the scores; a total typed by somebody is never believed."""
    checked = checked_scores(scores)
    sections = {
        section: sum(checked[item.code] for item in ITEMS if item.section is section) for section in Section
    }  # fmt: skip
    total = sum(checked.values())
    base = base_level(total)
    return Verdict(total, sections, base, level_with(base, findings), findings.raises, findings.coma)


class SelfCare(StrEnum):
    """The outcome of the six-item self-care test of the extremely poor (特困人员生活自理能力, EC-607)."""

    ABLE = "ABLE"
    """具备生活自理能力"""
    PARTLY_LOST = "PARTLY_LOST"
    """部分丧失生活自理能力"""
    FULLY_LOST = "FULLY_LOST"
    """完全丧失生活自理能力"""


SELF_CARE_ITEMS = ("EATING", "DRESSING", "BED", "TOILETING", "WALKING_INDOORS", "BATHING")
"""吃饭、穿衣、上下床、如厕、室内行走、洗澡."""

FULLY_LOST_FROM = 4


class SelfCareTestIncomplete(Invalid):
    """自理能力评估须逐项填写全部 6 项"""


def self_care(met: Mapping[str, bool]) -> SelfCare:
    """Six met: able; one to three not met: partly lost; four or more: fully lost. Not derived from the 26 items."""
    if set(met) != set(SELF_CARE_ITEMS):
        raise SelfCareTestIncomplete(rule="特困人员认定办法", field="met", items=list(SELF_CARE_ITEMS))
    failed = sum(not is_met for is_met in met.values())
    if failed == 0:
        return SelfCare.ABLE
    return SelfCare.FULLY_LOST if failed >= FULLY_LOST_FROM else SelfCare.PARTLY_LOST


@dataclass(frozen=True)
class LegacyLevel:
    """A level of the former industry standard MZ/T 039-2013, and what it can be read as today (EC-606)."""

    level: int
    reassess: bool


BARTHEL_HIGHEST = 100
BARTHEL_STEP = 5
BARTHEL_CUT_OFFS = ((100, 0), (65, 1), (45, 2), (0, 3))


def legacy_level(barthel: int) -> LegacyLevel:
    """The level of daily activities by Barthel's index; the last of four may be 3 or 4 today, so re-assess."""
    if not 0 <= barthel <= BARTHEL_HIGHEST or barthel % BARTHEL_STEP:
        raise ScoreOutOfRange(rule="MZ/T 039-2013", field="barthel", maximum=BARTHEL_HIGHEST)
    level = next(level for least, level in BARTHEL_CUT_OFFS if barthel >= least)
    return LegacyLevel(level, reassess=level == BARTHEL_CUT_OFFS[-1][1])
