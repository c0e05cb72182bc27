"""Courts, other bodies' answers, ratings and the archive over HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field, StringConstraints

from marriage.api.people import DocumentInput
from marriage.clients import Question, ask
from marriage.domain.certificate import CertificateNumber
from marriage.domain.eligibility import CheckOutcome, CheckSource
from marriage.domain.rating import Grade, RatedBusiness, Rating, RatingStatus
from marriage.domain.registration import (
    Annulment,
    AnnulmentGround,
    Ending,
    EndingKind,
    Registration,
    RegistrationStatus,
)
from marriage.queries import Satisfaction, poor_ratings, satisfaction
from marriage.usecases import archive, courts, inquiries, ratings
from marriage.usecases.archive import ArchiveItem, ArchiveKind
from shared.kernel.divisions import Area
from shared.kernel.errors import Invalid
from shared.kernel.ids import new_id
from shared.kernel.names import PersonName
from shared.kernel.principal import CITY, Principal
from shared.web.access import public, require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Day, DivisionCode, Flag, Line, Moment, Note, PersonalText
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.running import running_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["法院、联网核验、评价与档案"], route_class=StrictRoute)

Clerk = Annotated[Principal, Depends(require("marriage:court"))]
Inquirer = Annotated[Principal, Depends(require("marriage:inquire"))]
Rater = Annotated[Principal, Depends(require("marriage:rate"))]
Answerer = Annotated[Principal, Depends(require("marriage:answer"))]
Archivist = Annotated[Principal, Depends(require("marriage:archive"))]


class GroundMissing(Invalid):
    """宣告无效或者撤销须载明事由，离婚不载明"""


class CourtDecision(StrEnum):
    """What the court decided (裁判结果)."""

    ANNULLED_OR_VOID = "ANNULLED_OR_VOID"
    DIVORCE = "DIVORCE"


class CourtPaperInput(ApiModel):
    """An effective judgment or mediation paper: the number and both names have to fit."""

    certificate_no: PersonalText
    names: list[PersonalText] = Field(min_length=2, max_length=2)
    decision: CourtDecision
    ground: AnnulmentGround | None = None
    court: Line
    document: Line
    effective_on: Day

    def parsed(self) -> courts.CourtPaperFiled:
        """The paper as value objects."""
        if (self.ground is None) != (self.decision is CourtDecision.DIVORCE):
            raise GroundMissing(field="ground")
        first, second = (PersonName.parse(name) for name in self.names)
        decision = (
            Annulment(self.ground, self.court, self.document, self.effective_on)
            if self.ground
            else Ending(EndingKind.COURT_DIVORCE, self.effective_on, self.document)
        )
        return courts.CourtPaperFiled(CertificateNumber.parse(self.certificate_no), (first, second), decision)


class CourtReceipt(ApiModel):
    """What the clerk's system learns: that it was annotated, and how the registration stands now."""

    registration_id: UUID
    status: RegistrationStatus
    effective_on: date | None

    @classmethod
    def of(cls, registration: Registration) -> CourtReceipt:
        """The receipt."""
        return cls(registration_id=registration.id, status=registration.status, effective_on=registration.ended_on)


@router.post("/court-papers", status_code=201, response_model=CourtReceipt, summary="法院送达生效裁判文书")
async def file_court_paper(body: CourtPaperInput, caller: Clerk, command: Commanding) -> Response:
    filed = body.parsed()
    return await command.run(lambda tx: courts.file_court_paper(tx, filed), show=CourtReceipt.of, status=201)


class InquiryInput(ApiModel):
    """About whom another body is asked, and what."""

    question: Question
    name: PersonalText
    document: DocumentInput
    other_document: DocumentInput | None = Field(default=None, description="核验双方之间的婚姻时的另一方")


class InquiryView(ApiModel):
    """The verdict; what was answered is kept as a digest only. ``UNAVAILABLE`` holds everything up (MR-302)."""

    id: UUID
    source: CheckSource
    outcome: CheckOutcome
    checked_at: Moment
    reason: str | None

    @classmethod
    def of(cls, inquiry: inquiries.Inquiry) -> InquiryView:
        """The view of one answer."""
        check = inquiry.check
        return cls(
            id=inquiry.id, source=check.source, outcome=check.outcome, checked_at=check.checked_at,
            reason=inquiry.reason,
        )  # fmt: skip


@router.post("/inquiries", status_code=201, response_model=InquiryView, summary="联网核验")
async def make_inquiry(body: InquiryInput, caller: Inquirer, command: Commanding, request: Request) -> Response:
    name, document = PersonName.parse(body.name), body.document.parsed()
    other = body.other_document.parsed() if body.other_document else None
    running = running_of(request)
    reference = str(new_id(running.database.around.clock.now()))
    heard = await ask(running.departments, body.question, name, document, other, reference)
    return await command.run(lambda tx: inquiries.record(tx, document, heard), show=InquiryView.of, status=201)


class RatingInput(ApiModel):
    """A grade, 5 the best, for one finished piece of business."""

    business: RatedBusiness
    subject_id: UUID
    grade: int = Field(strict=True, ge=1, le=5, description="5 非常满意，4 满意，3 基本满意，2 不满意，1 非常不满意")


class AnswerInput(ApiModel):
    """What the follow-up of a poor grade found."""

    upheld: Flag = Field(description="差评属实")
    measures: Note


class RatingView(ApiModel):
    """A rating."""

    id: UUID
    office_id: UUID
    business: RatedBusiness
    grade: int
    status: RatingStatus
    rated_on: date
    answer_due_on: date | None
    provisional: bool
    answered_on: date | None
    upheld: bool | None

    @classmethod
    def of(cls, rating: Rating) -> RatingView:
        """The view of one rating."""
        found = rating.verification
        return cls(
            id=rating.id, office_id=rating.office_id, business=rating.business, grade=int(rating.grade),
            status=rating.status, rated_on=rating.rated_on, answer_due_on=rating.answer_due_on,
            provisional=rating.provisional, answered_on=found.on if found else None,
            upheld=found.upheld if found else None,
        )  # fmt: skip


class SatisfactionView(ApiModel):
    """The satisfaction with what it rests on: how many answered, and how many were not content."""

    from_day: date
    to_day: date
    rated: int
    satisfied: int
    satisfaction: float | None
    business: int
    response_rate: float | None
    poor: int
    poor_unanswered: int
    poor_overdue: int
    uncertain: list[str]


@router.post("/ratings", status_code=201, response_model=RatingView, summary="评价")
async def rate_business(body: RatingInput, caller: Rater, command: Commanding) -> Response:
    return await command.run(
        lambda tx: ratings.rate_business(tx, body.business, body.subject_id, Grade(body.grade)),
        show=RatingView.of,
        status=201,
        location=lambda rating: f"/v1/ratings/{rating.id}",
    )


@router.get("/ratings/unanswered", response_model=Page[RatingView], summary="待核实答复的差评")
async def list_poor_ratings(caller: Answerer, asking: Asking, limit: Limit = 50, cursor: CursorText = None) -> Response:
    cursors = Cursors(asking.confidential, f"poor|{caller.area.code}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: poor_ratings(tx, area=caller.area, after=after, limit=limit + 1),
        show=lambda found: page_of(
            found, limit, cursors, lambda one: (str(one.answer_due_on), one.id), RatingView.of, Page[RatingView]
        ),
    )


@router.post("/ratings/{rating_id}/answer", response_model=RatingView, summary="核实并答复差评")
async def answer_rating(rating_id: UUID, body: AnswerInput, caller: Answerer, command: Commanding) -> Response:
    return await command.run(
        lambda tx: ratings.answer_rating(
            tx, rating_id, upheld=body.upheld, measures=body.measures, expected=command.expected
        ),
        show=RatingView.of,
    )


@router.get("/satisfaction", response_model=SatisfactionView, summary="满意度", dependencies=[public])
async def read_satisfaction(
    asking: Asking,
    office_id: UUID | None = None,
    division: DivisionCode = CITY,
    from_day: Annotated[Day | None, Query()] = None,
    to_day: Annotated[Day | None, Query()] = None,
) -> Response:
    last = to_day or asking.today
    days = from_day or last - timedelta(days=364), last

    def show(found: Satisfaction) -> SatisfactionView:
        return SatisfactionView(
            from_day=days[0], to_day=days[1], **vars(found), uncertain=["rating.answer_days"],
            satisfaction=round(found.satisfied / found.rated * 100, 2) if found.rated else None,
            response_rate=round(found.rated / found.business * 100, 2) if found.business else None,
        )  # fmt: skip

    return await asking.run(
        lambda tx: satisfaction(tx, area=Area(division), office_id=office_id, days=days, today=asking.today), show=show
    )


class ArchiveInput(ApiModel):
    """One paper of one piece of business: where it lies and the digest of its scan."""

    division: DivisionCode
    subject_id: UUID
    kind: ArchiveKind
    reference: Line
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class ArchiveView(ApiModel):
    """A paper in the archive."""

    id: UUID
    subject_id: UUID
    kind: ArchiveKind
    reference: str
    sha256: str
    filed_on: date

    @classmethod
    def of(cls, item: ArchiveItem) -> ArchiveView:
        """The view of one paper."""
        return cls(**vars(item))


@router.post("/archive-items", status_code=201, response_model=ArchiveView, summary="档案归档")
async def file_archive_item(body: ArchiveInput, caller: Archivist, command: Commanding) -> Response:
    return await command.run(
        lambda tx: archive.file_item(
            tx, division=body.division, subject_id=body.subject_id, kind=body.kind, reference=body.reference,
            sha256=body.sha256,
        ),
        show=ArchiveView.of,
        status=201,
    )  # fmt: skip


@router.get("/archive-items", response_model=Page[ArchiveView], summary="一件登记的档案目录")
async def list_archive_items(subject_id: UUID, caller: Archivist, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: archive.items_of(tx, subject_id, area=caller.area, limit=500),
        show=lambda items: Page[ArchiveView](items=[ArchiveView.of(item) for item in items]),
        audit=("archive-item.listed", "archive-item", subject_id),
    )
