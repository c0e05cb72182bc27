"""Institutions in the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select

from eldercare.domain.filing import filing_due
from eldercare.domain.institution import Institution, InstitutionUnknown, QualityMark
from eldercare.domain.institution import Status as InstitutionStatus
from eldercare.domain.institution_kind import Kind, Ownership, Suspension
from eldercare.events import institution_state
from eldercare.store.documents import loaded_award, loaded_closure, loaded_filing, loaded_items, written
from eldercare.store.tables import NOT_VOIDED, day_ranges, institutions, spans_of, stays
from shared.contracts.envelope import EntityState
from shared.kernel.calendar import Deadline
from shared.kernel.divisions import Area
from shared.kernel.organisation_code import OrganisationCode
from shared.storage.entities import Entities, within


class Institutions(Entities[Institution]):
    """The register of institutions."""

    table, noun, missing = institutions, "institution", InstitutionUnknown

    def load(self, row: Row[Any]) -> Institution:
        """Row → aggregate."""
        return Institution(
            id=row.id, division=row.division, version=row.version, name=row.name,
            organisation_code=OrganisationCode(row.organisation_code), kind=Kind(row.kind),
            ownership=Ownership(row.ownership), filed_beds=row.filed_beds, filed_on=row.filed_on,
            status=InstitutionStatus(row.status), operating=spans_of(row.operating),
            comprehensive=spans_of(row.comprehensive),
            quality=tuple(QualityMark(date.fromisoformat(mark["assessed_on"]), mark["met"]) for mark in row.quality),
            suspension=Suspension(row.suspension) if row.suspension else None,
            filing=loaded_filing(row.filing), items=tuple(loaded_items(item) for item in row.items),
            grades=tuple(loaded_award(award) for award in row.grades), agreements=spans_of(row.agreements),
            hazards=spans_of(row.hazards), closure=loaded_closure(row.closure) if row.closure else None,
            upgraded_on=row.upgraded_on, placement_plan=row.placement_plan,
        )  # fmt: skip

    def dump(self, aggregate: Institution) -> Mapping[str, Any]:
        """Aggregate → row."""
        return {
            "name": aggregate.name,
            "organisation_code": aggregate.organisation_code.text,
            "kind": aggregate.kind.value,
            "ownership": aggregate.ownership.value,
            "filed_beds": aggregate.filed_beds,
            "filed_on": aggregate.filed_on,
            "status": aggregate.status.value,
            "operating": day_ranges(aggregate.operating),
            "comprehensive": day_ranges(aggregate.comprehensive),
            "quality": [{"assessed_on": mark.assessed_on.isoformat(), "met": mark.met} for mark in aggregate.quality],
            "suspension": aggregate.suspension.value if aggregate.suspension else None,
            "filing": written(aggregate.filing),
            "items": [written(item) for item in aggregate.items],
            "grades": [written(award) for award in aggregate.grades],
            "agreements": day_ranges(aggregate.agreements),
            "hazards": day_ranges(aggregate.hazards),
            "closure": written(aggregate.closure) if aggregate.closure else None,
            "upgraded_on": aggregate.upgraded_on,
            "placement_plan": aggregate.placement_plan,
        }

    def state(self, aggregate: Institution) -> EntityState:
        """Aggregate → published state."""
        return institution_state(aggregate)

    async def complete(self, aggregate: Institution) -> Institution:
        """Compute the clock of the filing from the first resident's day."""
        first = await self.first_admission(aggregate.id)
        if first is not None:
            aggregate.filing_due = self.due_after(first)
        return aggregate

    def due_after(self, first_admitted_on: date) -> Deadline:
        """By when an institution must be filed that took in its first resident on a day."""
        parameters = self.tx.around.parameters.reader(first_admitted_on)
        return filing_due(first_admitted_on, self.tx.around.calendar, parameters)

    async def first_admission(self, institution_id: UUID) -> date | None:
        """The day the first resident came."""
        first: date | None = await self.tx.connection.scalar(
            select(func.min(func.lower(stays.c.stayed))).where(stays.c.institution_id == institution_id, NOT_VOIDED)
        )
        return first

    async def hold(self, institution_id: UUID, *, area: Area) -> Institution:
        """Load an institution and keep it as it is until the commit; several may hold it at once."""
        row = (
            await self.tx.connection.execute(
                select(institutions)
                .where(institutions.c.id == institution_id, within(area, institutions.c.division))
                .with_for_update(read=True)
            )
        ).one_or_none()
        if row is None:
            raise self.missing()
        return self.load(row)

    async def registered(self, organisation_code: OrganisationCode) -> bool:
        """Whether a living institution bears the code."""
        found = await self.tx.connection.scalar(
            select(institutions.c.id).where(
                institutions.c.organisation_code == organisation_code.text,
                institutions.c.status != InstitutionStatus.CLOSED.value,
            )
        )
        return found is not None
