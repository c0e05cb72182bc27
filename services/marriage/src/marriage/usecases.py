"""What officials do: one function a verb, each inside the transaction it is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from marriage.domain.certificate import CertificateKind, region_of, require_region_in_force
from marriage.domain.competence import CHONGQING, Competence, judge_competence
from marriage.domain.eligibility import Couple, examine
from marriage.domain.office import Clientele, Feature, Office, OfficeLevel, Source, open_office
from marriage.domain.party import Domicile
from marriage.domain.registration import Annulment, Registration, register_marriage
from marriage.store import Tx
from shared.kernel.divisions import Area
from shared.kernel.ids import new_id
from shared.kernel.parameters import Confidence, ParameterReader


@dataclass(frozen=True)
class Evidence:
    """The document behind what is stated of an office, and how sure we are of it."""

    document: str
    confidence: Confidence

    def stated_by(self, person: str) -> Source:
        """The evidence with the person who enters it."""
        return Source(self.document, self.confidence, person)


async def open_registration_office(
    tx: Tx, *, division: str, level: OfficeLevel, name: str, clientele: frozenset[Clientele], opened_on: date,
    evidence: Evidence,
) -> Office:  # fmt: skip
    """An office begins in a division that exists on its first day."""
    tx.caller.require_area(division)
    office = open_office(
        id=new_id(tx.at),
        division=tx.around.divisions.get(division, opened_on),
        level=level,
        name=name,
        clientele=clientele,
        opened_on=opened_on,
        source=evidence.stated_by(tx.caller.require_person()),
    )
    await tx.offices.add(office)
    return office


async def amend_office(
    tx: Tx, office_id: UUID, *, from_day: date, changes: Sequence[tuple[Feature, bool]], name: str | None,
    evidence: Evidence, expected: int | None,
) -> Office:  # fmt: skip
    """State from a day on what an office offers, or write its name as it should be."""
    office = await tx.offices.get(office_id, area=tx.caller.area, expected=expected)
    office.amend(
        from_day=from_day,
        changes=changes,
        source=evidence.stated_by(tx.caller.require_person()),
        name=name,
        latest_registration=await tx.offices.latest_registration(office_id),
    )
    await tx.offices.save(office)
    return office


async def close_office(tx: Tx, office_id: UUID, *, on: date, evidence: Evidence, expected: int | None) -> Office:
    """An office ends; ``on`` is the first day it no longer exists."""
    office = await tx.offices.get(office_id, area=tx.caller.area, expected=expected)
    office.close(
        on=on,
        source=evidence.stated_by(tx.caller.require_person()),
        latest_registration=await tx.offices.latest_registration(office_id),
    )
    await tx.offices.save(office)
    return office


async def register(tx: Tx, office_id: UUID, couple: Couple) -> Registration:
    """Register a couple on the spot, if nothing stands in the way; the number comes with the registration.

    The office is held against closing meanwhile. Whoever of two simultaneous registrations of one person comes
    second is refused by the database, as somebody who is already married.
    """
    registrar = tx.caller.require_person()
    office = await tx.offices.at_work(office_id, area=tx.caller.area)
    domiciles = domiciles_of(tx, couple)
    parameters = tx.around.parameters.reader(tx.today)
    examination = examine(
        couple,
        at=tx.at,
        married=await tx.registrations.married_sides([(side, a.party) for side, a in couple.sides]),
        competence=judge_competence(office, domiciles, tx.today, parameters),
        parameters=parameters,
    )
    examination.require_clear()
    region = region_of(office.division, parameters.text("certificate.city_office_code"))
    require_region_in_force(region, tx.today, tx.around.divisions)
    registration = register_marriage(
        id=new_id(tx.at),
        office=office,
        couple=couple,
        examination=examination,
        certificate_no=await tx.registrations.next_certificate_no(CertificateKind.MARRIAGE, region, tx.today.year),
        on=tx.today,
        registrar=registrar,
    )
    await tx.registrations.add(registration)
    return registration


def domiciles_of(tx: Tx, couple: Couple) -> tuple[Domicile, Domicile]:
    """Where the couple belongs; a code of Chongqing must be, or have been, one of its districts."""
    first, second = couple.parties
    for domicile in (first.domicile, second.domicile):
        require_known_districts(tx, domicile)
    return first.domicile, second.domicile


def require_known_districts(tx: Tx, domicile: Domicile) -> None:
    """Refuse a district that never was; one that has ended still stands on many household registers."""
    for code in (domicile.household, domicile.permit):
        if code is not None and code.startswith(CHONGQING):
            tx.around.divisions.district_of(code)


async def annul(tx: Tx, registration_id: UUID, annulment: Annulment, *, expected: int | None) -> Registration:
    """Annotate a court's decision that the marriage is void or annulled."""
    registration = await tx.registrations.get(registration_id, area=tx.caller.area, expected=expected)
    registration.annul(annulment, today=tx.today)
    await tx.registrations.save(registration)
    return registration


async def ask_competence(
    tx: Tx, office_id: UUID, couple: tuple[Domicile, Domicile], on: date, *, area: Area
) -> tuple[Competence, ParameterReader]:
    """Whether an office may register a couple on a day, with the parameters that were read; stores nothing."""
    office = await tx.offices.find(office_id, area=area)
    for domicile in couple:
        require_known_districts(tx, domicile)
    parameters = tx.around.parameters.reader(on)
    return judge_competence(office, couple, on, parameters), parameters
