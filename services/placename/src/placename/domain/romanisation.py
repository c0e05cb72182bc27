"""Spelling place names in Hanyu Pinyin (地名罗马字母拼写), by the rules of 1984 (〔84〕中地字第17号).

A reading, one syllable a character with its tone, comes from a dictionary or a person; this module only
writes it. Rules by number: 1 specific and generic apart; 2 modifiers; 3 hamlets and market towns in one word;
4 a generic that became specific; 6 numbers spelled; 7 ordinals of streets in digits; 10 capitals;
11 apostrophe; 12 儿 as r; 14 buildings, parks, facilities.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from placename.domain.category import Category
from placename.domain.toponym import Parts, is_number
from placename.domain.writing import arabic
from shared.kernel.errors import Invalid

RULES = {
    "1": "专名与通名分写",
    "2": "专名或通名中的修饰成分，单音节与其相关部分连写，双音节以上分写",
    "3": "自然村（寨）、集镇名称各音节连写",
    "4": "通名已专名化的，按专名处理",
    "6": "数词一般拼写其读音",
    "7": "街巷名称中的序数用阿拉伯数字书写",
    "11": "以 a、o、e 开头的非首音节前用隔音符号",
    "14": "建筑物、公园等名称分写，单音节通名与其修饰成分连写",
    "ETHNIC": "民族自治地方名称中的民族名称各自成词",
}
JOINED = frozenset({Category.HAMLET, Category.MARKET_TOWN})
BUILT = frozenset({Category.BUILDING, Category.PARK, Category.FACILITY})

_TONES = {"\u0300", "\u0301", "\u0304", "\u030c"}
_SYLLABLE = re.compile(
    r"(?:(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?"
    r"(?:a|ai|an|ang|ao|e|ei|en|eng|er|i|ia|ian|iang|iao|ie|in|ing|iong|iu|o|ong|ou|u|ua|uai|uan|uang|ui|un|uo|"
    r"ü|üe|üan|ün|ue)|r|n|ng|m)"
)


class ReadingInvalid(Invalid):
    """读音填写有误"""


@dataclass(frozen=True)
class Reading:
    """How a name is read (读音): one syllable a character, tones marked.

    ``confirmed`` is true when every syllable stands in the dictionary of local readings or a person vouched
    for it; a library's guess needs a person (rule 8: 多音字以当地审定读音为准).
    """

    syllables: tuple[str, ...]
    confirmed: bool

    @property
    def toned(self) -> str:
        """Key of names that sound the same, tones included: ``rén hé lù``."""
        return " ".join(self.syllables)

    @property
    def toneless(self) -> str:
        """Key of names that sound the same but for the tones: ``ren he lu``; ü is written v."""
        return " ".join(key_of(syllable) for syllable in self.syllables)

    @property
    def letters(self) -> str:
        """The letters of the whole name without blanks, for searching: ``renhelu``."""
        return "".join(key_of(syllable) for syllable in self.syllables)

    @property
    def initials(self) -> str:
        """The first letter of each syllable: ``rhl``."""
        return "".join(key_of(syllable)[:1] for syllable in self.syllables)

    @property
    def dialect(self) -> str:
        """Key of names that Chongqing speech does not tell apart: l=n, zh=z, ch=c, sh=s, ing=in, eng=en, hu=f."""
        return " ".join(_as_spoken(key_of(syllable)) for syllable in self.syllables)


@dataclass(frozen=True)
class Romanisation:
    """A name in letters (罗马字母拼写), with the numbers of the rules that shaped it."""

    text: str
    toned: str
    rules: tuple[str, ...]


def confirmed_reading(syllables: Sequence[str], name: str) -> Reading:
    """A reading a person vouches for: as many syllables as characters, each possible in Mandarin."""
    if len(syllables) != len(name):
        raise ReadingInvalid("须逐字填写读音。", field="syllables", reason="count", wanted=len(name))
    written = tuple(unicodedata.normalize("NFC", syllable.lower()) for syllable in syllables)
    for place, syllable in enumerate(written):
        tones = [mark for mark in unicodedata.normalize("NFD", syllable) if mark in _TONES]
        if len(tones) > 1 or not _SYLLABLE.fullmatch(plain(syllable)):
            raise ReadingInvalid(field=f"syllables/{place}", reason="syllable")
    return Reading(written, confirmed=True)


def plain(syllable: str) -> str:
    """The syllable without its tone; ü stays."""
    decomposed = unicodedata.normalize("NFD", syllable)
    return unicodedata.normalize("NFC", "".join(mark for mark in decomposed if mark not in _TONES))


def key_of(syllable: str) -> str:
    """The syllable in the letters a to z: without tone, ü as v."""
    return plain(syllable).lower().replace("ü", "v")


def romanise(parts: Parts, reading: Reading, category: Category, ethnonyms: Iterable[str]) -> Romanisation:
    """Write a reading by the rules; ``parts`` says what belongs together."""
    words, rules = _words(parts, reading.syllables, category, tuple(ethnonyms))
    if any(_needs_apostrophe(syllable) for word in words for syllable in word[1:]):
        rules.append("11")
    toned = " ".join(_join(word) for word in words)
    return Romanisation(plain(toned), toned, tuple(rules))


def _words(
    parts: Parts, syllables: Sequence[str], category: Category, ethnonyms: tuple[str, ...]
) -> tuple[list[Sequence[str]], list[str]]:
    if category in JOINED:
        return [syllables], ["3"]
    at_ordinal = len(parts.stem)
    at_modifier = at_ordinal + len(parts.ordinal)
    at_term = at_modifier + len(parts.modifier)
    words = _stem_words(parts.stem, syllables[:at_ordinal], ethnonyms)
    rules = ["1" if parts.term else "4"]
    if is_number(parts.stem):
        rules.append("6")
    if len(words) > 1:
        rules.append("ETHNIC")
    if parts.ordinal:
        number = arabic(parts.ordinal)
        words.append([number] if number.isdigit() else syllables[at_ordinal:at_modifier])
        rules.append("7" if number.isdigit() else "6")
    modifier, term = syllables[at_modifier:at_term], syllables[at_term:]
    if not modifier:
        return [*words, term] if term else words, rules
    short = len(term) == 1 if category in BUILT else len(modifier) == 1
    rules.append("14" if category in BUILT else "2")
    return [*words, [*modifier, *term]] if short else [*words, modifier, term], rules


def _stem_words(stem: str, syllables: Sequence[str], ethnonyms: tuple[str, ...]) -> list[Sequence[str]]:
    """The specific as one word, the names of peoples at its end as words of their own."""
    words: list[Sequence[str]] = []
    while people := next((name for name in ethnonyms if stem.endswith(name) and stem != name), None):
        words.insert(0, syllables[-len(people) :])
        stem, syllables = stem.removesuffix(people), syllables[: -len(people)]
    return [syllables, *words]


def _join(word: Sequence[str]) -> str:
    first, *others = word
    joined = first + "".join(f"'{other}" if _needs_apostrophe(other) else other for other in others)
    return joined[:1].upper() + joined[1:]


def _needs_apostrophe(syllable: str) -> bool:
    return plain(syllable)[:1] in {"a", "o", "e"}


def _as_spoken(key: str) -> str:
    if key.startswith("hu"):
        key = "f" + (key[2:] or "u")
    for written, spoken in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("l", "n")):
        if key.startswith(written):
            key = spoken + key[len(written) :]
            break
    return key[:-1] if key.endswith(("ing", "eng")) else key
