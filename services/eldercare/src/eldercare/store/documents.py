"""Small value objects as JSON documents inside a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from enum import Enum
from typing import Any

from eldercare.domain.closure import ClosureNotice
from eldercare.domain.filing import FiledItems, Filing, FilingStatus
from eldercare.domain.grading import GradeAward


def written(value: Any) -> dict[str, Any]:
    """A flat frozen dataclass as a document; days in ISO form, tuples as lists."""
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


def day_of(text: str | None) -> date | None:
    """A day as written in a document."""
    return date.fromisoformat(text) if text else None


def loaded_filing(document: Mapping[str, Any]) -> Filing:
    """The filing of an institution."""
    return Filing(
        FilingStatus(document["status"]),
        day_of(document["submitted_on"]),
        tuple(document["corrections"]),
        day_of(document["verified_on"]),
    )


def loaded_items(document: Mapping[str, Any]) -> FiledItems:
    """The filed items of one span."""
    return FiledItems(**{**document, "since": date.fromisoformat(document["since"])})


def loaded_award(document: Mapping[str, Any]) -> GradeAward:
    """One grade with its days."""
    return GradeAward(document["grade"], date.fromisoformat(document["begin"]), date.fromisoformat(document["end"]))


def loaded_closure(document: Mapping[str, Any]) -> ClosureNotice:
    """The notice of closure."""
    days = {name: date.fromisoformat(document[name]) for name in ("announced_on", "ends_on")}
    return ClosureNotice(**{**document, **days})
