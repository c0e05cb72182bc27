"""Lists of staff, inspections and visits, without persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, tuple_

from eldercare.domain import inspection, staff
from eldercare.domain.recipient import VISIT_DAYS, Category
from eldercare.domain.recipient import Status as RecipientStatus
from eldercare.store import Tx
from eldercare.store.care_register import recipients
from eldercare.store.inspections import inspections
from eldercare.store.staff import staff as staff_table
from eldercare.store.tables import span_of
from shared.kernel.divisions import Area
from shared.storage.entities import within


@dataclass(frozen=True)
class StaffLine:
    """Somebody on the staff, without the person."""

    id: UUID
    post: staff.Post
    status: staff.Status
    since: date
    left_on: date | None
    certified: bool


@dataclass(frozen=True)
class InspectionLine:
    """One inspection of an area."""

    id: UUID
    institution_id: UUID
    kind: inspection.Kind
    status: inspection.Status
    planned_for: date
    due_on: date | None
    overdue: bool


@dataclass(frozen=True)
class VisitDue:
    """Somebody who is to be visited, without the person."""

    recipient_id: UUID
    township: str
    category: Category
    last_seen_on: date
    due_on: date
    overdue: bool


async def staff_of_institution(
    tx: Tx, institution_id: UUID, *, area: Area, post: staff.Post | None, after: Sequence[str] | None, limit: int
) -> list[StaffLine]:
    """The staff of an institution in the order of their entry."""
    await tx.institutions.find(institution_id, area=area)
    conditions = [staff_table.c.institution_id == institution_id]
    if post:
        conditions.append(staff_table.c.post == post.value)
    if after:
        conditions.append(staff_table.c.id > UUID(after[0]))
    columns = (staff_table.c.id, staff_table.c.post, staff_table.c.status, staff_table.c.employed)
    certified = staff_table.c.certificates.contains([{"kind": staff.CertificateKind.SKILL.value}])
    query = select(*columns, certified.label("certified")).where(*conditions).order_by(staff_table.c.id).limit(limit)
    found = []
    for row in await tx.connection.execute(query):
        span = span_of(row.employed)
        line = StaffLine(row.id, staff.Post(row.post), staff.Status(row.status), span.begin, span.end, row.certified)
        found.append(line)
    return found


async def inspections_of_area(
    tx: Tx, *, area: Area, overdue: bool, today: date, after: Sequence[str] | None, limit: int
) -> list[InspectionLine]:
    """Inspections of an area, the oldest first; ``overdue`` leaves only rectification that is late today."""
    late = (inspections.c.status == inspection.Status.RECTIFYING.value) & (inspections.c.due_on < today)
    conditions = [within(area, inspections.c.division)]
    if overdue:
        conditions.append(late)
    if after:
        conditions.append(inspections.c.id > UUID(after[0]))
    query = select(inspections, func.coalesce(late, False).label("late")).where(*conditions)
    rows = await tx.connection.execute(query.order_by(inspections.c.id).limit(limit))
    return [
        InspectionLine(
            row.id, row.institution_id, inspection.Kind(row.kind), inspection.Status(row.status), row.planned_for,
            row.due_on, row.late,
        )
        for row in rows
    ]  # fmt: skip


async def visits_due(tx: Tx, *, area: Area, after: Sequence[str] | None, limit: int) -> list[VisitDue]:
    """Everybody on the register of an area, who was seen longest ago first, with the day the next visit is due."""
    days = tx.around.parameters.integer(VISIT_DAYS, tx.today)
    conditions = [within(area, recipients.c.division), recipients.c.status == RecipientStatus.REGISTERED.value]
    if after:
        last = (date.fromisoformat(after[0]), UUID(after[1]))
        conditions.append(tuple_(recipients.c.last_seen_on, recipients.c.id) > tuple_(*last))
    query = select(recipients).where(*conditions).order_by(recipients.c.last_seen_on, recipients.c.id).limit(limit)
    found = []
    for row in await tx.connection.execute(query):
        due = tx.around.calendar.add_days(row.last_seen_on, days).on
        category = Category(row.category)
        found.append(VisitDue(row.id, row.division, category, row.last_seen_on, due, due < tx.today))
    return found
