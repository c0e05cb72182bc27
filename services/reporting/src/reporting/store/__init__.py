"""Tables and collections of ``reporting``, by noun."""

from reporting.store.closings import closings
from reporting.store.figures import COUNTED, PUBLISHED, Known, figures
from reporting.store.metadata import METADATA
from reporting.store.reminders import reminders
from reporting.store.series import SeriesRegister, series_table
from reporting.store.work import CONSTRAINTS, Tx

__all__ = [
    "CONSTRAINTS",
    "COUNTED",
    "METADATA",
    "PUBLISHED",
    "Known",
    "SeriesRegister",
    "Tx",
    "closings",
    "figures",
    "reminders",
    "series_table",
]
