from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.errors import JsonValue
from shared.kernel.parameters import (
    Confidence,
    NoParameterInForce,
    Parameter,
    ParameterBook,
    ParameterEntryInvalid,
    ParameterOverlap,
    ParameterUnreadable,
    from_toml_text,
    load_toml,
)

START = date(2025, 1, 1)
SEED = """
[[parameter]]
name = "dibao.urban"
value = 75000
valid_from = 2024-09-01
valid_to = 2025-07-01
authority = "2024 年通知"
confidence = "V"

[[parameter]]
name = "dibao.urban"
value = 77000
valid_from = 2025-07-01
authority = "渝民规〔2025〕6号"
confidence = "V"
note = "每人每月，单位：分"

[[parameter]]
name = "temp.small_fast.kinds"
value = ["illness", "accident"]
valid_from = 2025-01-01
authority = "service default"
confidence = "U"
"""


def make_parameter(
    name: str = "limit",
    value: JsonValue = 1,
    valid_from: date = START,
    valid_to: date | None = None,
    confidence: Confidence = Confidence.VERIFIED,
) -> Parameter:
    return Parameter(name, value, valid_from, valid_to, "某通知", confidence)


def entry(**changes: str) -> str:
    fields = {
        "name": '"a"',
        "value": "1",
        "valid_from": "2025-01-01",
        "authority": '"x"',
        "confidence": '"V"',
    } | changes
    return "[[parameter]]\n" + "".join(f"{key} = {value}\n" for key, value in fields.items() if value)


def test_a_value_holds_from_its_first_day_until_the_day_its_successor_begins(tmp_path: Path) -> None:
    seed = tmp_path / "seed.toml"
    seed.write_text(SEED, encoding="utf-8")
    book = load_toml(seed)
    assert book.integer("dibao.urban", date(2025, 6, 30)) == 75000
    assert book.integer("dibao.urban", date(2025, 7, 1)) == 77000
    assert book.at("dibao.urban", date(2025, 7, 1)).authority == "渝民规〔2025〕6号"
    assert book.listing("temp.small_fast.kinds", date(2026, 1, 1)) == ("illness", "accident")
    assert (len(book), book.names) == (3, ("dibao.urban", "temp.small_fast.kinds"))
    assert [parameter.value for parameter in book][:2] == [75000, 77000]


@pytest.mark.parametrize("on", [START - timedelta(days=1), START + timedelta(days=31)])
def test_a_day_without_a_value_is_refused(on: date) -> None:
    book = ParameterBook([make_parameter(valid_to=START + timedelta(days=31))])
    with pytest.raises(NoParameterInForce) as refused:
        book.at("limit", on)
    assert refused.value.facts == {"name": "limit", "on": on.isoformat()}


def test_an_unheard_of_name_is_refused() -> None:
    with pytest.raises(NoParameterInForce):
        ParameterBook([]).text("limit", START)


SPANS = st.lists(st.tuples(st.integers(0, 20), st.none() | st.integers(1, 10)), min_size=1, max_size=4)


@given(SPANS)
def test_a_book_is_refused_exactly_when_a_day_has_two_values(spans: list[tuple[int, int | None]]) -> None:
    def day(n: int) -> date:
        return START + timedelta(days=n)

    parameters = [
        make_parameter(value=i, valid_from=day(a), valid_to=None if n is None else day(a + n))
        for i, (a, n) in enumerate(spans)
    ]
    holders = [[p for p in parameters if p.in_force(day(n))] for n in range(40)]
    if any(len(found) > 1 for found in holders):
        with pytest.raises(ParameterOverlap):
            ParameterBook(parameters)
        return
    book = ParameterBook(parameters)
    for n, found in enumerate(holders):
        if found:
            assert book.at("limit", day(n)) is found[0]
        else:
            with pytest.raises(NoParameterInForce):
                book.at("limit", day(n))


def test_a_value_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ParameterEntryInvalid):
        make_parameter(valid_to=START)


def test_each_reader_returns_its_own_type() -> None:
    values: dict[str, JsonValue] = {"n": 3, "f": 1.3, "t": "1.50", "w": "UP", "s": True, "l": [1, "a"]}
    book = ParameterBook(make_parameter(name, value) for name, value in values.items())
    assert book.integer("n", START) == 3
    assert [book.decimal(name, START) for name in "nft"] == [Decimal(3), Decimal("1.3"), Decimal("1.50")]
    assert book.text("w", START) == "UP"
    assert book.switch("s", START) is True
    assert book.listing("l", START) == (1, "a")


@pytest.mark.parametrize(
    ("read", "value"),
    [("integer", value) for value in (True, 1.0, "1", None, [1])]
    + [("decimal", value) for value in (True, "one", "NaN", float("inf"), None)]
    + [("text", value) for value in (1, None)]
    + [("switch", value) for value in (1, 0, "true")]
    + [("listing", value) for value in ("ab", 1, {"a": 1})],
)
def test_a_value_of_another_type_is_refused_and_never_bent(read: str, value: JsonValue) -> None:
    book = ParameterBook([make_parameter(value=value)])
    with pytest.raises(ParameterUnreadable) as refused:
        getattr(book, read)("limit", START)
    assert refused.value.facts["wanted"] == read


def test_a_reader_remembers_what_it_was_asked_and_what_was_uncertain() -> None:
    book = ParameterBook(
        [
            make_parameter("n", 3),
            make_parameter("f", "1.5", confidence=Confidence.UNCERTAIN),
            make_parameter("w", "UP", confidence=Confidence.KNOWN),
            make_parameter("s", False, confidence=Confidence.UNCERTAIN),
            make_parameter("l", []),
            make_parameter("unread", 0, confidence=Confidence.UNCERTAIN),
        ]
    )
    reader = book.reader(START)
    assert (reader.on, reader.used, reader.uncertain_used) == (START, (), ())
    assert (reader.integer("n"), reader.decimal("f"), reader.text("w")) == (3, Decimal("1.5"), "UP")
    assert (reader.switch("s"), reader.listing("l"), reader.integer("n")) == (False, (), 3)
    assert [parameter.name for parameter in reader.used] == ["n", "f", "w", "s", "l"]
    assert reader.uncertain_used == ("f", "s")


def test_the_version_of_a_book_changes_with_any_entry_and_not_with_their_order() -> None:
    first, second = make_parameter("a"), make_parameter("b", valid_to=date(2026, 1, 1))
    assert ParameterBook([first, second]).version == ParameterBook([second, first]).version
    assert ParameterBook([first, second]).version != ParameterBook([first]).version
    assert len(ParameterBook([]).version) == 8


@pytest.mark.parametrize(
    ("text", "field", "reason"),
    [
        (entry(authority=""), "authority", "missing"),
        (entry(unit='"fen"'), "unit", "unknown-field"),
        (entry(name='" "'), "name", "not-text"),
        (entry(authority="5"), "authority", "not-text"),
        (entry(note="5"), "note", "not-text"),
        (entry(valid_from='"2025-01-01"'), "valid_from", "not-a-date"),
        (entry(valid_from="2025-01-01T00:00:00"), "valid_from", "not-a-date"),
        (entry(valid_to="5"), "valid_to", "not-a-date"),
        (entry(valid_to="2025-01-01"), "valid_to", "span"),
        (entry(value="nan"), "value", "not-json"),
        (entry(value="[1, {a = 2025-01-01}]"), "value", "not-json"),
        (entry(confidence='"X"'), "confidence", "not-one-of-V-K-U"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_place(text: str, field: str, reason: str) -> None:
    with pytest.raises(ParameterEntryInvalid) as refused:
        from_toml_text(entry() + "\n" + text)
    assert (refused.value.field, refused.value.facts) == (field, {"reason": reason, "entry": 2, "line": 8})
    assert "第 2 项（第 8 行）" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[parameter", "syntax"),
        ("[parameter]\nname = 1", "not-a-list"),
        ("[[other]]\n", "unknown-table"),
        ("parameter = [1]", "not-a-table"),
    ],
)
def test_a_file_of_another_shape_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ParameterEntryInvalid) as refused:
        from_toml_text(text)
    assert refused.value.facts["reason"] == reason


def test_an_empty_file_is_an_empty_book() -> None:
    assert len(from_toml_text("")) == 0


def test_the_two_ways_to_write_tables_read_alike() -> None:
    inline = 'parameter = [{name="a", value=1, valid_from=2025-01-01, authority="x", confidence="V"}]'
    assert from_toml_text(inline).version == from_toml_text(entry()).version
