"""What benefits, runs, rescue stays, care files and children's files add to the measures of assistance."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from monitoring.domain.measures import contributions
from monitoring.domain.measures.contribution import Cell
from monitoring.events.assistance import TRANSLATIONS
from shared.contracts.assistance import BenefitRunState, CareState, ChildState, CoverageState, RescueState

TOWNSHIP = "500103001000"
DAY = date(2026, 10, 31)


def added(*states: Any) -> Counter[Cell]:
    found: Counter[Cell] = Counter()
    for state in states:
        found.update(contributions(TRANSLATIONS[type(state)](state), TOWNSHIP))
    return found


def on(found: Counter[Cell], measure: str, day: date = DAY) -> int:
    return sum(amount for cell, amount in found.items() if cell.measure == measure and cell.day <= day)


def rescue(**changes: Any) -> RescueState:
    facts: dict[str, Any] = {
        "entered_on": "2026-06-01", "identified_on": None, "notice_in_time": True, "stranded_from": "2026-06-12",
        "settlement_due_on": "2026-09-01", "hukou_on": None, "placed_on": None, "ended_on": None, "ending": None,
    }  # fmt: skip
    return RescueState(**{**facts, **changes})


def test_we_44_coverage_holds_for_its_month() -> None:
    found = added(CoverageState(aid="DISABILITY_LIVING_SUBSIDY", month=date(2026, 10, 1), covered=11_932,
                                entitled=11_950, excluded=50))  # fmt: skip
    assert on(found, "subsidy.DISABILITY_LIVING_SUBSIDY.covered") == 11_932
    assert on(found, "subsidy.DISABILITY_LIVING_SUBSIDY.entitled") == 11_950
    assert on(found, "subsidy.DISABILITY_LIVING_SUBSIDY.entitled", date(2026, 11, 1)) == 0


def test_we_45_returned_of_those_identified() -> None:
    endings = ["FETCHED"] * 4 + ["ESCORTED", "TICKETED_ARRIVED", "OWN_WILL_SIGNED", "DIED", "TRANSFERRED"]
    found = added(
        *(rescue(identified_on="2026-06-02", ended_on="2026-06-05", ending=ending) for ending in endings),
        rescue(ended_on="2026-06-05", ending="FETCHED"),
    )
    assert on(found, "rescue.returned") == 6
    assert on(found, "rescue.identified_to_return") == 7
    assert on(found, "rescue.identified_ended") == 9


@pytest.mark.parametrize(
    ("changes", "stranded", "settled"),
    [
        ({}, 1, 0),
        ({"hukou_on": "2026-09-20", "placed_on": "2026-10-31"}, 1, 1),
        ({"hukou_on": "2026-09-20", "placed_on": "2026-11-01"}, 1, 0),
        ({"hukou_on": "2026-09-20"}, 1, 0),
        ({"identified_on": "2026-10-31"}, 0, 0),
        ({"ended_on": "2026-10-15", "ending": "DIED"}, 0, 0),
        ({"settlement_due_on": "2026-11-01"}, 0, 0),
    ],
)
def test_settled_of_those_stranded(changes: dict[str, Any], stranded: int, settled: int) -> None:
    found = added(rescue(**changes))
    assert (on(found, "rescue.stranded"), on(found, "rescue.settled")) == (stranded, settled)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (0, 0, 1, 0)),
        ({"wishes_institution": [{"begin": "2026-10-31"}]}, (1, 0, 1, 0)),
        ({"wishes_institution": [{"begin": "2026-05-01"}], "in_institution": [{"begin": "2026-06-01"}]}, (1, 1, 0, 0)),
        ({"agreements": [{"begin": "2026-01-01", "end": "2026-11-01"}]}, (0, 0, 1, 1)),
        ({"agreements": [{"begin": "2026-01-01", "end": "2026-10-31"}]}, (0, 0, 1, 0)),
        ({"grades": [{"begin": "2026-01-01", "end": None, "grade": "PARTLY_LOST"}]}, (0, 0, 0, 0)),
        ({"supported": [{"begin": "2026-01-01", "end": "2026-10-31"}]}, (0, 0, 0, 0)),
    ],
)
def test_we_15_the_fully_lost_count_by_wish_and_agreement(changes: dict[str, Any], expected: tuple[int, ...]) -> None:
    facts: dict[str, Any] = {
        "township": TOWNSHIP, "supported": [{"begin": "2026-01-01"}],
        "grades": [{"begin": "2026-01-01", "end": None, "grade": "FULLY_LOST"}], "wishes_institution": [],
        "in_institution": [], "agreements": [],
    }  # fmt: skip
    found = added(CareState(**{**facts, **changes}))
    names = ("willing", "willing_in_residence", "home_disabled", "home_with_agreement")
    assert tuple(on(found, f"hardship.{name}") for name in names) == expected


def test_children_found_and_secured() -> None:
    found = added(
        ChildState(kind="ORPHAN", eligible=[{"begin": "2026-01-01"}], secured=[{"begin": "2026-02-01"}]),
        ChildState(kind="UNATTENDED", eligible=[{"begin": "2026-01-01"}], secured=[]),
        ChildState(kind="IN_DIFFICULTY", eligible=[{"begin": "2026-01-01"}], secured=[]),
    )
    assert (on(found, "child.secured"), on(found, "child.eligible")) == (1, 2)


def test_money_counts_when_a_run_is_sealed() -> None:
    facts: dict[str, Any] = {
        "aid": "SUBSISTENCE_ALLOWANCE", "month": "2026-10-01", "status": "SEALED", "lines": 3, "blocked": 1,
        "total_fen": 162_000, "sealed_on": "2026-10-12", "digest": "0" * 64,
    }  # fmt: skip
    found = added(BenefitRunState(**facts), BenefitRunState(**{**facts, "status": "READY", "sealed_on": None}))
    assert on(found, "paid.SUBSISTENCE_ALLOWANCE.fen") == 162_000
    assert on(found, "paid.blocked_lines") == 1
