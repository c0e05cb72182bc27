"""Changes after the grant (动态管理): reported or found, examined, heard, decided (rulebook §6.2, §6.3).

Nothing is cut or stopped before the recipient was told the plan and its grounds and could reply (社会救助法
第四十八条). A cut or stop holds from the month after the decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from assistance.domain.deadlines import Counting
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import Deadline
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.workflow import Workflow

REFUSALS_IN_A_ROW = 3
"""Offers of suitable work refused without good reason (民发〔2021〕57号 第三十四条)."""


class ChangeKind(StrEnum):
    """What happened (变化情形)."""

    INCOME = "INCOME"
    PROPERTY = "PROPERTY"
    MEMBER_JOINED = "MEMBER_JOINED"
    MEMBER_LEFT = "MEMBER_LEFT"
    MEMBER_DIED = "MEMBER_DIED"
    WORK_REFUSED = "WORK_REFUSED"
    CHECK_REFUSED = "CHECK_REFUSED"
    MOVED = "MOVED"
    OBLIGOR_ABLE = "OBLIGOR_ABLE"
    PAYMENT_IMPOSSIBLE = "PAYMENT_IMPOSSIBLE"
    PAYMENT_POSSIBLE = "PAYMENT_POSSIBLE"
    STANDARD_CHANGED = "STANDARD_CHANGED"
    OWN_WISH = "OWN_WISH"
    OTHER = "OTHER"


class Effect(StrEnum):
    """What is to become of the aid (处理结果)."""

    RAISE = "RAISE"
    CUT = "CUT"
    STOP = "STOP"
    TAPER = "TAPER"
    SUSPEND = "SUSPEND"
    RESUME = "RESUME"
    NO_CHANGE = "NO_CHANGE"


HEARD_BEFORE = frozenset({Effect.CUT, Effect.STOP})


class ChangeStatus(StrEnum):
    """Where a change stands."""

    REPORTED = "REPORTED"
    PROPOSED = "PROPOSED"
    HEARD = "HEARD"
    DECIDED = "DECIDED"
    DROPPED = "DROPPED"


class ChangeAction(StrEnum):
    """What can be done with a change."""

    PROPOSE = "propose"
    HEAR = "hear"
    DECIDE = "decide"
    DROP = "drop"


_S, _A = ChangeStatus, ChangeAction
WORKFLOW = Workflow(
    {
        (_S.REPORTED, _A.PROPOSE): _S.PROPOSED,
        (_S.REPORTED, _A.DROP): _S.DROPPED,
        (_S.PROPOSED, _A.PROPOSE): _S.PROPOSED,
        (_S.PROPOSED, _A.HEAR): _S.HEARD,
        (_S.PROPOSED, _A.DECIDE): _S.DECIDED,
        (_S.PROPOSED, _A.DROP): _S.DROPPED,
        (_S.HEARD, _A.PROPOSE): _S.PROPOSED,
        (_S.HEARD, _A.DECIDE): _S.DECIDED,
        (_S.HEARD, _A.DROP): _S.DROPPED,
    }
)


class ChangeUnknown(NotFound):
    """变化记录不存在"""


class HappensAfterReport(Invalid):
    """发生日不得晚于报告日"""


class ViewsNotHeard(Refusal):
    """减发、停发前须听取救助对象意见"""


class HearingWindowOpen(Refusal):
    """陈述意见的期限尚未届满"""


class StopPostingRunning(Refusal):
    """终止救助供养的公示期尚未届满"""


class ProposedAndDecidedByOne(Refusal):
    """决定人不得为提出人"""


class AmountDoesNotFit(Invalid):
    """调整后的金额与处理结果不符"""


class RefusalsTooFew(Refusal):
    """无正当理由拒绝适当工作未满连续三次"""


class Judgement(StrEnum):
    """What a higher income means (渐退判定)."""

    STAYS = "STAYS"
    TAPER = "TAPER"
    ENDS = "ENDS"


def judge_income(*, income_fen: int, persons: int, standard_fen: int, factor: Decimal, property_passes: bool,
                 at_line_tapers: bool) -> Judgement:  # fmt: skip
    """Below the standard it stays, from there up to the factor times it tapers, above it ends (§6.3)."""
    line = standard_fen * persons
    if not property_passes:
        return Judgement.ENDS
    if income_fen < line:
        return Judgement.STAYS
    if income_fen == line:
        return Judgement.TAPER if at_line_tapers else Judgement.ENDS
    return Judgement.TAPER if income_fen < Decimal(line) * factor else Judgement.ENDS


def month_after(day: date) -> date:
    """The first day of the month after a day's."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def months_on(first: date, months: int) -> date:
    """The first day of the month so many months after a month."""
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)


def taper_span(decided_on: date, months: int) -> tuple[date, date]:
    """The taper's first day and the first day after it, counted from the month after the decision."""
    first = month_after(decided_on)
    return first, months_on(first, months)


def share_of_one(amount_fen: int, persons: int) -> int:
    """One person's part of a household amount in whole fen, for the able member who refuses work (M-07)."""
    return amount_fen // persons


@dataclass(kw_only=True)
class Change(Aggregate):
    """One change of one case and what was made of it."""

    application_id: UUID
    kind: ChangeKind
    status: ChangeStatus
    happened_on: date
    reported_on: date
    found_by_office: bool
    due: Deadline | None = None
    effect: Effect | None = None
    grounds: str | None = None
    proposed_on: date | None = None
    proposed_by: str | None = None
    amount_fen: int | None = None
    hearing_until: Deadline | None = None
    posted_until: Deadline | None = None
    heard_on: date | None = None
    response_given: bool | None = None
    decided_on: date | None = None
    effective_from: date | None = None
    amount_before_fen: int | None = None

    @property
    def delay_days(self) -> int:
        """How long nobody reported it."""
        return (self.reported_on - self.happened_on).days

    def propose(self, *, effect: Effect, grounds: str, amount_fen: int | None, amount_before_fen: int | None, by: str,
                on: date, hearing_until: Deadline | None, posted_until: Deadline | None,
                refusals_in_a_row: int = 0) -> None:  # fmt: skip
        """The planned result with its grounds; a cut or stop opens the time to reply."""
        status = WORKFLOW.next(self.status, ChangeAction.PROPOSE)
        if self.kind is ChangeKind.WORK_REFUSED and refusals_in_a_row < REFUSALS_IN_A_ROW:
            raise RefusalsTooFew(rule="M-07")
        _check_amounts(effect, amount_before_fen, amount_fen)
        self.status = status
        self.effect, self.grounds, self.amount_fen = effect, grounds, amount_fen
        self.proposed_on, self.proposed_by, self.amount_before_fen = on, by, amount_before_fen
        self.hearing_until = hearing_until if effect in HEARD_BEFORE else None
        self.posted_until = posted_until if effect is Effect.STOP else None
        self.heard_on, self.response_given = None, None
        self.note("proposed")

    def hear(self, *, on: date, response_given: bool) -> None:
        """The recipient was told the plan and grounds; the reply, or that none came, is on record (M-02)."""
        status = WORKFLOW.next(self.status, ChangeAction.HEAR)
        if not response_given and self.hearing_until is not None and on <= self.hearing_until.on:
            raise HearingWindowOpen(rule="M-02", until=self.hearing_until.on.isoformat())
        self.status = status
        self.heard_on, self.response_given = on, response_given
        self.note("heard")

    def decide(self, *, on: date, by: str) -> None:
        """What was planned becomes the decision (M-03), by somebody else than who planned it."""
        status = WORKFLOW.next(self.status, ChangeAction.DECIDE)
        if self.effect in HEARD_BEFORE and self.heard_on is None:
            raise ViewsNotHeard(rule="社会救助法 第四十八条")
        if self.posted_until is not None and on <= self.posted_until.on:
            raise StopPostingRunning(rule="民发〔2021〕43号 第二十六条", until=self.posted_until.on.isoformat())
        if by == self.proposed_by:
            raise ProposedAndDecidedByOne(rule="四眼原则")
        self.status = status
        self.decided_on = on
        self.effective_from = month_after(on)
        self.note("decided")

    def drop(self) -> None:
        """Nothing follows from it."""
        self.status = WORKFLOW.next(self.status, ChangeAction.DROP)
        self.note("dropped")


def _check_amounts(effect: Effect, before: int | None, after: int | None) -> None:
    """A raise is more, a cut is less and not nothing; both say how much it was."""
    if effect not in (Effect.RAISE, Effect.CUT):
        return
    if before is None or after is None:
        raise AmountDoesNotFit(field="amount_fen")
    fits = after > before if effect is Effect.RAISE else 0 < after < before
    if not fits:
        raise AmountDoesNotFit(field="amount_fen")


def report_change(*, id: UUID, division: str, application_id: UUID, kind: ChangeKind, happened_on: date, on: date,
                  found_by_office: bool, count: Counting) -> Change:  # fmt: skip
    """The household or the office says that something changed; a death has a last day (M-06)."""
    if happened_on > on:
        raise HappensAfterReport(field="happened_on")
    died = kind is ChangeKind.MEMBER_DIED
    change = Change(
        id=id, division=division, application_id=application_id, kind=kind, status=ChangeStatus.REPORTED,
        happened_on=happened_on, reported_on=on, found_by_office=found_by_office,
        due=count.months("DEATH_RECHECK", happened_on, "death.recheck").due if died else None,
    )  # fmt: skip
    change.note("reported")
    return change
