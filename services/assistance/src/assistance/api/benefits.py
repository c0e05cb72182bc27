"""Benefits over HTTP: what is paid to whom, and every change of it; masked unless revealed for a purpose."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field, StringConstraints
from starlette.responses import StreamingResponse

from assistance.domain.aid import Aid
from assistance.domain.benefit import WORKFLOW, Basis, Benefit, BenefitStatus, Payee, Recipient, require_first_day
from assistance.domain.means_test import Share
from assistance.domain.standard import Residence
from assistance.queries import benefits as queries
from assistance.store import Tx
from assistance.usecases import benefits, recomputations
from shared.kernel.errors import Invalid
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import AmountFen, ApiModel, Day, DivisionCode, PersonalText
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.streaming import stream_lines
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/benefits", tags=["待遇"], route_class=StrictRoute)

Payer = Annotated[Principal, Depends(require("assistance:pay"))]
Reader = Annotated[Principal, Depends(require("assistance:read"))]
Exporter = Annotated[Principal, Depends(require("assistance:pay.export"))]
ReasonCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]+(_[A-Z]+)*$", max_length=60)]
Ref = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,20}$")]


class ShareInput(ApiModel):
    """What one recipient is due a month, in fen."""

    ref: Ref
    component: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_.]{1,60}$")]
    amount_fen: AmountFen


class PayeeInput(ApiModel):
    """The account the money goes to; kept sealed."""

    name: PersonalText
    bank: PersonalText
    account: PersonalText


class RecipientInput(ApiModel):
    """A person the benefit is for."""

    name: PersonalText
    identity_number: PersonalText


class BenefitInput(ApiModel):
    """A benefit granted before this system was used; the amount is divided equally among the recipients."""

    aid: Aid
    division: DivisionCode
    accepted_by: DivisionCode | None = None
    residence: Residence
    first_month: Day
    amount_fen: AmountFen
    recipient: RecipientInput
    further_recipients: list[RecipientInput] = Field(default=[], max_length=29)
    payee: PayeeInput | None = None
    income_fen: AmountFen | None = Field(None, description="核定的家庭月收入；用于提标后重新计算")

    def recipients(self, today: date) -> tuple[Recipient, ...]:
        """The recipients by their place, counted from 0."""
        found = []
        for place, each in enumerate((self.recipient, *self.further_recipients)):
            try:
                identity = IdentityNumber.parse(each.identity_number, today)
                found.append(Recipient(str(place), PersonName.parse(each.name), identity))
            except Invalid as refusal:
                where = f"further_recipients/{place - 1}" if place else "recipient"
                refusal.field = f"{where}/{refusal.field}"
                raise
        return tuple(found)


class AdjustInput(ApiModel):
    """Other amounts from a month on; a month already paid is settled by the next run."""

    from_month: Day
    shares: list[ShareInput] = Field(max_length=100)
    reason_code: ReasonCode


class FromMonthInput(ApiModel):
    """From which month on, and why."""

    from_month: Day
    reason_code: ReasonCode


class RecomputeInput(ApiModel):
    """Apply the standards of a month to the running benefits of an aid, a page at a time."""

    aid: Aid
    from_month: Day
    after: UUID | None = None
    limit: int = Field(200, ge=1, le=200, strict=True)


class RecomputeAnswer(ApiModel):
    """What a page did; ``after`` is where to go on, null at the end."""

    examined: int
    changed: int
    after: UUID | None


class EntitlementView(ApiModel):
    """What one recipient is due each month of a span; ``valid_to`` is the first month no longer."""

    ref: str
    component: str
    amount_fen: int
    valid_from: date
    valid_to: date | None


class RecipientView(ApiModel):
    """A recipient, masked."""

    ref: str
    name: str
    identity_number: str


class BenefitView(ApiModel):
    """A benefit as officials see it; the account is never shown."""

    id: UUID
    aid: Aid
    case_id: UUID | None
    division: str
    accepted_by: str
    residence: Residence
    status: BenefitStatus
    started_on: date
    ended_from: date | None
    taper_until: date | None
    reason_code: str | None
    has_account: bool
    recipients: list[RecipientView]
    entitlements: list[EntitlementView]
    available_actions: list[str]

    @classmethod
    def of(cls, benefit: Benefit) -> BenefitView:
        """The masked view of one benefit."""
        return cls(
            id=benefit.id, aid=benefit.aid, case_id=benefit.case_id, division=benefit.division,
            accepted_by=benefit.accepted_by, residence=benefit.residence, status=benefit.status,
            started_on=benefit.started_on, ended_from=benefit.ended_from, taper_until=benefit.taper_until,
            reason_code=benefit.reason_code, has_account=benefit.payee is not None,
            recipients=[
                RecipientView(ref=each.ref, name=each.name.masked, identity_number=each.identity.masked)
                for each in benefit.recipients
            ],
            entitlements=[
                EntitlementView(
                    ref=each.ref, component=each.component, amount_fen=each.amount_fen,
                    valid_from=each.span.begin, valid_to=each.span.end,
                )
                for each in benefit.entitlements
            ],
            available_actions=[action.value for action in WORKFLOW.possible(benefit.status)],
        )  # fmt: skip


class BenefitLineView(ApiModel):
    """One line of the register of benefits, without personal data."""

    id: UUID
    aid: Aid
    division: str
    status: BenefitStatus
    started_on: date
    ended_from: date | None

    @classmethod
    def of(cls, line: queries.BenefitLine) -> BenefitLineView:
        """The view of one line."""
        return cls(**vars(line))


async def take_benefit(tx: Tx, body: BenefitInput) -> Benefit:
    """Start a benefit from what was written down; the same for a single call and for a row of a file."""
    tx.caller.require_area(body.division)
    require_first_day(body.first_month)
    people = body.recipients(tx.today)
    each, left = divmod(body.amount_fen, len(people))
    shares = [Share(person.ref, body.aid.value, each + (place < left)) for place, person in enumerate(people)]
    basis = None if body.income_fen is None else Basis(body.residence, body.income_fen, len(people))
    payee = Payee(body.payee.name, body.payee.bank, body.payee.account) if body.payee else None
    return await benefits.start(
        tx, aid=body.aid, division=body.division.ljust(12, "0"), residence=body.residence, recipients=people,
        shares=shares, first_month=body.first_month, accepted_by=body.accepted_by, payee=payee, basis=basis,
    )  # fmt: skip


@router.post("", status_code=201, response_model=BenefitView, summary="登记存量待遇")
async def start_benefit(body: BenefitInput, caller: Payer, command: Commanding) -> Response:
    return await command.run(
        lambda tx: take_benefit(tx, body),
        show=BenefitView.of,
        status=201,
        location=lambda benefit: f"/v1/benefits/{benefit.id}",
    )


@router.get("", response_model=Page[BenefitLineView], summary="待遇台账")
async def list_benefits(
    caller: Reader, asking: Asking, aid: Aid | None = None, status: BenefitStatus | None = None,
    case_id: Annotated[UUID | None, Query()] = None, limit: Limit = 50, cursor: CursorText = None,
) -> Response:  # fmt: skip
    cursors = Cursors(asking.confidential, f"benefits|{caller.area.code}|{aid}|{status}|{case_id}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.register(
            tx, area=caller.area, aid=aid, status=status, case_id=case_id, after=UUID(after[0]) if after else None,
            limit=limit + 1,
        ),
        show=lambda lines: page_of(
            lines, limit, cursors, lambda line: (line.id,), BenefitLineView.of, Page[BenefitLineView]
        ),
    )  # fmt: skip


@router.get("/export", response_class=StreamingResponse, summary="导出待遇台账（逐行 JSON）")
async def export_benefits(request: Request, caller: Exporter, aid: Aid | None = None) -> Response:
    return stream_lines(
        request,
        lambda tx, after: queries.register(
            tx, area=caller.area, aid=aid, status=None, case_id=None, after=after, limit=1_000
        ),
        key=lambda line: line.id,
        show=BenefitLineView.of,
        audit=("benefit.exported", "benefit"),
    )


@router.post("/recompute", response_model=RecomputeAnswer, summary="提标后重新计算待遇（分页）")
async def recompute_benefits(body: RecomputeInput, caller: Payer, command: Commanding) -> Response:
    require_first_day(body.from_month)
    return await command.run(
        lambda tx: recomputations.recompute(
            tx, aid=body.aid, from_month=body.from_month, after=body.after, limit=body.limit
        ),
        show=lambda page: RecomputeAnswer(examined=page.examined, changed=page.changed, after=page.after),
    )


@router.get("/{benefit_id}", response_model=BenefitView, summary="查看待遇")
async def read_benefit(benefit_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.benefits.find(benefit_id, area=caller.area),
        show=BenefitView.of,
        audit=("benefit.read", "benefit", benefit_id),
    )


@router.post("/{benefit_id}/adjust", response_model=BenefitView, summary="调整待遇")
async def adjust_benefit(benefit_id: UUID, body: AdjustInput, caller: Payer, command: Commanding) -> Response:
    shares = [Share(share.ref, share.component, share.amount_fen) for share in body.shares]
    return await command.run(
        lambda tx: benefits.adjust(
            tx, benefit_id, from_month=body.from_month, shares=shares, reason_code=body.reason_code,
            expected=command.expected,
        ),
        show=BenefitView.of,
    )  # fmt: skip


@router.post("/{benefit_id}/suspend", response_model=BenefitView, summary="暂停发放")
async def suspend_benefit(benefit_id: UUID, body: FromMonthInput, caller: Payer, command: Commanding) -> Response:
    return await command.run(
        lambda tx: benefits.suspend(
            tx, benefit_id, from_month=body.from_month, reason_code=body.reason_code, expected=command.expected
        ),
        show=BenefitView.of,
    )


@router.post("/{benefit_id}/resume", response_model=BenefitView, summary="恢复发放")
async def resume_benefit(benefit_id: UUID, caller: Payer, command: Commanding) -> Response:
    return await command.run(lambda tx: benefits.resume(tx, benefit_id, expected=command.expected), show=BenefitView.of)


@router.post("/{benefit_id}/taper", response_model=BenefitView, summary="进入渐退期")
async def taper_benefit(benefit_id: UUID, body: FromMonthInput, caller: Payer, command: Commanding) -> Response:
    return await command.run(
        lambda tx: benefits.taper(
            tx, benefit_id, from_month=body.from_month, reason_code=body.reason_code, expected=command.expected
        ),
        show=BenefitView.of,
    )


@router.post("/{benefit_id}/end", response_model=BenefitView, summary="停发待遇")
async def end_benefit(benefit_id: UUID, body: FromMonthInput, caller: Payer, command: Commanding) -> Response:
    return await command.run(
        lambda tx: benefits.end(
            tx, benefit_id, from_month=body.from_month, reason_code=body.reason_code, expected=command.expected
        ),
        show=BenefitView.of,
    )
