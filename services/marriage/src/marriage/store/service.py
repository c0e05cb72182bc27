"""How the service was: ratings; and what it keeps beside its own facts: answers of other bodies, archive items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Boolean, Column, Date, DateTime, ForeignKey, LargeBinary, Row, SmallInteger, String, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from marriage.domain.rating import Grade, RatedBusiness, Rating, RatingStatus, RatingUnknown, Verification
from marriage.events import rating_state
from marriage.store.core import METADATA
from shared.contracts.envelope import EntityState
from shared.storage.entities import Entities, entity_columns

ratings = Table(
    "rating",
    METADATA,
    *entity_columns(),
    Column("office_id", Uuid, ForeignKey("office.id"), nullable=False),
    Column("business", String, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("grade", SmallInteger, nullable=False),
    Column("status", String, nullable=False),
    Column("rated_on", Date, nullable=False),
    Column("answer_due_on", Date),
    Column("provisional", Boolean, nullable=False),
    Column("verification", JSONB(none_as_null=True)),
)
inquiries = Table(
    "inquiry",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("division", String(12), nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("source", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("basis", String, nullable=False),
    Column("person_key", LargeBinary, nullable=False),
    Column("request_hash", LargeBinary, nullable=False),
    Column("answer_hash", LargeBinary),
    Column("outcome", String, nullable=False),
    Column("reason", String),
)
archive_items = Table(
    "archive_item",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("division", String(12), nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("kind", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("filed_on", Date, nullable=False),
    Column("filed_by", String, nullable=False),
)
_verification: TypeAdapter[Verification] = TypeAdapter(Verification)


class Ratings(Entities[Rating]):
    """Ratings, one a piece of business."""

    table, noun, missing = ratings, "rating", RatingUnknown

    def load(self, row: Row[Any]) -> Rating:
        """Row → aggregate."""
        return Rating(
            id=row.id, division=row.division, version=row.version, office_id=row.office_id,
            business=RatedBusiness(row.business), subject_id=UUID(str(row.subject_id)), grade=Grade(row.grade),
            status=RatingStatus(row.status), rated_on=row.rated_on, answer_due_on=row.answer_due_on,
            provisional=row.provisional,
            verification=_verification.validate_python(row.verification) if row.verification else None,
        )  # fmt: skip

    def dump(self, aggregate: Rating) -> Mapping[str, Any]:
        """Aggregate → row."""
        found = aggregate.verification
        return {
            "office_id": aggregate.office_id,
            "business": aggregate.business.value,
            "subject_id": aggregate.subject_id,
            "grade": int(aggregate.grade),
            "status": aggregate.status.value,
            "rated_on": aggregate.rated_on,
            "answer_due_on": aggregate.answer_due_on,
            "provisional": aggregate.provisional,
            "verification": _verification.dump_python(found, mode="json") if found else None,
        }

    def state(self, aggregate: Rating) -> EntityState:
        """Aggregate → published state."""
        return rating_state(aggregate)
