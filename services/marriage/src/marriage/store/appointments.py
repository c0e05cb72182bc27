"""Slots and appointments: a slot's counter is the last row a booking touches, and is held for a moment only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Time,
    Uuid,
    func,
    insert,
    select,
    tuple_,
    update,
)

from marriage.domain.appointment import (
    Appointment,
    AppointmentStatus,
    AppointmentUnknown,
    Business,
    Slot,
    SlotFull,
    SlotUnknown,
)
from marriage.domain.party import Document
from marriage.events import appointment_state
from marriage.store.core import METADATA, PERSON_KEY
from shared.contracts.envelope import EntityState
from shared.kernel.divisions import Area
from shared.storage.direct import fetch_value
from shared.storage.entities import Entities, entity_columns, within

slots = Table(
    "slot",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("division", String(12), nullable=False),
    Column("office_id", Uuid, ForeignKey("office.id"), nullable=False),
    Column("business", String, nullable=False),
    Column("day", Date, nullable=False),
    Column("begins", Time, nullable=False),
    Column("ends", Time, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("booked", Integer, nullable=False),
)
appointments = Table(
    "appointment",
    METADATA,
    *entity_columns(),
    Column("office_id", Uuid, ForeignKey("office.id"), nullable=False),
    Column("slot_id", Uuid, ForeignKey("slot.id"), nullable=False),
    Column("business", String, nullable=False),
    Column("day", Date, nullable=False),
    Column("begins", Time, nullable=False),
    Column("status", String, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("moves", Integer, nullable=False),
)
appointment_people = Table(
    "appointment_person",
    METADATA,
    Column("appointment_id", Uuid, ForeignKey("appointment.id"), primary_key=True),
    Column("person_key", LargeBinary, primary_key=True),
    Column("is_live", Boolean, nullable=False),
)
TAKE = "UPDATE slot SET booked = booked + 1 WHERE id = $1 AND booked < capacity RETURNING booked"


class Appointments(Entities[Appointment]):
    """Appointments, the slots they are in, and the people they are for (by blind index only)."""

    table, noun, missing = appointments, "appointment", AppointmentUnknown

    async def slot(self, slot_id: UUID, *, area: Area, lock: bool = False) -> Slot:
        """One slot; ``lock`` holds its line until the transaction ends."""
        found = select(slots).where(slots.c.id == slot_id, within(area, slots.c.division))
        row = (await self.tx.connection.execute(found.with_for_update() if lock else found)).one_or_none()
        if row is None:
            raise SlotUnknown(field="slot_id")
        return slot_of(row)

    async def free_slots(
        self, *, area: Area, business: Business, office_id: UUID | None, days: tuple[date, date],
        after: Sequence[str] | None, limit: int,
    ) -> list[Slot]:  # fmt: skip
        """Slots with a free place between two days, both counted, in order of time."""
        conditions: list[ColumnElement[bool]] = [
            within(area, slots.c.division),
            slots.c.business == business.value,
            slots.c.day.between(*days),
            slots.c.booked < slots.c.capacity,
        ]
        if office_id:
            conditions.append(slots.c.office_id == office_id)
        if after:
            conditions.append(
                tuple_(slots.c.day, slots.c.begins, slots.c.id)
                > tuple_(date.fromisoformat(after[0]), time.fromisoformat(after[1]), UUID(after[2]))
            )
        rows = await self.tx.connection.execute(
            select(slots).where(*conditions).order_by(slots.c.day, slots.c.begins, slots.c.id).limit(limit)
        )
        return [slot_of(row) for row in rows]

    async def add_slots(self, some: Sequence[Slot]) -> None:
        """Insert slots; one that exists already at the same time is refused by the database."""
        await self.tx.connection.execute(
            insert(slots), [{**vars(slot), "business": slot.business.value} for slot in some]
        )

    async def set_capacity(self, slot: Slot, capacity: int) -> None:
        """Another capacity of a locked slot."""
        await self.tx.connection.execute(update(slots).where(slots.c.id == slot.id).values(capacity=capacity))

    async def take(self, slot: Slot) -> None:
        """Take a place; called last, so that the counter's row is held for as short as can be."""
        if await fetch_value(self.tx.connection, TAKE, slot.id) is None:
            raise SlotFull(field="slot_id", free=0)

    async def give_back(self, slot_id: UUID, places: int = 1) -> None:
        """A place of a locked slot is free again."""
        await self.tx.connection.execute(
            update(slots).where(slots.c.id == slot_id).values(booked=slots.c.booked - places)
        )

    async def first_in_line(self, slot_id: UUID) -> Appointment | None:
        """Who has waited longest for a place of a slot."""
        row = (
            await self.tx.connection.execute(
                select(appointments)
                .where(appointments.c.slot_id == slot_id, appointments.c.status == AppointmentStatus.WAITING.value)
                .order_by(appointments.c.made_at, appointments.c.id)
                .limit(1)
                .with_for_update()
            )
        ).one_or_none()
        return self.load(row) if row else None

    async def place_in_line(self, appointment: Appointment) -> int | None:
        """How many wait before it, counted from 1; None where it does not wait."""
        if appointment.status is not AppointmentStatus.WAITING:
            return None
        before = await self.tx.connection.execute(
            select(func.count())
            .select_from(appointments)
            .where(
                appointments.c.slot_id == appointment.slot_id,
                appointments.c.status == AppointmentStatus.WAITING.value,
                appointments.c.made_at <= appointment.made_at,
                appointments.c.id <= appointment.id,
            )
        )
        return int(before.scalar_one())

    async def enter(self, aggregate: Appointment, people: Sequence[Document]) -> None:
        """Insert an appointment with its people, in the order of their keys."""
        await self.add(aggregate)
        keys = sorted(self.tx.around.confidential.blind(PERSON_KEY, person.key) for person in people)
        await self.tx.insert(
            (
                appointment_people,
                [{"appointment_id": aggregate.id, "person_key": key, "is_live": True} for key in keys],
            )
        )

    async def save(self, aggregate: Appointment) -> None:
        """Write it back; its people are free for another one once it is over."""
        await super().save(aggregate)
        if not aggregate.is_live:
            await self.tx.connection.execute(
                update(appointment_people)
                .where(appointment_people.c.appointment_id == aggregate.id)
                .values(is_live=False)
            )

    async def of_person(self, document: Document) -> list[Appointment]:
        """The live appointments of a person, anywhere in the city."""
        key = self.tx.around.confidential.blind(PERSON_KEY, document.key)
        mine = select(appointment_people.c.appointment_id).where(
            appointment_people.c.person_key == key, appointment_people.c.is_live
        )
        rows = await self.tx.connection.execute(select(appointments).where(appointments.c.id.in_(mine)))
        return [self.load(row) for row in rows]

    async def missed_before(self, moment: datetime, limit: int) -> list[UUID]:
        """Booked appointments that began before a moment in China."""
        rows = await self.tx.connection.execute(
            select(appointments.c.id)
            .where(
                appointments.c.status == AppointmentStatus.BOOKED.value,
                appointments.c.day + appointments.c.begins <= moment.replace(tzinfo=None),
            )
            .order_by(appointments.c.day, appointments.c.begins)
            .limit(limit)
        )
        return list(rows.scalars())

    async def waiting_before(self, today: date, limit: int) -> list[UUID]:
        """Those who still wait for a place of a day that is past."""
        rows = await self.tx.connection.execute(
            select(appointments.c.id)
            .where(appointments.c.status == AppointmentStatus.WAITING.value, appointments.c.day < today)
            .limit(limit)
        )
        return list(rows.scalars())

    def load(self, row: Row[Any]) -> Appointment:
        """Row → aggregate."""
        return Appointment(
            id=row.id, division=row.division, version=row.version, office_id=row.office_id, slot_id=row.slot_id,
            business=Business(row.business), day=row.day, begins=row.begins, status=AppointmentStatus(row.status),
            made_at=row.made_at, moves=row.moves,
        )  # fmt: skip

    def dump(self, aggregate: Appointment) -> Mapping[str, Any]:
        """Aggregate → row."""
        return {
            "office_id": aggregate.office_id,
            "slot_id": aggregate.slot_id,
            "business": aggregate.business.value,
            "day": aggregate.day,
            "begins": aggregate.begins,
            "status": aggregate.status.value,
            "made_at": aggregate.made_at,
            "moves": aggregate.moves,
        }

    def state(self, aggregate: Appointment) -> EntityState:
        """Aggregate → published state."""
        return appointment_state(aggregate)


def slot_of(row: Row[Any]) -> Slot:
    """Row → slot."""
    return Slot(
        row.id, row.division, row.office_id, Business(row.business), row.day, row.begins, row.ends, row.capacity,
        row.booked,
    )  # fmt: skip
