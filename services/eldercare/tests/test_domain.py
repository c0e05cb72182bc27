"""The rules without a database: workflows walked whole, spans against a plain model, worked examples by number."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eldercare.domain import bed as beds
from eldercare.domain import institution as institutions
from eldercare.domain import stay as stays
from eldercare.domain.bed import Bed, BedClass, ClassMissing, ClassSpan, add_bed
from eldercare.domain.closure import ClosureNotice
from eldercare.domain.filing import BelowMinimumBeds, NotAnInstitution, check_filing, filing_due
from eldercare.domain.institution import (
    BeforeOpening,
    FewerThanPresentBeds,
    Institution,
    InstitutionClosed,
    InstitutionNotOperating,
    Kind,
    MoreBedsThanFiled,
    NothingChanges,
    Ownership,
    PresentStatusDiffers,
    QualityMark,
    ResidentsRemain,
    Suspension,
    TownshipNeeded,
    register_institution,
)
from eldercare.domain.resident import NotElder, Resident, age_on
from eldercare.domain.span import (
    DayInFuture,
    NotAfterLastChange,
    Spans,
    SpansOverlap,
    begun,
    checked,
    covered,
    ended,
    latest_change,
)
from eldercare.domain.stay import (
    Ground,
    Stay,
    StayEndsBeforeItBegins,
    begin_stay,
)
from eldercare.main import SERVICE
from shared.kernel.calendar import default_calendar
from shared.kernel.divisions import default_register
from shared.kernel.identity_number import Sex, synthetic_identity_number
from shared.kernel.names import PersonName
from shared.kernel.organisation_code import OrganisationCode
from shared.kernel.spans import Span, SpanEndsBeforeItBegins
from shared.kernel.workflow import ActionNotPossible

TODAY = date(2026, 11, 23)
ID = UUID(int=1)
FIRST, LATER, LATEST = date(2026, 1, 1), date(2026, 3, 1), date(2026, 6, 1)


def make_institution(**changes: object) -> Institution:
    facts: dict[str, object] = {
        "id": ID,
        "township": default_register().get("500103001000", TODAY),
        "name": "测试养老院",
        "organisation_code": OrganisationCode.parse("52500103MJ0000001D"),
        "kind": Kind.ELDERLY_HOME,
        "ownership": Ownership.PRIVATE_NONPROFIT,
        "filed_beds": 10,
        "opened_on": FIRST,
        "filed_on": None,
        "comprehensive": False,
        "minimum_beds": 10,
        "today": TODAY,
        **changes,
    }
    return register_institution(**facts)  # type: ignore[arg-type]


def close(institution: Institution, *, residents: int = 0) -> None:
    notice = ClosureNotice(LATER, LATEST, True, 0, None)
    institution.announce_closure(notice=notice, residents=0, reasonable_days=1, today=TODAY)
    institution.close(on=LATEST, residents=residents, open_receipts=0, today=TODAY)


def make_bed(institution: Institution | None = None, *, home: bool = False, inclusive: bool = False) -> Bed:
    return add_bed(
        id=ID,
        institution=institution or make_institution(),
        number=1,
        bed_class=BedClass.NURSING,
        inclusive=inclusive,
        home=home,
        since=FIRST,
        today=TODAY,
    )


def make_stay(born: date = date(1940, 1, 1), begins_on: date = LATER, **changes: object) -> Stay:
    institution = make_institution()
    facts: dict[str, object] = {
        "id": ID,
        "institution": institution,
        "bed": make_bed(institution),
        "resident": Resident(PersonName("测试甲"), synthetic_identity_number(1, born, Sex.MALE)),
        "ground": Ground.ELDER,
        "begins_on": begins_on,
        "ends_on": None,
        "elder_age": 60,
        "today": TODAY,
        **changes,
    }
    return begin_stay(**facts)  # type: ignore[arg-type]


# --- the workflows, every pair -----------------------------------------------------------------------------

OPEN = (
    "submit-filing", "return-filing", "file", "verify", "amend", "move", "recognise", "assess", "grade", "correct",
)  # fmt: skip
INSTITUTION_MATRIX = {
    "OPERATING": {
        **dict.fromkeys(OPEN, "OPERATING"), "add-beds": "OPERATING", "suspend": "SUSPENDED",
        "announce-closure": "CLOSING",
    },
    "SUSPENDED": {**dict.fromkeys(OPEN, "SUSPENDED"), "resume": "OPERATING", "announce-closure": "CLOSING"},
    "CLOSING": {"assess": "CLOSING", "correct": "CLOSING", "close": "CLOSED"},
    "CLOSED": {"correct": "CLOSED"},
}  # fmt: skip
BED_MATRIX = {
    "PLANNED": {"activate": "IN_SERVICE", "reclassify": "PLANNED", "remove": "REMOVED"},
    "IN_SERVICE": {
        "reserve": "RESERVED", "start-maintenance": "MAINTENANCE", "reclassify": "IN_SERVICE",
        "take-out": "OUT_OF_SERVICE", "correct": "IN_SERVICE", "remove": "REMOVED",
    },
    "RESERVED": {"release": "IN_SERVICE", "reclassify": "RESERVED", "correct": "RESERVED"},
    "MAINTENANCE": {
        "finish-maintenance": "IN_SERVICE", "reclassify": "MAINTENANCE", "take-out": "OUT_OF_SERVICE",
        "correct": "MAINTENANCE", "remove": "REMOVED",
    },
    "OUT_OF_SERVICE": {
        "reclassify": "OUT_OF_SERVICE", "put-back": "IN_SERVICE", "correct": "OUT_OF_SERVICE", "remove": "REMOVED",
    },
    "REMOVED": {"correct": "REMOVED"},
}  # fmt: skip
LIVING = {"end": "ENDED", "move": "ENDED", "void": "VOIDED"}
STAY_MATRIX = {
    "TRIAL": {
        **LIVING, "pass-trial": "CURRENT", "change-level": "TRIAL", "leave": "TRIAL", "return": "TRIAL",
    },
    "CURRENT": {**LIVING, "change-level": "CURRENT", "leave": "CURRENT", "return": "CURRENT"},
    "ENDED": {"end": "ENDED", "void": "VOIDED"},
    "VOIDED": {},
}  # fmt: skip


@pytest.mark.parametrize(
    ("module", "matrix"), [(institutions, INSTITUTION_MATRIX), (beds, BED_MATRIX), (stays, STAY_MATRIX)]
)
def test_every_pair_of_status_and_action_leads_where_the_matrix_says(module: object, matrix: object) -> None:
    for status in module.Status:  # type: ignore[attr-defined]
        for action in module.Action:  # type: ignore[attr-defined]
            then = matrix[status.value].get(action.value)  # type: ignore[index]
            if then is not None:
                assert module.WORKFLOW.next(status, action).value == then  # type: ignore[attr-defined]
            else:
                with pytest.raises(ActionNotPossible):
                    module.WORKFLOW.next(status, action)  # type: ignore[attr-defined]


# --- spans -------------------------------------------------------------------------------------------------

DAYS = [FIRST + timedelta(days=n) for n in range(12)]


def model(spans: Spans) -> list[bool]:
    return [covered(spans, day) for day in DAYS]


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(DAYS[:10]))))
def test_changing_a_fact_from_a_day_on_changes_that_day_and_all_later_ones_only(
    changes: list[tuple[bool, date]],
) -> None:
    spans: Spans = ()
    for holds, on in changes:
        latest = latest_change(spans)
        if (latest is not None and on <= latest) or holds == bool(spans and spans[-1].end is None):
            continue
        before = model(spans)
        spans = (begun if holds else ended)(spans, on)
        assert model(spans) == [was if day < on else holds for was, day in zip(before, DAYS, strict=True)]
        assert checked(spans, TODAY) == spans


@given(st.lists(st.tuples(st.sampled_from(DAYS), st.integers(1, 5)), max_size=4))
def test_written_spans_are_accepted_exactly_when_they_are_in_order_and_apart(pairs: list[tuple[date, int]]) -> None:
    spans = [Span(begin, begin + timedelta(days=days)) for begin, days in pairs]
    fits = all(a.end is not None and a.end <= b.begin for a, b in pairwise(spans))
    if not fits:
        with pytest.raises(SpansOverlap):
            checked(spans, TODAY)
    else:
        joined = checked(spans, TODAY)
        assert model(joined) == [any(span.covers(day) for span in spans) for day in DAYS]
        assert all(a.end is not None and a.end < b.begin for a, b in pairwise(joined))


@given(
    *(st.tuples(st.integers(0, 8), st.none() | st.integers(1, 4)) for _ in range(2)),
)
def test_two_spans_meet_and_hold_each_other_as_their_days_do(
    one: tuple[int, int | None], other: tuple[int, int | None]
) -> None:
    a, b = (Span(DAYS[n], DAYS[n] + timedelta(days=length) if length else None) for n, length in (one, other))
    horizon = [FIRST + timedelta(days=n) for n in range(40)]
    mine, yours = ({day for day in horizon if span.covers(day)} for span in (a, b))
    assert a.meets(b) == bool(mine & yours)
    assert a.holds(b) == (yours <= mine)


def test_a_span_ends_after_it_begins() -> None:
    for end in (FIRST, FIRST - timedelta(days=1)):
        with pytest.raises(SpanEndsBeforeItBegins):
            Span(FIRST, end)


# --- institutions ------------------------------------------------------------------------------------------


def test_example_30_nine_beds_are_not_an_institution() -> None:
    with pytest.raises(NotAnInstitution) as refused:
        make_institution(filed_beds=9)
    assert refused.value.code == "not-an-institution"
    assert make_institution(filed_beds=10).filed_beds == 10


def test_example_28_an_operating_institution_does_not_fall_below_ten_beds() -> None:
    institution = make_institution()
    with pytest.raises(BelowMinimumBeds):
        institution.amend(filed_beds=9, present_beds=9, minimum_beds=10, on=LATER, today=TODAY)
    bed = make_bed(institution)
    with pytest.raises(BelowMinimumBeds):
        bed.remove(on=LATER, occupied=False, beds_left=9, minimum_beds=10, today=TODAY)
    bed.remove(on=LATER, occupied=False, beds_left=10, minimum_beds=10, today=TODAY)
    assert bed.in_service == (Span(FIRST, LATER),)


def test_example_28_an_occupied_bed_is_neither_removed_nor_taken_out() -> None:
    bed = make_bed()
    with pytest.raises(beds.BedOccupied):
        bed.remove(on=LATER, occupied=True, beds_left=99, minimum_beds=10, today=TODAY)
    with pytest.raises(beds.BedOccupied):
        bed.take_out(on=LATER, occupied=True, today=TODAY)


def test_example_11_filing_is_due_ten_working_days_after_the_first_resident() -> None:
    parameters = SERVICE.seed_book().reader(date(2026, 9, 24))
    due = filing_due(date(2026, 9, 24), default_calendar(), parameters)
    assert due.on == date(2026, 10, 15)
    assert not due.provisional
    into_2027 = filing_due(date(2026, 12, 24), default_calendar(), parameters)
    assert into_2027.provisional


def test_an_institution_belongs_to_a_township() -> None:
    for code in ("500103000000", "500103001002"):
        with pytest.raises(TownshipNeeded):
            make_institution(township=default_register().get(code, TODAY))


def test_suspension_and_resumption_leave_a_gap_in_the_operating_days() -> None:
    institution = make_institution(comprehensive=True)
    institution.suspend(on=LATER, reason=Suspension.ORDERED, residents=0, placement_plan=None, today=TODAY)
    assert institution.operating == (Span(FIRST, LATER),)
    institution.resume(on=LATEST, today=TODAY)
    assert institution.operating == (Span(FIRST, LATER), Span(LATEST))
    assert institution.suspension is None
    assert institution.comprehensive == (Span(FIRST),)
    assert institution.happened == ["registered", "suspended", "resumed"]


def test_nobody_is_admitted_on_a_day_on_which_the_institution_did_not_operate() -> None:
    institution = make_institution()
    institution.suspend(on=LATER, reason=Suspension.DISASTER, residents=0, placement_plan=None, today=TODAY)
    institution.require_admitting(LATER - timedelta(days=1))
    for day in (LATER, FIRST - timedelta(days=1)):
        with pytest.raises(InstitutionNotOperating):
            institution.require_admitting(day)
    close(institution)
    with pytest.raises(InstitutionClosed):
        institution.require_admitting(TODAY)


def test_an_institution_with_residents_does_not_close() -> None:
    institution = make_institution()
    with pytest.raises(ResidentsRemain) as refused:
        close(institution, residents=3)
    assert refused.value.facts["residents"] == 3


def test_facts_are_recorded_in_order_and_not_before_they_happen() -> None:
    institution = make_institution()
    tomorrow = TODAY + timedelta(days=1)
    with pytest.raises(DayInFuture):
        institution.suspend(on=tomorrow, reason=Suspension.VOLUNTARY, residents=0, placement_plan=None, today=TODAY)
    institution = make_institution()
    with pytest.raises(NotAfterLastChange):
        institution.suspend(on=FIRST, reason=Suspension.VOLUNTARY, residents=0, placement_plan=None, today=TODAY)
    with pytest.raises(DayInFuture):
        make_institution(opened_on=tomorrow)


def test_a_second_mark_of_one_day_corrects_the_first_and_marks_are_in_order() -> None:
    institution = make_institution()
    for mark in (QualityMark(LATEST, False), QualityMark(LATER, False), QualityMark(LATEST, True)):
        institution.assess(mark=mark, today=TODAY)
    assert institution.quality == (QualityMark(LATER, False), QualityMark(LATEST, True))
    with pytest.raises(BeforeOpening):
        institution.assess(mark=QualityMark(FIRST - timedelta(days=1), True), today=TODAY)


def test_comprehensive_functions_begin_and_end_on_days() -> None:
    institution = make_institution()
    institution.recognise(comprehensive=True, on=LATER, today=TODAY)
    with pytest.raises(NothingChanges):
        institution.recognise(comprehensive=True, on=LATEST, today=TODAY)
    institution.recognise(comprehensive=False, on=LATEST, today=TODAY)
    assert institution.comprehensive == (Span(LATER, LATEST),)


def test_a_correction_keeps_the_present_status() -> None:
    institution = make_institution()
    facts = {"comprehensive": None, "quality": None, "today": TODAY}
    with pytest.raises(PresentStatusDiffers):
        institution.correct(operating=[Span(FIRST, LATER)], first_bed_on=None, **facts)  # type: ignore[arg-type]
    with pytest.raises(BeforeOpening):
        institution.correct(operating=[Span(LATEST)], first_bed_on=LATER, **facts)  # type: ignore[arg-type]
    institution.correct(operating=[Span(LATER)], first_bed_on=LATER, **facts)  # type: ignore[arg-type]
    assert institution.opened_on == LATER
    with pytest.raises(NothingChanges):
        institution.correct(operating=None, first_bed_on=None, **facts)  # type: ignore[arg-type]


def test_a_closed_institution_stays_closed_on_its_day_through_every_correction() -> None:
    institution = make_institution(comprehensive=True)
    close(institution)
    assert institution.comprehensive == (Span(FIRST, LATEST),)
    facts = {"quality": None, "first_bed_on": None, "today": TODAY}
    for operating in ([Span(FIRST)], [Span(FIRST, LATER)], []):
        with pytest.raises(PresentStatusDiffers):
            institution.correct(operating=operating, comprehensive=None, **facts)  # type: ignore[arg-type]
    with pytest.raises(PresentStatusDiffers):
        institution.correct(operating=None, comprehensive=[Span(FIRST)], **facts)  # type: ignore[arg-type]


def test_beds_fit_into_the_filing() -> None:
    institution = make_institution(filed_beds=12)
    institution.make_room(more=2, present_beds=10, since=FIRST)
    with pytest.raises(MoreBedsThanFiled):
        institution.make_room(more=3, present_beds=10, since=FIRST)
    with pytest.raises(FewerThanPresentBeds):
        institution.amend(filed_beds=11, present_beds=12, minimum_beds=10, on=LATER, today=TODAY)
    with pytest.raises(BeforeOpening):
        institution.make_room(more=1, present_beds=0, since=FIRST - timedelta(days=1))
    institution.suspend(on=LATER, reason=Suspension.VOLUNTARY, residents=0, placement_plan=None, today=TODAY)
    with pytest.raises(ActionNotPossible):
        institution.make_room(more=1, present_beds=0, since=FIRST)


def test_an_amendment_changes_something() -> None:
    institution = make_institution()
    with pytest.raises(NothingChanges):
        institution.amend(name="测试养老院", present_beds=0, minimum_beds=10, on=LATER, today=TODAY)
    institution.amend(kind=Kind.TOWNSHIP_CENTRE, present_beds=0, minimum_beds=10, on=LATER, today=TODAY)
    assert institution.kind is Kind.TOWNSHIP_CENTRE


def test_filing_is_recorded_once() -> None:
    institution = make_institution()
    institution.file(on=LATER, today=TODAY)
    with pytest.raises(institutions.FiledBefore):
        institution.file(on=LATER, today=TODAY)


@pytest.mark.parametrize(
    ("ownership", "code", "met"),
    [
        ("PRIVATE_NONPROFIT", "52500103MJ0000001D", True),
        ("PRIVATE_FOR_PROFIT", "52500103MJ0000001D", False),
        ("PUBLIC_RUN", "52500103MJ0000001D", None),
    ],
)
def test_the_registrar_of_a_private_institution_fits_its_ownership(ownership: str, code: str, met: bool | None) -> None:
    clauses = check_filing(
        beds=10,
        ownership=ownership,
        organisation_code=OrganisationCode.parse(code),
        registered=False,
        minimum_beds=10,
    )
    found = {clause.rule: clause.met for clause in clauses}
    assert found.get("REGISTRAR_FITS_OWNERSHIP") is met
    assert found["ENOUGH_BEDS"]


# --- beds --------------------------------------------------------------------------------------------------


def test_a_bed_changes_class_from_a_day_on() -> None:
    bed = make_bed()
    bed.reclassify(on=LATER, bed_class=BedClass.ORDINARY, inclusive=True, today=TODAY)
    assert bed.classes == (
        ClassSpan(Span(FIRST, LATER), BedClass.NURSING),
        ClassSpan(Span(LATER), BedClass.ORDINARY),
    )
    assert bed.inclusive == (Span(LATER),)
    assert bed.happened == ["added", "reclassified"]
    with pytest.raises(NothingChanges):
        bed.reclassify(on=LATEST, bed_class=BedClass.ORDINARY, inclusive=True, today=TODAY)
    with pytest.raises(NotAfterLastChange):
        bed.reclassify(on=LATER, bed_class=BedClass.NURSING, inclusive=None, today=TODAY)


def test_a_bed_goes_out_of_service_and_comes_back() -> None:
    bed = make_bed()
    bed.take_out(on=LATER, occupied=False, today=TODAY)
    with pytest.raises(beds.BedOutOfService):
        bed.require_in_service(Span(LATER, LATEST))
    bed.put_back(on=LATEST, today=TODAY)
    assert bed.in_service == (Span(FIRST, LATER), Span(LATEST))
    with pytest.raises(beds.BedOutOfService):
        bed.require_in_service(Span(FIRST))


def test_a_bed_removed_on_its_first_day_never_was() -> None:
    bed = make_bed(home=True, inclusive=True)
    bed.remove(on=FIRST, occupied=False, beds_left=0, minimum_beds=10, today=TODAY)
    assert (bed.in_service, bed.classes, bed.inclusive, bed.bed_class) == ((), (), (), None)


def test_a_bed_does_not_end_before_its_latest_fact() -> None:
    bed = make_bed()
    bed.reclassify(on=LATEST, bed_class=BedClass.ORDINARY, inclusive=None, today=TODAY)
    with pytest.raises(NotAfterLastChange):
        bed.close(on=LATER)
    bed.close(on=LATEST)
    assert bed.in_service == (Span(FIRST, LATEST),)
    assert [entry.bed_class for entry in bed.classes] == [BedClass.NURSING]


def test_a_corrected_bed_has_a_class_whenever_it_serves_and_keeps_its_stays() -> None:
    bed = make_bed()
    whole = [ClassSpan(Span(LATER), BedClass.NURSING)]
    facts = {"inclusive": None, "opened_on": FIRST, "today": TODAY}
    with pytest.raises(ClassMissing):
        bed.correct(in_service=None, classes=whole, stays=[], **facts)  # type: ignore[arg-type]
    bed = make_bed()
    with pytest.raises(beds.BedOutOfService):
        bed.correct(in_service=[Span(LATER)], classes=whole, stays=[Span(FIRST, LATEST)], **facts)  # type: ignore[arg-type]
    bed = make_bed()
    with pytest.raises(PresentStatusDiffers):
        bed.correct(in_service=[Span(FIRST, LATER)], classes=None, stays=[], **facts)  # type: ignore[arg-type]
    bed = make_bed()
    gap = [ClassSpan(Span(FIRST, LATER), BedClass.NURSING), ClassSpan(Span(LATEST), BedClass.ORDINARY)]
    with pytest.raises(SpansOverlap):
        bed.correct(in_service=None, classes=gap, stays=[], **facts)  # type: ignore[arg-type]
    bed = make_bed()
    early = [ClassSpan(Span(date(2025, 1, 1)), BedClass.NURSING)]
    with pytest.raises(BeforeOpening):
        bed.correct(in_service=[Span(date(2025, 1, 1))], classes=early, stays=[], **facts)  # type: ignore[arg-type]


# --- stays -------------------------------------------------------------------------------------------------


def test_example_10_an_elder_is_sixty_and_only_the_extremely_poor_may_be_younger() -> None:
    born = date(1966, 11, 23)
    assert age_on(born, date(2026, 11, 22)) == 59
    assert age_on(born, date(2026, 11, 23)) == 60
    with pytest.raises(NotElder):
        make_stay(born, begins_on=date(2026, 11, 22))
    make_stay(born, begins_on=date(2026, 11, 23))
    make_stay(date(1968, 5, 1), begins_on=date(2026, 11, 22), ground=Ground.EXTREME_HARDSHIP)


def test_a_stay_lasts_at_least_a_day_and_is_not_in_the_future() -> None:
    for ends_on in (LATER, FIRST):
        with pytest.raises(StayEndsBeforeItBegins):
            make_stay(ends_on=ends_on)
    with pytest.raises(DayInFuture):
        make_stay(begins_on=TODAY + timedelta(days=1))
    stay = make_stay()
    with pytest.raises(StayEndsBeforeItBegins):
        stay.end(on=LATER, bed=make_bed(), today=TODAY)


def test_a_stay_is_entirely_within_the_service_of_its_bed() -> None:
    institution = make_institution()
    bed = make_bed(institution)
    bed.take_out(on=LATEST, occupied=False, today=TODAY)
    with pytest.raises(beds.BedOutOfService):
        make_stay(institution=institution, bed=bed)
    past = make_stay(institution=institution, bed=bed, ends_on=LATEST)
    assert past.status is stays.Status.ENDED
    with pytest.raises(beds.BedOutOfService):
        past.end(on=LATEST + timedelta(days=1), bed=bed, today=TODAY)


def test_a_voided_stay_counts_no_longer() -> None:
    stay = make_stay()
    stay.void(reason="误登")
    assert stay.voided
    with pytest.raises(ActionNotPossible):
        stay.end(on=LATEST, bed=make_bed(), today=TODAY)
    assert stay.happened == ["begun", "voided"]
