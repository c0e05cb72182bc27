"""Places that are no institutions: too few beds, or none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from eldercare.domain.span import Spans, ended, latest_change, require_later, require_past
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import NotFound, Refusal
from shared.kernel.spans import Span
from shared.kernel.workflow import Workflow


class Kind(StrEnum):
    """What sort of place (设施类型)."""

    COMMUNITY_CARE = "COMMUNITY_CARE"
    """社区养老服务机构"""
    TOWNSHIP_CENTRE = "TOWNSHIP_CENTRE"
    """乡镇（街道）养老服务中心"""
    MUTUAL_AID_POINT = "MUTUAL_AID_POINT"
    """村级互助养老点"""


class Status(StrEnum):
    """Whether it is open (设施状态)."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class Action(StrEnum):
    """What can be done to it (设施事项)."""

    CLOSE = "close"


WORKFLOW = Workflow({(Status.OPEN, Action.CLOSE): Status.CLOSED})


class FacilityUnknown(NotFound):
    """养老服务设施不存在"""


class IsAnInstitution(Refusal):
    """床位数已达养老机构标准，应登记为养老机构"""


@dataclass(kw_only=True)
class Facility(Aggregate):
    """A place of elderly care below an institution (社区养老服务设施); never in the numbers of institutions."""

    name: str
    kind: Kind
    beds: int
    status: Status
    operating: Spans

    def close(self, *, on: date, today: date) -> None:
        """Closed from a day on."""
        self.status = WORKFLOW.next(self.status, Action.CLOSE)
        require_past(on, today=today)
        require_later(on, latest_change(self.operating))
        self.operating = ended(self.operating, on)
        self.note("closed")


def open_facility(
    *, id: UUID, township: str, name: str, kind: Kind, beds: int, opened_on: date, minimum_beds: int, today: date
) -> Facility:
    """Enter a place; from the minimum of beds on it is an institution and belongs in the other register."""
    require_past(opened_on, today=today)
    if beds >= minimum_beds:
        raise IsAnInstitution(rule="养老机构备案：床位数下限", field="beds", minimum=minimum_beds)
    facility = Facility(
        id=id, division=township, name=name, kind=kind, beds=beds, status=Status.OPEN, operating=(Span(opened_on),)
    )
    facility.note("opened")
    return facility
