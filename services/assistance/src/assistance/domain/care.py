"""The care of a person in extreme hardship: self-care tests, wishes, place, agreement, visits.

Law: 社会救助法 第十六条、第十七条; 民发〔2021〕43号 第二十条至第二十四条.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from assistance.domain.household import SelfCareItem
from assistance.domain.programmes.hardship import CareGrade, care_grade
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Invalid, NotFound
from shared.kernel.spans import Span
from shared.kernel.workflow import Workflow


class CareStatus(StrEnum):
    """Whether the file is open (供养档案状态)."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class CareAction(StrEnum):
    """What is entered in the file."""

    ASSESS = "assess"
    WISH = "wish"
    MOVE = "move"
    AGREE = "agree"
    VISIT = "visit"
    CLOSE = "close"


class Place(StrEnum):
    """Where the care is given (供养方式)."""

    INSTITUTION = "INSTITUTION"
    """集中供养"""
    HOME = "HOME"
    """分散供养"""


WORKFLOW = Workflow(
    {
        (CareStatus.OPEN, action): CareStatus.CLOSED if action is CareAction.CLOSE else CareStatus.OPEN
        for action in CareAction
    }
)


class CareUnknown(NotFound):
    """供养档案不存在"""


class NotInOrderOfTime(Invalid):
    """日期不得早于上一条记录"""


@dataclass(frozen=True)
class Assessment:
    """One self-care test: the failed items of six, on a day."""

    on: date
    failed: tuple[SelfCareItem, ...]

    @property
    def grade(self) -> CareGrade:
        """The grade that the number of failed items gives."""
        return care_grade(len(set(self.failed)))


@dataclass(frozen=True)
class Choice:
    """A wish or a place, from a day on."""

    on: date
    place: Place


@dataclass(frozen=True)
class CareRecord:
    """Everything entered, oldest first (供养记录)."""

    township: str
    supported: Span
    assessments: tuple[Assessment, ...] = ()
    wishes: tuple[Choice, ...] = ()
    places: tuple[Choice, ...] = ()
    agreements: tuple[Span, ...] = ()
    visits: tuple[date, ...] = ()


@dataclass(kw_only=True)
class CareFile(Aggregate):
    """One person's care file (特困人员供养档案)."""

    status: CareStatus
    facts: CareRecord

    def assess(self, *, on: date, failed: tuple[SelfCareItem, ...]) -> None:
        """The six items were tested."""
        self._enter(CareAction.ASSESS, on, self.facts.assessments[-1].on if self.facts.assessments else None)
        self.facts = replace(self.facts, assessments=(*self.facts.assessments, Assessment(on, failed)))
        self.note("assessed")

    def wish(self, *, on: date, place: Place) -> None:
        """The person says where he wants to be cared for; his wish decides."""
        self._enter(CareAction.WISH, on, self.facts.wishes[-1].on if self.facts.wishes else None)
        self.facts = replace(self.facts, wishes=(*self.facts.wishes, Choice(on, place)))
        self.note("wished")

    def move(self, *, on: date, place: Place) -> None:
        """The person lives there from a day on."""
        self._enter(CareAction.MOVE, on, self.facts.places[-1].on if self.facts.places else None)
        self.facts = replace(self.facts, places=(*self.facts.places, Choice(on, place)))
        self.note("moved")

    def agree(self, *, term: Span) -> None:
        """A care agreement is signed for a term (委托照料服务协议)."""
        self._enter(CareAction.AGREE, term.begin, self.facts.agreements[-1].begin if self.facts.agreements else None)
        self.facts = replace(self.facts, agreements=(*self.facts.agreements, term))
        self.note("agreed")

    def visit(self, *, on: date) -> None:
        """Somebody from the township was there (定期探访)."""
        self._enter(CareAction.VISIT, on, self.facts.visits[-1] if self.facts.visits else None)
        self.facts = replace(self.facts, visits=(*self.facts.visits, on))
        self.note("visited")

    def close(self, *, on: date) -> None:
        """The care ends with the day before."""
        self._enter(CareAction.CLOSE, on, None)
        self.facts = replace(self.facts, supported=Span(self.facts.supported.begin, on))
        self.note("closed")

    def _enter(self, action: CareAction, on: date, last: date | None) -> None:
        status = WORKFLOW.next(self.status, action)
        if on < self.facts.supported.begin or (last and on < last):
            raise NotInOrderOfTime(field="on")
        self.status = status

    def next_visit_due(self, days: int) -> date:
        """The last day for the next visit."""
        last = self.facts.visits[-1] if self.facts.visits else self.facts.supported.begin
        return date.fromordinal(last.toordinal() + days)


def open_care_file(*, id: UUID, division: str, supported_from: date) -> CareFile:
    """Care begins on a day."""
    care = CareFile(
        id=id, division=division, status=CareStatus.OPEN, facts=CareRecord(division, Span(supported_from))
    )  # fmt: skip
    care.note("opened")
    return care
