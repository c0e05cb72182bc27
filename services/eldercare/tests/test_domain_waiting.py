"""Lanes, points, order, draws, offers and applications without a database; worked examples of §16 by number."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from eldercare.domain import admission as admissions
from eldercare.domain import offer as offers
from eldercare.domain.admission import Application, Channel, Misses, Wishes
from eldercare.domain.bed import BedClass, Gender, Purpose
from eldercare.domain.contract import ContractClause, ContractClausesMissing, ContractNotSigned, sign
from eldercare.domain.offer import Offer, OfferHasEnded, OfferStillRuns, admission_due, offer_expiry
from eldercare.domain.priority import (
    Entry,
    Factor,
    Lane,
    LaneGround,
    PriorityRules,
    QueuedAfterTheDay,
    RuleUnreadable,
    position_among,
    ranking,
    rules_of,
    standing_of,
)
from eldercare.domain.resident import (
    Circumstances,
    DisabilityGradeOutOfRange,
    Family,
    Means,
    Merit,
    NotElder,
    Resident,
    require_elder,
)
from eldercare.domain.stay import trial_end
from eldercare.domain.waiting_list import (
    Candidate,
    FreeBed,
    NobodyFits,
    NursingBedNeeded,
    Reserve,
    Skip,
    draw,
    median_wait,
    owed_reserve,
    require_fit,
    shifts,
    skip_reason,
)
from shared.kernel.calendar import Deadline, default_calendar
from shared.kernel.clock import CHINA
from shared.kernel.identity_number import Sex, synthetic_identity_number
from shared.kernel.names import PersonName
from shared.kernel.parameters import load_toml
from shared.kernel.spans import Span
from shared.kernel.workflow import ActionNotPossible

BOOK = load_toml(Path(__file__).parents[1] / "src/eldercare/data/parameters.toml")
DAY = date(2026, 9, 10)
RULES = rules_of(BOOK.reader(DAY))
NOW = datetime(2026, 9, 10, 9, 0, tzinfo=CHINA)
MISSES = Misses(to_tail=2, to_remove=3)


def entry(number: str, circumstances: Circumstances, level: int | None, born: date, queued_on: date) -> Entry:
    queued_at = datetime(queued_on.year, queued_on.month, queued_on.day, 9, tzinfo=CHINA)
    return Entry(UUID(int=int(number, 36)), number, circumstances, level, born, queued_at, queued_on)


def someone(means: Means, family: Family) -> Circumstances:
    return Circumstances(means, frozenset({family}))


EXAMPLE_18 = [
    entry("P", someone(Means.EXTREME_HARDSHIP, Family.CHILDLESS_ALONE), 2, date(1952, 1, 1), date(2026, 8, 1)),
    entry("Q", someone(Means.SUBSISTENCE_ALLOWANCE, Family.EMPTY_NEST), 3, date(1946, 1, 1), date(2026, 1, 10)),
    entry("R", someone(Means.NEAR_POOR, Family.EMPTY_NEST), 3, date(1934, 1, 1), date(2025, 9, 15)),
    entry("S", someone(Means.ORDINARY, Family.FAMILY_PLANNING), 2, date(1952, 1, 1), date(2025, 3, 1)),
    entry("T", someone(Means.ORDINARY, Family.LIVING_ALONE), 4, date(1938, 1, 1), date(2024, 6, 30)),
]  # fmt: skip


def test_example_18_lanes_points_and_order() -> None:
    ranked = ranking(reversed(EXAMPLE_18), on=DAY, rules=RULES)
    assert [(one.entry.number, int(one.standing.lane), one.standing.points) for one in ranked] == [
        ("P", 1, 55), ("Q", 2, 66), ("R", 2, 64), ("S", 2, 38), ("T", 3, 59),
    ]  # fmt: skip
    assert [one.standing.factors[Factor.WAITING] for one in ranked] == [0, 1, 2, 3, 4]


def test_the_order_does_not_depend_on_the_order_of_the_rows() -> None:
    dice = random.Random(7)
    many = [
        entry(
            f"N{n:04d}", Circumstances(dice.choice(list(Means)), frozenset(dice.sample(list(Family), 2))),
            dice.randint(0, 4), date(1930 + dice.randint(0, 30), 1, 1), date(2026, 1, 1 + dice.randint(0, 3)),
        )
        for n in range(400)
    ]  # fmt: skip
    first = [one.entry.number for one in ranking(many, on=DAY, rules=RULES)]
    for _ in range(5):
        dice.shuffle(many)
        assert [one.entry.number for one in ranking(many, on=DAY, rules=RULES)] == first
    places = [position_among(many, one, on=DAY, rules=RULES) for one in many]
    assert sorted(places) == list(range(1, 401))
    assert [first[place - 1] for place in places] == [one.number for one in many]


def test_equal_places_are_told_apart_by_the_queue_and_then_by_the_number() -> None:
    base = EXAMPLE_18[4]
    later = replace(base, id=UUID(int=901), number="A", queued_at=base.queued_at + timedelta(seconds=1))
    same = replace(base, id=UUID(int=902), number="U")
    assert [one.entry.number for one in ranking([later, same, base], on=DAY, rules=RULES)] == ["T", "U", "A"]


@pytest.mark.parametrize(
    ("circumstances", "level", "born", "lane", "ground"),
    [
        (Circumstances(Means.SUBSISTENCE_ALLOWANCE), 1, date(1950, 1, 1), 2, LaneGround.LOW_INCOME_DISABLED),
        (Circumstances(Means.SUBSISTENCE_ALLOWANCE), 0, date(1950, 1, 1), 3, LaneGround.ELDER),
        (Circumstances(Means.OTHER_LOW_INCOME), 4, date(1950, 1, 1), 3, LaneGround.DISABLED_OR_VERY_OLD),
        (Circumstances(merits=frozenset({Merit.ENTITLED})), 0, date(1950, 1, 1), 3, LaneGround.ELDER),
        (Circumstances(merits=frozenset({Merit.ENTITLED})), 1, date(1950, 1, 1), 2, LaneGround.ENTITLED_DISABLED),
        (Circumstances(merits=frozenset({Merit.BRAVE_CITIZEN})), 0, date(1950, 1, 1), 2, LaneGround.MERIT),
        (Circumstances(merits=frozenset({Merit.CARE_WORKER})), 0, date(1950, 1, 1), 2, LaneGround.CARE_WORKER),
        (Circumstances(disability_grade=2), 0, date(1950, 1, 1), 2, LaneGround.SEVERE_DISABILITY),
        (Circumstances(disability_grade=3), 0, date(1950, 1, 1), 3, LaneGround.ELDER),
        (Circumstances(), 0, date(1946, 9, 10), 3, LaneGround.DISABLED_OR_VERY_OLD),
        (Circumstances(), 0, date(1946, 9, 11), 3, LaneGround.ELDER),
        (Circumstances(Means.EXTREME_HARDSHIP), None, date(1970, 1, 1), 1, LaneGround.EXTREME_HARDSHIP),
    ],
)
def test_lanes(circumstances: Circumstances, level: int | None, born: date, lane: int, ground: LaneGround) -> None:
    standing = standing_of(circumstances, level=level, born=born, queued_on=DAY, on=DAY, rules=RULES)
    assert (int(standing.lane), standing.ground) == (lane, ground)


def test_the_most_points_are_100() -> None:
    everything = Circumstances(Means.EXTREME_HARDSHIP, frozenset(Family), frozenset(Merit), 1)
    standing = standing_of(everything, level=4, born=date(1930, 1, 1), queued_on=date(2020, 1, 1), on=DAY, rules=RULES)
    assert standing.points == 100


@pytest.mark.parametrize(("days", "points"), [(0, 0), (179, 0), (180, 1), (899, 4), (900, 5), (1080, 5)])
def test_waiting_gives_a_point_for_every_full_180_days(days: int, points: int) -> None:
    standing = standing_of(
        Circumstances(), level=0, born=date(1960, 1, 1), queued_on=DAY - timedelta(days=days), on=DAY, rules=RULES
    )
    assert standing.points == points


@pytest.mark.parametrize(
    ("born", "points"),
    [(date(1936, 9, 10), 15), (date(1936, 9, 11), 10), (date(1946, 9, 10), 10), (date(1946, 9, 11), 5),
     (date(1956, 9, 10), 5), (date(1956, 9, 11), 0)],
)  # fmt: skip
def test_age_points_begin_on_the_birthday(born: date, points: int) -> None:
    standing = standing_of(Circumstances(), level=0, born=born, queued_on=DAY, on=DAY, rules=RULES)
    assert standing.factors[Factor.AGE] == points


def test_nobody_waits_before_being_queued_and_rules_are_read_strictly() -> None:
    with pytest.raises(QueuedAfterTheDay):
        standing_of(
            Circumstances(), level=0, born=date(1950, 1, 1), queued_on=DAY + timedelta(days=1), on=DAY, rules=RULES
        )
    for wrong in ({"ability": [1, 2]}, {"wait_days": 0}, {"merit": -1}, {"age": [(70, 5), (80, 10)]}):
        with pytest.raises(RuleUnreadable):
            RULES.changed(**wrong)
    with pytest.raises(DisabilityGradeOutOfRange):
        Circumstances(disability_grade=5)


def test_example_10_an_elder_is_sixty_on_the_day() -> None:
    born = date(1966, 11, 23)
    with pytest.raises(NotElder):
        require_elder(born, date(2026, 11, 22), elder_age=60, extreme_hardship=False)
    require_elder(born, date(2026, 11, 23), elder_age=60, extreme_hardship=False)
    require_elder(date(1968, 5, 1), date(2026, 11, 22), elder_age=60, extreme_hardship=True)


def test_a_simulation_says_whom_a_rule_would_move_and_changes_nothing() -> None:
    before = ranking(EXAMPLE_18, on=DAY, rules=RULES)
    nansha = RULES.changed(means={}, age=[], family={}, merit=0, disability=0, wait_cap=0)
    by_care = ranking(EXAMPLE_18, on=DAY, rules=nansha)
    assert [one.entry.number for one in by_care] == ["P", "R", "Q", "S", "T"]
    moved = shifts(before, by_care)
    assert [(shift.before.entry.number, shift.before.position, shift.after.position) for shift in moved] == [
        ("Q", 2, 3), ("R", 3, 2),
    ]  # fmt: skip
    assert ranking(EXAMPLE_18, on=DAY, rules=RULES) == before


# --- the draw ------------------------------------------------------------------------------------------------


def candidate(n: int, **changes: object) -> Candidate:
    ranked = ranking(EXAMPLE_18, on=DAY, rules=RULES)[n]
    facts: dict[str, object] = {
        "ranked": ranked, "sex": Sex.FEMALE, "bed_class": None, "highest_bed_fee_fen": None, "assessed": True,
        "publicity_over": True, **changes,
    }  # fmt: skip
    return Candidate(**facts)  # type: ignore[arg-type]


NURSING = FreeBed(UUID(int=1), BedClass.NURSING, monthly_fee_fen=120_000)
PLENTY = Reserve(free=10, owed=0)


@pytest.mark.parametrize(
    ("who", "bed", "reserve", "reason"),
    [
        (candidate(1), NURSING, PLENTY, None),
        (candidate(1, has_a_bed=True), NURSING, PLENTY, Skip.HAS_A_BED),
        (candidate(1, assessed=False), NURSING, PLENTY, Skip.ASSESSMENT),
        (candidate(1, publicity_over=False), NURSING, PLENTY, Skip.PUBLICITY),
        (candidate(0, publicity_over=False), NURSING, PLENTY, None),
        (candidate(1, bed_class=BedClass.ORDINARY), NURSING, PLENTY, Skip.BED_CLASS),
        (candidate(1), replace(NURSING, bed_class=BedClass.ORDINARY), PLENTY, Skip.CARE_NEED),
        (candidate(3), replace(NURSING, bed_class=BedClass.ORDINARY), PLENTY, None),
        (candidate(1), replace(NURSING, gender=Gender.MALE), PLENTY, Skip.SEX),
        (candidate(1), replace(NURSING, gender=Gender.COUPLE), PLENTY, None),
        (candidate(1, highest_bed_fee_fen=119_999), NURSING, PLENTY, Skip.PRICE),
        (candidate(1, highest_bed_fee_fen=120_000), NURSING, PLENTY, None),
        (candidate(1), NURSING, Reserve(free=2, owed=2), Skip.RESERVED),
        (candidate(1), NURSING, Reserve(free=3, owed=2), None),
        (candidate(0), NURSING, Reserve(free=2, owed=2), None),
        (candidate(1), replace(NURSING, purpose=Purpose.HARDSHIP_RESERVED), PLENTY, Skip.RESERVED),
    ],
)
def test_why_a_place_is_passed_over(who: Candidate, bed: FreeBed, reserve: Reserve, reason: Skip | None) -> None:
    assert skip_reason(who, bed, reserve, nursing_from=3) is reason


def test_a_draw_takes_the_first_that_fits_and_records_those_before() -> None:
    many = [candidate(0, bed_class=BedClass.ORDINARY), candidate(1, assessed=False), candidate(2), candidate(3)]
    drawn = draw(many, NURSING, PLENTY, nursing_from=3)
    assert drawn.chosen is many[2]
    assert [reason for _, reason in drawn.skipped] == [Skip.BED_CLASS, Skip.ASSESSMENT]
    with pytest.raises(NobodyFits):
        draw(many[:2], NURSING, PLENTY, nursing_from=3)


def test_what_is_owed_to_the_extremely_poor() -> None:
    assert owed_reserve(5, 2, 1, 100) == 2
    assert owed_reserve(5, 4, 3, 100) == 0
    assert owed_reserve(5, 0, 0, 50) == 3


def test_fit_and_median() -> None:
    require_fit(2, BedClass.ORDINARY, 3)
    require_fit(3, BedClass.NURSING, 3)
    require_fit(None, BedClass.ORDINARY, 3)
    with pytest.raises(NursingBedNeeded):
        require_fit(3, BedClass.ORDINARY, 3)
    assert (median_wait([]).days, median_wait([]).sample_size) == (None, 0)
    assert (median_wait([30, 10, 20, 40]).days, median_wait([5]).days) == (25.0, 5.0)


# --- offers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notified_on", "expires_on"),
    [(date(2026, 9, 28), date(2026, 10, 8)), (date(2026, 6, 12), date(2026, 6, 22)),
     (date(2026, 11, 23), date(2026, 11, 30))],
)  # fmt: skip
def test_example_19_the_last_day_of_an_offer(notified_on: date, expires_on: date) -> None:
    assert offer_expiry(notified_on, default_calendar(), BOOK.reader(notified_on)).on == expires_on


def test_an_offer_into_a_year_without_a_calendar_is_provisional() -> None:
    due = offer_expiry(date(2026, 12, 28), default_calendar(), BOOK.reader(date(2026, 12, 28)))
    assert (due.on, due.provisional) == (date(2027, 1, 4), True)


def test_after_accepting_ten_working_days_remain() -> None:
    assert admission_due(date(2026, 9, 24), default_calendar(), BOOK.reader(DAY)).on == date(2026, 10, 15)


def test_example_20_a_trial_of_thirty_days() -> None:
    assert trial_end(date(2026, 3, 2), 30) == date(2026, 4, 1)


OFFER_MATRIX = {
    "OPEN": {"accept": "ACCEPTED", "decline": "DECLINED", "expire": "EXPIRED", "take-back": "TAKEN_BACK"},
    "ACCEPTED": {"fulfil": "FULFILLED", "lapse": "LAPSED", "take-back": "TAKEN_BACK"},
}
OPEN_MATRIX = {"reassess", "withdraw"}
ADMISSION_MATRIX = {
    "DRAFT": {"edit": "DRAFT", "submit": "SUBMITTED"},
    "SUBMITTED": {"take-up": "UNDER_REVIEW"},
    "UNDER_REVIEW": {"return": "RETURNED", "reject": "REJECTED", "waitlist": "WAITLISTED"},
    "RETURNED": {"edit": "RETURNED", "submit": "SUBMITTED"},
    "WAITLISTED": {"object": "UNDER_REVIEW", "offer": "OFFERED", "remove": "REMOVED"},
    "OFFERED": {"accept": "ACCEPTED", "decline": "WAITLISTED", "expire": "WAITLISTED", "take-back": "WAITLISTED"},
    "ACCEPTED": {"sign": "ACCEPTED", "admit": "ADMITTED", "expire": "WAITLISTED", "take-back": "WAITLISTED"},
}


@pytest.mark.parametrize("status", offers.Status)
@pytest.mark.parametrize("action", offers.Action)
def test_offer_workflow_is_what_the_matrix_says(status: offers.Status, action: offers.Action) -> None:
    then = OFFER_MATRIX.get(status.value, {}).get(action.value)
    if then is None:
        with pytest.raises(ActionNotPossible):
            offers.WORKFLOW.next(status, action)
    else:
        assert offers.WORKFLOW.next(status, action).value == then


@pytest.mark.parametrize("status", admissions.Status)
@pytest.mark.parametrize("action", admissions.Action)
def test_admission_workflow_is_what_the_matrix_says(status: admissions.Status, action: admissions.Action) -> None:
    matrix = {
        name: {**row, "reassess": name, "withdraw": "WITHDRAWN"} for name, row in ADMISSION_MATRIX.items()
    }  # fmt: skip
    then = matrix.get(status.value, {}).get(action.value)
    if then is None:
        with pytest.raises(ActionNotPossible):
            admissions.WORKFLOW.next(status, action)
    else:
        assert admissions.WORKFLOW.next(status, action).value == then


# --- one application through its life ------------------------------------------------------------------------


def waiting() -> Application:
    application = Application(
        id=UUID(int=5), division="500103001000", number="YL1", institution_id=UUID(int=6),
        elder=Resident(PersonName.parse("测试甲"), synthetic_identity_number(1, date(1940, 1, 1), Sex.MALE)),
        phone=None, applicant="app|a", channel=Channel.APPLICANT, circumstances=Circumstances(), wishes=Wishes(),
        level=2, assessment_id=UUID(int=7), status=admissions.Status.DRAFT,
    )  # fmt: skip
    application.submit(level=2, assessment_id=UUID(int=7), today=DAY, review_due=Deadline(DAY, False, ""))
    application.take_up()
    application.waitlist(at=NOW, publicity_ends=Deadline(DAY + timedelta(days=7), False, ""))
    return application


def offer_to(application: Application, on: date = DAY) -> None:
    expires = Deadline(on + timedelta(days=7), False, "")
    application.receive(
        Offer(UUID(int=len(application.offers) + 20), UUID(int=8), on, expires), lane=Lane.ORDINARY, at=NOW
    )


def test_first_refusal_keeps_the_place_second_moves_to_the_tail_third_removes() -> None:
    application = waiting()
    queued_at = application.queued_at
    later = NOW + timedelta(days=1)
    offer_to(application)
    application.decline(at=later, misses=MISSES)
    assert (application.status.value, application.queued_at) == ("WAITLISTED", queued_at)
    offer_to(application)
    with pytest.raises(OfferStillRuns):
        application.run_out(at=NOW + timedelta(days=7), misses=MISSES)
    assert application.status.value == "OFFERED"
    out = NOW + timedelta(days=8)
    application.run_out(at=out, misses=MISSES)
    assert (application.status.value, application.queued_at) == ("WAITLISTED", out)
    assert application.first_queued_on == DAY
    offer_to(application, on=DAY + timedelta(days=9))
    application.decline(at=NOW + timedelta(days=9), misses=MISSES)
    assert (application.status.value, application.ended_on) == ("REMOVED", DAY + timedelta(days=9))
    assert [move.why.value for move in application.moves] == [
        "QUEUED", "OFFERED", "RETURNED_TO_LIST", "OFFERED", "TO_THE_TAIL", "OFFERED", "REMOVED",
    ]  # fmt: skip


def test_an_offer_is_answered_by_its_last_day_and_no_later() -> None:
    on_time = waiting()
    offer_to(on_time)
    on_time.accept(today=DAY + timedelta(days=7), admit_by=Deadline(DAY + timedelta(days=21), False, ""))
    late = waiting()
    offer_to(late)
    with pytest.raises(OfferHasEnded):
        late.accept(today=DAY + timedelta(days=8), admit_by=Deadline(DAY, False, ""))
    with pytest.raises(OfferHasEnded):
        late.decline(at=NOW + timedelta(days=8), misses=MISSES)
    assert (late.status.value, late.offers[-1].status.value) == ("OFFERED", "OPEN")


def test_nobody_moves_in_without_a_contract_or_too_late() -> None:
    application = waiting()
    offer_to(application)
    admit_by = Deadline(DAY + timedelta(days=14), False, "")
    application.accept(today=DAY, admit_by=admit_by)
    with pytest.raises(ContractNotSigned):
        application.admit(on=DAY, stay_id=UUID(int=30), at=NOW)
    application.sign(
        sign(id=UUID(int=31), signed_on=DAY, term=Span(DAY), care_level=2, monthly_fee_fen=1, clauses=ContractClause,
             today=DAY)
    )  # fmt: skip
    with pytest.raises(OfferHasEnded):
        application.admit(on=DAY, stay_id=UUID(int=30), at=NOW + timedelta(days=15))
    application.admit(on=DAY, stay_id=UUID(int=30), at=NOW + timedelta(days=14))
    assert (application.status.value, application.offers[-1].status.value) == ("ADMITTED", "FULFILLED")
    lapsed = waiting()
    offer_to(lapsed)
    lapsed.accept(today=DAY, admit_by=admit_by)
    lapsed.run_out(at=NOW + timedelta(days=15), misses=MISSES)
    assert (lapsed.status.value, lapsed.offers[-1].status.value, lapsed.misses) == ("WAITLISTED", "LAPSED", 1)


def test_an_offer_taken_back_by_the_institution_costs_nothing() -> None:
    application = waiting()
    offer_to(application)
    application.take_back(reason="床位维修", at=NOW)
    assert (application.misses, application.status.value) == (0, "WAITLISTED")


def test_an_objection_counts_within_the_publicity_only() -> None:
    application = waiting()
    with pytest.raises(admissions.PublicityOver):
        application.object_to(reason="查实", at=NOW + timedelta(days=8))
    application.object_to(reason="查实", at=NOW + timedelta(days=7))
    assert (application.status.value, application.queued_at) == ("UNDER_REVIEW", None)


def test_an_applicant_is_assessed_before_and_waits_at_two_institutions_at_most() -> None:
    draft = replace(waiting(), status=admissions.Status.DRAFT)
    with pytest.raises(admissions.AssessmentNeeded):
        draft.submit(level=None, assessment_id=None, today=DAY, review_due=Deadline(DAY, False, ""))
    here, there, third = (UUID(int=n) for n in (1, 2, 3))
    admissions.require_room_for_another([here], there, most=2)
    with pytest.raises(admissions.TooManyOpenApplications):
        admissions.require_room_for_another([here, there], third, most=2)
    with pytest.raises(admissions.AppliedHereBefore):
        admissions.require_room_for_another([here], here, most=2)


def test_a_contract_has_every_required_clause() -> None:
    for left_out in ContractClause:
        with pytest.raises(ContractClausesMissing) as refused:
            sign(id=UUID(int=1), signed_on=DAY, term=Span(DAY), care_level=2, monthly_fee_fen=1,
                 clauses=[clause for clause in ContractClause if clause is not left_out], today=DAY)  # fmt: skip
        assert refused.value.facts["missing"] == [left_out.value]


def test_rules_are_an_object_that_says_no_to_nonsense() -> None:
    with pytest.raises(RuleUnreadable):
        PriorityRules([0] * 5, {}, [], {}, 0, 0, 180, 5, frozenset({"ANYTHING"}))
