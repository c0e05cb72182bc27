"""The order of a list as use cases need it: positions around a move, and what is reserved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from eldercare.domain.admission import Application, Status
from eldercare.domain.assessment import Assessment
from eldercare.domain.priority import PriorityRules, position_among, rules_of
from eldercare.store import Tx


def rules_on(tx: Tx, on: date) -> PriorityRules:
    """The point table in force on a day."""
    return rules_of(tx.around.parameters.reader(on))


async def position_of(tx: Tx, application: Application) -> int | None:
    """The place of an application in its list now; None outside the list."""
    if application.status is not Status.WAITLISTED:
        return None
    entries = await tx.applications.entries(application.institution_id)
    return position_among(entries, application.entry(), on=tx.today, rules=rules_on(tx, tx.today))


async def save_with_positions(tx: Tx, application: Application, *, before: int | None) -> None:
    """Write an application whose place moved, with the positions before and after."""
    after = await position_of(tx, application)
    if application.moves:
        *earlier, last = application.moves
        application.moves = [*earlier, replace(last, before=before, after=after)]
    await tx.applications.save(application)


async def refresh_level(tx: Tx, assessment: Assessment) -> None:
    """A new result moves the places of its elder in every list; the person is locked."""
    for application in await tx.applications.open_of(assessment.elder.identity):
        before = await position_of(tx, application)
        application.reassess(at=tx.at, level=assessment.level, assessment_id=assessment.id)
        await save_with_positions(tx, application, before=before)
