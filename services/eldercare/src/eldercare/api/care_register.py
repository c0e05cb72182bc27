"""Entitled persons and visits, places below an institution, incidents and drills over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime, Field

from eldercare import queries
from eldercare.api.facts import SpanModel
from eldercare.api.institutions import DayInput, asked_area
from eldercare.domain import emergency, facility
from eldercare.domain.emergency import Emergency
from eldercare.domain.facility import Facility
from eldercare.domain.recipient import (
    WORKFLOW,
    Category,
    EntitledPerson,
    Fact,
    Recipient,
    Status,
    Visit,
    VisitResult,
)
from eldercare.usecases import care_register as usecases
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Count, Day, DivisionCode, Flag, Line, Moment, PersonalText
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["基本养老服务"], route_class=StrictRoute)

Visitor = Annotated[Principal, Depends(require("eldercare:care"))]
Registrar = Annotated[Principal, Depends(require("eldercare:register"))]
Reporter = Annotated[Principal, Depends(require("eldercare:report"))]
Reader = Annotated[Principal, Depends(require("eldercare:read"))]


class RecipientInput(ApiModel):
    """Somebody entitled to basic care, in the township of residence."""

    name: PersonalText
    identity_number: PersonalText
    township: DivisionCode
    category: Category
    since: Day


class FactInput(DayInput):
    """A dated fact that begins or ends to hold."""

    fact: Fact
    holds: Flag


class VisitInput(DayInput):
    """A visit and what it found."""

    result: VisitResult


class VisitView(ApiModel):
    """One visit."""

    on: date
    result: VisitResult


class RecipientView(ApiModel):
    """An entitled person, masked."""

    id: UUID
    township: str
    name: str
    identity_number: str
    category: Category
    status: Status
    since: date
    removed_on: date | None
    facts: dict[Fact, list[SpanModel]]
    visits: list[VisitView]
    available_actions: list[str]

    @classmethod
    def of(cls, one: Recipient) -> RecipientView:
        """The masked view."""
        return cls(
            id=one.id, township=one.division, name=one.person.name.masked,
            identity_number=one.person.identity.masked, category=one.category, status=one.status, since=one.since,
            removed_on=one.removed_on,
            facts={fact: [SpanModel.of(span) for span in one.spans(fact)] for fact in Fact},
            visits=[VisitView(on=visit.on, result=visit.result) for visit in one.visits],
            available_actions=sorted(action.value for action in WORKFLOW.possible(one.status)),
        )  # fmt: skip


class VisitDueView(ApiModel):
    """Somebody who is to be visited, without the person."""

    recipient_id: UUID
    township: str
    category: Category
    last_seen_on: date
    due_on: date
    overdue: bool

    @classmethod
    def of(cls, line: queries.VisitDue) -> VisitDueView:
        """The view of one line."""
        return cls(**vars(line))


class FacilityInput(ApiModel):
    """A place that is no institution: fewer beds than the minimum, or none."""

    name: Line
    township: DivisionCode
    kind: facility.Kind
    beds: Count = 0
    opened_on: Day


class FacilityView(ApiModel):
    """A place below an institution."""

    id: UUID
    name: str
    township: str
    kind: facility.Kind
    beds: int
    status: facility.Status
    operating: list[SpanModel]

    @classmethod
    def of(cls, one: Facility) -> FacilityView:
        """The view."""
        return cls(
            id=one.id, name=one.name, township=one.division, kind=one.kind, beds=one.beds, status=one.status,
            operating=[SpanModel.of(span) for span in one.operating],
        )  # fmt: skip


class EmergencyInput(ApiModel):
    """An incident, or a drill; without an institution it is the caller's whole area's."""

    institution_id: UUID | None = None
    kind: emergency.Kind
    cause: emergency.Cause
    level: emergency.Level | None = None
    deaths: int = Field(default=0, strict=True, ge=0, le=10_000)
    happened_at: AwareDatetime
    evacuated: Flag = False


class EmergencyView(ApiModel):
    """An incident with the clock of its report, or a drill."""

    id: UUID
    division: str
    institution_id: UUID | None
    kind: emergency.Kind
    cause: emergency.Cause
    level: emergency.Level | None
    deaths: int
    happened_at: Moment
    reported_at: Moment
    report_due_at: Moment | None
    reported_in_time: bool | None
    evacuated: bool

    @classmethod
    def of(cls, one: Emergency) -> EmergencyView:
        """The view."""
        return cls(
            id=one.id, division=one.division, institution_id=one.institution_id, kind=one.kind, cause=one.cause,
            level=one.level, deaths=one.deaths, happened_at=one.happened_at, reported_at=one.reported_at,
            report_due_at=one.report_due_at, reported_in_time=one.reported_in_time, evacuated=one.evacuated,
        )  # fmt: skip


@router.post("/recipients", status_code=201, response_model=RecipientView, summary="登记基本养老服务对象")
async def register_recipient(body: RecipientInput, caller: Visitor, command: Commanding) -> Response:
    person = EntitledPerson(PersonName.parse(body.name), IdentityNumber.parse(body.identity_number, command.today))
    return await command.run(
        lambda tx: usecases.register_entitled(
            tx, township=body.township, person=person, category=body.category, since=body.since
        ),
        show=RecipientView.of,
        status=201,
        location=lambda one: f"/v1/recipients/{one.id}",
    )


@router.get("/visits-due", response_model=Page[VisitDueView], summary="待探访对象")
async def list_visits_due(
    caller: Visitor,
    asking: Asking,
    division: Annotated[DivisionCode | None, Query(description="行政区划代码，默认本辖区")] = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    area = asked_area(caller, division)
    cursors = Cursors(asking.confidential, f"visits-due|{area.code}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.visits_due(tx, area=area, after=after, limit=limit + 1),
        show=lambda lines: page_of(
            lines, limit, cursors, lambda line: (line.last_seen_on, line.recipient_id), VisitDueView.of,
            Page[VisitDueView],
        ),
    )  # fmt: skip


@router.get("/recipients/{recipient_id}", response_model=RecipientView, summary="查看基本养老服务对象")
async def read_recipient(recipient_id: UUID, caller: Visitor, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.recipients.find(recipient_id, area=caller.area),
        show=RecipientView.of,
        audit=("recipient.read", "recipient", recipient_id),
    )


@router.post("/recipients/{recipient_id}/update", response_model=RecipientView, summary="更新动态信息")
async def update_recipient(recipient_id: UUID, body: FactInput, caller: Visitor, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.update_entitled(tx, recipient_id, **dict(body), expected=command.expected),
        show=RecipientView.of,
    )


@router.post("/recipients/{recipient_id}/visit", response_model=RecipientView, summary="登记探访")
async def visit_recipient(recipient_id: UUID, body: VisitInput, caller: Visitor, command: Commanding) -> Response:
    visit = Visit(body.on, body.result)
    return await command.run(
        lambda tx: usecases.visit_entitled(tx, recipient_id, visit=visit, expected=command.expected),
        show=RecipientView.of,
    )


@router.post("/recipients/{recipient_id}/remove", response_model=RecipientView, summary="注销基本养老服务对象")
async def remove_recipient(recipient_id: UUID, body: DayInput, caller: Visitor, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.remove_entitled(tx, recipient_id, on=body.on, expected=command.expected),
        show=RecipientView.of,
    )


@router.post("/facilities", status_code=201, response_model=FacilityView, summary="登记社区养老服务设施")
async def add_facility(body: FacilityInput, caller: Registrar, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.add_facility(tx, **dict(body)),
        show=FacilityView.of,
        status=201,
        location=lambda one: f"/v1/facilities/{one.id}",
    )


@router.get("/facilities/{facility_id}", response_model=FacilityView, summary="查看社区养老服务设施")
async def read_facility(facility_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(lambda tx: tx.facilities.find(facility_id, area=caller.area), show=FacilityView.of)


@router.post("/facilities/{facility_id}/close", response_model=FacilityView, summary="关闭社区养老服务设施")
async def close_facility(facility_id: UUID, body: DayInput, caller: Registrar, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.close_facility(tx, facility_id, on=body.on, expected=command.expected),
        show=FacilityView.of,
    )


@router.post("/emergencies", status_code=201, response_model=EmergencyView, summary="报告突发事件或登记演练")
async def report_emergency(body: EmergencyInput, caller: Reporter, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.report_emergency(tx, **dict(body)),
        show=EmergencyView.of,
        status=201,
        location=lambda one: f"/v1/emergencies/{one.id}",
    )


@router.get("/emergencies/{emergency_id}", response_model=EmergencyView, summary="查看突发事件或演练")
async def read_emergency(emergency_id: UUID, caller: Reporter, asking: Asking) -> Response:
    return await asking.run(lambda tx: tx.emergencies.find(emergency_id, area=caller.area), show=EmergencyView.of)
