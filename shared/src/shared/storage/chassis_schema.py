"""The tables every service's database has, as numbered steps that a service's migrations call.

A published step never changes; a later need is a new step and a new migration in each service.
"""

from __future__ import annotations

from collections.abc import Callable

Execute = Callable[[str], object]

STEP_1 = (
    """
    CREATE TABLE outbox (
        id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id     uuid NOT NULL UNIQUE,
        noun         text NOT NULL,
        entity_id    uuid NOT NULL,
        epoch        integer NOT NULL,
        version      bigint NOT NULL,
        part         smallint NOT NULL CHECK (part BETWEEN 0 AND 31),
        subject      text NOT NULL,
        body         text NOT NULL,
        reissue      integer NOT NULL DEFAULT 0,
        refused      text,
        created_at   timestamptz NOT NULL DEFAULT now(),
        published_at timestamptz,
        UNIQUE (noun, entity_id, epoch, version)
    ) WITH (autovacuum_vacuum_scale_factor = 0.02)
    """,
    "CREATE INDEX outbox_unsent ON outbox (id) WHERE published_at IS NULL",
    "CREATE INDEX outbox_sent ON outbox (published_at) WHERE published_at IS NOT NULL",
    """
    CREATE TABLE audit_entry (
        id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at           timestamptz NOT NULL,
        issuer       text NOT NULL,
        subject      text NOT NULL,
        organisation text NOT NULL,
        person       text,
        action       text NOT NULL,
        object_type  text NOT NULL,
        object_id    text,
        purpose      text,
        result       text NOT NULL,
        request_id   text NOT NULL
    )
    """,
    "CREATE INDEX audit_entry_object ON audit_entry (object_type, object_id)",
    """
    CREATE TABLE audit_seal (
        seq      bigint PRIMARY KEY,
        entry_id bigint NOT NULL UNIQUE REFERENCES audit_entry (id),
        digest   bytea NOT NULL
    )
    """,
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME USING ERRCODE = '42501'; END $$
    """,
    """
    CREATE TRIGGER audit_entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER audit_seal_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TABLE idempotency (
        caller      text NOT NULL,
        key         text NOT NULL,
        fingerprint bytea NOT NULL,
        status      smallint NOT NULL,
        headers     jsonb NOT NULL,
        body        text NOT NULL,
        created_at  timestamptz NOT NULL,
        CONSTRAINT idempotency_key PRIMARY KEY (caller, key)
    )
    """,
    "CREATE INDEX idempotency_age ON idempotency (created_at)",
    "CREATE TABLE epoch (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), value integer NOT NULL)",
    "INSERT INTO epoch (value) VALUES (1)",
    """
    CREATE TABLE dead_letter (
        id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id    text NOT NULL UNIQUE,
        subject     text NOT NULL,
        reason      text NOT NULL,
        body        bytea NOT NULL,
        deliveries  integer NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        resolved_at timestamptz
    )
    """,
    """
    CREATE TABLE parameter (
        name       text NOT NULL,
        valid_from date NOT NULL,
        valid_to   date,
        value      jsonb NOT NULL,
        authority  text NOT NULL,
        confidence text NOT NULL CHECK (confidence IN ('V', 'K', 'U')),
        note       text NOT NULL DEFAULT '',
        PRIMARY KEY (name, valid_from),
        CHECK (valid_to IS NULL OR valid_to > valid_from)
    )
    """,
    """
    CREATE TABLE parameter_proposal (
        id           uuid PRIMARY KEY,
        name         text NOT NULL,
        valid_from   date NOT NULL,
        value        jsonb NOT NULL,
        authority    text NOT NULL,
        confidence   text NOT NULL CHECK (confidence IN ('V', 'K', 'U')),
        note         text NOT NULL DEFAULT '',
        proposed_by  text NOT NULL,
        proposed_at  timestamptz NOT NULL,
        confirmed_by text,
        confirmed_at timestamptz,
        CHECK (confirmed_by IS DISTINCT FROM proposed_by)
    )
    """,
    "CREATE SEQUENCE business_serial",
)

STEP_2 = (
    """
    CREATE TABLE bulk_import (
        id           uuid PRIMARY KEY,
        kind         text NOT NULL,
        dry_run      boolean NOT NULL,
        status       text NOT NULL CHECK (status IN ('RECEIVING', 'WAITING', 'RUNNING', 'FINISHED', 'CANCELLED')),
        caller_key   text NOT NULL,
        origin       text NOT NULL,
        fingerprint  bytea NOT NULL,
        rows         integer NOT NULL CHECK (rows >= 0),
        done         integer NOT NULL DEFAULT 0,
        rejected     integer NOT NULL DEFAULT 0,
        created_at   timestamptz NOT NULL,
        started_at   timestamptz,
        finished_at  timestamptz,
        CHECK (done <= rows AND rejected <= done)
    )
    """,
    "CREATE INDEX bulk_import_open ON bulk_import (created_at) WHERE status IN ('WAITING', 'RUNNING')",
    "CREATE INDEX bulk_import_of_caller ON bulk_import (caller_key, id)",
    """
    CREATE TABLE bulk_row (
        import_id uuid NOT NULL REFERENCES bulk_import (id) ON DELETE CASCADE,
        row_no    integer NOT NULL CHECK (row_no > 0),
        body      text,
        entity_id text,
        problem   jsonb,
        PRIMARY KEY (import_id, row_no)
    )
    """,
    "CREATE INDEX bulk_row_rejected ON bulk_row (import_id, row_no) WHERE problem IS NOT NULL",
)


def create_chassis(execute: Execute) -> None:
    """Step 1: outbox, audit chain, idempotency answers, epoch, dead letters, parameters, serial numbers."""
    for statement in STEP_1:
        execute(statement)


def add_bulk_imports(execute: Execute) -> None:
    """Step 2: files of many rows that a service takes in; called by the services that take any."""
    for statement in STEP_2:
        execute(statement)
