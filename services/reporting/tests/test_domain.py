"""Forms, figures, plausibility and series, without a database."""

import itertools
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting.domain.catalogue import FormEntryInvalid, FormUnknown, catalogue_from_text, delivered_forms
from reporting.domain.duty import period_due
from reporting.domain.figure import (
    WORKFLOW,
    Action,
    ConfirmedByItsReviewer,
    CorrectedFigureNoLongerStands,
    Document,
    Figure,
    FindingsNeedExplanation,
    OnlyTheAuthorRefiles,
    PeriodConfirmedBefore,
    Retraction,
    Status,
    correct_figure,
    file_figure,
)
from reporting.domain.form import (
    ChangeBound,
    DenominatorIsFixed,
    DenominatorMissing,
    DenominatorNotAsked,
    DivisionDoesNotFile,
    Entry,
    FormKind,
    NumberNotPossible,
    Numbers,
    NumeratorExceedsDenominator,
    PeriodKindNotAsked,
    Scope,
)
from reporting.domain.plausibility import (
    Circumstances,
    Finding,
    FindingKind,
    PeriodNotBegun,
    PeriodNotEnded,
    examine_entry,
)
from reporting.domain.series import Point, Series, open_series
from shared.kernel.clock import CHINA
from shared.kernel.divisions import Area, default_register
from shared.kernel.errors import Refusal
from shared.kernel.periods import Period, PeriodKind
from shared.kernel.principal import CITY, Principal, SecondPersonRequired
from shared.kernel.workflow import ActionNotPossible

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 9, 0, tzinfo=CHINA)
DISTRICT = "500103000000"
FORMS = delivered_forms()
LIVING = FORMS.get("disability-living-subsidy")
DOCUMENT = Document("测试用情况说明", None)

CODES = {
    # code: row, kind, scope, periods, asks for a denominator, share
    "disability-living-subsidy": (3, "LEVEL", "DISTRICT", ["month"], True, True),
    "disability-nursing-subsidy": (4, "LEVEL", "DISTRICT", ["month"], True, True),
    "lottery-outlets": (5, "LEVEL", "CITY", ["quarter", "year"], False, False),
    "community-facility-area": (6, "LEVEL", "DISTRICT", ["year"], True, False),
    "social-workers": (7, "LEVEL", "CITY", ["year", "quarter"], False, False),
    "charity-donations": (8, "FLOW", "CITY", ["year"], False, False),
    "volunteer-stations": (9, "LEVEL", "DISTRICT", ["quarter", "year"], True, True),
    "minor-protection-stations": (11, "LEVEL", "DISTRICT", ["quarter", "year"], True, True),
    "minor-protection-persons": (11, "LEVEL", "DISTRICT", ["quarter", "year"], True, True),
    "rescue-returns": (12, "FLOW", "CITY", ["quarter"], True, True),
    "burial-facilities": (13, "LEVEL", "DISTRICT", ["year", "quarter"], True, True),
    "urban-consumption-growth": (1, "LEVEL", "CITY", ["year"], True, False),
    "residents-consumption-growth": (1, "LEVEL", "CITY", ["year"], True, False),
}
TEXTS_THAT_EVENTS_GIVE = {*(1, 2, 29, 30, 31, 41, 42, 43, 44, 45, 46, 48, 49, 50, 51, 54, 55, 58)}
"""The 18 targets of the text that services compute; all others are filed, 52, 53 and 56 also where events give part."""


RIGHT_TABLE = """
[[form]]
code = "a-form"
name = "甲"
name_en = "A"
kind = "LEVEL"
scope = "CITY"
periods = ["year"]
numerator = { name = "数", unit = "个", least = 0, most = 9 }
share = false
change = { percent = 10, at_least = 1 }
source = "乙"
plan_row = 5
feeds = "丙"
due = "figures.due.year"
"""


def person(name: str) -> Principal:
    """An official of the city."""
    return Principal("urn:test", "caseworker", "test", Area(CITY), person=name)


def entry_for(period: str = "2026-10", numerator: int = 900, denominator: int | None = 1_000) -> Entry:
    return Entry(LIVING, DISTRICT, Period.parse(period), Numbers(numerator, denominator))


def make_figure(
    status: Status = Status.FILED, *, entry: Entry | None = None, findings: tuple[Finding, ...] = ()
) -> Figure:
    entry = entry or entry_for()
    retracting = status in (Status.RETRACTING, Status.RETRACTED)
    confirmed = retracting or status in (Status.CONFIRMED, Status.SUPERSEDED)
    reviewed = confirmed or status is Status.REVIEWED
    return Figure(
        id=uuid4(), division=entry.division, form=entry.form.code, period=entry.period, numbers=entry.numbers,
        document=DOCUMENT, explanation="测试" if findings else None, findings=findings, status=status,
        author="author", filed_at=AT, reviewed_by="reviewer" if reviewed else None,
        confirmed_by="confirmer" if confirmed else None,
        retraction=Retraction("测试", "author", AT) if retracting else None,
    )  # fmt: skip


def perform(figure: Figure, action: Action, by: str = "checker") -> None:
    """Do ``action`` in circumstances that no other rule refuses; ``by`` checks, the author files."""
    entry = Entry(LIVING, figure.division, figure.period, figure.numbers)
    match action:
        case Action.REVIEW:
            figure.review(by=person(by), at=AT, entry=entry, before=None)
        case Action.RETURN:
            figure.send_back(by=person(by), reason="测试")
        case Action.REFILE:
            figure.refile(
                entry=entry, document=DOCUMENT, explanation=None, by="author", at=AT, circumstances=Circumstances(TODAY)
            )
        case Action.CONFIRM:
            figure.confirm(by=person(by), at=AT, entry=entry, before=None, standing=None, reviewer_may_confirm=True)
        case Action.WITHDRAW:
            figure.withdraw()
        case Action.CORRECT:
            correct_figure(
                figure, id=uuid4(), entry=entry, document=DOCUMENT, explanation=None, by="author", at=AT,
                circumstances=Circumstances(TODAY), reason="测试",
            )  # fmt: skip
        case Action.SUPERSEDE:
            figure.give_way(make_figure())
        case Action.PROPOSE_RETRACTION:
            figure.propose_retraction(by="author", at=AT, reason="测试")
        case Action.REJECT_RETRACTION:
            figure.reject_retraction(by=person(by), at=AT)
        case Action.RETRACT:
            figure.retract(by=person(by), at=AT)


# --- the catalogue ---------------------------------------------------------------------------------------


def test_the_rows_of_the_table_have_exactly_these_forms() -> None:
    found = {
        form.code: (
            form.plan_row, form.kind.value, form.scope.value, [kind.value for kind in form.periods],
            form.denominator is not None, form.share,
        )
        for form in FORMS
        if form.plan_row
    }  # fmt: skip
    assert found == CODES


def test_every_target_of_the_text_that_no_service_computes_has_a_form() -> None:
    places = {int(form.plan_text[1:]) for form in FORMS if form.plan_text}
    assert places == set(range(1, 59)) - TEXTS_THAT_EVENTS_GIVE


def test_every_form_is_filed_within_bounds_that_a_change_can_pass() -> None:
    for form in FORMS:
        assert form.due == f"figures.due.{form.regular.value}", form.code
        assert form.change.at_least < form.numerator.most or form.numerator.most == 1, form.code


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(FormUnknown):
        FORMS.get("no-such-form")


@pytest.mark.parametrize(
    ("written", "instead", "field", "reason"),
    [
        ('kind = "LEVEL"', 'kind = "RATE"', "kind", "not-LEVEL-or-FLOW"),
        ('kind = "LEVEL"', "", "kind", "missing"),
        ('code = "b-form"', 'code = "B form"', "code", "not-kebab-case"),
        ('code = "b-form"', 'code = "a-form"', "code", "used-twice"),
        ('periods = ["year"]', "periods = []", "periods", "not-different-kinds-of-period"),
        ('periods = ["year"]', 'periods = ["year", "year"]', "periods", "not-different-kinds-of-period"),
        ('periods = ["year"]', 'periods = ["week"]', "periods", "not-different-kinds-of-period"),
        ('kind = "LEVEL"', 'kind = "FLOW"\nperiod = "year"', "period", "unknown-field"),
        ("least = 0", "least = 10", "numerator.least", "above-most"),
        ("most = 9", "most = 9.5", "numerator.most", "not-a-whole-number"),
        ("most = 9 }", "most = 9, fixed = 1 }", "numerator.fixed", "only-a-denominator-is-fixed"),
        ("share = false", "share = true", "share", "without-denominator"),
        ("percent = 10", "percent = -1", "change.percent", "not-a-count"),
        ("plan_row = 5", "plan_row = 17", "plan_row", "not-a-row-of-the-plan"),
        ("plan_row = 5", "plan_row = true", "plan_row", "not-a-row-of-the-plan"),
    ],
)
def test_a_wrong_table_is_named(written: str, instead: str, field: str, reason: str) -> None:
    second = RIGHT_TABLE.replace("a-form", "b-form")
    assert written in second
    with pytest.raises(FormEntryInvalid) as refused:
        catalogue_from_text(RIGHT_TABLE + second.replace(written, instead, 1))
    facts = refused.value.facts
    assert (facts["entry"], facts["line"], refused.value.field, facts["reason"]) == (2, 17, field, reason)
    assert str(facts["code"]) in str(refused.value.detail)


def test_a_flow_of_several_kinds_of_period_would_count_twice() -> None:
    wrong = RIGHT_TABLE.replace("LEVEL", "FLOW").replace('["year"]', '["year", "quarter"]')
    with pytest.raises(FormEntryInvalid, match="a-flow-would-count-twice"):
        catalogue_from_text(wrong)


@pytest.mark.parametrize("text", ["", "form = 1", "[form]\ncode = 1", "[[form]]\ncode =", RIGHT_TABLE + "[other]"])
def test_a_file_that_is_no_catalogue_is_refused(text: str) -> None:
    with pytest.raises(FormEntryInvalid):
        catalogue_from_text(text)


# --- what a form admits ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "numerator", "denominator", "refusal"),
    [
        ("disability-living-subsidy", 10, None, DenominatorMissing),
        ("disability-living-subsidy", 11, 10, NumeratorExceedsDenominator),
        ("disability-living-subsidy", -1, 10, NumberNotPossible),
        ("disability-living-subsidy", 1, 500_001, NumberNotPossible),
        ("lottery-outlets", 5_000, 1, DenominatorNotAsked),
        ("lottery-outlets", 100_001, None, NumberNotPossible),
        ("community-facility-area", 1, 0, NumberNotPossible),
        ("burial-facilities", 2, 1, NumberNotPossible),
        ("burial-facilities", 1, 2, DenominatorIsFixed),
        ("urban-consumption-growth", 500, 100, DenominatorIsFixed),
    ],
)
def test_numbers_that_nobody_can_have_counted_are_refused(
    code: str, numerator: int, denominator: int | None, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        FORMS.get(code).counted(Numbers(numerator, denominator))


@pytest.mark.parametrize(
    ("code", "given", "counted"),
    [
        ("disability-living-subsidy", Numbers(10, 10), Numbers(10, 10)),
        ("disability-living-subsidy", Numbers(0, 0), Numbers(0, 0)),
        ("lottery-outlets", Numbers(5_000, None), Numbers(5_000, None)),
        ("burial-facilities", Numbers(0, None), Numbers(0, 1)),
        ("urban-consumption-growth", Numbers(-120, None), Numbers(-120, 10_000)),
        ("urban-consumption-growth", Numbers(-120, 10_000), Numbers(-120, 10_000)),
        ("community-facility-area", Numbers(900_000, 2_000), Numbers(900_000, 2_000)),
    ],
)
def test_a_fixed_denominator_may_be_left_out(code: str, given: Numbers, counted: Numbers) -> None:
    assert FORMS.get(code).counted(given) == counted


@pytest.mark.parametrize("form", list(FORMS), ids=lambda form: form.code)
def test_each_form_takes_its_own_periods_and_divisions_only(form) -> None:
    register = default_register()
    city, district = register.get(CITY, TODAY), register.get(DISTRICT, TODAY)
    township = register.get("500103001000", TODAY)
    numbers = Numbers(0, None if form.denominator is None else form.denominator.least)
    filing, other = (city, district) if form.scope is Scope.CITY else (district, city)
    for kind in PeriodKind:
        period = Period(kind, 2025)
        if kind in form.periods:
            assert form.admit(filing, period, numbers).period == period
        else:
            with pytest.raises(PeriodKindNotAsked):
                form.admit(filing, period, numbers)
    for stranger in (other, township):
        with pytest.raises(DivisionDoesNotFile):
            form.admit(stranger, Period(form.regular, 2025), numbers)


# --- plausibility ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bound", "before", "now", "passed"),
    [
        (ChangeBound(20, 50), 1_000, 1_200, False),
        (ChangeBound(20, 50), 1_000, 1_201, True),
        (ChangeBound(20, 50), 1_000, 799, True),
        (ChangeBound(20, 50), 100, 150, False),
        (ChangeBound(20, 50), 100, 151, True),
        (ChangeBound(20, 50), 0, 51, True),
        (ChangeBound(0, 0), 1, 1, False),
        (ChangeBound(0, 0), 1, 0, True),
        (ChangeBound(0, 500), -100, 400, False),
        (ChangeBound(0, 500), -100, 401, True),
    ],
)
def test_a_change_is_remarkable_beyond_both_bounds(bound: ChangeBound, before: int, now: int, passed: bool) -> None:
    assert bound.is_passed(before, now) is passed


def test_numerator_and_denominator_are_compared_with_the_figure_before() -> None:
    before = Point(Period.parse("2026-08"), Numbers(1_000, 5_000))
    found = examine_entry(entry_for("2026-10", 1_300, 2_000), Circumstances(TODAY, before))
    assert found == (
        Finding(FindingKind.NUMERATOR_CHANGED, 1_000, "2026-08"),
        Finding(FindingKind.DENOMINATOR_CHANGED, 5_000, "2026-08"),
    )


def test_a_level_may_be_stated_early_and_a_flow_may_not() -> None:
    assert examine_entry(entry_for("2026-11"), Circumstances(TODAY)) == (Finding(FindingKind.PERIOD_NOT_ENDED),)
    last_day = Circumstances(date(2026, 11, 30))
    assert examine_entry(entry_for("2026-11"), last_day) == (Finding(FindingKind.PERIOD_NOT_ENDED),)
    assert examine_entry(entry_for("2026-11"), Circumstances(date(2026, 12, 1))) == ()
    donations = Entry(FORMS.get("charity-donations"), CITY, Period.parse("2026"), Numbers(1, None))
    with pytest.raises(PeriodNotEnded):
        examine_entry(donations, Circumstances(date(2026, 12, 31)))
    assert examine_entry(donations, Circumstances(date(2027, 1, 1))) == ()


def test_a_period_that_has_not_begun_is_refused_for_a_level_too() -> None:
    with pytest.raises(PeriodNotBegun):
        examine_entry(entry_for("2026-12"), Circumstances(TODAY))


def test_a_finding_without_an_explanation_is_refused_and_with_one_is_kept() -> None:
    circumstances = Circumstances(TODAY, another_under_way=True)
    filing = {"id": uuid4(), "entry": entry_for(), "document": DOCUMENT, "by": "author", "at": AT}
    with pytest.raises(FindingsNeedExplanation) as refused:
        file_figure(**filing, explanation=None, circumstances=circumstances)
    assert refused.value.facts["findings"] == [{"kind": "ANOTHER_UNDER_WAY", "before": None, "since": None}]
    figure = file_figure(**filing, explanation="前一份有误，待撤回", circumstances=circumstances)
    assert figure.findings == (Finding(FindingKind.ANOTHER_UNDER_WAY),)


@pytest.mark.parametrize("action", [Action.REVIEW, Action.CONFIRM])
def test_what_became_strange_after_the_filing_is_not_passed(action: Action) -> None:
    before = Point(Period.parse("2026-09"), Numbers(100, 1_000))
    explained = (Finding(FindingKind.NUMERATOR_CHANGED, 150, "2026-08"),)
    status = Status.FILED if action is Action.REVIEW else Status.REVIEWED

    def act(figure: Figure) -> None:
        if action is Action.REVIEW:
            figure.review(by=person("reviewer"), at=AT, entry=entry_for(), before=before)
        else:
            figure.confirm(
                by=person("confirmer"), at=AT, entry=entry_for(), before=before, standing=None,
                reviewer_may_confirm=True,
            )  # fmt: skip

    silent = make_figure(status)
    with pytest.raises(FindingsNeedExplanation):
        act(silent)
    assert (silent.status, silent.happened) == (status, [])
    act(make_figure(status, findings=explained))


# --- the way of a figure ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "action"), list(itertools.product(Status, Action)))
def test_every_action_from_every_status(status: Status, action: Action) -> None:
    expected = {
        (Status.FILED, Action.REVIEW): Status.REVIEWED,
        (Status.FILED, Action.RETURN): Status.RETURNED,
        (Status.FILED, Action.WITHDRAW): Status.WITHDRAWN,
        (Status.REVIEWED, Action.RETURN): Status.RETURNED,
        (Status.REVIEWED, Action.CONFIRM): Status.CONFIRMED,
        (Status.REVIEWED, Action.WITHDRAW): Status.WITHDRAWN,
        (Status.RETURNED, Action.REFILE): Status.FILED,
        (Status.RETURNED, Action.WITHDRAW): Status.WITHDRAWN,
        (Status.CONFIRMED, Action.CORRECT): Status.CONFIRMED,
        (Status.CONFIRMED, Action.SUPERSEDE): Status.SUPERSEDED,
        (Status.CONFIRMED, Action.PROPOSE_RETRACTION): Status.RETRACTING,
        (Status.RETRACTING, Action.REJECT_RETRACTION): Status.CONFIRMED,
        (Status.RETRACTING, Action.RETRACT): Status.RETRACTED,
        (Status.RETRACTING, Action.SUPERSEDE): Status.SUPERSEDED,
    }.get((status, action))
    figure = make_figure(status)
    if expected is None:
        with pytest.raises(ActionNotPossible):
            perform(figure, action)
        assert (figure.status, figure.happened) == (status, [])
    else:
        perform(figure, action)
        assert figure.status is expected
        assert len(figure.happened) == (0 if action is Action.CORRECT else 1)


@pytest.mark.parametrize("action", [Action.REVIEW, Action.RETURN, Action.CONFIRM])
def test_the_author_neither_reviews_nor_returns_nor_confirms(action: Action) -> None:
    figure = make_figure(Status.REVIEWED if action is Action.CONFIRM else Status.FILED)
    with pytest.raises(SecondPersonRequired):
        perform(figure, action, by="author")
    assert figure.happened == []
    assert action not in figure.actions_of("author", reviewer_may_confirm=True)


@pytest.mark.parametrize("allowed", [True, False])
def test_the_reviewer_confirms_only_where_the_parameter_says_so(allowed: bool) -> None:
    figure = make_figure(Status.REVIEWED)
    assert (Action.CONFIRM in figure.actions_of("reviewer", reviewer_may_confirm=allowed)) is allowed
    confirmation = {"by": person("reviewer"), "at": AT, "entry": entry_for(), "before": None, "standing": None}
    if allowed:
        figure.confirm(**confirmation, reviewer_may_confirm=True)
        assert figure.status is Status.CONFIRMED
    else:
        with pytest.raises(ConfirmedByItsReviewer):
            figure.confirm(**confirmation, reviewer_may_confirm=False)
        assert figure.status is Status.REVIEWED


def test_a_returned_figure_is_filed_again_by_its_author_and_reviewed_anew() -> None:
    figure = make_figure(Status.REVIEWED)
    figure.send_back(by=person("reviewer"), reason="分母口径不对")
    assert figure.reviewed_by is None
    again = {"document": DOCUMENT, "explanation": None, "at": AT, "circumstances": Circumstances(TODAY)}
    with pytest.raises(OnlyTheAuthorRefiles):
        figure.refile(entry=entry_for(numerator=950), by="reviewer", **again)
    figure.refile(entry=entry_for(numerator=950), by="author", **again)
    assert (figure.status, figure.numbers.numerator) == (Status.FILED, 950)
    assert figure.return_reason == "分母口径不对"


def test_a_second_first_figure_of_a_period_finds_the_place_taken() -> None:
    standing, late = make_figure(Status.CONFIRMED), make_figure(Status.REVIEWED)
    confirmation = {"by": person("confirmer"), "at": AT, "entry": entry_for(), "before": None}
    with pytest.raises(PeriodConfirmedBefore):
        late.confirm(**confirmation, standing=standing, reviewer_may_confirm=True)
    assert (late.status, standing.status) == (Status.REVIEWED, Status.CONFIRMED)
    with pytest.raises(PeriodConfirmedBefore):
        file_figure(
            id=uuid4(), entry=entry_for(), document=DOCUMENT, explanation="测试", by="author", at=AT,
            circumstances=Circumstances(TODAY, standing=standing.id),
        )  # fmt: skip


def test_of_two_corrections_of_one_figure_the_second_is_refused() -> None:
    register = Register()
    register.advance(register.file(0, 100))
    first, second = register.correct(0, 200), register.correct(0, 300)
    assert first is not None
    assert second is not None
    register.advance(first)
    with pytest.raises(CorrectedFigureNoLongerStands):
        register.confirm(second)
    assert [point.numbers.numerator for point in register.points] == [200]


# --- the series ------------------------------------------------------------------------------------------


class Register:
    """A register in memory: figures of one line with the confirmations in the order they are asked for."""

    def __init__(self) -> None:
        self.figures: dict[UUID, Figure] = {}
        self.series: Series | None = None
        self.versions: list[int] = []

    @property
    def points(self) -> tuple[Point, ...]:
        return self.series.points if self.series else ()

    def file(self, month: int, numerator: int) -> Figure:
        entry = self._entry(month, numerator)
        return self._keep(
            file_figure(
                id=uuid4(), entry=entry, document=DOCUMENT, explanation="测试", by="author", at=AT,
                circumstances=Circumstances(TODAY),
            )
        )  # fmt: skip

    def correct(self, month: int, numerator: int) -> Figure | None:
        standing = self._standing(self._entry(month, numerator).period)
        if standing is None:
            return None
        return self._keep(
            correct_figure(
                standing, id=uuid4(), entry=self._entry(month, numerator), document=DOCUMENT, explanation="测试",
                by="author", at=AT, circumstances=Circumstances(TODAY), reason="测试",
            )
        )  # fmt: skip

    def advance(self, figure: Figure) -> None:
        figure.review(by=person("reviewer"), at=AT, entry=self._entry_of(figure), before=None)
        self.confirm(figure)

    def confirm(self, figure: Figure) -> None:
        if figure.status is Status.FILED:
            figure.review(by=person("reviewer"), at=AT, entry=self._entry_of(figure), before=None)
        figure.confirm(
            by=person("confirmer"), at=AT, entry=self._entry_of(figure), before=None,
            standing=self._standing(figure.period), reviewer_may_confirm=True,
        )  # fmt: skip
        if self.series is None:
            self.series = open_series(id=uuid4(), line=figure.line, kind=FormKind.LEVEL)
        self.series.revise(figure.point)
        self.versions.append(len(self.series.happened))

    def recomputed(self) -> list[Point]:
        """The points as the confirmed figures alone give them."""
        confirmed = [figure for figure in self.figures.values() if figure.status is Status.CONFIRMED]
        return sorted((figure.point for figure in confirmed), key=lambda point: point.on)

    def _keep(self, figure: Figure) -> Figure:
        self.figures[figure.id] = figure
        return figure

    def _entry(self, month: int, numerator: int) -> Entry:
        return entry_for(f"2026-{month + 1:02}", numerator, 100_000)

    def _entry_of(self, figure: Figure) -> Entry:
        return Entry(LIVING, figure.division, figure.period, figure.numbers)

    def _standing(self, period: Period) -> Figure | None:
        found = [f for f in self.figures.values() if f.period == period and f.status is Status.CONFIRMED]
        assert len(found) <= 1
        return found[0] if found else None


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("file"), st.integers(0, 3), st.integers(0, 100_000)),
        st.tuples(st.just("correct"), st.integers(0, 3), st.integers(0, 100_000)),
        st.tuples(st.just("confirm"), st.integers(0, 30), st.just(0)),
        st.tuples(st.just("withdraw"), st.integers(0, 30), st.just(0)),
        st.tuples(st.just("return"), st.integers(0, 30), st.just(0)),
    ),
    max_size=60,
)


@settings(deadline=None)
@given(STEPS)
def test_the_points_equal_a_recomputation_under_any_order_of_corrections(steps: list[tuple[str, int, int]]) -> None:
    register = Register()
    for verb, target, numerator in steps:
        if verb == "file":
            register.file(target, numerator)
            continue
        if verb == "correct":
            register.correct(target, numerator)
            continue
        if not register.figures:
            continue
        figure = list(register.figures.values())[target % len(register.figures)]
        try:
            if verb == "confirm":
                register.confirm(figure)
            elif verb == "withdraw":
                figure.withdraw()
            else:
                figure.send_back(by=person("reviewer"), reason="测试")
        except Refusal:
            pass
        assert list(register.points) == register.recomputed()
    assert register.versions == sorted(set(register.versions))
    days = [point.on for point in register.points]
    assert days == sorted(set(days))
    for figure in register.figures.values():
        assert (figure.status is Status.SUPERSEDED) == (figure.superseded_by is not None)
        if figure.superseded_by:
            assert register.figures[figure.superseded_by].correction.of == figure.id


def test_the_point_before_a_day_is_the_latest_earlier_one() -> None:
    series = open_series(id=uuid4(), line=("f", DISTRICT), kind=FormKind.LEVEL)
    for period in ("2026-03", "2026-01"):
        series.revise(Point(Period.parse(period), Numbers(1, None)))
    assert series.happened == ["opened", "revised", "revised"]
    assert series.before(date(2026, 1, 31)) is None
    assert str(series.before(date(2026, 3, 31)).period) == "2026-01"
    assert str(series.before(date(2026, 4, 30)).period) == "2026-03"


# --- duties ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "today", "period"),
    [
        ("disability-living-subsidy", date(2026, 11, 30), "2026-10"),
        ("disability-living-subsidy", date(2026, 12, 1), "2026-11"),
        ("disability-living-subsidy", date(2027, 1, 1), "2026-12"),
        ("rescue-returns", date(2026, 11, 23), "2026-Q3"),
        ("rescue-returns", date(2027, 1, 1), "2026-Q4"),
        ("charity-donations", date(2026, 12, 31), "2025"),
    ],
)
def test_the_period_due_is_the_last_one_that_ended(code: str, today: date, period: str) -> None:
    assert str(period_due(FORMS.get(code), today)) == period
    assert period_due(FORMS.get(code), today).last + timedelta(days=1) <= today


def test_every_status_and_action_is_in_the_table() -> None:
    assert set(WORKFLOW.statuses) == set(Status)
    assert set(WORKFLOW.actions) == set(Action)
