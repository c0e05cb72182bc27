"""What assistance takes in by file: running benefits, and the federation's list of certificate holders."""

from __future__ import annotations

from pydantic import Field

from assistance.api.benefits import BenefitInput, take_benefit
from assistance.domain.household import Disability, DisabilityKind
from assistance.store import Tx
from assistance.store.coverage import Holder
from assistance.usecases import registers
from shared.kernel.identity_number import IdentityNumber
from shared.web.bulk.kinds import BulkKind
from shared.web.fields import ApiModel, Day, DivisionCode, Flag, PersonalText


class HolderInput(ApiModel):
    """A holder of a disability certificate; ``valid_to`` is the first day it no longer holds."""

    identity_number: PersonalText
    division: DivisionCode
    kind: DisabilityKind
    grade: int = Field(ge=1, le=4)
    valid_from: Day
    valid_to: Day | None = None
    work_injury: Flag = Field(False, description="领取工伤保险生活护理费")
    chose_aged_care: Flag = Field(False, description="择高享受养老服务补贴")


async def take_holder(tx: Tx, row: HolderInput) -> None:
    """Enter one holder."""
    holder = Holder(
        IdentityNumber.parse(row.identity_number, tx.today),
        row.division.ljust(12, "0"),
        Disability(row.kind, row.grade, row.valid_from, row.valid_to),
        row.work_injury,
        row.chose_aged_care,
    )
    await registers.enter_holder(tx, holder)


IMPORTS = (
    BulkKind(
        name="benefits",
        title="存量救助待遇",
        scope="assistance:import",
        row=BenefitInput,
        take=take_benefit,
        example={
            "aid": "DISABILITY_LIVING_SUBSIDY", "division": "500103001000", "residence": "URBAN",
            "first_month": "2026-01-01", "amount_fen": "10000", "recipient.name": "测试甲",
            "recipient.identity_number": "（公民身份号码）",
        },
    ),
    BulkKind(
        name="certificate-holders",
        title="持证残疾人名单",
        scope="assistance:import",
        row=HolderInput,
        take=take_holder,
        example={
            "identity_number": "（公民身份号码）", "division": "500103001000", "kind": "PHYSICAL", "grade": "1",
            "valid_from": "2024-01-01",
        },
    ),
)  # fmt: skip
