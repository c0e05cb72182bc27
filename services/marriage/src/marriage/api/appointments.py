"""Slots and appointments over HTTP: anybody sees free slots, an app books for a couple."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field, StringConstraints

from marriage.api.people import DocumentInput
from marriage.domain.appointment import WORKFLOW, Appointment, AppointmentStatus, Business, Slot
from marriage.store import Tx
from marriage.usecases import appointments as usecases
from shared.kernel.divisions import Area
from shared.kernel.errors import Invalid
from shared.kernel.principal import CITY, Principal
from shared.web.access import public, require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Day
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["预约"], route_class=StrictRoute)

Booker = Annotated[Principal, Depends(require("marriage:appoint"))]
Keeper = Annotated[Principal, Depends(require("marriage:offices"))]
Registrar = Annotated[Principal, Depends(require("marriage:register"))]
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"), Field(examples=["09:30"])]
LONGEST_PLAN = 92


class PlanTooLong(Invalid):
    """一次设置的号源日期跨度过长，或者结束日期早于开始日期"""


class PlanInput(ApiModel):
    """The same slot on every open day of a stretch."""

    business: Business
    first_day: Day
    last_day: Day
    begins: ClockTime
    ends: ClockTime
    capacity: int = Field(strict=True, ge=1, le=10_000)

    def parsed(self) -> usecases.SlotPlan:
        """The plan."""
        if not 0 <= (self.last_day - self.first_day).days < LONGEST_PLAN:
            raise PlanTooLong(field="last_day", longest_days=LONGEST_PLAN)
        return usecases.SlotPlan(
            self.business, self.first_day, self.last_day, time.fromisoformat(self.begins),
            time.fromisoformat(self.ends), self.capacity,
        )  # fmt: skip


class CapacityInput(ApiModel):
    """Another capacity."""

    capacity: int = Field(strict=True, ge=0, le=10_000)


class SlotView(ApiModel):
    """A slot with its free places."""

    id: UUID
    office_id: UUID
    division: str
    business: Business
    day: date
    begins: str
    ends: str
    capacity: int
    free: int

    @classmethod
    def of(cls, slot: Slot) -> SlotView:
        """The view of one slot."""
        return cls(
            id=slot.id, office_id=slot.office_id, division=slot.division, business=slot.business, day=slot.day,
            begins=slot.begins.strftime("%H:%M"), ends=slot.ends.strftime("%H:%M"), capacity=slot.capacity,
            free=slot.free,
        )  # fmt: skip


class PlannedView(ApiModel):
    """The slots that were set."""

    items: list[SlotView]


class BookingInput(ApiModel):
    """For whom: one person, or both of a couple; the numbers travel in the body only."""

    slot_id: UUID
    people: list[DocumentInput] = Field(min_length=1, max_length=2)


class MoveInput(ApiModel):
    """Another slot."""

    slot_id: UUID


class AppointmentView(ApiModel):
    """An appointment; nobody is named. ``place_in_line`` while it waits."""

    id: UUID
    office_id: UUID
    slot_id: UUID
    business: Business
    day: date
    begins: str
    status: AppointmentStatus
    available_actions: list[str]

    @classmethod
    def of(cls, appointment: Appointment) -> AppointmentView:
        """The view of one appointment."""
        return cls(
            id=appointment.id, office_id=appointment.office_id, slot_id=appointment.slot_id,
            business=appointment.business, day=appointment.day, begins=appointment.begins.strftime("%H:%M"),
            status=appointment.status,
            available_actions=[action.value for action in WORKFLOW.possible(appointment.status)],
        )  # fmt: skip


class PersonInput(ApiModel):
    """Whose appointments are looked for."""

    document: DocumentInput


@router.post("/offices/{office_id}/slots", status_code=201, response_model=PlannedView, summary="设置预约号源")
async def plan_slots(office_id: UUID, body: PlanInput, caller: Keeper, command: Commanding) -> Response:
    plan = body.parsed()
    return await command.run(
        lambda tx: usecases.plan_slots(tx, office_id, plan),
        show=lambda made: PlannedView(items=[SlotView.of(slot) for slot in made]),
        status=201,
    )


@router.post("/slots/{slot_id}/resize", response_model=SlotView, summary="调整号源数")
async def resize_slot(slot_id: UUID, body: CapacityInput, caller: Keeper, command: Commanding) -> Response:
    return await command.run(lambda tx: usecases.resize_slot(tx, slot_id, body.capacity), show=SlotView.of)


@router.get("/slots", response_model=Page[SlotView], summary="有余号的时段", dependencies=[public])
async def list_free_slots(
    asking: Asking,
    business: Business,
    office_id: UUID | None = None,
    from_day: Annotated[Day | None, Query()] = None,
    to_day: Annotated[Day | None, Query()] = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    cursors = Cursors(asking.confidential, f"slots|{business}|{office_id}|{from_day}|{to_day}")
    after = cursors.read(cursor)
    first = from_day or asking.today
    days = first, to_day or first + timedelta(days=LONGEST_PLAN)
    return await asking.run(
        lambda tx: tx.appointments.free_slots(
            area=Area(CITY), business=business, office_id=office_id, days=days, after=after, limit=limit + 1
        ),
        show=lambda found: page_of(
            found, limit, cursors, lambda slot: (slot.day.isoformat(), slot.begins.isoformat(), slot.id), SlotView.of,
            Page[SlotView],
        ),
    )  # fmt: skip


@router.post("/appointments", status_code=201, response_model=AppointmentView, summary="预约")
async def book_slot(body: BookingInput, caller: Booker, command: Commanding) -> Response:
    people = [person.parsed() for person in body.people]
    return await command.run(
        lambda tx: usecases.book_slot(tx, body.slot_id, people),
        show=AppointmentView.of,
        status=201,
        location=lambda made: f"/v1/appointments/{made.id}",
    )


@router.post("/appointments/wait", status_code=201, response_model=AppointmentView, summary="候补")
async def join_line(body: BookingInput, caller: Booker, command: Commanding) -> Response:
    people = [person.parsed() for person in body.people]
    return await command.run(
        lambda tx: usecases.join_line(tx, body.slot_id, people),
        show=AppointmentView.of,
        status=201,
        location=lambda made: f"/v1/appointments/{made.id}",
    )


@router.post("/appointments/search", response_model=Page[AppointmentView], summary="按证件号码查未办结的预约")
async def search_appointments(body: PersonInput, caller: Booker, asking: Asking) -> Response:
    document = body.document.parsed()
    return await asking.run(
        lambda tx: tx.appointments.of_person(document),
        show=lambda found: Page[AppointmentView](items=[AppointmentView.of(one) for one in found]),
        audit=("appointment.searched", "appointment", None),
    )


class PlacedView(AppointmentView):
    """An appointment with its place in the line."""

    place_in_line: int | None


@router.get("/appointments/{appointment_id}", response_model=PlacedView, summary="查看预约")
async def read_appointment(appointment_id: UUID, caller: Booker, asking: Asking) -> Response:
    async def found(tx: Tx) -> PlacedView:
        one = await tx.appointments.find(appointment_id, area=caller.area)
        place = await tx.appointments.place_in_line(one)
        return PlacedView(**AppointmentView.of(one).model_dump(), place_in_line=place)

    return await asking.run(found, show=lambda view: view)


@router.post("/appointments/{appointment_id}/move", response_model=AppointmentView, summary="改约")
async def move_appointment(appointment_id: UUID, body: MoveInput, caller: Booker, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.move_appointment(tx, appointment_id, body.slot_id, expected=command.expected),
        show=AppointmentView.of,
    )


@router.post("/appointments/{appointment_id}/cancel", response_model=AppointmentView, summary="取消预约")
async def cancel_appointment(appointment_id: UUID, caller: Booker, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.cancel_appointment(tx, appointment_id, expected=command.expected), show=AppointmentView.of
    )


@router.post("/appointments/{appointment_id}/keep", response_model=AppointmentView, summary="按约到场")
async def keep_appointment(appointment_id: UUID, caller: Registrar, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.keep_appointment(tx, appointment_id, expected=command.expected), show=AppointmentView.of
    )


@router.post("/appointments/{appointment_id}/miss", response_model=AppointmentView, summary="逾时未到")
async def miss_appointment(appointment_id: UUID, caller: Registrar, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.miss_appointment(tx, appointment_id, expected=command.expected), show=AppointmentView.of
    )
