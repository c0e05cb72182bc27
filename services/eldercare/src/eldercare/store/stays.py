"""Stays in the database; who stays is sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, literal, select
from sqlalchemy.dialects.postgresql import DATERANGE

from eldercare.domain.resident import Resident
from eldercare.domain.stay import (
    BedTaken,
    Death,
    DeathCause,
    EndReason,
    Entry,
    Ground,
    Leave,
    LeaveKind,
    LevelChange,
    ResidentDied,
    ResidentHasABed,
    Status,
    Stay,
    StayUnknown,
)
from eldercare.events import stay_state
from eldercare.store.persons import lock_person, person_key
from eldercare.store.tables import NOT_VOIDED, day_ranges, span_of, stays
from shared.contracts.envelope import EntityState
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.kernel.spans import Span
from shared.storage.entities import Entities

NAME, IDENTITY, DEATH = "stay.name", "stay.identity", "stay.death"


class Stays(Entities[Stay]):
    """The register of stays; names and numbers are sealed."""

    table, noun, missing = stays, "stay", StayUnknown

    def load(self, row: Row[Any]) -> Stay:
        """Row → aggregate."""
        open_ = self.tx.around.confidential.open
        return Stay(
            id=row.id,
            division=row.division,
            version=row.version,
            institution_id=row.institution_id,
            bed_id=row.bed_id,
            resident=Resident(
                PersonName(open_(NAME, row.id, row.name)), IdentityNumber(open_(IDENTITY, row.id, row.identity))
            ),
            ground=Ground(row.ground),
            status=Status(row.status),
            stayed=span_of(row.stayed),
            void_reason=row.void_reason,
            admitted_on=row.admitted_on,
            trial_ends_on=row.trial_ends_on,
            entry=_entry_of(row.residency),
            level=row.level,
            level_changes=tuple(_change_of(one) for one in row.residency.get("level_changes", ())),
            leaves=tuple(_leave_of(one) for one in row.residency.get("leaves", ())),
            moved_from=row.moved_from,
            end_reason=EndReason(row.end_reason) if row.end_reason else None,
            death=None if row.death is None else _death_of(json.loads(open_(DEATH, row.id, row.death))),
            refund_due=row.refund_due,
        )

    def dump(self, aggregate: Stay) -> Mapping[str, Any]:
        """Aggregate → row; who stays is sealed."""
        seal, resident = self.tx.around.confidential.seal, aggregate.resident
        return {
            "institution_id": aggregate.institution_id,
            "bed_id": aggregate.bed_id,
            "name": seal(NAME, aggregate.id, resident.name.plain),
            "identity": seal(IDENTITY, aggregate.id, resident.identity.plain),
            "person_key": self.person_key(resident.identity),
            "ground": aggregate.ground.value,
            "status": aggregate.status.value,
            "stayed": day_ranges([aggregate.stayed])[0],
            "void_reason": aggregate.void_reason,
            "admitted_on": aggregate.admitted_on,
            "trial_ends_on": aggregate.trial_ends_on,
            "level": aggregate.level,
            "residency": _residency(aggregate),
            "moved_from": aggregate.moved_from,
            "end_reason": aggregate.end_reason.value if aggregate.end_reason else None,
            "death": None
            if aggregate.death is None
            else seal(DEATH, aggregate.id, json.dumps(_death_row(aggregate.death))),
            "refund_due": aggregate.refund_due,
        }

    def state(self, aggregate: Stay) -> EntityState:
        """Aggregate → published state."""
        return stay_state(aggregate)

    def person_key(self, identity: IdentityNumber) -> bytes:
        """The blind index of a person, for equality search."""
        return person_key(self.tx, identity)

    async def lock_person(self, identity: IdentityNumber) -> None:
        """Let one transaction at a time give this person a bed; taken after the bed's lock, never before."""
        await lock_person(self.tx, identity)

    async def require_free(self, bed_id: UUID, identity: IdentityNumber, days: Span) -> None:
        """Refuse what committed stays already rule out; locks nothing."""
        overlap = stays.c.stayed.overlaps(literal(day_ranges([days])[0], DATERANGE))
        person = stays.c.person_key == self.person_key(identity)
        claimed = select(stays.c.bed_id).where(NOT_VOIDED, overlap, (stays.c.bed_id == bed_id) | person)
        taken = (await self.tx.connection.scalars(claimed)).all()
        if taken:
            raise BedTaken(rule="EC-7.5.2") if bed_id in taken else ResidentHasABed(rule="EC-711")

    async def require_alive(self, identity: IdentityNumber) -> None:
        """Nobody who is recorded as dead moves in or applies again."""
        died = select(stays.c.id).where(
            stays.c.person_key == self.person_key(identity), NOT_VOIDED, stays.c.end_reason == EndReason.DECEASED.value
        )
        if await self.tx.connection.scalar(died.limit(1)):
            raise ResidentDied(rule="EC-7.4")

    async def has_bed(self, identity: IdentityNumber) -> bool:
        """Whether the person stays somewhere now."""
        open_stay = select(stays.c.id).where(
            stays.c.person_key == self.person_key(identity), NOT_VOIDED, func.upper_inf(stays.c.stayed)
        )
        return await self.tx.connection.scalar(open_stay.limit(1)) is not None

    async def hardship_admissions(self, institution_id: UUID, begin: date, end: date) -> int:
        """How many of the extremely poor an institution admitted from a day on, before another."""
        found = select(func.count()).where(
            stays.c.institution_id == institution_id, NOT_VOIDED, stays.c.ground == Ground.EXTREME_HARDSHIP.value,
            stays.c.admitted_on >= begin, stays.c.admitted_on < end, stays.c.moved_from.is_(None),
        )  # fmt: skip
        return int(await self.tx.connection.scalar(found) or 0)

    async def trials_over(self, today: date, limit: int) -> list[UUID]:
        """Stays whose trial has passed."""
        found = select(stays.c.id).where(stays.c.status == Status.TRIAL.value, stays.c.trial_ends_on < today)
        return list(await self.tx.connection.scalars(found.order_by(stays.c.id).limit(limit)))

    async def spans_in(self, bed_id: UUID) -> list[Span]:
        """The days somebody stays in a bed."""
        found = await self.tx.connection.scalars(select(stays.c.stayed).where(stays.c.bed_id == bed_id, NOT_VOIDED))
        return [span_of(days) for days in found]

    async def move_with(self, institution_id: UUID, division: str) -> None:
        """Every stay of an institution goes where the institution goes."""
        query = select(stays).where(stays.c.institution_id == institution_id).order_by(stays.c.id).with_for_update()
        for row in (await self.tx.connection.execute(query)).all():
            stay = await self.complete(self.load(row))
            stay.division = division
            stay.note("moved")
            await self.save(stay)

    async def lasting_beyond(self, on: date, *, bed_id: UUID | None = None, institution_id: UUID | None = None) -> int:
        """How many stays, in a bed or in an institution, are not over on a day."""
        place = stays.c.bed_id == bed_id if bed_id else stays.c.institution_id == institution_id
        later = func.upper_inf(stays.c.stayed) | (func.upper(stays.c.stayed) > on)
        return int(await self.tx.connection.scalar(select(func.count()).where(place, NOT_VOIDED, later)) or 0)


def _residency(stay: Stay) -> dict[str, Any]:
    entry = stay.entry
    return {
        "level": entry.level,
        "assessment_id": str(entry.assessment_id) if entry.assessment_id else None,
        "application_id": str(entry.application_id) if entry.application_id else None,
        "emergency_reason": entry.emergency_reason,
        "level_changes": [
            {
                "on": one.on.isoformat(), "old": one.old, "new": one.new, "assessment_id": str(one.assessment_id),
                "consent_on": one.consent_on.isoformat(),
            }
            for one in stay.level_changes
        ],
        "leaves": [
            {
                "kind": one.kind.value, "begin": one.away.begin.isoformat(),
                "end": one.away.end.isoformat() if one.away.end else None, "held_until": one.held_until.isoformat(),
            }
            for one in stay.leaves
        ],
    }  # fmt: skip


def _entry_of(row: Mapping[str, Any]) -> Entry:
    assessment, application = row.get("assessment_id"), row.get("application_id")
    return Entry(
        row.get("level"),
        UUID(assessment) if assessment else None,
        UUID(application) if application else None,
        row.get("emergency_reason"),
    )


def _change_of(row: Mapping[str, Any]) -> LevelChange:
    return LevelChange(
        date.fromisoformat(row["on"]), row["old"], row["new"], UUID(row["assessment_id"]),
        date.fromisoformat(row["consent_on"]),
    )  # fmt: skip


def _leave_of(row: Mapping[str, Any]) -> Leave:
    end = row["end"]
    return Leave(
        LeaveKind(row["kind"]),
        Span(date.fromisoformat(row["begin"]), date.fromisoformat(end) if end else None),
        date.fromisoformat(row["held_until"]),
    )


def _death_row(death: Death) -> dict[str, str]:
    return {
        "at": death.at.isoformat(), "place": death.place, "cause": death.cause.value,
        "notified_at": death.notified_at.isoformat(),
    }  # fmt: skip


def _death_of(row: Mapping[str, str]) -> Death:
    return Death(
        datetime.fromisoformat(row["at"]), row["place"], DeathCause(row["cause"]),
        datetime.fromisoformat(row["notified_at"]),
    )  # fmt: skip
