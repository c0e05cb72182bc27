"""The catalogue as data: complete, and a wrong entry names its file, its line and its field; progress and rounding."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from monitoring.catalogue import CATALOGUE
from monitoring.domain.catalogue import CatalogueEntryInvalid, catalogue_from_text
from monitoring.domain.evaluation import Value, evaluate, gaps, rounded
from monitoring.domain.progress import month_ends, progress
from monitoring.domain.term import Places, term_of

GOOD = """
[[indicator]]
id = "good"
code = "X1"
name = "好"
name_en = "Good"
unit = "%"
kind = "RATIO"
nature = "NONE"
source = "COMPUTED"
factor = "100"
scope = "city"
baseline = { printed_in = "—" }
target = [{ value = "60", deadline = 2025-12-31, printed_in = "第一章" }]
definition = [{ valid_from = 2021-01-01, text = "甲除以乙", variants = [["a", "b"]] }]
"""


def test_every_target_of_the_text_is_there() -> None:
    codes = {int(indicator.code[1:]) for indicator in CATALOGUE.text}
    assert codes == set(range(1, 59))
    assert len(CATALOGUE.table) == 16


def test_deadlines_of_2022_are_kept() -> None:
    early = {i.id: i.targets[0].deadline for i in CATALOGUE.text if any(t.deadline.year == 2022 for t in i.targets)}
    assert early == {
        "community-cadres-trained": date(2022, 8, 31), "rural-community-elder-care": date(2022, 12, 31),
    }  # fmt: skip


def test_every_contradiction_is_said_in_words() -> None:
    said = {c for i in CATALOGUE.indicators for words in i.contradictions for c in re.findall(r"矛盾(C\d+)", words)}
    assert {f"C{n}" for n in range(1, 17)} <= said


@pytest.mark.parametrize(
    ("written", "wrong", "line", "field"),
    [
        ('kind = "RATIO"', 'kind = "SOMETHING"', 8, "kind"),
        ('factor = "100"', 'factor = "0"', 11, "factor"),
        ('factor = "100"', "factor = 100", 11, "factor"),
        ('scope = "city"', 'scope = "moon"', 12, "scope"),
        ('["a", "b"]', '["a", "a"]', 15, "definition"),
        ('["a", "b"]', '["a"]', 15, "definition"),
        ('["a", "b"]', '["a", "b b"]', 15, "definition"),
        ('value = "60"', 'value = "sixty"', 14, "target"),
        ('value = "60", ', "", 14, "target"),
        ('unit = "%"', 'unit = "%"\nunits = "x"', 8, "units"),
        ('id = "good"', 'id = "Not Good"', 3, "id"),
        ('name = "好"\n', "", 2, "name"),
    ],
)
def test_a_wrong_entry_names_its_file_line_and_field(written: str, wrong: str, line: int, field: str) -> None:
    with pytest.raises(CatalogueEntryInvalid) as refused:
        catalogue_from_text(GOOD.replace(written, wrong, 1), "some.toml")
    assert f"some.toml 第 {line} 行" in (refused.value.detail or "")
    assert field in (refused.value.detail or "")


def test_an_id_twice_is_refused() -> None:
    with pytest.raises(CatalogueEntryInvalid):
        catalogue_from_text(GOOD + GOOD)


@pytest.mark.parametrize("text", ["a", "-a.b", "townships:a", "districts:", "a@URBAN", "a~2020", "-townships:a@RURAL"])
def test_a_term_is_written_as_it_is_read(text: str) -> None:
    assert str(term_of(text)) == text


def test_a_term_counts_places() -> None:
    assert term_of("townships:institution.comprehensive").places is Places.TOWNSHIPS


@pytest.mark.parametrize(
    ("number", "shown"),
    [(Fraction(1, 8), "0.13"), (Fraction(-1, 8), "-0.13"), (Fraction(5, 1000), "0.01"), (Fraction(2, 3), "0.67")],
)
def test_half_is_rounded_up(number: Fraction, shown: str) -> None:
    assert rounded(number) == Decimal(shown)


def test_a_target_is_reached_by_the_exact_value_and_not_by_the_rounded_one() -> None:
    indicator = CATALOGUE.by_id("nursing-bed-share")
    assert indicator is not None
    [below] = gaps(indicator, Value(59_999, 100_000, Fraction(59_999, 1000)), date(2025, 12, 31), lambda _: None)
    assert (below.gap, below.reached) == (Decimal("0.00"), False)


def test_either_of_needs_one_of_both() -> None:
    """Ten social workers for 20,000 elders are half of one; for 900 beds they are more."""
    catalogue = catalogue_from_text(
        GOOD.replace('"RATIO"', '"EITHER_OF"').replace(
            '[["a", "b"]]',
            '[{ numerator = "w", denominator = "e", factor = "1000" }, '
            '{ numerator = "w", denominator = "b", factor = "100" }]',
        )
    )
    known = {"w": 10, "e": 20_000, "b": 900}
    value = evaluate(catalogue.indicators[0], date(2025, 12, 31), lambda question: known.get(question.measure))
    assert value.rounded() == Decimal("1.11")


def test_progress_says_pace_projection_and_whether_it_misses() -> None:
    indicator = CATALOGUE.by_id("nursing-bed-share")
    assert indicator is not None
    on = date(2025, 6, 30)
    points = [(day, Fraction(40 + n)) for n, day in enumerate(month_ends(on))]
    [gap] = gaps(indicator, Value(52, 100, Fraction(52)), on, lambda _: None)
    way = progress(indicator, points, gap, on)
    assert (way.days_left, way.gap, way.pace_needed) == (184, Decimal("-8.00"), Decimal("1.32"))
    assert way.projection is not None
    assert way.projection.low <= way.projection.value <= way.projection.high
    assert way.misses is True
    assert progress(indicator, points[-2:], gap, on).projection is None
    late = progress(indicator, points, gap, date(2026, 1, 1))
    assert (late.projection, late.misses) == (None, True)
