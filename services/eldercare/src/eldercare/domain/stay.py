"""The stay of one resident in one bed: trial, stay, leaves, levels, moves and its end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from eldercare.domain.bed import Bed
from eldercare.domain.institution import Institution
from eldercare.domain.resident import Resident, require_elder
from eldercare.domain.span import require_past
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.spans import Span
from shared.kernel.workflow import Workflow

TRIAL_DAYS = "stay.trial_days"
HOLD_DAYS = "stay.hold_days"
REFUND_WORKDAYS = "stay.refund_workdays"


class Ground(StrEnum):
    """Why somebody may live in an institution (入住依据)."""

    ELDER = "ELDER"
    """老年人"""
    EXTREME_HARDSHIP = "EXTREME_HARDSHIP"
    """特困人员"""


class Status(StrEnum):
    """Where a stay stands (入住状态)."""

    TRIAL = "TRIAL"
    """试入住"""
    CURRENT = "CURRENT"
    ENDED = "ENDED"
    VOIDED = "VOIDED"


class Action(StrEnum):
    """What can be done to a stay (入住事项)."""

    PASS_TRIAL = "pass-trial"  # noqa: S105 - the trial of a resident
    CHANGE_LEVEL = "change-level"
    LEAVE = "leave"
    RETURN = "return"
    MOVE = "move"
    END = "end"
    VOID = "void"


WORKFLOW = Workflow(
    {
        (Status.TRIAL, Action.PASS_TRIAL): Status.CURRENT,
        (Status.TRIAL, Action.CHANGE_LEVEL): Status.TRIAL,
        (Status.TRIAL, Action.LEAVE): Status.TRIAL,
        (Status.TRIAL, Action.RETURN): Status.TRIAL,
        (Status.TRIAL, Action.MOVE): Status.ENDED,
        (Status.TRIAL, Action.END): Status.ENDED,
        (Status.TRIAL, Action.VOID): Status.VOIDED,
        (Status.CURRENT, Action.CHANGE_LEVEL): Status.CURRENT,
        (Status.CURRENT, Action.LEAVE): Status.CURRENT,
        (Status.CURRENT, Action.RETURN): Status.CURRENT,
        (Status.CURRENT, Action.MOVE): Status.ENDED,
        (Status.CURRENT, Action.END): Status.ENDED,
        (Status.CURRENT, Action.VOID): Status.VOIDED,
        (Status.ENDED, Action.END): Status.ENDED,
        (Status.ENDED, Action.VOID): Status.VOIDED,
    }
)
"""Ending an ended stay corrects its last day."""


class EndReason(StrEnum):
    """Why a stay ended (离院原因)."""

    DISCHARGED = "DISCHARGED"
    """退住"""
    TRANSFERRED_OUT = "TRANSFERRED_OUT"
    """转往其他机构"""
    DECEASED = "DECEASED"
    """去世"""
    CONTRACT_EXPIRED = "CONTRACT_EXPIRED"
    """协议期满"""
    MOVED = "MOVED"
    """院内换床"""


class LeaveKind(StrEnum):
    """Where a resident is while the bed is kept (请假类型)."""

    HOSPITAL = "HOSPITAL"
    HOME = "HOME"


class DeathCause(StrEnum):
    """The category of a cause of death (死亡原因类别)."""

    ILLNESS = "ILLNESS"
    AGE = "AGE"
    ACCIDENT = "ACCIDENT"
    SUICIDE = "SUICIDE"
    OTHER = "OTHER"


class StayUnknown(NotFound):
    """入住记录不存在"""


class BedTaken(Refusal):
    """该床位在此时段已有人入住"""


class ResidentHasABed(Refusal):
    """该老年人在此时段已入住其他床位"""


class ResidentDied(Refusal):
    """该人员已登记去世，不得再办理入住或者申请"""


class StayEndsBeforeItBegins(Invalid):
    """离院日须晚于入住日"""


class DeathReportMissing(Invalid):
    """去世须登记时间、地点、原因类别和告知时间"""


class DeathNotOnLastDay(Invalid):
    """去世日期须与离院日一致，告知时间不得早于去世时间"""


class MovedOn(Refusal):
    """该人员已换床，请办理其现住床位的记录"""


class OnLeaveAlready(Refusal):
    """该人员已请假外出"""


class NotOnLeave(Refusal):
    """该人员没有请假外出"""


class DayOutsideStay(Invalid):
    """日期不在入住期间内"""


class TrialNotOver(Refusal):
    """试入住期尚未届满"""


class ConsentMissing(Invalid):
    """变更照料等级须经老年人或者其代理人同意"""


class NewAssessmentNeeded(Refusal):
    """变更照料等级须有新的能力评估"""


class AnotherInstitution(Refusal):
    """只能在同一机构内换床；转往其他机构请先办理离院"""


class SameBed(Invalid):
    """已在该床位"""


class EntryAssessmentMissing(Refusal):
    """入住须有有效的老年人能力评估结果"""


class WaitingListExists(Refusal):
    """该机构有轮候人员，空余床位须按轮候次序分配；应急安置须说明理由"""


@dataclass(frozen=True)
class LevelChange:
    """One change of a care level (照料等级变更), with the assessment and the consent it rests on."""

    on: date
    old: int | None
    new: int
    assessment_id: UUID
    consent_on: date


@dataclass(frozen=True)
class Leave:
    """An absence during which the bed is kept (请假), up to ``held_until``, the last day."""

    kind: LeaveKind
    away: Span
    held_until: date


@dataclass(frozen=True)
class Death:
    """What is recorded of a death (去世登记); ``place`` is personal."""

    at: datetime
    place: str
    cause: DeathCause
    notified_at: datetime


@dataclass(frozen=True)
class Entry:
    """What an admission brings along (入住情况); direct admissions may lack most of it."""

    level: int | None = None
    assessment_id: UUID | None = None
    application_id: UUID | None = None
    emergency_reason: str | None = None


@dataclass(kw_only=True)
class Stay(Aggregate):
    """One resident in one bed during a span (入住); ``division`` is the township of the institution.

    No two residents share a bed on a day, and nobody has two beds (EC-711, EC-7.5.2); the database guards both.
    ``admitted_on`` is the first day in the institution, also after a move to another bed; ``trial_ends_on`` is the
    last day of the trial.
    """

    institution_id: UUID
    bed_id: UUID
    resident: Resident
    ground: Ground
    status: Status
    stayed: Span
    admitted_on: date
    trial_ends_on: date | None = None
    entry: Entry = Entry()
    level: int | None = None
    level_changes: tuple[LevelChange, ...] = ()
    leaves: tuple[Leave, ...] = ()
    moved_from: UUID | None = None
    end_reason: EndReason | None = None
    death: Death | None = None
    refund_due: date | None = None
    void_reason: str | None = None

    @property
    def voided(self) -> bool:
        """Whether it was entered by mistake and does not count."""
        return self.status is Status.VOIDED

    @property
    def leave(self) -> Leave | None:
        """The absence that still lasts."""
        return self.leaves[-1] if self.leaves and self.leaves[-1].away.end is None else None

    @property
    def assessment_due(self) -> bool:
        """Whether the last thing that happened was a return from hospital: an immediate assessment is due (EC-604)."""
        if not self.leaves or self.leaves[-1].kind is not LeaveKind.HOSPITAL or self.leaves[-1].away.end is None:
            return False
        return not any(change.on >= self.leaves[-1].away.end for change in self.level_changes)

    def pass_trial(self, *, today: date) -> None:
        """The last day of the trial has passed (试入住期满)."""
        status = WORKFLOW.next(self.status, Action.PASS_TRIAL)
        if self.trial_ends_on is not None and today <= self.trial_ends_on:
            raise TrialNotOver(rule="EC-7.4", last_day=self.trial_ends_on.isoformat())
        self.status = status
        self.note("trial_passed")

    def change_level(
        self, *, on: date, new: int, assessment_id: UUID, assessed_on: date, consent_on: date | None, today: date
    ) -> None:
        """Another care level: a new assessment and a consent (EC-605)."""
        self.status = WORKFLOW.next(self.status, Action.CHANGE_LEVEL)
        require_past(on, consent_on, today=today)
        self._require_within(on)
        if consent_on is None or consent_on < assessed_on:
            raise ConsentMissing(rule="EC-605", field="consent_on")
        used = {self.entry.assessment_id, *(change.assessment_id for change in self.level_changes)}
        if assessment_id in used or assessed_on > on:
            raise NewAssessmentNeeded(rule="EC-605", field="assessment_id")
        if self.level_changes and on < self.level_changes[-1].on:
            raise DayOutsideStay(field="on")
        self.level_changes = (*self.level_changes, LevelChange(on, self.level, new, assessment_id, consent_on))
        self.level = new
        self.note("level_changed")

    def go_on_leave(self, *, kind: LeaveKind, on: date, hold_days: int, today: date) -> None:
        """To hospital or home for a while; the bed stays taken (EC-502)."""
        self.status = WORKFLOW.next(self.status, Action.LEAVE)
        require_past(on, today=today)
        self._require_within(on)
        if self.leave is not None:
            raise OnLeaveAlready(rule="EC-502")
        if self.leaves and self.leaves[-1].away.end is not None and on < self.leaves[-1].away.end:
            raise DayOutsideStay(field="on")
        self.leaves = (*self.leaves, Leave(kind, Span(on), on + timedelta(days=hold_days)))
        self.note("leave_started")

    def come_back(self, *, on: date, today: date) -> None:
        """Back from a leave; ``on`` is the first day in the bed again."""
        self.status = WORKFLOW.next(self.status, Action.RETURN)
        require_past(on, today=today)
        if self.leave is None:
            raise NotOnLeave(rule="EC-502")
        if on <= self.leave.away.begin:
            raise StayEndsBeforeItBegins(field="on")
        self._finish_leave(on)
        self.note("leave_ended")

    def move(self, *, on: date, bed: Bed, today: date) -> None:
        """To another bed of the institution (EC-7.4 BedMove); ``on`` is the first day there."""
        self.status = WORKFLOW.next(self.status, Action.MOVE)
        require_past(on, today=today)
        if bed.institution_id != self.institution_id:
            raise AnotherInstitution(rule="EC-7.4", field="bed_id")
        if bed.id == self.bed_id:
            raise SameBed(field="bed_id")
        self._close(on, EndReason.MOVED)
        self.note("moved")

    def end(
        self, *, on: date, bed: Bed, today: date, reason: EndReason = EndReason.DISCHARGED, death: Death | None = None,
        refund_due: date | None = None,
    ) -> None:  # fmt: skip
        """The resident leaves; ``on`` is the first day the bed is free. A second ending corrects the first."""
        if self.end_reason is EndReason.MOVED or reason is EndReason.MOVED:
            raise MovedOn(rule="EC-7.4")
        self.status = WORKFLOW.next(self.status, Action.END)
        require_past(on, today=today)
        self._require_death(on, reason, death)
        self._close(on, reason)
        bed.require_in_service(self.stayed)
        self.death, self.refund_due = death, refund_due
        self.note("deceased" if reason is EndReason.DECEASED else "ended")

    def void(self, *, reason: str) -> None:
        """The stay was entered by mistake: it never was."""
        if self.end_reason is EndReason.MOVED:
            raise MovedOn(rule="EC-7.4")
        self.status = WORKFLOW.next(self.status, Action.VOID)
        self.void_reason = reason
        self.note("voided")

    def _close(self, on: date, reason: EndReason) -> None:
        self.stayed = days_of_stay(self.stayed.begin, on)
        if self.leave is not None and on > self.leave.away.begin:
            self._finish_leave(on)
        self.end_reason = reason

    def _finish_leave(self, on: date) -> None:
        last = self.leaves[-1]
        self.leaves = (*self.leaves[:-1], replace(last, away=Span(last.away.begin, on)))

    def _require_within(self, on: date) -> None:
        if not self.stayed.covers(on):
            raise DayOutsideStay(field="on")

    @staticmethod
    def _require_death(on: date, reason: EndReason, death: Death | None) -> None:
        """A death is reported whole, and only for the dead; the bed is free from that day or the next."""
        if (reason is EndReason.DECEASED) != (death is not None):
            raise DeathReportMissing(rule="EC-7.4", field="death")
        if death is not None and (
            death.at.date() not in (on, on - timedelta(days=1)) or death.notified_at < death.at
        ):  # fmt: skip
            raise DeathNotOnLastDay(rule="EC-7.4", field="death")


def days_of_stay(begins_on: date, ends_on: date | None) -> Span:
    """The days of a stay: at least one; ``ends_on`` is the first day the bed is free again."""
    if ends_on is not None and ends_on <= begins_on:
        raise StayEndsBeforeItBegins(field="ends_on")
    return Span(begins_on, ends_on)


def trial_end(admitted_on: date, days: int) -> date:
    """The last day of a trial; the day of admission is not counted (EC-7.4)."""
    return admitted_on + timedelta(days=days)


def begin_stay(
    *, id: UUID, institution: Institution, bed: Bed, resident: Resident, ground: Ground, begins_on: date,
    ends_on: date | None, elder_age: int, today: date, trial_days: int = 0, entry: Entry | None = None,
) -> Stay:  # fmt: skip
    """Admit a resident to a bed (B4, B5); only the extremely poor may be younger than an elder."""
    require_past(begins_on, ends_on, today=today)
    stayed = days_of_stay(begins_on, ends_on)
    require_elder(
        resident.identity.birth_date, begins_on, elder_age=elder_age,
        extreme_hardship=ground is Ground.EXTREME_HARDSHIP,
    )  # fmt: skip
    institution.require_admitting(begins_on)
    bed.require_in_service(stayed)
    entry, trial_ends_on = entry or Entry(), trial_end(begins_on, trial_days)
    on_trial = trial_days > 0 and today <= trial_ends_on
    stay = Stay(
        id=id,
        division=institution.division,
        institution_id=institution.id,
        bed_id=bed.id,
        resident=resident,
        ground=ground,
        status=Status.ENDED if ends_on else Status.TRIAL if on_trial else Status.CURRENT,
        stayed=stayed,
        admitted_on=begins_on,
        trial_ends_on=trial_ends_on if trial_days else None,
        entry=entry,
        level=entry.level,
        end_reason=EndReason.DISCHARGED if ends_on else None,
    )
    stay.note("begun")
    return stay


def continue_in(former: Stay, *, id: UUID, bed: Bed, on: date, status: Status) -> Stay:
    """The stay in the new bed after a move: the same residency goes on."""
    bed.require_in_service(Span(on))
    stay = replace(
        former, id=id, version=0, bed_id=bed.id, status=status, stayed=Span(on), moved_from=former.id,
        end_reason=None, happened=[], leaves=(),
    )  # fmt: skip
    stay.note("begun")
    return stay
