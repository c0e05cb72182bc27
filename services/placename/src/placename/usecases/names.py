"""What officials do with a name of the gazetteer."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from placename.domain.place_name import PlaceName
from placename.domain.romanisation import confirmed_reading
from placename.store import Tx
from placename.usecases.examinations import romanised


async def confirm_reading(tx: Tx, name_id: UUID, *, syllables: Sequence[str], expected: int | None) -> PlaceName:
    """A person vouches for how a name is read, or corrects it."""
    name = await tx.names.get(name_id, area=tx.caller.area, expected=expected)
    reading = confirmed_reading(syllables, name.toponym.full)
    romanisation = romanised(tx, name.toponym, name.category, reading)
    name.confirm_reading(reading=reading, romanisation=romanisation, by=tx.caller.require_person())
    await tx.names.save(name)
    return name
