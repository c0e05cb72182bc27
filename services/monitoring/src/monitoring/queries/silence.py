"""What was heard of each source, and which definitions have no data at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import select

from monitoring.domain.evaluation import SPREAD, questions
from monitoring.domain.indicator import Indicator
from monitoring.domain.silence import WEEKS, Silence, silence
from monitoring.store import Tx, cells
from monitoring.store.states import heard_events


async def read_silence(tx: Tx, nouns: Iterable[tuple[str, str]], day: date) -> list[Silence]:
    """Every kind of entity that is published, heard or not."""
    rows = await tx.connection.execute(
        select(heard_events).where(heard_events.c.day.between(day - timedelta(weeks=WEEKS, days=60), day))
    )
    heard: dict[tuple[str, str], dict[date, int]] = defaultdict(dict)
    for row in rows:
        heard[row.source, row.noun][row.day] = row.events
    return [silence(source, noun, heard[source, noun], day) for source, noun in sorted(set(nouns) | set(heard))]


async def without_data(tx: Tx, indicators: Iterable[Indicator], on: date) -> list[Indicator]:
    """The indicators of which not one measure was ever recorded."""
    rows = await tx.connection.execute(select(cells.c.measure).distinct())
    known = {f"{measure.partition(SPREAD)[0]}{SPREAD}" if SPREAD in measure else measure for (measure,) in rows}
    return [
        indicator for indicator in indicators if not {q.measure for q in questions(indicator, on) if q.measure} & known
    ]
