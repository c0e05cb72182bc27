"""The tables of imports: files that were received, their rows, and how far each is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.kernel.divisions import Area
from shared.kernel.principal import Principal
from shared.storage.confidential import Confidential

ROW_COLUMN, ORIGIN_COLUMN = "bulk_row.body", "bulk_import.origin"

BEGIN = text(
    "INSERT INTO bulk_import (id, kind, dry_run, status, caller_key, origin, fingerprint, rows, created_at) "
    "VALUES (:id, :kind, :dry_run, 'RECEIVING', :caller_key, :origin, :fingerprint, 0, :at) "
    "ON CONFLICT (id) DO NOTHING"
)
READY = text("UPDATE bulk_import SET status = 'WAITING', rows = :rows WHERE id = :id AND status = 'RECEIVING'")
FORGET_ROWS = text("DELETE FROM bulk_row WHERE import_id = :id")
ADD_ROWS = text(
    "INSERT INTO bulk_row (import_id, row_no, body) "
    "SELECT :id, r.row_no, r.body FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (row_no integer, body text)"
)
FIND = text("SELECT * FROM bulk_import WHERE id = :id AND caller_key = :caller_key")
LIST = text(
    "SELECT * FROM bulk_import WHERE caller_key = :caller_key AND (CAST(:after AS uuid) IS NULL OR id < :after) "
    "ORDER BY id DESC LIMIT :limit"
)
OPEN = text("SELECT id FROM bulk_import WHERE status IN ('WAITING', 'RUNNING') ORDER BY created_at, id")
LOCK = text("SELECT * FROM bulk_import WHERE id = :id AND status IN ('WAITING', 'RUNNING') FOR UPDATE SKIP LOCKED")
NEXT_ROWS = text(
    "SELECT row_no, body FROM bulk_row WHERE import_id = :id AND row_no > :done ORDER BY row_no LIMIT :limit"
)
OUTCOMES = text(
    "UPDATE bulk_row b SET entity_id = o.entity_id, problem = o.problem, body = NULL "
    "FROM jsonb_to_recordset(CAST(:outcomes AS jsonb)) AS o (row_no integer, entity_id text, problem jsonb) "
    "WHERE b.import_id = :id AND b.row_no = o.row_no"
)
ADVANCE = text(
    "UPDATE bulk_import SET done = :done, rejected = rejected + :rejected, "
    "status = CASE WHEN :done = rows THEN 'FINISHED' ELSE 'RUNNING' END, "
    "started_at = coalesce(started_at, :at), finished_at = CASE WHEN :done = rows THEN CAST(:at AS timestamptz) END "
    "WHERE id = :id"
)
CANCEL = text(
    "UPDATE bulk_import SET status = 'CANCELLED', finished_at = :at "
    "WHERE id = :id AND caller_key = :caller_key AND status IN ('WAITING', 'RUNNING') RETURNING id"
)
REPORT = text(
    "SELECT row_no, entity_id, problem FROM bulk_row WHERE import_id = :id AND row_no > :after AND row_no <= :done "
    "AND (NOT :rejected_only OR problem IS NOT NULL) ORDER BY row_no LIMIT :limit"
)


@dataclass(frozen=True)
class Outcome:
    """What became of a row: the entity it made, or the problem it has."""

    row_no: int
    entity_id: str | None
    problem: Mapping[str, Any] | None


@dataclass(frozen=True)
class Import:
    """A file on its way (批量导入)."""

    id: UUID
    kind: str
    dry_run: bool
    status: str
    rows: int
    done: int
    rejected: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    fingerprint: bytes
    origin: str

    @classmethod
    def of(cls, row: Row[Any]) -> Import:
        """From its row."""
        return cls(**{name: getattr(row, name) for name in cls.__dataclass_fields__})


def sealed_principal(confidential: Confidential, import_id: UUID, caller: Principal) -> str:
    """The caller of an import, for the worker that acts in the caller's name."""
    stated = {
        "issuer": caller.issuer, "subject": caller.subject, "organisation": caller.organisation,
        "area": caller.area.code, "person": caller.person, "roles": sorted(caller.roles),
        "scopes": sorted(caller.scopes),
    }  # fmt: skip
    return confidential.seal(ORIGIN_COLUMN, import_id, json.dumps(stated))


def principal_of(confidential: Confidential, held: Import) -> Principal:
    """Who sent the file."""
    stated = json.loads(confidential.open(ORIGIN_COLUMN, held.id, held.origin))
    stated |= {
        "area": Area(stated["area"]), "roles": frozenset(stated["roles"]), "scopes": frozenset(stated["scopes"]),
    }  # fmt: skip
    return Principal(**stated)


async def add_rows(
    connection: AsyncConnection, confidential: Confidential, import_id: UUID, first: int, rows: Sequence[Any]
) -> None:
    """Store rows, sealed, from number ``first`` on."""
    sealed = [
        {"row_no": number, "body": seal_row(confidential, import_id, number, row)}
        for number, row in enumerate(rows, start=first)
    ]
    await connection.execute(ADD_ROWS, {"id": import_id, "rows": json.dumps(sealed)})


def seal_row(confidential: Confidential, import_id: UUID, number: int, row: Any) -> str:
    """A row as it is kept until it has been taken in."""
    return confidential.seal(ROW_COLUMN, uuid5(import_id, str(number)), json.dumps(row, ensure_ascii=False))


def open_row(confidential: Confidential, import_id: UUID, number: int, body: str) -> str:
    """The JSON text of a kept row."""
    return confidential.open(ROW_COLUMN, uuid5(import_id, str(number)), body)
