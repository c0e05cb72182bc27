"""The catalogue of forms (填报表目录), read from ``data/forms.toml`` and proven right before the service starts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from reporting.domain.form import ChangeBound, Form, FormKind, Quantity, Scope
from shared.kernel.errors import Invalid
from shared.kernel.periods import PeriodKind

PLAN_ROWS = range(1, 17)
PLAN_TEXTS = frozenset(f"T{number}" for number in range(1, 59))
_CODE = re.compile(r"[a-z]+(-[a-z]+)*")
_HEAD = re.compile(r"^\s*\[\[\s*form\s*\]\]")


class FormUnknown(Invalid):
    """没有这个填报表"""


class FormEntryInvalid(Invalid):
    """填报表目录有误"""


class Catalogue:
    """All forms (填报表目录), in the order of the file."""

    def __init__(self, forms: Iterable[Form]) -> None:
        self._forms = {form.code: form for form in forms}

    def __iter__(self) -> Iterator[Form]:
        return iter(self._forms.values())

    def get(self, code: str) -> Form:
        """The form of a code."""
        try:
            return self._forms[code]
        except KeyError:
            raise FormUnknown(field="form") from None


@cache
def delivered_forms() -> Catalogue:
    """The forms the service is delivered with."""
    return catalogue_from_text(files("reporting").joinpath("data", "forms.toml").read_text(encoding="utf-8"))


def catalogue_from_text(text: str) -> Catalogue:
    """Read one ``[[form]]`` table a form; a wrong one is refused with its place (counted from 1), line and code."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FormEntryInvalid(f"不是有效的 TOML：{error}", reason="syntax") from None
    tables = document.get("form")
    if document.keys() != {"form"} or not isinstance(tables, list):
        raise FormEntryInvalid("文件中只能有 [[form]] 表。", reason="unknown-table", found=sorted(document))
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if _HEAD.match(line)]
    forms: dict[str, Form] = {}
    for entry, table in enumerate(tables, start=1):
        form = _form(table, entry, lines[entry - 1] if entry <= len(lines) else 0)
        if form.code in forms:
            raise _refuse(form.code, entry, lines[entry - 1], "code", "used-twice")
        forms[form.code] = form
    return Catalogue(forms.values())


class _Fault(Exception):
    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason


def _refuse(code: object, entry: int, line: int, field: str, reason: str) -> FormEntryInvalid:
    name = code if isinstance(code, str) else "?"
    return FormEntryInvalid(
        f"第 {entry} 张表 {name}（第 {line} 行）：{field} 有误（{reason}）。",
        field=field, reason=reason, entry=entry, line=line, code=name,
    )  # fmt: skip


def _form(table: Mapping[str, Any], entry: int, line: int) -> Form:
    try:
        _check_fields(table, FIELDS, optional={"denominator", "plan_row", "plan_text"}, inside="")
        form = Form(
            code=table["code"],
            name=table["name"],
            name_en=table["name_en"],
            kind=FormKind(table["kind"]),
            scope=Scope(table["scope"]),
            periods=tuple(PeriodKind(kind) for kind in table["periods"]),
            numerator=_quantity(table["numerator"], "numerator"),
            denominator=_quantity(table["denominator"], "denominator") if "denominator" in table else None,
            share=table["share"],
            change=_change(table["change"]),
            source=table["source"],
            plan_row=table.get("plan_row"),
            plan_text=table.get("plan_text"),
            feeds=table["feeds"],
            due=table["due"],
        )
        _check_whole(form)
    except _Fault as fault:
        raise _refuse(table.get("code"), entry, line, fault.field, fault.reason) from None
    return form


def _check_whole(form: Form) -> None:
    """What no single field can say."""
    if (form.plan_row is None) == (form.plan_text is None):
        raise _Fault("plan_row", "not-one-place-in-the-plan")
    if form.numerator.fixed is not None:
        raise _Fault("numerator.fixed", "only-a-denominator-is-fixed")
    if form.share and form.denominator is None:
        raise _Fault("share", "without-denominator")
    if form.kind is FormKind.FLOW and len(form.periods) != 1:
        raise _Fault("periods", "a-flow-would-count-twice")


def _quantity(table: Mapping[str, Any], name: str) -> Quantity:
    _check_fields(table, QUANTITY_FIELDS, optional={"fixed"}, inside=f"{name}.")
    quantity = Quantity(**table)
    if quantity.least > quantity.most:
        raise _Fault(f"{name}.least", "above-most")
    if quantity.fixed is not None and not quantity.least <= quantity.fixed <= quantity.most:
        raise _Fault(f"{name}.fixed", "not-possible")
    return quantity


def _change(table: Mapping[str, Any]) -> ChangeBound:
    _check_fields(table, CHANGE_FIELDS, optional=set(), inside="change.")
    return ChangeBound(**table)


def _check_fields(
    table: Mapping[str, Any], fields: Mapping[str, tuple[str, Callable[[Any], bool]]], optional: set[str], inside: str
) -> None:
    for field in fields:
        if field not in table and field not in optional:
            raise _Fault(inside + field, "missing")
    for field, value in table.items():
        if field not in fields:
            raise _Fault(inside + field, "unknown-field")
        wanted, is_right = fields[field]
        if not is_right(value):
            raise _Fault(inside + field, wanted)


def _is_words(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return _is_whole(value) and value >= 0


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _are_periods(value: Any) -> bool:
    kinds = tuple(PeriodKind)
    return isinstance(value, list) and bool(value) and all(k in kinds and value.count(k) == 1 for k in value)


FIELDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "code": ("not-kebab-case", lambda value: isinstance(value, str) and bool(_CODE.fullmatch(value))),
    "name": ("not-text", _is_words),
    "name_en": ("not-text", _is_words),
    "kind": ("not-LEVEL-or-FLOW", lambda value: value in tuple(FormKind)),
    "scope": ("not-CITY-or-DISTRICT", lambda value: value in tuple(Scope)),
    "periods": ("not-different-kinds-of-period", _are_periods),
    "numerator": ("not-a-table", _is_table),
    "denominator": ("not-a-table", _is_table),
    "share": ("not-true-or-false", lambda value: isinstance(value, bool)),
    "change": ("not-a-table", _is_table),
    "source": ("not-text", _is_words),
    "plan_row": ("not-a-row-of-the-plan", lambda value: _is_whole(value) and value in PLAN_ROWS),
    "plan_text": ("not-a-target-of-the-text", lambda value: isinstance(value, str) and value in PLAN_TEXTS),
    "feeds": ("not-text", _is_words),
    "due": ("not-text", _is_words),
}
QUANTITY_FIELDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "name": ("not-text", _is_words),
    "unit": ("not-text", _is_words),
    "least": ("not-a-whole-number", _is_whole),
    "most": ("not-a-whole-number", _is_whole),
    "fixed": ("not-a-whole-number", _is_whole),
}
CHANGE_FIELDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "percent": ("not-a-count", _is_count),
    "at_least": ("not-a-count", _is_count),
}
