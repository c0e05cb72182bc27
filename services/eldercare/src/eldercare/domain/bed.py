"""A bed of an institution, or at home: its class, its price promise and its days of service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

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
)
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import NotFound, Refusal
from shared.kernel.spans import Span
from shared.kernel.workflow import Workflow


class BedClass(StrEnum):
    """What care a bed is equipped for (床位类型)."""

    NURSING = "NURSING"
    """护理型"""
    ORDINARY = "ORDINARY"
    """普通型"""


class Status(StrEnum):
    """Where a bed stands now (床位状态)."""

    IN_SERVICE = "IN_SERVICE"
    OUT_OF_SERVICE = "OUT_OF_SERVICE"
    REMOVED = "REMOVED"


class Action(StrEnum):
    """What can be done to a bed (床位事项)."""

    RECLASSIFY = "reclassify"
    TAKE_OUT = "take-out"
    PUT_BACK = "put-back"
    CORRECT = "correct"
    REMOVE = "remove"


WORKFLOW = Workflow(
    {
        (Status.IN_SERVICE, Action.RECLASSIFY): Status.IN_SERVICE,
        (Status.IN_SERVICE, Action.TAKE_OUT): Status.OUT_OF_SERVICE,
        (Status.IN_SERVICE, Action.CORRECT): Status.IN_SERVICE,
        (Status.IN_SERVICE, Action.REMOVE): Status.REMOVED,
        (Status.OUT_OF_SERVICE, Action.RECLASSIFY): Status.OUT_OF_SERVICE,
        (Status.OUT_OF_SERVICE, Action.PUT_BACK): Status.IN_SERVICE,
        (Status.OUT_OF_SERVICE, Action.CORRECT): Status.OUT_OF_SERVICE,
        (Status.OUT_OF_SERVICE, Action.REMOVE): Status.REMOVED,
        (Status.REMOVED, Action.CORRECT): Status.REMOVED,
    }
)
"""An occupied bed is neither taken out nor removed (EC-501); a removed bed does not come back."""


class BedUnknown(NotFound):
    """床位不存在"""


class BedOccupied(Refusal):
    """床位有人入住"""


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
    offered at a regulated price (普惠).
    """

    institution_id: UUID
    number: int
    home: bool
    status: Status
    in_service: Spans
    classes: tuple[ClassSpan, ...]
    inclusive: Spans

    @property
    def bed_class(self) -> BedClass | None:
        """The latest class; None for a bed that was entered by mistake and taken away again."""
        return self.classes[-1].bed_class if self.classes else None

    @property
    def is_inclusive(self) -> bool:
        """Whether it is an inclusive bed now."""
        return is_open(self.inclusive)

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
        self.note("taken_out")

    def put_back(self, *, on: date, today: date) -> None:
        """In service again from a day on (恢复使用)."""
        self.status = WORKFLOW.next(self.status, Action.PUT_BACK)
        require_past(on, today=today)
        require_later(on, latest_change(self.in_service))
        self.in_service = begun(self.in_service, on)
        self.note("put_back")

    def remove(self, *, on: date, occupied: bool, beds_left: int, minimum_beds: int, today: date) -> None:
        """Gone for good (核销, B9); removed on its first day, it was entered by mistake.

        :param beds_left: the institution's other beds; an institution keeps its minimum. Home-care beds are free.
        """
        status = WORKFLOW.next(self.status, Action.REMOVE)
        require_past(on, today=today)
        self._require_empty(occupied)
        if not self.home:
            require_enough_beds(beds_left, minimum_beds)
        self._leave(on, status)

    def close(self, *, on: date) -> None:
        """It ends with its institution."""
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

    def _leave(self, on: date, status: Status) -> None:
        self._require_unchanged_after(on)
        self.status = status
        self.in_service = ended(self.in_service, on)
        self.inclusive = ended(self.inclusive, on)
        self.classes = ended_classes(self.classes, on)
        self.note("removed")

    def _require_empty(self, occupied: bool) -> None:
        if occupied:
            raise BedOccupied(rule="EC-501")

    def _require_unchanged_after(self, on: date) -> None:
        changes = (latest_change(self.in_service), latest_change(self.inclusive), self.classes[-1].span.begin)
        latest = max(day for day in changes if day is not None)
        if latest > on:
            require_later(on, latest)

    def _require_present_status(self) -> None:
        exists = self.status is not Status.REMOVED
        class_lasts = is_open(tuple(entry.span for entry in self.classes))
        if (
            is_open(self.in_service) != (self.status is Status.IN_SERVICE)
            or class_lasts != exists
            or (is_open(self.inclusive) and not exists)
        ):
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
    today: date,
) -> Bed:  # fmt: skip
    """A new bed of an institution, in service from a day on (B1)."""
    require_past(since, today=today)
    bed = Bed(
        id=id,
        division=institution.division,
        institution_id=institution.id,
        number=number,
        home=home,
        status=Status.IN_SERVICE,
        in_service=(Span(since),),
        classes=(ClassSpan(Span(since), bed_class),),
        inclusive=(Span(since),) if inclusive else (),
    )
    bed.note("added")
    return bed
