"""Tables, explicit mapping between rows and aggregates, and the transaction of this service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    Uuid,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from assistance.domain.application import (
    Application,
    ApplicationUnknown,
    Channel,
    Member,
    PersonInLiveCase,
    Relation,
    Status,
)
from assistance.domain.deadlines import Clocks
from assistance.domain.means_test import Means, Verdict
from assistance.domain.standard import Programme, Residence, Standard, StandardStatus, StandardUnknown
from assistance.events import application_state, standard_state
from shared.contracts.envelope import EntityState
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.kernel.parameters import Confidence
from shared.storage.entities import Entities, entity_columns
from shared.storage.transaction import Transaction

METADATA = MetaData()

standards = Table(
    "standard",
    METADATA,
    *entity_columns(),
    Column("programme", String, nullable=False),
    Column("residence", String),
    Column("amount_fen", BigInteger, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("status", String, nullable=False),
    Column("document", String, nullable=False),
    Column("confidence", String, nullable=False),
    Column("proposed_by", String, nullable=False),
    Column("confirmed_by", String),
    Column("alerts", ARRAY(String), nullable=False),
)
applications = Table(
    "application",
    METADATA,
    *entity_columns(),
    Column("business_no", String, nullable=False),
    Column("residence", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("status", String, nullable=False),
    Column("submitted_at", DateTime(timezone=True), nullable=False),
    Column("accepted_on", Date),
    Column("decided_on", Date),
    Column("due_on", Date),
    Column("verified_by", String),
    Column("clocks", JSONB(none_as_null=True)),
    Column("means", String),
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
)

CONSTRAINTS = {"one_live_case_a_person": PersonInLiveCase}
PERSON_KEY = "application_member.identity"

_clocks: TypeAdapter[Clocks] = TypeAdapter(Clocks)
_means: TypeAdapter[Means] = TypeAdapter(Means)
_verdict: TypeAdapter[Verdict] = TypeAdapter(Verdict)


class Standards(Entities[Standard]):
    """The register of standards."""

    table, noun, missing = standards, "standard", StandardUnknown

    def load(self, row: Row[Any]) -> Standard:
        """Row → aggregate."""
        return Standard(
            id=row.id,
            division=row.division,
            version=row.version,
            programme=Programme(row.programme),
            residence=Residence(row.residence) if row.residence else None,
            amount_fen=row.amount_fen,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            status=StandardStatus(row.status),
            document=row.document,
            confidence=Confidence(row.confidence),
            proposed_by=row.proposed_by,
            confirmed_by=row.confirmed_by,
            alerts=tuple(row.alerts),
        )

    def dump(self, aggregate: Standard) -> Mapping[str, Any]:
        """Aggregate → row."""
        return {
            "programme": aggregate.programme.value,
            "residence": aggregate.residence.value if aggregate.residence else None,
            "amount_fen": aggregate.amount_fen,
            "valid_from": aggregate.valid_from,
            "valid_to": aggregate.valid_to,
            "status": aggregate.status.value,
            "document": aggregate.document,
            "confidence": aggregate.confidence.value,
            "proposed_by": aggregate.proposed_by,
            "confirmed_by": aggregate.confirmed_by,
            "alerts": list(aggregate.alerts),
        }

    def state(self, aggregate: Standard) -> EntityState:
        """Aggregate → published state."""
        return standard_state(aggregate)

    async def lock_series(self, programme: Programme, residence: Residence | None) -> None:
        """Let one transaction at a time change a series, also while it is empty."""
        await self.tx.connection.execute(
            select(func.pg_advisory_xact_lock(7101, func.hashtext(f"{programme}|{residence}")))
        )

    async def latest(self, programme: Programme, residence: Residence | None) -> Standard | None:
        """The newest published standard of a series, locked for a change."""
        row = (
            await self.tx.connection.execute(
                select(standards)
                .where(self._series(programme, residence), standards.c.status == StandardStatus.PUBLISHED.value)
                .order_by(standards.c.valid_from.desc())
                .limit(1)
                .with_for_update()
            )
        ).one_or_none()
        return self.load(row) if row else None

    async def in_force(self, programme: Programme, residence: Residence | None, on: date) -> Standard | None:
        """The published standard of a series that covers a day."""
        row = (
            await self.tx.connection.execute(
                select(standards).where(
                    self._series(programme, residence),
                    standards.c.status == StandardStatus.PUBLISHED.value,
                    standards.c.valid_from <= on,
                    or_(standards.c.valid_to.is_(None), standards.c.valid_to > on),
                )
            )
        ).one_or_none()
        return self.load(row) if row else None

    @staticmethod
    def _series(programme: Programme, residence: Residence | None) -> Any:
        kind = standards.c.residence == residence.value if residence else standards.c.residence.is_(None)
        return (standards.c.programme == programme.value) & kind


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

    async def next_business_no(self) -> str:
        """A new business number (受理编号): unique, rising, with gaps where a transaction was rolled back."""
        return f"JZ{self.tx.today:%Y%m%d}{await self.tx.next_serial():08d}"

    def load(self, row: Row[Any]) -> Application:
        """Row → aggregate, without members."""
        open_ = self.tx.around.confidential.open
        return Application(
            id=row.id,
            division=row.division,
            version=row.version,
            business_no=row.business_no,
            residence=Residence(row.residence),
            channel=Channel(row.channel),
            status=Status(row.status),
            members=(),
            submitted_at=row.submitted_at,
            accepted_on=row.accepted_on,
            decided_on=row.decided_on,
            verified_by=row.verified_by,
            clocks=_clocks.validate_python(row.clocks) if row.clocks else None,
            means=_means.validate_json(open_("application.means", row.id, row.means)) if row.means else None,
            verdict=_verdict.validate_json(open_("application.verdict", row.id, row.verdict)) if row.verdict else None,
            reason_code=row.reason_code,
        )

    def dump(self, aggregate: Application) -> Mapping[str, Any]:
        """Aggregate → row; what was found out about the household's means is sealed."""
        seal = self.tx.around.confidential.seal
        means, verdict, clocks = aggregate.means, aggregate.verdict, aggregate.clocks
        return {
            "business_no": aggregate.business_no,
            "residence": aggregate.residence.value,
            "channel": aggregate.channel.value,
            "status": aggregate.status.value,
            "submitted_at": aggregate.submitted_at,
            "accepted_on": aggregate.accepted_on,
            "decided_on": aggregate.decided_on,
            "due_on": clocks.decision.due.on if clocks else None,
            "verified_by": aggregate.verified_by,
            "clocks": _clocks.dump_python(clocks, mode="json") if clocks else None,
            "means": seal("application.means", aggregate.id, _means.dump_json(means).decode()) if means else None,
            "verdict": seal("application.verdict", aggregate.id, _verdict.dump_json(verdict).decode())
            if verdict
            else None,
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


class Tx(Transaction):
    """A transaction of ``assistance``."""

    @cached_property
    def standards(self) -> Standards:
        """The register of standards."""
        return Standards(self)

    @cached_property
    def applications(self) -> Applications:
        """Applications for the subsistence allowance."""
        return Applications(self)
