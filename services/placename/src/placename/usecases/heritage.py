"""The lists of historic names: proposing, reviewing, publishing, protecting, removing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from placename.domain.examination import Protection
from placename.domain.heritage import (
    HeritageClass,
    HeritageEntry,
    HeritageNameNotListable,
    Life,
    Measure,
    propose_entry,
)
from placename.domain.place_name import Heritage, NameStatus
from placename.store import Tx
from shared.kernel.divisions import CITY_CODE
from shared.kernel.ids import new_id


@dataclass(frozen=True)
class Candidate:
    """A historic name somebody proposes for a list, with what speaks for it."""

    name_id: UUID
    level: Heritage
    heritage_class: HeritageClass
    era: str
    evidence: str
    life: Life


async def propose(tx: Tx, candidate: Candidate) -> HeritageEntry:
    """A name is proposed for the list of the city or of its county."""
    name = await tx.names.get(candidate.name_id, area=tx.caller.area)
    if name.status not in (NameStatus.IN_USE, NameStatus.HISTORIC_ONLY):
        raise HeritageNameNotListable(status_now=name.status.value)
    publisher = CITY_CODE if candidate.level is Heritage.CITY else name.locality.county.ljust(12, "0")
    entry = propose_entry(
        id=new_id(tx.at),
        division=name.division,
        name_id=name.id,
        level=candidate.level,
        heritage_class=candidate.heritage_class,
        era=candidate.era,
        evidence=candidate.evidence,
        life=candidate.life,
        publisher=publisher,
    )
    await tx.heritage.add(entry)
    return entry


async def review_county(tx: Tx, entry_id: UUID, *, expected: int | None) -> HeritageEntry:
    """The county's department has looked at the evidence."""
    entry = await tx.heritage.get(entry_id, area=tx.caller.area, expected=expected)
    entry.review_county()
    await tx.heritage.save(entry)
    return entry


async def review_experts(tx: Tx, entry_id: UUID, *, opinion: str, expected: int | None) -> HeritageEntry:
    """Experts have agreed."""
    entry = await tx.heritage.get(entry_id, area=tx.caller.area, expected=expected)
    entry.review_experts(opinion)
    await tx.heritage.save(entry)
    return entry


async def publish(
    tx: Tx, entry_id: UUID, *, batch: str, published_on: date | None, expected: int | None
) -> HeritageEntry:
    """The list is public; from now on the name is protected."""
    entry = await tx.heritage.get(entry_id, area=tx.caller.area, expected=expected)
    tx.caller.require_area(entry.publisher)
    entry.publish(on=published_on or tx.today, batch=batch, at=tx.at)
    await tx.heritage.save(entry)
    name = await tx.names.get(entry.name_id, area=tx.caller.area)
    name.list(entry.level)
    await tx.names.save(name)
    return entry


async def take_measure(tx: Tx, entry_id: UUID, *, measure: Measure, expected: int | None) -> HeritageEntry:
    """Something was done for the name."""
    entry = await tx.heritage.get(entry_id, area=tx.caller.area, expected=expected)
    entry.take_measure(measure, tx.at)
    await tx.heritage.save(entry)
    return entry


async def adopt_plan(tx: Tx, entry_id: UUID, *, protection: Protection, expected: int | None) -> HeritageEntry:
    """A protection plan with its hearing is on file; a change of the name may now be decided."""
    entry = await tx.heritage.get(entry_id, area=tx.caller.area, expected=expected)
    entry.adopt_plan(protection, tx.at)
    await tx.heritage.save(entry)
    return entry


async def delist(
    tx: Tx, entry_id: UUID, *, reason: str, delisted_on: date | None, expected: int | None
) -> HeritageEntry:
    """The publisher takes a name from its list; it stays protected where another list still has it."""
    entry = await tx.heritage.get(entry_id, area=tx.caller.area, expected=expected)
    tx.caller.require_area(entry.publisher)
    entry.delist(on=delisted_on or tx.today, reason=reason, at=tx.at)
    await tx.heritage.save(entry)
    name = await tx.names.get(entry.name_id, area=tx.caller.area)
    others = [other.level for other in await tx.heritage.of_name(name.id) if other.id != entry.id]
    name.delist(others[0] if others else Heritage.NONE)
    await tx.names.save(name)
    return entry
