"""Comparing a proposed name with those around it: same, same sound, near sound, look-alike (重名同音检查).

Everything within the legally right scope is compared by keys; the names themselves are never changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from placename.domain.category import Category
from placename.domain.finding import ARTICLE_9, Code, Finding, Severity
from placename.domain.romanisation import Reading
from placename.domain.toponym import Parts
from placename.domain.writing import Characters

LOOK_ALIKE_FROM = 3
"""Characters: shorter names differ by one character too easily."""
UNIQUE = f"{ARTICLE_9}（七）（八）"


@dataclass(frozen=True)
class Keys:
    """What is compared of a name (比对键)."""

    folded: str
    stem: str
    term: str
    toned: str
    toneless: str
    dialect: str
    derived: bool


@dataclass(frozen=True)
class Neighbour:
    """A name that a proposal must be told apart from: in the register, or in an application that came first."""

    id: UUID
    full: str
    category: Category
    keys: Keys
    pending: bool
    retired: bool = False


def keys_of(full: str, parts: Parts, reading: Reading, characters: Characters) -> Keys:
    """The comparison keys of a name."""
    return Keys(
        folded=characters.fold(full),
        stem=characters.fold(parts.stem),
        term=characters.fold(parts.term),
        toned=reading.toned,
        toneless=reading.toneless,
        dialect=reading.dialect,
        derived=parts.is_derived,
    )


def check_duplicates(keys: Keys, category: Category, neighbours: Iterable[Neighbour]) -> Iterator[Finding]:
    """The gravest likeness to each neighbour; across categories a likeness is only worth knowing."""
    for neighbour in neighbours:
        likeness = _likeness(keys, neighbour.keys)
        if likeness is None:
            continue
        code, severity = likeness
        kin = neighbour.category.family == category.family
        if not kin and code is not Code.DUPLICATE:
            continue
        yield Finding(
            code,
            severity if kin else Severity.INFO,
            UNIQUE,
            detail=_standing(neighbour),
            matched=neighbour.full,
            pending=neighbour.pending,
        )


def _likeness(mine: Keys, other: Keys) -> tuple[Code, Severity] | None:
    same_place_in_line = (
        (mine.folded == other.folded, Code.DUPLICATE, Severity.BLOCK),
        (mine.toned == other.toned, Code.HOMOPHONE, Severity.OVERRIDABLE),
        (mine.stem == other.stem and mine.term != other.term, Code.SAME_SPECIFIC, Severity.WARN),
        (mine.toneless == other.toneless, Code.NEAR_SOUND, Severity.WARN),
        (mine.dialect == other.dialect, Code.DIALECT, Severity.INFO),
        (_looks_alike(mine, other), Code.LOOK_ALIKE, Severity.INFO),
    )
    return next(((code, severity) for holds, code, severity in same_place_in_line if holds), None)


def _looks_alike(mine: Keys, other: Keys) -> bool:
    siblings = mine.stem == other.stem and (mine.derived or other.derived)
    long_enough = min(len(mine.folded), len(other.folded)) >= LOOK_ALIKE_FROM
    return long_enough and not siblings and mine.term == other.term and _one_edit_apart(mine.folded, other.folded)


def _one_edit_apart(first: str, second: str) -> bool:
    """Whether one character replaced, added or left out turns one text into the other."""
    short, long = sorted((first, second), key=len)
    if len(long) - len(short) > 1 or short == long:
        return False
    start = next((n for n in range(len(short)) if short[n] != long[n]), len(short))
    rest = short[start + 1 :] if len(short) == len(long) else short[start:]
    return rest == long[start + 1 :]


def _standing(neighbour: Neighbour) -> str:
    if neighbour.pending:
        return "办理中的申请在先"
    return "停用未满规定年限或者列入保护名录" if neighbour.retired else "现行标准地名"


def cooldown_begin(today: date, years: int) -> date:
    """Names retired after this day still count; 29 February falls on the 28th in a common year."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return today.replace(year=today.year - years, day=28)
