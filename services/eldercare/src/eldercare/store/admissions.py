"""Applications, offers and places in the database; who applies is sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from eldercare.domain import offer as offer_domain
from eldercare.domain.admission import CLAIMING, QUEUED, Application, ApplicationUnknown, Channel, Status, Wishes
from eldercare.domain.bed import BedClass
from eldercare.domain.contract import Contract, ContractClause
from eldercare.domain.offer import Offer
from eldercare.domain.priority import Entry, Lane
from eldercare.domain.resident import Circumstances, Family, Means, Merit, Resident
from eldercare.domain.waiting_list import Skip
from eldercare.events import admission_state
from eldercare.store.admission_tables import (
    RESERVES,
    WAITING,
    applications,
    deadline_of,
    deadline_row,
    moves,
    offers,
    skips,
)
from eldercare.store.persons import person_key
from shared.contracts.envelope import EntityState
from shared.kernel.calendar import Deadline
from shared.kernel.clock import business_day
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.kernel.spans import Span
from shared.storage.entities import Entities

NAME, IDENTITY, PHONE = "admission.name", "admission.identity", "admission.phone"
ENTRY_COLUMNS = tuple(
    applications.c[name]
    for name in ("id", "number", "means", "family", "merits", "disability_grade", "level", "born", "queued_at")
)


@lru_cache(maxsize=4096)
def _circumstances(
    means: str, family: tuple[str, ...], merits: tuple[str, ...], disability_grade: int | None
) -> Circumstances:
    return Circumstances(Means(means), frozenset(map(Family, family)), frozenset(map(Merit, merits)), disability_grade)


def circumstances_of(row: Row[Any]) -> Circumstances:
    """The facts that decide lane and points; equal ones are one object."""
    return _circumstances(row.means, tuple(row.family), tuple(row.merits), row.disability_grade)


def entry_of(row: Sequence[Any]) -> Entry:
    """One place of a list, from :data:`ENTRY_COLUMNS`."""
    id_, number, means, family, merits, grade, level, born, queued_at = row
    facts = _circumstances(means, tuple(family), tuple(merits), grade)
    return Entry(id_, number, facts, level, born, queued_at, business_day(queued_at))


class Applications(Entities[Application]):
    """The register of applications for a place."""

    table, noun, missing = applications, "admission", ApplicationUnknown

    def load(self, row: Row[Any]) -> Application:
        """Row → aggregate, without its offers."""
        open_ = self.tx.around.confidential.open
        return Application(
            id=row.id, division=row.division, version=row.version, number=row.number,
            institution_id=row.institution_id,
            elder=Resident(
                PersonName(open_(NAME, row.id, row.name)), IdentityNumber(open_(IDENTITY, row.id, row.identity))
            ),
            phone=None if row.phone is None else open_(PHONE, row.id, row.phone),
            applicant=row.applicant, channel=Channel(row.channel), circumstances=circumstances_of(row),
            wishes=Wishes(BedClass(row.bed_class) if row.bed_class else None, row.highest_bed_fee),
            level=row.level, assessment_id=row.assessment_id, status=Status(row.status),
            submitted_on=row.submitted_on, review_due=deadline_of(row.review_due),
            decision_reason=row.decision_reason, queued_at=row.queued_at, first_queued_on=row.first_queued_on,
            publicity_ends=deadline_of(row.publicity_ends), lane=Lane(row.lane) if row.lane else None,
            misses=row.misses, contract=_contract_of(row.contract), admitted_on=row.admitted_on,
            stay_id=row.stay_id, ended_on=row.ended_on,
        )  # fmt: skip

    def dump(self, aggregate: Application) -> Mapping[str, Any]:
        """Aggregate → row; who applies is sealed."""
        seal, elder, facts = self.tx.around.confidential.seal, aggregate.elder, aggregate.circumstances
        wished = aggregate.wishes.bed_class
        return {
            "number": aggregate.number,
            "institution_id": aggregate.institution_id,
            "name": seal(NAME, aggregate.id, elder.name.plain),
            "identity": seal(IDENTITY, aggregate.id, elder.identity.plain),
            "person_key": person_key(self.tx, elder.identity),
            "phone": None if aggregate.phone is None else seal(PHONE, aggregate.id, aggregate.phone),
            "born": elder.identity.birth_date,
            "sex": elder.identity.sex.value,
            "applicant": aggregate.applicant,
            "channel": aggregate.channel.value,
            "means": facts.means.value,
            "family": sorted(facts.family),
            "merits": sorted(facts.merits),
            "disability_grade": facts.disability_grade,
            "bed_class": wished.value if wished else None,
            "highest_bed_fee": aggregate.wishes.highest_bed_fee_fen,
            "level": aggregate.level,
            "assessment_id": aggregate.assessment_id,
            "status": aggregate.status.value,
            "submitted_on": aggregate.submitted_on,
            "review_due": deadline_row(aggregate.review_due),
            "decision_reason": aggregate.decision_reason,
            "queued_at": aggregate.queued_at,
            "first_queued_on": aggregate.first_queued_on,
            "publicity_ends": deadline_row(aggregate.publicity_ends),
            "lane": None if aggregate.lane is None else int(aggregate.lane),
            "misses": aggregate.misses,
            "contract": _contract_row(aggregate.contract),
            "admitted_on": aggregate.admitted_on,
            "stay_id": aggregate.stay_id,
            "ended_on": aggregate.ended_on,
        }

    def state(self, aggregate: Application) -> EntityState:
        """Aggregate → published state."""
        return admission_state(aggregate)

    async def complete(self, aggregate: Application) -> Application:
        """Load its offers."""
        rows = await self.tx.connection.execute(
            select(offers).where(offers.c.admission_id == aggregate.id).order_by(offers.c.place)
        )
        aggregate.offers = tuple(_offer_of(row) for row in rows)
        return aggregate

    async def add(self, aggregate: Application) -> None:
        """Insert it with its first moves."""
        await super().add(aggregate)
        await self._write_moves(aggregate)

    async def save(self, aggregate: Application) -> None:
        """Write it back with its offers and why its place moved."""
        await super().save(aggregate)
        if aggregate.offers:
            row = _offer_row(aggregate, len(aggregate.offers) - 1)
            changed = {name: row[name] for name in ("status", "answered_on", "admit_by", "admit_by_on")}
            await self.tx.connection.execute(
                upsert(offers).values(row).on_conflict_do_update(index_elements=[offers.c.id], set_=changed)
            )
        await self._write_moves(aggregate)

    async def _write_moves(self, aggregate: Application) -> None:
        if not aggregate.moves:
            return
        await self.tx.connection.execute(
            insert(moves),
            [
                {
                    "admission_id": aggregate.id, "at": move.at, "why": move.why.value,
                    "position_before": move.before, "position_after": move.after,
                }
                for move in aggregate.moves
            ],
        )  # fmt: skip
        for move in aggregate.moves:
            self.tx.audit(f"place.{move.why.value.lower()}", "admission", aggregate.id)
        aggregate.moves.clear()

    async def next_number(self) -> str:
        """The next application number; never given twice."""
        return f"YL{self.tx.today:%Y%m%d}{await self.tx.next_serial():08d}"

    async def entries(self, institution_id: UUID) -> list[Entry]:
        """Every place of an institution's list, in no order that means anything."""
        rows = await self.tx.connection.execute(
            select(*ENTRY_COLUMNS).where(applications.c.institution_id == institution_id, WAITING)
        )
        return [entry_of(row) for row in rows]

    async def waiting(self, institution_id: UUID) -> int:
        """How many wait, or have an offer."""
        queued = applications.c.status.in_([status.value for status in QUEUED])
        found = select(func.count()).where(applications.c.institution_id == institution_id, queued)
        return int(await self.tx.connection.scalar(found) or 0)

    async def claims(self, identity: IdentityNumber) -> list[UUID]:
        """The institutions at which the person has an unfinished application."""
        found = await self.tx.connection.scalars(
            select(applications.c.institution_id).where(
                applications.c.person_key == person_key(self.tx, identity),
                applications.c.status.in_([status.value for status in CLAIMING]),
            )
        )
        return list(found)

    async def open_of(self, identity: IdentityNumber) -> list[Application]:
        """The unfinished applications of a person, locked; whoever asks has locked the person before."""
        rows = await self.tx.connection.execute(
            select(applications)
            .where(
                applications.c.person_key == person_key(self.tx, identity),
                applications.c.status.in_([status.value for status in CLAIMING]),
            )
            .order_by(applications.c.id)
            .with_for_update()
        )
        return [await self.complete(self.load(row)) for row in rows]

    async def reserving(self, bed_id: UUID) -> UUID | None:
        """The application a bed is kept for."""
        found: UUID | None = await self.tx.connection.scalar(
            select(offers.c.admission_id).where(offers.c.bed_id == bed_id, RESERVES)
        )
        return found

    async def overdue(self, today: date, limit: int) -> list[UUID]:
        """Applications whose offer or acceptance has run out."""
        found = await self.tx.connection.scalars(
            select(offers.c.admission_id)
            .where(
                or_(
                    (offers.c.status == offer_domain.Status.OPEN.value) & (offers.c.expires_on < today),
                    (offers.c.status == offer_domain.Status.ACCEPTED.value) & (offers.c.admit_by_on < today),
                )
            )
            .order_by(offers.c.id)
            .limit(limit)
        )
        return list(found)

    async def skip_all(self, bed_id: UUID, skipped: Sequence[tuple[UUID, Skip]]) -> None:
        """Record who was passed over at a draw, and why (EC-712)."""
        if not skipped:
            return
        await self.tx.insert(
            (
                skips,
                [
                    {"admission_id": one, "bed_id": bed_id, "at": self.tx.at, "reason": reason.value}
                    for one, reason in skipped
                ],
            )
        )
        for one, _ in skipped:
            self.tx.audit("place.skipped", "admission", one)


def _offer_of(row: Row[Any]) -> Offer:
    return Offer(
        row.id,
        row.bed_id,
        row.notified_on,
        Deadline(row.expires_on, row.provisional, row.calendar_version),
        offer_domain.Status(row.status),
        row.answered_on,
        deadline_of(row.admit_by),
    )


def _offer_row(application: Application, place: int) -> dict[str, Any]:
    offer = application.offers[place]
    return {
        "id": offer.id,
        "admission_id": application.id,
        "bed_id": offer.bed_id,
        "place": place,
        "notified_on": offer.notified_on,
        "expires_on": offer.expires.on,
        "provisional": offer.expires.provisional,
        "calendar_version": offer.expires.calendar_version,
        "status": offer.status.value,
        "answered_on": offer.answered_on,
        "admit_by": deadline_row(offer.admit_by),
        "admit_by_on": offer.admit_by.on if offer.admit_by else None,
    }


def _contract_of(row: dict[str, Any] | None) -> Contract | None:
    if row is None:
        return None
    end = row["term_end"]
    return Contract(
        UUID(row["id"]),
        date.fromisoformat(row["signed_on"]),
        Span(date.fromisoformat(row["term_begin"]), date.fromisoformat(end) if end else None),
        row["care_level"],
        row["monthly_fee_fen"],
        frozenset(map(ContractClause, row["clauses"])),
    )


def _contract_row(contract: Contract | None) -> dict[str, Any] | None:
    if contract is None:
        return None
    return {
        "id": str(contract.id),
        "signed_on": contract.signed_on.isoformat(),
        "term_begin": contract.term.begin.isoformat(),
        "term_end": contract.term.end.isoformat() if contract.term.end else None,
        "care_level": contract.care_level,
        "monthly_fee_fen": contract.monthly_fee_fen,
        "clauses": sorted(contract.clauses),
    }
