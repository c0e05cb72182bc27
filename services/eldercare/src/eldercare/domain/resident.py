"""Who stays or wants to stay: a person, and the facts about a person that rules of admission ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.kernel.errors import Invalid, Refusal
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName

ELDER_AGE = "elder.age"


class NotElder(Refusal):
    """未达到老年人年龄，且非特困人员"""


class DisabilityGradeOutOfRange(Invalid):
    """残疾等级为一级至四级"""


@dataclass(frozen=True)
class Resident:
    """Who stays (入住老年人)."""

    name: PersonName
    identity: IdentityNumber


class Means(StrEnum):
    """The economic status of a person (经济状况)."""

    EXTREME_HARDSHIP = "EXTREME_HARDSHIP"
    """特困"""
    SUBSISTENCE_ALLOWANCE = "SUBSISTENCE_ALLOWANCE"
    """低保"""
    NEAR_POOR = "NEAR_POOR"
    """低保边缘"""
    OTHER_LOW_INCOME = "OTHER_LOW_INCOME"
    """其他低收入"""
    ORDINARY = "ORDINARY"
    """一般"""


class Family(StrEnum):
    """How a person lives with a family, or without (家庭情况)."""

    CHILDLESS_ALONE = "CHILDLESS_ALONE"
    """孤寡"""
    LIVING_ALONE = "LIVING_ALONE"
    """独居"""
    EMPTY_NEST = "EMPTY_NEST"
    """空巢"""
    LEFT_BEHIND = "LEFT_BEHIND"
    """留守"""
    FAMILY_PLANNING = "FAMILY_PLANNING"
    """计划生育特殊家庭"""


class Merit(StrEnum):
    """What a person has earned preference by (优待情形)."""

    ENTITLED = "ENTITLED"
    """重点优抚对象"""
    MODEL_WORKER = "MODEL_WORKER"
    """劳动模范"""
    BRAVE_CITIZEN = "BRAVE_CITIZEN"
    """见义勇为人员"""
    CARE_WORKER = "CARE_WORKER"
    """养老服务从业者"""


@dataclass(frozen=True)
class Circumstances:
    """The facts of a person that decide a lane and points (申请人情况); ``disability_grade`` 1 is the gravest."""

    means: Means = Means.ORDINARY
    family: frozenset[Family] = frozenset()
    merits: frozenset[Merit] = frozenset()
    disability_grade: int | None = None

    def __post_init__(self) -> None:
        if self.disability_grade is not None and not 1 <= self.disability_grade <= 4:
            raise DisabilityGradeOutOfRange(field="disability_grade")

    @property
    def severely_disabled(self) -> bool:
        """Whether the disability card says grade 1 or 2 (重度残疾)."""
        return self.disability_grade is not None and self.disability_grade <= 2


def age_on(birth_date: date, day: date) -> int:
    """Full years of age on a day (周岁)."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def require_elder(birth_date: date, on: date, *, elder_age: int, extreme_hardship: bool) -> None:
    """Only the extremely poor may be younger than an elder."""
    if not extreme_hardship and age_on(birth_date, on) < elder_age:
        raise NotElder(rule="老年人权益保障法 第二条", elder_age=elder_age)
