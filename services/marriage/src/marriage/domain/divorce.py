"""Divorce by registration (离婚登记): two visits, a cooling-off period, and a window in which both collect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from marriage.domain.certificate import CertificateNumber
from marriage.domain.divorce_dates import DivorceDates
from marriage.domain.party import Document, Domicile, SamePersonTwice, Side
from shared.kernel.aggregate import Aggregate
from shared.kernel.clock import business_day
from shared.kernel.errors import NotFound, Refusal
from shared.kernel.names import PersonName
from shared.kernel.workflow import Workflow

ACCEPTANCE = "民法典 第一千零七十六条"
COOLING = "民法典 第一千零七十七条"
REVIEW = "民法典 第一千零七十八条"


class DivorceStatus(StrEnum):
    """Where an application for divorce stands (离婚登记申请状态)."""

    COOLING_OFF = "COOLING_OFF"
    COLLECTIBLE = "COLLECTIBLE"
    REGISTERED = "REGISTERED"
    CERTIFICATE_ISSUED = "CERTIFICATE_ISSUED"
    WITHDRAWN = "WITHDRAWN"
    LAPSED = "LAPSED"
    REJECTED = "REJECTED"
    TERMINATED = "TERMINATED"


class DivorceAction(StrEnum):
    """What can happen to an application."""

    REPLACE_AGREEMENT = "replace-agreement"
    WITHDRAW = "withdraw"
    END_COOLING = "end-cooling"
    REGISTER = "register"
    REFUSE = "refuse"
    REJECT = "reject"
    LAPSE = "lapse"
    TERMINATE = "terminate"
    ISSUE = "issue"
    SUPERSEDE = "supersede"


_S, _A = DivorceStatus, DivorceAction
WORKFLOW = Workflow(
    {
        (_S.COOLING_OFF, _A.REPLACE_AGREEMENT): _S.COOLING_OFF,
        (_S.COOLING_OFF, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.COOLING_OFF, _A.END_COOLING): _S.COLLECTIBLE,
        (_S.COOLING_OFF, _A.TERMINATE): _S.TERMINATED,
        (_S.COLLECTIBLE, _A.REPLACE_AGREEMENT): _S.COLLECTIBLE,
        (_S.COLLECTIBLE, _A.REGISTER): _S.REGISTERED,
        (_S.COLLECTIBLE, _A.REFUSE): _S.COLLECTIBLE,
        (_S.COLLECTIBLE, _A.REJECT): _S.REJECTED,
        (_S.COLLECTIBLE, _A.LAPSE): _S.LAPSED,
        (_S.COLLECTIBLE, _A.TERMINATE): _S.TERMINATED,
        (_S.REGISTERED, _A.ISSUE): _S.CERTIFICATE_ISSUED,
        (_S.REGISTERED, _A.SUPERSEDE): _S.REGISTERED,
        (_S.CERTIFICATE_ISSUED, _A.SUPERSEDE): _S.CERTIFICATE_ISSUED,
    }
)
OPEN = frozenset({DivorceStatus.COOLING_OFF, DivorceStatus.COLLECTIBLE})
"""While an application is open, neither of the two can have another one (MR-526)."""


class PlaceOfRegistration(StrEnum):
    """Where the marriage was registered (原结婚登记地)."""

    MAINLAND = "MAINLAND"
    """内地婚姻登记机关"""
    CHINESE_MISSION = "CHINESE_MISSION"
    """中国驻外使领馆"""
    REGIONS = "REGIONS"
    """香港、澳门、台湾"""
    ABROAD = "ABROAD"


class TerminationGround(StrEnum):
    """Why an open application ended from outside (终止事由)."""

    DEATH = "DEATH"
    COURT_DIVORCE = "COURT_DIVORCE"
    COURT_ANNULMENT = "COURT_ANNULMENT"
    FRAUD = "FRAUD"


class ReviewFinding(StrEnum):
    """What the review at the second visit found wanting (审查未通过的情形)."""

    NOT_WILLING = "NOT_WILLING"
    PAPERS_MISSING = "PAPERS_MISSING"
    AGREEMENT_DISPUTED = "AGREEMENT_DISPUTED"
    CAPACITY_LOST = "CAPACITY_LOST"

    @property
    def is_curable(self) -> bool:
        """Whether the couple may come again within the window."""
        return self is not ReviewFinding.CAPACITY_LOST


class DivorceUnknown(NotFound):
    """离婚登记申请不存在"""


class BothRequired(Refusal):
    """须双方亲自共同到场"""


class NotVoluntaryDivorce(Refusal):
    """非双方自愿离婚"""


class NoCapacity(Refusal):
    """一方为无民事行为能力人或者限制民事行为能力人，登记机关不予受理，只能诉讼离婚"""


class MarriageNotRegisteredInMainland(Refusal):
    """结婚登记不是在中国内地办理，不予受理"""


class AgreementIncomplete(Refusal):
    """离婚协议未对子女抚养、财产及债务处理协商一致"""


class AgreementMissing(Refusal):
    """未提交双方签署的书面离婚协议"""


class MarriageNotInForce(Refusal):
    """该婚姻登记已不具有效力"""


class MarriageNotOfThisCouple(Refusal):
    """结婚证与双方当事人不符"""


class MarriageNotConfirmed(Refusal):
    """婚姻登记信息尚未核实"""


class DivorceAlreadyApplied(Refusal):
    """一方或者双方已有办理中的离婚登记申请"""


class CoolingOffOver(Refusal):
    """离婚冷静期已届满，不能再撤回申请"""


class TooEarly(Refusal):
    """离婚冷静期尚未届满"""


class CollectionWindowOver(Refusal):
    """领取离婚证的期限已过，视为撤回离婚登记申请"""


class WrongOffice(Refusal):
    """须到受理申请的婚姻登记机关办理"""


class NotAParty(Refusal):
    """不是该申请的当事人"""


class ReceiptMissing(Refusal):
    """未出示受理回执单，须书面说明遗失情况"""


class NotPastItsDay(Refusal):
    """期限尚未届满"""


@dataclass(frozen=True)
class Spouse:
    """One of the two who divorce (离婚登记当事人)."""

    name: PersonName
    document: Document
    domicile: Domicile


@dataclass(frozen=True)
class Appearance:
    """How one of the two stood before the registrar at a visit (到场情况)."""

    is_present: bool
    is_willing: bool = True
    has_capacity: bool = True


@dataclass(frozen=True)
class Agreement:
    """What both signed (离婚协议书): the three matters the law names, each in the couple's own words.

    ``children`` is None only where there are none to provide for; ``has_children`` says so.
    """

    is_voluntary: bool
    has_children: bool
    children: str | None
    property: str | None
    debts: str | None
    signed_by_both: bool

    def require_complete(self) -> None:
        """民法典 第一千零七十六条: free will, children, property and debts are all spoken of, and both signed."""
        if not self.signed_by_both:
            raise AgreementMissing(rule=ACCEPTANCE, field="agreement/signed_by_both")
        missing = [
            item
            for item, is_there in (
                ("is_voluntary", self.is_voluntary),
                ("children", not self.has_children or bool(self.children)),
                ("property", bool(self.property)),
                ("debts", bool(self.debts)),
            )
            if not is_there
        ]
        if missing:
            raise AgreementIncomplete(rule=ACCEPTANCE, field="agreement", missing=missing)


@dataclass(frozen=True)
class Withdrawal:
    """Who withdrew and when (撤回离婚登记申请); the receipt, or a written note that it is lost."""

    side: Side
    on: date
    receipt_lost: bool


@dataclass(frozen=True)
class Termination:
    """What ended the application from outside."""

    ground: TerminationGround
    document: str
    on: date


@dataclass(frozen=True)
class DivorceFacts:
    """What a divorce remembers besides its days; stored as one piece."""

    withdrawal: Withdrawal | None = None
    termination: Termination | None = None
    findings: tuple[ReviewFinding, ...] = ()
    registered_on: date | None = None
    certificate_no: str | None = None
    issued_on: date | None = None
    ended_on: date | None = None
    superseded_on: date | None = None
    """When the two married each other again; the divorce certificate was given back (MR-402)."""


@dataclass(kw_only=True)
class Divorce(Aggregate):
    """An application for divorce by registration, from its receipt to the certificate (离婚登记申请).

    ``division`` is that of the receiving office, where the certificate has to be collected as well (MR-521).
    ``registration_id`` is the marriage, where our own register holds it.
    """

    application_no: str
    office_id: UUID
    status: DivorceStatus
    dates: DivorceDates
    marriage_certificate_no: str | None
    registration_id: UUID | None
    crosses_provinces: bool
    registrar: str
    spouses: tuple[Spouse, ...]
    agreements: int = 1
    """How many signed versions of the agreement there are; all are kept (MR-525)."""
    facts: DivorceFacts = DivorceFacts()

    @property
    def is_open(self) -> bool:
        """Whether it may still lead to a divorce."""
        return self.status in OPEN

    def advance(self, today: date) -> bool:
        """Let the calendar do its part: the end of cooling-off, then the end of the window."""
        moved = False
        if self.status is _S.COOLING_OFF and today > self.dates.cooling_end:
            self._move(_A.END_COOLING, "cooled")
            moved = True
        if self.status is _S.COLLECTIBLE and today > self.dates.window_end:
            self._move(_A.LAPSE, "lapsed")
            self.facts = replace(self.facts, ended_on=today)
            moved = True
        return moved

    def side_of(self, document: Document) -> Side:
        """Which of the two a paper belongs to."""
        for side, spouse in zip(Side, self.spouses, strict=True):
            if spouse.document.key == document.key:
                return side
        raise NotAParty(field="document")

    def withdraw(
        self, document: Document, *, office_id: UUID, has_receipt: bool, loss_note: bool, at: datetime, closing: time
    ) -> None:
        """One party alone takes the application back, until the office closes on the last day of cooling-off."""
        self.require_office(office_id)
        side, today = self.side_of(document), business_day(at)
        if self.status in (_S.COLLECTIBLE, _S.LAPSED) or (
            self.status is _S.COOLING_OFF and self.dates.is_cooling_over(at, closing)
        ):
            raise CoolingOffOver(rule=COOLING, cooling_end=self.dates.cooling_end.isoformat())
        self._move(_A.WITHDRAW, "withdrawn")
        if not has_receipt and not loss_note:
            raise ReceiptMissing(rule="民发〔2020〕116号", field="has_receipt")
        self.facts = replace(self.facts, withdrawal=Withdrawal(side, today, not has_receipt), ended_on=today)

    def register(self, appearances: Mapping[Side, Appearance], *, office_id: UUID, at: datetime, closing: time) -> None:
        """Both come to the receiving office within the window and are divorced (民法典 第一千零八十条).

        :raises TooEarly: cooling-off is not over; on its last day they come one day too early.
        """
        self._require_collectible(appearances, office_id=office_id, at=at, closing=closing)
        require_willing_and_able(appearances)
        self._move(_A.REGISTER, "registered")
        self.facts = replace(self.facts, registered_on=business_day(at))

    def refuse(
        self, finding: ReviewFinding, appearances: Mapping[Side, Appearance], *, office_id: UUID, at: datetime,
        closing: time,
    ) -> None:  # fmt: skip
        """The review at the second visit fails: curable, and they may come again, or not."""
        self._require_collectible(appearances, office_id=office_id, at=at, closing=closing)
        if finding.is_curable:
            self._move(_A.REFUSE, "refused")
        else:
            self._move(_A.REJECT, "rejected")
        ended_on = None if finding.is_curable else business_day(at)
        self.facts = replace(self.facts, findings=(*self.facts.findings, finding), ended_on=ended_on)

    def replace_agreement(self, agreement: Agreement) -> None:
        """A newly signed version takes the place of the last (MR-525)."""
        agreement.require_complete()
        self._move(_A.REPLACE_AGREEMENT, "amended")
        self.agreements += 1

    def terminate(self, termination: Termination, *, today: date) -> None:
        """Death, a court's divorce or annulment, or fraud ends the open application."""
        if termination.on > today:
            raise NotPastItsDay(field="on")
        self._move(_A.TERMINATE, "terminated")
        self.facts = replace(self.facts, termination=termination, ended_on=today)

    def number(self, certificate_no: CertificateNumber) -> None:
        """The number of the divorce certificate, given in the transaction of the registration."""
        self.facts = replace(self.facts, certificate_no=str(certificate_no))

    def issue(self, *, today: date) -> None:
        """Both copies are handed over."""
        self._move(_A.ISSUE, "issued")
        self.facts = replace(self.facts, issued_on=today)

    def supersede(self, today: date) -> None:
        """The two have married each other again."""
        self._move(_A.SUPERSEDE, "superseded")
        self.facts = replace(self.facts, superseded_on=today)

    def recount(self, dates: DivorceDates) -> None:
        """The days by a newer calendar; both are to be told."""
        self.dates = dates
        self.note("recounted")

    def require_office(self, office_id: UUID) -> None:
        """Only the office that received the application goes on with it."""
        if office_id != self.office_id:
            raise WrongOffice(rule="国务院令第804号", field="office_id")

    def _require_collectible(
        self, appearances: Mapping[Side, Appearance], *, office_id: UUID, at: datetime, closing: time
    ) -> None:
        self.require_office(office_id)
        require_both_present(appearances)
        if self.status is _S.COOLING_OFF:
            raise TooEarly(rule=COOLING, window_start=self.dates.window_start.isoformat())
        if self.status is _S.LAPSED or (self.status is _S.COLLECTIBLE and self.dates.is_window_over(at, closing)):
            raise CollectionWindowOver(rule=COOLING, window_end=self.dates.window_end.isoformat())

    def _move(self, action: DivorceAction, participle: str) -> None:
        self.status = WORKFLOW.next(self.status, action)
        self.note(participle)


def require_two_spouses(spouses: tuple[Spouse, Spouse]) -> None:
    """One paper on both sides is one person acting for two."""
    if spouses[0].document.key == spouses[1].document.key:
        raise SamePersonTwice(field="second/document/number")


def require_both_present(appearances: Mapping[Side, Appearance]) -> None:
    """Nobody divorces through another person (民法典 第一千零七十六条)."""
    for side, appearance in appearances.items():
        if not appearance.is_present:
            raise BothRequired(rule=ACCEPTANCE, field=f"{side}/is_present")


def require_willing_and_able(appearances: Mapping[Side, Appearance]) -> None:
    """Both want it and have full capacity."""
    for side, appearance in appearances.items():
        if not appearance.has_capacity:
            raise NoCapacity(rule="国务院令第804号", field=f"{side}/has_capacity")
        if not appearance.is_willing:
            raise NotVoluntaryDivorce(rule=REVIEW, field=f"{side}/is_willing")


def require_acceptable(
    place: PlaceOfRegistration, agreement: Agreement | None, appearances: Mapping[Side, Appearance]
) -> None:
    """Whether an application may be received at all (§5.1)."""
    require_both_present(appearances)
    if place is not PlaceOfRegistration.MAINLAND:
        raise MarriageNotRegisteredInMainland(rule="国务院令第804号", field="place_of_registration")
    require_willing_and_able(appearances)
    if agreement is None:
        raise AgreementMissing(rule=ACCEPTANCE, field="agreement")
    agreement.require_complete()
