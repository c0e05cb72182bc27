"""What officials do with a name of the gazetteer, and what time does to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from placename.domain.locality import locate
from placename.domain.place_name import Alias, Description, PlaceName
from placename.domain.procedure import in_order
from placename.domain.romanisation import confirmed_reading
from placename.store import Tx
from placename.usecases.examinations import Sketch, drawn, romanised

BATCH = 200


@dataclass(frozen=True)
class Move:
    """A division whose names now lie in another one: all codes that begin with ``old`` begin with ``new``."""

    old: str
    new: str


async def confirm_reading(tx: Tx, name_id: UUID, *, syllables: Sequence[str], expected: int | None) -> PlaceName:
    """A person vouches for how a name is read, or corrects it."""
    name = await tx.names.get(name_id, area=tx.caller.area, expected=expected)
    reading = confirmed_reading(syllables, name.toponym.full)
    romanisation = romanised(tx, name.toponym, name.category, reading)
    name.confirm_reading(reading=reading, romanisation=romanisation, by=tx.caller.require_person())
    await tx.names.save(name)
    return name


async def record_alias(tx: Tx, name_id: UUID, *, alias: Alias, expected: int | None) -> PlaceName:
    """Another name of the place is recorded; it is found by it and never standard by that."""
    name = await tx.names.get(name_id, area=tx.caller.area, expected=expected)
    name.record_alias(alias)
    await tx.names.save(name)
    return name


async def describe(
    tx: Tx, name_id: UUID, *, position: str | None, origin: str | None, meaning: str | None, sketch: Sketch | None,
    spot: tuple[float, float] | None, expected: int | None,
) -> PlaceName:  # fmt: skip
    """What is told of a place is completed: position, origin, meaning, shape."""
    name = await tx.names.get(name_id, area=tx.caller.area, expected=expected)
    parameters = tx.around.parameters.reader(tx.today)
    geometry, point = drawn(sketch, spot, parameters)
    stated = {"position": position, "origin": origin, "meaning": meaning}
    given = {field: text for field, text in stated.items() if text is not None}
    description: Description = replace(name.description, **given)
    name.describe(description=description, point=point, geometry=geometry)
    await tx.names.save(name)
    return name


async def reassign(tx: Tx, move: Move, *, on: date, limit: int = BATCH) -> list[PlaceName]:
    """Names of a division that changed get their new one, without any application (PN-805).

    A part of them at a time; called again until none is left.
    """
    in_order(None, on, tx.at, "on")
    parameters = tx.around.parameters.reader(tx.today)
    moved = []
    for name in await tx.names.inside(move.old, area=tx.caller.area, limit=limit):
        code = (move.new + name.division[len(move.old) :]).ljust(12, "0")
        locality = locate(code, tx.today, tx.around.divisions, parameters)
        name.reassign(locality=locality, on=on)
        await tx.names.save(name)
        moved.append(name)
    return moved


async def note_overdue(tx: Tx) -> int:
    """Applications whose last day has passed say so once; nothing else changes (PN-802)."""
    found = await tx.applications.past_due(tx.today, BATCH)
    late = [application for application in found if application.find_overdue(tx.today)]
    for application in late:
        await tx.applications.save(application)
    return len(late)
