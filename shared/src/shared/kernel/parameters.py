"""Numbers and switches of the law that change with time (参数): amounts, limits, thresholds.

No rule holds a figure that a notice may change. It asks a book for the value in force on a day, and the
decision keeps what it read: name, value, authority and how sure we are of it.

Every span is half open: in force from `valid_from`, and no longer in force on `valid_to`. One name has at
most one value on any day.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from shared.kernel.errors import Invalid, JsonValue, Refusal


class Confidence(StrEnum):
    """How sure we are of a value (可信程度)."""

    VERIFIED = "V"
    """Read in a published source."""
    KNOWN = "K"
    """Known with confidence, not read in a source."""
    UNCERTAIN = "U"
    """A default that no source fixes; the authority must confirm it before it decides real cases."""


class ParameterOverlap(Refusal):
    """同一参数在同一天有两个取值"""


class NoParameterInForce(Refusal):
    """该日没有生效的参数"""


class ParameterUnreadable(Refusal):
    """参数取值的类型不符"""


class ParameterEntryInvalid(Invalid):
    """参数文件有误"""


@dataclass(frozen=True)
class Parameter:
    """One value of one parameter during one span of time (参数取值).

    `authority` names the notice or article that sets it; `valid_to` is the first day on which it no longer
    holds, None while no end is known. Amounts of money are integers in fen (分).
    """

    name: str
    value: JsonValue
    valid_from: date
    valid_to: date | None
    authority: str
    confidence: Confidence
    note: str = ""

    def __post_init__(self) -> None:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ParameterEntryInvalid(
                "valid_to 必须晚于 valid_from。", field="valid_to", name=self.name, reason="span"
            )

    def in_force(self, on: date) -> bool:
        """Whether the value holds on a day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


class ParameterBook:
    """All dated values of all parameters (参数表), proven free of overlaps when it is built."""

    def __init__(self, parameters: Iterable[Parameter]) -> None:
        self._spans: dict[str, list[Parameter]] = {}
        for parameter in sorted(parameters, key=lambda entry: (entry.name, entry.valid_from)):
            spans = self._spans.setdefault(parameter.name, [])
            if spans and (spans[-1].valid_to is None or parameter.valid_from < spans[-1].valid_to):
                raise ParameterOverlap(
                    name=parameter.name,
                    first_from=spans[-1].valid_from.isoformat(),
                    second_from=parameter.valid_from.isoformat(),
                )
            spans.append(parameter)

    def __iter__(self) -> Iterator[Parameter]:
        """Every value, ordered by name and then by time."""
        return (parameter for spans in self._spans.values() for parameter in spans)

    def __len__(self) -> int:
        return sum(len(spans) for spans in self._spans.values())

    @property
    def names(self) -> tuple[str, ...]:
        """The names in the book, in alphabetical order."""
        return tuple(self._spans)

    @property
    def version(self) -> str:
        """Eight hexadecimal digits that change when any entry changes."""
        entries = [
            [p.name, p.value, str(p.valid_from), str(p.valid_to), p.authority, p.confidence.value, p.note] for p in self
        ]
        text = json.dumps(entries, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    def at(self, name: str, on: date) -> Parameter:
        """The value in force on a day, with its authority."""
        for parameter in self._spans.get(name, ()):
            if parameter.in_force(on):
                return parameter
        raise NoParameterInForce(name=name, on=on.isoformat())

    def integer(self, name: str, on: date) -> int:
        """A whole number: fen, days, months, persons. Nothing is rounded to fit."""
        return _integer(self.at(name, on))

    def decimal(self, name: str, on: date) -> Decimal:
        """An exact number, such as a factor or a share; written in the file as a number or as text."""
        return _decimal(self.at(name, on))

    def text(self, name: str, on: date) -> str:
        """A word, often the name of a choice."""
        return _text(self.at(name, on))

    def switch(self, name: str, on: date) -> bool:
        """A yes or no."""
        return _switch(self.at(name, on))

    def listing(self, name: str, on: date) -> tuple[JsonValue, ...]:
        """A list of values in the order of the file."""
        return _listing(self.at(name, on))

    def reader(self, on: date) -> ParameterReader:
        """A reader for one day that remembers what it was asked."""
        return ParameterReader(self, on)


class ParameterReader:
    """The book as one decision sees it (参数读取): fixed to a day, and remembering what was read."""

    def __init__(self, book: ParameterBook, on: date) -> None:
        self._book = book
        self._read: dict[str, Parameter] = {}
        self.on = on

    def at(self, name: str) -> Parameter:
        """The value in force on the reader's day; the reading is remembered."""
        return self._read.setdefault(name, self._book.at(name, self.on))

    def integer(self, name: str) -> int:
        """As `ParameterBook.integer`."""
        return _integer(self.at(name))

    def decimal(self, name: str) -> Decimal:
        """As `ParameterBook.decimal`."""
        return _decimal(self.at(name))

    def text(self, name: str) -> str:
        """As `ParameterBook.text`."""
        return _text(self.at(name))

    def switch(self, name: str) -> bool:
        """As `ParameterBook.switch`."""
        return _switch(self.at(name))

    def listing(self, name: str) -> tuple[JsonValue, ...]:
        """As `ParameterBook.listing`."""
        return _listing(self.at(name))

    @property
    def used(self) -> tuple[Parameter, ...]:
        """Every value read so far, in order of first reading, for the decision to keep."""
        return tuple(self._read.values())

    @property
    def uncertain_used(self) -> tuple[str, ...]:
        """The names among them whose value no source fixes."""
        return tuple(name for name, entry in self._read.items() if entry.confidence is Confidence.UNCERTAIN)


def _integer(parameter: Parameter) -> int:
    if isinstance(parameter.value, int) and not isinstance(parameter.value, bool):
        return parameter.value
    raise _unreadable(parameter, "integer")


def _decimal(parameter: Parameter) -> Decimal:
    value = parameter.value
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            raise _unreadable(parameter, "decimal") from None
        if number.is_finite():
            return number
    raise _unreadable(parameter, "decimal")


def _text(parameter: Parameter) -> str:
    if isinstance(parameter.value, str):
        return parameter.value
    raise _unreadable(parameter, "text")


def _switch(parameter: Parameter) -> bool:
    if isinstance(parameter.value, bool):
        return parameter.value
    raise _unreadable(parameter, "switch")


def _listing(parameter: Parameter) -> tuple[JsonValue, ...]:
    if isinstance(parameter.value, Sequence) and not isinstance(parameter.value, str):
        return tuple(parameter.value)
    raise _unreadable(parameter, "listing")


def _unreadable(parameter: Parameter, wanted: str) -> ParameterUnreadable:
    return ParameterUnreadable(name=parameter.name, wanted=wanted, found=type(parameter.value).__name__)


# --- reading a seed file ---------------------------------------------------------------------------------

_TABLE_HEAD = re.compile(r"^\s*\[\[\s*parameter\s*\]\]")
_REQUIRED = ("name", "value", "valid_from", "authority", "confidence")


def load_toml(path: Path) -> ParameterBook:
    """Read a seed file: one `[[parameter]]` table for each value, with the fields of `Parameter`."""
    return from_toml_text(path.read_text(encoding="utf-8"))


def from_toml_text(text: str) -> ParameterBook:
    """Read the text of a seed file; a wrong entry is refused with its place (counted from 1) and line."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ParameterEntryInvalid(f"不是有效的 TOML：{error}", reason="syntax") from None
    if strangers := sorted(document.keys() - {"parameter"}):
        raise ParameterEntryInvalid("文件中只能有 [[parameter]] 表。", reason="unknown-table", found=strangers)
    tables = document.get("parameter", [])
    if not isinstance(tables, list):
        raise ParameterEntryInvalid("请使用 [[parameter]]，而不是 [parameter]。", reason="not-a-list")
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if _TABLE_HEAD.match(line)]
    lines += [0] * (len(tables) - len(lines))  # inline arrays have no heading lines
    return ParameterBook(
        _entry(table, entry, line) for entry, (table, line) in enumerate(zip(tables, lines, strict=False), start=1)
    )


def _entry(table: object, entry: int, line: int) -> Parameter:
    fault = _first_fault(table)
    if fault:
        field, reason = fault
        raise ParameterEntryInvalid(
            f"第 {entry} 项（第 {line} 行）：{field} 有误（{reason}）。",
            field=field,
            reason=reason,
            entry=entry,
            line=line,
        )
    fields = cast(dict[str, Any], table)
    return Parameter(**{"valid_to": None, **fields, "confidence": Confidence(fields["confidence"])})


def _first_fault(table: object) -> tuple[str, str] | None:
    """The first field that is wrong, and why."""
    if not isinstance(table, Mapping):
        return "parameter", "not-a-table"
    for field in _REQUIRED:
        if field not in table:
            return field, "missing"
    for field, value in table.items():
        if field not in _WANTED:
            return field, "unknown-field"
        wanted, is_right = _WANTED[field]
        if not is_right(value):
            return field, wanted
    if "valid_to" in table and table["valid_to"] <= table["valid_from"]:
        return "valid_to", "span"
    return None


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_words(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_json(value: object) -> bool:
    if isinstance(value, list):
        return all(_is_json(item) for item in value)
    if isinstance(value, dict):
        return all(_is_json(item) for item in value.values())
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, str | int)


_WANTED: dict[str, tuple[str, Callable[[object], bool]]] = {
    "name": ("not-text", _is_words),
    "value": ("not-json", _is_json),
    "valid_from": ("not-a-date", _is_day),
    "valid_to": ("not-a-date", _is_day),
    "authority": ("not-text", _is_words),
    "confidence": ("not-one-of-V-K-U", lambda value: value in tuple(Confidence)),
    "note": ("not-text", lambda value: isinstance(value, str)),
}
