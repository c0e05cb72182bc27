"""Finding names of the gazetteer: by any part, sound, initials, other name, kind, place, box and distance."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, cast, exists, false, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from placename.domain.category import Category
from placename.domain.geometry import Extent
from placename.domain.place_name import Heritage, NameStatus, PlaceName
from placename.domain.romanisation import key_of
from placename.domain.writing import grams_of, is_hanzi
from placename.store import Tx, box_around, distance_m, names, touches
from shared.kernel.divisions import Area
from shared.storage.entities import within

_NOT_LETTERS = re.compile(r"[^a-z]")
_SPOKEN = str.maketrans(
    {"1": "yi", "2": "er", "3": "san", "4": "si", "5": "wu", "6": "liu", "7": "qi", "8": "ba", "9": "jiu"}
)
"""Streets are spelled with digits and spoken with words: Zhongshan 4 Lu is zhongshansilu."""
MOST_SUGGESTED = 10


@dataclass(frozen=True)
class FoundName:
    """A name of the gazetteer; for a former name, ``now_id`` and ``now`` are what the place is called today.

    ``alias`` is the other name by which it was found, ``metres`` how far it is from where somebody stands.
    """

    name: PlaceName
    now_id: UUID | None
    now: str | None
    alias: str | None = None
    metres: float | None = None

    @property
    def sort_key(self) -> tuple[float | int, str, UUID]:
        """Near ones first where somebody stands somewhere; else short names first, then by sound."""
        first = self.metres if self.metres is not None else len(self.name.toponym.full)
        return first, self.name.reading.letters, self.name.id


@dataclass(frozen=True)
class Circle:
    """The ground around a position (附近), in degrees and metres."""

    longitude: float
    latitude: float
    metres: int


@dataclass(frozen=True)
class NameSearch:
    """What is looked for; ``text`` is part of a name in characters, or a beginning in letters or initials."""

    text: str | None = None
    category: Category | None = None
    division: Area | None = None
    status: NameStatus | None = None
    pinyin: str | None = None
    heritage: Heritage | None = None
    box: Extent | None = None
    near: Circle | None = None
    as_of: date | None = None
    period: tuple[date | None, date | None] | None = None


async def search_names(
    tx: Tx, search: NameSearch, *, area: Area, after: Sequence[str] | None, limit: int
) -> list[FoundName]:
    """Names of the gazetteer, former ones among them, the shortest or the nearest first.

    ``after`` is the last sort key seen.
    """
    metres = distance_m(search.near.longitude, search.near.latitude) if search.near else None
    first: ColumnElement[Any] = names.c.length if metres is None else metres
    order = (first, names.c.letters, names.c.id)
    conditions = [within(area, names.c.division), *conditions_of(tx, search)]
    if after:
        value = float(after[0]) if metres is not None else int(after[0])
        conditions.append(tuple_(*order) > tuple_(literal(value), after[1], UUID(after[2])))
    distance = (metres if metres is not None else literal(None)).label("metres")
    rows = (await tx.connection.execute(select(names, distance).where(*conditions).order_by(*order).limit(limit))).all()
    found = [tx.names.load(row) for row in rows]
    folded = tx.characters.fold(search.text) if search.text else ""
    return [
        FoundName(name, *now, alias=_alias_found(tx, name, folded), metres=row.metres)
        for name, now, row in zip(found, await _present_names(tx, found), rows, strict=True)
    ]


def conditions_of(tx: Tx, search: NameSearch) -> list[ColumnElement[bool]]:
    """What a search asks of a name, one condition a wish."""
    given: list[ColumnElement[bool]] = []
    if search.text is not None:
        given.append(_matches(tx, search.text))
    if search.pinyin is not None:
        given.append(_sounds_like(search.pinyin))
    if search.category:
        given.append(names.c.category == search.category.value)
    if search.division:
        given.append(within(search.division, names.c.division))
    if search.status:
        given.append(names.c.status == search.status.value)
    if search.heritage:
        given.append(names.c.heritage == search.heritage.value)
    if search.box:
        given.append(touches(search.box))
    if search.near:
        near = search.near
        given += [
            touches(box_around(near.longitude, near.latitude, near.metres)),
            distance_m(near.longitude, near.latitude) <= near.metres,
        ]
    if search.as_of:
        given.append(in_use_between(search.as_of, search.as_of))
    if search.period:
        given.append(in_use_between(*search.period))
    return given


def in_use_between(first: date | None, last: date | None) -> ColumnElement[bool]:
    """The condition that a name was standard on some day from ``first`` to ``last``, both included."""
    period = func.jsonb_array_elements(names.c.in_use).table_valued("value", joins_implicitly=True)
    value = cast(period.c.value, JSONB)
    begin, end = value["begin"].as_string(), value["end"].as_string()
    asked: list[ColumnElement[bool]] = []
    if first:
        asked.append(or_(end.is_(None), end > first.isoformat()))
    if last:
        asked.append(begin <= last.isoformat())
    return exists(select(1).select_from(period).where(*asked))


async def find_name(tx: Tx, name_id: UUID, *, area: Area) -> FoundName:
    """One name, with what its place is called today."""
    name = await tx.names.find(name_id, area=area)
    return FoundName(name, *(await _present_names(tx, [name]))[0])


async def former_names(tx: Tx, name_id: UUID, *, area: Area) -> list[PlaceName]:
    """The names a place had before this one, the latest first."""
    chain = select(names.c.predecessor_id).where(names.c.id == name_id).cte("chain", recursive=True)
    earlier = names.alias("earlier")
    chain = chain.union_all(select(earlier.c.predecessor_id).where(earlier.c.id == chain.c.predecessor_id))
    rows = await tx.connection.execute(
        select(names)
        .where(names.c.id.in_(select(chain.c.predecessor_id)), within(area, names.c.division))
        .order_by(names.c.ended_on.desc(), names.c.id.desc())
    )
    return [tx.names.load(row) for row in rows]


async def names_of_place(tx: Tx, place_id: UUID, *, area: Area) -> list[PlaceName]:
    """Every name of one place, the present one first; another place of the same name is not among them."""
    rows = await tx.connection.execute(
        select(names)
        .where(func.coalesce(names.c.feature_id, names.c.id) == place_id, within(area, names.c.division))
        .order_by(names.c.begun_on.desc(), names.c.id.desc())
    )
    return [tx.names.load(row) for row in rows]


async def suggest(tx: Tx, prefix: str, *, limit: int = MOST_SUGGESTED) -> list[FoundName]:
    """Names in use that begin like what was typed, in characters, in letters or by initials."""
    folded = tx.characters.fold(prefix)
    if any(map(is_hanzi, folded)):
        begins = and_(_matches(tx, prefix), names.c.folded.startswith(folded, autoescape=True))
    else:
        begins = _sounds_like(prefix)
    rows = await tx.connection.execute(
        select(names)
        .where(begins, names.c.status == NameStatus.IN_USE.value)
        .order_by(names.c.length, names.c.letters, names.c.id)
        .limit(limit)
    )
    return [FoundName(tx.names.load(row), None, None) for row in rows]


def _matches(tx: Tx, text: str) -> ColumnElement[bool]:
    """Part of a name in characters, by pairs of neighbours; or the beginning of its sound or initials.

    What is typed becomes a key first, so no sign of a pattern language is left in it.
    """
    folded = tx.characters.fold(text)
    if any(map(is_hanzi, folded)):
        other = func.strpos(func.array_to_string(names.c.other_names, "|"), folded) > 0
        grams = [gram for gram in grams_of(folded) if len(gram) == min(2, len(folded))]
        return names.c.grams.contains(grams) & or_(func.strpos(names.c.folded, folded) > 0, other)
    return _sounds_like(text)


def _sounds_like(text: str) -> ColumnElement[bool]:
    letters = _NOT_LETTERS.sub("", key_of(text.replace("u:", "v")).translate(_SPOKEN))
    if not letters:
        return false()
    return or_(names.c.letters.startswith(letters), names.c.initials.startswith(letters))


def _alias_found(tx: Tx, name: PlaceName, folded: str) -> str | None:
    """The other name that a search met, where it did not meet the name itself."""
    if not folded or folded in tx.characters.fold(name.toponym.full):
        return None
    return next((alias.text for alias in name.aliases if folded in tx.characters.fold(alias.text)), None)


async def _present_names(tx: Tx, found: list[PlaceName]) -> list[tuple[UUID | None, str | None]]:
    renamed = [name.id for name in found if name.status is NameStatus.RENAMED]
    present = await tx.names.current_name_of(renamed) if renamed else {}
    return [present.get(name.id, (None, None)) for name in found]


class Verdict:
    """What a checked name is (核对结果)."""

    STANDARD = "STANDARD"
    FORMER = "FORMER"
    ALIAS = "ALIAS"
    RETIRED = "RETIRED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class Asked:
    """A name that another department uses, and where it says it lies."""

    ref: str
    name: str
    division: Area | None


@dataclass(frozen=True)
class Answered:
    """What the gazetteer knows of it; ``count`` is how many places bear the name there."""

    ref: str
    verdict: str
    count: int
    id: UUID | None = None
    standard: str | None = None
    romanisation: str | None = None


async def check_standard(tx: Tx, asked: Sequence[Asked]) -> list[Answered]:
    """Whether names are standard, in one query for all of them."""
    keys = {one.ref: tx.characters.fold(one.name) for one in asked}
    wanted = sorted(set(keys.values()))
    columns = (
        names.c.id, names.c.division, names.c.folded, names.c.other_names, names.c.status, names.c.romanisation,
        (names.c.specific + names.c.generic).label("full_name"),
    )  # fmt: skip
    met = select(*columns).where(names.c.folded.in_(wanted))
    other = select(*columns).where(names.c.other_names.overlap(cast(wanted, ARRAY(Text))))
    found = (await tx.connection.execute(met.union_all(other))).all()
    rows = list({row.id: row for row in found}.values())
    present = await tx.names.current_name_of([row.id for row in rows if row.status == NameStatus.RENAMED.value])
    by_key: dict[str, list[Any]] = {}
    for row in rows:
        for key in {row.folded, *row.other_names}:
            by_key.setdefault(key, []).append(row)
    return [_answer(one, keys[one.ref], by_key.get(keys[one.ref], ()), present) for one in asked]


def _answer(asked: Asked, key: str, rows: Sequence[Any], present: dict[UUID, tuple[UUID, str]]) -> Answered:
    near = [row for row in rows if asked.division is None or asked.division.covers(row.division)]
    ranked = sorted(near, key=lambda row: (_rank(row, key), row.id))
    if not ranked:
        return Answered(asked.ref, Verdict.UNKNOWN, 0)
    best = ranked[0]
    verdict = (Verdict.STANDARD, Verdict.FORMER, Verdict.ALIAS, Verdict.RETIRED)[_rank(best, key)]
    same = sum(1 for row in ranked if _rank(row, key) == _rank(best, key))
    if verdict == Verdict.FORMER:
        now_id, now = present.get(best.id, (None, None))
        return Answered(asked.ref, verdict, same, now_id, now)
    in_use = best.status == NameStatus.IN_USE.value
    spelled = best.romanisation["text"] if in_use else None
    return Answered(asked.ref, verdict, same, best.id, best.full_name if in_use else None, spelled)


def _rank(row: Any, key: str) -> int:
    if row.folded != key:
        return 2 if row.status == NameStatus.IN_USE.value else 3
    if row.status == NameStatus.IN_USE.value:
        return 0
    return 1 if row.status == NameStatus.RENAMED.value else 3
