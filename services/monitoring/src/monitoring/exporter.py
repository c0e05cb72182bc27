"""The plan's indicators as Prometheus gauges: bounded labels, the catalogue by at most 38 districts."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client import Gauge

from monitoring.catalogue import CATALOGUE
from monitoring.domain.silence import Silence
from monitoring.events import KNOWN
from monitoring.queries import (
    CITY,
    AsOf,
    OnTheWay,
    Reading,
    read_all,
    read_progress,
    read_silence,
    without_data,
)
from monitoring.store import Tx
from monitoring.store.patience import patient
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
MISSES = Gauge("civil_indicator_misses", "1 where the projected city value misses the target.", PRINTED)
SILENT = Gauge("civil_source_silent", "1 where far less was heard yesterday than expected.", ("source", "noun"))
WITHOUT_DATA = Gauge("civil_indicators_without_data", "Definitions of which not one measure was ever recorded.")
CELL_DIFFERENCES = Gauge("civil_cell_differences", "Cells that differ from a recomputation; must be 0.")


async def export_alarms(running: Running) -> None:
    """What is expected to miss, who fell silent, and which definitions have no data."""

    async def read(tx: Tx) -> tuple[list[OnTheWay], list[Silence], int]:
        ways = await read_progress(tx, CATALOGUE.indicators, tx.today)
        heard = await read_silence(tx, {(s, n) for s, n, _ in KNOWN}, tx.today - timedelta(days=1))
        missing = await without_data(tx, CATALOGUE.indicators, tx.today)
        return ways, heard, len(missing)

    origin = Origin(Principal.of_service("monitoring"), request_id="alarms")
    ways, heard, missing = await running.database.run(read, origin)
    MISSES.clear()
    for found in ways:
        for way in found.targets:
            if way.misses is not None:
                MISSES.labels(found.reading.indicator.id, way.target.printed_in).set(way.misses)
    for one in heard:
        SILENT.labels(one.source, one.noun).set(one.alarm)
    WITHOUT_DATA.set(missing)


async def verify_cells(running: Running) -> None:
    """Compare every cell with a recomputation from the held states."""
    origin = Origin(Principal.of_service("monitoring"), request_id="verify")
    async with patient(running) as database:
        CELL_DIFFERENCES.set(await database.run(lambda tx: tx.states.differences(), origin))


async def export_indicators(running: Running) -> None:
    """Set every gauge to the present values; a value that is gone disappears."""

    async def read(tx: Tx) -> list[Reading]:
        as_of = AsOf(tx.today, tx.today)
        return await read_all(tx, CATALOGUE.indicators, as_of)

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
