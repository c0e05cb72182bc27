"""Prepaid fees, deposits and vouchers over HTTP; payers in bodies only and never in an answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from eldercare.domain.fee import FeeKind, FeeTaken, Prepayments, Receipt, Voucher
from eldercare.store import Tx
from eldercare.usecases import fees
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import AmountFen, ApiModel, Day, DivisionCode, PersonalText
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["收费与补贴"], route_class=StrictRoute)

Cashier = Annotated[Principal, Depends(require("eldercare:fees"))]
Months = Annotated[int, Field(strict=True, ge=1, le=600)]
AbilityLevel = Annotated[int, Field(strict=True, ge=0, le=4)]


class FeeInput(ApiModel):
    """A sum taken in advance; ``months`` for a service fee, ``monthly_bed_fee_fen`` for a deposit."""

    identity_number: PersonalText
    kind: FeeKind
    amount_fen: int = Field(strict=True, ge=1, le=10**13)
    received_on: Day
    months: Months | None = None
    monthly_bed_fee_fen: AmountFen | None = None

    def parsed(self) -> FeeTaken:
        """The sum as a value object."""
        return FeeTaken(self.kind, self.amount_fen, self.received_on, self.months, self.monthly_bed_fee_fen)


class ReceiptView(ApiModel):
    """A recorded sum, without the payer."""

    id: UUID
    institution_id: UUID
    kind: FeeKind
    amount_fen: int
    months: int | None
    received_on: date
    refunded_on: date | None

    @classmethod
    def of(cls, receipt: Receipt) -> ReceiptView:
        """The view."""
        taken = receipt.taken
        return cls(
            id=receipt.id, institution_id=receipt.institution_id, kind=taken.kind, amount_fen=taken.amount_fen,
            months=taken.months, received_on=taken.received_on, refunded_on=receipt.refunded_on,
        )  # fmt: skip


class RefundInput(ApiModel):
    """The day the money went back, or was registered as a claim."""

    on: Day


class AssetsInput(ApiModel):
    """Net fixed assets, without those under security."""

    net_fixed_assets_fen: AmountFen
    on: Day


class PrepaymentsView(ApiModel):
    """What an institution holds in advance."""

    payers: int
    balance_fen: int
    net_fixed_assets_fen: int | None

    @classmethod
    def of(cls, held: Prepayments) -> PrepaymentsView:
        """The view."""
        return cls(**vars(held))


class VoucherInput(ApiModel):
    """The bills of one month; ``month`` is any day of it."""

    identity_number: PersonalText
    township: DivisionCode
    month: Day
    level: AbilityLevel
    institution_fen: AmountFen = 0
    home_fen: AmountFen = 0


class VoucherView(ApiModel):
    """What the voucher pays."""

    eligible: bool
    amount_fen: int
    capped: bool

    @classmethod
    def of(cls, found: Voucher) -> VoucherView:
        """The view."""
        return cls(**vars(found))


@router.post("/institutions/{institution_id}/fees", status_code=201, response_model=ReceiptView, summary="登记预收费")
async def take_fee(institution_id: UUID, body: FeeInput, caller: Cashier, command: Commanding) -> Response:
    payer = IdentityNumber.parse(body.identity_number, command.today)
    return await command.run(
        lambda tx: fees.take_fee(tx, institution_id, payer=payer, fee=body.parsed()), show=ReceiptView.of, status=201
    )


@router.post("/fees/{receipt_id}/refund", response_model=ReceiptView, summary="登记退费")
async def refund_fee(receipt_id: UUID, body: RefundInput, caller: Cashier, command: Commanding) -> Response:
    return await command.run(lambda tx: fees.refund_fee(tx, receipt_id, on=body.on), show=ReceiptView.of)


@router.post("/institutions/{institution_id}/report-assets", response_model=PrepaymentsView, summary="报告净固定资产")
async def report_assets(institution_id: UUID, body: AssetsInput, caller: Cashier, command: Commanding) -> Response:
    return await command.run(lambda tx: fees.report_assets(tx, institution_id, **dict(body)), show=PrepaymentsView.of)


@router.get("/institutions/{institution_id}/prepayments", response_model=PrepaymentsView, summary="预收费余额")
async def read_prepayments(institution_id: UUID, caller: Cashier, asking: Asking) -> Response:
    async def held(tx: Tx) -> Prepayments:
        await tx.institutions.find(institution_id, area=caller.area)
        return await tx.fees.prepayments(institution_id)

    return await asking.run(held, show=PrepaymentsView.of)


@router.post("/vouchers", status_code=201, response_model=VoucherView, summary="使用养老服务消费补贴")
async def use_voucher(body: VoucherInput, caller: Cashier, command: Commanding) -> Response:
    person = IdentityNumber.parse(body.identity_number, command.today)
    use = fees.VoucherUse(person=person, **body.model_dump(exclude={"identity_number"}))
    return await command.run(lambda tx: fees.use_voucher(tx, use), show=VoucherView.of, status=201)
