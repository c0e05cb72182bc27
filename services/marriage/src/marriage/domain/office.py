"""Marriage registration offices: what is stated about them from which day on, and the spans that follow.

An office is never edited, only stated about: "from this day on the counselling room works". The spans of days
that the world sees are folded from the statements, so a later statement corrects an earlier one from its day on,
and who stated what stays readable.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from shared.kernel import divisions
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import WorkingCalendar
from shared.kernel.divisions import Division
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.parameters import Confidence
from shared.kernel.spans import Span, intersection
from shared.kernel.workflow import Workflow

SATURDAY = 5


class OfficeLevel(StrEnum):
    """Whose office it is (登记机关层级): county-level department, delegated township, city."""

    DISTRICT = "DISTRICT"
    TOWNSHIP = "TOWNSHIP"
    CITY = "CITY"


class Clientele(StrEnum):
    """Whom an office may register (登记对象)."""

    MAINLAND = "MAINLAND"
    """双方均为内地居民"""
    FOREIGN_RELATED = "FOREIGN_RELATED"
    """一方为外国人、华侨或者港澳台居民"""


class Feature(StrEnum):
    """What holds of an office on some days and not on others (登记机关的分日属性)."""

    IN_SERVICE = "IN_SERVICE"
    """对外办理登记"""
    CROSS_PROVINCE = "CROSS_PROVINCE"
    """实际办理跨省通办"""
    COUNSELLING_ROOM = "COUNSELLING_ROOM"
    """设有并运行婚姻家庭辅导室（婚姻家庭纠纷调解室）"""
    SERVES_MAINLAND = "SERVES_MAINLAND"
    """办理内地居民婚姻登记"""
    SERVES_FOREIGN_RELATED = "SERVES_FOREIGN_RELATED"
    """办理涉外、涉港澳台、涉华侨婚姻登记"""
    WEEKEND_OPEN = "WEEKEND_OPEN"
    """周六对外办理"""


SERVICE_FOR = {
    Clientele.MAINLAND: Feature.SERVES_MAINLAND,
    Clientele.FOREIGN_RELATED: Feature.SERVES_FOREIGN_RELATED,
}


class OfficeGrade(StrEnum):
    """The grade of an office (婚姻登记机关等级, MZ/T 024—2011)."""

    NONE = "NONE"
    A3 = "3A"
    A4 = "4A"
    A5 = "5A"


class OfficeStatus(StrEnum):
    """Where an office stands (登记机关状态)."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class OfficeAction(StrEnum):
    """What can be done to an office."""

    AMEND = "amend"
    GRADE = "grade"
    COUNSEL = "counsel"
    CLOSE = "close"


WORKFLOW = Workflow(
    {
        (OfficeStatus.OPEN, OfficeAction.AMEND): OfficeStatus.OPEN,
        (OfficeStatus.OPEN, OfficeAction.GRADE): OfficeStatus.OPEN,
        (OfficeStatus.OPEN, OfficeAction.COUNSEL): OfficeStatus.OPEN,
        (OfficeStatus.OPEN, OfficeAction.CLOSE): OfficeStatus.CLOSED,
    }
)

LEVEL_OF_DIVISION = {
    divisions.Level.CITY: OfficeLevel.CITY,
    divisions.Level.DISTRICT: OfficeLevel.DISTRICT,
    divisions.Level.TOWNSHIP: OfficeLevel.TOWNSHIP,
}


class OfficeUnknown(NotFound):
    """婚姻登记机关不存在"""


class LevelDoesNotFitDivision(Invalid):
    """登记机关层级与行政区划不符"""


class NobodyToServe(Invalid):
    """须载明登记对象"""


class OfficeOverlaps(Refusal):
    """该行政区划在同一时期已有婚姻登记机关"""


class StatedBeforeOpening(Invalid):
    """日期早于登记机关设立之日"""


class AmendmentChangesNothing(Refusal):
    """所载情况与现有记载相同"""


class NoCounsellingRoomThen(Refusal):
    """该日未设婚姻家庭辅导室"""


class GradedInTheFuture(Invalid):
    """日期晚于今日"""


class RegistrationsSince(Refusal):
    """该日及以后已有登记，不能停办或者撤销"""


@dataclass(frozen=True)
class Source:
    """Where a statement comes from: the document, how sure we are of it, and who entered it."""

    document: str
    confidence: Confidence
    stated_by: str


@dataclass(frozen=True)
class Statement:
    """From ``from_day`` on, ``feature`` holds or does not hold, until a later statement says otherwise."""

    feature: Feature
    holds: bool
    from_day: date
    source: Source


@dataclass(frozen=True)
class Grading:
    """From ``from_day`` on the office has this grade, until a later grading."""

    grade: OfficeGrade
    from_day: date
    source: Source


def stated_spans(statements: Iterable[Statement], feature: Feature) -> tuple[Span, ...]:
    """The days on which ``feature`` was stated to hold; each statement replaces what was said of later days."""
    switches: list[tuple[date, bool]] = []
    for statement in statements:
        if statement.feature is feature:
            switches = [switch for switch in switches if switch[0] < statement.from_day]
            if statement.holds != (switches[-1][1] if switches else False):
                switches.append((statement.from_day, statement.holds))
    days = [day for day, _ in switches]
    ends: list[date | None] = [*days[1:], None]
    return tuple(Span(day, end) for (day, holds), end in zip(switches, ends, strict=False) if holds)


@dataclass(kw_only=True)
class Office(Aggregate):
    """An organ that registers marriages (婚姻登记机关); ``division`` is the division it is the organ of.

    The county-level civil-affairs department, or a township the province has fixed (国务院令第804号 第二条).
    ``closed_on`` is the first day it no longer exists.
    """

    name: str
    level: OfficeLevel
    clientele: frozenset[Clientele]
    status: OfficeStatus
    opened_on: date
    closed_on: date | None = None
    statements: tuple[Statement, ...] = ()
    gradings: tuple[Grading, ...] = ()
    counselling_days: tuple[date, ...] = ()
    """Days on which a session in the counselling room is on record."""

    def spans(self, feature: Feature) -> tuple[Span, ...]:
        """The days on which ``feature`` holds. Nothing else holds on a day on which the office is not in service."""
        serving = stated_spans(self.statements, Feature.IN_SERVICE)
        if feature is Feature.IN_SERVICE:
            return serving
        stated = stated_spans((*self._given_at_opening, *self.statements), feature)
        meetings = (some.shared_with(open_) for some in stated for open_ in serving)
        return tuple(span for span in meetings if span)

    @property
    def _given_at_opening(self) -> tuple[Statement, ...]:
        nobody = Source("", Confidence.KNOWN, "")
        return tuple(Statement(SERVICE_FOR[some], True, self.opened_on, nobody) for some in sorted(self.clientele))

    def serves(self, clientele: Clientele, on: date) -> bool:
        """Whether the office registers such couples on a day."""
        return self.holds(SERVICE_FOR[clientele], on)

    def grade_on(self, on: date) -> OfficeGrade:
        """The grade of a day."""
        return next((span[0] for span in reversed(self.grade_spans) if span[1].covers(on)), OfficeGrade.NONE)

    @property
    def grade_spans(self) -> tuple[tuple[OfficeGrade, Span], ...]:
        """The grades with their days; a later entry replaces what was said of its days and later ones."""
        switches: list[tuple[date, OfficeGrade]] = []
        for grading in self.gradings:
            switches = [switch for switch in switches if switch[0] < grading.from_day]
            switches.append((grading.from_day, grading.grade))
        ends: list[date | None] = [*(day for day, _ in switches[1:]), self.closed_on]
        return tuple(
            (grade, Span(day, end))
            for (day, grade), end in zip(switches, ends, strict=True)
            if grade is not OfficeGrade.NONE and (end is None or day < end)
        ) if switches else ()  # fmt: skip

    def counselling_active(self, days: int) -> tuple[Span, ...]:
        """The days of the room that lie within ``days`` after a recorded session."""
        active = [Span(day, day + timedelta(days=days)) for day in self.counselling_days]
        return intersection(self.spans(Feature.COUNSELLING_ROOM), active)

    def grade(self, grading: Grading, *, today: date) -> None:
        """State the grade from a day on."""
        self.status = WORKFLOW.next(self.status, OfficeAction.GRADE)
        if grading.from_day < self.opened_on:
            raise StatedBeforeOpening(field="from_day")
        if grading.from_day > today:
            raise GradedInTheFuture(field="from_day")
        self.gradings += (grading,)
        self.note("graded")

    def counsel(self, on: date, *, today: date) -> None:
        """A session was held in the counselling room; it is free, voluntary and adds no time to anything."""
        self.status = WORKFLOW.next(self.status, OfficeAction.COUNSEL)
        if on > today:
            raise GradedInTheFuture(field="on")
        if not self.holds(Feature.COUNSELLING_ROOM, on):
            raise NoCounsellingRoomThen(field="on")
        self.counselling_days = tuple(sorted({*self.counselling_days, on}))
        self.note("counselled")

    def is_open_on(self, day: date, calendar: WorkingCalendar) -> bool:
        """Whether the office receives people on a day: working days, and Saturdays where it says so."""
        if not self.holds(Feature.IN_SERVICE, day):
            return False
        saturday = day.weekday() == SATURDAY and self.holds(Feature.WEEKEND_OPEN, day)
        return calendar.is_working_day(day) or saturday

    def holds(self, feature: Feature, on: date) -> bool:
        """Whether ``feature`` holds on a day."""
        return any(span.covers(on) for span in self.spans(feature))

    def amend(
        self,
        *,
        from_day: date,
        changes: Sequence[tuple[Feature, bool]],
        source: Source,
        name: str | None = None,
        latest_registration: date | None = None,
    ) -> None:
        """State what holds from a day on, or the office's name as it should be written.

        :param latest_registration: the last day on which the office registered anybody, read under its lock.
        """
        self.status = WORKFLOW.next(self.status, OfficeAction.AMEND)
        if from_day < self.opened_on:
            raise StatedBeforeOpening(field="from_day")
        if (Feature.IN_SERVICE, False) in changes:
            refuse_stop_before(latest_registration, from_day)
        added = tuple(Statement(feature, holds, from_day, source) for feature, holds in changes)
        same_name = name is None or name == self.name
        if same_name and all(self._says_already(statement) for statement in added):
            raise AmendmentChangesNothing()
        self.name = name or self.name
        self.statements += added
        self.note("amended")

    def _says_already(self, statement: Statement) -> bool:
        said = (*self._given_at_opening, *self.statements)
        return stated_spans(said, statement.feature) == stated_spans((*said, statement), statement.feature)

    def close(self, *, on: date, source: Source, latest_registration: date | None = None) -> None:
        """The office ends; ``on`` is the first day it no longer exists, and nothing holds from then on."""
        self.status = WORKFLOW.next(self.status, OfficeAction.CLOSE)
        if on <= self.opened_on:
            raise StatedBeforeOpening(field="closed_on")
        refuse_stop_before(latest_registration, on)
        self.closed_on = on
        self.statements += tuple(Statement(feature, False, on, source) for feature in Feature)
        self.note("closed")


def refuse_stop_before(latest_registration: date | None, on: date) -> None:
    """An office cannot have stopped before the last registration it made."""
    if latest_registration is not None and latest_registration >= on:
        raise RegistrationsSince(latest_registration=latest_registration.isoformat())


def open_office(
    *,
    id: UUID,
    division: Division,
    level: OfficeLevel,
    name: str,
    clientele: frozenset[Clientele],
    opened_on: date,
    source: Source,
) -> Office:
    """An office begins and is in service from its first day; what else it offers has to be stated."""
    if LEVEL_OF_DIVISION.get(division.level) is not level:
        raise LevelDoesNotFitDivision(field="level")
    if not clientele:
        raise NobodyToServe(field="clientele")
    office = Office(
        id=id,
        division=division.code,
        name=name,
        level=level,
        clientele=clientele,
        status=OfficeStatus.OPEN,
        opened_on=opened_on,
        statements=(Statement(Feature.IN_SERVICE, True, opened_on, source),),
    )
    office.note("opened")
    return office
