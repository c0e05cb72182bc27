"""Monthly runs and their lines; computed in SQL, batch by batch, so that memory does not grow with the city."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    Uuid,
    or_,
    select,
    text,
)

from assistance.domain.aid import Aid
from assistance.domain.benefit_run import BenefitRun, RunAlreadyOpen, RunStatus, RunUnknown, never_with
from assistance.events import run_state
from assistance.store.tables import METADATA
from shared.contracts.envelope import EntityState
from shared.kernel.divisions import Area
from shared.storage.entities import Entities, entity_columns, within

runs = Table(
    "benefit_run",
    METADATA,
    *entity_columns(),
    Column("aid", String, nullable=False),
    Column("month", Date, nullable=False),
    Column("status", String, nullable=False),
    Column("opened_by", String, nullable=False),
    Column("sealed_by", String),
    Column("sealed_on", Date),
    Column("after", Uuid),
    Column("lines", Integer, nullable=False),
    Column("blocked", Integer, nullable=False),
    Column("total_fen", BigInteger, nullable=False),
    Column("digest", String),
    Column("signature", String),
    Column("settled", Boolean, nullable=False, server_default="false"),
)
lines = Table(
    "benefit_line",
    METADATA,
    Column("run_id", Uuid, ForeignKey("benefit_run.id"), primary_key=True),
    Column("benefit_id", Uuid, primary_key=True),
    Column("for_month", Date, primary_key=True),
    Column("kind", String, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("blocked", Boolean, nullable=False),
    Column("block_reason", String),
)
RUN_CONSTRAINTS = {"one_open_run_an_aid": RunAlreadyOpen}
BATCH = 5_000

COMPUTE = text(
    """
    WITH batch AS MATERIALIZED (
        SELECT id, settle_from, started_on, ended_from, suspended_from, status
        FROM benefit
        WHERE aid = :aid AND division LIKE :prefix AND (CAST(:after AS uuid) IS NULL OR id > CAST(:after AS uuid))
          AND started_on <= :month
        ORDER BY id LIMIT :size
    ), payable AS (
        SELECT * FROM batch WHERE status <> 'SUSPENDED' OR suspended_from > :month
    ), months AS (
        SELECT p.id, CAST(m AS date) AS for_month
        FROM payable p
        CROSS JOIN LATERAL generate_series(
            CAST(least(coalesce(p.settle_from, :month), :month) AS timestamp), CAST(:month AS timestamp),
            interval '1 month') AS m
        WHERE p.settle_from IS NOT NULL OR p.ended_from IS NULL OR p.ended_from > :month
    ), due AS (
        SELECT months.id, months.for_month, coalesce(sum(e.amount_fen), 0) AS amount_fen
        FROM months
        LEFT JOIN entitlement e ON e.benefit_id = months.id AND e.valid_from <= months.for_month
             AND (e.valid_to IS NULL OR e.valid_to > months.for_month)
        GROUP BY 1, 2
    ), paid AS (
        SELECT l.benefit_id AS id, l.for_month, sum(l.amount_fen) AS amount_fen
        FROM benefit_line l JOIN benefit_run r ON r.id = l.run_id
        WHERE l.benefit_id IN (SELECT id FROM months) AND r.status = 'SEALED' AND NOT l.blocked
        GROUP BY 1, 2
    ), colliding AS (
        SELECT DISTINCT ON (mine.benefit_id) mine.benefit_id AS id, other.aid
        FROM benefit_recipient mine
        JOIN benefit_recipient other ON other.person_key = mine.person_key AND other.aid = ANY (:never)
             AND other.valid_from <= :month AND (other.valid_to IS NULL OR other.valid_to > :month)
        WHERE mine.benefit_id IN (SELECT id FROM payable)
        ORDER BY mine.benefit_id, other.aid
    ), written AS (
        INSERT INTO benefit_line (run_id, benefit_id, for_month, kind, amount_fen, blocked, block_reason)
        SELECT :run, due.id, due.for_month,
               CASE WHEN due.amount_fen < coalesce(paid.amount_fen, 0) THEN 'RECOVERY'
                    WHEN due.for_month < :month THEN 'BACK_PAY' ELSE 'REGULAR' END,
               due.amount_fen - coalesce(paid.amount_fen, 0),
               colliding.id IS NOT NULL AND due.amount_fen > coalesce(paid.amount_fen, 0),
               CASE WHEN colliding.id IS NOT NULL AND due.amount_fen > coalesce(paid.amount_fen, 0)
                    THEN 'OVERLAP_' || colliding.aid END
        FROM due
        LEFT JOIN paid USING (id, for_month)
        LEFT JOIN colliding ON colliding.id = due.id
        WHERE due.amount_fen <> coalesce(paid.amount_fen, 0)
    )
    SELECT max(CAST(id AS text)) AS last, count(*) AS size FROM batch
    """
)
HELD_BACK = text(
    """
    UPDATE benefit SET settle_from = least(benefit.settle_from, held.month)
    FROM (SELECT benefit_id, min(for_month) AS month FROM benefit_line WHERE run_id = :run AND blocked GROUP BY 1) held
    WHERE benefit.id = held.benefit_id
    """
)
SETTLED = text(
    """
    WITH batch AS MATERIALIZED (
        SELECT id, settle_from FROM benefit
        WHERE aid = :aid AND division LIKE :prefix AND settle_from <= :month
          AND NOT (status = 'SUSPENDED' AND suspended_from <= :month)
          AND (CAST(:after AS uuid) IS NULL OR id > CAST(:after AS uuid))
        ORDER BY id LIMIT :size
    ), months AS (
        SELECT id, CAST(m AS date) AS for_month FROM batch
        CROSS JOIN LATERAL generate_series(
            CAST(settle_from AS timestamp), CAST(:month AS timestamp), interval '1 month') AS m
    ), due AS (
        SELECT months.id, months.for_month, coalesce(sum(e.amount_fen), 0) AS amount_fen
        FROM months
        LEFT JOIN entitlement e ON e.benefit_id = months.id AND e.valid_from <= months.for_month
             AND (e.valid_to IS NULL OR e.valid_to > months.for_month)
        GROUP BY 1, 2
    ), paid AS (
        SELECT l.benefit_id AS id, l.for_month, sum(l.amount_fen) AS amount_fen
        FROM benefit_line l JOIN benefit_run r ON r.id = l.run_id
        WHERE l.benefit_id IN (SELECT id FROM batch) AND r.status = 'SEALED' AND NOT l.blocked
        GROUP BY 1, 2
    ), still_open AS (
        SELECT due.id, min(due.for_month) FILTER (WHERE due.amount_fen <> coalesce(paid.amount_fen, 0)) AS month
        FROM due LEFT JOIN paid USING (id, for_month) GROUP BY due.id
    ), marked AS (
        UPDATE benefit SET settle_from = still_open.month FROM still_open WHERE benefit.id = still_open.id
    )
    SELECT max(CAST(id AS text)) AS last, count(*) AS size FROM batch
    """
)


@dataclass(frozen=True)
class Line:
    """One line of a run, as it is read."""

    benefit_id: UUID
    for_month: date
    kind: str
    amount_fen: int
    blocked: bool
    block_reason: str | None

    @property
    def written(self) -> bytes:
        """The line as it goes into the digest."""
        flag = self.block_reason or ""
        return f"{self.benefit_id}|{self.for_month}|{self.kind}|{self.amount_fen}|{flag}\n".encode()


class Runs(Entities[BenefitRun]):
    """Monthly runs."""

    table, noun, missing = runs, "run", RunUnknown

    def load(self, row: Row[Any]) -> BenefitRun:
        """Row → aggregate."""
        return BenefitRun(
            id=row.id, division=row.division, version=row.version, aid=Aid(row.aid), month=row.month,
            status=RunStatus(row.status), opened_by=row.opened_by, sealed_by=row.sealed_by, sealed_on=row.sealed_on,
            after=row.after, lines=row.lines, blocked=row.blocked, total_fen=row.total_fen, digest=row.digest,
            signature=row.signature,
        )  # fmt: skip

    def dump(self, aggregate: BenefitRun) -> Mapping[str, Any]:
        """Aggregate → row."""
        return {
            "aid": aggregate.aid.value, "month": aggregate.month, "status": aggregate.status.value,
            "opened_by": aggregate.opened_by, "sealed_by": aggregate.sealed_by, "sealed_on": aggregate.sealed_on,
            "after": aggregate.after, "lines": aggregate.lines, "blocked": aggregate.blocked,
            "total_fen": aggregate.total_fen, "digest": aggregate.digest, "signature": aggregate.signature,
        }  # fmt: skip

    def state(self, aggregate: BenefitRun) -> EntityState:
        """Aggregate → published state."""
        return run_state(aggregate)

    async def lock_aid(self, aid: Aid) -> None:
        """One transaction at a time opens a run of an aid."""
        await self.tx.connection.execute(text("SELECT pg_advisory_xact_lock(7102, hashtext(:aid))"), {"aid": aid.value})

    async def refuse_open_neighbour(self, aid: Aid, prefix: str) -> None:
        """No unsealed run of the aid may cover or lie in the same area: nobody is paid twice."""
        open_ = (RunStatus.COMPUTING.value, RunStatus.READY.value)
        rows = await self.tx.connection.execute(
            select(runs.c.division).where(runs.c.aid == aid.value, runs.c.status.in_(open_))
        )
        for row in rows:
            other = prefix_of(row.division)
            if other.startswith(prefix) or prefix.startswith(other):
                raise RunAlreadyOpen()

    async def compute_batch(self, run: BenefitRun, size: int = BATCH) -> bool:
        """Write the lines of the next benefits; false when there were none left."""
        found = (
            await self.tx.connection.execute(
                COMPUTE, {**self._bounds(run, size), "after": run.after, "never": list(never_with(run.aid))}
            )
        ).one()
        if found.last:
            run.after = UUID(found.last)
            await self.tx.connection.execute(runs.update().where(runs.c.id == run.id).values(after=run.after))
        return bool(found.size == size)

    async def hold_back(self, run: BenefitRun) -> None:
        """What was blocked stays open for a later run."""
        await self.tx.connection.execute(HELD_BACK, {"run": run.id})

    async def settle_batch(self, run: BenefitRun, after: UUID | None, size: int = BATCH) -> UUID | None:
        """Take the mark off the benefits for which all is paid; the last one seen, none when there were no more."""
        found = (await self.tx.connection.execute(SETTLED, self._settling(run, after, size))).one()
        return UUID(found.last) if found.size == size else None

    async def lines_after(self, run_id: UUID, after: Line | None, limit: int = BATCH) -> Sequence[Line]:
        """The next lines in their order."""
        wanted = select(lines).where(lines.c.run_id == run_id)
        if after is not None:
            wanted = wanted.where(
                text("(benefit_id, for_month) > (CAST(:b AS uuid), CAST(:m AS date))").bindparams(
                    b=after.benefit_id, m=after.for_month
                )
            )
        rows = await self.tx.connection.execute(wanted.order_by(lines.c.benefit_id, lines.c.for_month).limit(limit))
        return [
            Line(row.benefit_id, row.for_month, row.kind, row.amount_fen, row.blocked, row.block_reason) for row in rows
        ]

    async def listed(self, *, area: Area, month: date | None, limit: int) -> list[BenefitRun]:
        """The newest runs of an area."""
        wanted = select(runs).where(within(area, runs.c.division))
        if month is not None:
            wanted = wanted.where(runs.c.month == month)
        rows = await self.tx.connection.execute(wanted.order_by(runs.c.id.desc()).limit(limit))
        return [self.load(row) for row in rows]

    async def waiting(self) -> list[tuple[UUID, RunStatus]]:
        """Runs for the worker: those still computed and those sealed but not settled, oldest first."""
        rows = await self.tx.connection.execute(
            select(runs.c.id, runs.c.status)
            .where(or_(runs.c.status == "COMPUTING", (runs.c.status == "SEALED") & ~runs.c.settled))
            .order_by(runs.c.id)
        )
        return [(row.id, RunStatus(row.status)) for row in rows]

    async def mark_settled(self, run_id: UUID) -> None:
        """The marks of the benefits are up to date with a sealed run."""
        await self.tx.connection.execute(runs.update().where(runs.c.id == run_id).values(settled=True))

    async def drop_lines(self, run_id: UUID) -> None:
        """Throw the lines of a discarded run away."""
        await self.tx.connection.execute(lines.delete().where(lines.c.run_id == run_id))

    def _settling(self, run: BenefitRun, after: UUID | None, size: int) -> dict[str, Any]:
        bounds = {**self._bounds(run, size), "after": after}
        return {name: value for name, value in bounds.items() if name != "run"}

    def _bounds(self, run: BenefitRun, size: int) -> dict[str, Any]:
        prefix = prefix_of(run.division) + "%"
        return {"run": run.id, "aid": run.aid.value, "prefix": prefix, "month": run.month, "size": size}


class Digest:
    """The running SHA-256 over a run's lines, with its totals."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.lines = self.blocked = self.total_fen = 0

    def take(self, found: Sequence[Line]) -> None:
        """Count and hash further lines."""
        for line in found:
            self._hash.update(line.written)
            self.lines += 1
            self.blocked += line.blocked
            if not line.blocked and line.amount_fen > 0:
                self.total_fen += line.amount_fen

    @property
    def hexdigest(self) -> str:
        """The digest so far."""
        return self._hash.hexdigest()


def prefix_of(division: str) -> str:
    """The digits every division inside a division begins with."""
    return Area(division).prefix
