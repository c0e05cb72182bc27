"""The gazetteer's table and its mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Integer,
    Numeric,
    Row,
    String,
    Table,
    Text,
    Uuid,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from placename.domain.category import Category
from placename.domain.duplicate import keys_of
from placename.domain.geometry import Geometry, Position
from placename.domain.place_name import (
    Alias,
    Description,
    Heritage,
    LegalAct,
    NameStatus,
    NameUnknown,
    Period,
    PlaceName,
    Residence,
)
from placename.domain.point import SIX_PLACES, Point
from placename.domain.romanisation import Reading, Romanisation
from placename.domain.toponym import Toponym, Vocabulary, analyse, read_vocabulary
from placename.domain.writing import grams_of
from placename.events import name_state
from placename.store.comparison import METADATA, comparison_columns, comparison_values, locality_of
from placename.store.lexicon import characters
from shared.contracts.envelope import EntityState
from shared.kernel.divisions import Area
from shared.storage.entities import Entities, entity_columns, within

TURN = text("SELECT pg_advisory_xact_lock(7402, 1)")
SAME_SPOT = 10 * SIX_PLACES
"""Degrees, about a metre: two points this near are one spot."""

names = Table(
    "place_name",
    METADATA,
    *entity_columns(),
    *comparison_columns(nullable=False),
    Column("letters", String, nullable=False),
    Column("initials", String, nullable=False),
    Column("grams", ARRAY(Text), nullable=False),
    Column("length", Integer, nullable=False),
    Column("syllables", ARRAY(String), nullable=False),
    Column("needs_review", Boolean, nullable=False),
    Column("reading_by", String),
    Column("romanisation", JSONB, nullable=False),
    Column("longitude", Numeric(9, 6)),
    Column("latitude", Numeric(9, 6)),
    Column("status", String, nullable=False),
    Column("in_use", JSONB, nullable=False),
    Column("ended_on", Date),
    Column("description", JSONB, nullable=False),
    Column("act", JSONB, nullable=False),
    Column("heritage", String, nullable=False),
    Column("predecessor_id", Uuid),
    Column("successor_id", Uuid),
    Column("application_id", Uuid),
    Column("feature_id", Uuid),
    Column("geometry", JSONB(none_as_null=True)),
    Column("west", Double),
    Column("south", Double),
    Column("east", Double),
    Column("north", Double),
    Column("aliases", JSONB, nullable=False),
    Column("other_names", ARRAY(String), nullable=False),
    Column("residences", JSONB, nullable=False),
    Column("begun_on", Date),
)

changes = Table(
    "name_change",
    METADATA,
    Column("name_id", Uuid, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("change", String, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

_periods: TypeAdapter[tuple[Period, ...]] = TypeAdapter(tuple[Period, ...])
_romanisation: TypeAdapter[Romanisation] = TypeAdapter(Romanisation)
_description: TypeAdapter[Description] = TypeAdapter(Description)
_act: TypeAdapter[LegalAct] = TypeAdapter(LegalAct)
_geometry: TypeAdapter[Geometry | None] = TypeAdapter(Geometry | None)
_aliases: TypeAdapter[tuple[Alias, ...]] = TypeAdapter(tuple[Alias, ...])
_residences: TypeAdapter[tuple[Residence, ...]] = TypeAdapter(tuple[Residence, ...])


class PlaceNames(Entities[PlaceName]):
    """The gazetteer (标准地名库)."""

    table, noun, missing = names, "name", NameUnknown
    _has_turn = False

    def load(self, row: Row[Any]) -> PlaceName:
        """Row → aggregate."""
        return PlaceName(
            id=row.id,
            division=row.division,
            version=row.version,
            toponym=Toponym(row.specific, row.generic),
            category=Category(row.category),
            locality=locality_of(row),
            point=Point(row.longitude, row.latitude) if row.longitude is not None else None,
            status=NameStatus(row.status),
            in_use=_periods.validate_python(row.in_use),
            reading=Reading(tuple(row.syllables), confirmed=not row.needs_review),
            romanisation=_romanisation.validate_python(row.romanisation),
            description=_description.validate_python(row.description),
            act=_act.validate_python(row.act),
            heritage=Heritage(row.heritage),
            reading_by=row.reading_by,
            predecessor_id=row.predecessor_id,
            successor_id=row.successor_id,
            application_id=row.application_id,
            feature_id=row.feature_id,
            geometry=_geometry.validate_python(row.geometry),
            aliases=_aliases.validate_python(row.aliases),
            residences=_residences.validate_python(row.residences),
        )

    def dump(self, aggregate: PlaceName) -> Mapping[str, Any]:
        """Aggregate → row, with the keys it is compared and searched by."""
        toponym, reading, point = aggregate.toponym, aggregate.reading, aggregate.point
        parts = analyse(toponym, aggregate.category, self.vocabulary)
        keys = keys_of(toponym.full, parts, reading, characters())
        others = [characters().fold(alias.text) for alias in aggregate.aliases]
        return {
            **comparison_values(aggregate.category, aggregate.locality, keys),
            "specific": toponym.specific,
            "generic": toponym.generic,
            "letters": reading.letters,
            "initials": reading.initials,
            "grams": sorted({gram for text in (keys.folded, *others) for gram in grams_of(text)}),
            "length": len(toponym.full),
            "syllables": list(reading.syllables),
            "needs_review": aggregate.needs_review,
            "reading_by": aggregate.reading_by,
            "romanisation": _romanisation.dump_python(aggregate.romanisation, mode="json"),
            "longitude": point.longitude if point else None,
            "latitude": point.latitude if point else None,
            "status": aggregate.status.value,
            "in_use": _periods.dump_python(aggregate.in_use, mode="json"),
            "ended_on": aggregate.ended_on,
            "description": _description.dump_python(aggregate.description, mode="json"),
            "act": _act.dump_python(aggregate.act, mode="json"),
            "heritage": aggregate.heritage.value,
            "predecessor_id": aggregate.predecessor_id,
            "successor_id": aggregate.successor_id,
            "application_id": aggregate.application_id,
            "feature_id": aggregate.feature_id,
            "aliases": _aliases.dump_python(aggregate.aliases, mode="json"),
            "other_names": others,
            "residences": _residences.dump_python(aggregate.residences, mode="json"),
            "begun_on": aggregate.in_use[0].begin,
            **_ground(aggregate),
        }

    def state(self, aggregate: PlaceName) -> EntityState:
        """Aggregate → published state."""
        return name_state(aggregate)

    async def add(self, aggregate: PlaceName) -> None:
        """Insert a name together with its place in the feed of changes."""
        await self._take_turn()
        await super().add(aggregate)

    async def save(self, aggregate: PlaceName) -> None:
        """Write a changed name back and put it into the feed of changes."""
        change = aggregate.happened[-1] if aggregate.happened else ""
        await super().save(aggregate)
        await self._take_turn()
        await self.tx.insert((changes, [self._change(aggregate, change)]))

    def further_rows(self, aggregate: PlaceName) -> Sequence[tuple[Table, Sequence[Mapping[str, Any]]]]:
        """A new name's place in the feed of changes."""
        return ((changes, [self._change(aggregate, "published")]),)

    def _change(self, aggregate: PlaceName, change: str) -> Mapping[str, Any]:
        return {"name_id": aggregate.id, "version": aggregate.version, "change": change, "at": self.tx.at}

    async def _take_turn(self) -> None:
        """Numbers of the feed are taken one transaction after the other, so a reader never misses a lower one."""
        if not self._has_turn:
            await self.tx.connection.execute(TURN)
            self._has_turn = True

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The generic terms in force today."""
        return read_vocabulary(self.tx.around.parameters.reader(self.tx.today))

    async def at_spot(self, point: Point, category: Category) -> list[str]:
        """Names in use for a place of the category at this very spot."""
        rows = await self.tx.connection.execute(
            select((names.c.specific + names.c.generic).label("full_name")).where(
                names.c.category == category.value,
                names.c.status == NameStatus.IN_USE.value,
                func.abs(names.c.longitude - point.longitude) <= SAME_SPOT,
                func.abs(names.c.latitude - point.latitude) <= SAME_SPOT,
            )
        )
        return [row.full_name for row in rows]

    async def holds(self, folded: str, category: Category, division: str, point: Point | None) -> bool:
        """Whether a name in use of this division is the same, at the same spot where both have one."""
        same = [
            names.c.folded == folded,
            names.c.category == category.value,
            names.c.division == division,
            names.c.status == NameStatus.IN_USE.value,
        ]
        if point is not None:
            apart = func.greatest(
                func.abs(names.c.longitude - point.longitude), func.abs(names.c.latitude - point.latitude)
            )
            same.append(func.coalesce(apart <= SAME_SPOT, True))
        row = (await self.tx.connection.execute(select(names.c.id).where(*same).limit(1))).first()
        return row is not None

    async def inside(self, code: str, *, area: Area, limit: int) -> list[PlaceName]:
        """Names whose division begins with some digits, locked for a change."""
        rows = await self.tx.connection.execute(
            select(names)
            .where(names.c.division.startswith(code, autoescape=True), within(area, names.c.division))
            .order_by(names.c.id)
            .limit(limit)
            .with_for_update()
        )
        return [self.load(row) for row in rows]

    async def count(self) -> int:
        """How many names there are."""
        found: int = (await self.tx.connection.execute(select(func.count()).select_from(names))).scalar_one()
        return found

    async def current_name_of(self, name_ids: list[UUID]) -> dict[UUID, tuple[UUID, str]]:
        """For retired names that were renamed: the id and the text of the name now at the end of the chain."""
        chain = (
            select(names.c.id.label("asked"), names.c.id, names.c.successor_id, names.c.specific, names.c.generic)
            .where(names.c.id.in_(name_ids), names.c.successor_id.is_not(None))
            .cte("chain", recursive=True)
        )
        later = names.alias("later")
        chain = chain.union_all(
            select(chain.c.asked, later.c.id, later.c.successor_id, later.c.specific, later.c.generic).where(
                later.c.id == chain.c.successor_id
            )
        )
        rows = await self.tx.connection.execute(select(chain).where(chain.c.successor_id.is_(None)))
        return {row.asked: (row.id, row.specific + row.generic) for row in rows}


def _ground(aggregate: PlaceName) -> dict[str, Any]:
    """The shape and the box around it; a name with a point alone has a box of one position."""
    geometry, point = aggregate.geometry, aggregate.point
    spot: Position | None = (float(point.longitude), float(point.latitude)) if point else None
    box = vars(geometry.extent) if geometry else dict.fromkeys(("west", "east"), spot[0]) if spot else {}
    if spot and not geometry:
        box |= dict.fromkeys(("south", "north"), spot[1])
    edges = {edge: box.get(edge) for edge in ("west", "south", "east", "north")}
    return {"geometry": _geometry.dump_python(geometry, mode="json"), **edges}
