"""From the domain to the published language; the only module of the service that knows the contracts."""

from __future__ import annotations

from reporting.domain.series import Series
from shared.contracts.reporting import Point, SeriesState


def series_state(series: Series) -> SeriesState:
    """What the world may know of a series: every confirmed figure."""
    return SeriesState(
        form=series.form,
        kind=series.kind.value,
        points=[
            Point(
                period=str(point.period),
                on=point.on,
                numerator=point.numbers.numerator,
                denominator=point.numbers.denominator,
            )
            for point in series.points
        ],
    )
