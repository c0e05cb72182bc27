"""Measures of marriage (婚姻登记): each function reads like the definition in the statistical form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from monitoring.domain.facts.marriage import (
    DivorceApplication,
    MarriageAppointment,
    MarriageCorrection,
    MarriageDishonesty,
    MarriageFraud,
    MarriageIssuance,
    MarriageOffice,
    MarriageRating,
    MarriageRegistration,
)
from monitoring.domain.measures.contribution import Contribution, Measures, flow, stock
from shared.kernel.spans import Span, intersection

ACTIVE_FOR = timedelta(days=90)
"""How long a session keeps a counselling room active [U]."""
LEAST_SATISFIED = 3
"""Basically satisfied (基本满意) and better."""


def _office(fact: MarriageOffice) -> Iterator[Contribution]:
    """Row 10 counts offices that register mainland couples; T31 leaves delegated townships out."""
    mainland = fact.in_service if fact.mainland is None else intersection(fact.in_service, fact.mainland)
    yield from stock("office.in_service", fact.in_service)
    yield from stock("office.mainland", mainland)
    yield from stock("office.cross_province", intersection(mainland, fact.cross_province))
    yield from stock("office.graded", intersection(fact.in_service, fact.graded))
    if not fact.is_township:
        rooms = intersection(fact.in_service, fact.counselling_room)
        active = [Span(day, day + ACTIVE_FOR) for day in fact.counselling_days]
        yield from stock("office.county_and_above", fact.in_service)
        yield from stock("office.counselling_room", rooms)
        yield from stock("office.counselling_active", intersection(rooms, active))
    for day in fact.counselling_days:
        yield from flow("counselling.days", day)


def _registration(fact: MarriageRegistration) -> Iterator[Contribution]:
    yield from flow("marriage.registered", fact.registered_on)
    if fact.cross_province:
        yield from flow("marriage.registered_cross_province", fact.registered_on)
    if fact.cross_district:
        yield from flow("marriage.registered_cross_district", fact.registered_on)
    if fact.ceremony_on is not None:
        yield from flow("marriage.registered_with_ceremony", fact.registered_on)
    yield from flow("marriage.annulled", fact.annulled_on)
    yield from flow("marriage.revoked", fact.revoked_on)


def _divorce(fact: DivorceApplication) -> Iterator[Contribution]:
    """Rates are of the cohort received in a period: its ends are counted on the day of receipt."""
    yield from flow("divorce.received", fact.received_on)
    yield from flow(f"divorce.received_{fact.outcome}", fact.received_on)
    yield from flow("divorce.registered", fact.registered_on)


def _appointment(fact: MarriageAppointment) -> Iterator[Contribution]:
    if fact.status in ("KEPT", "MISSED"):
        yield from flow("marriage_appointment.due", fact.day)
    if fact.status == "MISSED":
        yield from flow("marriage_appointment.missed", fact.day)


def _issuance(fact: MarriageIssuance) -> Iterator[Contribution]:
    yield from flow("marriage_record.issued" if fact.kind == "RECORD" else "certificate.reissued", fact.issued_on)


def _correction(fact: MarriageCorrection) -> Iterator[Contribution]:
    yield from flow("marriage.corrected", fact.corrected_on)


def _fraud(fact: MarriageFraud) -> Iterator[Contribution]:
    yield from flow("marriage_fraud.reported", fact.reported_on)


def _dishonesty(fact: MarriageDishonesty) -> Iterator[Contribution]:
    yield from stock("marriage_dishonesty.listed", fact.listed)


def _rating(fact: MarriageRating) -> Iterator[Contribution]:
    """A complaint is a poor grade whose follow-up found it right."""
    yield from flow("marriage.rating_valid", fact.rated_on)
    if fact.grade >= LEAST_SATISFIED:
        yield from flow("marriage.rating_satisfied", fact.rated_on)
    else:
        yield from flow("marriage.rating_poor", fact.rated_on)
        if fact.answered_in_time:
            yield from flow("marriage.rating_poor_answered_in_time", fact.rated_on)
    if fact.upheld:
        yield from flow("marriage.complaint_upheld", fact.answered_on)


MEASURES: Measures = {
    MarriageOffice: _office,
    MarriageRegistration: _registration,
    DivorceApplication: _divorce,
    MarriageAppointment: _appointment,
    MarriageIssuance: _issuance,
    MarriageCorrection: _correction,
    MarriageFraud: _fraud,
    MarriageDishonesty: _dishonesty,
    MarriageRating: _rating,
}
