"""What is due: the last ended period of every form and division, and how far its figure has come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import select, tuple_

from reporting.domain.duty import PROGRESS, Duty, period_due
from reporting.domain.figure import STANDING, Status
from reporting.domain.form import Form, Line, Scope
from reporting.store.figures import COUNTED, figures
from shared.kernel.divisions import Area
from shared.kernel.principal import CITY
from shared.storage.entities import within
from shared.storage.transaction import Transaction


class Duties:
    """What the divisions have still to bring to confirmation."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def open(self, forms: Sequence[Form], *, area: Area) -> list[Duty]:
        """The open duties of an area, form by form."""
        progress = await self._progress(forms, area)
        return [duty for form in forms for duty in self._of(form, area, progress)]

    async def _progress(self, forms: Sequence[Form], area: Area) -> dict[Line, tuple[UUID, Status]]:
        """The figure that has come furthest, for each division and the period due of each form."""
        asked = [(form.code, period_due(form, self._tx.today).last) for form in forms]
        rows = await self._tx.connection.execute(
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

    def _of(self, form: Form, area: Area, progress: dict[Line, tuple[UUID, Status]]) -> Iterator[Duty]:
        period = period_due(form, self._tx.today)
        days = self._tx.around.parameters.integer(form.due, period.last)
        due = self._tx.around.calendar.add_days(period.last, days)
        city = form.scope is Scope.CITY
        filing = (
            [self._tx.around.divisions.get(CITY, period.last)]
            if city
            else self._tx.around.divisions.districts(period.last)
        )
        for division in filing:
            figure_id, status = progress.get((form.code, division.code), (None, None))
            if area.covers(division.code) and status not in STANDING:
                yield Duty(form, division, period, due, self._tx.today, figure_id, status)
