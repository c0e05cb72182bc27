"""How a household can contradict itself; what was written is never repeated."""

from __future__ import annotations

from shared.kernel.errors import Invalid


class HouseholdNeedsOneApplicant(Invalid):
    """申请人须有且仅有一人"""


class PersonListedTwice(Invalid):
    """同一人员重复列出"""


class PersonNotListed(Invalid):
    """所指人员不在家庭成员之列"""


class OwnParent(Invalid):
    """不得为自己的父母"""


class ParentYoungerThanChild(Invalid):
    """父母的出生日期须早于子女"""


class MoreThanOneSpouse(Invalid):
    """申请人的配偶至多一人"""


class BornAfterTheDay(Invalid):
    """出生日期晚于测算日"""


class BenefitDatesOverlap(Invalid):
    """同一人员同一救助项目的起止日期重叠"""
