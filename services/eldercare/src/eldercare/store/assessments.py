"""Assessments and their agencies in the database; the person and what was found are sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select

from eldercare.domain.ability import Findings, judge
from eldercare.domain.assessment import (
    Agency,
    AgencyUnknown,
    Assessment,
    AssessmentOfAnotherPerson,
    AssessmentUnknown,
    Assessor,
    Informant,
    Reason,
    Schooling,
    Status,
)
from eldercare.domain.resident import Resident
from eldercare.events import assessment_state
from eldercare.store.admission_tables import agencies, assessments, deadline_of, deadline_row
from eldercare.store.persons import person_key
from eldercare.store.tables import day_ranges, span_of
from shared.contracts.envelope import EntityState
from shared.kernel.divisions import Area
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.kernel.organisation_code import OrganisationCode
from shared.storage.entities import Entities, within

NAME, IDENTITY, FINDINGS = "assessment.name", "assessment.identity", "assessment.findings"
HOLDING = assessments.c.status.in_([Status.IN_FORCE.value, Status.DISPUTED.value])


class Assessments(Entities[Assessment]):
    """The register of ability assessments."""

    table, noun, missing = assessments, "assessment", AssessmentUnknown

    def load(self, row: Row[Any]) -> Assessment:
        """Row → aggregate; the verdict follows from the sealed scores."""
        open_ = self.tx.around.confidential.open
        found = json.loads(open_(FINDINGS, row.id, row.findings))
        findings = Findings(found["coma"], tuple(found["diagnoses"]), found["risk_events"])
        return Assessment(
            id=row.id,
            division=row.division,
            version=row.version,
            elder=Resident(
                PersonName(open_(NAME, row.id, row.name)), IdentityNumber(open_(IDENTITY, row.id, row.identity))
            ),
            scores=found["scores"],
            findings=findings,
            verdict=judge(found["scores"], findings),
            assessed_on=row.assessed_on,
            valid=span_of(row.valid),
            reason=Reason(row.reason),
            agency_id=row.agency_id,
            assessors=tuple(row.assessors),
            informant=Informant(row.informant),
            status=Status(row.status),
            disputed_on=row.disputed_on,
            review_due=deadline_of(row.review_due),
            replaced_by=row.replaced_by,
            void_reason=row.void_reason,
            uncertain=tuple(row.uncertain),
        )

    def dump(self, aggregate: Assessment) -> Mapping[str, Any]:
        """Aggregate → row."""
        seal, elder, findings = self.tx.around.confidential.seal, aggregate.elder, aggregate.findings
        found = {
            "scores": dict(aggregate.scores),
            "coma": findings.coma,
            "diagnoses": list(findings.diagnoses),
            "risk_events": findings.risk_events,
        }
        return {
            "name": seal(NAME, aggregate.id, elder.name.plain),
            "identity": seal(IDENTITY, aggregate.id, elder.identity.plain),
            "person_key": person_key(self.tx, elder.identity),
            "findings": seal(FINDINGS, aggregate.id, json.dumps(found)),
            "level": aggregate.level,
            "assessed_on": aggregate.assessed_on,
            "valid": day_ranges([aggregate.valid])[0],
            "reason": aggregate.reason.value,
            "agency_id": aggregate.agency_id,
            "assessors": list(aggregate.assessors),
            "informant": aggregate.informant.value,
            "status": aggregate.status.value,
            "disputed_on": aggregate.disputed_on,
            "review_due": deadline_row(aggregate.review_due),
            "replaced_by": aggregate.replaced_by,
            "void_reason": aggregate.void_reason,
            "uncertain": list(aggregate.uncertain),
        }

    def state(self, aggregate: Assessment) -> EntityState:
        """Aggregate → published state."""
        return assessment_state(aggregate)

    async def holding(self, identity: IdentityNumber) -> Assessment | None:
        """The person's present result, locked; whoever asks has locked the person before.

        Not limited to an area: an elder is assessed where the elder lives and may apply elsewhere.
        """
        row = (
            await self.tx.connection.execute(
                select(assessments)
                .where(assessments.c.person_key == person_key(self.tx, identity), HOLDING)
                .with_for_update()
            )
        ).one_or_none()
        return None if row is None else self.load(row)

    async def latest(self, identity: IdentityNumber) -> Assessment | None:
        """The person's present result, for reading."""
        row = (
            await self.tx.connection.execute(
                select(assessments).where(assessments.c.person_key == person_key(self.tx, identity), HOLDING)
            )
        ).one_or_none()
        return None if row is None else self.load(row)

    async def of_person(self, assessment_id: UUID, identity: IdentityNumber) -> Assessment:
        """One result of a person, wherever it was made; a result of somebody else is refused (EC-605)."""
        row = (
            await self.tx.connection.execute(select(assessments).where(assessments.c.id == assessment_id))
        ).one_or_none()
        if row is None or row.person_key != person_key(self.tx, identity):
            raise AssessmentOfAnotherPerson(rule="EC-605", field="assessment_id")
        return self.load(row)

    async def usable(self, identity: IdentityNumber, on: date) -> Assessment | None:
        """The person's result if an admission on a day may rest on it."""
        found = await self.latest(identity)
        if found is None or found.status is not Status.IN_FORCE or not found.valid.covers(on):
            return None
        return found


class Agencies:
    """The register of assessment agencies; small, without events."""

    def __init__(self, tx: Any) -> None:
        self._tx = tx

    async def add(self, agency: Agency) -> None:
        """Enter an agency."""
        await self._tx.connection.execute(
            insert(agencies).values(
                id=agency.id,
                division=agency.division,
                name=agency.name,
                organisation_code=agency.organisation_code.text,
                assessors=[
                    {"number": one.number, "schooling": one.schooling.value, "years": one.years}
                    for one in agency.assessors
                ],
            )
        )
        self._tx.audit("agency.registered", "agency", agency.id)

    async def find(self, agency_id: UUID, *, area: Area) -> Agency:
        """One agency of an area."""
        row = (
            await self._tx.connection.execute(
                select(agencies).where(agencies.c.id == agency_id, within(area, agencies.c.division))
            )
        ).one_or_none()
        if row is None:
            raise AgencyUnknown()
        return Agency(
            row.id,
            row.division,
            row.name,
            OrganisationCode(row.organisation_code),
            tuple(Assessor(one["number"], Schooling(one["schooling"]), one["years"]) for one in row.assessors),
        )
