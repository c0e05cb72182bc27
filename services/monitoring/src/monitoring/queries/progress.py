"""Progress of indicators from their values at month ends, and the attainment of districts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from monitoring.domain.indicator import Indicator
from monitoring.domain.progress import Progress, month_ends, progress
from monitoring.queries.readings import Reading, read_city
from monitoring.queries.sums import AsOf
from monitoring.store import Tx


@dataclass(frozen=True)
class OnTheWay:
    """An indicator with the progress towards each of its targets, side by side."""

    reading: Reading
    targets: tuple[Progress, ...]


async def read_progress(tx: Tx, indicators: Iterable[Indicator], on: date) -> list[OnTheWay]:
    """Gap, pace and projection of the city's values on a day."""
    chosen = list(indicators)
    values: dict[str, list[Reading]] = {indicator.id: [] for indicator in chosen}
    for day in month_ends(on):
        for reading in await read_city(tx, chosen, AsOf(day, tx.today)):
            values[reading.indicator.id].append(reading)
    return [_on_the_way(indicator, values[indicator.id], on) for indicator in chosen]


def _on_the_way(indicator: Indicator, readings: list[Reading], on: date) -> OnTheWay:
    points = [(r.as_of.on, r.value.value) for r in readings if r.value.value is not None]
    last = readings[-1]
    return OnTheWay(last, tuple(progress(indicator, points, gap, on) for gap in last.gaps))
