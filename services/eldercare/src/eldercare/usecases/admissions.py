"""What applicants and reviewers do with an application for a place."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from eldercare.domain import admission as rules
from eldercare.domain.admission import Application, ApplicationUnknown, Channel, Status, Wishes
from eldercare.domain.bed import Bed
from eldercare.domain.institution import Institution
from eldercare.domain.resident import ELDER_AGE, Circumstances, Means, Resident, require_elder
from eldercare.store import Tx
from eldercare.usecases.waiting import position_of, save_with_positions
from shared.kernel.divisions import Area
from shared.kernel.ids import new_id
from shared.kernel.principal import CITY
from shared.storage.entities import StaleVersion

WHOLE_CITY = Area(CITY)


@dataclass(frozen=True)
class Wanted:
    """What an applicant asks for."""

    institution_id: UUID
    elder: Resident
    phone: str | None
    circumstances: Circumstances
    wishes: Wishes


def applicant_of(tx: Tx) -> str:
    """Who applies, as a key that is the same at the next visit: the app and the person it speaks for."""
    return f"{tx.caller.organisation}|{tx.caller.acting}"


async def apply(tx: Tx, wanted: Wanted, *, submit: bool) -> Application:
    """A family applies; a draft asks for nothing yet."""
    institution = await tx.institutions.find(wanted.institution_id, area=WHOLE_CITY)
    application = await _begin(tx, wanted, institution, Channel.APPLICANT)
    if submit:
        await _submit(tx, application)
    await tx.applications.add(application)
    return application


async def place(tx: Tx, wanted: Wanted) -> Application:
    """The assistance service places one of the extremely poor: straight into the first lane (§7.1 L1).

    The assistance service has examined and publicised the person; an assessment may follow, but must exist before
    a bed is offered.
    """
    rules.require_extreme_hardship(wanted.circumstances)
    institution = await tx.institutions.find(wanted.institution_id, area=tx.caller.area)
    application = await _begin(tx, wanted, institution, Channel.ASSISTANCE)
    await _queue_at_once(tx, application)
    await tx.applications.add(application)
    return application


async def import_waiting(tx: Tx, wanted: Wanted) -> Application:
    """One row of a list that was kept elsewhere: reviewed there, queued here from today on."""
    institution = await tx.institutions.find(wanted.institution_id, area=tx.caller.area)
    application = await _begin(tx, wanted, institution, Channel.IMPORTED)
    await _queue_at_once(tx, application)
    await tx.applications.add(application)
    return application


async def _begin(tx: Tx, wanted: Wanted, institution: Institution, channel: Channel) -> Application:
    require_elder(
        wanted.elder.identity.birth_date, tx.today, elder_age=tx.around.parameters.integer(ELDER_AGE, tx.today),
        extreme_hardship=wanted.circumstances.means is Means.EXTREME_HARDSHIP,
    )  # fmt: skip
    institution.require_admitting(tx.today)
    application = Application(
        id=new_id(tx.at),
        division=institution.division,
        number=await tx.applications.next_number(),
        institution_id=institution.id,
        elder=wanted.elder,
        phone=wanted.phone,
        applicant=applicant_of(tx),
        channel=channel,
        circumstances=wanted.circumstances,
        wishes=wanted.wishes,
        level=None,
        assessment_id=None,
        status=Status.DRAFT,
    )
    application.note("applied")
    return application


async def _claim(tx: Tx, application: Application) -> None:
    """One person at a time: alive, and not waiting at too many institutions (EC-711)."""
    identity = application.elder.identity
    await tx.stays.lock_person(identity)
    await tx.stays.require_alive(identity)
    if application.status is not Status.RETURNED:
        most = tx.around.parameters.integer(rules.MAX_OPEN_ENTRIES, tx.today)
        rules.require_room_for_another(await tx.applications.claims(identity), application.institution_id, most=most)


async def _submit(tx: Tx, application: Application) -> None:
    await _claim(tx, application)
    assessment = await tx.assessments.usable(application.elder.identity, tx.today)
    days = tx.around.parameters.integer(rules.REVIEW_WORKDAYS, tx.today)
    application.submit(
        level=assessment.level if assessment else None,
        assessment_id=assessment.id if assessment else None,
        today=tx.today,
        review_due=tx.around.calendar.add_working_days(tx.today, days),
    )


async def _queue_at_once(tx: Tx, application: Application) -> None:
    await _claim(tx, application)
    assessment = await tx.assessments.usable(application.elder.identity, tx.today)
    application.queue_at_once(
        level=assessment.level if assessment else None,
        assessment_id=assessment.id if assessment else None,
        at=tx.at,
    )


async def own_or_in_area(tx: Tx, application_id: UUID, *, applicant: bool, expected: int | None) -> Application:
    """An application for a change: an applicant's own, or one in the area of an official."""
    application = await tx.applications.get(
        application_id, area=WHOLE_CITY if applicant else tx.caller.area, expected=expected
    )
    if applicant and application.applicant != applicant_of(tx):
        raise ApplicationUnknown()
    return application


async def edit(
    tx: Tx, application_id: UUID, *, circumstances: Circumstances, wishes: Wishes, phone: str | None,
    expected: int | None,
) -> Application:  # fmt: skip
    """The applicant corrects a draft or a returned application."""
    application = await own_or_in_area(tx, application_id, applicant=True, expected=expected)
    application.edit(circumstances=circumstances, wishes=wishes, phone=phone)
    await tx.applications.save(application)
    return application


async def submit(tx: Tx, application_id: UUID, *, expected: int | None) -> Application:
    """The applicant hands it in; the person is locked before the application, as everywhere."""
    found = await tx.applications.find(application_id, area=WHOLE_CITY)
    await tx.stays.lock_person(found.elder.identity)
    application = await own_or_in_area(tx, application_id, applicant=True, expected=expected)
    await _submit(tx, application)
    await tx.applications.save(application)
    return application


async def take_up(tx: Tx, application_id: UUID, *, expected: int | None) -> Application:
    """A reviewer begins."""
    application = await own_or_in_area(tx, application_id, applicant=False, expected=expected)
    application.take_up()
    await tx.applications.save(application)
    return application


async def send_back(tx: Tx, application_id: UUID, *, reason: str, expected: int | None) -> Application:
    """Something is missing."""
    application = await own_or_in_area(tx, application_id, applicant=False, expected=expected)
    application.send_back(reason=reason)
    await tx.applications.save(application)
    return application


async def reject(tx: Tx, application_id: UUID, *, reason: str, expected: int | None) -> Application:
    """The conditions are not met."""
    application = await own_or_in_area(tx, application_id, applicant=False, expected=expected)
    application.reject(reason=reason, today=tx.today)
    await tx.applications.save(application)
    return application


async def waitlist(tx: Tx, application_id: UUID, *, expected: int | None) -> Application:
    """The conditions are met: it takes its place in the list."""
    application = await own_or_in_area(tx, application_id, applicant=False, expected=expected)
    days = tx.around.parameters.integer(rules.PUBLICITY_WORKDAYS, tx.today)
    application.waitlist(at=tx.at, publicity_ends=tx.around.calendar.add_working_days(tx.today, days))
    await save_with_positions(tx, application, before=None)
    return application


async def object_to(tx: Tx, application_id: UUID, *, reason: str, expected: int | None) -> Application:
    """An objection during the publicity."""
    application = await own_or_in_area(tx, application_id, applicant=False, expected=expected)
    before = await position_of(tx, application)
    application.object_to(reason=reason, at=tx.at)
    await save_with_positions(tx, application, before=before)
    return application


async def change_circumstances(
    tx: Tx, application_id: UUID, *, circumstances: Circumstances, expected: int | None
) -> Application:
    """A reviewer records that the facts behind lane and points have changed."""
    application = await own_or_in_area(tx, application_id, applicant=False, expected=expected)
    before = await position_of(tx, application)
    application.reassess(at=tx.at, circumstances=circumstances)
    await save_with_positions(tx, application, before=before)
    return application


async def withdraw(tx: Tx, application_id: UUID, *, applicant: bool, expected: int | None) -> Application:
    """The applicant leaves; a bed that was kept is free again."""
    found = await tx.applications.find(application_id, area=WHOLE_CITY if applicant else tx.caller.area)
    bed = await lock_kept_bed(tx, found)
    application = await own_or_in_area(tx, application_id, applicant=applicant, expected=expected)
    before = await position_of(tx, application)
    application.withdraw(at=tx.at)
    await save_with_positions(tx, application, before=before)
    if bed is not None:
        await release(tx, bed)
    return application


async def lock_kept_bed(tx: Tx, application: Application) -> Bed | None:
    """The bed that is kept for an application, locked together with its institution, before the application is.

    :raises StaleVersion: the offer was answered in the meantime.
    """
    offer = application.offer
    if offer is None or not offer.reserves:
        return None
    await tx.institutions.hold(application.institution_id, area=WHOLE_CITY)
    bed = await tx.beds.get(offer.bed_id, area=WHOLE_CITY)
    if await tx.applications.reserving(bed.id) != application.id:
        raise StaleVersion()
    return bed


async def release(tx: Tx, bed: Bed) -> None:
    """A bed that was kept for somebody is free again (B3)."""
    bed.release()
    await tx.beds.save(bed)
