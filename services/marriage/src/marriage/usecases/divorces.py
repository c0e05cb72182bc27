"""Divorce by registration: received, taken back, collected by both; each verb inside the transaction it is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from uuid import UUID

from marriage.domain.certificate import CertificateKind, CertificateNumber, region_of, require_region_in_force
from marriage.domain.competence import crosses_provinces, judge_competence
from marriage.domain.divorce import (
    Agreement,
    Appearance,
    Divorce,
    DivorceStatus,
    MarriageNotConfirmed,
    MarriageNotInForce,
    MarriageNotOfThisCouple,
    PlaceOfRegistration,
    ReviewFinding,
    Spouse,
    Termination,
    require_acceptable,
    require_two_spouses,
)
from marriage.domain.divorce_dates import DivorceDates, counted_again, divorce_dates
from marriage.domain.eligibility import CLOCK_SKEW, CheckOutcome, CheckSource, ExternalCheck
from marriage.domain.obstacle import OfficeNotCompetent
from marriage.domain.party import Document, Side
from marriage.domain.registration import Ending, EndingKind, Registration
from marriage.store import Tx
from marriage.usecases.registrations import end_marriage, require_known_districts
from shared.kernel.ids import new_id

CERTIFIES_MARRIAGE = (CertificateKind.MARRIAGE, CertificateKind.REISSUED_MARRIAGE)


@dataclass(frozen=True)
class DivorceRequest:
    """What two people bring who want to divorce (离婚登记申请)."""

    spouses: tuple[Spouse, Spouse]
    appearances: Mapping[Side, Appearance]
    place: PlaceOfRegistration
    agreement: Agreement | None
    marriage_certificate_no: CertificateNumber | None = None
    base_check: ExternalCheck | None = None
    """What the national marriage base says where our own register does not hold the marriage."""


def closing_time(tx: Tx) -> time:
    """When business of a day ends (MR-512)."""
    return time.fromisoformat(tx.around.parameters.text("office.closing_time", tx.today))


async def accept_divorce(tx: Tx, office_id: UUID, asked: DivorceRequest) -> Divorce:
    """Receive an application and give the receipt: the first day of the clock is not counted."""
    registrar = tx.caller.require_person()
    require_two_spouses(asked.spouses)
    require_acceptable(asked.place, asked.agreement, asked.appearances)
    office = await tx.offices.at_work(office_id, area=tx.caller.area)
    first, second = (spouse.domicile for spouse in asked.spouses)
    for domicile in (first, second):
        require_known_districts(tx, domicile)
    parameters = tx.around.parameters.reader(tx.today)
    competence = judge_competence(office, (first, second), tx.today, parameters)
    if not competence.is_competent:
        raise OfficeNotCompetent(field="office_id", reason=competence.reason.value, refer_to=competence.refer_to)
    registration = await _marriage_of(tx, asked)
    region = region_of(office.division, parameters.text("certificate.city_office_code"))
    divorce = Divorce(
        id=new_id(tx.at),
        division=office.division,
        application_no=f"LS{region}{tx.today.year}{await tx.next_serial():08}",
        office_id=office.id,
        status=DivorceStatus.COOLING_OFF,
        dates=divorce_dates(tx.today, tx.around.calendar),
        marriage_certificate_no=str(asked.marriage_certificate_no) if asked.marriage_certificate_no else None,
        registration_id=registration.id if registration else None,
        crosses_provinces=crosses_provinces((first, second)),
        registrar=registrar,
        spouses=asked.spouses,
    )
    divorce.note("accepted")
    await tx.divorces.add(divorce)
    if asked.agreement:
        await tx.divorces.file_agreement(divorce, asked.agreement, tx.today)
    return divorce


async def _marriage_of(tx: Tx, asked: DivorceRequest) -> Registration | None:
    """The marriage of the two in our own register, or None where the national base confirms one from elsewhere."""
    number = asked.marriage_certificate_no
    if number is not None and number.kind not in CERTIFIES_MARRIAGE:
        raise MarriageNotOfThisCouple(field="marriage_certificate_no")
    found = await _by_number(tx, str(number)) if number else None
    keys = {spouse.document.key for spouse in asked.spouses}
    if found is None:
        for spouse in asked.spouses:
            found = found or await tx.registrations.in_force_of(spouse.document)
        if found is None:
            _require_confirmed(tx, asked.base_check)
            return None
    if {party.document.key for party in found.parties} != keys:
        raise MarriageNotOfThisCouple(field="marriage_certificate_no")
    if not found.is_in_force:
        raise MarriageNotInForce(status=found.status.value)
    return found


async def _by_number(tx: Tx, number: str) -> Registration | None:
    direct = await tx.registrations.of_certificate(number, lock=True)
    if direct is not None:
        return direct
    again = await tx.issuances.of_certificate(number)
    return await tx.registrations.of_certificate(again.original_certificate_no or "", lock=True) if again else None


def _require_confirmed(tx: Tx, check: ExternalCheck | None) -> None:
    if check is None or check.source is not CheckSource.NATIONAL_MARRIAGE_BASE:
        raise MarriageNotConfirmed(field="base_check", reason="missing")
    if check.outcome is CheckOutcome.UNAVAILABLE:
        raise MarriageNotConfirmed(field="base_check", reason="unavailable")
    oldest = tx.at - timedelta(hours=tx.around.parameters.integer("check.valid_hours", tx.today))
    if not oldest <= check.checked_at <= tx.at + CLOCK_SKEW:
        raise MarriageNotConfirmed(field="base_check", reason="stale")
    if check.outcome is CheckOutcome.CONTRADICTED:
        raise MarriageNotInForce(field="base_check")


async def get_divorce(tx: Tx, divorce_id: UUID, *, expected: int | None) -> Divorce:
    """An application for a change, where the calendar has done its part."""
    divorce = await tx.divorces.get(divorce_id, area=tx.caller.area, expected=expected)
    divorce.advance(tx.today)
    return divorce


async def withdraw_divorce(
    tx: Tx, divorce_id: UUID, document: Document, *, office_id: UUID, has_receipt: bool, loss_note: bool,
    expected: int | None,
) -> Divorce:  # fmt: skip
    """One of the two takes the application back."""
    divorce = await get_divorce(tx, divorce_id, expected=expected)
    divorce.withdraw(
        document,
        office_id=office_id,
        has_receipt=has_receipt,
        loss_note=loss_note,
        at=tx.at,
        closing=closing_time(tx),
    )
    await tx.divorces.save(divorce)
    return divorce


async def register_divorce(
    tx: Tx, divorce_id: UUID, appearances: Mapping[Side, Appearance], *, office_id: UUID, expected: int | None
) -> Divorce:
    """Both collect: the divorce takes effect, the certificate gets its number, the marriage ends."""
    tx.caller.require_person()
    divorce = await get_divorce(tx, divorce_id, expected=expected)
    divorce.register(appearances, office_id=office_id, at=tx.at, closing=closing_time(tx))
    region = region_of(divorce.division, tx.around.parameters.text("certificate.city_office_code", tx.today))
    require_region_in_force(region, tx.today, tx.around.divisions)
    number = await tx.registrations.next_certificate_no(CertificateKind.DIVORCE, region, tx.today.year)
    divorce.number(number)
    if divorce.registration_id is not None:
        marriage = await tx.registrations.of_id(divorce.registration_id)
        await end_marriage(tx, marriage, Ending(EndingKind.DIVORCE_REGISTERED, tx.today, str(number)))
    await tx.divorces.save(divorce)
    return divorce


async def refuse_divorce(
    tx: Tx, divorce_id: UUID, finding: ReviewFinding, appearances: Mapping[Side, Appearance], *, office_id: UUID,
    expected: int | None,
) -> Divorce:  # fmt: skip
    """The review at the second visit fails."""
    divorce = await get_divorce(tx, divorce_id, expected=expected)
    divorce.refuse(finding, appearances, office_id=office_id, at=tx.at, closing=closing_time(tx))
    await tx.divorces.save(divorce)
    return divorce


async def replace_agreement(tx: Tx, divorce_id: UUID, agreement: Agreement, *, expected: int | None) -> Divorce:
    """A newly signed version of the agreement; the earlier ones are kept."""
    divorce = await get_divorce(tx, divorce_id, expected=expected)
    divorce.replace_agreement(agreement)
    await tx.divorces.save(divorce)
    await tx.divorces.file_agreement(divorce, agreement, tx.today)
    return divorce


async def terminate_divorce(tx: Tx, divorce_id: UUID, termination: Termination, *, expected: int | None) -> Divorce:
    """Death, a court or fraud ends an open application whose marriage our register does not hold."""
    divorce = await get_divorce(tx, divorce_id, expected=expected)
    divorce.terminate(termination, today=tx.today)
    await tx.divorces.save(divorce)
    return divorce


async def issue_divorce_certificate(tx: Tx, divorce_id: UUID, *, expected: int | None) -> Divorce:
    """Both certificates are handed over."""
    divorce = await tx.divorces.get(divorce_id, area=tx.caller.area, expected=expected)
    divorce.issue(today=tx.today)
    await tx.divorces.save(divorce)
    return divorce


async def advance_due_divorces(tx: Tx, limit: int) -> int:
    """What the calendar does to a batch of open applications; how many were touched."""
    due = await tx.divorces.due(tx.today, tx.around.calendar.version, limit)
    for divorce in due:
        dates: DivorceDates = divorce.dates
        if dates.calendar_version != tx.around.calendar.version:
            divorce.recount(counted_again(dates, tx.around.calendar))
        divorce.advance(tx.today)
        await tx.divorces.save(divorce)
    return len(due)
