"""The plan's indicators as Prometheus gauges: bounded labels, 16 indicators by at most 38 districts."""

from __future__ import annotations

from prometheus_client import Gauge

from monitoring.catalogue import CATALOGUE
from monitoring.queries import CITY, AsOf, Reading, read_city, read_districts
from monitoring.store import Tx
from shared.kernel.principal import Principal
from shared.storage.transaction import Origin
from shared.web.running import Running

PLACE = ("indicator", "district")
PRINTED = ("indicator", "printed_in")
VALUE = Gauge(
    "civil_indicator_value", "Value of a plan indicator in its printed unit; district 500000 is the city.", PLACE
)
NUMERATOR = Gauge("civil_indicator_numerator", "The integer above the line.", PLACE)
DENOMINATOR = Gauge("civil_indicator_denominator", "The integer below the line.", PLACE)
TARGET = Gauge(
    "civil_indicator_target", "A printed target, by the place where the plan prints it.", ("indicator", "printed_in")
)
GAP = Gauge("civil_indicator_gap", "City value minus the target; negative when behind.", PRINTED)


async def export_indicators(running: Running) -> None:
    """Set every gauge to the present values; a value that is gone disappears."""

    async def read(tx: Tx) -> list[Reading]:
        as_of = AsOf(tx.today, tx.today)
        readings = await read_city(tx, CATALOGUE.indicators, as_of)
        for indicator in CATALOGUE.indicators:
            readings += await read_districts(tx, indicator, as_of)
        return readings

    origin = Origin(Principal.of_service("monitoring"), request_id="exporter")
    for reading in await running.database.run(read, origin):
        _show(reading)


def _show(reading: Reading) -> None:
    place = (reading.indicator.id, reading.district)
    figures = (
        (VALUE, reading.value.value),
        (NUMERATOR, reading.value.numerator),
        (DENOMINATOR, reading.value.denominator),
    )
    for gauge, figure in figures:
        if figure is not None:
            gauge.labels(*place).set(float(figure))
        elif place in gauge._metrics:
            gauge.remove(*place)
    if reading.district == CITY:
        for gap in reading.gaps:
            where = (reading.indicator.id, gap.target.printed_in)
            if gap.value is not None:
                TARGET.labels(*where).set(float(gap.value))
            if gap.gap is not None:
                GAP.labels(*where).set(float(gap.gap))
