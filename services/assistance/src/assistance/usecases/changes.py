"""Changes after the grant: reported, proposed with grounds, heard, decided; the case and its money follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from assistance.domain.aid import Aid
from assistance.domain.application import Application
from assistance.domain.change import HEARD_BEFORE, Change, ChangeKind, Effect, report_change, taper_span
from assistance.domain.flow import DECIDED_YES, Action, Status
from assistance.domain.refusals import NotActive
from assistance.store import Tx
from assistance.usecases.applications import counting
from assistance.usecases.money import follow
from assistance.usecases.reviews import cancel_reviews
from shared.kernel.calendar import Deadline
from shared.kernel.ids import new_id


@dataclass(frozen=True)
class Proposal:
    """What is planned, and why."""

    effect: Effect
    grounds: str
    amount_fen: int | None = None
    amount_before_fen: int | None = None
    refusals_in_a_row: int = 0


async def report_change_of(
    tx: Tx, application_id: UUID, *, kind: ChangeKind, happened_on: date, found_by_office: bool
) -> Change:
    """The household or the office says that something changed."""
    application = await tx.applications.find(application_id, area=tx.caller.area)
    if application.status not in DECIDED_YES - {Status.ENDED}:
        raise NotActive(rule="C-21")
    change = report_change(
        id=new_id(tx.at), division=application.division, application_id=application.id, kind=kind,
        happened_on=happened_on, on=tx.today, found_by_office=found_by_office, count=counting(tx),
    )  # fmt: skip
    await tx.changes.add(change)
    return change


async def propose_change(tx: Tx, change_id: UUID, *, proposal: Proposal, expected: int | None) -> Change:
    """The plan; a cut or a stop opens the time to reply, a stop of hardship support is posted as well."""
    change = await tx.changes.get(change_id, area=tx.caller.area, expected=expected)
    application = await tx.applications.find(change.application_id, area=tx.caller.area)
    hearing = counting(tx).working_days("HEARING", tx.today, "hearing.window").due
    posted: Deadline | None = None
    if application.programme is Aid.EXTREME_HARDSHIP_SUPPORT and proposal.effect is Effect.STOP:
        posted = counting(tx).days("STOP_POSTED", tx.today, "tekun.stop.publicity").due
    change.propose(
        **vars(proposal), by=tx.caller.require_person(), on=tx.today, hearing_until=hearing, posted_until=posted
    )
    await tx.changes.save(change)
    return change


async def hear(tx: Tx, change_id: UUID, *, response_given: bool, expected: int | None) -> Change:
    """The recipient replied, or did not in time."""
    change = await tx.changes.get(change_id, area=tx.caller.area, expected=expected)
    change.hear(on=tx.today, response_given=response_given)
    await tx.changes.save(change)
    return change


async def decide_change(tx: Tx, change_id: UUID, *, expected: int | None) -> Change:
    """The decision; case and money follow in the same transaction."""
    change = await tx.changes.get(change_id, area=tx.caller.area, expected=expected)
    application = await tx.applications.get(change.application_id, area=tx.caller.area)
    application.require_level(Action.GRANT, tx.caller.area.level)
    change.decide(on=tx.today, by=tx.caller.require_person())
    await tx.changes.save(change)
    await _move_case(tx, application, change)
    await follow(tx, application, change)
    return change


async def _move_case(tx: Tx, application: Application, change: Change) -> None:
    reason = change.kind.value
    match change.effect:
        case Effect.STOP:
            application.end(on=change.effective_from or tx.today, reason_code=reason)
            await cancel_reviews(tx, application.id)
        case Effect.TAPER:
            _, until = taper_span(tx.today, tx.around.parameters.integer("taper.months", tx.today))
            application.begin_taper(until=until)
        case Effect.SUSPEND:
            application.suspend(reason_code=reason)
        case Effect.RESUME:
            application.resume()
        case Effect.RAISE | Effect.CUT if application.status is Status.TAPER:
            application.restore()
        case _:
            return
    await tx.applications.save(application)


async def drop_change(tx: Tx, change_id: UUID, *, expected: int | None) -> Change:
    """Nothing follows from it."""
    change = await tx.changes.get(change_id, area=tx.caller.area, expected=expected)
    change.drop()
    await tx.changes.save(change)
    return change


def planned_end(change: Change) -> date | None:
    """The last day on which what is to be cut or stopped still holds."""
    if change.effect not in HEARD_BEFORE or change.effective_from is None:
        return None
    return change.effective_from - timedelta(days=1)
