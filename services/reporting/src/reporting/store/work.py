"""The transaction of this service with its collections."""

from __future__ import annotations

from functools import cached_property

from reporting.domain.catalogue import Catalogue, delivered_forms
from reporting.domain.closing import PeriodClosedBefore
from reporting.domain.figure import PeriodConfirmedBefore
from reporting.store.closings import Closings
from reporting.store.duties import Duties
from reporting.store.figures import Figures
from reporting.store.reminders import Reminders
from reporting.store.series import SeriesRegister
from shared.storage.transaction import Transaction

CONSTRAINTS = {
    "one_confirmed_figure_a_day": PeriodConfirmedBefore,
    "one_closing_a_period": PeriodClosedBefore,
}
FORMS = delivered_forms()


class Tx(Transaction):
    """A transaction of ``reporting``."""

    @property
    def forms(self) -> Catalogue:
        """The catalogue of forms."""
        return FORMS

    @cached_property
    def figures(self) -> Figures:
        """Figures on their way and confirmed."""
        return Figures(self)

    @cached_property
    def series(self) -> SeriesRegister:
        """The published series."""
        return SeriesRegister(self)

    @cached_property
    def closings(self) -> Closings:
        """Closed periods."""
        return Closings(self)

    @cached_property
    def reminders(self) -> Reminders:
        """Reminders that were sent."""
        return Reminders(self)

    @cached_property
    def duties(self) -> Duties:
        """What is due."""
        return Duties(self)
