"""Holders of disability certificates by blind index, and the coverage of the two subsidies counted from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, Row, String, Table, select, text
from sqlalchemy.dialects.postgresql import insert

from assistance.domain.aid import Aid
from assistance.domain.coverage import Coverage, CoverageUnknown
from assistance.domain.household import Disability
from assistance.events import coverage_state
from assistance.store.applications import PERSON_KEY
from assistance.store.tables import METADATA
from shared.contracts.envelope import EntityState
from shared.kernel.identity_number import IdentityNumber
from shared.storage.entities import Entities, entity_columns

coverages = Table(
    "coverage",
    METADATA,
    *entity_columns(),
    Column("aid", String, nullable=False),
    Column("month", Date, nullable=False),
    Column("covered", Integer, nullable=False),
    Column("entitled", Integer, nullable=False),
    Column("excluded", Integer, nullable=False),
)
holders = Table(
    "certificate_holder",
    METADATA,
    Column("person_key", LargeBinary, primary_key=True),
    Column("division", String(12), nullable=False),
    Column("kind", String, nullable=False),
    Column("grade", Integer, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("work_injury", Boolean, nullable=False),
    Column("chose_aged_care", Boolean, nullable=False),
)
COUNT = text(
    """
    WITH holder AS (
        SELECT h.person_key, h.division, h.grade, h.work_injury, h.chose_aged_care,
               coalesce(array_agg(r.aid) FILTER (WHERE r.aid IS NOT NULL), CAST(ARRAY[] AS text[])) AS aids
        FROM certificate_holder h
        LEFT JOIN benefit_recipient r ON r.person_key = h.person_key AND r.valid_from <= :month
             AND (r.valid_to IS NULL OR r.valid_to > :month)
        WHERE h.division LIKE :prefix AND h.valid_from <= :month AND (h.valid_to IS NULL OR h.valid_to > :month)
        GROUP BY h.person_key
    ), judged AS (
        SELECT rpad(left(division, 6), 12, '0') AS district, aids,
               CASE WHEN CAST(:aid AS text) = 'DISABILITY_LIVING_SUBSIDY'
                    THEN aids && ARRAY['SUBSISTENCE_ALLOWANCE', 'SINGLE_PERSON_ALLOWANCE']
                    ELSE grade <= 2 END AS concerned,
               CASE WHEN CAST(:aid AS text) = 'DISABILITY_LIVING_SUBSIDY'
                    THEN work_injury OR ('ORPHAN_ALLOWANCE' = ANY (aids) OR 'UNATTENDED_CHILD_ALLOWANCE' = ANY (aids))
                         AND NOT CAST(:aid AS text) = ANY (aids)
                    ELSE work_injury OR chose_aged_care OR 'EXTREME_HARDSHIP_SUPPORT' = ANY (aids) END AS excluded
        FROM holder
    )
    SELECT district, count(*) FILTER (WHERE concerned AND NOT coalesce(excluded, false)) AS entitled,
           count(*) FILTER (WHERE concerned AND NOT coalesce(excluded, false)
                                   AND CAST(:aid AS text) = ANY (aids)) AS covered,
           count(*) FILTER (WHERE concerned AND excluded) AS excluded
    FROM judged GROUP BY district ORDER BY district
    """
)


@dataclass(frozen=True)
class Holder:
    """A certificate holder as the federation lists him."""

    identity: IdentityNumber
    division: str
    certificate: Disability
    work_injury: bool
    chose_aged_care: bool


class Coverages(Entities[Coverage]):
    """Coverage figures by district and month."""

    table, noun, missing = coverages, "coverage", CoverageUnknown

    def load(self, row: Row[Any]) -> Coverage:
        """Row → aggregate."""
        return Coverage(
            id=row.id, division=row.division, version=row.version, aid=Aid(row.aid), month=row.month,
            covered=row.covered, entitled=row.entitled, excluded=row.excluded,
        )  # fmt: skip

    def dump(self, aggregate: Coverage) -> Mapping[str, Any]:
        """Aggregate → row."""
        return {
            "aid": aggregate.aid.value, "month": aggregate.month, "covered": aggregate.covered,
            "entitled": aggregate.entitled, "excluded": aggregate.excluded,
        }  # fmt: skip

    def state(self, aggregate: Coverage) -> EntityState:
        """Aggregate → published state."""
        return coverage_state(aggregate)

    async def of(self, aid: Aid, month: date, district: str) -> Coverage | None:
        """The figure of a district and month, locked."""
        row = (
            await self.tx.connection.execute(
                select(coverages)
                .where(coverages.c.aid == aid.value, coverages.c.month == month, coverages.c.division == district)
                .with_for_update()
            )
        ).one_or_none()
        return self.load(row) if row else None

    async def counted(self, aid: Aid, month: date, prefix: str) -> list[tuple[str, int, int, int]]:
        """District, entitled, covered and excluded persons of a month."""
        rows = await self.tx.connection.execute(COUNT, {"aid": aid.value, "month": month, "prefix": prefix + "%"})
        return [(row.district, row.entitled, row.covered, row.excluded) for row in rows]

    async def enter_holder(self, holder: Holder, valid_from: date) -> None:
        """Take a holder into the list or replace what it says of him."""
        row = {
            "person_key": self.tx.around.confidential.blind(PERSON_KEY, holder.identity.plain),
            "division": holder.division,
            "kind": holder.certificate.kind.value,
            "grade": holder.certificate.grade,
            "valid_from": valid_from,
            "valid_to": holder.certificate.valid_to,
            "work_injury": holder.work_injury,
            "chose_aged_care": holder.chose_aged_care,
        }
        await self.tx.connection.execute(
            insert(holders).values(row).on_conflict_do_update(index_elements=["person_key"], set_=row)
        )
