"""Notices of decision with the ways to appeal, and the appeals themselves (救济; rulebook §9 A-01…A-06)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from assistance.domain.deadlines import Counting, DecisionMode
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import Deadline
from shared.kernel.errors import Invalid, NotFound
from shared.kernel.workflow import Workflow


class RemedyKind(StrEnum):
    """Which way (救济途径)."""

    REVIEW = "REVIEW"
    """行政复议"""
    SUIT = "SUIT"
    """行政诉讼"""


class RemedyOutcome(StrEnum):
    """What came of it."""

    UPHELD = "UPHELD"
    CHANGED = "CHANGED"
    WITHDRAWN = "WITHDRAWN"


class RemedyStatus(StrEnum):
    """Where it stands."""

    FILED = "FILED"
    DECIDED = "DECIDED"


class RemedyAction(StrEnum):
    """What can be done with it."""

    DECIDE = "decide"


WORKFLOW = Workflow({(RemedyStatus.FILED, RemedyAction.DECIDE): RemedyStatus.DECIDED})


class RemedyUnknown(NotFound):
    """复议或诉讼记录不存在"""


class NothingToAppeal(Invalid):
    """尚无可以申请复议或提起诉讼的决定"""


class FiledTooLate(Invalid):
    """已超过申请复议或提起诉讼的期限"""


@dataclass(frozen=True)
class WayToAppeal:
    """One way: where, against whom, until when."""

    kind: RemedyKind
    body: str
    respondent: str
    until: Deadline
    days: str


@dataclass(frozen=True)
class DecisionNotice:
    """The written notice (决定书): what was decided, why, and how to appeal; ``known_on`` starts the limits."""

    decided_on: date
    known_on: date
    outcome: str
    amount_fen: int | None
    reasons: tuple[str, ...]
    alternatives: tuple[str, ...]
    ways: tuple[WayToAppeal, ...]
    review_first: bool


REVIEW_BODY = "所在区县人民政府"
"""It reviews acts of its bureau, of townships and of street offices (行政复议法 第二十四条)."""


def respondent_of(mode: DecisionMode) -> str:
    """Against whom: who decided in its own name; under entrusting the bureau answers (行政复议法 第十九条)."""
    return "所在乡镇人民政府（街道办事处）" if mode is DecisionMode.TOWNSHIP_OWN else "所在区县民政局"


def ways_to_appeal(known_on: date, mode: DecisionMode, count: Counting) -> tuple[WayToAppeal, ...]:
    """Review within 60 days, suit within six months, both from knowing the decision."""
    respondent = respondent_of(mode)
    review = count.days("REVIEW", known_on, "appeal.review").due
    suit = count.months("SUIT", known_on, "appeal.suit").due
    return (
        WayToAppeal(RemedyKind.REVIEW, REVIEW_BODY, respondent, review, "六十日"),
        WayToAppeal(RemedyKind.SUIT, "有管辖权的人民法院", respondent, suit, "六个月"),
    )


@dataclass(kw_only=True)
class Remedy(Aggregate):
    """One appeal against one decision."""

    application_id: UUID
    kind: RemedyKind
    status: RemedyStatus
    filed_on: date
    due: Deadline
    outcome: RemedyOutcome | None = None
    decided_on: date | None = None

    def decide(self, *, outcome: RemedyOutcome, on: date) -> None:
        """What the government or the court said."""
        self.status = WORKFLOW.next(self.status, RemedyAction.DECIDE)
        self.outcome, self.decided_on = outcome, on
        self.note("decided")


def file_remedy(*, id: UUID, division: str, application_id: UUID, kind: RemedyKind, known_on: date | None, on: date,
                count: Counting) -> Remedy:  # fmt: skip
    """Somebody appeals in time; a review is decided in sixty days."""
    if known_on is None:
        raise NothingToAppeal(rule="A-01")
    ways = {way.kind: way.until.on for way in ways_to_appeal(known_on, DecisionMode.COUNTY, count)}
    if on > ways[kind]:
        raise FiledTooLate(rule="A-01", field="kind", until=ways[kind].isoformat())
    limit = count.days("REVIEW_DECISION", on, "appeal.review_decision") if kind is RemedyKind.REVIEW else count.months(
        "SUIT_DECISION", on, "appeal.suit_decision"
    )  # fmt: skip
    remedy = Remedy(
        id=id, division=division, application_id=application_id, kind=kind, status=RemedyStatus.FILED, filed_on=on,
        due=limit.due,
    )  # fmt: skip
    remedy.note("filed")
    return remedy
