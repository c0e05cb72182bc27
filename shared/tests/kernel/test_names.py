import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.names import INTERPUNCT, MAX_LENGTH, PersonName, PersonNameInvalid

GOOD = [
    "张三",
    "张小三",
    "欧阳娜娜",
    "丹",
    "阿卜杜拉·买买提",
    "O'Brien",
    "Jean-Paul Sartre",
    "J. R. Smith",
    "José",
]
GOOD += [
    "㑇",
    "𠮷野",
    "𪜀",
    "𫝀",
    "𫠠",
    "𬺰",
    "𰻞",
    "\U00031350",
    "\U0002ebf0",
    "一〇",
    "々",
    "\ufa19",
    "\u2f08",
]
GOOD += ["葛\U000e0100城", "བསྟན་འཛིན", "ئابدۇللا", "김철수", "戶", "户", "A" * MAX_LENGTH]

BAD = [
    ("", "empty"),
    ("  ", "empty"),
    ("·", "empty"),
    ("\u0301", "empty"),
    (" 张三", "outer-blank"),
    ("张三\u3000", "outer-blank"),
    ("张三\n", "outer-blank"),
    ("张\x00三", "control"),
    ("张\t三", "control"),
    ("张\u2028三", "control"),
    ("张\u202e三", "bidi"),
    ("张\u2067三", "bidi"),
    ("张\u200b三", "zero-width"),
    ("张\ufeff三", "zero-width"),
    ("张\u00ad三", "zero-width"),
    ("张\u200d三", "zero-width"),
    ("张\u3164三", "zero-width"),
    ("张\ue863", "private-use"),
    ("张\U000f0000", "private-use"),
    ("张3", "characters"),
    ("张\u00a0三", "characters"),
    ("张\u3000三", "characters"),
    ("张😀", "characters"),
    ("=1+1", "characters"),
    ("<script>", "characters"),
    ("张%", "characters"),
    ("张\ud840", "characters"),
    ("张" * (MAX_LENGTH + 1), "too-long"),
]


@pytest.mark.parametrize("text", GOOD)
def test_a_name_is_kept_exactly_as_received(text: str) -> None:
    assert PersonName.parse(text).plain == text


@pytest.mark.parametrize(("text", "reason"), BAD)
def test_what_cannot_be_in_a_name_is_refused_for_its_reason(text: str, reason: str) -> None:
    with pytest.raises(PersonNameInvalid) as refused:
        PersonName.parse(text)
    assert (refused.value.field, refused.value.facts) == ("name", {"reason": reason})


@pytest.mark.parametrize("variant", ["\u00b7", "\u2022", "\u30fb", "\u2027", "\uff0e", "."])
def test_all_interpuncts_compare_as_one(variant: str) -> None:
    name = PersonName.parse(f"阿卜杜拉{variant}买买提")
    assert name.folded == f"阿卜杜拉{INTERPUNCT}买买提"
    assert name.plain[4] == variant


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\ufa19", "\u795e"),
        ("\u2f08", "人"),
        ("Ａnna", "anna"),
        ("葛\U000e0100", "葛"),
        ("José", "JOSE\u0301"),
    ],
)
def test_compatible_forms_compare_as_one(one: str, other: str) -> None:
    assert PersonName(one).folded == PersonName(other).folded
    assert PersonName(one) != PersonName(other)


def test_different_hanzi_stay_different() -> None:
    assert len({PersonName(text).folded for text in ("戶", "户", "戸")}) == 3


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("丹", "*"),
        ("张三", "张*"),
        ("张小三", "张*三"),
        ("阿卜杜拉·买买提", "阿******提"),
        ("𠮷野家", "𠮷*家"),
        ("葛\U000e0100城", "葛*"),
    ],
)
def test_a_name_is_masked_but_for_its_ends(text: str, masked: str) -> None:
    name = PersonName(text)
    assert name.masked == str(name) == masked
    assert repr(name) == f"PersonName({masked})"


@given(st.text(max_size=60))
def test_any_text_is_either_kept_or_refused(text: str) -> None:
    try:
        name = PersonName(text)
    except PersonNameInvalid:
        return
    assert name.plain == text
    assert not set(name.folded) & set("\u2022\u30fb\u2027\uff0e.")
