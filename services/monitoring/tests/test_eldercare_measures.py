"""What institutions, beds, staff, inspections and the care register add to the measures of section 15."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from monitoring.domain.facts.fact import Fact
from monitoring.domain.measures import contributions
from monitoring.domain.measures.contribution import Cell
from monitoring.domain.measures.eldercare import year_after
from monitoring.events.eldercare import TRANSLATIONS
from shared.contracts.eldercare import (
    BedState,
    EmergencyState,
    FacilityState,
    InspectionState,
    InstitutionState,
    RecipientState,
    StaffState,
)

TOWNSHIP = "500103001000"
COUNTY_A, COUNTY_B = "500101001000", "500102001000"
INSTITUTION = {
    "township": TOWNSHIP, "kind": "ELDERLY_HOME", "ownership": "PUBLIC_RUN",
    "operating": [{"begin": "2024-01-01"}], "comprehensive": [], "quality": [],
}  # fmt: skip


def fact(state: Any) -> Fact:
    return TRANSLATIONS[type(state)](state)


def added(*states: Any, division: str = TOWNSHIP) -> Counter[Cell]:
    found: Counter[Cell] = Counter()
    for state in states:
        found.update(contributions(fact(state), division))
    return found


def total(found: Counter[Cell], measure: str, on: str) -> int:
    day = date.fromisoformat(on)
    return sum(amount for cell, amount in found.items() if cell.measure == measure and cell.day <= day)


def institution(**changes: Any) -> InstitutionState:
    return InstitutionState.model_validate({**INSTITUTION, **changes})


def bed(bed_class: str = "NURSING", **changes: Any) -> BedState:
    return BedState.model_validate(
        {
            "institution_id": "x", "township": TOWNSHIP, "home": False, "in_service": [{"begin": "2024-01-01"}],
            "classes": [{"begin": "2024-01-01", "end": None, "bed_class": bed_class}], "inclusive": [], **changes,
        }
    )  # fmt: skip


def test_example_16_planned_beds_are_in_neither_number() -> None:
    operating = [bed() for _ in range(62)] + [bed("ORDINARY") for _ in range(38)]
    planned = [bed(in_service=[], planned_for="2027-01-01") for _ in range(20)]
    found = added(*operating, *planned)
    assert (total(found, "bed.nursing", "2026-11-23"), total(found, "bed.institution", "2026-11-23")) == (62, 100)


def test_example_17_the_city_is_the_sum_of_its_counties() -> None:
    first = added(*[bed() for _ in range(30)], *[bed("ORDINARY") for _ in range(10)], division=COUNTY_A)
    second = added(*[bed() for _ in range(10)], *[bed("ORDINARY") for _ in range(50)], division=COUNTY_B)
    city = first + second
    assert total(city, "bed.nursing", "2026-11-23") * 100 == 40 * total(city, "bed.institution", "2026-11-23")


def test_home_beds_are_built_once_and_never_institution_beds() -> None:
    found = added(bed(home=True, in_service=[{"begin": "2024-01-01", "end": "2025-01-01"}, {"begin": "2025-06-01"}]))
    assert {cell.measure for cell in found} == {"bed.home", "bed.home_built"}
    assert total(found, "bed.home_built", "2026-01-01") == 1


def test_an_assessment_counts_for_twelve_months_and_the_latest_one_decides() -> None:
    found = added(institution(quality=[{"assessed_on": "2025-06-30", "met": True}]))
    for day, met in (("2025-06-29", 0), ("2025-06-30", 1), ("2026-06-30", 1), ("2026-07-01", 0)):
        assert total(found, "institution.quality_met", day) == met, day
    assert total(found, "institution.operating", "2026-07-01") == 1
    failed = added(
        institution(quality=[{"assessed_on": "2025-06-30", "met": True}, {"assessed_on": "2025-09-01", "met": False}])
    )
    assert total(failed, "institution.quality_met", "2025-09-01") == 0
    assert year_after(date(2024, 2, 29)) == date(2025, 3, 1)


def test_maintenance_leaves_the_statutory_number_and_lowers_only_the_usable_one() -> None:
    found = added(bed(maintenance=[{"begin": "2026-05-01", "end": "2026-05-11"}]))
    assert total(found, "bed.institution", "2026-05-05") == 1
    assert [total(found, "bed.usable", day) for day in ("2026-04-30", "2026-05-01", "2026-05-11")] == [1, 0, 1]


def test_a_bed_is_newly_inclusive_once() -> None:
    found = added(bed(inclusive=[{"begin": "2024-05-01", "end": "2024-06-01"}, {"begin": "2025-01-01", "end": None}]))
    assert total(found, "bed.newly_inclusive", "2026-01-01") == 1
    assert total(found, "bed.inclusive", "2024-07-01") == 0


@pytest.mark.parametrize(("filed_on", "in_time"), [("2026-10-15", 1), ("2026-10-16", 0), (None, 0)])
def test_filing_in_time_is_counted_on_the_due_day(filed_on: str | None, in_time: int) -> None:
    found = added(institution(filed_on=filed_on, filing_due_on="2026-10-15"))
    assert total(found, "institution.filing_due", "2026-10-15") == 1
    assert total(found, "institution.filing_due", "2026-10-14") == 0
    assert total(found, "institution.filed_in_time", "2026-10-15") == in_time


def test_care_centres_and_township_centres_are_counted_while_they_operate() -> None:
    centre = added(institution(kind="DISABILITY_CARE_CENTRE", upgraded_on="2025-05-01"))
    assert total(centre, "institution.care_centre", "2026-01-01") == 1
    assert total(centre, "institution.upgraded", "2026-01-01") == 1
    place = FacilityState(township=TOWNSHIP, kind="TOWNSHIP_CENTRE", beds=0, operating=[])
    opened = [{"begin": "2025-01-01", "end": "2026-01-01"}]
    state = FacilityState.model_validate({**place.model_dump(), "operating": opened})
    both = added(institution(kind="TOWNSHIP_CENTRE"), state)
    assert [total(both, "institution.township_centre", day) for day in ("2025-06-01", "2026-01-01")] == [2, 1]


def test_certified_caregivers_are_those_on_duty_with_a_valid_skill_certificate() -> None:
    state = StaffState.model_validate(
        {
            "institution_id": "x", "township": TOWNSHIP, "post": "CAREGIVER",
            "employed": [{"begin": "2024-01-01", "end": "2026-01-01"}],
            "certified": [{"begin": "2024-06-01", "end": "2027-01-01"}], "trained_on": ["2024-05-01", "2025-05-01"],
            "filed_years": [],
        }
    )  # fmt: skip
    found = added(state)
    days = ("2024-05-31", "2024-06-01", "2025-12-31", "2026-01-01")
    assert [total(found, "staff.carer", day) for day in days] == [1, 1, 1, 0]
    assert [total(found, "staff.carer_certified", day) for day in days] == [0, 1, 1, 0]
    assert total(found, "staff.trained_carer", "2026-01-01") == 1
    assert not added(state.model_copy(update={"post": "COOK"}))


@pytest.mark.parametrize(("verified_on", "in_time"), [("2026-07-02", 1), ("2026-07-03", 0), (None, 0)])
def test_rectification_in_time_is_counted_on_the_due_day(verified_on: str | None, in_time: int) -> None:
    state = InspectionState.model_validate(
        {
            "institution_id": "x", "township": TOWNSHIP, "kind": "ROUTINE", "status": "VERIFIED",
            "inspected_on": "2026-06-10", "major_hazard": False, "due_on": "2026-07-02", "verified_on": verified_on,
            "fine_fen": None,
        }
    )  # fmt: skip
    found = added(state)
    assert total(found, "rectification.due", "2026-07-02") == 1
    assert total(found, "rectification.verified_in_time", "2026-07-02") == in_time


def recipient(**changes: Any) -> RecipientState:
    return RecipientState.model_validate(
        {
            "township": TOWNSHIP, "category": "EXTREME_HARDSHIP", "registered": {"begin": "2024-01-01", "end": None},
            "disabled": [{"begin": "2024-02-01"}], "willing": [], "central": [], "entrusted": [], "visited_on": [],
            **changes,
        }
    )  # fmt: skip


def test_willing_disabled_persons_in_hardship_and_those_at_home_with_an_agreement() -> None:
    found = added(
        recipient(willing=[{"begin": "2024-03-01"}], central=[{"begin": "2024-04-01"}]),
        recipient(willing=[{"begin": "2024-03-01"}]),
        recipient(entrusted=[{"begin": "2024-05-01"}]),
        recipient(disabled=[], willing=[{"begin": "2024-03-01"}]),
        recipient(category="LOW_INCOME", willing=[{"begin": "2024-03-01"}]),
    )
    now = "2026-01-01"
    assert (total(found, "hardship.willing", now), total(found, "hardship.willing_in_residence", now)) == (2, 1)
    assert (total(found, "hardship.home_disabled", now), total(found, "hardship.home_with_agreement", now)) == (2, 1)


def test_a_drill_of_an_area_and_an_incident_in_time() -> None:
    drill = EmergencyState(
        division=TOWNSHIP, institution_id=None, kind="DRILL", cause="FIRE", level=None,
        happened_on=date(2026, 5, 1), reported_in_time=None,
    )  # fmt: skip
    incident = drill.model_copy(update={"kind": "INCIDENT", "institution_id": "x", "reported_in_time": False})
    found = added(drill, incident)
    now = "2026-06-01"
    assert total(found, "drill.area", now) == total(found, "incident.reported", now) == 1
    assert total(found, "incident.reported_in_time", now) == 0
