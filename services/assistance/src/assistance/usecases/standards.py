"""Standards: entered by one person, published by another."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from assistance.domain.standard import Programme, Residence, Standard, propose_standard
from assistance.store import Tx
from shared.kernel.ids import new_id
from shared.kernel.parameters import Confidence
from shared.kernel.principal import CITY

ALLOWANCE = Programme.SUBSISTENCE_ALLOWANCE


async def propose(
    tx: Tx, *, programme: Programme, residence: Residence | None, amount_fen: int, valid_from: date, document: str,
    confidence: Confidence,
) -> Standard:  # fmt: skip
    """The first person enters a standard from its document; standards are the city's."""
    tx.caller.require_area(CITY)
    standard = propose_standard(
        id=new_id(tx.at),
        programme=programme,
        residence=residence,
        amount_fen=amount_fen,
        valid_from=valid_from,
        document=document,
        confidence=confidence,
        by=tx.caller.require_person(),
    )
    await tx.standards.add(standard)
    return standard


async def confirm(tx: Tx, standard_id: UUID, *, expected: int | None) -> Standard:
    """The second person publishes it; its predecessor ends."""
    standard = await tx.standards.get(standard_id, area=tx.caller.area, expected=expected)
    await tx.standards.lock_series(standard.programme, standard.residence)
    latest = await tx.standards.latest(standard.programme, standard.residence)
    standard.confirm(
        by=tx.caller,
        latest=latest,
        urban_allowance=await tx.standards.in_force(ALLOWANCE, Residence.URBAN, standard.valid_from),
        hardship_factor=tx.around.parameters.decimal("tekun.factor", standard.valid_from),
    )
    if latest is not None:
        await tx.standards.save(latest)
    await tx.standards.save(standard)
    return standard


async def withdraw_standard(tx: Tx, standard_id: UUID, *, expected: int | None) -> Standard:
    """Take back a proposed standard."""
    standard = await tx.standards.get(standard_id, area=tx.caller.area, expected=expected)
    standard.withdraw()
    await tx.standards.save(standard)
    return standard
