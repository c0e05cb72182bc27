"""Offices over HTTP: anybody reads; what holds of them is stated from a day on, with its source."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from marriage import queries, usecases
from marriage.domain.office import (
    Clientele,
    Feature,
    Office,
    OfficeGrade,
    OfficeLevel,
    OfficeStatus,
    Statement,
)
from marriage.store import Tx
from shared.kernel.divisions import Area
from shared.kernel.parameters import Confidence
from shared.kernel.principal import CITY, Principal
from shared.kernel.spans import Span
from shared.web.access import public, require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Day, DivisionCode, Flag, Line
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/offices", tags=["登记机关"], route_class=StrictRoute)

Keeper = Annotated[Principal, Depends(require("marriage:offices"))]
Registrar = Annotated[Principal, Depends(require("marriage:register"))]


class SourcedInput(ApiModel):
    """The document behind what is stated, and how sure it is (V read in it, K known, U uncertain)."""

    document: Line
    confidence: Confidence = Confidence.VERIFIED

    @property
    def evidence(self) -> usecases.Evidence:
        """The document with its confidence."""
        return usecases.Evidence(self.document, self.confidence)


class OpenInput(SourcedInput):
    """An office that begins."""

    name: Line
    division: DivisionCode
    level: OfficeLevel
    clientele: list[Clientele] = Field(min_length=1, max_length=2, default=[Clientele.MAINLAND])
    opened_on: Day


class AmendInput(SourcedInput):
    """What holds of an office from a day on; a field left out stays as it is."""

    from_day: Day
    in_service: Flag | None = None
    cross_province: Flag | None = Field(default=None, description="实际办理跨省通办")
    counselling_room: Flag | None = Field(default=None, description="设有并运行婚姻家庭辅导室")
    serves_mainland: Flag | None = Field(default=None, description="办理内地居民婚姻登记")
    serves_foreign_related: Flag | None = Field(default=None, description="办理涉外、涉港澳台、涉华侨婚姻登记")
    weekend_open: Flag | None = Field(default=None, description="周六对外办理")
    name: Line | None = None

    @property
    def changes(self) -> list[tuple[Feature, bool]]:
        """The features that are spoken of."""
        said = {
            Feature.IN_SERVICE: self.in_service,
            Feature.CROSS_PROVINCE: self.cross_province,
            Feature.COUNSELLING_ROOM: self.counselling_room,
            Feature.SERVES_MAINLAND: self.serves_mainland,
            Feature.SERVES_FOREIGN_RELATED: self.serves_foreign_related,
            Feature.WEEKEND_OPEN: self.weekend_open,
        }
        return [(feature, holds) for feature, holds in said.items() if holds is not None]


class CloseInput(SourcedInput):
    """The first day on which an office no longer exists."""

    closed_on: Day


class GradeInput(SourcedInput):
    """The grade from a day on."""

    grade: OfficeGrade
    from_day: Day


class SessionInput(ApiModel):
    """A session that was held in the counselling room."""

    on: Day


class SpanView(ApiModel):
    """Days from ``begin`` up to, but not including, ``end``; null while it lasts."""

    begin: date
    end: date | None

    @classmethod
    def of(cls, span: Span) -> SpanView:
        """The view of one span."""
        return cls(begin=span.begin, end=span.end)


class FeatureView(ApiModel):
    """Whether something holds on the day asked for, and on which days it holds at all."""

    holds: bool
    spans: list[SpanView]

    @classmethod
    def of(cls, office: Office, feature: Feature, on: date) -> FeatureView:
        """The view of one feature."""
        return cls(holds=office.holds(feature, on), spans=[SpanView.of(span) for span in office.spans(feature)])


class StatementView(ApiModel):
    """One statement with its source."""

    feature: Feature
    holds: bool
    from_day: date
    document: str
    confidence: Confidence

    @classmethod
    def of(cls, statement: Statement) -> StatementView:
        """The view of one statement; who entered it is for the audit."""
        return cls(
            feature=statement.feature, holds=statement.holds, from_day=statement.from_day,
            document=statement.source.document, confidence=statement.source.confidence,
        )  # fmt: skip


class OfficeView(ApiModel):
    """An office on a day."""

    id: UUID
    name: str
    division: str
    level: OfficeLevel
    clientele: list[Clientele]
    status: OfficeStatus
    opened_on: date
    closed_on: date | None
    on: date
    in_service: FeatureView
    cross_province: FeatureView
    counselling_room: FeatureView
    serves_mainland: FeatureView
    serves_foreign_related: FeatureView
    weekend_open: FeatureView
    grade: OfficeGrade
    latest_counselling: date | None
    statements: list[StatementView]

    @classmethod
    def of(cls, office: Office, on: date) -> OfficeView:
        """The view of one office."""
        return cls(
            id=office.id, name=office.name, division=office.division, level=office.level,
            clientele=sorted(office.clientele), status=office.status, opened_on=office.opened_on,
            closed_on=office.closed_on, on=on,
            in_service=FeatureView.of(office, Feature.IN_SERVICE, on),
            cross_province=FeatureView.of(office, Feature.CROSS_PROVINCE, on),
            counselling_room=FeatureView.of(office, Feature.COUNSELLING_ROOM, on),
            serves_mainland=FeatureView.of(office, Feature.SERVES_MAINLAND, on),
            serves_foreign_related=FeatureView.of(office, Feature.SERVES_FOREIGN_RELATED, on),
            weekend_open=FeatureView.of(office, Feature.WEEKEND_OPEN, on), grade=office.grade_on(on),
            latest_counselling=max((day for day in office.counselling_days if day <= on), default=None),
            statements=[StatementView.of(statement) for statement in office.statements],
        )  # fmt: skip


@router.get("", response_model=Page[OfficeView], summary="某日存在的登记机关", dependencies=[public])
async def list_offices(
    asking: Asking,
    on: Annotated[Day | None, Query()] = None,
    division: Annotated[DivisionCode, Query(description="该区划及其以下")] = CITY,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    day, area = on or asking.today, Area(division)
    cursors = Cursors(asking.confidential, f"offices|{area.code}|{day}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.offices_on(tx, day, area=area, after=after, limit=limit + 1),
        show=lambda found: page_of(
            found, limit, cursors, lambda office: (office.division, office.id),
            lambda office: OfficeView.of(office, day), Page[OfficeView],
        ),
    )  # fmt: skip


@router.post("", status_code=201, response_model=OfficeView, summary="设立登记机关")
async def open_office(body: OpenInput, caller: Keeper, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.open_registration_office(
            tx, division=body.division, level=body.level, name=body.name, clientele=frozenset(body.clientele),
            opened_on=body.opened_on, evidence=body.evidence,
        ),
        show=lambda office: OfficeView.of(office, command.today),
        status=201,
        location=lambda office: f"/v1/offices/{office.id}",
    )  # fmt: skip


@router.get("/{office_id}", response_model=OfficeView, summary="查看登记机关", dependencies=[public])
async def read_office(office_id: UUID, asking: Asking, on: Annotated[Day | None, Query()] = None) -> Response:
    async def found(tx: Tx) -> Office:
        return await tx.offices.find(office_id, area=Principal.of_public().area)

    return await asking.run(found, show=lambda office: OfficeView.of(office, on or asking.today))


@router.post("/{office_id}/amend", response_model=OfficeView, summary="变更登记机关情况")
async def amend_office(office_id: UUID, body: AmendInput, caller: Keeper, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.amend_office(
            tx, office_id, from_day=body.from_day, changes=body.changes, name=body.name, evidence=body.evidence,
            expected=command.expected,
        ),
        show=lambda office: OfficeView.of(office, command.today),
    )  # fmt: skip


@router.post("/{office_id}/close", response_model=OfficeView, summary="撤销登记机关")
async def close_office(office_id: UUID, body: CloseInput, caller: Keeper, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.close_office(
            tx, office_id, on=body.closed_on, evidence=body.evidence, expected=command.expected
        ),
        show=lambda office: OfficeView.of(office, command.today),
    )


@router.post("/{office_id}/grade", response_model=OfficeView, summary="评定登记机关等级")
async def grade_office(office_id: UUID, body: GradeInput, caller: Keeper, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.grade_office(
            tx, office_id, grade=body.grade, from_day=body.from_day, evidence=body.evidence, expected=command.expected
        ),
        show=lambda office: OfficeView.of(office, command.today),
    )


@router.post("/{office_id}/counselling-sessions", response_model=OfficeView, summary="记录婚姻家庭辅导服务")
async def record_counselling(office_id: UUID, body: SessionInput, caller: Registrar, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.counsel(tx, office_id, on=body.on),
        show=lambda office: OfficeView.of(office, command.today),
    )
