"""The audit log: written with the act or not at all, never changed unseen, chained, and witnessed elsewhere."""

import asyncio
import hashlib
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import text

from shared.service import create_service
from shared.storage.database import plain_dsn
from shared.storage.sealing import (
    GENESIS,
    ChainVerdict,
    WitnessForged,
    canonical,
    link,
    seal_entries,
    verify_chain,
    witness_head,
    witnessed_heads,
)
from shared.testing.under_test import ServiceUnderTest
from shared.worker import Worker

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERYTHING = ("ledger:open", "ledger:deposit", "ledger:read", "audit:read")
ENTRIES = 60
MUTATIONS = 200


@pytest_asyncio.fixture(loop_scope="module")
async def superuser(ledger: ServiceUnderTest) -> AsyncIterator[asyncpg.Connection]:
    """Somebody with every right in the database, who has switched the triggers off."""
    session = await asyncpg.connect(plain_dsn(ledger.running.settings.database))
    await session.execute("SET session_replication_role = replica")
    yield session
    await session.close()


async def leave_entries(ledger: ServiceUnderTest, count: int) -> None:
    async def work(tx: Any) -> None:
        for number in range(count):
            tx.audit(f"test.{number}", "account", number)

    await ledger.run(work)


async def chained(ledger: ServiceUnderTest, superuser: asyncpg.Connection, count: int) -> None:
    """A chain of ``count`` entries and nothing else."""
    await superuser.execute("TRUNCATE audit_seal, audit_entry RESTART IDENTITY")
    await leave_entries(ledger, count)
    assert await seal_entries(ledger.running.database.engine) == count


async def verdict(ledger: ServiceUnderTest, heads: dict[int, str] | None = None) -> ChainVerdict:
    async with ledger.running.database.engine.connect() as connection:
        return await verify_chain(connection, heads or {})


async def test_the_log_can_only_be_appended_to(ledger: ServiceUnderTest) -> None:
    await leave_entries(ledger, 1)
    await seal_entries(ledger.running.database.engine)
    session = await asyncpg.connect(plain_dsn(ledger.running.settings.database))
    for table in ("audit_entry", "audit_seal"):
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE", f"DELETE FROM {table} WHERE false"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await session.execute(statement)
    for statement in ("UPDATE audit_entry SET result = 'x'", "UPDATE audit_seal SET digest = ''"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await session.execute(statement)
    await session.close()


async def test_the_chain_is_what_its_description_says(ledger: ServiceUnderTest, superuser: asyncpg.Connection) -> None:
    await chained(ledger, superuser, 3)
    entries = await ledger.rows("SELECT * FROM audit_entry ORDER BY id")
    digest = GENESIS
    for entry in entries:
        digest = hashlib.sha256(digest + canonical(entry)).digest()
    assert await verdict(ledger) == ChainVerdict(3, digest.hex(), None)
    first = json.loads(canonical(entries[0]))
    assert first[:2] == [1, "2026-11-23T01:00:00+00:00"]
    assert len(first) == len(entries[0])


COLUMNS = [
    "issuer", "subject", "organisation", "person", "action", "object_type", "object_id", "purpose", "result",
    "request_id",
]  # fmt: skip


async def _mutate(superuser: asyncpg.Connection, dice: random.Random) -> tuple[str, int]:
    """One random falsification; returns what was done and the first number that must be found wrong."""
    at, other = sorted(dice.sample(range(1, ENTRIES + 1), 2))
    kind = dice.choice(["edit", "edit", "time", "digest", "entry gone", "both gone", "swap", "renumber", "repeat"])
    match kind:
        case "edit":
            column = dice.choice(COLUMNS)
            value = dice.choice(["x", "", "测试", None if column in ("person", "purpose", "object_id") else "y"])
            await superuser.execute(
                f"UPDATE audit_entry SET {column} = coalesce($2, '') || '!' WHERE id = $1", at, value
            )
        case "time":
            await superuser.execute("UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE id = $1", at)
        case "digest":
            await superuser.execute(
                "UPDATE audit_seal SET digest = set_byte(digest, 7, 255 - get_byte(digest, 7)) WHERE seq = $1", at
            )
        case "entry gone":
            await superuser.execute("DELETE FROM audit_entry WHERE id = $1", at)
        case "both gone":
            await superuser.execute("DELETE FROM audit_entry WHERE id = $1", other - 1)
            await superuser.execute("DELETE FROM audit_seal WHERE seq = $1", other - 1)
            at = other - 1
        case "swap":
            await superuser.execute(
                "UPDATE audit_entry SET action = CASE id WHEN $1 THEN $4 ELSE $3 END WHERE id IN ($1, $2)",
                at, other, f"test.{at - 1}", f"test.{other - 1}",
            )  # fmt: skip
        case "renumber":
            await superuser.execute("UPDATE audit_seal SET entry_id = $2 WHERE seq = $1", at, 10_000 + at)
        case "repeat":
            await superuser.execute(
                "UPDATE audit_seal SET digest = (SELECT digest FROM audit_seal WHERE seq = $2) WHERE seq = $1",
                at,
                other,
            )
    return kind, at


async def test_two_hundred_falsifications_are_found_at_their_exact_place(
    ledger: ServiceUnderTest, superuser: asyncpg.Connection
) -> None:
    await chained(ledger, superuser, ENTRIES)
    whole = await verdict(ledger)
    assert whole.length == ENTRIES
    await superuser.execute("CREATE TEMP TABLE kept_entry AS SELECT * FROM audit_entry")
    await superuser.execute("CREATE TEMP TABLE kept_seal AS SELECT * FROM audit_seal")
    dice = random.Random(20261123)
    done = []
    for _ in range(MUTATIONS):
        kind, at = await _mutate(superuser, dice)
        found = await verdict(ledger)
        assert (found.broken_at, found.length) == (at, at - 1), (kind, found)
        done.append(kind)
        await superuser.execute(
            "TRUNCATE audit_seal, audit_entry; "
            "INSERT INTO audit_entry OVERRIDING SYSTEM VALUE SELECT * FROM kept_entry; "
            "INSERT INTO audit_seal SELECT * FROM kept_seal"
        )
    assert await verdict(ledger) == whole
    assert len(set(done)) == 8


async def test_a_shortened_or_remade_chain_is_found_by_the_witness(
    ledger: ServiceUnderTest, superuser: asyncpg.Connection, tmp_path: Path
) -> None:
    engine, around = ledger.running.database.engine, ledger.running.database.around
    witness = tmp_path / "witness" / "ledger.jsonl"
    await chained(ledger, superuser, 10)
    await witness_head(engine, around.confidential, around.clock, witness)
    await leave_entries(ledger, 10)
    await seal_entries(engine)
    await witness_head(engine, around.confidential, around.clock, witness)
    heads = witnessed_heads(around.confidential, witness)
    assert sorted(heads) == [10, 20]
    assert (await verdict(ledger, heads)).broken_at is None

    # The newest entries and their seals are removed: the chain itself is still whole.
    await superuser.execute("DELETE FROM audit_seal WHERE seq > 15; DELETE FROM audit_entry WHERE id > 15")
    assert (await verdict(ledger)).broken_at is None
    shortened = await verdict(ledger, heads)
    assert (shortened.broken_at, shortened.reason) == (16, "witnessed entries are missing")

    # An entry is falsified and everything after it is chained anew, correctly.
    await chained(ledger, superuser, 20)
    await superuser.execute("TRUNCATE audit_seal; UPDATE audit_entry SET action = 'harmless' WHERE id = 13")
    await seal_entries(engine)
    assert (await verdict(ledger)).broken_at is None
    remade = await verdict(ledger, heads)
    assert (remade.broken_at, remade.reason) == (20, "the witness saw another head")


async def test_a_forged_witness_line_is_refused(
    ledger: ServiceUnderTest, superuser: asyncpg.Connection, tmp_path: Path
) -> None:
    engine, around = ledger.running.database.engine, ledger.running.database.around
    witness = tmp_path / "ledger.jsonl"
    await chained(ledger, superuser, 2)
    await witness_head(engine, around.confidential, around.clock, witness)
    await witness_head(engine, around.confidential, around.clock, witness)
    good = witness.read_text().splitlines()
    head = json.loads(good[1])
    assert set(head) == {"seq", "digest", "at", "mac"}
    for forged in (
        json.dumps({**head, "digest": "00" * 32}),
        json.dumps({**head, "seq": 3}),
        json.dumps({**head, "at": "2026-01-01T00:00:00+08:00"}),
        json.dumps({name: value for name, value in head.items() if name != "mac"}),
        json.dumps({**head, "mac": "é"}),
        "not json",
        "[]",
        "",
    ):
        witness.write_text(f"{good[0]}\n{forged}\n")
        with pytest.raises(WitnessForged) as refused:
            witnessed_heads(around.confidential, witness)
        assert refused.value.args == (2,)


async def test_nothing_is_witnessed_before_there_is_a_chain(
    ledger: ServiceUnderTest, superuser: asyncpg.Connection, tmp_path: Path
) -> None:
    engine, around = ledger.running.database.engine, ledger.running.database.around
    await superuser.execute("TRUNCATE audit_seal, audit_entry RESTART IDENTITY")
    await witness_head(engine, around.confidential, around.clock, tmp_path / "none.jsonl")
    assert not (tmp_path / "none.jsonl").exists()
    assert await verdict(ledger) == ChainVerdict(0, GENESIS.hex(), None)


async def test_many_sealers_make_one_chain_without_gaps(
    ledger: ServiceUnderTest, superuser: asyncpg.Connection
) -> None:
    await superuser.execute("TRUNCATE audit_seal, audit_entry RESTART IDENTITY")
    engine = ledger.running.database.engine
    for _ in range(4):
        await asyncio.gather(*(leave_entries(ledger, 7) for _ in range(6)), *(seal_entries(engine) for _ in range(4)))
    await seal_entries(engine)
    found = await verdict(ledger)
    assert (found.length, found.broken_at) == (168, None)


async def test_an_entry_that_commits_late_is_sealed_in_a_later_round(
    ledger: ServiceUnderTest, superuser: asyncpg.Connection
) -> None:
    await superuser.execute("TRUNCATE audit_seal, audit_entry RESTART IDENTITY")
    worker = Worker(ledger.definition, ledger.running)
    async with ledger.running.database.engine.connect() as slow:
        await slow.execute(text(
            "INSERT INTO audit_entry (at, issuer, subject, organisation, action, object_type, result, request_id) "
            "VALUES (now(), 'i', 's', 'o', 'slow', 't', 'done', 'r')"
        ))  # fmt: skip
        await leave_entries(ledger, 5)
        await worker._seal()
        await leave_entries(ledger, 5)
        await worker._seal()
        assert (await verdict(ledger)).length == 10
        await slow.commit()
    await worker._seal()
    found = await verdict(ledger)
    assert (found.length, found.broken_at) == (11, None)
    [last] = await ledger.rows(
        "SELECT e.action FROM audit_seal s JOIN audit_entry e ON e.id = s.entry_id ORDER BY s.seq DESC LIMIT 1"
    )
    assert last.action == "slow"


async def test_the_sweep_finds_an_entry_below_everything_recent(
    ledger: ServiceUnderTest, superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await superuser.execute("TRUNCATE audit_seal, audit_entry RESTART IDENTITY")
    monkeypatch.setattr("shared.storage.sealing.LOOK_BACK", 5)
    monkeypatch.setattr("shared.worker.SWEEP_WINDOW", 4)
    await superuser.execute("SELECT setval('audit_entry_id_seq', 100)")
    worker = Worker(ledger.definition, ledger.running)
    await leave_entries(ledger, 20)
    await worker._seal()
    await superuser.execute(
        "INSERT INTO audit_entry (id, at, issuer, subject, organisation, action, object_type, result, request_id) "
        "OVERRIDING SYSTEM VALUE VALUES (50, now(), 'i', 's', 'o', 'very late', 't', 'done', 'r')"
    )
    await worker._seal()
    assert (await verdict(ledger)).length == 20
    await Worker(ledger.definition, ledger.running)._seal()
    assert await verdict(ledger) == ChainVerdict(21, (await verdict(ledger)).head, None)


async def test_no_audit_no_act(ledger: ServiceUnderTest) -> None:
    session = await asyncpg.connect(plain_dsn(ledger.running.settings.database))
    await session.execute(
        "DROP ROLE IF EXISTS ledger_without_audit; CREATE ROLE ledger_without_audit; "
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO ledger_without_audit; "
        "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ledger_without_audit; "
        "REVOKE INSERT ON audit_entry FROM ledger_without_audit"
    )
    before = await ledger.rows("SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM outbox)")

    class WithoutAudit(ledger.definition.transaction):  # type: ignore[name-defined, misc]
        async def flush(self) -> None:
            await self.connection.execute(text("SET LOCAL ROLE ledger_without_audit"))
            await super().flush()

    async with ledger.client(*EVERYTHING) as client:
        account = await client.post("/v1/accounts", json={"division": "500103001000", "owner": "测试甲"})
        usual = ledger.running.database._transaction
        ledger.running.database._transaction = WithoutAudit
        try:
            write = await client.post("/v1/accounts", json={"division": "500103001000", "owner": "测试乙"})
            read = await client.get(account.headers["location"])
        finally:
            ledger.running.database._transaction = usual
    assert write.status_code == 503
    assert read.status_code == 503
    assert "测试" not in read.text
    after = await ledger.rows("SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM outbox)")
    assert [value - 1 for value in after[0]] == list(before[0])
    await session.execute("DROP OWNED BY ledger_without_audit; DROP ROLE ledger_without_audit")
    await session.close()


async def test_every_act_and_every_read_leaves_who_what_and_why(ledger: ServiceUnderTest) -> None:
    async with ledger.client(*EVERYTHING, person="officer-seen", **{"X-Purpose": "CASE_REVIEW"}) as client:
        path = (await client.post("/v1/accounts", json={"division": "500103001000", "owner": "测试甲"})).headers[
            "location"
        ]
        await client.post(f"{path}/deposit", json={"amount_fen": 1})
        await client.get(path)
        await client.get(path[:-4] + "0000")
        await client.get(path, headers={"X-Purpose": "看看张三 500103".encode()})  # type: ignore[dict-item]
    entries = await ledger.rows(
        "SELECT action, object_id, purpose, result, organisation FROM audit_entry "
        "WHERE person = 'officer-seen' ORDER BY id"
    )
    assert [(entry.action, entry.purpose, entry.result) for entry in entries] == [
        ("account.opened", "CASE_REVIEW", "done"),
        ("account.deposited", "CASE_REVIEW", "done"),
        ("account.read", "CASE_REVIEW", "done"),
        ("GET /v1/accounts/{account_id}", "CASE_REVIEW", "account-unknown"),
        ("account.read", None, "done"),
    ]
    assert {entry.object_id for entry in entries} == {path[-36:], None}
    assert {entry.organisation for entry in entries} == {"township-window"}


async def test_the_auditor_reads_the_verdict_and_is_audited_as_well(
    ledger: ServiceUnderTest, superuser: asyncpg.Connection, tmp_path: Path
) -> None:
    engine, around = ledger.running.database.engine, ledger.running.database.around
    witness = tmp_path / "ledger.jsonl"
    await chained(ledger, superuser, 4)
    await witness_head(engine, around.confidential, around.clock, witness)
    audit = ledger.running.settings.audit.model_copy(update={"witness_file": witness})
    settings = ledger.running.settings.model_copy(update={"audit": audit})
    running = type(ledger.running)(**{**vars(ledger.running), "settings": settings})
    watched = ServiceUnderTest(
        **{**vars(ledger), "running": running, "app": create_service(ledger.definition, running)}
    )
    async with watched.client("audit:read") as auditor:
        assert (await auditor.get("/internal/audit/chain")).json()["broken_at"] is None
        await superuser.execute("DELETE FROM audit_seal WHERE seq = 4")
        found = (await auditor.get("/internal/audit/chain")).json()
        assert (found["length"], found["broken_at"]) == (3, 4)
    [count] = await ledger.rows("SELECT count(*) FROM audit_entry WHERE action = 'audit.verified'")
    assert count[0] == 2


async def test_the_link_depends_on_both_sides() -> None:
    assert len({link(a, b) for a in (b"x" * 32, b"y" * 32) for b in (b"1", b"2")}) == 4
