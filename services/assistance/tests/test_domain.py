"""The rules, without a database: both workflows walked whole, the rulebook's worked examples, and properties."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import assistance
from assistance.domain import standard as standards
from assistance.domain.deadlines import (
    Clocks,
    ClockState,
    DecisionMode,
    ExtensionReason,
    start_clocks,
    start_refusal_notice,
)
from assistance.domain.means_test import (
    NEVER_COUNTED,
    Finding,
    Income,
    IncomeKind,
    Means,
    NoHouseholdMember,
    Outcome,
    Rounding,
    Verdict,
    examine_means,
    rounded,
)
from assistance.domain.standard import (
    AmountNotWholeYuan,
    Programme,
    Residence,
    ResidenceDoesNotFit,
    Standard,
    StandardAction,
    StandardStatus,
    StartsBeforeLatestStandard,
    alerts_of,
    propose_standard,
)
from shared.kernel.calendar import default_calendar
from shared.kernel.clock import CHINA
from shared.kernel.divisions import Area
from shared.kernel.parameters import Confidence, ParameterBook, load_toml
from shared.kernel.principal import CITY, Principal, SecondPersonRequired
from shared.kernel.workflow import ActionNotPossible

BOOK = load_toml(Path(assistance.__file__).parent / "data" / "parameters.toml")
CALENDAR = default_calendar()
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=CHINA)
ANY_ID = UUID(int=1)
YUAN = 100


def make_standard(yuan: int = 770, valid_from: date = date(2025, 7, 1), **changes: Any) -> Standard:
    """A proposed urban standard of the subsistence allowance."""
    return propose_standard(**{
        "id": ANY_ID, "programme": Programme.SUBSISTENCE_ALLOWANCE, "residence": Residence.URBAN,
        "amount_fen": yuan * YUAN, "valid_from": valid_from, "document": "合成文件",
        "confidence": Confidence.VERIFIED, "by": "officer-a", **changes,
    })  # fmt: skip


def make_clocks(accepted_on: date = date(2026, 11, 2), mode: DecisionMode = DecisionMode.COUNTY) -> Clocks:
    return start_clocks(accepted_on, mode, CALENDAR, BOOK.reader(accepted_on))


def caller(person: str) -> Principal:
    return Principal("issuer", "caseworker", "bureau", Area(CITY), person=person)


def examined(
    *incomes: tuple[IncomeKind, int], persons: int, on: date = date(2026, 5, 6), book: ParameterBook = BOOK,
    standard: Standard | None = None, **found: Any,
) -> Verdict:  # fmt: skip
    """The means test of a household with monthly incomes in yuan, by the urban standard of 770."""
    means = Means(persons, [Income(kind, yuan * YUAN) for kind, yuan in incomes], **found)
    return examine_means(means, standard or make_standard(), on, book.reader(on))


def verdict_of(outcome: Outcome) -> Verdict:
    finding = {Outcome.ELIGIBLE: Finding.PASS, Outcome.NOT_ELIGIBLE: Finding.FAIL}.get(outcome, Finding.NEEDS_REVIEW)
    return examined(persons=1, property_finding=finding)


# --- the workflow of a standard --------------------------------------------------------------------------


@pytest.mark.parametrize("action", StandardAction)
@pytest.mark.parametrize("status", StandardStatus)
def test_every_action_on_a_standard_in_every_status(status: StandardStatus, action: StandardAction) -> None:
    standard = make_standard()
    standard.happened.clear()
    standard.status = status
    expected = {
        StandardAction.CONFIRM: (StandardStatus.PUBLISHED, ["published"]),
        StandardAction.WITHDRAW: (StandardStatus.WITHDRAWN, ["withdrawn"]),
    }[action]
    if status is StandardStatus.PROPOSED:
        do(standard, action)
        assert (standard.status, standard.happened) == expected
    else:
        with pytest.raises(ActionNotPossible):
            do(standard, action)
        assert (standard.status, standard.happened) == (status, [])


def do(standard: Standard, action: StandardAction, latest: Standard | None = None) -> None:
    if action is StandardAction.WITHDRAW:
        standard.withdraw()
    else:
        standard.confirm(
            by=caller("officer-b"), latest=latest, urban_allowance=None, hardship_factor=Decimal("1.3")
        )  # fmt: skip


def test_the_workflow_of_a_standard_knows_every_status_and_every_action() -> None:
    assert set(standards.WORKFLOW.statuses) == set(StandardStatus)
    assert set(standards.WORKFLOW.actions) == set(StandardAction)


def test_nobody_publishes_what_he_proposed() -> None:
    standard = make_standard()
    with pytest.raises(SecondPersonRequired):
        standard.confirm(
            by=caller("officer-a"), latest=None, urban_allowance=None, hardship_factor=Decimal("1.3")
        )  # fmt: skip
    assert (standard.status, standard.confirmed_by) == (StandardStatus.PROPOSED, None)


def test_a_successor_begins_where_its_predecessor_ends() -> None:
    first, second = make_standard(750, date(2024, 9, 1)), make_standard(770, date(2025, 7, 1))
    do(first, StandardAction.CONFIRM)
    do(second, StandardAction.CONFIRM, latest=first)
    assert first.happened[-1] == "superseded"
    assert [s.in_force(date(2025, 6, 30)) for s in (first, second)] == [True, False]
    assert [s.in_force(date(2025, 7, 1)) for s in (first, second)] == [False, True]


@given(starts=st.lists(st.dates(date(2020, 1, 1), date(2020, 3, 1)), min_size=1, max_size=8))
def test_published_standards_of_a_series_never_overlap(starts: list[date]) -> None:
    published: list[Standard] = []
    for start in starts:
        standard, latest = make_standard(valid_from=start), published[-1] if published else None
        if latest is not None and start <= latest.valid_from:
            with pytest.raises(StartsBeforeLatestStandard):
                do(standard, StandardAction.CONFIRM, latest)
            assert (standard.status, latest.valid_to) == (StandardStatus.PROPOSED, None)
        else:
            do(standard, StandardAction.CONFIRM, latest)
            published.append(standard)
    for day in (published[0].valid_from + timedelta(days=n) for n in range(90)):
        assert sum(standard.in_force(day) for standard in published) == 1


@pytest.mark.parametrize(
    ("programme", "residence"),
    [(programme, kind) for programme in Programme for kind in (None, Residence.URBAN, Residence.RURAL)],
)
def test_only_the_subsistence_allowance_differs_by_residence(programme: Programme, residence: Residence | None) -> None:
    if (programme is Programme.SUBSISTENCE_ALLOWANCE) == (residence is not None):
        make_standard(programme=programme, residence=residence)
    else:
        with pytest.raises(ResidenceDoesNotFit):
            make_standard(programme=programme, residence=residence)


@pytest.mark.parametrize("fen", [-100, 0, 1, 77_050])
def test_a_standard_is_a_positive_number_of_whole_yuan(fen: int) -> None:
    with pytest.raises(AmountNotWholeYuan):
        make_standard(amount_fen=fen)


@pytest.mark.parametrize(
    ("urban", "published", "alerts"),
    [
        (717, 932, ()),
        (735, 955, ()),
        (770, 1001, ()),
        (770, 1000, ("HARDSHIP_SUPPORT_BELOW_FLOOR",)),
    ],
)
def test_we_16_extreme_hardship_support_is_measured_after_truncation(
    urban: int, published: int, alerts: tuple[str, ...]
) -> None:
    hardship = make_standard(published, programme=Programme.EXTREME_HARDSHIP_SUPPORT, residence=None)
    factor = BOOK.decimal("tekun.factor", hardship.valid_from)
    assert alerts_of(hardship, make_standard(urban), factor) == alerts


# --- the means test --------------------------------------------------------------------------------------


def test_we_01_the_allowance_is_the_difference_to_the_standard() -> None:
    verdict = examined((IncomeKind.WAGE, 1_500), persons=3)
    assert (verdict.outcome, verdict.amount_fen, verdict.reason_code) == (Outcome.ELIGIBLE, 810 * YUAN, None)
    assert verdict.uncertain == ()


def test_we_02_equal_to_the_standard_is_not_below_it() -> None:
    verdict = examined((IncomeKind.WAGE, 2_310), persons=3)
    assert (verdict.outcome, verdict.amount_fen) == (Outcome.NOT_ELIGIBLE, 0)
    assert verdict.reason_code == "INCOME_BELOW_STANDARD"
    assert verdict.near_poor


def test_we_02_equal_to_one_and_a_half_times_the_standard_is_not_near_poor_either() -> None:
    assert examined((IncomeKind.WAGE, 3_464), persons=3).near_poor
    assert not examined((IncomeKind.WAGE, 3_465), persons=3).near_poor


def test_near_poor_asks_for_property_in_order() -> None:
    assert not examined((IncomeKind.WAGE, 2_310), persons=3, property_finding=Finding.FAIL).near_poor
    assert not examined((IncomeKind.WAGE, 2_310), persons=3, property_finding=Finding.NEEDS_REVIEW).near_poor


def test_we_04_necessary_employment_cost_is_deducted() -> None:
    assert examined((IncomeKind.WAGE, 2_400), persons=3).outcome is Outcome.NOT_ELIGIBLE
    assert examined((IncomeKind.WAGE, 2_400), persons=3, deduction_fen=300 * YUAN).amount_fen == 210 * YUAN


COUPLE_OF_WE_05 = (
    (IncomeKind.PROPERTY, 500),
    (IncomeKind.TRANSFER, 2 * (190 - 143)),
    (IncomeKind.BASIC_PENSION, 2 * 143),
    (IncomeKind.VETERAN_BENEFIT, 600),
)
PENSION_RULE = "income.exclude_basic_pension_until"


def test_we_05_a_the_basic_pension_does_not_count_during_the_plan() -> None:
    verdict = examined(*COUPLE_OF_WE_05, persons=2, on=date(2025, 10, 15))
    assert (verdict.counted_income_fen, verdict.amount_fen) == (594 * YUAN, 946 * YUAN)
    assert verdict.uncertain == ()
    assert "other_reading_amount_fen" not in verdict.clauses[0].figures


def test_we_05_b_after_the_plan_the_unconfirmed_rule_is_named_and_both_readings_are_shown() -> None:
    verdict = examined(*COUPLE_OF_WE_05, persons=2, on=date(2026, 10, 15))
    assert (verdict.counted_income_fen, verdict.amount_fen) == (880 * YUAN, 660 * YUAN)
    assert verdict.uncertain == (PENSION_RULE,)
    figures = verdict.clauses[0].figures
    assert figures["other_reading_counted_income_fen"] == 594 * YUAN
    assert figures["other_reading_amount_fen"] == 946 * YUAN


@pytest.mark.parametrize(("last_day", "amount"), [("2025-12-31", 660), ("2030-12-31", 946)])
def test_we_05_b_a_confirmed_rule_decides_alone(last_day: str, amount: int) -> None:
    confirmed = ParameterBook(
        replace(entry, value=last_day, confidence=Confidence.VERIFIED) if entry.name == PENSION_RULE else entry
        for entry in BOOK
    )
    verdict = examined(*COUPLE_OF_WE_05, persons=2, on=date(2026, 10, 15), book=confirmed)
    assert (verdict.amount_fen, verdict.uncertain) == (amount * YUAN, ())
    assert "other_reading_amount_fen" not in verdict.clauses[0].figures


def test_rounding_is_named_as_uncertain_only_where_it_changes_the_amount() -> None:
    means = Means(1, [Income(IncomeKind.WAGE, 10_001)])
    on = date(2026, 5, 6)
    verdict = examine_means(means, make_standard(), on, BOOK.reader(on))
    assert (verdict.amount_fen, verdict.uncertain) == (670 * YUAN, ("dibao.rounding",))


@pytest.mark.parametrize("kind", sorted(NEVER_COUNTED))
def test_some_income_never_counts(kind: IncomeKind) -> None:
    assert examined((kind, 5_000), persons=1).amount_fen == 770 * YUAN


@pytest.mark.parametrize("kind", sorted(set(IncomeKind) - NEVER_COUNTED))
def test_every_other_income_counts(kind: IncomeKind) -> None:
    assert examined((kind, 700), persons=1).amount_fen == 70 * YUAN


def test_a_rule_that_failed_is_the_reason_before_one_that_waits_for_a_person() -> None:
    verdict = examined(persons=1, property_finding=Finding.NEEDS_REVIEW, spending_finding=Finding.FAIL)
    assert (verdict.outcome, verdict.reason_code) == (Outcome.NOT_ELIGIBLE, "SPENDING_WITHIN_LIMITS")


def test_a_household_without_members_is_refused() -> None:
    with pytest.raises(NoHouseholdMember):
        examined(persons=0)


AMOUNTS = st.integers(0, 1_000_000)
PERSONS = st.integers(1, 12)
FINDINGS = st.sampled_from(Finding)
KINDS = st.sampled_from(IncomeKind)
INCOMES = st.lists(st.builds(Income, KINDS, AMOUNTS), max_size=6)
DAYS = st.dates(date(2025, 7, 1), date(2026, 12, 31))


def with_rounding(rounding: Rounding) -> ParameterBook:
    return ParameterBook(
        replace(entry, value=rounding.value) if entry.name == "dibao.rounding" else entry for entry in BOOK
    )


@given(incomes=INCOMES, more=st.builds(Income, KINDS, AMOUNTS), persons=PERSONS, deduction=AMOUNTS, on=DAYS)
def test_more_income_never_gives_more_allowance(
    incomes: list[Income], more: Income, persons: int, deduction: int, on: date
) -> None:
    poorer = examine_means(Means(persons, incomes, deduction), make_standard(), on, BOOK.reader(on))
    richer = examine_means(Means(persons, [*incomes, more], deduction), make_standard(), on, BOOK.reader(on))
    assert richer.amount_fen <= poorer.amount_fen
    assert not (richer.outcome is Outcome.ELIGIBLE and poorer.outcome is not Outcome.ELIGIBLE)


@given(persons=PERSONS, yuan=st.integers(1, 3_000))
def test_income_equal_to_the_standard_is_never_eligible_and_a_fen_less_always_is(persons: int, yuan: int) -> None:
    standard, on = make_standard(yuan), date(2026, 5, 6)
    line = yuan * YUAN * persons

    def outcome(income: int) -> Outcome:
        means = Means(persons, [Income(IncomeKind.WAGE, income)])
        return examine_means(means, standard, on, BOOK.reader(on)).outcome

    assert (outcome(line), outcome(line - 1)) == (Outcome.NOT_ELIGIBLE, Outcome.ELIGIBLE)


@given(
    incomes=INCOMES, persons=PERSONS, deduction=AMOUNTS, property_finding=FINDINGS, spending_finding=FINDINGS, on=DAYS,
    rounding=st.sampled_from(Rounding),
)  # fmt: skip
def test_the_allowance_never_exceeds_the_standard_times_the_persons(
    incomes: list[Income], persons: int, deduction: int, property_finding: Finding, spending_finding: Finding,
    on: date, rounding: Rounding,
) -> None:  # fmt: skip
    means = Means(persons, incomes, deduction, property_finding, spending_finding)
    verdict = examine_means(means, make_standard(), on, with_rounding(rounding).reader(on))
    assert 0 <= verdict.amount_fen <= 770 * YUAN * persons
    assert verdict.outcome is Outcome.ELIGIBLE or verdict.amount_fen == 0
    assert not (verdict.near_poor and verdict.outcome is Outcome.ELIGIBLE)
    assert (verdict.reason_code is None) == (verdict.outcome is Outcome.ELIGIBLE)


@given(fen=st.integers(0, 10**9))
def test_rounding_moves_less_than_a_yuan_and_ends_on_whole_yuan(fen: int) -> None:
    assert rounded(fen, Rounding.NONE) == fen
    up, half_up = rounded(fen, Rounding.UP_1_YUAN), rounded(fen, Rounding.HALF_UP_1_YUAN)
    assert up % YUAN == half_up % YUAN == 0
    assert 0 <= up - fen < YUAN
    assert -YUAN / 2 < half_up - fen <= YUAN / 2


BY_PREFIX = ("prop.", "disposable_income.", "review.months.")
"""Families whose last part is chosen by the case."""
FOR_PEOPLE = {
    "change.effective", "dibao.check_start",
    "register.rank", "suspension.months", "taper.at_standard", "taper.once_in_months",
    "tekun.visit_days",
}  # fmt: skip
"""Published for offices and apps to see; no rule of the service rests on them."""


def test_every_delivered_parameter_is_read_somewhere() -> None:
    source = "".join(module.read_text() for module in Path(assistance.__file__).parent.rglob("*.py"))
    unread = {name for name in BOOK.names if f'"{name}"' not in source and not name.startswith(BY_PREFIX)}
    assert unread <= FOR_PEOPLE


# --- the clocks ------------------------------------------------------------------------------------------


def test_we_22_the_county_decides_over_the_spring_festival() -> None:
    accepted = date(2026, 1, 30)
    clocks = start_clocks(
        accepted, DecisionMode.COUNTY, CALENDAR, BOOK.reader(accepted), ExtensionReason.SPLIT_RESIDENCE
    )
    assert clocks.investigation.due.on == date(2026, 2, 4)
    assert clocks.national.due.on == date(2026, 3, 19)
    assert clocks.special is not None
    assert clocks.special.due.on == date(2026, 4, 10)
    assert clocks.local.due.on == date(2026, 3, 9), "37 calendar days end on a Sunday and move to the Monday"
    assert [clock.name for clock in clocks.all] == [
        "INVESTIGATION_START", "DECISION_CHONGQING", "DECISION_NATIONAL", "DECISION_SPECIAL",
    ]  # fmt: skip


@pytest.mark.parametrize("mode", [DecisionMode.ENTRUSTED, DecisionMode.TOWNSHIP_OWN])
def test_we_23_the_township_decides_over_may_day(mode: DecisionMode) -> None:
    clocks = make_clocks(date(2026, 4, 27), mode)
    assert clocks.investigation.due.on == date(2026, 4, 30)
    assert clocks.national.due.on == date(2026, 5, 27)
    assert clocks.national.basis == "民发〔2022〕83号 四（一）"


def test_before_the_shorter_limit_was_given_a_township_had_thirty_working_days() -> None:
    accepted = date(2022, 10, 19)
    assert make_clocks(accepted, DecisionMode.ENTRUSTED).national == make_clocks(accepted).national
    assert make_clocks(accepted + timedelta(days=1), DecisionMode.ENTRUSTED).national.due.on < (
        make_clocks(accepted + timedelta(days=1)).national.due.on
    )


def test_we_28_the_written_notice_of_a_refusal_over_the_national_day() -> None:
    notice = start_refusal_notice(date(2026, 9, 30), CALENDAR, BOOK.reader(date(2026, 9, 30)))
    assert (notice.due.on, notice.basis) == (date(2026, 10, 10), "民发〔2021〕57号 第二十一条")


def test_the_earlier_clock_alarms_whichever_it_is() -> None:
    county, delegated = make_clocks(date(2026, 1, 30)), make_clocks(date(2026, 4, 27), DecisionMode.ENTRUSTED)
    assert county.decision is county.local
    assert delegated.decision is delegated.national


def test_an_extension_moves_the_national_clock_only() -> None:
    accepted = date(2026, 4, 27)
    clocks = start_clocks(accepted, DecisionMode.ENTRUSTED, CALENDAR, BOOK.reader(accepted), ExtensionReason.OBJECTION)
    assert clocks.decision is clocks.local


def test_a_clock_is_overdue_on_the_day_after_its_last() -> None:
    clock = make_clocks(date(2026, 4, 27)).investigation
    states = [clock.state(date(2026, 4, 29) + timedelta(days=n)) for n in range(3)]
    assert states == [ClockState.RUNNING, ClockState.DUE_TODAY, ClockState.OVERDUE]


def test_a_clock_that_reaches_a_year_without_a_holiday_list_is_provisional() -> None:
    clocks = make_clocks(date(2026, 12, 14))
    assert not clocks.investigation.due.provisional
    assert clocks.national.due.provisional
    assert clocks.local.due.provisional
