"""A bed of an institution, or at home: its class, its price promise and its days of service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from eldercare.domain.bed_status import SERVING, STEPS, WORKFLOW, Action, BedTransitionInvalid, Stage, Status, Step
from eldercare.domain.filing import require_enough_beds
from eldercare.domain.institution import BeforeOpening, Institution, NothingChanges, PresentStatusDiffers
from eldercare.domain.span import (
    Spans,
    SpansOverlap,
    begun,
    checked,
    ended,
    is_open,
    latest_change,
    require_later,
    require_past,
    without,
)
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import NotFound, Refusal
from shared.kernel.spans import Span


class BedClass(StrEnum):
    """What care a bed is equipped for (床位类型)."""

    NURSING = "NURSING"
    """护理型"""
    ORDINARY = "ORDINARY"
    """普通型"""


class Purpose(StrEnum):
    """What a bed is kept for (床位用途)."""

    GENERAL = "GENERAL"
    HARDSHIP_RESERVED = "HARDSHIP_RESERVED"
    """特困预留"""
    RESPITE = "RESPITE"
    """喘息服务（短托）"""
    EMERGENCY = "EMERGENCY"
    """应急"""


class Gender(StrEnum):
    """Who may share the room (房间性别要求)."""

    MALE = "MALE"
    FEMALE = "FEMALE"
    COUPLE = "COUPLE"
    ANY = "ANY"


class BedUnknown(NotFound):
    """床位不存在"""


class BedOccupied(BedTransitionInvalid):
    """床位有人入住"""


class NotAHomeBed(Refusal):
    """该床位不是家庭养老床位"""


class BedReserved(Refusal):
    """床位已为轮候人员预留"""


class BedInMaintenance(Refusal):
    """床位正在维护"""


class BedOutOfService(Refusal):
    """床位在该时段未投入使用"""


class ClassMissing(Refusal):
    """床位使用期间须有且仅有一种床位类型"""


@dataclass(frozen=True)
class ClassSpan:
    """The class a bed has during a span."""

    span: Span
    bed_class: BedClass


@dataclass(kw_only=True)
class Bed(Aggregate):
    """A bed (养老床位); ``division`` is the township of its institution.

    ``in_service`` are the days it exists for use in an institution that is not closed; cleaning and small repairs do
    not interrupt them, since the statutory number of beds includes beds in maintenance (M14). ``home`` marks a
    home-care bed (家庭养老床位), which never counts among the institution's beds. ``inclusive`` are the days it is
    offered at a regulated price (普惠). ``suspended`` are the days its institution does not serve: they are taken
    from the days in service wherever beds are counted. ``last_service_on`` is a home-care bed's last visit,
    ``occupied_now`` what its stays say today.
    """

    institution_id: UUID
    number: int
    home: bool
    status: Status
    in_service: Spans
    classes: tuple[ClassSpan, ...]
    inclusive: Spans
    suspended: Spans = ()
    maintenance: Spans = ()
    planned_for: date | None = None
    monthly_fee_fen: int | None = None
    purpose: Purpose = Purpose.GENERAL
    gender: Gender = Gender.ANY
    room: str | None = None
    last_service_on: date | None = None
    occupied_now: bool = False

    @property
    def bed_class(self) -> BedClass | None:
        """The latest class; None for a bed that was entered by mistake and taken away again."""
        return self.classes[-1].bed_class if self.classes else None

    @property
    def is_inclusive(self) -> bool:
        """Whether it is an inclusive bed now."""
        return is_open(self.inclusive)

    @property
    def serving(self) -> Spans:
        """The days it truly serves: in service, in an institution that is not suspended."""
        return without(self.in_service, self.suspended)

    def stage(self, *, occupied: bool) -> Stage:
        """Its state in the terms of the registry's table; ``occupied`` says that somebody stays in it now."""
        if self.status is Status.REMOVED:
            return Stage.CLOSED
        if self.status is Status.PLANNED:
            return Stage.PLANNED
        if occupied:
            return Stage.OCCUPIED
        if self.status is Status.OUT_OF_SERVICE or is_open(self.suspended):
            return Stage.OUT_OF_SERVICE
        return {Status.RESERVED: Stage.RESERVED, Status.MAINTENANCE: Stage.MAINTENANCE}.get(
            self.status, Stage.AVAILABLE
        )

    def activate(self, *, on: date, today: date) -> None:
        """A planned bed comes into service (B1)."""
        self.status = WORKFLOW.next(self.status, Action.ACTIVATE)
        require_past(on, today=today)
        former = self.classes[-1]
        self.classes = (ClassSpan(Span(on), former.bed_class),)
        self.inclusive = (Span(on),) if self.inclusive else ()
        self.in_service = (Span(on),)
        self.note("activated")

    def reserve(self) -> None:
        """An offer is open for it (B2)."""
        self.status = WORKFLOW.next(self.status, Action.RESERVE)
        self.note("reserved")

    def release(self) -> None:
        """The offer was declined, has expired, was withdrawn (B3), or was accepted and the resident admitted (B4)."""
        self.status = WORKFLOW.next(self.status, Action.RELEASE)
        self.note("released")

    def start_maintenance(self, *, on: date, occupied: bool, today: date) -> None:
        """Repairs begin (B7); it stays in service in the statutory sense."""
        STEPS.next(self.stage(occupied=occupied), Step.START_MAINTENANCE)
        self.status = WORKFLOW.next(self.status, Action.START_MAINTENANCE)
        require_past(on, today=today)
        require_later(on, latest_change(self.maintenance))
        self.maintenance = begun(self.maintenance, on)
        self.note("maintenance_started")

    def finish_maintenance(self, *, on: date, today: date) -> None:
        """Repairs are over (B8)."""
        self.status = WORKFLOW.next(self.status, Action.FINISH_MAINTENANCE)
        require_past(on, today=today)
        require_later(on, latest_change(self.maintenance))
        self.maintenance = ended(self.maintenance, on)
        self.note("maintenance_finished")

    def follow(self, operating: Spans, township: str) -> bool:
        """Take over the days its institution does not serve, and where it lies; says whether anything changed."""
        begin = operating[0].begin
        suspended = without((Span(begin),), operating)
        if suspended == self.suspended and township == self.division:
            return False
        self.suspended, self.division = suspended, township
        self.note("reclassified")
        return True

    def describe(
        self, *, monthly_fee_fen: int | None, purpose: Purpose | None, gender: Gender | None, room: str | None
    ) -> None:
        """Its price, purpose and room; what is None stays."""
        before = (self.monthly_fee_fen, self.purpose, self.gender, self.room)
        self.monthly_fee_fen = self.monthly_fee_fen if monthly_fee_fen is None else monthly_fee_fen
        self.purpose, self.gender, self.room = purpose or self.purpose, gender or self.gender, room or self.room
        if before == (self.monthly_fee_fen, self.purpose, self.gender, self.room):
            raise NothingChanges
        self.note("reclassified")

    def serve_at_home(self, *, on: date, today: date) -> None:
        """A service was given at a home-care bed; without one for a while it is idle (EC-803)."""
        if not self.home:
            raise NotAHomeBed(rule="EC-803")
        require_past(on, today=today)
        if self.last_service_on is None or on > self.last_service_on:
            self.last_service_on = on
        self.note("reclassified")

    def is_active_home_bed(self, *, on: date, idle_days: int) -> bool:
        """Whether a home-care bed has been served within the idle days, that day included (EC-803)."""
        return self.home and self.last_service_on is not None and (on - self.last_service_on).days <= idle_days

    def reclassify(self, *, on: date, bed_class: BedClass | None, inclusive: bool | None, today: date) -> None:
        """Another class, or another price promise, from a day on (EC-504, EC-505)."""
        self.status = WORKFLOW.next(self.status, Action.RECLASSIFY)
        require_past(on, today=today)
        new_class = bed_class if bed_class is not self.bed_class else None
        new_promise = inclusive if inclusive is not self.is_inclusive else None
        if new_class is None and new_promise is None:
            raise NothingChanges
        require_later(on, self.classes[0].span.begin)
        if new_class is not None:
            last = self.classes[-1]
            require_later(on, last.span.begin)
            former = ClassSpan(Span(last.span.begin, on), last.bed_class)
            self.classes = (*self.classes[:-1], former, ClassSpan(Span(on), new_class))
        if new_promise is not None:
            require_later(on, latest_change(self.inclusive))
            self.inclusive = (begun if new_promise else ended)(self.inclusive, on)
        self.note("reclassified")

    def take_out(self, *, on: date, occupied: bool, today: date) -> None:
        """Out of service from a day on (停用); ``occupied`` says that somebody stays in it then (EC-501)."""
        self.status = WORKFLOW.next(self.status, Action.TAKE_OUT)
        require_past(on, today=today)
        require_later(on, latest_change(self.in_service))
        self._require_empty(occupied)
        self.in_service = ended(self.in_service, on)
        self.maintenance = ended(self.maintenance, on)
        self.note("taken_out")

    def put_back(self, *, on: date, today: date) -> None:
        """In service again from a day on (恢复使用)."""
        self.status = WORKFLOW.next(self.status, Action.PUT_BACK)
        require_past(on, today=today)
        require_later(on, latest_change(self.in_service))
        self.in_service = begun(self.in_service, on)
        self.note("put_back")

    def remove(self, *, on: date, occupied: bool, beds_left: int, minimum_beds: int, today: date) -> None:
        """Gone for good (核销, B9); removed on its first day, it was entered by mistake. An occupied one is not.

        :param beds_left: the institution's other beds; an institution keeps its minimum. Home-care beds are free.
        """
        require_past(on, today=today)
        self._require_empty(occupied)
        status = WORKFLOW.next(self.status, Action.REMOVE)
        if not self.home:
            require_enough_beds(beds_left, minimum_beds)
        self._leave(on, status)

    def close(self, *, on: date) -> None:
        """It ends with its institution; an offer that is still open for it ends before."""
        if self.status is Status.RESERVED:
            self.release()
        self._leave(on, WORKFLOW.next(self.status, Action.REMOVE))

    def correct(
        self, *, in_service: Sequence[Span] | None, classes: Sequence[ClassSpan] | None,
        inclusive: Sequence[Span] | None, opened_on: date, stays: Sequence[Span], today: date,
    ) -> None:  # fmt: skip
        """Write dated facts anew where they were recorded wrongly; present status and stays must still fit."""
        self.status = WORKFLOW.next(self.status, Action.CORRECT)
        if in_service is None and classes is None and inclusive is None:
            raise NothingChanges
        self.in_service = self.in_service if in_service is None else checked(in_service, today)
        self.classes = self.classes if classes is None else checked_classes(classes, today)
        self.inclusive = self.inclusive if inclusive is None else checked(inclusive, today)
        self._require_present_status()
        self._require_class_whenever_in_service()
        if self.in_service and self.in_service[0].begin < opened_on:
            raise BeforeOpening(field="in_service", opened_on=opened_on.isoformat())
        for stay in stays:
            self.require_in_service(stay)
        self.note("reclassified")

    def require_in_service(self, span: Span) -> None:
        """Somebody stays only in a bed that is in service all the time (B4)."""
        if not any(own.holds(span) for own in self.in_service):
            raise BedOutOfService(rule="EC-5 B4")

    def require_admitting(self, *, offered: bool) -> None:
        """A reserved bed is for the one who was offered it (B4), one in maintenance for nobody (B5)."""
        if self.status is Status.RESERVED and not offered:
            raise BedReserved(rule="EC-5 B5")
        if self.status is Status.MAINTENANCE:
            raise BedInMaintenance(rule="EC-5 B5")

    def _leave(self, on: date, status: Status) -> None:
        self._require_unchanged_after(on)
        self.status = status
        self.in_service = ended(self.in_service, on)
        self.inclusive = ended(self.inclusive, on)
        self.maintenance = ended(self.maintenance, on)
        self.classes = ended_classes(self.classes, on)
        self.note("removed")

    def _require_empty(self, occupied: bool) -> None:
        if occupied:
            raise BedOccupied(rule="EC-501", status_now=Stage.OCCUPIED.value)

    def _require_unchanged_after(self, on: date) -> None:
        changes = (latest_change(self.in_service), latest_change(self.inclusive), self.classes[-1].span.begin)
        latest = max(day for day in changes if day is not None)
        if latest > on:
            require_later(on, latest)

    def _require_present_status(self) -> None:
        exists = self.status is not Status.REMOVED
        serves = self.status in SERVING
        class_lasts = is_open(tuple(entry.span for entry in self.classes))
        if is_open(self.in_service) != serves or class_lasts != exists or (is_open(self.inclusive) and not exists):
            raise PresentStatusDiffers(status_now=self.status.value)

    def _require_class_whenever_in_service(self) -> None:
        if not self.classes:
            whole: Spans = ()
        else:
            whole = (Span(self.classes[0].span.begin, self.classes[-1].span.end),)
        if not all(any(span.holds(own) for span in whole) for own in self.in_service):
            raise ClassMissing(field="classes")


def checked_classes(classes: Sequence[ClassSpan], today: date) -> tuple[ClassSpan, ...]:
    """Classes as written by a person: each begins where the former ends."""
    if not classes:
        raise ClassMissing(field="classes")
    for entry in classes:
        require_past(entry.span.begin, entry.span.end, today=today)
    for former, later in pairwise(classes):
        if former.span.end != later.span.begin or former.bed_class is later.bed_class:
            raise SpansOverlap(field="classes")
    return tuple(classes)


def ended_classes(classes: Sequence[ClassSpan], on: date) -> tuple[ClassSpan, ...]:
    """The classes up to a day."""
    return tuple(ClassSpan(ended((entry.span,), on)[0], entry.bed_class) for entry in classes if entry.span.begin < on)


def add_bed(
    *, id: UUID, institution: Institution, number: int, bed_class: BedClass, inclusive: bool, home: bool, since: date,
    today: date, planned: bool = False, monthly_fee_fen: int | None = None, purpose: Purpose = Purpose.GENERAL,
    gender: Gender = Gender.ANY, room: str | None = None,
) -> Bed:  # fmt: skip
    """A new bed of an institution, in service from a day on (B1), or planned for a day and counted nowhere."""
    if not planned:
        require_past(since, today=today)
    bed = Bed(
        id=id,
        division=institution.division,
        institution_id=institution.id,
        number=number,
        home=home,
        status=Status.PLANNED if planned else Status.IN_SERVICE,
        in_service=() if planned else (Span(since),),
        classes=(ClassSpan(Span(since), bed_class),),
        inclusive=(Span(since),) if inclusive else (),
        planned_for=since if planned else None,
        monthly_fee_fen=monthly_fee_fen,
        purpose=purpose,
        gender=gender,
        room=room,
    )
    bed.note("planned" if planned else "added")
    return bed
