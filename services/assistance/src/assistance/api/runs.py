"""Monthly runs over HTTP: open, watch, seal, and hand to the bank."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import StreamingResponse

from assistance.domain.aid import Aid
from assistance.domain.benefit_run import WORKFLOW, BenefitRun, LineKind, RunStatus
from assistance.queries import benefits as queries
from assistance.store.runs import Line
from assistance.usecases import runs
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Day, DivisionCode
from shared.web.streaming import stream_lines, stream_table
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/benefit-runs", tags=["发放批次"], route_class=StrictRoute)

Payer = Annotated[Principal, Depends(require("assistance:pay"))]
Sealer = Annotated[Principal, Depends(require("assistance:pay.seal"))]
Reader = Annotated[Principal, Depends(require("assistance:read"))]
Exporter = Annotated[Principal, Depends(require("assistance:pay.export"))]
BANK_HEADER = ("序列号", "所属月份", "类型", "户名", "开户行", "账号", "金额（元）")
PAGE = 1_000


class RunInput(ApiModel):
    """Which aid is paid for which month (its first day) in which area; left out, the caller's."""

    aid: Aid
    month: Day
    division: DivisionCode | None = None


class RunView(ApiModel):
    """A run: totals, digest over its lines, and the signature that seals it."""

    id: UUID
    aid: Aid
    month: date
    division: str
    status: RunStatus
    lines: int
    blocked: int
    total_fen: int
    opened_by: str
    sealed_by: str | None
    sealed_on: date | None
    digest: str | None
    signature: str | None
    available_actions: list[str]

    @classmethod
    def of(cls, run: BenefitRun) -> RunView:
        """The view of one run."""
        return cls(
            id=run.id, aid=run.aid, month=run.month, division=run.division, status=run.status, lines=run.lines,
            blocked=run.blocked, total_fen=run.total_fen, opened_by=run.opened_by, sealed_by=run.sealed_by,
            sealed_on=run.sealed_on, digest=run.digest, signature=run.signature,
            available_actions=[action.value for action in WORKFLOW.possible(run.status) if action.value != "finish"],
        )  # fmt: skip


class RunList(ApiModel):
    """The newest runs of an area."""

    items: list[RunView]


class RunLineView(ApiModel):
    """One line: benefit, month, kind, fen, and why it is blocked."""

    benefit_id: UUID
    for_month: date
    kind: LineKind
    amount_fen: int
    blocked: bool
    block_reason: str | None

    @classmethod
    def of(cls, line: Line) -> RunLineView:
        """The view of one line."""
        return cls(**vars(line))


@router.post("", status_code=201, response_model=RunView, summary="开始月度发放批次")
async def open_run(body: RunInput, caller: Payer, command: Commanding) -> Response:
    division = body.division or caller.area.code
    return await command.run(
        lambda tx: runs.begin(tx, aid=body.aid, month=body.month, division=division),
        show=RunView.of,
        status=201,
        location=lambda run: f"/v1/benefit-runs/{run.id}",
    )


@router.get("", response_model=RunList, summary="发放批次列表")
async def list_runs(caller: Reader, asking: Asking, month: Annotated[Day | None, Query()] = None) -> Response:
    return await asking.run(
        lambda tx: tx.runs.listed(area=caller.area, month=month, limit=200),
        show=lambda found: RunList(items=[RunView.of(run) for run in found]),
    )


@router.get("/{run_id}", response_model=RunView, summary="查看发放批次")
async def read_run(run_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(lambda tx: tx.runs.find(run_id, area=caller.area), show=RunView.of)


@router.get("/{run_id}/lines", response_class=StreamingResponse, summary="批次明细（逐行 JSON）")
async def read_lines(run_id: UUID, request: Request, caller: Reader, asking: Asking) -> Response:
    await asking.run(lambda tx: tx.runs.find(run_id, area=caller.area), show=RunView.of)
    return stream_lines(
        request,
        lambda tx, after: tx.runs.lines_after(run_id, after, PAGE),
        key=lambda line: line,
        show=RunLineView.of,
    )


@router.get("/{run_id}/bank-file", response_class=StreamingResponse, summary="导出银行代发文件")
async def export_bank_file(run_id: UUID, request: Request, caller: Exporter, asking: Asking) -> Response:
    def sealed(run: BenefitRun) -> RunView:
        run.require_sealed()
        return RunView.of(run)

    await asking.run(lambda tx: tx.runs.find(run_id, area=caller.area), show=sealed)
    return stream_table(
        request,
        BANK_HEADER,
        lambda tx, after: queries.bank_lines(tx, run_id, area=caller.area, after=after, limit=PAGE),
        key=lambda line: (line.benefit_id, line.for_month),
        cells=bank_cells,
        audit=("run.exported", "run"),
    )


def bank_cells(line: queries.BankLine) -> tuple[str, ...]:
    """The cells of one payment; yuan with two places, from whole fen."""
    payee = line.payee
    account = (payee.name, payee.bank, payee.account) if payee else ("", "", "")
    yuan = f"{line.amount_fen // 100}.{line.amount_fen % 100:02d}"
    return (str(line.benefit_id), f"{line.for_month:%Y-%m}", line.kind, *account, yuan)


@router.post("/{run_id}/seal", response_model=RunView, summary="复核并封存批次")
async def seal_run(run_id: UUID, caller: Sealer, command: Commanding) -> Response:
    return await command.run(lambda tx: runs.seal(tx, run_id, expected=command.expected), show=RunView.of)


@router.post("/{run_id}/discard", response_model=RunView, summary="作废未封存的批次")
async def discard_run(run_id: UUID, caller: Payer, command: Commanding) -> Response:
    return await command.run(lambda tx: runs.discard(tx, run_id, expected=command.expected), show=RunView.of)
