"""Verification orders (家庭经济状况核对): what is asked of which department, and what the answers are worth.

An order asks every source about every authorised person of an open case. A source that stays silent leaves a named gap
and stops nothing: the report says what was asked, what was answered, and of which day the answers are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from shared.kernel.aggregate import Aggregate
from shared.kernel.clock import business_day
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.parameters import ParameterReader
from shared.kernel.workflow import Workflow


class Source(StrEnum):
    """Where facts are asked (核对数据来源, 社会救助法 第四十一条)."""

    HUKOU = "HUKOU"
    TAX = "TAX"
    SOCIAL_INSURANCE = "SOCIAL_INSURANCE"
    REAL_ESTATE = "REAL_ESTATE"
    MARKET = "MARKET"
    HOUSING_FUND = "HOUSING_FUND"
    VEHICLES = "VEHICLES"
    BANKS = "BANKS"
    INSURANCE = "INSURANCE"
    SECURITIES = "SECURITIES"
    PAYMENT = "PAYMENT"
    CIVIL_AFFAIRS = "CIVIL_AFFAIRS"
    UTILITIES = "UTILITIES"
    TRAVEL = "TRAVEL"


class VerificationStatus(StrEnum):
    """Where an order stands (核对状态)."""

    ASKING = "ASKING"
    REPORTED = "REPORTED"
    CONTESTED = "CONTESTED"
    RECHECKING = "RECHECKING"
    CANCELLED = "CANCELLED"


class VerificationAction(StrEnum):
    """What can be done to an order."""

    RECORD = "record"
    REPORT = "report"
    CONTEST = "contest"
    RECHECK = "recheck"
    CANCEL = "cancel"


class Gap(StrEnum):
    """Why a source has no answer."""

    WAITING = "WAITING"
    NO_ADDRESS = "NO_ADDRESS"
    TIMEOUT = "TIMEOUT"
    BROKEN = "BROKEN"
    REFUSED = "REFUSED"


class Completeness(StrEnum):
    """How much of what is needed was answered."""

    COMPLETE = "COMPLETE"
    PARTIAL = "PARTIAL"
    INSUFFICIENT = "INSUFFICIENT"


WORKFLOW = Workflow(
    {
        (VerificationStatus.ASKING, VerificationAction.RECORD): VerificationStatus.ASKING,
        (VerificationStatus.ASKING, VerificationAction.REPORT): VerificationStatus.REPORTED,
        (VerificationStatus.ASKING, VerificationAction.CANCEL): VerificationStatus.CANCELLED,
        (VerificationStatus.REPORTED, VerificationAction.CONTEST): VerificationStatus.CONTESTED,
        (VerificationStatus.CONTESTED, VerificationAction.RECHECK): VerificationStatus.RECHECKING,
        (VerificationStatus.RECHECKING, VerificationAction.RECORD): VerificationStatus.RECHECKING,
        (VerificationStatus.RECHECKING, VerificationAction.REPORT): VerificationStatus.REPORTED,
    }
)


class VerificationUnknown(NotFound):
    """没有这份核对委托"""


class AuthorisationMissing(Refusal):
    """核对前须取得每位成年成员的书面授权"""


class AuthorisationTooLate(Invalid):
    """授权日期不得晚于今日"""


class CaseNotOpen(Refusal):
    """只能为在办的申请核对"""


class VerificationRunning(Refusal):
    """该申请已有进行中的核对"""


class SomebodyElse(Invalid):
    """被核对人须为本申请的家庭成员"""


class NothingContested(Invalid):
    """异议须说明所针对的数据来源"""


@dataclass(frozen=True)
class Authorisation:
    """The signed consent of a person (核查授权书): by the person, or by the guardian of a minor."""

    ordinal: int
    signed_on: date
    by_guardian: bool = False


@dataclass(frozen=True)
class Subject:
    """Somebody who is asked about; ``identity_number`` is sealed where it is kept."""

    ordinal: int
    identity_number: str
    adult: bool
    declared: Mapping[str, int] = field(default_factory=dict)
    """What the household stated, in fen by item (``WAGES``, ``DEPOSITS`` …)."""


@dataclass(frozen=True)
class Found:
    """One item a source knows of a person: what, how much in fen, on which day."""

    item: str
    amount_fen: int


@dataclass(frozen=True)
class Inquiry:
    """One question to one source about one person, and where it stands."""

    ordinal: int
    source: Source
    attempts: int = 0
    gap: Gap | None = Gap.WAITING
    answered_at: datetime | None = None
    as_of: date | None = None
    found: tuple[Found, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether the source said something."""
        return self.gap is None


@dataclass(frozen=True)
class Mismatch:
    """An item on which household and source differ by more than the tolerance (不一致事项)."""

    ordinal: int
    source: Source
    item: str
    declared_fen: int | None
    found_fen: int


@dataclass(frozen=True)
class Report:
    """What an order brought to light (核对报告, E-05)."""

    on: date
    usable_until: date
    asked: int
    answered: int
    completeness: Completeness
    missing: tuple[Source, ...]
    oldest_as_of: date | None
    mismatches: tuple[Mismatch, ...]
    signals: tuple[Mismatch, ...] = ()
    """Hints of helper sources; they inform and never decide alone (E-03)."""


@dataclass(kw_only=True)
class VerificationOrder(Aggregate):
    """A verification of one case (核对委托)."""

    application_id: UUID
    requested_on: date
    requested_by: str
    subjects: tuple[Subject, ...]
    authorisations: tuple[Authorisation, ...]
    inquiries: tuple[Inquiry, ...]
    status: VerificationStatus = VerificationStatus.ASKING
    round: int = 1
    reports: tuple[Report, ...] = ()
    contested: tuple[Source, ...] = ()
    contest_ground: str = ""
    ask_at: datetime | None = None
    """When the worker asks next; None when there is nothing to ask."""

    @property
    def open_inquiries(self) -> tuple[Inquiry, ...]:
        """Questions without an answer."""
        return tuple(inquiry for inquiry in self.inquiries if not inquiry.answered)

    @property
    def report(self) -> Report | None:
        """The newest report."""
        return self.reports[-1] if self.reports else None

    def reference(self, inquiry: Inquiry) -> UUID:
        """The id a question carries, the same at every repetition of its round."""
        return uuid5(self.id, f"{self.round} {inquiry.ordinal} {inquiry.source}")

    def is_usable(self, on: date) -> bool:
        """Whether the newest report may still serve a decision (E-06)."""
        return self.report is not None and on <= self.report.usable_until

    def record(self, answers: Sequence[Inquiry], *, rules: ParameterReader, now: datetime) -> None:
        """Take answers and failures in; the report is written once every source answered or was asked often enough."""
        status = WORKFLOW.next(self.status, VerificationAction.RECORD)
        newest = {(answer.ordinal, answer.source): answer for answer in answers}
        self.inquiries = tuple(newest.get((each.ordinal, each.source), each) for each in self.inquiries)
        self.status = status
        most = rules.integer("check.attempts")
        if all(inquiry.answered or inquiry.attempts >= most for inquiry in self.inquiries):
            self._write_report(business_day(now), rules)
        else:
            self.note("progressed")

    def _write_report(self, on: date, rules: ParameterReader) -> None:
        self.status = WORKFLOW.next(self.status, VerificationAction.REPORT)
        self.reports = (*self.reports, self._report(on, rules))
        self.note("completed")

    def _report(self, on: date, rules: ParameterReader) -> Report:
        required = {Source(str(name)) for name in rules.listing("check.sources_required")}
        signals = {Source(str(name)) for name in rules.listing("check.signal_sources")}
        missing = tuple(sorted({inquiry.source for inquiry in self.open_inquiries}))
        differing = self._mismatches(rules.integer("check.tolerance_fen"))
        days = [inquiry.as_of for inquiry in self.inquiries if inquiry.as_of]
        return Report(
            on=on,
            usable_until=on + timedelta(days=rules.integer("check.valid_days")),
            asked=len(self.inquiries),
            answered=sum(inquiry.answered for inquiry in self.inquiries),
            completeness=completeness_of(set(missing), required),
            missing=missing,
            oldest_as_of=min(days, default=None),
            mismatches=tuple(each for each in differing if each.source not in signals),
            signals=tuple(each for each in differing if each.source in signals),
        )

    def _mismatches(self, tolerance_fen: int) -> list[Mismatch]:
        declared = {subject.ordinal: subject.declared for subject in self.subjects}
        return [
            Mismatch(inquiry.ordinal, inquiry.source, found.item, stated, found.amount_fen)
            for inquiry in self.inquiries
            for found in inquiry.found
            if abs(found.amount_fen - ((stated := declared[inquiry.ordinal].get(found.item)) or 0)) > tolerance_fen
        ]

    def contest(self, *, sources: Sequence[Source], ground: str) -> None:
        """The household says that something is wrong, and shows why (E-04)."""
        status = WORKFLOW.next(self.status, VerificationAction.CONTEST)
        if not sources:
            raise NothingContested(field="sources")
        self.status, self.contested, self.contest_ground = status, tuple(dict.fromkeys(sources)), ground
        self.note("contested")

    def recheck(self) -> None:
        """Ask the contested sources again (复查)."""
        self.status = WORKFLOW.next(self.status, VerificationAction.RECHECK)
        self.round += 1
        again = set(self.contested)
        self.inquiries = tuple(
            Inquiry(each.ordinal, each.source) if each.source in again else each for each in self.inquiries
        )
        self.note("recheck_started")

    def cancel(self) -> None:
        """Stop asking, because the case ended."""
        self.status = WORKFLOW.next(self.status, VerificationAction.CANCEL)
        self.note("cancelled")


def completeness_of(missing: set[Source], required: set[Source]) -> Completeness:
    """Nothing missing, only what is not needed, or something that is needed (§3.4, partial answers)."""
    if not missing:
        return Completeness.COMPLETE
    return Completeness.INSUFFICIENT if missing & required else Completeness.PARTIAL


def order_verification(
    *,
    id: UUID,
    division: str,
    application_id: UUID,
    subjects: Sequence[Subject],
    authorisations: Sequence[Authorisation],
    sources: Sequence[Source],
    by: str,
    today: date,
) -> VerificationOrder:
    """Ask about every member; refused without the consent of each adult, or of the guardian of each minor (E-01)."""
    known = {subject.ordinal for subject in subjects}
    given = {consent.ordinal: consent for consent in authorisations}
    if set(given) - known:
        raise SomebodyElse(field="authorisations")
    if any(consent.signed_on > today for consent in authorisations):
        raise AuthorisationTooLate(field="authorisations")
    lacking = [
        subject.ordinal
        for subject in subjects
        if subject.ordinal not in given or (not subject.adult and not given[subject.ordinal].by_guardian)
    ]
    if lacking:
        raise AuthorisationMissing(rule="社会救助法 第四十条", members_without=lacking)
    order = VerificationOrder(
        id=id,
        division=division,
        application_id=application_id,
        requested_on=today,
        requested_by=by,
        subjects=tuple(subjects),
        authorisations=tuple(authorisations),
        inquiries=tuple(Inquiry(subject.ordinal, source) for subject in subjects for source in dict.fromkeys(sources)),
    )
    order.note("requested")
    return order


def answered(inquiry: Inquiry, *, at: datetime, as_of: date | None, found: Sequence[Found]) -> Inquiry:
    """The source answered."""
    return replace(inquiry, attempts=inquiry.attempts + 1, gap=None, answered_at=at, as_of=as_of, found=tuple(found))


def unanswered(inquiry: Inquiry, gap: Gap) -> Inquiry:
    """The source did not answer this time."""
    return replace(inquiry, attempts=inquiry.attempts + 1, gap=gap)
