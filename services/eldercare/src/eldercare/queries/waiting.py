"""Where places of a list stand, why, and how long others waited; nothing here changes anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from eldercare.domain.admission import Application, Status
from eldercare.domain.priority import Lane, Ranked, Standing, Standings, ranking, rules_of
from eldercare.domain.waiting_list import MedianWait, Shift, median_wait, shifts
from eldercare.store import Tx
from eldercare.store.admission_tables import applications
from eldercare.store.waiting_list import waits
from shared.kernel.divisions import Area
from shared.storage.entities import within

MEDIAN_DAYS = "waiting.median_days"


@dataclass(frozen=True)
class Place:
    """What an applicant is told of a place (轮候位次)."""

    position: int
    length: int
    ahead: Mapping[Lane, int]
    standing: Standing
    median: MedianWait
    uncertain: tuple[str, ...]


@dataclass(frozen=True)
class Simulation:
    """What another point table would do to a list (规则模拟); computed, never stored."""

    length: int
    moved: Sequence[Shift]
    on: date


@dataclass(frozen=True)
class ApplicationLine:
    """One application without the applicant."""

    id: UUID
    number: str
    institution_id: UUID
    division: str
    status: Status
    level: int | None
    submitted_on: date | None
    first_queued_on: date | None


async def place_of(tx: Tx, application: Application) -> Place | None:
    """Position, reasons and the usual wait of an application; None outside the list."""
    if application.status is not Status.WAITLISTED:
        return None
    parameters = tx.around.parameters.reader(tx.today)
    on = tx.today
    standings = Standings(on=on, rules=rules_of(parameters))
    entry = application.entry()
    standing, own = standings.of(entry), standings.key(entry)
    entries = await tx.applications.entries(application.institution_id)
    before = [standings.of(other).lane for other in entries if standings.key(other) < own]
    since = on - timedelta(days=parameters.integer(MEDIAN_DAYS))
    median = median_wait(await waits(tx, application.institution_id, standing.lane, since=since))
    return Place(
        len(before) + 1, len(entries), {lane: before.count(lane) for lane in Lane}, standing, median,
        parameters.uncertain_used,
    )  # fmt: skip


async def ranked_list(tx: Tx, institution_id: UUID, *, area: Area, on: date) -> list[Ranked]:
    """The whole list of an institution in order on a day."""
    await tx.institutions.find(institution_id, area=area)
    rules = rules_of(tx.around.parameters.reader(on))
    return ranking(await tx.applications.entries(institution_id), on=on, rules=rules)


async def simulate(tx: Tx, institution_id: UUID, *, area: Area, on: date, changes: Mapping[str, Any]) -> Simulation:
    """What if this rule changed: the present list ranked twice."""
    await tx.institutions.find(institution_id, area=area)
    rules = rules_of(tx.around.parameters.reader(tx.today))
    entries = await tx.applications.entries(institution_id)
    before = ranking(entries, on=on, rules=rules)
    after = ranking(entries, on=on, rules=rules.changed(**changes))
    return Simulation(len(before), shifts(before, after), on)


async def applications_of_institution(
    tx: Tx, institution_id: UUID, *, area: Area, status: Status | None, after: Sequence[str] | None, limit: int
) -> list[ApplicationLine]:
    """The applications for an institution, oldest first."""
    await tx.institutions.find(institution_id, area=area)
    conditions = [applications.c.institution_id == institution_id, within(area, applications.c.division)]
    if status is not None:
        conditions.append(applications.c.status == status.value)
    return await _lines(tx, conditions, after, limit)


async def applications_of_applicant(
    tx: Tx, applicant: str, *, after: Sequence[str] | None, limit: int
) -> list[ApplicationLine]:
    """What one applicant has applied for."""
    return await _lines(tx, [applications.c.applicant == applicant], after, limit)


async def _lines(tx: Tx, conditions: list[Any], after: Sequence[str] | None, limit: int) -> list[ApplicationLine]:
    if after:
        conditions = [*conditions, applications.c.id > UUID(after[0])]
    rows = await tx.connection.execute(select(applications).where(*conditions).order_by(applications.c.id).limit(limit))
    return [
        ApplicationLine(
            row.id, row.number, row.institution_id, row.division, Status(row.status), row.level, row.submitted_on,
            row.first_queued_on,
        )
        for row in rows
    ]  # fmt: skip
