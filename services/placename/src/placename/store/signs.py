"""The tables of signs and of wrong uses, and their mappings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Column, Date, Row, String, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from placename.domain.category import Category
from placename.domain.misuse import Misuse, MisuseKind, MisuseStatus, MisuseUnknown
from placename.domain.place_name import Period
from placename.domain.sign import Orientation, SignStatus, SignTask, SignUnknown
from placename.events import misuse_state, sign_state
from placename.store.comparison import METADATA
from shared.contracts.envelope import EntityState
from shared.kernel.calendar import Deadline
from shared.storage.entities import Entities, entity_columns

signs = Table(
    "sign_task",
    METADATA,
    *entity_columns(),
    Column("name_id", Uuid, nullable=False),
    Column("category", String, nullable=False),
    Column("orientation", String, nullable=False),
    Column("status", String, nullable=False),
    Column("ordered_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("due", JSONB, nullable=False),
    Column("standing", JSONB, nullable=False),
)
misuses = Table(
    "misuse",
    METADATA,
    *entity_columns(),
    Column("kind", String, nullable=False),
    Column("found", String, nullable=False),
    Column("carrier", String, nullable=False),
    Column("name_id", Uuid),
    Column("status", String, nullable=False),
    Column("reported_on", Date, nullable=False),
    Column("correct_by", JSONB(none_as_null=True)),
    Column("corrected_on", Date),
    Column("document_no", String),
    Column("fine_fen", BigInteger),
    Column("reason", String),
)

_periods: TypeAdapter[tuple[Period, ...]] = TypeAdapter(tuple[Period, ...])
_deadline: TypeAdapter[Deadline] = TypeAdapter(Deadline)
_limit: TypeAdapter[Deadline | None] = TypeAdapter(Deadline | None)


class Signs(Entities[SignTask]):
    """Signs that show names (地名标志)."""

    table, noun, missing = signs, "sign", SignUnknown

    def load(self, row: Row[Any]) -> SignTask:
        """Row → aggregate."""
        return SignTask(
            id=row.id,
            division=row.division,
            version=row.version,
            name_id=row.name_id,
            category=Category(row.category),
            orientation=Orientation(row.orientation),
            status=SignStatus(row.status),
            ordered_on=row.ordered_on,
            due=_deadline.validate_python(row.due),
            standing=_periods.validate_python(row.standing),
        )

    def dump(self, aggregate: SignTask) -> Mapping[str, Any]:
        """Aggregate → row."""
        return {
            "name_id": aggregate.name_id,
            "category": aggregate.category.value,
            "orientation": aggregate.orientation.value,
            "status": aggregate.status.value,
            "ordered_on": aggregate.ordered_on,
            "due_on": aggregate.due.on,
            "due": _deadline.dump_python(aggregate.due, mode="json"),
            "standing": _periods.dump_python(aggregate.standing, mode="json"),
        }

    def state(self, aggregate: SignTask) -> EntityState:
        """Aggregate → published state."""
        return sign_state(aggregate)


class Misuses(Entities[Misuse]):
    """Wrong uses of names (不规范使用地名)."""

    table, noun, missing = misuses, "misuse", MisuseUnknown

    def load(self, row: Row[Any]) -> Misuse:
        """Row → aggregate."""
        return Misuse(
            id=row.id,
            division=row.division,
            version=row.version,
            kind=MisuseKind(row.kind),
            found=row.found,
            carrier=row.carrier,
            name_id=row.name_id,
            status=MisuseStatus(row.status),
            reported_on=row.reported_on,
            correct_by=_limit.validate_python(row.correct_by),
            corrected_on=row.corrected_on,
            document_no=row.document_no,
            fine_fen=row.fine_fen,
            reason=row.reason,
        )

    def dump(self, aggregate: Misuse) -> Mapping[str, Any]:
        """Aggregate → row."""
        return {
            "kind": aggregate.kind.value,
            "found": aggregate.found,
            "carrier": aggregate.carrier,
            "name_id": aggregate.name_id,
            "status": aggregate.status.value,
            "reported_on": aggregate.reported_on,
            "correct_by": _limit.dump_python(aggregate.correct_by, mode="json"),
            "corrected_on": aggregate.corrected_on,
            "document_no": aggregate.document_no,
            "fine_fen": aggregate.fine_fen,
            "reason": aggregate.reason,
        }

    def state(self, aggregate: Misuse) -> EntityState:
        """Aggregate → published state."""
        return misuse_state(aggregate)
