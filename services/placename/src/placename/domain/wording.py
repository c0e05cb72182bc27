"""What a name may be made of: words, characters, length and structure (地名管理条例 第九条（一）至（六）)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from placename.domain.category import DIVISIONS, PROTECTED_BY_LENGTH, Category
from placename.domain.finding import ARTICLE_9, STANDARD_2008, Code, Finding, Severity
from placename.domain.locality import Locality
from placename.domain.toponym import Parts, Structure, Toponym, Vocabulary, is_number, words
from placename.domain.writing import RARE_LEVEL, Characters, is_hanzi
from shared.kernel.parameters import ParameterReader

WORD_LISTS = (
    (Code.STATE_LEADER, "words.leaders", Severity.BLOCK),
    (Code.PERSON, "words.persons", Severity.OVERRIDABLE),
    (Code.FOREIGN, "words.foreign", Severity.BLOCK),
    (Code.BRAND, "words.brands", Severity.OVERRIDABLE),
    (Code.GRAND_WORD, "words.grand", Severity.OVERRIDABLE),
    (Code.FORBIDDEN, "words.forbidden", Severity.BLOCK),
)

_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\uff21-\uff3a\uff41-\uff5a]")


@dataclass(frozen=True)
class Proposal:
    """A name as it stands for checking: what was typed, its parts, what it is and where."""

    toponym: Toponym
    parts: Parts
    category: Category
    locality: Locality


def check_wording(
    proposal: Proposal, vocabulary: Vocabulary, characters: Characters, parameters: ParameterReader
) -> Iterator[Finding]:
    """Every finding about the name itself; needs no register."""
    yield from _listed_words(proposal, characters, parameters)
    yield from _characters(proposal.toponym, characters)
    yield from _length(proposal, parameters)
    yield from _numbers_and_signs(proposal)
    yield from _structure(proposal, vocabulary)
    yield from _famous_features(proposal, parameters)


def _listed_words(proposal: Proposal, characters: Characters, parameters: ParameterReader) -> Iterator[Finding]:
    specific = characters.fold(proposal.toponym.specific)
    for code, name, severity in WORD_LISTS:
        for word in words(parameters, name):
            if characters.fold(word) in specific:
                yield Finding(code, severity, parameters.at(name).authority, matched=word)
    if _LATIN.search(proposal.toponym.full):
        yield Finding(Code.FOREIGN, Severity.BLOCK, f"{ARTICLE_9}（三）（五）", "含有外文字母")


def _characters(toponym: Toponym, characters: Characters) -> Iterator[Finding]:
    """Outside the national table: blocked; on its third level: rare."""
    for character in dict.fromkeys(filter(is_hanzi, toponym.full)):
        level = characters.level(character)
        if level is None:
            yield Finding(
                Code.CHARACTER, Severity.BLOCK, f"{ARTICLE_9}（三）", "不在通用规范汉字表内", matched=character
            )
        elif level == RARE_LEVEL:
            yield Finding(Code.CHARACTER, Severity.WARN, f"{ARTICLE_9}（三）", "三级字，生僻", matched=character)


def _length(proposal: Proposal, parameters: ParameterReader) -> Iterator[Finding]:
    length, longest = len(proposal.toponym.specific), parameters.integer("specific.longest")
    if length > longest:
        yield Finding(Code.LENGTH, Severity.WARN, STANDARD_2008, f"专名超过 {longest} 个字")
    if length == 1 and proposal.category not in PROTECTED_BY_LENGTH:
        yield Finding(Code.LENGTH, Severity.WARN, STANDARD_2008, "专名只有 1 个字")


def _numbers_and_signs(proposal: Proposal) -> Iterator[Finding]:
    strangers = [c for c in proposal.toponym.full if not is_hanzi(c) and not is_number(c)]
    if strangers:
        yield Finding(Code.NUMBER_OR_SIGN, Severity.BLOCK, f"{ARTICLE_9}（三）", "含有字母或者符号")
    specific = proposal.toponym.specific
    if is_number(specific) or any(c.isascii() and c.isdigit() for c in proposal.toponym.full):
        yield Finding(Code.NUMBER_OR_SIGN, Severity.OVERRIDABLE, STANDARD_2008, "以数字作专名")


def _structure(proposal: Proposal, vocabulary: Vocabulary) -> Iterator[Finding]:
    parts = proposal.parts
    if parts.structure is not Structure.COMPLETE:
        detail = "没有可识别的通名" if parts.structure is Structure.NO_GENERIC else "只有通名，没有专名"
        yield Finding(Code.STRUCTURE, Severity.BLOCK, ARTICLE_9, detail)
    elif parts.term and not vocabulary.allows(parts.term, proposal.category):
        yield Finding(Code.GENERIC_CLASS, Severity.BLOCK, f"{ARTICLE_9}（二）", matched=parts.term)


def _famous_features(proposal: Proposal, parameters: ParameterReader) -> Iterator[Finding]:
    """A division may not take the name of a famous feature that lies outside it (第九条（九）)."""
    if proposal.category not in DIVISIONS:
        return
    for feature in parameters.listing("words.famous_features"):
        if not isinstance(feature, Mapping):
            continue
        name, districts = str(feature["name"]), feature["districts"]
        outside = isinstance(districts, list | tuple) and proposal.locality.county not in districts
        if name in proposal.toponym.specific and outside:
            yield Finding(Code.FOREIGN_TO_AREA, Severity.BLOCK, f"{ARTICLE_9}（九）", matched=name)
