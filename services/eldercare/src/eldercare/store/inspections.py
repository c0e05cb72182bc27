"""Inspections in the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, Row, String, Table, Uuid, func, select
from sqlalchemy.dialects.postgresql import JSONB

from eldercare.domain.inspection import (
    Act,
    Finding,
    Inspection,
    InspectionUnknown,
    Kind,
    Penalty,
    Severity,
    Status,
)
from eldercare.events import inspection_state
from eldercare.store.documents import written
from eldercare.store.tables import METADATA
from shared.contracts.envelope import EntityState
from shared.storage.entities import Entities, entity_columns

inspections = Table(
    "inspection",
    METADATA,
    *entity_columns(),
    Column("institution_id", Uuid, ForeignKey("institution.id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("status", String, nullable=False),
    Column("noticed_on", Date),
    Column("planned_for", Date, nullable=False),
    Column("inspected_on", Date),
    Column("inspectors", Integer, nullable=False),
    Column("findings", JSONB, nullable=False),
    Column("hazard_open", Boolean, nullable=False),
    Column("due_on", Date),
    Column("recheck_due_on", Date),
    Column("submitted_on", Date),
    Column("verified_on", Date),
    Column("penalty", JSONB(none_as_null=True)),
)


class Inspections(Entities[Inspection]):
    """The register of inspections."""

    table, noun, missing = inspections, "inspection", InspectionUnknown

    def load(self, row: Row[Any]) -> Inspection:
        """Row → aggregate."""
        penalty = row.penalty
        return Inspection(
            id=row.id, division=row.division, version=row.version, institution_id=row.institution_id,
            kind=Kind(row.kind), status=Status(row.status), noticed_on=row.noticed_on, planned_for=row.planned_for,
            inspected_on=row.inspected_on, inspectors=row.inspectors,
            findings=tuple(Finding(one["code"], Severity(one["severity"])) for one in row.findings),
            due_on=row.due_on, recheck_due_on=row.recheck_due_on, submitted_on=row.submitted_on,
            verified_on=row.verified_on,
            penalty=penalty
            and Penalty(date.fromisoformat(penalty["imposed_on"]), Act(penalty["act"]), penalty["fine_fen"]),
        )  # fmt: skip

    def dump(self, aggregate: Inspection) -> Mapping[str, Any]:
        """Aggregate → row."""
        return {
            "institution_id": aggregate.institution_id,
            "kind": aggregate.kind.value,
            "status": aggregate.status.value,
            "noticed_on": aggregate.noticed_on,
            "planned_for": aggregate.planned_for,
            "inspected_on": aggregate.inspected_on,
            "inspectors": aggregate.inspectors,
            "findings": [written(finding) for finding in aggregate.findings],
            "hazard_open": aggregate.hazard_open,
            "due_on": aggregate.due_on,
            "recheck_due_on": aggregate.recheck_due_on,
            "submitted_on": aggregate.submitted_on,
            "verified_on": aggregate.verified_on,
            "penalty": written(aggregate.penalty) if aggregate.penalty else None,
        }

    def state(self, aggregate: Inspection) -> EntityState:
        """Aggregate → published state."""
        return inspection_state(aggregate)

    async def open_hazards(self, institution_id: UUID) -> int:
        """How many inspections of an institution have a major hazard that is not gone."""
        found = select(func.count()).where(
            inspections.c.institution_id == institution_id, inspections.c.hazard_open.is_(True)
        )
        return int(await self.tx.connection.scalar(found) or 0)
