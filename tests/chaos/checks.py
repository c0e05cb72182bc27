"""The checks after the storm: each compares two accounts of the same facts that were kept independently."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
from ledger import Case, Ledger
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from shared.messaging.bus import connect_bus, jetstream, leave
from shared.runtime.settings import NatsSettings
from shared.storage.confidential import Confidential
from shared.testing.stage import Stage
from shared.testing.wire import Wire, request_bytes

PERSON_KEY = "application_member.identity"
READ_AT_ONCE = 500
SHOWN = 3

GAPS = "SELECT noun, entity_id, count(*), min(version), max(version) FROM outbox GROUP BY 1, 2"
RECOMPUTED = """
    WITH milestone AS (
        SELECT 'allowance.submitted' AS measure, division, (submitted_at AT TIME ZONE 'Asia/Shanghai')::date AS day
        FROM application
        UNION ALL SELECT 'allowance.accepted', division, accepted_on FROM application
        UNION ALL SELECT 'allowance.decided', division, decided_on FROM application
        UNION ALL SELECT 'allowance.granted', division, decided_on FROM application
                  WHERE status IN ('GRANTED', 'ACTIVE')
        UNION ALL SELECT 'allowance.decided_on_time', division, decided_on FROM application
                  WHERE decided_on <= due_on
    )
    SELECT measure, division, day, count(*) AS amount FROM milestone WHERE day IS NOT NULL GROUP BY 1, 2, 3
"""
CELLS = """
    SELECT measure, division, day, sum(amount) AS amount FROM cell WHERE measure LIKE 'allowance.%'
    GROUP BY 1, 2, 3 HAVING sum(amount) <> 0
"""
VERSIONS = """
    SELECT 'application' AS noun, id, epoch, version FROM application
    UNION ALL SELECT 'standard', id, epoch, version FROM standard
"""
HELD = "SELECT noun, entity_id AS id, epoch, version FROM entity_state WHERE source = 'assistance'"
IN_TWO_LIVE_CASES = "SELECT person_key FROM application_member WHERE live GROUP BY 1 HAVING count(*) > 1"
LIVE_OTHERWISE = """
    SELECT m.application_id FROM application_member m JOIN application a ON a.id = m.application_id
    WHERE m.live <> (a.status NOT IN ('DRAFT', 'DECLINED', 'REFUSED', 'WITHDRAWN', 'CLOSED_NONCOOP', 'ENDED'))
"""
NOT_ONE_APPLICANT = """
    SELECT a.id FROM application a LEFT JOIN application_member m ON m.application_id = a.id AND m.relation = 'SELF'
    GROUP BY 1 HAVING count(m.ordinal) <> 1
"""
UNSEALED = "SELECT count(*) FROM audit_entry e WHERE NOT EXISTS (SELECT FROM audit_seal s WHERE s.entry_id = e.id)"
UNAUDITED = """
    SELECT noun, entity_id, version FROM (
        SELECT noun, entity_id, version, count(*) OVER (PARTITION BY noun, entity_id) AS events FROM outbox
    ) AS o
    WHERE events <> (SELECT count(*) FROM audit_entry e
                     WHERE e.object_type = o.noun AND e.object_id = o.entity_id::text AND e.result = 'done')
"""


@dataclass
class Finding:
    """One check: how much it looked at and what it found wrong."""

    name: str
    examined: int
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        shown = f"  e.g. {'; '.join(self.wrong[:SHOWN])}" if self.wrong else ""
        return f"{'✘' if self.wrong else '✔'} {self.name}: {self.examined} examined, {len(self.wrong)} wrong{shown}"


@dataclass
class Scene:
    """What the checks look at."""

    stage: Stage
    ledger: Ledger
    assistance: asyncpg.Connection
    monitoring: asyncpg.Connection


async def every_check(stage: Stage, ledger: Ledger) -> list[Finding]:
    """Run all checks."""
    assistance = await asyncpg.connect(stage.postgres.dsn("assistance"))
    monitoring = await asyncpg.connect(stage.postgres.dsn("monitoring"))
    try:
        scene = Scene(stage, ledger, assistance, monitoring)
        return [await check(scene) for check in CHECKS]
    finally:
        await assistance.close()
        await monitoring.close()


async def acknowledged_writes(scene: Scene) -> Finding:
    """Every acknowledged write is there once; one without an answer is there at most once."""
    keyring = Confidential.from_file(scene.stage.credentials.keyring_file("assistance"))
    rows = await scene.assistance.fetch(
        "SELECT m.person_key, a.id, a.version FROM application_member m JOIN application a ON a.id = m.application_id"
        " WHERE m.relation = 'SELF'"
    )
    found: dict[bytes, list[Any]] = defaultdict(list)
    for row in rows:
        found[row["person_key"]].append(row)
    wrong = []
    for case in scene.ledger.cases:
        rows = found.pop(keyring.blind(PERSON_KEY, case.applicant), [])
        if reason := _misstated(case, rows):
            wrong.append(reason)
    wrong += ["an application nobody handed in" for _ in found]
    stored = {row["key"] for row in await scene.assistance.fetch("SELECT key FROM idempotency")}
    wrong += [f"no remembered answer for {key}" for key in scene.ledger.keys - stored]
    return Finding("(a) acknowledged writes are in the database, once", scene.ledger.acknowledged, wrong)


def _misstated(case: Case, rows: list[Any]) -> str | None:
    if len(rows) > 1:
        return f"submitted {len(rows)} times"
    if case.refused:
        return "refused and yet there" if rows else None
    if not rows:
        return f"lost: {case.entity_id} v{case.version}" if case.version else None
    if case.version and str(rows[0]["id"]) != case.entity_id:
        return "there under another id"
    if not case.version <= rows[0]["version"] <= case.version + case.unanswered:
        return f"acknowledged v{case.version} (+{case.unanswered} unanswered), in the database v{rows[0]['version']}"
    return None


async def stream_holds_the_outbox(scene: Scene) -> Finding:
    """Event by event: a state that a later event healed still shows as the missing one."""
    rows = await scene.assistance.fetch("SELECT event_id FROM outbox")
    outbox = {str(row["event_id"]) for row in rows}
    messages = await read_stream(scene.stage)
    stream = Counter(message_id.partition(":r")[0] for message_id, _ in messages)
    wrong = [f"not in the stream: {event}" for event in sorted(outbox - stream.keys())]
    wrong += [f"not in the outbox: {event}" for event in sorted(stream.keys() - outbox)]
    return Finding("(b) every event of the outbox is in the stream, by its id", len(outbox), wrong)


async def stream_is_in_order(scene: Scene) -> Finding:
    """Each entity's versions come first in rising order."""
    newest: dict[str, int] = {}
    seen: set[tuple[str, int]] = set()
    wrong = []
    for _, body in await read_stream(scene.stage):
        event = json.loads(body)
        entity, version = event["subject"], int(event["entityversion"])
        if (entity, version) not in seen and version < newest.get(entity, 0):
            wrong.append(f"{entity}: v{version} came after v{newest[entity]}")
        seen.add((entity, version))
        newest[entity] = max(newest.get(entity, 0), version)
    return Finding("(b) the stream keeps the order of each entity", len(seen), wrong)


async def versions_are_contiguous(scene: Scene) -> Finding:
    """1, 2, …, n for every entity."""
    rows = await scene.assistance.fetch(GAPS)
    wrong = [f"{row['entity_id']}" for row in rows if (row["min"], row["max"]) != (1, row["count"])]
    return Finding("(c) versions of each entity are 1…n in the outbox", len(rows), wrong)


async def cells_equal_recomputation(scene: Scene) -> Finding:
    """The running totals against counting the source's own rows, in SQL that shares nothing with the engine."""
    expected = _cells(await scene.assistance.fetch(RECOMPUTED))
    kept = _cells(await scene.monitoring.fetch(CELLS))
    wrong = [
        f"{'/'.join(map(str, cell))}: {kept.get(cell, 0)}, should be {expected.get(cell, 0)}"
        for cell in sorted(expected.keys() | kept.keys())
        if expected.get(cell, 0) != kept.get(cell, 0)
    ]
    return Finding("(d) cells equal a recomputation from the source", len(expected), wrong)


def _cells(rows: list[Any]) -> dict[tuple[str, str, str], int]:
    return {(row["measure"], row["division"], str(row["day"])): int(row["amount"]) for row in rows}


async def pipeline_agrees(scene: Scene) -> Finding:
    """The service's own verdict, asked over HTTP: no differing cell, no dead letter."""
    answer = await _get(scene.stage, "monitoring", "/v1/pipeline", "monitoring:operate")
    wrong = [f"{name}: {answer[name]}" for name in ("differences", "dead_letters") if answer[name]]
    return Finding("(d) GET /v1/pipeline says 0 differences", sum(held["entities"] for held in answer["held"]), wrong)


async def states_equal_sources(scene: Scene) -> Finding:
    """Monitoring holds exactly the versions the source has."""
    source = {_version(row) for row in await scene.assistance.fetch(VERSIONS)}
    held = {_version(row) for row in await scene.monitoring.fetch(HELD)}
    wrong = [f"not held: {noun} {entity} v{version}" for noun, entity, _, version in sorted(source - held)]
    wrong += [f"held: {noun} {entity} v{version}" for noun, entity, _, version in sorted(held - source)]
    return Finding("(e) versions held equal versions at the source", len(source), wrong)


def _version(row: Any) -> tuple[str, UUID, int, int]:
    return row["noun"], row["id"], row["epoch"], row["version"]


async def rules_hold(scene: Scene) -> Finding:
    """Nobody is in two live cases; every application has its one applicant."""
    wrong = [
        f"{reason} {row[0]!s}"
        for reason, query in (
            ("in two live cases:", IN_TWO_LIVE_CASES),
            ("live flag against the status:", LIVE_OTHERWISE),
            ("not one applicant:", NOT_ONE_APPLICANT),
        )
        for row in await scene.assistance.fetch(query)
    ]
    return Finding("(f) the rules of the domain hold", len(scene.ledger.cases), wrong)


async def audit_is_whole(scene: Scene) -> Finding:
    """The chain verifies, covers every entry, and every event has its entry."""
    unsealed = await scene.assistance.fetchval(UNSEALED)
    chain = await _get(scene.stage, "assistance", "/internal/audit/chain", "audit:read")
    wrong = [] if chain["broken_at"] is None else [f"broken at {chain['broken_at']}: {chain['reason']}"]
    wrong += [f"{unsealed} entries unsealed"] if unsealed else []
    wrong += [f"no entry for {row['noun']} {row['entity_id']}" for row in await scene.assistance.fetch(UNAUDITED)]
    return Finding("(g) the audit chain verifies and misses nothing", chain["length"], wrong)


async def nothing_was_set_aside(scene: Scene) -> Finding:
    """No dead letter, no event the broker refused."""
    letters = await scene.monitoring.fetch("SELECT subject, reason FROM dead_letter WHERE resolved_at IS NULL")
    refused = await scene.assistance.fetch("SELECT subject, refused FROM outbox WHERE refused IS NOT NULL")
    wrong = [f"dead letter {row['subject']}: {row['reason']}" for row in letters]
    wrong += [f"refused {row['subject']}: {row['refused']}" for row in refused]
    return Finding("(h) no dead letter, no refused event", len(letters) + len(refused), wrong)


async def answers_were_expected(scene: Scene) -> Finding:
    """No answer outside the contract: no 500, no 4xx for a right call, no repetition with other bytes."""
    wrong = [f"{count} × {what}" for what, count in scene.ledger.surprises.items()]
    return Finding("(i) every answer was one the contract allows", scene.ledger.acknowledged, wrong)


CHECKS: tuple[Callable[[Scene], Awaitable[Finding]], ...] = (
    acknowledged_writes,
    stream_holds_the_outbox,
    stream_is_in_order,
    versions_are_contiguous,
    cells_equal_recomputation,
    pipeline_agrees,
    states_equal_sources,
    rules_hold,
    audit_is_whole,
    nothing_was_set_aside,
    answers_were_expected,
)


async def read_stream(stage: Stage) -> list[tuple[str, bytes]]:
    """Message id and body of every message, in stream order."""
    settings = NatsSettings(url=stage.broker.url, replicas=1)
    client = await connect_bus(settings, "chaos-reader")
    try:
        js = jetstream(client)
        count = (await js.stream_info(settings.stream)).state.messages
        config = ConsumerConfig(ack_policy=AckPolicy.NONE, deliver_policy=DeliverPolicy.ALL, inactive_threshold=60)
        reader = await js.pull_subscribe("", stream=settings.stream, config=config)
        found: list[tuple[str, bytes]] = []
        while len(found) < count:
            messages = await reader.fetch(min(READ_AT_ONCE, count - len(found)), timeout=5)
            found += [((message.headers or {})["Nats-Msg-Id"], message.data) for message in messages]
        return found
    finally:
        await leave(client)


async def _get(stage: Stage, service: str, target: str, scope: str) -> Any:
    token = stage.mint.token("city-admin", service, scopes=[scope])
    wire = Wire(stage.port(f"{service}-api-1"))
    try:
        answer = await wire.call(request_bytes("GET", target, Authorization=f"Bearer {token}"), timeout=30)
    finally:
        wire.close()
    if answer.status != 200:
        raise RuntimeError(f"{target} answered {answer.status}")
    return answer.json()
