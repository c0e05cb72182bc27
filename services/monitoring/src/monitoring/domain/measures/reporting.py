"""Measures of reporting (统计填报): each function reads like the definition in the statistical form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from monitoring.domain.facts.reporting import Figure, ReportedSeries
from monitoring.domain.measures.contribution import Contribution, Measures


def reported_measure(form: str, part: str) -> str:
    """The measure that holds a reported form's ``numerator`` or ``denominator``."""
    return f"reported.{form}.{part}"


def _series(fact: ReportedSeries) -> Iterator[Contribution]:
    """A level holds until the next figure replaces it; a flow adds up.

    A figure for a period counts from the period's last day on.
    """
    numerator = reported_measure(fact.form, "numerator")
    denominator = reported_measure(fact.form, "denominator")
    before = Figure(date.min + timedelta(days=1), 0, 0)
    for figure in sorted(fact.figures, key=lambda figure: figure.on):
        base = Figure(figure.on, 0, 0) if fact.accumulates else before
        yield Contribution(numerator, figure.on, figure.numerator - base.numerator)
        yield Contribution(denominator, figure.on, (figure.denominator or 0) - (base.denominator or 0))
        before = figure


MEASURES: Measures = {
    ReportedSeries: _series,
}
