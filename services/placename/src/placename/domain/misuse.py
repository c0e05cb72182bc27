"""A name used without approval or not as standardised, and how it is put right (条例 第三十六条至第三十八条)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from placename.domain.procedure import in_order
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import Deadline
from shared.kernel.errors import Invalid, NotFound
from shared.kernel.workflow import Workflow


class MisuseKind(StrEnum):
    """What is wrong (违规情形)."""

    UNAPPROVED = "UNAPPROVED"
    """擅自命名、更名"""
    NOT_STANDARD = "NOT_STANDARD"
    """应当使用标准地名而未使用"""
    SIGN_HARMED = "SIGN_HARMED"
    """擅自设置、拆除、移动、涂改、遮挡、损毁地名标志"""


FINES_FEN = {MisuseKind.NOT_STANDARD: (200_000, 1_000_000), MisuseKind.SIGN_HARMED: (100_000, 500_000)}
"""Least and most, in fen: 2 000 to 10 000 yuan (第三十七条), 1 000 to 5 000 yuan (第三十八条); 第三十六条 has none."""
ARTICLES = {
    MisuseKind.UNAPPROVED: "地名管理条例 第三十六条",
    MisuseKind.NOT_STANDARD: "地名管理条例 第三十七条",
    MisuseKind.SIGN_HARMED: "地名管理条例 第三十八条",
}


class MisuseStatus(StrEnum):
    """Where a report stands (处理状态)."""

    REPORTED = "REPORTED"
    ORDERED = "ORDERED"
    """已责令改正"""
    CORRECTED = "CORRECTED"
    PENALISED = "PENALISED"
    """逾期不改，已处罚或者通报"""
    DISMISSED = "DISMISSED"
    """不属实"""


class MisuseAction(StrEnum):
    """What is done about a report."""

    ORDER = "order"
    CORRECT = "correct"
    PENALISE = "penalise"
    DISMISS = "dismiss"


MISUSE_WORKFLOW = Workflow(
    {
        (MisuseStatus.REPORTED, MisuseAction.ORDER): MisuseStatus.ORDERED,
        (MisuseStatus.REPORTED, MisuseAction.CORRECT): MisuseStatus.CORRECTED,
        (MisuseStatus.REPORTED, MisuseAction.DISMISS): MisuseStatus.DISMISSED,
        (MisuseStatus.ORDERED, MisuseAction.CORRECT): MisuseStatus.CORRECTED,
        (MisuseStatus.ORDERED, MisuseAction.PENALISE): MisuseStatus.PENALISED,
        (MisuseStatus.PENALISED, MisuseAction.CORRECT): MisuseStatus.CORRECTED,
    }
)


class MisuseUnknown(NotFound):
    """不规范使用记录不存在"""


class FineOutOfRange(Invalid):
    """罚款数额超出规定的幅度"""


class TermNotOver(Invalid):
    """责令改正的期限尚未届满"""


@dataclass(kw_only=True)
class Misuse(Aggregate):
    """One report of a wrong use (不规范使用地名); ``found`` is the wrong name, ``name_id`` the standard one."""

    kind: MisuseKind
    found: str
    carrier: str
    name_id: UUID | None
    status: MisuseStatus
    reported_on: date
    correct_by: Deadline | None = None
    corrected_on: date | None = None
    document_no: str | None = None
    fine_fen: int | None = None
    reason: str | None = None

    @property
    def corrected_in_time(self) -> bool | None:
        """Whether it was put right by the day the order named; without an order any day is in time."""
        if self.corrected_on is None:
            return None
        return self.correct_by is None or self.corrected_on <= self.correct_by.on

    def order(self, *, document_no: str, correct_by: Deadline) -> None:
        """The department orders it to be put right by a day (责令限期改正)."""
        self.status = MISUSE_WORKFLOW.next(self.status, MisuseAction.ORDER)
        self.document_no, self.correct_by = document_no, correct_by
        self.note("ordered")

    def correct(self, *, on: date, at: datetime) -> None:
        """It is put right."""
        status = MISUSE_WORKFLOW.next(self.status, MisuseAction.CORRECT)
        in_order(self.reported_on, on, at, "corrected_on")
        self.status, self.corrected_on = status, on
        self.note("corrected")

    def penalise(self, *, document_no: str, fine_fen: int | None, today: date) -> None:
        """Not put right in time: criticised in public, and fined within the bounds of the article."""
        status = MISUSE_WORKFLOW.next(self.status, MisuseAction.PENALISE)
        assert self.correct_by is not None
        if today <= self.correct_by.on:
            raise TermNotOver(correct_by=self.correct_by.on.isoformat())
        bounds = FINES_FEN.get(self.kind)
        if fine_fen is not None and (bounds is None or not bounds[0] <= fine_fen <= bounds[1]):
            least, most = bounds or (0, 0)
            raise FineOutOfRange(rule=ARTICLES[self.kind], field="fine_fen", least_fen=least, most_fen=most)
        self.status, self.document_no, self.fine_fen = status, document_no, fine_fen
        self.note("penalised")

    def dismiss(self, *, reason: str) -> None:
        """The report proved wrong."""
        self.status = MISUSE_WORKFLOW.next(self.status, MisuseAction.DISMISS)
        self.reason = reason
        self.note("dismissed")

    def possible_actions(self) -> tuple[MisuseAction, ...]:
        """What may be done now."""
        return MISUSE_WORKFLOW.possible(self.status)


def report_misuse(
    *, id: UUID, division: str, kind: MisuseKind, found: str, carrier: str, name_id: UUID | None, on: date
) -> Misuse:
    """Somebody reports a wrong use."""
    misuse = Misuse(
        id=id, division=division, kind=kind, found=found, carrier=carrier, name_id=name_id,
        status=MisuseStatus.REPORTED, reported_on=on,
    )  # fmt: skip
    misuse.note("reported")
    return misuse
