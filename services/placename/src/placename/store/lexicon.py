"""How characters are read and written: the national table, the dictionary of local readings, and a library."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pypinyin import Style, lazy_pinyin

from placename.domain.romanisation import Reading
from placename.domain.toponym import Parts, is_number
from placename.domain.writing import Characters

FOLDER = Path(__file__).parent.parent / "data"
_one_by_one: Any = list
"""Characters without a reading stand for themselves, so that syllables and characters stay in step; the library
takes a list from here, though its stub does not say so."""
DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")


@dataclass(frozen=True)
class LocalReading:
    """A reading that stands in the dictionary; ``county`` limits it to names inside that county."""

    word: str
    syllables: tuple[str, ...]
    county: str | None = None


class Lexicon:
    """Reads names aloud (地名读音): the dictionary first, the library for the rest, and says which it was.

    Every part is read by itself: a library that sees 重庆市长寿区 in one piece reads 市长.
    """

    def __init__(self, readings: Iterable[LocalReading], terms: Iterable[LocalReading]) -> None:
        self._readings: dict[str, list[LocalReading]] = {}
        for reading in readings:
            self._readings.setdefault(reading.word, []).append(reading)
        self._terms = {term.word: term.syllables for term in terms}
        self._longest = max(map(len, self._readings), default=0)

    def read(self, full: str, parts: Parts, ethnonyms: Iterable[str], county: str) -> Reading:
        """The reading of a name, one syllable a character, in the county it lies in."""
        whole = self._entry(full, county)
        if whole:
            return Reading(whole, confirmed=True)
        found = [
            *(self._specific(piece, county) for piece in pieces(parts.stem, tuple(ethnonyms))),
            _numbers(parts.ordinal),
            self._generic(parts.modifier),
            self._generic(parts.term),
        ]
        syllables = tuple(syllable for piece, _ in found for syllable in piece)
        return Reading(syllables, confirmed=all(known for _, known in found))

    def _entry(self, word: str, county: str) -> tuple[str, ...] | None:
        entries = self._readings.get(word, [])
        fitting = [entry for entry in entries if entry.county in (None, county)]
        return max(fitting, key=lambda entry: entry.county or "").syllables if fitting else None

    def _specific(self, text: str, county: str) -> tuple[tuple[str, ...], bool]:
        syllables: list[str] = []
        unknown = ""
        known = True
        position = 0
        while position < len(text):
            word = self._word_at(text, position, county)
            if word is None:
                unknown, known, position = unknown + text[position], False, position + 1
                continue
            syllables += [*_guess(unknown), *(self._entry(word, county) or ())]
            unknown, position = "", position + len(word)
        return (*syllables, *_guess(unknown)), known

    def _word_at(self, text: str, position: int, county: str) -> str | None:
        """The longest word of the dictionary here; a single character counts only as a whole specific."""
        for length in range(min(self._longest, len(text) - position), 0, -1):
            word = text[position : position + length]
            if (length > 1 or word == text) and self._entry(word, county):
                return word
        return None

    def _generic(self, text: str) -> tuple[tuple[str, ...], bool]:
        return (self._terms[text], True) if text in self._terms else (_guess(text), not text)


def pieces(stem: str, ethnonyms: tuple[str, ...]) -> Iterator[str]:
    """A specific term, with the names of peoples at its end as pieces of their own."""
    for people in ethnonyms:
        if stem.endswith(people) and stem != people:
            yield from pieces(stem.removesuffix(people), ethnonyms)
            yield people
            return
    yield stem


def _numbers(text: str) -> tuple[tuple[str, ...], bool]:
    return _guess(text.translate(DIGITS)), is_number(text) or not text


def _guess(text: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(text, style=Style.TONE, v_to_u=True, errors=_one_by_one)) if text else ()


@cache
def lexicon() -> Lexicon:
    """The dictionary shipped with the service."""
    document = tomllib.loads((FOLDER / "readings.toml").read_text(encoding="utf-8"))

    def entries(kind: str) -> Iterator[LocalReading]:
        for entry in document[kind]:
            yield LocalReading(entry["word"], tuple(entry["syllables"].split()), entry.get("division"))

    return Lexicon(entries("reading"), entries("term"))


@cache
def characters() -> Characters:
    """The national table of standard characters and the forms it replaces."""
    levels: dict[str, int] = {}
    level = 0
    for line in _lines("characters.txt"):
        if line.startswith("= "):
            level = int(line.removeprefix("= "))
        else:
            levels |= dict.fromkeys(line, level)
    pairs = [pair for line in _lines("traditional.txt") for pair in line.split()]
    return Characters(levels, {pair[0]: pair[1] for pair in pairs})


def _lines(name: str) -> Iterator[str]:
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line
