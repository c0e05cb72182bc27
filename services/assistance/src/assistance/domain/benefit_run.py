"""A monthly benefit run (发放批次): the lines of one aid, area and month, sealed by a second person.

Law: 民发〔2021〕57号 第二十五条. Every line is what was due for a month less what has been paid for it, so back-pay and
corrections come by themselves. A collision of aids blocks its line, never the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from assistance.domain.aid import MONTHLY_CASH, Aid
from assistance.domain.benefit import NoMonthlyMoney, require_first_day
from assistance.domain.overlap import MATRIX, Compatibility
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import NotFound, Refusal
from shared.kernel.principal import Principal
from shared.kernel.workflow import Workflow


class RunStatus(StrEnum):
    """Where a run stands (批次状态)."""

    COMPUTING = "COMPUTING"
    READY = "READY"
    SEALED = "SEALED"
    DISCARDED = "DISCARDED"


class RunAction(StrEnum):
    """What can be done to a run."""

    FINISH = "finish"
    SEAL = "seal"
    DISCARD = "discard"


class LineKind(StrEnum):
    """Why a line is there (发放类型)."""

    REGULAR = "REGULAR"
    BACK_PAY = "BACK_PAY"
    """补发"""
    RECOVERY = "RECOVERY"
    """多发待追回，不进入银行文件"""


WORKFLOW = Workflow(
    {
        (RunStatus.COMPUTING, RunAction.FINISH): RunStatus.READY,
        (RunStatus.COMPUTING, RunAction.DISCARD): RunStatus.DISCARDED,
        (RunStatus.READY, RunAction.SEAL): RunStatus.SEALED,
        (RunStatus.READY, RunAction.DISCARD): RunStatus.DISCARDED,
    }
)


class RunUnknown(NotFound):
    """发放批次不存在"""


class RunAlreadyOpen(Refusal):
    """该事项在此地区已有未封存的批次"""


class RunNotSealed(Refusal):
    """批次尚未封存"""


class MonthNotReached(Refusal):
    """发放月份尚未到来"""


@dataclass(kw_only=True)
class BenefitRun(Aggregate):
    """One run; ``after`` is the last benefit computed, so that an interrupted run goes on from there."""

    aid: Aid
    month: date
    status: RunStatus
    opened_by: str
    sealed_by: str | None = None
    sealed_on: date | None = None
    after: UUID | None = None
    lines: int = 0
    blocked: int = 0
    total_fen: int = 0
    digest: str | None = None
    signature: str | None = None

    def finish(self, *, lines: int, blocked: int, total_fen: int, digest: str) -> None:
        """Every line is there; ``digest`` is the SHA-256 over them in order."""
        self.status = WORKFLOW.next(self.status, RunAction.FINISH)
        self.lines, self.blocked, self.total_fen, self.digest = lines, blocked, total_fen, digest
        self.note("computed")

    def require_other_sealer(self, by: Principal) -> str:
        """Who seals is not who opened; refused unless the run is ready."""
        WORKFLOW.next(self.status, RunAction.SEAL)
        return by.require_other_than(self.opened_by)

    def seal(self, *, by: Principal, on: date, signature: str) -> None:
        """From now on nothing in it changes."""
        sealer = self.require_other_sealer(by)
        self.status = WORKFLOW.next(self.status, RunAction.SEAL)
        self.sealed_by, self.sealed_on, self.signature = sealer, on, signature
        self.note("sealed")

    def discard(self) -> None:
        """Throw an unsealed run away; nothing was paid."""
        self.status = WORKFLOW.next(self.status, RunAction.DISCARD)
        self.note("discarded")

    def require_sealed(self) -> None:
        """Only a sealed run goes to the bank."""
        if self.status is not RunStatus.SEALED:
            raise RunNotSealed(status_now=self.status.value)


def open_run(*, id: UUID, division: str, aid: Aid, month: date, today: date, by: str) -> BenefitRun:
    """Begin a run for a month that has come."""
    if aid not in MONTHLY_CASH:
        raise NoMonthlyMoney(aid=aid.value)
    require_first_day(month)
    if month > today:
        raise MonthNotReached(field="month")
    run = BenefitRun(id=id, division=division, aid=aid, month=month, status=RunStatus.COMPUTING, opened_by=by)
    run.note("opened")
    return run


def never_with(aid: Aid) -> tuple[str, ...]:
    """The aids whose holders may not be paid this one."""
    return tuple(
        sorted(
            other.value
            for pair, overlap in MATRIX.items()
            if aid in pair and overlap.compatibility is Compatibility.NEVER
            for other in pair - {aid}
        )
    )
