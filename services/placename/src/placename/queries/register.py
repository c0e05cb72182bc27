"""The gazetteer as a whole: its changes in order, its digest, all of it in pages, its lists, duplicates left over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text

from placename.domain.heritage import EntryStatus, HeritageEntry
from placename.domain.misuse import Misuse, MisuseStatus
from placename.domain.place_name import Heritage, PlaceName
from placename.domain.sign import SignStatus, SignTask
from placename.queries.names import NameSearch, conditions_of
from placename.store import Tx, entries, misuses, names, signs
from shared.kernel.divisions import Area
from shared.storage.entities import within

CHANGES = text(
    """
    SELECT seq, name_id, version, change, at FROM name_change WHERE seq > :since ORDER BY seq LIMIT :limit
    """
)
DIGEST = text(
    """
    SELECT count(*) AS names, coalesce(md5(string_agg(id || ':' || version, ',' ORDER BY id)), '') AS digest,
           (SELECT coalesce(max(seq), 0) FROM name_change) AS seq
    FROM place_name
    """
)
DUPLICATES = text(
    """
    SELECT family, built_up_area, folded, count(*) AS places, array_agg(id ORDER BY begun_on, id) AS ids,
           min(specific || generic) AS shown
    FROM place_name
    WHERE status = 'IN_USE' AND family IN ('STREET', 'BUILDING') AND built_up_area IS NOT NULL
      AND division LIKE :prefix
    GROUP BY family, built_up_area, folded HAVING count(*) > 1
    ORDER BY count(*) DESC, folded LIMIT :limit
    """
)


@dataclass(frozen=True)
class Change:
    """One change of the gazetteer, in the order of its number; the name is as it stands now."""

    seq: int
    change: str
    at: datetime
    name: PlaceName


@dataclass(frozen=True)
class Digest:
    """What a copy of the gazetteer can be compared with: how many names, and a digest of their versions."""

    names: int
    digest: str
    seq: int


@dataclass(frozen=True)
class Cluster:
    """One name on several places of one scope (一名多地), left over from before; the oldest first."""

    name: str
    family: str
    built_up_area: str
    ids: tuple[UUID, ...]


async def changes(tx: Tx, *, since: int, limit: int) -> list[Change]:
    """Changes with a number above ``since``; numbers are given one transaction after another, none comes late."""
    rows = (await tx.connection.execute(CHANGES, {"since": since, "limit": limit})).all()
    present = {
        row.id: tx.names.load(row)
        for row in await tx.connection.execute(select(names).where(names.c.id.in_({row.name_id for row in rows})))
    }
    return [Change(row.seq, row.change, row.at, present[row.name_id]) for row in rows]


async def digest(tx: Tx) -> Digest:
    """The digest of the whole gazetteer as it stands."""
    row = (await tx.connection.execute(DIGEST)).one()
    return Digest(row.names, row.digest, row.seq)


async def some_names(tx: Tx, search: NameSearch, *, area: Area, after: UUID | None, limit: int) -> list[PlaceName]:
    """Names in the order of their ids: what an export and a map layer read page by page."""
    conditions: list[ColumnElement[bool]] = [within(area, names.c.division), *conditions_of(tx, search)]
    if after:
        conditions.append(names.c.id > after)
    rows = await tx.connection.execute(select(names).where(*conditions).order_by(names.c.id).limit(limit))
    return [tx.names.load(row) for row in rows]


async def count_names(tx: Tx, search: NameSearch, *, area: Area) -> int:
    """How many names a search would find."""
    conditions = [within(area, names.c.division), *conditions_of(tx, search)]
    found: int = (await tx.connection.execute(select(func.count()).select_from(names).where(*conditions))).scalar_one()
    return found


async def duplicates_left(tx: Tx, *, area: Area, limit: int) -> list[Cluster]:
    """Streets and buildings of one built-up area that share a name (PN-806), the most crowded first."""
    prefix = f"{area.prefix}%"
    rows = await tx.connection.execute(DUPLICATES, {"prefix": prefix, "limit": limit})
    return [Cluster(row.shown, row.family, row.built_up_area, tuple(row.ids)) for row in rows]


@dataclass(frozen=True)
class Listed:
    """An entry of a list with the name it is about."""

    entry: HeritageEntry
    name: str


async def heritage_list(
    tx: Tx, *, area: Area, level: Heritage | None, status: EntryStatus, after: Sequence[str] | None, limit: int
) -> list[Listed]:
    """The entries of the lists."""
    conditions = [within(area, entries.c.division), entries.c.status == status.value]
    if level:
        conditions.append(entries.c.level == level.value)
    if after:
        conditions.append(entries.c.id > UUID(after[0]))
    rows = await tx.connection.execute(
        select(entries, (names.c.specific + names.c.generic).label("shown"))
        .join(names, names.c.id == entries.c.name_id)
        .where(*conditions)
        .order_by(entries.c.id)
        .limit(limit)
    )
    return [Listed(tx.heritage.load(row), row.shown) for row in rows]


async def sign_list(
    tx: Tx, *, area: Area, status: SignStatus | None, due_by: date | None, after: Sequence[str] | None, limit: int
) -> list[SignTask]:
    """Signs of an area."""
    conditions: list[ColumnElement[bool]] = [within(area, signs.c.division)]
    if status:
        conditions.append(signs.c.status == status.value)
    if due_by:
        conditions += [signs.c.due_on <= due_by, signs.c.status == SignStatus.ORDERED.value]
    if after:
        conditions.append(signs.c.id > UUID(after[0]))
    rows = await tx.connection.execute(select(signs).where(*conditions).order_by(signs.c.id).limit(limit))
    return [tx.signs.load(row) for row in rows]


async def misuse_list(
    tx: Tx, *, area: Area, status: MisuseStatus | None, after: Sequence[str] | None, limit: int
) -> list[Misuse]:
    """Reports of wrong uses in an area."""
    conditions: list[ColumnElement[bool]] = [within(area, misuses.c.division)]
    if status:
        conditions.append(misuses.c.status == status.value)
    if after:
        conditions.append(misuses.c.id > UUID(after[0]))
    rows = await tx.connection.execute(select(misuses).where(*conditions).order_by(misuses.c.id).limit(limit))
    return [tx.misuses.load(row) for row in rows]
