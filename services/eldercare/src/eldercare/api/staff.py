"""Staff over HTTP: masked in every answer, numbers in bodies only."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from eldercare import queries
from eldercare.api.institutions import DayInput
from eldercare.domain.staff import (
    WORKFLOW,
    Certificate,
    CertificateKind,
    CreditMark,
    Employee,
    Post,
    Staff,
    Status,
)
from eldercare.usecases import staff as usecases
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Day, Line, PersonalText
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["从业人员"], route_class=StrictRoute)

Personnel = Annotated[Principal, Depends(require("eldercare:staff"))]


class CertificateModel(ApiModel):
    """A certificate; ``level`` 5 (初级工) to 1 (高级技师) for a skill certificate only."""

    kind: CertificateKind
    level: int | None = Field(default=None, strict=True)
    issued_on: Day
    expires_on: Day | None = None

    def parsed(self) -> Certificate:
        """The certificate as a value object."""
        return Certificate(self.kind, self.level, self.issued_on, self.expires_on)

    @classmethod
    def of(cls, one: Certificate) -> CertificateModel:
        """The view."""
        return cls(kind=one.kind, level=one.level, issued_on=one.issued_on, expires_on=one.expires_on)


class StaffInput(ApiModel):
    """Somebody who starts to work."""

    name: PersonalText
    identity_number: PersonalText
    post: Post
    since: Day
    certificates: list[CertificateModel] = Field(default=[], max_length=20)


class YearInput(ApiModel):
    """The year of the record."""

    year: int = Field(strict=True, ge=2013, le=2200)


class CreditInput(DayInput):
    """A good or bad mark and the code of its reason, without personal data."""

    points: int = Field(strict=True, ge=-100, le=100)
    reason: Line


class CreditView(ApiModel):
    """One mark."""

    on: date
    points: int
    reason: str


class StaffView(ApiModel):
    """Somebody on the staff, masked."""

    id: UUID
    institution_id: UUID
    township: str
    name: str
    identity_number: str
    post: Post
    status: Status
    since: date
    left_on: date | None
    certificates: list[CertificateModel]
    trained_on: list[date]
    filed_years: list[int]
    credit: list[CreditView]
    credit_points: int
    available_actions: list[str]

    @classmethod
    def of(cls, staff: Staff) -> StaffView:
        """The masked view."""
        return cls(
            id=staff.id, institution_id=staff.institution_id, township=staff.division,
            name=staff.employee.name.masked, identity_number=staff.employee.identity.masked, post=staff.post,
            status=staff.status, since=staff.employed.begin, left_on=staff.employed.end,
            certificates=[CertificateModel.of(one) for one in staff.certificates], trained_on=list(staff.trained),
            filed_years=list(staff.years), credit=[CreditView(**vars(mark)) for mark in staff.credit],
            credit_points=staff.credit_points,
            available_actions=sorted(action.value for action in WORKFLOW.possible(staff.status)),
        )  # fmt: skip


class StaffLineView(ApiModel):
    """One line of the list, without the person."""

    id: UUID
    post: Post
    status: Status
    since: date
    left_on: date | None
    certified: bool

    @classmethod
    def of(cls, line: queries.StaffLine) -> StaffLineView:
        """The view of one line."""
        return cls(**vars(line))


@router.post("/institutions/{institution_id}/staff", status_code=201, response_model=StaffView, summary="登记从业人员")
async def register_staff(institution_id: UUID, body: StaffInput, caller: Personnel, command: Commanding) -> Response:
    employee = Employee(PersonName.parse(body.name), IdentityNumber.parse(body.identity_number, command.today))
    certificates = tuple(one.parsed() for one in body.certificates)
    return await command.run(
        lambda tx: usecases.register_staff(
            tx, institution_id, employee=employee, post=body.post, since=body.since, certificates=certificates
        ),
        show=StaffView.of,
        status=201,
        location=lambda staff: f"/v1/staff/{staff.id}",
    )


@router.get("/institutions/{institution_id}/staff", response_model=Page[StaffLineView], summary="机构的从业人员")
async def list_staff(
    institution_id: UUID,
    caller: Personnel,
    asking: Asking,
    post: Annotated[Post | None, Query(description="岗位")] = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    cursors = Cursors(asking.confidential, f"staff|{institution_id}|{post}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.staff_of_institution(
            tx, institution_id, area=caller.area, post=post, after=after, limit=limit + 1
        ),
        show=lambda lines: page_of(
            lines, limit, cursors, lambda line: (line.id,), StaffLineView.of, Page[StaffLineView]
        ),
    )


@router.get("/staff/{staff_id}", response_model=StaffView, summary="查看从业人员")
async def read_staff(staff_id: UUID, caller: Personnel, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.staff.find(staff_id, area=caller.area), show=StaffView.of, audit=("staff.read", "staff", staff_id)
    )


@router.post("/staff/{staff_id}/certify", response_model=StaffView, summary="登记证书")
async def certify_staff(staff_id: UUID, body: CertificateModel, caller: Personnel, command: Commanding) -> Response:
    certificate = body.parsed()
    return await command.run(
        lambda tx: usecases.certify(tx, staff_id, certificate=certificate, expected=command.expected),
        show=StaffView.of,
    )


@router.post("/staff/{staff_id}/train", response_model=StaffView, summary="登记培训")
async def train_staff(staff_id: UUID, body: DayInput, caller: Personnel, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.train(tx, staff_id, on=body.on, expected=command.expected), show=StaffView.of
    )


@router.post("/staff/{staff_id}/file-year", response_model=StaffView, summary="年度备案")
async def file_staff_year(staff_id: UUID, body: YearInput, caller: Personnel, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.file_year(tx, staff_id, year=body.year, expected=command.expected), show=StaffView.of
    )


@router.post("/staff/{staff_id}/credit", response_model=StaffView, summary="登记信用评价")
async def credit_staff(staff_id: UUID, body: CreditInput, caller: Personnel, command: Commanding) -> Response:
    mark = CreditMark(body.on, body.points, body.reason)
    return await command.run(
        lambda tx: usecases.mark_credit(tx, staff_id, mark=mark, expected=command.expected), show=StaffView.of
    )


@router.post("/staff/{staff_id}/leave", response_model=StaffView, summary="登记离岗")
async def staff_leaves(staff_id: UUID, body: DayInput, caller: Personnel, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.leave(tx, staff_id, on=body.on, expected=command.expected), show=StaffView.of
    )
