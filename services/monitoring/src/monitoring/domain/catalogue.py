"""The catalogue of indicators as data: every number of the plan, and the services' own measures.

An entry that is wrong stops the start; the refusal names its file and line. Where the plan contradicts itself all
targets and readings are kept, and the contradiction is said in words.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from monitoring.domain.indicator import (
    Baseline,
    Better,
    Definition,
    Indicator,
    Kind,
    Nature,
    SourceClass,
    Target,
    Variant,
)
from monitoring.domain.scope import CITY, Scope
from monitoring.domain.term import Places, Term, terms_of
from shared.kernel.errors import Refusal

__all__ = [
    "Baseline", "Better", "Catalogue", "CatalogueEntryInvalid", "Definition", "Indicator", "Kind", "Nature", "Scope",
    "SourceClass", "Target", "Variant", "Wording", "catalogue_from_text", "load_catalogue",
]  # fmt: skip

ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
HEADER = re.compile(r"^\s*\[\[\s*indicator\s*\]\]", re.MULTILINE)
FIELDS = {
    "id", "code", "row", "name", "name_en", "unit", "kind", "nature", "source", "better", "factor", "places", "scope",
    "baseline", "target", "definition", "contradictions", "remarks", "persons",
}  # fmt: skip
DIVIDED = {Kind.RATIO, Kind.PERIOD_RATIO, Kind.EITHER_OF}
UNDIVIDED = {Kind.LEVEL, Kind.COUNT, Kind.PER_YEAR, Kind.GROWTH, Kind.MEDIAN}


class CatalogueEntryInvalid(Refusal):
    """指标目录有误"""


class WrongField(ValueError):
    """A field of an entry is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True)
class Wording:
    """What entries refer to by id: scopes, and contradictions in words."""

    scopes: Mapping[str, Scope]
    contradictions: Mapping[str, str]


NO_WORDING = Wording({CITY.id: CITY}, {})


@dataclass(frozen=True)
class Catalogue:
    """All indicators: the rows of the plan's table first, then those of its text, then the services' own."""

    indicators: tuple[Indicator, ...]

    def by_id(self, indicator_id: str) -> Indicator | None:
        """The indicator of this id."""
        return next((indicator for indicator in self.indicators if indicator.id == indicator_id), None)

    @property
    def table(self) -> tuple[Indicator, ...]:
        """The rows of 专栏1."""
        return tuple(indicator for indicator in self.indicators if indicator.row is not None)

    @property
    def text(self) -> tuple[Indicator, ...]:
        """The targets of the plan's text."""
        return tuple(i for i in self.indicators if i.row is None and re.fullmatch(r"T\d+", i.code))

    @property
    def own(self) -> tuple[Indicator, ...]:
        """The services' own measures."""
        printed = {*self.table, *self.text}
        return tuple(indicator for indicator in self.indicators if indicator not in printed)


def load_catalogue(folder: Path) -> Catalogue:
    """Read and check the data folder: indicators/*.toml, scopes.toml and contradictions.toml."""
    scopes = tomllib.loads((folder / "scopes.toml").read_text(encoding="utf-8"))["scope"]
    words = tomllib.loads((folder / "contradictions.toml").read_text(encoding="utf-8"))["contradictions"]
    wording = Wording({entry["id"]: _scope(entry) for entry in scopes}, words)
    files = sorted((folder / "indicators").glob("*.toml"))
    found = [i for file in files for i in _read(file.read_text(encoding="utf-8"), file.name, wording)]
    return _joined(found)


def catalogue_from_text(text: str, name: str = "indicators.toml", wording: Wording = NO_WORDING) -> Catalogue:
    """Parse one file; :class:`CatalogueEntryInvalid` names the file, the line and the field that is wrong."""
    return _joined(_read(text, name, wording))


def _scope(entry: dict[str, Any]) -> Scope:
    return Scope(**{**entry, "excluded": frozenset(entry.get("excluded", ()))})


def _joined(indicators: Iterable[Indicator]) -> Catalogue:
    found = tuple(sorted(indicators, key=_order))
    for name, values in (("id", [i.id for i in found]), ("row", [str(i.row) for i in found if i.row is not None])):
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise CatalogueEntryInvalid(f"{name} 重复：{'、'.join(twice)}", field=name)
    return Catalogue(found)


def _order(indicator: Indicator) -> tuple[int, int, str, str]:
    text = re.fullmatch(r"T(\d+)", indicator.code)
    if indicator.row is not None:
        return 0, indicator.row, "", indicator.id
    return (1, int(text[1]), "", indicator.id) if text else (2, 0, indicator.code, indicator.id)


def _read(text: str, name: str, wording: Wording) -> list[Indicator]:
    try:
        entries = tomllib.loads(text).get("indicator", [])
    except tomllib.TOMLDecodeError as broken:
        raise CatalogueEntryInvalid(f"{name}：{broken}", file=name) from None
    starts = [text.count("\n", 0, found.end()) + 1 for found in HEADER.finditer(text)]
    ends = [*starts[1:], text.count("\n") + 2]
    lines = text.split("\n")
    found = []
    for entry, start, end in zip(entries, starts, ends, strict=False):
        try:
            found.append(_indicator(entry, wording))
        except (KeyError, ValueError, TypeError, ArithmeticError, IndexError, AttributeError) as wrong:
            field = _field(wrong)
            line = next((n for n in range(start, end) if re.match(rf"\s*\"?{field}\"?\s*=", lines[n - 1])), start)
            named = entry.get("id", "?")
            raise CatalogueEntryInvalid(
                f"{name} 第 {line} 行（{named}）：{field} {wrong}", file=name, line=line
            ) from None
    return found


def _field(wrong: Exception) -> str:
    if isinstance(wrong, WrongField):
        return wrong.field
    return str(wrong.args[0]) if isinstance(wrong, KeyError) and wrong.args else "id"


def _indicator(entry: dict[str, Any], wording: Wording) -> Indicator:
    if strange := sorted(entry.keys() - FIELDS):
        raise WrongField(strange[0], "is no field of an indicator")
    if not ID.fullmatch(entry["id"]):
        raise WrongField("id", "is not in kebab case")
    kind = _one_of("kind", Kind, entry["kind"])
    return Indicator(
        id=entry["id"],
        code=entry["code"],
        row=entry.get("row"),
        name=_words(entry, "name"),
        name_en=_words(entry, "name_en"),
        unit=_words(entry, "unit"),
        kind=kind,
        nature=_one_of("nature", Nature, entry["nature"]),
        source=_one_of("source", SourceClass, entry["source"]),
        better=_one_of("better", Better, entry.get("better", "HIGHER")),
        factor=_factor(entry.get("factor", "1")),
        places=_places(entry.get("places", 2)),
        scope=_known("scope", wording.scopes, entry["scope"]),
        baseline=_baseline(entry["baseline"]),
        targets=_targets(entry),
        definitions=_definitions(entry["definition"], kind),
        contradictions=tuple(
            f"{_known('contradictions', wording.contradictions, c)}（矛盾{c}）" for c in entry.get("contradictions", ())
        ),
        remarks=tuple(entry.get("remarks", ())),
        persons=bool(entry.get("persons", False)),
    )


def _words(entry: dict[str, Any], field: str) -> str:
    if not isinstance(entry[field], str) or not entry[field].strip():
        raise WrongField(field, "is empty")
    return str(entry[field])


def _one_of(field: str, kind: Any, value: Any) -> Any:
    try:
        return kind(value)
    except ValueError:
        raise WrongField(field, f"is none of {', '.join(kind)}") from None


def _known(field: str, known: Mapping[str, Any], wanted: Any) -> Any:
    if wanted not in known:
        raise WrongField(field, f"{wanted} is not known")
    return known[wanted]


def _number(field: str, text: Any) -> Decimal:
    try:
        number = Decimal(text) if isinstance(text, str) else None
    except ArithmeticError:
        number = None
    if number is None or not number.is_finite():
        raise WrongField(field, "is not a decimal number in quotes")
    return number


def _factor(text: Any) -> Decimal:
    factor = _number("factor", text)
    if factor <= 0:
        raise WrongField("factor", "is not above zero")
    return factor


def _places(places: Any) -> int:
    if not isinstance(places, int) or not 0 <= places <= 6:
        raise WrongField("places", "is not between 0 and 6")
    return places


def _baseline(entry: dict[str, Any]) -> Baseline:
    value = None if entry.get("value") is None else _number("baseline", entry["value"])
    return Baseline(value, entry.get("year", 2020), entry["printed_in"])


def _targets(entry: dict[str, Any]) -> tuple[Target, ...]:
    nature = Nature(entry["nature"])
    found = []
    for target in entry["target"]:
        value, comparator = target.get("value"), target.get("comparator")
        if (value is None) == (comparator is None):
            raise WrongField("target", "has neither a value nor a comparator, or both")
        if type(target.get("deadline")) is not date:
            raise WrongField("target", "has no deadline")
        number = None if value is None else _number("target", value)
        own = _one_of("target", Nature, target.get("nature", nature))
        found.append(Target(number, target["deadline"], target["printed_in"], comparator, own))
    return tuple(found)


def _definitions(entries: list[dict[str, Any]], kind: Kind) -> tuple[Definition, ...]:
    found = tuple(
        Definition(entry["valid_from"], entry["text"], tuple(_variant(v, kind) for v in entry["variants"]))
        for entry in entries
    )
    days = [definition.valid_from for definition in found]
    if not found or days != sorted(set(days)) or any(type(day) is not date for day in days):
        raise WrongField("definition", "has no versions in the order of their days")
    for definition in found:
        if all(variant.beside for variant in definition.variants):
            raise WrongField("definition", "has no variant that decides")
    return found


def _variant(written: Any, kind: Kind) -> Variant:
    entry = written if isinstance(written, dict) else dict(zip(("numerator", "denominator"), written, strict=False))
    try:
        above = terms_of(entry["numerator"])
        below = terms_of(entry["denominator"]) if "denominator" in entry else None
    except (ValueError, TypeError, KeyError) as malformed:
        raise WrongField("definition", str(malformed)) from None
    if kind is Kind.COVERAGE and below is None:
        above = tuple(term if term.places else Term(term.measure, places=Places.TOWNSHIPS) for term in above)
        below = (Term("", places=above[0].places),)
    if below is not None and sorted(above) == sorted(below):
        raise WrongField("definition", "divides by itself")
    if (kind in DIVIDED and below is None) or (kind in UNDIVIDED and below is not None):
        raise WrongField("definition", f"does not fit the kind {kind}")
    factor = _factor(entry["factor"]) if "factor" in entry else None
    if not above or (below is not None and not below):
        raise WrongField("definition", "has an empty side")
    return Variant(above, below, entry.get("name", ""), bool(entry.get("beside", False)), factor)
