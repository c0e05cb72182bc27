"""Dated facts as every contract writes them: spans of days, half open."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, model_validator


class Span(BaseModel):
    """The days from ``begin`` on, up to but not including ``end``; ``end`` is null while it lasts."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    begin: date
    end: date | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Span:
        if self.end is not None and self.end < self.begin:
            raise ValueError("a span ends before it begins")
        return self
