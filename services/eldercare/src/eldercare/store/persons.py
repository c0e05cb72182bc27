"""One blind index for a person in every table of this service, so that stays, assessments and applications meet."""

from __future__ import annotations

from sqlalchemy import func, select

from shared.kernel.identity_number import IdentityNumber
from shared.storage.transaction import Transaction

INDEXED = "stay.identity"
PERSON_LOCK = 7201


def person_key(tx: Transaction, identity: IdentityNumber) -> bytes:
    """The blind index of a person, for equality search."""
    return tx.around.confidential.blind(INDEXED, identity.plain)


async def lock_person(tx: Transaction, identity: IdentityNumber) -> None:
    """Let one transaction at a time act on this person; taken after a bed's lock, never before."""
    key = int.from_bytes(person_key(tx, identity)[:4], signed=True)
    await tx.connection.execute(select(func.pg_advisory_xact_lock(PERSON_LOCK, key)))
