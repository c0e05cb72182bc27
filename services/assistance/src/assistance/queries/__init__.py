"""Reads that answer screens; every one takes the caller's area: joins its parts."""

from assistance.queries.applications import (
    ApplicationLine,
    Filter,
    Turn,
    TurnCount,
    cases_of_person,
    public_notices,
    turn_counts,
    turns,
    work_list,
)
from assistance.queries.cases import decision_notice, dossiers, in_force, of_department
from assistance.queries.standards import IN_NOTICE_ORDER, standards_on

__all__ = [
    "IN_NOTICE_ORDER",
    "ApplicationLine",
    "Filter",
    "Turn",
    "TurnCount",
    "cases_of_person",
    "decision_notice",
    "dossiers",
    "in_force",
    "of_department",
    "public_notices",
    "standards_on",
    "turn_counts",
    "turns",
    "work_list",
]
