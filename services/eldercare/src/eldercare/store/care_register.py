"""Entitled persons, places below an institution, incidents and drills in the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, ForeignKey, Integer, LargeBinary, Row, String, Table, Uuid
from sqlalchemy.dialects.postgresql import DATEMULTIRANGE, JSONB

from eldercare.domain import emergency, facility
from eldercare.domain.emergency import Emergency, EmergencyUnknown
from eldercare.domain.facility import Facility, FacilityUnknown
from eldercare.domain.recipient import (
    Category,
    EntitledPerson,
    Recipient,
    RecipientUnknown,
    Status,
    Visit,
    VisitResult,
)
from eldercare.events import emergency_state, facility_state, recipient_state
from eldercare.store.documents import written
from eldercare.store.tables import METADATA, day_ranges, spans_of
from shared.contracts.envelope import EntityState
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.storage.entities import Entities, entity_columns

recipients = Table(
    "recipient",
    METADATA,
    *entity_columns(),
    Column("name", String, nullable=False),
    Column("identity", String, nullable=False),
    Column("person_key", LargeBinary, nullable=False),
    Column("category", String, nullable=False),
    Column("status", String, nullable=False),
    Column("since", Date, nullable=False),
    Column("removed_on", Date),
    Column("disabled", DATEMULTIRANGE, nullable=False),
    Column("willing", DATEMULTIRANGE, nullable=False),
    Column("central", DATEMULTIRANGE, nullable=False),
    Column("entrusted", DATEMULTIRANGE, nullable=False),
    Column("visits", JSONB, nullable=False),
    Column("last_seen_on", Date, nullable=False),
)
facilities = Table(
    "facility",
    METADATA,
    *entity_columns(),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("beds", Integer, nullable=False),
    Column("status", String, nullable=False),
    Column("operating", DATEMULTIRANGE, nullable=False),
)
emergencies = Table(
    "emergency",
    METADATA,
    *entity_columns(),
    Column("institution_id", Uuid, ForeignKey("institution.id")),
    Column("kind", String, nullable=False),
    Column("cause", String, nullable=False),
    Column("level", String),
    Column("deaths", Integer, nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("reported_at", DateTime(timezone=True), nullable=False),
    Column("report_due_at", DateTime(timezone=True)),
    Column("evacuated", Boolean, nullable=False),
)
NAME, IDENTITY = "recipient.name", "recipient.identity"


class Recipients(Entities[Recipient]):
    """The register of entitled persons; names and numbers are sealed."""

    table, noun, missing = recipients, "recipient", RecipientUnknown

    def load(self, row: Row[Any]) -> Recipient:
        """Row → aggregate."""
        open_ = self.tx.around.confidential.open
        return Recipient(
            id=row.id, division=row.division, version=row.version,
            person=EntitledPerson(
                PersonName(open_(NAME, row.id, row.name)), IdentityNumber(open_(IDENTITY, row.id, row.identity))
            ),
            category=Category(row.category), status=Status(row.status), since=row.since, removed_on=row.removed_on,
            disabled=spans_of(row.disabled), willing=spans_of(row.willing), central=spans_of(row.central),
            entrusted=spans_of(row.entrusted),
            visits=tuple(Visit(date.fromisoformat(one["on"]), VisitResult(one["result"])) for one in row.visits),
        )  # fmt: skip

    def dump(self, aggregate: Recipient) -> Mapping[str, Any]:
        """Aggregate → row; who it is is sealed."""
        seal, person = self.tx.around.confidential.seal, aggregate.person
        return {
            "name": seal(NAME, aggregate.id, person.name.plain),
            "identity": seal(IDENTITY, aggregate.id, person.identity.plain),
            "person_key": self.person_key(person.identity),
            "category": aggregate.category.value,
            "status": aggregate.status.value,
            "since": aggregate.since,
            "removed_on": aggregate.removed_on,
            "disabled": day_ranges(aggregate.disabled),
            "willing": day_ranges(aggregate.willing),
            "central": day_ranges(aggregate.central),
            "entrusted": day_ranges(aggregate.entrusted),
            "visits": [written(visit) for visit in aggregate.visits],
            "last_seen_on": aggregate.visits[-1].on if aggregate.visits else aggregate.since,
        }

    def state(self, aggregate: Recipient) -> EntityState:
        """Aggregate → published state."""
        return recipient_state(aggregate)

    def person_key(self, identity: IdentityNumber) -> bytes:
        """The blind index of a person, for equality search."""
        return self.tx.around.confidential.blind(IDENTITY, identity.plain)


class Facilities(Entities[Facility]):
    """The register of places that are no institutions."""

    table, noun, missing = facilities, "facility", FacilityUnknown

    def load(self, row: Row[Any]) -> Facility:
        """Row → aggregate."""
        return Facility(
            id=row.id, division=row.division, version=row.version, name=row.name, kind=facility.Kind(row.kind),
            beds=row.beds, status=facility.Status(row.status), operating=spans_of(row.operating),
        )  # fmt: skip

    def dump(self, aggregate: Facility) -> Mapping[str, Any]:
        """Aggregate → row."""
        return {
            "name": aggregate.name,
            "kind": aggregate.kind.value,
            "beds": aggregate.beds,
            "status": aggregate.status.value,
            "operating": day_ranges(aggregate.operating),
        }

    def state(self, aggregate: Facility) -> EntityState:
        """Aggregate → published state."""
        return facility_state(aggregate)


class Emergencies(Entities[Emergency]):
    """The register of incidents and drills."""

    table, noun, missing = emergencies, "emergency", EmergencyUnknown

    def load(self, row: Row[Any]) -> Emergency:
        """Row → aggregate."""
        return Emergency(
            id=row.id, division=row.division, version=row.version, institution_id=row.institution_id,
            kind=emergency.Kind(row.kind), cause=emergency.Cause(row.cause),
            level=emergency.Level(row.level) if row.level else None, deaths=row.deaths, happened_at=row.happened_at,
            reported_at=row.reported_at, report_due_at=row.report_due_at, evacuated=row.evacuated,
        )  # fmt: skip

    def dump(self, aggregate: Emergency) -> Mapping[str, Any]:
        """Aggregate → row."""
        return {
            "institution_id": aggregate.institution_id,
            "kind": aggregate.kind.value,
            "cause": aggregate.cause.value,
            "level": aggregate.level.value if aggregate.level else None,
            "deaths": aggregate.deaths,
            "happened_at": aggregate.happened_at,
            "reported_at": aggregate.reported_at,
            "report_due_at": aggregate.report_due_at,
            "evacuated": aggregate.evacuated,
        }

    def state(self, aggregate: Emergency) -> EntityState:
        """Aggregate → published state."""
        return emergency_state(aggregate)
