"""Field types for request and answer models: strict where the framework is lax.

Numbers are numbers, not texts of numbers; digits are ASCII; days are written ``YYYY-MM-DD`` and lie between
1900 and 2200; texts carry no control characters and have a length counted in code points.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from shared.kernel.clock import in_china

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2200, 12, 31)
DAY_PATTERN = (
    r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$|^2200-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
)
_DAY = re.compile(DAY_PATTERN, re.ASCII)
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


class ApiModel(BaseModel):
    """A request or answer body: unknown fields are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)


def _written_day(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise PydanticCustomError("day", "日期须写作 YYYY-MM-DD，且在 1900-01-01 至 2200-12-31 之间")
    return value


def _visible(value: str) -> str:
    if any(unicodedata.category(character) in INVISIBLE for character in value):
        raise PydanticCustomError("text", "不得含有控制字符、双向控制字符或零宽字符")
    if value != value.strip():
        raise PydanticCustomError("text", "首尾不得有空白")
    return value


Day = Annotated[
    date,
    BeforeValidator(_written_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": DAY_PATTERN, "examples": ["2026-07-01"]}),
]
"""A calendar day, ``YYYY-MM-DD``."""

Moment = Annotated[
    datetime,
    PlainSerializer(lambda moment: in_china(moment).isoformat(), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-07-01T09:30:00+08:00"]}),
]
"""A moment in an answer, RFC 3339 with +08:00."""

DivisionCode = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$"), Field(examples=["500103001000"])
]
"""A civil-affairs division code of 6, 9 or 12 ASCII digits (行政区划代码)."""

AmountFen = Annotated[int, Field(strict=True, ge=0, le=10**13)]
"""An amount of money in fen."""

Count = Annotated[int, Field(strict=True, ge=0, le=10**9)]
"""A number of things."""

Flag = Annotated[bool, Field(strict=True)]
"""True or false, not 0 or 1 and not a text."""


def text_field(longest: int, shortest: int = 1, **schema: Any) -> Any:
    """A visible text of ``shortest`` to ``longest`` code points."""
    return Annotated[
        str,
        StringConstraints(min_length=shortest, max_length=longest),
        AfterValidator(_visible),
        Field(**schema),
    ]


Line = text_field(200)
"""One line: a title, a document number, a reason code."""

Note = text_field(2_000)
"""A short explanation in a person's own words."""

PersonalText = text_field(100, json_schema_extra={"writeOnly": True})
"""A name or number of a person; validated by the domain, never repeated in an error."""
