"""The ledger over HTTP, and routes that misbehave on purpose."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import JsonValue

from ledger import queries, usecases
from ledger.domain import Account
from shared.kernel.principal import Principal
from shared.runtime.tracing import current_trace
from shared.web.access import public, require
from shared.web.bulk.kinds import BulkKind
from shared.web.commands import Asking, Changing, Commanding
from shared.web.fields import AmountFen, ApiModel, Count, Day, DivisionCode, Flag, Line, PersonalText
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["账簿"], route_class=StrictRoute)

Opener = Annotated[Principal, Depends(require("ledger:open"))]
Depositor = Annotated[Principal, Depends(require("ledger:deposit"))]
Reader = Annotated[Principal, Depends(require("ledger:read"))]


class Kind(StrEnum):
    """Kinds of account."""

    CURRENT = "CURRENT"
    SAVINGS = "SAVINGS"


class OpeningInput(ApiModel):
    """An account to open."""

    division: DivisionCode
    owner: PersonalText
    kind: Kind = Kind.CURRENT
    reference: Line | None = None


class DepositInput(ApiModel):
    """An amount to add."""

    amount_fen: AmountFen


class NoteInput(ApiModel):
    """A note."""

    note: Line


class AccountView(ApiModel):
    """An account."""

    id: UUID
    division: str
    kind: Kind
    balance_fen: int
    note: str

    @classmethod
    def of(cls, account: Account) -> AccountView:
        """The view of one account."""
        return cls(
            id=account.id, division=account.division, kind=Kind(account.kind), balance_fen=account.balance_fen,
            note=account.note,
        )  # fmt: skip


class LineView(ApiModel):
    """One line of the list."""

    id: UUID
    kind: str


class Sample(ApiModel):
    """One field of each kind."""

    name: PersonalText | None = None
    amount_fen: AmountFen | None = None
    count: Count | None = None
    flag: Flag | None = None
    day: Day | None = None
    kind: Kind | None = None
    items: list[Sample] | None = None


@router.post("/accounts", status_code=201, response_model=AccountView)
async def open_account(body: OpeningInput, caller: Opener, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.open_account(
            tx, division=body.division, owner=body.owner, kind=body.kind, reference=body.reference
        ),
        show=AccountView.of,
        status=201,
        location=lambda account: f"/v1/accounts/{account.id}",
    )


@router.post("/accounts/{account_id}/deposit", response_model=AccountView)
async def deposit(account_id: UUID, body: DepositInput, caller: Depositor, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.deposit(tx, account_id, body.amount_fen, area=caller.area, expected=command.expected),
        show=AccountView.of,
    )


@router.put("/accounts/{account_id}/note", response_model=AccountView)
async def annotate(account_id: UUID, body: NoteInput, caller: Depositor, command: Changing) -> Response:
    return await command.run(
        lambda tx: usecases.annotate(tx, account_id, body.note, area=caller.area, expected=command.expected),
        show=AccountView.of,
    )


@router.get("/accounts/{account_id}", response_model=AccountView)
async def read_account(account_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.accounts.find(account_id, area=caller.area),
        show=AccountView.of,
        audit=("account.read", "account", account_id),
    )


@router.get("/accounts", response_model=Page[LineView])
async def list_accounts(
    caller: Reader, asking: Asking, kind: Kind | None = None, limit: Limit = 50, cursor: CursorText = None
) -> Response:
    cursors = Cursors(asking.confidential, f"accounts|{caller.key}|{caller.area.code}|{kind}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.account_lines(tx, area=caller.area, kind=kind, after=after, limit=limit + 1),
        show=lambda lines: page_of(
            lines, limit, cursors, lambda line: (line.id,), lambda line: LineView(id=line.id, kind=line.kind),
            Page[LineView],
        ),
    )  # fmt: skip


@router.post("/echo", dependencies=[public])
async def echo(body: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return body


@router.post("/samples", dependencies=[public])
async def sample(body: Sample, many: Annotated[list[int] | None, Query()] = None) -> dict[str, Any]:
    return {"accepted": body.model_dump(mode="json"), "many": many}


@router.get("/trace", dependencies=[public])
async def trace() -> dict[str, str]:
    return {"traceparent": current_trace()}


@router.get("/broken", dependencies=[public])
async def broken() -> None:
    raise LookupError("a planted secret: 11010519491231002X")


@router.get("/slow", dependencies=[public])
async def slow(request: Request) -> dict[str, str]:
    gate: asyncio.Event = request.app.state.gate
    await gate.wait()
    return {"status": "done"}


ROUTERS = [router]

IMPORTS = (
    BulkKind(
        name="accounts",
        title="账户",
        scope="ledger:open",
        row=OpeningInput,
        take=lambda tx, row: usecases.open_account(
            tx, division=row.division, owner=row.owner, kind=row.kind, reference=row.reference
        ),
        example={"division": "500103001000", "owner": "测试人员甲"},
    ),
)
