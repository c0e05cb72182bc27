"""The list of the gravely dishonest in marriage registration (婚姻登记严重失信): proposed, told, listed, taken off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from marriage.domain.party import Document
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import NotFound, Refusal
from shared.kernel.names import PersonName
from shared.kernel.workflow import Workflow

MEMORANDUM = "2018年婚姻登记严重失信当事人联合惩戒备忘录"


class DishonestyGround(StrEnum):
    """Why somebody is listed (失信情形)."""

    FALSE_PAPERS = "FALSE_PAPERS"
    """伪造、变造或者冒用证件"""
    FALSE_DECLARATION = "FALSE_DECLARATION"
    """作无配偶、无亲属关系的虚假声明"""
    HIDDEN_INCAPACITY = "HIDDEN_INCAPACITY"
    """隐瞒对方无民事行为能力"""
    OTHER_GRAVE = "OTHER_GRAVE"


class DishonestyStatus(StrEnum):
    """Where a listing stands (失信名单状态)."""

    NOTIFIED = "NOTIFIED"
    OBJECTED = "OBJECTED"
    LISTED = "LISTED"
    REJECTED = "REJECTED"
    DELISTED = "DELISTED"


class DishonestyAction(StrEnum):
    """What can be done to a listing."""

    OBJECT = "object"
    LIST = "list"
    REJECT = "reject"
    DELIST = "delist"


_S, _A = DishonestyStatus, DishonestyAction
WORKFLOW = Workflow(
    {
        (_S.NOTIFIED, _A.OBJECT): _S.OBJECTED,
        (_S.NOTIFIED, _A.LIST): _S.LISTED,
        (_S.NOTIFIED, _A.REJECT): _S.REJECTED,
        (_S.OBJECTED, _A.LIST): _S.LISTED,
        (_S.OBJECTED, _A.REJECT): _S.REJECTED,
        (_S.LISTED, _A.DELIST): _S.DELISTED,
    }
)


class DishonestyUnknown(NotFound):
    """失信记录不存在"""


class ObjectionPeriodRunning(Refusal):
    """异议期尚未届满"""


class ObjectionPeriodOver(Refusal):
    """异议期已过"""


@dataclass(kw_only=True)
class Dishonesty(Aggregate):
    """One person's listing (严重失信记录), from the notice on; ``until`` is the first day it no longer holds."""

    name: PersonName
    document: Document
    ground: DishonestyGround
    evidence: str
    status: DishonestyStatus
    notified_on: date
    objection_until: date
    listed_on: date | None = None
    until: date | None = None
    delisted_on: date | None = None
    reason: str | None = None

    def contest(self, today: date) -> None:
        """The person objects within the period."""
        self._move(_A.OBJECT, "objected")
        if today > self.objection_until:
            raise ObjectionPeriodOver(rule=MEMORANDUM)

    def list(self, *, today: date, until: date) -> None:
        """Nobody objected in time, or the objection was rejected."""
        if self.status is _S.NOTIFIED and today <= self.objection_until:
            raise ObjectionPeriodRunning(rule=MEMORANDUM, objection_until=self.objection_until.isoformat())
        self._move(_A.LIST, "listed")
        self.listed_on, self.until = today, until

    def reject(self, reason: str) -> None:
        """The objection is right."""
        self._move(_A.REJECT, "rejected")
        self.reason = reason

    def delist(self, *, today: date, reason: str) -> None:
        """Repaired, or its time is over."""
        self._move(_A.DELIST, "delisted")
        self.delisted_on, self.reason = today, reason

    def _move(self, action: DishonestyAction, participle: str) -> None:
        self.status = WORKFLOW.next(self.status, action)
        self.note(participle)
