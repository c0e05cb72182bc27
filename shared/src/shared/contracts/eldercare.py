"""What ``eldercare`` tells the world (养老服务): institutions, beds and stays. No resident is named."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from shared.contracts.envelope import EntityState
from shared.contracts.spans import Span

BedClass = Literal["NURSING", "ORDINARY"]


class QualityMark(BaseModel):
    """One assessment of basic service quality (服务质量基本规范评估)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    assessed_on: date
    met: bool


class InstitutionState(EntityState):
    """An elderly-care institution (养老机构), every flag dated.

    ``township`` is its 12-digit division. ``operating`` are the days it is open (registered, not suspended, not
    closed); ``comprehensive`` the days it has comprehensive functions (具备综合功能).
    """

    source: ClassVar[str] = "eldercare"
    noun: ClassVar[str] = "institution"
    participles: ClassVar[tuple[str, ...]] = (
        "registered", "amended", "suspended", "resumed", "closed", "assessed",
    )  # fmt: skip

    township: str
    kind: str
    ownership: str
    operating: list[Span]
    comprehensive: list[Span]
    quality: list[QualityMark]


class BedClassSpan(Span):
    """The class a bed has during a span."""

    bed_class: BedClass


class BedState(EntityState):
    """A bed (养老床位). ``in_service`` are the days it exists for use in an open institution.

    ``home`` marks a home-care bed (家庭养老床位), which is not an institution bed.
    """

    source: ClassVar[str] = "eldercare"
    noun: ClassVar[str] = "bed"
    participles: ClassVar[tuple[str, ...]] = ("added", "reclassified", "taken_out", "put_back", "removed")

    institution_id: str
    township: str
    home: bool
    in_service: list[Span]
    classes: list[BedClassSpan]
    inclusive: list[Span]


class StayState(EntityState):
    """A stay of one resident in one bed (入住), without the resident."""

    source: ClassVar[str] = "eldercare"
    noun: ClassVar[str] = "stay"
    participles: ClassVar[tuple[str, ...]] = ("begun", "ended", "voided")

    institution_id: str
    bed_id: str
    township: str
    stayed: Span
    voided: bool
