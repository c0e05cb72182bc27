"""The place in a waiting list as it is told: position, reasons, points, and how long others waited."""

from __future__ import annotations

from datetime import date

from eldercare.domain.priority import Factor, Lane, LaneGround, Ranked, Standing
from eldercare.queries.waiting import Place, Simulation
from eldercare.store.waiting_list import PlaceEvent
from shared.web.fields import ApiModel, Moment

LANES = {Lane.EXTREME_HARDSHIP: "特困人员", Lane.PRIORITY: "优先轮候", Lane.ORDINARY: "普通轮候"}
GROUNDS = {
    LaneGround.EXTREME_HARDSHIP: "特困人员",
    LaneGround.LOW_INCOME_DISABLED: "低保、低保边缘家庭失能老年人",
    LaneGround.FAMILY_PLANNING: "计划生育特殊家庭",
    LaneGround.ENTITLED_DISABLED: "失能的重点优抚对象",
    LaneGround.SEVERE_DISABILITY: "一、二级残疾",
    LaneGround.MERIT: "劳动模范、见义勇为人员",
    LaneGround.CARE_WORKER: "年老的养老服务从业者",
    LaneGround.DISABLED_OR_VERY_OLD: "其他失能或者80周岁以上老年人",
    LaneGround.ELDER: "其他老年人",
}


class StandingView(ApiModel):
    """Lane and points with their reasons."""

    lane: int
    lane_title: str
    ground: LaneGround
    ground_title: str
    points: int
    factors: dict[Factor, int]

    @classmethod
    def of(cls, standing: Standing) -> StandingView:
        """The view of a standing."""
        return cls(
            lane=int(standing.lane), lane_title=LANES[standing.lane], ground=standing.ground,
            ground_title=GROUNDS[standing.ground], points=standing.points, factors=dict(standing.factors),
        )  # fmt: skip


class PlaceView(ApiModel):
    """What an applicant is told; ``median_wait_days`` is null where nobody was admitted yet."""

    position: int
    list_length: int
    ahead_by_lane: dict[int, int]
    standing: StandingView
    median_wait_days: float | None
    median_sample_size: int
    uncertain_parameters: list[str]

    @classmethod
    def of(cls, place: Place) -> PlaceView:
        """The view of a place."""
        return cls(
            position=place.position, list_length=place.length,
            ahead_by_lane={int(lane): count for lane, count in place.ahead.items()},
            standing=StandingView.of(place.standing), median_wait_days=place.median.days,
            median_sample_size=place.median.sample_size, uncertain_parameters=list(place.uncertain),
        )  # fmt: skip


class RankedView(ApiModel):
    """One line of a list, by number and without a person."""

    application_id: str
    number: str
    position: int
    level: int | None
    queued_at: Moment
    standing: StandingView

    @classmethod
    def of(cls, ranked: Ranked) -> RankedView:
        """The view of one line."""
        return cls(
            application_id=str(ranked.entry.id), number=ranked.entry.number, position=ranked.position,
            level=ranked.entry.level, queued_at=ranked.entry.queued_at, standing=StandingView.of(ranked.standing),
        )  # fmt: skip


class PlaceEventView(ApiModel):
    """Why a place moved, or was passed over at a draw."""

    at: Moment
    what: str
    position_before: int | None
    position_after: int | None

    @classmethod
    def of(cls, event: PlaceEvent) -> PlaceEventView:
        """The view of one line."""
        return cls(at=event.at, what=event.what, position_before=event.before, position_after=event.after)


class HistoryView(ApiModel):
    """The history of a place, the latest first."""

    items: list[PlaceEventView]


class ShiftView(ApiModel):
    """How a changed rule would move one place."""

    number: str
    position_before: int
    position_after: int
    lane_before: int
    lane_after: int
    points_before: int
    points_after: int


class SimulationView(ApiModel):
    """What another rule would do; nothing was changed."""

    on: date
    list_length: int
    moved: int
    shifts: list[ShiftView]

    @classmethod
    def of(cls, simulation: Simulation, limit: int) -> SimulationView:
        """The view, with the first shifts."""
        return cls(
            on=simulation.on, list_length=simulation.length, moved=len(simulation.moved),
            shifts=[
                ShiftView(
                    number=one.before.entry.number, position_before=one.before.position,
                    position_after=one.after.position, lane_before=int(one.before.standing.lane),
                    lane_after=int(one.after.standing.lane), points_before=one.before.standing.points,
                    points_after=one.after.standing.points,
                )
                for one in simulation.moved[:limit]
            ],
        )  # fmt: skip
