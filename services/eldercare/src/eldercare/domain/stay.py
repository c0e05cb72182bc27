"""The stay of one resident in one bed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from eldercare.domain.bed import Bed
from eldercare.domain.institution import Institution
from eldercare.domain.span import require_past
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.kernel.spans import Span
from shared.kernel.workflow import Workflow

ELDER_AGE = "elder.age"


class Ground(StrEnum):
    """Why somebody may live in an institution (入住依据)."""

    ELDER = "ELDER"
    """老年人"""
    EXTREME_HARDSHIP = "EXTREME_HARDSHIP"
    """特困人员"""


class Status(StrEnum):
    """Where a stay stands (入住状态)."""

    CURRENT = "CURRENT"
    ENDED = "ENDED"
    VOIDED = "VOIDED"


class Action(StrEnum):
    """What can be done to a stay (入住事项)."""

    END = "end"
    VOID = "void"


WORKFLOW = Workflow(
    {
        (Status.CURRENT, Action.END): Status.ENDED,
        (Status.CURRENT, Action.VOID): Status.VOIDED,
        (Status.ENDED, Action.END): Status.ENDED,
        (Status.ENDED, Action.VOID): Status.VOIDED,
    }
)
"""Ending an ended stay corrects its last day."""


class StayUnknown(NotFound):
    """入住记录不存在"""


class BedTaken(Refusal):
    """该床位在此时段已有人入住"""


class ResidentHasABed(Refusal):
    """该老年人在此时段已入住其他床位"""


class StayEndsBeforeItBegins(Invalid):
    """离院日须晚于入住日"""


class NotElder(Refusal):
    """未达到老年人年龄，且非特困人员"""


@dataclass(frozen=True)
class Resident:
    """Who stays (入住老年人)."""

    name: PersonName
    identity: IdentityNumber


@dataclass(kw_only=True)
class Stay(Aggregate):
    """One resident in one bed during a span (入住); ``division`` is the township of the institution.

    No two residents share a bed on a day, and nobody has two beds (EC-711, EC-7.5.2); the database guards both.
    """

    institution_id: UUID
    bed_id: UUID
    resident: Resident
    ground: Ground
    status: Status
    stayed: Span
    void_reason: str | None = None

    @property
    def voided(self) -> bool:
        """Whether it was entered by mistake and does not count."""
        return self.status is Status.VOIDED

    def end(self, *, on: date, bed: Bed, today: date) -> None:
        """The resident leaves; ``on`` is the first day the bed is free. A second ending corrects the first."""
        self.status = WORKFLOW.next(self.status, Action.END)
        require_past(on, today=today)
        self.stayed = days_of_stay(self.stayed.begin, on)
        bed.require_in_service(self.stayed)
        self.note("ended")

    def void(self, *, reason: str) -> None:
        """The stay was entered by mistake: it never was."""
        self.status = WORKFLOW.next(self.status, Action.VOID)
        self.void_reason = reason
        self.note("voided")


def days_of_stay(begins_on: date, ends_on: date | None) -> Span:
    """The days of a stay: at least one; ``ends_on`` is the first day the bed is free again."""
    if ends_on is not None and ends_on <= begins_on:
        raise StayEndsBeforeItBegins(field="ends_on")
    return Span(begins_on, ends_on)


def age_on(birth_date: date, day: date) -> int:
    """Full years of age on a day (周岁)."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def begin_stay(
    *, id: UUID, institution: Institution, bed: Bed, resident: Resident, ground: Ground, begins_on: date,
    ends_on: date | None, elder_age: int, today: date,
) -> Stay:  # fmt: skip
    """Admit a resident to a bed (B4, B5); only the extremely poor may be younger than an elder."""
    require_past(begins_on, ends_on, today=today)
    stayed = days_of_stay(begins_on, ends_on)
    if ground is Ground.ELDER and age_on(resident.identity.birth_date, begins_on) < elder_age:
        raise NotElder(rule="老年人权益保障法 第二条", elder_age=elder_age)
    institution.require_admitting(begins_on)
    bed.require_in_service(stayed)
    stay = Stay(
        id=id,
        division=institution.division,
        institution_id=institution.id,
        bed_id=bed.id,
        resident=resident,
        ground=ground,
        status=Status.ENDED if ends_on else Status.CURRENT,
        stayed=stayed,
    )
    stay.note("begun")
    return stay
