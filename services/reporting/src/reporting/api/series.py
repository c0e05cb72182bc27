"""Series over HTTP: what is published, and every figure that ever stood."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from reporting import queries
from reporting.api.figures import FigureView, FormCode, Viewer
from reporting.domain.figure import Figure
from reporting.domain.form import FormKind
from reporting.domain.series import Point, Series
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking
from shared.web.fields import ApiModel, DivisionCode
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/series", tags=["数据序列"], route_class=StrictRoute)

Reader = Annotated[Principal, Depends(require("reporting:read"))]


class PointView(ApiModel):
    """One confirmed figure; ``on`` is the last day of its period."""

    period: str
    on: date
    numerator: int
    denominator: int | None

    @classmethod
    def of(cls, point: Point) -> PointView:
        """The view of one point."""
        numbers = point.numbers
        return cls(
            period=str(point.period), on=point.on, numerator=numbers.numerator, denominator=numbers.denominator
        )  # fmt: skip


class SeriesView(ApiModel):
    """The confirmed figures of one form and one division, ordered by day."""

    id: UUID
    form: str
    division: str
    kind: FormKind
    points: list[PointView]

    @classmethod
    def of(cls, series: Series) -> SeriesView:
        """The view of one series."""
        return cls(
            id=series.id, form=series.form, division=series.division, kind=series.kind,
            points=[PointView.of(point) for point in series.points],
        )  # fmt: skip


@router.get("", response_model=Page[SeriesView], summary="数据序列列表")
async def list_series(
    caller: Reader,
    asking: Asking,
    form: FormCode | None = None,
    division: DivisionCode | None = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    cursors = Cursors(asking.confidential, f"series|{caller.area.code}|{form}|{division}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.series_listed(
            tx, area=caller.area, form=form, division=division, after=after, limit=limit + 1
        ),
        show=lambda found: page_of(
            found, limit, cursors, lambda series: series.line, SeriesView.of, Page[SeriesView]
        ),
    )  # fmt: skip


@router.get("/{series_id}", response_model=SeriesView, summary="查看数据序列")
async def read_series(series_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(lambda tx: tx.series.find(series_id, area=caller.area), show=SeriesView.of)


def _moment_of_standing(figure: Figure) -> tuple[str, str, UUID]:
    if figure.confirmed_at is None:
        raise RuntimeError("a figure that stood has been confirmed")
    return figure.period.last.isoformat(), figure.confirmed_at.isoformat(), figure.id


@router.get("/{series_id}/history", response_model=Page[FigureView], summary="数据序列的全部历史，含已被更正的")
async def read_history(
    series_id: UUID, caller: Reader, asking: Asking, viewer: Viewer, limit: Limit = 50, cursor: CursorText = None
) -> Response:
    cursors = Cursors(asking.confidential, f"history|{caller.area.code}|{series_id}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.history(tx, series_id, area=caller.area, after=after, limit=limit + 1),
        show=lambda found: page_of(found, limit, cursors, _moment_of_standing, viewer, Page[FigureView]),
    )
