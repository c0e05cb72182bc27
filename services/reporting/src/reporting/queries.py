"""Reads that answer screens; every one takes the caller's area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, tuple_

from reporting.domain.closing import Closing
from reporting.domain.duty import Duty
from reporting.domain.figure import Figure, Status
from reporting.domain.reminder import Reminder
from reporting.domain.series import Series
from reporting.store import Tx, closings, figures, reminders, series_table
from shared.kernel.divisions import Area
from shared.kernel.principal import CITY
from shared.storage.entities import within

EVER_STOOD = (Status.CONFIRMED, Status.RETRACTING, Status.RETRACTED, Status.SUPERSEDED)


class Awaiting(StrEnum):
    """Whose turn it is with a figure (待办)."""

    REVIEW = "review"
    """待复核"""
    CONFIRM = "confirm"
    """待确认"""
    REFILE = "refile"
    """待重新填报"""
    RETRACT = "retract"
    """待决定是否撤销"""


@dataclass(frozen=True)
class FigureFilter:
    """Which figures a list shows; what is None does not matter.

    ``words`` occur in the title or the number of the document; ``since`` and ``until`` bound the day it speaks for.

    ``awaiting`` keeps what the acting ``person`` can do next, so it leaves out what others must do.
    """

    form: str | None = None
    division: str | None = None
    period: str | None = None
    status: Status | None = None
    awaiting: Awaiting | None = None
    person: str | None = None
    reviewer_may_confirm: bool = True
    words: str | None = None
    since: date | None = None
    until: date | None = None


async def figures_listed(
    tx: Tx, wanted: FigureFilter, *, area: Area, after: Sequence[str] | None, limit: int
) -> list[Figure]:
    """Figures of an area, newest first; ``after`` is the sort key of the last one seen."""
    conditions = [within(area, figures.c.division), *_matching(wanted)]
    if after:
        conditions.append(figures.c.id < UUID(after[0]))
    rows = await tx.connection.execute(select(figures).where(*conditions).order_by(figures.c.id.desc()).limit(limit))
    return [tx.figures.load(row) for row in rows]


def _matching(wanted: FigureFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.form:
        conditions.append(figures.c.form == wanted.form)
    if wanted.division:
        conditions.append(figures.c.division == Area(wanted.division).code)
    if wanted.period:
        conditions.append(figures.c.period == wanted.period)
    if wanted.status:
        conditions.append(figures.c.status == wanted.status.value)
    if wanted.words:
        document = figures.c.document_title + " " + func.coalesce(figures.c.document_number, "")
        conditions.append(document.icontains(wanted.words, autoescape=True))
    if wanted.since:
        conditions.append(figures.c.last_day >= wanted.since)
    if wanted.until:
        conditions.append(figures.c.last_day <= wanted.until)
    if wanted.awaiting:
        conditions.append(_turn(wanted))
    return conditions


def _turn(wanted: FigureFilter) -> ColumnElement[bool]:
    mine = figures.c.author == (wanted.person or "")
    if wanted.awaiting is Awaiting.REVIEW:
        return and_(figures.c.status == Status.FILED.value, ~mine)
    if wanted.awaiting is Awaiting.REFILE:
        return and_(figures.c.status == Status.RETURNED.value, mine)
    if wanted.awaiting is Awaiting.RETRACT:
        proposed = figures.c.retraction_proposed_by != (wanted.person or "")
        return and_(figures.c.status == Status.RETRACTING.value, proposed)
    ready = and_(figures.c.status == Status.REVIEWED.value, ~mine)
    if wanted.reviewer_may_confirm:
        return ready
    return and_(ready, figures.c.reviewed_by != (wanted.person or ""))


async def series_listed(
    tx: Tx, *, area: Area, form: str | None, division: str | None, after: Sequence[str] | None, limit: int
) -> list[Series]:
    """The series of an area, in the order of form and division."""
    table = series_table
    conditions = [within(area, table.c.division)]
    if form:
        conditions.append(table.c.form == form)
    if division:
        conditions.append(table.c.division == Area(division).code)
    if after:
        conditions.append(tuple_(table.c.form, table.c.division) > tuple_(*after))
    rows = await tx.connection.execute(
        select(table).where(*conditions).order_by(table.c.form, table.c.division).limit(limit)
    )
    return [tx.series.load(row) for row in rows]


async def history(tx: Tx, series_id: UUID, *, area: Area, after: Sequence[str] | None, limit: int) -> list[Figure]:
    """Every figure that ever stood in a series, by day and then by the moment of its confirmation."""
    series = await tx.series.find(series_id, area=area)
    key = (figures.c.last_day, figures.c.confirmed_at, figures.c.id)
    conditions: list[ColumnElement[bool]] = [
        figures.c.form == series.form,
        figures.c.division == series.division,
        figures.c.status.in_([status.value for status in EVER_STOOD]),
    ]
    if after:
        seen = (date.fromisoformat(after[0]), datetime.fromisoformat(after[1]), UUID(after[2]))
        conditions.append(tuple_(*key) > tuple_(*seen))
    rows = await tx.connection.execute(select(figures).where(*conditions).order_by(*key).limit(limit))
    return [tx.figures.load(row) for row in rows]


async def duties(
    tx: Tx, *, area: Area, form: str | None, overdue: bool | None, after: Sequence[str] | None, limit: int
) -> list[Duty]:
    """What the divisions of an area have still to bring to confirmation, the earliest due first."""
    forms = [tx.forms.get(form)] if form else list(tx.forms)
    found = await tx.duties.open(forms, area=area)
    kept = (duty for duty in found if overdue is None or duty.is_overdue is overdue)
    rest = (duty for duty in kept if after is None or duty_key(duty) > tuple(after))
    return sorted(rest, key=duty_key)[:limit]


def duty_key(duty: Duty) -> tuple[str, str, str]:
    """The order of the work list: day due, form, division."""
    return duty.due.on.isoformat(), duty.form.code, duty.division.code


async def closings_listed(tx: Tx, *, after: Sequence[str] | None, limit: int) -> list[Closing]:
    """Closed and reopened periods, the latest first; a close concerns the whole city."""
    conditions = [closings.c.id < UUID(after[0])] if after else []
    rows = await tx.connection.execute(select(closings).where(*conditions).order_by(closings.c.id.desc()).limit(limit))
    return [tx.closings.load(row) for row in rows]


async def closing(tx: Tx, closing_id: UUID) -> Closing:
    """One close; it concerns every division, so everybody may see it."""
    return await tx.closings.find(closing_id, area=Area(CITY))


async def reminders_listed(
    tx: Tx, *, area: Area, form: str | None, after: Sequence[str] | None, limit: int
) -> list[Reminder]:
    """Reminders sent to an area, the latest first."""
    conditions = [within(area, reminders.c.division)]
    if form:
        conditions.append(reminders.c.form == form)
    if after:
        conditions.append(reminders.c.id < UUID(after[0]))
    rows = await tx.connection.execute(
        select(reminders).where(*conditions).order_by(reminders.c.id.desc()).limit(limit)
    )
    return [tx.reminders.load(row) for row in rows]
