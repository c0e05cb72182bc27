"""One function a verb."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from ledger.domain import Account
from ledger.store import Tx
from shared.kernel.divisions import Area
from shared.kernel.ids import new_id
from shared.kernel.parameters import ParameterReader


async def open_account(tx: Tx, *, division: str, owner: str, kind: str, reference: str | None) -> Account:
    """Open an account; ``reference`` is unique by a constraint that the database checks at the commit."""
    tx.caller.require_area(division)
    account = Account(id=new_id(tx.at), division=division, owner=owner, kind=kind)
    account.note_down("opened")
    await tx.accounts.add(account)
    if reference:
        await tx.connection.execute(text("INSERT INTO reference (code) VALUES (:code)"), {"code": reference})
    return account


async def deposit(tx: Tx, account_id: UUID, amount_fen: int, *, area: Area, expected: int | None = None) -> Account:
    """Add an amount."""
    account = await tx.accounts.get(account_id, area=area, expected=expected)
    limit = ParameterReader(tx.around.parameters, tx.today).integer("account.limit_fen")
    account.deposit(amount_fen, limit)
    await tx.accounts.save(account)
    return account


async def annotate(tx: Tx, account_id: UUID, note: str, *, area: Area, expected: int | None) -> Account:
    """Replace the note."""
    account = await tx.accounts.get(account_id, area=area, expected=expected)
    account.annotate(note)
    await tx.accounts.save(account)
    return account
