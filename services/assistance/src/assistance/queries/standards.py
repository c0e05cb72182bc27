"""Standards on a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, or_, select

from assistance.domain.standard import Programme, Residence, Standard, StandardStatus
from assistance.store import Tx, standards

IN_NOTICE_ORDER = {programme: place for place, programme in enumerate(Programme)}


async def standards_on(tx: Tx, on: date, programme: Programme | None) -> list[Standard]:
    """The published standards in force on a day, in the order in which a notice lists them."""
    conditions: list[ColumnElement[bool]] = [
        standards.c.status == StandardStatus.PUBLISHED.value,
        standards.c.valid_from <= on,
        or_(standards.c.valid_to.is_(None), standards.c.valid_to > on),
    ]
    if programme:
        conditions.append(standards.c.programme == programme.value)
    found = [tx.standards.load(row) for row in await tx.connection.execute(select(standards).where(*conditions))]
    return sorted(found, key=lambda each: (IN_NOTICE_ORDER[each.programme], each.residence is Residence.RURAL))
