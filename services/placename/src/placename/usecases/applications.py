"""What applicants and the office do with an application until it is decided: one function a verb."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from placename.domain.application import Application, Content, submit_application
from placename.domain.authority import Applicant, approver_of, require_entitled
from placename.domain.category import ApplicationKind, Category
from placename.domain.deadlines import acceptance_clock, decision_clock
from placename.domain.examination import Examination, Protection
from placename.domain.locality import locate
from placename.domain.material import Material, require_materials
from placename.domain.place_name import Description, NameStatus, PlaceName
from placename.domain.procedure import NewNameEqualsOld, TargetNotInUse
from placename.domain.size import NOTHING_STATED, Facts
from placename.domain.toponym import Toponym
from placename.store import Tx
from placename.usecases.examinations import Matter, Sketch, drawn, examine, examine_again
from shared.kernel.ids import new_id
from shared.kernel.parameters import ParameterReader

RETIRED = frozenset({NameStatus.ABOLISHED, NameStatus.HISTORIC_ONLY})


@dataclass(frozen=True)
class Place:
    """Where a new name shall stand, as the applicant states it; degrees of CGCS2000, a point or a shape or both."""

    category: Category
    division: str
    longitude: float | None = None
    latitude: float | None = None
    sketch: Sketch | None = None

    @property
    def spot(self) -> tuple[float, float] | None:
        """The point as stated."""
        if self.longitude is None or self.latitude is None:
            return None
        return self.longitude, self.latitude


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
    alternatives: tuple[Toponym, ...] = ()
    materials: tuple[Material, ...] = ()


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
        content=replace(_content(submission), toponym=matter.toponym),
        point=matter.point,
        geometry=matter.geometry,
        target_id=submission.target_id,
        examination=examination,
        acceptance_due=acceptance_clock(tx.today, tx.around.calendar, parameters),
    )
    await tx.applications.add(application)
    return application


def _content(submission: Submission) -> Content:
    return Content(
        submission.toponym, submission.alternatives, submission.description, submission.reasons, submission.facts,
        submission.materials, submission.protection,
    )  # fmt: skip


async def accept(tx: Tx, application_id: UUID, *, expected: int | None) -> Application:
    """The office takes a complete application up, and looks again at the names around it."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    parameters = tx.around.parameters.reader(tx.today)
    require_materials(
        application.materials, application.category, abolishes=application.kind is ApplicationKind.ABOLISH,
        parameters=parameters,
    )  # fmt: skip
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


async def send_back(tx: Tx, application_id: UUID, *, reason: str, expected: int | None) -> Application:
    """The office returns it for completion."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    application.send_back(reason=reason)
    await tx.applications.save(application)
    return application


async def resubmit(tx: Tx, application_id: UUID, *, content: Content, expected: int | None) -> Application:
    """The applicant hands it in again; a changed name goes to the end of the line."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    before = application.toponym
    if (content.toponym is None) != (before is None):
        content = replace(content, toponym=before)
    changed = content.toponym != before
    matter, serial = await _restated(tx, application, content), application.serial
    examination = await examine(tx, matter, serial=None if changed else serial, in_line=True, own=application.id)
    application.resubmit(
        content=content,
        at=tx.at,
        serial=await tx.applications.next_in_line() if changed else serial,
        examination=examination,
        acceptance_due=acceptance_clock(tx.today, tx.around.calendar, tx.around.parameters.reader(tx.today)),
    )
    await tx.applications.save(application)
    return application


async def check(tx: Tx, application_id: UUID, *, expected: int | None) -> Application:
    """The office examines the name again."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    application.check(examination=await examine_again(tx, application))
    await tx.applications.save(application)
    return application


async def adopt(tx: Tx, application_id: UUID, *, rank: int, expected: int | None) -> Application:
    """The office goes on with another of the names that the applicant proposed."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    chosen = application.alternative(rank)
    matter = await _restated(tx, application, replace(_content_of(application), toponym=chosen))
    examination: Examination = await examine(tx, matter, in_line=True, own=application.id)
    application.adopt(rank=rank, serial=await tx.applications.next_in_line(), examination=examination)
    await tx.applications.save(application)
    return application


async def protect(tx: Tx, application_id: UUID, *, protection: Protection, expected: int | None) -> Application:
    """The protection plan of a listed name and its hearing are put on file."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    matter = await _restated(tx, application, replace(_content_of(application), protection=protection))
    examination = await examine(tx, matter, serial=application.serial, in_line=True)
    application.protect(protection=protection, at=tx.at, examination=examination)
    await tx.applications.save(application)
    return application


async def withdraw(tx: Tx, application_id: UUID, *, expected: int | None) -> Application:
    """The applicant takes it back."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    application.withdraw()
    await tx.applications.save(application)
    return application


def _content_of(application: Application) -> Content:
    return Content(
        application.toponym, application.alternatives, application.description, application.reasons,
        application.facts, application.materials, application.protection,
    )  # fmt: skip


async def _restated(tx: Tx, application: Application, content: Content) -> Matter:
    target = await tx.names.find(application.target_id, area=tx.caller.area) if application.target_id else None
    _refuse_same_name(application.kind, content.toponym, target)
    return Matter(
        application.kind, application.category, application.locality, content.facts, content.toponym,
        application.point, target, content.protection, application.geometry,
    )  # fmt: skip


async def _matter_of(tx: Tx, submission: Submission, parameters: ParameterReader) -> Matter:
    if submission.place is not None:
        place = submission.place
        locality = locate(place.division, tx.today, tx.around.divisions, parameters)
        geometry, point = drawn(place.sketch, place.spot, parameters)
        return Matter(
            submission.kind, place.category, locality, submission.facts, submission.toponym, point, geometry=geometry
        )
    assert submission.target_id is not None
    target = await tx.names.find(submission.target_id, area=tx.caller.area)
    fitting = target.status in RETIRED if submission.kind is ApplicationKind.RESTORE else (
        target.status is NameStatus.IN_USE
    )  # fmt: skip
    if not fitting:
        raise TargetNotInUse(status_now=target.status.value)
    toponym = target.toponym if submission.kind is ApplicationKind.RESTORE else submission.toponym
    _refuse_same_name(submission.kind, toponym, target)
    return Matter(
        submission.kind, target.category, target.locality, submission.facts, toponym, target.point, target,
        submission.protection, target.geometry,
    )  # fmt: skip


def _refuse_same_name(kind: ApplicationKind, toponym: Toponym | None, target: PlaceName | None) -> None:
    if kind is ApplicationKind.RENAME and toponym and target and toponym.full == target.toponym.full:
        raise NewNameEqualsOld(field="specific")
