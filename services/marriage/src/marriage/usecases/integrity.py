"""Fraud, credit and corrections: a registration is undone or rewritten only on papers, and by two people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from marriage.domain.correction import Cause, Correction, CorrectionStatus, Entry
from marriage.domain.credit import Dishonesty, DishonestyGround, DishonestyStatus
from marriage.domain.fraud import Evidence, FraudCase, Reporter, report_fraud
from marriage.domain.party import Document, Party, Side
from marriage.domain.registration import Ending, EndingKind
from marriage.store import Tx
from marriage.usecases.registrations import end_marriage
from shared.kernel.ids import new_id
from shared.kernel.names import PersonName


async def open_fraud_case(tx: Tx, registration_id: UUID, reporter: Reporter) -> FraudCase:
    """Somebody says that a registration was got by fraud."""
    registration = await tx.registrations.get(registration_id, area=tx.caller.area)
    case = report_fraud(
        id=new_id(tx.at), division=registration.division, registration_id=registration.id, reporter=reporter,
        today=tx.today, registrar=tx.caller.require_person(),
    )  # fmt: skip
    await tx.fraud_cases.add(case)
    return case


async def refer_fraud(tx: Tx, case_id: UUID, *, expected: int | None) -> FraudCase:
    """Hand the suspicion to the police."""
    case = await tx.fraud_cases.get(case_id, area=tx.caller.area, expected=expected)
    case.refer(tx.today)
    await tx.fraud_cases.save(case)
    return case


async def receive_evidence(tx: Tx, case_id: UUID, evidence: Evidence, *, expected: int | None) -> FraudCase:
    """A finding or suggestion of police, court or procuratorate."""
    case = await tx.fraud_cases.get(case_id, area=tx.caller.area, expected=expected)
    case.receive(evidence)
    await tx.fraud_cases.save(case)
    return case


async def review_fraud(tx: Tx, case_id: UUID, *, met: bool, reasons: str, expected: int | None) -> FraudCase:
    """A second person judges the conditions."""
    case = await tx.fraud_cases.get(case_id, area=tx.caller.area, expected=expected)
    case.review(met=met, reviewer=tx.caller.require_person(), reasons=reasons, today=tx.today)
    await tx.fraud_cases.save(case)
    return case


async def notify_intent(tx: Tx, case_id: UUID, *, expected: int | None) -> FraudCase:
    """Serve the notice of intent; the days to state and defend are working days from the day after."""
    case = await tx.fraud_cases.get(case_id, area=tx.caller.area, expected=expected)
    days = tx.around.parameters.integer("fraud.hearing_days", tx.today)
    case.notify(today=tx.today, hearing_until=tx.around.calendar.add_working_days(tx.today, days).on)
    await tx.fraud_cases.save(case)
    return case


async def contest_fraud(tx: Tx, case_id: UUID, *, expected: int | None) -> FraudCase:
    """Somebody concerned objects to the intent."""
    case = await tx.fraud_cases.get(case_id, area=tx.caller.area, expected=expected)
    case.contest(tx.today)
    await tx.fraud_cases.save(case)
    return case


async def revoke_for_fraud(
    tx: Tx, case_id: UUID, *, decision: str, objection_rejected: bool, expected: int | None
) -> FraudCase:
    """Revoke the registration; both are free of it from today on."""
    case = await tx.fraud_cases.get(case_id, area=tx.caller.area, expected=expected)
    case.revoke(decision=decision, objection_rejected=objection_rejected, today=tx.today)
    registration = await tx.registrations.of_id(case.registration_id)
    await end_marriage(tx, registration, Ending(EndingKind.FRAUD_REVOKED, tx.today, decision))
    await tx.fraud_cases.save(case)
    return case


async def drop_fraud(tx: Tx, case_id: UUID, *, reasons: str, expected: int | None) -> FraudCase:
    """The registration stands."""
    case = await tx.fraud_cases.get(case_id, area=tx.caller.area, expected=expected)
    case.drop(reasons=reasons, today=tx.today)
    await tx.fraud_cases.save(case)
    return case


async def close_fraud(
    tx: Tx, case_id: UUID, name: PersonName, document: Document, *, expected: int | None
) -> FraudCase:
    """Annotated and uploaded; who used the false papers is listed, having been heard before the revocation."""
    case = await tx.fraud_cases.get(case_id, area=tx.caller.area, expected=expected)
    case.close(today=tx.today)
    await tx.fraud_cases.save(case)
    listing = _propose(
        tx, case.division, name, document, DishonestyGround.FALSE_PAPERS, case.facts.decision or "", tx.today
    )
    listing.objection_until = tx.today - timedelta(days=1)
    listing.list(today=tx.today, until=_listed_until(tx))
    await tx.dishonesties.add(listing)
    return case


async def propose_listing(
    tx: Tx, division: str, name: PersonName, document: Document, ground: DishonestyGround, evidence: str
) -> Dishonesty:
    """Tell somebody that he or she is to be listed; the days to object begin."""
    tx.caller.require_area(division)
    days = tx.around.parameters.integer("credit.objection_days", tx.today)
    until = tx.around.calendar.add_working_days(tx.today, days).on
    listing = _propose(tx, division, name, document, ground, evidence, until)
    await tx.dishonesties.add(listing)
    return listing


def _propose(
    tx: Tx, division: str, name: PersonName, document: Document, ground: DishonestyGround, evidence: str, until: date
) -> Dishonesty:
    listing = Dishonesty(
        id=new_id(tx.at), division=division, name=name, document=document, ground=ground, evidence=evidence,
        status=DishonestyStatus.NOTIFIED, notified_on=tx.today, objection_until=until,
    )  # fmt: skip
    listing.note("proposed")
    return listing


def _listed_until(tx: Tx) -> date:
    years = tx.around.parameters.integer("credit.years", tx.today)
    return tx.around.calendar.add_years(tx.today, years, roll=False).on


async def contest_listing(tx: Tx, listing_id: UUID, *, expected: int | None) -> Dishonesty:
    """The person objects."""
    listing = await tx.dishonesties.get(listing_id, area=tx.caller.area, expected=expected)
    listing.contest(tx.today)
    await tx.dishonesties.save(listing)
    return listing


async def put_on_list(tx: Tx, listing_id: UUID, *, expected: int | None) -> Dishonesty:
    """List, after the period or after the objection was rejected."""
    listing = await tx.dishonesties.get(listing_id, area=tx.caller.area, expected=expected)
    listing.list(today=tx.today, until=_listed_until(tx))
    await tx.dishonesties.save(listing)
    return listing


async def reject_listing(tx: Tx, listing_id: UUID, *, reason: str, expected: int | None) -> Dishonesty:
    """The objection is right: nobody is listed."""
    listing = await tx.dishonesties.get(listing_id, area=tx.caller.area, expected=expected)
    listing.reject(reason)
    await tx.dishonesties.save(listing)
    return listing


async def delist(tx: Tx, listing_id: UUID, *, reason: str, expected: int | None = None) -> Dishonesty:
    """Repaired, or its time is over."""
    listing = await tx.dishonesties.get(listing_id, area=tx.caller.area, expected=expected)
    listing.delist(today=tx.today, reason=reason)
    await tx.dishonesties.save(listing)
    return listing


async def request_correction(tx: Tx, registration_id: UUID, *, side: Side, entry: Entry, right: str) -> Correction:
    """Somebody shows that an entry is wrong."""
    registration = await tx.registrations.find(registration_id, area=tx.caller.area)
    _corrected(registration.parties[list(Side).index(side)], entry, right)
    correction = Correction(
        id=new_id(tx.at), division=registration.division, registration_id=registration.id, side=side, entry=entry,
        status=CorrectionStatus.REQUESTED, requested_by=tx.caller.require_person(), requested_on=tx.today,
        right=right,
    )  # fmt: skip
    correction.note("requested")
    await tx.corrections.add(correction)
    return correction


async def check_archive(
    tx: Tx, correction_id: UUID, *, cause: Cause, document: str, expected: int | None
) -> Correction:
    """The archive shows whose slip it was."""
    correction = await tx.corrections.get(correction_id, area=tx.caller.area, expected=expected)
    correction.check_archive(cause, document)
    await tx.corrections.save(correction)
    return correction


async def correct(tx: Tx, correction_id: UUID, *, expected: int | None) -> Correction:
    """A second registrar writes the right value."""
    correction = await tx.corrections.get(correction_id, area=tx.caller.area, expected=expected)
    registration = await tx.registrations.of_id(correction.registration_id)
    ordinal = list(Side).index(correction.side)
    party = registration.parties[ordinal]
    old = party.name.plain if correction.entry is Entry.NAME else party.document.number
    correction.correct(old=old, by=tx.caller.require_person(), today=tx.today)
    registration.correct(ordinal, _corrected(party, correction.entry, correction.right), today=tx.today)
    await tx.registrations.save(registration)
    await tx.registrations.rewrite_party(registration, ordinal)
    await tx.corrections.save(correction)
    return correction


def _corrected(party: Party, entry: Entry, right: str) -> Party:
    if entry is Entry.NAME:
        return replace(party, name=PersonName.parse(right))
    return replace(party, document=Document(party.document.kind, right))


async def refuse_correction(tx: Tx, correction_id: UUID, *, expected: int | None) -> Correction:
    """The entry stays."""
    correction = await tx.corrections.get(correction_id, area=tx.caller.area, expected=expected)
    correction.refuse(tx.today)
    await tx.corrections.save(correction)
    return correction
