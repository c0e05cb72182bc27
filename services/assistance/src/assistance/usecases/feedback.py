"""What people say about the service: ratings, complaints, appeals."""

from __future__ import annotations

from uuid import UUID

from assistance.domain.complaint import Complaint, ComplaintKind, receive_complaint
from assistance.domain.rating import Rating, give_rating
from assistance.domain.remedy import Remedy, RemedyKind, RemedyOutcome, file_remedy
from assistance.store import Tx
from assistance.usecases.applications import counting, require_township
from shared.kernel.ids import new_id


async def rate(
    tx: Tx, *, division: str, matter: str, score: int, channel: str, rater: str | None, words: str | None
) -> Rating:
    """One rating a visit or matter."""
    rating = give_rating(
        id=new_id(tx.at), division=require_township(tx, division), matter=matter, score=score, channel=channel,
        on=tx.today, count=counting(tx), rater=rater, words=words,
    )  # fmt: skip
    await tx.ratings.add(rating)
    return rating


async def call_back(tx: Tx, rating_id: UUID, *, expected: int | None) -> Rating:
    """The unit contacts the rater."""
    rating = await tx.ratings.get(rating_id, area=tx.caller.area, expected=expected)
    rating.call_back(on=tx.today)
    await tx.ratings.save(rating)
    return rating


async def extend_rating(tx: Tx, rating_id: UUID, *, reason: str, expected: int | None) -> Rating:
    """The longest limit, with a reason."""
    rating = await tx.ratings.get(rating_id, area=tx.caller.area, expected=expected)
    rating.extend(reason=reason, count=counting(tx, rating.given_on))
    await tx.ratings.save(rating)
    return rating


async def settle_rating(tx: Tx, rating_id: UUID, *, outcome: str, justified: bool, expected: int | None) -> Rating:
    """Fixed, or explained."""
    rating = await tx.ratings.get(rating_id, area=tx.caller.area, expected=expected)
    rating.settle(on=tx.today, outcome=outcome, justified=justified)
    await tx.ratings.save(rating)
    return rating


async def propose_exclusion(tx: Tx, rating_id: UUID, *, reason: str, expected: int | None) -> Rating:
    """Wrong or malicious, says the unit."""
    rating = await tx.ratings.get(rating_id, area=tx.caller.area, expected=expected)
    rating.propose_exclusion(by=tx.caller.require_person(), reason=reason)
    await tx.ratings.save(rating)
    return rating


async def review_exclusion(tx: Tx, rating_id: UUID, *, excluded: bool, expected: int | None) -> Rating:
    """A second person looks at it."""
    rating = await tx.ratings.get(rating_id, area=tx.caller.area, expected=expected)
    rating.review_exclusion(by=tx.caller, excluded=excluded, on=tx.today)
    await tx.ratings.save(rating)
    return rating


async def complain(
    tx: Tx, *, division: str, kind: ComplaintKind, content: str, application_id: UUID | None, reporter: str | None,
    contact: str | None,
) -> Complaint:  # fmt: skip
    """The hotline, a letter or the app."""
    if application_id is not None:
        await tx.applications.find(application_id, area=tx.caller.area)
    complaint = receive_complaint(
        id=new_id(tx.at), division=require_township(tx, division), kind=kind, content=content, on=tx.today,
        count=counting(tx), application_id=application_id, reporter=reporter, contact=contact,
    )  # fmt: skip
    await tx.complaints.add(complaint)
    return complaint


async def check_complaint(tx: Tx, complaint_id: UUID, *, founded: bool, expected: int | None) -> Complaint:
    """Somebody looked into it."""
    complaint = await tx.complaints.get(complaint_id, area=tx.caller.area, expected=expected)
    complaint.check(on=tx.today, founded=founded)
    await tx.complaints.save(complaint)
    return complaint


async def answer_complaint(tx: Tx, complaint_id: UUID, *, answer: str, expected: int | None) -> Complaint:
    """The reporter is told."""
    complaint = await tx.complaints.get(complaint_id, area=tx.caller.area, expected=expected)
    complaint.give_answer(on=tx.today, answer=answer)
    await tx.complaints.save(complaint)
    return complaint


async def file_complaint(tx: Tx, complaint_id: UUID, *, expected: int | None) -> Complaint:
    """Nobody to answer."""
    complaint = await tx.complaints.get(complaint_id, area=tx.caller.area, expected=expected)
    complaint.file()
    await tx.complaints.save(complaint)
    return complaint


async def appeal(tx: Tx, application_id: UUID, *, kind: RemedyKind) -> Remedy:
    """The applicant asks for a review or sues."""
    application = await tx.applications.find(application_id, area=tx.caller.area)
    known_on = application.course.notified_on
    remedy = file_remedy(
        id=new_id(tx.at), division=application.division, application_id=application.id, kind=kind, known_on=known_on,
        on=tx.today, count=counting(tx, known_on),
    )  # fmt: skip
    await tx.remedies.add(remedy)
    return remedy


async def decide_remedy(tx: Tx, remedy_id: UUID, *, outcome: RemedyOutcome, expected: int | None) -> Remedy:
    """What the government or the court said."""
    remedy = await tx.remedies.get(remedy_id, area=tx.caller.area, expected=expected)
    remedy.decide(outcome=outcome, on=tx.today)
    await tx.remedies.save(remedy)
    return remedy
