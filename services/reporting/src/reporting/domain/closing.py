"""The close of a period (关账): its figures are final, until the close is opened again with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import NotFound, Refusal
from shared.kernel.periods import Period
from shared.kernel.principal import Principal
from shared.kernel.workflow import Workflow

CLOSING_RULE = "已关账报告期的数据不再变动；确需变动的，先说明理由重新开账"


class Status(StrEnum):
    """Whether a close holds (关账状态)."""

    CLOSED = "CLOSED"
    REOPENED = "REOPENED"


class Action(StrEnum):
    """What can be done to a close (关账动作)."""

    REOPEN = "reopen"
    """重新开账"""
    CLOSE_AGAIN = "close-again"
    """再次关账"""


WORKFLOW = Workflow(
    {
        (Status.CLOSED, Action.REOPEN): Status.REOPENED,
        (Status.REOPENED, Action.CLOSE_AGAIN): Status.CLOSED,
    }
)


class ClosingUnknown(NotFound):
    """没有这次关账"""


class PeriodClosed(Refusal):
    """该报告期已关账，不再接受填报、更正或撤销"""


class PeriodClosedBefore(Refusal):
    """该报告期已经关账"""


class OpenPeriodCannotBeClosed(Refusal):
    """报告期尚未结束，不得关账"""


@dataclass(kw_only=True)
class Closing(Aggregate):
    """The close of one period for all forms and divisions (关账).

    A closed year closes the quarters and months in it. The person who opens it again is another one than who closed it.
    """

    period: Period
    status: Status
    closed_by: str
    closed_at: datetime
    reopened_by: str | None = None
    reopened_at: datetime | None = None
    reason: str | None = None

    @property
    def holds(self) -> bool:
        """Whether figures of the period are final now."""
        return self.status is Status.CLOSED

    def covers(self, period: Period) -> bool:
        """Whether a period lies wholly within the closed one."""
        return self.period.first <= period.first and period.last <= self.period.last

    def reopen(self, *, by: Principal, at: datetime, reason: str) -> None:
        """A second person opens the period again for a correction, and says why."""
        status = WORKFLOW.next(self.status, Action.REOPEN)
        self.reopened_by = by.require_other_than(self.closed_by)
        self.status, self.reopened_at, self.reason = status, at, reason
        self.note("reopened")

    def close_again(self, *, by: str, at: datetime) -> None:
        """Close it once more after the correction."""
        self.status = WORKFLOW.next(self.status, Action.CLOSE_AGAIN)
        self.closed_by, self.closed_at = by, at
        self.note("closed")


def require_ended(period: Period, today: date) -> None:
    """Only a period that is over can be closed."""
    if today <= period.last:
        raise OpenPeriodCannotBeClosed(field="period", last_day=period.last.isoformat())


def require_open(period: Period, closings: Iterable[Closing]) -> None:
    """Refuse a change of figures of a closed period."""
    for closing in closings:
        if closing.holds and closing.covers(period):
            raise PeriodClosed(
                rule=CLOSING_RULE, field="period", closed_period=str(closing.period),
                closed_at=closing.closed_at.isoformat(),
            )  # fmt: skip
