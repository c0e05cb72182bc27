"""Reads that answer screens; every one takes the caller's area."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, or_, select, tuple_

from placename.domain.application import Status
from placename.domain.category import ApplicationKind, Category
from placename.domain.place_name import NameStatus, PlaceName
from placename.domain.romanisation import key_of
from placename.domain.writing import grams_of, is_hanzi
from placename.store import Tx, applications, names
from shared.kernel.divisions import Area
from shared.storage.entities import within

_NOT_LETTERS = re.compile(r"[^a-z]")
_SPOKEN = str.maketrans(
    {"1": "yi", "2": "er", "3": "san", "4": "si", "5": "wu", "6": "liu", "7": "qi", "8": "ba", "9": "jiu"}
)
"""Streets are spelled with digits and spoken with words: Zhongshan 4 Lu is zhongshansilu."""


@dataclass(frozen=True)
class ApplicationLine:
    """One line of a work list."""

    id: UUID
    business_no: str
    kind: ApplicationKind
    category: Category
    name: str | None
    division: str
    status: Status
    submitted_at: datetime
    due_on: date | None
    serial: int


@dataclass(frozen=True)
class FoundName:
    """A name of the gazetteer; for a former name, ``now_id`` and ``now`` are what the place is called today."""

    name: PlaceName
    now_id: UUID | None
    now: str | None

    @property
    def sort_key(self) -> tuple[int, str, UUID]:
        """Short names first, then by sound."""
        return len(self.name.toponym.full), self.name.reading.letters, self.name.id


@dataclass(frozen=True)
class NameSearch:
    """What is looked for; ``text`` is part of a name in characters, or a beginning in letters or initials."""

    text: str | None
    category: Category | None
    division: Area | None
    status: NameStatus | None


async def work_list(
    tx: Tx, *, area: Area, status: Status | None, category: Category | None, due_by: date | None,
    after: Sequence[str] | None, limit: int,
) -> list[ApplicationLine]:  # fmt: skip
    """Applications of an area, newest first; ``after`` is the serial of the last line seen."""
    conditions: list[ColumnElement[bool]] = [within(area, applications.c.division)]
    if status:
        conditions.append(applications.c.status == status.value)
    if category:
        conditions.append(applications.c.category == category.value)
    if due_by:
        conditions.append(applications.c.due_on <= due_by)
    if after:
        conditions.append(applications.c.serial < int(after[0]))
    columns: tuple[Any, ...] = tuple(
        applications.c[name]
        for name in ("id", "business_no", "kind", "category", "division", "status", "submitted_at", "due_on", "serial")
    )
    proposed = (applications.c.specific + applications.c.generic).label("proposed")
    rows = await tx.connection.execute(
        select(*columns, proposed).where(*conditions).order_by(applications.c.serial.desc()).limit(limit)
    )
    return [
        ApplicationLine(
            row.id, row.business_no, ApplicationKind(row.kind), Category(row.category), row.proposed, row.division,
            Status(row.status), row.submitted_at, row.due_on, row.serial,
        )
        for row in rows
    ]  # fmt: skip


async def search_names(
    tx: Tx, search: NameSearch, *, area: Area, after: Sequence[str] | None, limit: int
) -> list[FoundName]:
    """Names of the gazetteer, former ones among them, the shortest first; ``after`` is the last sort key seen."""
    conditions: list[ColumnElement[bool]] = [within(area, names.c.division)]
    if search.text is not None:
        conditions.append(_matches(tx, search.text))
    if search.category:
        conditions.append(names.c.category == search.category.value)
    if search.division:
        conditions.append(within(search.division, names.c.division))
    if search.status:
        conditions.append(names.c.status == search.status.value)
    order = (names.c.length, names.c.letters, names.c.id)
    if after:
        conditions.append(tuple_(*order) > tuple_(int(after[0]), after[1], UUID(after[2])))
    rows = await tx.connection.execute(select(names).where(*conditions).order_by(*order).limit(limit))
    return await _with_present_names(tx, [tx.names.load(row) for row in rows])


async def find_name(tx: Tx, name_id: UUID, *, area: Area) -> FoundName:
    """One name, with what its place is called today."""
    found = await _with_present_names(tx, [await tx.names.find(name_id, area=area)])
    return found[0]


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


def _matches(tx: Tx, text: str) -> ColumnElement[bool]:
    """Part of a name in characters, by pairs of neighbours; or the beginning of its sound or initials.

    What is typed becomes a key first, so no sign of a pattern language is left in it.
    """
    folded = tx.characters.fold(text)
    if any(map(is_hanzi, folded)):
        return names.c.grams.contains(list(grams_of(folded))) & (func.strpos(names.c.folded, folded) > 0)
    letters = _NOT_LETTERS.sub("", key_of(text.replace("u:", "v")).translate(_SPOKEN))
    if not letters:
        return false()
    return or_(names.c.letters.startswith(letters), names.c.initials.startswith(letters))


async def _with_present_names(tx: Tx, found: list[PlaceName]) -> list[FoundName]:
    renamed = [name.id for name in found if name.status is NameStatus.RENAMED]
    present = await tx.names.current_name_of(renamed) if renamed else {}
    return [FoundName(name, *present.get(name.id, (None, None))) for name in found]
