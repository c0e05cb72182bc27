"""Applications for a place over HTTP: a family's own, a reviewer's, and the placement of the extremely poor."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from eldercare.api.assessments import ReasonInput
from eldercare.api.people import CircumstancesModel, PersonInput, WishesModel, require_purpose
from eldercare.api.places import PlaceView
from eldercare.domain.admission import WORKFLOW, Application, Channel, Status
from eldercare.domain.offer import Offer
from eldercare.domain.offer import Status as OfferStatus
from eldercare.queries.waiting import (
    ApplicationLine,
    Place,
    applications_of_applicant,
    applications_of_institution,
    place_of,
)
from eldercare.store import Tx
from eldercare.usecases import admissions as usecases
from eldercare.usecases import offers
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Changing, Commanding
from shared.web.fields import ApiModel, Flag, PersonalText
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["入住申请"], route_class=StrictRoute)

Applicant = Annotated[Principal, Depends(require("eldercare:apply"))]
Reviewer = Annotated[Principal, Depends(require("eldercare:review"))]
Home = Annotated[Principal, Depends(require("eldercare:admit"))]
Placing = Annotated[Principal, Depends(require("eldercare:place"))]
Revealer = Annotated[Principal, Depends(require("eldercare:reveal"))]


class PlacementInput(PersonInput):
    """A person for whom a place is wanted."""

    institution_id: UUID
    phone: PersonalText | None = None
    circumstances: CircumstancesModel = CircumstancesModel()
    wishes: WishesModel = WishesModel()

    def wanted(self, today: date) -> usecases.Wanted:
        """The application as value objects."""
        return usecases.Wanted(
            self.institution_id, self.parsed(today), self.phone, self.circumstances.parsed(), self.wishes.parsed()
        )


class ApplicationInput(PlacementInput):
    """An application; ``submit`` false keeps it as a draft."""

    submit: Flag = True


class EditInput(ApiModel):
    """What may still be corrected."""

    phone: PersonalText | None = None
    circumstances: CircumstancesModel
    wishes: WishesModel


class CircumstancesInput(ApiModel):
    """The facts as they are now."""

    circumstances: CircumstancesModel


class OfferView(ApiModel):
    """One offer; days are last days."""

    id: UUID
    bed_id: UUID
    notified_on: date
    expires_on: date
    provisional: bool
    status: OfferStatus
    answered_on: date | None
    admit_by: date | None

    @classmethod
    def of(cls, offer: Offer) -> OfferView:
        """The view of an offer."""
        return cls(
            id=offer.id, bed_id=offer.bed_id, notified_on=offer.notified_on, expires_on=offer.expires.on,
            provisional=offer.expires.provisional, status=offer.status, answered_on=offer.answered_on,
            admit_by=offer.admit_by.on if offer.admit_by else None,
        )  # fmt: skip


class ApplicationView(ApiModel):
    """An application with its applicant masked; ``place`` only while it waits."""

    id: UUID
    number: str
    institution_id: UUID
    township: str
    name: str
    identity_number: str
    channel: Channel
    circumstances: CircumstancesModel
    wishes: WishesModel
    level: int | None
    assessment_id: UUID | None
    status: Status
    submitted_on: date | None
    review_due_on: date | None
    decision_reason: str | None
    first_queued_on: date | None
    publicity_ends_on: date | None
    lane: int | None
    misses: int
    offers: list[OfferView]
    contract_signed_on: date | None
    admitted_on: date | None
    stay_id: UUID | None
    ended_on: date | None
    available_actions: list[str]
    place: PlaceView | None = None

    @classmethod
    def of(cls, one: Application) -> ApplicationView:
        """The masked view, without the place."""
        return cls(**_facts(one))


class PhoneView(ApplicationView):
    """An application in full, for a stated purpose."""

    phone: str | None

    @classmethod
    def revealed(cls, one: Application) -> PhoneView:
        """The full view."""
        shown = _facts(one) | {"name": one.elder.name.plain, "identity_number": one.elder.identity.plain}
        return cls(**shown, phone=one.phone)


def _facts(one: Application) -> dict[str, Any]:
    return {
        "id": one.id, "number": one.number, "institution_id": one.institution_id, "township": one.division,
        "name": one.elder.name.masked, "identity_number": one.elder.identity.masked, "channel": one.channel,
        "circumstances": CircumstancesModel.of(one.circumstances), "wishes": WishesModel.of(one.wishes),
        "level": one.level, "assessment_id": one.assessment_id, "status": one.status,
        "submitted_on": one.submitted_on, "review_due_on": one.review_due.on if one.review_due else None,
        "decision_reason": one.decision_reason, "first_queued_on": one.first_queued_on,
        "publicity_ends_on": one.publicity_ends.on if one.publicity_ends else None,
        "lane": None if one.lane is None else int(one.lane), "misses": one.misses,
        "offers": [OfferView.of(offer) for offer in one.offers],
        "contract_signed_on": one.contract.signed_on if one.contract else None, "admitted_on": one.admitted_on,
        "stay_id": one.stay_id, "ended_on": one.ended_on,
        "available_actions": sorted(action.value for action in WORKFLOW.possible(one.status)),
    }  # fmt: skip


class ApplicationLineView(ApiModel):
    """One application without the applicant."""

    id: UUID
    number: str
    institution_id: UUID
    township: str
    status: Status
    level: int | None
    submitted_on: date | None
    first_queued_on: date | None

    @classmethod
    def of(cls, line: ApplicationLine) -> ApplicationLineView:
        """The view of one line."""
        return cls(
            id=line.id, number=line.number, institution_id=line.institution_id, township=line.division,
            status=line.status, level=line.level, submitted_on=line.submitted_on,
            first_queued_on=line.first_queued_on,
        )  # fmt: skip


async def read_one(tx: Tx, application_id: UUID, *, applicant: bool) -> tuple[Application, Place | None]:
    """An application with its place; an offer that has run out is closed first."""
    application = await offers.fresh(tx, application_id, applicant=applicant)
    return application, await place_of(tx, application)


def show_one(found: tuple[Application, Place | None]) -> ApplicationView:
    """The view with the place."""
    application, place = found
    shown = _facts(application) | {"place": None if place is None else PlaceView.of(place)}
    return ApplicationView(**shown)


def located(application: Application) -> str:
    """Where an application is read."""
    return f"/v1/applications/{application.id}"


@router.post("/applications", status_code=201, response_model=ApplicationView, summary="申请入住")
async def apply(body: ApplicationInput, caller: Applicant, command: Commanding) -> Response:
    wanted = body.wanted(command.today)
    return await command.run(
        lambda tx: usecases.apply(tx, wanted, submit=body.submit),
        show=ApplicationView.of,
        status=201,
        location=located,
    )


@router.post("/placements", status_code=201, response_model=ApplicationView, summary="特困人员安置")
async def place_person(body: PlacementInput, caller: Placing, command: Commanding) -> Response:
    wanted = body.wanted(command.today)
    return await command.run(
        lambda tx: usecases.place(tx, wanted), show=ApplicationView.of, status=201, location=located
    )


@router.get("/my/applications", response_model=Page[ApplicationLineView], summary="本人的入住申请")
async def list_own(caller: Applicant, asking: Asking, limit: Limit = 50, cursor: CursorText = None) -> Response:
    cursors = Cursors(asking.confidential, f"own-applications|{caller.key}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: applications_of_applicant(tx, usecases.applicant_of(tx), after=after, limit=limit + 1),
        show=lambda lines: page_of(
            lines, limit, cursors, lambda line: (line.id,), ApplicationLineView.of, Page[ApplicationLineView]
        ),
    )


@router.get("/my/applications/{application_id}", response_model=ApplicationView, summary="本人申请的进度和位次")
async def read_own(application_id: UUID, caller: Applicant, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: read_one(tx, application_id, applicant=True),
        show=show_one,
        audit=("admission.read", "admission", application_id),
    )


@router.put("/my/applications/{application_id}", response_model=ApplicationView, summary="修改申请")
async def edit(application_id: UUID, body: EditInput, caller: Applicant, command: Changing) -> Response:
    return await command.run(
        lambda tx: usecases.edit(
            tx,
            application_id,
            circumstances=body.circumstances.parsed(),
            wishes=body.wishes.parsed(),
            phone=body.phone,
            expected=command.expected,
        ),
        show=ApplicationView.of,
    )


@router.post("/my/applications/{application_id}/submit", response_model=ApplicationView, summary="提交申请")
async def submit(application_id: UUID, caller: Applicant, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.submit(tx, application_id, expected=command.expected), show=ApplicationView.of
    )


@router.post("/my/applications/{application_id}/withdraw", response_model=ApplicationView, summary="撤回申请")
async def withdraw_own(application_id: UUID, caller: Applicant, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.withdraw(tx, application_id, applicant=True, expected=command.expected),
        show=ApplicationView.of,
    )


@router.post("/my/applications/{application_id}/accept", response_model=ApplicationView, summary="接受入住通知")
async def accept_own(application_id: UUID, caller: Applicant, command: Commanding) -> Response:
    return await command.run(
        lambda tx: offers.accept(tx, application_id, applicant=True, expected=command.expected),
        show=ApplicationView.of,
    )


@router.post("/my/applications/{application_id}/decline", response_model=ApplicationView, summary="放弃入住通知")
async def decline_own(application_id: UUID, caller: Applicant, command: Commanding) -> Response:
    return await command.run(
        lambda tx: offers.decline(tx, application_id, applicant=True, expected=command.expected),
        show=ApplicationView.of,
    )


@router.get(
    "/institutions/{institution_id}/applications",
    response_model=Page[ApplicationLineView],
    summary="机构收到的入住申请",
)
async def list_applications(
    institution_id: UUID,
    caller: Reviewer,
    asking: Asking,
    status: Status | None = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    cursors = Cursors(asking.confidential, f"applications|{institution_id}|{status}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: applications_of_institution(
            tx, institution_id, area=caller.area, status=status, after=after, limit=limit + 1
        ),
        show=lambda lines: page_of(
            lines, limit, cursors, lambda line: (line.id,), ApplicationLineView.of, Page[ApplicationLineView]
        ),
    )


@router.get("/applications/{application_id}", response_model=ApplicationView, summary="查看入住申请")
async def read_application(application_id: UUID, caller: Reviewer, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: read_one(tx, application_id, applicant=False),
        show=show_one,
        audit=("admission.read", "admission", application_id),
    )


@router.get("/applications/{application_id}/revealed", response_model=PhoneView, summary="查看未脱敏的入住申请")
async def reveal_application(application_id: UUID, caller: Revealer, asking: Asking) -> Response:
    require_purpose(asking)
    return await asking.run(
        lambda tx: tx.applications.find(application_id, area=caller.area),
        show=PhoneView.revealed,
        audit=("admission.revealed", "admission", application_id),
    )


@router.post("/applications/{application_id}/take-up", response_model=ApplicationView, summary="开始审核")
async def take_up(application_id: UUID, caller: Reviewer, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.take_up(tx, application_id, expected=command.expected), show=ApplicationView.of
    )


@router.post("/applications/{application_id}/return", response_model=ApplicationView, summary="退回补正")
async def send_back(application_id: UUID, body: ReasonInput, caller: Reviewer, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.send_back(tx, application_id, reason=body.reason, expected=command.expected),
        show=ApplicationView.of,
    )


@router.post("/applications/{application_id}/reject", response_model=ApplicationView, summary="审核不通过")
async def reject(application_id: UUID, body: ReasonInput, caller: Reviewer, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.reject(tx, application_id, reason=body.reason, expected=command.expected),
        show=ApplicationView.of,
    )


@router.post("/applications/{application_id}/waitlist", response_model=ApplicationView, summary="审核通过进入轮候")
async def waitlist(application_id: UUID, caller: Reviewer, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.waitlist(tx, application_id, expected=command.expected), show=ApplicationView.of
    )


@router.post("/applications/{application_id}/object", response_model=ApplicationView, summary="公示异议成立")
async def object_to(application_id: UUID, body: ReasonInput, caller: Reviewer, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.object_to(tx, application_id, reason=body.reason, expected=command.expected),
        show=ApplicationView.of,
    )


@router.post("/applications/{application_id}/reassess", response_model=ApplicationView, summary="申请人情况变化")
async def change_circumstances(
    application_id: UUID, body: CircumstancesInput, caller: Reviewer, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: usecases.change_circumstances(
            tx, application_id, circumstances=body.circumstances.parsed(), expected=command.expected
        ),
        show=ApplicationView.of,
    )


@router.post("/applications/{application_id}/withdraw", response_model=ApplicationView, summary="代为撤回申请")
async def withdraw(application_id: UUID, caller: Reviewer, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.withdraw(tx, application_id, applicant=False, expected=command.expected),
        show=ApplicationView.of,
    )
