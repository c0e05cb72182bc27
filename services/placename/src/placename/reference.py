"""The names that stand already: divisions of the civil-affairs register and listed historic names, loaded once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from placename.domain.category import Category
from placename.domain.heritage import HeritageEntry, listed_entry
from placename.domain.locality import Locality, locate
from placename.domain.place_name import Description, Heritage, LegalAct, PlaceName, publish_name
from placename.domain.romanisation import romanise
from placename.domain.toponym import Toponym, Vocabulary, analyse, read_vocabulary
from placename.store import Tx
from placename.usecases import note_overdue
from shared.kernel.divisions import CITY_CODE, Division, Level
from shared.kernel.ids import new_id
from shared.kernel.principal import Principal
from shared.storage.transaction import Origin
from shared.web.running import Running

HISTORIC = Path(__file__).parent / "data" / "historic_names.toml"
FIRST_DAY = date(1997, 3, 14)
"""The day the municipality began; names without a known beginning are in use from here on."""
DIVISION_ACT = LegalAct("国家地名信息库", "行政区划代码表", FIRST_DAY, None)


@dataclass(frozen=True)
class Published:
    """A name that was standard before this service began."""

    toponym: Toponym
    category: Category
    division: str
    begin: date
    act: LegalAct
    heritage: Heritage = Heritage.NONE


async def load_published_names(running: Running) -> None:
    """Enter the names of divisions and the listed historic names into an empty gazetteer; safe to repeat."""
    origin = Origin(Principal.of_service("placename"), request_id="reference-data")
    await running.database.run(partial(enter_names), origin)


async def enter_names(tx: Tx) -> None:
    """All of them in one transaction, or none."""
    if await tx.names.count():
        return
    parameters = tx.around.parameters.reader(tx.today)
    vocabulary = read_vocabulary(parameters)
    for published in (*_divisions(tx, vocabulary), *_historic_names()):
        locality = locate(published.division, tx.today, tx.around.divisions, parameters)
        name = _entry(tx, published, locality, vocabulary)
        await tx.names.add(name)
        if published.heritage is not Heritage.NONE:
            await tx.heritage.add(_listing(tx, name, published))


def _listing(tx: Tx, name: PlaceName, published: Published) -> HeritageEntry:
    act, of_city = published.act, published.heritage is Heritage.CITY
    publisher = CITY_CODE if of_city else name.locality.county.ljust(12, "0")
    return listed_entry(
        id=new_id(tx.at), division=name.division, name_id=name.id, level=published.heritage, batch=act.document_no,
        published_on=act.approved_on, publisher=publisher,
    )  # fmt: skip


def _entry(tx: Tx, published: Published, locality: Locality, vocabulary: Vocabulary) -> PlaceName:
    toponym, category = published.toponym, published.category
    parts = analyse(toponym, category, vocabulary)
    reading = tx.lexicon.read(toponym.full, parts, vocabulary.ethnonyms, locality.county)
    return publish_name(
        id=new_id(tx.at),
        toponym=toponym,
        category=category,
        locality=locality,
        point=None,
        begin=published.begin,
        reading=reading,
        romanisation=romanise(parts, reading, category, vocabulary.ethnonyms),
        description=Description("", "", ""),
        act=published.act,
        heritage=published.heritage,
    )


def _divisions(tx: Tx, vocabulary: Vocabulary) -> Iterator[Published]:
    register = tx.around.divisions
    for division in (*register.districts(tx.today), *register.townships(tx.today)):
        category = _category_of(division)
        generic = vocabulary.suffix(division.name, category)
        yield Published(
            Toponym(division.name.removesuffix(generic), generic),
            category,
            division.code,
            division.valid_from or FIRST_DAY,
            DIVISION_ACT,
        )


def _category_of(division: Division) -> Category:
    if division.level is Level.DISTRICT:
        return Category.COUNTY_OR_ABOVE
    return Category.SUBDISTRICT if division.kind == "街道" else Category.TOWNSHIP


def _historic_names() -> Iterator[Published]:
    document = tomllib.loads(HISTORIC.read_text(encoding="utf-8"))
    for batch in document["batch"]:
        act = LegalAct(batch["authority"], batch["document"], batch["published_on"], batch["published_on"])
        for entry in batch["name"]:
            yield Published(
                Toponym(entry["specific"], entry["generic"]),
                Category(entry["category"]),
                batch["division"],
                FIRST_DAY,
                act,
                Heritage(batch["level"]),
            )


async def watch_clocks(running: Running) -> None:
    """Say of every application whose last day has passed that it is overdue; nothing is decided by that (PN-802)."""
    origin = Origin(Principal.of_service("placename"), request_id="clocks")
    while await running.database.run(note_overdue, origin):
        continue
