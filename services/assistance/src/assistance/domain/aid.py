"""The kinds of aid a township window can bring about, by their codes."""

from __future__ import annotations

from enum import StrEnum


class Aid(StrEnum):
    """An item of social assistance (救助事项)."""

    SUBSISTENCE_ALLOWANCE = "SUBSISTENCE_ALLOWANCE"
    """最低生活保障"""
    SINGLE_PERSON_ALLOWANCE = "SINGLE_PERSON_ALLOWANCE"
    """单人户低保"""
    LOW_INCOME_MARGIN = "LOW_INCOME_MARGIN"
    """低保边缘家庭"""
    EXTREME_HARDSHIP_SUPPORT = "EXTREME_HARDSHIP_SUPPORT"
    """特困人员救助供养"""
    RIGID_EXPENDITURE = "RIGID_EXPENDITURE"
    """刚性支出困难家庭"""
    TEMPORARY_SMALL_FAST = "TEMPORARY_SMALL_FAST"
    """临时救助：小额快救"""
    TEMPORARY_URGENT = "TEMPORARY_URGENT"
    """临时救助：急难型"""
    TEMPORARY_EXPENDITURE = "TEMPORARY_EXPENDITURE"
    """临时救助：支出型"""
    TEMPORARY_TOP_UP = "TEMPORARY_TOP_UP"
    """临时救助：已获救助仍有困难"""
    DISABILITY_LIVING_SUBSIDY = "DISABILITY_LIVING_SUBSIDY"
    """困难残疾人生活补贴"""
    DISABILITY_NURSING_SUBSIDY = "DISABILITY_NURSING_SUBSIDY"
    """重度残疾人护理补贴"""
    ORPHAN_ALLOWANCE = "ORPHAN_ALLOWANCE"
    """孤儿基本生活费"""
    UNATTENDED_CHILD_ALLOWANCE = "UNATTENDED_CHILD_ALLOWANCE"
    """事实无人抚养儿童基本生活补贴"""
    RESCUE = "RESCUE"
    """生活无着的流散人员救助"""
    CHILD_IN_DIFFICULTY = "CHILD_IN_DIFFICULTY"
    """困境儿童"""
    SERVICE_AID = "SERVICE_AID"
    """服务类社会救助"""
    PRICE_SUBSIDY = "PRICE_SUBSIDY"
    """价格临时补贴"""
    MEDICAL_AID = "MEDICAL_AID"
    """医疗救助"""
    EMERGENCY_TREATMENT_AID = "EMERGENCY_TREATMENT_AID"
    """疾病应急救助"""
    EDUCATION_AID = "EDUCATION_AID"
    """教育救助"""
    HOUSING_AID = "HOUSING_AID"
    """住房救助"""
    EMPLOYMENT_AID = "EMPLOYMENT_AID"
    """就业救助"""
    DISASTER_AID = "DISASTER_AID"
    """受灾人员救助"""
    LEGAL_AID = "LEGAL_AID"
    """司法救助与法律援助"""
    CHARITY = "CHARITY"
    """慈善帮扶"""
    CHILD_REHABILITATION = "CHILD_REHABILITATION"
    """残疾儿童康复救助"""
    FUNERAL_AID = "FUNERAL_AID"
    """殡葬减免"""
    WORK_INJURY_NURSING_PAY = "WORK_INJURY_NURSING_PAY"
    """工伤保险生活护理费（只作重复核对）"""
    AGED_CARE_SUBSIDY = "AGED_CARE_SUBSIDY"
    """经济困难的高龄失能老年人养老服务补贴（只作重复核对）"""
    RETURN_TO_POVERTY_MONITORING = "RETURN_TO_POVERTY_MONITORING"
    """防止返贫监测对象（由他部门认定）"""


MONTHLY_CASH = frozenset(
    {
        Aid.SUBSISTENCE_ALLOWANCE,
        Aid.SINGLE_PERSON_ALLOWANCE,
        Aid.EXTREME_HARDSHIP_SUPPORT,
        Aid.DISABILITY_LIVING_SUBSIDY,
        Aid.DISABILITY_NURSING_SUBSIDY,
        Aid.ORPHAN_ALLOWANCE,
        Aid.UNATTENDED_CHILD_ALLOWANCE,
    }
)
"""Aids paid month by month: only these have benefits in the monthly run."""

TEMPORARY = frozenset({Aid.TEMPORARY_SMALL_FAST, Aid.TEMPORARY_URGENT, Aid.TEMPORARY_EXPENDITURE, Aid.TEMPORARY_TOP_UP})
"""The four tracks of temporary aid (临时救助)."""
