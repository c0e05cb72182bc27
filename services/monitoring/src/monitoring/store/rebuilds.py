"""Recomputation into a shadow: filled in batches, compared to the last digit, then taken over."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, Row, String, Table, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from monitoring.domain.measures import Cell
from monitoring.store.states import METADATA, written
from shared.storage.transaction import Transaction

rebuild_runs = Table(
    "rebuild",
    METADATA,
    Column("id", BigInteger, primary_key=True),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    Column("entities", BigInteger, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("differences", BigInteger),
    Column("took_over", Boolean, nullable=False),
)
shadow_states = Table(
    "shadow_state",
    METADATA,
    Column("source", String, primary_key=True),
    Column("noun", String, primary_key=True),
    Column("entity_id", Uuid, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("contributed", JSONB, nullable=False),
)
shadow_differences = Table(
    "shadow_difference",
    METADATA,
    Column("measure", String, nullable=False),
    Column("division", String, nullable=False),
    Column("residence", String, nullable=False),
    Column("day", Date, nullable=False),
    Column("amount", BigInteger, nullable=False),
)

NEXT = text(
    """
    SELECT source, noun, entity_id, epoch, version, region, seen_at, schema_version, state, contributed
    FROM entity_state WHERE (source, noun, entity_id) > (:source, :noun, CAST(:entity_id AS uuid))
    ORDER BY source, noun, entity_id LIMIT :limit
    """
)
SHADOW = text(
    """
    INSERT INTO shadow_state (source, noun, entity_id, epoch, version, contributed)
    SELECT source, noun, entity_id, epoch, version, contributed FROM jsonb_to_recordset(CAST(:rows AS jsonb))
      AS r (source text, noun text, entity_id uuid, epoch integer, version bigint, contributed jsonb)
    ON CONFLICT (source, noun, entity_id) DO UPDATE
    SET epoch = excluded.epoch, version = excluded.version, contributed = excluded.contributed
    """
)
BEHIND = text(
    """
    SELECT s.source, s.noun, s.entity_id, s.epoch, s.version, s.region, s.seen_at, s.schema_version, s.state,
           s.contributed
    FROM entity_state s LEFT JOIN shadow_state h USING (source, noun, entity_id)
    WHERE (h.epoch, h.version) IS DISTINCT FROM (s.epoch, s.version)
    ORDER BY s.source, s.noun, s.entity_id LIMIT :limit
    """
)
GONE = """
    DELETE FROM shadow_state h WHERE NOT EXISTS (
        SELECT 1 FROM entity_state s WHERE (s.source, s.noun, s.entity_id) = (h.source, h.noun, h.entity_id))
"""
COMPARE = text(
    """
    WITH rebuilt AS (
        SELECT c ->> 0 AS measure, c ->> 1 AS division, c ->> 2 AS residence, (c ->> 3)::date AS day,
               sum((c ->> 4)::bigint) AS amount
        FROM shadow_state, jsonb_array_elements(contributed) AS c GROUP BY 1, 2, 3, 4
    ), kept AS (
        SELECT measure, division, residence, day, sum(amount) AS amount FROM cell GROUP BY 1, 2, 3, 4
    )
    INSERT INTO shadow_difference (measure, division, residence, day, amount)
    SELECT measure, division, residence, day, coalesce(r.amount, 0) - coalesce(k.amount, 0)
    FROM rebuilt r FULL JOIN kept k USING (measure, division, residence, day)
    WHERE coalesce(r.amount, 0) <> coalesce(k.amount, 0)
    """
)
TAKE_OVER = (
    """
    INSERT INTO cell (measure, division, residence, day, recorded_on, amount)
    SELECT measure, division, residence, day, CAST(:today AS date), amount FROM shadow_difference
    ON CONFLICT (measure, division, residence, day, recorded_on) DO UPDATE SET amount = cell.amount + excluded.amount
    """,
    """
    UPDATE entity_state s SET contributed = h.contributed FROM shadow_state h
    WHERE (s.source, s.noun, s.entity_id) = (h.source, h.noun, h.entity_id) AND s.contributed <> h.contributed
    """,
)


@dataclass(frozen=True)
class Rebuild:
    """One recomputation (重算) and how far it is; ``differences`` are cells, known when it is finished."""

    id: int
    started_at: datetime
    finished_at: datetime | None
    entities: int
    done: int
    differences: int | None
    took_over: bool


class Rebuilds:
    """Recomputations; only one at a time."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def begin(self, at: datetime) -> Rebuild | None:
        """Empty the shadow and note the begin; None while another one runs."""
        run = self._tx.connection.execute
        await run(text("LOCK TABLE rebuild IN EXCLUSIVE MODE"))
        if (await run(text("SELECT 1 FROM rebuild WHERE finished_at IS NULL"))).first():
            return None
        await run(text("TRUNCATE shadow_state, shadow_difference"))
        row = (
            await run(
                text("INSERT INTO rebuild (started_at, entities) SELECT :at, count(*) FROM entity_state RETURNING *"),
                {"at": at},
            )
        ).one()
        return Rebuild(**row._mapping)

    async def list(self, limit: int = 20) -> list[Rebuild]:
        """The latest first."""
        rows = await self._tx.connection.execute(text("SELECT * FROM rebuild ORDER BY id DESC LIMIT :n"), {"n": limit})
        return [Rebuild(**row) for row in rows.mappings()]

    async def get(self, rebuild_id: int) -> Rebuild | None:
        """One recomputation."""
        rows = await self._tx.connection.execute(text("SELECT * FROM rebuild WHERE id = :id"), {"id": rebuild_id})
        row = rows.mappings().one_or_none()
        return None if row is None else Rebuild(**row)

    async def next_states(self, after: tuple[str, str, str], limit: int) -> Sequence[Row[Any]]:
        """The states after a key."""
        values = {"source": after[0], "noun": after[1], "entity_id": after[2], "limit": limit}
        return (await self._tx.connection.execute(NEXT, values)).all()

    async def behind(self, limit: int) -> Sequence[Row[Any]]:
        """States that moved on while the shadow was filled; whoever calls holds the lock."""
        return (await self._tx.connection.execute(BEHIND, {"limit": limit})).all()

    async def shadow(self, rows: Sequence[tuple[Row[Any], Counter[Cell]]]) -> None:
        """Put recomputed contributions into the shadow."""
        entries = [
            {
                "source": row.source, "noun": row.noun, "entity_id": str(row.entity_id), "epoch": row.epoch,
                "version": row.version, "contributed": written(contributed),
            }
            for row, contributed in rows
        ]  # fmt: skip
        await self._tx.connection.execute(SHADOW, {"rows": json.dumps(entries)})

    async def note(self, rebuild_id: int, done: int) -> None:
        """Say how far it is."""
        await self._tx.connection.execute(
            text("UPDATE rebuild SET done = :done WHERE id = :id"), {"done": done, "id": rebuild_id}
        )

    async def lock(self) -> None:
        """Nobody changes states or cells until the end of the transaction."""
        await self._tx.connection.execute(text("LOCK TABLE entity_state, cell IN SHARE ROW EXCLUSIVE MODE"))
        await self._tx.connection.execute(text(GONE))

    async def take_over(self, rebuild_id: int, today: date, at: datetime) -> int:
        """Compare to the last digit and take the shadow over; gives how many cells differed.

        What differed becomes a correction of the day, so that what was known before stays as it was.
        """
        run = self._tx.connection.execute
        differences = (await run(COMPARE)).rowcount
        for statement in TAKE_OVER:
            await run(text(statement), {"today": today} if ":today" in statement else {})
        await run(
            text(
                "UPDATE rebuild SET finished_at = :at, differences = :n, took_over = true, done = entities "
                "WHERE id = :id"
            ),
            {"at": at, "n": differences, "id": rebuild_id},
        )
        return int(differences)

    async def abandon(self, rebuild_id: int, at: datetime) -> None:
        """Close one that failed; nothing was taken over."""
        await self._tx.connection.execute(
            text("UPDATE rebuild SET finished_at = :at WHERE id = :id"), {"at": at, "id": rebuild_id}
        )
