"""Marriage registration offices: what is stated about them from which day on, and the spans that follow.

An office is never edited, only stated about: "from this day on the counselling room works". The spans of days
that the world sees are folded from the statements, so a later statement corrects an earlier one from its day on,
and who stated what stays readable.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.kernel import divisions
from shared.kernel.aggregate import Aggregate
from shared.kernel.divisions import Division
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.parameters import Confidence
from shared.kernel.spans import Span
from shared.kernel.workflow import Workflow


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


class OfficeStatus(StrEnum):
    """Where an office stands (登记机关状态)."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class OfficeAction(StrEnum):
    """What can be done to an office."""

    AMEND = "amend"
    CLOSE = "close"


WORKFLOW = Workflow(
    {
        (OfficeStatus.OPEN, OfficeAction.AMEND): OfficeStatus.OPEN,
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

    def spans(self, feature: Feature) -> tuple[Span, ...]:
        """The days on which ``feature`` holds. Nothing else holds on a day on which the office is not in service."""
        serving = stated_spans(self.statements, Feature.IN_SERVICE)
        if feature is Feature.IN_SERVICE:
            return serving
        meetings = (stated.shared_with(open_) for stated in stated_spans(self.statements, feature) for open_ in serving)
        return tuple(span for span in meetings if span)

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
        now = stated_spans(self.statements, statement.feature)
        return now == stated_spans((*self.statements, statement), statement.feature)

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
