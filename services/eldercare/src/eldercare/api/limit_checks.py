"""Pre-checks of dates, money, staff and grades: what the rules say, with nothing stored and nobody named."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from eldercare.api.fees import AbilityLevel
from eldercare.api.pre_checks import ObstacleView
from eldercare.api.supervision import GradingInput
from eldercare.domain.fee import FeeKind
from eldercare.domain.institution_kind import Ownership
from eldercare.store import Tx
from eldercare.usecases import limit_checks
from shared.kernel.errors import Refusal
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking
from shared.web.fields import AmountFen, ApiModel, Count, Day, Flag
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/pre-checks", tags=["预检"], route_class=StrictRoute)

Reader = Annotated[Principal, Depends(require("eldercare:read"))]


class DatesQuestion(ApiModel):
    """The days that clocks start from; what is left out is not answered."""

    first_admitted_on: Day | None = None
    changed_on: Day | None = None
    filed_on: Day | None = None
    closes_on: Day | None = None
    prepaid: Flag = Field(default=True, description="是否收取预付费")
    inspection_noticed_on: Day | None = None
    inspected_on: Day | None = None


class DateView(ApiModel):
    """One computed day: the last day of a limit, or the first day from which something may be done."""

    name: str
    on: date
    provisional: bool
    basis: str


class DatesAnswer(ApiModel):
    """Every day that could be computed; ``uncertain`` names the parameters that no source fixes."""

    dates: list[DateView]
    uncertain: list[str]


class FeeQuestion(ApiModel):
    """A sum to be taken in advance, with what the payer has already paid."""

    kind: FeeKind
    ownership: Ownership = Ownership.PRIVATE_FOR_PROFIT
    amount_fen: AmountFen
    months: int | None = Field(default=None, strict=True, ge=1, le=600)
    monthly_bed_fee_fen: AmountFen | None = None
    held_deposit_fen: AmountFen = 0
    held_months: int = Field(default=0, strict=True, ge=0, le=600)
    on: Day | None = None


class BalanceQuestion(ApiModel):
    """What an institution would hold in advance."""

    filed_beds: Count
    payers: Count
    balance_fen: AmountFen
    net_fixed_assets_fen: AmountFen | None = None


class LimitAnswer(ApiModel):
    """Whether the limits allow it, and what stands against it."""

    allowed: bool
    obstacles: list[ObstacleView]
    deposit_limit_fen: int | None = None

    @classmethod
    def of(cls, faults: list[Refusal], deposit_limit_fen: int | None = None) -> LimitAnswer:
        """The view of the broken limits."""
        views = [ObstacleView(code=one.code, title=one.title, rule=one.rule) for one in faults]
        return cls(allowed=not faults, obstacles=views, deposit_limit_fen=deposit_limit_fen)


class VoucherQuestion(ApiModel):
    """Level and bills of one month."""

    level: AbilityLevel
    institution_fen: AmountFen = 0
    home_fen: AmountFen = 0
    on: Day | None = None


class VoucherAnswer(ApiModel):
    """What the voucher would pay; ``uncertain`` names the parameters that no source fixes."""

    eligible: bool
    amount_fen: int
    capped: bool
    uncertain: list[str]


class StaffingQuestion(ApiModel):
    """Residents by level, and who is there."""

    level_0_1: Count = 0
    level_2: Count = 0
    level_3_4: Count = 0
    caregivers: Count = 0
    beds: Count = 0
    elders: Count = 0
    social_workers: Count = 0


class StaffingAnswer(ApiModel):
    """How many are needed; one of the two measures for social workers is enough."""

    required_caregivers: int
    caregivers_met: bool
    social_workers_by_beds: int
    social_workers_by_elders: int
    social_workers_met: bool
    uncertain: list[str]


class GradeAnswer(ApiModel):
    """The grade that the points reach, null below the first."""

    grade: int | None
    total: int


class InclusiveQuestion(ApiModel):
    """A bed that is to be offered as inclusive."""

    ownership: Ownership
    agreement: Flag
    monthly_fee_fen: AmountFen | None = None


class ClosureQuestion(ApiModel):
    """An institution that is to end its service."""

    institution_id: UUID
    closes_on: Day


class ClosureAnswer(ApiModel):
    """By when it has to be announced, and what has to be settled until then."""

    announce_by: date
    prepaid: bool
    residents: int
    unsettled_receipts: int


@router.post("/dates", response_model=DatesAnswer, summary="备案、变更、终止、检查日期预检")
async def check_dates(body: DatesQuestion, caller: Reader, asking: Asking) -> Response:
    async def answer(tx: Tx) -> DatesAnswer:
        found, uncertain = limit_checks.dates(tx, **dict(body))
        views = [DateView(name=one.name, on=one.on, provisional=one.provisional, basis=one.basis) for one in found]
        return DatesAnswer(dates=views, uncertain=list(uncertain))

    return await asking.run(answer, show=lambda found: found)


@router.post("/fee", response_model=LimitAnswer, summary="预付费与押金限额预检")
async def check_fee(body: FeeQuestion, caller: Reader, asking: Asking) -> Response:
    async def answer(tx: Tx) -> LimitAnswer:
        return LimitAnswer.of(*limit_checks.fee(tx, **dict(body)))

    return await asking.run(answer, show=lambda found: found)


@router.post("/prepayments", response_model=LimitAnswer, summary="预收费总额限额预检")
async def check_prepayments(body: BalanceQuestion, caller: Reader, asking: Asking) -> Response:
    async def answer(tx: Tx) -> LimitAnswer:
        return LimitAnswer.of(limit_checks.balance(**dict(body)))

    return await asking.run(answer, show=lambda found: found)


@router.post("/voucher", response_model=VoucherAnswer, summary="养老服务消费补贴预检")
async def check_voucher(body: VoucherQuestion, caller: Reader, asking: Asking) -> Response:
    async def answer(tx: Tx) -> VoucherAnswer:
        found, uncertain = limit_checks.voucher_of(tx, **dict(body))
        return VoucherAnswer(**vars(found), uncertain=list(uncertain))

    return await asking.run(answer, show=lambda found: found)


@router.post("/staffing", response_model=StaffingAnswer, summary="人员配比预检")
async def check_staff(body: StaffingQuestion, caller: Reader, asking: Asking) -> Response:
    async def answer(tx: Tx) -> StaffingAnswer:
        found, uncertain = limit_checks.staffing(
            tx, mild=body.level_0_1, moderate=body.level_2, severe=body.level_3_4, caregivers=body.caregivers,
            beds=body.beds, elders=body.elders, social_workers=body.social_workers,
        )  # fmt: skip
        return StaffingAnswer(**vars(found), uncertain=list(uncertain))

    return await asking.run(answer, show=lambda found: found)


@router.post("/grade", response_model=GradeAnswer, summary="等级评定预检")
async def check_grade(body: GradingInput, caller: Reader, asking: Asking) -> Response:
    points = body.model_dump(exclude={"on"})

    async def answer(tx: Tx) -> GradeAnswer:
        return GradeAnswer(grade=limit_checks.grade(points), total=sum(points.values()))

    return await asking.run(answer, show=lambda found: found)


@router.post("/inclusive-bed", response_model=LimitAnswer, summary="普惠床位预检")
async def check_inclusive(body: InclusiveQuestion, caller: Reader, asking: Asking) -> Response:
    async def answer(tx: Tx) -> LimitAnswer:
        return LimitAnswer.of(limit_checks.inclusive(tx, **dict(body)))

    return await asking.run(answer, show=lambda found: found)


@router.post("/closure", response_model=ClosureAnswer, summary="终止服务预检")
async def check_closure(body: ClosureQuestion, caller: Reader, asking: Asking) -> Response:
    async def answer(tx: Tx) -> ClosureAnswer:
        found = await limit_checks.closure(tx, body.institution_id, closes_on=body.closes_on)
        return ClosureAnswer(**vars(found))

    return await asking.run(answer, show=lambda found: found)
