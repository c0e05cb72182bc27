"""Divorce: every worked date of §15 by its number, both rolls, the whole matrix, and the clock that moves."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import product
from uuid import UUID

import pytest

from marriage.domain import divorce as module
from marriage.domain.divorce import (
    Agreement,
    AgreementIncomplete,
    AgreementMissing,
    Appearance,
    BothRequired,
    CollectionWindowOver,
    CoolingOffOver,
    Divorce,
    DivorceAction,
    DivorceStatus,
    MarriageNotRegisteredInMainland,
    NoCapacity,
    NotAParty,
    NotVoluntaryDivorce,
    PlaceOfRegistration,
    ReceiptMissing,
    ReviewFinding,
    Spouse,
    Termination,
    TerminationGround,
    TooEarly,
    WrongOffice,
    require_acceptable,
    require_two_spouses,
)
from marriage.domain.divorce_dates import counted_again, divorce_dates
from marriage.domain.party import Document, DocumentKind, Domicile, Residence, SamePersonTwice, Side
from shared.kernel.calendar import WorkingCalendar, default_calendar
from shared.kernel.clock import CHINA
from shared.kernel.identity_number import Sex, synthetic_identity_number
from shared.kernel.names import PersonName
from shared.kernel.workflow import ActionNotPossible

OFFICE, ELSEWHERE = UUID(int=1), UUID(int=2)
CLOSING = time(18)
BOTH = {Side.FIRST: Appearance(True), Side.SECOND: Appearance(True)}
AGREED = Agreement(True, True, "由母亲抚养", "各归各有", "无", True)
HOME = Domicile(Residence.MAINLAND, "500103")


def paper(seed: int, sex: Sex) -> Document:
    return Document(DocumentKind.ID_CARD, synthetic_identity_number(seed, date(1990, 1, 1), sex).plain)


WIFE, HUSBAND = paper(1, Sex.FEMALE), paper(1, Sex.MALE)


def at(day: str, hour: int = 10) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(hour), CHINA)


def applied(day: str) -> Divorce:
    return Divorce(
        id=UUID(int=9), division="500103000000", application_no="LS1", office_id=OFFICE,
        status=DivorceStatus.COOLING_OFF, dates=divorce_dates(date.fromisoformat(day), default_calendar()),
        marriage_certificate_no=None, registration_id=None, crosses_provinces=False, registrar="officer-a",
        spouses=(Spouse(PersonName("测试甲"), WIFE, HOME), Spouse(PersonName("测试乙"), HUSBAND, HOME)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "received", "cooling_end", "window_start", "window_end"),
    [
        (15, "2026-01-05", "2026-02-04", "2026-02-05", "2026-03-06"),
        (16, "2026-01-19", "2026-02-24", "2026-02-25", "2026-03-26"),
        (18, "2026-04-01", "2026-05-06", "2026-05-07", "2026-06-05"),
        (20, "2026-05-20", "2026-06-22", "2026-06-23", "2026-07-22"),
        (21, "2026-07-01", "2026-07-31", "2026-08-01", "2026-08-31"),
        (23, "2026-08-21", "2026-09-20", "2026-09-21", "2026-10-20"),
        (25, "2026-01-15", "2026-02-14", "2026-02-15", "2026-03-16"),
    ],
)
def test_the_worked_dates_of_a_divorce(
    number: int, received: str, cooling_end: str, window_start: str, window_end: str
) -> None:
    dates = divorce_dates(date.fromisoformat(received), default_calendar())
    found = (dates.cooling_end, dates.window_start, dates.window_end)
    assert [str(day) for day in found] == [cooling_end, window_start, window_end], number
    assert (dates.provisional, dates.calendar_version) == (False, default_calendar().version)


def test_both_last_days_are_working_days_and_thirty_days_or_more_whatever_the_day() -> None:
    calendar = default_calendar()
    for n in range(330):
        day = date(2025, 1, 2) + timedelta(days=n)
        dates = divorce_dates(day, calendar)
        assert calendar.is_working_day(dates.cooling_end), day
        assert calendar.is_working_day(dates.window_end), day
        before = [day + timedelta(days=30 + k) for k in range((dates.cooling_end - day).days - 30)]
        assert not any(map(calendar.is_working_day, before)), day
        assert dates.window_start == dates.cooling_end + timedelta(days=1)
        assert (dates.window_end - dates.cooling_end).days >= 30


def test_days_that_touch_a_year_without_a_list_are_provisional_and_counted_again_with_it() -> None:
    whole = default_calendar()
    last = whole.years[-1]
    without = WorkingCalendar(whole.years[:-1])
    day = date(last.year - 1, 12, 1)
    guessed = divorce_dates(day, without)
    assert guessed.provisional
    again = counted_again(guessed, whole)
    assert again == divorce_dates(day, whole)
    assert not again.provisional
    sure = divorce_dates(date(last.year, 3, 2), whole)
    assert counted_again(sure, WorkingCalendar(whole.years[:-1])).cooling_end >= sure.cooling_end


def test_certain_days_never_move_to_earlier_ones() -> None:
    whole = default_calendar()
    rolled = divorce_dates(date(2026, 1, 19), whole)
    earlier = WorkingCalendar(year for year in whole.years if year.year != 2026)
    again = counted_again(rolled, earlier)
    assert (again.cooling_end, again.window_end) == (rolled.cooling_end, rolled.window_end)
    assert again.calendar_version == earlier.version


@pytest.mark.parametrize(("status", "action"), list(product(DivorceStatus, DivorceAction)))
def test_the_whole_matrix_of_a_divorce(status: DivorceStatus, action: DivorceAction) -> None:
    s, a = DivorceStatus, DivorceAction
    allowed = {
        s.COOLING_OFF: {
            a.REPLACE_AGREEMENT: s.COOLING_OFF, a.WITHDRAW: s.WITHDRAWN, a.END_COOLING: s.COLLECTIBLE,
            a.TERMINATE: s.TERMINATED,
        },
        s.COLLECTIBLE: {
            a.REPLACE_AGREEMENT: s.COLLECTIBLE, a.REGISTER: s.REGISTERED, a.REFUSE: s.COLLECTIBLE,
            a.REJECT: s.REJECTED, a.LAPSE: s.LAPSED, a.TERMINATE: s.TERMINATED,
        },
        s.REGISTERED: {a.ISSUE: s.CERTIFICATE_ISSUED, a.SUPERSEDE: s.REGISTERED},
        s.CERTIFICATE_ISSUED: {a.SUPERSEDE: s.CERTIFICATE_ISSUED},
    }.get(status, {})  # fmt: skip
    if action in allowed:
        assert module.WORKFLOW.next(status, action) is allowed[action]
    else:
        with pytest.raises(ActionNotPossible):
            module.WORKFLOW.next(status, action)


def withdraw(divorce: Divorce, day: str, hour: int = 10, office: UUID = OFFICE, **changes: bool) -> None:
    moment = at(day, hour)
    divorce.advance(moment.date())
    papers = {"has_receipt": True, "loss_note": False, **changes}
    divorce.withdraw(WIFE, office_id=office, at=moment, closing=CLOSING, **papers)


def register(
    divorce: Divorce, day: str, hour: int = 10, office: UUID = OFFICE, seen: dict[Side, Appearance] | None = None
) -> None:
    moment = at(day, hour)
    divorce.advance(moment.date())
    divorce.register(seen or BOTH, office_id=office, at=moment, closing=CLOSING)


def test_example_27_withdrawal_until_closing_on_the_last_day_and_not_after() -> None:
    divorce = applied("2026-01-05")
    withdraw(divorce, "2026-02-04", hour=17)
    assert divorce.status is DivorceStatus.WITHDRAWN
    assert divorce.facts.withdrawal is not None
    assert divorce.facts.withdrawal.side is Side.FIRST
    for day, hour in (("2026-02-04", 18), ("2026-02-05", 9), ("2026-03-06", 9), ("2026-03-07", 9), ("2026-06-01", 9)):
        with pytest.raises(CoolingOffOver):
            withdraw(applied("2026-01-05"), day, hour=hour)


def test_example_27_both_collect_within_the_window_at_the_receiving_office() -> None:
    for day in ("2026-01-05", "2026-02-04"):
        with pytest.raises(TooEarly):
            register(applied("2026-01-05"), day)
    for day in ("2026-02-05", "2026-02-10", "2026-03-06"):
        divorce = applied("2026-01-05")
        register(divorce, day)
        assert (divorce.status, str(divorce.facts.registered_on)) == (DivorceStatus.REGISTERED, day)
    with pytest.raises(WrongOffice):
        register(applied("2026-01-05"), "2026-02-10", office=ELSEWHERE)
    alone = {Side.FIRST: Appearance(False), Side.SECOND: Appearance(True)}
    with pytest.raises(BothRequired):
        register(applied("2026-01-05"), "2026-02-10", seen=alone)
    with pytest.raises(CollectionWindowOver):
        register(applied("2026-01-05"), "2026-03-06", hour=18)
    with pytest.raises(CollectionWindowOver):
        register(applied("2026-01-05"), "2026-03-07")


def test_example_27_nobody_comes_and_the_application_lapses_the_day_after() -> None:
    divorce = applied("2026-01-05")
    assert not divorce.advance(date(2026, 2, 4))
    assert divorce.advance(date(2026, 2, 5))
    assert divorce.status is DivorceStatus.COLLECTIBLE
    assert not divorce.advance(date(2026, 3, 6))
    assert divorce.advance(date(2026, 3, 7))
    assert (divorce.status, divorce.happened) == (DivorceStatus.LAPSED, ["cooled", "lapsed"])
    late = applied("2026-01-05")
    late.advance(date(2026, 3, 7))
    assert late.status is DivorceStatus.LAPSED


def test_example_28_what_is_not_accepted() -> None:
    with pytest.raises(MarriageNotRegisteredInMainland):
        require_acceptable(PlaceOfRegistration.ABROAD, AGREED, BOTH)
    guarded = {**BOTH, Side.SECOND: Appearance(True, has_capacity=False)}
    with pytest.raises(NoCapacity):
        require_acceptable(PlaceOfRegistration.MAINLAND, AGREED, guarded)
    forced = {**BOTH, Side.SECOND: Appearance(True, is_willing=False)}
    with pytest.raises(NotVoluntaryDivorce):
        require_acceptable(PlaceOfRegistration.MAINLAND, AGREED, forced)
    with pytest.raises(AgreementMissing):
        require_acceptable(PlaceOfRegistration.MAINLAND, None, BOTH)
    require_acceptable(PlaceOfRegistration.MAINLAND, AGREED, BOTH)


@pytest.mark.parametrize(
    ("agreement", "missing"),
    [
        (Agreement(False, True, "x", "x", "x", True), ["is_voluntary"]),
        (Agreement(True, True, None, "x", "x", True), ["children"]),
        (Agreement(True, True, "x", None, "x", True), ["property"]),
        (Agreement(True, True, "x", "x", None, True), ["debts"]),
        (Agreement(True, True, None, None, None, True), ["children", "property", "debts"]),
    ],
)
def test_an_agreement_speaks_of_everything_the_law_names(agreement: Agreement, missing: list[str]) -> None:
    with pytest.raises(AgreementIncomplete) as refused:
        agreement.require_complete()
    assert refused.value.facts["missing"] == missing
    Agreement(True, False, None, "x", "x", True).require_complete()
    with pytest.raises(AgreementMissing):
        Agreement(True, False, None, "x", "x", False).require_complete()


def test_withdrawing_needs_the_receipt_or_a_note_and_a_party_and_the_office() -> None:
    with pytest.raises(ReceiptMissing):
        withdraw(applied("2026-01-05"), "2026-01-10", has_receipt=False)
    divorce = applied("2026-01-05")
    withdraw(divorce, "2026-01-10", has_receipt=False, loss_note=True)
    assert divorce.facts.withdrawal is not None
    assert divorce.facts.withdrawal.receipt_lost
    with pytest.raises(WrongOffice):
        withdraw(applied("2026-01-05"), "2026-01-10", office=ELSEWHERE)
    with pytest.raises(NotAParty):
        applied("2026-01-05").withdraw(
            paper(7, Sex.MALE), office_id=OFFICE, has_receipt=True, loss_note=False, at=at("2026-01-10"),
            closing=CLOSING,
        )  # fmt: skip


def test_a_failed_review_may_be_cured_within_the_window_or_not() -> None:
    divorce = applied("2026-01-05")
    moment = at("2026-02-10")
    divorce.advance(moment.date())
    divorce.refuse(ReviewFinding.PAPERS_MISSING, BOTH, office_id=OFFICE, at=moment, closing=CLOSING)
    assert divorce.status is DivorceStatus.COLLECTIBLE
    divorce.refuse(ReviewFinding.CAPACITY_LOST, BOTH, office_id=OFFICE, at=moment, closing=CLOSING)
    assert (divorce.status, divorce.facts.ended_on) == (DivorceStatus.REJECTED, date(2026, 2, 10))
    unwilling = applied("2026-01-05")
    with pytest.raises(NotVoluntaryDivorce):
        register(unwilling, "2026-02-10", seen={**BOTH, Side.FIRST: Appearance(True, is_willing=False)})


def test_death_ends_an_open_application_and_nothing_ends_a_closed_one() -> None:
    divorce = applied("2026-01-05")
    death = Termination(TerminationGround.DEATH, "测试证明", date(2026, 1, 9))
    divorce.terminate(death, today=date(2026, 1, 10))
    assert divorce.status is DivorceStatus.TERMINATED
    with pytest.raises(ActionNotPossible):
        divorce.terminate(death, today=date(2026, 1, 10))


def test_one_person_cannot_act_for_both() -> None:
    wife = Spouse(PersonName("测试甲"), WIFE, HOME)
    with pytest.raises(SamePersonTwice):
        require_two_spouses((wife, wife))
