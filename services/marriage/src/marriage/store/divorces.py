"""Divorces: the spouses and every version of the agreement are sealed; one open application a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    Row,
    SmallInteger,
    String,
    Table,
    Uuid,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from marriage.domain.divorce import (
    OPEN,
    Agreement,
    Divorce,
    DivorceFacts,
    DivorceStatus,
    DivorceUnknown,
    Spouse,
)
from marriage.domain.divorce_dates import DivorceDates
from marriage.domain.party import Document, DocumentKind, Domicile
from marriage.events import divorce_state
from marriage.store.core import METADATA, PERSON_KEY
from shared.contracts.envelope import EntityState
from shared.kernel.names import PersonName
from shared.storage.entities import Entities, entity_columns

divorces = Table(
    "divorce",
    METADATA,
    *entity_columns(),
    Column("application_no", String, nullable=False),
    Column("office_id", Uuid, ForeignKey("office.id"), nullable=False),
    Column("status", String, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("cooling_end", Date, nullable=False),
    Column("window_start", Date, nullable=False),
    Column("window_end", Date, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("calendar_version", String, nullable=False),
    Column("marriage_certificate_no", String),
    Column("registration_id", Uuid, ForeignKey("registration.id")),
    Column("certificate_no", String),
    Column("crosses_provinces", Boolean, nullable=False),
    Column("registrar", String, nullable=False),
    Column("agreements", Integer, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("spouses", String, nullable=False),
)
divorce_parties = Table(
    "divorce_party",
    METADATA,
    Column("divorce_id", Uuid, ForeignKey("divorce.id"), primary_key=True),
    Column("ordinal", SmallInteger, primary_key=True),
    Column("person_key", LargeBinary, nullable=False),
    Column("is_open", Boolean, nullable=False),
)
agreements = Table(
    "divorce_agreement",
    METADATA,
    Column("divorce_id", Uuid, ForeignKey("divorce.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("signed_on", Date, nullable=False),
    Column("content", String, nullable=False),
)
SPOUSES, CONTENT = "divorce.spouses", "divorce_agreement.content"


@dataclass(frozen=True)
class WrittenSpouse:
    """A spouse as sealed."""

    name: str
    document_kind: DocumentKind
    document_number: str
    domicile: Domicile


_facts: TypeAdapter[DivorceFacts] = TypeAdapter(DivorceFacts)
_spouses: TypeAdapter[tuple[WrittenSpouse, ...]] = TypeAdapter(tuple[WrittenSpouse, ...])
_agreement: TypeAdapter[Agreement] = TypeAdapter(Agreement)


class Divorces(Entities[Divorce]):
    """Applications for divorce with their spouses and agreements."""

    table, noun, missing = divorces, "divorce", DivorceUnknown

    async def add(self, aggregate: Divorce) -> None:
        """Insert the application, then its parties in the order of their keys: two couples never wait in a ring."""
        await super().add(aggregate)
        rows = [
            {"divorce_id": aggregate.id, "ordinal": n, "person_key": self._key(spouse.document), "is_open": True}
            for n, spouse in enumerate(aggregate.spouses)
        ]
        await self.tx.connection.execute(insert(divorce_parties), sorted(rows, key=lambda row: row["person_key"]))  # type: ignore[arg-type,return-value]

    async def save(self, aggregate: Divorce) -> None:
        """Write it back; both are free for another application once it is no longer open."""
        await super().save(aggregate)
        if not aggregate.is_open:
            await self.tx.connection.execute(
                update(divorce_parties).where(divorce_parties.c.divorce_id == aggregate.id).values(is_open=False)
            )

    async def file_agreement(self, divorce: Divorce, agreement: Agreement, signed_on: date) -> None:
        """Keep a signed version of the agreement; it never leaves the service."""
        seal = self.tx.around.confidential.seal
        content = seal(CONTENT, divorce.id, _agreement.dump_json(agreement).decode())
        await self.tx.connection.execute(
            insert(agreements).values(
                divorce_id=divorce.id, number=divorce.agreements, signed_on=signed_on, content=content
            )
        )

    async def agreement_versions(self, divorce_id: UUID) -> list[tuple[int, date, Agreement]]:
        """Every version with its number and day, oldest first."""
        rows = await self.tx.connection.execute(
            select(agreements).where(agreements.c.divorce_id == divorce_id).order_by(agreements.c.number)
        )
        open_ = self.tx.around.confidential.open
        return [
            (row.number, row.signed_on, _agreement.validate_json(open_(CONTENT, divorce_id, row.content)))
            for row in rows
        ]

    async def open_of_registration(self, registration_id: UUID) -> list[Divorce]:
        """The open applications about a marriage, locked."""
        rows = await self.tx.connection.execute(
            select(divorces)
            .where(divorces.c.registration_id == registration_id, divorces.c.status.in_([s.value for s in OPEN]))
            .with_for_update()
        )
        return [self.load(row) for row in rows]

    async def due(self, today: date, calendar_version: str, limit: int) -> list[Divorce]:
        """Open applications whose next day has come, or whose days were counted with another calendar; locked."""
        rows = await self.tx.connection.execute(
            select(divorces)
            .where(
                or_(
                    (divorces.c.status == DivorceStatus.COOLING_OFF.value) & (divorces.c.cooling_end < today),
                    (divorces.c.status == DivorceStatus.COLLECTIBLE.value) & (divorces.c.window_end < today),
                    divorces.c.status.in_([s.value for s in OPEN]) & (divorces.c.calendar_version != calendar_version),
                )
            )
            .order_by(divorces.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [self.load(row) for row in rows]

    async def of_certificate(self, certificate_no: str) -> Divorce | None:
        """The divorce behind the number of a divorce certificate."""
        row = (
            await self.tx.connection.execute(select(divorces).where(divorces.c.certificate_no == certificate_no))
        ).one_or_none()
        return self.load(row) if row else None

    async def of_person(self, document: Document, statuses: Sequence[DivorceStatus]) -> list[Divorce]:
        """The applications in which a person is a party."""
        mine = select(divorce_parties.c.divorce_id).where(divorce_parties.c.person_key == self._key(document))
        rows = await self.tx.connection.execute(
            select(divorces)
            .where(divorces.c.id.in_(mine), divorces.c.status.in_([status.value for status in statuses]))
            .order_by(divorces.c.id)
        )
        return [self.load(row) for row in rows]

    def _key(self, document: Document) -> bytes:
        return self.tx.around.confidential.blind(PERSON_KEY, document.key)

    def load(self, row: Row[Any]) -> Divorce:
        """Row → aggregate."""
        written = _spouses.validate_json(self.tx.around.confidential.open(SPOUSES, row.id, row.spouses))
        return Divorce(
            id=row.id,
            division=row.division,
            version=row.version,
            application_no=row.application_no,
            office_id=row.office_id,
            status=DivorceStatus(row.status),
            dates=DivorceDates(
                row.received_on, row.cooling_end, row.window_start, row.window_end, row.provisional,
                row.calendar_version,
            ),
            marriage_certificate_no=row.marriage_certificate_no,
            registration_id=row.registration_id,
            crosses_provinces=row.crosses_provinces,
            registrar=row.registrar,
            agreements=row.agreements,
            facts=_facts.validate_python(row.facts),
            spouses=tuple(
                Spouse(PersonName(one.name), Document(one.document_kind, one.document_number), one.domicile)
                for one in written
            ),
        )  # fmt: skip

    def dump(self, aggregate: Divorce) -> Mapping[str, Any]:
        """Aggregate → row."""
        written = tuple(
            WrittenSpouse(one.name.plain, one.document.kind, one.document.number, one.domicile)
            for one in aggregate.spouses
        )
        seal = self.tx.around.confidential.seal
        return {
            "application_no": aggregate.application_no,
            "office_id": aggregate.office_id,
            "status": aggregate.status.value,
            **vars(aggregate.dates),
            "marriage_certificate_no": aggregate.marriage_certificate_no,
            "registration_id": aggregate.registration_id,
            "certificate_no": aggregate.facts.certificate_no,
            "crosses_provinces": aggregate.crosses_provinces,
            "registrar": aggregate.registrar,
            "agreements": aggregate.agreements,
            "facts": _facts.dump_python(aggregate.facts, mode="json"),
            "spouses": seal(SPOUSES, aggregate.id, _spouses.dump_json(written).decode()),
        }

    def state(self, aggregate: Divorce) -> EntityState:
        """Aggregate → published state."""
        return divorce_state(aggregate)
