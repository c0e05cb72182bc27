"""Prepaid fees, deposits and vouchers, with their limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from eldercare.domain.fee import (
    FeeTaken,
    NoVoucher,
    Prepayments,
    Receipt,
    Voucher,
    balance_faults,
    fee_faults,
    require_none,
    voucher,
)
from eldercare.store import Tx
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.ids import new_id


async def take_fee(tx: Tx, institution_id: UUID, *, payer: IdentityNumber, fee: FeeTaken) -> Receipt:
    """Record a sum taken in advance; the institution is locked, so that the limits hold for all payers together."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area)
    held = await tx.fees.held_by(institution.id, payer)
    parameters = tx.around.parameters.reader(fee.received_on)
    faults = fee_faults(
        fee,
        ownership=institution.ownership,
        held_deposit_fen=held.deposit_fen,
        held_months=held.months,
        parameters=parameters,
    )
    require_none(faults)
    receipt = Receipt(new_id(tx.at), institution.id, institution.division, fee)
    await tx.fees.add(receipt, payer)
    present = await tx.fees.prepayments(institution.id)
    require_none(balance_faults(present, filed_beds=institution.filed_beds))
    return receipt


async def refund_fee(tx: Tx, receipt_id: UUID, *, on: date) -> Receipt:
    """A sum has gone back."""
    receipt = await tx.fees.get(receipt_id, area=tx.caller.area)
    refunded = receipt.refunded(on, tx.today)
    await tx.fees.refund(refunded)
    return refunded


async def report_assets(tx: Tx, institution_id: UUID, *, net_fixed_assets_fen: int, on: date) -> Prepayments:
    """The net fixed assets that back the prepayments, without those under security."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area)
    await tx.fees.report_assets(institution.id, net_fixed_assets_fen, on)
    return await tx.fees.prepayments(institution.id)


@dataclass(frozen=True)
class VoucherUse:
    """One month's bills of one person."""

    person: IdentityNumber
    township: str
    month: date
    level: int
    institution_fen: int
    home_fen: int


async def use_voucher(tx: Tx, use: VoucherUse) -> Voucher:
    """Redeem the voucher of a month, once a month and person."""
    tx.caller.require_area(use.township)
    found = voucher(
        level=use.level,
        institution_fen=use.institution_fen,
        home_fen=use.home_fen,
        parameters=tx.around.parameters.reader(use.month),
    )
    if not found.eligible:
        raise NoVoucher(rule="EC-906", level=use.level)
    await tx.fees.redeem(new_id(tx.at), use.person, division=use.township, month=use.month, amount_fen=found.amount_fen)
    return found
