"""Ratings of finished business, and the answer to a poor one (好差评)."""

from __future__ import annotations

from uuid import UUID

from marriage.domain.divorce import DivorceUnknown
from marriage.domain.issuance import IssuanceUnknown
from marriage.domain.rating import Grade, NothingToRate, RatedBusiness, Rating, Verification, rate
from marriage.domain.registration import RegistrationUnknown
from marriage.store import Tx
from shared.kernel.divisions import Area
from shared.kernel.errors import NotFound
from shared.kernel.ids import new_id
from shared.kernel.principal import CITY

EVERYWHERE = Area(CITY)


async def rate_business(tx: Tx, business: RatedBusiness, subject_id: UUID, grade: Grade) -> Rating:
    """Grade one finished piece of business, once."""
    division, office_id = await _office_of(tx, business, subject_id)
    days = tx.around.parameters.integer("rating.answer_days", tx.today)
    rating = rate(
        id=new_id(tx.at), division=division, office_id=office_id, business=business, subject_id=subject_id,
        grade=grade, on=tx.today, due=tx.around.calendar.add_working_days(tx.today, days),
    )  # fmt: skip
    await tx.ratings.add(rating)
    return rating


async def _office_of(tx: Tx, business: RatedBusiness, subject_id: UUID) -> tuple[str, UUID]:
    try:
        if business is RatedBusiness.REGISTRATION:
            registration = await tx.registrations.find(subject_id, area=EVERYWHERE)
            return registration.division, registration.office_id
        if business is RatedBusiness.DIVORCE:
            divorce = await tx.divorces.find(subject_id, area=EVERYWHERE)
            if divorce.is_open:
                raise NothingToRate(field="subject_id")
            return divorce.division, divorce.office_id
        if business is RatedBusiness.ISSUANCE:
            issuance = await tx.issuances.find(subject_id, area=EVERYWHERE)
            if issuance.ended_on is None:
                raise NothingToRate(field="subject_id")
            return issuance.division, issuance.office_id
        correction = await tx.corrections.find(subject_id, area=EVERYWHERE)
        if correction.ended_on is None:
            raise NothingToRate(field="subject_id")
        registration = await tx.registrations.find(correction.registration_id, area=EVERYWHERE)
        return correction.division, registration.office_id
    except (RegistrationUnknown, DivorceUnknown, IssuanceUnknown) as unknown:
        raise NotFound(field="subject_id") from unknown


async def answer_rating(tx: Tx, rating_id: UUID, *, upheld: bool, measures: str, expected: int | None) -> Rating:
    """Verify a poor grade and answer it."""
    rating = await tx.ratings.get(rating_id, area=tx.caller.area, expected=expected)
    rating.answer(Verification(upheld, measures, tx.today, tx.caller.require_person()))
    await tx.ratings.save(rating)
    return rating
