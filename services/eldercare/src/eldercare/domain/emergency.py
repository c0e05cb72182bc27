"""Incidents that are reported within hours, and drills that prepare for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.parameters import ParameterReader

GRAVE_HOURS = "emergency.report_hours_grave"
OTHER_HOURS = "emergency.report_hours"
DRILLS = "emergency.drills_per_year"


class Kind(StrEnum):
    """What happened or was practised (突发事件与演练)."""

    INCIDENT = "INCIDENT"
    DRILL = "DRILL"


class Cause(StrEnum):
    """The kind of incident or drill (事件类别); nine of them are the risks of GB 38600."""

    CHOKING = "CHOKING"
    DRUGS_OR_FOOD = "DRUGS_OR_FOOD"
    PRESSURE_SORE = "PRESSURE_SORE"
    SCALD = "SCALD"
    BED_FALL = "BED_FALL"
    FALL = "FALL"
    VIOLENCE = "VIOLENCE"
    WANDERING = "WANDERING"
    ACTIVITY = "ACTIVITY"
    FIRE = "FIRE"
    INFECTION = "INFECTION"
    DISASTER = "DISASTER"
    ABUSE = "ABUSE"
    OTHER = "OTHER"


class Level(StrEnum):
    """How grave (突发事件分级), I the gravest."""

    I = "I"  # noqa: E741 - the law numbers its levels so
    II = "II"
    III = "III"
    IV = "IV"


class EmergencyUnknown(NotFound):
    """突发事件或演练记录不存在"""


class ReportedBeforeItHappened(Invalid):
    """报告时间不得早于发生时间"""


class HappensInFuture(Refusal):
    """不得登记将来的事件"""


@dataclass(kw_only=True)
class Emergency(Aggregate):
    """An incident or a drill (应急事件); of an institution, or of the whole area where ``institution_id`` is None.

    ``report_due_at`` is the end of the hours the institution has for its report.
    """

    institution_id: UUID | None
    kind: Kind
    cause: Cause
    level: Level | None
    deaths: int
    happened_at: datetime
    reported_at: datetime
    report_due_at: datetime | None
    evacuated: bool = False

    @property
    def reported_in_time(self) -> bool | None:
        """Whether the report came within its hours; None for a drill."""
        return None if self.report_due_at is None else self.reported_at <= self.report_due_at


def report_due(happened_at: datetime, *, deaths: int, cause: Cause, parameters: ParameterReader) -> datetime:
    """One hour for deaths and fires, else two by default (§10.4)."""
    grave = deaths > 0 or cause is Cause.FIRE
    return happened_at + timedelta(hours=parameters.integer(GRAVE_HOURS if grave else OTHER_HOURS))


def record_emergency(
    *, id: UUID, division: str, institution_id: UUID | None, kind: Kind, cause: Cause, level: Level | None, deaths: int,
    happened_at: datetime, now: datetime, evacuated: bool, parameters: ParameterReader,
) -> Emergency:  # fmt: skip
    """Enter an incident as its report arrives, or a drill that was held."""
    if happened_at > now:
        raise HappensInFuture(rule="EC-7.5.8")
    due = None
    if kind is Kind.INCIDENT:
        due = report_due(happened_at, deaths=deaths, cause=cause, parameters=parameters)
    found = Emergency(
        id=id, division=division, institution_id=institution_id, kind=kind, cause=cause, level=level, deaths=deaths,
        happened_at=happened_at, reported_at=now, report_due_at=due, evacuated=evacuated,
    )  # fmt: skip
    found.note("reported" if kind is Kind.INCIDENT else "drilled")
    return found
