"""Where a name lies, and how far around it must be unique (重名比对范围; 地名管理条例 第九条（七）（八）)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from placename.domain.category import Category
from shared.kernel.divisions import CITY_CODE, Area, DivisionRegister, Level
from shared.kernel.errors import Invalid
from shared.kernel.parameters import ParameterReader

CENTRAL = "CENTRAL"
"""The built-up area of the central urban districts: one, across their borders."""


class Reach(StrEnum):
    """How far a name must be unique (比对范围)."""

    CITY = "CITY"
    """全市"""
    COUNTY = "COUNTY"
    """同一区县"""
    TOWNSHIP = "TOWNSHIP"
    """同一乡镇街道"""
    BUILT_UP_AREA = "BUILT_UP_AREA"
    """同一建成区"""


FIXED_BY_LAW = {
    Category.COUNTY_OR_ABOVE: Reach.CITY,
    Category.TOWNSHIP: Reach.CITY,
    Category.COMMITTEE_SEAT: Reach.COUNTY,
    Category.STREET: Reach.BUILT_UP_AREA,
    Category.BUILDING: Reach.BUILT_UP_AREA,
}
"""地名管理条例 第九条（七）（八）. A town is unique in the whole city, not in one county. Counties are unique in the
nation; this register holds the city's own."""


class DivisionTooWide(Invalid):
    """须填写到区县或乡镇街道"""


@dataclass(frozen=True)
class Locality:
    """The divisions a name lies in: 6 digits of the county, 9 of the township if known, and the built-up area.

    Until the planning department's polygons are there, subdistricts count as built-up, and the central urban
    districts as one built-up area.
    """

    division: str
    county: str
    township: str | None
    built_up_area: str | None


@dataclass(frozen=True)
class Scope:
    """The names a proposal is compared with: those within ``reach``; ``key`` says which county, township or area."""

    reach: Reach
    key: str


def locate(code: str, on: date, register: DivisionRegister, parameters: ParameterReader) -> Locality:
    """Where a division in force on a day lies."""
    division = register.get(code, on)
    if division.level is Level.CITY:
        raise DivisionTooWide(field="division")
    area = Area(division.code)
    township = area.prefix[:9] if len(area.prefix) > 6 else None
    kind = register.get(township, on).kind if township else None
    built_up = kind is None or kind in parameters.listing("built_up.kinds")
    name = CENTRAL if register.is_central_urban(division.code, on) else area.prefix[:6]
    return Locality(division.code, area.prefix[:6], township, name if built_up else None)


def scope_of(category: Category, locality: Locality, parameters: ParameterReader) -> Scope:
    """How far a name of this category must be unique from where it lies."""
    reach = FIXED_BY_LAW.get(category) or Reach(parameters.text(f"scope.{category.key}"))
    if reach is Reach.BUILT_UP_AREA and locality.built_up_area:
        return Scope(reach, locality.built_up_area)
    if reach is Reach.CITY:
        return Scope(reach, CITY_CODE)
    if reach is Reach.COUNTY:
        return Scope(reach, locality.county)
    if locality.township is None:
        raise DivisionTooWide("此类地名须填写到乡镇街道。", field="division")
    return Scope(Reach.TOWNSHIP, locality.township)
