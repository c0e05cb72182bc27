"""Who gets a free bed: the draw, the answer to the offer, the contract, and the admission that ends the waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from eldercare.domain import admission as rules
from eldercare.domain import waiting_list
from eldercare.domain.admission import Application, ApplicationUnknown, Misses
from eldercare.domain.bed import Bed
from eldercare.domain.contract import ContractClause, sign
from eldercare.domain.offer import BedHasAnOpenOffer, Offer, admission_due, offer_expiry
from eldercare.domain.priority import ranking, rules_of
from eldercare.domain.waiting_list import Candidate, Draw, FreeBed, Reserve, draw, owed_reserve
from eldercare.store import Tx
from eldercare.store.waiting_list import reserve_facts, wishes_of_list
from eldercare.usecases.admissions import WHOLE_CITY, applicant_of, lock_kept_bed, own_or_in_area, release
from eldercare.usecases.waiting import save_with_positions
from shared.kernel.ids import new_id
from shared.kernel.parameters import ParameterReader
from shared.kernel.spans import Span

SWEEP = 200


@dataclass(frozen=True)
class Agreement:
    """What was signed (服务协议)."""

    signed_on: date
    term: Span
    care_level: int
    monthly_fee_fen: int
    clauses: Sequence[ContractClause]


async def draw_for(tx: Tx, bed_id: UUID) -> Application:
    """Offer a free bed to the first of the list whom it fits (EC-712); draws of one institution take turns.

    The whole list is ranked by the facts stored and by the day, so that any replica offers the bed to the same one.
    """
    found = await tx.beds.find(bed_id, area=tx.caller.area)
    institution = await tx.institutions.get(found.institution_id, area=tx.caller.area)
    bed = await tx.beds.get(bed_id, area=tx.caller.area)
    institution.require_admitting(tx.today)
    if await tx.applications.reserving(bed.id) is not None:
        raise BedHasAnOpenOffer(rule="EC-7.5.3")
    await _require_free(tx, bed)
    parameters = tx.around.parameters.reader(tx.today)
    drawn = await _drawn(tx, bed, parameters)
    chosen = drawn.chosen.ranked
    application = await tx.applications.get(chosen.entry.id, area=WHOLE_CITY)
    offer = Offer(new_id(tx.at), bed.id, tx.today, offer_expiry(tx.today, tx.around.calendar, parameters))
    before = chosen.position
    application.receive(offer, lane=chosen.standing.lane, at=tx.at)
    bed.reserve()
    await tx.beds.save(bed)
    await save_with_positions(tx, application, before=before)
    await tx.applications.skip_all(bed.id, [(one.ranked.entry.id, reason) for one, reason in drawn.skipped])
    return application


async def _drawn(tx: Tx, bed: Bed, parameters: ParameterReader) -> Draw:
    if bed.bed_class is None or bed.purpose not in waiting_list.DRAWN_FOR:
        raise waiting_list.BedNotForTheList(rule="EC-712", purpose=bed.purpose.value)
    ranked = ranking(await tx.applications.entries(bed.institution_id), on=tx.today, rules=rules_of(parameters))
    wishes = await wishes_of_list(
        tx, bed.institution_id, on=tx.today, after_publicity=parameters.switch(rules.OFFERS_AFTER_PUBLICITY)
    )
    candidates = [
        Candidate(
            one, wish.sex, wish.bed_class, wish.highest_bed_fee_fen, wish.assessed, wish.publicity_over, wish.has_a_bed
        )
        for one in ranked
        if (wish := wishes.get(one.entry.id)) is not None
    ]  # fmt: skip
    facts = await reserve_facts(tx, bed.institution_id, on=tx.today)
    owed = owed_reserve(
        facts.admitted_last_year, facts.admitted_this_year, facts.offered,
        parameters.integer(waiting_list.QUOTA_PERCENT),
    )  # fmt: skip
    free = FreeBed(bed.id, bed.bed_class, bed.gender, bed.purpose, bed.monthly_fee_fen)
    return draw(
        candidates, free, Reserve(facts.free, owed), nursing_from=parameters.integer(waiting_list.NURSING_FROM_LEVEL)
    )


async def _require_free(tx: Tx, bed: Bed) -> None:
    """Nobody stays in it from today on, and it serves."""
    bed.require_in_service(Span(tx.today))
    if await tx.stays.lasting_beyond(tx.today, bed_id=bed.id):
        raise waiting_list.BedNotFree(rule="EC-5 B2")


async def _for_answer(
    tx: Tx, application_id: UUID, *, applicant: bool, expected: int | None
) -> tuple[Application, Bed | None]:
    """An application with the bed kept for it, locked in the order institution, bed, application."""
    found = await tx.applications.find(application_id, area=WHOLE_CITY if applicant else tx.caller.area)
    if applicant and found.applicant != applicant_of(tx):
        raise ApplicationUnknown()
    bed = await lock_kept_bed(tx, found)
    return await own_or_in_area(tx, application_id, applicant=applicant, expected=expected), bed


async def accept(tx: Tx, application_id: UUID, *, applicant: bool, expected: int | None) -> Application:
    """The applicant takes the bed."""
    application, _ = await _for_answer(tx, application_id, applicant=applicant, expected=expected)
    parameters = tx.around.parameters.reader(tx.today)
    application.accept(today=tx.today, admit_by=admission_due(tx.today, tx.around.calendar, parameters))
    await tx.applications.save(application)
    return application


async def decline(tx: Tx, application_id: UUID, *, applicant: bool, expected: int | None) -> Application:
    """The applicant does not take it; the bed is free for the next."""
    application, bed = await _for_answer(tx, application_id, applicant=applicant, expected=expected)
    application.decline(at=tx.at, misses=misses(tx))
    await save_with_positions(tx, application, before=None)
    if bed is not None:
        await release(tx, bed)
    return application


async def take_back(tx: Tx, application_id: UUID, *, reason: str, expected: int | None) -> Application:
    """The institution takes its offer back."""
    application, bed = await _for_answer(tx, application_id, applicant=False, expected=expected)
    application.take_back(reason=reason, at=tx.at)
    await save_with_positions(tx, application, before=None)
    if bed is not None:
        await release(tx, bed)
    return application


async def run_out(tx: Tx, application_id: UUID) -> Application:
    """Close an offer whose last day has passed; repeated, it changes nothing."""
    found = await tx.applications.find(application_id, area=WHOLE_CITY)
    if found.offer is None or not found.offer.overdue(tx.today):
        return found
    bed = await lock_kept_bed(tx, found)
    application = await tx.applications.get(application_id, area=WHOLE_CITY)
    if application.offer is None or not application.offer.overdue(tx.today):
        return application
    application.run_out(at=tx.at, misses=misses(tx))
    await save_with_positions(tx, application, before=None)
    if bed is not None:
        await release(tx, bed)
    return application


async def sign_contract(tx: Tx, application_id: UUID, agreement: Agreement, *, expected: int | None) -> Application:
    """The service contract is signed."""
    application = await own_or_in_area(tx, application_id, applicant=False, expected=expected)
    contract = sign(
        id=new_id(tx.at), signed_on=agreement.signed_on, term=agreement.term, care_level=agreement.care_level,
        monthly_fee_fen=agreement.monthly_fee_fen, clauses=agreement.clauses, today=tx.today,
    )  # fmt: skip
    application.sign(contract)
    await tx.applications.save(application)
    return application


def misses(tx: Tx) -> Misses:
    """The effect of refusals today."""
    parameters = tx.around.parameters.reader(tx.today)
    return Misses(parameters.integer(rules.REFUSALS_TO_TAIL), parameters.integer(rules.REFUSALS_TO_REMOVE))


async def fresh(tx: Tx, application_id: UUID, *, applicant: bool) -> Application:
    """An application as it stands today: an offer that has run out is closed at this read, if no timer did."""
    found = await tx.applications.find(application_id, area=WHOLE_CITY if applicant else tx.caller.area)
    if applicant and found.applicant != applicant_of(tx):
        raise ApplicationUnknown()
    return await run_out(tx, application_id)


async def next_overdue(tx: Tx) -> list[UUID]:
    """Applications whose offer has run out, some at a time."""
    return await tx.applications.overdue(tx.today, SWEEP)
