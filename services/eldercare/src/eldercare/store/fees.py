"""Prepaid sums, reported assets and redeemed vouchers; payers are kept by blind index only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Uuid,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from eldercare.domain.fee import FeeKind, FeeTaken, Prepayments, Receipt, ReceiptUnknown
from eldercare.store.tables import METADATA
from shared.kernel.divisions import Area
from shared.kernel.identity_number import IdentityNumber
from shared.storage.entities import within
from shared.storage.transaction import Transaction

receipts = Table(
    "fee_receipt",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("division", String(12), nullable=False),
    Column("institution_id", Uuid, ForeignKey("institution.id"), nullable=False),
    Column("payer_key", LargeBinary, nullable=False),
    Column("kind", String, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("months", Integer),
    Column("monthly_bed_fee_fen", BigInteger),
    Column("received_on", Date, nullable=False),
    Column("refunded_on", Date),
)
assets = Table(
    "reported_assets",
    METADATA,
    Column("institution_id", Uuid, ForeignKey("institution.id"), primary_key=True),
    Column("net_fixed_assets_fen", BigInteger, nullable=False),
    Column("reported_on", Date, nullable=False),
)
vouchers = Table(
    "voucher_use",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("division", String(12), nullable=False),
    Column("person_key", LargeBinary, nullable=False),
    Column("month", Date, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
)
PERSON = "fee.identity"


@dataclass(frozen=True)
class HeldOfPayer:
    """What one payer has paid in advance and not got back."""

    deposit_fen: int
    months: int


class Fees:
    """The book of prepaid sums; every entry leaves an audit entry."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx

    async def add(self, receipt: Receipt, payer: IdentityNumber) -> None:
        """Write down a sum."""
        taken = receipt.taken
        row = {
            "id": receipt.id, "division": receipt.division, "institution_id": receipt.institution_id,
            "payer_key": self._key(payer), "kind": taken.kind.value, "amount_fen": taken.amount_fen,
            "months": taken.months, "monthly_bed_fee_fen": taken.monthly_bed_fee_fen,
            "received_on": taken.received_on,
        }  # fmt: skip
        await self.tx.connection.execute(insert(receipts).values(row))
        self.tx.audit("fee.taken", "fee", receipt.id)

    async def get(self, receipt_id: UUID, *, area: Area) -> Receipt:
        """One sum, locked."""
        query = select(receipts).where(receipts.c.id == receipt_id, within(area, receipts.c.division))
        row = (await self.tx.connection.execute(query.with_for_update())).one_or_none()
        if row is None:
            raise ReceiptUnknown()
        return _receipt(row)

    async def refund(self, receipt: Receipt) -> None:
        """Write down that a sum went back."""
        await self.tx.connection.execute(
            update(receipts).where(receipts.c.id == receipt.id).values(refunded_on=receipt.refunded_on)
        )
        self.tx.audit("fee.refunded", "fee", receipt.id)

    async def held_by(self, institution_id: UUID, payer: IdentityNumber) -> HeldOfPayer:
        """What a payer has in the institution's hands."""
        mine = (receipts.c.institution_id == institution_id) & (receipts.c.payer_key == self._key(payer))
        deposit = func.sum(receipts.c.amount_fen).filter(receipts.c.kind == FeeKind.DEPOSIT.value)
        months = func.sum(receipts.c.months).filter(receipts.c.kind == FeeKind.SERVICE.value)
        row = await self.tx.connection.execute(
            select(deposit.label("deposit"), months.label("months")).where(mine, receipts.c.refunded_on.is_(None))
        )
        found = row.one()
        return HeldOfPayer(int(found.deposit or 0), int(found.months or 0))

    async def prepayments(self, institution_id: UUID) -> Prepayments:
        """Payers and balance of an institution, and the assets behind them."""
        open_ = (receipts.c.institution_id == institution_id) & receipts.c.refunded_on.is_(None)
        row = (
            await self.tx.connection.execute(
                select(
                    func.count(receipts.c.payer_key.distinct()).label("payers"),
                    func.coalesce(func.sum(receipts.c.amount_fen), 0).label("balance"),
                ).where(open_)
            )
        ).one()
        backing = await self.tx.connection.scalar(
            select(assets.c.net_fixed_assets_fen).where(assets.c.institution_id == institution_id)
        )
        return Prepayments(int(row.payers), int(row.balance), backing)

    async def open_receipts(self, institution_id: UUID) -> int:
        """How many sums are not yet settled."""
        found = select(func.count()).where(
            receipts.c.institution_id == institution_id, receipts.c.refunded_on.is_(None)
        )
        return int(await self.tx.connection.scalar(found) or 0)

    async def report_assets(self, institution_id: UUID, net_fixed_assets_fen: int, on: date) -> None:
        """Write down what backs the prepayments; the latest report stands."""
        values = {"net_fixed_assets_fen": net_fixed_assets_fen, "reported_on": on}
        await self.tx.connection.execute(
            upsert(assets)
            .values(institution_id=institution_id, **values)
            .on_conflict_do_update(index_elements=["institution_id"], set_=values)
        )
        self.tx.audit("assets.reported", "institution", institution_id)

    async def redeem(
        self, voucher_id: UUID, person: IdentityNumber, *, division: str, month: date, amount_fen: int
    ) -> None:
        """Write down the voucher of a month; the database keeps one a month and person."""
        row = {
            "id": voucher_id, "division": division, "person_key": self._key(person), "month": month.replace(day=1),
            "amount_fen": amount_fen,
        }  # fmt: skip
        await self.tx.connection.execute(insert(vouchers).values(row))
        self.tx.audit("voucher.used", "voucher", voucher_id)

    def _key(self, payer: IdentityNumber) -> bytes:
        return self.tx.around.confidential.blind(PERSON, payer.plain)


def _receipt(row: Row[Any]) -> Receipt:
    taken = FeeTaken(FeeKind(row.kind), row.amount_fen, row.received_on, row.months, row.monthly_bed_fee_fen)
    return Receipt(row.id, row.institution_id, row.division, taken, row.refunded_on)
