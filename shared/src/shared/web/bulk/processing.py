"""Taking rows in: each through its use case, in batches of one transaction, from where the last batch ended.

Progress is written in the transaction that took the rows, so a crash repeats nothing and skips nothing. A row that is
refused leaves no trace but its line in the report. A dry run does the same work and undoes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError

from shared.kernel.errors import Refusal
from shared.kernel.principal import Principal
from shared.storage.database import Busy, StillRunning, sqlstate
from shared.storage.transaction import Origin
from shared.web.bulk.formats import understand
from shared.web.bulk.kinds import BulkKind
from shared.web.bulk.store import ADVANCE, LOCK, NEXT_ROWS, OPEN, OUTCOMES, Import, Outcome, open_row, principal_of
from shared.web.problems import DATA_ERRORS, entry_of, members_of_refusal
from shared.web.running import Running

BATCH = 50
log = structlog.get_logger()


class _Undone(Exception):
    """Carries the outcomes of a dry run out of the transaction that is rolled back."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        self.outcomes = outcomes


async def process_imports(running: Running, kinds: Sequence[BulkKind]) -> int:
    """Take in everything that waits; returns how many rows were handled."""
    known = {kind.name: kind for kind in kinds}
    async with running.database.engine.connect() as connection:
        waiting = [row.id for row in await connection.execute(OPEN)]
    handled = 0
    for import_id in waiting:
        try:
            while count := await _batch(running, known, import_id):
                handled += count
        except (Busy, StillRunning) as busy:
            log.info("import waits", import_id=str(import_id), reason=type(busy).__name__)
    return handled


async def _batch(running: Running, kinds: Mapping[str, BulkKind], import_id: UUID) -> int:
    """One batch; 0 when the import is finished, cancelled or in other hands."""
    own = Origin(Principal.of_service(running.settings.service), request_id=str(import_id))
    held = await running.database.run(lambda tx: _held(tx, import_id), own)
    if held is None:
        return 0
    origin = Origin(principal_of(running.database.around.confidential, held), str(import_id), "bulk-import")
    kind = kinds[held.kind]
    try:
        return await running.database.run(lambda tx: _take(tx, running, kind, held.done, import_id), origin)
    except _Undone as undone:
        outcomes = undone.outcomes
    await running.database.run(lambda tx: _record(tx, import_id, held.done, outcomes), own)
    return len(outcomes)


async def _held(tx: Any, import_id: UUID) -> Import | None:
    row = (await tx.connection.execute(LOCK, {"id": import_id})).one_or_none()
    return Import.of(row) if row else None


async def _take(tx: Any, running: Running, kind: BulkKind, done: int, import_id: UUID) -> int:
    held = await _held(tx, import_id)
    if held is None or held.done != done:
        return 0
    values = {"id": import_id, "done": done, "limit": BATCH}
    rows = (await tx.connection.execute(NEXT_ROWS, values)).all()
    outcomes = [await _row(tx, running, kind, import_id, row.row_no, row.body) for row in rows]
    if held.dry_run:
        raise _Undone(outcomes)
    await _write(tx, held, outcomes)
    return len(outcomes)


async def _record(tx: Any, import_id: UUID, done: int, outcomes: Sequence[Outcome]) -> None:
    held = await _held(tx, import_id)
    if held is not None and held.done == done:
        await _write(tx, held, outcomes)


async def _write(tx: Any, held: Import, outcomes: Sequence[Outcome]) -> None:
    rows = [vars(outcome) for outcome in outcomes]
    await tx.connection.execute(OUTCOMES, {"id": held.id, "outcomes": json.dumps(rows, ensure_ascii=False)})
    rejected = sum(outcome.problem is not None for outcome in outcomes)
    values = {"id": held.id, "done": held.done + len(outcomes), "rejected": rejected, "at": tx.at}
    await tx.connection.execute(ADVANCE, values)


async def _row(tx: Any, running: Running, kind: BulkKind, import_id: UUID, number: int, body: str) -> Outcome:
    """One row inside a savepoint: what a refused row wrote or announced is forgotten.

    Rules that the database checks at the commit are checked at the end of each row.
    """
    before = len(tx.events), len(tx.entries), len(tx.afterwards)
    await tx.connection.exec_driver_sql("SAVEPOINT bulk_row")
    await tx.connection.exec_driver_sql("SET CONSTRAINTS ALL DEFERRED")
    try:
        stored = open_row(tx.around.confidential, import_id, number, body)
        made = await kind.take(tx, understand(kind, stored))
        await tx.connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
        await tx.connection.exec_driver_sql("RELEASE SAVEPOINT bulk_row")
        found = getattr(made, "id", None)
        return Outcome(number, str(found) if found else None, None)
    except (Refusal, ValidationError, DBAPIError, asyncpg.PostgresError) as error:
        problem = problem_of(running, error)
        if problem is None:
            raise
        await tx.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT bulk_row")
        del tx.events[before[0] :], tx.entries[before[1] :], tx.afterwards[before[2] :]
        return Outcome(number, None, problem)


def problem_of(running: Running, error: Exception) -> dict[str, Any] | None:
    """What the report says of a row; None for an error that is not the row's."""
    if isinstance(error, IntegrityError):
        error = running.database.refusal_of(error) or error
    if isinstance(error, Refusal):
        return {"code": error.code, "title": error.title, "detail": error.detail, **members_of_refusal(error)}
    if isinstance(error, ValidationError):
        errors = [entry_of(entry) for entry in error.errors(include_input=False, include_url=False)]
        return {"code": "invalid-input", "title": "填写内容有误", "errors": errors}
    if sqlstate(error) in DATA_ERRORS:
        return {"code": "invalid-input", "title": "内容不能保存"}
    return None
