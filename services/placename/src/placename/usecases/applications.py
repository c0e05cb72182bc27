"""What applicants and officials do with an application: one function a verb."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from placename.domain.application import (
    Application,
    Decision,
    NewNameEqualsOld,
    ReadingNotConfirmed,
    TargetNotInUse,
    Waiver,
    submit_application,
)
from placename.domain.authority import Applicant, approver_of, require_entitled
from placename.domain.category import ApplicationKind, Category
from placename.domain.deadlines import acceptance_clock, announcement_clock, decision_clock, filing_clock
from placename.domain.examination import (
    Protection,
)
from placename.domain.locality import locate
from placename.domain.place_name import Description, LegalAct, NameStatus, PlaceName, publish_name
from placename.domain.point import place_point
from placename.domain.romanisation import Reading, confirmed_reading
from placename.domain.size import NOTHING_STATED, Facts
from placename.domain.toponym import Toponym
from placename.store import Tx
from placename.usecases.examinations import Matter, examine, examine_again, romanised
from shared.kernel.ids import new_id
from shared.kernel.parameters import ParameterReader


@dataclass(frozen=True)
class Place:
    """Where a new name shall stand, as the applicant states it; degrees of CGCS2000."""

    category: Category
    division: str
    longitude: float
    latitude: float


@dataclass(frozen=True)
class Submission:
    """What a body hands in: ``place`` for a naming, ``target_id`` for a change, no ``toponym`` for an abolition."""

    kind: ApplicationKind
    applicant: Applicant
    online: bool
    reasons: str
    description: Description
    facts: Facts = NOTHING_STATED
    cross_county: bool = False
    toponym: Toponym | None = None
    place: Place | None = None
    target_id: UUID | None = None
    protection: Protection | None = None


@dataclass(frozen=True)
class Ruling:
    """What the authority decided, as its official records it; ``reason`` is for a rejection."""

    approved: bool
    document_no: str
    decided_on: date | None
    reason: str | None = None
    opinion_no: str | None = None
    waivers: tuple[Waiver, ...] = ()


async def submit(tx: Tx, submission: Submission) -> Application:
    """A body applies; the examination is kept with the application, and its place in line is taken."""
    parameters = tx.around.parameters.reader(tx.today)
    matter = await _matter_of(tx, submission, parameters)
    tx.caller.require_area(matter.locality.division)
    require_entitled(submission.applicant.kind, matter.category, submission.kind, parameters)
    authority = approver_of(matter.category, matter.locality, submission.cross_county, parameters)
    examination = await examine(tx, matter, in_line=True)
    serial = await tx.applications.next_in_line()
    application = submit_application(
        id=new_id(tx.at),
        business_no=f"DM{tx.today:%Y%m%d}{serial:08d}",
        serial=serial,
        kind=submission.kind,
        category=matter.category,
        online=submission.online,
        cross_county=submission.cross_county,
        applicant=submission.applicant,
        by=tx.caller.acting,
        at=tx.at,
        authority=authority,
        locality=matter.locality,
        toponym=submission.toponym,
        point=matter.point,
        target_id=submission.target_id,
        description=submission.description,
        reasons=submission.reasons,
        facts=submission.facts,
        protection=submission.protection,
        examination=examination,
        acceptance_due=acceptance_clock(tx.today, tx.around.calendar, parameters),
    )
    await tx.applications.add(application)
    return application


async def accept(tx: Tx, application_id: UUID, *, expected: int | None) -> Application:
    """The office takes it up, after looking again at the names around it."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    parameters = tx.around.parameters.reader(tx.today)
    application.accept(
        at=tx.at,
        examination=await examine_again(tx, application),
        decision_due=decision_clock(tx.today, tx.around.calendar, parameters),
    )
    await tx.applications.save(application)
    return application


async def decline(tx: Tx, application_id: UUID, *, reason: str, expected: int | None) -> Application:
    """The office does not take it up, and says why."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    application.decline(reason=reason)
    await tx.applications.save(application)
    return application


async def withdraw(tx: Tx, application_id: UUID, *, expected: int | None) -> Application:
    """The applicant takes it back."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    application.withdraw()
    await tx.applications.save(application)
    return application


async def decide(tx: Tx, application_id: UUID, *, ruling: Ruling, expected: int | None) -> Application:
    """The authority of the right kind and place approves or rejects; never the one who submitted."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    tx.caller.require_area(application.authority.division)
    decision = Decision(
        ruling.document_no, ruling.decided_on or tx.today, tx.caller.require_person(), ruling.opinion_no, ruling.waivers
    )
    if ruling.approved:
        application.approve(
            decision=decision,
            at=tx.at,
            examination=await examine_again(tx, application),
            filing_due=filing_clock(decision.decided_on, tx.around.calendar),
            announcement_due=announcement_clock(decision.decided_on, tx.around.calendar),
        )
    else:
        application.reject(decision=decision, reason=ruling.reason or "", at=tx.at)
    await tx.applications.save(application)
    return application


async def file(
    tx: Tx, application_id: UUID, *, filed_on: date | None, filing_no: str, expected: int | None
) -> Application:
    """The approval is on file with the body the law names."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    day = filed_on or tx.today
    due = announcement_clock(day, tx.around.calendar)
    application.file(filed_on=day, filing_no=filing_no, at=tx.at, announcement_due=due)
    await tx.applications.save(application)
    return application


async def announce(
    tx: Tx, application_id: UUID, *, announced_on: date | None, syllables: Sequence[str] | None, expected: int | None
) -> Application:
    """The place-name department announces; the gazetteer changes on the same day, in the same transaction."""
    by = tx.caller.require_person()
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    day = announced_on or tx.today
    target = await tx.names.get(application.target_id, area=tx.caller.area) if application.target_id else None
    name_id = target.id if application.toponym is None and target else new_id(tx.at)
    application.announce(announced_on=day, at=tx.at, name_id=name_id)
    if application.toponym is not None:
        reading = _announced_reading(application, application.toponym, syllables)
        await tx.names.add(_new_name(tx, application, application.toponym, reading, by=by, target=target))
    if target is not None:
        if application.toponym is None:
            target.abolish(on=day)
        else:
            target.rename(on=day, successor_id=name_id)
        await tx.names.save(target)
    await tx.applications.save(application)
    return application


async def _matter_of(tx: Tx, submission: Submission, parameters: ParameterReader) -> Matter:
    if submission.place is not None:
        place = submission.place
        locality = locate(place.division, tx.today, tx.around.divisions, parameters)
        point = place_point(place.longitude, place.latitude, parameters)
        return Matter(submission.kind, place.category, locality, submission.facts, submission.toponym, point)
    assert submission.target_id is not None
    target = await tx.names.find(submission.target_id, area=tx.caller.area)
    if target.status is not NameStatus.IN_USE:
        raise TargetNotInUse(status_now=target.status.value)
    if submission.toponym is not None and submission.toponym.full == target.toponym.full:
        raise NewNameEqualsOld(field="specific")
    return Matter(
        submission.kind, target.category, target.locality, submission.facts, submission.toponym, target.point, target,
        submission.protection,
    )  # fmt: skip


def _announced_reading(application: Application, toponym: Toponym, syllables: Sequence[str] | None) -> Reading:
    proposed = application.examination.reading
    if syllables is not None:
        return confirmed_reading(syllables, toponym.full)
    if proposed is None or not proposed.confirmed:
        raise ReadingNotConfirmed(rule="中国地名汉语拼音字母拼写规则", field="syllables")
    return proposed


def _new_name(
    tx: Tx, application: Application, toponym: Toponym, reading: Reading, *, by: str, target: PlaceName | None
) -> PlaceName:
    assert application.decision is not None
    assert application.announced_on is not None
    assert application.name_id is not None
    return publish_name(
        id=application.name_id,
        toponym=toponym,
        category=application.category,
        locality=application.locality,
        point=application.point,
        begin=application.announced_on,
        reading=reading,
        romanisation=romanised(tx, toponym, application.category, reading),
        description=application.description,
        act=LegalAct(
            application.authority.title,
            application.decision.document_no,
            application.decision.decided_on,
            application.announced_on,
        ),
        reading_by=by,
        predecessor_id=target.id if target else None,
        application_id=application.id,
    )
