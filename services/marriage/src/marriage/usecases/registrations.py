"""Offices and marriages: one function a verb, each inside the transaction it is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from marriage.domain.certificate import CertificateKind, region_of, require_region_in_force
from marriage.domain.competence import CHONGQING, Competence, judge_competence
from marriage.domain.divorce import DivorceStatus, Termination, TerminationGround
from marriage.domain.eligibility import Couple, Occasion, examine
from marriage.domain.office import Clientele, Feature, Grading, Office, OfficeGrade, OfficeLevel, Source, open_office
from marriage.domain.party import Domicile
from marriage.domain.registration import Annulment, Ending, EndingKind, Registration, register_marriage
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
        listed=await tx.dishonesties.listed_sides([(side, a.party) for side, a in couple.sides]),
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
    if couple.occasion is Occasion.REMARRIAGE:
        await supersede_divorces(tx, registration)
    return registration


async def supersede_divorces(tx: Tx, registration: Registration) -> None:
    """A couple that marries again gives its divorce certificate back (MR-402)."""
    done = (DivorceStatus.REGISTERED, DivorceStatus.CERTIFICATE_ISSUED)
    keys = {party.document.key for party in registration.parties}
    for divorce in await tx.divorces.of_person(registration.parties[0].document, done):
        if {spouse.document.key for spouse in divorce.spouses} == keys and not divorce.facts.superseded_on:
            divorce.supersede(tx.today)
            await tx.divorces.save(divorce)


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
    await terminate_divorces(
        tx, registration, Termination(TerminationGround.COURT_ANNULMENT, annulment.document, annulment.effective_on)
    )
    return registration


TERMINATED_BY = {
    EndingKind.COURT_DIVORCE: TerminationGround.COURT_DIVORCE,
    EndingKind.DEATH: TerminationGround.DEATH,
    EndingKind.FRAUD_REVOKED: TerminationGround.FRAUD,
}


async def end_marriage(tx: Tx, registration: Registration, ending: Ending) -> Registration:
    """A divorce, a death or a revocation ends a locked marriage; an open application for divorce ends with it."""
    registration.end(ending, today=tx.today)
    await tx.registrations.save(registration)
    ground = TERMINATED_BY.get(ending.kind)
    if ground is not None:
        await terminate_divorces(tx, registration, Termination(ground, ending.document, ending.on))
    return registration


async def terminate_divorces(tx: Tx, registration: Registration, termination: Termination) -> None:
    """The open applications about a marriage that is no more."""
    for divorce in await tx.divorces.open_of_registration(registration.id):
        divorce.terminate(termination, today=tx.today)
        await tx.divorces.save(divorce)


async def celebrate(tx: Tx, registration_id: UUID, *, on: date, expected: int | None) -> Registration:
    """A ceremony was held."""
    registration = await tx.registrations.get(registration_id, area=tx.caller.area, expected=expected)
    registration.celebrate(on)
    await tx.registrations.save(registration)
    return registration


async def grade_office(
    tx: Tx, office_id: UUID, *, grade: OfficeGrade, from_day: date, evidence: Evidence, expected: int | None
) -> Office:
    """State an office's grade from a day on."""
    office = await tx.offices.get(office_id, area=tx.caller.area, expected=expected)
    office.grade(Grading(grade, from_day, evidence.stated_by(tx.caller.require_person())), today=tx.today)
    await tx.offices.save(office)
    return office


async def counsel(tx: Tx, office_id: UUID, *, on: date) -> Office:
    """A session was held in the counselling room."""
    office = await tx.offices.get(office_id, area=tx.caller.area)
    office.counsel(on, today=tx.today)
    await tx.offices.save(office)
    return office


async def ask_competence(
    tx: Tx, office_id: UUID, couple: tuple[Domicile, Domicile], on: date, *, area: Area
) -> tuple[Competence, ParameterReader]:
    """Whether an office may register a couple on a day, with the parameters that were read; stores nothing."""
    office = await tx.offices.find(office_id, area=area)
    for domicile in couple:
        require_known_districts(tx, domicile)
    parameters = tx.around.parameters.reader(on)
    return judge_competence(office, couple, on, parameters), parameters
