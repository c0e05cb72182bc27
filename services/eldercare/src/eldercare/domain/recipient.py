"""The register of persons entitled to basic care, where they live, and the visits to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from eldercare.domain.span import Spans, begun, ended, is_open, latest_change, require_later, require_past
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import Deadline, WorkingCalendar
from shared.kernel.errors import NotFound, Refusal
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.kernel.parameters import ParameterReader
from shared.kernel.workflow import Workflow

VISIT_DAYS = "recipient.visit_interval_days"


class Category(StrEnum):
    """On what ground somebody is entitled (基本养老服务对象类别)."""

    EXTREME_HARDSHIP = "EXTREME_HARDSHIP"
    """特困人员"""
    LOW_INCOME = "LOW_INCOME"
    """低保、低保边缘"""
    DISABLED = "DISABLED"
    """失能老年人"""
    LIVING_ALONE = "LIVING_ALONE"
    """独居、空巢、留守老年人"""
    OTHER = "OTHER"


class Status(StrEnum):
    """Whether somebody is on the register (登记状态)."""

    REGISTERED = "REGISTERED"
    REMOVED = "REMOVED"


class Action(StrEnum):
    """What can be recorded of an entitled person (基本养老服务对象事项)."""

    UPDATE = "update"
    VISIT = "visit"
    REMOVE = "remove"


WORKFLOW = Workflow(
    {
        (Status.REGISTERED, Action.UPDATE): Status.REGISTERED,
        (Status.REGISTERED, Action.VISIT): Status.REGISTERED,
        (Status.REGISTERED, Action.REMOVE): Status.REMOVED,
    }
)


class Fact(StrEnum):
    """A dated fact about an entitled person that is counted (动态信息)."""

    DISABLED = "DISABLED"
    """失能"""
    WILLING = "WILLING"
    """愿意集中供养"""
    CENTRAL = "CENTRAL"
    """集中供养"""
    ENTRUSTED = "ENTRUSTED"
    """已签订委托照料服务协议"""


class VisitResult(StrEnum):
    """What a visit found (探访结果)."""

    WELL = "WELL"
    NEEDS_CARE = "NEEDS_CARE"
    ABSENT = "ABSENT"
    REFERRED = "REFERRED"


class RecipientUnknown(NotFound):
    """基本养老服务对象不存在"""


class RegisteredBefore(Refusal):
    """该人员已登记为基本养老服务对象"""


class FactUnchanged(Refusal):
    """该事项的状态没有变化"""


class CentralAndEntrusted(Refusal):
    """集中供养人员不签订分散供养的委托照料服务协议"""


@dataclass(frozen=True)
class EntitledPerson:
    """Who is entitled (服务对象)."""

    name: PersonName
    identity: IdentityNumber


@dataclass(frozen=True)
class Visit:
    """One visit (探访关爱)."""

    on: date
    result: VisitResult


@dataclass(kw_only=True)
class Recipient(Aggregate):
    """Somebody entitled to basic elderly care (基本养老服务对象); ``division`` is the township of residence."""

    person: EntitledPerson
    category: Category
    status: Status
    since: date
    removed_on: date | None = None
    disabled: Spans = ()
    willing: Spans = ()
    central: Spans = ()
    entrusted: Spans = ()
    visits: tuple[Visit, ...] = ()

    def update(self, *, fact: Fact, holds: bool, on: date, today: date) -> None:
        """A dated fact begins or ends to hold."""
        self.status = WORKFLOW.next(self.status, Action.UPDATE)
        require_past(on, today=today)
        spans = self.spans(fact)
        if holds == is_open(spans):
            raise FactUnchanged(rule="§8", field="holds")
        require_later(on, latest_change(spans))
        self._write(fact, (begun if holds else ended)(spans, on))
        if is_open(self.central) and is_open(self.entrusted):
            raise CentralAndEntrusted(rule="EC-802")
        self.note("updated")

    def spans(self, fact: Fact) -> Spans:
        """The days of a fact."""
        return {
            Fact.DISABLED: self.disabled, Fact.WILLING: self.willing, Fact.CENTRAL: self.central,
            Fact.ENTRUSTED: self.entrusted,
        }[fact]  # fmt: skip

    def visit(self, *, visit: Visit, today: date) -> None:
        """Somebody has looked in."""
        self.status = WORKFLOW.next(self.status, Action.VISIT)
        require_past(visit.on, today=today)
        require_later(visit.on, self.visits[-1].on if self.visits else None)
        self.visits = (*self.visits, visit)
        self.note("visited")

    def remove(self, *, on: date, today: date) -> None:
        """No longer entitled from a day on."""
        self.status = WORKFLOW.next(self.status, Action.REMOVE)
        require_past(on, today=today)
        require_later(on, self.since)
        self.removed_on = on
        for fact in Fact:
            self._write(fact, ended(self.spans(fact), on))
        self.note("removed")

    def next_visit(self, calendar: WorkingCalendar, parameters: ParameterReader) -> Deadline | None:
        """By when the next visit is due, counted from the last one or from the registration."""
        if self.status is Status.REMOVED:
            return None
        last = self.visits[-1].on if self.visits else self.since
        return calendar.add_days(last, parameters.integer(VISIT_DAYS))

    def _write(self, fact: Fact, spans: Spans) -> None:
        match fact:
            case Fact.DISABLED:
                self.disabled = spans
            case Fact.WILLING:
                self.willing = spans
            case Fact.CENTRAL:
                self.central = spans
            case Fact.ENTRUSTED:
                self.entrusted = spans


def register_recipient(
    *, id: UUID, township: str, person: EntitledPerson, category: Category, since: date, today: date
) -> Recipient:
    """Enter somebody in the register."""
    require_past(since, today=today)
    found = Recipient(id=id, division=township, person=person, category=category, status=Status.REGISTERED, since=since)
    found.note("registered")
    return found
