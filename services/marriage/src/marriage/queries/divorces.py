"""Lists of divorce applications."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_

from marriage.domain.divorce import Divorce, DivorceStatus
from marriage.store import Tx, divorces
from shared.kernel.divisions import Area
from shared.storage.entities import within


async def divorce_list(
    tx: Tx, *, area: Area, status: DivorceStatus | None, after: Sequence[str] | None, limit: int
) -> list[Divorce]:
    """Applications of an area, newest first; ``after`` is the sort key of the last one seen."""
    conditions: list[ColumnElement[bool]] = [within(area, divorces.c.division)]
    if status:
        conditions.append(divorces.c.status == status.value)
    if after:
        conditions.append(
            tuple_(divorces.c.received_on, divorces.c.id) < tuple_(date.fromisoformat(after[0]), UUID(after[1]))
        )
    rows = await tx.connection.execute(
        select(divorces).where(*conditions).order_by(divorces.c.received_on.desc(), divorces.c.id.desc()).limit(limit)
    )
    return [tx.divorces.load(row) for row in rows]
