"""The number on a citizen's identity card (公民身份号码), as GB 11643 builds it.

    500103 20040501 003 9
    │      │        │   └ check character: ISO 7064 MOD 11-2 over the first 17 digits
    │      │        └ sequence; odd for men, even for women
    │      └ date of birth
    └ division where the number was first given; it may have been abolished or renumbered since

The number is never shown by accident: `str` and `repr` are masked, refusals do not repeat it, and only
`plain` gives the full text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.kernel.errors import Invalid

_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_WEIGHTS = tuple(pow(2, 17 - position, 11) for position in range(17))
_CHECK_CHARACTERS = "10X98765432"
_FIRST_BIRTH_DATE = date(1900, 1, 1)


class IdentityNumberInvalid(Invalid):
    """公民身份号码有误"""


class Sex(StrEnum):
    """The sex of a person (性别), with the codes of GB/T 2261.1."""

    MALE = "1"
    FEMALE = "2"


@dataclass(frozen=True, repr=False)
class IdentityNumber:
    """A well-formed citizen identity number (公民身份号码)."""

    plain: str

    def __post_init__(self) -> None:
        if reason := _fault(self.plain):
            raise _refuse(reason)

    @classmethod
    def parse(cls, text: str, on: date | None = None, *, lenient: bool = False) -> IdentityNumber:
        """Read a number as typed; with `on`, the person must have been born by that day.

        GB 11643 writes the check character as a capital X. A small x is refused for its own reason, unless
        `lenient` allows the reader to correct it. The reason fact of a refusal is one of "length",
        "lower-case-x", "characters", "birth-date", "sequence" and "checksum".
        """
        number = cls(text[:-1] + "X" if lenient and text.endswith("x") else text)
        if on is not None and number.birth_date > on:
            raise _refuse("birth-date")
        return number

    @property
    def birth_date(self) -> date:
        """The date of birth written in the number (出生日期)."""
        return _birth_date(self.plain)

    @property
    def sex(self) -> Sex:
        """The sex written in the number: the last digit of the sequence is odd for men."""
        return Sex.MALE if int(self.plain[16]) % 2 else Sex.FEMALE

    @property
    def region_hint(self) -> str:
        """The six digits of the first registration; a hint only, never proof of where a person lives."""
        return self.plain[:6]

    @property
    def masked(self) -> str:
        """The first three and the last four characters, the rest as stars (脱敏显示)."""
        return self.plain[:3] + "*" * 11 + self.plain[-4:]

    def __str__(self) -> str:
        return self.masked

    def __repr__(self) -> str:
        return f"IdentityNumber({self.masked})"


def _fault(text: str) -> str | None:
    if len(text) != 18:
        return "length"
    if not _SHAPE.fullmatch(text):
        return "lower-case-x" if _SHAPE.fullmatch(text[:17] + text[17].replace("x", "X")) else "characters"
    try:
        born = _birth_date(text)
    except ValueError:
        return "birth-date"
    if born < _FIRST_BIRTH_DATE:
        return "birth-date"
    if text[14:17] == "000":
        return "sequence"
    return None if text[17] == check_character(text[:17]) else "checksum"


def _birth_date(text: str) -> date:
    return date(int(text[6:10]), int(text[10:12]), int(text[12:14]))


def _refuse(reason: str) -> IdentityNumberInvalid:
    return IdentityNumberInvalid(rule="GB 11643", field="identity_number", reason=reason)


def check_character(first_17: str) -> str:
    """The check character (校验码) of 17 digits, by ISO 7064 MOD 11-2."""
    return _CHECK_CHARACTERS[sum(w * int(d) for w, d in zip(_WEIGHTS, first_17, strict=True)) % 11]


def synthetic_identity_number(seed: int, birth_date: date, sex: Sex, region: str = "500103") -> IdentityNumber:
    """A well-formed number of a person who was never born (合成数据), for tests and simulations.

    The sequence follows from the seed: 499 successive seeds give 499 different numbers for one region,
    day and sex. A real person may bear the same number by chance, so such numbers never meet real records.
    """
    sequence = 1 + 2 * (seed % 500) if sex is Sex.MALE else 2 + 2 * (seed % 499)
    first_17 = f"{region}{birth_date:%Y%m%d}{sequence:03}"
    return IdentityNumber(first_17 + check_character(first_17))
