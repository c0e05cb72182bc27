"""The figures of a period, as a snapshot keeps them."""

from __future__ import annotations

from typing import Any

from monitoring.catalogue import CATALOGUE
from monitoring.queries.readings import read_all
from monitoring.queries.sums import AsOf
from monitoring.store import Tx
from shared.kernel.periods import Period


async def figures_of(tx: Tx, period: Period) -> list[dict[str, Any]]:
    """Every indicator that has a value, of the city and of each district, flows over the period."""
    as_of = AsOf(period.last, tx.today, period.first)
    found = []
    for reading in await read_all(tx, CATALOGUE.indicators, as_of):
        value = reading.value.rounded(reading.indicator.places)
        if value is None and reading.value.numerator is None:
            continue
        found.append(
            {
                "indicator": reading.indicator.id, "district": reading.district,
                "numerator": reading.value.numerator, "denominator": reading.value.denominator,
                "value": None if value is None else str(value),
                "definition": reading.indicator.definition_on(period.last).valid_from.isoformat(),
            }
        )  # fmt: skip
    return found
