"""Reviews of those who receive aid: planned at the grant and again at each completed review."""

from __future__ import annotations

from uuid import UUID

from assistance.domain.aid import Aid
from assistance.domain.application import Application
from assistance.domain.procedure import procedure_of
from assistance.domain.review import Review, ReviewClass, ReviewOutcome, plan_review
from assistance.store import Tx
from assistance.usecases.applications import counting
from shared.kernel.ids import new_id

YEARLY = frozenset({Aid.EXTREME_HARDSHIP_SUPPORT, Aid.LOW_INCOME_MARGIN})


async def plan_first(tx: Tx, application: Application) -> None:
    """The first review, counted from the decision; the class may be corrected with the review itself."""
    if not procedure_of(application.programme).household:
        return
    klass = ReviewClass.A if application.programme in YEARLY else ReviewClass.B
    await _plan(tx, application, klass)


async def _plan(tx: Tx, application: Application, klass: ReviewClass) -> Review:
    review = plan_review(
        id=new_id(tx.at), division=application.division, application_id=application.id, klass=klass,
        residence=application.residence, after=tx.today, count=counting(tx),
    )  # fmt: skip
    await tx.reviews.add(review)
    return review


async def complete_review(
    tx: Tx, review_id: UUID, *, outcome: ReviewOutcome, next_class: ReviewClass, expected: int | None
) -> Review:
    """The household was looked at again; the next review follows its class of now."""
    review = await tx.reviews.get(review_id, area=tx.caller.area, expected=expected)
    review.complete(on=tx.today, outcome=outcome)
    await tx.reviews.save(review)
    application = await tx.applications.find(review.application_id, area=tx.caller.area)
    if application.is_live:
        await _plan(tx, application, next_class)
    return review


async def cancel_reviews(tx: Tx, application_id: UUID) -> None:
    """The aid has ended: nothing is left to review."""
    for review in await tx.reviews.of_application(application_id):
        if review.completed_on is None and review.status.value == "DUE":
            review.cancel()
            await tx.reviews.save(review)
