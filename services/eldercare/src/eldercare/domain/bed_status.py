"""The states of a bed: what is recorded of it, and the registry's table that reads record and stays together."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from shared.kernel.workflow import ActionNotPossible, Workflow


class Status(StrEnum):
    """Where a bed stands now (床位状态)."""

    PLANNED = "PLANNED"
    IN_SERVICE = "IN_SERVICE"
    RESERVED = "RESERVED"
    MAINTENANCE = "MAINTENANCE"
    OUT_OF_SERVICE = "OUT_OF_SERVICE"
    REMOVED = "REMOVED"


class Action(StrEnum):
    """What can be done to a bed (床位事项)."""

    ACTIVATE = "activate"
    RESERVE = "reserve"
    RELEASE = "release"
    START_MAINTENANCE = "start-maintenance"
    FINISH_MAINTENANCE = "finish-maintenance"
    RECLASSIFY = "reclassify"
    TAKE_OUT = "take-out"
    PUT_BACK = "put-back"
    CORRECT = "correct"
    REMOVE = "remove"


class BedTransitionInvalid(ActionNotPossible):
    """床位当前状态不能办理该事项"""


S = TypeVar("S")
A = TypeVar("A")


class BedWorkflow(Workflow[S, A]):
    """A table of bed transitions (床位流转表); what it does not know is refused under the registry's own name."""

    def next(self, status: S, action: A) -> S:
        """The state that follows."""
        try:
            return super().next(status, action)
        except ActionNotPossible as refused:
            named = BedTransitionInvalid(rule="EC-5")
            named.facts.update(refused.facts)
            raise named from None


WORKFLOW = BedWorkflow[Status, Action](
    {
        (Status.PLANNED, Action.ACTIVATE): Status.IN_SERVICE,
        (Status.PLANNED, Action.RECLASSIFY): Status.PLANNED,
        (Status.PLANNED, Action.REMOVE): Status.REMOVED,
        (Status.IN_SERVICE, Action.RESERVE): Status.RESERVED,
        (Status.IN_SERVICE, Action.START_MAINTENANCE): Status.MAINTENANCE,
        (Status.IN_SERVICE, Action.RECLASSIFY): Status.IN_SERVICE,
        (Status.IN_SERVICE, Action.TAKE_OUT): Status.OUT_OF_SERVICE,
        (Status.IN_SERVICE, Action.CORRECT): Status.IN_SERVICE,
        (Status.IN_SERVICE, Action.REMOVE): Status.REMOVED,
        (Status.RESERVED, Action.RELEASE): Status.IN_SERVICE,
        (Status.RESERVED, Action.RECLASSIFY): Status.RESERVED,
        (Status.RESERVED, Action.CORRECT): Status.RESERVED,
        (Status.MAINTENANCE, Action.FINISH_MAINTENANCE): Status.IN_SERVICE,
        (Status.MAINTENANCE, Action.RECLASSIFY): Status.MAINTENANCE,
        (Status.MAINTENANCE, Action.TAKE_OUT): Status.OUT_OF_SERVICE,
        (Status.MAINTENANCE, Action.CORRECT): Status.MAINTENANCE,
        (Status.MAINTENANCE, Action.REMOVE): Status.REMOVED,
        (Status.OUT_OF_SERVICE, Action.RECLASSIFY): Status.OUT_OF_SERVICE,
        (Status.OUT_OF_SERVICE, Action.PUT_BACK): Status.IN_SERVICE,
        (Status.OUT_OF_SERVICE, Action.CORRECT): Status.OUT_OF_SERVICE,
        (Status.OUT_OF_SERVICE, Action.REMOVE): Status.REMOVED,
        (Status.REMOVED, Action.CORRECT): Status.REMOVED,
    },
)
"""What is recorded of a bed itself. Whether somebody lies in it is told by the stays alone, so that there is one
truth; :class:`Stage` reads both together. A removed bed does not come back."""

SERVING = frozenset({Status.IN_SERVICE, Status.RESERVED, Status.MAINTENANCE})
"""The bed exists for use; cleaning and an open offer do not interrupt that."""


class Stage(StrEnum):
    """The bed's state as the registry's table names it (床位状态, EC-5): its status and its stays read together."""

    PLANNED = "PLANNED"
    AVAILABLE = "AVAILABLE"
    RESERVED = "RESERVED"
    OCCUPIED = "OCCUPIED"
    MAINTENANCE = "MAINTENANCE"
    OUT_OF_SERVICE = "OUT_OF_SERVICE"
    """停用，含机构暂停服务"""
    CLOSED = "CLOSED"


class Step(StrEnum):
    """The numbered transitions of the table (床位流转, EC-5)."""

    ACTIVATE = "B1"
    RESERVE = "B2"
    RELEASE = "B3"
    ADMIT_OFFERED = "B4"
    ADMIT_DIRECTLY = "B5"
    VACATE = "B6"
    START_MAINTENANCE = "B7"
    FINISH_MAINTENANCE = "B8"
    CLOSE = "B9"


STEPS = BedWorkflow[Stage, Step](
    {
        (Stage.PLANNED, Step.ACTIVATE): Stage.AVAILABLE,
        (Stage.AVAILABLE, Step.RESERVE): Stage.RESERVED,
        (Stage.RESERVED, Step.RELEASE): Stage.AVAILABLE,
        (Stage.RESERVED, Step.ADMIT_OFFERED): Stage.OCCUPIED,
        (Stage.AVAILABLE, Step.ADMIT_DIRECTLY): Stage.OCCUPIED,
        (Stage.OCCUPIED, Step.VACATE): Stage.MAINTENANCE,
        (Stage.AVAILABLE, Step.START_MAINTENANCE): Stage.MAINTENANCE,
        (Stage.MAINTENANCE, Step.FINISH_MAINTENANCE): Stage.AVAILABLE,
        (Stage.PLANNED, Step.CLOSE): Stage.CLOSED,
        (Stage.AVAILABLE, Step.CLOSE): Stage.CLOSED,
        (Stage.MAINTENANCE, Step.CLOSE): Stage.CLOSED,
        (Stage.OUT_OF_SERVICE, Step.CLOSE): Stage.CLOSED,
    },
)
"""B1 to B9; an occupied bed is vacated and a reserved one released before anything else (EC-501)."""
