"""Work lists, the register of near relatives, public notices and the search for a person's cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_

from assistance.domain.aid import Aid
from assistance.domain.applicant import Relation
from assistance.domain.flow import Desk, Status
from assistance.domain.posting import Occasion, PublicNotice, shown
from assistance.store import Tx, applications, members
from shared.kernel.divisions import Area
from shared.kernel.identity_number import IdentityNumber
from shared.storage.entities import within

ADULT_AGE = 18


class Turn(StrEnum):
    """Which part of the work list (工作清单)."""

    DUE_TODAY = "DUE_TODAY"
    OVERDUE = "OVERDUE"
    WAITING_FOR_CITIZEN = "WAITING_FOR_CITIZEN"
    AT_TOWNSHIP = "AT_TOWNSHIP"
    AT_COUNTY = "AT_COUNTY"


@dataclass(frozen=True)
class ApplicationLine:
    """One line of a work list; no personal data. ``next_due_on`` is the last day of the next step."""

    id: UUID
    business_no: str
    division: str
    programme: Aid
    status: Status
    desk: Desk
    submitted_at: datetime
    accepted_on: date | None
    due_on: date | None
    next_due_on: date | None
    decided_on: date | None


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to."""

    status: Status | None = None
    programme: Aid | None = None
    due_by: date | None = None
    relative: bool = False


@dataclass(frozen=True)
class TurnCount:
    """How many cases wait at one desk of one township."""

    division: str
    desk: Desk
    open: int
    due_today: int
    overdue: int


async def work_list(
    tx: Tx, *, area: Area, wanted: Filter, after: Sequence[str] | None, limit: int
) -> list[ApplicationLine]:
    """Applications of an area, newest first; ``after`` is the sort key of the last line seen."""
    conditions: list[ColumnElement[bool]] = [within(area, applications.c.division)]
    if wanted.status:
        conditions.append(applications.c.status == wanted.status.value)
    if wanted.programme:
        conditions.append(applications.c.programme == wanted.programme.value)
    if wanted.relative:
        conditions.append(applications.c.relative)
    if wanted.due_by:
        conditions += [
            applications.c.due_on <= wanted.due_by,
            applications.c.desk.in_([Desk.TOWNSHIP.value, Desk.COUNTY.value]),
            applications.c.decided_on.is_(None),
        ]
    if after:
        conditions.append(
            tuple_(applications.c.submitted_at, applications.c.id)
            < tuple_(datetime.fromisoformat(after[0]), UUID(after[1]))
        )
    return await _lines(tx, conditions, limit)


async def turns(
    tx: Tx, *, area: Area, turn: Turn, today: date, after: Sequence[str] | None, limit: int
) -> list[ApplicationLine]:
    """One part of the work list, the most urgent first."""
    due = applications.c.next_due_on
    conditions: list[ColumnElement[bool]] = [within(area, applications.c.division), due.is_not(None)]
    match turn:
        case Turn.DUE_TODAY:
            conditions += [due == today, applications.c.desk != Desk.NOBODY.value]
        case Turn.OVERDUE:
            conditions += [due < today, applications.c.desk != Desk.NOBODY.value]
        case Turn.WAITING_FOR_CITIZEN:
            conditions.append(applications.c.desk == Desk.CITIZEN.value)
        case Turn.AT_TOWNSHIP:
            conditions.append(applications.c.desk == Desk.TOWNSHIP.value)
        case Turn.AT_COUNTY:
            conditions.append(applications.c.desk == Desk.COUNTY.value)
    if after:
        conditions.append(tuple_(due, applications.c.id) > tuple_(date.fromisoformat(after[0]), UUID(after[1])))
    rows = await tx.connection.execute(
        select(*_COLUMNS).where(*conditions).order_by(due, applications.c.id).limit(limit)
    )
    return [_line(row) for row in rows]


async def turn_counts(tx: Tx, *, area: Area, today: date) -> list[TurnCount]:
    """How many cases wait, by township and desk."""
    due = applications.c.next_due_on
    rows = await tx.connection.execute(
        select(
            applications.c.division,
            applications.c.desk,
            func.count().label("open"),
            func.count().filter(due == today).label("due_today"),
            func.count().filter(due < today).label("overdue"),
        )
        .where(within(area, applications.c.division), applications.c.desk != Desk.NOBODY.value)
        .group_by(applications.c.division, applications.c.desk)
        .order_by(applications.c.division, applications.c.desk)
    )
    return [TurnCount(row.division, Desk(row.desk), row.open, row.due_today, row.overdue) for row in rows]


async def cases_of_person(tx: Tx, identity: IdentityNumber, *, area: Area, limit: int) -> list[ApplicationLine]:
    """The cases of the area in which a person is a member, found by blind index; the search itself is on record."""
    key = tx.applications.person_key(identity)
    tx.audit("application.searched", "person", key.hex())
    mine = select(members.c.application_id).where(members.c.person_key == key)
    return await _lines(tx, [within(area, applications.c.division), applications.c.id.in_(mine)], limit)


async def public_notices(tx: Tx, *, area: Area, today: date, limit: int) -> list[PublicNotice]:
    """What hangs on the boards of an area today: notices that run, and the lists of those who receive aid."""
    rows = await tx.connection.execute(
        select(applications)
        .where(
            within(area, applications.c.division),
            applications.c.posted_from.is_not(None),
            applications.c.status.in_([Status.PUBLICITY.value, Status.REPUBLICITY.value, *_ON_LIST]),
        )
        .order_by(applications.c.posted_from.desc(), applications.c.id.desc())
        .limit(limit)
    )
    found = [await _notice(tx, row, today) for row in rows.all()]
    return [notice for notice in found if notice is not None]


_ON_LIST = (Status.ACTIVE.value, Status.TAPER.value, Status.SUSPENDED.value)
_COLUMNS: tuple[Any, ...] = (
    applications.c.id, applications.c.business_no, applications.c.division, applications.c.programme,
    applications.c.status, applications.c.desk, applications.c.submitted_at, applications.c.accepted_on,
    applications.c.due_on, applications.c.next_due_on, applications.c.decided_on,
)  # fmt: skip


async def _notice(tx: Tx, row: Any, today: date) -> PublicNotice | None:
    case = await tx.applications.complete(tx.applications.load(row))
    running = row.status not in _ON_LIST
    if running and (case.course.postings[-1].over(today) or case.course.postings[-1].posted_on > today):
        return None
    applicant = next(member for member in case.members if member.relation is Relation.SELF)
    posting = case.course.postings[-1]
    rounds = Occasion.FIRST_NOTICE if posting.round == 1 else Occasion.SECOND_NOTICE
    amount = case.verdict.amount_fen if case.verdict else case.course.opinions[-1].amount_fen
    return shown(
        notice_no=case.business_no,
        aid=case.programme,
        occasion=rounds if running else Occasion.PUBLICATION,
        applicant=applicant.name,
        minor=_age(applicant.identity.birth_date, today) < ADULT_AGE,
        division=case.division,
        persons=len(case.members),
        amount_fen=amount,
        posted_on=posting.posted_on if running else (case.course.notified_on or posting.posted_on),
        ends_on=posting.ends_on if running else None,
        hotline=tx.around.parameters.text("notice.hotline", today),
    )


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


async def _lines(tx: Tx, conditions: Sequence[ColumnElement[bool]], limit: int) -> list[ApplicationLine]:
    rows = await tx.connection.execute(
        select(*_COLUMNS)
        .where(*conditions)
        .order_by(applications.c.submitted_at.desc(), applications.c.id.desc())
        .limit(limit)
    )
    return [_line(row) for row in rows]


def _line(row: Any) -> ApplicationLine:
    return ApplicationLine(
        row.id, row.business_no, row.division, Aid(row.programme), Status(row.status), Desk(row.desk),
        row.submitted_at, row.accepted_on, row.due_on, row.next_due_on, row.decided_on,
    )  # fmt: skip
