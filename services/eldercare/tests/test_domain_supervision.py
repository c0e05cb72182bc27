"""Filing, closure, grades, fees, vouchers, staff, inspections: worked examples by number, both sides of each limit."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from eldercare.domain import bed_status, emergency, facility, inspection, recipient, staff
from eldercare.domain.bed import BedClass, BedInMaintenance, BedReserved, NotAHomeBed, add_bed
from eldercare.domain.bed_status import STEPS, BedTransitionInvalid, Stage, Step
from eldercare.domain.closure import (
    ClosesBeforeAnnouncedDay,
    ClosesBeforeNotice,
    ClosureNotice,
    NoticeTooShort,
    PlanForResidentsMissing,
    PrepaymentsUnsettled,
    ResidentsNotNotified,
    latest_notice,
)
from eldercare.domain.fee import (
    FeeKind,
    FeeTaken,
    MembershipForbidden,
    Prepayments,
    balance_faults,
    deposit_limit,
    fee_faults,
    inclusive_faults,
    voucher,
)
from eldercare.domain.filing import FiledBefore, FilingNotSubmitted, FilingStatus
from eldercare.domain.grading import (
    GradeAward,
    GradeNotReached,
    GradeOverlaps,
    PointsOutOfRange,
    grade_of,
    ordered_awards,
    require_grade,
)
from eldercare.domain.institution import (
    Institution,
    MajorHazardOpen,
    NothingChanges,
    PlacementPlanMissing,
    register_institution,
)
from eldercare.domain.institution import (
    Stage as InstitutionStage,
)
from eldercare.domain.institution_kind import Kind, Ownership, Suspension
from eldercare.domain.span import DayInFuture, NotAfterLastChange, without
from eldercare.main import SERVICE
from shared.kernel.calendar import default_calendar
from shared.kernel.divisions import default_register
from shared.kernel.errors import Refusal
from shared.kernel.identity_number import Sex, synthetic_identity_number
from shared.kernel.names import PersonName
from shared.kernel.organisation_code import OrganisationCode
from shared.kernel.parameters import ParameterReader
from shared.kernel.spans import Span
from shared.kernel.workflow import ActionNotPossible

TODAY = date(2026, 11, 23)
ID = UUID(int=1)
FIRST, LATER, LATEST = date(2026, 1, 1), date(2026, 3, 1), date(2026, 6, 1)
YUAN = 100


def parameters(on: date = TODAY) -> ParameterReader:
    return SERVICE.seed_book().reader(on)


def make_institution(**changes: Any) -> Institution:
    facts: dict[str, Any] = {
        "id": ID, "township": default_register().get("500103001000", TODAY), "name": "测试养老院",
        "organisation_code": OrganisationCode.parse("52500103MJ0000001D"), "kind": Kind.ELDERLY_HOME,
        "ownership": Ownership.PRIVATE_NONPROFIT, "filed_beds": 120, "opened_on": FIRST, "filed_on": None,
        "comprehensive": False, "minimum_beds": 10, "today": TODAY, **changes,
    }  # fmt: skip
    return register_institution(**facts)


# --- the bed table B1 to B9, walked whole --------------------------------------------------------------------

STEP_MATRIX = {
    "PLANNED": {"B1": "AVAILABLE", "B9": "CLOSED"},
    "AVAILABLE": {"B2": "RESERVED", "B5": "OCCUPIED", "B7": "MAINTENANCE", "B9": "CLOSED"},
    "RESERVED": {"B3": "AVAILABLE", "B4": "OCCUPIED"},
    "OCCUPIED": {"B6": "MAINTENANCE"},
    "MAINTENANCE": {"B8": "AVAILABLE", "B9": "CLOSED"},
    "OUT_OF_SERVICE": {"B9": "CLOSED"},
    "CLOSED": {},
}


def test_the_bed_table_is_walked_whole() -> None:
    for stage in Stage:
        for action in Step:
            then = STEP_MATRIX[stage.value].get(action.value)
            if then is None:
                with pytest.raises(BedTransitionInvalid):
                    STEPS.next(stage, action)
            else:
                assert STEPS.next(stage, action).value == then


def test_example_28_an_occupied_bed_is_not_closed() -> None:
    with pytest.raises(BedTransitionInvalid) as refused:
        STEPS.next(Stage.OCCUPIED, Step.CLOSE)
    assert refused.value.code == "bed-transition-invalid"


MATRICES = {
    inspection: {
        "NOTICED": {"conduct": "RECTIFYING", "cancel": "CANCELLED"},
        "CONDUCTED": {"punish": "CONDUCTED"},
        "RECTIFYING": {"submit": "SUBMITTED", "punish": "RECTIFYING"},
        "SUBMITTED": {"verify": "VERIFIED", "reject": "RECTIFYING", "punish": "SUBMITTED"},
        "VERIFIED": {"punish": "VERIFIED"},
        "CANCELLED": {},
    },
    staff: {
        "ON_DUTY": {
            "certify": "ON_DUTY", "train": "ON_DUTY", "file-year": "ON_DUTY", "credit": "ON_DUTY", "leave": "LEFT",
        },
        "LEFT": {"credit": "LEFT"},
    },
    recipient: {
        "REGISTERED": {"update": "REGISTERED", "visit": "REGISTERED", "remove": "REMOVED"},
        "REMOVED": {},
    },
    facility: {"OPEN": {"close": "CLOSED"}, "CLOSED": {}},
}  # fmt: skip


@pytest.mark.parametrize("module", MATRICES, ids=lambda module: module.__name__)
def test_every_pair_of_status_and_action_leads_where_the_matrix_says(module: Any) -> None:
    for status in module.Status:
        for action in module.Action:
            then = MATRICES[module][status.value].get(action.value)
            if then is None:
                with pytest.raises(ActionNotPossible):
                    module.WORKFLOW.next(status, action)
            else:
                assert module.WORKFLOW.next(status, action).value == then


# --- filing --------------------------------------------------------------------------------------------------


def test_a_filing_is_answered_with_a_list_of_what_is_missing_and_never_refused_on_its_merits() -> None:
    institution = make_institution()
    required = ["APPLICATION", "REGISTRATION_CERTIFICATE", "UNDERTAKING"]
    with pytest.raises(FilingNotSubmitted):
        institution.return_filing(on=LATER, corrections=["x"], today=TODAY)
    institution.submit_filing(on=LATER, materials=["APPLICATION"], required=required, today=TODAY)
    assert institution.filing.status is FilingStatus.RETURNED
    assert institution.filing.corrections == ("REGISTRATION_CERTIFICATE", "UNDERTAKING")
    institution.submit_filing(on=LATEST, materials=required, required=required, today=TODAY)
    assert institution.filing.status is FilingStatus.SUBMITTED
    institution.file(on=LATEST, today=TODAY)
    assert institution.filing.status is FilingStatus.FILED
    for again in (
        lambda: institution.file(on=TODAY, today=TODAY),
        lambda: institution.submit_filing(on=TODAY, materials=required, required=required, today=TODAY),
        lambda: institution.return_filing(on=TODAY, corrections=["x"], today=TODAY),
    ):
        with pytest.raises(FiledBefore):
            again()


def test_the_stage_reads_first_resident_and_filing_together() -> None:
    institution = make_institution()
    assert institution.stage is InstitutionStage.REGISTERED
    institution.admit_first(default_calendar().add_working_days(LATER, 10))
    assert institution.stage is InstitutionStage.OPERATING_UNFILED
    institution.file(on=LATEST, today=TODAY)
    assert institution.stage is InstitutionStage.OPERATING


def test_filed_items_are_dated_and_a_move_is_one_of_them() -> None:
    institution = make_institution()
    institution.amend(filed_beds=100, present_beds=0, minimum_beds=10, on=LATER, today=TODAY)
    institution.move(township="500103002000", on=LATEST, today=TODAY)
    facts = [(item.since, item.filed_beds, item.township) for item in institution.items]
    assert facts == [
        (FIRST, 120, "500103001000"), (LATER, 100, "500103001000"), (LATEST, 100, "500103002000"),
    ]  # fmt: skip
    with pytest.raises(NothingChanges):
        institution.move(township="500103002000", on=TODAY, today=TODAY)
    with pytest.raises(NotAfterLastChange):
        institution.amend(filed_beds=90, present_beds=0, minimum_beds=10, on=LATER, today=TODAY)


# --- suspension, hazards, closure ----------------------------------------------------------------------------


def test_a_suspension_with_residents_needs_a_placement_plan() -> None:
    institution = make_institution()
    terms = {"on": LATER, "reason": Suspension.ORDERED, "residents": 3, "today": TODAY}
    with pytest.raises(PlacementPlanMissing):
        institution.suspend(**terms, placement_plan=None)
    make_institution().suspend(**terms, placement_plan="安置1号")


def test_nobody_is_admitted_and_service_is_not_resumed_while_a_major_hazard_is_open() -> None:
    institution = make_institution()
    institution.endanger(on=LATER)
    institution.require_admitting(LATER - timedelta(days=1))
    with pytest.raises(MajorHazardOpen):
        institution.require_admitting(LATER)
    institution.suspend(
        on=LATER, reason=Suspension.MAJOR_HAZARD, residents=0, placement_plan=None, today=TODAY
    )  # fmt: skip
    with pytest.raises(MajorHazardOpen):
        institution.resume(on=LATEST, today=TODAY)
    institution = make_institution()
    institution.endanger(on=LATER)
    institution.make_safe(on=LATEST)
    institution.require_admitting(LATEST)


def test_example_22_closing_at_the_end_of_the_year_with_prepaid_fees_is_announced_by_the_first_of_december() -> None:
    last_day = date(2026, 12, 31)
    assert latest_notice(last_day, prepaid=True, reasonable_days=1) == date(2026, 12, 1)
    ClosureNotice(date(2026, 12, 1), last_day, True, 0, None).check(residents=0, reasonable_days=1)
    with pytest.raises(NoticeTooShort):
        ClosureNotice(date(2026, 12, 2), last_day, True, 0, None).check(residents=0, reasonable_days=1)
    ClosureNotice(date(2026, 12, 30), last_day, False, 0, None).check(residents=0, reasonable_days=1)


def test_a_notice_reaches_everybody_and_has_a_plan_for_everybody() -> None:
    begin, end = date(2026, 10, 1), date(2026, 12, 1)
    for notice, refusal in (
        (ClosureNotice(begin, end, True, 4, "安置1号"), ResidentsNotNotified),
        (ClosureNotice(begin, end, True, 5, None), PlanForResidentsMissing),
        (ClosureNotice(begin, begin, True, 5, "安置1号"), ClosesBeforeNotice),
    ):
        with pytest.raises(refusal):
            notice.check(residents=5, reasonable_days=1)
    ClosureNotice(begin, end, True, 5, "安置1号").check(residents=5, reasonable_days=1)


def test_an_institution_closes_after_the_notice_and_when_the_money_is_settled() -> None:
    institution = make_institution()
    with pytest.raises(ActionNotPossible):
        institution.close(on=TODAY, residents=0, open_receipts=0, today=TODAY)
    notice = ClosureNotice(date(2026, 9, 1), date(2026, 11, 1), True, 0, None)
    institution.announce_closure(notice=notice, residents=0, reasonable_days=1, today=TODAY)
    with pytest.raises(ClosesBeforeAnnouncedDay):
        institution.close(on=date(2026, 10, 31), residents=0, open_receipts=0, today=TODAY)
    with pytest.raises(PrepaymentsUnsettled):
        institution.close(on=date(2026, 11, 1), residents=0, open_receipts=1, today=TODAY)
    institution.close(on=date(2026, 11, 1), residents=0, open_receipts=0, today=TODAY)
    assert institution.operating == (Span(FIRST, date(2026, 11, 1)),)


# --- grades --------------------------------------------------------------------------------------------------


def points(environment: int, equipment: int, operation: int, service: int) -> dict[str, int]:
    return {"environment": environment, "equipment": equipment, "operation": operation, "service": service}


@pytest.mark.parametrize(
    ("marks", "grade"),
    [
        (points(120, 130, 150, 600), 5), (points(108, 117, 135, 540), 5), (points(107, 118, 135, 540), 4),
        (points(108, 117, 135, 539), 4), (points(96, 104, 120, 480), 4), (points(96, 104, 120, 460), 3),
        (points(72, 78, 90, 360), 3), (points(60, 65, 75, 300), 2), (points(48, 52, 60, 240), 1),
        (points(48, 52, 60, 239), None), (points(47, 130, 150, 600), None),
    ],
)  # fmt: skip
def test_a_grade_needs_the_total_and_its_share_of_every_part(marks: dict[str, int], grade: int | None) -> None:
    assert grade_of(marks) == grade


def test_points_are_complete_and_within_their_part() -> None:
    for wrong in (points(121, 0, 0, 0), points(-1, 0, 0, 0), {"environment": 1}):
        with pytest.raises(PointsOutOfRange):
            grade_of(wrong)
    with pytest.raises(GradeNotReached):
        require_grade(points(0, 0, 0, 0))


def test_a_later_award_ends_the_earlier() -> None:
    one, two = GradeAward(3, FIRST, date(2029, 1, 1)), GradeAward(4, LATEST, date(2029, 6, 1))
    assert ordered_awards([two, one]) == (GradeAward(3, FIRST, LATEST), two)
    with pytest.raises(GradeOverlaps):
        ordered_awards([one, GradeAward(2, FIRST, LATEST)])


# --- money ---------------------------------------------------------------------------------------------------


def faults(kind: FeeKind, amount: int, ownership: Ownership = Ownership.PRIVATE_FOR_PROFIT, **terms: int) -> list[str]:
    held = {"held_deposit_fen": terms.pop("held_deposit_fen", 0), "held_months": terms.pop("held_months", 0)}
    fee = FeeTaken(kind, amount, TODAY, **terms)
    return [one.code for one in fee_faults(fee, ownership=ownership, parameters=parameters(), **held)]


def test_example_13_the_deposit_is_at_most_twelve_monthly_bed_fees() -> None:
    fee = 1_200 * YUAN
    assert deposit_limit(fee, parameters()) == 14_400 * YUAN
    assert faults(FeeKind.DEPOSIT, 14_400 * YUAN, monthly_bed_fee_fen=fee) == []
    for amount in (14_400 * YUAN + 1, 15_000 * YUAN):
        assert faults(FeeKind.DEPOSIT, amount, monthly_bed_fee_fen=fee) == ["deposit-over-limit"]
    assert faults(FeeKind.DEPOSIT, 400 * YUAN, monthly_bed_fee_fen=fee, held_deposit_fen=14_001 * YUAN)


def test_example_13_at_most_twelve_months_are_prepaid() -> None:
    assert faults(FeeKind.SERVICE, 1, months=12) == []
    assert faults(FeeKind.SERVICE, 1, months=13) == ["prepay-over-twelve-months"]
    assert faults(FeeKind.SERVICE, 1, months=7, held_months=6) == ["prepay-over-twelve-months"]
    assert faults(FeeKind.SERVICE, 1, months=6, held_months=6) == []


def test_public_institutions_take_no_membership_fee() -> None:
    for ownership in Ownership:
        found = faults(FeeKind.MEMBERSHIP, 1, ownership)
        assert found == ([MembershipForbidden().code] if ownership.value.startswith("PUBLIC") else [])


def test_example_14_payers_fit_the_filed_beds_and_prepayments_the_assets() -> None:
    def codes(payers: int, balance: int, assets: int | None) -> list[str]:
        return [one.code for one in balance_faults(Prepayments(payers, balance, assets), filed_beds=120)]

    assert codes(121, 0, None) == ["payers-over-beds"]
    assert codes(120, 0, None) == []
    million = 1_000_000 * YUAN
    assert codes(1, 9 * million, 17 * million // 2) == ["prepay-over-assets"]
    assert codes(1, 9 * million, 9 * million) == []
    assert codes(121, 9 * million, 0) == ["payers-over-beds", "prepay-over-assets"]


@pytest.mark.parametrize(
    ("level", "institution", "home", "amount"),
    [
        (3, 1_500, 0, 600), (3, 2_500, 0, 800), (1, 2_500, 0, 0), (0, 1_000, 1_000, 0), (2, 2_000, 0, 800),
        (2, 1_999, 0, 799.6), (4, 0, 1_600, 800), (4, 0, 1_000, 500), (2, 1_000, 600, 700), (2, 1_500, 1_000, 800),
    ],
)  # fmt: skip
def test_example_23_the_voucher_pays_its_share_up_to_the_cap(
    level: int, institution: int, home: int, amount: float
) -> None:
    found = voucher(
        level=level, institution_fen=institution * YUAN, home_fen=home * YUAN, parameters=parameters()
    )  # fmt: skip
    assert found.amount_fen == round(amount * YUAN)
    assert found.eligible == (level >= 2)


def test_there_is_no_voucher_before_2026() -> None:
    with pytest.raises(Refusal):
        voucher(level=3, institution_fen=1, home_fen=0, parameters=parameters(date(2025, 12, 31)))


def test_an_inclusive_bed_is_public_or_agreed_and_below_the_cap() -> None:
    def codes(ownership: Ownership, agreement: bool, fee: int | None) -> list[str]:
        found = inclusive_faults(
            ownership=ownership, agreement=agreement, monthly_fee_fen=fee, parameters=parameters()
        )  # fmt: skip
        return [one.code for one in found]

    assert codes(Ownership.PUBLIC_RUN, False, 400_000) == []
    assert codes(Ownership.PUBLIC_RUN, False, 400_001) == ["price-over-cap"]
    assert codes(Ownership.PRIVATE_NONPROFIT, False, 1) == ["no-inclusive-agreement"]
    assert codes(Ownership.PRIVATE_NONPROFIT, True, None) == []


# --- staff ---------------------------------------------------------------------------------------------------


def test_caregivers_are_summed_before_rounding_up() -> None:
    for mild, moderate, severe, wanted in ((15, 6, 3, 3), (16, 6, 3, 4), (1, 1, 1, 1), (0, 0, 0, 0), (0, 0, 4, 2)):
        found = staff.required_caregivers(mild=mild, moderate=moderate, severe=severe, parameters=parameters())
        assert found == wanted, (mild, moderate, severe)


def test_one_of_two_measures_of_social_workers_is_enough() -> None:
    def met(beds: int, elders: int, workers: int) -> bool:
        found = staff.check_staffing(
            mild=0, moderate=0, severe=0, caregivers=0, beds=beds, elders=elders, social_workers=workers,
            parameters=parameters(),
        )  # fmt: skip
        return found.social_workers_met

    assert met(100, 1_000, 1)
    assert met(500, 1_000, 1)
    assert met(100, 5_000, 1)
    assert not met(101, 1_001, 1)


def make_staff(post: staff.Post = staff.Post.CAREGIVER, **changes: Any) -> staff.Staff:
    number = synthetic_identity_number(1, date(1980, 1, 1), Sex.FEMALE)
    facts: dict[str, Any] = {
        "id": ID, "institution_id": ID, "division": "500103001000",
        "employee": staff.Employee(PersonName("测试甲"), number), "post": post, "since": FIRST, "certificates": (),
        "today": TODAY, **changes,
    }  # fmt: skip
    return staff.employ(**facts)


def test_medical_and_fire_posts_need_a_licence_that_is_valid() -> None:
    licence = staff.Certificate(staff.CertificateKind.LICENCE, None, date(2020, 1, 1), FIRST)
    for certificates in ((), (licence,)):
        with pytest.raises(staff.LicenceMissing):
            make_staff(staff.Post.NURSE, certificates=certificates)
    make_staff(staff.Post.NURSE, certificates=(staff.Certificate(licence.kind, None, date(2020, 1, 1), None),))
    make_staff(staff.Post.COOK)


def test_only_a_skill_certificate_has_a_level_from_five_to_one() -> None:
    for kind, level in ((staff.CertificateKind.SKILL, None), (staff.CertificateKind.SKILL, 6),
                        (staff.CertificateKind.SKILL, 0), (staff.CertificateKind.LICENCE, 3)):  # fmt: skip
        with pytest.raises(staff.SkillLevelInvalid):
            staff.Certificate(kind, level, FIRST, None)
    with pytest.raises(staff.CertificateExpired):
        staff.Certificate(staff.CertificateKind.SKILL, 5, FIRST, FIRST)


def test_a_year_is_filed_once_and_only_for_those_who_worked_in_it() -> None:
    one = make_staff()
    one.file_year(year=2026, today=TODAY)
    with pytest.raises(staff.YearFiledBefore):
        one.file_year(year=2026, today=TODAY)
    with pytest.raises(staff.YearNotServed):
        one.file_year(year=2025, today=TODAY)
    with pytest.raises(DayInFuture):
        one.file_year(year=2027, today=TODAY)


# --- inspections ---------------------------------------------------------------------------------------------


def plan(kind: inspection.Kind, noticed_on: date | None, planned_for: date) -> inspection.Inspection:
    return inspection.plan_inspection(
        id=ID, institution_id=ID, division="500103001000", kind=kind, noticed_on=noticed_on, planned_for=planned_for,
        calendar=default_calendar(), today=TODAY,
    )  # fmt: skip


def test_an_inspection_is_announced_three_working_days_before_and_a_case_inspection_never() -> None:
    friday, wednesday = date(2026, 11, 20), date(2026, 11, 25)
    plan(inspection.Kind.ROUTINE, friday, wednesday)
    for kind in (inspection.Kind.ROUTINE, inspection.Kind.SPECIAL):
        for noticed_on, planned_for in ((friday, wednesday - timedelta(days=1)), (None, wednesday)):
            with pytest.raises(inspection.NoticeTooLate):
                plan(kind, noticed_on, planned_for)
    plan(inspection.Kind.CASE, None, TODAY)
    with pytest.raises(inspection.CaseAnnounced):
        plan(inspection.Kind.CASE, friday, wednesday)


def conducted(severity: inspection.Severity | None, inspectors: int = 2) -> inspection.Inspection:
    one = plan(inspection.Kind.CASE, None, LATER)
    findings = [] if severity is None else [inspection.Finding("F-1", severity)]
    one.conduct(
        on=date(2026, 6, 10), inspectors=inspectors, findings=findings, calendar=default_calendar(),
        parameters=parameters(), today=TODAY,
    )  # fmt: skip
    return one


def test_findings_become_an_order_with_a_due_day_and_nothing_found_ends_it() -> None:
    one = conducted(inspection.Severity.GENERAL)
    assert (one.status, one.due_on) == (inspection.Status.RECTIFYING, date(2026, 7, 2))
    assert one.recheck_due_on == date(2026, 7, 16)
    assert not one.overdue(date(2026, 7, 2))
    assert one.overdue(date(2026, 7, 3))
    assert conducted(None).status is inspection.Status.CONDUCTED
    with pytest.raises(inspection.TooFewInspectors):
        conducted(None, inspectors=1)


def test_a_rejected_rectification_goes_on_and_a_hazard_is_open_until_verified() -> None:
    one = conducted(inspection.Severity.MAJOR_HAZARD)
    one.submit(on=date(2026, 6, 20), today=TODAY)
    one.verify(on=date(2026, 6, 22), passed=False, today=TODAY)
    assert one.hazard_open
    one.submit(on=date(2026, 6, 25), today=TODAY)
    one.verify(on=date(2026, 6, 26), passed=True, today=TODAY)
    assert not one.hazard_open


def test_a_fine_is_at_most_thirty_thousand_yuan_and_imposed_once() -> None:
    def penalty(fine: int) -> inspection.Penalty:
        return inspection.Penalty(date(2026, 7, 1), inspection.Act.NO_CONTRACT, fine)

    one = conducted(inspection.Severity.GENERAL)
    with pytest.raises(inspection.FineOverLimit):
        one.punish(penalty=penalty(30_000 * YUAN + 1), today=TODAY)
    one.punish(penalty=penalty(30_000 * YUAN), today=TODAY)
    with pytest.raises(inspection.FineAlreadyImposed):
        one.punish(penalty=penalty(0), today=TODAY)


# --- emergencies, entitled persons, facilities ---------------------------------------------------------------


def test_deaths_and_fires_are_reported_within_the_hour() -> None:
    happened = datetime.fromisoformat("2026-05-03T10:00:00+08:00")
    for deaths, cause, hours in (
        (0, emergency.Cause.FALL, 2), (1, emergency.Cause.FALL, 1), (0, emergency.Cause.FIRE, 1),
    ):  # fmt: skip
        due = emergency.report_due(happened, deaths=deaths, cause=cause, parameters=parameters())
        assert due - happened == timedelta(hours=hours)


def test_an_entitled_person_is_visited_again_in_time() -> None:
    person = recipient.EntitledPerson(
        PersonName("测试甲"), synthetic_identity_number(1, date(1940, 1, 1), Sex.MALE)
    )  # fmt: skip
    one = recipient.register_recipient(
        id=ID, township="500103001000", person=person, category=recipient.Category.EXTREME_HARDSHIP, since=FIRST,
        today=TODAY,
    )  # fmt: skip
    one.visit(visit=recipient.Visit(date(2026, 9, 10), recipient.VisitResult.WELL), today=TODAY)
    due = one.next_visit(default_calendar(), parameters())
    assert due is not None
    assert due.on == date(2026, 10, 10)
    one.update(fact=recipient.Fact.CENTRAL, holds=True, on=LATER, today=TODAY)
    with pytest.raises(recipient.FactUnchanged):
        one.update(fact=recipient.Fact.CENTRAL, holds=True, on=LATEST, today=TODAY)
    with pytest.raises(recipient.CentralAndEntrusted):
        one.update(fact=recipient.Fact.ENTRUSTED, holds=True, on=LATEST, today=TODAY)
    one.remove(on=TODAY, today=TODAY)
    assert one.next_visit(default_calendar(), parameters()) is None
    assert one.central == (Span(LATER, TODAY),)


def test_example_30_nine_beds_are_a_community_place_and_ten_an_institution() -> None:
    def opened(beds: int) -> facility.Facility:
        return facility.open_facility(
            id=ID, township="500103001000", name="社区站", kind=facility.Kind.COMMUNITY_CARE, beds=beds,
            opened_on=FIRST, minimum_beds=10, today=TODAY,
        )  # fmt: skip

    assert opened(9).beds == 9
    with pytest.raises(facility.IsAnInstitution):
        opened(10)


# --- beds ----------------------------------------------------------------------------------------------------


def make_bed(**changes: Any) -> Any:
    facts: dict[str, Any] = {
        "id": ID, "institution": make_institution(), "number": 1, "bed_class": BedClass.NURSING, "inclusive": False,
        "home": False, "since": FIRST, "today": TODAY, **changes,
    }  # fmt: skip
    return add_bed(**facts)


def test_a_planned_bed_counts_nowhere_until_it_is_activated() -> None:
    bed = make_bed(planned=True, since=date(2027, 1, 1), inclusive=True)
    assert (bed.serving, bed.stage(occupied=False)) == ((), Stage.PLANNED)
    bed.activate(on=LATER, today=TODAY)
    assert bed.serving == bed.inclusive == (Span(LATER),)
    assert [entry.span for entry in bed.classes] == [Span(LATER)]


def test_a_reserved_bed_waits_for_the_one_who_was_offered_it() -> None:
    bed = make_bed()
    bed.reserve()
    bed.require_admitting(offered=True)
    with pytest.raises(BedReserved):
        bed.require_admitting(offered=False)
    with pytest.raises(BedTransitionInvalid):
        bed.reserve()
    for step in (lambda: bed.start_maintenance(on=LATER, occupied=False, today=TODAY),
                 lambda: bed.take_out(on=LATER, occupied=False, today=TODAY)):  # fmt: skip
        with pytest.raises(BedTransitionInvalid):
            step()
    bed.release()
    bed.require_admitting(offered=False)


def test_maintenance_keeps_the_bed_in_the_statutory_number_but_takes_nobody_in() -> None:
    bed = make_bed()
    with pytest.raises(BedTransitionInvalid):
        bed.start_maintenance(on=LATER, occupied=True, today=TODAY)
    bed.start_maintenance(on=LATER, occupied=False, today=TODAY)
    assert (bed.serving, bed.status) == ((Span(FIRST),), bed_status.Status.MAINTENANCE)
    with pytest.raises(BedInMaintenance):
        bed.require_admitting(offered=False)
    bed.finish_maintenance(on=LATEST, today=TODAY)
    assert bed.maintenance == (Span(LATER, LATEST),)


def test_a_home_bed_is_active_while_it_is_served() -> None:
    bed = make_bed(home=True)
    assert not bed.is_active_home_bed(on=TODAY, idle_days=30)
    bed.serve_at_home(on=date(2026, 10, 1), today=TODAY)
    assert bed.is_active_home_bed(on=date(2026, 10, 31), idle_days=30)
    assert not bed.is_active_home_bed(on=date(2026, 11, 1), idle_days=30)
    with pytest.raises(NotAHomeBed):
        make_bed().serve_at_home(on=LATER, today=TODAY)


def test_a_bed_follows_the_days_its_institution_does_not_serve() -> None:
    bed = make_bed()
    assert bed.follow((Span(FIRST, LATER), Span(LATEST)), bed.division)
    assert bed.serving == (Span(FIRST, LATER), Span(LATEST))
    assert bed.in_service == (Span(FIRST),)
    assert not bed.follow((Span(FIRST, LATER), Span(LATEST)), bed.division)
    assert without((Span(FIRST, LATEST),), (Span(LATER),)) == (Span(FIRST, LATER),)
    assert without((Span(FIRST),), (Span(FIRST, LATER),)) == (Span(LATER),)
