"""How a certificate stands: marriage, divorce and re-issued ones alike; no more than the asker may know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from marriage.domain.certificate import CertificateKind, CertificateNumber
from marriage.store import Tx
from shared.kernel.names import PersonName


class Standing(StrEnum):
    """How a certificate stands (证书核验结论)."""

    VALID = "VALID"
    NOT_VALID = "NOT_VALID"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class Verification:
    """The least another department needs: the standing, the day it began, and the day of the registration."""

    standing: Standing
    since: date | None = None
    registered_on: date | None = None


@dataclass(frozen=True)
class _Paper:
    """What is behind a number: whose names it bears, and since when it no longer counts."""

    id: UUID
    names: tuple[PersonName, ...]
    registered_on: date | None
    given_on: date | None
    ended_on: date | None


async def verify_certificate(tx: Tx, number: CertificateNumber, names: Sequence[PersonName]) -> Verification:
    """How a certificate stands today. Unknown as long as number and both names do not fit together.

    A certificate counts everywhere, so the whole city is looked at.
    """
    paper = await _paper(tx, number)
    found = Verification(Standing.UNKNOWN)
    if paper is not None and _folded(paper.names) == _folded(names):
        if paper.ended_on is not None:
            found = Verification(Standing.NOT_VALID, paper.ended_on, paper.registered_on)
        else:
            found = Verification(Standing.VALID, paper.given_on, paper.registered_on)
    tx.audit("certificate.verified", "certificate", paper.id if paper else None, result=found.standing.value)
    return found


def _folded(names: Sequence[PersonName]) -> list[str]:
    return sorted(name.folded for name in names)


async def _paper(tx: Tx, number: CertificateNumber) -> _Paper | None:
    match number.kind:
        case CertificateKind.MARRIAGE:
            return await _marriage(tx, str(number))
        case CertificateKind.DIVORCE:
            return await _divorce(tx, str(number))
        case _:
            return await _again(tx, str(number))


async def _marriage(tx: Tx, number: str) -> _Paper | None:
    registration = await tx.registrations.of_certificate(number)
    if registration is None:
        return None
    days = [registration.ended_on, await tx.issuances.replaced_on(number)]
    return _Paper(
        registration.id,
        tuple(party.name for party in registration.parties),
        registration.registered_on,
        registration.registered_on,
        min((day for day in days if day), default=None),
    )


async def _divorce(tx: Tx, number: str) -> _Paper | None:
    divorce = await tx.divorces.of_certificate(number)
    if divorce is None:
        return None
    days = [divorce.facts.superseded_on, await tx.issuances.replaced_on(number)]
    return _Paper(
        divorce.id,
        tuple(spouse.name for spouse in divorce.spouses),
        divorce.facts.registered_on,
        divorce.facts.registered_on,
        min((day for day in days if day), default=None),
    )


async def _again(tx: Tx, number: str) -> _Paper | None:
    issuance = await tx.issuances.of_certificate(number)
    if issuance is None:
        return None
    original = issuance.original_certificate_no
    behind = None
    if issuance.subject_id is not None and original is not None:
        behind = await _paper(tx, CertificateNumber.parse(original))
    registration = await tx.registrations.of_certificate(original) if original else None
    divorce = await tx.divorces.of_certificate(original) if original else None
    ended = registration.ended_on if registration else divorce.facts.superseded_on if divorce else None
    days = [ended, await tx.issuances.replaced_on(number)]
    return _Paper(
        issuance.id,
        behind.names if behind else tuple(holder.name for holder in issuance.holders),
        issuance.registered_on,
        issuance.ended_on,
        min((day for day in days if day), default=None),
    )
