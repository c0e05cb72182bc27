"""What a draw and an answer to an applicant ask of a whole list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Date, and_, cast, exists, func, select

from eldercare.domain.assessment import Status as AssessmentStatus
from eldercare.domain.bed import BedClass
from eldercare.domain.priority import Lane
from eldercare.domain.resident import Means
from eldercare.store.admission_tables import RESERVES, WAITING, applications, assessments, moves, offers, skips
from eldercare.store.stays import Stays
from eldercare.store.tables import INSTITUTION_BED, NOT_VOIDED, beds, on_day, serving_on, stays
from shared.kernel.identity_number import Sex
from shared.storage.transaction import Transaction


@dataclass(frozen=True)
class Wish:
    """What of one place only a draw asks for."""

    sex: Sex
    bed_class: BedClass | None
    highest_bed_fee_fen: int | None
    assessed: bool
    publicity_over: bool
    has_a_bed: bool


async def wishes_of_list(tx: Transaction, institution_id: UUID, *, on: date, after_publicity: bool) -> dict[UUID, Wish]:
    """What every waiting applicant would take, and whether an offer may be made at all."""
    assessed = exists().where(
        assessments.c.id == applications.c.assessment_id,
        assessments.c.status == AssessmentStatus.IN_FORCE.value,
        on_day(assessments.c.valid, on),
    )
    housed = exists().where(stays.c.person_key == applications.c.person_key, NOT_VOIDED, func.upper_inf(stays.c.stayed))
    publicity = func.coalesce(cast(applications.c.publicity_ends["on"].astext, Date), on - timedelta(days=1))
    rows = await tx.connection.execute(
        select(
            applications.c.id, applications.c.sex, applications.c.bed_class, applications.c.highest_bed_fee,
            assessed.label("assessed"), housed.label("housed"), (publicity < on).label("published"),
        ).where(applications.c.institution_id == institution_id, WAITING)
    )  # fmt: skip
    return {
        row.id: Wish(
            Sex(row.sex), BedClass(row.bed_class) if row.bed_class else None, row.highest_bed_fee, row.assessed,
            row.published or not after_publicity, row.housed,
        )
        for row in rows
    }  # fmt: skip


@dataclass(frozen=True)
class ReserveFacts:
    """What the reserve of an institution is computed from on a day."""

    free: int
    admitted_last_year: int
    admitted_this_year: int
    offered: int


async def reserve_facts(tx: Transaction, institution_id: UUID, *, on: date) -> ReserveFacts:
    """Free beds, and how many of the extremely poor came last year and this year or have an offer."""
    register, year = Stays(tx), date(on.year, 1, 1)
    staying = and_(stays.c.bed_id == beds.c.id, NOT_VOIDED, on_day(stays.c.stayed, on))
    reserved = and_(offers.c.bed_id == beds.c.id, RESERVES)
    free = select(func.count()).where(
        beds.c.institution_id == institution_id, INSTITUTION_BED, serving_on(on),
        ~exists().where(staying), ~exists().where(reserved),
    )  # fmt: skip
    offered = (
        select(func.count())
        .select_from(offers.join(applications, applications.c.id == offers.c.admission_id))
        .where(
            applications.c.institution_id == institution_id,
            RESERVES,
            applications.c.means == Means.EXTREME_HARDSHIP.value,
        )
    )
    return ReserveFacts(
        int(await tx.connection.scalar(free) or 0),
        await register.hardship_admissions(institution_id, date(on.year - 1, 1, 1), year),
        await register.hardship_admissions(institution_id, year, on + timedelta(days=1)),
        int(await tx.connection.scalar(offered) or 0),
    )


async def waits(tx: Transaction, institution_id: UUID, lane: Lane, *, since: date) -> list[int]:
    """The days from the first queueing to the admission of everybody admitted in a lane since a day."""
    found = await tx.connection.scalars(
        select(applications.c.admitted_on - applications.c.first_queued_on).where(
            applications.c.institution_id == institution_id,
            applications.c.lane == int(lane),
            applications.c.admitted_on >= since,
            applications.c.first_queued_on.is_not(None),
        )
    )
    return [max(0, int(days)) for days in found]


@dataclass(frozen=True)
class PlaceEvent:
    """One line of a place's history: a move, or a draw that passed it over."""

    at: datetime
    what: str
    before: int | None = None
    after: int | None = None


async def history(tx: Transaction, application_id: UUID, limit: int = 100) -> Sequence[PlaceEvent]:
    """Why a place moved or was passed over, the latest first."""
    moved = await tx.connection.execute(
        select(moves).where(moves.c.admission_id == application_id).order_by(moves.c.id.desc()).limit(limit)
    )
    skipped = await tx.connection.execute(
        select(skips).where(skips.c.admission_id == application_id).order_by(skips.c.id.desc()).limit(limit)
    )
    lines = [PlaceEvent(row.at, row.why, row.position_before, row.position_after) for row in moved]
    lines += [PlaceEvent(row.at, f"SKIPPED_{row.reason}") for row in skipped]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:limit]
