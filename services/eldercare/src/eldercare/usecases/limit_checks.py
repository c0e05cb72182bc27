"""Pre-checks of dates, money and staff; nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from eldercare.domain.closure import REASONABLE_NOTICE_DAYS, latest_notice
from eldercare.domain.fee import (
    FeeKind,
    FeeTaken,
    Prepayments,
    Voucher,
    balance_faults,
    deposit_limit,
    fee_faults,
    inclusive_faults,
    voucher,
)
from eldercare.domain.filing import change_due, filing_due, verification_due
from eldercare.domain.grading import grade_of
from eldercare.domain.inspection import NOTICE_WORKDAYS, RECTIFICATION_DAYS
from eldercare.domain.institution_kind import Ownership
from eldercare.domain.staff import StaffingVerdict, check_staffing
from eldercare.store import Tx
from shared.kernel.calendar import Deadline
from shared.kernel.errors import Refusal


@dataclass(frozen=True)
class NamedDay:
    """A computed day with its legal basis."""

    name: str
    on: date
    provisional: bool
    basis: str

    @classmethod
    def of(cls, name: str, due: Deadline, basis: str) -> NamedDay:
        """From a deadline of the calendar."""
        return cls(name, due.on, due.provisional, basis)


def dates(
    tx: Tx, *, first_admitted_on: date | None, changed_on: date | None, filed_on: date | None, closes_on: date | None,
    prepaid: bool, inspection_noticed_on: date | None, inspected_on: date | None,
) -> tuple[list[NamedDay], tuple[str, ...]]:  # fmt: skip
    """Every clock whose first day is given, and the uncertain parameters among those read."""
    calendar, parameters = tx.around.calendar, tx.around.parameters.reader(tx.today)
    found: list[NamedDay] = []
    if first_admitted_on:
        found.append(
            NamedDay.of("FILING", filing_due(first_admitted_on, calendar, parameters), "养老机构管理办法 第十条")
        )
    if changed_on:
        found.append(NamedDay.of("CHANGE_FILING", change_due(changed_on, calendar, parameters), "EC-403"))
    if filed_on:
        found.append(NamedDay.of("ON_SITE_VERIFICATION", verification_due(filed_on, calendar, parameters), "EC-404"))
    if closes_on:
        days = parameters.integer(REASONABLE_NOTICE_DAYS)
        latest = latest_notice(closes_on, prepaid=prepaid, reasonable_days=days)
        found.append(NamedDay("CLOSURE_NOTICE", latest, False, "EC-904" if prepaid else "EC-406"))
    if inspection_noticed_on:
        first = calendar.add_working_days(inspection_noticed_on, NOTICE_WORKDAYS)
        found.append(NamedDay.of("EARLIEST_INSPECTION", first, "养老机构行政检查办法"))
    if inspected_on:
        due = calendar.add_working_days(inspected_on, parameters.integer(RECTIFICATION_DAYS))
        found.append(NamedDay.of("RECTIFICATION", due, "养老机构行政检查办法"))
    return found, parameters.uncertain_used


def fee(
    tx: Tx, *, kind: FeeKind, ownership: Ownership, amount_fen: int, months: int | None,
    monthly_bed_fee_fen: int | None, held_deposit_fen: int, held_months: int, on: date | None,
) -> tuple[list[Refusal], int | None]:  # fmt: skip
    """The limits that a sum would break, and the deposit limit where there is one."""
    parameters = tx.around.parameters.reader(on or tx.today)
    taken = FeeTaken(kind, amount_fen, on or tx.today, months, monthly_bed_fee_fen)
    faults = fee_faults(
        taken,
        ownership=ownership,
        held_deposit_fen=held_deposit_fen,
        held_months=held_months,
        parameters=parameters,
    )
    limit = None if monthly_bed_fee_fen is None else deposit_limit(monthly_bed_fee_fen, parameters)
    return faults, limit


def grade(points: Mapping[str, int]) -> int | None:
    """The grade that the points reach."""
    return grade_of(points)


def balance(*, filed_beds: int, payers: int, balance_fen: int, net_fixed_assets_fen: int | None) -> list[Refusal]:
    """The limits of an institution as a whole."""
    return balance_faults(Prepayments(payers, balance_fen, net_fixed_assets_fen), filed_beds=filed_beds)


def voucher_of(
    tx: Tx, *, level: int, institution_fen: int, home_fen: int, on: date | None
) -> tuple[Voucher, tuple[str, ...]]:
    """What the voucher of a month would pay."""
    parameters = tx.around.parameters.reader(on or tx.today)
    found = voucher(level=level, institution_fen=institution_fen, home_fen=home_fen, parameters=parameters)
    return found, parameters.uncertain_used


def staffing(
    tx: Tx, *, mild: int, moderate: int, severe: int, caregivers: int, beds: int, elders: int, social_workers: int
) -> tuple[StaffingVerdict, tuple[str, ...]]:
    """How many are needed."""
    parameters = tx.around.parameters.reader(tx.today)
    found = check_staffing(
        mild=mild, moderate=moderate, severe=severe, caregivers=caregivers, beds=beds, elders=elders,
        social_workers=social_workers, parameters=parameters,
    )  # fmt: skip
    return found, parameters.uncertain_used


def inclusive(tx: Tx, *, ownership: Ownership, agreement: bool, monthly_fee_fen: int | None) -> list[Refusal]:
    """Why a bed would not be an inclusive one."""
    return inclusive_faults(
        ownership=ownership,
        agreement=agreement,
        monthly_fee_fen=monthly_fee_fen,
        parameters=tx.around.parameters.reader(tx.today),
    )


@dataclass(frozen=True)
class ClosurePlan:
    """What an institution has to do before it ends."""

    announce_by: date
    prepaid: bool
    residents: int
    unsettled_receipts: int


async def closure(tx: Tx, institution_id: UUID, *, closes_on: date) -> ClosurePlan:
    """By when to announce, who has to be placed, what has to be paid back."""
    institution = await tx.institutions.find(institution_id, area=tx.caller.area)
    receipts = await tx.fees.open_receipts(institution.id)
    days = tx.around.parameters.integer(REASONABLE_NOTICE_DAYS, tx.today)
    latest = latest_notice(closes_on, prepaid=receipts > 0, reasonable_days=days)
    residents = await tx.stays.lasting_beyond(closes_on, institution_id=institution.id)
    return ClosurePlan(latest, receipts > 0, residents, receipts)
