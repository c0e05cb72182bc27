from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.identity_number import (
    IdentityNumber,
    IdentityNumberInvalid,
    Sex,
    check_character,
    synthetic_identity_number,
)

BIRTH_DATES = st.dates(date(1900, 1, 1), date(2026, 11, 23))
NUMBERS = st.builds(
    synthetic_identity_number,
    st.integers(0, 10**9),
    BIRTH_DATES,
    st.sampled_from(Sex),
    st.sampled_from(["500103", "500243", "110105", "810000"]),
)


def with_check(first_17: str) -> str:
    return first_17 + check_character(first_17)


def test_the_sample_of_the_standard_is_read() -> None:
    number = IdentityNumber.parse("11010519491231002X")
    assert number.plain == "11010519491231002X"
    assert (number.birth_date, number.sex, number.region_hint) == (date(1949, 12, 31), Sex.FEMALE, "110105")


@pytest.mark.parametrize(
    ("text", "sex", "born"),
    [
        ("500103200405010039", Sex.MALE, date(2004, 5, 1)),
        ("50010320060615002X", Sex.FEMALE, date(2006, 6, 15)),
    ],
)
def test_the_worked_examples_are_read(text: str, sex: Sex, born: date) -> None:
    assert (IdentityNumber.parse(text).sex, IdentityNumber.parse(text).birth_date) == (sex, born)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "length"),
        ("110105491231002", "length"),
        (" 11010519491231002X", "length"),
        ("11010519491231002X\n", "length"),
        ("1101051949123\u200b1002X", "length"),
        ("11010519491231002x", "lower-case-x"),
        ("1101051949123100xX", "characters"),
        ("１１０１０５１９４９１２３１００２Ｘ", "characters"),
        ("٠" * 18, "characters"),
        ("' OR 1=1 -- 1234567"[:18], "characters"),
        ("1101051949123100 X", "characters"),
        (with_check("11010519490229002"), "birth-date"),
        (with_check("11010500000000002"), "birth-date"),
        (with_check("11010518991231002"), "birth-date"),
        ("1" * 18, "birth-date"),
        (with_check("11010519491231000"), "sequence"),
        ("500103200405010038", "checksum"),
        ("110105194912310020", "checksum"),
    ],
)
def test_a_wrong_number_is_refused_for_its_reason_and_not_repeated(text: str, reason: str) -> None:
    with pytest.raises(IdentityNumberInvalid) as refused:
        IdentityNumber.parse(text)
    assert refused.value.facts == {"reason": reason}
    assert not text or text not in repr((refused.value.detail, str(refused.value), refused.value.facts))


def test_a_small_x_is_corrected_only_when_asked() -> None:
    assert IdentityNumber.parse("11010519491231002x", lenient=True).plain == "11010519491231002X"
    assert IdentityNumber.parse("11010519491231002X", lenient=True).plain == "11010519491231002X"


def test_nobody_is_born_after_the_day_in_question() -> None:
    text = with_check("50010320991231003")
    assert IdentityNumber.parse(text).birth_date == date(2099, 12, 31)
    assert IdentityNumber.parse(text, on=date(2099, 12, 31)).plain == text
    with pytest.raises(IdentityNumberInvalid) as refused:
        IdentityNumber.parse(text, on=date(2026, 11, 23))
    assert refused.value.facts == {"reason": "birth-date"}


def test_a_number_is_never_shown_by_accident() -> None:
    number = IdentityNumber.parse("500103200405010039")
    assert number.masked == str(number) == f"{number}" == "500***********0039"
    assert repr(number) == "IdentityNumber(500***********0039)"
    assert number.plain not in repr([number])


@given(NUMBERS, st.integers(0, 16), st.integers(1, 9))
def test_every_change_of_one_digit_is_detected(number: IdentityNumber, position: int, shift: int) -> None:
    digits = list(number.plain)
    digits[position] = str((int(digits[position]) + shift) % 10)
    with pytest.raises(IdentityNumberInvalid):
        IdentityNumber.parse("".join(digits))
    assert check_character("".join(digits[:17])) != number.plain[17]


@given(NUMBERS)
def test_only_one_of_the_eleven_check_characters_is_right(number: IdentityNumber) -> None:
    for character in set("0123456789X") - {number.plain[17]}:
        with pytest.raises(IdentityNumberInvalid) as refused:
            IdentityNumber.parse(number.plain[:17] + character)
        assert refused.value.facts == {"reason": "checksum"}


@given(NUMBERS, st.integers(0, 15))
def test_every_swap_of_two_neighbours_is_detected(number: IdentityNumber, position: int) -> None:
    digits = list(number.plain)
    digits[position], digits[position + 1] = digits[position + 1], digits[position]
    if "".join(digits) != number.plain:
        with pytest.raises(IdentityNumberInvalid):
            IdentityNumber.parse("".join(digits))


@given(st.integers(0, 10**12), BIRTH_DATES, st.sampled_from(Sex))
def test_a_synthetic_number_says_what_it_was_made_of(seed: int, born: date, sex: Sex) -> None:
    number = synthetic_identity_number(seed, born, sex)
    assert (number.birth_date, number.sex, number.region_hint) == (born, sex, "500103")
    assert number == synthetic_identity_number(seed, born, sex) == IdentityNumber.parse(number.plain, on=born)


@pytest.mark.parametrize("sex", Sex)
def test_499_successive_seeds_give_different_numbers(sex: Sex) -> None:
    numbers = {synthetic_identity_number(seed, date(1950, 1, 1), sex) for seed in range(7000, 7499)}
    assert len(numbers) == 499
