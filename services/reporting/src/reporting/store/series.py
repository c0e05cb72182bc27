"""The published series: table, mapping, and the lock under which figures are confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Column, Row, String, Table, func, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB

from reporting.domain.form import FormKind, Line, Numbers
from reporting.domain.series import Point, Series, SeriesUnknown
from reporting.events import series_state
from reporting.store.metadata import METADATA
from shared.contracts.envelope import EntityState
from shared.kernel.periods import Period
from shared.storage.entities import Entities, entity_columns

SERIES_LOCK = 7201

series_table = Table(
    "series",
    METADATA,
    *entity_columns(),
    Column("form", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("points", JSONB, nullable=False),
)


class SeriesRegister(Entities[Series]):
    """The published series."""

    table, noun, missing = series_table, "series", SeriesUnknown

    def load(self, row: Row[Any]) -> Series:
        """Row → aggregate."""
        points = (
            Point(Period.parse(point["period"]), Numbers(point["numerator"], point["denominator"]))
            for point in row.points
        )
        return Series(
            id=row.id,
            division=row.division,
            version=row.version,
            form=row.form,
            kind=FormKind(row.kind),
            points=tuple(points),
        )

    def dump(self, aggregate: Series) -> Mapping[str, Any]:
        """Aggregate → row."""
        points = [
            {
                "period": str(point.period),
                "numerator": point.numbers.numerator,
                "denominator": point.numbers.denominator,
            }
            for point in aggregate.points
        ]
        return {"form": aggregate.form, "kind": aggregate.kind.value, "points": points}

    def state(self, aggregate: Series) -> EntityState:
        """Aggregate → published state."""
        return series_state(aggregate)

    async def lock(self, line: Line) -> Series | None:
        """The series of a line for one transaction at a time, also while there is none yet."""
        form, division = line
        key = func.hashtext(f"{form}|{division}")
        await self.tx.connection.execute(select(func.pg_advisory_xact_lock(SERIES_LOCK, key)))
        row = (
            await self.tx.connection.execute(
                select(series_table)
                .where(series_table.c.form == form, series_table.c.division == division)
                .with_for_update()
            )
        ).one_or_none()
        return self.load(row) if row else None

    async def of(self, lines: Iterable[Line]) -> list[Series]:
        """The series there are of some lines, for reading."""
        rows = await self.tx.connection.execute(
            select(series_table).where(tuple_(series_table.c.form, series_table.c.division).in_(list(lines)))
        )
        return [self.load(row) for row in rows]
