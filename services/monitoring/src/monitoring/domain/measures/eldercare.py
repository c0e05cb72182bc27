"""Measures of eldercare (养老服务): each function reads like the definition in the statistical form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from monitoring.domain.facts.eldercare import (
    Admission,
    Assessment,
    Bed,
    Emergency,
    Facility,
    Inspection,
    Institution,
    QualityMark,
    Recipient,
    Staff,
    Stay,
)
from monitoring.domain.measures.contribution import Contribution, Measures, flow, spread, stock
from shared.kernel.spans import Span, intersection

CARE_CENTRE, TOWNSHIP_CENTRE, MUTUAL_AID_POINT = "DISABILITY_CARE_CENTRE", "TOWNSHIP_CENTRE", "MUTUAL_AID_POINT"
COMMUNITY_CARE, DRILL = "COMMUNITY_CARE", "DRILL"


def _institution(fact: Institution) -> Iterator[Contribution]:
    yield from stock("institution.operating", fact.operating)
    yield from stock("institution.comprehensive", intersection(fact.operating, fact.comprehensive))
    yield from stock("institution.assessed", intersection(fact.operating, _assessed(fact.quality)))
    yield from stock("institution.quality_met", intersection(fact.operating, _met(fact.quality)))
    yield from stock("institution.graded", intersection(fact.operating, fact.graded))
    if fact.kind == CARE_CENTRE:
        yield from stock("institution.care_centre", fact.operating)
    if fact.kind == TOWNSHIP_CENTRE:
        yield from stock("institution.township_centre", fact.operating)
    yield from flow("institution.upgraded", fact.upgraded_on)
    yield from flow("institution.filing_due", fact.filing_due_on)
    if fact.filing_due_on and fact.filed_on and fact.filed_on <= fact.filing_due_on:
        yield from flow("institution.filed_in_time", fact.filing_due_on)


def _assessed(marks: tuple[QualityMark, ...]) -> tuple[Span, ...]:
    """The days from the first assessment on."""
    return (Span(min(mark.assessed_on for mark in marks)),) if marks else ()


def _met(marks: tuple[QualityMark, ...]) -> tuple[Span, ...]:
    """The days on which the latest assessment, not older than twelve months, said that basic quality is met."""
    ordered = sorted(marks, key=lambda mark: mark.assessed_on)
    ends = [*(mark.assessed_on for mark in ordered[1:]), date.max]
    days = ((mark, min(end, year_after(mark.assessed_on))) for mark, end in zip(ordered, ends, strict=False))
    return tuple(Span(mark.assessed_on, end) for mark, end in days if mark.met and mark.assessed_on != end)


def year_after(day: date) -> date:
    """The first day on which an assessment is older than twelve months."""
    leap_day = (day.month, day.day) == (2, 29)
    anniversary = date(day.year + 1, 3, 1) if leap_day else day.replace(year=day.year + 1)
    return anniversary if leap_day else anniversary + timedelta(days=1)


def _bed(fact: Bed) -> Iterator[Contribution]:
    """Home-care beds are counted apart: they are not beds of an institution."""
    if fact.home:
        yield from stock("bed.home", fact.in_service)
        yield from flow("bed.home_built", first_day(fact.in_service))
        return
    yield from stock("bed.institution", fact.in_service)
    yield from stock("bed.nursing", intersection(fact.in_service, fact.nursing))
    inclusive = intersection(fact.in_service, fact.inclusive)
    yield from stock("bed.inclusive", inclusive)
    yield from flow("bed.newly_inclusive", first_day(inclusive))
    yield from stock("bed.in_maintenance", intersection(fact.in_service, fact.maintenance))
    yield from stock("bed.usable", fact.in_service)
    yield from stock("bed.usable", intersection(fact.in_service, fact.maintenance), -1)


def first_day(spans: Iterable[Span]) -> date | None:
    """The first day of a fact; None where it never held."""
    return min((span.begin for span in spans), default=None)


def _stay(fact: Stay) -> Iterator[Contribution]:
    yield from stock("bed.occupied", fact.occupied)
    yield from flow("resident.admitted", fact.admitted_on)
    yield from flow("resident.left", fact.ended_on)
    yield from flow("resident.died", fact.died_on)
    if fact.extreme_hardship:
        yield from stock("resident.extreme_hardship", fact.occupied)
        if fact.level:
            yield from stock("resident.extreme_hardship_disabled", fact.occupied)


def _assessment(fact: Assessment) -> Iterator[Contribution]:
    yield from flow("ability.assessed", fact.assessed_on)
    yield from flow("ability.disputed", fact.disputed_on)
    if fact.level:
        yield from flow("ability.disabled", fact.assessed_on)


def _admission(fact: Admission) -> Iterator[Contribution]:
    """Waiting is measured from the first queueing, also of a place that went to the tail (M33)."""
    yield from flow("waiting.applied", fact.submitted_on)
    yield from flow("waiting.queued", fact.queued_on)
    if fact.queued_on is not None and (fact.ended_on is None or fact.ended_on > fact.queued_on):
        yield from stock("waiting.length", [Span(fact.queued_on, fact.ended_on)])
    for offer in fact.offers:
        yield from flow("offer.made", offer.notified_on)
        yield from flow("offer.missed", offer.missed_on)
    if fact.admitted_on is not None and fact.queued_on is not None:
        waited = max(0, (fact.admitted_on - fact.queued_on).days)
        yield from flow("waiting.admitted", fact.admitted_on)
        yield from spread("waiting.days", fact.admitted_on, waited)
        if fact.lane is not None:
            yield from spread(f"waiting.days.lane_{fact.lane}", fact.admitted_on, waited)


STAFF_MEASURES = {
    "DIRECTOR": "director",
    "CARE_SUPERVISOR": "supervisor",
    "CAREGIVER": "carer",
    "SOCIAL_WORKER": "social_worker",
}
"""The posts that the plan counts apart."""
TRAINED = ("director", "supervisor", "carer")


def _staff(fact: Staff) -> Iterator[Contribution]:
    """On duty by post; somebody trained counts once, on the day of the first training."""
    post = STAFF_MEASURES.get(fact.post)
    if post is None:
        return
    yield from stock(f"staff.{post}", fact.employed)
    if post == "carer":
        yield from stock("staff.carer_certified", intersection(fact.employed, fact.certified))
    if post in TRAINED:
        first = min(fact.trained_on, default=None)
        yield from flow("staff.trained", first)
        yield from flow(f"staff.trained_{post}", first)


def _inspection(fact: Inspection) -> Iterator[Contribution]:
    yield from flow("inspection.conducted", fact.inspected_on)
    if fact.major_hazard:
        yield from flow("inspection.major_hazard", fact.inspected_on)
    yield from flow("rectification.due", fact.due_on)
    if fact.due_on and fact.verified_on and fact.verified_on <= fact.due_on:
        yield from flow("rectification.verified_in_time", fact.due_on)


def _recipient(fact: Recipient) -> Iterator[Contribution]:
    """Of the disabled extremely poor: the willing, and of them those in an institution; the others, and agreements."""
    yield from stock("recipient.registered", fact.registered)
    for day in fact.visited_on:
        yield from flow("recipient.visited", day)
    if not fact.extreme_hardship:
        return
    disabled = intersection(fact.registered, fact.disabled)
    willing = intersection(disabled, fact.willing)
    yield from stock("hardship.willing", willing)
    yield from stock("hardship.willing_in_residence", intersection(willing, fact.central))
    yield from stock("hardship.home_disabled", disabled)
    yield from stock("hardship.home_disabled", intersection(disabled, fact.central), -1)
    yield from stock("hardship.home_with_agreement", intersection(disabled, fact.entrusted))


def _facility(fact: Facility) -> Iterator[Contribution]:
    if fact.kind == TOWNSHIP_CENTRE:
        yield from stock("institution.township_centre", fact.operating)
    if fact.kind == COMMUNITY_CARE:
        yield from stock("institution.community_care", fact.operating)
    if fact.kind == MUTUAL_AID_POINT:
        yield from stock("facility.mutual_aid_point", fact.operating)


def _emergency(fact: Emergency) -> Iterator[Contribution]:
    if fact.kind == DRILL:
        yield from flow("drill.institution" if fact.of_institution else "drill.area", fact.happened_on)
        return
    yield from flow("incident.reported", fact.happened_on)
    if fact.reported_in_time:
        yield from flow("incident.reported_in_time", fact.happened_on)


MEASURES: Measures = {
    Institution: _institution,
    Bed: _bed,
    Stay: _stay,
    Assessment: _assessment,
    Admission: _admission,
    Staff: _staff,
    Inspection: _inspection,
    Recipient: _recipient,
    Facility: _facility,
    Emergency: _emergency,
}
