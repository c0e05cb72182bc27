"""The tables of institutions, beds and stays, and how their days are written.

Days of a fact are a ``datemultirange``, so that a question about any past day is one containment test.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Uuid,
    literal,
)
from sqlalchemy.dialects.postgresql import DATEMULTIRANGE, DATERANGE, JSONB, Range

from eldercare.domain.bed_status import Status as BedStatus
from eldercare.domain.span import Spans
from eldercare.domain.stay import Status as StayStatus
from shared.kernel.spans import Span
from shared.storage.entities import entity_columns

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
    Column("filing", JSONB, nullable=False),
    Column("items", JSONB, nullable=False),
    Column("grades", JSONB, nullable=False),
    Column("agreements", DATEMULTIRANGE, nullable=False),
    Column("hazards", DATEMULTIRANGE, nullable=False),
    Column("closure", JSONB(none_as_null=True)),
    Column("upgraded_on", Date),
    Column("placement_plan", String),
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
    Column("suspended", DATEMULTIRANGE, nullable=False),
    Column("maintenance", DATEMULTIRANGE, nullable=False),
    Column("planned_for", Date),
    Column("monthly_fee_fen", BigInteger),
    Column("purpose", String, nullable=False),
    Column("gender", String, nullable=False),
    Column("room", String),
    Column("last_service_on", Date),
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
    Column("admitted_on", Date, nullable=False),
    Column("trial_ends_on", Date),
    Column("level", SmallInteger),
    Column("residency", JSONB, nullable=False),
    Column("moved_from", Uuid),
    Column("end_reason", String),
    Column("death", String),
    Column("refund_due", Date),
)

NOT_VOIDED = stays.c.status != StayStatus.VOIDED.value
NOT_PRESENT = (BedStatus.REMOVED.value, BedStatus.PLANNED.value)
INSTITUTION_BED = (beds.c.home.is_(False)) & (beds.c.status.not_in(NOT_PRESENT))

DayRange: TypeAlias = Range[date]


def on_day(days: ColumnElement[Any], day: date) -> ColumnElement[bool]:
    """The condition that a fact holds on a day; its ``days`` are a range or several."""
    return days.bool_op("@>")(literal(day, Date))


def serving_on(day: date) -> ColumnElement[bool]:
    """The condition that a bed serves on a day: in service, in an institution that is not suspended."""
    return on_day(beds.c.in_service, day) & ~on_day(beds.c.suspended, day)


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
