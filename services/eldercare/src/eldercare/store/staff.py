"""Staff in the database; who they are is sealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, Date, ForeignKey, Integer, LargeBinary, Row, String, Table, Uuid, select
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB

from eldercare.domain.staff import (
    Certificate,
    CertificateKind,
    CreditMark,
    Employee,
    Post,
    Staff,
    StaffUnknown,
    Status,
)
from eldercare.events import staff_state
from eldercare.store.documents import day_of, written
from eldercare.store.tables import METADATA, day_ranges, span_of
from shared.contracts.envelope import EntityState
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.storage.entities import Entities, entity_columns

staff = Table(
    "staff",
    METADATA,
    *entity_columns(),
    Column("institution_id", Uuid, ForeignKey("institution.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("identity", String, nullable=False),
    Column("person_key", LargeBinary, nullable=False),
    Column("post", String, nullable=False),
    Column("status", String, nullable=False),
    Column("employed", DATERANGE, nullable=False),
    Column("certificates", JSONB, nullable=False),
    Column("trained", ARRAY(Date), nullable=False),
    Column("years", ARRAY(Integer), nullable=False),
    Column("credit", JSONB, nullable=False),
)
NAME, IDENTITY = "staff.name", "staff.identity"


class StaffRegister(Entities[Staff]):
    """The register of staff; names and numbers are sealed."""

    table, noun, missing = staff, "staff", StaffUnknown

    def load(self, row: Row[Any]) -> Staff:
        """Row → aggregate."""
        open_ = self.tx.around.confidential.open
        return Staff(
            id=row.id, division=row.division, version=row.version, institution_id=row.institution_id,
            employee=Employee(
                PersonName(open_(NAME, row.id, row.name)), IdentityNumber(open_(IDENTITY, row.id, row.identity))
            ),
            post=Post(row.post), status=Status(row.status), employed=span_of(row.employed),
            certificates=tuple(
                Certificate(
                    CertificateKind(one["kind"]), one["level"], date.fromisoformat(one["issued_on"]),
                    day_of(one["expires_on"]),
                )
                for one in row.certificates
            ),
            trained=tuple(row.trained), years=tuple(row.years),
            credit=tuple(
                CreditMark(date.fromisoformat(mark["on"]), mark["points"], mark["reason"]) for mark in row.credit
            ),
        )  # fmt: skip

    def dump(self, aggregate: Staff) -> Mapping[str, Any]:
        """Aggregate → row; who it is is sealed."""
        seal, employee = self.tx.around.confidential.seal, aggregate.employee
        return {
            "institution_id": aggregate.institution_id,
            "name": seal(NAME, aggregate.id, employee.name.plain),
            "identity": seal(IDENTITY, aggregate.id, employee.identity.plain),
            "person_key": self.tx.around.confidential.blind(IDENTITY, employee.identity.plain),
            "post": aggregate.post.value,
            "status": aggregate.status.value,
            "employed": day_ranges([aggregate.employed])[0],
            "certificates": [written(one) for one in aggregate.certificates],
            "trained": list(aggregate.trained),
            "years": list(aggregate.years),
            "credit": [written(mark) for mark in aggregate.credit],
        }

    def state(self, aggregate: Staff) -> EntityState:
        """Aggregate → published state."""
        return staff_state(aggregate)

    async def move_with(self, institution_id: UUID, division: str) -> None:
        """Everybody on the staff goes where the institution goes."""
        query = select(staff).where(staff.c.institution_id == institution_id).order_by(staff.c.id).with_for_update()
        for row in (await self.tx.connection.execute(query)).all():
            one = self.load(row)
            one.division = division
            one.note("moved")
            await self.save(one)
