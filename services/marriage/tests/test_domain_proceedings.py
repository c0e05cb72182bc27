"""Appointments, papers given again, fraud, credit, corrections, ratings: matrices whole, both sides of each limit."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from marriage.domain import appointment, correction, credit, fraud, issuance, rating
from marriage.domain.appointment import (
    AppointmentAction,
    AppointmentStatus,
    BookingRules,
    Business,
    NotTheDay,
    NotYetMissed,
    Slot,
    SlotEndsBeforeItBegins,
    SlotOutsideWindow,
    SlotStillFree,
    book,
    wait_for,
)
from marriage.domain.correction import Cause, Correction, CorrectionAction, CorrectionStatus, Entry
from marriage.domain.credit import Dishonesty, DishonestyAction, DishonestyGround, DishonestyStatus
from marriage.domain.fraud import (
    Evidence,
    EvidenceKind,
    FraudAction,
    FraudStatus,
    HearingPeriodOver,
    HearingPeriodRunning,
    ObjectionNotDecided,
    Reporter,
    report_fraud,
)
from marriage.domain.issuance import (
    ArchiveCheck,
    ArchiveNotFound,
    Issuance,
    IssuanceAction,
    IssuanceKind,
    IssuanceStatus,
    NoSuchRecord,
    StatusHasChanged,
)
from marriage.domain.office import Clientele, Feature, Grading, OfficeGrade, OfficeLevel, Source, open_office
from marriage.domain.party import Document, DocumentKind, Side
from marriage.domain.rating import Grade, RatedBusiness, RatingAction, RatingStatus, Verification, rate
from shared.kernel.calendar import default_calendar
from shared.kernel.clock import CHINA
from shared.kernel.divisions import default_register
from shared.kernel.names import PersonName
from shared.kernel.parameters import Confidence
from shared.kernel.principal import SecondPersonRequired
from shared.kernel.workflow import ActionNotPossible, Workflow

TODAY = date(2026, 11, 23)
NOW = datetime.combine(TODAY, time(9), CHINA)
SOURCE = Source("测试文件", Confidence.VERIFIED, "officer-a")


def arrows(status: type[Any], action: type[Any], *lines: str) -> dict[tuple[Any, Any], Any]:
    found = {}
    for line in lines:
        before, verb, after = line.split()
        found[status[before], action(verb)] = status[after]
    return found


MATRICES = [
    (
        appointment.WORKFLOW, AppointmentStatus, AppointmentAction,
        ("WAITING promote BOOKED", "WAITING cancel CANCELLED", "BOOKED move BOOKED", "BOOKED cancel CANCELLED",
         "BOOKED keep KEPT", "BOOKED miss MISSED"),
    ),
    (
        issuance.WORKFLOW, IssuanceStatus, IssuanceAction,
        ("REQUESTED verify VERIFIED", "REQUESTED refuse REFUSED", "VERIFIED issue ISSUED", "VERIFIED refuse REFUSED"),
    ),
    (
        correction.WORKFLOW, CorrectionStatus, CorrectionAction,
        ("REQUESTED check-archive ARCHIVE_CHECKED", "REQUESTED refuse REFUSED", "ARCHIVE_CHECKED correct CORRECTED",
         "ARCHIVE_CHECKED refuse REFUSED"),
    ),
    (
        fraud.WORKFLOW, FraudStatus, FraudAction,
        ("REPORTED refer REFERRED", "REPORTED evidence EVIDENCE_RECEIVED", "REFERRED evidence EVIDENCE_RECEIVED",
         "EVIDENCE_RECEIVED find-met CONDITIONS_MET", "EVIDENCE_RECEIVED find-not-met NOT_REVOKED",
         "CONDITIONS_MET notify NOTIFIED", "NOTIFIED object NOTIFIED", "NOTIFIED revoke REVOKED",
         "NOTIFIED drop NOT_REVOKED", "REVOKED close CLOSED"),
    ),
    (
        credit.WORKFLOW, DishonestyStatus, DishonestyAction,
        ("NOTIFIED object OBJECTED", "NOTIFIED list LISTED", "NOTIFIED reject REJECTED", "OBJECTED list LISTED",
         "OBJECTED reject REJECTED", "LISTED delist DELISTED"),
    ),
    (rating.WORKFLOW, RatingStatus, RatingAction, ("TO_BE_VERIFIED answer ANSWERED",)),
]  # fmt: skip


@pytest.mark.parametrize(("workflow", "statuses", "actions", "lines"), MATRICES)
def test_the_whole_matrix(
    workflow: Workflow[Any, Any], statuses: type[Any], actions: type[Any], lines: tuple[str, ...]
) -> None:
    allowed = arrows(statuses, actions, *lines)
    for status, action in product(statuses, actions):
        if (status, action) in allowed:
            assert workflow.next(status, action) is allowed[status, action]
        else:
            with pytest.raises(ActionNotPossible):
                workflow.next(status, action)


def slot(day: date = date(2026, 12, 1), capacity: int = 1, booked: int = 0) -> Slot:
    return Slot(UUID(int=3), "500103000000", UUID(int=1), Business.MARRIAGE, day, time(9), time(10), capacity, booked)


RULES = BookingRules(2, 30, timedelta(minutes=30))


@pytest.mark.parametrize(("ahead", "fits"), [(0, False), (1, False), (2, True), (30, True), (31, False)])
def test_a_slot_is_booked_two_to_thirty_days_ahead(ahead: int, fits: bool) -> None:
    wanted = slot(TODAY + timedelta(days=ahead))
    if fits:
        RULES.require_bookable(wanted, NOW)
    else:
        with pytest.raises(SlotOutsideWindow):
            RULES.require_bookable(wanted, NOW)


def test_the_line_is_for_full_slots_and_an_appointment_is_missed_after_its_grace() -> None:
    with pytest.raises(SlotStillFree):
        wait_for(id=UUID(int=4), slot=slot(), at=NOW)
    waiting = wait_for(id=UUID(int=4), slot=slot(booked=1), at=NOW)
    waiting.promote()
    assert (waiting.status, waiting.happened) == (AppointmentStatus.BOOKED, ["queued", "booked"])
    late = datetime(2026, 12, 1, 9, 30, tzinfo=CHINA)
    with pytest.raises(NotYetMissed):
        book(id=UUID(int=4), slot=slot(), at=NOW).miss(late - timedelta(seconds=1), RULES.grace)
    made = book(id=UUID(int=4), slot=slot(), at=NOW)
    made.miss(late, RULES.grace)
    assert made.status is AppointmentStatus.MISSED
    with pytest.raises(NotTheDay):
        book(id=UUID(int=4), slot=slot(), at=NOW).keep(TODAY)
    with pytest.raises(SlotEndsBeforeItBegins):
        Slot(UUID(int=3), "500103000000", UUID(int=1), Business.MARRIAGE, TODAY, time(9), time(9), 1)


def asked(kind: IssuanceKind) -> Issuance:
    return Issuance(
        id=UUID(int=5), division="500103000000", office_id=UUID(int=1), kind=kind, status=IssuanceStatus.REQUESTED,
        loss=None, original_certificate_no=None, subject_id=None, requested_on=TODAY, registrar="officer-a",
        holders=(),
    )  # fmt: skip


def archive(found: bool = True, unchanged: bool = True) -> ArchiveCheck:
    return ArchiveCheck(found, unchanged, date(1998, 5, 1), "测试档案", TODAY)


def test_example_32_a_changed_status_gets_a_record_certificate_instead() -> None:
    with pytest.raises(StatusHasChanged) as refused:
        asked(IssuanceKind.MARRIAGE_CERTIFICATE).verify(archive(unchanged=False))
    assert refused.value.facts["instead"] == "RECORD"
    record = asked(IssuanceKind.RECORD)
    record.verify(archive(unchanged=False))
    record.issue(None, today=TODAY)
    assert (record.status, record.certificate_no) == (IssuanceStatus.ISSUED, None)
    with pytest.raises(NoSuchRecord):
        asked(IssuanceKind.RECORD).verify(archive(found=False))
    with pytest.raises(ArchiveNotFound):
        asked(IssuanceKind.DIVORCE_CERTIFICATE).verify(archive(found=False))


def case() -> fraud.FraudCase:
    made = report_fraud(
        id=UUID(int=6), division="500103000000", registration_id=UUID(int=7), reporter=Reporter.IMPERSONATED,
        today=TODAY, registrar="officer-a",
    )  # fmt: skip
    made.refer(TODAY)
    made.receive(Evidence(EvidenceKind.POLICE_FINDING, "测试结论", TODAY))
    return made


def test_example_34_fraud_is_revoked_on_evidence_by_two_people_after_the_hearing() -> None:
    made = case()
    with pytest.raises(SecondPersonRequired):
        made.review(met=True, reviewer="officer-a", reasons="x", today=TODAY)
    made.review(met=True, reviewer="officer-b", reasons="x", today=TODAY)
    until = default_calendar().add_working_days(TODAY, 5).on
    assert until == date(2026, 11, 30)
    made.notify(today=TODAY, hearing_until=until)
    with pytest.raises(HearingPeriodRunning):
        made.revoke(decision="x", objection_rejected=False, today=until)
    made.revoke(decision="x", objection_rejected=False, today=until + timedelta(days=1))
    made.close(today=until + timedelta(days=1))
    assert made.status is FraudStatus.CLOSED


def test_an_objection_is_decided_first_and_comes_in_time() -> None:
    made = case()
    made.review(met=True, reviewer="officer-b", reasons="x", today=TODAY)
    made.notify(today=TODAY, hearing_until=date(2026, 11, 30))
    made.contest(date(2026, 11, 30))
    with pytest.raises(ObjectionNotDecided):
        made.revoke(decision="x", objection_rejected=False, today=date(2026, 12, 1))
    made.revoke(decision="x", objection_rejected=True, today=date(2026, 11, 30))
    assert made.status is FraudStatus.REVOKED
    late = case()
    late.review(met=True, reviewer="officer-b", reasons="x", today=TODAY)
    late.notify(today=TODAY, hearing_until=date(2026, 11, 30))
    with pytest.raises(HearingPeriodOver):
        late.contest(date(2026, 12, 1))


def test_the_bureau_never_revokes_on_its_own_suspicion() -> None:
    made = report_fraud(
        id=UUID(int=6), division="500103000000", registration_id=UUID(int=7), reporter=Reporter.PARTY, today=TODAY,
        registrar="officer-a",
    )  # fmt: skip
    for step in (
        lambda: made.review(met=True, reviewer="officer-b", reasons="x", today=TODAY),
        lambda: made.notify(today=TODAY, hearing_until=TODAY),
        lambda: made.revoke(decision="x", objection_rejected=False, today=TODAY),
    ):
        with pytest.raises(ActionNotPossible):
            step()


def listing() -> Dishonesty:
    return Dishonesty(
        id=UUID(int=8), division="500103000000", name=PersonName("测试甲"),
        document=Document(DocumentKind.PASSPORT, "E12345678"), ground=DishonestyGround.FALSE_PAPERS, evidence="x",
        status=DishonestyStatus.NOTIFIED, notified_on=TODAY, objection_until=date(2026, 12, 7),
    )  # fmt: skip


def test_nobody_is_listed_while_he_or_she_may_object() -> None:
    with pytest.raises(credit.ObjectionPeriodRunning):
        listing().list(today=date(2026, 12, 7), until=date(2029, 12, 7))
    made = listing()
    made.list(today=date(2026, 12, 8), until=date(2029, 12, 8))
    assert made.status is DishonestyStatus.LISTED
    with pytest.raises(credit.ObjectionPeriodOver):
        listing().contest(date(2026, 12, 8))
    rejected = listing()
    rejected.contest(date(2026, 12, 7))
    rejected.list(today=date(2026, 12, 7), until=date(2029, 12, 7))
    assert rejected.status is DishonestyStatus.LISTED


def wrong_entry() -> Correction:
    return Correction(
        id=UUID(int=8), division="500103000000", registration_id=UUID(int=7), side=Side.FIRST, entry=Entry.NAME,
        status=CorrectionStatus.REQUESTED, requested_by="officer-a", requested_on=TODAY, right="测试丙",
    )  # fmt: skip


def test_only_the_offices_own_slip_is_corrected_by_another_registrar() -> None:
    with pytest.raises(correction.ChangedAfterRegistration):
        wrong_entry().check_archive(Cause.CHANGED_LATER, "x")
    with pytest.raises(correction.FalseFromTheStart):
        wrong_entry().check_archive(Cause.FALSE_AT_REGISTRATION, "x")
    made = wrong_entry()
    made.check_archive(Cause.CLERICAL, "x")
    with pytest.raises(SecondPersonRequired):
        made.correct(old="测试甲", by="officer-a", today=TODAY)
    made = wrong_entry()
    made.check_archive(Cause.CLERICAL, "x")
    with pytest.raises(correction.NothingToCorrect):
        made.correct(old="测试丙", by="officer-b", today=TODAY)
    made = wrong_entry()
    made.check_archive(Cause.CLERICAL, "x")
    made.correct(old="测试甲", by="officer-b", today=TODAY)
    assert (made.old, made.status) == ("测试甲", CorrectionStatus.CORRECTED)


@pytest.mark.parametrize(("grade", "satisfied"), [(5, True), (4, True), (3, True), (2, False), (1, False)])
def test_a_poor_grade_starts_its_clock_and_a_good_one_does_not(grade: int, satisfied: bool) -> None:
    made = rate(
        id=UUID(int=8), division="500103000000", office_id=UUID(int=1), business=RatedBusiness.DIVORCE,
        subject_id=UUID(int=7), grade=Grade(grade), on=TODAY, due=default_calendar().add_working_days(TODAY, 5),
    )  # fmt: skip
    due = None if satisfied else date(2026, 11, 30)
    assert (made.grade.is_satisfied, made.answer_due_on) == (satisfied, due)
    if due:
        assert not made.is_overdue(due)
        assert made.is_overdue(due + timedelta(days=1))
        made.answer(Verification(True, "x", due, "officer-b"))
        assert made.answered_in_time is True
    else:
        with pytest.raises(ActionNotPossible):
            made.answer(Verification(True, "x", TODAY, "officer-b"))


def office(*clientele: Clientele) -> Any:
    return open_office(
        id=UUID(int=1), division=default_register().get("500103000000", TODAY), level=OfficeLevel.DISTRICT, name="x",
        clientele=frozenset(clientele), opened_on=date(2010, 1, 1), source=SOURCE,
    )  # fmt: skip


def test_whom_an_office_serves_may_change_from_a_day_on() -> None:
    made = office(Clientele.MAINLAND)
    day = date(2026, 7, 1)
    made.amend(
        from_day=day, source=SOURCE, changes=[(Feature.SERVES_FOREIGN_RELATED, True), (Feature.SERVES_MAINLAND, False)]
    )
    before = day - timedelta(days=1)
    assert (made.serves(Clientele.MAINLAND, before), made.serves(Clientele.MAINLAND, day)) == (True, False)
    assert (made.serves(Clientele.FOREIGN_RELATED, before), made.serves(Clientele.FOREIGN_RELATED, day)) == (
        False, True,
    )  # fmt: skip
    made.close(on=date(2026, 8, 1), source=SOURCE)
    assert not made.serves(Clientele.FOREIGN_RELATED, date(2026, 8, 1))
    assert made.serves(Clientele.MAINLAND, before)


def test_grades_and_sessions_hold_on_their_days() -> None:
    made = office(Clientele.MAINLAND)
    made.grade(Grading(OfficeGrade.A3, date(2024, 1, 1), SOURCE), today=TODAY)
    made.grade(Grading(OfficeGrade.A5, date(2026, 1, 1), SOURCE), today=TODAY)
    days = (date(2023, 12, 31), date(2024, 1, 1), date(2025, 12, 31), date(2026, 1, 1))
    assert [made.grade_on(day).value for day in days] == ["NONE", "3A", "3A", "5A"]
    made.amend(from_day=date(2026, 1, 1), source=SOURCE, changes=[(Feature.COUNSELLING_ROOM, True)])
    made.counsel(date(2026, 3, 2), today=TODAY)
    (active,) = made.counselling_active(90)
    assert (str(active.begin), str(active.end)) == ("2026-03-02", "2026-05-31")


def test_an_office_is_open_on_working_days_and_on_saturdays_where_it_says_so() -> None:
    made = office(Clientele.MAINLAND)
    calendar = default_calendar()
    saturday, make_up, holiday = date(2026, 11, 28), date(2026, 9, 20), date(2026, 10, 1)
    assert [made.is_open_on(day, calendar) for day in (TODAY, saturday, make_up, holiday)] == [True, False, True, False]
    made.amend(from_day=date(2026, 1, 1), source=SOURCE, changes=[(Feature.WEEKEND_OPEN, True)])
    assert made.is_open_on(saturday, calendar)
    assert not made.is_open_on(saturday + timedelta(days=1), calendar)
