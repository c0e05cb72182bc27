"""Filing many figures at once, with a report row by row."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field, JsonValue

from reporting import usecases
from reporting.api.figures import FigureInput, Filer, FindingView
from shared.kernel.errors import Refusal
from shared.web.commands import Commanding
from shared.web.fields import ApiModel, Flag
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/figure-batches", tags=["统计数据"], route_class=StrictRoute)

MAX_ROWS = 500


class BatchInput(ApiModel):
    """Up to 500 figures; a dry run tells what would become of them and keeps nothing."""

    rows: Annotated[list[FigureInput], Field(min_length=1, max_length=MAX_ROWS)]
    dry_run: Flag = False


class RowProblem(ApiModel):
    """Why a row was refused; it never repeats what was typed."""

    code: str
    title: str
    detail: str | None
    field: str | None
    facts: dict[str, JsonValue]

    @classmethod
    def of(cls, refusal: Refusal) -> RowProblem:
        """The refusal of one row."""
        return cls(
            code=refusal.code, title=refusal.title, detail=refusal.detail, field=refusal.field, facts=refusal.facts
        )


class RowView(ApiModel):
    """What became of one row, counted from 1; ``figure_id`` is null in a dry run."""

    row: int
    accepted: bool
    figure_id: UUID | None
    findings: list[FindingView]
    problem: RowProblem | None


class BatchView(ApiModel):
    """The report of a batch."""

    dry_run: bool
    accepted: int
    refused: int
    rows: list[RowView]


class BatchViewer:
    """Shows what became of the rows of one batch."""

    def __init__(self, *, dry_run: bool) -> None:
        self._dry_run = dry_run

    def __call__(self, outcomes: list[usecases.RowOutcome]) -> BatchView:
        """The report."""
        rows = [self._row(outcome) for outcome in outcomes]
        accepted = sum(row.accepted for row in rows)
        return BatchView(dry_run=self._dry_run, accepted=accepted, refused=len(rows) - accepted, rows=rows)

    def _row(self, outcome: usecases.RowOutcome) -> RowView:
        figure, refusal = outcome.figure, outcome.refusal
        return RowView(
            row=outcome.row,
            accepted=figure is not None,
            figure_id=figure.id if figure and not self._dry_run else None,
            findings=[FindingView.of(finding) for finding in figure.findings] if figure else [],
            problem=RowProblem.of(refusal) if refusal else None,
        )


@router.post("", response_model=BatchView, summary="批量填报或试填")
async def file_figures(body: BatchInput, caller: Filer, command: Commanding) -> Response:
    filings = [row.parsed() for row in body.rows]
    return await command.run(
        lambda tx: usecases.file_batch(tx, filings, dry_run=body.dry_run), show=BatchViewer(dry_run=body.dry_run)
    )
