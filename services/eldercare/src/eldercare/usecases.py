"""What officials and institutions do: one function a verb, each inside the transaction it is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

from eldercare.domain.bed import Bed, BedClass, ClassSpan, add_bed
from eldercare.domain.filing import MINIMUM_BEDS, Clause, check_filing, filing_due
from eldercare.domain.institution import (
    Institution,
    Kind,
    Ownership,
    QualityMark,
    Suspension,
    register_institution,
    require_township,
)
from eldercare.domain.stay import ELDER_AGE, BedTaken, Ground, Resident, Stay, begin_stay, days_of_stay
from eldercare.store import Tx
from shared.kernel.calendar import Deadline
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id
from shared.kernel.organisation_code import OrganisationCode
from shared.kernel.spans import Span


@dataclass(frozen=True)
class Registration:
    """What an institution is registered with (备案登记)."""

    name: str
    organisation_code: OrganisationCode
    township: str
    kind: Kind
    ownership: Ownership
    filed_beds: int
    opened_on: date
    filed_on: date | None
    comprehensive: bool


@dataclass(frozen=True)
class NewBeds:
    """Beds of one class, added together."""

    count: int
    bed_class: BedClass
    inclusive: bool
    home: bool
    since: date


@dataclass(frozen=True)
class Admission:
    """Who is to stay in which bed, and from when."""

    bed_id: UUID
    resident: Resident
    ground: Ground
    begins_on: date
    ends_on: date | None


async def register(tx: Tx, registration: Registration) -> Institution:
    """Enter an institution in a township that is in force today."""
    tx.caller.require_area(registration.township)
    institution = register_institution(
        id=new_id(tx.at),
        township=tx.around.divisions.get(registration.township, tx.today),
        name=registration.name,
        organisation_code=registration.organisation_code,
        kind=registration.kind,
        ownership=registration.ownership,
        filed_beds=registration.filed_beds,
        opened_on=registration.opened_on,
        filed_on=registration.filed_on,
        comprehensive=registration.comprehensive,
        minimum_beds=minimum_beds(tx),
        today=tx.today,
    )
    await tx.institutions.add(institution)
    return institution


async def file(tx: Tx, institution_id: UUID, *, on: date, expected: int | None) -> Institution:
    """The bureau files the institution."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    institution.file(on=on, today=tx.today)
    await tx.institutions.save(institution)
    return institution


async def amend(
    tx: Tx, institution_id: UUID, *, name: str | None, kind: Kind | None, ownership: Ownership | None,
    filed_beds: int | None, expected: int | None,
) -> Institution:  # fmt: skip
    """Change what was filed."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    present = await tx.beds.present(institution.id)
    institution.amend(
        name=name, kind=kind, ownership=ownership, filed_beds=filed_beds, present_beds=present,
        minimum_beds=minimum_beds(tx),
    )  # fmt: skip
    await tx.institutions.save(institution)
    return institution


async def recognise(
    tx: Tx, institution_id: UUID, *, comprehensive: bool, on: date, expected: int | None
) -> Institution:
    """Comprehensive functions begin or end."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    institution.recognise(comprehensive=comprehensive, on=on, today=tx.today)
    await tx.institutions.save(institution)
    return institution


async def assess(tx: Tx, institution_id: UUID, *, mark: QualityMark, expected: int | None) -> Institution:
    """Record an assessment of basic quality."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    institution.assess(mark=mark, today=tx.today)
    await tx.institutions.save(institution)
    return institution


async def suspend(tx: Tx, institution_id: UUID, *, on: date, reason: Suspension, expected: int | None) -> Institution:
    """Stop admitting; residents may remain."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    institution.suspend(on=on, reason=reason, today=tx.today)
    await tx.institutions.save(institution)
    return institution


async def resume(tx: Tx, institution_id: UUID, *, on: date, expected: int | None) -> Institution:
    """Serve again."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    institution.resume(on=on, today=tx.today)
    await tx.institutions.save(institution)
    return institution


async def close(tx: Tx, institution_id: UUID, *, on: date, expected: int | None) -> Institution:
    """End for good: nobody stays any longer, and every bed ends with its own event."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    residents = await tx.stays.lasting_beyond(on, institution_id=institution.id)
    institution.close(on=on, residents=residents, today=tx.today)
    beds = await tx.beds.of_institution(institution.id)
    for bed in beds:
        bed.close(on=on)
    await tx.beds.save_all(beds)
    await tx.institutions.save(institution)
    return institution


async def correct_institution(
    tx: Tx, institution_id: UUID, *, operating: Sequence[Span] | None, comprehensive: Sequence[Span] | None,
    quality: Sequence[QualityMark] | None, expected: int | None,
) -> Institution:  # fmt: skip
    """Replace dated facts that were recorded wrongly; the former version is kept."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    first_bed_on = await tx.beds.first_day(institution.id)
    institution.correct(
        operating=operating, comprehensive=comprehensive, quality=quality, first_bed_on=first_bed_on, today=tx.today
    )
    await tx.institutions.save(institution)
    return institution


async def add_beds(tx: Tx, institution_id: UUID, new: NewBeds) -> list[Bed]:
    """Add beds of one class; numbers follow the highest ever given. The institution is locked meanwhile."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area)
    present = await tx.beds.present(institution.id)
    institution.make_room(more=0 if new.home else new.count, present_beds=present, since=new.since)
    last = await tx.beds.last_number(institution.id)
    added = [
        add_bed(
            id=new_id(tx.at),
            institution=institution,
            number=last + 1 + n,
            bed_class=new.bed_class,
            inclusive=new.inclusive,
            home=new.home,
            since=new.since,
            today=tx.today,
        )
        for n in range(new.count)
    ]
    await tx.beds.add_all(added)
    return added


async def reclassify(
    tx: Tx, bed_id: UUID, *, on: date, bed_class: BedClass | None, inclusive: bool | None, expected: int | None
) -> Bed:
    """Another class or price promise from a day on."""
    bed = await tx.beds.get(bed_id, area=tx.caller.area, expected=expected)
    bed.reclassify(on=on, bed_class=bed_class, inclusive=inclusive, today=tx.today)
    await tx.beds.save(bed)
    return bed


async def take_out(tx: Tx, bed_id: UUID, *, on: date, expected: int | None) -> Bed:
    """Out of service from a day on."""
    bed = await tx.beds.get(bed_id, area=tx.caller.area, expected=expected)
    occupied = await tx.stays.lasting_beyond(on, bed_id=bed.id) > 0
    bed.take_out(on=on, occupied=occupied, today=tx.today)
    await tx.beds.save(bed)
    return bed


async def put_back(tx: Tx, bed_id: UUID, *, on: date, expected: int | None) -> Bed:
    """In service again from a day on."""
    bed = await tx.beds.get(bed_id, area=tx.caller.area, expected=expected)
    bed.put_back(on=on, today=tx.today)
    await tx.beds.save(bed)
    return bed


async def remove(tx: Tx, bed_id: UUID, *, on: date, expected: int | None) -> Bed:
    """Gone for good; the institution is locked first, because it keeps its minimum of beds."""
    found = await tx.beds.find(bed_id, area=tx.caller.area)
    await tx.institutions.get(found.institution_id, area=tx.caller.area)
    bed = await tx.beds.get(bed_id, area=tx.caller.area, expected=expected)
    occupied = await tx.stays.lasting_beyond(on, bed_id=bed.id) > 0
    beds_left = await tx.beds.present(bed.institution_id) - 1
    bed.remove(on=on, occupied=occupied, beds_left=beds_left, minimum_beds=minimum_beds(tx), today=tx.today)
    await tx.beds.save(bed)
    return bed


async def correct_bed(
    tx: Tx, bed_id: UUID, *, in_service: Sequence[Span] | None, classes: Sequence[ClassSpan] | None,
    inclusive: Sequence[Span] | None, expected: int | None,
) -> Bed:  # fmt: skip
    """Replace dated facts that were recorded wrongly; the former version is kept."""
    found = await tx.beds.find(bed_id, area=tx.caller.area)
    institution, bed = await hold_place(tx, found, expected=expected)
    bed.correct(
        in_service=in_service,
        classes=classes,
        inclusive=inclusive,
        opened_on=institution.opened_on,
        stays=await tx.stays.spans_in(bed.id),
        today=tx.today,
    )
    await tx.beds.save(bed)
    return bed


async def hold_place(tx: Tx, bed: Bed, *, expected: int | None = None) -> tuple[Institution, Bed]:
    """A bed, locked, and its institution, kept as it is: in this order everywhere, so that nothing deadlocks."""
    institution = await tx.institutions.hold(bed.institution_id, area=tx.caller.area)
    return institution, await tx.beds.get(bed.id, area=tx.caller.area, expected=expected)


async def admit(tx: Tx, admission: Admission) -> Stay:
    """Give a resident a bed; of many who claim it at once, one gets it.

    The look before the locks spares those who come too late the queue; the constraints decide the others.
    """
    wanted = days_of_stay(admission.begins_on, admission.ends_on)
    found = await tx.beds.find(admission.bed_id, area=tx.caller.area)
    await tx.stays.require_free(found.id, admission.resident.identity, wanted)
    institution, bed = await hold_place(tx, found)
    stay = begin_stay(
        id=new_id(tx.at),
        institution=institution,
        bed=bed,
        resident=admission.resident,
        ground=admission.ground,
        begins_on=admission.begins_on,
        ends_on=admission.ends_on,
        elder_age=tx.around.parameters.integer(ELDER_AGE, admission.begins_on),
        today=tx.today,
    )
    await tx.stays.lock_person(admission.resident.identity)
    await tx.stays.add(stay)
    return stay


async def end(tx: Tx, stay_id: UUID, *, on: date, expected: int | None) -> Stay:
    """The resident leaves; a later ending of an ended stay must find bed and person still free."""
    found = await tx.stays.find(stay_id, area=tx.caller.area)
    _, bed = await hold_place(tx, await tx.beds.find(found.bed_id, area=tx.caller.area))
    await tx.stays.lock_person(found.resident.identity)
    stay = await tx.stays.get(stay_id, area=tx.caller.area, expected=expected)
    stay.end(on=on, bed=bed, today=tx.today)
    await tx.stays.save(stay)
    return stay


async def void(tx: Tx, stay_id: UUID, *, reason: str, expected: int | None) -> Stay:
    """The stay was a mistake and does not count."""
    stay = await tx.stays.get(stay_id, area=tx.caller.area, expected=expected)
    stay.void(reason=reason)
    await tx.stays.save(stay)
    return stay


def minimum_beds(tx: Tx) -> int:
    """The least number of beds of an institution today."""
    return tx.around.parameters.integer(MINIMUM_BEDS, tx.today)


@dataclass(frozen=True)
class FilingVerdict:
    """Whether a facility can be filed as an institution, and by when it must be."""

    clauses: tuple[Clause, ...]
    filing_due: Deadline | None

    @property
    def is_institution(self) -> bool:
        """Whether every condition is met."""
        return all(clause.met for clause in self.clauses)


async def examine_filing(
    tx: Tx, *, beds: int, ownership: Ownership, township: str, organisation_code: OrganisationCode | None,
    first_admitted_on: date | None,
) -> FilingVerdict:  # fmt: skip
    """What filing would say; stores nothing. An unknown or abolished township is refused as in filing itself."""
    require_township(tx.around.divisions.get(township, tx.today))
    clauses = check_filing(
        beds=beds,
        ownership=ownership.value,
        organisation_code=organisation_code,
        registered=organisation_code is not None and await tx.institutions.registered(organisation_code),
        minimum_beds=minimum_beds(tx),
    )
    due = None
    if first_admitted_on is not None:
        due = filing_due(first_admitted_on, tx.around.calendar, tx.around.parameters.reader(first_admitted_on))
    return FilingVerdict(clauses, due)


async def obstacles(tx: Tx, bed_id: UUID, *, begins_on: date, ends_on: date | None) -> list[Refusal]:
    """Every rule that would refuse somebody this bed; stores and locks nothing."""
    stayed = days_of_stay(begins_on, ends_on)
    bed = await tx.beds.find(bed_id, area=tx.caller.area)
    institution = await tx.institutions.find(bed.institution_id, area=tx.caller.area)
    found: list[Refusal] = []
    for check in (partial(institution.require_admitting, begins_on), partial(bed.require_in_service, stayed)):
        try:
            check()
        except Refusal as refusal:
            found.append(refusal)
    if any(other.meets(stayed) for other in await tx.stays.spans_in(bed.id)):
        found.append(BedTaken())
    return found
