"""Fraud, the credit list and corrections over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from marriage.api.people import DocumentInput
from marriage.domain import correction as corrections
from marriage.domain import credit, fraud
from marriage.domain.correction import Cause, Correction, CorrectionStatus, Entry
from marriage.domain.credit import Dishonesty, DishonestyGround, DishonestyStatus
from marriage.domain.fraud import Evidence, EvidenceKind, FraudCase, FraudStatus, Reporter
from marriage.domain.party import Side
from marriage.usecases import integrity as usecases
from shared.kernel.names import PersonName
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Day, DivisionCode, Flag, Line, PersonalText
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["纠错与信用"], route_class=StrictRoute)

Investigator = Annotated[Principal, Depends(require("marriage:fraud"))]
Lister = Annotated[Principal, Depends(require("marriage:credit"))]
Corrector = Annotated[Principal, Depends(require("marriage:correct"))]


class FraudInput(ApiModel):
    """Which registration, and who says so."""

    registration_id: UUID
    reporter: Reporter


class EvidenceInput(ApiModel):
    """A paper of police, court or procuratorate."""

    kind: EvidenceKind
    document: Line
    received_on: Day


class ReviewInput(ApiModel):
    """What the second person finds."""

    conditions_met: Flag
    reasons: Line


class RevocationInput(ApiModel):
    """The decision (撤销决定书)."""

    decision: Line
    objection_rejected: Flag = False


class ReasonInput(ApiModel):
    """Why."""

    reasons: Line


class PersonInput(ApiModel):
    """Who used the false papers."""

    name: PersonalText
    document: DocumentInput


class FraudView(ApiModel):
    """A case; nobody is named."""

    id: UUID
    registration_id: UUID
    division: str
    status: FraudStatus
    reporter: Reporter
    reported_on: date
    referred_on: date | None
    evidence: list[EvidenceInput]
    notified_on: date | None
    hearing_until: date | None
    objected_on: date | None
    decision: str | None
    decided_on: date | None
    listed_on: date | None
    available_actions: list[str]


def fraud_view(case: FraudCase) -> FraudView:
    """The view of one case."""
    facts = case.facts
    return FraudView(
        id=case.id, registration_id=case.registration_id, division=case.division, status=case.status,
        reporter=facts.reporter, reported_on=facts.reported_on, referred_on=facts.referred_on,
        evidence=[EvidenceInput(**vars(one)) for one in facts.evidence], notified_on=facts.notified_on,
        hearing_until=facts.hearing_until, objected_on=facts.objected_on, decision=facts.decision,
        decided_on=facts.decided_on, listed_on=facts.listed_on,
        available_actions=[action.value for action in fraud.WORKFLOW.possible(case.status)],
    )  # fmt: skip


@router.post("/fraud-cases", status_code=201, response_model=FraudView, summary="受理冒名、骗取婚姻登记的反映")
async def report_fraud(body: FraudInput, caller: Investigator, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.open_fraud_case(tx, body.registration_id, body.reporter),
        show=fraud_view,
        status=201,
        location=lambda case: f"/v1/fraud-cases/{case.id}",
    )


@router.get("/fraud-cases/{case_id}", response_model=FraudView, summary="查看冒名骗婚处理事项")
async def read_fraud(case_id: UUID, caller: Investigator, asking: Asking) -> Response:
    return await asking.run(lambda tx: tx.fraud_cases.find(case_id, area=caller.area), show=fraud_view)


@router.post("/fraud-cases/{case_id}/refer", response_model=FraudView, summary="移送公安机关")
async def refer_fraud(case_id: UUID, caller: Investigator, command: Commanding) -> Response:
    return await command.run(lambda tx: usecases.refer_fraud(tx, case_id, expected=command.expected), show=fraud_view)


@router.post("/fraud-cases/{case_id}/evidence", response_model=FraudView, summary="收到证据")
async def receive_evidence(case_id: UUID, body: EvidenceInput, caller: Investigator, command: Commanding) -> Response:
    evidence = Evidence(body.kind, body.document, body.received_on)
    return await command.run(
        lambda tx: usecases.receive_evidence(tx, case_id, evidence, expected=command.expected), show=fraud_view
    )


@router.post("/fraud-cases/{case_id}/review", response_model=FraudView, summary="复核")
async def review_fraud(case_id: UUID, body: ReviewInput, caller: Investigator, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.review_fraud(
            tx, case_id, met=body.conditions_met, reasons=body.reasons, expected=command.expected
        ),
        show=fraud_view,
    )


@router.post("/fraud-cases/{case_id}/notify", response_model=FraudView, summary="送达拟撤销告知书")
async def notify_intent(case_id: UUID, caller: Investigator, command: Commanding) -> Response:
    return await command.run(lambda tx: usecases.notify_intent(tx, case_id, expected=command.expected), show=fraud_view)


@router.post("/fraud-cases/{case_id}/object", response_model=FraudView, summary="当事人提出异议")
async def contest_fraud(case_id: UUID, caller: Investigator, command: Commanding) -> Response:
    return await command.run(lambda tx: usecases.contest_fraud(tx, case_id, expected=command.expected), show=fraud_view)


@router.post("/fraud-cases/{case_id}/revoke", response_model=FraudView, summary="撤销婚姻登记")
async def revoke_registration(
    case_id: UUID, body: RevocationInput, caller: Investigator, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: usecases.revoke_for_fraud(
            tx, case_id, decision=body.decision, objection_rejected=body.objection_rejected,
            expected=command.expected,
        ),
        show=fraud_view,
    )  # fmt: skip


@router.post("/fraud-cases/{case_id}/drop", response_model=FraudView, summary="不予撤销")
async def drop_fraud(case_id: UUID, body: ReasonInput, caller: Investigator, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.drop_fraud(tx, case_id, reasons=body.reasons, expected=command.expected),
        show=fraud_view,
    )


@router.post("/fraud-cases/{case_id}/close", response_model=FraudView, summary="办结并列入严重失信名单")
async def close_fraud(case_id: UUID, body: PersonInput, caller: Investigator, command: Commanding) -> Response:
    name, document = PersonName.parse(body.name), body.document.parsed()
    return await command.run(
        lambda tx: usecases.close_fraud(tx, case_id, name, document, expected=command.expected), show=fraud_view
    )


class ListingInput(PersonInput):
    """Who is to be listed, why and on what evidence."""

    division: DivisionCode
    ground: DishonestyGround
    evidence: Line


class ListingView(ApiModel):
    """A listing, masked."""

    id: UUID
    division: str
    name: str
    document_number: str
    ground: DishonestyGround
    status: DishonestyStatus
    notified_on: date
    objection_until: date
    listed_on: date | None
    until: date | None
    delisted_on: date | None
    available_actions: list[str]


def listing_view(listing: Dishonesty) -> ListingView:
    """The masked view."""
    return ListingView(
        id=listing.id, division=listing.division, name=listing.name.masked, document_number=listing.document.masked,
        ground=listing.ground, status=listing.status, notified_on=listing.notified_on,
        objection_until=listing.objection_until, listed_on=listing.listed_on, until=listing.until,
        delisted_on=listing.delisted_on,
        available_actions=[action.value for action in credit.WORKFLOW.possible(listing.status)],
    )  # fmt: skip


@router.post("/dishonesty", status_code=201, response_model=ListingView, summary="拟列入严重失信名单并告知")
async def propose_listing(body: ListingInput, caller: Lister, command: Commanding) -> Response:
    name, document = PersonName.parse(body.name), body.document.parsed()
    return await command.run(
        lambda tx: usecases.propose_listing(tx, body.division, name, document, body.ground, body.evidence),
        show=listing_view,
        status=201,
        location=lambda listing: f"/v1/dishonesty/{listing.id}",
    )


@router.get("/dishonesty/{listing_id}", response_model=ListingView, summary="查看严重失信记录")
async def read_listing(listing_id: UUID, caller: Lister, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.dishonesties.find(listing_id, area=caller.area),
        show=listing_view,
        audit=("dishonesty.read", "dishonesty", listing_id),
    )


@router.post("/dishonesty/{listing_id}/object", response_model=ListingView, summary="提出异议")
async def contest_listing(listing_id: UUID, caller: Lister, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.contest_listing(tx, listing_id, expected=command.expected), show=listing_view
    )


@router.post("/dishonesty/{listing_id}/list", response_model=ListingView, summary="列入名单")
async def put_on_list(listing_id: UUID, caller: Lister, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.put_on_list(tx, listing_id, expected=command.expected), show=listing_view
    )


@router.post("/dishonesty/{listing_id}/reject", response_model=ListingView, summary="异议成立，不予列入")
async def reject_listing(listing_id: UUID, body: ReasonInput, caller: Lister, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.reject_listing(tx, listing_id, reason=body.reasons, expected=command.expected),
        show=listing_view,
    )


@router.post("/dishonesty/{listing_id}/delist", response_model=ListingView, summary="信用修复，移出名单")
async def delist(listing_id: UUID, body: ReasonInput, caller: Lister, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.delist(tx, listing_id, reason=body.reasons, expected=command.expected),
        show=listing_view,
    )


class CorrectionInput(ApiModel):
    """Which entry of which party, and its right value; the value travels in the body only."""

    registration_id: UUID
    side: Side
    entry: Entry
    right: PersonalText


class ArchiveFindingInput(ApiModel):
    """What the archive shows."""

    cause: Cause
    document: Line


class CorrectionView(ApiModel):
    """A correction; neither the old nor the new value is shown."""

    id: UUID
    registration_id: UUID
    side: Side
    entry: Entry
    status: CorrectionStatus
    requested_on: date
    document: str | None
    ended_on: date | None
    available_actions: list[str]


def correction_view(one: Correction) -> CorrectionView:
    """The view of one correction."""
    return CorrectionView(
        id=one.id, registration_id=one.registration_id, side=one.side, entry=one.entry, status=one.status,
        requested_on=one.requested_on, document=one.document, ended_on=one.ended_on,
        available_actions=[action.value for action in corrections.WORKFLOW.possible(one.status)],
    )  # fmt: skip


@router.post("/corrections", status_code=201, response_model=CorrectionView, summary="申请更正登记信息")
async def request_correction(body: CorrectionInput, caller: Corrector, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.request_correction(
            tx, body.registration_id, side=body.side, entry=body.entry, right=body.right
        ),
        show=correction_view,
        status=201,
        location=lambda one: f"/v1/corrections/{one.id}",
    )


@router.post("/corrections/{correction_id}/check-archive", response_model=CorrectionView, summary="核对档案")
async def check_archive(
    correction_id: UUID, body: ArchiveFindingInput, caller: Corrector, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: usecases.check_archive(
            tx, correction_id, cause=body.cause, document=body.document, expected=command.expected
        ),
        show=correction_view,
    )


@router.post("/corrections/{correction_id}/correct", response_model=CorrectionView, summary="更正")
async def correct(correction_id: UUID, caller: Corrector, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.correct(tx, correction_id, expected=command.expected), show=correction_view
    )


@router.post("/corrections/{correction_id}/refuse", response_model=CorrectionView, summary="不予更正")
async def refuse_correction(correction_id: UUID, caller: Corrector, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.refuse_correction(tx, correction_id, expected=command.expected), show=correction_view
    )
