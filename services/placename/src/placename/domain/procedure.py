"""The way of an application (办理流程): statuses, actions, what a decision holds, and the refusals on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from placename.domain.deadlines import Clock
from placename.domain.examination import Examination
from placename.domain.finding import CITY_CONSENT, Code, Severity
from shared.kernel.clock import business_day
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.workflow import Workflow


class Status(StrEnum):
    """Where an application stands (办理状态)."""

    SUBMITTED = "SUBMITTED"
    RETURNED = "RETURNED"
    """退回补正"""
    ACCEPTED = "ACCEPTED"
    """已受理，名称审查已作"""
    CONSULTING = "CONSULTING"
    """征求意见"""
    DECIDING = "DECIDING"
    """征求意见已毕，待审批"""
    DECLINED = "DECLINED"
    APPROVED = "APPROVED"
    REVOKED = "REVOKED"
    """批准已撤销"""
    REJECTED = "REJECTED"
    ANNOUNCED = "ANNOUNCED"
    IN_USE = "IN_USE"
    """已启用"""
    WITHDRAWN = "WITHDRAWN"


class Action(StrEnum):
    """What can be done to an application (办理动作); the verb an official uses."""

    ACCEPT = "accept"
    RETURN = "return"
    RESUBMIT = "resubmit"
    DECLINE = "decline"
    CHECK = "check"
    ADOPT = "adopt"
    PROTECT = "protect"
    CONSULT = "consult"
    GIVE_OPINION = "give-opinion"
    REVIEW = "review"
    HEAR = "hear"
    CLOSE = "close-consultation"
    APPROVE = "approve"
    REJECT = "reject"
    REVOKE = "revoke"
    FILE = "file"
    RETURN_FILING = "return-filing"
    ANNOUNCE = "announce"
    PUT_IN_USE = "put-in-use"
    WITHDRAW = "withdraw"


S, A = Status, Action

WORKFLOW = Workflow(
    {
        (S.SUBMITTED, A.ACCEPT): S.ACCEPTED,
        (S.SUBMITTED, A.RETURN): S.RETURNED,
        (S.SUBMITTED, A.DECLINE): S.DECLINED,
        (S.SUBMITTED, A.WITHDRAW): S.WITHDRAWN,
        (S.RETURNED, A.RESUBMIT): S.SUBMITTED,
        (S.RETURNED, A.WITHDRAW): S.WITHDRAWN,
        (S.ACCEPTED, A.CHECK): S.ACCEPTED,
        (S.ACCEPTED, A.ADOPT): S.ACCEPTED,
        (S.ACCEPTED, A.PROTECT): S.ACCEPTED,
        (S.ACCEPTED, A.CONSULT): S.CONSULTING,
        (S.ACCEPTED, A.APPROVE): S.APPROVED,
        (S.ACCEPTED, A.REJECT): S.REJECTED,
        (S.ACCEPTED, A.WITHDRAW): S.WITHDRAWN,
        (S.CONSULTING, A.GIVE_OPINION): S.CONSULTING,
        (S.CONSULTING, A.REVIEW): S.CONSULTING,
        (S.CONSULTING, A.HEAR): S.CONSULTING,
        (S.CONSULTING, A.CLOSE): S.DECIDING,
        (S.CONSULTING, A.WITHDRAW): S.WITHDRAWN,
        (S.DECIDING, A.APPROVE): S.APPROVED,
        (S.DECIDING, A.REJECT): S.REJECTED,
        (S.DECIDING, A.WITHDRAW): S.WITHDRAWN,
        (S.APPROVED, A.FILE): S.APPROVED,
        (S.APPROVED, A.RETURN_FILING): S.APPROVED,
        (S.APPROVED, A.ANNOUNCE): S.ANNOUNCED,
        (S.APPROVED, A.REVOKE): S.REVOKED,
        (S.ANNOUNCED, A.FILE): S.ANNOUNCED,
        (S.ANNOUNCED, A.RETURN_FILING): S.ANNOUNCED,
        (S.ANNOUNCED, A.PUT_IN_USE): S.IN_USE,
        (S.IN_USE, A.FILE): S.IN_USE,
        (S.IN_USE, A.RETURN_FILING): S.IN_USE,
    }
)
"""Filing is a dated fact beside the status: a government's approval may be announced before it is filed (PN-801).
Acceptance runs the checks on the same day; only what needs nobody's opinion goes from there to the decision."""

OPEN = frozenset({S.SUBMITTED, S.RETURNED, S.ACCEPTED, S.CONSULTING, S.DECIDING, S.APPROVED})
"""Statuses in which a proposed name counts against later applications."""
APPROVED_SINCE = frozenset({S.APPROVED, S.ANNOUNCED, S.IN_USE})
"""Statuses in which the approval stands."""


class ApplicationUnknown(NotFound):
    """申请不存在"""


class NameUnderApplication(Refusal):
    """该地名已有办理中的更名或者销名申请"""


class TargetNotInUse(Refusal):
    """只能对现行标准地名申请更名或者销名"""


class NewNameEqualsOld(Invalid):
    """新名称与现名称相同"""


class BlockedByFindings(Refusal):
    """名称审查有不得命名的情形"""


class FindingNotWaived(Refusal):
    """须逐项说明保留的理由"""


class CityConsentMissing(Refusal):
    """须有市地名主管部门的同意文件"""


class OpinionMissing(Refusal):
    """审批前须征求意见"""


class DecidedBySubmitter(Refusal):
    """审批人不得为提交人"""


class FiledBefore(Refusal):
    """已经备案"""


class NotYetFiled(Refusal):
    """由其他部门批准的地名，备案后方可公告"""


class ReadingNotConfirmed(Refusal):
    """公告前须由经办人核定读音"""


class NotFiledYet(Refusal):
    """尚未备案，不能退回备案"""


class NoSuchAlternative(Invalid):
    """没有该备选名称"""


class NothingToAdopt(Refusal):
    """销名和启用申请没有可换用的名称"""


class AlreadyInGazetteer(Refusal):
    """该地点的这一地名已在库中"""


class NotListed(Refusal):
    """不是列入保护名录的历史地名"""


class DayOutOfOrder(Invalid):
    """日期与办理顺序不符"""


@dataclass(frozen=True)
class Waiver:
    """Why a finding may stand (保留理由); ``consent_no`` is the city department's document where it must agree."""

    code: Code
    reason: str
    consent_no: str | None = None


@dataclass(frozen=True)
class Decision:
    """What the authority decided (审批决定); ``opinion_no`` is the opinion the law asks a department to obtain."""

    document_no: str
    decided_on: date
    by: str
    opinion_no: str | None = None
    waivers: tuple[Waiver, ...] = ()


@dataclass(frozen=True)
class Clocks:
    """The clocks started so far, each by its own event."""

    acceptance: Clock
    decision: Clock | None = None
    filing: Clock | None = None
    announcement: Clock | None = None


def in_order(earliest: date | None, day: date, at: datetime, field: str) -> None:
    """A recorded day may not lie before the step it follows, nor in the future."""
    if day > business_day(at) or (earliest is not None and day < earliest):
        raise DayOutOfOrder(field=field, not_before=earliest.isoformat() if earliest else None)


def refuse_blocked(examination: Examination) -> None:
    """A name with a blocking finding goes no further."""
    if examination.is_blocked:
        raise BlockedByFindings(
            rule="地名管理条例 第九条", codes=[code.value for code in examination.codes(Severity.BLOCK)]
        )


def refuse_unwaived(examination: Examination, waivers: Sequence[Waiver]) -> None:
    """Every waivable finding needs a reason, and some the city department's consent."""
    given = {waiver.code: waiver for waiver in waivers}
    codes = examination.codes(Severity.OVERRIDABLE)
    if missing := [code.value for code in codes if code not in given]:
        raise FindingNotWaived(rule="地名管理条例 第九条", codes=missing)
    if unasked := [code.value for code in codes if code in CITY_CONSENT and not given[code].consent_no]:
        raise CityConsentMissing(rule="重庆市地名专名和通名使用规范", codes=unasked)
