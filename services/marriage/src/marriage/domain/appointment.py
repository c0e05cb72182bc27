"""Appointments (预约): slots with a capacity, one live appointment for a couple, a line for freed places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from shared.kernel.aggregate import Aggregate
from shared.kernel.clock import CHINA, business_day
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.workflow import Workflow


class Business(StrEnum):
    """What somebody comes for (预约事项)."""

    MARRIAGE = "MARRIAGE"
    DIVORCE_APPLICATION = "DIVORCE_APPLICATION"
    DIVORCE_CERTIFICATE = "DIVORCE_CERTIFICATE"
    REISSUE = "REISSUE"
    RECORD = "RECORD"
    CORRECTION = "CORRECTION"
    CEREMONY = "CEREMONY"
    COUNSELLING = "COUNSELLING"


class AppointmentStatus(StrEnum):
    """Where an appointment stands (预约状态)."""

    WAITING = "WAITING"
    BOOKED = "BOOKED"
    CANCELLED = "CANCELLED"
    MISSED = "MISSED"
    KEPT = "KEPT"


class AppointmentAction(StrEnum):
    """What can be done to an appointment."""

    PROMOTE = "promote"
    MOVE = "move"
    CANCEL = "cancel"
    MISS = "miss"
    KEEP = "keep"


_S, _A = AppointmentStatus, AppointmentAction
WORKFLOW = Workflow(
    {
        (_S.WAITING, _A.PROMOTE): _S.BOOKED,
        (_S.WAITING, _A.CANCEL): _S.CANCELLED,
        (_S.BOOKED, _A.MOVE): _S.BOOKED,
        (_S.BOOKED, _A.CANCEL): _S.CANCELLED,
        (_S.BOOKED, _A.KEEP): _S.KEPT,
        (_S.BOOKED, _A.MISS): _S.MISSED,
    }
)
LIVE = frozenset({AppointmentStatus.WAITING, AppointmentStatus.BOOKED})


class AppointmentUnknown(NotFound):
    """预约不存在"""


class SlotUnknown(NotFound):
    """该时段不存在"""


class SlotFull(Refusal):
    """该时段已约满"""


class SlotStillFree(Refusal):
    """该时段尚有余号，请直接预约"""


class SlotOutsideWindow(Refusal):
    """不在可预约的日期范围内"""


class SlotTaken(Refusal):
    """该登记机关同一事项的该时段已设置"""


class CapacityBelowBooked(Refusal):
    """号源数不得少于已预约数"""


class AlreadyHasAppointment(Refusal):
    """一方或者双方已有未办结的预约"""


class OfficeNotOpenThen(Refusal):
    """登记机关当日不办理业务"""


class NotYetMissed(Refusal):
    """尚未超过约定时间的宽限期"""


class NotTheDay(Refusal):
    """不是预约的日期"""


class SlotEndsBeforeItBegins(Invalid):
    """结束时间须晚于开始时间"""


@dataclass(frozen=True)
class Slot:
    """A stretch of one day at one office for one business, and how many it takes (预约时段)."""

    id: UUID
    division: str
    office_id: UUID
    business: Business
    day: date
    begins: time
    ends: time
    capacity: int
    booked: int = 0

    def __post_init__(self) -> None:
        if self.ends <= self.begins:
            raise SlotEndsBeforeItBegins(field="ends")

    @property
    def free(self) -> int:
        """Places nobody holds."""
        return self.capacity - self.booked

    @property
    def begins_at(self) -> datetime:
        """The moment it begins, in China."""
        return datetime.combine(self.day, self.begins, CHINA)


@dataclass(frozen=True)
class BookingRules:
    """How far ahead, and when somebody counts as not come (cfg: 2–30 days, 30 minutes)."""

    first_days: int
    last_days: int
    grace: timedelta

    def require_bookable(self, slot: Slot, at: datetime) -> None:
        """The slot lies within the days that can be booked."""
        ahead = (slot.day - business_day(at)).days
        if not self.first_days <= ahead <= self.last_days:
            raise SlotOutsideWindow(field="slot_id", days_ahead=ahead, first=self.first_days, last=self.last_days)


@dataclass(kw_only=True)
class Appointment(Aggregate):
    """A couple's or a person's place in a slot (预约), or in the line for it."""

    office_id: UUID
    slot_id: UUID
    business: Business
    day: date
    begins: time
    status: AppointmentStatus
    made_at: datetime
    moves: int = 0

    @property
    def is_live(self) -> bool:
        """Whether it still holds, or waits for, a place."""
        return self.status in LIVE

    def promote(self) -> None:
        """A freed place goes to the first in the line."""
        self._move(_A.PROMOTE, "booked")

    def move(self, slot: Slot) -> None:
        """Another slot instead."""
        self._move(_A.MOVE, "moved")
        self.slot_id, self.office_id, self.division = slot.id, slot.office_id, slot.division
        self.business, self.day, self.begins = slot.business, slot.day, slot.begins
        self.moves += 1

    def cancel(self) -> None:
        """They do not come."""
        self._move(_A.CANCEL, "cancelled")

    def keep(self, today: date) -> None:
        """They came."""
        self._move(_A.KEEP, "kept")
        if today != self.day:
            raise NotTheDay(field="appointment_id")

    def miss(self, at: datetime, grace: timedelta) -> None:
        """They did not come within the grace; the place is free."""
        self._move(_A.MISS, "missed")
        if at < datetime.combine(self.day, self.begins, CHINA) + grace:
            raise NotYetMissed()

    def _move(self, action: AppointmentAction, participle: str) -> None:
        self.status = WORKFLOW.next(self.status, action)
        self.note(participle)


def book(*, id: UUID, slot: Slot, at: datetime) -> Appointment:
    """Take a place."""
    return _enter(id, slot, at, AppointmentStatus.BOOKED, "booked")


def wait_for(*, id: UUID, slot: Slot, at: datetime) -> Appointment:
    """Stand in the line for a place of a full slot."""
    if slot.free > 0:
        raise SlotStillFree(field="slot_id", free=slot.free)
    return _enter(id, slot, at, AppointmentStatus.WAITING, "queued")


def _enter(id: UUID, slot: Slot, at: datetime, status: AppointmentStatus, participle: str) -> Appointment:
    made = Appointment(
        id=id, division=slot.division, office_id=slot.office_id, slot_id=slot.id, business=slot.business,
        day=slot.day, begins=slot.begins, status=status, made_at=at,
    )  # fmt: skip
    made.note(participle)
    return made
