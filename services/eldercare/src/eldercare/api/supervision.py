"""Filing, place, terms, grade and closure of an institution over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from eldercare import usecases
from eldercare.api.institutions import DayInput, InstitutionView, InstitutionViewer
from eldercare.domain.closure import ClosureNotice
from eldercare.domain.filing import Material
from eldercare.usecases import supervision
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Commanding
from shared.web.fields import ApiModel, Count, Day, DivisionCode, Flag, Line
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/institutions/{institution_id}", tags=["养老机构"], route_class=StrictRoute)

Registrar = Annotated[Principal, Depends(require("eldercare:register"))]
Inspector = Annotated[Principal, Depends(require("eldercare:inspect"))]


class FilingInput(DayInput):
    """What is handed in; missing materials come back as ``corrections``."""

    materials: list[Material] = Field(max_length=10)


class CorrectionsInput(DayInput):
    """What has to be corrected."""

    corrections: list[Line] = Field(min_length=1, max_length=20)


class MoveInput(DayInput):
    """The township of the new premises."""

    township: DivisionCode


class TermsInput(DayInput):
    """Whether an inclusive agreement is in force from the day on, or when the home was upgraded."""

    inclusive_agreement: Flag | None = None
    upgraded_on: Day | None = None


class GradingInput(DayInput):
    """Points by part: environment 120, equipment 130, operation 150, service 600."""

    environment: int = Field(strict=True, ge=0, le=120)
    equipment: int = Field(strict=True, ge=0, le=130)
    operation: int = Field(strict=True, ge=0, le=150)
    service: int = Field(strict=True, ge=0, le=600)


class ClosureInput(ApiModel):
    """The notice; ``ends_on`` is the first day without service, ``notified`` how many were told in writing."""

    announced_on: Day
    ends_on: Day
    prepaid: Flag = Field(default=False, description="是否收取预付费；系统内有未退预收费时视为已收取")
    notified: Count = 0
    placement_plan: Line | None = None


@router.post("/submit-filing", response_model=InstitutionView, summary="提交备案材料")
async def submit_filing(institution_id: UUID, body: FilingInput, caller: Registrar, command: Commanding) -> Response:
    return await command.run(
        lambda tx: supervision.submit_filing(tx, institution_id, **dict(body), expected=command.expected),
        show=InstitutionViewer(caller, command.today),
    )


@router.post("/return-filing", response_model=InstitutionView, summary="一次性告知补正")
async def return_filing(
    institution_id: UUID, body: CorrectionsInput, caller: Registrar, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: supervision.return_filing(tx, institution_id, **dict(body), expected=command.expected),
        show=InstitutionViewer(caller, command.today),
    )


@router.post("/verify", response_model=InstitutionView, summary="登记现场核查")
async def verify_institution(institution_id: UUID, body: DayInput, caller: Inspector, command: Commanding) -> Response:
    return await command.run(
        lambda tx: supervision.verify_on_site(tx, institution_id, on=body.on, expected=command.expected),
        show=InstitutionViewer(caller, command.today),
    )


@router.post("/move", response_model=InstitutionView, summary="变更服务场所所在乡镇街道")
async def move_institution(institution_id: UUID, body: MoveInput, caller: Registrar, command: Commanding) -> Response:
    return await command.run(
        lambda tx: supervision.move(tx, institution_id, **dict(body), expected=command.expected),
        show=InstitutionViewer(caller, command.today),
    )


@router.post("/terms", response_model=InstitutionView, summary="登记普惠协议或升级改造")
async def set_terms(institution_id: UUID, body: TermsInput, caller: Registrar, command: Commanding) -> Response:
    return await command.run(
        lambda tx: supervision.set_terms(tx, institution_id, **dict(body), expected=command.expected),
        show=InstitutionViewer(caller, command.today),
    )


@router.post("/grade", response_model=InstitutionView, summary="登记等级评定得分")
async def grade_institution(
    institution_id: UUID, body: GradingInput, caller: Inspector, command: Commanding
) -> Response:
    points = body.model_dump(exclude={"on"})
    return await command.run(
        lambda tx: supervision.grade(tx, institution_id, points=points, on=body.on, expected=command.expected),
        show=InstitutionViewer(caller, command.today),
    )


@router.post("/announce-closure", response_model=InstitutionView, summary="公告终止服务")
async def announce_closure(
    institution_id: UUID, body: ClosureInput, caller: Registrar, command: Commanding
) -> Response:
    notice = ClosureNotice(**dict(body))
    return await command.run(
        lambda tx: usecases.announce_closure(tx, institution_id, notice=notice, expected=command.expected),
        show=InstitutionViewer(caller, command.today),
    )
