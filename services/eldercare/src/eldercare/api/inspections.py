"""Inspections over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from eldercare import queries
from eldercare.api.institutions import DayInput
from eldercare.domain.inspection import WORKFLOW, Act, Finding, Inspection, Kind, Penalty, Severity, Status
from eldercare.usecases import inspections as usecases
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import AmountFen, ApiModel, Day, Flag, Line
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["监督检查"], route_class=StrictRoute)

Inspector = Annotated[Principal, Depends(require("eldercare:inspect"))]
Reader = Annotated[Principal, Depends(require("eldercare:read"))]
Reporter = Annotated[Principal, Depends(require("eldercare:report"))]


class PlanInput(ApiModel):
    """A routine or special inspection with its notice, or a case inspection without one."""

    kind: Kind
    noticed_on: Day | None = None
    planned_for: Day


class FindingModel(ApiModel):
    """One finding."""

    code: Line
    severity: Severity


class ConductInput(DayInput):
    """What was found, by how many inspectors."""

    inspectors: int = Field(strict=True, ge=0, le=100)
    findings: list[FindingModel] = Field(default=[], max_length=200)


class VerifyInput(DayInput):
    """What the re-check said."""

    passed: Flag


class PenaltyInput(ApiModel):
    """A warning (no fine), or a fine in fen."""

    imposed_on: Day
    act: Act
    fine_fen: AmountFen = 0


class InspectionView(ApiModel):
    """An inspection; ``overdue`` says that rectification is late today."""

    id: UUID
    institution_id: UUID
    township: str
    kind: Kind
    status: Status
    noticed_on: date | None
    planned_for: date
    inspected_on: date | None
    inspectors: int
    findings: list[FindingModel]
    due_on: date | None
    recheck_due_on: date | None
    submitted_on: date | None
    verified_on: date | None
    penalty: PenaltyInput | None
    overdue: bool
    available_actions: list[str]


class InspectionViewer:
    """Shows inspections on one day."""

    def __init__(self, today: date) -> None:
        self._today = today

    def __call__(self, one: Inspection) -> InspectionView:
        """The view."""
        return InspectionView(
            id=one.id, institution_id=one.institution_id, township=one.division, kind=one.kind, status=one.status,
            noticed_on=one.noticed_on, planned_for=one.planned_for, inspected_on=one.inspected_on,
            inspectors=one.inspectors,
            findings=[FindingModel(code=found.code, severity=found.severity) for found in one.findings],
            due_on=one.due_on, recheck_due_on=one.recheck_due_on, submitted_on=one.submitted_on,
            verified_on=one.verified_on, penalty=PenaltyInput(**vars(one.penalty)) if one.penalty else None,
            overdue=one.overdue(self._today),
            available_actions=sorted(action.value for action in WORKFLOW.possible(one.status)),
        )  # fmt: skip


class InspectionLineView(ApiModel):
    """One line of the list."""

    id: UUID
    institution_id: UUID
    kind: Kind
    status: Status
    planned_for: date
    due_on: date | None
    overdue: bool

    @classmethod
    def of(cls, line: queries.InspectionLine) -> InspectionLineView:
        """The view of one line."""
        return cls(**vars(line))


@router.post(
    "/institutions/{institution_id}/inspections", status_code=201, response_model=InspectionView, summary="安排检查"
)
async def plan_inspection(institution_id: UUID, body: PlanInput, caller: Inspector, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.plan(tx, institution_id, **dict(body)),
        show=InspectionViewer(command.today),
        status=201,
        location=lambda one: f"/v1/inspections/{one.id}",
    )


@router.get("/inspections", response_model=Page[InspectionLineView], summary="检查与整改")
async def list_inspections(
    caller: Inspector,
    asking: Asking,
    overdue: Annotated[bool | None, Query(description="仅逾期未整改")] = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    cursors = Cursors(asking.confidential, f"inspections|{caller.area.code}|{overdue}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.inspections_of_area(
            tx, area=caller.area, overdue=bool(overdue), today=asking.today, after=after, limit=limit + 1
        ),
        show=lambda lines: page_of(
            lines, limit, cursors, lambda line: (line.id,), InspectionLineView.of, Page[InspectionLineView]
        ),
    )


@router.get("/inspections/{inspection_id}", response_model=InspectionView, summary="查看检查")
async def read_inspection(inspection_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.inspections.find(inspection_id, area=caller.area), show=InspectionViewer(asking.today)
    )


@router.post("/inspections/{inspection_id}/conduct", response_model=InspectionView, summary="登记检查结果")
async def conduct_inspection(
    inspection_id: UUID, body: ConductInput, caller: Inspector, command: Commanding
) -> Response:
    findings = [Finding(found.code, found.severity) for found in body.findings]
    return await command.run(
        lambda tx: usecases.conduct(
            tx, inspection_id, on=body.on, inspectors=body.inspectors, findings=findings, expected=command.expected
        ),
        show=InspectionViewer(command.today),
    )


@router.post("/inspections/{inspection_id}/cancel", response_model=InspectionView, summary="取消检查")
async def cancel_inspection(inspection_id: UUID, caller: Inspector, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.cancel(tx, inspection_id, expected=command.expected), show=InspectionViewer(command.today)
    )


@router.post("/inspections/{inspection_id}/submit", response_model=InspectionView, summary="提交整改报告")
async def submit_rectification(inspection_id: UUID, body: DayInput, caller: Reporter, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.submit_rectification(tx, inspection_id, on=body.on, expected=command.expected),
        show=InspectionViewer(command.today),
    )


@router.post("/inspections/{inspection_id}/verify", response_model=InspectionView, summary="复查整改")
async def verify_rectification(
    inspection_id: UUID, body: VerifyInput, caller: Inspector, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: usecases.verify_rectification(tx, inspection_id, **dict(body), expected=command.expected),
        show=InspectionViewer(command.today),
    )


@router.post("/inspections/{inspection_id}/punish", response_model=InspectionView, summary="作出行政处罚")
async def punish(inspection_id: UUID, body: PenaltyInput, caller: Inspector, command: Commanding) -> Response:
    penalty = Penalty(body.imposed_on, body.act, body.fine_fen)
    return await command.run(
        lambda tx: usecases.punish(tx, inspection_id, penalty=penalty, expected=command.expected),
        show=InspectionViewer(command.today),
    )
