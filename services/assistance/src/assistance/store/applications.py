"""Applications with their members: tables and mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Uuid,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from assistance.domain.aid import Aid
from assistance.domain.applicant import Channel, Member, Relation
from assistance.domain.application import Application, ApplicationUnknown, Status
from assistance.domain.course import Course
from assistance.domain.deadlines import Clocks, DecisionMode
from assistance.domain.household import Household, Need
from assistance.domain.means_test import Means, Verdict
from assistance.domain.procedure import register_of
from assistance.domain.standard import Residence
from assistance.events import application_state
from assistance.store.tables import METADATA
from shared.contracts.envelope import EntityState
from shared.kernel.divisions import Area
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.storage.entities import Entities, entity_columns, within

T = TypeVar("T")
PERSON_KEY = "application_member.identity"

applications = Table(
    "application",
    METADATA,
    *entity_columns(),
    Column("business_no", String, nullable=False),
    Column("residence", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("programme", String, nullable=False),
    Column("needs", ARRAY(String), nullable=False),
    Column("status", String, nullable=False),
    Column("mode", String),
    Column("desk", String, nullable=False),
    Column("next_due_on", Date),
    Column("relative", Boolean, nullable=False),
    Column("posted_from", Date),
    Column("posted_until", Date),
    Column("alarmed_for", Date),
    Column("submitted_at", DateTime(timezone=True), nullable=False),
    Column("accepted_on", Date),
    Column("decided_on", Date),
    Column("due_on", Date),
    Column("verified_by", String),
    Column("clocks", JSONB(none_as_null=True)),
    Column("means", String),
    Column("household", String),
    Column("course", String),
    Column("verdict", String),
    Column("reason_code", String),
)
members = Table(
    "application_member",
    METADATA,
    Column("application_id", Uuid, ForeignKey("application.id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("identity", String, nullable=False),
    Column("person_key", LargeBinary, nullable=False),
    Column("relation", String, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("register", String, nullable=False),
)

_clocks: TypeAdapter[Clocks] = TypeAdapter(Clocks)
_means: TypeAdapter[Means] = TypeAdapter(Means)
_course: TypeAdapter[Course] = TypeAdapter(Course)
_household: TypeAdapter[Household] = TypeAdapter(Household)
_verdict: TypeAdapter[Verdict] = TypeAdapter(Verdict)


class Applications(Entities[Application]):
    """Applications with their members; names, numbers, means and verdict are sealed."""

    table, noun, missing = applications, "application", ApplicationUnknown

    def further_rows(self, aggregate: Application) -> Sequence[tuple[Table, Sequence[Mapping[str, Any]]]]:
        """The members, in an order that keeps two households from waiting in a circle."""
        rows = [self._member_row(aggregate, n) for n in range(len(aggregate.members))]
        return [(members, sorted(rows, key=lambda row: row["person_key"]))]

    async def save(self, aggregate: Application) -> None:
        """Write the application back; members leave the live register with it."""
        await super().save(aggregate)
        await self.tx.connection.execute(
            update(members).where(members.c.application_id == aggregate.id).values(live=aggregate.is_live)
        )

    async def open_case_of(self, identity: IdentityNumber, programme: Aid, *, area: Area) -> Application | None:
        """The live case in which a person stands for a programme, as its applicant, if the area holds it."""
        found = select(members.c.application_id).where(
            members.c.person_key == self.person_key(identity), members.c.live, members.c.relation == Relation.SELF.value
        )
        row = (
            await self.tx.connection.execute(
                select(applications)
                .where(applications.c.id.in_(found), applications.c.programme == programme.value)
                .where(within(area, applications.c.division))
            )
        ).one_or_none()
        return await self.complete(self.load(row)) if row else None

    async def next_business_no(self) -> str:
        """A new business number (受理编号): unique, rising, with gaps where a transaction was rolled back."""
        return f"JZ{self.tx.today:%Y%m%d}{await self.tx.next_serial():08d}"

    def load(self, row: Row[Any]) -> Application:
        """Row → aggregate, without members."""
        course = self._opened(_course, "course", row)
        return Application(
            id=row.id,
            division=row.division,
            version=row.version,
            business_no=row.business_no,
            programme=Aid(row.programme),
            needs=tuple(Need(need) for need in row.needs),
            mode=DecisionMode(row.mode) if row.mode else None,
            residence=Residence(row.residence),
            channel=Channel(row.channel),
            status=Status(row.status),
            members=(),
            submitted_at=row.submitted_at,
            accepted_on=row.accepted_on,
            decided_on=row.decided_on,
            verified_by=row.verified_by,
            clocks=_clocks.validate_python(row.clocks) if row.clocks else None,
            means=self._opened(_means, "means", row),
            household=self._opened(_household, "household", row),
            verdict=self._opened(_verdict, "verdict", row),
            course=course or Course(),
            reason_code=row.reason_code,
        )

    def _opened(self, adapter: TypeAdapter[T], column: str, row: Row[Any]) -> T | None:
        sealed = getattr(row, column)
        if sealed is None:
            return None
        return adapter.validate_json(self.tx.around.confidential.open(f"application.{column}", row.id, sealed))

    def _sealed(self, adapter: TypeAdapter[T], column: str, aggregate: Application, value: T | None) -> str | None:
        if value is None:
            return None
        plain = adapter.dump_json(value, exclude_defaults=True).decode()
        return self.tx.around.confidential.seal(f"application.{column}", aggregate.id, plain)

    def dump(self, aggregate: Application) -> Mapping[str, Any]:
        """Aggregate → row; what was found out about the household, and the whole way of the case, is sealed."""
        clocks, course = aggregate.clocks, aggregate.course
        running = aggregate.open_clocks()
        return {
            "business_no": aggregate.business_no,
            "programme": aggregate.programme.value,
            "needs": [need.value for need in aggregate.needs],
            "residence": aggregate.residence.value,
            "channel": aggregate.channel.value,
            "status": aggregate.status.value,
            "mode": aggregate.mode.value if aggregate.mode else None,
            "desk": aggregate.desk.value,
            "next_due_on": running[0].due.on if running else None,
            "relative": course.relative is not None,
            "posted_from": course.postings[-1].posted_on if aggregate.has_notice and course.postings else None,
            "posted_until": course.postings[-1].ends_on if aggregate.has_notice and course.postings else None,
            "submitted_at": aggregate.submitted_at,
            "accepted_on": aggregate.accepted_on,
            "decided_on": aggregate.decided_on,
            "due_on": clocks.decision.due.on if clocks else None,
            "verified_by": aggregate.verified_by,
            "clocks": _clocks.dump_python(clocks, mode="json") if clocks else None,
            "means": self._sealed(_means, "means", aggregate, aggregate.means),
            "household": self._sealed(_household, "household", aggregate, aggregate.household),
            "course": self._sealed(_course, "course", aggregate, course if course != Course() else None),
            "verdict": self._sealed(_verdict, "verdict", aggregate, aggregate.verdict),
            "reason_code": aggregate.reason_code,
        }

    def state(self, aggregate: Application) -> EntityState:
        """Aggregate → published state."""
        return application_state(aggregate)

    def person_key(self, identity: IdentityNumber) -> bytes:
        """The blind index of a person, for equality search."""
        return self.tx.around.confidential.blind(PERSON_KEY, identity.plain)

    def _member_row(self, application: Application, ordinal: int) -> dict[str, Any]:
        member, seal = application.members[ordinal], self.tx.around.confidential.seal
        return {
            "application_id": application.id,
            "ordinal": ordinal,
            "name": seal("application_member.name", application.id, member.name.plain),
            "identity": seal("application_member.identity", application.id, member.identity.plain),
            "person_key": self.person_key(member.identity),
            "relation": member.relation.value,
            "live": application.is_live,
            "register": register_of(application.programme),
        }

    async def complete(self, aggregate: Application) -> Application:
        """Load the members."""
        rows = await self.tx.connection.execute(
            select(members).where(members.c.application_id == aggregate.id).order_by(members.c.ordinal)
        )
        aggregate.members = self.load_members(rows.all())
        return aggregate

    def load_members(self, rows: Sequence[Row[Any]]) -> tuple[Member, ...]:
        """Open the sealed members of one application."""
        open_ = self.tx.around.confidential.open
        return tuple(
            Member(
                name=PersonName(open_("application_member.name", row.application_id, row.name)),
                identity=IdentityNumber(open_("application_member.identity", row.application_id, row.identity)),
                relation=Relation(row.relation),
            )
            for row in rows
        )
