"""Tables, explicit mapping between rows and aggregates, and the transaction of this service.

Days of a fact are a ``datemultirange``, so that a question about any past day is one containment test.
Locks are always taken in the order institution, bed, person: concurrent claims wait for each other and never
deadlock, and the exclusion constraints below them answer who came second.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    Uuid,
    bindparam,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import DATEMULTIRANGE, DATERANGE, JSONB, Range

from eldercare.domain import stay as stay_domain
from eldercare.domain.bed import Bed, BedClass, BedUnknown, ClassSpan
from eldercare.domain.bed import Status as BedStatus
from eldercare.domain.filing import filing_due
from eldercare.domain.institution import (
    Institution,
    InstitutionUnknown,
    Kind,
    OrganisationCodeRegistered,
    Ownership,
    QualityMark,
    Suspension,
)
from eldercare.domain.institution import Status as InstitutionStatus
from eldercare.domain.span import Spans
from eldercare.domain.stay import BedTaken, Ground, Resident, ResidentHasABed, Stay, StayUnknown
from eldercare.events import bed_state, institution_state, stay_state
from shared.contracts.envelope import EntityState
from shared.kernel.divisions import Area
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.kernel.organisation_code import OrganisationCode
from shared.kernel.spans import Span
from shared.storage.entities import Entities, entity_columns, within
from shared.storage.transaction import Transaction

METADATA = MetaData()

institutions = Table(
    "institution",
    METADATA,
    *entity_columns(),
    Column("name", String, nullable=False),
    Column("organisation_code", String(18), nullable=False),
    Column("kind", String, nullable=False),
    Column("ownership", String, nullable=False),
    Column("filed_beds", Integer, nullable=False),
    Column("filed_on", Date),
    Column("status", String, nullable=False),
    Column("operating", DATEMULTIRANGE, nullable=False),
    Column("comprehensive", DATEMULTIRANGE, nullable=False),
    Column("quality", JSONB, nullable=False),
    Column("suspension", String),
)
beds = Table(
    "bed",
    METADATA,
    *entity_columns(),
    Column("institution_id", Uuid, ForeignKey("institution.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("home", Boolean, nullable=False),
    Column("status", String, nullable=False),
    Column("in_service", DATEMULTIRANGE, nullable=False),
    Column("nursing", DATEMULTIRANGE, nullable=False),
    Column("ordinary", DATEMULTIRANGE, nullable=False),
    Column("inclusive", DATEMULTIRANGE, nullable=False),
)
stays = Table(
    "stay",
    METADATA,
    *entity_columns(),
    Column("institution_id", Uuid, ForeignKey("institution.id"), nullable=False),
    Column("bed_id", Uuid, ForeignKey("bed.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("identity", String, nullable=False),
    Column("person_key", LargeBinary, nullable=False),
    Column("ground", String, nullable=False),
    Column("status", String, nullable=False),
    Column("stayed", DATERANGE, nullable=False),
    Column("void_reason", String),
)

CONSTRAINTS = {
    "one_institution_a_code": OrganisationCodeRegistered,
    "one_resident_a_bed": BedTaken,
    "one_bed_a_resident": ResidentHasABed,
}
NAME, IDENTITY = "stay.name", "stay.identity"
PERSON_LOCK = 7201

NOT_VOIDED = stays.c.status != stay_domain.Status.VOIDED.value
INSTITUTION_BED = (beds.c.home.is_(False)) & (beds.c.status != BedStatus.REMOVED.value)

DayRange: TypeAlias = Range[date]


def on_day(days: ColumnElement[Any], day: date) -> ColumnElement[bool]:
    """The condition that a fact holds on a day; its ``days`` are a range or several."""
    return days.bool_op("@>")(literal(day, Date))


def day_ranges(spans: Iterable[Span]) -> list[DayRange]:
    """Spans as the database writes them."""
    return [Range(span.begin, span.end, bounds="[)") for span in spans]


def span_of(days: DayRange) -> Span:
    """One span of the database; only its end may be open."""
    if days.lower is None:
        raise ValueError("a span of days without a beginning")
    return Span(days.lower, days.upper)


def spans_of(days: Sequence[DayRange]) -> Spans:
    """Spans as the domain writes them."""
    return tuple(span_of(one) for one in days)


class Institutions(Entities[Institution]):
    """The register of institutions."""

    table, noun, missing = institutions, "institution", InstitutionUnknown

    def load(self, row: Row[Any]) -> Institution:
        """Row → aggregate."""
        return Institution(
            id=row.id, division=row.division, version=row.version, name=row.name,
            organisation_code=OrganisationCode(row.organisation_code), kind=Kind(row.kind),
            ownership=Ownership(row.ownership), filed_beds=row.filed_beds, filed_on=row.filed_on,
            status=InstitutionStatus(row.status), operating=spans_of(row.operating),
            comprehensive=spans_of(row.comprehensive),
            quality=tuple(QualityMark(date.fromisoformat(mark["assessed_on"]), mark["met"]) for mark in row.quality),
            suspension=Suspension(row.suspension) if row.suspension else None,
        )  # fmt: skip

    def dump(self, aggregate: Institution) -> Mapping[str, Any]:
        """Aggregate → row."""
        return {
            "name": aggregate.name,
            "organisation_code": aggregate.organisation_code.text,
            "kind": aggregate.kind.value,
            "ownership": aggregate.ownership.value,
            "filed_beds": aggregate.filed_beds,
            "filed_on": aggregate.filed_on,
            "status": aggregate.status.value,
            "operating": day_ranges(aggregate.operating),
            "comprehensive": day_ranges(aggregate.comprehensive),
            "quality": [{"assessed_on": mark.assessed_on.isoformat(), "met": mark.met} for mark in aggregate.quality],
            "suspension": aggregate.suspension.value if aggregate.suspension else None,
        }

    def state(self, aggregate: Institution) -> EntityState:
        """Aggregate → published state."""
        return institution_state(aggregate)

    async def complete(self, aggregate: Institution) -> Institution:
        """Compute the clock of a filing that is still missing, from the first resident's day."""
        if aggregate.filed_on is None:
            first = await self.first_admission(aggregate.id)
            if first is not None:
                parameters = self.tx.around.parameters.reader(first)
                aggregate.filing_due = filing_due(first, self.tx.around.calendar, parameters)
        return aggregate

    async def first_admission(self, institution_id: UUID) -> date | None:
        """The day the first resident came."""
        first: date | None = await self.tx.connection.scalar(
            select(func.min(func.lower(stays.c.stayed))).where(stays.c.institution_id == institution_id, NOT_VOIDED)
        )
        return first

    async def hold(self, institution_id: UUID, *, area: Area) -> Institution:
        """Load an institution and keep it as it is until the commit; several may hold it at once."""
        row = (
            await self.tx.connection.execute(
                select(institutions)
                .where(institutions.c.id == institution_id, within(area, institutions.c.division))
                .with_for_update(read=True)
            )
        ).one_or_none()
        if row is None:
            raise self.missing()
        return self.load(row)

    async def registered(self, organisation_code: OrganisationCode) -> bool:
        """Whether a living institution bears the code."""
        found = await self.tx.connection.scalar(
            select(institutions.c.id).where(
                institutions.c.organisation_code == organisation_code.text,
                institutions.c.status != InstitutionStatus.CLOSED.value,
            )
        )
        return found is not None


class Beds(Entities[Bed]):
    """The register of beds."""

    table, noun, missing = beds, "bed", BedUnknown

    def load(self, row: Row[Any]) -> Bed:
        """Row → aggregate."""
        classes = [
            ClassSpan(span, bed_class)
            for bed_class, days in ((BedClass.NURSING, row.nursing), (BedClass.ORDINARY, row.ordinary))
            for span in spans_of(days)
        ]
        return Bed(
            id=row.id, division=row.division, version=row.version, institution_id=row.institution_id,
            number=row.number, home=row.home, status=BedStatus(row.status), in_service=spans_of(row.in_service),
            classes=tuple(sorted(classes, key=lambda entry: entry.span.begin)), inclusive=spans_of(row.inclusive),
        )  # fmt: skip

    def dump(self, aggregate: Bed) -> Mapping[str, Any]:
        """Aggregate → row."""
        return {
            "institution_id": aggregate.institution_id,
            "number": aggregate.number,
            "home": aggregate.home,
            "status": aggregate.status.value,
            "in_service": day_ranges(aggregate.in_service),
            "nursing": self._days_as(aggregate, BedClass.NURSING),
            "ordinary": self._days_as(aggregate, BedClass.ORDINARY),
            "inclusive": day_ranges(aggregate.inclusive),
        }

    def state(self, aggregate: Bed) -> EntityState:
        """Aggregate → published state."""
        return bed_state(aggregate)

    async def add_all(self, added: Sequence[Bed]) -> None:
        """Insert many beds at once, each with its own event."""
        for bed in added:
            self._announce(bed)
        await self.tx.connection.execute(insert(beds), [self._row(bed) for bed in added])

    async def save_all(self, changed: Sequence[Bed]) -> None:
        """Write many beds back at once; their rows have been locked by :meth:`of_institution`."""
        if not changed:
            return
        for bed in changed:
            self._announce(bed)
        rows = [self._row(bed) for bed in changed]
        columns = [name for name in rows[0] if name != "id"]
        await self.tx.connection.execute(
            update(beds).where(beds.c.id == bindparam("key")).values({name: bindparam(name) for name in columns}),
            [{"key": row["id"], **{name: row[name] for name in columns}} for row in rows],
        )

    async def of_institution(self, institution_id: UUID) -> list[Bed]:
        """Every bed of an institution that is not removed, locked."""
        rows = await self.tx.connection.execute(
            select(beds)
            .where(beds.c.institution_id == institution_id, beds.c.status != BedStatus.REMOVED.value)
            .order_by(beds.c.id)
            .with_for_update()
        )
        return [self.load(row) for row in rows]

    async def present(self, institution_id: UUID) -> int:
        """How many beds the institution has now; home-care beds are not its beds."""
        found = select(func.count()).where(beds.c.institution_id == institution_id, INSTITUTION_BED)
        return int(await self.tx.connection.scalar(found) or 0)

    async def last_number(self, institution_id: UUID) -> int:
        """The highest bed number ever given in the institution."""
        found = select(func.max(beds.c.number)).where(beds.c.institution_id == institution_id)
        return int(await self.tx.connection.scalar(found) or 0)

    async def first_day(self, institution_id: UUID) -> date | None:
        """The first day on which any bed of the institution was in service."""
        first = select(func.min(func.lower(beds.c.in_service))).where(beds.c.institution_id == institution_id)
        found: date | None = await self.tx.connection.scalar(first)
        return found

    @staticmethod
    def _days_as(bed: Bed, bed_class: BedClass) -> list[DayRange]:
        return day_ranges(entry.span for entry in bed.classes if entry.bed_class is bed_class)


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
            status=stay_domain.Status(row.status),
            stayed=span_of(row.stayed),
            void_reason=row.void_reason,
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
        }

    def state(self, aggregate: Stay) -> EntityState:
        """Aggregate → published state."""
        return stay_state(aggregate)

    def person_key(self, identity: IdentityNumber) -> bytes:
        """The blind index of a person, for equality search."""
        return self.tx.around.confidential.blind(IDENTITY, identity.plain)

    async def lock_person(self, identity: IdentityNumber) -> None:
        """Let one transaction at a time give this person a bed; taken after the bed's lock, never before."""
        key = int.from_bytes(self.person_key(identity)[:4], signed=True)
        await self.tx.connection.execute(select(func.pg_advisory_xact_lock(PERSON_LOCK, key)))

    async def require_free(self, bed_id: UUID, identity: IdentityNumber, days: Span) -> None:
        """Refuse what committed stays already rule out; locks nothing."""
        overlap = stays.c.stayed.overlaps(literal(day_ranges([days])[0], DATERANGE))
        person = stays.c.person_key == self.person_key(identity)
        claimed = select(stays.c.bed_id).where(NOT_VOIDED, overlap, (stays.c.bed_id == bed_id) | person)
        taken = (await self.tx.connection.scalars(claimed)).all()
        if taken:
            raise BedTaken(rule="EC-7.5.2") if bed_id in taken else ResidentHasABed(rule="EC-711")

    async def spans_in(self, bed_id: UUID) -> list[Span]:
        """The days somebody stays in a bed."""
        found = await self.tx.connection.scalars(select(stays.c.stayed).where(stays.c.bed_id == bed_id, NOT_VOIDED))
        return [span_of(days) for days in found]

    async def lasting_beyond(self, on: date, *, bed_id: UUID | None = None, institution_id: UUID | None = None) -> int:
        """How many stays, in a bed or in an institution, are not over on a day."""
        place = stays.c.bed_id == bed_id if bed_id else stays.c.institution_id == institution_id
        later = func.upper_inf(stays.c.stayed) | (func.upper(stays.c.stayed) > on)
        return int(await self.tx.connection.scalar(select(func.count()).where(place, NOT_VOIDED, later)) or 0)


class Tx(Transaction):
    """A transaction of ``eldercare``."""

    @cached_property
    def institutions(self) -> Institutions:
        """The register of institutions."""
        return Institutions(self)

    @cached_property
    def beds(self) -> Beds:
        """The register of beds."""
        return Beds(self)

    @cached_property
    def stays(self) -> Stays:
        """The register of stays."""
        return Stays(self)
