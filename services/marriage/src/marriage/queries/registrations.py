"""Reads of offices and registrations; every one takes an area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, tuple_

from marriage.domain.office import Office
from marriage.domain.party import Document
from marriage.domain.registration import RegistrationStatus
from marriage.store import Tx, offices, parties, registrations
from shared.kernel.divisions import Area
from shared.storage.entities import within


@dataclass(frozen=True)
class RegistrationLine:
    """One line of a list; no personal data."""

    id: UUID
    certificate_no: str
    division: str
    office_id: UUID
    status: RegistrationStatus
    registered_on: date


async def offices_on(tx: Tx, on: date, *, area: Area, after: Sequence[str] | None, limit: int) -> list[Office]:
    """The offices of an area that exist on a day, by division; ``after`` is the sort key of the last one seen."""
    conditions: list[ColumnElement[bool]] = [
        within(area, offices.c.division),
        offices.c.opened_on <= on,
        or_(offices.c.closed_on.is_(None), offices.c.closed_on > on),
    ]
    if after:
        conditions.append(tuple_(offices.c.division, offices.c.id) > tuple_(after[0], UUID(after[1])))
    rows = await tx.connection.execute(
        select(offices).where(*conditions).order_by(offices.c.division, offices.c.id).limit(limit)
    )
    return [tx.offices.load(row) for row in rows]


async def registration_list(
    tx: Tx, *, area: Area, office_id: UUID | None, on: date | None, after: Sequence[str] | None, limit: int
) -> list[RegistrationLine]:
    """Registrations of an area, newest first; ``after`` is the sort key of the last line seen."""
    conditions: list[ColumnElement[bool]] = [within(area, registrations.c.division)]
    if office_id:
        conditions.append(registrations.c.office_id == office_id)
    if on:
        conditions.append(registrations.c.registered_on == on)
    if after:
        conditions.append(
            tuple_(registrations.c.registered_on, registrations.c.id)
            < tuple_(date.fromisoformat(after[0]), UUID(after[1]))
        )
    return await _lines(tx, conditions, limit)


async def registrations_of_person(tx: Tx, document: Document, *, area: Area, limit: int) -> list[RegistrationLine]:
    """The registrations of the area in which a person is a party, found by blind index."""
    key = tx.registrations.person_key(document)
    mine = select(parties.c.registration_id).where(parties.c.person_key == key)
    return await _lines(tx, [within(area, registrations.c.division), registrations.c.id.in_(mine)], limit)


async def _lines(tx: Tx, conditions: Sequence[ColumnElement[bool]], limit: int) -> list[RegistrationLine]:
    columns: tuple[Any, ...] = (
        registrations.c.id, registrations.c.certificate_no, registrations.c.division, registrations.c.office_id,
        registrations.c.status, registrations.c.registered_on,
    )  # fmt: skip
    rows = await tx.connection.execute(
        select(*columns)
        .where(*conditions)
        .order_by(registrations.c.registered_on.desc(), registrations.c.id.desc())
        .limit(limit)
    )
    return [
        RegistrationLine(
            row.id, row.certificate_no, row.division, row.office_id, RegistrationStatus(row.status), row.registered_on
        )
        for row in rows
    ]
