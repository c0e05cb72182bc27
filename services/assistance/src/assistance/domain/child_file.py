"""One child, one file (一人一档): orphans, children nobody raises in fact, children in difficulty.

Law: 国办发〔2010〕54号; 民发〔2019〕62号; 国发〔2016〕36号. The child's name never leaves the sealed file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Invalid, NotFound
from shared.kernel.workflow import Workflow


class ChildKind(StrEnum):
    """What kind of child (儿童类别)."""

    ORPHAN = "ORPHAN"
    UNATTENDED = "UNATTENDED"
    IN_DIFFICULTY = "IN_DIFFICULTY"


class ChildStatus(StrEnum):
    """Where the file stands (档案状态)."""

    FOUND = "FOUND"
    RECOGNISED = "RECOGNISED"
    CLOSED = "CLOSED"


class ChildAction(StrEnum):
    """What is entered in the file."""

    RECOGNISE = "recognise"
    VISIT = "visit"
    CLOSE = "close"


_S, _A = ChildStatus, ChildAction
WORKFLOW = Workflow(
    {
        (_S.FOUND, _A.RECOGNISE): _S.RECOGNISED,
        (_S.FOUND, _A.VISIT): _S.FOUND,
        (_S.FOUND, _A.CLOSE): _S.CLOSED,
        (_S.RECOGNISED, _A.VISIT): _S.RECOGNISED,
        (_S.RECOGNISED, _A.CLOSE): _S.CLOSED,
    }
)


class ChildUnknown(NotFound):
    """儿童档案不存在"""


class BeforeTheChildWasFound(Invalid):
    """日期不得早于发现日期"""


@dataclass(frozen=True)
class ChildRecord:
    """What the file holds."""

    kind: ChildKind
    found_on: date
    recognised_on: date | None = None
    closed_on: date | None = None
    visits: tuple[date, ...] = ()


@dataclass(kw_only=True)
class ChildFile(Aggregate):
    """One child's file at its township (困境儿童档案)."""

    status: ChildStatus
    facts: ChildRecord

    def recognise(self, *, on: date) -> None:
        """The child is recognised and secured from the day on."""
        self._move(ChildAction.RECOGNISE, on)
        self.facts = replace(self.facts, recognised_on=on)
        self.note("recognised")

    def visit(self, *, on: date) -> None:
        """Somebody visited the child."""
        self._move(ChildAction.VISIT, on)
        self.facts = replace(self.facts, visits=(*self.facts.visits, on))
        self.note("visited")

    def close(self, *, on: date) -> None:
        """The grounds no longer hold from the day on."""
        self._move(ChildAction.CLOSE, on)
        self.facts = replace(self.facts, closed_on=on)
        self.note("closed")

    def _move(self, action: ChildAction, on: date) -> None:
        status = WORKFLOW.next(self.status, action)
        if on < (self.facts.recognised_on or self.facts.found_on):
            raise BeforeTheChildWasFound(field="on")
        self.status = status


def open_child_file(*, id: UUID, division: str, kind: ChildKind, found_on: date) -> ChildFile:
    """A child was found, whether it asked or not."""
    file = ChildFile(id=id, division=division, status=ChildStatus.FOUND, facts=ChildRecord(kind, found_on))
    file.note("found")
    return file
