"""The applications' table and its mapping."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    Numeric,
    Row,
    String,
    Table,
    Uuid,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from placename.domain.application import Application
from placename.domain.authority import Applicant, Authority
from placename.domain.category import ApplicationKind, Category
from placename.domain.consultation import Consultation
from placename.domain.examination import Examination, Protection
from placename.domain.geometry import Geometry
from placename.domain.material import Material
from placename.domain.place_name import Description
from placename.domain.point import Point
from placename.domain.procedure import ApplicationUnknown, Clocks, Decision, Status
from placename.domain.size import Facts
from placename.domain.toponym import Toponym
from placename.events import application_state
from placename.store.comparison import METADATA, comparison_columns, comparison_values, locality_of
from shared.contracts.envelope import EntityState
from shared.storage.entities import Entities, entity_columns

applications = Table(
    "application",
    METADATA,
    *entity_columns(),
    *comparison_columns(nullable=True),
    Column("business_no", String, nullable=False),
    Column("serial", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("status", String, nullable=False),
    Column("online", Boolean, nullable=False),
    Column("cross_county", Boolean, nullable=False),
    Column("applicant", JSONB, nullable=False),
    Column("submitted_by", String, nullable=False),
    Column("submitted_at", DateTime(timezone=True), nullable=False),
    Column("authority", JSONB, nullable=False),
    Column("longitude", Numeric(9, 6)),
    Column("latitude", Numeric(9, 6)),
    Column("target_id", Uuid),
    Column("description", JSONB, nullable=False),
    Column("reasons", String, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("protection", JSONB),
    Column("examination", JSONB, nullable=False),
    Column("clocks", JSONB, nullable=False),
    Column("due_on", Date),
    Column("accepted_on", Date),
    Column("decision", JSONB),
    Column("decided_on", Date),
    Column("reason", String),
    Column("filed_on", Date),
    Column("filing_no", String),
    Column("announced_on", Date),
    Column("name_id", Uuid),
    Column("geometry", JSONB(none_as_null=True)),
    Column("alternatives", JSONB, nullable=False),
    Column("materials", JSONB, nullable=False),
    Column("passed_first", Boolean),
    Column("consultation", JSONB(none_as_null=True)),
    Column("working_days", Integer),
    Column("used_from", Date),
    Column("overdue", ARRAY(String), nullable=False),
    Column("watch_on", Date),
)

_applicant: TypeAdapter[Applicant] = TypeAdapter(Applicant)
_authority: TypeAdapter[Authority] = TypeAdapter(Authority)
_description: TypeAdapter[Description] = TypeAdapter(Description)
_facts: TypeAdapter[Facts] = TypeAdapter(Facts)
_protection: TypeAdapter[Protection | None] = TypeAdapter(Protection | None)
_examination: TypeAdapter[Examination] = TypeAdapter(Examination)
_clocks: TypeAdapter[Clocks] = TypeAdapter(Clocks)
_decision: TypeAdapter[Decision | None] = TypeAdapter(Decision | None)
_geometry: TypeAdapter[Geometry | None] = TypeAdapter(Geometry | None)
_toponyms: TypeAdapter[tuple[Toponym, ...]] = TypeAdapter(tuple[Toponym, ...])
_materials: TypeAdapter[tuple[Material, ...]] = TypeAdapter(tuple[Material, ...])
_consultation: TypeAdapter[Consultation | None] = TypeAdapter(Consultation | None)


class Applications(Entities[Application]):
    """Applications to name, rename and abolish."""

    table, noun, missing = applications, "application", ApplicationUnknown

    async def next_in_line(self) -> int:
        """The next place in line; taken while the scope is locked, so that order of places is order of sight."""
        return int((await self.tx.connection.execute(select(func.nextval("business_serial")))).scalar_one())

    def load(self, row: Row[Any]) -> Application:
        """Row → aggregate."""
        return Application(
            id=row.id,
            division=row.division,
            version=row.version,
            business_no=row.business_no,
            serial=row.serial,
            kind=ApplicationKind(row.kind),
            category=Category(row.category),
            status=Status(row.status),
            online=row.online,
            cross_county=row.cross_county,
            applicant=_applicant.validate_python(row.applicant),
            submitted_by=row.submitted_by,
            submitted_at=row.submitted_at,
            authority=_authority.validate_python(row.authority),
            locality=locality_of(row),
            toponym=Toponym(row.specific, row.generic) if row.specific is not None else None,
            point=Point(row.longitude, row.latitude) if row.longitude is not None else None,
            target_id=row.target_id,
            description=_description.validate_python(row.description),
            reasons=row.reasons,
            facts=_facts.validate_python(row.facts),
            protection=_protection.validate_python(row.protection),
            examination=_examination.validate_python(row.examination),
            clocks=_clocks.validate_python(row.clocks),
            accepted_on=row.accepted_on,
            decision=_decision.validate_python(row.decision),
            reason=row.reason,
            filed_on=row.filed_on,
            filing_no=row.filing_no,
            announced_on=row.announced_on,
            name_id=row.name_id,
            geometry=_geometry.validate_python(row.geometry),
            alternatives=_toponyms.validate_python(row.alternatives),
            materials=_materials.validate_python(row.materials),
            passed_first=row.passed_first,
            consultation=_consultation.validate_python(row.consultation),
            working_days=row.working_days,
            used_from=row.used_from,
            overdue=tuple(row.overdue),
        )

    def dump(self, aggregate: Application) -> Mapping[str, Any]:
        """Aggregate → row, with the keys of the proposed name and the next day something is due."""
        toponym, point = aggregate.toponym, aggregate.point
        due = [clock.due.on for clock in aggregate.open_clocks()]
        return {
            **comparison_values(aggregate.category, aggregate.locality, aggregate.examination.keys),
            "specific": toponym.specific if toponym else None,
            "generic": toponym.generic if toponym else None,
            "business_no": aggregate.business_no,
            "serial": aggregate.serial,
            "kind": aggregate.kind.value,
            "status": aggregate.status.value,
            "online": aggregate.online,
            "cross_county": aggregate.cross_county,
            "applicant": _applicant.dump_python(aggregate.applicant, mode="json"),
            "submitted_by": aggregate.submitted_by,
            "submitted_at": aggregate.submitted_at,
            "authority": _authority.dump_python(aggregate.authority, mode="json"),
            "longitude": point.longitude if point else None,
            "latitude": point.latitude if point else None,
            "target_id": aggregate.target_id,
            "description": _description.dump_python(aggregate.description, mode="json"),
            "reasons": aggregate.reasons,
            "facts": _facts.dump_python(aggregate.facts, mode="json"),
            "protection": _protection.dump_python(aggregate.protection, mode="json"),
            "examination": _examination.dump_python(aggregate.examination, mode="json"),
            "clocks": _clocks.dump_python(aggregate.clocks, mode="json"),
            "due_on": min(due) if due else None,
            "accepted_on": aggregate.accepted_on,
            "decision": _decision.dump_python(aggregate.decision, mode="json"),
            "decided_on": aggregate.decision.decided_on if aggregate.decision else None,
            "reason": aggregate.reason,
            "filed_on": aggregate.filed_on,
            "filing_no": aggregate.filing_no,
            "announced_on": aggregate.announced_on,
            "name_id": aggregate.name_id,
            **_further(aggregate),
        }

    def state(self, aggregate: Application) -> EntityState:
        """Aggregate → published state."""
        return application_state(aggregate)

    async def past_due(self, today: date, limit: int) -> list[Application]:
        """Applications with a clock whose last day has passed, locked, the longest overdue first."""
        rows = await self.tx.connection.execute(
            select(applications)
            .where(applications.c.watch_on < today)
            .order_by(applications.c.watch_on)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [self.load(row) for row in rows]


def _further(aggregate: Application) -> Mapping[str, Any]:
    unnoted = (clock.due.on for clock in aggregate.open_clocks() if clock.name not in aggregate.overdue)
    return {
        "geometry": _geometry.dump_python(aggregate.geometry, mode="json"),
        "alternatives": _toponyms.dump_python(aggregate.alternatives, mode="json"),
        "materials": _materials.dump_python(aggregate.materials, mode="json"),
        "passed_first": aggregate.passed_first,
        "consultation": _consultation.dump_python(aggregate.consultation, mode="json"),
        "working_days": aggregate.working_days,
        "used_from": aggregate.used_from,
        "overdue": list(aggregate.overdue),
        "watch_on": min(unnoted, default=None),
    }
