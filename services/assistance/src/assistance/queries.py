"""Reads that answer screens; every one takes the caller's area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, tuple_

from assistance.domain.application import Status
from assistance.domain.standard import Programme, Residence, Standard, StandardStatus
from assistance.store import Tx, applications, members, standards
from shared.kernel.divisions import Area
from shared.kernel.identity_number import IdentityNumber
from shared.storage.entities import within

IN_NOTICE_ORDER = {programme: place for place, programme in enumerate(Programme)}


@dataclass(frozen=True)
class ApplicationLine:
    """One line of a work list; no personal data."""

    id: UUID
    business_no: str
    division: str
    status: Status
    submitted_at: datetime
    accepted_on: date | None
    due_on: date | None
    decided_on: date | None


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


async def work_list(
    tx: Tx, *, area: Area, status: Status | None, due_by: date | None, after: Sequence[str] | None, limit: int
) -> list[ApplicationLine]:
    """Applications of an area, newest first; ``after`` is the sort key of the last line seen."""
    conditions: list[ColumnElement[bool]] = [within(area, applications.c.division)]
    if status:
        conditions.append(applications.c.status == status.value)
    if due_by:
        conditions += [
            applications.c.due_on <= due_by,
            applications.c.status.in_([Status.ACCEPTED.value, Status.VERIFIED.value]),
        ]
    if after:
        conditions.append(
            tuple_(applications.c.submitted_at, applications.c.id)
            < tuple_(datetime.fromisoformat(after[0]), UUID(after[1]))
        )
    return await _lines(tx, conditions, limit)


async def cases_of_person(tx: Tx, identity: IdentityNumber, *, area: Area, limit: int) -> list[ApplicationLine]:
    """The cases of the area in which a person is a member, found by blind index; the search itself is on record."""
    key = tx.applications.person_key(identity)
    tx.audit("application.searched", "person", key.hex())
    mine = select(members.c.application_id).where(members.c.person_key == key)
    return await _lines(tx, [within(area, applications.c.division), applications.c.id.in_(mine)], limit)


async def _lines(tx: Tx, conditions: Sequence[ColumnElement[bool]], limit: int) -> list[ApplicationLine]:
    columns: tuple[Any, ...] = (
        applications.c.id, applications.c.business_no, applications.c.division, applications.c.status,
        applications.c.submitted_at, applications.c.accepted_on, applications.c.due_on, applications.c.decided_on,
    )  # fmt: skip
    rows = await tx.connection.execute(
        select(*columns)
        .where(*conditions)
        .order_by(applications.c.submitted_at.desc(), applications.c.id.desc())
        .limit(limit)
    )
    return [
        ApplicationLine(
            row.id, row.business_no, row.division, Status(row.status), row.submitted_at, row.accepted_on, row.due_on,
            row.decided_on,
        )
        for row in rows
    ]  # fmt: skip
