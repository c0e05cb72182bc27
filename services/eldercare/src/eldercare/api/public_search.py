"""What anybody may see: where beds are free. No resident, no single bed."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from eldercare import queries
from eldercare.domain.bed import BedClass
from eldercare.domain.institution_kind import Kind, Ownership
from shared.kernel.divisions import Area
from shared.kernel.principal import Principal
from shared.web.access import public
from shared.web.commands import Asking
from shared.web.fields import ApiModel, Day, DivisionCode
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/public", tags=["公众查询"], route_class=StrictRoute)


class FreeBedsView(ApiModel):
    """An institution with free beds of the wanted kind."""

    institution_id: UUID
    name: str
    township: str
    kind: Kind
    ownership: Ownership
    free: int
    free_nursing: int
    free_inclusive: int
    lowest_fee_fen: int | None = Field(description="空余床位的最低月床位费（分）")
    highest_fee_fen: int | None = Field(description="空余床位的最高月床位费（分）")
    grade: int | None = Field(description="当日有效的等级（一至五级）")

    @classmethod
    def of(cls, line: queries.FreeBeds) -> FreeBedsView:
        """The view of one institution."""
        return cls(
            institution_id=line.institution_id, name=line.name, township=line.division, kind=line.kind,
            ownership=line.ownership, free=line.free, free_nursing=line.free_nursing,
            free_inclusive=line.free_inclusive, lowest_fee_fen=line.lowest_fee_fen,
            highest_fee_fen=line.highest_fee_fen, grade=line.grade,
        )  # fmt: skip


@router.get("/beds", response_model=Page[FreeBedsView], summary="查询空余床位", dependencies=[public])
async def search_free_beds(
    asking: Asking,
    division: Annotated[DivisionCode | None, Query(description="行政区划代码，默认全市")] = None,
    bed_class: BedClass | None = None,
    inclusive: Annotated[bool | None, Query(description="普惠")] = None,
    highest_fee_fen: Annotated[int | None, Query(description="最高月床位费（分）", ge=0, le=10**13)] = None,
    on: Annotated[Day | None, Query(description="哪一日，默认当日")] = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    day, area = on or asking.today, Area(division) if division else Principal.of_public().area
    cursors = Cursors(asking.confidential, f"free-beds|{area.code}|{bed_class}|{inclusive}|{highest_fee_fen}|{day}")
    after = cursors.read(cursor)
    wish = queries.Wish(day, bed_class, inclusive, highest_fee_fen)
    return await asking.run(
        lambda tx: queries.free_beds(tx, area=area, wish=wish, after=after, limit=limit + 1),
        show=lambda lines: page_of(
            lines, limit, cursors, lambda line: (line.institution_id,), FreeBedsView.of, Page[FreeBedsView]
        ),
    )
