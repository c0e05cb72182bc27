"""What ``assistance`` tells the world (社会救助): standards and applications."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from shared.contracts.envelope import EntityState
from shared.contracts.spans import Span

ResidenceCode = Literal["URBAN", "RURAL"]


class StandardState(EntityState):
    """A published standard (保障标准) of one programme, in fen per person and month.

    ``valid_to`` is the first day it no longer holds, null while it has no successor.
    """

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "standard"
    participles: ClassVar[tuple[str, ...]] = ("proposed", "published", "superseded", "withdrawn")

    programme: str
    residence: ResidenceCode | None
    amount_fen: int
    valid_from: date
    valid_to: date | None
    published: bool
    document: str


class ApplicationState(EntityState):
    """An application for assistance (救助申请): milestones and outcome, no person.

    Days are business days in China; ``persons`` is the number of household members; ``amount_fen`` is the
    monthly allowance if granted. ``decision_due_on`` is the earlier of the two statutory clocks. ``granted`` stays
    true after the aid has ended. ``supplement_notices`` counts notices of papers missing from the beginning;
    ``relative`` a case in the register of near relatives, ``county_visited`` that the county went there;
    ``elapsed_working_days`` runs from acceptance to decision.
    """

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "application"
    participles: ClassVar[tuple[str, ...]] = (
        "drafted", "submitted", "supplement_requested", "supplemented", "accepted", "declined", "investigated",
        "verified", "appraised", "opinion_issued", "publicised", "objected", "objection_resolved", "forwarded",
        "visited", "extended", "warned", "closed_noncoop", "granted", "refused", "notified", "taper_started",
        "restored", "suspended", "resumed", "ended", "withdrawn",
    )  # fmt: skip

    programme: str
    residence: ResidenceCode
    township: str
    status: str
    channel: str
    persons: int
    submitted_on: date
    accepted_on: date | None
    decided_on: date | None
    decision_due_on: date | None
    on_time: bool | None
    amount_fen: int | None
    reason_code: str | None
    granted: bool = False
    decision_mode: str | None = None
    from_lead: bool = False
    supplement_notices: int = 0
    relative: bool = False
    county_visited: bool = False
    extension_reason: str | None = None
    elapsed_working_days: int | None = None
    national_on_time: bool | None = None
    local_on_time: bool | None = None
    publicity_rounds: int = 0
    objections: int = 0
    notified_on: date | None = None
    notified_in_time: bool | None = None
    ended_on: date | None = None


class ReferralState(EntityState):
    """A referral to another department (转办): its milestones and both sides' clocks.

    ``overdue_on`` is the day on which a limit was found to have passed; ``elapsed_working_days`` runs from the first
    sending to the end.
    """

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "referral"
    participles: ClassVar[tuple[str, ...]] = (
        "proposed", "consented", "sent", "acknowledged", "accepted", "returned", "rerouted", "coordinated", "assigned",
        "overdue", "finished", "closed",
    )  # fmt: skip

    department: str
    need: str
    urgent: bool
    status: str
    sent_on: date | None
    accepted_on: date | None
    returned_on: list[date]
    overdue_on: date | None
    finished_on: date | None
    closed_on: date | None
    result: str | None
    elapsed_days: int | None
    reroutes: int


class LeadState(EntityState):
    """A report of people in need (救助线索); a merged lead is counted with the one it was merged into."""

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "lead"
    participles: ClassVar[tuple[str, ...]] = (
        "reported", "reported_again", "contacted", "visited", "converted", "merged", "closed",
    )  # fmt: skip

    sources: list[str]
    status: str
    reported_on: date
    contacted_on: date | None
    visited_on: date | None
    contacted_in_time: bool | None
    became_application: bool


class AlertState(EntityState):
    """An alert (预警) with what came of it."""

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "alert"
    participles: ClassVar[tuple[str, ...]] = ("raised", "taken", "resolved")

    kind: str
    status: str
    raised_on: date
    resolved_on: date | None
    outcome: str | None
    in_time: bool | None


class ReviewState(EntityState):
    """A re-verification (定期复核) of one case; ``due_on`` is its last day."""

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "review"
    participles: ClassVar[tuple[str, ...]] = ("planned", "completed", "cancelled")

    review_class: str
    status: str
    due_on: date
    completed_on: date | None
    outcome: str | None
    in_time: bool | None


class ChangeState(EntityState):
    """A change after the grant (动态变化); ``heard_on`` is the day on which the recipient's views were on record."""

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "change"
    participles: ClassVar[tuple[str, ...]] = ("reported", "proposed", "heard", "decided", "dropped")

    kind: str
    status: str
    effect: str | None
    reported_on: date
    delay_days: int
    heard_on: date | None
    response_given: bool | None
    decided_on: date | None
    effective_from: date | None


class RemedyState(EntityState):
    """An administrative review or a suit (复议、诉讼) against a decision."""

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "remedy"
    participles: ClassVar[tuple[str, ...]] = ("filed", "decided")

    kind: str
    status: str
    filed_on: date
    decided_on: date | None
    outcome: str | None


class ComplaintState(EntityState):
    """A complaint or report (投诉举报); who complained is never published."""

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "complaint"
    participles: ClassVar[tuple[str, ...]] = ("received", "checked", "answered", "filed")

    kind: str
    status: str
    real: bool
    received_on: date
    due_on: date
    answered_on: date | None
    founded: bool | None


class RatingState(EntityState):
    """A rating of the service (好差评), one to five; one and two are bad. ``real`` says that the rater is known."""

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "rating"
    participles: ClassVar[tuple[str, ...]] = (
        "given", "called_back", "extended", "fixed", "explained", "exclusion_proposed", "kept", "excluded",
    )  # fmt: skip

    score: int
    channel: str
    status: str
    real: bool
    given_on: date
    called_back_on: date | None
    closed_on: date | None
    in_time: bool | None


class FraudState(EntityState):
    """A case of fraud (骗取救助), with what is to be returned and the fine, in fen, once confirmed."""

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "fraud"
    participles: ClassVar[tuple[str, ...]] = (
        "suspected", "told", "heard", "confirmed", "paid_back", "settled", "dropped",
    )  # fmt: skip

    status: str
    suspected_on: date
    confirmed_on: date | None
    recover_fen: int | None
    fine_fen: int | None


class DelegationState(EntityState):
    """A township that decides on an aid (权限下放); ``valid_to`` is the first day on which it no longer does."""

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "delegation"
    participles: ClassVar[tuple[str, ...]] = ("begun", "ended")

    programme: str
    decision_mode: str
    valid_from: date
    valid_to: date | None


class MonthlyAmount(Span):
    """What a benefit is worth a month, in fen, over the months of a span."""

    amount_fen: int


class BenefitState(EntityState):
    """A benefit (救助待遇): the months it is granted for and what it is worth, no person.

    ``township`` is responsible and pays, ``accepted_by`` took the application. ``granted`` are the days it is held,
    also while payment is suspended; ``tapering`` those of the taper (渐退期).
    """

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "benefit"
    participles: ClassVar[tuple[str, ...]] = ("started", "adjusted", "suspended", "resumed", "tapered", "ended")

    aid: str
    residence: ResidenceCode
    township: str
    accepted_by: str
    status: str
    persons: int
    granted: list[Span]
    tapering: list[Span]
    amounts: list[MonthlyAmount]
    reason_code: str | None


class BenefitRunState(EntityState):
    """A monthly run (发放批次): one aid of one area and month, sealed with a digest of its lines."""

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "run"
    participles: ClassVar[tuple[str, ...]] = ("opened", "computed", "sealed", "discarded")

    aid: str
    month: date
    status: str
    lines: int
    blocked: int
    total_fen: int
    sealed_on: date | None
    digest: str | None


class CoverageState(EntityState):
    """How many of those entitled to a subsidy got it in a month (补贴覆盖), of one district.

    ``entitled`` leaves out those excluded by law; ``excluded`` counts them.
    """

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "coverage"
    participles: ClassVar[tuple[str, ...]] = ("counted",)

    aid: str
    month: date
    covered: int
    entitled: int
    excluded: int


class RescueState(EntityState):
    """A stay of a person without livelihood (流散人员救助): milestones and how it ended, no person."""

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "rescue"
    participles: ClassVar[tuple[str, ...]] = (
        "entered", "noticed", "tested", "identified", "extended", "registered", "placed", "revisited", "left",
    )  # fmt: skip

    entered_on: date
    identified_on: date | None
    notice_in_time: bool | None
    stranded_from: date
    settlement_due_on: date
    hukou_on: date | None
    placed_on: date | None
    ended_on: date | None
    ending: str | None


class CareGradeSpan(Span):
    """A care grade: SELF, PARTLY_LOST or FULLY_LOST."""

    grade: str


class CareState(EntityState):
    """The care of a person in extreme hardship (特困供养): grade, wish, place and agreement, all dated."""

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "care"
    participles: ClassVar[tuple[str, ...]] = ("opened", "assessed", "wished", "moved", "agreed", "visited", "closed")

    township: str
    supported: list[Span]
    grades: list[CareGradeSpan]
    wishes_institution: list[Span]
    in_institution: list[Span]
    agreements: list[Span]


class ChildState(EntityState):
    """A child's file (儿童保障): the days it is known to be eligible and those it is secured, no person."""

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "child"
    participles: ClassVar[tuple[str, ...]] = ("found", "recognised", "visited", "closed")

    kind: str
    eligible: list[Span]
    secured: list[Span]


class ReserveState(EntityState):
    """A township's reserve for temporary aid (备用金): the balance after the last entry."""

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "reserve"
    participles: ClassVar[tuple[str, ...]] = ("opened", "drawn", "topped_up")

    township: str
    opened_on: date
    balance_fen: int
    below_alarm: bool


class VerificationState(EntityState):
    """A verification of a case's means with other departments (家庭经济状况核对): milestones, no person, no amount.

    ``completeness`` is null until the first report; ``sources_missing`` counts sources without an answer.
    """

    source: ClassVar[str] = "assistance"
    noun: ClassVar[str] = "verification"
    participles: ClassVar[tuple[str, ...]] = (
        "requested", "progressed", "completed", "contested", "recheck_started", "cancelled",
    )  # fmt: skip

    status: str
    requested_on: date
    reported_on: date | None
    completeness: Literal["COMPLETE", "PARTIAL", "INSUFFICIENT"] | None
    sources_missing: int
    contested: bool
