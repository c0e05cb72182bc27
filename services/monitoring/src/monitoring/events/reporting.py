"""What reporting publishes, as facts."""

from __future__ import annotations

from monitoring.domain.facts.fact import Fact
from monitoring.domain.facts.reporting import Figure, ReportedSeries
from monitoring.events.translation import Translations
from shared.contracts.reporting import SeriesState
from shared.messaging.consumer import UnknownContract

RATE = 10_000
"""A form whose lower number is fixed at ten thousand files a rate in basis points, which may fall below zero."""


def _series(state: SeriesState) -> Fact:
    """A count below zero is a mistake of its publisher; nothing of such a series is counted."""
    for point in state.points:
        if (point.denominator or 0) < 0 or (point.numerator < 0 and point.denominator != RATE):
            raise UnknownContract("a series counts below zero")
    figures = [Figure(point.on, point.numerator, point.denominator) for point in state.points]
    return ReportedSeries(state.form, state.kind == "FLOW", figures)


TRANSLATIONS: Translations = {
    SeriesState: _series,
}
