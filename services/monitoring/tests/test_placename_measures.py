"""What the events of place names add to the indicators."""

from datetime import date
from typing import Any

import pytest

from monitoring.catalogue import CATALOGUE
from monitoring.domain.measures import contributions
from monitoring.events import TRANSLATIONS
from shared.contracts.placename import HeritageState, MisuseState, NameApplicationState, PlaceNameState, SignState
from shared.contracts.spans import Span

AT = "500103001000"
DUE = date(2026, 9, 29)


def totals(state: Any) -> dict[tuple[str, date], int]:
    found = contributions(TRANSLATIONS[type(state)](state), AT)
    return {(cell.measure, cell.day): amount for cell, amount in found.items()}


def application(**changes: Any) -> NameApplicationState:
    values: dict[str, Any] = {
        "action": "NAME", "category": "STREET", "status": "ANNOUNCED", "online": True,
        "submitted_on": date(2026, 9, 1), "accepted_on": date(2026, 9, 2), "decided_on": date(2026, 9, 14),
        "decide_due_on": date(2026, 9, 30), "announced_on": DUE, "announce_due_on": DUE, "announced_in_time": True,
        "file_due_on": DUE, "filed_on": DUE, "working_days": 8, "first_pass": True,
    }  # fmt: skip
    return NameApplicationState(**{**values, **changes})


def test_the_last_day_itself_is_in_time() -> None:
    found = totals(application())
    for measure in ("filing", "announcement"):
        assert found["placename." + measure + "_due", DUE] == 1
        assert found["placename." + measure + "_in_time", DUE] == 1
    late = totals(application(filed_on=date(2026, 9, 30)))
    assert late["placename.filing_due", DUE] == 1
    assert ("placename.filing_in_time", DUE) not in late


def test_what_was_never_done_is_still_due() -> None:
    found = totals(application(status="APPROVED", filed_on=None, announced_on=None, announced_in_time=None))
    assert found["placename.announcement_due", DUE] == 1
    assert ("placename.announcement_in_time", DUE) not in found


def test_a_revoked_approval_has_nothing_to_file() -> None:
    found = totals(application(status="REVOKED", filed_on=None, announced_on=None, announced_in_time=None))
    assert not [measure for measure, _ in found if "filing" in measure or "announcement" in measure]


def test_the_working_days_of_a_decision_are_one_observation() -> None:
    assert totals(application())["placename.decision_days#8", date(2026, 9, 14)] == 1


def test_a_pass_at_first_counts_on_the_day_of_acceptance() -> None:
    assert totals(application())["placename.first_pass", date(2026, 9, 2)] == 1
    assert ("placename.first_pass", date(2026, 9, 2)) not in totals(application(first_pass=False))


def test_a_name_counts_on_its_days_of_use() -> None:
    begin, end = date(2026, 1, 1), date(2026, 6, 1)
    span = [Span(begin=begin, end=end)]
    found = totals(PlaceNameState(category="STREET", in_use=span, complete=True, signable=True))
    for measure in ("in_use", "complete", "signable"):
        assert (found["placename." + measure, begin], found["placename." + measure, end]) == (1, -1)
    bare = totals(PlaceNameState(category="HAMLET", in_use=span))
    assert {measure for measure, _ in bare} == {"placename.in_use"}


def test_a_listed_name_is_alive_while_it_is_listed_only() -> None:
    state = HeritageState(
        level="COUNTY", status="DELISTED", listed=[Span(begin=date(2024, 1, 1), end=date(2025, 1, 1))],
        alive=[Span(begin=date(2023, 1, 1), end=None)],
    )  # fmt: skip
    found = totals(state)
    assert found["placename.listed_alive", date(2024, 1, 1)] == 1
    assert found["placename.listed_alive", date(2025, 1, 1)] == -1
    assert found["placename.listed_county", date(2024, 1, 1)] == 1


def test_a_damaged_sign_shows_nothing() -> None:
    spans = [Span(begin=date(2026, 1, 1), end=date(2026, 2, 1)), Span(begin=date(2026, 3, 1), end=None)]
    found = totals(SignState(status="INSTALLED", ordered_on=date(2025, 12, 1), due_on=date(2026, 2, 1), standing=spans))
    assert [found["placename.signed", date(2026, month, 1)] for month in (1, 2, 3)] == [1, -1, 1]


def test_a_dismissed_report_is_no_misuse() -> None:
    values: dict[str, Any] = {
        "kind": "NOT_STANDARD", "reported_on": date(2026, 1, 1), "correct_by": date(2026, 2, 2),
        "corrected_on": date(2026, 2, 2), "corrected_in_time": True,
    }  # fmt: skip
    assert totals(MisuseState(status="DISMISSED", **values)) == {}
    found = totals(MisuseState(status="CORRECTED", **values))
    assert found["placename.misuse_corrected", date(2026, 1, 1)] == 1


@pytest.mark.parametrize("code", ["N1", "N2", "N3", "N4", "N5", "N6", "N7a", "N7b", "N8", "N10", "N11", "N13"])
def test_every_measure_of_the_rulebook_is_an_indicator(code: str) -> None:
    assert code in {indicator.code for indicator in CATALOGUE.indicators}
