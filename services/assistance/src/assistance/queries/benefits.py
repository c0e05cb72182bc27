"""Reads of benefits and of the lines a bank is to pay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, select, tuple_

from assistance.domain.aid import Aid
from assistance.domain.benefit import BenefitStatus, Payee
from assistance.store import Tx
from assistance.store.benefits import benefits
from assistance.store.runs import lines
from shared.kernel.divisions import Area
from shared.storage.entities import within

_payee: TypeAdapter[Payee] = TypeAdapter(Payee)


@dataclass(frozen=True)
class BenefitLine:
    """One line of the register; no personal data."""

    id: UUID
    aid: Aid
    division: str
    status: BenefitStatus
    started_on: date
    ended_from: date | None


@dataclass(frozen=True)
class BankLine:
    """One payment: whose account, for which month, how much in fen; None where no account is known."""

    benefit_id: UUID
    for_month: date
    kind: str
    amount_fen: int
    payee: Payee | None


async def register(
    tx: Tx, *, area: Area, aid: Aid | None, status: BenefitStatus | None, case_id: UUID | None, after: UUID | None,
    limit: int,
) -> list[BenefitLine]:  # fmt: skip
    """Benefits of an area, the newest first."""
    conditions: list[ColumnElement[bool]] = [within(area, benefits.c.division)]
    for column, wanted in ((benefits.c.aid, aid), (benefits.c.status, status)):
        if wanted is not None:
            conditions.append(column == wanted.value)
    if case_id is not None:
        conditions.append(benefits.c.case_id == case_id)
    if after is not None:
        conditions.append(benefits.c.id < after)
    columns: tuple[Any, ...] = (
        benefits.c.id, benefits.c.aid, benefits.c.division, benefits.c.status, benefits.c.started_on,
        benefits.c.ended_from,
    )  # fmt: skip
    rows = await tx.connection.execute(select(*columns).where(*conditions).order_by(benefits.c.id.desc()).limit(limit))
    return [
        BenefitLine(row.id, Aid(row.aid), row.division, BenefitStatus(row.status), row.started_on, row.ended_from)
        for row in rows
    ]


async def bank_lines(
    tx: Tx, run_id: UUID, *, area: Area, after: tuple[UUID, date] | None, limit: int
) -> Sequence[BankLine]:
    """The payments of a sealed run in their order; blocked lines and recoveries do not go to the bank."""
    run = await tx.runs.find(run_id, area=area)
    run.require_sealed()
    wanted = (
        select(lines.c.benefit_id, lines.c.for_month, lines.c.kind, lines.c.amount_fen, benefits.c.payee)
        .join(benefits, benefits.c.id == lines.c.benefit_id)
        .where(lines.c.run_id == run.id, ~lines.c.blocked, lines.c.amount_fen > 0)
    )
    if after is not None:
        wanted = wanted.where(tuple_(lines.c.benefit_id, lines.c.for_month) > after)
    rows = await tx.connection.execute(wanted.order_by(lines.c.benefit_id, lines.c.for_month).limit(limit))
    open_ = tx.around.confidential.open
    return [
        BankLine(
            row.benefit_id, row.for_month, row.kind, row.amount_fen,
            _payee.validate_json(open_("benefit.payee", row.benefit_id, row.payee)) if row.payee else None,
        )
        for row in rows
    ]  # fmt: skip
