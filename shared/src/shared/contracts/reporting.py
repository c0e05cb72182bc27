"""What ``reporting`` tells the world (统计填报): the confirmed figures of one form and one division."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from shared.contracts.envelope import EntityState


class Point(BaseModel):
    """One confirmed figure. ``on`` is the last day of its period; integers in the form's own base unit.

    ``denominator`` is null where the form asks for one number only.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    period: str
    on: date
    numerator: int
    denominator: int | None


class SeriesState(EntityState):
    """All confirmed figures of one form for one division, ordered by day.

    ``kind`` LEVEL: a figure holds until the next period's figure replaces it. FLOW: figures of different periods
    are added up.
    """

    source: ClassVar[str] = "reporting"
    noun: ClassVar[str] = "series"
    participles: ClassVar[tuple[str, ...]] = ("opened", "revised")

    form: str
    kind: Literal["LEVEL", "FLOW"]
    points: list[Point]
