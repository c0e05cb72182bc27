"""Alerts: raised by the system or by people, taken by somebody, resolved with an outcome; and the sweep of limits."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, select, update

from assistance.domain.alert import Alert, AlertKind, AlertOutcome, AlertUnknown, raise_alert
from assistance.domain.flow import Desk, Status
from assistance.store import Tx, alerts, applications, changes, complaints, leads, ratings, referrals, reviews
from assistance.usecases.applications import counting
from shared.kernel.ids import new_id

BATCH = 200
LAPSED = "NOT_SUPPLEMENTED"


async def raise_for(tx: Tx, kind: AlertKind, division: str, desk: str, about: UUID | None) -> Alert | None:
    """Raise an alert unless the same one is open."""
    if about is not None:
        open_one = select(alerts.c.id).where(
            alerts.c.kind == kind.value, alerts.c.record["about"].astext == str(about), alerts.c.status != "DONE"
        )
        if (await tx.connection.execute(open_one)).first() is not None:
            return None
    alert = raise_alert(
        id=new_id(tx.at), division=division, kind=kind, desk=desk, on=tx.today, count=counting(tx), about=about
    )
    await tx.alerts.add(alert)
    return alert


async def report_alert(tx: Tx, *, kind: AlertKind, division: str, about: UUID | None) -> Alert:
    """An official raises an alert about a case of the area."""
    tx.caller.require_area(division)
    if about is not None:
        await tx.applications.find(about, area=tx.caller.area)
    alert = await raise_for(tx, kind, division, Desk.TOWNSHIP.value, about)
    if alert is None:
        raise AlertUnknown("同一预警已在处理中。")
    return alert


async def take_alert(tx: Tx, alert_id: UUID, *, owner: str | None, expected: int | None) -> Alert:
    """Somebody answers for it: the caller, or a named colleague."""
    alert = await tx.alerts.get(alert_id, area=tx.caller.area, expected=expected)
    alert.take(owner=owner or tx.caller.require_person())
    await tx.alerts.save(alert)
    return alert


async def resolve_alert(tx: Tx, alert_id: UUID, *, outcome: AlertOutcome, expected: int | None) -> Alert:
    """What came of it."""
    alert = await tx.alerts.get(alert_id, area=tx.caller.area, expected=expected)
    alert.resolve(outcome=outcome, on=tx.today)
    await tx.alerts.save(alert)
    return alert


async def sweep(tx: Tx) -> int:
    """One batch of limits that have passed: cases, referrals, leads, reviews, ratings, complaints, changes."""
    done = await _overdue_cases(tx)
    done += await _overdue_referrals(tx)
    for table, kind in (
        (leads, AlertKind.LEAD_OVERDUE),
        (reviews, AlertKind.REVIEW_OVERDUE),
        (ratings, AlertKind.RATING_OVERDUE),
        (complaints, AlertKind.COMPLAINT_OVERDUE),
        (changes, AlertKind.CHANGE_OVERDUE),
    ):
        rows = await tx.connection.execute(
            select(table.c.id, table.c.division)
            .where(table.c.due_on < tx.today)
            .where(~_has_alert(kind, table.c.id))
            .order_by(table.c.due_on)
            .limit(BATCH)
        )
        for row in rows.all():
            done += await raise_for(tx, kind, row.division, Desk.TOWNSHIP.value, row.id) is not None
    return done


def _has_alert(kind: AlertKind, about: ColumnElement[UUID]) -> ColumnElement[bool]:
    same = alerts.c.record["about"].astext == cast(about, String)
    return select(alerts.c.id).where(alerts.c.kind == kind.value, same).exists()


async def _overdue_cases(tx: Tx) -> int:
    """Cases whose next last day has passed: an alert once for each such day; one never supplemented lapses."""
    rows = (
        await tx.connection.execute(
            select(applications.c.id, applications.c.division, applications.c.desk, applications.c.status)
            .where(
                applications.c.desk != Desk.NOBODY.value,
                applications.c.next_due_on < tx.today,
                applications.c.alarmed_for.is_distinct_from(applications.c.next_due_on),
            )
            .order_by(applications.c.next_due_on)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
    ).all()
    for row in rows:
        if row.status == Status.INCOMPLETE.value:
            application = await tx.applications.get(row.id, area=tx.caller.area)
            application.withdraw(LAPSED)
            await tx.applications.save(application)
            continue
        await raise_for(tx, AlertKind.CASE_OVERDUE, row.division, row.desk, row.id)
        await tx.connection.execute(
            update(applications).where(applications.c.id == row.id).values(alarmed_for=applications.c.next_due_on)
        )
    return len(rows)


async def _overdue_referrals(tx: Tx) -> int:
    rows = (
        await tx.connection.execute(
            select(referrals.c.id)
            .where(referrals.c.due_on < tx.today, referrals.c.record["overdue_on"].astext.is_(None))
            .order_by(referrals.c.due_on)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
    ).all()
    for row in rows:
        referral = await tx.referrals.get(row.id, area=tx.caller.area)
        if referral.mark_overdue(on=tx.today):
            await tx.referrals.save(referral)
            await raise_for(tx, AlertKind.REFERRAL_OVERDUE, referral.division, Desk.TOWNSHIP.value, referral.id)
    return len(rows)
