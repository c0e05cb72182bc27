"""Who is given a bed, what happens to a resident, and until when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from uuid import UUID

from eldercare.domain import stay as rules
from eldercare.domain.bed import Bed, BedReserved
from eldercare.domain.bed_status import Status as BedStatus
from eldercare.domain.institution import Institution
from eldercare.domain.resident import ELDER_AGE, Means, Resident
from eldercare.domain.stay import (
    BedTaken,
    Death,
    EndReason,
    Entry,
    Ground,
    LeaveKind,
    Stay,
    begin_stay,
    continue_in,
    days_of_stay,
)
from eldercare.domain.waiting_list import NURSING_FROM_LEVEL, require_fit
from eldercare.store import Tx
from eldercare.usecases.admissions import own_or_in_area, release
from eldercare.usecases.beds import hold_place
from eldercare.usecases.waiting import save_with_positions
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id


@dataclass(frozen=True)
class Admission:
    """Who is to stay in which bed, and from when."""

    bed_id: UUID
    resident: Resident
    ground: Ground
    begins_on: date
    ends_on: date | None
    assessment_id: UUID | None = None
    emergency_reason: str | None = None


@dataclass(frozen=True)
class Ending:
    """How a stay ends; ``on`` is the first day the bed is free."""

    on: date
    reason: EndReason = EndReason.DISCHARGED
    death: Death | None = None


async def admit(tx: Tx, admission: Admission) -> Stay:
    """Give a resident a bed directly (B5); of many who claim it at once, one gets it.

    The look before the locks spares those who come too late the queue; the constraints decide the others.
    """
    wanted = days_of_stay(admission.begins_on, admission.ends_on)
    found = await tx.beds.find(admission.bed_id, area=tx.caller.area)
    await tx.stays.require_free(found.id, admission.resident.identity, wanted)
    institution, bed = await hold_place(tx, found, begins_on=admission.begins_on)
    if bed.status is BedStatus.RESERVED and wanted.end is None:
        raise BedReserved(rule="EC-7.5.3")
    if wanted.end is None and not admission.emergency_reason and await tx.applications.waiting(institution.id):
        raise rules.WaitingListExists(rule="EC-5 B5", field="emergency_reason")
    await tx.stays.lock_person(admission.resident.identity)
    entry = await _entry(tx, admission, bed)
    stay = await _begin(tx, institution, bed, admission, entry)
    await tx.stays.add(stay)
    return stay


async def admit_from_list(tx: Tx, application_id: UUID, *, begins_on: date, expected: int | None) -> Stay:
    """The applicant who accepted, and signed, moves into the bed that was kept (B4)."""
    found = await tx.applications.find(application_id, area=tx.caller.area)
    kept = await tx.beds.find(found.reserved_offer().bed_id, area=tx.caller.area)
    institution, bed = await hold_place(tx, kept, begins_on=begins_on)
    await tx.stays.lock_person(found.elder.identity)
    application = await own_or_in_area(tx, application_id, applicant=False, expected=expected)
    assessment = await tx.assessments.usable(application.elder.identity, begins_on)
    poor = application.circumstances.means is Means.EXTREME_HARDSHIP
    admission = Admission(
        bed.id, application.elder, Ground.EXTREME_HARDSHIP if poor else Ground.ELDER, begins_on, None,
        assessment.id if assessment else None,
    )  # fmt: skip
    if assessment is None:
        raise rules.EntryAssessmentMissing(rule="EC-605")
    entry = replace(await _entry(tx, admission, bed), application_id=application.id)
    stay = await _begin(tx, institution, bed, admission, entry)
    application.admit(on=begins_on, stay_id=stay.id, at=tx.at)
    await tx.stays.add(stay)
    await save_with_positions(tx, application, before=None)
    await release(tx, bed)
    return stay


async def _begin(tx: Tx, institution: Institution, bed: Bed, admission: Admission, entry: Entry) -> Stay:
    parameters = tx.around.parameters.reader(admission.begins_on)
    if admission.ends_on is None:
        await tx.stays.require_alive(admission.resident.identity)
    return begin_stay(
        id=new_id(tx.at),
        institution=institution,
        bed=bed,
        resident=admission.resident,
        ground=admission.ground,
        begins_on=admission.begins_on,
        ends_on=admission.ends_on,
        elder_age=parameters.integer(ELDER_AGE),
        today=tx.today,
        trial_days=parameters.integer(rules.TRIAL_DAYS),
        entry=entry,
    )


async def _entry(tx: Tx, admission: Admission, bed: Bed) -> Entry:
    """The level somebody comes with, if assessed: it must be theirs, hold on that day, and fit the bed (EC-503)."""
    if admission.assessment_id is None:
        return Entry(emergency_reason=admission.emergency_reason)
    assessment = await tx.assessments.of_person(admission.assessment_id, admission.resident.identity)
    assessment.require_usable(admission.begins_on)
    require_fit(assessment.level, bed.bed_class, tx.around.parameters.integer(NURSING_FROM_LEVEL, admission.begins_on))
    return Entry(assessment.level, assessment.id, emergency_reason=admission.emergency_reason)


async def _held(tx: Tx, stay_id: UUID, expected: int | None) -> tuple[Stay, Bed]:
    """A stay with its bed, locked in the order institution, bed, person, stay."""
    found = await tx.stays.find(stay_id, area=tx.caller.area)
    _, bed = await hold_place(tx, await tx.beds.find(found.bed_id, area=tx.caller.area))
    await tx.stays.lock_person(found.resident.identity)
    return await tx.stays.get(stay_id, area=tx.caller.area, expected=expected), bed


async def end(tx: Tx, stay_id: UUID, ending: Ending, *, expected: int | None) -> Stay:
    """The resident leaves; a later ending of an ended stay must find bed and person still free."""
    stay, bed = await _held(tx, stay_id, expected)
    days = tx.around.parameters.integer(rules.REFUND_WORKDAYS, ending.on)
    stay.end(
        on=ending.on, bed=bed, today=tx.today, reason=ending.reason, death=ending.death,
        refund_due=tx.around.calendar.add_working_days(ending.on, days).on,
    )  # fmt: skip
    await tx.stays.save(stay)
    if ending.reason is EndReason.DECEASED:
        for application in await tx.applications.open_of(stay.resident.identity):
            application.withdraw_for_death(at=tx.at)
            await save_with_positions(tx, application, before=None)
    return stay


async def void(tx: Tx, stay_id: UUID, *, reason: str, expected: int | None) -> Stay:
    """The stay was a mistake and does not count."""
    stay = await tx.stays.get(stay_id, area=tx.caller.area, expected=expected)
    stay.void(reason=reason)
    await tx.stays.save(stay)
    return stay


async def pass_trial(tx: Tx, stay_id: UUID, *, expected: int | None = None) -> Stay:
    """The trial is over."""
    stay = await tx.stays.get(stay_id, area=tx.caller.area, expected=expected)
    stay.pass_trial(today=tx.today)
    await tx.stays.save(stay)
    return stay


async def change_level(
    tx: Tx, stay_id: UUID, *, on: date, assessment_id: UUID, consent_on: date | None, expected: int | None
) -> Stay:
    """Another care level, on a new assessment and with consent (EC-605)."""
    stay, _ = await _held(tx, stay_id, expected)
    assessment = await tx.assessments.of_person(assessment_id, stay.resident.identity)
    assessment.require_usable(on)
    stay.change_level(
        on=on, new=assessment.level, assessment_id=assessment.id, assessed_on=assessment.assessed_on,
        consent_on=consent_on, today=tx.today,
    )  # fmt: skip
    await tx.stays.save(stay)
    return stay


async def go_on_leave(tx: Tx, stay_id: UUID, *, kind: LeaveKind, on: date, expected: int | None) -> Stay:
    """To hospital or home; the bed is kept."""
    stay = await tx.stays.get(stay_id, area=tx.caller.area, expected=expected)
    days = tx.around.parameters.integer(rules.HOLD_DAYS, on)
    stay.go_on_leave(kind=kind, on=on, hold_days=days, today=tx.today)
    await tx.stays.save(stay)
    return stay


async def come_back(tx: Tx, stay_id: UUID, *, on: date, expected: int | None) -> Stay:
    """Back in the bed."""
    stay = await tx.stays.get(stay_id, area=tx.caller.area, expected=expected)
    stay.come_back(on=on, today=tx.today)
    await tx.stays.save(stay)
    return stay


async def move(tx: Tx, stay_id: UUID, *, bed_id: UUID, on: date, expected: int | None) -> Stay:
    """To another bed of the same institution; answers the stay in the new bed. Beds are locked in order of their id."""
    found = await tx.stays.find(stay_id, area=tx.caller.area)
    wanted = await tx.beds.find(bed_id, area=tx.caller.area)
    await tx.institutions.hold(found.institution_id, area=tx.caller.area)
    locked = {one: await tx.beds.get(one, area=tx.caller.area) for one in sorted({found.bed_id, wanted.id})}
    bed = locked[wanted.id]
    await tx.stays.lock_person(found.resident.identity)
    stay = await tx.stays.get(stay_id, area=tx.caller.area, expected=expected)
    if bed.status is BedStatus.RESERVED:
        raise BedReserved(rule="EC-7.5.3")
    status = stay.status
    stay.move(on=on, bed=bed, today=tx.today)
    require_fit(stay.level, bed.bed_class, tx.around.parameters.integer(NURSING_FROM_LEVEL, on))
    await tx.stays.save(stay)
    further = continue_in(stay, id=new_id(tx.at), bed=bed, on=on, status=status)
    await tx.stays.add(further)
    return further


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
    if await tx.applications.reserving(bed.id) is not None:
        found.append(BedReserved(rule="EC-7.5.3"))
    return found
