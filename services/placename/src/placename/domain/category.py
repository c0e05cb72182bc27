"""What kinds of places have approved names, and what is asked for them."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """The kind of place that is named (地名类别; 地名管理条例 第三条, 重庆市地名管理条例 第三条)."""

    NATURAL_FEATURE = "NATURAL_FEATURE"
    """自然地理实体"""
    COUNTY_OR_ABOVE = "COUNTY_OR_ABOVE"
    """县级以上行政区划"""
    TOWNSHIP = "TOWNSHIP"
    """乡、镇"""
    SUBDISTRICT = "SUBDISTRICT"
    """街道"""
    COMMITTEE_SEAT = "COMMITTEE_SEAT"
    """村民委员会、居民委员会所在地"""
    MARKET_TOWN = "MARKET_TOWN"
    """集镇"""
    HAMLET = "HAMLET"
    """自然村（寨）"""
    PARK = "PARK"
    """公园、广场、自然保护地"""
    STREET = "STREET"
    """道路、街巷"""
    ZONE = "ZONE"
    """开发区、园区"""
    BUILDING = "BUILDING"
    """具有重要地理方位意义的住宅区、楼宇"""
    FACILITY = "FACILITY"
    """具有重要地理方位意义的交通运输、水利、电力、通信、气象等设施"""
    OTHER = "OTHER"
    """其他地理实体"""

    @property
    def key(self) -> str:
        """The category as parameters write it: ``natural_feature``."""
        return self.value.lower()

    @property
    def family(self) -> str:
        """Names are compared within a family: divisions together, every other category by itself."""
        return "DIVISION" if self in DIVISIONS else self.value


DIVISIONS = frozenset({Category.COUNTY_OR_ABOVE, Category.TOWNSHIP, Category.SUBDISTRICT})
"""Administrative divisions (行政区划)."""

PROTECTED_BY_LENGTH = DIVISIONS | {Category.NATURAL_FEATURE}
"""Categories whose specific term may be a single character: 忠县, 长江."""


class ApplicationKind(StrEnum):
    """What is asked for (申请事项)."""

    NAME = "NAME"
    """命名"""
    RENAME = "RENAME"
    """更名"""
    ABOLISH = "ABOLISH"
    """销名"""
    RESTORE = "RESTORE"
    """启用已销的地名"""
