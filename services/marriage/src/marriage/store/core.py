"""Offices and registrations: tables, and explicit mapping between rows and aggregates."""

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
    MetaData,
    Row,
    SmallInteger,
    String,
    Table,
    Uuid,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from marriage.domain.certificate import CertificateKind, CertificateNumber
from marriage.domain.eligibility import Clause, Occasion
from marriage.domain.office import (
    Clientele,
    Grading,
    Office,
    OfficeLevel,
    OfficeStatus,
    OfficeUnknown,
    Statement,
)
from marriage.domain.party import CourtPaper, Document, DocumentKind, Domicile, Party, PriorStatus, Side
from marriage.domain.registration import Annulment, Ending, Registration, RegistrationStatus, RegistrationUnknown
from marriage.events import office_state, registration_state
from shared.contracts.envelope import EntityState
from shared.kernel.divisions import Area
from shared.kernel.identity_number import Sex
from shared.kernel.names import PersonName
from shared.kernel.principal import CITY
from shared.storage.entities import Entities, entity_columns, within

METADATA = MetaData()

offices = Table(
    "office",
    METADATA,
    *entity_columns(),
    Column("name", String, nullable=False),
    Column("level", String, nullable=False),
    Column("clientele", ARRAY(String), nullable=False),
    Column("status", String, nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("closed_on", Date),
    Column("statements", JSONB, nullable=False),
    Column("gradings", JSONB, nullable=False),
    Column("counselling_days", ARRAY(Date), nullable=False),
)
registrations = Table(
    "registration",
    METADATA,
    *entity_columns(),
    Column("office_id", Uuid, ForeignKey("office.id"), nullable=False),
    Column("certificate_no", String, nullable=False),
    Column("occasion", String, nullable=False),
    Column("status", String, nullable=False),
    Column("registered_on", Date, nullable=False),
    Column("effective_from", Date),
    Column("crosses_provinces", Boolean, nullable=False),
    Column("registrar", String, nullable=False),
    Column("clauses", JSONB, nullable=False),
    Column("uncertain", ARRAY(String), nullable=False),
    Column("annulment", JSONB(none_as_null=True)),
    Column("crosses_districts", Boolean, nullable=False),
    Column("ending", JSONB(none_as_null=True)),
    Column("ceremony_on", Date),
    Column("corrected_on", Date),
)
parties = Table(
    "marriage_party",
    METADATA,
    Column("registration_id", Uuid, ForeignKey("registration.id"), primary_key=True),
    Column("ordinal", SmallInteger, primary_key=True),
    Column("name", String, nullable=False),
    Column("particulars", String, nullable=False),
    Column("person_key", LargeBinary, nullable=False),
    Column("begun_on", Date, nullable=False),
    Column("ended_on", Date),
)
counters = Table(
    "certificate_counter",
    METADATA,
    Column("kind", String, primary_key=True),
    Column("region", String(6), primary_key=True),
    Column("year", SmallInteger, primary_key=True),
    Column("last_serial", Integer, nullable=False),
)

PERSON_KEY = "marriage_party.person"
NAME, PARTICULARS = "marriage_party.name", "marriage_party.particulars"


@dataclass(frozen=True)
class Particulars:
    """What is known of a party beyond the name; sealed as one value."""

    document_kind: DocumentKind
    document_number: str
    sex: Sex
    birth_date: date
    domicile: Domicile
    prior_status: PriorStatus
    court_paper: CourtPaper | None


_statements: TypeAdapter[tuple[Statement, ...]] = TypeAdapter(tuple[Statement, ...])
_gradings: TypeAdapter[tuple[Grading, ...]] = TypeAdapter(tuple[Grading, ...])
_ending: TypeAdapter[Ending] = TypeAdapter(Ending)
_clauses: TypeAdapter[tuple[Clause, ...]] = TypeAdapter(tuple[Clause, ...])
_annulment: TypeAdapter[Annulment] = TypeAdapter(Annulment)
_particulars: TypeAdapter[Particulars] = TypeAdapter(Particulars)


class Offices(Entities[Office]):
    """The register of offices."""

    table, noun, missing = offices, "office", OfficeUnknown

    def load(self, row: Row[Any]) -> Office:
        """Row → aggregate."""
        return Office(
            id=row.id,
            division=row.division,
            version=row.version,
            name=row.name,
            level=OfficeLevel(row.level),
            clientele=frozenset(map(Clientele, row.clientele)),
            status=OfficeStatus(row.status),
            opened_on=row.opened_on,
            closed_on=row.closed_on,
            statements=_statements.validate_python(row.statements),
            gradings=_gradings.validate_python(row.gradings),
            counselling_days=tuple(row.counselling_days),
        )

    def dump(self, aggregate: Office) -> Mapping[str, Any]:
        """Aggregate → row."""
        return {
            "name": aggregate.name,
            "level": aggregate.level.value,
            "clientele": sorted(clientele.value for clientele in aggregate.clientele),
            "status": aggregate.status.value,
            "opened_on": aggregate.opened_on,
            "closed_on": aggregate.closed_on,
            "statements": _statements.dump_python(aggregate.statements, mode="json"),
            "gradings": _gradings.dump_python(aggregate.gradings, mode="json"),
            "counselling_days": list(aggregate.counselling_days),
        }

    def state(self, aggregate: Office) -> EntityState:
        """Aggregate → published state."""
        return office_state(aggregate)

    async def at_work(self, office_id: UUID, *, area: Area) -> Office:
        """An office that shall stay as it is until this transaction ends; registrations do not wait for one another."""
        row = (
            await self.tx.connection.execute(
                select(offices)
                .where(offices.c.id == office_id, within(area, offices.c.division))
                .with_for_update(read=True)
            )
        ).one_or_none()
        if row is None:
            raise self.missing()
        return self.load(row)

    async def exists_in(self, division: str) -> bool:
        """Whether a division has, or had, an office of its own."""
        found = await self.tx.connection.execute(select(offices.c.id).where(offices.c.division == division).limit(1))
        return found.first() is not None

    async def latest_registration(self, office_id: UUID) -> date | None:
        """The last day on which the office registered a couple."""
        latest = await self.tx.connection.execute(
            select(func.max(registrations.c.registered_on)).where(registrations.c.office_id == office_id)
        )
        day: date | None = latest.scalar_one()
        return day


class Registrations(Entities[Registration]):
    """Registrations with their two parties; names and particulars are sealed."""

    table, noun, missing = registrations, "registration", RegistrationUnknown

    async def add(self, aggregate: Registration) -> None:
        """Insert the registration and its parties, in the order of their keys: two couples never wait in a ring."""
        await super().add(aggregate)
        rows = sorted((self._party_row(aggregate, n) for n in range(2)), key=lambda row: row["person_key"])
        await self.tx.connection.execute(insert(parties), rows)

    async def save(self, aggregate: Registration) -> None:
        """Write the registration back; its parties are free again when it is no longer in force."""
        await super().save(aggregate)
        await self.tx.connection.execute(
            update(parties).where(parties.c.registration_id == aggregate.id).values(ended_on=aggregate.ended_on)
        )

    async def rewrite_party(self, aggregate: Registration, ordinal: int) -> None:
        """Write one party anew, as corrected."""
        row = self._party_row(aggregate, ordinal)
        await self.tx.connection.execute(
            update(parties)
            .where(parties.c.registration_id == aggregate.id, parties.c.ordinal == ordinal)
            .values(name=row["name"], particulars=row["particulars"], person_key=row["person_key"])
        )

    async def of_certificate(self, certificate_no: str, *, lock: bool = False) -> Registration | None:
        """The registration behind a number, wherever in the city; ``lock`` for a change."""
        found = select(registrations).where(registrations.c.certificate_no == certificate_no)
        row = (await self.tx.connection.execute(found.with_for_update() if lock else found)).one_or_none()
        return await self.complete(self.load(row)) if row else None

    async def of_id(self, registration_id: UUID) -> Registration:
        """A registration that another entity of ours refers to, wherever in the city, locked."""
        return await self.get(registration_id, area=Area(CITY))

    async def in_force_of(self, document: Document) -> Registration | None:
        """The marriage in force of a person, wherever in the city, locked."""
        mine = select(parties.c.registration_id).where(
            parties.c.person_key == self.person_key(document), parties.c.ended_on.is_(None)
        )
        row = (
            await self.tx.connection.execute(
                select(registrations).where(registrations.c.id.in_(mine)).with_for_update()
            )
        ).one_or_none()
        return await self.complete(self.load(row)) if row else None

    async def next_certificate_no(self, kind: CertificateKind, region: str, year: int) -> CertificateNumber:
        """The next number of a series; its counter stays locked until the transaction ends, so none is lost."""
        counted = await self.tx.connection.execute(
            upsert(counters)
            .values(kind=kind.value, region=region, year=year, last_serial=1)
            .on_conflict_do_update(
                index_elements=[counters.c.kind, counters.c.region, counters.c.year],
                set_={"last_serial": counters.c.last_serial + 1},
            )
            .returning(counters.c.last_serial)
        )
        return CertificateNumber(kind, region, year, counted.scalar_one())

    async def married_sides(self, couple: Sequence[tuple[Side, Party]]) -> frozenset[Side]:
        """Who of a couple has a marriage in force, anywhere in the city and on whichever side."""
        keys = {self.person_key(party.document): side for side, party in couple}
        found = await self.tx.connection.execute(
            select(parties.c.person_key).where(parties.c.person_key.in_(keys), parties.c.ended_on.is_(None))
        )
        return frozenset(keys[row.person_key] for row in found)

    def person_key(self, document: Document) -> bytes:
        """The blind index of a person, for equality search."""
        return self.tx.around.confidential.blind(PERSON_KEY, document.key)

    def load(self, row: Row[Any]) -> Registration:
        """Row → aggregate, without parties."""
        return Registration(
            id=row.id,
            division=row.division,
            version=row.version,
            office_id=row.office_id,
            certificate_no=CertificateNumber.parse(row.certificate_no),
            occasion=Occasion(row.occasion),
            status=RegistrationStatus(row.status),
            registered_on=row.registered_on,
            effective_from=row.effective_from,
            crosses_provinces=row.crosses_provinces,
            registrar=row.registrar,
            parties=(),
            clauses=_clauses.validate_python(row.clauses),
            uncertain=tuple(row.uncertain),
            annulment=_annulment.validate_python(row.annulment) if row.annulment else None,
            crosses_districts=row.crosses_districts,
            ending=_ending.validate_python(row.ending) if row.ending else None,
            ceremony_on=row.ceremony_on,
            corrected_on=row.corrected_on,
        )

    def dump(self, aggregate: Registration) -> Mapping[str, Any]:
        """Aggregate → row."""
        annulment = aggregate.annulment
        return {
            "office_id": aggregate.office_id,
            "certificate_no": str(aggregate.certificate_no),
            "occasion": aggregate.occasion.value,
            "status": aggregate.status.value,
            "registered_on": aggregate.registered_on,
            "effective_from": aggregate.effective_from,
            "crosses_provinces": aggregate.crosses_provinces,
            "registrar": aggregate.registrar,
            "clauses": _clauses.dump_python(aggregate.clauses, mode="json"),
            "uncertain": list(aggregate.uncertain),
            "annulment": _annulment.dump_python(annulment, mode="json") if annulment else None,
            "crosses_districts": aggregate.crosses_districts,
            "ending": _ending.dump_python(aggregate.ending, mode="json") if aggregate.ending else None,
            "ceremony_on": aggregate.ceremony_on,
            "corrected_on": aggregate.corrected_on,
        }

    def state(self, aggregate: Registration) -> EntityState:
        """Aggregate → published state."""
        return registration_state(aggregate)

    async def complete(self, aggregate: Registration) -> Registration:
        """Load the parties."""
        rows = await self.tx.connection.execute(
            select(parties).where(parties.c.registration_id == aggregate.id).order_by(parties.c.ordinal)
        )
        aggregate.parties = tuple(self._load_party(row) for row in rows)
        return aggregate

    def _load_party(self, row: Row[Any]) -> Party:
        open_ = self.tx.around.confidential.open
        known = _particulars.validate_json(open_(PARTICULARS, row.registration_id, row.particulars))
        return Party(
            name=PersonName(open_(NAME, row.registration_id, row.name)),
            document=Document(known.document_kind, known.document_number),
            sex=known.sex,
            birth_date=known.birth_date,
            domicile=known.domicile,
            prior_status=known.prior_status,
            court_paper=known.court_paper,
        )

    def _party_row(self, registration: Registration, ordinal: int) -> dict[str, Any]:
        party, seal = registration.parties[ordinal], self.tx.around.confidential.seal
        particulars = Particulars(
            party.document.kind,
            party.document.number,
            party.sex,
            party.birth_date,
            party.domicile,
            party.prior_status,
            party.court_paper,
        )
        return {
            "registration_id": registration.id,
            "ordinal": ordinal,
            "name": seal(NAME, registration.id, party.name.plain),
            "particulars": seal(PARTICULARS, registration.id, _particulars.dump_json(particulars).decode()),
            "person_key": self.person_key(party.document),
            "begun_on": registration.registered_on,
            "ended_on": registration.ended_on,
        }
