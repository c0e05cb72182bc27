"""What sorts of institution there are, who runs them, and why one may stop for a while."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What sort of institution it is (机构类型)."""

    WELFARE_HOME = "WELFARE_HOME"
    """社会福利院"""
    HARDSHIP_CARE_HOME = "HARDSHIP_CARE_HOME"
    """敬老院（特困人员供养服务机构）"""
    ELDERLY_HOME = "ELDERLY_HOME"
    """养老院"""
    SENIOR_APARTMENT = "SENIOR_APARTMENT"
    """老年公寓"""
    HOSPITAL_ANNEX = "HOSPITAL_ANNEX"
    """护理院附设"""
    DISABILITY_CARE_CENTRE = "DISABILITY_CARE_CENTRE"
    """失能特困人员集中照护中心"""
    TOWNSHIP_CENTRE = "TOWNSHIP_CENTRE"
    """乡镇（街道）养老服务中心"""


class Ownership(StrEnum):
    """Who built and who runs it (经营性质)."""

    PUBLIC_RUN = "PUBLIC_RUN"
    """公办公营"""
    PUBLIC_BUILT_PRIVATE_RUN = "PUBLIC_BUILT_PRIVATE_RUN"
    """公建民营"""
    PRIVATE_NONPROFIT = "PRIVATE_NONPROFIT"
    """民办非营利"""
    PRIVATE_FOR_PROFIT = "PRIVATE_FOR_PROFIT"
    """民办营利"""


class Suspension(StrEnum):
    """Why an institution stopped for a while (暂停服务事由)."""

    VOLUNTARY = "VOLUNTARY"
    ORDERED = "ORDERED"
    MAJOR_HAZARD = "MAJOR_HAZARD"
    DISASTER = "DISASTER"


PUBLIC = frozenset({Ownership.PUBLIC_RUN, Ownership.PUBLIC_BUILT_PRIVATE_RUN})
"""Institutions of the public hand: they take no membership fee, and their beds are inclusive by nature."""
