"""Entity states and cells; the engine's SQL works on whole batches."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Integer,
    MetaData,
    String,
    Table,
    Uuid,
    delete,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from monitoring.domain.measures import Cell
from monitoring.domain.observation import EntityKey, Observation
from shared.kernel.clock import business_day
from shared.storage.transaction import Transaction

METADATA = MetaData()

entity_states = Table(
    "entity_state",
    METADATA,
    Column("source", String, primary_key=True),
    Column("noun", String, primary_key=True),
    Column("entity_id", Uuid, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("region", String, nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("contributed", JSONB, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("state", JSONB, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
)
cells = Table(
    "cell",
    METADATA,
    Column("measure", String, primary_key=True),
    Column("division", String, primary_key=True),
    Column("residence", String, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("recorded_on", Date, primary_key=True),
    Column("amount", BigInteger, nullable=False),
)

heard_events = Table(
    "heard",
    METADATA,
    Column("source", String, primary_key=True),
    Column("noun", String, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("events", BigInteger, nullable=False),
)

NEW_STATES = text(
    """
    INSERT INTO entity_state (source, noun, entity_id, epoch, version, region, seen_at, contributed)
    SELECT source, noun, entity_id, 0, 0, region, seen_at, '[]'
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
      AS r (source text, noun text, entity_id uuid, region text, seen_at timestamptz)
    ORDER BY source, noun, entity_id
    ON CONFLICT DO NOTHING
    """
)
LOCK_STATES = text(
    """
    SELECT s.source, s.noun, s.entity_id, s.epoch, s.version, s.contributed
    FROM entity_state s
    JOIN jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (source text, noun text, entity_id uuid)
      ON (s.source, s.noun, s.entity_id) = (r.source, r.noun, r.entity_id)
    ORDER BY s.source, s.noun, s.entity_id FOR UPDATE OF s
    """
)
SAVE_STATES = text(
    """
    UPDATE entity_state s
    SET epoch = r.epoch, version = r.version, region = r.region, seen_at = r.seen_at, contributed = r.contributed,
        schema_version = r.schema_version, state = r.state, received_at = now()
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
      AS r (source text, noun text, entity_id uuid, epoch integer, version bigint, region text,
            seen_at timestamptz, contributed jsonb, schema_version integer, state jsonb)
    WHERE (s.source, s.noun, s.entity_id) = (r.source, r.noun, r.entity_id)
    """
)
ADD_TO_CELLS = text(
    """
    INSERT INTO cell (measure, division, residence, day, recorded_on, amount)
    SELECT measure, division, residence, day, recorded_on, amount
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
      AS r (measure text, division text, residence text, day date, recorded_on date, amount bigint)
    ORDER BY measure, division, residence, day, recorded_on
    ON CONFLICT (measure, division, residence, day, recorded_on) DO UPDATE SET amount = cell.amount + excluded.amount
    """
)
HEARD = text(
    """
    INSERT INTO heard (source, noun, day, events)
    SELECT source, noun, day, events FROM jsonb_to_recordset(CAST(:rows AS jsonb))
      AS r (source text, noun text, day date, events bigint)
    ORDER BY source, noun, day
    ON CONFLICT (source, noun, day) DO UPDATE SET events = heard.events + excluded.events
    """
)
DIFFERENCES = text(
    """
    WITH stated AS (
        SELECT c ->> 0 AS measure, c ->> 1 AS division, c ->> 2 AS residence, (c ->> 3)::date AS day,
               sum((c ->> 4)::bigint) AS amount
        FROM entity_state, jsonb_array_elements(contributed) AS c GROUP BY 1, 2, 3, 4
    ), kept AS (
        SELECT measure, division, residence, day, sum(amount) AS amount FROM cell
        GROUP BY 1, 2, 3, 4 HAVING sum(amount) <> 0
    )
    SELECT count(*) FROM (SELECT * FROM stated WHERE amount <> 0) AS s
    FULL JOIN kept k USING (measure, division, residence, day)
    WHERE s.amount IS DISTINCT FROM k.amount
    """
)


@dataclass(frozen=True)
class HeldState:
    """What is held of an entity: its version and what it adds at present."""

    epoch: int
    version: int
    contributed: Counter[Cell]

    @property
    def order(self) -> tuple[int, int]:
        """What decides between two versions."""
        return self.epoch, self.version


class EntityStates:
    """The versions held, and the cells that follow from them."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def lock(self, wanted: Mapping[EntityKey, Observation]) -> dict[EntityKey, HeldState]:
        """Lock the entities of a batch in one order; those never seen are created at version 0."""
        rows = json.dumps(
            [{**_key_row(key), "region": new.region, "seen_at": new.seen_at.isoformat()} for key, new in wanted.items()]
        )
        await self._tx.connection.execute(NEW_STATES, {"rows": rows})
        found = await self._tx.connection.execute(LOCK_STATES, {"rows": rows})
        return {
            EntityKey(row.source, row.noun, row.entity_id): HeldState(
                row.epoch, row.version, contributed_of(row.contributed)
            )
            for row in found
        }

    async def save(self, states: Sequence[Observation]) -> None:
        """Hold new versions of locked entities."""
        rows = [
            {
                **_key_row(state.key),
                "epoch": state.epoch,
                "version": state.version,
                "region": state.region,
                "seen_at": state.seen_at.isoformat(),
                "contributed": written(state.contributed),
                "schema_version": state.schema_version,
                "state": state.state,
            }
            for state in states
        ]
        await self._tx.connection.execute(SAVE_STATES, {"rows": json.dumps(rows)})

    async def add_to_cells(self, changes: Mapping[tuple[Cell, date], int]) -> None:
        """Change running totals; the day of record is part of the key, so that the past stays as it was known."""
        rows = [
            {
                "measure": cell.measure,
                "division": cell.division,
                "residence": cell.residence,
                "day": cell.day.isoformat(),
                "recorded_on": recorded_on.isoformat(),
                "amount": amount,
            }
            for (cell, recorded_on), amount in changes.items()
            if amount
        ]
        if rows:
            await self._tx.connection.execute(ADD_TO_CELLS, {"rows": json.dumps(rows)})

    async def heard(self, observations: Iterable[Observation]) -> None:
        """Count what was heard, by source, noun and day of its writing."""
        counted = Counter((o.key.source, o.key.noun, business_day(o.seen_at)) for o in observations)
        rows = [{"source": s, "noun": n, "day": d.isoformat(), "events": c} for (s, n, d), c in sorted(counted.items())]
        await self._tx.connection.execute(HEARD, {"rows": json.dumps(rows)})

    async def held(self, key: EntityKey) -> HeldState | None:
        """Lock and read one entity."""
        row = (
            await self._tx.connection.execute(select(entity_states).where(*_is(key)).with_for_update())
        ).one_or_none()
        return None if row is None else HeldState(row.epoch, row.version, contributed_of(row.contributed))

    async def forget(self, key: EntityKey) -> None:
        """Hold the entity no more; the caller takes its contributions back first."""
        await self._tx.connection.execute(delete(entity_states).where(*_is(key)))

    async def differences(self) -> int:
        """Cells that differ from a recomputation over all held states; must be 0."""
        return int((await self._tx.connection.execute(DIFFERENCES)).scalar_one())


def _is(key: EntityKey) -> list[Any]:
    columns = entity_states.c
    return [columns.source == key.source, columns.noun == key.noun, columns.entity_id == key.entity_id]


def _key_row(key: EntityKey) -> dict[str, Any]:
    return {"source": key.source, "noun": key.noun, "entity_id": str(key.entity_id)}


def written(contributed: Mapping[Cell, int]) -> list[list[Any]]:
    """Contributions as they are stored."""
    return [
        [cell.measure, cell.division, cell.residence, cell.day.isoformat(), amount]
        for cell, amount in sorted(contributed.items())
    ]


def contributed_of(stored: Iterable[Sequence[Any]]) -> Counter[Cell]:
    """Contributions as they were stored."""
    return Counter(
        {
            Cell(measure, division, residence, date.fromisoformat(day)): amount
            for measure, division, residence, day, amount in stored
        }
    )
