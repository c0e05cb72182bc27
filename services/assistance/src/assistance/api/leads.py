"""Leads and alerts over HTTP: who was found, what needs somebody, and what came of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from assistance.api.inputs import ReasonCode, SubmissionInput
from assistance.api.listing import DueView, list_dossiers
from assistance.api.views import ApplicationView
from assistance.domain.alert import Alert, AlertKind, AlertOutcome, AlertStatus
from assistance.domain.lead import Lead, LeadSource, LeadStatus
from assistance.usecases import alerts, leads
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, DivisionCode, Line, Note, PersonalText
from shared.web.paging import CursorText, Limit, Page
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/leads", tags=["主动发现"], route_class=StrictRoute)
alert_router = APIRouter(prefix="/v1/alerts", tags=["预警"], route_class=StrictRoute)

Reporter = Annotated[Principal, Depends(require("assistance:report"))]
Window = Annotated[Principal, Depends(require("assistance:accept"))]
Reader = Annotated[Principal, Depends(require("assistance:read"))]


class LeadInput(ApiModel):
    """People in need, as somebody found them."""

    division: DivisionCode
    source: LeadSource = LeadSource.VILLAGE
    name: PersonalText
    identity_number: PersonalText | None = None
    contact: PersonalText | None = None
    situation: Note

    def parsed(self, today: date) -> leads.Report:
        """The report as value objects."""
        number = IdentityNumber.parse(self.identity_number, today) if self.identity_number else None
        name = PersonName.parse(self.name).plain
        return leads.Report(self.division, self.source, name, number, self.contact, self.situation)


class MergeInput(ApiModel):
    """The lead that stays."""

    into: UUID


class LeadClosingInput(ApiModel):
    """Why nothing more is done."""

    reason_code: ReasonCode = "NO_NEED"


class LeadView(ApiModel):
    """A lead with the person masked."""

    id: UUID
    division: str
    name: str
    sources: list[LeadSource]
    status: LeadStatus
    reported_on: date
    due: DueView | None
    contacted_on: date | None
    visited_on: date | None
    application_id: UUID | None
    merged_into: UUID | None
    reason_code: str | None

    @classmethod
    def of(cls, lead: Lead) -> LeadView:
        """The masked view."""
        return cls(
            id=lead.id, division=lead.division, name=PersonName(lead.person).masked, sources=list(lead.sources),
            status=lead.status, reported_on=lead.reported_on, due=DueView.of(lead.due),
            contacted_on=lead.contacted_on, visited_on=lead.visited_on, application_id=lead.application_id,
            merged_into=lead.merged_into, reason_code=lead.reason_code,
        )  # fmt: skip


class AlertInput(ApiModel):
    """What somebody noticed, about which case."""

    kind: AlertKind
    division: DivisionCode
    about: UUID | None = None


class OwnerInput(ApiModel):
    """Who answers for it; the caller where nobody is named."""

    owner: Line | None = None


class OutcomeInput(ApiModel):
    """How it was dealt with."""

    outcome: AlertOutcome


class AlertView(ApiModel):
    """An alert with its owner, last day and outcome."""

    id: UUID
    division: str
    kind: AlertKind
    status: AlertStatus
    desk: str
    about: UUID | None
    raised_on: date
    due: DueView | None
    owner: str | None
    outcome: AlertOutcome | None
    resolved_on: date | None

    @classmethod
    def of(cls, alert: Alert) -> AlertView:
        """The view of one alert."""
        return cls(
            id=alert.id, division=alert.division, kind=alert.kind, status=alert.status, desk=alert.desk,
            about=alert.about, raised_on=alert.raised_on, due=DueView.of(alert.due), owner=alert.owner,
            outcome=alert.outcome, resolved_on=alert.resolved_on,
        )  # fmt: skip


@router.post("", status_code=201, response_model=LeadView, summary="报告救助线索")
async def report_lead(body: LeadInput, caller: Reporter, command: Commanding) -> Response:
    told = body.parsed(command.today)
    return await command.run(
        lambda tx: leads.report(tx, told),
        show=LeadView.of,
        status=201,
        location=lambda lead: f"/v1/leads/{lead.id}",
    )


@router.get("", response_model=Page[LeadView], summary="线索列表")
async def list_leads(
    caller: Reader,
    asking: Asking,
    status: LeadStatus | None = None,
    overdue: Annotated[bool, Query(description="只列已超期的")] = False,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    return await list_dossiers(
        asking, caller, store=lambda tx: tx.leads, noun="leads", view=LeadView.of, page=Page[LeadView],
        status=status, application_id=None, overdue=overdue, limit=limit, cursor=cursor,
    )  # fmt: skip


@router.get("/{lead_id}", response_model=LeadView, summary="查看线索")
async def read_lead(lead_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.leads.find(lead_id, area=caller.area), show=LeadView.of, audit=("lead.read", "lead", lead_id)
    )


@router.post("/{lead_id}/contact", response_model=LeadView, summary="登记已联系")
async def contact_lead(lead_id: UUID, caller: Window, command: Commanding) -> Response:
    return await command.run(lambda tx: leads.contact(tx, lead_id, expected=command.expected), show=LeadView.of)


@router.post("/{lead_id}/visit", response_model=LeadView, summary="登记已走访")
async def visit_lead(lead_id: UUID, caller: Window, command: Commanding) -> Response:
    return await command.run(lambda tx: leads.visit_lead(tx, lead_id, expected=command.expected), show=LeadView.of)


@router.post("/{lead_id}/merge", response_model=LeadView, summary="并入另一线索")
async def merge_lead(lead_id: UUID, body: MergeInput, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: leads.merge(tx, lead_id, into=body.into, expected=command.expected), show=LeadView.of
    )


@router.post("/{lead_id}/convert", status_code=201, response_model=ApplicationView, summary="转为申请草稿")
async def convert_lead(lead_id: UUID, body: SubmissionInput, caller: Window, command: Commanding) -> Response:
    submission = body.parsed(command.today)
    return await command.run(
        lambda tx: leads.convert(tx, lead_id, submission=submission, expected=command.expected),
        show=ApplicationView.seen_by(caller, command.today),
        status=201,
        location=lambda application: f"/v1/applications/{application.id}",
    )


@router.post("/{lead_id}/close", response_model=LeadView, summary="了结线索")
async def close_lead(lead_id: UUID, body: LeadClosingInput, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: leads.close_lead(tx, lead_id, reason_code=body.reason_code, expected=command.expected),
        show=LeadView.of,
    )


@alert_router.post("", status_code=201, response_model=AlertView, summary="提出预警")
async def raise_alert(body: AlertInput, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: alerts.report_alert(tx, kind=body.kind, division=body.division, about=body.about),
        show=AlertView.of,
        status=201,
        location=lambda alert: f"/v1/alerts/{alert.id}",
    )


@alert_router.get("", response_model=Page[AlertView], summary="预警列表")
async def list_alerts(
    caller: Reader,
    asking: Asking,
    status: AlertStatus | None = None,
    overdue: Annotated[bool, Query(description="只列已超期的")] = False,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    return await list_dossiers(
        asking, caller, store=lambda tx: tx.alerts, noun="alerts", view=AlertView.of, page=Page[AlertView],
        status=status, application_id=None, overdue=overdue, limit=limit, cursor=cursor,
    )  # fmt: skip


@alert_router.post("/{alert_id}/take", response_model=AlertView, summary="认领预警")
async def take_alert(alert_id: UUID, body: OwnerInput, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: alerts.take_alert(tx, alert_id, owner=body.owner, expected=command.expected), show=AlertView.of
    )


@alert_router.post("/{alert_id}/resolve", response_model=AlertView, summary="处理完毕")
async def resolve_alert(alert_id: UUID, body: OutcomeInput, caller: Window, command: Commanding) -> Response:
    return await command.run(
        lambda tx: alerts.resolve_alert(tx, alert_id, outcome=body.outcome, expected=command.expected),
        show=AlertView.of,
    )
