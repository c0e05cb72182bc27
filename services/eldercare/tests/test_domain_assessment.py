"""Ability and assessments without a database: the worked examples of §16 by number, and both sides of every limit."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from eldercare.domain import assessment as assessments
from eldercare.domain.ability import (
    ITEMS,
    SELF_CARE_ITEMS,
    AssessmentIncomplete,
    CountOutOfRange,
    DiagnosisUnreadable,
    Findings,
    ItemUnknown,
    Raise,
    ScoreOutOfRange,
    Section,
    SelfCare,
    SelfCareTestIncomplete,
    base_level,
    judge,
    legacy_level,
    level_with,
    self_care,
)
from eldercare.domain.assessment import (
    Agency,
    AgencyNotQualified,
    Assessment,
    AssessmentNotInForce,
    AssessmentOlderThanPresent,
    Assessor,
    AssessorNotQualified,
    Informant,
    Reason,
    SameAssessorsAgain,
    Schooling,
    TwoAssessorsNeeded,
    complete_assessment,
)
from eldercare.domain.resident import Resident
from eldercare.domain.span import DayInFuture
from shared.kernel.calendar import Deadline
from shared.kernel.identity_number import Sex, synthetic_identity_number
from shared.kernel.names import PersonName
from shared.kernel.organisation_code import OrganisationCode
from shared.kernel.workflow import ActionNotPossible

TODAY = date(2026, 11, 23)
FULL = {item.code: item.maximum for item in ITEMS}
EXAMPLE_3 = dict(
    zip(
        FULL,
        [3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 3, 3, 4, 3, 3, 3, 1, 1, 2, 1, 2, 3, 2, 3],
        strict=True,
    )
)


def scores_with(total: int) -> dict[str, int]:
    """Some scores with this total: the first items full, one in part, the rest nothing."""
    found, left = {}, total
    for item in ITEMS:
        found[item.code] = min(item.maximum, left)
        left -= found[item.code]
    return found


def test_the_form_has_26_items_and_90_points() -> None:
    sections = {section: sum(item.maximum for item in ITEMS if item.section is section) for section in Section}
    assert len(ITEMS) == 26
    assert list(sections.values()) == [32, 15, 28, 15]


def test_example_1_everything_at_its_maximum_is_level_0() -> None:
    verdict = judge(FULL, Findings())
    assert (verdict.total, verdict.level, verdict.title) == (90, 0, "能力完好")


@pytest.mark.parametrize(
    ("total", "level"), [(90, 0), (89, 1), (66, 1), (65, 2), (46, 2), (45, 3), (30, 3), (29, 4), (0, 4)]
)
def test_example_2_cut_offs(total: int, level: int) -> None:
    assert base_level(total) == level
    assert judge(scores_with(total), Findings()).level == level


def test_examples_3_to_5_one_raise_however_many_grounds() -> None:
    assert (judge(EXAMPLE_3, Findings()).total, judge(EXAMPLE_3, Findings()).level) == (69, 1)
    assert list(judge(EXAMPLE_3, Findings()).sections.values()) == [24, 11, 23, 11]
    assert judge(EXAMPLE_3, Findings(diagnoses=("F00",))).level == 2
    both = judge(EXAMPLE_3, Findings(diagnoses=("F00",), risk_events=3))
    assert (both.level, both.raises) == (2, (Raise.DEMENTIA, Raise.RISK_EVENTS))


def test_example_7_a_coma_is_level_4_whatever_the_total() -> None:
    assert judge(scores_with(50), Findings(coma=True)).level == 4
    assert judge(FULL, Findings(coma=True)).level == 4
    assert judge(scores_with(20), Findings(diagnoses=("F01",))).level == 4


@pytest.mark.parametrize(
    ("findings", "raised"),
    [
        (Findings(diagnoses=("F03",)), True),
        (Findings(diagnoses=("F04",)), True),
        (Findings(diagnoses=("F99.9",)), True),
        (Findings(diagnoses=("G30", "I10")), False),
        (Findings(risk_events=1), False),
        (Findings(risk_events=2), True),
    ],
)
def test_what_raises_a_level(findings: Findings, raised: bool) -> None:
    assert level_with(0, findings) == int(raised)
    assert level_with(4, findings) == 4


def test_example_9_scores_out_of_range_and_25_answers_are_refused() -> None:
    with pytest.raises(ScoreOutOfRange) as refused:
        judge({**FULL, "B2.4": 4}, Findings())
    assert refused.value.facts == {"item": "B2.4", "maximum": 3}
    with pytest.raises(AssessmentIncomplete):
        judge({code: score for code, score in FULL.items() if code != "B4.5"}, Findings())
    for wrong in (-1, 5):
        with pytest.raises(ScoreOutOfRange):
            judge({**FULL, "B1.1": wrong}, Findings())
    with pytest.raises(ItemUnknown):
        judge({**FULL, "B9.9": 1}, Findings())
    for total in (-1, 91):
        with pytest.raises(ScoreOutOfRange):
            base_level(total)


def test_findings_are_read_strictly() -> None:
    for code in ("F0", "f00", "F00 ", "痴呆"):
        with pytest.raises(DiagnosisUnreadable):
            Findings(diagnoses=(code,))
    with pytest.raises(CountOutOfRange):
        Findings(risk_events=-1)


@pytest.mark.parametrize(
    ("failed", "outcome"),
    [(0, SelfCare.ABLE), (1, SelfCare.PARTLY_LOST), (3, SelfCare.PARTLY_LOST), (4, SelfCare.FULLY_LOST),
     (6, SelfCare.FULLY_LOST)],
)  # fmt: skip
def test_example_25_six_items_of_self_care(failed: int, outcome: SelfCare) -> None:
    assert self_care({item: n >= failed for n, item in enumerate(SELF_CARE_ITEMS)}) is outcome


def test_five_of_six_self_care_items_are_not_a_test() -> None:
    with pytest.raises(SelfCareTestIncomplete):
        self_care(dict.fromkeys(SELF_CARE_ITEMS[:5], True))


@pytest.mark.parametrize(
    ("barthel", "level", "reassess"),
    [(100, 0, False), (95, 1, False), (65, 1, False), (60, 2, False), (45, 2, False), (40, 3, True), (0, 3, True)],
)
def test_the_former_standard_has_four_levels(barthel: int, level: int, reassess: bool) -> None:
    found = legacy_level(barthel)
    assert (found.level, found.reassess) == (level, reassess)


def test_barthel_is_a_multiple_of_five_up_to_100() -> None:
    for wrong in (-5, 42, 105):
        with pytest.raises(ScoreOutOfRange):
            legacy_level(wrong)


# --- who assesses, and how long it holds ---------------------------------------------------------------------


def make_agency(count: int = 6, **changes: object) -> Agency:
    facts: dict[str, object] = {"schooling": Schooling.SECONDARY, "years": 5, **changes}
    assessors = tuple(Assessor(f"PG-{n}", **facts) for n in range(count))  # type: ignore[arg-type]
    return Agency(UUID(int=9), "500103001000", "测试评估中心", OrganisationCode("52500103MJ0000001D"), assessors)


def make_assessment(number: int = 1, **changes: object) -> Assessment:
    facts: dict[str, object] = {
        "id": UUID(int=number), "division": "500103001000",
        "elder": Resident(
            PersonName.parse("测试甲"), synthetic_identity_number(1, date(1940, 1, 1), Sex.MALE)
        ),
        "scores": EXAMPLE_3, "findings": Findings(), "assessed_on": date(2026, 3, 2), "reason": Reason.FIRST,
        "agency": make_agency(), "assessors": ["PG-1", "PG-0"], "informant": Informant.CHILD, "valid_days": 365,
        "least_years": 5, "today": TODAY, **changes,
    }  # fmt: skip
    return complete_assessment(**facts)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", assessments.Status)
@pytest.mark.parametrize("action", assessments.Action)
def test_assessment_workflow_is_what_the_matrix_says(status: assessments.Status, action: assessments.Action) -> None:
    matrix = {
        "IN_FORCE": {"dispute": "DISPUTED", "replace": "REPLACED", "void": "VOIDED"},
        "DISPUTED": {"uphold": "IN_FORCE", "replace": "REPLACED", "void": "VOIDED"},
    }
    then = matrix.get(status.value, {}).get(action.value)
    if then is None:
        with pytest.raises(ActionNotPossible):
            assessments.WORKFLOW.next(status, action)
    else:
        assert assessments.WORKFLOW.next(status, action).value == then


def test_a_result_holds_its_day_and_365_days_after() -> None:
    assessment = make_assessment()
    assert assessments.last_day(assessment.valid) == date(2027, 3, 2)
    assessment.require_usable(date(2026, 3, 2))
    assessment.require_usable(date(2027, 3, 2))
    for outside in (date(2026, 3, 1), date(2027, 3, 3)):
        with pytest.raises(AssessmentNotInForce):
            assessment.require_usable(outside)


def test_two_different_qualified_assessors_of_the_agency_sign() -> None:
    for wrong in (["PG-1"], ["PG-1", "PG-1"], ["PG-1", "PG-2", "PG-3"]):
        with pytest.raises(TwoAssessorsNeeded):
            make_assessment(assessors=wrong)
    with pytest.raises(AssessorNotQualified):
        make_assessment(assessors=["PG-1", "PG-77"])
    with pytest.raises(AssessorNotQualified):
        make_assessment(agency=make_agency(years=4))
    with pytest.raises(AssessorNotQualified):
        make_assessment(agency=make_agency(schooling=Schooling.PRIMARY))


def test_an_agency_has_five_qualified_assessors() -> None:
    make_agency(5).require_qualified(least_assessors=5, least_years=5)
    with pytest.raises(AgencyNotQualified):
        make_agency(4).require_qualified(least_assessors=5, least_years=5)


def test_nobody_is_assessed_tomorrow() -> None:
    with pytest.raises(DayInFuture):
        make_assessment(assessed_on=TODAY + timedelta(days=1))


def test_a_disputed_result_admits_nobody_until_it_is_upheld_or_made_anew_by_others() -> None:
    assessment = make_assessment()
    assessment.dispute(today=TODAY, review_due=Deadline(TODAY, False, ""))
    with pytest.raises(AssessmentNotInForce):
        assessment.require_usable(date(2026, 4, 1))
    with pytest.raises(SameAssessorsAgain):
        assessment.replace(make_assessment(2, reason=Reason.DISPUTE, assessors=["PG-1", "PG-3"]))
    again = make_assessment(2, reason=Reason.DISPUTE, assessors=["PG-2", "PG-3"])
    assessment.replace(again)
    assert (assessment.status.value, assessment.replaced_by) == ("REPLACED", again.id)
    upheld = make_assessment()
    upheld.dispute(today=TODAY, review_due=Deadline(TODAY, False, ""))
    upheld.uphold()
    upheld.require_usable(date(2026, 4, 1))


def test_an_older_assessment_does_not_replace_a_newer_one() -> None:
    with pytest.raises(AssessmentOlderThanPresent):
        make_assessment().replace(make_assessment(2, assessed_on=date(2026, 3, 1)))


@pytest.mark.parametrize(
    ("assessed_on", "scores", "usable"),
    [(date(2024, 7, 1), scores_with(65), True), (date(2024, 6, 30), scores_with(65), False),
     (date(2024, 7, 1), scores_with(66), False)],
)  # fmt: skip
def test_the_subsidy_takes_results_since_july_2024_from_level_2_on(
    assessed_on: date, scores: dict[str, int], usable: bool
) -> None:
    assert make_assessment(assessed_on=assessed_on, scores=scores).usable_for_subsidy is usable
