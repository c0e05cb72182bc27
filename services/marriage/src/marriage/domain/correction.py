"""Correction of a registered entry (婚姻登记信息更正): only what the office itself wrote wrongly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from marriage.domain.party import Side
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import NotFound, Refusal
from shared.kernel.principal import SecondPersonRequired
from shared.kernel.workflow import Workflow


class CorrectionStatus(StrEnum):
    """Where a correction stands (更正办理状态)."""

    REQUESTED = "REQUESTED"
    ARCHIVE_CHECKED = "ARCHIVE_CHECKED"
    CORRECTED = "CORRECTED"
    REFUSED = "REFUSED"


class CorrectionAction(StrEnum):
    """What can be done to a correction."""

    CHECK_ARCHIVE = "check-archive"
    CORRECT = "correct"
    REFUSE = "refuse"


_S, _A = CorrectionStatus, CorrectionAction
WORKFLOW = Workflow(
    {
        (_S.REQUESTED, _A.CHECK_ARCHIVE): _S.ARCHIVE_CHECKED,
        (_S.REQUESTED, _A.REFUSE): _S.REFUSED,
        (_S.ARCHIVE_CHECKED, _A.CORRECT): _S.CORRECTED,
        (_S.ARCHIVE_CHECKED, _A.REFUSE): _S.REFUSED,
    }
)


class Entry(StrEnum):
    """Which entry is wrong (更正事项)."""

    NAME = "NAME"
    DOCUMENT_NUMBER = "DOCUMENT_NUMBER"


class Cause(StrEnum):
    """What the archive shows about the difference (差错原因)."""

    CLERICAL = "CLERICAL"
    """登记机关笔误：与档案中的证件不符"""
    CHANGED_LATER = "CHANGED_LATER"
    """登记后依法变更"""
    FALSE_AT_REGISTRATION = "FALSE_AT_REGISTRATION"
    """登记时即不真实"""


class CorrectionUnknown(NotFound):
    """更正事项不存在"""


class ChangedAfterRegistration(Refusal):
    """登记后变更的信息不作更正，可以凭公安机关证明补领婚姻登记证"""


class FalseFromTheStart(Refusal):
    """登记时信息不真实的，按照冒名、骗取婚姻登记的程序处理"""


class NothingToCorrect(Refusal):
    """更正后的内容与现有记载相同"""


@dataclass(kw_only=True)
class Correction(Aggregate):
    """One wrong entry and its right value (登记信息更正); the old value is kept, sealed."""

    registration_id: UUID
    side: Side
    entry: Entry
    status: CorrectionStatus
    requested_by: str
    requested_on: date
    right: str
    old: str | None = None
    document: str | None = None
    ended_on: date | None = None

    def check_archive(self, cause: Cause, document: str) -> None:
        """The papers in the archive show whether the office made the slip (§6.4)."""
        self._move(_A.CHECK_ARCHIVE, "checked")
        if cause is Cause.CHANGED_LATER:
            raise ChangedAfterRegistration(instead="PARTICULARS_CHANGED")
        if cause is Cause.FALSE_AT_REGISTRATION:
            raise FalseFromTheStart(instead="fraud-cases")
        self.document = document

    def correct(self, *, old: str, by: str, today: date) -> None:
        """A second registrar writes the right value."""
        self._move(_A.CORRECT, "corrected")
        if by == self.requested_by:
            raise SecondPersonRequired("复核人不得与经办人为同一人")
        if old == self.right:
            raise NothingToCorrect(field="right")
        self.old, self.ended_on = old, today

    def refuse(self, today: date) -> None:
        """The entry stays as it is."""
        self._move(_A.REFUSE, "refused")
        self.ended_on = today

    def _move(self, action: CorrectionAction, participle: str) -> None:
        self.status = WORKFLOW.next(self.status, action)
        self.note(participle)
