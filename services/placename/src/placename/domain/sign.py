"""A sign that shows a standard name on the spot (地名标志; GB 17733)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from placename.domain.category import Category
from placename.domain.heritage import ended
from placename.domain.place_name import Period
from placename.domain.procedure import in_order
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import Deadline
from shared.kernel.errors import NotFound
from shared.kernel.workflow import Workflow

SIGNED = frozenset({Category.STREET, Category.BUILDING})
"""Categories whose names get signs when they come into use."""


class SignStatus(StrEnum):
    """Where a sign stands (标志状态)."""

    ORDERED = "ORDERED"
    INSTALLED = "INSTALLED"
    DAMAGED = "DAMAGED"
    REMOVED = "REMOVED"


class SignAction(StrEnum):
    """What happens to a sign."""

    INSTALL = "install"
    REPORT_DAMAGE = "report-damage"
    REPAIR = "repair"
    REMOVE = "remove"


SIGN_WORKFLOW = Workflow(
    {
        (SignStatus.ORDERED, SignAction.INSTALL): SignStatus.INSTALLED,
        (SignStatus.ORDERED, SignAction.REMOVE): SignStatus.REMOVED,
        (SignStatus.INSTALLED, SignAction.REPORT_DAMAGE): SignStatus.DAMAGED,
        (SignStatus.INSTALLED, SignAction.REMOVE): SignStatus.REMOVED,
        (SignStatus.DAMAGED, SignAction.REPAIR): SignStatus.INSTALLED,
        (SignStatus.DAMAGED, SignAction.REMOVE): SignStatus.REMOVED,
    }
)


class Orientation(StrEnum):
    """How a street runs: east–west signs are blue, north–south ones green."""

    EAST_WEST = "EAST_WEST"
    """东西走向，蓝底"""
    NORTH_SOUTH = "NORTH_SOUTH"
    """南北走向，绿底"""
    OTHER = "OTHER"
    """其他"""


class SignUnknown(NotFound):
    """地名标志不存在"""


@dataclass(kw_only=True)
class SignTask(Aggregate):
    """A sign to be put up by a day, and its life afterwards; ``standing`` are the days on which it could be read."""

    name_id: UUID
    category: Category
    orientation: Orientation
    status: SignStatus
    ordered_on: date
    due: Deadline
    standing: tuple[Period, ...] = ()

    def install(self, *, on: date, orientation: Orientation, at: datetime) -> None:
        """The sign is up."""
        status = SIGN_WORKFLOW.next(self.status, SignAction.INSTALL)
        in_order(self.ordered_on, on, at, "installed_on")
        self.status, self.orientation = status, orientation
        self.standing = (*self.standing, Period(on))
        self.note("installed")

    def report_damage(self, *, on: date, at: datetime) -> None:
        """It cannot be read any more."""
        status = SIGN_WORKFLOW.next(self.status, SignAction.REPORT_DAMAGE)
        in_order(self.standing[-1].begin, on, at, "damaged_on")
        self.status, self.standing = status, ended(self.standing, on)
        self.note("damaged")

    def repair(self, *, on: date, at: datetime) -> None:
        """It was put right."""
        status = SIGN_WORKFLOW.next(self.status, SignAction.REPAIR)
        latest = self.standing[-1].end if self.standing else self.ordered_on
        in_order(latest, on, at, "repaired_on")
        self.status, self.standing = status, (*self.standing, Period(on))
        self.note("installed")

    def remove(self, *, on: date, at: datetime) -> None:
        """It is taken down, the name being retired or the sign wrong."""
        status = SIGN_WORKFLOW.next(self.status, SignAction.REMOVE)
        stands = self.status is SignStatus.INSTALLED
        in_order(self.standing[-1].begin if stands else self.ordered_on, on, at, "removed_on")
        self.status = status
        if stands:
            self.standing = ended(self.standing, on)
        self.note("removed")

    def possible_actions(self) -> tuple[SignAction, ...]:
        """What may be done now."""
        return SIGN_WORKFLOW.possible(self.status)


def order_sign(*, id: UUID, division: str, name_id: UUID, category: Category, on: date, due: Deadline) -> SignTask:
    """A sign is needed, since its name comes into use."""
    task = SignTask(
        id=id, division=division, name_id=name_id, category=category, orientation=Orientation.OTHER,
        status=SignStatus.ORDERED, ordered_on=on, due=due,
    )  # fmt: skip
    task.note("ordered")
    return task
