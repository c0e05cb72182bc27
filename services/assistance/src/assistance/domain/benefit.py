"""A benefit: the monthly money of one decision, as dated entitlements of its recipients, in integer fen.

A span begins and ends on the first day of a month. What was entered later for months already run is settled by the
next run, which compares what was due with what has been paid. Law: 社会救助法 第四十三条、第四十七条、第四十八条;
民发〔2021〕57号 第二十五条、第三十三条.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from assistance.domain.aid import MONTHLY_CASH, Aid
from assistance.domain.means_test import Share
from assistance.domain.standard import Residence
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.kernel.spans import Span
from shared.kernel.workflow import Workflow


class BenefitStatus(StrEnum):
    """How a benefit stands (待遇状态)."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    """暂停发放，待遇保留"""
    TAPERING = "TAPERING"
    """渐退期"""
    ENDED = "ENDED"


class BenefitAction(StrEnum):
    """What can happen to a benefit."""

    ADJUST = "adjust"
    SUSPEND = "suspend"
    RESUME = "resume"
    TAPER = "taper"
    END = "end"


_S, _A = BenefitStatus, BenefitAction
WORKFLOW = Workflow(
    {
        (_S.ACTIVE, _A.ADJUST): _S.ACTIVE,
        (_S.ACTIVE, _A.SUSPEND): _S.SUSPENDED,
        (_S.ACTIVE, _A.TAPER): _S.TAPERING,
        (_S.ACTIVE, _A.END): _S.ENDED,
        (_S.SUSPENDED, _A.RESUME): _S.ACTIVE,
        (_S.SUSPENDED, _A.END): _S.ENDED,
        (_S.TAPERING, _A.ADJUST): _S.ACTIVE,
        (_S.TAPERING, _A.END): _S.ENDED,
    }
)


class BenefitUnknown(NotFound):
    """待遇不存在"""


class NoMonthlyMoney(Refusal):
    """该事项没有按月发放的待遇"""


class MonthBeginsOnItsFirstDay(Invalid):
    """待遇按整月计算，日期须为当月一日"""


class BeforeTheBenefitBegan(Refusal):
    """变更月份早于待遇起始月份"""


class NobodyReceivesIt(Invalid):
    """待遇至少有一名享受人"""


class RecipientUnknown(Invalid):
    """金额所指人员不是享受人"""


class PersonHoldsThisBenefit(Refusal):
    """该人员已有同一项待遇"""


class TaperAmountMode(StrEnum):
    """What is paid during the taper (渐退期发放口径)."""

    KEEP_LAST = "KEEP_LAST"
    HALF = "HALF"
    ZERO_CASH_KEEP_STATUS = "ZERO_CASH_KEEP_STATUS"


@dataclass(frozen=True)
class Recipient:
    """A person the benefit is for (享受人); ``ref`` tells him apart inside the benefit."""

    ref: str
    name: PersonName
    identity: IdentityNumber


@dataclass(frozen=True)
class Payee:
    """Whose account the money goes to (领款账户)."""

    name: str
    bank: str
    account: str


@dataclass(frozen=True)
class Entitlement:
    """What one recipient is due each month of a span (月度待遇)."""

    ref: str
    component: str
    amount_fen: int
    span: Span


@dataclass(frozen=True)
class Basis:
    """The figures the amount was made of, kept so that it can be made again when the standard changes (计发依据)."""

    residence: Residence
    income_fen: int
    persons: int


@dataclass(kw_only=True)
class Benefit(Aggregate):
    """The monthly money of one aid to one household or person (救助待遇).

    ``division`` is responsible and pays; ``accepted_by`` is the township that took the application. ``started_on`` is
    the first paid month, ``ended_from`` the first month no longer paid. ``settle_from`` is the earliest month whose
    payment may differ from what is due.
    """

    aid: Aid
    case_id: UUID | None
    residence: Residence
    accepted_by: str
    status: BenefitStatus
    started_on: date
    ended_from: date | None = None
    suspended_from: date | None = None
    taper_until: date | None = None
    settle_from: date | None = None
    reason_code: str | None = None
    recipients: tuple[Recipient, ...]
    payee: Payee | None
    entitlements: tuple[Entitlement, ...]
    basis: Basis | None = None

    def due(self, month: date) -> int:
        """The money of a month in fen, whether it has been paid or not."""
        return sum(each.amount_fen for each in self.entitlements if each.span.covers(month))

    def shares(self, month: date) -> tuple[Share, ...]:
        """How the money of a month is made up."""
        return tuple(
            Share(each.ref, each.component, each.amount_fen) for each in self.entitlements if each.span.covers(month)
        )

    def adjust(
        self, *, from_month: date, shares: Sequence[Share], reason_code: str, basis: Basis | None = None
    ) -> None:
        """Other amounts from a month on (调整): a rise, a cut, a correction of the past; a taper ends with it."""
        self.status = WORKFLOW.next(self.status, BenefitAction.ADJUST)
        self._check_month(from_month)
        self._check_shares(shares)
        kept = _cut_off(self.entitlements, from_month)
        self.entitlements = (*kept, *_from(shares, Span(from_month, self.ended_from)))
        self.basis, self.taper_until, self.reason_code = basis or self.basis, None, reason_code
        self._settle(from_month)
        self.note("adjusted")

    def suspend(self, *, from_month: date, reason_code: str) -> None:
        """Payment is impossible for the time being; the entitlement stays (M-10)."""
        status = WORKFLOW.next(self.status, BenefitAction.SUSPEND)
        self._check_month(from_month)
        self.status, self.suspended_from, self.reason_code = status, from_month, reason_code
        self.note("suspended")

    def resume(self) -> None:
        """Payment is possible again; the months between are paid with the next run."""
        self.status = WORKFLOW.next(self.status, BenefitAction.RESUME)
        self._settle(self.suspended_from or self.started_on)
        self.suspended_from, self.reason_code = None, None
        self.note("resumed")

    def taper(self, *, from_month: date, months: int, mode: TaperAmountMode, reason_code: str) -> None:
        """The household earns more than the standard and keeps the benefit for some months (渐退期)."""
        status = WORKFLOW.next(self.status, BenefitAction.TAPER)
        self._check_month(from_month)
        until = add_months(from_month, months)
        now = [each for each in self.entitlements if each.span.covers(from_month)]
        shares = [Share(each.ref, each.component, _during_taper(each.amount_fen, mode)) for each in now]
        self.entitlements = (*_cut_off(self.entitlements, from_month), *_from(shares, Span(from_month, until)))
        self.status, self.taper_until, self.ended_from, self.reason_code = status, until, until, reason_code
        self._settle(from_month)
        self.note("tapered")

    def end(self, *, from_month: date, reason_code: str) -> None:
        """Nothing is due from a month on (停发); money paid beyond it is to be recovered."""
        status = WORKFLOW.next(self.status, BenefitAction.END)
        self._check_month(from_month)
        self.entitlements = _cut_off(self.entitlements, from_month)
        self.status, self.ended_from, self.reason_code = status, from_month, reason_code
        self._settle(from_month)
        self.note("ended")

    def _settle(self, month: date) -> None:
        self.settle_from = month if self.settle_from is None else min(self.settle_from, month)

    def _check_month(self, month: date) -> None:
        require_first_day(month)
        if month < self.started_on:
            raise BeforeTheBenefitBegan(field="from_month")

    def _check_shares(self, shares: Sequence[Share]) -> None:
        known = {recipient.ref for recipient in self.recipients}
        if any(share.ref not in known for share in shares):
            raise RecipientUnknown(field="shares")


def start_benefit(
    *, id: UUID, division: str, aid: Aid, case_id: UUID | None, residence: Residence, accepted_by: str | None,
    recipients: Sequence[Recipient], payee: Payee | None, shares: Sequence[Share], first_month: date,
    basis: Basis | None = None,
) -> Benefit:  # fmt: skip
    """Money begins with a month; months before the next run are paid with it."""
    if aid not in MONTHLY_CASH:
        raise NoMonthlyMoney(aid=aid.value)
    if not recipients:
        raise NobodyReceivesIt(field="recipients")
    require_first_day(first_month)
    benefit = Benefit(
        id=id, division=division, aid=aid, case_id=case_id, residence=residence, accepted_by=accepted_by or division,
        status=BenefitStatus.ACTIVE, started_on=first_month, settle_from=first_month, recipients=tuple(recipients),
        payee=payee, entitlements=_from(shares, Span(first_month)), basis=basis,
    )  # fmt: skip
    benefit._check_shares(shares)
    benefit.note("started")
    return benefit


def require_first_day(month: date) -> None:
    """A month is named by its first day."""
    if month.day != 1:
        raise MonthBeginsOnItsFirstDay(field="from_month")


def add_months(month: date, months: int) -> date:
    """The first day of the month that many months later."""
    years, rest = divmod(month.month - 1 + months, 12)
    return date(month.year + years, rest + 1, 1)


def _from(shares: Iterable[Share], span: Span) -> tuple[Entitlement, ...]:
    return tuple(Entitlement(share.ref, share.component, share.amount_fen, span) for share in shares)


def _cut_off(entitlements: Iterable[Entitlement], month: date) -> tuple[Entitlement, ...]:
    """What was due before a month; nothing from it on."""
    kept = []
    for each in entitlements:
        if each.span.begin >= month:
            continue
        ends = each.span.end is not None and each.span.end <= month
        span = each.span if ends else Span(each.span.begin, month)
        kept.append(Entitlement(each.ref, each.component, each.amount_fen, span))
    return tuple(kept)


def _during_taper(amount_fen: int, mode: TaperAmountMode) -> int:
    match mode:
        case TaperAmountMode.KEEP_LAST:
            return amount_fen
        case TaperAmountMode.HALF:
            return (amount_fen + 1) // 2
        case TaperAmountMode.ZERO_CASH_KEEP_STATUS:
            return 0
