"""Money taken before the service: limits that no contract may pass, and the national care voucher. Amounts in fen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from eldercare.domain.institution_kind import PUBLIC, Ownership
from eldercare.domain.span import require_past
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.parameters import ParameterReader

MOST_MONTHS = 12
"""Months of service fee that may be prepaid, and months of bed fee a deposit may reach; a province may set less."""
PREPAID_MONTHS = "fee.prepaid_months"
DEPOSIT_MONTHS = "fee.deposit_months"
REFUND_DAYS = "fee.refund_working_days"
VOUCHER_CAP = "voucher.monthly_cap_fen"
VOUCHER_LEVEL = "voucher.least_level"
VOUCHER_INSTITUTION = "voucher.institution_percent"
VOUCHER_HOME = "voucher.home_percent"
JOINT_CAP = "voucher.cap_is_joint"
PRICE_CAP = "bed.inclusive_price_cap_fen"
BASIS = "关于加强养老机构预收费监管的指导意见"


class FeeKind(StrEnum):
    """What is taken in advance (预收费种类)."""

    SERVICE = "SERVICE"
    """养老服务费"""
    DEPOSIT = "DEPOSIT"
    """押金"""
    MEMBERSHIP = "MEMBERSHIP"
    """会员费"""


class PrepayOverTwelveMonths(Refusal):
    """预收养老服务费不得超过十二个月"""


class DepositOverLimit(Refusal):
    """押金不得超过月床位费的十二倍"""


class PayersOverBeds(Refusal):
    """交费人数不得超过备案床位数"""


class PrepayOverAssets(Refusal):
    """预收费余额不得超过净固定资产"""


class MembershipForbidden(Refusal):
    """公办、公建民营机构不得收取会员费"""


class FeeTermsMissing(Invalid):
    """须填写月数（服务费）或月床位费（押金）"""


class ReceiptUnknown(NotFound):
    """预收费记录不存在"""


class RefundedBefore(Refusal):
    """该笔预收费已退还"""


class RefundBeforeReceipt(Invalid):
    """退费日不得早于收费日"""


class VoucherUsedBefore(Refusal):
    """该老年人当月已使用养老服务消费补贴"""


class NoVoucher(Refusal):
    """能力等级未达到补贴条件"""


@dataclass(frozen=True)
class FeeTaken:
    """One sum taken in advance; ``months`` for a service fee, ``monthly_bed_fee_fen`` for a deposit."""

    kind: FeeKind
    amount_fen: int
    received_on: date
    months: int | None = None
    monthly_bed_fee_fen: int | None = None


@dataclass(frozen=True)
class Prepayments:
    """What an institution holds in advance (预收费余额): payers, balance, and what backs it.

    ``net_fixed_assets_fen`` leaves assets under security out; None while the institution has not reported it.
    """

    payers: int
    balance_fen: int
    net_fixed_assets_fen: int | None


@dataclass(frozen=True)
class Receipt:
    """A recorded sum (预收费记录) and the day it went back."""

    id: UUID
    institution_id: UUID
    division: str
    taken: FeeTaken
    refunded_on: date | None = None

    def refunded(self, on: date, today: date) -> Receipt:
        """Paid back (退费), or registered as a claim."""
        require_past(on, today=today)
        if self.refunded_on is not None:
            raise RefundedBefore(rule="EC-904", refunded_on=self.refunded_on.isoformat())
        if on < self.taken.received_on:
            raise RefundBeforeReceipt(field="on")
        return Receipt(self.id, self.institution_id, self.division, self.taken, on)


def fee_faults(
    fee: FeeTaken, *, ownership: Ownership, held_deposit_fen: int, held_months: int, parameters: ParameterReader
) -> list[Refusal]:
    """Every limit that one sum breaks, with what the same payer has paid before added to it."""
    found: list[Refusal] = []
    if fee.kind is FeeKind.MEMBERSHIP and ownership in PUBLIC:
        found.append(MembershipForbidden(rule="EC-903"))
    if fee.kind is FeeKind.SERVICE:
        if fee.months is None:
            raise FeeTermsMissing(field="months")
        most = min(MOST_MONTHS, parameters.integer(PREPAID_MONTHS))
        if held_months + fee.months > most:
            found.append(PrepayOverTwelveMonths(rule=BASIS, months=held_months + fee.months, most=most))
    if fee.kind is FeeKind.DEPOSIT:
        if fee.monthly_bed_fee_fen is None:
            raise FeeTermsMissing(field="monthly_bed_fee_fen")
        limit = deposit_limit(fee.monthly_bed_fee_fen, parameters)
        if held_deposit_fen + fee.amount_fen > limit:
            found.append(DepositOverLimit(rule=BASIS, limit_fen=limit))
    return found


def deposit_limit(monthly_bed_fee_fen: int, parameters: ParameterReader) -> int:
    """The most that may be taken as a deposit from one resident."""
    return monthly_bed_fee_fen * min(MOST_MONTHS, parameters.integer(DEPOSIT_MONTHS))


def balance_faults(held: Prepayments, *, filed_beds: int) -> list[Refusal]:
    """The limits of an institution as a whole (EC-7.5.5, EC-7.5.6)."""
    found: list[Refusal] = []
    if held.payers > filed_beds:
        found.append(PayersOverBeds(rule="EC-7.5.5", payers=held.payers, filed=filed_beds))
    if held.net_fixed_assets_fen is not None and held.balance_fen > held.net_fixed_assets_fen:
        found.append(
            PrepayOverAssets(rule="EC-7.5.6", balance_fen=held.balance_fen, assets_fen=held.net_fixed_assets_fen)
        )
    return found


def require_none(faults: list[Refusal]) -> None:
    """Refuse with the first of the broken limits."""
    if faults:
        raise faults[0]


@dataclass(frozen=True)
class Voucher:
    """The care voucher of one month (养老服务消费补贴), in fen."""

    eligible: bool
    amount_fen: int
    capped: bool


def voucher(*, level: int, institution_fen: int, home_fen: int, parameters: ParameterReader) -> Voucher:
    """Forty per cent of institution services and half of home services, capped by the month (EC-906)."""
    if level < parameters.integer(VOUCHER_LEVEL):
        return Voucher(False, 0, False)
    cap = parameters.integer(VOUCHER_CAP)
    shares = [
        bill * parameters.integer(percent) // 100
        for bill, percent in ((institution_fen, VOUCHER_INSTITUTION), (home_fen, VOUCHER_HOME))
    ]
    if institution_fen and home_fen and not parameters.switch(JOINT_CAP):
        amount = sum(min(cap, share) for share in shares)
    else:
        amount = min(cap, sum(shares))
    return Voucher(True, amount, amount < sum(shares))


class PriceOverCap(Refusal):
    """床位费超过普惠价格上限"""


class NoInclusiveAgreement(Refusal):
    """民办机构未签订普惠协议"""


def inclusive_faults(
    *, ownership: Ownership, agreement: bool, monthly_fee_fen: int | None, parameters: ParameterReader
) -> list[Refusal]:
    """Why a bed is not an inclusive one (EC-505): its house, its agreement, its price."""
    found: list[Refusal] = []
    if ownership not in PUBLIC and not agreement:
        found.append(NoInclusiveAgreement(rule="EC-505"))
    if monthly_fee_fen is not None and monthly_fee_fen > parameters.integer(PRICE_CAP):
        found.append(PriceOverCap(rule="EC-505", cap_fen=parameters.integer(PRICE_CAP)))
    return found


def require_price_within_cap(monthly_fee_fen: int, parameters: ParameterReader) -> None:
    """A bed that is offered as inclusive keeps below the price cap (EC-505)."""
    cap = parameters.integer(PRICE_CAP)
    if monthly_fee_fen > cap:
        raise PriceOverCap(rule="EC-505", cap_fen=cap)
