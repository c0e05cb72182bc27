"""The transaction of a use case: same rows and errors as through SQLAlchemy, and never another's transaction."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import DBAPIError, IntegrityError

from shared.storage.database import constraint_of, is_connection_lost, sqlstate
from shared.storage.direct import ROWS_AT_ONCE, OpenTransaction, execute, fetch_value
from shared.testing.under_test import ServiceUnderTest

pytestmark = pytest.mark.asyncio(loop_scope="module")

METADATA = MetaData()
parents = Table(
    "direct_parent", METADATA, Column("id", Uuid, primary_key=True), Column("order", String), Column("more", JSONB),
    Column("words", ARRAY(String)), Column("raw", LargeBinary),
)  # fmt: skip
children = Table(
    "direct_child", METADATA, Column("parent_id", Uuid, ForeignKey("direct_parent.id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
)  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def tables(ledger: ServiceUnderTest) -> AsyncIterator[None]:
    async with ledger.running.database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    yield
    async with ledger.running.database.engine.begin() as connection:
        await connection.run_sync(METADATA.drop_all)


def family(size: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    parent = {"id": uuid4(), "order": "‘甲’", "more": {"a": [1, None]}, "words": ["x", "y"], "raw": b"\x00\xff"}
    return parent, [{"parent_id": parent["id"], "ordinal": n} for n in range(size)]


@pytest.mark.parametrize("size", [0, 1, 3, ROWS_AT_ONCE, 2 * ROWS_AT_ONCE + 1])
async def test_rows_of_two_tables_come_together_and_come_back(ledger: ServiceUnderTest, size: int) -> None:
    parent, offspring = family(size)
    await ledger.run(lambda tx: tx.insert((parents, [parent]), (children, offspring)))
    async with ledger.running.database.engine.connect() as connection:
        (row,) = (await connection.execute(parents.select().where(parents.c.id == parent["id"]))).mappings().all()
        count = await connection.scalar(
            text("SELECT count(*) FROM direct_child WHERE parent_id = :id"), {"id": parent["id"]}
        )
    assert dict(row) == parent
    assert count == size


async def test_a_violated_constraint_is_sqlalchemys_error_and_leaves_nothing(ledger: ServiceUnderTest) -> None:
    parent, offspring = family(2)
    offspring[1]["ordinal"] = 0
    with pytest.raises(IntegrityError) as broken:
        await ledger.run(lambda tx: tx.insert((parents, [parent]), (children, offspring)))
    assert constraint_of(broken.value) == "direct_child_pkey"
    assert sqlstate(broken.value) == "23505"
    assert await ledger.rows("SELECT 1 FROM direct_parent WHERE id = :id", id=parent["id"]) == []


async def test_an_error_shows_no_value(ledger: ServiceUnderTest) -> None:
    parent, _ = family(0)
    with pytest.raises(DBAPIError) as broken:
        await ledger.run(lambda tx: tx.insert((parents, [{**parent, "order": "secret\x00"}])))
    assert "secret" not in str(broken.value)


async def test_serials_of_many_transactions_at_once_are_all_different(ledger: ServiceUnderTest) -> None:
    serials = await asyncio.gather(*(ledger.run(lambda tx: tx.next_serial()) for _ in range(40)))
    assert len(set(serials)) == 40


async def test_a_swallowed_error_cannot_be_acknowledged(ledger: ServiceUnderTest) -> None:
    parent, _ = family(0)

    async def careless(tx: Any) -> str:
        await tx.insert((parents, [parent]))
        with pytest.raises(DBAPIError):
            await execute(tx.connection, "SELECT 1 / 0")
        return "done"

    with pytest.raises(RuntimeError, match="swallowed"):
        await ledger.run(careless)
    assert await ledger.rows("SELECT 1 FROM direct_parent WHERE id = :id", id=parent["id"]) == []


async def test_a_cancelled_use_case_leaves_no_transaction_in_the_pool(ledger: ServiceUnderTest) -> None:
    parents_before = await ledger.rows("SELECT count(*) AS n FROM direct_parent")

    async def slow(tx: Any, through_sqlalchemy: bool) -> None:
        await tx.insert((parents, [family(0)[0]]))
        if through_sqlalchemy:
            await tx.connection.execute(text("SELECT pg_sleep(5)"))
        else:
            await execute(tx.connection, "SELECT pg_sleep(5)")

    for number in range(30):
        running = asyncio.create_task(ledger.run(lambda tx, number=number: slow(tx, number % 2 == 0)))
        await asyncio.sleep(0.01 * (number % 4))
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert await ledger.rows("SELECT count(*) AS n FROM direct_parent") == parents_before
    idle = await ledger.rows(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
        " AND pid <> pg_backend_pid()"
    )
    assert idle == []
    assert len(await asyncio.gather(*(ledger.run(lambda tx: tx.next_serial()) for _ in range(40)))) == 40


async def test_a_session_that_died_in_the_pool_is_passed_over(ledger: ServiceUnderTest) -> None:
    await asyncio.gather(*(ledger.run(lambda tx: tx.next_serial()) for _ in range(8)))
    administrator = await asyncpg.connect(
        str(ledger.running.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    )
    await administrator.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await administrator.close()
    await asyncio.sleep(0.05)
    engine = ledger.running.database.engine.execution_options(isolation_level="AUTOCOMMIT")
    transaction = await OpenTransaction.begin(engine)
    assert await fetch_value(transaction.connection, "SELECT 1") == 1
    await transaction.end()


async def test_a_session_that_dies_in_the_transaction_is_a_lost_connection(ledger: ServiceUnderTest) -> None:
    engine = ledger.running.database.engine.execution_options(isolation_level="AUTOCOMMIT")
    transaction = await OpenTransaction.begin(engine)
    victim = await fetch_value(transaction.connection, "SELECT pg_backend_pid()")
    assert await ledger.run(lambda tx: fetch_value(tx.connection, "SELECT pg_terminate_backend($1)", victim))
    with pytest.raises((DBAPIError, asyncpg.InterfaceError, OSError)) as broken:
        await execute(transaction.connection, "SELECT 1")
    assert is_connection_lost(broken.value)
    await transaction.end()
    assert await ledger.run(lambda tx: tx.next_serial()) > 0
