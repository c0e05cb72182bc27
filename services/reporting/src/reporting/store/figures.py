"""Figures: table, mapping, and what stands already where somebody files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Row,
    String,
    Table,
    Uuid,
    insert,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB

from reporting.domain.figure import (
    STANDING,
    UNDER_WAY,
    Correction,
    Document,
    Figure,
    FigureUnknown,
    Retraction,
    Status,
)
from reporting.domain.form import Entry, Line, Numbers
from reporting.domain.plausibility import Circumstances, Finding
from reporting.domain.series import Series
from reporting.store.metadata import METADATA
from reporting.store.series import SeriesRegister
from shared.kernel.periods import Period
from shared.storage.entities import Entities, entity_columns

figures = Table(
    "figure",
    METADATA,
    *entity_columns(),
    Column("form", String, nullable=False),
    Column("period", String, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("numerator", BigInteger, nullable=False),
    Column("denominator", BigInteger),
    Column("document_title", String, nullable=False),
    Column("document_number", String),
    Column("explanation", String),
    Column("findings", JSONB, nullable=False),
    Column("status", String, nullable=False),
    Column("author", String, nullable=False),
    Column("filed_at", DateTime(timezone=True), nullable=False),
    Column("corrects", Uuid),
    Column("correction_reason", String),
    Column("return_reason", String),
    Column("reviewed_by", String),
    Column("reviewed_at", DateTime(timezone=True)),
    Column("confirmed_by", String),
    Column("confirmed_at", DateTime(timezone=True)),
    Column("superseded_by", Uuid),
    Column("retraction_reason", String),
    Column("retraction_proposed_by", String),
    Column("retraction_proposed_at", DateTime(timezone=True)),
    Column("retraction_decided_by", String),
    Column("retraction_decided_at", DateTime(timezone=True)),
)

PUBLISHED = [status.value for status in STANDING]
COUNTED = [status.value for status in (*UNDER_WAY, *STANDING)]

_findings: TypeAdapter[tuple[Finding, ...]] = TypeAdapter(tuple[Finding, ...])


class Known:
    """What stands already for a set of entries: their series, and the figures of the same days.

    Entries of one batch are judged with those filed before them in the batch: :meth:`remember` adds them.
    """

    def __init__(self, today: date, series: Iterable[Series], rows: Iterable[Any]) -> None:
        self._today = today
        self._series = {known.line: known for known in series}
        self._confirmed: dict[tuple[Line, date], UUID] = {}
        self._under_way: set[tuple[Line, date]] = set()
        for row in rows:
            key = (row.form, row.division), row.last_day
            if Status(row.status) in STANDING:
                self._confirmed[key] = row.id
            else:
                self._under_way.add(key)

    def around(self, entry: Entry) -> Circumstances:
        """The circumstances of one entry."""
        series, key = self._series.get(entry.line), (entry.line, entry.period.last)
        before = series.before(entry.period.last) if series else None
        return Circumstances(self._today, before, self._confirmed.get(key), key in self._under_way)

    def remember(self, entry: Entry) -> None:
        """An entry of this batch is on its way."""
        self._under_way.add((entry.line, entry.period.last))


class Figures(Entities[Figure]):
    """Figures with their versions and audit entries; the world hears of them through their series only."""

    table, noun, missing = figures, "figure", FigureUnknown

    def load(self, row: Row[Any]) -> Figure:
        """Row → aggregate."""
        return Figure(
            id=row.id,
            division=row.division,
            version=row.version,
            form=row.form,
            period=Period.parse(row.period),
            numbers=Numbers(row.numerator, row.denominator),
            document=Document(row.document_title, row.document_number),
            explanation=row.explanation,
            findings=_findings.validate_python(row.findings),
            status=Status(row.status),
            author=row.author,
            filed_at=row.filed_at,
            correction=Correction(row.corrects, row.correction_reason) if row.corrects else None,
            return_reason=row.return_reason,
            reviewed_by=row.reviewed_by,
            reviewed_at=row.reviewed_at,
            confirmed_by=row.confirmed_by,
            confirmed_at=row.confirmed_at,
            superseded_by=row.superseded_by,
            retraction=_retraction(row),
        )

    def dump(self, aggregate: Figure) -> Mapping[str, Any]:
        """Aggregate → row."""
        correction, retraction = aggregate.correction, aggregate.retraction
        return {
            "form": aggregate.form,
            "period": str(aggregate.period),
            "last_day": aggregate.period.last,
            "numerator": aggregate.numbers.numerator,
            "denominator": aggregate.numbers.denominator,
            "document_title": aggregate.document.title,
            "document_number": aggregate.document.number,
            "explanation": aggregate.explanation,
            "findings": _findings.dump_python(aggregate.findings, mode="json"),
            "status": aggregate.status.value,
            "author": aggregate.author,
            "filed_at": aggregate.filed_at,
            "corrects": correction.of if correction else None,
            "correction_reason": correction.reason if correction else None,
            "return_reason": aggregate.return_reason,
            "reviewed_by": aggregate.reviewed_by,
            "reviewed_at": aggregate.reviewed_at,
            "confirmed_by": aggregate.confirmed_by,
            "confirmed_at": aggregate.confirmed_at,
            "superseded_by": aggregate.superseded_by,
            "retraction_reason": retraction.reason if retraction else None,
            "retraction_proposed_by": retraction.proposed_by if retraction else None,
            "retraction_proposed_at": retraction.proposed_at if retraction else None,
            "retraction_decided_by": retraction.decided_by if retraction else None,
            "retraction_decided_at": retraction.decided_at if retraction else None,
        }

    def _announce(self, aggregate: Figure) -> None:
        """A new version and its audit entry; no event."""
        for participle in aggregate.happened:
            aggregate.version += 1
            self.tx.audit(f"{self.noun}.{participle}", self.noun, aggregate.id)
        aggregate.happened.clear()

    async def add_all(self, aggregates: Sequence[Figure]) -> None:
        """Insert many figures in one statement."""
        for aggregate in aggregates:
            self._announce(aggregate)
        if aggregates:
            await self.tx.connection.execute(insert(figures), [self._row(aggregate) for aggregate in aggregates])

    async def standing(self, line: Line, on: date) -> Figure | None:
        """The confirmed figure that speaks for a day, locked; the series is locked before."""
        form, division = line
        row = (
            await self.tx.connection.execute(
                select(figures)
                .where(
                    figures.c.form == form,
                    figures.c.division == division,
                    figures.c.last_day == on,
                    figures.c.status.in_(PUBLISHED),
                )
                .with_for_update()
            )
        ).one_or_none()
        return self.load(row) if row else None

    async def known(self, entries: Sequence[Entry], besides: UUID | None = None) -> Known:
        """What stands already where these entries are filed, not counting the figure ``besides``."""
        keys = {(*entry.line, entry.period.last) for entry in entries}
        rows = await self.tx.connection.execute(
            select(figures.c.id, figures.c.form, figures.c.division, figures.c.last_day, figures.c.status).where(
                tuple_(figures.c.form, figures.c.division, figures.c.last_day).in_(list(keys)),
                figures.c.status.in_(COUNTED),
                figures.c.id.is_distinct_from(besides),
            )
        )
        lines = {entry.line for entry in entries}
        return Known(self.tx.today, await SeriesRegister(self.tx).of(lines), rows.all())


def _retraction(row: Row[Any]) -> Retraction | None:
    if row.retraction_reason is None:
        return None
    return Retraction(
        row.retraction_reason, row.retraction_proposed_by, row.retraction_proposed_at,
        row.retraction_decided_by, row.retraction_decided_at,
    )  # fmt: skip
