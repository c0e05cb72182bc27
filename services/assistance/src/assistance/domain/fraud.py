"""Fraudulent receipt of aid (骗取救助): suspicion, evidence, right to reply, decision, recovery (rulebook §11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import Deadline
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.parameters import ParameterBook
from shared.kernel.workflow import Workflow

FINE_FACTOR_LEAST, FINE_FACTOR_MOST = "fraud.fine_factor_least", "fraud.fine_factor_most"


class FraudStatus(StrEnum):
    """Where it stands (骗取案件状态)."""

    SUSPECTED = "SUSPECTED"
    TOLD = "TOLD"
    HEARD = "HEARD"
    CONFIRMED = "CONFIRMED"
    SETTLED = "SETTLED"
    DROPPED = "DROPPED"


class FraudAction(StrEnum):
    """The steps, in their order."""

    TELL = "tell"
    HEAR = "hear"
    CONFIRM = "confirm"
    PAY_BACK = "pay-back"
    DROP = "drop"


_S, _A = FraudStatus, FraudAction
WORKFLOW = Workflow(
    {
        (_S.SUSPECTED, _A.TELL): _S.TOLD,
        (_S.SUSPECTED, _A.DROP): _S.DROPPED,
        (_S.TOLD, _A.HEAR): _S.HEARD,
        (_S.TOLD, _A.DROP): _S.DROPPED,
        (_S.HEARD, _A.CONFIRM): _S.CONFIRMED,
        (_S.HEARD, _A.DROP): _S.DROPPED,
        (_S.CONFIRMED, _A.PAY_BACK): _S.CONFIRMED,
    }
)


class FraudUnknown(NotFound):
    """骗取案件不存在"""


class EvidenceMissing(Invalid):
    """须列明证据"""


class FineOutsideRange(Invalid):
    """罚款超出法定幅度"""


class ReplyWindowOpen(Refusal):
    """陈述申辩的期限尚未届满"""


class HonestMistake(Refusal):
    """如实更正的失误不予处罚"""


class InvestigatorDecides(Refusal):
    """决定人不得为调查人"""


class PaidBackTooMuch(Invalid):
    """退还金额超出应退金额"""


@dataclass(frozen=True)
class FineRange:
    """What a fine may be, in fen, and by which text."""

    least_fen: int
    most_fen: int
    authority: str


def fine_range(wrongly_paid_fen: int, last_act_on: date, decided_on: date, book: ParameterBook) -> FineRange:
    """The range by the law of the acts, unless the law of the decision is milder (从旧兼从轻)."""
    ranges = [_range_on(wrongly_paid_fen, day, book) for day in (last_act_on, decided_on)]
    return min(ranges, key=lambda each: (each.most_fen, each.least_fen))


def _range_on(amount: int, on: date, book: ParameterBook) -> FineRange:
    least, most = book.decimal(FINE_FACTOR_LEAST, on), book.decimal(FINE_FACTOR_MOST, on)
    return FineRange(int(amount * least), int(amount * most), book.at(FINE_FACTOR_MOST, on).authority)


@dataclass(frozen=True)
class Instalment:
    """One repayment."""

    on: date
    amount_fen: int


@dataclass(kw_only=True)
class Fraud(Aggregate):
    """One suspicion and what became of it; what it rests on is sealed."""

    application_id: UUID
    status: FraudStatus
    suspected_on: date
    suspicion: str
    evidence: tuple[str, ...] = ()
    opened_by: str
    wrongly_paid_fen: int | None = None
    first_act_on: date | None = None
    last_act_on: date | None = None
    due: Deadline | None = None
    told_on: date | None = None
    heard_on: date | None = None
    reply_given: bool | None = None
    confirmed_on: date | None = None
    fine_fen: int | None = None
    fine_authority: str | None = None
    return_by: date | None = None
    paid_back: tuple[Instalment, ...] = ()

    @property
    def outstanding_fen(self) -> int:
        """What is still to be returned, without the fine."""
        if self.confirmed_on is None:
            return 0
        return (self.wrongly_paid_fen or 0) - sum(each.amount_fen for each in self.paid_back)

    def tell(self, *, evidence: tuple[str, ...], wrongly_paid_fen: int, first_act_on: date, last_act_on: date, on: date,
             reply_until: Deadline) -> None:  # fmt: skip
        """The facts, their evidence and the right to reply are told (G-04)."""
        status = WORKFLOW.next(self.status, FraudAction.TELL)
        if not evidence:
            raise EvidenceMissing(rule="G-04", field="evidence")
        if not first_act_on <= last_act_on <= on:
            raise EvidenceMissing("行为的起止日期有误。", rule="G-04", field="last_act_on")
        self.status = status
        self.evidence, self.wrongly_paid_fen = evidence, wrongly_paid_fen
        self.first_act_on, self.last_act_on = first_act_on, last_act_on
        self.told_on, self.due = on, reply_until
        self.note("told")

    def hear(self, *, on: date, reply_given: bool) -> None:
        """The reply, or that none came in time, is on record."""
        status = WORKFLOW.next(self.status, FraudAction.HEAR)
        if not reply_given and self.due is not None and on <= self.due.on:
            raise ReplyWindowOpen(rule="G-04", until=self.due.on.isoformat())
        self.status = status
        self.heard_on, self.reply_given = on, reply_given
        self.note("heard")

    def confirm(self, *, fine_fen: int, permitted: FineRange, return_by: date, by: str, on: date) -> None:
        """The county decides: what is returned, and the fine within its range (G-01)."""
        status = WORKFLOW.next(self.status, FraudAction.CONFIRM)
        if by == self.opened_by:
            raise InvestigatorDecides(rule="四眼原则")
        if not permitted.least_fen <= fine_fen <= permitted.most_fen:
            raise FineOutsideRange(
                rule=permitted.authority, field="fine_fen", least_fen=permitted.least_fen, most_fen=permitted.most_fen
            )
        self.status = status
        self.fine_fen, self.fine_authority = fine_fen, permitted.authority
        self.confirmed_on, self.return_by = on, return_by
        self.note("confirmed")

    def pay_back(self, *, amount_fen: int, on: date) -> None:
        """An instalment; the last one settles it."""
        status = WORKFLOW.next(self.status, FraudAction.PAY_BACK)
        if amount_fen > self.outstanding_fen:
            raise PaidBackTooMuch(field="amount_fen", outstanding_fen=self.outstanding_fen)
        self.paid_back = (*self.paid_back, Instalment(on, amount_fen))
        self.status = FraudStatus.SETTLED if self.outstanding_fen == 0 else status
        self.note("settled" if self.outstanding_fen == 0 else "paid_back")

    def drop(self) -> None:
        """Not proven, or an honest mistake corrected in time (G-06)."""
        self.status = WORKFLOW.next(self.status, FraudAction.DROP)
        self.note("dropped")


def suspect_fraud(*, id: UUID, division: str, application_id: UUID, suspicion: str, by: str, on: date) -> Fraud:
    """Something does not fit what was declared."""
    fraud = Fraud(
        id=id, division=division, application_id=application_id, status=FraudStatus.SUSPECTED, suspected_on=on,
        suspicion=suspicion, opened_by=by,
    )  # fmt: skip
    fraud.note("suspected")
    return fraud
