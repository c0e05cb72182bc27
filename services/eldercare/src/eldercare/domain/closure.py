"""The notice before an institution ends its service, and what must be settled by then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from shared.kernel.errors import Invalid, Refusal

PREPAID_NOTICE_DAYS = 30
"""Days between public notice and end where fees were prepaid; the law's own figure, not to be lowered."""
REASONABLE_NOTICE_DAYS = "closing.reasonable_notice_days"


class ClosesBeforeNotice(Invalid):
    """终止服务日须晚于公告日"""


class NoticeTooShort(Refusal):
    """公告期不足，收取预付费的机构须提前三十日公告"""


class ResidentsNotNotified(Refusal):
    """须书面告知每一位入住老年人或其代理人"""


class PlanForResidentsMissing(Refusal):
    """尚有老年人入住，终止服务须有每一位老年人的安置方案"""


class ClosesBeforeAnnouncedDay(Refusal):
    """未到公告的终止服务日"""


class PrepaymentsUnsettled(Refusal):
    """预付费、押金尚未退还或登记债权"""


@dataclass(frozen=True)
class ClosureNotice:
    """The written notice of closure (终止服务公告); ``ends_on`` is the first day without service."""

    announced_on: date
    ends_on: date
    prepaid: bool
    notified: int
    placement_plan: str | None

    def check(self, *, residents: int, reasonable_days: int) -> None:
        """Refuse a notice that is late, incomplete, or leaves residents without a plan."""
        if self.ends_on <= self.announced_on:
            raise ClosesBeforeNotice(field="ends_on")
        latest = latest_notice(self.ends_on, prepaid=self.prepaid, reasonable_days=reasonable_days)
        if self.announced_on > latest:
            raise NoticeTooShort(rule="养老机构预收费监管 三十日公告", latest=latest.isoformat())
        if self.notified < residents:
            raise ResidentsNotNotified(rule="EC-406", residents=residents, notified=self.notified)
        if residents and not self.placement_plan:
            raise PlanForResidentsMissing(rule="老年人权益保障法 第四十六条", residents=residents)


def latest_notice(ends_on: date, *, prepaid: bool, reasonable_days: int) -> date:
    """The last day for the public notice: thirty days before the end where fees were prepaid (EC-904)."""
    days = max(PREPAID_NOTICE_DAYS, reasonable_days) if prepaid else reasonable_days
    return ends_on - timedelta(days=days)


def require_closable(notice: ClosureNotice | None, *, on: date, open_receipts: int) -> None:
    """The announced day has come and everybody has got the money back, or a claim (EC-904)."""
    if notice is not None and on < notice.ends_on:
        raise ClosesBeforeAnnouncedDay(rule="EC-406", ends_on=notice.ends_on.isoformat())
    if open_receipts:
        raise PrepaymentsUnsettled(rule="EC-904", open=open_receipts)
