"""Tables and the transaction of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, Integer, MetaData, Row, String, Table, Uuid

from ledger.domain import Account, AccountUnknown, ReferenceTaken
from shared.contracts.envelope import EntityState
from shared.storage.entities import Entities, entity_columns
from shared.storage.transaction import Transaction

METADATA = MetaData()

accounts = Table(
    "account",
    METADATA,
    *entity_columns(),
    Column("owner", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("balance_fen", BigInteger, nullable=False),
    Column("note", String, nullable=False),
)
readings = Table(
    "reading",
    METADATA,
    Column("entity_id", Uuid, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("balance_fen", BigInteger, nullable=False),
    Column("applied", Integer, nullable=False),
)

CONSTRAINTS = {"one_reference": ReferenceTaken}


class AccountState(EntityState):
    """What the world may know of an account."""

    source: ClassVar[str] = "ledger"
    noun: ClassVar[str] = "account"
    participles: ClassVar[tuple[str, ...]] = ("opened", "deposited", "annotated")

    kind: str
    balance_fen: int
    note: str


class Accounts(Entities[Account]):
    """The accounts; the owner's name is sealed."""

    table, noun, missing = accounts, "account", AccountUnknown

    def load(self, row: Row[Any]) -> Account:
        """Row → aggregate."""
        return Account(
            id=row.id,
            division=row.division,
            version=row.version,
            owner=self.tx.around.confidential.open("account.owner", row.id, row.owner),
            kind=row.kind,
            balance_fen=row.balance_fen,
            note=row.note,
        )

    def dump(self, aggregate: Account) -> Mapping[str, Any]:
        """Aggregate → row."""
        return {
            "owner": self.tx.around.confidential.seal("account.owner", aggregate.id, aggregate.owner),
            "kind": aggregate.kind,
            "balance_fen": aggregate.balance_fen,
            "note": aggregate.note,
        }

    def state(self, aggregate: Account) -> AccountState:
        """Aggregate → published state."""
        return AccountState(kind=aggregate.kind, balance_fen=aggregate.balance_fen, note=aggregate.note)


class Tx(Transaction):
    """A transaction of the ledger."""

    @cached_property
    def accounts(self) -> Accounts:
        """The accounts."""
        return Accounts(self)
