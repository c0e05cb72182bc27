"""Benefits with their recipients and dated entitlements; names, numbers and accounts are sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Column, Date, ForeignKey, Integer, LargeBinary, Row, String, Table, Uuid, select
from sqlalchemy import delete as delete_from
from sqlalchemy.dialects.postgresql import JSONB

from assistance.domain.aid import Aid
from assistance.domain.benefit import (
    Basis,
    Benefit,
    BenefitStatus,
    BenefitUnknown,
    Entitlement,
    Payee,
    PersonHoldsThisBenefit,
    Recipient,
)
from assistance.domain.standard import Residence
from assistance.events import benefit_state
from assistance.store.applications import PERSON_KEY
from assistance.store.tables import METADATA
from shared.contracts.envelope import EntityState
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.kernel.spans import Span
from shared.storage.entities import Entities, entity_columns

benefits = Table(
    "benefit",
    METADATA,
    *entity_columns(),
    Column("aid", String, nullable=False),
    Column("case_id", Uuid),
    Column("residence", String, nullable=False),
    Column("accepted_by", String(12), nullable=False),
    Column("status", String, nullable=False),
    Column("started_on", Date, nullable=False),
    Column("ended_from", Date),
    Column("suspended_from", Date),
    Column("taper_until", Date),
    Column("settle_from", Date),
    Column("reason_code", String),
    Column("payee", String),
    Column("basis", JSONB(none_as_null=True)),
)
recipients = Table(
    "benefit_recipient",
    METADATA,
    Column("benefit_id", Uuid, ForeignKey("benefit.id"), primary_key=True),
    Column("ref", String, primary_key=True),
    Column("aid", String, nullable=False),
    Column("person_key", LargeBinary, nullable=False),
    Column("name", String, nullable=False),
    Column("identity", String, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
)
entitlements = Table(
    "entitlement",
    METADATA,
    Column("benefit_id", Uuid, ForeignKey("benefit.id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("ref", String, nullable=False),
    Column("component", String, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
)
NO_OVERLAP = "one_benefit_of_an_aid_a_person"
BENEFIT_CONSTRAINTS = {NO_OVERLAP: PersonHoldsThisBenefit}

_payee: TypeAdapter[Payee] = TypeAdapter(Payee)
_basis: TypeAdapter[Basis] = TypeAdapter(Basis)


class Benefits(Entities[Benefit]):
    """The register of benefits (待遇台账)."""

    table, noun, missing = benefits, "benefit", BenefitUnknown

    def further_rows(self, aggregate: Benefit) -> Sequence[tuple[Table, Sequence[Mapping[str, Any]]]]:
        """Recipients and entitlements."""
        found = sorted((self._recipient_row(aggregate, each) for each in aggregate.recipients), key=_by_person)
        return [(recipients, found), (entitlements, _entitlement_rows(aggregate))]

    async def save(self, aggregate: Benefit) -> None:
        """Write the benefit back with its present entitlements and the span of each recipient."""
        await super().save(aggregate)
        mine = aggregate.id
        await self.tx.connection.execute(delete_from(entitlements).where(entitlements.c.benefit_id == mine))
        rows = _entitlement_rows(aggregate)
        if rows:
            await self.tx.insert((entitlements, rows))
        await self.tx.connection.execute(
            recipients.update().where(recipients.c.benefit_id == mine).values(valid_to=_last_span_end(aggregate))
        )

    def load(self, row: Row[Any]) -> Benefit:
        """Row → aggregate, without recipients and entitlements."""
        open_ = self.tx.around.confidential.open
        return Benefit(
            id=row.id,
            division=row.division,
            version=row.version,
            aid=Aid(row.aid),
            case_id=row.case_id,
            residence=Residence(row.residence),
            accepted_by=row.accepted_by,
            status=BenefitStatus(row.status),
            started_on=row.started_on,
            ended_from=row.ended_from,
            suspended_from=row.suspended_from,
            taper_until=row.taper_until,
            settle_from=row.settle_from,
            reason_code=row.reason_code,
            recipients=(),
            payee=_payee.validate_json(open_("benefit.payee", row.id, row.payee)) if row.payee else None,
            entitlements=(),
            basis=_basis.validate_json(open_("benefit.basis", row.id, row.basis["sealed"])) if row.basis else None,
        )

    def dump(self, aggregate: Benefit) -> Mapping[str, Any]:
        """Aggregate → row."""
        seal, payee, basis = self.tx.around.confidential.seal, aggregate.payee, aggregate.basis
        return {
            "aid": aggregate.aid.value,
            "case_id": aggregate.case_id,
            "residence": aggregate.residence.value,
            "accepted_by": aggregate.accepted_by,
            "status": aggregate.status.value,
            "started_on": aggregate.started_on,
            "ended_from": aggregate.ended_from,
            "suspended_from": aggregate.suspended_from,
            "taper_until": aggregate.taper_until,
            "settle_from": aggregate.settle_from,
            "reason_code": aggregate.reason_code,
            "payee": seal("benefit.payee", aggregate.id, _payee.dump_json(payee).decode()) if payee else None,
            "basis": {"sealed": seal("benefit.basis", aggregate.id, _basis.dump_json(basis).decode())}
            if basis
            else None,
        }

    def state(self, aggregate: Benefit) -> EntityState:
        """Aggregate → published state."""
        return benefit_state(aggregate)

    async def complete(self, aggregate: Benefit) -> Benefit:
        """Load recipients and entitlements."""
        open_, mine = self.tx.around.confidential.open, aggregate.id
        found = await self.tx.connection.execute(
            select(recipients).where(recipients.c.benefit_id == mine).order_by(recipients.c.ref)
        )
        aggregate.recipients = tuple(
            Recipient(
                row.ref,
                PersonName(open_("benefit_recipient.name", mine, row.name)),
                IdentityNumber(open_("benefit_recipient.identity", mine, row.identity)),
            )
            for row in found
        )
        spans = await self.tx.connection.execute(
            select(entitlements).where(entitlements.c.benefit_id == mine).order_by(entitlements.c.ordinal)
        )
        aggregate.entitlements = tuple(
            Entitlement(row.ref, row.component, row.amount_fen, Span(row.valid_from, row.valid_to)) for row in spans
        )
        return aggregate

    def _recipient_row(self, benefit: Benefit, recipient: Recipient) -> dict[str, Any]:
        around = self.tx.around
        return {
            "benefit_id": benefit.id,
            "ref": recipient.ref,
            "aid": benefit.aid.value,
            "person_key": around.confidential.blind(PERSON_KEY, recipient.identity.plain),
            "name": around.confidential.seal("benefit_recipient.name", benefit.id, recipient.name.plain),
            "identity": around.confidential.seal("benefit_recipient.identity", benefit.id, recipient.identity.plain),
            "valid_from": benefit.started_on,
            "valid_to": _last_span_end(benefit),
        }


def _by_person(row: Mapping[str, Any]) -> bytes:
    key: bytes = row["person_key"]
    return key


def _last_span_end(benefit: Benefit) -> date | None:
    """The first month no longer held; a benefit that ended where it began is held for no month."""
    return benefit.ended_from


def _entitlement_rows(benefit: Benefit) -> list[dict[str, Any]]:
    return [
        {
            "benefit_id": benefit.id,
            "ordinal": ordinal,
            "ref": each.ref,
            "component": each.component,
            "amount_fen": each.amount_fen,
            "valid_from": each.span.begin,
            "valid_to": each.span.end,
        }
        for ordinal, each in enumerate(benefit.entitlements)
    ]
