"""Registrations got by fraud or in another's name (骗取、冒名顶替婚姻登记), and the credit record that follows.

The bureau never revokes on its own suspicion: evidence comes from police, court or procuratorate (2021-11-18 guiding
opinion of the supreme court, the procuratorate, the ministries of public security and civil affairs).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import NotFound, Refusal
from shared.kernel.principal import SecondPersonRequired
from shared.kernel.workflow import Workflow

OPINION = "两高两部2021年11月18日指导意见"


class FraudStatus(StrEnum):
    """Where a report of fraud stands (冒名骗婚处理状态)."""

    REPORTED = "REPORTED"
    REFERRED = "REFERRED"
    EVIDENCE_RECEIVED = "EVIDENCE_RECEIVED"
    CONDITIONS_MET = "CONDITIONS_MET"
    NOTIFIED = "NOTIFIED"
    REVOKED = "REVOKED"
    NOT_REVOKED = "NOT_REVOKED"
    CLOSED = "CLOSED"


class FraudAction(StrEnum):
    """What can be done to a report."""

    REFER = "refer"
    EVIDENCE = "evidence"
    FIND_MET = "find-met"
    FIND_NOT_MET = "find-not-met"
    NOTIFY = "notify"
    OBJECT = "object"
    REVOKE = "revoke"
    DROP = "drop"
    CLOSE = "close"


_S, _A = FraudStatus, FraudAction
WORKFLOW = Workflow(
    {
        (_S.REPORTED, _A.REFER): _S.REFERRED,
        (_S.REPORTED, _A.EVIDENCE): _S.EVIDENCE_RECEIVED,
        (_S.REFERRED, _A.EVIDENCE): _S.EVIDENCE_RECEIVED,
        (_S.EVIDENCE_RECEIVED, _A.FIND_MET): _S.CONDITIONS_MET,
        (_S.EVIDENCE_RECEIVED, _A.FIND_NOT_MET): _S.NOT_REVOKED,
        (_S.CONDITIONS_MET, _A.NOTIFY): _S.NOTIFIED,
        (_S.NOTIFIED, _A.OBJECT): _S.NOTIFIED,
        (_S.NOTIFIED, _A.REVOKE): _S.REVOKED,
        (_S.NOTIFIED, _A.DROP): _S.NOT_REVOKED,
        (_S.REVOKED, _A.CLOSE): _S.CLOSED,
    }
)
ENDED = frozenset({FraudStatus.NOT_REVOKED, FraudStatus.CLOSED})


class Reporter(StrEnum):
    """Who reported (举报、申请人)."""

    PARTY = "PARTY"
    IMPERSONATED = "IMPERSONATED"
    """被冒名人"""
    OTHER_BODY = "OTHER_BODY"


class EvidenceKind(StrEnum):
    """What the revocation may rest on (证据来源)."""

    POLICE_FINDING = "POLICE_FINDING"
    COURT_SUGGESTION = "COURT_SUGGESTION"
    """司法建议书"""
    PROCURATORATE_SUGGESTION = "PROCURATORATE_SUGGESTION"
    """检察建议书"""


class FraudUnknown(NotFound):
    """冒名骗婚处理事项不存在"""


class FraudReportedAlready(Refusal):
    """该登记已有办理中的冒名骗婚处理事项"""


class HearingPeriodRunning(Refusal):
    """陈述、申辩期限尚未届满"""


class ObjectionNotDecided(Refusal):
    """当事人的异议尚未处理"""


class HearingPeriodOver(Refusal):
    """陈述、申辩期限已过"""


@dataclass(frozen=True)
class Evidence:
    """A paper of another body on which the case rests."""

    kind: EvidenceKind
    document: str
    received_on: date


@dataclass(frozen=True)
class FraudFacts:
    """What the case remembers; no person is named."""

    reporter: Reporter
    reported_on: date
    evidence: tuple[Evidence, ...] = ()
    referred_on: date | None = None
    reviewer: str | None = None
    notified_on: date | None = None
    hearing_until: date | None = None
    objected_on: date | None = None
    objection_rejected: bool = False
    decision: str | None = None
    decided_on: date | None = None
    listed_on: date | None = None


@dataclass(kw_only=True)
class FraudCase(Aggregate):
    """A report that a registration was got by fraud, up to its revocation or its end (冒名骗婚处理)."""

    registration_id: UUID
    status: FraudStatus
    registrar: str
    facts: FraudFacts

    def refer(self, today: date) -> None:
        """Suspicion of a crime or a false identity goes to the police."""
        self._move(_A.REFER, "referred", referred_on=today)

    def receive(self, evidence: Evidence) -> None:
        """A finding or suggestion of another body arrives."""
        self._move(_A.EVIDENCE, "evidenced", evidence=(*self.facts.evidence, evidence))

    def review(self, *, met: bool, reviewer: str, reasons: str, today: date) -> None:
        """A second person judges whether the conditions of revocation are met."""
        if reviewer == self.registrar:
            raise SecondPersonRequired("复核人不得与经办人为同一人")
        if met:
            self._move(_A.FIND_MET, "reviewed", reviewer=reviewer)
        else:
            self._move(_A.FIND_NOT_MET, "dropped", reviewer=reviewer, decision=reasons, decided_on=today)

    def notify(self, *, today: date, hearing_until: date) -> None:
        """The notice of intent (拟撤销告知书) is served on both: they may state, defend and be heard."""
        self._move(_A.NOTIFY, "notified", notified_on=today, hearing_until=hearing_until)

    def contest(self, today: date) -> None:
        """Somebody concerned objects within the period."""
        self._move(_A.OBJECT, "objected", objected_on=today, objection_rejected=False)
        if self.facts.hearing_until is not None and today > self.facts.hearing_until:
            raise HearingPeriodOver(rule=OPINION)

    def revoke(self, *, decision: str, objection_rejected: bool, today: date) -> None:
        """The registration is revoked: the period is over, and what was objected has been rejected."""
        if self.status is _S.NOTIFIED and self.facts.objected_on is not None and not objection_rejected:
            raise ObjectionNotDecided(rule=OPINION, field="objection_rejected")
        if self.status is _S.NOTIFIED and self.facts.hearing_until is not None and (
            self.facts.objected_on is None and today <= self.facts.hearing_until
        ):  # fmt: skip
            raise HearingPeriodRunning(rule=OPINION, hearing_until=self.facts.hearing_until.isoformat())
        self._move(_A.REVOKE, "revoked", decision=decision, decided_on=today, objection_rejected=objection_rejected)

    def drop(self, *, reasons: str, today: date) -> None:
        """The objection is right, or the conditions are not met after all."""
        self._move(_A.DROP, "dropped", decision=reasons, decided_on=today)

    def close(self, *, today: date) -> None:
        """Annotated and uploaded, the person who used false papers is listed."""
        self._move(_A.CLOSE, "closed", listed_on=today)

    def _move(self, action: FraudAction, participle: str, **changes: Any) -> None:
        self.status = WORKFLOW.next(self.status, action)
        self.facts = FraudFacts(**{**vars(self.facts), **changes})
        self.note(participle)


def report_fraud(
    *, id: UUID, division: str, registration_id: UUID, reporter: Reporter, today: date, registrar: str
) -> FraudCase:
    """Somebody says a registration was got by fraud."""
    case = FraudCase(
        id=id, division=division, registration_id=registration_id, status=FraudStatus.REPORTED, registrar=registrar,
        facts=FraudFacts(reporter, today),
    )  # fmt: skip
    case.note("reported")
    return case
