"""Lists of the dossiers beside the cases, newest first, and the notice of a decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_

from assistance.domain.application import Application
from assistance.domain.deadlines import Counting, DecisionMode
from assistance.domain.means_test import Finding
from assistance.domain.remedy import DecisionNotice, NothingToAppeal, ways_to_appeal
from assistance.store import Dossiers, Tx, delegations, referrals
from shared.kernel.aggregate import Aggregate
from shared.kernel.divisions import Area
from shared.storage.entities import within

A = TypeVar("A", bound=Aggregate)


async def dossiers(
    store: Dossiers[A], *, area: Area, status: str | None, application_id: UUID | None, overdue_on: date | None,
    after: Sequence[str] | None, limit: int, further: Sequence[ColumnElement[bool]] = (),
) -> list[A]:  # fmt: skip
    """Dossiers of an area, newest first."""
    table = store.table
    conditions: list[ColumnElement[bool]] = [within(area, table.c.division), *further]
    if status:
        conditions.append(table.c.status == status)
    if application_id:
        conditions.append(table.c.application_id == application_id)
    if overdue_on:
        conditions.append(table.c.due_on < overdue_on)
    if after:
        conditions.append(table.c.id < UUID(after[0]))
    rows = await store.tx.connection.execute(table.select().where(*conditions).order_by(table.c.id.desc()).limit(limit))
    return [store.load(row) for row in rows]


def of_department(department: str) -> ColumnElement[bool]:
    """Referrals whose turn it is at a department; a proposal has not left the window yet."""
    return and_(referrals.c.department == department, referrals.c.status != "PROPOSED")


def in_force(on: date) -> ColumnElement[bool]:
    """Delegations that hold on a day."""
    covered: ColumnElement[bool] = (delegations.c.valid_from <= on) & (
        delegations.c.valid_to.is_(None) | (delegations.c.valid_to > on)
    )
    return covered


async def decision_notice(tx: Tx, application_id: UUID, *, area: Area) -> DecisionNotice:
    """The written notice of a decision, or of a non-acceptance, with the ways to appeal."""
    application = await tx.applications.find(application_id, area=area)
    decided_on = application.decided_on or (tx.today if application.reason_code else None)
    if decided_on is None:
        raise NothingToAppeal(rule="A-01")
    known_on = application.course.notified_on or tx.today
    count = Counting(tx.around.calendar, tx.around.parameters.reader(known_on))
    mode = application.mode or DecisionMode.TOWNSHIP_OWN
    verdict = application.verdict
    return DecisionNotice(
        decided_on=decided_on,
        known_on=known_on,
        outcome=application.status.value,
        amount_fen=verdict.amount_fen if verdict and application.granted else None,
        reasons=_reasons(application),
        alternatives=_alternatives(application),
        ways=ways_to_appeal(known_on, mode, count),
        review_first=False,
    )


def _reasons(application: Application) -> tuple[str, ...]:
    if application.verdict is None:
        return (application.reason_code or "",)
    failed = [each for each in application.verdict.clauses if each.finding is Finding.FAIL]
    return tuple(f"{clause.rule}（{clause.basis}）" for clause in failed or application.verdict.clauses)


def _alternatives(application: Application) -> tuple[str, ...]:
    if application.granted:
        return ()
    verdict: Any = application.verdict
    named = tuple(verdict.alternatives) if verdict else ()
    near = ("LOW_INCOME_MARGIN",) if verdict and verdict.near_poor else ()
    return tuple(dict.fromkeys((*named, *near, "TEMPORARY_EXPENDITURE")))
