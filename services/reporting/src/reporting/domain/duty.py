"""What is to be filed (填报任务): the last ended period of every form and division, until it is confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from reporting.domain.figure import Status
from reporting.domain.form import Form
from shared.kernel.calendar import Deadline
from shared.kernel.divisions import Division
from shared.kernel.periods import Period

PROGRESS = (Status.RETURNED, Status.FILED, Status.REVIEWED, Status.CONFIRMED)
"""How far a figure has come on its way, the least first."""


@dataclass(frozen=True)
class Duty:
    """One figure that is asked for and not confirmed yet (填报任务).

    ``status`` and ``figure_id`` tell how far it has come; None while nobody has filed it.
    """

    form: Form
    division: Division
    period: Period
    due: Deadline
    today: date
    figure_id: UUID | None = None
    status: Status | None = None

    @property
    def is_overdue(self) -> bool:
        """Whether the last day for filing has passed."""
        return self.today > self.due.on


def period_due(form: Form, today: date) -> Period:
    """The last ended period of the form's regular kind."""
    return Period.of(form.regular, today).previous()
