"""Reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from ledger.store import Tx, accounts
from shared.kernel.divisions import Area
from shared.storage.entities import within


async def account_lines(
    tx: Tx, *, area: Area, kind: str | None, after: Sequence[str] | None, limit: int
) -> Sequence[Any]:
    """Accounts of an area, newest first."""
    wanted = select(accounts.c.id, accounts.c.kind).where(within(area, accounts.c.division))
    if kind:
        wanted = wanted.where(accounts.c.kind == kind)
    if after:
        wanted = wanted.where(accounts.c.id < UUID(after[0]))
    return (await tx.connection.execute(wanted.order_by(accounts.c.id.desc()).limit(limit))).all()
