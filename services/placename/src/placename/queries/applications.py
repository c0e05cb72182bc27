"""Applications as lists: the office's work list, and the public notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_

from placename.domain.application import Application
from placename.domain.category import ApplicationKind, Category
from placename.domain.procedure import Status
from placename.store import Tx, applications, names
from shared.kernel.divisions import Area
from shared.storage.entities import within


@dataclass(frozen=True)
class ApplicationLine:
    """One line of a work list."""

    id: UUID
    business_no: str
    kind: ApplicationKind
    category: Category
    name: str | None
    division: str
    status: Status
    submitted_at: datetime
    due_on: date | None
    serial: int


@dataclass(frozen=True)
class Notice:
    """A public notice (公告): what was announced, and under which name; nothing of the applicant."""

    application: Application
    name: str
    romanisation: str | None
    former: str | None

    @property
    def sort_key(self) -> tuple[date, int]:
        """Newest first."""
        assert self.application.announced_on is not None
        return self.application.announced_on, self.application.serial


async def work_list(
    tx: Tx, *, area: Area, status: Status | None, category: Category | None, due_by: date | None,
    after: Sequence[str] | None, limit: int,
) -> list[ApplicationLine]:  # fmt: skip
    """Applications of an area, newest first; ``after`` is the serial of the last line seen."""
    conditions: list[ColumnElement[bool]] = [within(area, applications.c.division)]
    if status:
        conditions.append(applications.c.status == status.value)
    if category:
        conditions.append(applications.c.category == category.value)
    if due_by:
        conditions.append(applications.c.due_on <= due_by)
    if after:
        conditions.append(applications.c.serial < int(after[0]))
    columns: tuple[Any, ...] = tuple(
        applications.c[name]
        for name in ("id", "business_no", "kind", "category", "division", "status", "submitted_at", "due_on", "serial")
    )
    proposed = (applications.c.specific + applications.c.generic).label("proposed")
    rows = await tx.connection.execute(
        select(*columns, proposed).where(*conditions).order_by(applications.c.serial.desc()).limit(limit)
    )
    return [
        ApplicationLine(
            row.id, row.business_no, ApplicationKind(row.kind), Category(row.category), row.proposed, row.division,
            Status(row.status), row.submitted_at, row.due_on, row.serial,
        )
        for row in rows
    ]  # fmt: skip


async def notices(tx: Tx, *, area: Area, since: date | None, after: Sequence[str] | None, limit: int) -> list[Notice]:
    """What was announced, the newest first."""
    conditions: list[ColumnElement[bool]] = [
        within(area, applications.c.division),
        applications.c.announced_on.is_not(None),
    ]
    if since:
        conditions.append(applications.c.announced_on >= since)
    order = (applications.c.announced_on, applications.c.serial)
    if after:
        conditions.append(tuple_(*order) < tuple_(date.fromisoformat(after[0]), int(after[1])))
    target = names.alias("target")
    rows = await tx.connection.execute(
        select(
            applications,
            (names.c.specific + names.c.generic).label("shown"),
            names.c.romanisation,
            (target.c.specific + target.c.generic).label("former"),
        )
        .outerjoin(names, names.c.id == applications.c.name_id)
        .outerjoin(target, target.c.id == applications.c.target_id)
        .where(*conditions)
        .order_by(*(column.desc() for column in order))
        .limit(limit)
    )
    return [
        Notice(
            tx.applications.load(row), row.shown or "", row.romanisation["text"] if row.romanisation else None,
            row.former,
        )
        for row in rows
    ]  # fmt: skip
