"""A figure (统计数据) and its way through filing, review and confirmation by different persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from reporting.domain.form import Entry, Line, Numbers
from reporting.domain.plausibility import Circumstances, Finding, examine_entry, remarkable_changes
from reporting.domain.series import Point
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Forbidden, NotFound, Refusal
from shared.kernel.periods import Period
from shared.kernel.principal import Principal
from shared.kernel.workflow import Workflow


class Status(StrEnum):
    """Where a figure stands (数据状态)."""

    FILED = "FILED"
    REVIEWED = "REVIEWED"
    RETURNED = "RETURNED"
    CONFIRMED = "CONFIRMED"
    RETRACTING = "RETRACTING"
    RETRACTED = "RETRACTED"
    SUPERSEDED = "SUPERSEDED"
    WITHDRAWN = "WITHDRAWN"


class Action(StrEnum):
    """What can be done to a figure (办理动作)."""

    REVIEW = "review"
    """复核通过"""
    RETURN = "return"
    """退回"""
    REFILE = "refile"
    """重新填报"""
    CONFIRM = "confirm"
    """确认"""
    WITHDRAW = "withdraw"
    """撤回"""
    CORRECT = "correct"
    """提出更正"""
    SUPERSEDE = "supersede"
    """由更正后的数据替代"""
    PROPOSE_RETRACTION = "propose-retraction"
    """提出撤销"""
    REJECT_RETRACTION = "reject-retraction"
    """不予撤销"""
    RETRACT = "retract"
    """确认撤销"""


WORKFLOW = Workflow(
    {
        (Status.FILED, Action.REVIEW): Status.REVIEWED,
        (Status.FILED, Action.RETURN): Status.RETURNED,
        (Status.FILED, Action.WITHDRAW): Status.WITHDRAWN,
        (Status.REVIEWED, Action.CONFIRM): Status.CONFIRMED,
        (Status.REVIEWED, Action.RETURN): Status.RETURNED,
        (Status.REVIEWED, Action.WITHDRAW): Status.WITHDRAWN,
        (Status.RETURNED, Action.REFILE): Status.FILED,
        (Status.RETURNED, Action.WITHDRAW): Status.WITHDRAWN,
        (Status.CONFIRMED, Action.CORRECT): Status.CONFIRMED,
        (Status.CONFIRMED, Action.SUPERSEDE): Status.SUPERSEDED,
        (Status.CONFIRMED, Action.PROPOSE_RETRACTION): Status.RETRACTING,
        (Status.RETRACTING, Action.REJECT_RETRACTION): Status.CONFIRMED,
        (Status.RETRACTING, Action.RETRACT): Status.RETRACTED,
        (Status.RETRACTING, Action.SUPERSEDE): Status.SUPERSEDED,
    }
)
"""A correction is a figure of its own; the corrected one stands until the correction is confirmed, and a figure stands
until a second person has confirmed its retraction."""

UNDER_WAY = frozenset({Status.FILED, Status.REVIEWED, Status.RETURNED})
"""Statuses of a figure that may still be confirmed."""

STANDING = frozenset({Status.CONFIRMED, Status.RETRACTING})
"""Statuses of a figure that is published."""


class FigureUnknown(NotFound):
    """统计数据不存在"""


class FindingsNeedExplanation(Refusal):
    """数据有疑点，须填写说明"""


class PeriodConfirmedBefore(Refusal):
    """该期数据已确认，须以更正方式修改"""


class CorrectedFigureNoLongerStands(Refusal):
    """所更正的数据已被另一更正替代"""


class OnlyTheAuthorRefiles(Forbidden):
    """退回的数据须由原填报人重新填报"""


class ConfirmedByItsReviewer(Forbidden):
    """确认人不得为复核人"""


@dataclass(frozen=True)
class Document:
    """The document a figure is taken from (依据文件)."""

    title: str
    number: str | None


@dataclass(frozen=True)
class Correction:
    """Which confirmed figure is corrected, and why (更正)."""

    of: UUID
    reason: str


@dataclass(frozen=True)
class Retraction:
    """Why a confirmed figure should never have been filed, who says so and who agreed (撤销)."""

    reason: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None


@dataclass(kw_only=True)
class Figure(Aggregate):
    """What one division reports in one form for one period (统计数据).

    ``author`` filed what it says; reviewer and confirmer are other persons (四眼原则). ``findings`` are what was
    strange when it was filed and ``explanation`` what the author says to them. A confirmed figure is never changed: a
    correction supersedes it. ``return_reason`` stays readable when the figure was filed again.
    """

    form: str
    period: Period
    numbers: Numbers
    document: Document
    explanation: str | None
    findings: tuple[Finding, ...]
    status: Status
    author: str
    filed_at: datetime
    correction: Correction | None = None
    return_reason: str | None = None
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    superseded_by: UUID | None = None
    retraction: Retraction | None = None

    @property
    def line(self) -> Line:
        """The form and the division."""
        return self.form, self.division

    @property
    def point(self) -> Point:
        """What the series says once the figure is confirmed."""
        return Point(self.period, self.numbers)

    def review(self, *, by: Principal, at: datetime, entry: Entry, before: Point | None) -> None:
        """A second person finds it right."""
        status = WORKFLOW.next(self.status, Action.REVIEW)
        self.reviewed_by = by.require_other_than(self.author)
        self._require_explained(remarkable_changes(entry, before))
        self.status, self.reviewed_at = status, at
        self.note("reviewed")

    def send_back(self, *, by: Principal, reason: str) -> None:
        """A second person returns it to its author with a reason."""
        status = WORKFLOW.next(self.status, Action.RETURN)
        by.require_other_than(self.author)
        self.status, self.return_reason = status, reason
        self.reviewed_by = self.reviewed_at = None
        self.note("returned")

    def refile(
        self, *, entry: Entry, document: Document, explanation: str | None, by: str, at: datetime,
        circumstances: Circumstances,
    ) -> None:  # fmt: skip
        """The author files it again with other numbers or a better explanation."""
        status = WORKFLOW.next(self.status, Action.REFILE)
        if by != self.author:
            raise OnlyTheAuthorRefiles(rule="四眼原则")
        self._require_right_to_stand(circumstances.standing)
        self.findings = explained_findings(entry, explanation, circumstances)
        self.numbers, self.document, self.explanation = entry.numbers, document, explanation
        self.status, self.filed_at = status, at
        self.note("refiled")

    def withdraw(self) -> None:
        """Take back a figure that nobody confirmed."""
        self.status = WORKFLOW.next(self.status, Action.WITHDRAW)
        self.note("withdrawn")

    def confirm(
        self, *, by: Principal, at: datetime, entry: Entry, before: Point | None, standing: Figure | None,
        reviewer_may_confirm: bool,
    ) -> None:  # fmt: skip
        """Another person than the author makes it the figure of its period; the one it corrects is superseded.

        :param before: the published point before the period.
        :param standing: the confirmed figure that speaks for the same day, locked.
        :param reviewer_may_confirm: parameter ``figures.reviewer_may_confirm`` of the day.
        """
        status = WORKFLOW.next(self.status, Action.CONFIRM)
        person = by.require_other_than(self.author)
        if person == self.reviewed_by and not reviewer_may_confirm:
            raise ConfirmedByItsReviewer(rule="figures.reviewer_may_confirm")
        self._require_right_to_stand(standing.id if standing else None)
        self._require_explained(remarkable_changes(entry, before))
        if standing is not None:
            standing.give_way(self)
        self.status, self.confirmed_by, self.confirmed_at = status, person, at
        self.note("confirmed")

    def give_way(self, correction: Figure) -> None:
        """The confirmed correction stands from now on; this figure stays readable."""
        self.status = WORKFLOW.next(self.status, Action.SUPERSEDE)
        self.superseded_by = correction.id
        self.note("superseded")

    def propose_retraction(self, *, by: str, at: datetime, reason: str) -> None:
        """Somebody says that it should never have been filed: wrong form, wrong district or wrong period."""
        self.status = WORKFLOW.next(self.status, Action.PROPOSE_RETRACTION)
        self.retraction = Retraction(reason, by, at)
        self.note("retraction_proposed")

    def reject_retraction(self, *, by: Principal, at: datetime) -> None:
        """A second person finds that it stands rightly."""
        self.status = self._decide_retraction(by, at, Action.REJECT_RETRACTION)
        self.note("retraction_rejected")

    def retract(self, *, by: Principal, at: datetime) -> None:
        """A second person agrees: it stands no more, its period has no figure, and it stays readable."""
        self.status = self._decide_retraction(by, at, Action.RETRACT)
        self.note("retracted")

    def _decide_retraction(self, by: Principal, at: datetime, action: Action) -> Status:
        status = WORKFLOW.next(self.status, action)
        if self.retraction is None:
            raise RuntimeError("a figure under retraction says why")
        person = by.require_other_than(self.retraction.proposed_by)
        self.retraction = replace(self.retraction, decided_by=person, decided_at=at)
        return status

    def actions_of(self, person: str | None, *, reviewer_may_confirm: bool) -> tuple[Action, ...]:
        """What this person may do now, as far as persons and status decide."""
        barred = {Action.SUPERSEDE}
        if person is None:
            return ()
        if person == self.author:
            barred |= {Action.REVIEW, Action.RETURN, Action.CONFIRM}
        else:
            barred.add(Action.REFILE)
        if self.retraction is not None and person == self.retraction.proposed_by:
            barred |= {Action.RETRACT, Action.REJECT_RETRACTION}
        if person == self.reviewed_by and not reviewer_may_confirm:
            barred.add(Action.CONFIRM)
        return tuple(action for action in WORKFLOW.possible(self.status) if action not in barred)

    def _require_right_to_stand(self, standing: UUID | None) -> None:
        """Only a correction of the standing figure takes its place."""
        if self.correction is None and standing is not None:
            raise PeriodConfirmedBefore(figure_id=str(standing))
        if self.correction is not None and self.correction.of != standing:
            raise CorrectedFigureNoLongerStands(figure_id=str(standing))

    def _require_explained(self, findings: Sequence[Finding]) -> None:
        """What became strange only after the filing has no explanation yet: it goes back to the author."""
        known = {finding.kind for finding in self.findings}
        _refuse_unexplained([finding for finding in findings if finding.kind not in known])


def file_figure(
    *, id: UUID, entry: Entry, document: Document, explanation: str | None, by: str, at: datetime,
    circumstances: Circumstances,
) -> Figure:  # fmt: skip
    """An official files the first figure of a period."""
    if circumstances.standing is not None:
        raise PeriodConfirmedBefore(figure_id=str(circumstances.standing))
    return _filed(id, entry, document, explanation, by, at, circumstances, None)


def correct_figure(
    figure: Figure, *, id: UUID, entry: Entry, document: Document, explanation: str | None, by: str, at: datetime,
    circumstances: Circumstances, reason: str,
) -> Figure:  # fmt: skip
    """An official files what a confirmed figure should have said, and why."""
    WORKFLOW.next(figure.status, Action.CORRECT)
    return _filed(id, entry, document, explanation, by, at, circumstances, Correction(figure.id, reason))


def _filed(
    id: UUID, entry: Entry, document: Document, explanation: str | None, by: str, at: datetime,
    circumstances: Circumstances, correction: Correction | None,
) -> Figure:  # fmt: skip
    figure = Figure(
        id=id, division=entry.division, form=entry.form.code, period=entry.period, numbers=entry.numbers,
        document=document, explanation=explanation, findings=explained_findings(entry, explanation, circumstances),
        status=Status.FILED, author=by, filed_at=at, correction=correction,
    )  # fmt: skip
    figure.note("filed")
    return figure


def explained_findings(entry: Entry, explanation: str | None, circumstances: Circumstances) -> tuple[Finding, ...]:
    """What is strange about an entry; refuses to pass it in silence."""
    findings = examine_entry(entry, circumstances)
    if explanation is None:
        _refuse_unexplained(findings)
    return findings


def _refuse_unexplained(findings: Sequence[Finding]) -> None:
    if findings:
        raise FindingsNeedExplanation(field="explanation", findings=[finding.told for finding in findings])
