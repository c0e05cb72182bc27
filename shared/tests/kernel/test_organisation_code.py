import pytest

from shared.kernel.organisation_code import OrganisationCode, OrganisationCodeInvalid

CODE = "91110000600037341L"


def test_a_right_code_is_read() -> None:
    assert str(OrganisationCode.parse(CODE)) == CODE


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "length"),
        ("9 1 110000 600037341L", "length"),
        (CODE + "\n", "length"),
        (CODE.lower(), "characters"),
        ("９" + CODE[1:], "characters"),
        ("-" + CODE[1:], "characters"),
        ("A" + CODE[1:], "checksum"),
        (CODE[:-1] + "M", "checksum"),
        (CODE[:-2] + "I" + CODE[-1], "checksum"),
        ("92" + CODE[2:], "checksum"),
    ],
)
def test_a_wrong_code_is_refused_and_not_repeated(text: str, reason: str) -> None:
    with pytest.raises(OrganisationCodeInvalid) as refused:
        OrganisationCode.parse(text)
    assert refused.value.facts == {"reason": reason}
    assert not text or text not in str(refused.value)
