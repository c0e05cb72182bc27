"""A name in its two parts, exactly as received, and how its parts are told from each other."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from placename.domain.category import Category
from placename.domain.writing import NUMERALS
from shared.kernel.errors import Invalid
from shared.kernel.parameters import ParameterReader

LONGEST = 50
"""Code points of each part."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_INVISIBLE = frozenset("\u034f\u115f\u1160\u3164\uffa0")
_NUMBERS = frozenset(NUMERALS + "0123456789")


class ToponymInvalid(Invalid):
    """地名填写有误"""


@dataclass(frozen=True)
class Toponym:
    """A proposed or standard name (地名): specific term (专名) and generic term (通名), stored as received.

    Control, direction-turning, zero-width and private-use characters are refused, each for its reason; rare
    characters of every extension are kept as they are, and whether they suit a name is a finding.
    """

    specific: str
    generic: str

    def __post_init__(self) -> None:
        for field, text in (("specific", self.specific), ("generic", self.generic)):
            if reason := _fault(text, may_be_empty=field == "generic"):
                raise ToponymInvalid(field=field, reason=reason)

    @property
    def full(self) -> str:
        """The whole name."""
        return self.specific + self.generic


def _fault(text: str, *, may_be_empty: bool) -> str | None:
    if not text.strip():
        return None if may_be_empty and not text else "empty"
    if len(text) > LONGEST:
        return "too-long"
    if text != text.strip():
        return "outer-blank"
    if any(unicodedata.category(character) in _UNSEEN or character in _INVISIBLE for character in text):
        return "unseen-character"
    return None


class Structure(StrEnum):
    """Whether a name has the two parts that the regulation asks for (名称结构)."""

    COMPLETE = "COMPLETE"
    NO_GENERIC = "NO_GENERIC"
    ONLY_GENERIC = "ONLY_GENERIC"


@dataclass(frozen=True)
class Parts:
    """A name cut for comparison and spelling: 中山|四|路, 南坪|西|路, 石柱土家族||自治县.

    ``ordinal`` numbers a street among its siblings, ``modifier`` says which of them it is, ``term`` is the
    generic term itself. A name without a generic has an empty term.
    """

    stem: str
    ordinal: str
    modifier: str
    term: str
    structure: Structure = Structure.COMPLETE

    @property
    def is_derived(self) -> bool:
        """Whether the name is one of several siblings (派生地名)."""
        return bool(self.ordinal or self.modifier)


@dataclass(frozen=True)
class Vocabulary:
    """The generic terms of every category, the words that modify them, and the names of peoples."""

    terms: Mapping[Category, frozenset[str]]
    modifiers: frozenset[str]
    optional_for: frozenset[Category]
    ethnonyms: tuple[str, ...]

    def suffix(self, text: str, category: Category) -> str:
        """The longest generic term that ends ``text``: one of its category if there is any, else of another."""
        own = _longest_suffix(text, self.terms.get(category, frozenset()))
        return own or _longest_suffix(text, self.all_terms)

    @cached_property
    def all_terms(self) -> frozenset[str]:
        """The generic terms of every category."""
        return frozenset().union(*self.terms.values())

    def allows(self, term: str, category: Category) -> bool:
        """Whether a generic term suits a category."""
        return term in self.terms.get(category, frozenset())


def read_vocabulary(parameters: ParameterReader) -> Vocabulary:
    """The vocabulary in force on the reader's day."""
    return Vocabulary(
        terms={category: frozenset(words(parameters, f"generics.{category.key}")) for category in Category},
        modifiers=frozenset(words(parameters, "generics.modifiers")),
        optional_for=frozenset(map(Category, words(parameters, "generics.optional_for"))),
        ethnonyms=words(parameters, "ethnonyms"),
    )


def words(parameters: ParameterReader, name: str) -> tuple[str, ...]:
    """A word list (词表)."""
    return tuple(str(word) for word in parameters.listing(name))


def analyse(toponym: Toponym, category: Category, vocabulary: Vocabulary) -> Parts:
    """Cut a name into its parts; what cannot be cut is said by ``structure`` and left in the stem."""
    specific, generic = toponym.specific, toponym.generic
    if not generic:
        complete = category in vocabulary.optional_for
        return Parts(specific, "", "", "", Structure.COMPLETE if complete else Structure.NO_GENERIC)
    if vocabulary.suffix(toponym.full, category) == toponym.full:
        return Parts(specific, "", "", generic, Structure.ONLY_GENERIC)
    term = vocabulary.suffix(generic, category)
    before = generic.removesuffix(term) if term else generic
    if not term or not (is_number(before) or before in vocabulary.modifiers or not before):
        return Parts(specific, "", "", generic, Structure.NO_GENERIC)
    if before:
        number = is_number(before)
        return Parts(specific, before if number else "", "" if number else before, term)
    stem, ordinal = _numbered(specific) if category is Category.STREET else (specific, "")
    return Parts(stem, ordinal, "", term)


def _numbered(specific: str) -> tuple[str, str]:
    """中山四 → 中山, 四; a specific that is itself a number (五一) has no ordinal."""
    stem = specific.rstrip("".join(_NUMBERS))
    return (stem, specific[len(stem) :]) if stem else (specific, "")


def is_number(text: str) -> bool:
    """Whether a text consists of Chinese or Arabic numerals only."""
    return bool(text) and set(text) <= _NUMBERS


def _longest_suffix(text: str, terms: frozenset[str]) -> str:
    return max((term for term in terms if text.endswith(term)), key=len, default="")
