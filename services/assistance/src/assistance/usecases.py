"""What officials and citizens do: one function a verb, each inside the transaction it is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from assistance.domain.application import Application, Channel, Member, TownshipRequired, submit_application
from assistance.domain.deadlines import (
    Clocks,
    DecisionMode,
    ExtensionReason,
    start_clocks,
    start_refusal_notice,
)
from assistance.domain.means_test import Means, Verdict, examine_means
from assistance.domain.standard import (
    NoStandardInForce,
    Programme,
    Residence,
    Standard,
    propose_standard,
)
from assistance.store import Tx
from shared.kernel.divisions import Level
from shared.kernel.ids import new_id
from shared.kernel.parameters import Confidence
from shared.kernel.principal import CITY

ALLOWANCE = Programme.SUBSISTENCE_ALLOWANCE


@dataclass(frozen=True)
class Submission:
    """What a household hands in."""

    division: str
    residence: Residence
    channel: Channel
    members: Sequence[Member]


async def propose(
    tx: Tx, *, programme: Programme, residence: Residence | None, amount_fen: int, valid_from: date, document: str,
    confidence: Confidence,
) -> Standard:  # fmt: skip
    """The first person enters a standard from its document; standards are the city's."""
    tx.caller.require_area(CITY)
    standard = propose_standard(
        id=new_id(tx.at),
        programme=programme,
        residence=residence,
        amount_fen=amount_fen,
        valid_from=valid_from,
        document=document,
        confidence=confidence,
        by=tx.caller.require_person(),
    )
    await tx.standards.add(standard)
    return standard


async def confirm(tx: Tx, standard_id: UUID, *, expected: int | None) -> Standard:
    """The second person publishes it; its predecessor ends."""
    standard = await tx.standards.get(standard_id, area=tx.caller.area, expected=expected)
    await tx.standards.lock_series(standard.programme, standard.residence)
    latest = await tx.standards.latest(standard.programme, standard.residence)
    standard.confirm(
        by=tx.caller,
        latest=latest,
        urban_allowance=await tx.standards.in_force(ALLOWANCE, Residence.URBAN, standard.valid_from),
        hardship_factor=tx.around.parameters.decimal("tekun.factor", standard.valid_from),
    )
    if latest is not None:
        await tx.standards.save(latest)
    await tx.standards.save(standard)
    return standard


async def withdraw_standard(tx: Tx, standard_id: UUID, *, expected: int | None) -> Standard:
    """Take back a proposed standard."""
    standard = await tx.standards.get(standard_id, area=tx.caller.area, expected=expected)
    standard.withdraw()
    await tx.standards.save(standard)
    return standard


async def submit(tx: Tx, submission: Submission) -> Application:
    """A household applies at a township in force today; each person is in one live case at most (H-11)."""
    tx.caller.require_area(submission.division)
    township = tx.around.divisions.get(submission.division, tx.today)
    if township.level is not Level.TOWNSHIP:
        raise TownshipRequired(field="division")
    application = submit_application(
        id=new_id(tx.at),
        division=township.code,
        business_no=await tx.applications.next_business_no(),
        residence=submission.residence,
        channel=submission.channel,
        members=submission.members,
        at=tx.at,
    )
    await tx.applications.add(application)
    return application


async def accept(tx: Tx, application_id: UUID, *, mode: DecisionMode, expected: int | None) -> Application:
    """The window takes the application up and both clocks start."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    application.accept(at=tx.at, clocks=clocks_from(tx, tx.today, mode))
    await tx.applications.save(application)
    return application


async def decline(tx: Tx, application_id: UUID, *, reason_code: str, expected: int | None) -> Application:
    """The window does not take it up, and says why."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    application.decline(reason_code=reason_code)
    await tx.applications.save(application)
    return application


async def verify(tx: Tx, application_id: UUID, *, found: Callable[[int], Means], expected: int | None) -> Application:
    """The investigator records the means; ``found`` turns the number of members into the findings."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    application.verify(means=found(len(application.members)), by=tx.caller.require_person())
    await tx.applications.save(application)
    return application


async def decide(tx: Tx, application_id: UUID, *, expected: int | None) -> Application:
    """The reviewer decides as the means test says: the standard of the present month, the clocks of the acceptance."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    by = tx.caller.require_person()
    verdict = await examine(tx, application.means_found(), application.residence, tx.today)
    rules_of_acceptance = tx.around.parameters.reader(application.accepted_on or tx.today)
    notice = start_refusal_notice(tx.today, tx.around.calendar, rules_of_acceptance)
    application.decide(verdict=verdict, by=by, at=tx.at, notice=notice)
    await tx.applications.save(application)
    return application


async def withdraw(tx: Tx, application_id: UUID, *, expected: int | None) -> Application:
    """The household takes the application back."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    application.withdraw()
    await tx.applications.save(application)
    return application


async def examine(tx: Tx, means: Means, residence: Residence, on: date) -> Verdict:
    """The means test on a day; stores nothing."""
    standard = await tx.standards.in_force(ALLOWANCE, residence, on)
    if standard is None:
        raise NoStandardInForce(on=on.isoformat())
    return examine_means(means, standard, on, tx.around.parameters.reader(on))


def clocks_from(tx: Tx, accepted_on: date, mode: DecisionMode, extension: ExtensionReason | None = None) -> Clocks:
    """The clocks of a case accepted on a day, by the rules in force that day."""
    return start_clocks(accepted_on, mode, tx.around.calendar, tx.around.parameters.reader(accepted_on), extension)
