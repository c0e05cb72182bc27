"""From the acceptance to the decision and its notice: the township's part and the county's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from assistance.domain.alert import AlertKind
from assistance.domain.application import Application
from assistance.domain.course import Appraisal, CountyVisit, Investigation, Method, Objection
from assistance.domain.deadlines import Clock, Clocks, DecisionMode, ExtensionReason, local_clock, start_refusal_notice
from assistance.domain.flow import Action
from assistance.domain.household import Household
from assistance.domain.means_test import Means, Outcome
from assistance.domain.posting import notice_ends
from assistance.domain.procedure import procedure_of
from assistance.store import Tx
from assistance.usecases.alerts import raise_for
from assistance.usecases.applications import counting, step
from assistance.usecases.examinations import clocks_from, examine_application
from assistance.usecases.granting import start_money
from assistance.usecases.referrals import propose_for
from assistance.usecases.reviews import plan_first


@dataclass(frozen=True)
class Findings:
    """What an investigation found: in sums, or person by person; exactly one of both."""

    means: Callable[[int], Means] | None = None
    household: Household | None = None


async def investigate(
    tx: Tx, application_id: UUID, *, method: Method, investigators: Sequence[str], signed_by_both: bool,
    remote_reason: str | None, expected: int | None,
) -> Application:  # fmt: skip
    """Two or more people look into the facts."""
    application = await step(tx, application_id, Action.INVESTIGATE, expected=expected)
    application.investigate(
        Investigation(tx.today, method, tuple(dict.fromkeys(investigators)), signed_by_both, remote_reason)
    )
    await tx.applications.save(application)
    return application


async def verify(tx: Tx, application_id: UUID, *, found: Findings, expected: int | None) -> Application:
    """The investigator records what was found."""
    application = await step(tx, application_id, Action.VERIFY, expected=expected)
    means = found.means(len(application.members)) if found.means else None
    application.verify(means=means, household=found.household, by=tx.caller.require_person())
    await tx.applications.save(application)
    return application


async def appraise(tx: Tx, application_id: UUID, *, appraisal: Appraisal, expected: int | None) -> Application:
    """A meeting judged the facts; its day does not count for the Chongqing clock."""
    application = await step(tx, application_id, Action.APPRAISE, expected=expected)
    course = replace(application.course, appraisals=(*application.course.appraisals, appraisal))
    application.hold_appraisal(appraisal, clocks=_with_local(tx, application, course.days_apart))
    await tx.applications.save(application)
    return application


def rules_of(application: Application, today: date) -> date:
    """The day whose rules govern the procedure: that of the acceptance."""
    return application.accepted_on or today


def _with_local(tx: Tx, application: Application, apart: int | None) -> Clocks | None:
    if application.clocks is None or application.accepted_on is None or apart is None:
        return application.clocks
    if not application.course.postings:
        usual = procedure_of(application.programme).publicity
        apart += tx.around.parameters.integer(usual, rules_of(application, tx.today)) if usual else 0
    reader = tx.around.parameters.reader(rules_of(application, tx.today))
    clock = local_clock(application.accepted_on, application.programme, tx.around.calendar, reader, apart)
    return replace(application.clocks, local=clock)


async def opine(tx: Tx, application_id: UUID, *, expected: int | None) -> Application:
    """The township's initial opinion, as the rules say of what was found; needs become proposed referrals."""
    application = await step(tx, application_id, Action.OPINE, expected=expected)
    application.require_verified()
    verdict = await examine_application(tx, application, tx.today)
    always = tx.around.parameters.text("appraisal.mode", rules_of(application, tx.today)) == "ALWAYS"
    application.opine(verdict=verdict, by=tx.caller.require_person(), on=tx.today, appraisal_always=always)
    application.course = replace(application.course, referral_ids=await propose_for(tx, application))
    await tx.applications.save(application)
    return application


async def publish(tx: Tx, application_id: UUID, *, expected: int | None) -> Application:
    """The opinion is posted in the village or community, the second time after an objection."""
    application = await step(tx, application_id, Action.PUBLISH, expected=expected)
    again = bool(application.course.postings)
    if application.clocks is None or not application.has_notice:
        application.publish(posted_on=tx.today, ends_on=tx.today, provisional=False, clocks=application.clocks)
    reader = tx.around.parameters.reader(rules_of(application, tx.today))
    ends = notice_ends(tx.today, application.programme, tx.around.calendar, reader, again=again)
    apart = (application.course.days_apart or 0) + (ends.on - tx.today).days
    present = application.clocks
    local = local_clock(rules_of(application, tx.today), application.programme, tx.around.calendar, reader, apart)
    forward = counting(tx, rules_of(application, tx.today)).working_days("FORWARD", ends.on, "forward.limit")
    clocks = replace(present, local=local, forward=forward) if present else present
    application.publish(posted_on=tx.today, ends_on=ends.on, provisional=ends.provisional, clocks=clocks)
    await tx.applications.save(application)
    return application


async def object_to(
    tx: Tx, application_id: UUID, *, content: str, objector: str | None, expected: int | None
) -> Application:
    """Somebody objects; without a name it becomes an alert for the township and stops nothing."""
    application = await step(tx, application_id, Action.OBJECT, expected=expected)
    limit = procedure_of(application.programme).objection_days or "objection.limit"
    due = counting(tx, rules_of(application, tx.today)).working_days("OBJECTION", tx.today, limit)
    anonymous = objector is None
    application.object_to(Objection(tx.today, anonymous, content, objector, None if anonymous else due))
    if anonymous:
        await raise_for(tx, AlertKind.ANONYMOUS_OBJECTION, application.division, "TOWNSHIP", application.id)
    await tx.applications.save(application)
    return application


async def resolve(
    tx: Tx, application_id: UUID, *, upheld: bool, told_on: date | None, expected: int | None
) -> Application:
    """The objection was looked into, the objector told; the opinion is given anew from what is known now."""
    application = await step(tx, application_id, Action.RESOLVE, expected=expected)
    application.resolve(on=tx.today, upheld=upheld, told_on=told_on)
    verdict = await examine_application(tx, application, tx.today)
    application.renew_opinion(verdict=verdict, by=tx.caller.require_person(), on=tx.today)
    await tx.applications.save(application)
    return application


async def forward(tx: Tx, application_id: UUID, *, expected: int | None) -> Application:
    """The file goes to the county; of support for extreme hardship a share is drawn for a visit."""
    application = await step(tx, application_id, Action.FORWARD, expected=expected)
    county = procedure_of(application.programme).county_days
    clock: Clock | None = None
    if county is not None:
        clock = counting(tx, rules_of(application, tx.today)).working_days("COUNTY_REVIEW", tx.today, county)
    clocks = replace(application.clocks, county=clock) if application.clocks else application.clocks
    application.forward(on=tx.today, clocks=clocks, sampled=_is_sampled(tx, application))
    await tx.applications.save(application)
    return application


def _is_sampled(tx: Tx, application: Application) -> bool:
    """Whether the draw takes the case; drawn from its random number, so that nobody chooses."""
    if procedure_of(application.programme).objection_days is None:
        return False
    percent = tx.around.parameters.integer("tekun.spot_check_percent", rules_of(application, tx.today))
    return application.id.int % 100 < percent


async def visit(tx: Tx, application_id: UUID, *, expected: int | None) -> Application:
    """The county went there."""
    application = await step(tx, application_id, Action.VISIT, expected=expected)
    application.visit(CountyVisit(tx.today, tx.caller.require_person()))
    await tx.applications.save(application)
    return application


async def decide(tx: Tx, application_id: UUID, *, expected: int | None) -> Application:
    """The reviewer decides as the rules say: the standard of the present month, the clocks of the acceptance."""
    application = await step(tx, application_id, Action.GRANT, expected=expected)
    by = tx.caller.require_person()
    application.require_decidable()
    verdict = await examine_application(tx, application, tx.today)
    rules_of_acceptance = tx.around.parameters.reader(rules_of(application, tx.today))
    notice = start_refusal_notice(tx.today, tx.around.calendar, rules_of_acceptance)
    application.decide(verdict=verdict, by=by, at=tx.at, notice=notice)
    await tx.applications.save(application)
    if verdict.outcome is Outcome.ELIGIBLE:
        await start_money(tx, application, verdict)
        await plan_first(tx, application)
    return application


async def notify(tx: Tx, application_id: UUID, *, expected: int | None) -> Application:
    """The applicant holds the written decision."""
    application = await step(tx, application_id, Action.NOTIFY, expected=expected)
    application.notify(on=tx.today)
    await tx.applications.save(application)
    return application


async def extend(tx: Tx, application_id: UUID, *, reason: ExtensionReason, expected: int | None) -> Application:
    """The special limit, with its reason code."""
    application = await step(tx, application_id, Action.EXTEND, expected=expected)
    start, mode = rules_of(application, tx.today), application.mode or DecisionMode.COUNTY
    special = clocks_from(tx, start, mode, reason, application.programme).special
    clocks = replace(application.clocks, special=special) if application.clocks else None
    application.extend(reason=reason, clocks=clocks, on=tx.today)
    await tx.applications.save(application)
    return application


async def warn(tx: Tx, application_id: UUID, *, expected: int | None) -> Application:
    """One written warning."""
    application = await step(tx, application_id, Action.WARN, expected=expected)
    application.warn(on=tx.today)
    await tx.applications.save(application)
    return application


async def close(tx: Tx, application_id: UUID, *, reason_code: str, expected: int | None) -> Application:
    """The household would not cooperate."""
    application = await step(tx, application_id, Action.CLOSE, expected=expected)
    application.close(reason_code=reason_code, on=tx.today)
    await tx.applications.save(application)
    return application
