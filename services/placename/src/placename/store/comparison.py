"""What names are compared by, stored alike in the gazetteer and in applications, and the search for likenesses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    MetaData,
    Row,
    Select,
    String,
    Table,
    and_,
    func,
    literal,
    or_,
    select,
    true,
)

from placename.domain.category import Category
from placename.domain.duplicate import Keys, Neighbour
from placename.domain.locality import Locality, Reach, Scope
from placename.domain.place_name import Heritage, NameStatus
from placename.domain.procedure import OPEN, Status

METADATA = MetaData()

LOCK_SPACE = 7401
WAITING = sorted(status.value for status in OPEN - {Status.APPROVED})
KEY_COLUMNS = ("folded", "stem", "term", "toned", "toneless", "dialect", "derived")


def comparison_columns(*, nullable: bool) -> list[Column[Any]]:
    """Category, built-up area and the comparison keys; null for an application that proposes no name."""
    return [
        Column("category", String, nullable=False),
        Column("family", String, nullable=False),
        Column("built_up_area", String),
        Column("specific", String, nullable=nullable),
        Column("generic", String, nullable=nullable),
        Column("folded", String, nullable=nullable),
        Column("stem", String, nullable=nullable),
        Column("term", String, nullable=nullable),
        Column("toned", String, nullable=nullable),
        Column("toneless", String, nullable=nullable),
        Column("dialect", String, nullable=nullable),
        Column("derived", Boolean, nullable=nullable),
    ]


def comparison_values(category: Category, locality: Locality, keys: Keys | None) -> dict[str, Any]:
    """The values of those columns, but for the two parts of the name."""
    found = {name: getattr(keys, name) if keys else None for name in KEY_COLUMNS}
    return {"category": category.value, "family": category.family, "built_up_area": locality.built_up_area, **found}


def locality_of(row: Row[Any]) -> Locality:
    """Where a stored name lies."""
    code: str = row.division
    township = code[:9] if code[6:9] != "000" else None
    return Locality(code, code[:6], township, row.built_up_area)


@dataclass(frozen=True)
class Question:
    """A proposal looking for its likenesses; ``serial`` is its place in line, None while it has none."""

    keys: Keys
    category: Category
    scope: Scope
    serial: int | None = None
    target_id: UUID | None = None
    own_id: UUID | None = None


class Comparison:
    """Looks for names like a proposed one in the gazetteer and among open applications, in one snapshot."""

    def __init__(self, connection: Any, names: Table, applications: Table) -> None:
        self._connection, self._names, self._applications = connection, names, applications

    async def lock(self, scope: Scope, category: Category) -> None:
        """One proposal at a time for each family and scope: the second sees the first."""
        key = f"{category.family}|{scope.reach}|{scope.key}"
        await self._connection.execute(select(func.pg_advisory_xact_lock(LOCK_SPACE, func.hashtext(key))))

    async def neighbours(self, question: Question, *, retired_since: date) -> list[Neighbour]:
        """Names in scope that resemble the proposal: in use, protected, or retired after ``retired_since``; and
        open applications ahead of it in line."""
        both = self._from_register(question, retired_since).union_all(self._from_line(question))
        rows = (await self._connection.execute(both)).all()
        return [neighbour_of(row) for row in rows]

    def _from_register(self, question: Question, retired_since: date) -> Select[Any]:
        names = self._names
        alive = or_(
            names.c.status == NameStatus.IN_USE.value,
            names.c.heritage != Heritage.NONE.value,
            names.c.ended_on > retired_since,
        )
        conditions = [alive, in_scope(names, question.scope), resembles(names, question)]
        if question.target_id:
            conditions.append(names.c.id != question.target_id)
        return self._columns(names, names.c.status != NameStatus.IN_USE.value, pending=False).where(*conditions)

    def _from_line(self, question: Question) -> Select[Any]:
        line = self._applications
        waiting: ColumnElement[bool] = line.c.status.in_(WAITING)
        if question.serial is not None:
            waiting = and_(waiting, line.c.serial < question.serial)
        ahead: ColumnElement[bool] = or_(waiting, line.c.status == Status.APPROVED.value)
        if question.serial is not None:
            ahead = and_(ahead, line.c.serial != question.serial)
        if question.own_id is not None:
            ahead = and_(ahead, line.c.id != question.own_id)
        conditions = [ahead, line.c.folded.is_not(None), in_scope(line, question.scope), resembles(line, question)]
        return self._columns(line, literal(False), pending=True).where(*conditions)

    @staticmethod
    def _columns(table: Table, retired: ColumnElement[bool], *, pending: bool) -> Select[Any]:
        return select(
            table.c.id,
            (table.c.specific + table.c.generic).label("full_name"),
            table.c.category,
            *(table.c[name] for name in KEY_COLUMNS),
            literal(pending).label("pending"),
            retired.label("retired"),
        )


def neighbour_of(row: Row[Any]) -> Neighbour:
    """Row → neighbour."""
    keys = Keys(**{name: getattr(row, name) for name in KEY_COLUMNS})
    return Neighbour(row.id, row.full_name, Category(row.category), keys, row.pending, row.retired)


def in_scope(table: Table, scope: Scope) -> ColumnElement[bool]:
    """The condition that a name lies within the scope of comparison."""
    if scope.reach is Reach.CITY:
        return true()
    if scope.reach is Reach.BUILT_UP_AREA:
        return table.c.built_up_area == scope.key
    return table.c.division.startswith(scope.key, autoescape=True)


def resembles(table: Table, question: Question) -> ColumnElement[bool]:
    """A wide net over the indexed keys; the domain says which likeness it is.

    A name one character off shares the first or the last character of its specific term.
    """
    keys, kin = question.keys, table.c.family == question.category.family
    near = and_(table.c.term == keys.term, or_(*_ends(table, keys.stem)))
    return or_(
        table.c.folded == keys.folded,
        and_(kin, or_(table.c.dialect == keys.dialect, table.c.stem == keys.stem, near)),
    )


def _ends(table: Table, stem: str) -> Sequence[ColumnElement[bool]]:
    return func.left(table.c.stem, 1) == stem[:1], func.right(table.c.stem, 1) == stem[-1:]
