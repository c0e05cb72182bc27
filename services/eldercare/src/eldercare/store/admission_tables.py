"""The tables of assessments, applications and offers."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB

from eldercare.domain.admission import Status as ApplicationStatus
from eldercare.domain.offer import RESERVING
from eldercare.store.tables import METADATA
from shared.kernel.calendar import Deadline
from shared.storage.entities import entity_columns

agencies = Table(
    "assessment_agency",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("division", String(12), nullable=False),
    Column("name", String, nullable=False),
    Column("organisation_code", String(18), nullable=False),
    Column("assessors", JSONB, nullable=False),
)
assessments = Table(
    "assessment",
    METADATA,
    *entity_columns(),
    Column("name", String, nullable=False),
    Column("identity", String, nullable=False),
    Column("person_key", LargeBinary, nullable=False),
    Column("findings", String, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("assessed_on", Date, nullable=False),
    Column("valid", DATERANGE, nullable=False),
    Column("reason", String, nullable=False),
    Column("agency_id", Uuid, ForeignKey("assessment_agency.id"), nullable=False),
    Column("assessors", JSONB, nullable=False),
    Column("informant", String, nullable=False),
    Column("status", String, nullable=False),
    Column("disputed_on", Date),
    Column("review_due", JSONB(none_as_null=True)),
    Column("replaced_by", Uuid),
    Column("void_reason", String),
    Column("uncertain", JSONB, nullable=False),
)
applications = Table(
    "admission",
    METADATA,
    *entity_columns(),
    Column("number", String, nullable=False),
    Column("institution_id", Uuid, ForeignKey("institution.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("identity", String, nullable=False),
    Column("person_key", LargeBinary, nullable=False),
    Column("phone", String),
    Column("born", Date, nullable=False),
    Column("sex", String, nullable=False),
    Column("applicant", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("means", String, nullable=False),
    Column("family", ARRAY(String), nullable=False),
    Column("merits", ARRAY(String), nullable=False),
    Column("disability_grade", SmallInteger),
    Column("bed_class", String),
    Column("highest_bed_fee", BigInteger),
    Column("level", SmallInteger),
    Column("assessment_id", Uuid),
    Column("status", String, nullable=False),
    Column("submitted_on", Date),
    Column("review_due", JSONB(none_as_null=True)),
    Column("decision_reason", String),
    Column("queued_at", DateTime(timezone=True)),
    Column("first_queued_on", Date),
    Column("publicity_ends", JSONB(none_as_null=True)),
    Column("lane", SmallInteger),
    Column("misses", Integer, nullable=False),
    Column("contract", JSONB(none_as_null=True)),
    Column("admitted_on", Date),
    Column("stay_id", Uuid),
    Column("ended_on", Date),
)
offers = Table(
    "offer",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("admission_id", Uuid, ForeignKey("admission.id"), nullable=False),
    Column("bed_id", Uuid, ForeignKey("bed.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("notified_on", Date, nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("calendar_version", String, nullable=False),
    Column("status", String, nullable=False),
    Column("answered_on", Date),
    Column("admit_by", JSONB(none_as_null=True)),
    Column("admit_by_on", Date),
)
moves = Table(
    "waiting_move",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("admission_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("why", String, nullable=False),
    Column("position_before", Integer),
    Column("position_after", Integer),
)
skips = Table(
    "waiting_skip",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("admission_id", Uuid, nullable=False),
    Column("bed_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("reason", String, nullable=False),
)

WAITING = applications.c.status == ApplicationStatus.WAITLISTED.value
RESERVES = offers.c.status.in_([status.value for status in RESERVING])


def deadline_row(deadline: Deadline | None) -> dict[str, Any] | None:
    """A time limit as the database keeps it."""
    if deadline is None:
        return None
    return {
        "on": deadline.on.isoformat(),
        "provisional": deadline.provisional,
        "calendar_version": deadline.calendar_version,
    }


def deadline_of(row: dict[str, Any] | None) -> Deadline | None:
    """A time limit from the database."""
    if row is None:
        return None
    return Deadline(date.fromisoformat(row["on"]), row["provisional"], row["calendar_version"])
