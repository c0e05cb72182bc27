"""Dated parameters in the database: seeded from a file, changed by two persons, read as one book."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    MetaData,
    Row,
    String,
    Table,
    Uuid,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.ids import new_id
from shared.kernel.parameters import Confidence, Parameter, ParameterBook
from shared.storage.transaction import Transaction

CHASSIS = MetaData()
NAME_LOCK = 7004
"""Advisory lock space: two changes of one parameter are confirmed one after the other."""

parameters = Table(
    "parameter",
    CHASSIS,
    Column("name", String, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("value", JSONB, nullable=False),
    Column("authority", String, nullable=False),
    Column("confidence", String, nullable=False),
    Column("note", String, nullable=False),
)
proposals = Table(
    "parameter_proposal",
    CHASSIS,
    Column("id", Uuid, primary_key=True),
    Column("name", String, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("value", JSONB, nullable=False),
    Column("authority", String, nullable=False),
    Column("confidence", String, nullable=False),
    Column("note", String, nullable=False),
    Column("proposed_by", String, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("confirmed_by", String),
    Column("confirmed_at", DateTime(timezone=True)),
)


class ProposalUnknown(NotFound):
    """参数变更建议不存在"""


class ProposalConfirmedBefore(Refusal):
    """参数变更建议已确认"""


class ParameterUnknown(NotFound):
    """参数不存在"""


class StartsBeforePresentValue(Refusal):
    """生效日不得早于现行值的生效日"""


class ValueOfAnotherKind(Invalid):
    """取值的类型与现行值不同"""


@dataclass(frozen=True)
class Proposal:
    """A proposed value of a parameter, waiting for a second person (参数变更建议)."""

    id: UUID
    name: str
    valid_from: date
    value: Any
    authority: str
    confidence: Confidence
    note: str
    proposed_by: str
    proposed_at: datetime
    confirmed_by: str | None = None


async def load_book(connection: AsyncConnection) -> ParameterBook:
    """All parameters of the service as one book."""
    rows = (await connection.execute(select(parameters).order_by(parameters.c.name, parameters.c.valid_from))).all()
    return ParameterBook(
        Parameter(
            name=row.name,
            value=row.value,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            authority=row.authority,
            confidence=Confidence(row.confidence),
            note=row.note,
        )
        for row in rows
    )


async def seed(connection: AsyncConnection, book: Iterable[Parameter]) -> None:
    """Insert the seed values that are not there yet; a value a person has changed is left alone."""
    present = {name for (name,) in await connection.execute(select(parameters.c.name).distinct())}
    for parameter in book:
        if parameter.name not in present:
            await connection.execute(
                upsert(parameters)
                .values(
                    name=parameter.name,
                    valid_from=parameter.valid_from,
                    valid_to=parameter.valid_to,
                    value=parameter.value,
                    authority=parameter.authority,
                    confidence=parameter.confidence.value,
                    note=parameter.note,
                )
                .on_conflict_do_nothing()
            )


async def propose(
    tx: Transaction, *, name: str, valid_from: date, value: Any, authority: str, confidence: Confidence, note: str
) -> Proposal:
    """One person proposes a new value from a day on; nothing changes yet."""
    person = tx.caller.require_person()
    known = (
        await tx.connection.execute(select(parameters.c.value).where(parameters.c.name == name).limit(1))
    ).one_or_none()
    if known is None:
        raise ParameterUnknown("没有这个名称的参数", field="name")
    if type(value) is not type(known.value):
        raise ValueOfAnotherKind(field="value")
    proposal = Proposal(new_id(tx.at), name, valid_from, value, authority, confidence, note, person, tx.at)
    await tx.connection.execute(
        insert(proposals),
        {
            "id": proposal.id,
            "name": name,
            "valid_from": valid_from,
            "value": value,
            "authority": authority,
            "confidence": confidence.value,
            "note": note,
            "proposed_by": person,
            "proposed_at": tx.at,
        },
    )
    tx.audit("parameter.proposed", "parameter", name)
    return proposal


async def confirm(tx: Transaction, proposal_id: UUID) -> Proposal:
    """A second person confirms; the old value ends where the new one begins, and history stays as it was."""
    row = (
        await tx.connection.execute(select(proposals).where(proposals.c.id == proposal_id).with_for_update())
    ).one_or_none()
    if row is None:
        raise ProposalUnknown()
    if row.confirmed_by is not None:
        raise ProposalConfirmedBefore()
    person = tx.caller.require_other_than(row.proposed_by)
    await tx.connection.execute(select(func.pg_advisory_xact_lock(NAME_LOCK, func.hashtext(row.name))))
    await _take_over(tx, row)
    await tx.connection.execute(
        update(proposals).where(proposals.c.id == row.id).values(confirmed_by=person, confirmed_at=tx.at)
    )
    tx.audit("parameter.confirmed", "parameter", row.name)
    book = await load_book(tx.connection)
    tx.afterwards.append(lambda: setattr(tx.around, "parameters", book))
    return Proposal(
        row.id, row.name, row.valid_from, row.value, row.authority, Confidence(row.confidence), row.note,
        row.proposed_by, row.proposed_at, person,
    )  # fmt: skip


async def _take_over(tx: Transaction, row: Row[Any]) -> None:
    """End the present value where the proposed one begins, and enter the new one."""
    latest = (
        await tx.connection.execute(
            text("SELECT max(valid_from) FROM parameter WHERE name = :name"), {"name": row.name}
        )
    ).scalar_one()
    if latest is not None and row.valid_from <= latest:
        raise StartsBeforePresentValue(field="valid_from")
    await tx.connection.execute(
        update(parameters)
        .where(
            parameters.c.name == row.name,
            (parameters.c.valid_to.is_(None)) | (parameters.c.valid_to > row.valid_from),
        )
        .values(valid_to=row.valid_from)
    )
    await tx.connection.execute(
        insert(parameters),
        {
            "name": row.name,
            "valid_from": row.valid_from,
            "valid_to": None,
            "value": row.value,
            "authority": row.authority,
            "confidence": row.confidence,
            "note": row.note,
        },
    )
