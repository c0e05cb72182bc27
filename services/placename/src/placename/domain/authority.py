"""Who approves a name, with whom the approval is filed, and who may apply (地名管理条例 第十一条至第十四条)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from placename.domain.category import ApplicationKind, Category
from placename.domain.locality import Locality
from placename.domain.toponym import words
from shared.kernel.divisions import CITY_CODE
from shared.kernel.errors import Invalid, Refusal
from shared.kernel.organisation_code import OrganisationCode
from shared.kernel.parameters import ParameterReader

SPLIT_BY_REACH = frozenset({Category.NATURAL_FEATURE, Category.STREET})
SPLIT_BY_KIND = frozenset({Category.PARK, Category.STREET})
DECIDED_ELSEWHERE = frozenset({Category.COUNTY_OR_ABOVE})


class AuthorityKind(StrEnum):
    """The body that approves (批准机关)."""

    CITY_GOVERNMENT = "CITY_GOVERNMENT"
    """市人民政府"""
    COUNTY_GOVERNMENT = "COUNTY_GOVERNMENT"
    """区县人民政府"""
    PLACE_NAME_DEPARTMENT = "PLACE_NAME_DEPARTMENT"
    """地名行政主管部门"""
    HOUSING_DEPARTMENT = "HOUSING_DEPARTMENT"
    """住房城乡建设主管部门"""
    COMPETENT_DEPARTMENT = "COMPETENT_DEPARTMENT"
    """其他有关主管部门"""


TITLES = {
    AuthorityKind.CITY_GOVERNMENT: "市人民政府",
    AuthorityKind.COUNTY_GOVERNMENT: "区县人民政府",
    AuthorityKind.PLACE_NAME_DEPARTMENT: "地名行政主管部门",
    AuthorityKind.HOUSING_DEPARTMENT: "住房城乡建设主管部门",
    AuthorityKind.COMPETENT_DEPARTMENT: "有关主管部门",
}
OTHER_DEPARTMENTS = frozenset({AuthorityKind.HOUSING_DEPARTMENT, AuthorityKind.COMPETENT_DEPARTMENT})


class ApplicantKind(StrEnum):
    """What sort of body applies (申请主体); an individual may only suggest."""

    COUNTY_GOVERNMENT = "COUNTY_GOVERNMENT"
    """区县人民政府"""
    TOWNSHIP = "TOWNSHIP"
    """乡镇人民政府、街道办事处"""
    COMMITTEE = "COMMITTEE"
    """村（居）民委员会"""
    DEPARTMENT = "DEPARTMENT"
    """有关主管部门"""
    BUILDER = "BUILDER"
    """建设单位"""
    OWNER = "OWNER"
    """产权单位"""
    INDIVIDUAL = "INDIVIDUAL"
    """个人"""


class ApplicantNotEntitled(Refusal):
    """申请主体不符合规定"""


class ApprovedElsewhere(Refusal):
    """此类地名不由本平台受理的机关审批"""


class OrganisationMissing(Invalid):
    """申请单位须填写名称和统一社会信用代码"""


@dataclass(frozen=True)
class Applicant:
    """The body that applies (申请单位)."""

    kind: ApplicantKind
    name: str
    code: OrganisationCode


@dataclass(frozen=True)
class Authority:
    """A body of one place with the power to approve, and the article it rests on."""

    kind: AuthorityKind
    division: str
    basis: str

    @property
    def title(self) -> str:
        """The body as a person reads it."""
        return TITLES[self.kind]

    @property
    def is_other_department(self) -> bool:
        """A department that is neither government nor place-name department: its clocks start differently."""
        return self.kind in OTHER_DEPARTMENTS

    @property
    def needs_opinion(self) -> bool:
        """Whether the approval rests on another body's opinion (条例 第十二条（六）（七）)."""
        return self.is_other_department

    @property
    def files_with(self) -> str:
        """Where the approval is filed (备案机关, 条例 第十三条)."""
        if self.is_other_department:
            return "同级地名行政主管部门"
        if self.kind is AuthorityKind.PLACE_NAME_DEPARTMENT:
            return "上一级地名行政主管部门"
        if self.kind is AuthorityKind.CITY_GOVERNMENT:
            return "国务院（材料径送国务院民政部门）"
        return "市人民政府（材料径送市民政局）"


def approver_of(category: Category, locality: Locality, cross_county: bool, parameters: ParameterReader) -> Authority:
    """Which body of which place approves a name (条例 第十二条; 行政区划管理条例)."""
    if category in DECIDED_ELSEWHERE:
        raise ApprovedElsewhere(rule="地名管理条例 第十二条")
    wide = ".cross_county" if cross_county and category in SPLIT_BY_REACH else ""
    name = f"approver.{category.key}{wide}"
    kind = AuthorityKind(parameters.text(name))
    of_city = kind is AuthorityKind.CITY_GOVERNMENT or cross_county
    division = CITY_CODE if of_city else locality.county.ljust(12, "0")
    return Authority(kind, division, parameters.at(name).authority)


def require_entitled(
    applicant: ApplicantKind, category: Category, kind: ApplicationKind, parameters: ParameterReader
) -> None:
    """Only the bodies named for a category may apply; a person may suggest, not apply."""
    if category in DECIDED_ELSEWHERE:
        raise ApprovedElsewhere(rule="地名管理条例 第十二条")
    suffix = "" if category not in SPLIT_BY_KIND else ".name" if kind is ApplicationKind.NAME else ".change"
    name = f"applicants.{category.key}{suffix}"
    entitled = words(parameters, name)
    if applicant.value not in entitled:
        raise ApplicantNotEntitled(field="applicant/kind", rule=parameters.at(name).authority, entitled=list(entitled))
