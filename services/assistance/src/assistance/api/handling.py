"""The way of a case over HTTP: one route a step of the township and the county."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from assistance import queries
from assistance.api.inputs import ReasonCode
from assistance.api.views import ApplicationView
from assistance.domain.course import Appraisal, Method
from assistance.domain.deadlines import ExtensionReason
from assistance.domain.remedy import DecisionNotice, RemedyKind, WayToAppeal
from assistance.usecases import handling
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Day, Flag, Line, Note, PersonalText
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/applications", tags=["救助申请：办理"], route_class=StrictRoute)

Applicant = Annotated[Principal, Depends(require("assistance:apply"))]
Window = Annotated[Principal, Depends(require("assistance:accept"))]
Decider = Annotated[Principal, Depends(require("assistance:decide"))]
Reader = Annotated[Principal, Depends(require("assistance:read"))]


class InvestigationInput(ApiModel):
    """Who looked into the facts, and how."""

    method: Method = Method.HOME_VISIT
    investigators: list[Line] = Field(min_length=1, max_length=10)
    signed_by_both: Flag = True
    remote_reason: Line | None = None


class AppraisalInput(ApiModel):
    """A meeting and what it found."""

    attendees: int = Field(ge=1, le=500, strict=True)
    resident_representatives: int = Field(ge=0, le=500, strict=True)
    facts_true: Flag


class ObjectionInput(ApiModel):
    """What is objected; without a name it is checked, but stops nothing."""

    content: Note
    objector: PersonalText | None = None


class ResolutionInput(ApiModel):
    """What came of the objection, and when the objector was told."""

    upheld: Flag
    told_on: Day | None = None


class ExtensionInput(ApiModel):
    """The reason code of the special limit."""

    reason: ExtensionReason


class ClosingInput(ApiModel):
    """Why the case ends without a decision."""

    reason_code: ReasonCode = "NO_COOPERATION"


class WayView(ApiModel):
    """One way to appeal: where, against whom, until when."""

    kind: RemedyKind
    body: str
    respondent: str
    within: str
    until: date
    provisional: bool

    @classmethod
    def of(cls, way: WayToAppeal) -> WayView:
        """The view of one way."""
        return cls(
            kind=way.kind, body=way.body, respondent=way.respondent, within=way.days, until=way.until.on,
            provisional=way.until.provisional,
        )  # fmt: skip


class NoticeView(ApiModel):
    """The written notice of a decision: outcome, reasons, other programmes, ways to appeal."""

    decided_on: date
    known_on: date
    outcome: str
    amount_fen: int | None
    reasons: list[str]
    alternatives: list[str]
    ways_to_appeal: list[WayView]
    review_first: bool
    text: str

    @classmethod
    def of(cls, notice: DecisionNotice) -> NoticeView:
        """The view of a notice, with the sentence that every refusal must carry."""
        review, suit = notice.ways
        text = (
            f"如不服本决定，可自知道本决定之日起{review.days}内向{review.body}申请行政复议，"
            f"或者自知道本决定之日起{suit.days}内向{suit.body}提起行政诉讼；被申请人（被告）为{review.respondent}。"
        )
        return cls(
            decided_on=notice.decided_on, known_on=notice.known_on, outcome=notice.outcome,
            amount_fen=notice.amount_fen, reasons=list(notice.reasons), alternatives=list(notice.alternatives),
            ways_to_appeal=[WayView.of(way) for way in notice.ways], review_first=notice.review_first, text=text,
        )  # fmt: skip


@router.post("/{application_id}/investigate", response_model=ApplicationView, summary="登记入户等调查")
async def investigate_application(
    application_id: UUID, body: InvestigationInput, caller: Window, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: handling.investigate(
            tx, application_id, method=body.method, investigators=body.investigators,
            signed_by_both=body.signed_by_both, remote_reason=body.remote_reason, expected=command.expected,
        ),
        show=ApplicationView.seen_by(caller, command.today),
    )  # fmt: skip


@router.post("/{application_id}/appraise", response_model=ApplicationView, summary="登记民主评议")
async def appraise_application(
    application_id: UUID, body: AppraisalInput, caller: Window, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: handling.appraise(
            tx, application_id, appraisal=Appraisal(on=command.today, **body.model_dump()), expected=command.expected
        ),
        show=ApplicationView.seen_by(caller, command.today),
    )


@router.post("/{application_id}/opine", response_model=ApplicationView, summary="提出初审意见")
async def opine_on_application(application_id: UUID, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: handling.opine(tx, application_id, expected=command.expected),
        show=ApplicationView.seen_by(caller, command.today),
    )


@router.post("/{application_id}/publish", response_model=ApplicationView, summary="公示初审意见")
async def publish_application(application_id: UUID, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: handling.publish(tx, application_id, expected=command.expected),
        show=ApplicationView.seen_by(caller, command.today),
    )


@router.post("/{application_id}/object", response_model=ApplicationView, summary="对公示提出异议")
async def object_to_application(
    application_id: UUID, body: ObjectionInput, caller: Applicant, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: handling.object_to(
            tx, application_id, content=body.content, objector=body.objector, expected=command.expected
        ),
        show=ApplicationView.seen_by(caller, command.today),
    )


@router.post("/{application_id}/resolve", response_model=ApplicationView, summary="处理公示异议")
async def resolve_objection(
    application_id: UUID, body: ResolutionInput, caller: Window, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: handling.resolve(
            tx, application_id, upheld=body.upheld, told_on=body.told_on, expected=command.expected
        ),
        show=ApplicationView.seen_by(caller, command.today),
    )


@router.post("/{application_id}/forward", response_model=ApplicationView, summary="报送区县")
async def forward_application(application_id: UUID, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: handling.forward(tx, application_id, expected=command.expected),
        show=ApplicationView.seen_by(caller, command.today),
    )


@router.post("/{application_id}/visit", response_model=ApplicationView, summary="登记区县入户")
async def visit_household(application_id: UUID, caller: Decider, command: Commanding) -> Response:
    return await command.run(
        lambda tx: handling.visit(tx, application_id, expected=command.expected),
        show=ApplicationView.seen_by(caller, command.today),
    )


@router.post("/{application_id}/notify", response_model=ApplicationView, summary="登记决定已送达")
async def notify_applicant(application_id: UUID, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: handling.notify(tx, application_id, expected=command.expected),
        show=ApplicationView.seen_by(caller, command.today),
    )


@router.post("/{application_id}/extend", response_model=ApplicationView, summary="延长办理时限")
async def extend_limit(application_id: UUID, body: ExtensionInput, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: handling.extend(tx, application_id, reason=body.reason, expected=command.expected),
        show=ApplicationView.seen_by(caller, command.today),
    )


@router.post("/{application_id}/warn", response_model=ApplicationView, summary="书面告诫")
async def warn_applicant(application_id: UUID, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: handling.warn(tx, application_id, expected=command.expected),
        show=ApplicationView.seen_by(caller, command.today),
    )


@router.post("/{application_id}/close", response_model=ApplicationView, summary="因不配合终止办理")
async def close_application(application_id: UUID, body: ClosingInput, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: handling.close(tx, application_id, reason_code=body.reason_code, expected=command.expected),
        show=ApplicationView.seen_by(caller, command.today),
    )


@router.get("/{application_id}/notice", response_model=NoticeView, summary="决定书与救济途径")
async def read_notice(application_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: queries.decision_notice(tx, application_id, area=caller.area),
        show=NoticeView.of,
        audit=("application.notice_read", "application", application_id),
    )
