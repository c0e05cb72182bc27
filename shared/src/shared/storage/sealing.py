"""The hash chain over the audit log (审计链).

The worker gives each entry a gap-free number and the digest ``h(n) = SHA-256(h(n-1) ‖ canonical entry)``.
A signed head goes to a witness outside the database every minute: a chain proves its integrity only against
a head kept elsewhere.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.kernel.clock import Clock
from shared.storage.confidential import Confidential

GENESIS = b"\x00" * 32
SEAL_LOCK = 7002
BATCH = 1_000

UNSEALED = text(
    """
    SELECT e.* FROM audit_entry e
    WHERE NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.entry_id = e.id)
    ORDER BY e.id LIMIT :batch
    """
)
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


async def seal_entries(engine: AsyncEngine) -> int:
    """Chain the entries that are not yet sealed, oldest first; returns how many.

    One sealer at a time, by advisory lock. An entry whose transaction commits late is sealed in the next
    round: the chain orders by the time of sealing, not by id.
    """
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SEAL_LOCK})
        rows = (await connection.execute(UNSEALED, {"batch": BATCH})).all()
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


async def verify_chain(connection: AsyncConnection) -> ChainVerdict:
    """Walk the whole chain and recompute it; names the first number that does not fit."""
    seq, digest = 0, GENESIS
    while True:
        rows = (await connection.execute(CHAIN, {"after": seq, "batch": BATCH})).all()
        if not rows:
            return ChainVerdict(seq, digest.hex(), None)
        for row in rows:
            if row.seq != seq + 1:
                return ChainVerdict(seq, digest.hex(), seq + 1, "a number is missing")
            if row.id is None:
                return ChainVerdict(seq, digest.hex(), row.seq, "the sealed entry is gone")
            if link(digest, canonical(row)) != row.digest:
                return ChainVerdict(seq, digest.hex(), row.seq, "the entry was altered")
            seq, digest = row.seq, row.digest


async def witness_head(engine: AsyncEngine, confidential: Confidential, clock: Clock, witness: Path) -> None:
    """Append the signed head of the chain to the witness file."""
    async with engine.connect() as connection:
        last = (await connection.execute(LAST_SEAL)).one_or_none()
    if last is None:
        return
    head = {"seq": last.seq, "digest": last.digest.hex(), "at": clock.now().isoformat()}
    head["mac"] = confidential.mac("audit-head", json.dumps(head, sort_keys=True).encode()).hex()
    await asyncio.to_thread(_append_line, witness, json.dumps(head, sort_keys=True))


def _append_line(witness: Path, line: str) -> None:
    witness.parent.mkdir(parents=True, exist_ok=True)
    with witness.open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")
