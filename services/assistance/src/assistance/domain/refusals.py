"""What the procedure of a case refuses, each rule by its sentence."""

from __future__ import annotations

from shared.kernel.errors import Forbidden, Invalid, NotFound, Refusal


class ApplicationUnknown(NotFound):
    """申请不存在"""


class TownshipRequired(Invalid):
    """受理地须为乡镇或街道"""


class PersonInLiveCase(Refusal):
    """家庭成员已在另一办理中的申请或在保家庭内"""

    def __init__(self) -> None:
        super().__init__(rule="H-11")


class ApplicantNotAmongMembers(Invalid):
    """家庭成员须恰有一名申请人本人"""


class MemberListedTwice(Invalid):
    """同一家庭成员重复填写"""


class AgentMissing(Invalid):
    """委托申请须填写受托人和委托书"""


class ConsentMissing(Invalid):
    """申请表和核对授权书须由申请人签署"""


class SupplementAskedBefore(Refusal):
    """须补正的材料应当一次性告知，不得再次通知补正"""


class SupplementTooLate(Refusal):
    """已超过一次性告知期限，申请视为材料齐全"""


class InvestigationMissing(Refusal):
    """尚未开展调查核实"""


class AppraisalMissing(Refusal):
    """尚未召开民主评议"""


class MeansNotVerified(Refusal):
    """家庭经济状况尚未核查"""


class VerdictNeedsReview(Refusal):
    """核查结论须人工复核后方可提出意见或决定"""


class NoPublicNotice(Refusal):
    """该救助事项不公示"""


class NotYetPublicised(Refusal):
    """拟予救助的意见尚未公示"""


class PublicityRunning(Refusal):
    """公示期尚未届满"""


class PublicityOver(Refusal):
    """公示期已满"""


class ObjectionOpen(Refusal):
    """公示异议尚未处理"""


class ObjectorNotTold(Invalid):
    """异议处理结果须告知异议人"""


class SecondNoticeNeeded(Refusal):
    """异议处理后须再次公示"""


class DecisionDelegated(Refusal):
    """审核确认权限已下放，由乡镇（街道）直接决定"""


class NotYetAtCounty(Refusal):
    """尚未报送区县审核确认"""


class CountyVisitMissing(Refusal):
    """区县尚未入户调查"""


class NotYourLevel(Forbidden):
    """本级不得办理此事项"""


class DecisionAtCountyOnly(Forbidden):
    """审核确认权限未下放，须由区县决定"""


class DecidedByInvestigator(Refusal):
    """决定人不得为核查人"""


class AlreadyTold(Refusal):
    """决定已经告知"""


class ExtensionTooLate(Refusal):
    """须在原时限届满前延长"""


class WarningMissing(Refusal):
    """终止办理前须先书面告诫"""


class ModeNotDelegated(Refusal):
    """该乡镇（街道）当日没有此项委托或授权"""


class AlreadyOnRecord(Refusal):
    """同一事项已在办理中"""


class FactsPersonByPersonNeeded(Refusal):
    """该救助事项须逐人登记核查情况"""


class PersonNotInHousehold(Invalid):
    """核查情况中的人员须以其在申请中的序号（自 0 起）标识"""


class NotActive(Refusal):
    """该件不在保"""
