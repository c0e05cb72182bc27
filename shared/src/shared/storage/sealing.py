"""The hash chain over the audit log (审计链).

The worker gives each entry a gap-free number and the digest ``h(n) = SHA-256(h(n-1) ‖ canonical entry)``.
A signed head goes to a witness outside the database every minute: a chain proves its integrity only against
a head kept elsewhere.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.kernel.clock import Clock
from shared.storage.confidential import Confidential

GENESIS = b"\x00" * 32
SEAL_LOCK = 7002
BATCH = 1_000

LOOK_BACK = 10_000
LAST_ID = 2**63 - 1

UNSEALED = text(
    """
    SELECT e.* FROM audit_entry e
    WHERE e.id > :after AND e.id <= :upto AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.entry_id = e.id)
    ORDER BY e.id LIMIT :batch
    """
)
UNSEALED_COUNT = text(
    """
    SELECT count(*) FROM audit_entry e
    WHERE e.id > :after AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.entry_id = e.id)
    """
)
RECENT_FLOOR = text(
    "SELECT CASE WHEN count(*) < :look_back THEN 0 ELSE min(entry_id) END FROM "
    "(SELECT entry_id FROM audit_seal ORDER BY seq DESC LIMIT :look_back) AS recent"
)
NEWEST_ENTRY = text("SELECT coalesce(max(id), 0) FROM audit_entry")
LAST_SEAL = text("SELECT seq, digest FROM audit_seal ORDER BY seq DESC LIMIT 1")
SEAL = text(
    "INSERT INTO audit_seal (seq, entry_id, digest) "
    "SELECT * FROM unnest(CAST(:seqs AS bigint[]), CAST(:entries AS bigint[]), CAST(:digests AS bytea[]))"
)
CHAIN = text(
    """
    SELECT s.seq, s.digest, e.* FROM audit_seal s LEFT JOIN audit_entry e ON e.id = s.entry_id
    WHERE s.seq > :after ORDER BY s.seq LIMIT :batch
    """
)
FIELDS = (
    "issuer", "subject", "organisation", "person", "action",
    "object_type", "object_id", "purpose", "result", "request_id",
)  # fmt: skip


class WitnessForged(Exception):
    """A line of the witness file is not one that this service wrote; carries the line's number."""


@dataclass(frozen=True)
class ChainVerdict:
    """Result of walking the chain: its length, its head, and the first broken number if there is one."""

    length: int
    head: str
    broken_at: int | None
    reason: str | None = None


def canonical(row: Row[Any]) -> bytes:
    """The bytes of an entry that the chain protects; the order of fields is fixed."""
    values = [row.id, row.at.astimezone(UTC).isoformat(), *(getattr(row, name) for name in FIELDS)]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def link(previous: bytes, entry: bytes) -> bytes:
    """The next digest of the chain."""
    return hashlib.sha256(previous + entry).digest()


async def seal_entries(engine: AsyncEngine, after: int = 0, upto: int = LAST_ID) -> int:
    """Chain the entries with ``after < id <= upto`` that are not yet sealed, oldest first; returns how many.

    One sealer at a time, by advisory lock. An entry whose transaction commits late is sealed in the next
    round: the chain orders by the time of sealing, not by id.
    """
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SEAL_LOCK})
        rows = (await connection.execute(UNSEALED, {"after": after, "upto": upto, "batch": BATCH})).all()
        if not rows:
            return 0
        last = (await connection.execute(LAST_SEAL)).one_or_none()
        seq, digest = (last.seq, last.digest) if last else (0, GENESIS)
        seqs, digests = [], []
        for row in rows:
            seq, digest = seq + 1, link(digest, canonical(row))
            seqs.append(seq)
            digests.append(digest)
        await connection.execute(SEAL, {"seqs": seqs, "entries": [row.id for row in rows], "digests": digests})
        return len(rows)


async def recent_floor(connection: AsyncConnection) -> int:
    """An id below which every entry is sealed, but for a transaction that slept while thousands of others passed."""
    return int((await connection.execute(RECENT_FLOOR, {"look_back": LOOK_BACK})).scalar_one())


async def newest_entry(connection: AsyncConnection) -> int:
    """The highest id of an entry, 0 while there is none."""
    return int((await connection.execute(NEWEST_ENTRY)).scalar_one())


async def count_unsealed(connection: AsyncConnection, after: int) -> int:
    """How many entries with a higher id than ``after`` wait for the sealer."""
    return int((await connection.execute(UNSEALED_COUNT, {"after": after})).scalar_one())


async def verify_chain(connection: AsyncConnection, heads: Mapping[int, str] = MappingProxyType({})) -> ChainVerdict:
    """Walk the whole chain and recompute it; names the first number that does not fit.

    :param connection: not in a transaction; each thousand entries are read in one of their own, because the
        rows never change and a long one would be cut off.
    :param heads: what the witness holds, digest by number. They alone show a chain that was shortened or
        made anew: with one of them missing or different, the break lies at or before the number named.
    """
    seq, digest = 0, GENESIS
    while True:
        rows = (await connection.execute(CHAIN, {"after": seq, "batch": BATCH})).all()
        await connection.rollback()
        if not rows:
            if heads and max(heads) > seq:
                return ChainVerdict(seq, digest.hex(), seq + 1, "witnessed entries are missing")
            return ChainVerdict(seq, digest.hex(), None)
        for row in rows:
            if row.seq != seq + 1:
                return ChainVerdict(seq, digest.hex(), seq + 1, "a number is missing")
            if row.id is None:
                return ChainVerdict(seq, digest.hex(), row.seq, "the sealed entry is gone")
            if link(digest, canonical(row)) != row.digest:
                return ChainVerdict(seq, digest.hex(), row.seq, "the entry was altered")
            if heads.get(row.seq, row.digest.hex()) != row.digest.hex():
                return ChainVerdict(seq, digest.hex(), row.seq, "the witness saw another head")
            seq, digest = row.seq, row.digest


async def witness_head(engine: AsyncEngine, confidential: Confidential, clock: Clock, witness: Path) -> None:
    """Append the signed head of the chain to the witness file."""
    async with engine.connect() as connection:
        last = (await connection.execute(LAST_SEAL)).one_or_none()
    if last is None:
        return
    head = {"seq": last.seq, "digest": last.digest.hex(), "at": clock.now().isoformat()}
    await asyncio.to_thread(_append_line, witness, json.dumps({**head, "mac": _signature(confidential, head)}))


def witnessed_heads(confidential: Confidential, witness: Path) -> dict[int, str]:
    """The heads in the witness file, digest by number; raises :class:`WitnessForged` for a line we did not sign."""
    heads: dict[int, str] = {}
    for number, line in enumerate(witness.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            head = json.loads(line)
            signature = head.pop("mac")
            if not hmac.compare_digest(signature, _signature(confidential, head)):
                raise WitnessForged(number)
            heads[int(head["seq"])] = str(head["digest"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise WitnessForged(number) from None
    return heads


def _signature(confidential: Confidential, head: Mapping[str, Any]) -> str:
    return confidential.mac("audit-head", json.dumps(head, sort_keys=True).encode()).hex()


def _append_line(witness: Path, line: str) -> None:
    witness.parent.mkdir(parents=True, exist_ok=True)
    with witness.open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")
