"""pgbench writing the rows that one submission writes: the ceiling that this PostgreSQL on this machine sets."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import asyncpg

from launcher.postgres import Postgres

SCRIPT = """
SELECT uuidv7() AS id, nextval('business_serial') AS serial \\gset
BEGIN;
INSERT INTO application (id, epoch, version, division, business_no, residence, channel, status, submitted_at)
VALUES (CAST(:id AS uuid), 1, 1, '500103001000', 'JZ20260101' || CAST(:serial AS text), 'URBAN', 'WINDOW',
        'SUBMITTED', now());
INSERT INTO application_member (application_id, ordinal, name, identity, person_key, relation, live)
SELECT CAST(:id AS uuid), n, repeat('x', {name}), repeat('x', {identity}), uuid_send(gen_random_uuid()), 'SELF', true
FROM generate_series(1, {members}) AS n;
WITH announced AS (
    INSERT INTO outbox (event_id, noun, entity_id, epoch, version, part, subject, body)
    VALUES (uuidv7(), 'application', CAST(:id AS uuid), 1, 1, CAST(:serial AS integer) % 32, repeat('x', {subject}),
            repeat('x', {body}))
), audited AS (
    INSERT INTO audit_entry (at, issuer, subject, organisation, person, action, object_type, object_id, result,
                             request_id)
    VALUES (now(), repeat('x', {issuer}), 'caseworker', 'township-window', 'officer-a', 'application.submitted',
            'application', CAST(:id AS text), 'done', uuidv7()::text)
)
INSERT INTO idempotency (caller, key, fingerprint, status, headers, body, created_at)
VALUES (repeat('x', {caller}), gen_random_uuid()::text, decode(repeat('00', 32), 'hex'), 201,
        '{{"ETag": "1.1", "Location": "/v1/applications/00000000-0000-0000-0000-000000000000"}}',
        repeat('x', {answer}), now());
COMMIT;
"""
LENGTHS = """
    WITH one AS (SELECT application_id AS id FROM application_member GROUP BY 1 HAVING count(*) = $1 LIMIT 1)
    SELECT length(m.name) AS name, length(m.identity) AS identity, length(o.subject) AS subject,
           length(o.body) AS body, length(e.issuer) AS issuer, length(i.caller) AS caller, length(i.body) AS answer
    FROM one, application_member m, outbox o, audit_entry e, idempotency i
    WHERE m.application_id = one.id AND o.entity_id = one.id AND e.object_id = one.id::text
      AND i.headers ->> 'Location' LIKE '%' || one.id
    LIMIT 1
"""
RATE = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


async def write_script(postgres: Postgres, members: int, folder: Path) -> Path:
    """The script, with texts as long as those of a row that the real endpoint wrote."""
    session = await asyncpg.connect(postgres.dsn("assistance"))
    try:
        lengths = await session.fetchrow(LENGTHS, members)
    finally:
        await session.close()
    if lengths is None:
        raise RuntimeError("the real endpoint must have written a row first")
    path = folder / f"same-rows-{members}.sql"
    path.write_text(SCRIPT.format(members=members, **dict(lengths)))
    return path


def command(postgres: Postgres, script: Path, clients: int, seconds: float) -> list[str]:
    """The command line of one round."""
    return [
        str(postgres.pgbench), "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(max(1, round(seconds))),
        "-f", str(script), postgres.dsn("same_rows"),
    ]  # fmt: skip


def run_round(postgres: Postgres, script: Path, clients: int, seconds: float) -> float:
    """Transactions per second of one round."""
    done = subprocess.run(
        command(postgres, script, clients, seconds), capture_output=True, text=True, timeout=seconds + 60, check=True,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    match = RATE.search(done.stdout)
    if match is None:
        raise RuntimeError(done.stdout)
    return float(match.group(1))
