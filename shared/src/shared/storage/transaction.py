"""One database transaction and all it must write: entities, events, audit and the remembered answer.

The chassis rows of a transaction go to the database in a single statement just before the commit. There is no
way to commit a change without its event and its audit entry.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.envelope import EntityState, Outgoing, write_event
from shared.kernel.aggregate import Aggregate
from shared.kernel.clock import business_day
from shared.kernel.ids import new_id
from shared.kernel.principal import Principal
from shared.runtime.tracing import current_trace
from shared.storage.audit import DONE, AuditEntry
from shared.storage.direct import execute, fetch_value, insert_rows
from shared.storage.surroundings import Surroundings

NEXT_SERIAL = "SELECT nextval('business_serial')"
FLUSH = """
    WITH announced AS (
        INSERT INTO outbox (event_id, noun, entity_id, epoch, version, part, subject, body)
        SELECT event_id, noun, entity_id, epoch, version, part, subject, body
        FROM jsonb_to_recordset($1::jsonb)
          AS e (event_id uuid, noun text, entity_id uuid, epoch integer, version bigint, part smallint,
                subject text, body text)
    ), audited AS (
        INSERT INTO audit_entry (at, issuer, subject, organisation, person, action, object_type, object_id,
                                 purpose, result, request_id)
        SELECT at, issuer, subject, organisation, person, action, object_type, object_id, purpose, result, request_id
        FROM jsonb_to_recordset($2::jsonb)
          AS a (at timestamptz, issuer text, subject text, organisation text, person text, action text,
                object_type text, object_id text, purpose text, result text, request_id text)
    )
    INSERT INTO idempotency (caller, key, fingerprint, status, headers, body, created_at)
    SELECT caller, key, decode(fingerprint, 'hex'), status, headers, body, created_at
    FROM jsonb_to_recordset($3::jsonb)
      AS i (caller text, key text, fingerprint text, status smallint, headers jsonb, body text, created_at timestamptz)
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a transaction comes from: the caller, the request and its purpose."""

    caller: Principal
    request_id: str
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class RememberedAnswer:
    """The answer to an idempotent call, kept so that a repetition gets the same bytes. ``body`` is sealed."""

    key: str
    fingerprint: bytes
    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(eq=False)
class Transaction:
    """The unit of work that a use case receives (工作单元). Services extend it with their collections."""

    connection: AsyncConnection
    origin: Origin
    at: datetime
    around: Surroundings
    events: list[Outgoing] = field(default_factory=list)
    entries: list[AuditEntry] = field(default_factory=list)
    answer: RememberedAnswer | None = None
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    """Effects on the memory of this process, done once the commit has succeeded."""

    @property
    def caller(self) -> Principal:
        """Who asked for this."""
        return self.origin.caller

    @property
    def today(self) -> date:
        """The day in China on which this happens."""
        return business_day(self.at)

    def announce(self, aggregate: Aggregate, participle: str, state: EntityState) -> None:
        """Queue the event of ``aggregate``'s present version."""
        self.events.append(
            write_event(
                state,
                participle,
                event_id=new_id(self.at),
                entity_id=aggregate.id,
                epoch=self.around.epoch,
                version=aggregate.version,
                region=aggregate.division,
                time=self.at,
                traceparent=current_trace(),
            )
        )

    def audit(self, action: str, object_type: str, object_id: object = None, *, result: str = DONE) -> None:
        """Queue an audit entry for what this transaction does or shows."""
        self.entries.append(
            AuditEntry(
                at=self.at,
                caller=self.caller,
                action=action,
                object_type=object_type,
                object_id=None if object_id is None else str(object_id),
                request_id=self.origin.request_id,
                purpose=self.origin.purpose,
                result=result,
            )
        )

    async def insert(self, *groups: tuple[Table, Sequence[Mapping[str, Any]]]) -> None:
        """Insert rows of one or several tables in one statement; a table's rows all give the same columns."""
        await insert_rows(self.connection, *groups)

    async def next_serial(self) -> int:
        """The next number for a business number: unique, rising, with gaps where a transaction was rolled back."""
        return int(await fetch_value(self.connection, NEXT_SERIAL))

    async def flush(self) -> None:
        """Write events, audit entries and the remembered answer; called once, before the commit."""
        if not (self.events or self.entries or self.answer):
            return
        await execute(
            self.connection,
            FLUSH,
            json.dumps([self._event_row(event) for event in self.events]),
            json.dumps([entry.row() for entry in self.entries]),
            json.dumps([self._answer_row(self.answer)] if self.answer else []),
        )

    @staticmethod
    def _event_row(event: Outgoing) -> dict[str, Any]:
        return {
            "event_id": str(event.event_id),
            "noun": event.noun,
            "entity_id": str(event.entity_id),
            "epoch": event.epoch,
            "version": event.version,
            "part": event.part,
            "subject": event.subject,
            "body": event.body,
        }

    def _answer_row(self, answer: RememberedAnswer) -> dict[str, Any]:
        return {
            "caller": self.caller.key,
            "key": answer.key,
            "fingerprint": answer.fingerprint.hex(),
            "status": answer.status,
            "headers": dict(answer.headers),
            "body": answer.body,
            "created_at": self.at.isoformat(),
        }
