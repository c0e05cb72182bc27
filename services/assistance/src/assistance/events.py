"""From the domain to the published language; the only module of the service that knows the contracts."""

from __future__ import annotations

from datetime import date, timedelta

from assistance.domain.alert import Alert
from assistance.domain.applicant import Channel
from assistance.domain.application import Application
from assistance.domain.benefit import Benefit, BenefitStatus
from assistance.domain.benefit_run import BenefitRun
from assistance.domain.care import CareFile, Choice, Place
from assistance.domain.change import Change
from assistance.domain.child_file import ChildFile
from assistance.domain.complaint import Complaint
from assistance.domain.coverage import Coverage
from assistance.domain.delegation import Delegation
from assistance.domain.fraud import Fraud
from assistance.domain.lead import Lead
from assistance.domain.rating import Rating
from assistance.domain.referral import Referral
from assistance.domain.remedy import Remedy
from assistance.domain.rescue import RescueStay
from assistance.domain.reserve import Reserve
from assistance.domain.review import Review
from assistance.domain.standard import Standard, StandardStatus
from assistance.domain.verification import VerificationOrder
from shared.contracts.assistance import (
    AlertState,
    ApplicationState,
    BenefitRunState,
    BenefitState,
    CareGradeSpan,
    CareState,
    ChangeState,
    ChildState,
    ComplaintState,
    CoverageState,
    DelegationState,
    FraudState,
    LeadState,
    MonthlyAmount,
    RatingState,
    ReferralState,
    RemedyState,
    RescueState,
    ReserveState,
    ReviewState,
    StandardState,
    VerificationState,
)
from shared.contracts.spans import Span
from shared.kernel.calendar import default_calendar
from shared.kernel.clock import business_day


def standard_state(standard: Standard) -> StandardState:
    """What the world may know of a standard."""
    return StandardState(
        programme=standard.programme.value,
        residence=standard.residence.value if standard.residence else None,
        amount_fen=standard.amount_fen,
        valid_from=standard.valid_from,
        valid_to=standard.valid_to,
        published=standard.status is StandardStatus.PUBLISHED,
        document=standard.document,
    )


def application_state(application: Application) -> ApplicationState:
    """What the world may know of an application: milestones and outcome."""
    clocks, verdict, course = application.clocks, application.verdict, application.course
    accepted, decided, told = application.accepted_on, application.decided_on, course.notified_on
    national = (clocks.special or clocks.national) if clocks else None
    notice = clocks.refusal_notice if clocks else None
    return ApplicationState(
        programme=application.programme.value,
        residence=application.residence.value,
        township=application.division,
        status=application.status.value,
        channel=application.channel.value,
        persons=len(application.members),
        submitted_on=business_day(application.submitted_at),
        accepted_on=accepted,
        decided_on=decided,
        decision_due_on=clocks.decision.due.on if clocks else None,
        on_time=application.decided_in_time,
        amount_fen=verdict.amount_fen if verdict and application.granted else None,
        reason_code=application.reason_code,
        granted=application.granted,
        decision_mode=application.mode.value if application.mode else None,
        from_lead=application.channel is Channel.LEAD or course.lead_id is not None,
        supplement_notices=course.first_notices,
        relative=course.relative is not None,
        county_visited=bool(course.visits),
        extension_reason=course.extension.value if course.extension else None,
        elapsed_working_days=default_calendar().working_days_between(accepted, decided).days
        if accepted and decided
        else None,
        national_on_time=decided <= national.due.on if decided and national else None,
        local_on_time=decided <= clocks.local.due.on if decided and clocks and clocks.local else None,
        publicity_rounds=len(course.postings),
        objections=len(course.objections),
        notified_on=told,
        notified_in_time=told <= notice.due.on if told and notice else None,
        ended_on=course.ended_on,
    )


def referral_state(referral: Referral) -> ReferralState:
    """What the world may know of a referral."""
    began, ended = referral.first_sent_on, referral.finished_on
    return ReferralState(
        department=referral.department.value,
        need=referral.need.value,
        urgent=referral.urgent,
        status=referral.status.value,
        sent_on=began,
        accepted_on=referral.accepted_on,
        returned_on=[note.on for note in referral.returns],
        overdue_on=referral.overdue_on,
        finished_on=ended,
        closed_on=referral.closed_on,
        result=referral.result.value if referral.result else None,
        elapsed_days=(ended - began).days if began and ended else None,
        reroutes=referral.reroutes,
    )


def lead_state(lead: Lead) -> LeadState:
    """What the world may know of a lead."""
    return LeadState(
        sources=[source.value for source in lead.sources],
        status=lead.status.value,
        reported_on=lead.reported_on,
        contacted_on=lead.contacted_on,
        visited_on=lead.visited_on,
        contacted_in_time=lead.contacted_in_time,
        became_application=lead.application_id is not None,
    )


def alert_state(alert: Alert) -> AlertState:
    """What the world may know of an alert."""
    return AlertState(
        kind=alert.kind.value,
        status=alert.status.value,
        raised_on=alert.raised_on,
        resolved_on=alert.resolved_on,
        outcome=alert.outcome.value if alert.outcome else None,
        in_time=alert.in_time,
    )


def review_state(review: Review) -> ReviewState:
    """What the world may know of a review."""
    return ReviewState(
        review_class=review.klass.value,
        status=review.status.value,
        due_on=review.due.on,
        completed_on=review.completed_on,
        outcome=review.outcome.value if review.outcome else None,
        in_time=review.in_time,
    )


def change_state(change: Change) -> ChangeState:
    """What the world may know of a change."""
    return ChangeState(
        kind=change.kind.value,
        status=change.status.value,
        effect=change.effect.value if change.effect else None,
        reported_on=change.reported_on,
        delay_days=change.delay_days,
        heard_on=change.heard_on,
        response_given=change.response_given,
        decided_on=change.decided_on,
        effective_from=change.effective_from,
    )


def remedy_state(remedy: Remedy) -> RemedyState:
    """What the world may know of an appeal."""
    return RemedyState(
        kind=remedy.kind.value,
        status=remedy.status.value,
        filed_on=remedy.filed_on,
        decided_on=remedy.decided_on,
        outcome=remedy.outcome.value if remedy.outcome else None,
    )


def complaint_state(complaint: Complaint) -> ComplaintState:
    """What the world may know of a complaint."""
    return ComplaintState(
        kind=complaint.kind.value,
        status=complaint.status.value,
        real=complaint.real_name,
        received_on=complaint.received_on,
        due_on=complaint.due.on,
        answered_on=complaint.answered_on,
        founded=complaint.founded,
    )


def rating_state(rating: Rating) -> RatingState:
    """What the world may know of a rating."""
    return RatingState(
        score=rating.score,
        channel=rating.channel,
        status=rating.status.value,
        real=rating.real_name,
        given_on=rating.given_on,
        called_back_on=rating.called_back_on,
        closed_on=rating.closed_on,
        in_time=rating.in_time,
    )


def fraud_state(fraud: Fraud) -> FraudState:
    """What the world may know of a case of fraud; amounts only once confirmed."""
    confirmed = fraud.confirmed_on is not None
    return FraudState(
        status=fraud.status.value,
        suspected_on=fraud.suspected_on,
        confirmed_on=fraud.confirmed_on,
        recover_fen=fraud.wrongly_paid_fen if confirmed else None,
        fine_fen=fraud.fine_fen if confirmed else None,
    )


def delegation_state(delegation: Delegation) -> DelegationState:
    """What the world may know of a delegation."""
    return DelegationState(
        programme=delegation.aid.value,
        decision_mode=delegation.mode.value,
        valid_from=delegation.valid_from,
        valid_to=delegation.valid_to,
    )


def verification_state(order: VerificationOrder) -> VerificationState:
    """What the world may know of a verification."""
    return VerificationState(
        status=order.status.value,
        requested_on=order.requested_on,
        reported_on=order.report.on if order.report else None,
        completeness=order.report.completeness.value if order.report else None,
        sources_missing=len({inquiry.source for inquiry in order.open_inquiries}),
        contested=bool(order.contested),
    )


def benefit_state(benefit: Benefit) -> BenefitState:
    """What the world may know of a benefit: months and amounts."""
    held = benefit.ended_from is None or benefit.ended_from > benefit.started_on
    tapering = benefit.status is BenefitStatus.TAPERING and benefit.taper_until is not None
    begin = max((each.span.begin for each in benefit.entitlements), default=benefit.started_on)
    return BenefitState(
        aid=benefit.aid.value,
        residence=benefit.residence.value,
        township=benefit.division,
        accepted_by=benefit.accepted_by,
        status=benefit.status.value,
        persons=len(benefit.recipients),
        granted=[Span(begin=benefit.started_on, end=benefit.ended_from)] if held else [],
        tapering=[Span(begin=begin, end=benefit.taper_until)] if tapering else [],
        amounts=[
            MonthlyAmount(begin=each.span.begin, end=each.span.end, amount_fen=each.amount_fen)
            for each in benefit.entitlements
        ],
        reason_code=benefit.reason_code,
    )


def run_state(run: BenefitRun) -> BenefitRunState:
    """What the world may know of a monthly run: totals and digest."""
    return BenefitRunState(
        aid=run.aid.value, month=run.month, status=run.status.value, lines=run.lines, blocked=run.blocked,
        total_fen=run.total_fen, sealed_on=run.sealed_on, digest=run.digest,
    )  # fmt: skip


def rescue_state(stay: RescueStay) -> RescueState:
    """What the world may know of a stay: milestones and ending."""
    facts = stay.facts
    return RescueState(
        entered_on=business_day(facts.entered_at),
        identified_on=facts.identified_on,
        notice_in_time=stay.notice_in_time,
        stranded_from=facts.clocks.stay_until + timedelta(days=1),
        settlement_due_on=facts.clocks.settle_from,
        hukou_on=facts.hukou_on,
        placed_on=facts.placed_on,
        ended_on=facts.ended_on,
        ending=facts.ending.value if facts.ending else None,
    )


def care_state(care: CareFile) -> CareState:
    """What the world may know of a care file: dated grades, wishes, places and agreements."""
    facts = care.facts
    ends = [*(each.on for each in facts.assessments[1:]), facts.supported.end]
    return CareState(
        township=facts.township,
        supported=[Span(begin=facts.supported.begin, end=facts.supported.end)],
        grades=[
            CareGradeSpan(begin=each.on, end=end, grade=each.grade.value)
            for each, end in zip(facts.assessments, ends, strict=False)
        ],
        wishes_institution=_institution_days(facts.wishes, facts.supported.end),
        in_institution=_institution_days(facts.places, facts.supported.end),
        agreements=[Span(begin=each.begin, end=each.end) for each in facts.agreements],
    )


def _institution_days(choices: tuple[Choice, ...], last: date | None) -> list[Span]:
    ends = [*(choice.on for choice in choices[1:]), last]
    return [
        Span(begin=choice.on, end=end)
        for choice, end in zip(choices, ends, strict=False)
        if choice.place is Place.INSTITUTION
    ]


def child_state(child: ChildFile) -> ChildState:
    """What the world may know of a child's file: since when it is known and secured."""
    facts = child.facts
    secured = facts.recognised_on
    return ChildState(
        kind=facts.kind.value,
        eligible=[Span(begin=facts.found_on, end=facts.closed_on)],
        secured=[Span(begin=secured, end=facts.closed_on)] if secured else [],
    )


def reserve_state(reserve: Reserve) -> ReserveState:
    """What the world may know of a reserve: its balance."""
    return ReserveState(
        township=reserve.division,
        opened_on=reserve.facts.opened_on,
        balance_fen=reserve.facts.balance_fen,
        below_alarm=reserve.below_alarm,
    )


def coverage_state(coverage: Coverage) -> CoverageState:
    """What the world may know of a subsidy's coverage: three counts."""
    return CoverageState(
        aid=coverage.aid.value,
        month=coverage.month,
        covered=coverage.covered,
        entitled=coverage.entitled,
        excluded=coverage.excluded,
    )
