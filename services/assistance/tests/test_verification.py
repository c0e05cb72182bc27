"""Verification orders: consent first, silence is a named gap, and hints never decide."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from uuid import UUID

import pytest

from assistance.domain.verification import (
    WORKFLOW,
    Authorisation,
    AuthorisationMissing,
    AuthorisationTooLate,
    Completeness,
    Found,
    Gap,
    NothingContested,
    SomebodyElse,
    Source,
    Subject,
    VerificationAction,
    VerificationOrder,
    VerificationStatus,
    answered,
    completeness_of,
    order_verification,
    unanswered,
)
from assistance.main import SERVICE
from shared.kernel.workflow import ActionNotPossible

TODAY = date(2026, 9, 21)
NOW = datetime(2026, 9, 21, 2, 0, tzinfo=UTC)
RULES = SERVICE.seed_book().reader(TODAY)
ADULT, MINOR = Subject(0, "synthetic-0", adult=True), Subject(1, "synthetic-1", adult=False)
SIGNED = (Authorisation(0, TODAY), Authorisation(1, TODAY, by_guardian=True))
SOURCES = (Source.HUKOU, Source.BANKS, Source.UTILITIES)


def order(sources: tuple[Source, ...] = SOURCES, **changes: object) -> VerificationOrder:
    made = order_verification(
        id=UUID(int=1), division="500103001000", application_id=UUID(int=2), subjects=(ADULT, MINOR),
        authorisations=SIGNED, sources=sources, by="officer-a", today=TODAY,
    )  # fmt: skip
    made.happened.clear()
    return replace(made, **changes)  # type: ignore[arg-type]


def silent(made: VerificationOrder, *sources: Source) -> None:
    """Every other source answers with nothing; these stay silent until nobody asks them any more."""
    for _ in range(RULES.integer("check.attempts")):
        answers = [
            unanswered(each, Gap.TIMEOUT) if each.source in sources else answered(each, at=NOW, as_of=TODAY, found=())
            for each in made.open_inquiries
        ]
        if made.status in (VerificationStatus.ASKING, VerificationStatus.RECHECKING):
            made.record(answers, rules=RULES, now=NOW)


def test_every_pair_of_status_and_action_is_allowed_or_refused_by_the_table() -> None:
    allowed = {
        ("ASKING", "record"), ("ASKING", "report"), ("ASKING", "cancel"), ("REPORTED", "contest"),
        ("CONTESTED", "recheck"), ("RECHECKING", "record"), ("RECHECKING", "report"),
    }  # fmt: skip
    for status, action in product(VerificationStatus, VerificationAction):
        if (status.value, action.value) in allowed:
            WORKFLOW.next(status, action)
        else:
            with pytest.raises(ActionNotPossible):
                WORKFLOW.next(status, action)


@pytest.mark.parametrize(
    "given",
    [
        (),
        (Authorisation(0, TODAY),),
        (Authorisation(1, TODAY, by_guardian=True),),
        (Authorisation(0, TODAY), Authorisation(1, TODAY)),
    ],
    ids=["nobody", "minor missing", "adult missing", "the minor signed alone"],
)
def test_no_query_without_the_consent_of_every_adult_and_of_the_guardian(given: tuple[Authorisation, ...]) -> None:
    with pytest.raises(AuthorisationMissing) as refused:
        order_verification(
            id=UUID(int=1), division="500103001000", application_id=UUID(int=2), subjects=(ADULT, MINOR),
            authorisations=given, sources=SOURCES, by="officer-a", today=TODAY,
        )  # fmt: skip
    assert refused.value.rule == "社会救助法 第四十条"


def test_a_consent_of_tomorrow_or_of_somebody_else_is_refused() -> None:
    for given, refusal in (
        ((Authorisation(0, date(2026, 9, 22)), SIGNED[1]), AuthorisationTooLate),
        ((*SIGNED, Authorisation(7, TODAY)), SomebodyElse),
    ):
        with pytest.raises(refusal):
            order_verification(
                id=UUID(int=1), division="500103001000", application_id=UUID(int=2), subjects=(ADULT, MINOR),
                authorisations=given, sources=SOURCES, by="officer-a", today=TODAY,
            )  # fmt: skip


def test_each_source_is_asked_once_about_each_person() -> None:
    made = order((Source.HUKOU, Source.HUKOU, Source.BANKS))
    assert [(each.ordinal, each.source) for each in made.inquiries] == [
        (0, Source.HUKOU), (0, Source.BANKS), (1, Source.HUKOU), (1, Source.BANKS),
    ]  # fmt: skip


def test_when_all_answer_the_report_is_complete_and_usable_for_ninety_days() -> None:
    made = order()
    silent(made)
    report = made.report
    assert report is not None
    assert (made.status, report.completeness, report.asked, report.answered) == (
        VerificationStatus.REPORTED, Completeness.COMPLETE, 6, 6,
    )  # fmt: skip
    assert made.is_usable(date(2026, 12, 20))
    assert not made.is_usable(date(2026, 12, 21))
    assert made.happened == ["completed"]


def test_a_silent_source_is_asked_three_times_and_then_named() -> None:
    made = order()
    silent(made, Source.UTILITIES)
    assert made.happened == ["progressed", "progressed", "completed"]
    assert made.report is not None
    assert (made.report.completeness, made.report.missing) == (Completeness.PARTIAL, (Source.UTILITIES,))


def test_a_silent_required_source_makes_the_report_insufficient() -> None:
    made = order()
    silent(made, Source.BANKS)
    assert made.report is not None
    assert made.report.completeness is Completeness.INSUFFICIENT


def test_nothing_is_usable_before_the_report() -> None:
    assert not order().is_usable(TODAY)


@pytest.mark.parametrize(("found", "differs"), [(50_000, False), (60_000, False), (60_001, True), (39_999, True)])
def test_a_difference_beyond_the_tolerance_is_a_mismatch(found: int, differs: bool) -> None:
    made = order((Source.BANKS,), subjects=(replace(ADULT, declared={"DEPOSITS": 50_000}), MINOR))
    answers = [
        answered(each, at=NOW, as_of=TODAY, found=(Found("DEPOSITS", found),) if each.ordinal == 0 else ())
        for each in made.open_inquiries
    ]
    made.record(answers, rules=RULES, now=NOW)
    assert made.report is not None
    assert bool(made.report.mismatches) is differs


def test_what_was_not_declared_counts_as_nothing_declared() -> None:
    made = order((Source.VEHICLES,))
    answers = [answered(each, at=NOW, as_of=None, found=(Found("VEHICLE", 8_000_000),)) for each in made.open_inquiries]
    made.record(answers, rules=RULES, now=NOW)
    assert made.report is not None
    assert {(each.declared_fen, each.found_fen) for each in made.report.mismatches} == {(None, 8_000_000)}
    assert made.report.oldest_as_of is None


def test_a_helper_source_gives_signals_and_never_a_mismatch() -> None:
    made = order((Source.UTILITIES,))
    answers = [answered(each, at=NOW, as_of=TODAY, found=(Found("POWER", 90_000),)) for each in made.open_inquiries]
    made.record(answers, rules=RULES, now=NOW)
    assert made.report is not None
    assert made.report.mismatches == ()
    assert len(made.report.signals) == 2


def test_a_contested_source_is_asked_again_and_the_others_keep_their_answers() -> None:
    made = order()
    silent(made)
    before = made.reference(made.inquiries[1])
    made.contest(sources=[Source.BANKS], ground="账户已注销")
    made.recheck()
    assert {each.source for each in made.open_inquiries} == {Source.BANKS}
    assert made.reference(made.inquiries[1]) != before, "a new round is a new question"
    silent(made)
    assert (made.status, len(made.reports)) == (VerificationStatus.REPORTED, 2)


def test_a_contest_names_its_source() -> None:
    made = order()
    silent(made)
    with pytest.raises(NothingContested):
        made.contest(sources=[], ground="不服")


@pytest.mark.parametrize(
    ("missing", "required", "expected"),
    [
        (set(), {Source.BANKS}, Completeness.COMPLETE),
        ({Source.TAX}, {Source.BANKS}, Completeness.PARTIAL),
        ({Source.BANKS, Source.TAX}, {Source.BANKS}, Completeness.INSUFFICIENT),
        ({Source.TAX}, set(), Completeness.PARTIAL),
    ],
)
def test_completeness(missing: set[Source], required: set[Source], expected: Completeness) -> None:
    assert completeness_of(missing, required) is expected
