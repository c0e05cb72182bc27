"""What an institution does with its beds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from eldercare.domain.bed import Bed, BedClass, ClassSpan, Gender, Purpose, add_bed
from eldercare.domain.fee import require_price_within_cap
from eldercare.domain.institution import Institution
from eldercare.store import Tx
from eldercare.usecases.institutions import minimum_beds
from shared.kernel.ids import new_id
from shared.kernel.spans import Span


@dataclass(frozen=True)
class NewBeds:
    """Beds of one class, added together."""

    count: int
    bed_class: BedClass
    inclusive: bool
    home: bool
    since: date
    planned: bool = False
    monthly_fee_fen: int | None = None
    purpose: Purpose = Purpose.GENERAL
    gender: Gender = Gender.ANY
    room: str | None = None


async def add_beds(tx: Tx, institution_id: UUID, new: NewBeds) -> list[Bed]:
    """Add beds of one class; numbers follow the highest ever given. The institution is locked meanwhile."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area)
    present = await tx.beds.present(institution.id)
    institution.make_room(more=0 if new.home or new.planned else new.count, present_beds=present, since=new.since)
    last = await tx.beds.last_number(institution.id)
    if new.inclusive and new.monthly_fee_fen is not None:
        require_price_within_cap(new.monthly_fee_fen, tx.around.parameters.reader(tx.today))
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
            planned=new.planned,
            monthly_fee_fen=new.monthly_fee_fen,
            purpose=new.purpose,
            gender=new.gender,
            room=new.room,
        )
        for n in range(new.count)
    ]
    await tx.beds.add_all(added)
    return added


async def activate(tx: Tx, bed_id: UUID, *, on: date, expected: int | None) -> Bed:
    """A planned bed comes into service; the institution is locked first, because the filing leaves room or not."""
    found = await tx.beds.find(bed_id, area=tx.caller.area)
    institution = await tx.institutions.get(found.institution_id, area=tx.caller.area)
    present = await tx.beds.present(institution.id)
    bed = await tx.beds.get(bed_id, area=tx.caller.area, expected=expected)
    institution.make_room(more=0 if bed.home else 1, present_beds=present, since=on)
    bed.activate(on=on, today=tx.today)
    bed.follow(institution.operating, institution.division)
    await tx.beds.save(bed)
    return bed


async def start_maintenance(tx: Tx, bed_id: UUID, *, on: date, expected: int | None) -> Bed:
    """Repairs begin."""
    bed = await tx.beds.get(bed_id, area=tx.caller.area, expected=expected)
    occupied = await tx.stays.lasting_beyond(on, bed_id=bed.id) > 0
    bed.start_maintenance(on=on, occupied=occupied, today=tx.today)
    await tx.beds.save(bed)
    return bed


async def finish_maintenance(tx: Tx, bed_id: UUID, *, on: date, expected: int | None) -> Bed:
    """Repairs are over."""
    bed = await tx.beds.get(bed_id, area=tx.caller.area, expected=expected)
    bed.finish_maintenance(on=on, today=tx.today)
    await tx.beds.save(bed)
    return bed


async def describe(
    tx: Tx, bed_id: UUID, *, monthly_fee_fen: int | None, purpose: Purpose | None, gender: Gender | None,
    room: str | None, expected: int | None,
) -> Bed:  # fmt: skip
    """Price, purpose and room."""
    bed = await tx.beds.get(bed_id, area=tx.caller.area, expected=expected)
    bed.describe(monthly_fee_fen=monthly_fee_fen, purpose=purpose, gender=gender, room=room)
    if bed.is_inclusive and bed.monthly_fee_fen is not None:
        require_price_within_cap(bed.monthly_fee_fen, tx.around.parameters.reader(tx.today))
    await tx.beds.save(bed)
    return bed


async def serve_at_home(tx: Tx, bed_id: UUID, *, on: date, expected: int | None) -> Bed:
    """A service was given at a home-care bed."""
    bed = await tx.beds.get(bed_id, area=tx.caller.area, expected=expected)
    bed.serve_at_home(on=on, today=tx.today)
    await tx.beds.save(bed)
    return bed


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


async def hold_place(
    tx: Tx, bed: Bed, *, expected: int | None = None, begins_on: date | None = None
) -> tuple[Institution, Bed]:
    """A bed, locked, and its institution, kept as it is: in this order everywhere, so that nothing deadlocks.

    :param begins_on: the day somebody is to move in; the institution's first resident starts the clock of its filing
        (EC-401), which is then announced. The first one locks the institution for a change at once, never later.
    """
    first = await tx.institutions.first_admission(bed.institution_id)
    if begins_on is None or (first is not None and first <= begins_on):
        institution = await tx.institutions.hold(bed.institution_id, area=tx.caller.area)
    else:
        institution = await tx.institutions.get(bed.institution_id, area=tx.caller.area)
        again = await tx.institutions.first_admission(bed.institution_id)
        if again is None or begins_on < again:
            institution.admit_first(tx.institutions.due_after(begins_on))
            await tx.institutions.save(institution)
    return institution, await tx.beds.get(bed.id, area=tx.caller.area, expected=expected)
