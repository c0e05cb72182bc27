"""Intake: from the submission to the acceptance, and the ways out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from assistance.domain.aid import Aid
from assistance.domain.applicant import Channel, Member, Relation
from assistance.domain.application import Application, PersonInLiveCase, TownshipRequired, submit_application
from assistance.domain.course import Agent, Paper, Relative
from assistance.domain.deadlines import Counting, DecisionMode
from assistance.domain.flow import Action
from assistance.domain.household import Need
from assistance.domain.procedure import procedure_of
from assistance.domain.refusals import ModeNotDelegated, SupplementTooLate
from assistance.domain.standard import Residence
from assistance.store import Tx
from assistance.usecases.examinations import clocks_from
from shared.kernel.clock import business_day
from shared.kernel.divisions import Level
from shared.kernel.ids import new_id


@dataclass(frozen=True)
class Submission:
    """What a household hands in."""

    division: str
    residence: Residence
    channel: Channel
    members: Sequence[Member]
    programme: Aid = Aid.SUBSISTENCE_ALLOWANCE
    needs: Sequence[Need] = ()
    agent: Agent | None = None
    draft: bool = False


def counting(tx: Tx, on: date | None = None) -> Counting:
    """Limits by the calendar and the rules of a day, today unless said otherwise."""
    return Counting(tx.around.calendar, tx.around.parameters.reader(on or tx.today))


def require_township(tx: Tx, division: str) -> str:
    """The twelve digits of a township of the caller's area that exists today."""
    tx.caller.require_area(division)
    township = tx.around.divisions.get(division, tx.today)
    if township.level is not Level.TOWNSHIP:
        raise TownshipRequired(field="division")
    return township.code


async def submit(tx: Tx, submission: Submission, *, lead_id: UUID | None = None) -> Application:
    """A household applies at a township in force today; each person is in one live case at most (H-11)."""
    procedure_of(submission.programme)
    application = submit_application(
        id=new_id(tx.at),
        division=require_township(tx, submission.division),
        business_no=await tx.applications.next_business_no(),
        residence=submission.residence,
        channel=submission.channel,
        members=submission.members,
        at=tx.at,
        programme=submission.programme,
        needs=submission.needs,
        agent=submission.agent,
        lead_id=lead_id,
        draft=submission.draft,
    )
    await tx.applications.add(application)
    return application


async def present_case(tx: Tx, submission: Submission) -> Application:
    """The case that the applicant already has for the programme; anybody else in a live case is refused (H-11)."""
    applicant = next(member for member in submission.members if member.relation is Relation.SELF)
    area = tx.caller.area
    present = await tx.applications.open_case_of(applicant.identity, submission.programme, area=area)
    if present is None:
        raise PersonInLiveCase
    tx.audit("application.read", "application", present.id)
    return present


async def step(tx: Tx, application_id: UUID, action: Action, *, expected: int | None) -> Application:
    """A case of the caller's area, locked, for an action that the caller's level may take."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    application.require_level(action, tx.caller.area.level)
    return application


async def hand_in(tx: Tx, application_id: UUID, *, consent_signed: bool, expected: int | None) -> Application:
    """The household signs the draft."""
    application = await step(tx, application_id, Action.HAND_IN, expected=expected)
    application.hand_in(at=tx.at, consent_signed=consent_signed)
    await tx.applications.save(application)
    return application


async def ask_supplement(
    tx: Tx, application_id: UUID, *, papers: Sequence[Paper], new_facts: str | None, expected: int | None
) -> Application:
    """The window lists everything missing, once, and in time; afterwards the file counts as complete."""
    application = await step(tx, application_id, Action.ASK_SUPPLEMENT, expected=expected)
    if not application.course.supplements and tx.today > last_day_to_ask(tx, application):
        raise SupplementTooLate(rule="C-03")
    open_until = counting(tx).days("SUPPLEMENT", tx.today, "intake.open_days")
    application.ask_supplement(papers=papers, on=tx.today, open_until=open_until, new_facts=new_facts)
    await tx.applications.save(application)
    return application


def last_day_to_ask(tx: Tx, application: Application) -> date:
    """Until when papers may be asked for: the same day at the counter, some working days where nobody stood there."""
    received = business_day(application.submitted_at)
    at_counter = application.channel in (Channel.WINDOW, Channel.AGENT, Channel.LEAD)
    name = "intake.check.counter" if at_counter else "intake.check.remote"
    return counting(tx, received).working_days("INTAKE_CHECK", received, name).due.on


async def supplement(tx: Tx, application_id: UUID, *, papers: Sequence[Paper], expected: int | None) -> Application:
    """Everything that was asked for has come."""
    application = await step(tx, application_id, Action.SUPPLEMENT, expected=expected)
    application.supplement(papers=papers, on=tx.today)
    await tx.applications.save(application)
    return application


async def accept(
    tx: Tx, application_id: UUID, *, mode: DecisionMode | None = None, relative: Relative | None = None,
    expected: int | None,
) -> Application:  # fmt: skip
    """The window takes the application up and both clocks start; who decides follows from the delegations."""
    application = await step(tx, application_id, Action.ACCEPT, expected=expected)
    delegated = await tx.delegations.mode_on(application.division, application.programme, tx.today)
    if mode is not None and mode is not delegated:
        raise ModeNotDelegated(field="mode", in_force=delegated.value)
    clocks = clocks_from(tx, clock_start(tx, application), delegated, aid=application.programme)
    application.accept(at=tx.at, clocks=clocks, mode=delegated, relative=relative)
    await tx.applications.save(application)
    return application


def clock_start(tx: Tx, application: Application) -> date:
    """The day of acceptance; that of receipt where nobody asked for papers in time: the file counts as complete."""
    if not application.course.supplements and tx.today > last_day_to_ask(tx, application):
        return business_day(application.submitted_at)
    return tx.today


async def decline(tx: Tx, application_id: UUID, *, reason_code: str, expected: int | None) -> Application:
    """The window does not take it up, and says why."""
    application = await step(tx, application_id, Action.DECLINE, expected=expected)
    application.decline(reason_code=reason_code)
    await tx.applications.save(application)
    return application


async def withdraw(tx: Tx, application_id: UUID, *, expected: int | None) -> Application:
    """The household takes the application back."""
    application = await step(tx, application_id, Action.WITHDRAW, expected=expected)
    application.withdraw()
    await tx.applications.save(application)
    return application
