"""The names of people (姓名): kept exactly as received, compared by a folded key, shown masked.

Nothing that is stored is normalised: even the mildest Unicode normal form would rewrite rare Hanzi. What
cannot be part of a name is refused instead, each for its own reason:

    empty         no letter and no Hanzi at all
    too-long      more than 50 code points
    outer-blank   a blank at the beginning or the end
    control       control characters, line and paragraph ends
    bidi          marks that turn the direction of the text
    zero-width    characters that take no room
    private-use   characters without a public meaning, such as left-overs of old encodings
    characters    anything else: digits, symbols, emoji, blanks other than the plain one

Hanzi are recognised by the blocks of Unicode, up to Extension I, and not by the character tables of the
running Python, which may be older than the name register.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from shared.kernel.errors import Invalid

MAX_LENGTH = 50
"""Code points: the smallest length that a name field must offer (统一姓名采集应用规范)."""

INTERPUNCT = "\u00b7"
"""The separator between the parts of a name (间隔号) as the state's name rules write it."""

_INTERPUNCT_VARIANTS = str.maketrans(dict.fromkeys("\u2022\u30fb\u2027\uff0e.", INTERPUNCT))
_PUNCTUATION = frozenset("\u00b7\u2022\u30fb\u2027\uff0e. '\u2019-\u0f0b\u0f0c")
"""Interpuncts, the plain blank, apostrophes, the hyphen and the Tibetan syllable marks."""

_HANZI_BLOCKS = (
    (0x3005, 0x3005),  # iteration mark
    (0x3007, 0x3007),  # zero
    (0x2E80, 0x2FDF),  # radicals
    (0x3400, 0x4DBF),  # Extension A
    (0x4E00, 0x9FFF),  # the basic block
    (0xF900, 0xFAFF),  # compatibility forms
    (0x20000, 0x2A6DF),  # Extension B
    (0x2A700, 0x2EBEF),  # Extensions C to F
    (0x2EBF0, 0x2EE5F),  # Extension I
    (0x2F800, 0x2FA1F),  # compatibility supplement
    (0x30000, 0x323AF),  # Extensions G and H
)
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset("\u034f\u115f\u1160\u3164\uffa0")
_VARIATION_SELECTORS = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF))


class PersonNameInvalid(Invalid):
    """姓名填写有误"""


@dataclass(frozen=True, repr=False)
class PersonName:
    """A person's name (姓名), exactly as received."""

    plain: str

    def __post_init__(self) -> None:
        if reason := _fault(self.plain):
            raise PersonNameInvalid(field="name", reason=reason)

    @classmethod
    def parse(cls, text: str) -> PersonName:
        """Read a name as typed; the reason of a refusal is one of those listed above."""
        return cls(text)

    @property
    def folded(self) -> str:
        """The key for comparing and searching: compatible forms, letter case and interpuncts made one.

        Two names with the same key may still be written differently; the key is never shown.
        """
        text = "".join(c for c in self.plain if not _within(c, _VARIATION_SELECTORS))
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        return folded.translate(_INTERPUNCT_VARIANTS)

    @property
    def masked(self) -> str:
        """The first and the last character, the rest as stars (脱敏显示): 张*, 张*三."""
        seen = [c for c in self.plain if unicodedata.category(c)[0] != "M"]
        if len(seen) < 3:
            return "*" if len(seen) == 1 else seen[0] + "*"
        return seen[0] + "*" * (len(seen) - 2) + seen[-1]

    def __str__(self) -> str:
        return self.masked

    def __repr__(self) -> str:
        return f"PersonName({self.masked})"


def _fault(text: str) -> str | None:
    if len(text) > MAX_LENGTH:
        return "too-long"
    if text != text.strip():
        return "outer-blank" if text.strip() else "empty"
    for character in text:
        if reason := _stranger(character):
            return reason
    return None if any(_is_letter(character) for character in text) else "empty"


def _stranger(character: str) -> str | None:
    category = unicodedata.category(character)
    if character in _BIDI:
        return "bidi"
    if category == "Cf" or character in _INVISIBLE:
        return "zero-width"
    if category in ("Cc", "Zl", "Zp"):
        return "control"
    if category == "Co":
        return "private-use"
    if _is_letter(character) or category[0] == "M" or character in _PUNCTUATION:
        return None
    return "characters"


def _is_letter(character: str) -> bool:
    return _within(character, _HANZI_BLOCKS) or unicodedata.category(character)[0] == "L"


def _within(character: str, blocks: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(character) <= last for first, last in blocks)
