"""Standards of social assistance: one dated series per programme and kind of residence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from uuid import UUID

from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.parameters import Confidence
from shared.kernel.principal import CITY, Principal
from shared.kernel.workflow import Workflow

FEN_PER_YUAN = 100


class Programme(StrEnum):
    """A programme of social assistance with a monthly standard (救助项目)."""

    SUBSISTENCE_ALLOWANCE = "SUBSISTENCE_ALLOWANCE"
    """最低生活保障"""
    EXTREME_HARDSHIP_SUPPORT = "EXTREME_HARDSHIP_SUPPORT"
    """特困人员基本生活"""
    ORPHAN_IN_INSTITUTION = "ORPHAN_IN_INSTITUTION"
    """机构养育孤儿基本生活"""
    ORPHAN_IN_FAMILY = "ORPHAN_IN_FAMILY"
    """散居孤儿基本生活"""
    UNATTENDED_CHILD = "UNATTENDED_CHILD"
    """事实无人抚养儿童基本生活"""
    RESCUE_STATION = "RESCUE_STATION"
    """救助管理机构受助人员生活"""


class Residence(StrEnum):
    """Which standard a household lives under (城乡类别)."""

    URBAN = "URBAN"
    RURAL = "RURAL"


class StandardStatus(StrEnum):
    """Where a standard stands (标准状态)."""

    PROPOSED = "PROPOSED"
    PUBLISHED = "PUBLISHED"
    WITHDRAWN = "WITHDRAWN"


class StandardAction(StrEnum):
    """What can be done to a standard."""

    CONFIRM = "confirm"
    WITHDRAW = "withdraw"


WORKFLOW = Workflow(
    {
        (StandardStatus.PROPOSED, StandardAction.CONFIRM): StandardStatus.PUBLISHED,
        (StandardStatus.PROPOSED, StandardAction.WITHDRAW): StandardStatus.WITHDRAWN,
    }
)


class StandardUnknown(NotFound):
    """标准不存在"""


class ResidenceDoesNotFit(Invalid):
    """该项目的标准与城乡类别不符"""


class AmountNotWholeYuan(Invalid):
    """标准须为整元"""


class StartsBeforeLatestStandard(Refusal):
    """生效日不晚于现行标准"""


class NoStandardInForce(Refusal):
    """当日没有已公布的标准"""


@dataclass(kw_only=True)
class Standard(Aggregate):
    """A monthly amount per person, in fen, in force from a day on (保障标准).

    City-wide uniform; only the subsistence allowance differs by residence (社会救助法 第十九条; 渝民规).
    ``valid_to`` is the first day it no longer holds and is set when the successor is published. ``alerts`` name
    published figures that contradict a rule: the system says so and does not forbid what was published.
    """

    programme: Programme
    residence: Residence | None
    amount_fen: int
    valid_from: date
    valid_to: date | None
    status: StandardStatus
    document: str
    confidence: Confidence
    proposed_by: str
    confirmed_by: str | None = None
    alerts: tuple[str, ...] = ()

    def in_force(self, on: date) -> bool:
        """Whether the standard is published and covers the day."""
        return (
            self.status is StandardStatus.PUBLISHED
            and self.valid_from <= on
            and (self.valid_to is None or on < self.valid_to)
        )

    def confirm(self, *, by: Principal, latest: Standard | None, urban_allowance: Standard | None,
                hardship_factor: Decimal) -> None:  # fmt: skip
        """A second person publishes the standard; the latest one of the series ends where it begins.

        :param latest: the newest published standard of the same series, locked.
        :param urban_allowance: the urban subsistence standard in force on ``valid_from``, for the 1.3 × check.
        """
        status = WORKFLOW.next(self.status, StandardAction.CONFIRM)
        checker = by.require_other_than(self.proposed_by)
        self._follow(latest)
        self.status, self.confirmed_by = status, checker
        self.alerts = alerts_of(self, urban_allowance, hardship_factor)
        self.note("published")

    def _follow(self, latest: Standard | None) -> None:
        if latest is None:
            return
        if latest.valid_from >= self.valid_from:
            raise StartsBeforeLatestStandard(field="valid_from", latest_from=latest.valid_from.isoformat())
        latest.valid_to = self.valid_from
        latest.note("superseded")

    def withdraw(self) -> None:
        """Take back a proposal that nobody confirmed."""
        self.status = WORKFLOW.next(self.status, StandardAction.WITHDRAW)
        self.note("withdrawn")


def check_series(programme: Programme, residence: Residence | None, amount_fen: int) -> None:
    """The allowance has an urban and a rural series, every other programme one; amounts are whole yuan."""
    if (programme is Programme.SUBSISTENCE_ALLOWANCE) != (residence is not None):
        raise ResidenceDoesNotFit(field="residence")
    if amount_fen <= 0 or amount_fen % FEN_PER_YUAN:
        raise AmountNotWholeYuan(field="amount_fen")


def propose_standard(*, id: UUID, programme: Programme, residence: Residence | None, amount_fen: int, valid_from: date,
                     document: str, confidence: Confidence, by: str) -> Standard:  # fmt: skip
    """One person proposes a standard; nothing is in force yet."""
    check_series(programme, residence, amount_fen)
    standard = Standard(
        id=id,
        division=CITY,
        programme=programme,
        residence=residence,
        amount_fen=amount_fen,
        valid_from=valid_from,
        valid_to=None,
        status=StandardStatus.PROPOSED,
        document=document,
        confidence=confidence,
        proposed_by=by,
    )
    standard.note("proposed")
    return standard


def alerts_of(standard: Standard, urban_allowance: Standard | None, hardship_factor: Decimal) -> tuple[str, ...]:
    """Contradictions between a published figure and the rules.

    特困 basic living standard ≥ 1.3 × urban allowance, after truncation to whole yuan (十四五规划 第二章第二节).
    """
    if standard.programme is not Programme.EXTREME_HARDSHIP_SUPPORT or urban_allowance is None:
        return ()
    floor = hardship_floor(urban_allowance.amount_fen, hardship_factor)
    return ("HARDSHIP_SUPPORT_BELOW_FLOOR",) if standard.amount_fen < floor else ()


def hardship_floor(urban_allowance_fen: int, factor: Decimal) -> int:
    """The least 特困 standard in fen: ``factor`` × urban allowance, truncated to whole yuan."""
    yuan = (Decimal(urban_allowance_fen) / FEN_PER_YUAN * factor).to_integral_value(ROUND_FLOOR)
    return int(yuan) * FEN_PER_YUAN
