"""What other bodies answered, kept as digests and a verdict, and used by the registration that names it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import insert, select

from marriage.clients import Heard
from marriage.domain.eligibility import Applicant, CheckOutcome, CheckSource, ExternalCheck
from marriage.domain.party import Document
from marriage.store import Tx, inquiries
from shared.kernel.errors import NotFound
from shared.kernel.ids import new_id


class InquiryUnknown(NotFound):
    """核验记录不存在或者不是该当事人的"""


@dataclass(frozen=True)
class Inquiry:
    """One answer that is on record (核验记录)."""

    id: UUID
    check: ExternalCheck
    reason: str | None


async def record(tx: Tx, document: Document, heard: Heard) -> Inquiry:
    """Keep what was answered; every question about a person leaves an audit entry."""
    inquiry = Inquiry(new_id(tx.at), ExternalCheck(heard.line.source, heard.outcome, tx.at), heard.reason)
    await tx.connection.execute(
        insert(inquiries).values(
            id=inquiry.id, division=tx.caller.area.code, asked_at=tx.at, source=heard.line.source.value,
            purpose=heard.line.purpose, basis=heard.line.basis, person_key=tx.registrations.person_key(document),
            request_hash=heard.request_hash, answer_hash=heard.answer_hash, outcome=heard.outcome.value,
            reason=heard.reason,
        )
    )  # fmt: skip
    tx.audit("inquiry.made", "inquiry", inquiry.id, result=heard.outcome.value)
    return inquiry


async def check_of(tx: Tx, inquiry_id: UUID, document: Document) -> ExternalCheck:
    """The recorded answer about this person; one about somebody else does not exist here."""
    row = (
        await tx.connection.execute(
            select(inquiries).where(
                inquiries.c.id == inquiry_id, inquiries.c.person_key == tx.registrations.person_key(document)
            )
        )
    ).one_or_none()
    if row is None:
        raise InquiryUnknown()
    return ExternalCheck(CheckSource(row.source), CheckOutcome(row.outcome), row.asked_at)


async def with_recorded(tx: Tx, applicant: Applicant, identity: UUID | None, marital: UUID | None) -> Applicant:
    """The applicant with recorded answers in the place of typed ones."""
    document = applicant.party.document
    if identity is not None:
        applicant = replace(applicant, identity_check=await check_of(tx, identity, document))
    if marital is not None:
        applicant = replace(applicant, marital_check=await check_of(tx, marital, document))
    return applicant
