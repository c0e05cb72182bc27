"""Verification orders: ask, take answers in, contest, ask again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from assistance.domain.applicant import Member
from assistance.domain.application import Application
from assistance.domain.verification import (
    Authorisation,
    CaseNotOpen,
    Inquiry,
    Source,
    Subject,
    VerificationOrder,
    VerificationStatus,
    order_verification,
)
from assistance.store import Tx
from shared.kernel.divisions import Area
from shared.kernel.ids import new_id
from shared.kernel.principal import CITY

EVERYWHERE = Area(CITY)
ASKING = frozenset({VerificationStatus.ASKING, VerificationStatus.RECHECKING})


async def request_verification(
    tx: Tx, application_id: UUID, *, authorisations: Sequence[Authorisation],
    declared: Mapping[int, Mapping[str, int]], sources: Sequence[Source],
) -> VerificationOrder:  # fmt: skip
    """Order a verification of an open case; the departments are asked afterwards, by the worker."""
    application = await tx.applications.get(application_id, area=tx.caller.area)
    require_open(application)
    adult_age = tx.around.parameters.reader(tx.today).integer("check.adult_age")
    subjects = [
        Subject(ordinal, member.identity.plain, is_adult(member, tx.today, adult_age), dict(declared.get(ordinal, {})))
        for ordinal, member in enumerate(application.members)
    ]
    order = order_verification(
        id=new_id(tx.at),
        division=application.division,
        application_id=application.id,
        subjects=subjects,
        authorisations=authorisations,
        sources=sources,
        by=tx.caller.require_person(),
        today=tx.today,
    )
    order.ask_at = tx.at
    await tx.verifications.add(order)
    return order


def require_open(application: Application) -> None:
    """Data are queried inside an open case only (社会救助法 第七十条)."""
    if not application.is_live or application.accepted_on is None or application.decided_on is not None:
        raise CaseNotOpen(rule="社会救助法 第七十条")


def is_adult(member: Member, on: date, age: int) -> bool:
    """Whether a member signs for himself."""
    born = member.identity.birth_date
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day)) >= age


async def orders_due(tx: Tx, limit: int) -> list[VerificationOrder]:
    """The orders whose sources are to be asked now, to be read outside of any lock."""
    waiting = await tx.verifications.due(tx.at, limit)
    return [await tx.verifications.find(order_id, area=EVERYWHERE) for order_id in waiting]


async def take_answers(tx: Tx, order_id: UUID, version: int, answers: Sequence[Inquiry]) -> None:
    """Write down what the sources said; answers to an order that moved on meanwhile are dropped and asked again."""
    order = await tx.verifications.get(order_id, area=EVERYWHERE)
    if order.version != version or order.status not in ASKING:
        return
    rules = tx.around.parameters.reader(order.requested_on)
    order.record(answers, rules=rules, now=tx.at)
    wait = timedelta(minutes=rules.integer("check.retry_minutes"))
    order.ask_at = tx.at + wait if order.status in ASKING else None
    await tx.verifications.save(order)


async def contest_report(
    tx: Tx, order_id: UUID, *, sources: Sequence[Source], ground: str, expected: int | None
) -> VerificationOrder:
    """The household contests what a source said."""
    order = await tx.verifications.get(order_id, area=tx.caller.area, expected=expected)
    order.contest(sources=sources, ground=ground)
    await tx.verifications.save(order)
    return order


async def recheck(tx: Tx, order_id: UUID, *, expected: int | None) -> VerificationOrder:
    """Ask the contested sources again."""
    order = await tx.verifications.get(order_id, area=tx.caller.area, expected=expected)
    order.recheck()
    order.ask_at = tx.at
    await tx.verifications.save(order)
    return order


async def cancel_verification(tx: Tx, order_id: UUID, *, expected: int | None) -> VerificationOrder:
    """Stop asking."""
    order = await tx.verifications.get(order_id, area=tx.caller.area, expected=expected)
    order.cancel()
    order.ask_at = None
    await tx.verifications.save(order)
    return order
