"""What the events of assessments, waiting lists and stays add to the indicators."""

from datetime import date
from typing import Any

from monitoring.catalogue import CATALOGUE
from monitoring.domain.measures import contributions
from monitoring.events import TRANSLATIONS
from shared.contracts.eldercare import AdmissionState, AssessmentState, OfferMark, StayState
from shared.contracts.spans import Span

AT = "500103001000"
HOME = "01900000-0000-7000-8000-0000000000aa"
QUEUED, TOLD, IN = date(2026, 1, 12), date(2026, 3, 2), date(2026, 3, 5)


def totals(state: Any) -> dict[tuple[str, date], int]:
    found = contributions(TRANSLATIONS[type(state)](state), AT)
    return {(cell.measure, cell.day): amount for cell, amount in found.items()}


def admission(**changes: Any) -> AdmissionState:
    values: dict[str, Any] = {
        "institution_id": HOME, "township": AT, "channel": "APPLICANT", "status": "ADMITTED",
        "extreme_hardship": False, "lane": 2, "submitted_on": date(2026, 1, 5), "first_queued_on": QUEUED,
        "offers": [OfferMark(notified_on=TOLD, expires_on=date(2026, 3, 9), answered_on=TOLD, status="FULFILLED")],
        "admitted_on": IN, "ended_on": IN,
    }  # fmt: skip
    return AdmissionState(**{**values, **changes})


def stay(**changes: Any) -> StayState:
    values: dict[str, Any] = {
        "institution_id": HOME, "bed_id": HOME, "township": AT, "stayed": Span(begin=IN, end=date(2026, 4, 1)),
        "voided": False, "end_reason": "DISCHARGED", "level": 3,
    }  # fmt: skip
    return StayState(**{**values, **changes})


def test_the_days_waited_are_one_observation_of_the_lane_and_of_all() -> None:
    found = totals(admission())
    assert found["waiting.days#52", IN] == 1
    assert found["waiting.days.lane_2#52", IN] == 1
    assert (found["waiting.length", QUEUED], found["waiting.length", IN]) == (1, -1)
    assert found["offer.made", TOLD] == 1
    assert not [measure for measure, _ in found if measure == "offer.missed"]


def test_who_still_waits_is_in_the_list_and_in_no_median() -> None:
    found = totals(admission(status="WAITLISTED", admitted_on=None, ended_on=None, lane=None, offers=[]))
    assert found["waiting.length", QUEUED] == 1
    assert not [measure for measure, _ in found if measure.startswith("waiting.days")]


def test_a_missed_offer_counts_on_the_day_of_the_refusal_or_on_its_last_day() -> None:
    declined = OfferMark(notified_on=TOLD, expires_on=date(2026, 3, 9), answered_on=IN, status="DECLINED")
    silent = OfferMark(notified_on=date(2026, 3, 6), expires_on=date(2026, 3, 13), status="EXPIRED")
    found = totals(admission(status="WAITLISTED", admitted_on=None, ended_on=None, offers=[declined, silent]))
    assert found["offer.missed", IN] == found["offer.missed", date(2026, 3, 13)] == 1


def test_a_move_within_the_house_is_neither_an_admission_nor_a_leaving() -> None:
    there = totals(stay(moved_in_house=True, stayed=Span(begin=IN)))
    assert ("resident.admitted", IN) not in there
    assert there["bed.occupied", IN] == 1
    gone = totals(stay(end_reason="MOVED"))
    assert ("resident.left", date(2026, 4, 1)) not in gone
    assert gone["bed.occupied", date(2026, 4, 1)] == -1


def test_deaths_and_the_extremely_poor() -> None:
    found = totals(stay(end_reason="DECEASED", extreme_hardship=True))
    assert found["resident.died", date(2026, 4, 1)] == found["resident.left", date(2026, 4, 1)] == 1
    assert found["resident.extreme_hardship_disabled", IN] == 1
    able = totals(stay(extreme_hardship=True, level=0))
    assert able["resident.extreme_hardship", IN] == 1
    assert ("resident.extreme_hardship_disabled", IN) not in able
    assert totals(stay(voided=True)) == {}


def test_a_voided_assessment_never_was() -> None:
    state = AssessmentState(
        township=AT, level=3, assessed_on=IN, valid=Span(begin=IN, end=date(2027, 3, 6)), reason="FIRST",
        status="REPLACED",
    )  # fmt: skip
    found = totals(state)
    assert found["ability.assessed", IN] == found["ability.disabled", IN] == 1
    assert totals(state.model_copy(update={"status": "VOIDED"})) == {}


def test_the_indicators_of_waiting_are_in_the_catalogue() -> None:
    names = {indicator.id for indicator in CATALOGUE.indicators}
    assert {"eldercare-waiting-days", "eldercare-waiting-list", "eldercare-offers-missed"} <= names
