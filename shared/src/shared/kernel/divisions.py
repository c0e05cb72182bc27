"""The administrative divisions of the city and their history (行政区划): which code means what, on which day.

    50             the city                     500000, 500000000000
    500103         a district or county         500103, 500103000000
    500103001      a street, town or township   500103001, 500103001000
    500103001002   a village or community       500103001002

Codes are those of the civil-affairs departments; the statistics bureau numbers townships differently. Codes
end and are given again, and areas move: on 2025-11-06 江北区 and 渝北区 ended and 两江新区 began. So every
question names a day, and every span is half open: it holds from `valid_from`, and no longer on `valid_to`.

Two limits of the tables (see data/divisions.toml). Most former changes are known by year only: an entry then
begins on 1 January of its first year and ends on 1 January after its last. And townships are known only as
they are now: a township of a district before it ended or was redrawn is accepted by its district alone, with
kind "unknown" and an empty name. Villages are always accepted by their township, with an empty name.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import cache
from importlib.resources import files

from shared.kernel.errors import Invalid, Refusal
from shared.kernel.parameters import Confidence

CITY_CODE = "500000000000"
_CITY_PREFIX = "50"
_SHAPE = re.compile(r"50(?:[0-9]{4}|[0-9]{7}|[0-9]{10})")


class UnknownDivision(Invalid):
    """没有这个行政区划代码"""


class AbolishedDivision(Refusal):
    """该行政区划已撤销"""


class DivisionTableInvalid(Refusal):
    """行政区划表有误"""


class Level(IntEnum):
    """The level of a division (行政区划级别), from the city down."""

    CITY = 1
    DISTRICT = 2
    TOWNSHIP = 3
    VILLAGE = 4


_LEVEL_OF_LENGTH = {2: Level.CITY, 6: Level.DISTRICT, 9: Level.TOWNSHIP, 12: Level.VILLAGE}


@dataclass(frozen=True)
class Division:
    """One division during one span of time (行政区划).

    `code` has 12 digits. `kind` is the Chinese word for its sort (市辖区, 县, 街道, 镇, ...), "unknown" for a
    township known by its code alone. `valid_from` is None where no beginning is known, `valid_to` is the
    first day on which it no longer exists. `successors` are the six-digit codes that took over its area.
    """

    code: str
    name: str
    kind: str
    level: Level
    valid_from: date | None
    valid_to: date | None
    successors: tuple[str, ...] = ()

    def in_force(self, on: date) -> bool:
        """Whether the division exists on a day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True)
class Area:
    """A part of the city that a code stands for (区域): the city, a district, a township or a village.

    Built from 6, 9 or 12 digits; trailing zeros are reduced, so that `Area("500103")` equals
    `Area("500103000000")`. An area says nothing about whether the division exists: ask the register.
    """

    code: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", _significant(self.code).ljust(12, "0"))

    @property
    def prefix(self) -> str:
        """The digits that every code inside the area begins with."""
        return _significant(self.code)

    @property
    def level(self) -> Level:
        """The level of the area."""
        return _LEVEL_OF_LENGTH[len(self.prefix)]

    def covers(self, other_code: str) -> bool:
        """Whether another division lies in this area, or is this area; the city covers all of it."""
        return _significant(other_code).startswith(self.prefix)


@dataclass(frozen=True)
class DistrictEntry:
    """A district with the day from which its townships are fully listed (区县条目)."""

    division: Division
    townships_known_from: date


@dataclass(frozen=True)
class CentralUrban:
    """Which districts form the central urban area (中心城区) during one span of time, and who says so."""

    valid_from: date
    valid_to: date | None
    districts: frozenset[str]
    authority: str
    confidence: Confidence


class DivisionRegister:
    """All divisions of the city with their history (行政区划表)."""

    def __init__(
        self,
        districts: Iterable[DistrictEntry],
        townships: Iterable[Division],
        central_urban: Iterable[CentralUrban],
        as_of: date,
    ) -> None:
        self._districts: dict[str, list[DistrictEntry]] = {}
        for entry in sorted(districts, key=lambda entry: (entry.division.code, _start(entry.division))):
            self._districts.setdefault(entry.division.code[:6], []).append(entry)
        self._townships = {division.code[:9]: division for division in townships}
        self._central_urban = tuple(central_urban)
        self._city = Division(CITY_CODE, "重庆市", "直辖市", Level.CITY, date(1997, 1, 1), None)
        self._check()
        self._version = f"{as_of.isoformat()}:{self._digest()}"

    @property
    def version(self) -> str:
        """The day of the tables and eight digits of their content."""
        return self._version

    def get(self, code: str, on: date) -> Division:
        """The division of 6, 9 or 12 digits on a day.

        `UnknownDivision` tells by its reason whether the code is "malformed", "not-listed" or "not-yet" in
        use; `AbolishedDivision` names the day it ended and the districts that took over.
        """
        prefix = _significant(code)
        if prefix == _CITY_PREFIX:
            return self._city
        entry = self._district(prefix[:6], on)
        if len(prefix) == 6:
            return entry.division
        township = self._township(prefix[:9], entry, on)
        if len(prefix) == 9:
            return township
        return Division(prefix, "", "村级", Level.VILLAGE, township.valid_from, township.valid_to)

    def districts(self, on: date) -> list[Division]:
        """The districts and counties (区县) of a day, in the order of their codes."""
        divisions = (entry.division for entries in self._districts.values() for entry in entries)
        return [division for division in divisions if division.in_force(on)]

    def townships(self, on: date, district: str | None = None) -> list[Division]:
        """The listed townships (乡镇街道) of a day, of the whole city or of one district.

        A district that has ended gives an empty list for its own time: its townships are not known.
        """
        existing = {division.code[:6] for division in self.districts(on)}
        if district is not None:
            existing &= {self.get(district, on).code[:6]}
        return [
            township for code, township in self._townships.items() if code[:6] in existing and township.in_force(on)
        ]

    def ancestors(self, code: str) -> tuple[str, ...]:
        """The 12-digit codes of the divisions around this one, from the city down to its parent."""
        prefix = _significant(code)
        return tuple(prefix[:length].ljust(12, "0") for length in (2, 6, 9) if length < len(prefix))

    def district_of(self, code: str) -> str:
        """The six digits of the district that a code belongs to; it may have ended."""
        prefix = _significant(code)[:6]
        if prefix not in self._districts:
            raise UnknownDivision(field="division_code", reason="not-listed")
        return prefix

    def current_district(self, code: str, on: date) -> str | None:
        """The district that stands for an old district on a day, following those that took over.

        None when the old area was split between several: then only an address can tell.
        """
        try:
            return self._district(self.district_of(code), on).division.code[:6]
        except AbolishedDivision as ended:
            match ended.facts["successors"]:
                case [str() as successor]:
                    return self.current_district(successor, on)
                case _:
                    return None

    def central_urban(self, on: date) -> CentralUrban:
        """The central urban area (中心城区) of a day, with its authority and confidence."""
        for area in self._central_urban:
            if area.valid_from <= on and (area.valid_to is None or on < area.valid_to):
                return area
        raise UnknownDivision("该日没有中心城区的范围。", on=on.isoformat())

    def is_central_urban(self, code: str, on: date) -> bool:
        """Whether a district, or anything inside it, belongs to the central urban area on a day."""
        return self.district_of(code) in self.central_urban(on).districts

    def _district(self, code: str, on: date) -> DistrictEntry:
        entries = self._districts.get(code)
        if not entries:
            raise UnknownDivision(field="division_code", reason="not-listed")
        for entry in entries:
            if entry.division.in_force(on):
                return entry
        begun = [entry.division for entry in entries if _start(entry.division) <= on]
        if not begun:
            raise UnknownDivision(field="division_code", reason="not-yet")
        raise AbolishedDivision(
            field="division_code", ended_on=str(begun[-1].valid_to), successors=list(begun[-1].successors)
        )

    def _township(self, code: str, district: DistrictEntry, on: date) -> Division:
        listed = self._townships.get(code)
        if listed and listed.in_force(on):
            return listed
        if on < district.townships_known_from:
            return Division(
                code.ljust(12, "0"),
                "",
                "unknown",
                Level.TOWNSHIP,
                district.division.valid_from,
                district.townships_known_from,
            )
        raise UnknownDivision(field="division_code", reason="not-yet" if listed else "not-listed")

    def _digest(self) -> str:
        entries = [entry for entries in self._districts.values() for entry in entries]
        lines = [f"{_line(entry.division)} {entry.townships_known_from}" for entry in entries]
        lines += [_line(township) for township in self._townships.values()]
        lines += [f"{a.valid_from} {a.valid_to} {sorted(a.districts)}" for a in self._central_urban]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:8]

    def _check(self) -> None:
        """Prove that every chain of successors goes on until it reaches a district that still exists."""
        for code, entries in self._districts.items():
            for division in (entry.division for entry in entries):
                if (division.valid_to is None) != (not division.successors):
                    raise DivisionTableInvalid(code=code, reason="end-without-successor")
                for successor in division.successors:
                    if not any(_takes_over(entry.division, division) for entry in self._districts.get(successor, ())):
                        raise DivisionTableInvalid(code=code, reason="successor-does-not-take-over")
        for code in self._townships:
            if code[:6] not in self._districts:
                raise DivisionTableInvalid(code=code, reason="township-without-district")


def _takes_over(later: Division, earlier: Division) -> bool:
    return earlier.valid_to is not None and later.in_force(earlier.valid_to)


def _line(division: Division) -> str:
    span = f"{division.valid_from} {division.valid_to} {' '.join(division.successors)}"
    return f"{division.code} {division.name} {division.kind} {span}"


def _start(division: Division) -> date:
    return division.valid_from or date.min


def _significant(code: str) -> str:
    """The digits of a code without the trailing zeros of the levels it does not reach."""
    if not _SHAPE.fullmatch(code):
        raise UnknownDivision(field="division_code", reason="malformed")
    full = code.ljust(12, "0")
    levels = (full[2:6] != "0000", full[6:9] != "000", full[9:] != "000")
    if levels not in ((False,) * 3, (True, False, False), (True, True, False), (True,) * 3):
        raise UnknownDivision(field="division_code", reason="malformed")
    return full[: (2, 6, 9, 12)[sum(levels)]]


def register_from_text(districts: str, townships: str, notes: str) -> DivisionRegister:
    """Build a register from the texts of districts.csv, townships.csv and divisions.toml."""
    facts = tomllib.loads(notes)
    return DivisionRegister(
        districts=[
            DistrictEntry(
                Division(
                    row["code"] + "000000",
                    row["name"],
                    row["kind"],
                    Level.DISTRICT,
                    date.fromisoformat(row["valid_from"]),
                    _day_or_none(row["valid_to"]),
                    tuple(row["successors"].split()),
                ),
                date.fromisoformat(row["townships_known_from"]),
            )
            for row in csv.DictReader(io.StringIO(districts))
        ],
        townships=[
            Division(row["code"], row["name"], row["kind"], Level.TOWNSHIP, _day_or_none(row["valid_from"]), None)
            for row in csv.DictReader(io.StringIO(townships))
        ],
        central_urban=[
            CentralUrban(
                entry["valid_from"],
                entry.get("valid_to"),
                frozenset(entry["districts"]),
                entry["authority"],
                Confidence(entry["confidence"]),
            )
            for entry in facts["central_urban"]
        ],
        as_of=facts["as_of"],
    )


def _day_or_none(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@cache
def default_register() -> DivisionRegister:
    """The register of the divisions shipped with the system."""
    folder = files("shared.kernel").joinpath("data")
    return register_from_text(
        *(
            folder.joinpath(name).read_text(encoding="utf-8")
            for name in ("districts.csv", "townships.csv", "divisions.toml")
        )
    )
