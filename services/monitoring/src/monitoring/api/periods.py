"""Closed periods: signed snapshots, and what moved since."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi import Path as InPath
from pydantic import StringConstraints

from monitoring import queries
from monitoring.api.indicators import Reader
from monitoring.store import Tx
from monitoring.store.periods import Snapshot
from monitoring.usecases import periods
from shared.kernel.periods import Period
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Moment
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/periods", tags=["结账"], route_class=StrictRoute)

Closer = Annotated[Principal, Depends(require("monitoring:close"))]
PeriodText = Annotated[str, InPath(max_length=8, description="2025、2025-H1、2025-Q3 或 2025-07")]
Reason = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True)]


class Closing(ApiModel):
    """Why a period is closed again; empty the first time."""

    reason: Reason = ""


class SnapshotView(ApiModel):
    """A signed snapshot; ``signature`` is a JWS over the SHA-256 of the figures in canonical JSON."""

    period: str
    revision: int
    until: date
    closed_at: Moment
    known_on: date
    reason: str
    divisions_version: str
    signature: str

    @classmethod
    def of(cls, snapshot: Snapshot) -> SnapshotView:
        """The view without the figures."""
        return cls(**{name: getattr(snapshot, name) for name in cls.model_fields})


class SnapshotFull(SnapshotView):
    """A snapshot with its figures, and why it differs from the revision before."""

    figures: list[dict[str, Any]]
    changes: list[dict[str, Any]]


class SnapshotList(ApiModel):
    """All revisions."""

    items: list[SnapshotView]


class DifferenceView(ApiModel):
    """What moved since the last closing: figure by figure, with the entities that arrived in between."""

    period: str
    revision: int
    closed_at: Moment
    changes: list[dict[str, Any]]


@router.get("", response_model=SnapshotList, summary="已结账的报告期")
async def list_periods(caller: Reader, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.periods.revisions(),
        show=lambda found: SnapshotList(items=[SnapshotView.of(snapshot) for snapshot in found]),
    )


@router.post("/{period}/closings", response_model=SnapshotView, status_code=201, summary="结账或修订")
async def close_period(period: PeriodText, closing: Closing, caller: Closer, command: Commanding) -> Response:
    wanted = Period.parse(period)
    return await command.run(
        lambda tx: periods.close(tx, wanted, closing.reason, queries.figures_of), show=SnapshotView.of, status=201,
        location=lambda snapshot: f"/v1/periods/{snapshot.period}/revisions/{snapshot.revision}",
    )  # fmt: skip


@router.get("/{period}/difference", response_model=DifferenceView, summary="结账以来的变化及原因")
async def read_difference(period: PeriodText, caller: Reader, asking: Asking) -> Response:
    wanted = Period.parse(period)
    return await asking.run(
        lambda tx: periods.difference(tx, wanted, queries.figures_of),
        show=lambda found: DifferenceView(
            period=found[0].period, revision=found[0].revision, closed_at=found[0].closed_at, changes=found[1]
        ),
    )


@router.get("/{period}/revisions/{revision}", response_model=SnapshotFull, summary="一版结账快照")
async def read_revision(
    period: PeriodText, revision: Annotated[int, InPath(ge=1, lt=2**31)], caller: Reader, asking: Asking
) -> Response:
    wanted = Period.parse(period)

    async def find(tx: Tx) -> Snapshot:
        found = [s for s in await tx.periods.revisions(str(wanted)) if s.revision == revision]
        if not found:
            raise periods.PeriodNotClosed(field="path/revision")
        return found[0]

    return await asking.run(find, show=SnapshotFull.of)
