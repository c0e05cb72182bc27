"""Certificates given again and record certificates (补领、出具证明)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from marriage.domain.certificate import CertificateKind, CertificateNumber, region_of, require_region_in_force
from marriage.domain.divorce import DivorceStatus, PlaceOfRegistration
from marriage.domain.issuance import (
    ArchiveCheck,
    Holder,
    HolderNotInRecord,
    Issuance,
    IssuanceKind,
    IssuanceStatus,
    KindDoesNotFitNumber,
    LossKind,
    MandateMissing,
    NotRegisteredByChina,
)
from marriage.domain.party import Side
from marriage.store import Tx
from shared.kernel.ids import new_id

FITS = {
    IssuanceKind.MARRIAGE_CERTIFICATE: (CertificateKind.MARRIAGE, CertificateKind.REISSUED_MARRIAGE),
    IssuanceKind.DIVORCE_CERTIFICATE: (CertificateKind.DIVORCE, CertificateKind.REISSUED_DIVORCE),
    IssuanceKind.RECORD: tuple(CertificateKind),
}


@dataclass(frozen=True)
class IssuanceRequest:
    """What somebody asks for (补领申请)."""

    kind: IssuanceKind
    holders: tuple[Holder, ...]
    loss: LossKind | None
    original: CertificateNumber | None
    place: PlaceOfRegistration
    by_proxy: bool
    has_notarised_mandate: bool


@dataclass(frozen=True)
class ArchiveStatement:
    """What the registrar found in the archive and the national base, where our register does not hold the fact."""

    found: bool
    status_unchanged: bool
    registered_on: date | None
    document: str


@dataclass(frozen=True)
class _Fact:
    """A fact of our own register that a paper speaks of."""

    id: UUID
    keys: frozenset[str]
    registered_on: date | None
    is_unchanged: bool


async def request_issuance(tx: Tx, office_id: UUID, asked: IssuanceRequest) -> Issuance:
    """Somebody asks; only for a fact registered in the mainland or by a Chinese mission."""
    registrar = tx.caller.require_person()
    office = await tx.offices.at_work(office_id, area=tx.caller.area)
    if asked.place not in (PlaceOfRegistration.MAINLAND, PlaceOfRegistration.CHINESE_MISSION):
        raise NotRegisteredByChina(field="place_of_registration")
    if asked.by_proxy and not asked.has_notarised_mandate:
        raise MandateMissing(field="has_notarised_mandate")
    if asked.original is not None and asked.original.kind not in FITS[asked.kind]:
        raise KindDoesNotFitNumber(field="original_certificate_no")
    fact = await _fact_of(tx, str(asked.original)) if asked.original else None
    if fact is not None and not {holder.document.key for holder in asked.holders} <= fact.keys:
        raise HolderNotInRecord(field="holders")
    issuance = Issuance(
        id=new_id(tx.at), division=office.division, office_id=office.id, kind=asked.kind,
        status=IssuanceStatus.REQUESTED, loss=asked.loss,
        original_certificate_no=str(asked.original) if asked.original else None,
        subject_id=fact.id if fact else None, requested_on=tx.today, registrar=registrar, holders=asked.holders,
    )  # fmt: skip
    issuance.note("requested")
    await tx.issuances.add(issuance)
    return issuance


async def verify_issuance(tx: Tx, issuance_id: UUID, stated: ArchiveStatement, *, expected: int | None) -> Issuance:
    """The archive is asked; what our own register knows outweighs what is stated."""
    issuance = await tx.issuances.get(issuance_id, area=tx.caller.area, expected=expected)
    fact = await _fact_of(tx, issuance.original_certificate_no) if issuance.original_certificate_no else None
    unchanged = stated.status_unchanged if fact is None else fact.is_unchanged
    if unchanged and issuance.kind is not IssuanceKind.RECORD:
        unchanged = await _agrees_with_today(tx, issuance, fact)
    issuance.verify(
        ArchiveCheck(
            found=stated.found or fact is not None,
            status_unchanged=unchanged,
            registered_on=fact.registered_on if fact else stated.registered_on,
            document=stated.document,
            on=tx.today,
        )
    )
    await tx.issuances.save(issuance)
    return issuance


async def issue(tx: Tx, issuance_id: UUID, *, expected: int | None) -> Issuance:
    """Hand it over; a certificate gets the next number of today's year."""
    tx.caller.require_person()
    issuance = await tx.issuances.get(issuance_id, area=tx.caller.area, expected=expected)
    number, series = None, issuance.kind.series
    if series is not None and issuance.status is IssuanceStatus.VERIFIED:
        region = region_of(issuance.division, tx.around.parameters.text("certificate.city_office_code", tx.today))
        require_region_in_force(region, tx.today, tx.around.divisions)
        number = await tx.registrations.next_certificate_no(series, region, tx.today.year)
    issuance.issue(number, today=tx.today)
    await tx.issuances.save(issuance)
    return issuance


async def refuse_issuance(tx: Tx, issuance_id: UUID, *, expected: int | None) -> Issuance:
    """It cannot be given."""
    issuance = await tx.issuances.get(issuance_id, area=tx.caller.area, expected=expected)
    issuance.refuse(tx.today)
    await tx.issuances.save(issuance)
    return issuance


async def _agrees_with_today(tx: Tx, issuance: Issuance, fact: _Fact | None) -> bool:
    """Whether our register knows of no later marriage: of nobody, or for a marriage certificate only of this one."""
    people = [(side, holder.document) for side, holder in zip(Side, issuance.holders, strict=False)]
    if issuance.kind is IssuanceKind.DIVORCE_CERTIFICATE:
        return not [one for _, one in people if await tx.registrations.in_force_of(one)]
    for _, document in people:
        current = await tx.registrations.in_force_of(document)
        if current is not None and (fact is None or current.id != fact.id):
            return False
        if current is None and fact is None and await tx.divorces.of_person(document, DIVORCED):
            return False
    return True


DIVORCED = (DivorceStatus.REGISTERED, DivorceStatus.CERTIFICATE_ISSUED)


async def _fact_of(tx: Tx, number: str, depth: int = 0) -> _Fact | None:
    """What our own register holds behind a number; a re-issued one leads to its original."""
    registration = await tx.registrations.of_certificate(number)
    if registration is not None:
        keys = frozenset(party.document.key for party in registration.parties)
        return _Fact(registration.id, keys, registration.registered_on, registration.is_in_force)
    divorce = await tx.divorces.of_certificate(number)
    if divorce is not None:
        keys = frozenset(spouse.document.key for spouse in divorce.spouses)
        return _Fact(divorce.id, keys, divorce.facts.registered_on, divorce.facts.superseded_on is None)
    again = await tx.issuances.of_certificate(number)
    if again is None or again.original_certificate_no is None or depth > MOST_REISSUES:
        return None
    return await _fact_of(tx, again.original_certificate_no, depth + 1)


MOST_REISSUES = 20
