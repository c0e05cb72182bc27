"""Characters of names: which are standard, and the key by which two spellings are the same name."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

NUMERALS = "零〇一二三四五六七八九十百"
"""Chinese numerals that may number streets."""

RARE_LEVEL = 3
"""The level of the table that holds rare characters of names and technical terms."""

_HANZI = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
"""Blocks of Hanzi: the basic block, Extension A, compatibility forms, Extensions B to I."""


def is_hanzi(character: str) -> bool:
    """Whether a character is a Hanzi, by its block; the running Python may know fewer characters."""
    return character == "〇" or any(first <= ord(character) <= last for first, last in _HANZI)


@dataclass(frozen=True)
class Characters:
    """The national table of standard characters (通用规范汉字表, 国发〔2013〕23号) and the forms it replaces.

    ``levels`` gives 1, 2 or 3 for each of the 8105 characters; ``standard_forms`` leads from a traditional or
    variant character to the standard one.
    """

    levels: Mapping[str, int]
    standard_forms: Mapping[str, str]

    def level(self, character: str) -> int | None:
        """The level of a character, None outside the table."""
        return self.levels.get(character)

    def fold(self, text: str) -> str:
        """The comparison key: compatible forms made one, signs and blanks dropped, characters made standard.

        The key is for comparing and searching only; what is stored and shown is the name as received.
        """
        plain = unicodedata.normalize("NFKC", text).casefold()
        return "".join(
            self.standard_forms.get(character, character)
            for character in plain
            if is_hanzi(character) or unicodedata.category(character)[0] in "LN"
        )


def grams_of(folded: str) -> tuple[str, ...]:
    """Every single character and every pair of neighbours: what a search for part of a name looks up."""
    pairs = {folded[n : n + 2] for n in range(len(folded) - 1)}
    return tuple(sorted(set(folded) | pairs))


def arabic(numerals: str) -> str:
    """Chinese numerals below one hundred as digits: 四 is 4, 十二 is 12, 二十 is 20; others stay as they are."""
    if numerals.isascii() and numerals.isdigit():
        return numerals
    digits = {character: n for n, character in enumerate("零一二三四五六七八九")} | {"〇": 0}
    if len(numerals) == 1 and numerals in digits:
        return str(digits[numerals])
    tens, ten, ones = numerals.partition("十")
    if not ten or len(tens) > 1 or len(ones) > 1 or not set(tens + ones) <= digits.keys():
        return numerals
    return str((digits[tens] if tens else 1) * 10 + (digits[ones] if ones else 0))
