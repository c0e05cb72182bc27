"""Delegation of the decision (审核确认权限下放) per township, aid and day; half-open spans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from assistance.domain.aid import Aid
from assistance.domain.deadlines import DecisionMode
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.workflow import Workflow


class DelegationStatus(StrEnum):
    """Whether it still stands."""

    IN_FORCE = "IN_FORCE"
    ENDED = "ENDED"


class DelegationAction(StrEnum):
    """What can be done to it."""

    END = "end"


WORKFLOW = Workflow({(DelegationStatus.IN_FORCE, DelegationAction.END): DelegationStatus.ENDED})


class DelegationUnknown(NotFound):
    """委托下放记录不存在"""


class DelegationsOverlap(Refusal):
    """同一乡镇同一事项在同一时段已有下放"""


class NothingDelegated(Invalid):
    """由区县决定是通常情形，无须登记下放"""


class DelegationEndsBeforeItBegins(Invalid):
    """终止日须晚于起始日"""


@dataclass(kw_only=True)
class Delegation(Aggregate):
    """A township decides on an aid from a day on; ``valid_to`` is the first day on which it no longer does."""

    aid: Aid
    mode: DecisionMode
    status: DelegationStatus
    valid_from: date
    valid_to: date | None
    document: str

    def covers(self, on: date) -> bool:
        """Whether it holds on a day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    def end(self, *, valid_to: date) -> None:
        """The power goes back to the county from a day on."""
        status = WORKFLOW.next(self.status, DelegationAction.END)
        if valid_to <= self.valid_from or (self.valid_to is not None and valid_to > self.valid_to):
            raise DelegationEndsBeforeItBegins(field="valid_to")
        self.status, self.valid_to = status, valid_to
        self.note("ended")


def delegate(*, id: UUID, division: str, aid: Aid, mode: DecisionMode, valid_from: date, valid_to: date | None,
             document: str) -> Delegation:  # fmt: skip
    """The county entrusts a township, or the city lets it decide in its own name (社会救助法 第四十四条)."""
    if mode is DecisionMode.COUNTY:
        raise NothingDelegated(field="mode")
    if valid_to is not None and valid_to <= valid_from:
        raise DelegationEndsBeforeItBegins(field="valid_to")
    delegation = Delegation(
        id=id, division=division, aid=aid, mode=mode, status=DelegationStatus.IN_FORCE, valid_from=valid_from,
        valid_to=valid_to, document=document,
    )  # fmt: skip
    delegation.note("begun")
    return delegation
