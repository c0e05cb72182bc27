"""What a service takes in by file (批量导入): a kind of row and the use case each row goes through."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel


@dataclass(frozen=True)
class BulkKind:
    """One kind of file.

    ``row`` is the model of a row and ``take`` the use case, with the transaction and the row: the same validation
    and the same rules as the single call. It returns the aggregate it made (its id goes into the report) or None.
    ``scope`` is what the caller needs. ``example`` is a row as a file would hold it; it fills the template and the
    documentation.
    """

    name: str
    title: str
    scope: str
    row: type[BaseModel]
    take: Callable[[Any, Any], Awaitable[Any]]
    example: Mapping[str, Any] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a CSV or XLSX file; a dotted name is a field of a nested object."""
        return tuple(_columns(self.row))

    @property
    def required(self) -> frozenset[str]:
        """The columns that must be there."""
        return frozenset(_required(self.row))


def _nested(annotation: Any) -> type[BaseModel] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _columns(model: type[BaseModel], prefix: str = "") -> list[str]:
    found: list[str] = []
    for name, described in model.model_fields.items():
        inner = _nested(described.annotation)
        found += _columns(inner, f"{prefix}{name}.") if inner else [f"{prefix}{name}"]
    return found


def _required(model: type[BaseModel], prefix: str = "") -> list[str]:
    found: list[str] = []
    for name, described in model.model_fields.items():
        if not described.is_required():
            continue
        inner = _nested(described.annotation)
        found += _required(inner, f"{prefix}{name}.") if inner else [f"{prefix}{name}"]
    return found
