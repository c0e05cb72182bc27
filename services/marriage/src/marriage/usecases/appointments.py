"""Slots and appointments: set, booked, changed, cancelled, kept, missed, and the line for freed places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID

from marriage.domain.appointment import (
    Appointment,
    AppointmentStatus,
    BookingRules,
    Business,
    CapacityBelowBooked,
    OfficeNotOpenThen,
    Slot,
    SlotFull,
    book,
    wait_for,
)
from marriage.domain.party import Document, SamePersonTwice
from marriage.store import Tx
from shared.kernel.divisions import Area
from shared.kernel.ids import new_id
from shared.kernel.principal import CITY

EVERYWHERE = Area(CITY)
"""A couple may book at any office of the city."""
ALTERNATIVES = 5


@dataclass(frozen=True)
class SlotPlan:
    """The same slot on every open day of a stretch (号源设置)."""

    business: Business
    first_day: date
    last_day: date
    begins: time
    ends: time
    capacity: int


def booking_rules(tx: Tx) -> BookingRules:
    """How far ahead one may book, by the parameters of the day."""
    read = tx.around.parameters.reader(tx.today)
    return BookingRules(
        read.integer("appointment.first_days"), read.integer("appointment.last_days"),
        timedelta(minutes=read.integer("appointment.grace_minutes")),
    )  # fmt: skip


async def plan_slots(tx: Tx, office_id: UUID, plan: SlotPlan) -> list[Slot]:
    """Set slots on every day of the stretch on which the office is open; none of the others."""
    office = await tx.offices.at_work(office_id, area=tx.caller.area)
    days = [plan.first_day + timedelta(days=n) for n in range((plan.last_day - plan.first_day).days + 1)]
    made = [
        Slot(new_id(tx.at), office.division, office.id, plan.business, day, plan.begins, plan.ends, plan.capacity)
        for day in days
        if office.is_open_on(day, tx.around.calendar)
    ]
    if not made:
        raise OfficeNotOpenThen(field="first_day")
    await tx.appointments.add_slots(made)
    tx.audit("slot.planned", "office", office.id)
    return made


async def resize_slot(tx: Tx, slot_id: UUID, capacity: int) -> Slot:
    """Another capacity; whoever waits moves up as far as it grows."""
    slot = await tx.appointments.slot(slot_id, area=tx.caller.area, lock=True)
    if capacity < slot.booked:
        raise CapacityBelowBooked(field="capacity", booked=slot.booked)
    await tx.appointments.set_capacity(slot, capacity)
    tx.audit("slot.resized", "slot", slot.id)
    for _ in range(capacity - slot.booked):
        if not await _promote(tx, slot.id):
            break
        await tx.appointments.take(slot)
    return await tx.appointments.slot(slot_id, area=tx.caller.area)


async def book_slot(tx: Tx, slot_id: UUID, people: Sequence[Document]) -> Appointment:
    """Take a place; a full slot is told at once, with others that have places."""
    require_different(people)
    slot = await tx.appointments.slot(slot_id, area=EVERYWHERE)
    booking_rules(tx).require_bookable(slot, tx.at)
    if slot.free <= 0:
        raise SlotFull(field="slot_id", free=0, alternatives=await alternatives(tx, slot))
    appointment = book(id=new_id(tx.at), slot=slot, at=tx.at)
    await tx.appointments.enter(appointment, people)
    await tx.appointments.take(slot)
    return appointment


async def alternatives(tx: Tx, slot: Slot) -> list[str]:
    """Other slots for the same business that have places, nearest first."""
    rules = booking_rules(tx)
    found = await tx.appointments.free_slots(
        area=EVERYWHERE, business=slot.business, office_id=None,
        days=(tx.today + timedelta(days=rules.first_days), tx.today + timedelta(days=rules.last_days)),
        after=None, limit=ALTERNATIVES,
    )  # fmt: skip
    return [str(other.id) for other in found]


async def join_line(tx: Tx, slot_id: UUID, people: Sequence[Document]) -> Appointment:
    """Wait for a place of a full slot."""
    require_different(people)
    slot = await tx.appointments.slot(slot_id, area=EVERYWHERE, lock=True)
    booking_rules(tx).require_bookable(slot, tx.at)
    appointment = wait_for(id=new_id(tx.at), slot=slot, at=tx.at)
    await tx.appointments.enter(appointment, people)
    return appointment


async def move_appointment(tx: Tx, appointment_id: UUID, slot_id: UUID, *, expected: int | None) -> Appointment:
    """Another slot instead; the old place goes to whoever waits for it."""
    appointment = await tx.appointments.get(appointment_id, area=EVERYWHERE, expected=expected)
    before = appointment.slot_id
    for locked in sorted({before, slot_id}):
        await tx.appointments.slot(locked, area=EVERYWHERE, lock=True)
    slot = await tx.appointments.slot(slot_id, area=EVERYWHERE)
    booking_rules(tx).require_bookable(slot, tx.at)
    appointment.move(slot)
    await tx.appointments.save(appointment)
    if before != slot_id:
        await tx.appointments.take(slot)
        await _free_place(tx, before)
    return appointment


async def cancel_appointment(tx: Tx, appointment_id: UUID, *, expected: int | None) -> Appointment:
    """They do not come; the place goes to whoever waits for it."""
    appointment = await tx.appointments.get(appointment_id, area=EVERYWHERE, expected=expected)
    held = appointment.status is AppointmentStatus.BOOKED
    if held:
        await tx.appointments.slot(appointment.slot_id, area=EVERYWHERE, lock=True)
    appointment.cancel()
    await tx.appointments.save(appointment)
    if held:
        await _free_place(tx, appointment.slot_id)
    return appointment


async def keep_appointment(tx: Tx, appointment_id: UUID, *, expected: int | None) -> Appointment:
    """They came."""
    appointment = await tx.appointments.get(appointment_id, area=tx.caller.area, expected=expected)
    appointment.keep(tx.today)
    await tx.appointments.save(appointment)
    return appointment


async def miss_appointment(tx: Tx, appointment_id: UUID, *, expected: int | None = None) -> Appointment:
    """They did not come in time; the place is free for whoever walks in."""
    appointment = await tx.appointments.get(appointment_id, area=tx.caller.area, expected=expected)
    appointment.miss(tx.at, booking_rules(tx).grace)
    await tx.appointments.slot(appointment.slot_id, area=EVERYWHERE, lock=True)
    await tx.appointments.save(appointment)
    await tx.appointments.give_back(appointment.slot_id)
    return appointment


async def _free_place(tx: Tx, slot_id: UUID) -> None:
    """A place of a locked slot goes to the first in the line, or is free."""
    if not await _promote(tx, slot_id):
        await tx.appointments.give_back(slot_id)


async def _promote(tx: Tx, slot_id: UUID) -> bool:
    waiting = await tx.appointments.first_in_line(slot_id)
    if waiting is None:
        return False
    waiting.promote()
    await tx.appointments.save(waiting)
    return True


def require_different(people: Sequence[Document]) -> None:
    """Nobody is booked twice in one appointment."""
    if len({person.key for person in people}) != len(people):
        raise SamePersonTwice(field="people")
