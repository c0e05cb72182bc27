"""Reads that answer screens; every one takes the caller's area."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, tuple_

from reporting.domain.duty import PROGRESS, Duty, period_due
from reporting.domain.figure import Figure, Status
from reporting.domain.form import Form, Line, Scope
from reporting.domain.series import Series
from reporting.store import COUNTED, Tx, figures, series_table
from shared.kernel.divisions import Area
from shared.kernel.principal import CITY
from shared.storage.entities import within


class Awaiting(StrEnum):
    """Whose turn it is with a figure (待办)."""

    REVIEW = "review"
    """待复核"""
    CONFIRM = "confirm"
    """待确认"""
    REFILE = "refile"
    """待重新填报"""


@dataclass(frozen=True)
class FigureFilter:
    """Which figures a list shows; what is None does not matter.

    ``awaiting`` keeps what the acting ``person`` can do next, so it leaves out what others must do.
    """

    form: str | None = None
    division: str | None = None
    period: str | None = None
    status: Status | None = None
    awaiting: Awaiting | None = None
    person: str | None = None
    reviewer_may_confirm: bool = True


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
    if wanted.awaiting:
        conditions.append(_turn(wanted))
    return conditions


def _turn(wanted: FigureFilter) -> ColumnElement[bool]:
    mine = figures.c.author == (wanted.person or "")
    if wanted.awaiting is Awaiting.REVIEW:
        return and_(figures.c.status == Status.FILED.value, ~mine)
    if wanted.awaiting is Awaiting.REFILE:
        return and_(figures.c.status == Status.RETURNED.value, mine)
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
        figures.c.status.in_([Status.CONFIRMED.value, Status.SUPERSEDED.value]),
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
    progress = await _progress(tx, forms, area)
    found = [duty for wanted in forms for duty in _open_duties(tx, wanted, area, progress)]
    kept = (duty for duty in found if overdue is None or duty.is_overdue is overdue)
    rest = (duty for duty in kept if after is None or duty_key(duty) > tuple(after))
    return sorted(rest, key=duty_key)[:limit]


def duty_key(duty: Duty) -> tuple[str, str, str]:
    """The order of the work list: day due, form, division."""
    return duty.due.on.isoformat(), duty.form.code, duty.division.code


async def _progress(tx: Tx, forms: Sequence[Form], area: Area) -> dict[Line, tuple[UUID, Status]]:
    """The figure that has come furthest, for each division and the period due of each form."""
    asked = [(form.code, period_due(form, tx.today).last) for form in forms]
    rows = await tx.connection.execute(
        select(figures.c.id, figures.c.form, figures.c.division, figures.c.status)
        .where(
            tuple_(figures.c.form, figures.c.last_day).in_(asked),
            figures.c.status.in_(COUNTED),
            within(area, figures.c.division),
        )
        .order_by(figures.c.id)
    )
    progress: dict[Line, tuple[UUID, Status]] = {}
    for row in sorted(rows, key=lambda row: PROGRESS.index(Status(row.status))):
        progress[row.form, row.division] = row.id, Status(row.status)
    return progress


def _open_duties(tx: Tx, form: Form, area: Area, progress: dict[Line, tuple[UUID, Status]]) -> Iterator[Duty]:
    period = period_due(form, tx.today)
    days = tx.around.parameters.integer(form.due, period.last)
    due = tx.around.calendar.add_days(period.last, days)
    city = form.scope is Scope.CITY
    filing = [tx.around.divisions.get(CITY, period.last)] if city else tx.around.divisions.districts(period.last)
    for division in filing:
        figure_id, status = progress.get((form.code, division.code), (None, None))
        if area.covers(division.code) and status is not Status.CONFIRMED:
            yield Duty(form, division, period, due, tx.today, figure_id, status)
