"""Taking over names of an existing gazetteer (地名库导入): each by the same rules of writing, reading and place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from placename.domain.category import Category
from placename.domain.locality import locate
from placename.domain.place_name import Alias, AliasKind, Description, LegalAct, PlaceName, publish_name
from placename.domain.procedure import AlreadyInGazetteer, in_order
from placename.domain.romanisation import confirmed_reading, romanise
from placename.domain.toponym import Toponym, analyse, read_vocabulary
from placename.store import Tx
from placename.usecases.examinations import Sketch, drawn
from shared.kernel.ids import new_id


@dataclass(frozen=True)
class Entry:
    """One name of an existing gazetteer, as the file states it; ``syllables`` where a person vouched for them."""

    toponym: Toponym
    category: Category
    division: str
    spot: tuple[float, float] | None
    sketch: Sketch | None
    begin: date
    description: Description
    act: LegalAct
    syllables: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()


def split_name(tx: Tx, name: str, category: Category) -> Toponym:
    """A whole name cut before its generic term; what ends in none is all specific."""
    vocabulary = read_vocabulary(tx.around.parameters.reader(tx.today))
    generic = vocabulary.suffix(name, category)
    return Toponym(name, "") if generic == name else Toponym(name.removesuffix(generic), generic)


async def take_over(tx: Tx, entry: Entry) -> PlaceName:
    """A name that is standard already enters the gazetteer; a name it has at that spot is refused."""
    parameters = tx.around.parameters.reader(tx.today)
    locality = locate(entry.division, tx.today, tx.around.divisions, parameters)
    tx.caller.require_area(locality.division)
    in_order(None, entry.begin, tx.at, "begin")
    geometry, point = drawn(entry.sketch, entry.spot, parameters)
    vocabulary = read_vocabulary(parameters)
    parts = analyse(entry.toponym, entry.category, vocabulary)
    full = entry.toponym.full
    if await tx.names.holds(tx.characters.fold(full), entry.category, locality.division, point):
        raise AlreadyInGazetteer(field="name")
    read = tx.lexicon.read(full, parts, vocabulary.ethnonyms, locality.county)
    reading = confirmed_reading(entry.syllables, full) if entry.syllables else read
    name = publish_name(
        id=new_id(tx.at),
        toponym=entry.toponym,
        category=entry.category,
        locality=locality,
        point=point,
        geometry=geometry,
        begin=entry.begin,
        reading=reading,
        romanisation=romanise(parts, reading, entry.category, vocabulary.ethnonyms),
        description=entry.description,
        act=entry.act,
        reading_by=tx.caller.person if entry.syllables else None,
        aliases=tuple(Alias(text, AliasKind.FORMER) for text in dict.fromkeys(entry.former_names)),
    )
    await tx.names.add(name)
    return name
