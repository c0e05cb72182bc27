"""What is counted of marriage: row 10, T29 to T31 and the service's own, from published states to sums."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from monitoring.catalogue import CATALOGUE
from monitoring.domain.measures import contributions
from monitoring.events.marriage import TRANSLATIONS
from shared.contracts.marriage import (
    AppointmentState,
    DishonestyState,
    DivorceState,
    IssuanceState,
    OfficeState,
    RegistrationState,
    ServiceRatingState,
)

HERE = "500103000000"
ALWAYS = [{"begin": "2010-01-01"}]
OFFICE = "01900000-0000-7000-8000-0000000000cc"


def sums(*states: Any, upto: str = "2026-12-31") -> Counter[str]:
    """The totals of all measures on a day."""
    total: Counter[str] = Counter()
    for state in states:
        for cell, amount in contributions(TRANSLATIONS[type(state)](state), HERE).items():
            if cell.day <= date.fromisoformat(upto):
                total[cell.measure] += amount
    return total


def office(level: str = "DISTRICT", **changes: Any) -> OfficeState:
    body = {"level": level, "in_service": ALWAYS, "cross_province": [], "counselling_room": [], "mainland": ALWAYS}
    return OfficeState.model_validate({**body, **changes})


def test_row_10_leaves_an_office_out_that_serves_foreign_related_couples_only() -> None:
    total = sums(
        office(cross_province=[{"begin": "2025-05-10"}]), office(), office(mainland=[], foreign_related=ALWAYS)
    )
    assert (total["office.cross_province"], total["office.mainland"], total["office.in_service"]) == (1, 2, 3)
    assert sums(office(mainland=None))["office.mainland"] == 1
    before = sums(office(cross_province=[{"begin": "2025-05-10"}]), upto="2025-05-09")
    assert (before["office.cross_province"], before["office.mainland"]) == (0, 1)


def test_t31_counts_offices_of_county_level_and_above() -> None:
    room = {"counselling_room": [{"begin": "2024-01-01"}]}
    total = sums(office(**room), office("TOWNSHIP", **room), office("CITY"))
    assert (total["office.counselling_room"], total["office.county_and_above"]) == (1, 2)


def test_a_room_is_active_for_ninety_days_after_a_session() -> None:
    active = office(counselling_room=[{"begin": "2024-01-01"}], counselling_days=["2026-03-02"])
    days = {"2026-03-01": 0, "2026-03-02": 1, "2026-05-30": 1, "2026-05-31": 0}
    assert {day: sums(active, upto=day)["office.counselling_active"] for day in days} == days


def divorce(status: str, **changes: Any) -> DivorceState:
    body = {
        "office_id": OFFICE, "status": status, "received_on": "2026-01-05", "cooling_end": "2026-02-04",
        "window_end": "2026-03-06", "provisional": False, "cross_province": False, "registered_on": None,
        "ended_on": None, "ground": None,
    }  # fmt: skip
    return DivorceState.model_validate({**body, **changes})


def test_the_ends_of_a_cohort_add_up_to_what_was_received() -> None:
    total = sums(
        divorce("WITHDRAWN"), divorce("LAPSED"), divorce("LAPSED"), divorce("REGISTERED", registered_on="2026-03-06"),
        divorce("CERTIFICATE_ISSUED", registered_on="2026-03-06"), divorce("TERMINATED"), divorce("REJECTED"),
        divorce("COLLECTIBLE"),
    )  # fmt: skip
    ends = ("withdrawn", "lapsed", "registered", "other", "open")
    assert [total[f"divorce.received_{end}"] for end in ends] == [1, 2, 2, 2, 1]
    assert total["divorce.received"] == sum(total[f"divorce.received_{end}"] for end in ends) == 8
    assert total["divorce.registered"] == 2


def rating(grade: int, **changes: Any) -> ServiceRatingState:
    body = {
        "office_id": OFFICE, "business": "DIVORCE", "grade": grade, "rated_on": "2026-05-20",
        "answer_due_on": None if grade >= 3 else "2026-05-27", "answered_on": None, "upheld": None,
    }  # fmt: skip
    return ServiceRatingState.model_validate({**body, **changes})


def test_t29_counts_three_grades_as_satisfied_and_upheld_poor_ones_as_complaints() -> None:
    total = sums(
        rating(5), rating(4), rating(3), rating(2, answered_on="2026-05-27", upheld=True),
        rating(1, answered_on="2026-05-28", upheld=False),
    )  # fmt: skip
    assert (total["marriage.rating_satisfied"], total["marriage.rating_valid"]) == (3, 5)
    assert (total["marriage.rating_poor"], total["marriage.rating_poor_answered_in_time"]) == (2, 1)
    assert total["marriage.complaint_upheld"] == 1


def registration(**changes: Any) -> RegistrationState:
    body = {"kind": "MARRIAGE", "office_id": OFFICE, "registered_on": "2026-05-20", "cross_province": False,
            "annulled_on": None}  # fmt: skip
    return RegistrationState.model_validate({**body, **changes})


def test_registrations_by_where_the_couple_comes_from_and_what_became_of_them() -> None:
    total = sums(
        registration(cross_province=True, cross_district=True), registration(cross_district=True),
        registration(ceremony_on="2026-05-21"), registration(revoked_on="2026-06-01", ended_by="FRAUD_REVOKED"),
    )  # fmt: skip
    counted = ("registered", "registered_cross_province", "registered_cross_district", "registered_with_ceremony")
    assert [total[f"marriage.{what}"] for what in (*counted, "revoked")] == [4, 1, 2, 1, 1]


def test_appointments_papers_and_the_credit_list() -> None:
    booked = {"office_id": OFFICE, "business": "MARRIAGE", "day": "2026-05-20"}
    paper = {"office_id": OFFICE, "requested_on": "2026-05-20", "ended_on": "2026-05-20"}
    listed = DishonestyState.model_validate(
        {"status": "DELISTED", "ground": "FALSE_PAPERS", "listed_on": "2023-05-20", "delisted_on": "2026-05-20"}
    )
    total = sums(
        *(AppointmentState.model_validate({**booked, "status": s}) for s in ("KEPT", "MISSED", "CANCELLED", "BOOKED")),
        IssuanceState.model_validate({**paper, "kind": "DIVORCE_CERTIFICATE", "status": "ISSUED"}),
        IssuanceState.model_validate({**paper, "kind": "RECORD", "status": "ISSUED"}),
        IssuanceState.model_validate({**paper, "kind": "RECORD", "status": "REFUSED"}),
        listed,
    )
    assert (total["marriage_appointment.due"], total["marriage_appointment.missed"]) == (2, 1)
    assert (total["certificate.reissued"], total["marriage_record.issued"]) == (1, 1)
    assert total["marriage_dishonesty.listed"] == 0
    assert sums(listed, upto="2026-05-19")["marriage_dishonesty.listed"] == 1


@pytest.mark.parametrize("code", ["R10", "T29", "T30", "T31", "M-R12", "M-R16", "M-R17", "M-R18", "M-R20"])
def test_every_indicator_of_the_service_asks_for_measures_that_exist(code: str) -> None:
    indicator = next(one for one in CATALOGUE.indicators if one.code == code)
    written = {
        "office.cross_province", "office.mainland", "office.counselling_room", "office.counselling_active",
        "office.county_and_above", "marriage.rating_satisfied", "marriage.rating_valid", "divorce.received",
        "divorce.received_withdrawn", "divorce.received_lapsed", "divorce.received_registered",
        "marriage.registered_with_ceremony", "marriage.registered",
    }  # fmt: skip
    asked = {
        term.measure
        for definition in indicator.definitions
        for variant in definition.variants
        for term in (*variant.numerator, *variant.denominator)
    }
    assert asked
    assert asked <= written
