"""Papers given again, corrections, fraud and credit; what they hold of people is sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Column, Date, ForeignKey, LargeBinary, Row, String, Table, Uuid, select
from sqlalchemy.dialects.postgresql import JSONB

from marriage.domain.correction import Correction, CorrectionStatus, CorrectionUnknown, Entry
from marriage.domain.credit import Dishonesty, DishonestyGround, DishonestyStatus, DishonestyUnknown
from marriage.domain.fraud import FraudCase, FraudFacts, FraudStatus, FraudUnknown
from marriage.domain.issuance import (
    ArchiveCheck,
    Holder,
    Issuance,
    IssuanceKind,
    IssuanceStatus,
    IssuanceUnknown,
    LossKind,
)
from marriage.domain.party import Document, DocumentKind, Party, Side
from marriage.events import correction_state, dishonesty_state, fraud_state, issuance_state
from marriage.store.core import METADATA, PERSON_KEY
from shared.contracts.envelope import EntityState
from shared.kernel.names import PersonName
from shared.storage.entities import Entities, entity_columns

issuances = Table(
    "issuance",
    METADATA,
    *entity_columns(),
    Column("office_id", Uuid, ForeignKey("office.id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("status", String, nullable=False),
    Column("original_certificate_no", String),
    Column("subject_id", Uuid),
    Column("certificate_no", String),
    Column("requested_on", Date, nullable=False),
    Column("registrar", String, nullable=False),
    Column("loss", String),
    Column("archive", JSONB(none_as_null=True)),
    Column("ended_on", Date),
    Column("holders", String, nullable=False),
)
corrections = Table(
    "correction",
    METADATA,
    *entity_columns(),
    Column("registration_id", Uuid, ForeignKey("registration.id"), nullable=False),
    Column("side", String, nullable=False),
    Column("entry", String, nullable=False),
    Column("status", String, nullable=False),
    Column("requested_by", String, nullable=False),
    Column("requested_on", Date, nullable=False),
    Column("document", String),
    Column("ended_on", Date),
    Column("written", String, nullable=False),
)
fraud_cases = Table(
    "fraud_case",
    METADATA,
    *entity_columns(),
    Column("registration_id", Uuid, ForeignKey("registration.id"), nullable=False),
    Column("status", String, nullable=False),
    Column("registrar", String, nullable=False),
    Column("facts", JSONB, nullable=False),
)
dishonesties = Table(
    "dishonesty",
    METADATA,
    *entity_columns(),
    Column("status", String, nullable=False),
    Column("ground", String, nullable=False),
    Column("evidence", String, nullable=False),
    Column("notified_on", Date, nullable=False),
    Column("objection_until", Date, nullable=False),
    Column("listed_on", Date),
    Column("until", Date),
    Column("delisted_on", Date),
    Column("reason", String),
    Column("person_key", LargeBinary, nullable=False),
    Column("person", String, nullable=False),
)
HOLDERS, WRITTEN, PERSON = "issuance.holders", "correction.written", "dishonesty.person"


@dataclass(frozen=True)
class WrittenPerson:
    """Somebody with a paper, as sealed."""

    name: str
    document_kind: DocumentKind
    document_number: str

    @classmethod
    def of(cls, name: PersonName, document: Document) -> WrittenPerson:
        """As sealed."""
        return cls(name.plain, document.kind, document.number)

    @property
    def document(self) -> Document:
        """The paper."""
        return Document(self.document_kind, self.document_number)


@dataclass(frozen=True)
class WrittenValues:
    """The right value and, once corrected, the old one."""

    right: str
    old: str | None


_people: TypeAdapter[tuple[WrittenPerson, ...]] = TypeAdapter(tuple[WrittenPerson, ...])
_person: TypeAdapter[WrittenPerson] = TypeAdapter(WrittenPerson)
_values: TypeAdapter[WrittenValues] = TypeAdapter(WrittenValues)
_archive: TypeAdapter[ArchiveCheck] = TypeAdapter(ArchiveCheck)
_fraud: TypeAdapter[FraudFacts] = TypeAdapter(FraudFacts)


class Issuances(Entities[Issuance]):
    """Certificates given again and record certificates."""

    table, noun, missing = issuances, "issuance", IssuanceUnknown

    async def of_certificate(self, certificate_no: str) -> Issuance | None:
        """The re-issue behind a number."""
        row = (
            await self.tx.connection.execute(select(issuances).where(issuances.c.certificate_no == certificate_no))
        ).one_or_none()
        return self.load(row) if row else None

    async def replaced_on(self, certificate_no: str) -> date | None:
        """The day on which another paper took the place of a certificate, if one did."""
        found = await self.tx.connection.execute(
            select(issuances.c.ended_on)
            .where(
                issuances.c.original_certificate_no == certificate_no,
                issuances.c.status == IssuanceStatus.ISSUED.value,
                issuances.c.kind != IssuanceKind.RECORD.value,
            )
            .order_by(issuances.c.ended_on)
            .limit(1)
        )
        day: date | None = found.scalar_one_or_none()
        return day

    def load(self, row: Row[Any]) -> Issuance:
        """Row → aggregate."""
        written = _people.validate_json(self.tx.around.confidential.open(HOLDERS, row.id, row.holders))
        return Issuance(
            id=row.id, division=row.division, version=row.version, office_id=row.office_id,
            kind=IssuanceKind(row.kind), status=IssuanceStatus(row.status),
            loss=LossKind(row.loss) if row.loss else None, original_certificate_no=row.original_certificate_no,
            subject_id=row.subject_id, requested_on=row.requested_on, registrar=row.registrar,
            holders=tuple(Holder(PersonName(one.name), one.document) for one in written),
            archive=_archive.validate_python(row.archive) if row.archive else None,
            certificate_no=row.certificate_no, ended_on=row.ended_on,
        )  # fmt: skip

    def dump(self, aggregate: Issuance) -> Mapping[str, Any]:
        """Aggregate → row."""
        written = tuple(WrittenPerson.of(one.name, one.document) for one in aggregate.holders)
        return {
            "office_id": aggregate.office_id,
            "kind": aggregate.kind.value,
            "status": aggregate.status.value,
            "original_certificate_no": aggregate.original_certificate_no,
            "subject_id": aggregate.subject_id,
            "certificate_no": aggregate.certificate_no,
            "requested_on": aggregate.requested_on,
            "registrar": aggregate.registrar,
            "loss": aggregate.loss.value if aggregate.loss else None,
            "archive": _archive.dump_python(aggregate.archive, mode="json") if aggregate.archive else None,
            "ended_on": aggregate.ended_on,
            "holders": self.tx.around.confidential.seal(HOLDERS, aggregate.id, _people.dump_json(written).decode()),
        }

    def state(self, aggregate: Issuance) -> EntityState:
        """Aggregate → published state."""
        return issuance_state(aggregate)


class Corrections(Entities[Correction]):
    """Corrections of registered entries."""

    table, noun, missing = corrections, "correction", CorrectionUnknown

    def load(self, row: Row[Any]) -> Correction:
        """Row → aggregate."""
        values = _values.validate_json(self.tx.around.confidential.open(WRITTEN, row.id, row.written))
        return Correction(
            id=row.id, division=row.division, version=row.version, registration_id=row.registration_id,
            side=Side(row.side), entry=Entry(row.entry), status=CorrectionStatus(row.status),
            requested_by=row.requested_by, requested_on=row.requested_on, right=values.right, old=values.old,
            document=row.document, ended_on=row.ended_on,
        )  # fmt: skip

    def dump(self, aggregate: Correction) -> Mapping[str, Any]:
        """Aggregate → row."""
        values = _values.dump_json(WrittenValues(aggregate.right, aggregate.old)).decode()
        return {
            "registration_id": aggregate.registration_id,
            "side": aggregate.side.value,
            "entry": aggregate.entry.value,
            "status": aggregate.status.value,
            "requested_by": aggregate.requested_by,
            "requested_on": aggregate.requested_on,
            "document": aggregate.document,
            "ended_on": aggregate.ended_on,
            "written": self.tx.around.confidential.seal(WRITTEN, aggregate.id, values),
        }

    def state(self, aggregate: Correction) -> EntityState:
        """Aggregate → published state."""
        return correction_state(aggregate)


class FraudCases(Entities[FraudCase]):
    """Reports of fraud and what became of them."""

    table, noun, missing = fraud_cases, "fraud", FraudUnknown

    def load(self, row: Row[Any]) -> FraudCase:
        """Row → aggregate."""
        return FraudCase(
            id=row.id, division=row.division, version=row.version, registration_id=row.registration_id,
            status=FraudStatus(row.status), registrar=row.registrar, facts=_fraud.validate_python(row.facts),
        )  # fmt: skip

    def dump(self, aggregate: FraudCase) -> Mapping[str, Any]:
        """Aggregate → row."""
        return {
            "registration_id": aggregate.registration_id,
            "status": aggregate.status.value,
            "registrar": aggregate.registrar,
            "facts": _fraud.dump_python(aggregate.facts, mode="json"),
        }

    def state(self, aggregate: FraudCase) -> EntityState:
        """Aggregate → published state."""
        return fraud_state(aggregate)


class Dishonesties(Entities[Dishonesty]):
    """The list of the gravely dishonest."""

    table, noun, missing = dishonesties, "dishonesty", DishonestyUnknown

    async def listed_sides(self, couple: Sequence[tuple[Side, Party]]) -> frozenset[Side]:
        """Who of a couple is on the list."""
        blind = self.tx.around.confidential.blind
        keys = {blind(PERSON_KEY, party.document.key): side for side, party in couple}
        found = await self.tx.connection.execute(
            select(dishonesties.c.person_key).where(
                dishonesties.c.person_key.in_(keys), dishonesties.c.status == DishonestyStatus.LISTED.value
            )
        )
        return frozenset(keys[row.person_key] for row in found)

    async def over_on(self, today: date, limit: int) -> list[UUID]:
        """Listings whose time is over."""
        rows = await self.tx.connection.execute(
            select(dishonesties.c.id)
            .where(dishonesties.c.status == DishonestyStatus.LISTED.value, dishonesties.c.until <= today)
            .limit(limit)
        )
        return list(rows.scalars())

    def load(self, row: Row[Any]) -> Dishonesty:
        """Row → aggregate."""
        written = _person.validate_json(self.tx.around.confidential.open(PERSON, row.id, row.person))
        return Dishonesty(
            id=row.id, division=row.division, version=row.version, name=PersonName(written.name),
            document=written.document, ground=DishonestyGround(row.ground), evidence=row.evidence,
            status=DishonestyStatus(row.status), notified_on=row.notified_on, objection_until=row.objection_until,
            listed_on=row.listed_on, until=row.until, delisted_on=row.delisted_on, reason=row.reason,
        )  # fmt: skip

    def dump(self, aggregate: Dishonesty) -> Mapping[str, Any]:
        """Aggregate → row."""
        confidential = self.tx.around.confidential
        written = WrittenPerson.of(aggregate.name, aggregate.document)
        return {
            "status": aggregate.status.value,
            "ground": aggregate.ground.value,
            "evidence": aggregate.evidence,
            "notified_on": aggregate.notified_on,
            "objection_until": aggregate.objection_until,
            "listed_on": aggregate.listed_on,
            "until": aggregate.until,
            "delisted_on": aggregate.delisted_on,
            "reason": aggregate.reason,
            "person_key": confidential.blind(PERSON_KEY, aggregate.document.key),
            "person": confidential.seal(PERSON, aggregate.id, _person.dump_json(written).decode()),
        }

    def state(self, aggregate: Dishonesty) -> EntityState:
        """Aggregate → published state."""
        return dishonesty_state(aggregate)
